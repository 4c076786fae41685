//! Reading a repository's configuration, ignore file, baseline and rule files from the side that
//! is trusted: the working tree, the index, or a commit.
//!
//! Only regular files are read, and no link is followed, neither to a file nor to a directory on
//! the way. What they say is somebody else's business.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::index::entry::{Mode, Stage};
use gix::objs::tree::EntryRef;
use gix::objs::{CommitRef, Find as _, Kind, TagRef, TreeRefIter};

use super::files;
use super::git::repo::{self, GitEnv, Location, Probe};
use crate::finding::Oid;

/// Larger ones are refused; bytes.
const MAX: u64 = 16 << 20;

/// Where policy is read.
#[derive(Clone, Debug)]
pub enum PolicyFrom {
    /// The directory that is scanned.
    WorkTree(PathBuf),
    /// The index of the repository around a directory, honouring git's environment.
    Index(PathBuf),
    /// HEAD of the repository around a directory; nothing when it has none.
    Head(PathBuf),
    /// A commit of the repository around a directory.
    Commit(PathBuf, Oid),
}

/// A file with the name that messages give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name, and where it was read.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Files in the order in which they were asked for.
pub type PolicyFiles = Vec<Option<PolicyFile>>;

/// Reads the files called `names` (paths from the top of `from`, `/` between names); `None` for
/// those that are not there.
/// Where no repository, index or commit can be read nothing is there either: the scan itself
/// says what it could not read, and a policy that is missing hides nothing.
///
/// # Errors
/// A file that is there and cannot be read: no regular file, too large, damaged, in a merge
/// conflict.
pub fn read_policy(from: &PolicyFrom, names: &[&str]) -> Result<PolicyFiles> {
    match from {
        PolicyFrom::WorkTree(root) => names.iter().map(|name| of_tree(root, name)).collect(),
        PolicyFrom::Index(dir) => of_index(dir, names),
        PolicyFrom::Head(dir) => {
            let Some(store) = Opened::at(dir) else {
                return Ok(vec![None; names.len()]);
            };
            let head = repo::head(&store.location, store.hash).ok().flatten();
            match head {
                Some(id) => store.of_commit(id, "HEAD", names, false),
                None => Ok(vec![None; names.len()]),
            }
        }
        PolicyFrom::Commit(dir, id) => {
            let store = Opened::at(dir)
                .with_context(|| format!("no repository to read at {}", dir.display()))?;
            let git_id = ObjectId::try_from(id.as_bytes())?;
            store.of_commit(git_id, &id.short(), names, true)
        }
    }
}

/// The file called `name` in `start`, or in the nearest directory above it, not above `root`.
///
/// # Errors
/// As [`read_policy`].
pub fn find_policy(start: &Path, root: &Path, name: &str) -> Result<Option<PolicyFile>> {
    for dir in start.ancestors().take_while(|dir| dir.starts_with(root)) {
        let below = dir.strip_prefix(root).unwrap_or(Path::new(""));
        let Some(below) = below.to_str() else {
            continue;
        };
        let name = match below.replace(std::path::MAIN_SEPARATOR, "/") {
            below if below.is_empty() => name.to_owned(),
            below => format!("{below}/{name}"),
        };
        let found = of_tree(root, &name)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn of_tree(root: &Path, name: &str) -> Result<Option<PolicyFile>> {
    let path = root.join(name);
    let shown = || format!("{name} at {}", root.display());
    let mut dir = root.to_owned();
    for part in Path::new(name).parent().into_iter().flatten() {
        dir.push(part);
        if fs::symlink_metadata(&dir).is_ok_and(|meta| meta.is_symlink()) {
            bail!(
                "{} lies behind a symbolic link; put plain directories there",
                shown()
            );
        }
    }
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", shown())),
        Ok(meta) if !meta.is_file() => {
            bail!("{} is no regular file; put a plain file there", shown())
        }
        Ok(meta) if meta.len() > MAX => {
            bail!("{} is larger than 16 MiB; shorten it", shown())
        }
        Ok(_) => {}
    }
    let bytes = files::read_small(&path).with_context(|| format!("cannot read {}", shown()))?;
    Ok(bytes.map(|bytes| PolicyFile {
        name: name.to_owned(),
        bytes,
    }))
}

fn of_index(dir: &Path, names: &[&str]) -> Result<PolicyFiles> {
    let none = || Ok(vec![None; names.len()]);
    let env = GitEnv::of_process();
    let Some(store) = Opened::with(repo::for_index(dir, &env).ok()) else {
        return none();
    };
    let path = match &env.index_file {
        Some(path) => path.clone(),
        None => store.location.git_dir.join("index"),
    };
    let Ok(Some(index)) = repo::index(&path, store.hash) else {
        return none();
    };
    names
        .iter()
        .map(|name| {
            let shown = format!("{name} (index)");
            let bytes = name.as_bytes().as_bstr();
            let Some(entry) = index.entry_by_path(bytes) else {
                let unmerged = [Stage::Base, Stage::Ours, Stage::Theirs]
                    .into_iter()
                    .any(|stage| index.entry_index_by_path_and_stage(bytes, stage).is_some());
                if unmerged {
                    bail!("{shown} is in a merge conflict: settle it and `git add {name}`");
                }
                return Ok(None);
            };
            if entry.stage() != Stage::Unconflicted {
                bail!("{shown} is in a merge conflict: settle it and `git add {name}`");
            }
            if !matches!(entry.mode, Mode::FILE | Mode::FILE_EXECUTABLE) {
                bail!("{shown} is no regular file; put a plain file there");
            }
            if entry
                .flags
                .contains(gix::index::entry::Flags::INTENT_TO_ADD)
            {
                return Ok(None);
            }
            store.blob(entry.id, &shown).map(|bytes| {
                Some(PolicyFile {
                    name: shown.clone(),
                    bytes,
                })
            })
        })
        .collect()
}

/// A repository with its objects.
struct Opened {
    location: Location,
    hash: gix::hash::Kind,
    odb: gix::odb::Handle,
}

impl Opened {
    fn at(dir: &Path) -> Option<Self> {
        let start = fs::canonicalize(dir).ok()?;
        match repo::discover(&start, true) {
            Probe::Found(location) => Self::with(Some(location)),
            Probe::Refused(_) | Probe::Nothing => None,
        }
    }

    fn with(location: Option<Location>) -> Option<Self> {
        let location = location?;
        let hash = repo::format(&location).ok()?.hash;
        let odb = repo::objects(&location, hash).ok()?;
        Some(Opened {
            location,
            hash,
            odb,
        })
    }

    /// The named files of a commit's top directory. With `strict` a commit that cannot be read
    /// is an error, else it has no files.
    fn of_commit(
        &self,
        id: ObjectId,
        name: &str,
        names: &[&str],
        strict: bool,
    ) -> Result<PolicyFiles> {
        let mut buffer = Vec::new();
        let Some(tree) = self.tree(id, &mut buffer) else {
            if strict {
                bail!("the commit {name} cannot be read here; fetch it, or name another");
            }
            return Ok(vec![None; names.len()]);
        };
        names
            .iter()
            .map(|path| self.below(tree, path, name, strict))
            .collect()
    }

    /// The file at `path` below a tree of the commit called `name`.
    fn below(
        &self,
        mut tree: ObjectId,
        path: &str,
        name: &str,
        strict: bool,
    ) -> Result<Option<PolicyFile>> {
        let shown = format!("{path} ({name})");
        let mut parts = path.split('/').peekable();
        let mut buffer = Vec::new();
        while let Some(part) = parts.next() {
            let mut entries = match self.odb.try_find(&tree, &mut buffer) {
                Ok(Some(object)) if object.kind == Kind::Tree => {
                    TreeRefIter::from_bytes(object.data, self.hash)
                }
                _ if strict => {
                    bail!("the commit {name} cannot be read here; fetch it, or name another")
                }
                _ => return Ok(None),
            };
            let named = |entry: &EntryRef<'_>| entry.filename == part.as_bytes();
            let Some(entry) = entries.find_map(|entry| entry.ok().filter(named)) else {
                return Ok(None);
            };
            if parts.peek().is_none() {
                if !entry.mode.is_blob() {
                    bail!("{shown} is no regular file; put a plain file there");
                }
                let bytes = self.blob(entry.oid.to_owned(), &shown)?;
                return Ok(Some(PolicyFile { name: shown, bytes }));
            }
            if !entry.mode.is_tree() {
                return Ok(None);
            }
            tree = entry.oid.to_owned();
        }
        Ok(None)
    }

    /// The tree of a commit; tags are followed.
    fn tree(&self, mut id: ObjectId, buffer: &mut Vec<u8>) -> Option<ObjectId> {
        for _ in 0..8 {
            let object = self.odb.try_find(&id, buffer).ok()??;
            match object.kind {
                Kind::Commit => {
                    return CommitRef::from_bytes(object.data, self.hash)
                        .ok()
                        .map(|commit| commit.tree());
                }
                Kind::Tag => {
                    id = TagRef::from_bytes(object.data, self.hash).ok()?.target();
                }
                Kind::Tree => return Some(id),
                Kind::Blob => return None,
            }
        }
        None
    }

    fn blob(&self, id: ObjectId, shown: &str) -> Result<Vec<u8>> {
        use gix::odb::Header as _;
        let missing = || {
            format!(
                "{shown} cannot be read: its object is missing or damaged; fetch it (`git fetch --refetch`), or pass --untrusted"
            )
        };
        if id == ObjectId::empty_blob(self.hash) {
            return Ok(Vec::new());
        }
        let header = self
            .odb
            .try_header(&id)
            .ok()
            .flatten()
            .with_context(missing)?;
        if header.size() > MAX {
            bail!("{shown} is larger than 16 MiB; shorten it");
        }
        let mut buffer = Vec::new();
        let object = self.odb.try_find(&id, &mut buffer).ok().flatten();
        match object {
            Some(object) if object.kind == Kind::Blob => Ok(object.data.to_vec()),
            _ => bail!(missing()),
        }
    }
}

/// The commit that `name` means in the repository around `dir`: `HEAD`, a full id, or a branch,
/// remote branch or tag. (Expressions such as `main~3` are `git rev-parse`'s.)
///
/// # Errors
/// There is none.
pub fn commit_of(dir: &Path, name: &str) -> Result<Oid> {
    let store =
        Opened::at(dir).with_context(|| format!("no repository to read at {}", dir.display()))?;
    let id = match ObjectId::from_hex(name.as_bytes()) {
        Ok(id) => id,
        Err(_) if name == "HEAD" => {
            repo::head(&store.location, store.hash)?.context("HEAD names no commit yet")?
        }
        Err(_) => {
            let refs = gix::refs::file::Store::for_linked_worktree(
                store.location.git_dir.clone(),
                store.location.common_dir.clone(),
                store.hash,
            );
            // The names are tried as git tries them.
            let found = refs.try_find(name).ok().flatten();
            let mut target = found.map(|found| found.target);
            let mut steps = 0;
            loop {
                match target {
                    Some(gix::refs::Target::Object(id)) => break id,
                    Some(gix::refs::Target::Symbolic(name)) if steps < 5 => {
                        steps += 1;
                        target = refs
                            .try_find(name.as_ref())
                            .ok()
                            .flatten()
                            .map(|r| r.target);
                    }
                    _ => bail!(
                        "there is no branch, tag or full commit id of the name given; \
                         `git rev-parse NAME` prints the id of an expression"
                    ),
                }
            }
        }
    };
    Ok(Oid::from_bytes(id.as_bytes()))
}

/// Whether `dir` is a bare repository, or lies in one or in a `.git`: there is no place for a
/// file that is to be committed.
pub fn is_bare(dir: &Path) -> bool {
    let Ok(start) = fs::canonicalize(dir) else {
        return false;
    };
    match repo::discover(&start, true) {
        Probe::Found(location) => location.work_tree.is_none(),
        Probe::Refused(_) | Probe::Nothing => false,
    }
}

/// The private directory of the repository around `dir`, honouring git's environment.
pub fn git_dir(dir: &Path) -> Option<PathBuf> {
    repo::for_index(dir, &GitEnv::of_process())
        .ok()
        .map(|location| location.git_dir)
}
