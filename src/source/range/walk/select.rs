//! Walks by date from some ends, for what others do not reach.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap, HashSet};

use super::{Selected, Walk};
use crate::finding::Oid;

/// So many commits are walked beyond the point where nothing seems to be left, because clocks go
/// wrong; git's own number.
const SLOP: u32 = 5;

#[derive(Clone, Copy)]
struct Mark {
    unwanted: bool,
    queued: bool,
}

/// Lets a commit wait for its turn, unless it cannot be read; how many wanted ones that makes more.
fn queue(
    oid: Oid,
    date: Option<i64>,
    unwanted: bool,
    marks: &mut HashMap<Oid, Mark>,
    heap: &mut BinaryHeap<(i64, Oid)>,
) -> usize {
    let Some(date) = date else {
        return 0;
    };
    let queued = true;
    marks.insert(oid, Mark { unwanted, queued });
    heap.push((date, oid));
    usize::from(!unwanted)
}

impl Walk<'_> {
    /// The commits that `to` reach and `not` do not; none when the scan is to end, because half a
    /// walk does not know yet what the other side reaches.
    pub fn between(&mut self, to: &[Oid], not: &[Oid]) -> Selected {
        let mut marks: HashMap<Oid, Mark> = HashMap::new();
        let mut heap: BinaryHeap<(i64, Oid)> = BinaryHeap::new();
        // Wanted commits that wait in the heap.
        let mut open = 0usize;
        let ends = not.iter().map(|end| (end, true));
        for (end, unwanted) in ends.chain(to.iter().map(|end| (end, false))) {
            if !marks.contains_key(end) {
                let date = self.date(end);
                open += queue(*end, date, unwanted, &mut marks, &mut heap);
            }
        }
        let mut wanted = Vec::new();
        let mut oldest = i64::MAX;
        let mut slop = SLOP;
        while let Some((date, oid)) = heap.pop() {
            if self.control.stopped() {
                return Selected::default();
            }
            let Some(mark) = marks.get_mut(&oid) else {
                continue;
            };
            let unwanted = mark.unwanted;
            mark.queued = false;
            if !unwanted {
                open -= 1;
                oldest = oldest.min(date);
                wanted.push(oid);
            }
            for parent in self.parents(&oid) {
                match marks.get(&parent) {
                    Some(mark) if unwanted && !mark.unwanted => {
                        self.unwant(parent, &mut marks, &mut open);
                    }
                    Some(_) => {}
                    None => {
                        let date = self.date(&parent);
                        open += queue(parent, date, unwanted, &mut marks, &mut heap);
                    }
                }
            }
            if open > 0 || heap.peek().is_some_and(|(date, _)| *date >= oldest) {
                slop = SLOP;
            } else if slop == 0 {
                break;
            } else {
                slop -= 1;
            }
        }
        // The last of them may have been left half-way.
        if self.control.stopped() {
            return Selected::default();
        }
        self.select(to, wanted, &marks)
    }

    /// What is left of the wanted commits when it is known which are excluded, and where it ends.
    fn select(&mut self, to: &[Oid], mut wanted: Vec<Oid>, marks: &HashMap<Oid, Mark>) -> Selected {
        let is_out = |oid: &Oid| marks.get(oid).is_some_and(|mark| mark.unwanted);
        let mut selected = Selected::default();
        selected
            .boundary
            .extend(to.iter().filter(|oid| is_out(oid)));
        wanted.retain(|oid| !is_out(oid));
        for oid in &wanted {
            let parents = self.parents(oid);
            selected
                .boundary
                .extend(parents.into_iter().filter(|parent| is_out(parent)));
        }
        selected.commits = self.taken(wanted);
        selected
    }

    /// Marks a commit, and what was already reached through it, as excluded.
    fn unwant(&mut self, from: Oid, marks: &mut HashMap<Oid, Mark>, open: &mut usize) {
        let mut stack = vec![from];
        while let Some(oid) = stack.pop() {
            if self.control.stopped() {
                return;
            }
            let Some(mark) = marks.get_mut(&oid).filter(|mark| !mark.unwanted) else {
                continue;
            };
            mark.unwanted = true;
            *open -= usize::from(mark.queued);
            if !mark.queued {
                stack.extend(self.parents(&oid));
            }
        }
    }

    /// Of commits at which a range begins, the best common ancestor: none that another one
    /// reaches; the newest of several.
    pub fn best(&mut self, of: &BTreeSet<Oid>) -> Option<Oid> {
        let dated: Vec<(i64, Oid)> = of
            .iter()
            .filter_map(|oid| Some((self.date(oid)?, *oid)))
            .collect();
        let oldest = dated.iter().map(|(date, _)| *date).min()?;
        let mut heap: BinaryHeap<(i64, Oid)> = dated.iter().copied().collect();
        let mut seen: HashSet<Oid> = HashSet::new();
        let mut reached: HashSet<Oid> = HashSet::new();
        // What lies below one commit only cannot tell anything.
        let single = dated.len() == 1;
        while let Some((date, oid)) = heap.pop().filter(|_| !single) {
            if self.control.stopped() {
                return None;
            }
            if date < oldest || !seen.insert(oid) {
                continue;
            }
            for parent in self.parents(&oid) {
                if of.contains(&parent) {
                    reached.insert(parent);
                }
                if let Some(date) = self.date(&parent) {
                    heap.push((date, parent));
                }
            }
        }
        dated
            .into_iter()
            .filter(|(_, oid)| !reached.contains(oid))
            .max_by_key(|(date, oid)| (*date, Reverse(*oid)))
            .map(|(_, oid)| oid)
    }

    /// The commits of `date` (seconds since 1970) or later that the ends reach: those of the
    /// first group first, which take no name; later groups name what only they reach.
    pub fn since(&mut self, groups: &[(Option<String>, Vec<Oid>)], date: i64) -> Selected {
        let mut seen: HashSet<Oid> = HashSet::new();
        let mut selected = Selected::default();
        let mut taken = Vec::new();
        for (name, ends) in groups {
            let mut heap: BinaryHeap<(i64, Oid)> = BinaryHeap::new();
            for end in ends {
                if let Some(date) = self.date(end)
                    && seen.insert(*end)
                {
                    heap.push((date, *end));
                }
            }
            let mut slop = SLOP;
            while let Some((committed, oid)) = heap.pop() {
                if self.control.stopped() {
                    return Selected::default();
                }
                if committed >= date {
                    slop = SLOP;
                    taken.push(oid);
                    if let Some(name) = name {
                        selected.reach.insert(oid, name.clone());
                    }
                } else if slop == 0 {
                    break;
                } else {
                    slop -= 1;
                }
                for parent in self.parents(&oid) {
                    if let Some(committed) = self.date(&parent)
                        && seen.insert(parent)
                    {
                        heap.push((committed, parent));
                    }
                }
            }
        }
        selected.commits = self.taken(taken);
        selected
    }
}
