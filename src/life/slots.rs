//! Slots: where one setting of a repository is kept, and the values that it had one after the other.
//!
//! A slot is a path, the name that a value is assigned to, and the rule that finds it. A file that is
//! renamed keeps its slots: a slot that ended and shares a value with one that goes on is the same. What
//! commits say is not authenticated and a file may hold a list, so all of it is concluded.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::finding::{Class, Commit, Credential, RepoPath};
use crate::secret::Fingerprint;

/// A name and a rule.
type Name<'a> = (&'a [u8], usize);

/// A value that a slot had.
#[derive(Clone, Copy)]
struct Held<'a> {
    value: Fingerprint,
    /// The commit that brought it there.
    from: &'a Commit,
    /// HEAD has it there.
    now: bool,
}

/// What a slot says of one of its values.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// How often the slot's value changed in all.
    pub changes: usize,
    /// The commit that put this value in the place of another.
    pub from: Option<&'a Commit>,
    /// The commit that put another in the place of this one.
    pub until: Option<&'a Commit>,
}

/// The slots of a history, by the values they had.
#[derive(Default)]
pub(super) struct Slots<'a>(HashMap<Fingerprint, Turn<'a>>);

impl<'a> Slots<'a> {
    /// From all credentials of a run. Takes n log n steps for n places.
    pub(super) fn of(credentials: &'a [Credential]) -> Self {
        let mut named: BTreeMap<Name<'a>, BTreeMap<&'a RepoPath, Vec<Held<'a>>>> = BTreeMap::new();
        for credential in credentials {
            let in_history = credential.timeline.is_some();
            let slot = credential.best.key.as_deref().filter(|_| in_history);
            let Some(key) = slot.filter(|_| credential.best.class == Class::Credential) else {
                continue;
            };
            let paths = named.entry((key, credential.best.rule)).or_default();
            for place in &credential.places {
                let Some(introduced) = &place.introduced else {
                    continue;
                };
                paths.entry(&place.path).or_default().push(Held {
                    value: credential.fingerprint,
                    from: &introduced.commit,
                    now: place.at_head == Some(true),
                });
            }
        }
        let mut slots = Slots::default();
        for paths in named.into_values() {
            for slot in followed(paths) {
                slots.add(slot);
            }
        }
        slots
    }

    /// What the slots of a value say of it; of several that which changed most often.
    pub(super) fn turn(&self, value: Fingerprint) -> Option<Turn<'a>> {
        self.0.get(&value).copied()
    }

    fn add(&mut self, mut slot: Vec<Held<'a>>) {
        slot.sort_by(|a, b| order(a).cmp(&order(b)));
        // A renamed file brings the value again that was there before.
        slot.dedup_by_key(|held| held.value);
        let now = slot.iter().filter(|held| held.now).count();
        // Several at once are a list, whose members do not follow each other.
        if slot.len() < 2 || now > 1 {
            return;
        }
        // Of a value that came back the last time counts.
        let mut seen = HashSet::new();
        for (nth, held) in slot.iter().enumerate().rev() {
            if !seen.insert(held.value) {
                continue;
            }
            let turn = Turn {
                changes: slot.len() - 1,
                from: (nth > 0).then_some(held.from),
                until: slot.get(nth + 1).map(|next| next.from),
            };
            let known = self.0.entry(held.value).or_insert(turn);
            if known.changes < turn.changes {
                *known = turn;
            }
        }
    }
}

/// Values in the order in which they came; what is there now is the last.
fn order<'a>(held: &'a Held<'_>) -> impl Ord + 'a {
    #[cfg(test)]
    tests::step();
    (held.now, held.from.stood(), held.from.id, held.value)
}

/// The slots of one name and rule, renames followed: a slot that HEAD has no value in goes on in the one
/// that shares a value with it, in the one that HEAD has a value in where there is just one such.
fn followed<'a>(paths: BTreeMap<&'a RepoPath, Vec<Held<'a>>>) -> Vec<Vec<Held<'a>>> {
    let mut slots: Vec<Vec<Held<'a>>> = paths.into_values().collect();
    let lives = |slot: &[Held<'_>]| slot.iter().any(|held| held.now);
    // For each value the slot in which it goes on; none where several have it now.
    let mut goes_on: HashMap<Fingerprint, Option<usize>> = HashMap::new();
    for (at, slot) in slots.iter().enumerate() {
        if lives(slot) {
            for held in slot {
                let known = goes_on.entry(held.value).or_insert(Some(at));
                *known = known.filter(|known| *known == at);
            }
        }
    }
    for at in 0..slots.len() {
        if lives(&slots[at]) {
            continue;
        }
        let next = slots[at].iter().find_map(|held| *goes_on.get(&held.value)?);
        if let Some(next) = next {
            let ended = std::mem::take(&mut slots[at]);
            slots[next].extend(ended);
        }
    }
    slots
}

#[cfg(test)]
mod tests;
