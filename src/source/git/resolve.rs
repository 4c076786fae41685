//! The resolver: decodes every object of a pack once, along its delta trees, and says which
//! stretches of a delta were copied from its base.
//!
//! A damaged or oversized object costs itself and what is stored as a difference to it, never the
//! pack. Sizes that entries claim are checked before and after decoding.

use std::sync::atomic::{AtomicUsize, Ordering};

use gix::odb::pack::data::entry::Header;
use gix::zlib::Inflate;
use rayon::prelude::*;

use super::delta::{apply, check_yield, delta_sizes};
use super::fault::{Fault, Kind};
use super::forest::NONE;
use super::pack::Pack;
use super::sink::{Object, Sink};
use super::store::{Decoded, Store};
use crate::source::{Copy, Inherit};

/// Decodes everything `sink` wants: packs first, in order, then loose objects. Runs on the
/// current rayon pool. `budget` is in bytes, for decoded bases that wait for their children.
pub(in crate::source) fn walk<S: Sink>(store: &Store, budget: usize, sink: &S) {
    let held = AtomicUsize::new(0);
    for (number, pack) in store.packs.iter().enumerate() {
        let roots: Vec<u32> = (0..pack.forest.len())
            .filter(|pos| match pack.forest.kind(*pos) {
                Some(kind) => sink.wants(kind),
                None => pack.forest.is_thin(*pos),
            })
            .collect();
        roots
            .par_iter()
            .with_max_len(32)
            .for_each_init(Worker::default, |worker, root| {
                let tree = Tree {
                    store,
                    pack,
                    number,
                    sink,
                    held: &held,
                    budget,
                };
                tree.walk(*root, worker);
            });
        for pos in pack.forest.unreachable() {
            let fault = Fault::corrupt("its header or delta base is broken");
            pack.spoil(pos, &fault);
            sink.failed(pack.oid(pos), None, fault);
        }
    }
    store.walk_loose(sink);
}

/// What a thread keeps between delta trees.
#[derive(Default)]
struct Worker {
    inflate: Inflate,
    delta: Vec<u8>,
    spare: Vec<Vec<u8>>,
    copies: Vec<Copy>,
}

/// A base whose children are not all done.
struct Frame<S> {
    pos: u32,
    /// Dropped when the budget is exceeded, decoded again when needed.
    bytes: Option<Vec<u8>>,
    /// See [`check_yield`].
    natural: u64,
    state: Option<S>,
    next: u32,
}

/// One delta tree being walked.
struct Tree<'a, S> {
    store: &'a Store,
    pack: &'a Pack,
    number: usize,
    sink: &'a S,
    held: &'a AtomicUsize,
    budget: usize,
}

impl<S: Sink> Tree<'_, S> {
    fn walk(&self, root: u32, worker: &mut Worker) {
        if self.sink.stopped() {
            return;
        }
        let object = match self.root(root, worker) {
            Ok(object) => object,
            Err((kind, fault)) => return self.fail(root, kind, &fault),
        };
        let kind = object.kind;
        if self.pack.forest.is_thin(root) {
            self.pack.settle(root, kind);
        }
        if !self.sink.wants(kind) {
            return;
        }
        let state = self.give(root, kind, &object.bytes, None);
        let mut stack = Vec::new();
        self.push(&mut stack, root, object, state, worker);
        while let Some(frame) = stack.last_mut() {
            if self.sink.stopped() {
                break;
            }
            let child = frame.next;
            frame.next = self.pack.forest.next_sibling(child);
            let last = frame.next == NONE;
            let result = self.child(child, frame, kind, worker);
            if last && let Some(frame) = stack.pop() {
                self.release(frame.bytes, worker);
            }
            match result {
                Ok((object, state)) => self.push(&mut stack, child, object, state, worker),
                Err(fault) => self.fail(child, Some(kind), &fault),
            }
        }
        for frame in stack {
            self.release(frame.bytes, worker);
        }
    }

    /// Decodes the root of a delta tree, or what takes its place for a delta to another pack.
    fn root(&self, root: u32, worker: &mut Worker) -> Result<Decoded, (Option<Kind>, Fault)> {
        match self.pack.forest.kind(root) {
            Some(kind) => self
                .pack
                .forest
                .entry(&self.pack.data, root)
                .and_then(|entry| {
                    self.pack
                        .inflate(&entry, &mut worker.inflate, self.store.max_object)
                })
                .map(|bytes| Decoded::whole(kind, bytes))
                .map_err(|fault| (Some(kind), fault)),
            None => self
                .store
                .read_packed(self.pack, root)
                .map_err(|fault| (None, fault)),
        }
    }

    /// Decodes `child`, a delta to the object of `frame`, and gives it to the sink.
    fn child(
        &self,
        child: u32,
        frame: &mut Frame<S::State>,
        kind: Kind,
        worker: &mut Worker,
    ) -> Result<(Decoded, Option<S::State>), Fault> {
        let entry = self.pack.forest.entry(&self.pack.data, child)?;
        if !matches!(
            entry.header,
            Header::OfsDelta { .. } | Header::RefDelta { .. }
        ) {
            return Err(Fault::corrupt("its header changed while it was read"));
        }
        let size = entry.decompressed_size;
        if size > self.store.max_object {
            return Err(Fault::too_large(size));
        }
        let left = (self.pack.data.data_len() as u64).saturating_sub(entry.data_offset);
        if size > left.saturating_mul(1040) {
            return Err(Fault::corrupt("it claims to be larger than it can be"));
        }
        let size = size as usize;
        if worker.delta.len() < size {
            worker.delta.resize(size, 0);
        }
        self.pack
            .data
            .decompress_entry(&entry, &mut worker.inflate, &mut worker.delta[..size])
            .map_err(|_| Fault::corrupt("it cannot be decompressed"))?;
        if frame.bytes.is_none() {
            let bytes = self.store.read_packed(self.pack, frame.pos)?.bytes;
            self.held.fetch_add(bytes.len(), Ordering::Relaxed);
            frame.bytes = Some(bytes);
        }
        let base = frame.bytes.as_deref().unwrap_or_default();
        let delta = &worker.delta[..size];
        let (_, result, _) = delta_sizes(delta).ok_or_else(Fault::bad_delta)?;
        let natural = frame.natural + size as u64;
        check_yield(result, natural, self.store.max_object)?;
        let mut bytes = worker.spare.pop().unwrap_or_default();
        apply(base, delta, &mut bytes, &mut worker.copies)?;
        let parent = frame.state.as_ref().map(|state| Inherit {
            state,
            base_len: base.len(),
            copies: &worker.copies,
        });
        let state = self.give(child, kind, &bytes, parent);
        // A delta buffer that one object made large is not kept.
        if worker.delta.capacity() > 16 << 20 {
            worker.delta = Vec::new();
        }
        let object = Decoded {
            kind,
            bytes,
            natural,
        };
        Ok((object, state))
    }

    fn give(
        &self,
        pos: u32,
        kind: Kind,
        bytes: &[u8],
        parent: Option<Inherit<'_, S::State>>,
    ) -> Option<S::State> {
        let object = Object {
            pack: self.number,
            oid: self.pack.oid(pos),
            kind,
            bytes,
        };
        self.sink.object(object, parent)
    }

    /// Keeps a decoded object for its children, if it has any, within the budget.
    fn push(
        &self,
        stack: &mut Vec<Frame<S::State>>,
        pos: u32,
        object: Decoded,
        state: Option<S::State>,
        worker: &mut Worker,
    ) {
        let Decoded { bytes, natural, .. } = object;
        let next = self.pack.forest.first_child(pos);
        let held = self.held.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        if next == NONE {
            return self.release(Some(bytes), worker);
        }
        if held > self.budget {
            let mut over = held - self.budget;
            for frame in stack.iter_mut() {
                if over == 0 {
                    break;
                }
                if let Some(bytes) = frame.bytes.take() {
                    self.held.fetch_sub(bytes.len(), Ordering::Relaxed);
                    over = over.saturating_sub(bytes.len());
                }
            }
        }
        stack.push(Frame {
            pos,
            bytes: Some(bytes),
            natural,
            state,
            next,
        });
    }

    fn release(&self, bytes: Option<Vec<u8>>, worker: &mut Worker) {
        if let Some(bytes) = bytes {
            self.held.fetch_sub(bytes.len(), Ordering::Relaxed);
            if bytes.capacity() <= 4 << 20 && worker.spare.len() < 8 {
                worker.spare.push(bytes);
            }
        }
    }

    /// Reports an object and everything stored as a difference to it.
    fn fail(&self, pos: u32, kind: Option<Kind>, fault: &Fault) {
        let oid = self.pack.oid(pos);
        self.pack.spoil(pos, fault);
        self.sink.failed(oid, kind, fault.clone());
        let below = Fault::new(
            fault.reason,
            format!("it is stored as a difference to {oid}, which could not be decoded"),
        );
        let mut stack: Vec<u32> = self.pack.forest.children(pos).collect();
        while let Some(pos) = stack.pop() {
            self.pack.spoil(pos, &below);
            self.sink.failed(self.pack.oid(pos), kind, below.clone());
            stack.extend(self.pack.forest.children(pos));
        }
    }
}
