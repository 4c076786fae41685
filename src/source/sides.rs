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
use gix::objs::tree::{EntryMode, EntryRef};
use gix::objs::{Kind, TreeRefIter};

use super::files;
use super::git::location::{GitEnv, Probe, Search};
use super::git::odb::Odb;
use super::git::open::{self, Layout};
use super::git::parse::{parse_commit, parse_tag};
use super::git::refs;
use crate::finding::Oid;

/// Larger ones are refused; bytes.
const MAX: u64 = 16 << 20;

/// Whose word holds: where configuration, and what hides, is read.
#[derive(Clone, Debug)]
pub enum Side {
    /// The directory that is scanned.
    WorkTree(PathBuf),
    /// The index of a repository, honouring git's environment.
    Index(Repository),
    /// HEAD of a repository; nothing when it has none.
    Head(Repository),
    /// A commit of a repository.
    Commit(Repository, Oid),
}

/// A repository to read that from.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The directory that it is or lies in.
    pub dir: PathBuf,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
}

impl Repository {
    /// The repository around `dir`, with what the user allows.
    pub fn new(dir: &Path, allow_alternates: &[PathBuf]) -> Self {
        Repository {
            dir: dir.to_owned(),
            allow_alternates: allow_alternates.to_vec(),
        }
    }
}

impl From<PathBuf> for Repository {
    fn from(dir: PathBuf) -> Self {
        Repository {
            dir,
            allow_alternates: Vec::new(),
        }
    }
}

/// A file with the name that messages give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideFile {
    /// Its name, and where it was read.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Files in the order in which they were asked for.
pub type SideFiles = Vec<Option<SideFile>>;

/// Reads the files called `names` (paths from the top of `from`, `/` between names); `None` for
/// those that are not there.
/// Where no repository, index or commit can be read nothing is there either: the scan itself
/// says what it could not read, and a file that is missing hides nothing.
///
/// # Errors
/// A file that is there and cannot be read: no regular file, too large, damaged, in a merge
/// conflict.
pub fn read_side(from: &Side, names: &[&str]) -> Result<SideFiles> {
    match from {
        Side::WorkTree(root) => names.iter().map(|name| of_tree(root, name)).collect(),
        Side::Index(dir) => of_index(dir, names),
        Side::Head(dir) => {
            let Ok(store) = Opened::at(dir) else {
                return Ok(vec![None; names.len()]);
            };
            match store.head().ok().flatten() {
                Some(id) => store.of_commit(id, "HEAD", names, false),
                None => Ok(vec![None; names.len()]),
            }
        }
        Side::Commit(dir, id) => {
            let store = Opened::at(dir)?;
            let git_id = ObjectId::try_from(id.as_bytes())?;
            store.of_commit(git_id, &id.short(), names, true)
        }
    }
}

/// The file called `name` in `start`, or in the nearest directory above it, not above `root`.
///
/// # Errors
/// As [`read_side`].
pub fn find_upward(start: &Path, root: &Path, name: &str) -> Result<Option<SideFile>> {
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

fn of_tree(root: &Path, name: &str) -> Result<Option<SideFile>> {
    let path = root.join(name);
    let shown = || format!("{name} at {}", root.display());
    if behind_link(root, name) {
        bail!(
            "{} lies behind a symbolic link; put plain directories there",
            shown()
        );
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
    Ok(bytes.map(|bytes| SideFile {
        name: name.to_owned(),
        bytes,
    }))
}

/// Whether a directory on the way from `root` to `name` is a symbolic link.
pub(super) fn behind_link(root: &Path, name: &str) -> bool {
    let mut dir = root.to_owned();
    Path::new(name).parent().into_iter().flatten().any(|part| {
        dir.push(part);
        fs::symlink_metadata(&dir).is_ok_and(|meta| meta.is_symlink())
    })
}

fn of_index(from: &Repository, names: &[&str]) -> Result<SideFiles> {
    let none = || Ok(vec![None; names.len()]);
    let env = GitEnv::of_process();
    let Ok(layout) = open::open_for_index(&from.dir, &from.allow_alternates, &env) else {
        return none();
    };
    let (Ok(odb), Ok(Some(index))) = (Odb::open(&layout), layout.index(&env)) else {
        return none();
    };
    let store = Opened { layout, odb };
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
                Some(SideFile {
                    name: shown.clone(),
                    bytes,
                })
            })
        })
        .collect()
}

/// The id as gix knows it; `None` where it has no known length.
fn object_id(oid: &Oid) -> Option<ObjectId> {
    ObjectId::try_from(oid.as_bytes()).ok()
}

/// A repository with its objects.
pub(super) struct Opened {
    pub layout: Layout,
    pub odb: Odb,
}

impl Opened {
    pub fn at(from: &Repository) -> Result<Self> {
        let layout = open::open(&from.dir, &from.allow_alternates)?;
        let odb = Odb::open(&layout)?;
        Ok(Opened { layout, odb })
    }

    pub fn head(&self) -> Result<Option<ObjectId>> {
        let head = refs::head(&self.layout)?;
        Ok(head.and_then(|oid| object_id(&oid)))
    }

    /// The named files of a commit's top directory. With `strict` a commit that cannot be read
    /// is an error, else it has no files.
    fn of_commit(
        &self,
        id: ObjectId,
        name: &str,
        names: &[&str],
        strict: bool,
    ) -> Result<SideFiles> {
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
        tree: ObjectId,
        path: &str,
        name: &str,
        strict: bool,
    ) -> Result<Option<SideFile>> {
        let shown = format!("{path} ({name})");
        match self.entry(tree, path) {
            None if strict => {
                bail!("the commit {name} cannot be read here; fetch it, or name another")
            }
            None | Some(None) => Ok(None),
            Some(Some((mode, _))) if !mode.is_blob() => {
                bail!("{shown} is no regular file; put a plain file there")
            }
            Some(Some((_, id))) => {
                let bytes = self.blob(id, &shown)?;
                Ok(Some(SideFile { name: shown, bytes }))
            }
        }
    }

    /// What stands at `path` below a tree, which is nothing for most paths. The outer `None` is for a tree that
    /// cannot be read.
    pub fn entry(&self, mut tree: ObjectId, path: &str) -> Option<Option<(EntryMode, ObjectId)>> {
        let mut parts = path.split('/').peekable();
        let mut buffer = Vec::new();
        while let Some(part) = parts.next() {
            let object = self.odb.find_as(&tree, Kind::Tree, &mut buffer).ok()??;
            let mut entries = TreeRefIter::from_bytes(object.data, self.layout.hash);
            let named = |entry: &EntryRef<'_>| entry.filename == part.as_bytes();
            let Some(entry) = entries.find_map(|entry| entry.ok().filter(named)) else {
                return Some(None);
            };
            let id = entry.oid.to_owned();
            if parts.peek().is_none() {
                return Some(Some((entry.mode, id)));
            }
            if !entry.mode.is_tree() {
                return Some(None);
            }
            tree = id;
        }
        Some(None)
    }

    /// The tree of a commit; tags are followed.
    pub fn tree(&self, mut id: ObjectId, buffer: &mut Vec<u8>) -> Option<ObjectId> {
        for _ in 0..8 {
            let object = self.odb.find_of_any_kind(&id, buffer).ok()??;
            match object.kind {
                // Read as ranges and histories read them: a line of an author that git would not write hides no tree.
                Kind::Commit => return object_id(&parse_commit(object.data)?.tree),
                Kind::Tag => id = object_id(&parse_tag(object.data)?.label.target)?,
                Kind::Tree => return Some(id),
                Kind::Blob => return None,
            }
        }
        None
    }

    fn blob(&self, id: ObjectId, shown: &str) -> Result<Vec<u8>> {
        let missing = || {
            format!(
                "{shown} cannot be read: its object is missing or damaged; fetch it (`git fetch --refetch`), or pass --untrusted"
            )
        };
        if id == ObjectId::empty_blob(self.layout.hash) {
            return Ok(Vec::new());
        }
        let size = self.odb.size(&id).ok().flatten().with_context(missing)?;
        if size > MAX {
            bail!("{shown} is larger than 16 MiB; shorten it");
        }
        let mut buffer = Vec::new();
        match self.odb.find_as(&id, Kind::Blob, &mut buffer) {
            Ok(Some(object)) => Ok(object.data.to_vec()),
            _ => bail!(missing()),
        }
    }
}

/// The commit that `name` means in a repository: `HEAD`, a full id, or a branch, remote branch or
/// tag. (Expressions such as `main~3` are `git rev-parse`'s.)
///
/// # Errors
/// There is none, or no such repository.
pub fn commit_of(from: &Repository, name: &str) -> Result<Oid> {
    let layout = open::open(&from.dir, &from.allow_alternates)?;
    if let Ok(id) = ObjectId::from_hex(name.as_bytes()) {
        return Ok(Oid::from_bytes(id.as_bytes()));
    }
    if name == "HEAD" {
        return refs::head(&layout)?.context("HEAD names no commit yet");
    }
    match refs::Finder::new(&layout).short(name.as_bytes()) {
        Ok(Some(oid)) => Ok(oid),
        Err(fault) => bail!("the reference cannot be read: {}", fault.detail),
        Ok(None) => bail!(
            "there is no branch, tag or full commit id of the name given; `git rev-parse NAME` \
             prints the id of an expression"
        ),
    }
}

/// The address of the remote of the repository around `dir`, as its configuration has it: of `origin`, else
/// of the first. It may hold anything, credentials too.
pub fn remote_of(dir: &Path) -> Option<Vec<u8>> {
    open::open(dir, &[]).ok()?.remote
}

/// Whether `dir` is a bare repository, or lies in one or in a `.git`: there is no place for a
/// file that is to be committed.
pub fn is_bare(dir: &Path) -> bool {
    let Ok(start) = fs::canonicalize(dir) else {
        return false;
    };
    let search = Search {
        bare: true,
        allowed: &[],
    };
    match search.up(&start) {
        Probe::Found(location) => location.work_tree.is_none(),
        Probe::Refused(_) | Probe::Nothing => false,
    }
}

/// The private directory of the repository around `dir`, honouring git's environment.
pub fn git_dir(dir: &Path) -> Option<PathBuf> {
    let search = Search {
        bare: true,
        allowed: &[],
    };
    search
        .for_index(dir, &GitEnv::of_process())
        .ok()
        .map(|location| location.git_dir)
}

/// Whether git tracks the file of a path: whether it stands in the index of the repository around it. The file itself
/// need not be there.
///
/// # Errors
/// The repository or its index cannot be read.
pub fn tracks(path: &Path) -> Result<bool> {
    let dir = match path.parent() {
        Some(dir) if dir != Path::new("") => dir,
        _ => Path::new("."),
    };
    let dir = fs::canonicalize(dir).with_context(|| format!("{} cannot be read", dir.display()))?;
    let search = Search {
        bare: false,
        allowed: &[],
    };
    let location = match search.up(&dir) {
        Probe::Found(location) => location,
        Probe::Nothing => return Ok(false),
        Probe::Refused(why) => bail!("{why}"),
    };
    let layout = Layout::at(location)?;
    let Some(top) = layout.work_tree.clone() else {
        return Ok(false);
    };
    let top = fs::canonicalize(top)?;
    let (Ok(below), Some(name)) = (dir.strip_prefix(&top), path.file_name()) else {
        return Ok(false);
    };
    let Some(index) = layout.index(&GitEnv::default())? else {
        return Ok(false);
    };
    let Ok(below) = gix::path::into_bstr(below.join(name)) else {
        return Ok(false);
    };
    let below = gix::path::to_unix_separators_on_windows(below);
    Ok(index
        .entries()
        .iter()
        .any(|entry| entry.path(&index) == below.as_bstr()))
}
