//! A working tree, or single files: every path that counts is read once and visited.
//!
//! Inside a repository these are the paths of its index and the untracked files that its own
//! `.gitignore` and `.git/info/exclude` do not ignore; elsewhere every file. Files are read
//! whole into a buffer that each thread reuses (a mapped file that somebody shortens would end
//! the process), so memory is at most the number of threads times the largest file read, and a
//! file over the limit is not read at all.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, anyhow, bail};
use rayon::prelude::*;

use super::files::{self, Content};
use super::git::location::{OF_TREES, Probe};
use super::ignored::{Excludes, IgnoredFiles};
use super::walk::{Inside, Item, Listing, Walk, special};
use super::{Blob, Control, Visit, absent, archive, local, names};
use crate::finding::{Ignored, Origin, Reason, Skipped};

/// A thread's buffer is given back to the system when it grew beyond this.
const KEEP: usize = 16 << 20;

/// What to look at.
pub struct TreeOptions {
    /// Files and directories; the current directory when empty.
    pub paths: Vec<PathBuf>,
    /// Which of the untracked files are read that the repository ignores.
    pub ignored: IgnoredFiles,
    /// Globs as in a `.gitignore` at the root; what they match is left out, tracked or not.
    pub exclude: Vec<String>,
    /// How many threads; 0 for all.
    pub threads: usize,
    /// Larger files are skipped; bytes.
    pub max_file_size: u64,
    /// Enter submodules and nested repositories.
    pub recurse_submodules: bool,
    /// Also look at the own configuration of every repository that is read from its top.
    pub git_config: bool,
}

/// What a source says at its end; content went to the visitor.
#[derive(Debug)]
pub struct Visited {
    /// What was not read, sorted.
    pub skipped: Vec<Skipped>,
    /// What the paths of origins are relative to: the repository's top when inside one, else the
    /// directory that was named, or the parent of the file.
    pub root: PathBuf,
    /// Why there was nothing to look at, if there was nothing.
    pub nothing: Option<&'static str>,
    /// What the repository's ignore rules left out.
    pub ignored: Ignored,
}

/// One path that the user named.
struct Target {
    full: PathBuf,
    kind: std::fs::FileType,
    probe: Probe,
}

impl Target {
    fn dir(&self) -> &Path {
        dir_of(&self.full, self.kind)
    }
}

/// Visits files and trees, in parallel; origins are `File` and, with the target text as
/// content, `Link`.
///
/// # Errors
/// A path that does not exist, a glob that is not valid, or threads that cannot be started.
pub fn scan_tree<V: Visit>(options: &TreeOptions, visit: &V, control: &Control) -> Result<Visited> {
    let targets = match options.paths.as_slice() {
        [] => vec![target(Path::new("."))?],
        paths => paths
            .iter()
            .map(|path| target(path))
            .collect::<Result<_>>()?,
    };
    let root = root(&targets);
    let excludes = Excludes::new(&root, &options.exclude)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()?;
    let mut listing = listed(options, targets, &root, &excludes, control, &pool);
    // An interrupted walk has not seen what it could have.
    if !control.stopped() {
        if options.git_config {
            let unread = configurations(&listing.walked, &root, visit);
            listing.skipped.extend(unread);
        }
        let absent = absent::absent(&listing, &root, &excludes);
        listing.skipped.extend(absent);
    }
    let Listing {
        items,
        mut skipped,
        ignored_files,
        credential_stores,
        ..
    } = listing;

    let max = options.max_file_size;
    let (unread, left) = pool.install(|| read_all(&items, max, visit, control));
    skipped.extend(unread);
    if control.stopped() {
        skipped.push(stopped(&root, left, items.len(), control));
    } else {
        names::in_paths(
            items.iter().map(|item| item.path.0.as_slice()),
            visit,
            |_| true,
        );
    }
    skipped.sort();
    Ok(Visited {
        nothing: (items.is_empty() && skipped.is_empty()).then_some("no files"),
        skipped,
        root,
        ignored: Ignored {
            files: ignored_files,
            credential_stores,
        },
    })
}

/// Walks below `targets` and lists what is to be read.
fn listed(
    options: &TreeOptions,
    targets: Vec<Target>,
    root: &Path,
    excludes: &Excludes,
    control: &Control,
    pool: &rayon::ThreadPool,
) -> Listing {
    let walk = Walk {
        root,
        ignored_files: options.ignored,
        recurse: options.recurse_submodules,
        excludes,
        control,
        found: Default::default(),
    };
    pool.install(|| list(&walk, targets));
    let found = walk.found.into_inner();
    let mut listing = found.unwrap_or_else(|broken| broken.into_inner());
    listing.settle(excludes);
    listing
}

/// Reads and visits every file of a list. What could not be read, and of how many files nobody
/// tried because the run was stopped.
fn read_all<V: Visit>(
    items: &[Item],
    max: u64,
    visit: &V,
    control: &Control,
) -> (Vec<Skipped>, u64) {
    control
        .expected
        .fetch_add(items.len() as u64, Ordering::Relaxed);
    let left = AtomicU64::new(0);
    let unread = items.par_iter().flat_map_iter(|item| {
        if control.stopped() {
            left.fetch_add(1, Ordering::Relaxed);
            return Vec::new();
        }
        read(item, max, visit, control)
    });
    (unread.collect(), left.into_inner())
}

/// What a run that was stopped says of `left` of `many` files.
fn stopped(root: &Path, left: u64, many: usize, control: &Control) -> Skipped {
    let reason = match control.timed_out() {
        true => Reason::TimedOut,
        false => Reason::Interrupted,
    };
    let detail = match left {
        0 => "the list of files may not be complete".to_owned(),
        n => format!("{n} of {many} listed files not scanned"),
    };
    Skipped::new(reason, files::bytes_of(root), detail)
}

/// Lends the own configuration of every repository that was walked from its top.
fn configurations<V: Visit>(
    walked: &[(Arc<Inside>, PathBuf)],
    root: &Path,
    visit: &V,
) -> Vec<Skipped> {
    let mut seen = BTreeSet::new();
    let mut skipped = Vec::new();
    for (inside, dir) in walked {
        let Some(location) = inside.location.as_ref().filter(|_| *dir == inside.top) else {
            continue;
        };
        if !seen.insert(dir) {
            continue;
        }
        let mut shown = files::bytes_of(dir.strip_prefix(root).unwrap_or(dir));
        if !shown.is_empty() {
            shown.push(b'/');
        }
        shown.extend_from_slice(b".git/");
        let (git_dir, common) = (&location.git_dir, &location.common_dir);
        skipped.extend(local::show(
            git_dir,
            common,
            &location.bounds,
            &shown,
            visit,
        ));
    }
    skipped
}

/// Where a scan of some paths takes place.
pub struct Home {
    /// What the paths of findings are relative to: where the ignore file and the baseline stand.
    pub root: PathBuf,
    /// The innermost directory that holds all that is scanned; at or below `root`.
    pub start: PathBuf,
}

/// Where a scan of `paths` takes place.
///
/// # Errors
/// A path that does not exist, or is git's own directory.
pub fn home(paths: &[PathBuf]) -> Result<Home> {
    let targets: Vec<Target> = paths
        .iter()
        .map(|path| target(path))
        .collect::<Result<_>>()?;
    Ok(Home {
        root: root(&targets),
        start: common(targets.iter().map(|target| target.dir().to_owned())),
    })
}

/// Resolves a path that the user named: links on the way are followed, and a link to a
/// directory; a link to a file stays one.
fn target(path: &Path) -> Result<Target> {
    let missing = || {
        anyhow!(
            "{}: no such file or directory; name one that exists, or `-` for standard input",
            path.display()
        )
    };
    let cannot = || format!("cannot look at {}", path.display());
    let meta = match std::fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(missing()),
        Err(error) => return Err(error).with_context(cannot),
    };
    let to_dir = meta.is_symlink() && path.is_dir();
    let (full, kind) = if meta.is_dir() || to_dir {
        let full = std::fs::canonicalize(path).with_context(cannot)?;
        let kind = std::fs::symlink_metadata(&full)
            .with_context(cannot)?
            .file_type();
        (full, kind)
    } else {
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let parent = std::fs::canonicalize(parent).with_context(cannot)?;
        let name = path.file_name().ok_or_else(missing)?;
        (parent.join(name), meta.file_type())
    };
    let probe = OF_TREES.up(dir_of(&full, kind));
    if let Probe::Found(location) = &probe
        && kind.is_dir()
        && full.starts_with(&location.git_dir)
    {
        bail!(
            "{} is git's own directory; `keysweep history` reads what it holds",
            path.display()
        );
    }
    Ok(Target { full, kind, probe })
}

/// What paths are relative to: the repository if all targets are in one, else the directory that
/// holds them all.
fn root(targets: &[Target]) -> PathBuf {
    let home = |target: &Target| {
        match &target.probe {
            Probe::Found(location) => location.work_tree.clone(),
            // Its `.git` is not followed, but it is the top of a working tree all the same.
            Probe::Refused(_) => refused_top(&target.full),
            Probe::Nothing => None,
        }
        .unwrap_or_else(|| target.dir().to_owned())
    };
    common(targets.iter().map(home))
}

/// The innermost directory that holds all of these.
fn common(mut dirs: impl Iterator<Item = PathBuf>) -> PathBuf {
    let mut out = dirs.next().unwrap_or_default();
    for other in dirs {
        while !other.starts_with(&out) && out.pop() {}
    }
    out
}

/// A directory itself, or what a file lies in.
fn dir_of(full: &Path, kind: std::fs::FileType) -> &Path {
    match kind.is_dir() {
        true => full,
        false => full.parent().unwrap_or(full),
    }
}

/// The directory whose `.git` is not followed.
fn refused_top(full: &Path) -> Option<PathBuf> {
    full.ancestors()
        .find(|dir| matches!(OF_TREES.at(dir), Probe::Refused(_)))
        .map(Path::to_owned)
}

fn list(walk: &Walk<'_>, targets: Vec<Target>) {
    let mut last: Option<(PathBuf, Arc<Inside>)> = None;
    for target in targets {
        if walk.control.stopped() {
            return;
        }
        if target.kind.is_file() || target.kind.is_symlink() {
            walk.file(&target.full, target.kind.is_symlink());
            continue;
        }
        if !target.kind.is_dir() {
            walk.special(&target.full, special(target.kind));
            continue;
        }
        let inside = match target.probe {
            Probe::Found(location) => {
                let same = last.as_ref().filter(|(dir, _)| *dir == location.git_dir);
                let inside = match same {
                    Some((_, inside)) => Arc::clone(inside),
                    None => {
                        let mut skipped = Vec::new();
                        let inside = Inside::open(&location, b".git/index", &mut skipped);
                        walk.skip(skipped);
                        inside
                    }
                };
                last = Some((location.git_dir, Arc::clone(&inside)));
                Some(inside)
            }
            Probe::Refused(why) => {
                let detail =
                    format!("tracked files are not known, ignored ones are left out: {why}");
                walk.skip(vec![Skipped::new(Reason::Io, *b".git", detail)]);
                let top = refused_top(&target.full).unwrap_or_else(|| target.full.clone());
                Some(Inside::unread(&top))
            }
            Probe::Nothing => None,
        };
        walk.directory(&target.full, inside);
    }
}

/// Reads one file and visits it, and what it holds if it is an archive.
fn read<V: Visit>(item: &Item, max: u64, visit: &V, control: &Control) -> Vec<Skipped> {
    thread_local! {
        static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
    }
    if item.link {
        let text = match std::fs::read_link(&item.full) {
            Ok(text) => files::bytes_of(&text),
            Err(error) => return vec![files::failed(&item.path, &error)],
        };
        let origin = Origin::Link(item.path.clone());
        visit.blob(
            Blob {
                bytes: &text,
                origin: &origin,
            },
            None,
        );
        control.count(text.len());
        return Vec::new();
    }
    // Taken out while it is used: a visitor that runs work of its own may come back here.
    let mut buffer = BUFFER.take();
    let (skipped, turn) = match files::read(&item.full, max, &mut buffer) {
        Content::Unread(reason, detail) => (
            vec![Skipped::new(reason, item.path.0.clone(), detail)],
            None,
        ),
        Content::Whole(len, turn) => {
            let bytes = &buffer[..len];
            let origin = Origin::File(item.path.clone());
            let blob = Blob {
                bytes,
                origin: &origin,
            };
            visit.blob(blob, None);
            control.count(len);
            let mut skipped = archive::open(blob, visit, control);
            if files::is_lfs_pointer(bytes) {
                let path = item.path.0.clone();
                skipped.push(Skipped::new(Reason::LfsPointer, path, ""));
            }
            (skipped, turn)
        }
    };
    if buffer.len() > KEEP {
        buffer = Vec::new();
    }
    drop(turn);
    BUFFER.set(buffer);
    skipped
}
