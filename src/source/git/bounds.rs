//! Opening what belongs to a repository. Everything below a git directory is opened here, or was
//! checked here before gix opens it: a regular file, never waited for, and within the repository.
//!
//! Git's own files can be anything: a FIFO that is waited for without end, a link to a device, a
//! link into another repository. A link is followed where it stays inside, as git follows it.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::fault::Fault;
use crate::finding::Reason;
use crate::source::files;

/// The longest file of settings that is read (HEAD, `config`, `commondir`, one reference); bytes.
pub(in crate::source) const SMALL: u64 = 16 << 20;

/// The longest list that is read (`packed-refs`, `shallow`, a reflog); bytes. Ten million
/// references take about 700 MB.
pub(in crate::source) const LIST: u64 = 1 << 30;

/// The directories that a repository consists of, and those that the user added.
#[derive(Clone, Debug, Default)]
pub(in crate::source) struct Bounds {
    /// Real paths, no links in them.
    inside: Vec<PathBuf>,
    allowed: Vec<PathBuf>,
}

/// What a name in a directory leads to, links followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::source) enum What {
    File,
    Directory,
    /// A FIFO, socket or device.
    Special,
    /// A link that leaves the repository.
    Outside,
    /// A link to nothing, or one that cannot be followed.
    Nowhere,
}

/// A name in a directory.
#[derive(Clone, Debug)]
pub(in crate::source) struct Entry {
    pub name: Vec<u8>,
    /// Where it really lies; its own place when the link leads nowhere.
    pub path: PathBuf,
    pub what: What,
    /// It is a symbolic link itself.
    pub link: bool,
}

impl Bounds {
    /// Bounds of the directories `inside` and of those that the user `allowed`. Directories that
    /// are not there hold nothing.
    pub fn new<'a>(inside: impl IntoIterator<Item = &'a Path>, allowed: &[PathBuf]) -> Self {
        let real = |path: &Path| fs::canonicalize(path).ok();
        Bounds {
            inside: inside.into_iter().filter_map(real).collect(),
            allowed: allowed.iter().filter_map(|path| real(path)).collect(),
        }
    }

    /// Whether a real path lies inside.
    pub fn hold(&self, real: &Path) -> bool {
        let mut all = self.inside.iter().chain(&self.allowed);
        all.any(|dir| real.starts_with(dir))
    }

    /// Where `path` really lies; `None` when it is not there.
    ///
    /// # Errors
    /// It cannot be asked for, or it leads out of the repository.
    pub fn real(&self, path: &Path) -> Result<Option<PathBuf>, Fault> {
        match fs::canonicalize(path) {
            Ok(real) if self.hold(&real) => Ok(Some(real)),
            Ok(_) => Err(outside()),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(fault(&error)),
        }
    }

    /// Reads the file at `path`, of at most `max` bytes; `None` when it is not there.
    ///
    /// # Errors
    /// It leads out of the repository, is no regular file, or cannot be read.
    pub fn read(&self, path: &Path, max: u64) -> Result<Option<Vec<u8>>, Fault> {
        match self.real(path)? {
            None => Ok(None),
            Some(real) => read(&real, max),
        }
    }

    /// What a directory holds, sorted by name; `None` when it is not there or no directory.
    ///
    /// # Errors
    /// It leads out of the repository, or cannot be read.
    pub fn list(&self, dir: &Path) -> Result<Option<Vec<Entry>>, Fault> {
        let Some(real) = self.real(dir)? else {
            return Ok(None);
        };
        let entries = match fs::read_dir(&real) {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(fault(&error)),
        };
        let mut out = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| fault(&error))?;
            let kind = entry.file_type().map_err(|error| fault(&error))?;
            out.push(self.entry(&real, &entry.file_name(), kind));
        }
        out.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Some(out))
    }

    fn entry(&self, dir: &Path, name: &std::ffi::OsStr, kind: fs::FileType) -> Entry {
        let path = dir.join(name);
        let name = files::bytes_of(Path::new(name));
        let link = kind.is_symlink();
        let (path, what) = match link {
            false => (path, of_kind(kind)),
            true => match self.real(&path) {
                Ok(Some(real)) => {
                    let kind = fs::symlink_metadata(&real).map(|about| about.file_type());
                    (real, kind.map_or(What::Nowhere, of_kind))
                }
                Ok(None) => (path, What::Nowhere),
                Err(fault) if fault.reason == Reason::ForeignAlternate => (path, What::Outside),
                Err(_) => (path, What::Nowhere),
            },
        };
        Entry {
            name,
            path,
            what,
            link,
        }
    }
}

impl Entry {
    /// Why this is not the regular file or directory that it ought to be.
    pub fn fault(&self) -> Fault {
        match self.what {
            What::Outside => outside(),
            What::Nowhere => Fault::new(Reason::Io, "it is a link that leads nowhere"),
            What::Special => irregular(),
            What::File => Fault::new(Reason::Io, "it is a file, not a directory"),
            What::Directory => Fault::new(Reason::Io, "it is a directory, not a file"),
        }
    }
}

/// Opens a file whose real path was checked.
///
/// # Errors
/// It is no regular file, or cannot be opened.
pub(in crate::source) fn open(real: &Path) -> Result<File, Fault> {
    match files::open_regular(real) {
        Ok(Some((file, _))) => Ok(file),
        Ok(None) => Err(irregular()),
        Err(error) => Err(fault(&error)),
    }
}

/// Reads a file whose real path was checked, of at most `max` bytes; `None` when it vanished.
///
/// # Errors
/// It is no regular file, larger, or cannot be read.
pub(in crate::source) fn read(real: &Path, max: u64) -> Result<Option<Vec<u8>>, Fault> {
    let file = match files::open_regular(real) {
        Ok(Some((file, _))) => file,
        Ok(None) => return Err(irregular()),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(fault(&error)),
    };
    let mut text = Vec::new();
    let mut file = file.take(max.saturating_add(1));
    file.read_to_end(&mut text).map_err(|error| fault(&error))?;
    if text.len() as u64 > max {
        let detail = format!("it is larger than {} MiB", max >> 20);
        return Err(Fault::new(Reason::Io, detail));
    }
    Ok(Some(text))
}

fn of_kind(kind: fs::FileType) -> What {
    match (kind.is_file(), kind.is_dir()) {
        (true, _) => What::File,
        (_, true) => What::Directory,
        _ => What::Special,
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn outside() -> Fault {
    Fault::new(
        Reason::ForeignAlternate,
        "it leads out of the repository; allow it with --allow-alternate",
    )
}

fn irregular() -> Fault {
    Fault::new(Reason::Io, "it is not a regular file")
}

fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::PermissionDenied => Fault::new(Reason::PermissionDenied, "permission denied"),
        _ => Fault::new(Reason::Io, error.to_string()),
    }
}
