//! Small packs that claim to hold far more than they do: they cost bounded time and memory, each
//! object that is not read is named, and the rest is found.

use std::collections::BTreeMap;

use keysweep::finding::{Origin, Reason};
use keysweep::source::{Blob, Control, History, HistoryOptions, Inherit, Visit, open_and_scan};

use super::pack::{Bare, Pack, copy, deflate, delta, id_of, insert};
use super::{options, scan, visited_blobs};
use crate::common::done;

/// Counts only: bombs are not to be kept.
#[derive(Default)]
struct Count(std::sync::Mutex<BTreeMap<Origin, usize>>);

impl Visit for Count {
    type State = ();

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, ()>>) {
        // A description of copies is no larger than the content.
        let copies = parent.map_or(0, |parent| parent.copies.len());
        assert!(copies * 32 <= blob.bytes.len());
        let mut sizes = self.0.lock().expect("no visit panics");
        sizes.insert(blob.origin.clone(), blob.bytes.len());
    }
}

/// Ends, and has looked at what there is.
fn count(options: HistoryOptions) -> (History, BTreeMap<String, usize>) {
    let (history, sizes) = done(move || {
        let count = Count::default();
        let history = open_and_scan(&options, &count, &Control::default()).expect("a repository");
        (history, count.0.into_inner().expect("no visit panics"))
    });
    let sizes = sizes
        .into_iter()
        .filter_map(|(origin, size)| match origin {
            Origin::Blob(oid) => Some((oid.to_string(), size)),
            _ => None,
        })
        .collect();
    (history, sizes)
}

/// A delta that copies a base of `len` bytes `times` over.
fn repeat(len: usize, times: usize) -> Vec<u8> {
    let ops = copy(0, len).repeat(times);
    delta(len, len * times, &[&ops])
}

#[test]
fn a_chain_that_multiplies_ends_and_each_object_is_named() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let base = b"0123456789abcdef".repeat(64);
    let mut at = pack.end();
    let root = pack.whole(&base);
    let mut size = base.len();
    let mut ids = Vec::new();
    // 1 KiB, 16 KiB, 256 KiB, 4 MiB, 64 MiB, 1 GiB: from there on it cannot be written down as
    // copies of the whole, so each copies a piece of its base.
    for step in 0..8u8 {
        let next = pack.end();
        let id = id_of(&[step]);
        let piece = size.min(8 << 20);
        let ops = copy(0, piece).repeat(16 * (size / piece).clamp(1, 16));
        let result = piece * (ops.len() / 8);
        pack.ofs_delta(id, at, &delta(size, result, &[&ops]));
        ids.push(id.to_string());
        (at, size) = (next, result);
    }
    let intact = pack.whole(b"intact");
    pack.write(&bare, "bomb");
    let (history, sizes) = count(options(bare.path()));
    for id in [root, intact] {
        assert!(sizes.contains_key(&id.to_string()));
    }
    assert!(sizes.values().all(|size| *size <= 16 << 20));
    let told: BTreeMap<_, _> = history
        .skipped
        .iter()
        .map(|s| (String::from_utf8_lossy(&s.what).into_owned(), s.reason))
        .collect();
    for id in &ids {
        assert!(
            sizes.contains_key(id) || told[id] == Reason::Bomb,
            "{id}: {told:?}"
        );
    }
    assert!(told.len() >= 4, "{told:?}");
    assert!(!history.skipped.iter().any(|s| s.detail.is_empty()));
}

#[test]
fn thousands_of_objects_on_a_bomb_are_named_without_trying_each() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let base = vec![b'x'; 1 << 20];
    let at = pack.end();
    pack.whole(&base);
    // One that is just allowed, so that trying again would cost something, and one that is not.
    let large = pack.end();
    pack.ofs_delta(id_of(b"large"), at, &repeat(1 << 20, 60));
    let bomb = pack.end();
    pack.ofs_delta(id_of(b"bomb"), large, &repeat(15 << 20, 18));
    let step = delta(270 << 20, 1, &[&copy(0, 1)]);
    let mut last = bomb;
    for n in 0..3_000u32 {
        let next = pack.end();
        pack.ofs_delta(id_of(&n.to_be_bytes()), last, &step);
        last = if n % 2 == 0 { bomb } else { next };
    }
    // The same once more: what is damaged in one pack is looked for in the others.
    pack.write(&bare, "one");
    pack.write(&bare, "two");
    let (history, sizes) = count(options(bare.path()));
    assert_eq!(sizes.len(), 2);
    assert_eq!(history.skipped.len(), 3_001);
}

#[test]
fn claims_beyond_what_zlib_can_do_are_lies() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let at = pack.end();
    let base = pack.whole(b"intact");
    let mut ids = Vec::new();
    for (n, size) in [200 << 20, 300 << 20, 1 << 40, usize::MAX >> 4]
        .into_iter()
        .enumerate()
    {
        for kind in [3, 6] {
            let id = id_of(&[n as u8, kind]);
            let distance = [((pack.end() - at) & 0x7f) as u8];
            let base = if kind == 6 { &distance[..] } else { &[] };
            pack.entry(id, kind, size, base, &deflate(b"short"));
            ids.push(id.to_string());
        }
        // What a delta claims to yield is its own word.
        let id = id_of(&[n as u8, 9]);
        pack.ofs_delta(id, at, &delta(6, size, &[&copy(0, 6)]));
        ids.push(id.to_string());
    }
    pack.write(&bare, "lies");
    let (history, seen) = scan(&options(bare.path()));
    let seen = visited_blobs(&seen);
    assert_eq!(seen.keys().collect::<Vec<_>>(), [&base.to_string()]);
    let told: Vec<_> = history
        .skipped
        .iter()
        .map(|s| String::from_utf8_lossy(&s.what).into_owned())
        .collect();
    ids.sort();
    let mut sorted = told;
    sorted.sort();
    assert_eq!(sorted, ids);
    assert!(history.skipped.iter().all(|s| matches!(
        s.reason,
        Reason::Bomb | Reason::TooLarge | Reason::CorruptObject
    )));
}

#[test]
fn single_byte_copies_are_not_listed_one_by_one() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let at = pack.end();
    pack.whole(b"ab");
    // Two bytes of delta for a byte of content; a list of copies would take 24 for each.
    let len = 4 << 20;
    let id = id_of(b"many");
    pack.ofs_delta(id, at, &delta(2, len, &[&b"\x90\x01".repeat(len)]));
    pack.write(&bare, "copies");
    let (history, sizes) = count(options(bare.path()));
    assert_eq!(history.skipped, []);
    assert_eq!(sizes[&id.to_string()], len);
}

#[test]
fn a_deep_tree_with_twigs_is_walked_once() {
    // Each version has a child that ends there and one that goes on. Whoever takes the long way
    // first must keep every version on it, or decode the chain again for each.
    let bare = Bare::new();
    let mut pack = Pack::new();
    let mut content = vec![b'.'; 1 << 20];
    let mut at = pack.end();
    pack.whole(&content);
    let steps = 1_500u32;
    for n in 0..steps {
        let tail = format!("{n:08}");
        let ops: &[&[u8]] = &[&copy(0, (1 << 20) - 8), &insert(tail.as_bytes())];
        content.truncate((1 << 20) - 8);
        content.extend_from_slice(tail.as_bytes());
        let next = pack.end();
        pack.ofs_delta(id_of(&content), at, &delta(1 << 20, 1 << 20, ops));
        // A number behind the long one in the pack, and a short one.
        let twig = delta(1 << 20, 8, &[&insert(tail.as_bytes())]);
        pack.ofs_delta(id_of(tail.as_bytes()), at, &twig);
        at = next;
    }
    pack.write(&bare, "deep");
    let mut options = options(bare.path());
    options.delta_budget = 64 << 20;
    let (history, sizes) = count(options);
    assert_eq!(history.skipped, []);
    assert_eq!(sizes.len(), 2 * steps as usize + 1);
}
