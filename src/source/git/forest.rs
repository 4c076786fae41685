//! The delta trees of one pack: which entry is stored as a difference to which.

use gix::odb::pack::data::{self, entry::Header};
use gix::odb::pack::index;

use super::fault::{Fault, Kind};

/// Stands for "none" in the tables below.
pub(in crate::source) const NONE: u32 = u32::MAX;

/// What an entry's header says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Whole(Kind),
    /// Its base is in this pack.
    Delta,
    /// Its base is named by id and not in this pack.
    Thin,
    Bad,
}

/// The entries of a pack in pack order, with parents and children.
pub(in crate::source) struct Forest {
    /// Offset in the pack and entry in the index, by offset.
    order: Vec<(u64, u32)>,
    shape: Vec<Shape>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
}

impl Forest {
    /// Reads every entry's header.
    pub fn build(index: &index::File, data: &data::File) -> Self {
        Forest::of(order(index), index, data)
    }

    /// Only the entries `wanted`, by their places in the index, and what they are differences to.
    pub fn leading_to(wanted: &[u32], index: &index::File, data: &data::File) -> Self {
        let all = Forest {
            order: order(index),
            shape: Vec::new(),
            first_child: Vec::new(),
            next_sibling: Vec::new(),
        };
        let mut needed = vec![false; all.order.len()];
        for entry in wanted {
            let mut at = all.position(index.pack_offset_at_index(*entry));
            while let Some(pos) = at
                && !std::mem::replace(&mut needed[pos as usize], true)
            {
                at = match all.entry(data, pos) {
                    Ok(entry) => all.base(&entry, index),
                    Err(_) => None,
                };
            }
        }
        let order = all.order.into_iter().zip(needed);
        let order = order.filter(|(_, needed)| *needed).map(|(at, _)| at);
        Forest::of(order.collect(), index, data)
    }

    /// The entry that `entry` is a difference to, if it is one and that is here.
    fn base(&self, entry: &data::Entry, index: &index::File) -> Option<u32> {
        let offset = match entry.header {
            Header::OfsDelta { base_distance } => entry.checked_base_pack_offset(base_distance),
            Header::RefDelta { base_id } => {
                index.lookup(base_id).map(|i| index.pack_offset_at_index(i))
            }
            _ => None,
        };
        self.position(offset?)
    }

    fn of(order: Vec<(u64, u32)>, index: &index::File, data: &data::File) -> Self {
        let count = order.len() as u32;
        let mut forest = Forest {
            shape: vec![Shape::Bad; order.len()],
            first_child: vec![NONE; order.len()],
            next_sibling: vec![NONE; order.len()],
            order,
        };
        let mut parents = vec![NONE; forest.order.len()];
        for pos in 0..count {
            let Ok(entry) = forest.entry(data, pos) else {
                continue;
            };
            let parent = match entry.header {
                Header::RefDelta { base_id } if index.lookup(base_id).is_none() => {
                    forest.shape[pos as usize] = Shape::Thin;
                    continue;
                }
                Header::OfsDelta { .. } | Header::RefDelta { .. } => forest.base(&entry, index),
                Header::Commit => whole(&mut forest, pos, Kind::Commit),
                Header::Tree => whole(&mut forest, pos, Kind::Tree),
                Header::Blob => whole(&mut forest, pos, Kind::Blob),
                Header::Tag => whole(&mut forest, pos, Kind::Tag),
            };
            if let Some(parent) = parent {
                parents[pos as usize] = parent;
                forest.shape[pos as usize] = Shape::Delta;
            }
        }
        forest.link(&parents);
        forest
    }

    /// Lists the children of every entry: in pack order, but the one with the most below it last.
    /// A walk is done with an entry when it turns to its last child, so that it holds only as
    /// many at once as the logarithm of their number, however the tree is shaped.
    fn link(&mut self, parents: &[u32]) {
        let mut below = vec![1u32; parents.len()];
        let mut open = vec![0u32; parents.len()];
        for parent in parents.iter().filter(|parent| **parent != NONE) {
            open[*parent as usize] += 1;
        }
        // Entries whose children are all counted, from the leaves up. Circles are never reached.
        let mut ready: Vec<u32> = (0..self.len()).filter(|p| open[*p as usize] == 0).collect();
        while let Some(pos) = ready.pop() {
            let parent = parents[pos as usize];
            if parent != NONE {
                let parent = parent as usize;
                below[parent] = below[parent].saturating_add(below[pos as usize]);
                open[parent] -= 1;
                if open[parent] == 0 {
                    ready.push(parent as u32);
                }
            }
        }
        let mut heaviest = open;
        heaviest.fill(NONE);
        for (pos, parent) in parents.iter().enumerate().filter(|(_, p)| **p != NONE) {
            let best = &mut heaviest[*parent as usize];
            if *best == NONE || below[*best as usize] < below[pos] {
                *best = pos as u32;
            }
        }
        // From the last child to the first.
        for pos in heaviest.iter().copied().filter(|pos| *pos != NONE) {
            self.first_child[parents[pos as usize] as usize] = pos;
        }
        for (pos, parent) in parents.iter().enumerate().rev() {
            if *parent != NONE && heaviest[*parent as usize] != pos as u32 {
                let first = &mut self.first_child[*parent as usize];
                self.next_sibling[pos] = *first;
                *first = pos as u32;
            }
        }
    }

    /// How many entries the pack has.
    pub fn len(&self) -> u32 {
        self.order.len() as u32
    }

    /// The entry that starts at `offset`.
    pub fn position(&self, offset: u64) -> Option<u32> {
        self.order
            .binary_search_by_key(&offset, |(o, _)| *o)
            .ok()
            .map(|pos| pos as u32)
    }

    /// The place in the index of the entry at `pos`.
    pub fn index_entry(&self, pos: u32) -> u32 {
        self.order[pos as usize].1
    }

    /// Reads the header at `pos`.
    pub fn entry(&self, data: &data::File, pos: u32) -> Result<data::Entry, Fault> {
        let offset = self.order[pos as usize].0;
        if offset < 12 || offset >= data.data_len() as u64 {
            return Err(Fault::corrupt("its offset lies outside the pack"));
        }
        data.entry(offset)
            .map_err(|_| Fault::corrupt("its header cannot be read"))
    }

    /// The kind of an entry that is stored whole.
    pub fn kind(&self, pos: u32) -> Option<Kind> {
        match self.shape[pos as usize] {
            Shape::Whole(kind) => Some(kind),
            _ => None,
        }
    }

    /// Whether the entry is a delta to an object outside this pack.
    pub fn is_thin(&self, pos: u32) -> bool {
        self.shape[pos as usize] == Shape::Thin
    }

    /// The entries stored as deltas to `pos`, in pack order.
    pub fn children(&self, pos: u32) -> impl Iterator<Item = u32> + '_ {
        let next = |at: u32| (at != NONE).then_some(at);
        std::iter::successors(next(self.first_child[pos as usize]), move |at| {
            next(self.next_sibling[*at as usize])
        })
    }

    /// The first child of `pos`, or [`NONE`].
    pub fn first_child(&self, pos: u32) -> u32 {
        self.first_child[pos as usize]
    }

    /// The child after `pos` of the same parent, or [`NONE`].
    pub fn next_sibling(&self, pos: u32) -> u32 {
        self.next_sibling[pos as usize]
    }

    /// Entries that no traversal from whole or thin entries reaches: unreadable headers, bases
    /// that are no entries, circles.
    pub fn unreachable(&self) -> Vec<u32> {
        let mut reached = vec![false; self.order.len()];
        let mut stack: Vec<u32> = (0..self.len())
            .filter(|pos| self.kind(*pos).is_some() || self.is_thin(*pos))
            .collect();
        while let Some(pos) = stack.pop() {
            if !std::mem::replace(&mut reached[pos as usize], true) {
                stack.extend(self.children(pos));
            }
        }
        (0..self.len())
            .filter(|pos| !reached[*pos as usize])
            .collect()
    }
}

/// All entries by their offsets, as in [`Forest::order`].
fn order(index: &index::File) -> Vec<(u64, u32)> {
    let all = (0..index.num_objects()).map(|i| (index.pack_offset_at_index(i), i));
    let mut order: Vec<(u64, u32)> = all.collect();
    order.sort_unstable();
    order
}

fn whole(forest: &mut Forest, pos: u32, kind: Kind) -> Option<u32> {
    forest.shape[pos as usize] = Shape::Whole(kind);
    None
}
