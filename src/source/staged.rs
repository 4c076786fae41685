//! What is staged: the index against HEAD, from the object database, never the working tree.
//!
//! The cost follows what changed: directories that the index's cache tree says are equal to
//! HEAD's are not entered. The changed paths are settled here, their content is visited as
//! `Origin::File` (the index) and `Origin::Before` (HEAD, and in a merge MERGE_HEAD).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use gix::ObjectId;
use gix::hash::Kind;
use rayon::prelude::*;

use super::changes::{Change, Changes, Version};
use super::git::location::GitEnv;
use super::git::odb::{self, Odb};
use super::git::{open, refs};
use super::tree::Visited;
use super::{Blob, Control, Visit, archive, files, names};
use crate::finding::{Ignored, Oid, Origin, Reason, RepoPath, Skipped};

/// Starting threads pays only from this many pieces of content on.
const SERIAL: usize = 16;

/// Why there is nothing to look at when the index is equal to HEAD.
pub const NOTHING_STAGED: &str = "nothing staged";

/// What to look at.
pub struct StagedOptions {
    /// A directory in the repository; any sub-directory will do.
    pub dir: PathBuf,
    /// How many threads; 0 for all.
    pub threads: usize,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
    /// Larger content is skipped; bytes.
    pub max_file_size: u64,
}

/// An object id as gix has it.
fn object_id(oid: Oid) -> ObjectId {
    ObjectId::from_bytes_or_panic(oid.as_bytes())
}

/// One piece of content to visit.
pub(super) struct Job {
    id: ObjectId,
    origin: Origin,
    /// A version to compare with, not one that is staged.
    before: bool,
}

/// Visits what is staged, honouring git's environment of this process.
///
/// Every changed path's index version is visited as `Origin::File`, and the versions it starts
/// from (HEAD's, and in an unfinished merge those of the other parents) as `Origin::Before`; symbolic links have `Origin::Link` in the index. Deleted paths
/// are visited as `Before` too, so that a moved file is no news. A version that a parent of the
/// merge already has at the same path is left out on both sides.
///
/// # Errors
/// No repository, a bare one, or one whose format, index, HEAD or object store is not
/// understood; each message names a way out.
pub fn scan_staged<V: Visit>(
    options: &StagedOptions,
    visit: &V,
    control: &Control,
) -> Result<Visited> {
    scan_staged_with(options, &GitEnv::of_process(), visit, control)
}

/// The same with git's environment given, for callers that do not run as a hook.
///
/// # Errors
/// As [`scan_staged`].
pub fn scan_staged_with<V: Visit>(
    options: &StagedOptions,
    env: &GitEnv,
    visit: &V,
    control: &Control,
) -> Result<Visited> {
    let layout = open::open_for_index(&options.dir, &options.allow_alternates, env)?;
    let odb = Odb::open(&layout)?;
    let index = layout.index(env)?;
    let head = refs::head(&layout)?.map(object_id);
    let parents: Vec<ObjectId> = refs::merge_heads(&layout)?
        .into_iter()
        .map(object_id)
        .collect();
    let hash = layout.hash;

    let mut skipped = Vec::new();
    let mut visited = Visited {
        skipped: Vec::new(),
        root: layout.work_tree.unwrap_or(layout.git_dir),
        nothing: None,
        ignored: Ignored::default(),
    };
    let (changed, named) = {
        let mut changes = Changes::new(&odb, hash, &mut skipped, control);
        let changed = changes.staged(index.as_ref(), head, &parents);
        let added = changed
            .iter()
            .filter(|(_, change)| change.before.is_empty() && !change.after.is_empty())
            .map(|(path, _)| path.as_slice());
        let submodules = changes.submodules().to_vec();
        let added = added.chain(submodules.iter().map(Vec::as_slice));
        // A submodule is content of another repository; only its path can hold something here.
        let named = names::in_paths(added, visit, |path| !changes.stood(head, path));
        (changed, named)
    };
    let nothing = if changed.is_empty() {
        NOTHING_STAGED
    } else if changed.values().all(|change| change.after.is_empty()) {
        "nothing staged but deletions"
    } else {
        "nothing staged that the parents of the merge do not have"
    };
    let jobs = jobs(changed);
    if jobs.iter().all(|job| job.before) && skipped.is_empty() && !named {
        visited.nothing = Some(nothing);
        return Ok(visited);
    }
    control.expected.store(jobs.len() as u64, Ordering::Relaxed);

    let unread = read_all(&odb, hash, &jobs, options, visit, control)?;
    skipped.extend(unread);
    skipped.sort();
    skipped.dedup();
    visited.skipped = skipped;
    Ok(visited)
}

/// Whether [`scan_staged`] can open the repository around `dir`, honouring git's environment of
/// this process.
///
/// # Errors
/// As [`scan_staged`].
pub fn check_staged(dir: &Path, allow_alternates: &[PathBuf]) -> Result<()> {
    let layout = open::open_for_index(dir, allow_alternates, &GitEnv::of_process())?;
    Odb::open(&layout).map(drop)
}

/// Whether git can be run in the repository around `dir` without waiting for ever on a FIFO or
/// leaving the repository, honouring git's environment of this process.
///
/// # Errors
/// What is in the way.
pub fn check_for_git(dir: &Path, allow_alternates: &[PathBuf]) -> Result<()> {
    open::check_for_git(dir, allow_alternates, &GitEnv::of_process())
}

/// The content of all changes, in the order of paths, each once per path and side.
pub(super) fn jobs(changes: BTreeMap<Vec<u8>, Change>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (path, mut change) in changes {
        // What a parent already has at this path is not introduced here.
        let known: BTreeSet<Version> = change.before.iter().copied().collect();
        let same: BTreeSet<Version> = change.after.intersection(&known).copied().collect();
        let conflict = change.after.len() > 1;
        change.after.retain(|version| !same.contains(version));
        // Each side of a conflict stands against what it starts from by itself: what all of them
        // hold is no copy.
        let times = match conflict {
            true => change.after.len(),
            false => {
                change.before.retain(|version| !same.contains(version));
                1
            }
        };
        let path = RepoPath(path);
        jobs.extend(change.after.iter().map(|version| Job {
            id: version.id,
            origin: match version.link {
                true => Origin::Link(path.clone()),
                false => Origin::File(path.clone()),
            },
            before: false,
        }));
        let before = std::iter::repeat_n(&change.before, times).flatten();
        jobs.extend(before.map(|version| Job {
            id: version.id,
            origin: match version.link {
                true => Origin::BeforeLink(path.clone()),
                false => Origin::Before(path.clone()),
            },
            before: true,
        }));
    }
    jobs
}

/// Reads all of `jobs` and visits them; says what could not be read.
///
/// # Errors
/// Threads that cannot be started.
pub(super) fn read_all<V: Visit>(
    odb: &Odb,
    hash: Kind,
    jobs: &[Job],
    options: &StagedOptions,
    visit: &V,
    control: &Control,
) -> Result<Vec<Skipped>> {
    let unread = AtomicU64::new(0);
    let one = |odb: &Odb, buffer: &mut Vec<u8>, job: &Job| -> Vec<Skipped> {
        if control.stopped() {
            unread.fetch_add(1, Ordering::Relaxed);
            return Vec::new();
        }
        read_one(
            odb,
            hash,
            job,
            options.max_file_size,
            buffer,
            visit,
            control,
        )
    };
    let mut skipped: Vec<Skipped> = if options.threads == 1 || jobs.len() <= SERIAL {
        let mut buffer = Vec::new();
        jobs.iter()
            .flat_map(|job| one(odb, &mut buffer, job))
            .collect()
    } else {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .build()?;
        // A handle belongs to one thread; all are clones of one.
        let shared = Mutex::new(odb.clone());
        let handle = || {
            let odb = shared.lock().unwrap_or_else(|broken| broken.into_inner());
            (odb.clone(), Vec::new())
        };
        pool.install(|| {
            jobs.par_iter()
                .map_init(handle, |(odb, buffer), job| one(odb, buffer, job))
                .flatten()
                .collect()
        })
    };
    if control.stopped() {
        let reason = match control.timed_out() {
            true => Reason::TimedOut,
            false => Reason::Interrupted,
        };
        let detail = format!(
            "{} of {} versions not scanned",
            unread.into_inner(),
            jobs.len()
        );
        skipped.push(Skipped::new(reason, *b"index", detail));
    }
    Ok(skipped)
}

fn path(origin: &Origin) -> Vec<u8> {
    match origin {
        Origin::File(path)
        | Origin::Link(path)
        | Origin::Before(path)
        | Origin::BeforeLink(path) => path.0.clone(),
        _ => Vec::new(),
    }
}

/// Reads one object and visits it.
fn read_one<V: Visit>(
    odb: &Odb,
    hash: Kind,
    job: &Job,
    max: u64,
    buffer: &mut Vec<u8>,
    visit: &V,
    control: &Control,
) -> Vec<Skipped> {
    let skip = |reason, detail: String| vec![Skipped::new(reason, path(&job.origin), detail)];
    // The empty blob is never stored by some tools.
    let empty = job.id == ObjectId::empty_blob(hash);
    let bytes: &[u8] = if empty {
        &[]
    } else {
        match odb.size(&job.id) {
            Ok(None) => {
                return skip(Reason::MissingObject, format!("object {}", job.id));
            }
            Err(fault) => return skip(fault.reason, odb::described(&job.id, &fault)),
            Ok(Some(size)) if size > max => {
                let fault = odb.too_large(&job.id, size, max);
                return skip(fault.reason, fault.detail);
            }
            Ok(Some(_)) => {}
        }
        match odb.find_as(&job.id, gix::objs::Kind::Blob, buffer) {
            Ok(Some(object)) => object.data,
            Ok(None) => return skip(Reason::MissingObject, format!("object {}", job.id)),
            Err(fault) => return skip(fault.reason, odb::described(&job.id, &fault)),
        }
    };
    let blob = Blob {
        bytes,
        origin: &job.origin,
    };
    visit.blob(blob, None);
    control.count(bytes.len());
    let mut skipped = archive::open(blob, visit, control);
    if job.before {
        // What is compared with is never reported; unread, it lets through too much, not too little.
        return Vec::new();
    }
    if files::is_lfs_pointer(bytes) {
        skipped.extend(skip(Reason::LfsPointer, String::new()));
    }
    skipped
}
