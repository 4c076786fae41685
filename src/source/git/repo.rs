//! Finding and opening a repository without obeying it: of its configuration only the format,
//! `bare` and object-format keys count. No includes, hooks, filters, user or system files, and
//! nothing that leads out of the directory that holds the repository, linked worktrees and
//! submodules excepted when the other side points back.
//!
//! This file must never run anything, and never follow `core.worktree`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use gix::bstr::ByteSlice;
use gix::hash::Kind;

use crate::source::files;

/// Git's own environment, which hooks are run with. Honoured by `staged` only.
#[derive(Clone, Debug, Default)]
pub struct GitEnv {
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`: during `git commit -a` and `git commit FILE` not the usual index.
    pub index_file: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
}

impl GitEnv {
    /// What this process was started with; empty values count as absent, as in git.
    pub fn of_process() -> Self {
        let path = |name| {
            std::env::var_os(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        GitEnv {
            git_dir: path("GIT_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            work_tree: path("GIT_WORK_TREE"),
        }
    }
}

/// Where a repository's parts are.
#[derive(Clone, Debug)]
pub(in crate::source) struct Location {
    /// The private directory: `HEAD` and the index are here.
    pub git_dir: PathBuf,
    /// The shared directory: objects, references and configuration are here.
    pub common_dir: PathBuf,
    /// The top of the working tree; `None` in a bare repository or inside a `.git`.
    pub work_tree: Option<PathBuf>,
}

/// What lies at a directory.
pub(in crate::source) enum Probe {
    /// Nothing of git.
    Nothing,
    /// A repository.
    Found(Location),
    /// A `.git` that is not followed, and why.
    Refused(String),
}

/// The settings that are read from a repository.
#[derive(Clone, Copy, Debug)]
pub(in crate::source) struct Format {
    /// The kind of its object ids.
    pub hash: Kind,
    /// `core.bare`.
    pub bare: bool,
}

/// Goes up from `start` to the first repository. `bare` repositories are recognised only when
/// `allow_bare`; for a tree scan they are ordinary files.
pub(in crate::source) fn discover(start: &Path, allow_bare: bool) -> Probe {
    for dir in start.ancestors() {
        match probe(dir) {
            Probe::Nothing => {}
            found => return found,
        }
        if allow_bare && is_git_dir(dir) {
            let common_dir = common_dir(dir).unwrap_or_else(|| dir.to_owned());
            return Probe::Found(Location {
                git_dir: dir.to_owned(),
                common_dir,
                work_tree: None,
            });
        }
    }
    Probe::Nothing
}

/// Whether `dir` itself is the top of a working tree.
pub(in crate::source) fn probe(dir: &Path) -> Probe {
    let dot_git = dir.join(".git");
    let Ok(kind) = fs::symlink_metadata(&dot_git) else {
        return Probe::Nothing;
    };
    if kind.is_dir() {
        if !is_git_dir(&dot_git) {
            return Probe::Nothing;
        }
        // A `commondir` file in a plain `.git` would lead its objects elsewhere.
        if dot_git.join("commondir").exists() {
            return Probe::Refused(format!(
                "{}: its `commondir` leads out of it",
                dot_git.display()
            ));
        }
        return Probe::Found(Location {
            git_dir: dot_git.clone(),
            common_dir: dot_git,
            work_tree: Some(dir.to_owned()),
        });
    }
    if !kind.is_file() {
        // A symlink is not followed, a special file not opened.
        return match kind.is_symlink() && is_git_dir(&dot_git) {
            true => Probe::Refused(format!("{}: is a symbolic link", dot_git.display())),
            false => Probe::Nothing,
        };
    }
    follow_git_file(dir, &dot_git)
}

/// Follows a `.git` file if what it names points back.
fn follow_git_file(dir: &Path, dot_git: &Path) -> Probe {
    let Ok(Some(text)) = files::read_small(dot_git) else {
        return Probe::Nothing;
    };
    let Some(target) = text.strip_prefix(b"gitdir:") else {
        return Probe::Nothing;
    };
    let Some(git_dir) = resolve(dir, target.trim()) else {
        return Probe::Refused(format!("{}: names no directory", dot_git.display()));
    };
    if !is_git_dir(&git_dir) {
        return Probe::Refused(format!(
            "{}: names a directory that is no repository",
            dot_git.display()
        ));
    }
    let own = fs::canonicalize(dot_git).unwrap_or_else(|_| dot_git.to_owned());
    let own_dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    // A linked worktree: the main repository's `gitdir` file names this `.git`.
    if let Some(common_dir) = common_dir(&git_dir) {
        let back = files::read_small(&git_dir.join("gitdir"))
            .ok()
            .flatten()
            .and_then(|text| resolve(&git_dir, text.trim()));
        if back.is_some_and(|back| back == own) && git_dir.starts_with(&common_dir) {
            return Probe::Found(Location {
                git_dir,
                common_dir,
                work_tree: Some(dir.to_owned()),
            });
        }
    } else if git_dir.starts_with(&own_dir) || points_back(&git_dir, &own_dir) {
        return Probe::Found(Location {
            common_dir: git_dir.clone(),
            git_dir,
            work_tree: Some(dir.to_owned()),
        });
    }
    Probe::Refused(format!(
        "{}: names a repository elsewhere that does not point back",
        dot_git.display()
    ))
}

/// Whether the repository's `core.worktree` is `dir`, as in a submodule. It is compared, never
/// followed.
fn points_back(git_dir: &Path, dir: &Path) -> bool {
    config(git_dir)
        .ok()
        .and_then(|config| config.string("core.worktree"))
        .and_then(|path| resolve(git_dir, &path))
        .is_some_and(|path| path == dir)
}

/// The repository that git's environment names, or else the one around `dir`.
///
/// # Errors
/// No repository, a bare one, or one that is not followed; the message names a way out.
pub(in crate::source) fn for_index(dir: &Path, env: &GitEnv) -> Result<Location> {
    if let Some(git_dir) = &env.git_dir {
        let git_dir = fs::canonicalize(git_dir)
            .ok()
            .filter(|path| is_git_dir(path))
            .ok_or_else(|| {
                anyhow!(
                    "GIT_DIR names no repository: {}; unset it",
                    git_dir.display()
                )
            })?;
        let common_dir = common_dir(&git_dir).unwrap_or_else(|| git_dir.clone());
        let work_tree = match &env.work_tree {
            Some(path) => Some(path.clone()),
            None if git_dir.ends_with(".git") => git_dir.parent().map(Path::to_owned),
            // A linked worktree's private directory names its `.git`; else git means the
            // current directory.
            None => linked_top(&git_dir).or_else(|| fs::canonicalize(dir).ok()),
        };
        return Ok(Location {
            git_dir,
            common_dir,
            work_tree,
        });
    }
    let start = fs::canonicalize(dir).with_context(|| format!("cannot open {}", dir.display()))?;
    match discover(&start, true) {
        Probe::Found(location) => {
            let Some(_) = location.work_tree else {
                bail!(
                    "{} is a bare repository or inside a .git directory, where nothing can be \
                     staged; `keysweep history` scans what is committed",
                    location.git_dir.display()
                );
            };
            Ok(location)
        }
        Probe::Refused(why) => bail!("{why}; if you trust it, name the repository with GIT_DIR"),
        Probe::Nothing => bail!(
            "{} is in no git repository; `keysweep scan` needs none",
            dir.display()
        ),
    }
}

/// Reads the format of a repository.
///
/// # Errors
/// A configuration that cannot be read, or an extension that this program does not know; then
/// its contents might be misunderstood.
pub(in crate::source) fn format(location: &Location) -> Result<Format> {
    let config = config(&location.common_dir)?;
    let mut hash = Kind::Sha1;
    let version = config
        .string("core.repositoryformatversion")
        .and_then(|v| v.to_str().ok().and_then(|v| v.trim().parse::<u32>().ok()))
        .unwrap_or(0);
    if version > 1 {
        bail!("the repository's format is version {version}, which is not known here");
    }
    for section in config.sections_by_name("extensions").into_iter().flatten() {
        for name in section.body().value_names() {
            let value = section
                .body()
                .value(&name)
                .map(|v| v.to_str_lossy().to_ascii_lowercase())
                .unwrap_or_default();
            match (name.to_ascii_lowercase().as_str(), value.as_str()) {
                ("objectformat", "sha1") | ("refstorage", "files") => {}
                ("objectformat", "sha256") => hash = Kind::Sha256,
                (
                    "noop" | "noop-v1" | "partialclone" | "preciousobjects" | "worktreeconfig"
                    | "relativeworktrees" | "compatobjectformat",
                    _,
                ) => {}
                ("refstorage", other) => bail!(
                    "the repository uses extensions.refStorage = {other}, which is not read here; \
                     `git refs migrate --ref-format=files` converts it"
                ),
                // Git itself ignores unknown ones in the old format.
                (_, _) if version == 0 => {}
                (name, _) => {
                    bail!("the repository uses extensions.{name}, which is not known here")
                }
            }
        }
    }
    let bare = config.string("core.bare").is_some_and(|v| {
        matches!(
            v.to_ascii_lowercase().as_slice(),
            b"true" | b"yes" | b"on" | b"1"
        )
    });
    Ok(Format { hash, bare })
}

/// Opens an index. A missing file is an empty index, as for git.
///
/// # Errors
/// The file cannot be read or is damaged.
pub(in crate::source) fn index(path: &Path, hash: Kind) -> Result<Option<gix::index::File>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        Ok(meta) if !meta.is_file() => bail!("{} is not a regular file", path.display()),
        Ok(_) => {}
    }
    let options = gix::index::decode::Options {
        // A damaged header must not reserve memory without bound.
        alloc_limit_bytes: Some(4 << 30),
        ..Default::default()
    };
    gix::index::File::at(path, hash, false, options)
        .map(Some)
        .map_err(|error| {
            anyhow!(
                "the index {} cannot be read ({error}); `git update-index --no-split-index` \
                 rewrites a split one, `git reset` a damaged one",
                path.display()
            )
        })
}

/// Opens the object database.
///
/// # Errors
/// It cannot be read, or it borrows objects from a store outside the repository.
pub(in crate::source) fn objects(location: &Location, hash: Kind) -> Result<gix::odb::Handle> {
    let dir = location.common_dir.join("objects");
    let home = fs::canonicalize(&location.common_dir)?;
    // Within the directory that holds the repository: beside a `.git`, or in a bare one.
    let holder = match home.file_name() {
        Some(name) if name == ".git" => home.parent().unwrap_or(&home),
        _ => &home,
    };
    check_store(&dir, holder, 0)?;
    gix::odb::at(dir.clone(), hash).with_context(|| format!("cannot open {}", dir.display()))
}

/// Refuses object stores that leave `holder`, through links or alternates.
fn check_store(dir: &Path, holder: &Path, depth: u32) -> Result<()> {
    let real = fs::canonicalize(dir).with_context(|| format!("cannot open {}", dir.display()))?;
    if !real.starts_with(holder) {
        bail!(
            "the repository borrows objects from {}, outside its directory, which is not \
             followed; `git repack -a -d` and removing .git/objects/info/alternates makes it \
             independent",
            real.display()
        );
    }
    if depth > 5 {
        bail!("alternate object stores are nested more than five deep");
    }
    let Some(list) = files::read_small(&real.join("info/alternates"))? else {
        return Ok(());
    };
    for line in list.lines() {
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let line = match line {
            [b'"', inner @ .., b'"'] => inner,
            plain => plain,
        };
        let path = real.join(files::path_of(line));
        if path.exists() {
            check_store(&path, holder, depth + 1)?;
        }
    }
    Ok(())
}

/// The commit that HEAD points to; `None` on an unborn branch.
///
/// # Errors
/// HEAD or the reference it names is broken.
pub(in crate::source) fn head(location: &Location, hash: Kind) -> Result<Option<gix::ObjectId>> {
    let store = gix::refs::file::Store::for_linked_worktree(
        location.git_dir.clone(),
        location.common_dir.clone(),
        hash,
    );
    let mut reference = store
        .try_find("HEAD")
        .map_err(|error| anyhow!("HEAD cannot be read: {error}"))?;
    // Git follows at most five symbolic references.
    for _ in 0..5 {
        let name = match reference.map(|r| r.target) {
            None => return Ok(None),
            Some(gix::refs::Target::Object(id)) => return Ok(Some(id)),
            Some(gix::refs::Target::Symbolic(name)) => name,
        };
        reference = store
            .try_find(name.as_ref())
            .map_err(|error| anyhow!("{name} cannot be read: {error}", name = name.as_bstr()))?;
    }
    bail!("HEAD leads through too many symbolic references")
}

/// The commits that an unfinished merge adds as parents; empty when there is none.
pub(in crate::source) fn merge_heads(location: &Location) -> Result<Vec<gix::ObjectId>> {
    let path = location.git_dir.join("MERGE_HEAD");
    let Some(text) = files::read_small(&path)? else {
        return Ok(Vec::new());
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            gix::ObjectId::from_hex(line.trim()).map_err(|_| {
                anyhow!(
                    "{} is damaged; `git merge --abort` or finish it",
                    path.display()
                )
            })
        })
        .collect()
}

fn config(common_dir: &Path) -> Result<gix::config::File> {
    let path = common_dir.join("config");
    let text = files::read_small(&path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .unwrap_or_default();
    gix::config::File::from_bytes_no_includes(
        &text,
        gix::config::file::Metadata::from(gix::config::Source::Local),
        Default::default(),
    )
    .map_err(|_| anyhow!("{} is not a valid git configuration", path.display()))
}

/// The three things that make a directory a repository, without reading them.
pub(in crate::source) fn is_git_dir(dir: &Path) -> bool {
    let shared = common_dir(dir);
    let shared = shared.as_deref().unwrap_or(dir);
    // A FIFO in its place would be waited for.
    let head = fs::metadata(dir.join("HEAD")).is_ok_and(|head| head.is_file());
    head && shared.join("objects").is_dir() && shared.join("refs").is_dir()
}

/// The working tree whose `.git` file a linked worktree's private directory names.
fn linked_top(git_dir: &Path) -> Option<PathBuf> {
    let text = files::read_small(&git_dir.join("gitdir")).ok()??;
    resolve(git_dir, text.trim())?.parent().map(Path::to_owned)
}

/// What the `commondir` file of a linked worktree's private directory names.
fn common_dir(git_dir: &Path) -> Option<PathBuf> {
    let text = files::read_small(&git_dir.join("commondir")).ok()??;
    resolve(git_dir, text.trim())
}

fn resolve(base: &Path, path: &[u8]) -> Option<PathBuf> {
    fs::canonicalize(base.join(files::path_of(path))).ok()
}
