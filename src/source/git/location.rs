//! Finding a repository: where its parts are, without obeying it. What leads out of the directory
//! that holds it is not followed, linked worktrees and submodules excepted when the other side
//! points back, and what the user allows by name.
//!
//! This file must never run anything, and never follow `core.worktree`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};

use super::bounds::{Bounds, SMALL};
use super::format;
use crate::source::files;

/// Git's own environment, which hooks are run with. Honoured by what reads the index.
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

/// The object directories that git names to a hook of a repository which receives a push. Until the hooks
/// agree, what was pushed lies in a directory of its own, the quarantine, and the objects that are there
/// already are its alternates (git-receive-pack(1), "QUARANTINE ENVIRONMENT"). Empty where git names none.
pub fn quarantine() -> Vec<PathBuf> {
    let var = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let own = ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY"];
    let own = own.into_iter().filter_map(var).map(PathBuf::from);
    let mut dirs: Vec<PathBuf> = own.collect();
    if let Some(list) = var("GIT_ALTERNATE_OBJECT_DIRECTORIES") {
        dirs.extend(alternates(list.as_encoded_bytes()));
    }
    dirs.dedup();
    dirs
}

/// The directories of `GIT_ALTERNATE_OBJECT_DIRECTORIES`: separated as in a search path, and one that begins
/// with a double quote is quoted as in C (git(1)).
fn alternates(list: &[u8]) -> Vec<PathBuf> {
    let separator = if cfg!(windows) { b';' } else { b':' };
    let mut out = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let quoted = rest[0] == b'"';
        let (mut end, mut escaped) = (usize::from(quoted), false);
        while end < rest.len() {
            match rest[end] {
                b'"' if quoted && !escaped => {
                    end += 1;
                    break;
                }
                byte if byte == separator && !quoted => break,
                byte => escaped = quoted && byte == b'\\' && !escaped,
            }
            end += 1;
        }
        let (one, more) = rest.split_at(end);
        match quoted {
            // The parser of the file of alternates knows the same quotes.
            true => out.extend(gix::odb::alternate::parse(one).unwrap_or_default()),
            false if one.is_empty() => {}
            false => out.push(files::path_of(one).to_owned()),
        }
        rest = more.strip_prefix(&[separator]).unwrap_or_default();
    }
    out
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
    /// What may be opened.
    pub bounds: Bounds,
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

/// Where to look, and what the user allows.
pub(in crate::source) struct Search<'a> {
    /// Bare repositories, and directories inside a `.git`, are repositories too; for a tree scan
    /// they are ordinary files.
    pub bare: bool,
    /// Directories outside the repository that may be followed.
    pub allowed: &'a [PathBuf],
}

/// How the walk of a tree looks: what is bare is files, and nothing outside is followed.
pub(in crate::source) const OF_TREES: Search<'static> = Search {
    bare: false,
    allowed: &[],
};

impl Search<'_> {
    /// Goes up from `start`, a real path, to the first repository.
    pub fn up(&self, start: &Path) -> Probe {
        for dir in start.ancestors() {
            match self.at(dir) {
                Probe::Nothing => {}
                found => return found,
            }
            if self.bare && is_git_dir(dir) {
                return self.located(dir.to_owned(), None, dir);
            }
        }
        Probe::Nothing
    }

    /// Whether `dir` itself is the top of a working tree.
    pub fn at(&self, dir: &Path) -> Probe {
        let dot_git = dir.join(".git");
        let Ok(kind) = fs::symlink_metadata(&dot_git) else {
            return Probe::Nothing;
        };
        if kind.is_dir() {
            return match is_git_dir(&dot_git) {
                true => self.located(dot_git, Some(dir), dir),
                false => Probe::Nothing,
            };
        }
        let target = if kind.is_symlink() {
            // A link is a pointer like any other. One to something else is no repository.
            match fs::canonicalize(&dot_git) {
                Ok(target) if target.is_dir() => Some(target),
                _ => return Probe::Nothing,
            }
        } else {
            let text = match files::read_small(&dot_git) {
                Ok(Some(text)) => text,
                // A special file is not opened.
                _ => return Probe::Nothing,
            };
            let Some(target) = text.strip_prefix(b"gitdir:") else {
                return Probe::Nothing;
            };
            resolve(dir, target.trim_ascii())
        };
        self.follow(dir, &dot_git, target)
    }

    /// Follows a `.git` that is no directory, if what it names lies inside, points back, or is
    /// allowed.
    fn follow(&self, dir: &Path, dot_git: &Path, target: Option<PathBuf>) -> Probe {
        let refused = |why: &str| Probe::Refused(format!("{}: {why}", dot_git.display()));
        let Some(git_dir) = target else {
            return refused("names no directory");
        };
        if !is_git_dir(&git_dir) {
            return refused("names a directory that is no repository");
        }
        let own_dir = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let own = fs::canonicalize(dot_git).unwrap_or_else(|_| dot_git.to_owned());
        // A linked worktree's private directory names the `.git` file that it belongs to.
        let linked = || linked_file(&git_dir).is_some_and(|back| back == own);
        let bounds = Bounds::new([own_dir.as_path()], self.allowed);
        if !(bounds.hold(&git_dir) || linked() || points_back(&git_dir, &own_dir)) {
            return refused("names a repository elsewhere that does not point back");
        }
        self.located(git_dir, Some(dir), &own_dir)
    }

    /// A repository with the private directory `git_dir` that was met at `met`.
    fn located(&self, git_dir: PathBuf, work_tree: Option<&Path>, met: &Path) -> Probe {
        let common_dir = match self.common_dir(&git_dir, met) {
            Ok(common_dir) => common_dir,
            Err(why) => return Probe::Refused(format!("{}: {why}", git_dir.display())),
        };
        // In a linked worktree and a submodule what counts is where the main repository lies.
        let holder = match common_dir.starts_with(met) {
            true => met,
            false => holder_of(&common_dir),
        };
        let bounds = Bounds::new([holder, &common_dir, &git_dir], self.allowed);
        Probe::Found(Location {
            git_dir,
            common_dir,
            work_tree: work_tree.map(Path::to_owned),
            bounds,
        })
    }

    /// What the `commondir` file of a private directory names, else that directory itself.
    fn common_dir(&self, git_dir: &Path, met: &Path) -> Result<PathBuf, String> {
        let bounds = Bounds::new([git_dir, met], self.allowed);
        let text = match bounds.read(&git_dir.join("commondir"), SMALL) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(git_dir.to_owned()),
            Err(fault) => return Err(format!("its `commondir`: {}", fault.detail)),
        };
        let named = resolve(git_dir, text.trim_ascii())
            .ok_or("its `commondir` names a directory that is not there")?;
        let real = fs::canonicalize(git_dir).unwrap_or_else(|_| git_dir.to_owned());
        // `<common>/worktrees/<name>` is where git itself puts a linked worktree's directory.
        if real.starts_with(named.join("worktrees")) || bounds.hold(&named) {
            return Ok(named);
        }
        Err("its `commondir` leads out of it".to_owned())
    }

    /// The repository around `dir`, bare or not.
    ///
    /// # Errors
    /// There is none, or it is not followed; the message names a way out.
    pub fn required(&self, dir: &Path) -> Result<Location> {
        let start = real(dir)?;
        match self.up(&start) {
            Probe::Found(location) => Ok(location),
            Probe::Refused(why) => {
                bail!("{why}; if you trust it, allow it with --allow-alternate")
            }
            Probe::Nothing => bail!("no git repository at or above {}", dir.display()),
        }
    }

    /// The repository that git's environment names, or else the one around `dir`, with a working
    /// tree.
    ///
    /// # Errors
    /// No repository, a bare one, or one that is not followed; the message names a way out.
    pub fn for_index(&self, dir: &Path, env: &GitEnv) -> Result<Location> {
        if let Some(git_dir) = &env.git_dir {
            return self.named(dir, git_dir, env);
        }
        let start = real(dir)?;
        match self.up(&start) {
            Probe::Found(location) if location.work_tree.is_none() => bail!(
                "{} is a bare repository or inside a .git directory, where nothing can be \
                 staged; `keysweep history` scans what is committed",
                location.git_dir.display()
            ),
            Probe::Found(location) => Ok(location),
            Probe::Refused(why) => bail!(
                "{why}; if you trust it, allow it with --allow-alternate, or name the repository \
                 with GIT_DIR"
            ),
            Probe::Nothing => bail!(
                "{} is in no git repository; `keysweep scan` needs none",
                dir.display()
            ),
        }
    }

    /// The repository that `GIT_DIR` names.
    fn named(&self, dir: &Path, git_dir: &Path, env: &GitEnv) -> Result<Location> {
        let git_dir = fs::canonicalize(git_dir)
            .ok()
            .filter(|path| is_git_dir(path))
            .ok_or_else(|| {
                anyhow!(
                    "GIT_DIR names no repository: {}; unset it",
                    git_dir.display()
                )
            })?;
        let work_tree = match &env.work_tree {
            Some(path) => Some(path.clone()),
            None if git_dir.ends_with(".git") => git_dir.parent().map(Path::to_owned),
            // A linked worktree's private directory names its `.git`; else git means the
            // current directory.
            None => linked_file(&git_dir)
                .and_then(|file| file.parent().map(Path::to_owned))
                .or_else(|| fs::canonicalize(dir).ok()),
        };
        let met = holder_of(&git_dir).to_owned();
        match self.located(git_dir, work_tree.as_deref(), &met) {
            Probe::Found(location) => Ok(location),
            Probe::Refused(why) => {
                bail!("{why}; if you trust it, allow it with --allow-alternate")
            }
            Probe::Nothing => bail!("GIT_DIR names no repository; unset it"),
        }
    }
}

/// What makes a directory a repository, without reading it. `HEAD` may be anything here, so that
/// one that cannot be read is said, rather than that a repository further up is taken.
pub(in crate::source) fn is_git_dir(dir: &Path) -> bool {
    if fs::symlink_metadata(dir.join("HEAD")).is_err() {
        return false;
    }
    let whole = |dir: &Path| dir.join("objects").is_dir() && dir.join("refs").is_dir();
    whole(dir)
        || files::read_small(&dir.join("commondir"))
            .ok()
            .flatten()
            .and_then(|text| resolve(dir, text.trim_ascii()))
            .is_some_and(|common| whole(&common))
}

/// The directory above `.git`; a bare repository holds itself.
fn holder_of(git_dir: &Path) -> &Path {
    match (git_dir.file_name(), git_dir.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent,
        _ => git_dir,
    }
}

/// The `.git` file that a linked worktree's private directory names.
fn linked_file(git_dir: &Path) -> Option<PathBuf> {
    let text = files::read_small(&git_dir.join("gitdir")).ok()??;
    resolve(git_dir, text.trim_ascii())
}

/// Whether the repository's `core.worktree` is `dir`, as in a submodule. It is compared, never
/// followed.
fn points_back(git_dir: &Path, dir: &Path) -> bool {
    let bounds = Bounds::new([git_dir], &[]);
    format::worktree(git_dir, &bounds)
        .and_then(|path| resolve(git_dir, &path))
        .is_some_and(|path| path == dir)
}

/// The real path that `path`, from the bytes of a file, names from `base` on.
fn resolve(base: &Path, path: &[u8]) -> Option<PathBuf> {
    if path.is_empty() {
        return None;
    }
    fs::canonicalize(base.join(files::path_of(path))).ok()
}

/// The directory itself, without links.
///
/// # Errors
/// There is none. Nothing is fetched here, so an address is answered with what to do.
fn real(dir: &Path) -> Result<PathBuf> {
    fs::canonicalize(dir).map_err(|error| {
        let name = dir.display();
        let is_address = dir.to_str().is_some_and(|name| name.contains("://"));
        match (is_address, error.kind()) {
            (true, _) => anyhow!(
                "nothing is fetched here: `git clone --mirror ADDRESS audit.git`, then name audit.git in place \
                 of {name}"
            ),
            (false, std::io::ErrorKind::NotFound) => {
                anyhow!("{name}: no such directory; name one that exists")
            }
            (false, _) => anyhow!(error).context(format!("cannot open {name}")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{PathBuf, alternates};

    #[test]
    fn directories_of_the_environment_are_separated_and_may_be_quoted() {
        let list = if cfg!(windows) {
            "a;\"b;c\";;d"
        } else {
            "a:\"b:\\\"c\"::d"
        };
        let quoted = if cfg!(windows) { "b;c" } else { "b:\"c" };
        let want = ["a", quoted, "d"].map(PathBuf::from);
        assert_eq!(alternates(list.as_bytes()), want);
        assert!(alternates(b"").is_empty());
        // A quote that is never closed is part of one name, and nothing is read past the end.
        assert_eq!(alternates(b"\"a:b").len(), 1);
    }
}
