//! What the index holds, whole: the tree of a commit about to be made, read from the object
//! database and never from the working tree. Git's environment (`GIT_INDEX_FILE`) is honoured, so
//! that the index may as well be a temporary one that stands for the tree of any commit.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;

use anyhow::Result;

use super::changes::Changes;
use super::git::location::GitEnv;
use super::git::odb::Odb;
use super::git::open;
use super::staged;
use super::tree::Visited;
use super::{Control, StagedOptions, Visit, files, names};
use crate::finding::{Ignored, Reason, Skipped};

/// What to look at.
pub struct IndexedOptions {
    /// A directory in the repository; relative `paths` start here.
    pub dir: PathBuf,
    /// Files and directories; everything when empty.
    pub paths: Vec<PathBuf>,
    /// How many threads; 0 for all.
    pub threads: usize,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
    /// Larger content is skipped; bytes.
    pub max_file_size: u64,
}

/// Visits the index version of the named paths as `Origin::File` or `Origin::Link`, all sides of
/// a conflict. A path that the index does not hold is [`Reason::NotInIndex`].
///
/// # Errors
/// As [`super::scan_staged`]; HEAD is not looked at.
pub fn scan_indexed<V: Visit>(
    options: &IndexedOptions,
    visit: &V,
    control: &Control,
) -> Result<Visited> {
    let env = GitEnv::of_process();
    let layout = open::open_for_index(&options.dir, &options.allow_alternates, &env)?;
    let odb = Odb::open(&layout)?;
    let index = layout.index(&env)?;
    let hash = layout.hash;
    let top = layout.work_tree.unwrap_or(layout.git_dir);
    let mut wanted = Wanted::new(&options.dir, &top, &options.paths);

    let mut skipped = Vec::new();
    // Against nothing at all, everything in the index is a change.
    let mut changes = Changes::new(&odb, hash, &mut skipped, control);
    let mut all = changes.staged(index.as_ref(), None, &[]);
    let mut linked = changes.submodules().to_vec();
    linked.retain(|path| wanted.covers(path));
    all.retain(|path, change| {
        change.before.clear();
        wanted.covers(path) && !change.after.is_empty()
    });
    for (at, path) in options.paths.iter().enumerate() {
        if wanted.lacks(at) {
            let name = files::bytes_of(path);
            skipped.push(Skipped::new(Reason::NotInIndex, name, String::new()));
        }
    }

    names::in_paths(all.keys().chain(&linked).map(Vec::as_slice), visit, |_| {
        true
    });
    let jobs = staged::jobs(all);
    let mut visited = Visited {
        skipped: Vec::new(),
        root: top,
        nothing: jobs.is_empty().then_some(match options.paths.is_empty() {
            true => "the index is empty",
            false => "nothing in the index under these names",
        }),
        ignored: Ignored::default(),
    };
    control.expected.store(jobs.len() as u64, Ordering::Relaxed);
    let reading = StagedOptions {
        dir: PathBuf::new(),
        allow_alternates: Vec::new(),
        threads: options.threads,
        max_file_size: options.max_file_size,
    };
    skipped.extend(staged::read_all(
        &odb, hash, &jobs, &reading, visit, control,
    )?);
    skipped.sort();
    skipped.dedup();
    visited.skipped = skipped;
    Ok(visited)
}

/// The paths that count, as the index writes them.
struct Wanted {
    /// In the order they were named; `None` for what lies outside of the repository.
    named: Vec<Option<Vec<u8>>>,
    /// Whether the index holds something of each.
    met: BTreeMap<Vec<u8>, bool>,
}

impl Wanted {
    fn new(dir: &Path, top: &Path, paths: &[PathBuf]) -> Self {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (dir, top) = (real(dir), real(top));
        let named: Vec<Option<Vec<u8>>> = paths
            .iter()
            .map(|path| {
                let plain = plain(&dir.join(path));
                let below = plain.strip_prefix(&top).ok()?;
                let parts: Vec<Vec<u8>> = below
                    .components()
                    .map(|part| files::bytes_of(Path::new(part.as_os_str())))
                    .collect();
                Some(parts.join(&b'/'))
            })
            .collect();
        let met = named.iter().flatten().map(|path| (path.clone(), false));
        Wanted {
            met: met.collect(),
            named,
        }
    }

    /// Whether `path` is named, or lies in a directory that is.
    fn covers(&mut self, path: &[u8]) -> bool {
        if self.named.is_empty() {
            return true;
        }
        // Thousands of names are usual, so the names are asked for the path and each folder above.
        let ends = (0..=path.len()).filter(|end| matches!(path.get(*end), Some(b'/') | None));
        let mut covered = false;
        for end in [0].into_iter().chain(ends) {
            if let Some(met) = self.met.get_mut(&path[..end]) {
                *met = true;
                covered = true;
            }
        }
        covered
    }

    /// Whether nothing in the index answers to the name at this place of the list.
    fn lacks(&self, at: usize) -> bool {
        match self.named.get(at) {
            Some(Some(path)) => self.met.get(path) == Some(&false),
            _ => true,
        }
    }
}

/// Removes `.` and `..` without asking the file system: the file may be gone from it.
pub fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}
