//! Listing a working tree: which files are to be read, and what is left out and why.
//!
//! Our own descent instead of a ready-made walker, because one pass has to know of every path
//! whether it is in the index, ignored by the repository's own rules, excluded by the user, or
//! part of another repository. Directory entries carry their kind, so nothing is opened here
//! but directories and `.gitignore` files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::gitignore::Gitignore;

use super::git::bounds::SMALL;
use super::git::location::{GitEnv, Location, OF_TREES, Probe, is_git_dir};
use super::git::open::Layout;
use super::ignored::{Excludes, IgnoredFiles, Rules, holds_packages, is_credential_store, rules};
use super::{Control, files};
use crate::finding::{Reason, RepoPath, Skipped};

/// Directories nested deeper are named and not entered; operating systems stop at 4,096 bytes of
/// path, which is fewer.
const MAX_DEPTH: usize = 2048;

/// A file or symbolic link to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Item {
    /// Relative to the root, for people and reports.
    pub path: RepoPath,
    /// For the operating system.
    pub full: PathBuf,
    /// A symbolic link, whose target text is content.
    pub link: bool,
}

/// What a listing found.
#[derive(Default)]
pub(super) struct Listing {
    pub items: Vec<Item>,
    pub skipped: Vec<Skipped>,
    pub ignored_files: u64,
    pub credential_stores: Vec<RepoPath>,
    excluded: BTreeMap<usize, u64>,
    /// The repositories that were walked, each with the directory that was.
    pub walked: Vec<(Arc<Inside>, PathBuf)>,
}

/// A repository that is being walked: its index and exclude file.
pub(super) struct Inside {
    pub top: PathBuf,
    /// Where its parts are; `None` for one whose `.git` is not followed.
    pub location: Option<Location>,
    /// Sorted by path; `None` if it could not be read.
    pub index: Option<gix::index::File>,
    exclude: Gitignore,
}

impl Inside {
    /// Reads what a listing needs of a repository; what cannot be read is skipped input, and
    /// then only ignore rules decide.
    pub fn open(location: &Location, shown: &[u8], skipped: &mut Vec<Skipped>) -> Arc<Inside> {
        let top = location.work_tree.clone().unwrap_or_default();
        // Where a scan starts is said by the user, so git's environment does not count.
        let index =
            Layout::at(location.clone()).and_then(|layout| layout.index(&GitEnv::default()));
        let index = index.unwrap_or_else(|error| {
            let detail =
                format!("tracked files are not known, ignored ones are left out: {error:#}");
            skipped.push(Skipped::new(Reason::Io, shown, detail));
            None
        });
        let exclude = location.common_dir.join("info/exclude");
        let exclude = match location.bounds.read(&exclude, SMALL) {
            Ok(text) => rules(&top, &text.unwrap_or_default()),
            Err(_) => Gitignore::empty(),
        };
        Arc::new(Inside {
            top,
            location: Some(location.clone()),
            index,
            exclude,
        })
    }

    /// A repository whose `.git` is not followed: its ignore files count, nothing else.
    pub fn unread(top: &Path) -> Arc<Inside> {
        Arc::new(Inside {
            top: top.to_owned(),
            location: None,
            index: None,
            exclude: Gitignore::empty(),
        })
    }

    /// The path below this repository's top, as its index writes it.
    fn name(&self, full: &Path) -> Vec<u8> {
        files::bytes_of(full.strip_prefix(&self.top).unwrap_or(full))
    }

    fn entry(&self, full: &Path) -> Option<&gix::index::Entry> {
        let index = self.index.as_ref()?;
        let name = self.name(full);
        // Any stage counts: a file in conflict is tracked too.
        let at = match index.entry_index_by_path(name.as_slice().into()) {
            Ok(at) => at,
            Err(_) => return None,
        };
        index.entries().get(at)
    }

    fn tracked(&self, full: &Path) -> bool {
        self.entry(full)
            .is_some_and(|entry| entry.mode != gix::index::entry::Mode::COMMIT)
    }

    fn is_submodule(&self, full: &Path) -> bool {
        self.entry(full)
            .is_some_and(|entry| entry.mode == gix::index::entry::Mode::COMMIT)
    }

    fn tracks_below(&self, full: &Path) -> bool {
        let Some(index) = &self.index else {
            return false;
        };
        let mut name = self.name(full);
        name.push(b'/');
        index
            .prefixed_entries_range(name.as_slice().into())
            .is_some()
    }
}

/// What does not change during a walk.
pub(super) struct Walk<'a> {
    pub root: &'a Path,
    pub ignored_files: IgnoredFiles,
    pub recurse: bool,
    pub excludes: &'a Excludes,
    pub control: &'a Control,
    pub found: Mutex<Listing>,
}

/// What a directory inherits.
#[derive(Clone)]
struct Here {
    inside: Option<Arc<Inside>>,
    rules: Option<Arc<Rules>>,
    /// An ignored directory: only what is tracked is read.
    ignored: bool,
    /// Another repository's directory: its untracked files are not even counted.
    foreign: bool,
    /// Below an ignored directory that holds other people's packages.
    packages: bool,
    depth: usize,
}

impl Walk<'_> {
    /// The path relative to the root.
    fn shown(&self, full: &Path) -> RepoPath {
        let relative = full.strip_prefix(self.root).unwrap_or(full);
        RepoPath(match relative.as_os_str().is_empty() {
            true => b".".to_vec(),
            false => files::bytes_of(relative),
        })
    }

    fn update(&self, change: impl FnOnce(&mut Listing)) {
        // A listing that another thread left half-way is still a list.
        change(
            &mut self
                .found
                .lock()
                .unwrap_or_else(|broken| broken.into_inner()),
        );
    }

    /// Adds a file that the user named: neither ignore rules nor the index are asked.
    pub fn file(&self, full: &Path, link: bool) {
        self.update(|found| match self.excludes.find(full, false) {
            Some(glob) => *found.excluded.entry(glob).or_default() += 1,
            None => found.items.push(Item {
                path: self.shown(full),
                full: full.to_owned(),
                link,
            }),
        });
    }

    /// Names a FIFO, socket or device that the user named.
    pub fn special(&self, full: &Path, what: &str) {
        let skipped = Skipped::new(Reason::SpecialFile, self.shown(full).0, what);
        self.skip(vec![skipped]);
    }

    /// Adds what was not read.
    pub fn skip(&self, skipped: Vec<Skipped>) {
        self.update(|found| found.skipped.extend(skipped));
    }

    /// Lists a directory that the user named; `inside` is the repository around it.
    pub fn directory(&self, dir: &Path, inside: Option<Arc<Inside>>) {
        let mut rules = None;
        if let Some(inside) = &inside {
            // The ignore files between the repository's top and here.
            let mut above: Vec<&Path> = dir
                .ancestors()
                .skip(1)
                .take_while(|dir| dir.starts_with(&inside.top))
                .collect();
            above.reverse();
            for dir in above {
                rules = self.rules_at(dir, rules);
            }
        }
        if let Some(inside) = &inside {
            self.update(|found| found.walked.push((Arc::clone(inside), dir.to_owned())));
        }
        let here = Here {
            inside,
            rules,
            ignored: false,
            foreign: false,
            packages: false,
            depth: 0,
        };
        rayon::scope(|scope| self.enter(scope, dir.to_owned(), here));
    }

    fn rules_at(&self, dir: &Path, above: Option<Arc<Rules>>) -> Option<Arc<Rules>> {
        let path = dir.join(".gitignore");
        let own = match files::read_small(&path) {
            Ok(Some(text)) => rules(dir, &text),
            Ok(None) => return above,
            Err(error) => {
                let skipped = files::failed(&self.shown(&path), &error);
                self.update(|found| found.skipped.push(skipped));
                return above;
            }
        };
        Some(Arc::new(Rules { own, above }))
    }

    fn enter<'s>(&'s self, scope: &rayon::Scope<'s>, dir: PathBuf, mut here: Here) {
        if self.control.stopped() {
            return;
        }
        let mut mine = Listing::default();
        let entries = match fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) => {
                let skipped = files::failed(&self.shown(&dir), &error);
                return self.update(|found| found.skipped.push(skipped));
            }
        };
        let mut list = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_type()?, entry.path()))) {
                Ok(entry) => list.push(entry),
                Err(error) => mine.skipped.push(files::failed(&self.shown(&dir), &error)),
            }
        }
        if here.inside.is_some()
            && !here.ignored
            && list.iter().any(|(_, path)| path.ends_with(".gitignore"))
        {
            here.rules = self.rules_at(&dir, here.rules.take());
        }
        for (kind, full) in list {
            if full.file_name().is_some_and(|name| name == ".git") && is_gits(&dir, &full, kind) {
                continue;
            }
            if let Some(glob) = self.excludes.find(&full, kind.is_dir()) {
                *mine.excluded.entry(glob).or_default() += 1;
                continue;
            }
            if kind.is_dir() {
                self.descend(scope, full, &here, &mut mine);
            } else {
                self.leaf(kind, full, &here, &mut mine);
            }
        }
        self.update(|found| found.join(mine));
    }

    fn ignored(&self, full: &Path, is_dir: bool, here: &Here) -> bool {
        let Some(inside) = &here.inside else {
            return false;
        };
        self.ignored_files != IgnoredFiles::Read
            && (here.ignored || Rules::ignores(here.rules.as_ref(), &inside.exclude, full, is_dir))
    }

    fn leaf(&self, kind: fs::FileType, full: PathBuf, here: &Here, mine: &mut Listing) {
        let path = self.shown(&full);
        let left_out = here.foreign || self.ignored(&full, false, here);
        if left_out && !here.inside.as_ref().is_some_and(|it| it.tracked(&full)) {
            if here.foreign {
                return;
            }
            let store = !here.packages && is_credential_store(path.file_name());
            if !store || self.ignored_files != IgnoredFiles::Stores {
                mine.ignored_files += 1;
                if store {
                    mine.credential_stores.push(path);
                }
                return;
            }
        }
        if kind.is_file() || kind.is_symlink() {
            mine.items.push(Item {
                path,
                full,
                link: kind.is_symlink(),
            });
        } else {
            mine.skipped
                .push(Skipped::new(Reason::SpecialFile, path.0, special(kind)));
        }
    }

    fn descend<'s>(
        &'s self,
        scope: &rayon::Scope<'s>,
        full: PathBuf,
        here: &Here,
        mine: &mut Listing,
    ) {
        let mut next = here.clone();
        next.depth += 1;
        if next.depth > MAX_DEPTH {
            let what = self.shown(&full);
            mine.skipped.push(Skipped::new(
                Reason::LimitReached,
                what.0,
                "nested too deep",
            ));
            return;
        }
        if let Some(inside) = &here.inside {
            next.ignored = self.ignored(&full, true, here);
            next.packages |= next.ignored && holds_packages(&full);
            if !next.ignored && !here.foreign {
                let submodule = inside.is_submodule(&full);
                let probe = OF_TREES.at(&full);
                if submodule || !matches!(probe, Probe::Nothing) {
                    let what = self.shown(&full);
                    match probe {
                        Probe::Found(location) if self.recurse => {
                            let inside = Inside::open(&location, &what.0, &mut mine.skipped);
                            mine.walked.push((Arc::clone(&inside), full.clone()));
                            next.inside = Some(inside);
                            next.rules = None;
                        }
                        probe => {
                            let reason = match submodule {
                                true => Reason::Submodule,
                                false => Reason::NestedRepository,
                            };
                            let detail = match probe {
                                Probe::Refused(why) if self.recurse => why,
                                Probe::Nothing => "not checked out".to_owned(),
                                _ => String::new(),
                            };
                            mine.skipped.push(Skipped::new(reason, what.0, detail));
                            if !inside.tracks_below(&full) {
                                return;
                            }
                            next.foreign = true;
                        }
                    }
                }
            }
        }
        scope.spawn(move |scope| self.enter(scope, full, next));
    }
}

/// Whether what is called `.git` in `dir` is git's own: a repository, or a file that leads to one
/// and is followed. Anything else under that name is a file or directory like others.
fn is_gits(dir: &Path, full: &Path, kind: fs::FileType) -> bool {
    match kind.is_dir() {
        true => is_git_dir(full),
        false => matches!(OF_TREES.at(dir), Probe::Found(_)),
    }
}

impl Listing {
    fn join(&mut self, other: Listing) {
        self.items.extend(other.items);
        self.skipped.extend(other.skipped);
        self.ignored_files += other.ignored_files;
        self.credential_stores.extend(other.credential_stores);
        self.walked.extend(other.walked);
        for (glob, count) in other.excluded {
            *self.excluded.entry(glob).or_default() += count;
        }
    }

    /// Puts everything into an order that does not depend on threads.
    pub fn settle(&mut self, excludes: &Excludes) {
        for (glob, count) in std::mem::take(&mut self.excluded) {
            if let Some((text, _)) = excludes.globs.get(glob) {
                let detail = match count {
                    1 => "1 path".to_owned(),
                    n => format!("{n} paths"),
                };
                self.skipped
                    .push(Skipped::new(Reason::Excluded, text.as_str(), detail));
            }
        }
        self.items.sort();
        self.items.dedup();
        self.skipped.sort();
        self.skipped.dedup();
        self.credential_stores.sort();
        self.credential_stores.dedup();
    }
}

#[cfg(unix)]
pub(super) fn special(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match kind {
        kind if kind.is_fifo() => "FIFO",
        kind if kind.is_socket() => "socket",
        kind if kind.is_block_device() || kind.is_char_device() => "device",
        _ => "",
    }
}

#[cfg(not(unix))]
pub(super) fn special(_: fs::FileType) -> &'static str {
    ""
}
