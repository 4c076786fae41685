//! The content of a range: each blob is read and shown once, the newer version of a path first,
//! and the older ones as differences to it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use rayon::prelude::*;

use super::objects::Objects;
use crate::finding::{Oid, Origin, Reason, Skipped};
use crate::source::{Blob, Control, Copy, Inherit, Visit, archive, files};

/// Starting threads pays only from this many pieces of content on.
const SERIAL: usize = 16;
/// Copied stretches shorter than this are not worth being told.
const MIN_COPY: usize = 64;

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
        // Threads must not share the cheap pointers of paths.
        let jobs: Vec<Job> = pieces
            .into_iter()
            .map(|piece| Job {
                again: !self.shown.insert(piece.oid),
                oid: piece.oid,
                path: piece.path.as_ref().into(),
                names: piece.names.into_iter().collect(),
                base: piece.base.filter(|_| !how.full),
                before: piece.before,
            })
            .collect();
        let mut children = vec![Vec::new(); jobs.len()];
        let mut roots = Vec::new();
        for (i, job) in (0u32..).zip(&jobs) {
            match job.base {
                Some(base) => children[base as usize].push(i),
                None => roots.push(i),
            }
        }
        let unread = Mutex::default();
        let show = Show {
            jobs: &jobs,
            children: &children,
            visit,
            control,
            unread: &unread,
        };
        if how.threads == 1 || jobs.len() <= SERIAL {
            for root in roots {
                show.family(objects, root, skipped);
            }
        } else {
            // A handle belongs to one thread.
            let shared = Mutex::new(objects.handle());
            let handle = || {
                let objects = shared.lock().unwrap_or_else(PoisonError::into_inner);
                objects.handle()
            };
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(how.threads)
                .build()
                .context("cannot start threads")?;
            let all: Vec<Skipped> = pool.install(|| {
                roots
                    .par_iter()
                    .map_init(handle, |objects, root| {
                        let mut skipped = Vec::new();
                        show.family(objects, *root, &mut skipped);
                        skipped
                    })
                    .flatten()
                    .collect()
            });
            skipped.extend(all);
        }
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

    /// Whether a blob was shown, or could not be read and was told of.
    pub fn has_shown(&self, oid: &Oid) -> bool {
        self.shown.contains(oid)
    }
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
                Ok(()) => self.one(job, &buffer, base.as_deref(), skipped),
                Err(fault) => {
                    self.control.expect_less();
                    skipped.push(fault.of(job.path.as_ref()));
                    None
                }
            };
            if state.is_some() && !job.before && files::is_lfs_pointer(&buffer) {
                skipped.push(Skipped::new(
                    Reason::LfsPointer,
                    job.path.as_ref(),
                    String::new(),
                ));
            }
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

    fn one(
        &self,
        job: &Job,
        bytes: &[u8],
        base: Option<&Held<V::State>>,
        skipped: &mut Vec<Skipped>,
    ) -> Option<V::State> {
        let origin = Origin::Blob(job.oid);
        let blob = Blob {
            bytes,
            origin: &origin,
        };
        let mut state = None;
        if !job.again {
            let copies = base
                .map(|base| copies(&base.bytes, bytes))
                .unwrap_or_default();
            let parent = base.filter(|_| !copies.is_empty()).map(|base| Inherit {
                state: &base.state,
                base_len: base.bytes.len(),
                copies: &copies,
            });
            state = Some(self.visit.blob(blob, parent));
            self.control.count(bytes.len());
            let gaps = archive::open(blob, self.visit, self.control);
            // What the range starts from is never reported.
            if !job.before {
                skipped.extend(gaps.into_iter().map(|gap| at_path(gap, job)));
            }
        } else {
            self.control.expect_less();
        }
        for name in &job.names {
            self.visit.named(blob, name);
        }
        state
    }
}

/// A gap inside an archive, which names it by its id, with the path it stands at.
fn at_path(mut gap: Skipped, job: &Job) -> Skipped {
    if let Some(inside) = gap.what.strip_prefix(job.oid.to_string().as_bytes()) {
        gap.what = [job.path.as_ref(), inside].concat();
    }
    gap
}

/// What two versions have in common at their start and at their end.
fn copies(base: &[u8], bytes: &[u8]) -> Vec<Copy> {
    let start = common(base.iter().zip(bytes));
    let (base_rest, rest) = (&base[start..], &bytes[start..]);
    let end = common(base_rest.iter().rev().zip(rest.iter().rev()));
    let mut out = Vec::new();
    if start >= MIN_COPY {
        out.push(Copy {
            src: 0,
            dst: 0,
            len: start,
        });
    }
    if end >= MIN_COPY {
        out.push(Copy {
            src: base.len() - end,
            dst: bytes.len() - end,
            len: end,
        });
    }
    // Equal versions, or one that only grew in between: neighbours that continue are one.
    if let [first, second] = out[..]
        && first.len == second.src
        && first.len == second.dst
    {
        return vec![Copy {
            src: 0,
            dst: 0,
            len: first.len + second.len,
        }];
    }
    out
}

fn common<'a>(pairs: impl Iterator<Item = (&'a u8, &'a u8)>) -> usize {
    pairs.take_while(|(a, b)| a == b).count()
}
