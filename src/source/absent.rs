//! What a repository tracks and its working tree does not hold: left out by a sparse checkout,
//! deleted and not committed, or in a place where something else is now. A scan of the working
//! tree reads none of it, though it is committed, and says so.

use std::collections::BTreeSet;
use std::path::Path;

use gix::index::entry::{Flags, Mode};

use super::files;
use super::ignored::Excludes;
use super::walk::{Inside, Item, Listing};
use crate::finding::{Reason, Skipped};

/// The tracked files of every repository that was walked and that a settled listing does not
/// have, as one gap for each repository. Linear in the index and the listing.
pub(super) fn absent(listing: &Listing, root: &Path, excludes: &Excludes) -> Vec<Skipped> {
    let mut tops: Vec<(&Inside, Vec<&Path>)> = Vec::new();
    for (inside, dir) in &listing.walked {
        match tops
            .last_mut()
            .filter(|(last, _)| std::ptr::eq(*last, &**inside))
        {
            Some((_, dirs)) => dirs.push(dir),
            None => tops.push((inside, vec![dir])),
        }
    }
    let told: BTreeSet<&[u8]> = listing.skipped.iter().map(|s| s.what.as_slice()).collect();
    tops.iter()
        .filter_map(|(inside, dirs)| {
            let search = Search {
                root,
                excludes,
                told: &told,
                inside,
                dirs,
            };
            search.run(&listing.items)
        })
        .collect()
}

struct Search<'a> {
    root: &'a Path,
    excludes: &'a Excludes,
    /// What other gaps name.
    told: &'a BTreeSet<&'a [u8]>,
    inside: &'a Inside,
    /// The directories that were walked.
    dirs: &'a [&'a Path],
}

impl Search<'_> {
    /// Compares the index with the items, both in the order of their paths.
    fn run(&self, items: &[Item]) -> Option<Skipped> {
        let index = self.inside.index.as_ref()?;
        let below = self.inside.top.strip_prefix(self.root).ok()?;
        let mut path = files::bytes_of(below);
        let top = match path.is_empty() {
            true => b".".to_vec(),
            false => path.clone(),
        };
        if !path.is_empty() {
            path.push(b'/');
        }
        let stem = path.len();
        let dirs = self.names();
        let mut items = &items[items.partition_point(|item| item.path.0 < path)..];
        let (mut files, mut folders, mut sparse) = (0u64, 0u64, false);
        let mut last: &[u8] = b"";
        for entry in index.entries() {
            let name = entry.path(index);
            if entry.mode == Mode::COMMIT || name == last || !covers(&dirs, name) {
                continue;
            }
            last = name;
            path.truncate(stem);
            path.extend_from_slice(name);
            while items.first().is_some_and(|item| item.path.0 < path) {
                items = &items[1..];
            }
            if items.first().is_some_and(|item| item.path.0 == path) || self.known(&path) {
                continue;
            }
            sparse |= entry.flags.contains(Flags::SKIP_WORKTREE);
            match entry.mode.is_sparse() {
                true => folders += 1,
                false => files += 1,
            }
        }
        let detail = detail(files, folders, sparse)?;
        Some(Skipped::new(Reason::NotInWorkTree, top, detail))
    }

    /// The walked directories as the index writes them; empty for the top.
    fn names(&self) -> Vec<Vec<u8>> {
        let name = |dir: &&Path| files::bytes_of(dir.strip_prefix(&self.inside.top).unwrap_or(dir));
        self.dirs.iter().map(name).collect()
    }

    /// Whether the path or a directory above it is left out for a reason that is told.
    fn known(&self, path: &[u8]) -> bool {
        let mut ends = (1..=path.len()).filter(|end| matches!(path.get(*end), Some(b'/') | None));
        ends.any(|end| {
            let excluded = || {
                let full = self.root.join(files::path_of(&path[..end]));
                self.excludes.find(&full, end < path.len()).is_some()
            };
            self.told.contains(&path[..end]) || (!self.excludes.globs.is_empty() && excluded())
        })
    }
}

/// Whether `name` lies in one of `dirs`.
fn covers(dirs: &[Vec<u8>], name: &[u8]) -> bool {
    dirs.iter().any(|dir| {
        let rest = name.strip_prefix(dir.as_slice());
        dir.is_empty() || rest.is_some_and(|rest| rest.starts_with(b"/"))
    })
}

/// How many files, and directories that the index of a sparse checkout holds as such.
fn detail(files: u64, folders: u64, sparse: bool) -> Option<String> {
    let count = |n: u64, one: &str, many: &str| match n {
        0 => None,
        1 => Some(format!("1 {one}")),
        n => Some(format!("{n} {many}")),
    };
    let parts = [
        count(files, "file", "files"),
        count(folders, "whole directory", "whole directories"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let sparse = if sparse || folders > 0 {
        " (sparse checkout)"
    } else {
        ""
    };
    let what = parts.join(" and ");
    (!what.is_empty()).then(|| format!("{what}{sparse}: `keysweep scan --index` reads them"))
}
