//! The content of a range: each blob is read and shown once, the newer version of a path first,
//! and the older ones as differences to it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use rayon::prelude::*;

use super::copies::copies;
use super::objects::Objects;
use crate::finding::{Oid, Origin, Reason, Skipped};
use crate::source::git::fault::{Fault, Kind};
use crate::source::git::resolve;
use crate::source::git::sink::{Object, Sink};
use crate::source::{Blob, Control, Inherit, Visit, archive, files};

/// Starting threads pays only from this many pieces of content on.
const SERIAL: usize = 16;
/// From so many pieces on they are shown in the order of the packs.
const LONG: usize = 2_000;
/// Bytes of decoded bases that may then wait for what is a difference to them.
const WAITING: usize = 512 << 20;
/// One blob that is to be shown.
struct Piece {
    oid: Oid,
    /// A path that it stands at, for messages.
    path: Rc<[u8]>,
    /// Last components of its paths that the visitor asked for.
    names: BTreeSet<Box<[u8]>>,
    /// The piece that is shown before it and differs little from it.
    base: Option<u32>,
    /// It is a version that something starts from, not one that the range brings.
    before: bool,
}

/// Blobs to show, and those that were.
#[derive(Default)]
pub(super) struct Queue {
    pieces: Vec<Piece>,
    index: HashMap<Oid, u32>,
    /// The piece seen last at a path.
    last: HashMap<Rc<[u8]>, u32>,
    /// What was already shown under which name.
    shown: HashSet<Oid>,
    named: HashSet<(Oid, Box<[u8]>)>,
}

impl Queue {
    /// Adds a version of a file; for the same path newer versions are to come first.
    pub fn add<V: Visit>(&mut self, path: &Rc<[u8]>, file: super::File, before: bool, visit: &V) {
        let oid = file.oid;
        let name = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
        let wanted =
            !file.link && visit.wants_name(name) && !self.named.contains(&(oid, Box::from(name)));
        if self.shown.contains(&oid) && !wanted {
            return;
        }
        let number = match self.index.get(&oid) {
            Some(number) => *number,
            None => {
                let number = self.pieces.len() as u32;
                self.pieces.push(Piece {
                    oid,
                    path: Rc::clone(path),
                    names: BTreeSet::new(),
                    base: self.last.get(path).copied(),
                    before,
                });
                self.index.insert(oid, number);
                number
            }
        };
        self.last.insert(Rc::clone(path), number);
        let piece = &mut self.pieces[number as usize];
        piece.before &= before;
        if wanted {
            piece.names.insert(name.into());
            self.named.insert((oid, name.into()));
        }
    }

    /// Shows what was added since the last call.
    ///
    /// # Errors
    /// Threads cannot be started.
    pub fn show<V: Visit>(
        &mut self,
        objects: &Objects,
        how: &How,
        visit: &V,
        control: &Control,
        skipped: &mut Vec<Skipped>,
    ) -> anyhow::Result<()> {
        let pieces = std::mem::take(&mut self.pieces);
        self.index.clear();
        self.last.clear();
        control
            .expected
            .fetch_add(pieces.len() as u64, Ordering::Relaxed);
        let jobs = self.jobs(pieces, how);
        let unread = Mutex::default();
        let (mut roots, mut children) = (Vec::new(), vec![Vec::new(); jobs.len()]);
        if jobs.len() >= LONG {
            roots = along_the_packs(&jobs, objects, how, visit, control, skipped)?;
        } else {
            for (i, job) in (0u32..).zip(&jobs) {
                match job.base {
                    Some(base) => children[base as usize].push(i),
                    None => roots.push(i),
                }
            }
        }
        let show = Show {
            jobs: &jobs,
            children: &children,
            visit,
            control,
            unread: &unread,
        };
        show.all(&roots, objects, how, skipped)?;
        let unread: Vec<Oid> = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !unread.is_empty() {
            let detail = format!("{} of {} versions not scanned", unread.len(), jobs.len());
            skipped.push(Skipped::new(stop_reason(control), *b"the range", detail));
        }
        for oid in unread {
            self.shown.remove(&oid);
        }
        Ok(())
    }

    /// The pieces as threads take them, which must not share the cheap pointers of paths.
    fn jobs(&mut self, pieces: Vec<Piece>, how: &How) -> Vec<Job> {
        let job = |piece: Piece| Job {
            again: !self.shown.insert(piece.oid),
            oid: piece.oid,
            path: piece.path.as_ref().into(),
            names: piece.names.into_iter().collect(),
            base: piece.base.filter(|_| !how.full),
            before: piece.before,
        };
        pieces.into_iter().map(job).collect()
    }

    /// Whether a blob was shown, or could not be read and was told of.
    pub fn has_shown(&self, oid: &Oid) -> bool {
        self.shown.contains(oid)
    }
}

/// Threads to show content with.
///
/// # Errors
/// They cannot be started.
fn pool(how: &How) -> anyhow::Result<rayon::ThreadPool> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(how.threads);
    pool.build().context("cannot start threads")
}

/// Shows many pieces in the order of the packs; those are left that have to be shown by themselves.
///
/// # Errors
/// Threads cannot be started.
fn along_the_packs<V: Visit>(
    jobs: &[Job],
    objects: &Objects,
    how: &How,
    visit: &V,
    control: &Control,
    skipped: &mut Vec<Skipped>,
) -> anyhow::Result<Vec<u32>> {
    let along = Along::new(jobs, visit, control, how.full);
    let store = objects.leading_to(jobs.iter().map(|job| job.oid));
    pool(how)?.install(|| resolve::walk(&store, WAITING, &along));
    objects.add_decoded(along.decoded.load(Ordering::Relaxed));
    Ok(along.finish(skipped))
}

/// Why a scan ended early.
pub(super) fn stop_reason(control: &Control) -> Reason {
    match control.timed_out() {
        true => Reason::TimedOut,
        false => Reason::Interrupted,
    }
}

/// How content is shown.
pub(super) struct How {
    /// 0 for all.
    pub threads: usize,
    /// Without what another version hands down.
    pub full: bool,
}

struct Job {
    oid: Oid,
    path: Box<[u8]>,
    names: Vec<Box<[u8]>>,
    base: Option<u32>,
    before: bool,
    /// Its content was shown already: only its names are new.
    again: bool,
}

/// A version that others are differences to.
struct Held<S> {
    bytes: Vec<u8>,
    state: S,
}

type Base<S> = Option<Rc<Held<S>>>;

struct Show<'a, V> {
    jobs: &'a [Job],
    children: &'a [Vec<u32>],
    visit: &'a V,
    control: &'a Control,
    unread: &'a Mutex<Vec<Oid>>,
}

impl<V: Visit> Show<'_, V> {
    /// Shows these pieces and all that hang on them, over threads where there are enough.
    ///
    /// # Errors
    /// Threads cannot be started.
    fn all(
        &self,
        roots: &[u32],
        objects: &Objects,
        how: &How,
        skipped: &mut Vec<Skipped>,
    ) -> anyhow::Result<()> {
        if how.threads == 1 || roots.len() <= SERIAL && self.jobs.len() <= SERIAL {
            for root in roots {
                self.family(objects, *root, skipped);
            }
            return Ok(());
        }
        // A handle belongs to one thread.
        let shared = Mutex::new(objects.handle());
        let handle = || {
            let objects = shared.lock().unwrap_or_else(PoisonError::into_inner);
            objects.handle()
        };
        let all: Vec<Skipped> = pool(how)?.install(|| {
            roots
                .par_iter()
                .map_init(handle, |objects, root| {
                    let mut skipped = Vec::new();
                    self.family(objects, *root, &mut skipped);
                    skipped
                })
                .flatten()
                .collect()
        });
        skipped.extend(all);
        Ok(())
    }

    /// Shows a piece and all that hang on it. A version is held only while there are others to
    /// come.
    fn family(&self, objects: &Objects, root: u32, skipped: &mut Vec<Skipped>) {
        let mut stack: Vec<(u32, Base<V::State>)> = vec![(root, None)];
        let mut buffer = Vec::new();
        while let Some((at, base)) = stack.pop() {
            if self.control.stopped() {
                self.unread
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(self.jobs[at as usize].oid);
                stack.extend(self.children[at as usize].iter().map(|c| (*c, None)));
                continue;
            }
            let job = &self.jobs[at as usize];
            let state = match objects.blob(&job.oid, &mut buffer) {
                Ok(()) => {
                    let base = base.as_deref().filter(|_| !job.again);
                    let copies = base.map(|base| copies(&base.bytes, &buffer));
                    let copies = copies.unwrap_or_default();
                    let parent = base.filter(|_| !copies.is_empty()).map(|base| Inherit {
                        state: &base.state,
                        base_len: base.bytes.len(),
                        copies: &copies,
                    });
                    one(job, &buffer, parent, self.visit, self.control, skipped)
                }
                Err(fault) => {
                    self.control.expect_less();
                    skipped.push(fault.of(job.path.as_ref()));
                    None
                }
            };
            let children = &self.children[at as usize];
            if children.is_empty() {
                continue;
            }
            let held = state.map(|state| {
                Rc::new(Held {
                    bytes: std::mem::take(&mut buffer),
                    state,
                })
            });
            stack.extend(children.iter().rev().map(|c| (*c, held.clone())));
        }
    }
}

/// Shows one piece. Gives what it hands down, unless only its names are new.
fn one<V: Visit>(
    job: &Job,
    bytes: &[u8],
    parent: Option<Inherit<'_, V::State>>,
    visit: &V,
    control: &Control,
    skipped: &mut Vec<Skipped>,
) -> Option<V::State> {
    let origin = Origin::Blob(job.oid);
    let blob = Blob {
        bytes,
        origin: &origin,
    };
    let mut state = None;
    if !job.again {
        state = Some(visit.blob(blob, parent));
        control.count(bytes.len());
        let gaps = archive::open(blob, visit, control);
        // What the range starts from is never reported.
        if !job.before {
            skipped.extend(gaps.into_iter().map(|gap| at_path(gap, job)));
            if files::is_lfs_pointer(bytes) {
                let path = job.path.as_ref();
                skipped.push(Skipped::new(Reason::LfsPointer, path, String::new()));
            }
        }
    } else {
        control.expect_less();
    }
    for name in &job.names {
        visit.named(blob, name);
    }
    state
}

/// Shows the pieces of a long range along the delta trees of the packs: then each object is decoded
/// once, and inherits from what it is stored as a difference to, whatever path that stands at.
struct Along<'a, V> {
    jobs: &'a [Job],
    by_id: HashMap<Oid, u32>,
    /// Which pieces were shown.
    shown: Vec<AtomicBool>,
    visit: &'a V,
    control: &'a Control,
    full: bool,
    /// Objects that were decoded, those that only lead to others included.
    decoded: AtomicU64,
    skipped: Mutex<Vec<Skipped>>,
}

impl<'a, V: Visit> Along<'a, V> {
    fn new(jobs: &'a [Job], visit: &'a V, control: &'a Control, full: bool) -> Self {
        Along {
            by_id: (0u32..).zip(jobs).map(|(n, job)| (job.oid, n)).collect(),
            shown: jobs.iter().map(|_| AtomicBool::new(false)).collect(),
            jobs,
            visit,
            control,
            full,
            decoded: AtomicU64::new(0),
            skipped: Mutex::default(),
        }
    }

    /// Tells what was left out inside of what was shown. Gives the pieces that were not: each is to be
    /// read alone, which says why it could not be.
    fn finish(self, skipped: &mut Vec<Skipped>) -> Vec<u32> {
        let own = self.skipped.into_inner();
        skipped.extend(own.unwrap_or_else(PoisonError::into_inner));
        let shown = (0u32..).zip(self.shown);
        shown
            .filter_map(|(n, shown)| (!shown.into_inner()).then_some(n))
            .collect()
    }
}

impl<V: Visit> Sink for Along<'_, V> {
    type State = V::State;

    fn wants(&self, kind: Kind) -> bool {
        kind == Kind::Blob
    }

    fn object(
        &self,
        object: Object<'_>,
        parent: Option<Inherit<'_, V::State>>,
    ) -> Option<V::State> {
        self.decoded.fetch_add(1, Ordering::Relaxed);
        let number = *self.by_id.get(&object.oid)? as usize;
        // Several packs may have it.
        if self.shown[number].swap(true, Ordering::Relaxed) {
            return None;
        }
        let parent = parent.filter(|_| !self.full);
        let (job, mut skipped) = (&self.jobs[number], Vec::new());
        let (visit, control) = (self.visit, self.control);
        let state = one(job, object.bytes, parent, visit, control, &mut skipped);
        if !skipped.is_empty() {
            let all = self.skipped.lock();
            all.unwrap_or_else(PoisonError::into_inner)
                .append(&mut skipped);
        }
        state
    }

    fn failed(&self, _: Oid, _: Option<Kind>, _: Fault) {
        // It was not shown, and is read once more.
    }

    fn stopped(&self) -> bool {
        self.control.stopped()
    }
}

/// A gap inside an archive, which names it by its id, with the path it stands at.
fn at_path(mut gap: Skipped, job: &Job) -> Skipped {
    if let Some(inside) = gap.what.strip_prefix(job.oid.to_string().as_bytes()) {
        gap.what = [job.path.as_ref(), inside].concat();
    }
    gap
}
