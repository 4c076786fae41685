//! Where the objects of a repository lie: its own object directory and its alternates, and what
//! is in them. Nothing that leaves the repository is followed unless the user allows it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::bounds::{Bounds, Entry, SMALL, What};
use super::fault::Fault;
use crate::finding::{Reason, Skipped};
use crate::source::files;

/// An object directory that may be read.
#[derive(Debug)]
pub(in crate::source) struct ObjectDir {
    /// The packs with an index, sorted by name.
    pub packs: Vec<PathBuf>,
    /// A pack was left incomplete by a partial clone.
    pub promisor: bool,
    /// The directories of loose objects: two hexadecimal digits in lower case, and where it really lies.
    pub loose: Vec<(String, PathBuf)>,
}

/// The object directories of a repository: its own, those of a push that it receives, then their alternates,
/// each once.
pub(in crate::source) struct ObjectDirs {
    pub dirs: Vec<ObjectDir>,
    /// What was not followed, or cannot be read.
    pub refused: Vec<Skipped>,
}

/// Finds all object directories from `objects` on.
pub(in crate::source) fn find(objects: &[PathBuf], bounds: &Bounds) -> ObjectDirs {
    let mut found = ObjectDirs {
        dirs: Vec::new(),
        refused: Vec::new(),
    };
    let mut seen = HashSet::new();
    let mut queue = objects.to_vec();
    while let Some(dir) = queue.pop() {
        let real = match bounds.real(&dir) {
            Ok(Some(real)) => real,
            Ok(None) => {
                let detail = "the object directory is not there";
                let gap = Fault::new(Reason::MissingObject, detail);
                found.refuse(&dir, gap);
                continue;
            }
            Err(fault) => {
                found.refuse(&dir, fault);
                continue;
            }
        };
        if seen.insert(real.clone()) {
            queue.extend(found.add(&real, bounds));
        }
    }
    found
}

impl ObjectDirs {
    fn refuse(&mut self, path: &Path, fault: Fault) {
        let what = files::bytes_of(path);
        self.refused
            .push(Skipped::new(fault.reason, what, fault.detail));
    }

    /// Adds a directory; gives the alternates that it names.
    fn add(&mut self, real: &Path, bounds: &Bounds) -> Vec<PathBuf> {
        let mut dir = ObjectDir {
            packs: Vec::new(),
            promisor: false,
            loose: Vec::new(),
        };
        let entries = match bounds.list(real) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(fault) => {
                self.refuse(real, fault);
                return Vec::new();
            }
        };
        for entry in entries {
            let fanout = is_fanout(&entry.name);
            if !(fanout || matches!(entry.name.as_slice(), b"pack" | b"info")) {
                continue;
            }
            if entry.what != What::Directory {
                self.refuse(&real.join(files::path_of(&entry.name)), entry.fault());
            } else if fanout {
                let name = String::from_utf8_lossy(&entry.name).into_owned();
                dir.loose.push((name, entry.path));
            }
        }
        self.packs(&real.join("pack"), bounds, &mut dir);
        self.dirs.push(dir);
        let list = real.join("info/alternates");
        match bounds.read(&list, SMALL) {
            // Relative to where they are named.
            Ok(text) => match gix::odb::alternate::parse(&text.unwrap_or_default()) {
                Ok(paths) => return paths.iter().map(|path| real.join(path)).collect(),
                Err(_) => self.refuse(&list, Fault::new(Reason::Io, "it names no directories")),
            },
            Err(fault) => self.refuse(&list, fault),
        }
        Vec::new()
    }

    /// The packs of a directory whose files are what they ought to be.
    fn packs(&mut self, at: &Path, bounds: &Bounds, dir: &mut ObjectDir) {
        let entries = match bounds.list(at) {
            Ok(entries) => entries.unwrap_or_default(),
            // The link itself was refused above.
            Err(fault) if fault.reason == Reason::ForeignAlternate => return,
            Err(fault) => return self.refuse(at, fault),
        };
        let mut whole = HashSet::new();
        for entry in &entries {
            if entry.what == What::File {
                whole.insert(entry.name.as_slice());
            } else if is_read(entry) {
                let fault = entry.fault();
                match fault.reason {
                    Reason::Io => {
                        let name = entry.name.clone();
                        let gap = Skipped::new(Reason::CorruptPack, name, fault.detail);
                        self.refused.push(gap);
                    }
                    _ => self.refuse(&at.join(files::path_of(&entry.name)), fault),
                }
            }
        }
        dir.promisor |= entries.iter().any(|e| e.name.ends_with(b".promisor"));
        let named: HashSet<&[u8]> = entries.iter().map(|e| e.name.as_slice()).collect();
        for name in entries.iter().map(|e| e.name.as_slice()) {
            let Some(stem) = name.strip_suffix(b".pack") else {
                continue;
            };
            let index = [stem, b".idx"].concat();
            let index = index.as_slice();
            // A pack without an index is left to whoever opens it, to say so.
            if whole.contains(name) && (whole.contains(index) || !named.contains(index)) {
                dir.packs.push(at.join(files::path_of(name)));
            }
        }
    }
}

fn is_fanout(name: &[u8]) -> bool {
    name.len() == 2 && name.iter().all(u8::is_ascii_hexdigit)
}

/// Whether git opens an entry of a pack directory in order to read objects.
fn is_read(entry: &Entry) -> bool {
    let name = entry.name.as_slice();
    name.ends_with(b".pack") || name.ends_with(b".idx") || name == b"multi-pack-index"
}
