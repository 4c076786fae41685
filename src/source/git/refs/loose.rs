//! All names of references: the packed ones, and what lies below the `refs` directories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::lookup::{Finder, Found, is_symbolic, too_long};
use super::text::{Target, is_per_worktree, lines, packed_line, parse};
use super::worktrees::Worktree;
use super::{MAX_SYMBOLIC, Ref, classify};
use crate::finding::{Reason, Skipped};
use crate::source::files;
use crate::source::git::bounds::{self, Entry, LIST, SMALL, What};
use crate::source::git::open::Layout;

/// How many references are read through directories that are links: they may lie in one another,
/// and the same ones would be read without end.
const MAX_LINKED: usize = 100_000;

/// The names of a repository and what they say.
#[derive(Default)]
pub(super) struct Names {
    /// By full name.
    pub map: BTreeMap<Vec<u8>, Target>,
    /// What `packed-refs` says besides, of names that it has twice.
    pub overridden: Vec<Ref>,
    /// `packed-refs` is there and empty.
    pub emptied: bool,
    /// Read through linked directories so far.
    linked: usize,
}

impl Names {
    /// Reads all; what cannot be read is skipped.
    pub fn read(
        layout: &Layout,
        worktrees: &[Worktree],
        over: &dyn Fn() -> bool,
        skipped: &mut Vec<Skipped>,
    ) -> Self {
        let mut names = Names::default();
        names.packed(layout, skipped);
        for worktree in worktrees {
            let mut walk = Walk {
                layout,
                worktree,
                names: &mut names,
                over,
                skipped: &mut *skipped,
                above: Vec::new(),
            };
            walk.directory(&worktree.dir.join("refs"), b"refs", false);
        }
        names
    }

    fn packed(&mut self, layout: &Layout, skipped: &mut Vec<Skipped>) {
        let mut gap = |detail: &str| {
            skipped.push(Skipped::new(Reason::BrokenRef, *b"packed-refs", detail));
        };
        let text = match layout.bounds.read(&layout.common.join("packed-refs"), LIST) {
            Ok(Some(text)) => text,
            Ok(None) => return,
            Err(fault) => return gap(&fault.detail),
        };
        self.emptied = text.is_empty();
        if text.last().is_some_and(|last| *last != b'\n') {
            gap("it is cut off in the middle of a line");
        }
        for line in lines(&text).filter(|line| !matches!(line[0], b'#' | b'^')) {
            let Some((oid, name)) = packed_line(line) else {
                gap("a line that names no object");
                continue;
            };
            let before = self.map.insert(name.to_vec(), Target::Id(oid));
            if let Some(Target::Id(before)) = before.filter(|before| *before != Target::Id(oid)) {
                self.overridden.push(Ref {
                    oid: before,
                    name: name.to_vec(),
                    group: classify(name).1,
                });
            }
        }
    }

    /// The worktree that the reference called `name` belongs to; the one that is open for those
    /// that all share.
    pub fn worktree_of<'w>(&self, name: &[u8], worktrees: &'w [Worktree]) -> &'w Worktree {
        let (open, others) = worktrees.split_first().expect("one is open");
        let others = || others.iter().find(|w| name.starts_with(&w.prefix));
        match name.starts_with(b"refs/") {
            true => open,
            false => others().unwrap_or(open),
        }
    }

    /// Where a reference of a worktree leads that says `target`.
    pub fn resolve(&self, layout: &Layout, target: &Target, worktree: &Worktree) -> Found {
        let mut target = target.clone();
        for _ in 0..=MAX_SYMBOLIC {
            let name = match target {
                Target::Id(oid) => return Found::Id(oid),
                Target::Name(name) => name,
            };
            target = match self.map.get(&worktree.full(&name)) {
                Some(next) => next.clone(),
                // Every reference in `refs/` was read; others lie beside HEAD.
                None if name.starts_with(b"refs/") => return Found::Dangling(name),
                None => match Finder::new(layout).target(&worktree.dir, &name) {
                    Ok(Some(next)) => next,
                    Ok(None) => return Found::Dangling(name),
                    Err(fault) => return Found::Broken(fault),
                },
            };
        }
        Found::Broken(too_long())
    }
}

/// Goes through one `refs` directory.
struct Walk<'a> {
    layout: &'a Layout,
    worktree: &'a Worktree,
    names: &'a mut Names,
    /// Whether the run is to end.
    over: &'a dyn Fn() -> bool,
    skipped: &'a mut Vec<Skipped>,
    /// The real directories on the way here, so that circles end.
    above: Vec<PathBuf>,
}

impl Walk<'_> {
    fn broken(&mut self, name: &[u8], detail: impl Into<String>) {
        let name = self.worktree.full(name);
        self.skipped
            .push(Skipped::new(Reason::BrokenRef, name, detail));
    }

    /// Reads the directory of the references that start with `name`.
    fn directory(&mut self, dir: &Path, name: &[u8], linked: bool) {
        let real = match self.layout.bounds.real(dir) {
            Ok(Some(real)) => real,
            Ok(None) => return,
            Err(fault) => return self.broken(name, fault.detail),
        };
        if self.above.contains(&real) {
            // What is in it has a shorter name already.
            return;
        }
        let entries = match self.layout.bounds.list(&real) {
            Ok(entries) => entries.unwrap_or_default(),
            Err(fault) => return self.broken(name, fault.detail),
        };
        self.above.push(real.clone());
        for entry in entries {
            if (self.over)() {
                break;
            }
            // As git: neither hidden files nor locks are references.
            if entry.name.starts_with(b".") || entry.name.ends_with(b".lock") {
                continue;
            }
            let linked = linked || (entry.link && entry.what == What::Directory);
            if linked {
                self.names.linked += 1;
                if self.names.linked > MAX_LINKED {
                    self.broken(name, "too many references behind linked directories");
                    break;
                }
            }
            let full = [name, b"/", entry.name.as_slice()].concat();
            self.entry(&real, &full, &entry, linked);
        }
        self.above.pop();
    }

    fn entry(&mut self, dir: &Path, name: &[u8], entry: &Entry, linked: bool) {
        if entry.link {
            let text = std::fs::read_link(dir.join(files::path_of(&entry.name)));
            let text = text.map(|text| files::bytes_of(&text)).unwrap_or_default();
            if is_symbolic(&text) {
                return self.insert(name, Target::Name(text));
            }
        }
        match entry.what {
            What::Directory => self.directory(&entry.path, name, linked),
            What::File => match bounds::read(&entry.path, SMALL) {
                // Deleted while it was listed.
                Ok(None) => {}
                Ok(Some(text)) => match parse(&text) {
                    Some(target) => self.insert(name, target),
                    None => self.broken(name, "it names no object"),
                },
                Err(fault) => self.broken(name, fault.detail),
            },
            _ => self.broken(name, entry.fault().detail),
        }
    }

    fn insert(&mut self, name: &[u8], target: Target) {
        // Only the main worktree has what all share; git does not look elsewhere for it.
        let own = is_per_worktree(name) || self.worktree.dir != self.layout.common;
        let name = match own {
            true => [&self.worktree.prefix, name].concat(),
            false => name.to_vec(),
        };
        self.names.map.insert(name, target);
    }
}
