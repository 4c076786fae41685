//! Hostile packs: a delta of any bytes against a base of any bytes; any bytes as a pack with its
//! index; and packs with a true index whose entries are any bytes, or deltas among each other.
//! No panic, no content visited twice, and what is neither visited nor a tree is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use keysweep::finding::Origin;
use keysweep::source::{self, Blob, Control, HistoryOptions, Inherit, Visit};

use super::pack::{self, Bare, Pack};

thread_local! {
    /// One directory for all runs: making it anew takes longer than what is tested.
    static BARE: Bare = Bare::new();
}

/// Keeps content, and holds what is handed down against it.
#[derive(Default)]
struct Keep(Mutex<BTreeMap<Origin, Vec<u8>>>);

impl Visit for Keep {
    type State = Vec<u8>;

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Vec<u8>>>) -> Vec<u8> {
        if let Some(parent) = parent {
            assert_eq!(parent.base_len, parent.state.len());
            covers(parent.state, blob.bytes, parent.copies);
        }
        let mut kept = self.0.lock().expect("no visit panics");
        kept.insert(blob.origin.clone(), blob.bytes.to_vec());
        blob.bytes.to_vec()
    }
}

/// Copies are in order, apart from each other, and say what they say.
fn covers(base: &[u8], out: &[u8], copies: &[source::Copy]) {
    let mut at = 0;
    for copy in copies {
        assert!(copy.dst >= at && copy.len > 0);
        at = copy.dst + copy.len;
        assert_eq!(base[copy.src..copy.src + copy.len], out[copy.dst..at]);
    }
}

fn scan(bare: &Bare) -> Option<(source::History, BTreeMap<Origin, Vec<u8>>)> {
    let options = HistoryOptions {
        path: bare.path().to_owned(),
        threads: 1,
        max_object: 1 << 20,
        // Small, so that bases are dropped and decoded again.
        delta_budget: 1 << 10,
        ..HistoryOptions::default()
    };
    let keep = Keep::default();
    let history = source::open_and_scan(&options, &keep, &Control::default()).ok()?;
    let kept = keep.0.into_inner().expect("no visit panics");
    Some((history, kept))
}

/// Takes up to `most` bytes off the front.
fn take<'a>(bytes: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (front, rest) = bytes.split_at(most.min(bytes.len()));
    *bytes = rest;
    front
}

fn byte(bytes: &mut &[u8]) -> usize {
    take(bytes, 1).first().copied().map_or(0, usize::from)
}

/// A delta whose sizes fit, so that its operations are reached; or any bytes.
fn delta(bytes: &mut &[u8], base: usize) -> Vec<u8> {
    let mode = byte(bytes);
    let len = byte(bytes);
    let ops = take(bytes, len);
    if mode & 1 == 0 {
        return ops.to_vec();
    }
    let result = usize::from(mode as u8 >> 1) * 16;
    pack::delta(base, result, &[ops])
}

/// Runs one input.
pub fn check(bytes: &[u8]) {
    BARE.with(|bare| check_in(bare, bytes));
}

fn check_in(bare: &Bare, bytes: &[u8]) {
    let mut rest = bytes;
    match byte(&mut rest) % 3 {
        0 => {
            let len = byte(&mut rest);
            let base = take(&mut rest, len);
            let delta = delta(&mut rest, base.len());
            if let Some((out, copies)) = source::apply_delta(base, &delta, 1 << 20) {
                covers(base, &out, &copies);
            }
        }
        1 => {
            let len = byte(&mut rest) << 8 | byte(&mut rest);
            let data = take(&mut rest, len);
            bare.put("0", data, rest);
            bare.put("1", &[], &[]);
            scan(bare);
        }
        _ => {
            let packs = [entries(&mut rest, 1), entries(&mut rest, 2)];
            let mut named = BTreeSet::new();
            for (number, pack) in packs.iter().enumerate() {
                pack.write(bare, &format!("{number}"));
                named.extend(pack.ids().map(|id| id.to_string()));
            }
            let (history, kept) = scan(bare).expect("a repository");
            let told: BTreeSet<_> = history
                .skipped
                .iter()
                .map(|s| String::from_utf8_lossy(&s.what).into_owned())
                .collect();
            let seen: BTreeSet<_> = kept
                .keys()
                .map(|origin| match origin {
                    Origin::Blob(oid) | Origin::Message(oid) => oid.to_string(),
                    other => panic!("{other:?} is no object"),
                })
                .collect();
            for id in named {
                assert!(
                    seen.contains(&id) || told.contains(&id),
                    "{id} is lost without a word"
                );
            }
        }
    }
}

/// A pack of a few blobs, deltas to earlier or later ones or to the other pack, and any bytes.
fn entries(bytes: &mut &[u8], number: u8) -> Pack {
    let mut pack = Pack::new();
    let count = byte(bytes) % 12;
    // Ids that both packs use, so that deltas find each other and objects lie in both.
    let id = |n: usize| pack::id_of(&[n as u8 % 16]);
    let mut offsets = Vec::new();
    for n in 0..count {
        let own = if byte(bytes) & 1 == 0 {
            n
        } else {
            n + 16 - usize::from(number)
        };
        offsets.push(pack.end());
        match byte(bytes) % 4 {
            0 => {
                let len = byte(bytes);
                pack.whole_as(id(own), take(bytes, len));
            }
            1 => {
                let base = id(byte(bytes));
                let size = byte(bytes);
                let delta = delta(bytes, size);
                pack.ref_delta(id(own), base, &delta);
            }
            2 => {
                let to = byte(bytes) % offsets.len();
                let size = byte(bytes);
                let delta = delta(bytes, size);
                pack.ofs_delta(id(own), offsets[to], &delta);
            }
            _ => {
                let len = byte(bytes);
                let mut entry = take(bytes, len).to_vec();
                // Trees are read later, and not lent to the visitor.
                if let Some(first) = entry.first_mut().filter(|b| **b & 0x70 == 0x20) {
                    *first ^= 0x10;
                }
                pack.raw(id(own), &entry);
            }
        }
    }
    pack
}
