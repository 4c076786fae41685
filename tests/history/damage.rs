//! Damaged packs and indexes: what cannot be read is named, and everything else is visited.

use std::collections::BTreeSet;

use gix::ObjectId;
use keysweep::finding::Reason;

use super::pack::{Bare, Pack, copy, deflate, delta, id_of, insert};
use super::{options, scan, visited_blobs};

/// Scans, and returns the ids of visited blobs and what was skipped, by reason.
fn outcome(bare: &Bare) -> (BTreeSet<String>, BTreeSet<(Reason, String)>) {
    let (history, seen) = scan(&options(bare.path()));
    let skipped = history
        .skipped
        .iter()
        .map(|s| (s.reason, String::from_utf8_lossy(&s.what).into_owned()))
        .collect();
    (visited_blobs(&seen).into_keys().collect(), skipped)
}

fn names(ids: &[ObjectId]) -> BTreeSet<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn corrupt(ids: &[ObjectId]) -> BTreeSet<(Reason, String)> {
    let named = |id: &ObjectId| (Reason::CorruptObject, id.to_string());
    ids.iter().map(named).collect()
}

/// A delta that appends one byte to a base of `len` bytes.
fn longer(len: usize) -> Vec<u8> {
    delta(len, len + 1, &[&copy(0, len), &insert(b"+")])
}

#[test]
fn a_broken_stream_costs_itself_and_its_children() {
    let stream = deflate(b"twelve bytes");
    let mut flipped = stream.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    let broken: [(&[u8], usize); 5] = [
        (&flipped, 12),
        (&stream[..6], 12),
        (b"", 12),
        (&stream, 11),
        (&stream, 13),
    ];
    for (stream, size) in broken {
        let bare = Bare::new();
        let mut pack = Pack::new();
        let first = pack.whole(b"before");
        let (at, bad, child) = (pack.end(), id_of(b"bad"), id_of(b"child"));
        pack.entry(bad, 3, size, &[], stream);
        pack.ofs_delta(child, at, &longer(size));
        let after = pack.whole(b"after");
        pack.write(&bare, "one");
        let (seen, skipped) = outcome(&bare);
        assert_eq!(seen, names(&[first, after]));
        assert_eq!(skipped, corrupt(&[bad, child]));
    }
}

#[test]
fn broken_deltas_cost_themselves() {
    let base = b"the base of all";
    let len = base.len();
    let broken: Vec<Vec<u8>> = vec![
        Vec::new(),
        vec![0x80; 40],
        delta(len + 1, len, &[&copy(0, len)]),
        delta(len, len, &[&copy(1, len)]),
        delta(len, len, &[&copy(usize::MAX >> 32, len)]),
        delta(len, len - 1, &[&copy(0, len)]),
        delta(len, len + 1, &[&copy(0, len)]),
        delta(len, 1, &[&[0]]),
        delta(len, 9, &[&[9, 1, 2, 3]]),
        delta(len, len, &[&copy(0, len)[..5]]),
    ];
    let bare = Bare::new();
    let mut pack = Pack::new();
    let at = pack.end();
    let root = pack.whole(base);
    let mut bad = Vec::new();
    for (n, delta) in broken.iter().enumerate() {
        let id = id_of(&[n as u8]);
        pack.ofs_delta(id, at, delta);
        bad.push(id);
    }
    let good = id_of(b"the base of all+");
    pack.ofs_delta(good, at, &longer(len));
    pack.write(&bare, "one");
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[root, good]));
    assert_eq!(skipped, corrupt(&bad));
}

#[test]
fn bases_that_cannot_be_are_told() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let root = pack.whole(b"root");
    let mut bad = Vec::new();
    // Itself, before the pack, its header, between entries, and ahead.
    let own = pack.end();
    for (n, base) in [own, 0, 4, 13, u64::MAX / 2].into_iter().enumerate() {
        let id = id_of(&[n as u8]);
        pack.ofs_delta(id, base, &longer(4));
        bad.push(id);
    }
    // By id: itself, and two in a circle with a third behind them.
    let ids = [b"x", b"y", b"z", b"w"].map(|name| id_of(name));
    for (id, base) in [(0, 0), (1, 2), (2, 1), (3, 2)] {
        pack.ref_delta(ids[id], ids[base], &longer(4));
        bad.push(ids[id]);
    }
    // Kinds that do not exist, and a header without an end.
    for kind in [0, 5] {
        let id = id_of(&[100 + kind]);
        pack.entry(id, kind, 4, &[], &deflate(b"root"));
        bad.push(id);
    }
    let id = id_of(b"endless");
    pack.raw(id, &[0xff; 30]);
    bad.push(id);
    pack.write(&bare, "one");
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[root]));
    assert_eq!(skipped, corrupt(&bad));
}

#[test]
fn offsets_outside_the_pack_are_told() {
    let bare = Bare::new();
    let mut pack = Pack::new();
    let good = pack.whole(b"good");
    let mut bad = Vec::new();
    let outside = [
        0,
        11,
        1 << 20,
        (1 << 31) - 1,
        // These stand in the index's table of 64-bit offsets.
        1 << 31,
        1 << 40,
        u64::MAX >> 1,
        u64::MAX,
    ];
    for (n, offset) in outside.into_iter().enumerate() {
        let id = id_of(&[n as u8]);
        pack.at(id, offset, 0);
        bad.push(id);
    }
    pack.write(&bare, "one");
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[good]));
    assert_eq!(skipped, corrupt(&bad));
}

#[test]
fn a_truncated_pack_yields_what_is_left_of_it() {
    let mut pack = Pack::new();
    let mut ends = Vec::new();
    let mut ids = Vec::new();
    for n in 0..20u8 {
        ids.push(pack.whole(format!("content number {n}").as_bytes()));
        ends.push(pack.end() as usize);
    }
    let whole = pack.bytes();
    for cut in (32..whole.len()).step_by(23) {
        let bare = Bare::new();
        bare.put("one", &whole[..cut], &pack.index());
        let (seen, skipped) = outcome(&bare);
        let left = ends.partition_point(|end| *end <= cut);
        assert_eq!(seen, names(&ids[..left]), "cut at {cut}");
        assert_eq!(skipped, corrupt(&ids[left..]), "cut at {cut}");
    }
    // Shorter than a header and a trailer: the whole pack is named.
    for cut in [0, 11, 31] {
        let bare = Bare::new();
        bare.put("one", &whole[..cut], &pack.index());
        let loose = bare.loose(b"loose");
        let (seen, skipped) = outcome(&bare);
        assert_eq!(seen, names(&[loose]));
        let told = (Reason::CorruptPack, "pack-one.pack".to_owned());
        assert_eq!(skipped, BTreeSet::from([told]));
    }
}

#[test]
fn a_wrong_index_costs_its_pack_and_no_other() {
    let mut pack = Pack::new();
    pack.whole(b"one");
    pack.whole(b"two");
    // Its offset stands in the table of 64-bit offsets.
    pack.at(id_of(b"far"), 1 << 40, 0);
    let good = pack.index();
    let table = 8 + 256 * 4;
    let wide = table + 3 * (20 + 4);
    let changed = |at: usize, bytes: &[u8]| {
        let mut index = good.clone();
        index[at..at + bytes.len()].copy_from_slice(bytes);
        index
    };
    let far = (0..3)
        .map(|n| wide + 4 * n)
        .find(|at| good[*at] & 0x80 != 0)
        .expect("one offset is wide");
    let wrong = [
        Vec::new(),
        good[..7].to_vec(),
        good[..table - 1].to_vec(),
        good[..table + 30].to_vec(),
        good[..good.len() - 1].to_vec(),
        [&good[..], b"x"].concat(),
        changed(0, b"\0\0"),
        changed(4, &[0, 0, 0, 9]),
        // More objects than there are, the most there can be, and a fan that falls.
        changed(table - 4, &4u32.to_be_bytes()),
        changed(table - 4, &u32::MAX.to_be_bytes()),
        changed(8, &[0xff; 4]),
        // A place outside of the table of 64-bit offsets.
        changed(far, &[0x80, 0, 0, 9]),
        changed(far, &[0xff; 4]),
    ];
    for (n, index) in wrong.iter().enumerate() {
        let bare = Bare::new();
        bare.put("one", &pack.bytes(), index);
        let mut other = Pack::new();
        let kept = other.whole(b"in another pack");
        other.write(&bare, "two");
        let loose = bare.loose(b"loose");
        let (seen, skipped) = outcome(&bare);
        assert_eq!(seen, names(&[kept, loose]), "index {n}");
        let told = (Reason::CorruptPack, "pack-one.pack".to_owned());
        assert_eq!(skipped, BTreeSet::from([told]), "index {n}");
    }
}

#[test]
fn a_wrong_checksum_in_the_index_changes_nothing() {
    // Git does not look at it either when it reads; the content is what counts.
    let bare = Bare::new();
    let mut pack = Pack::new();
    let right = pack.whole(b"right");
    let id = id_of(b"wrong crc");
    pack.at(id, pack.end(), 0xdead_beef);
    let mut bytes = pack.bytes();
    let trailer = bytes.len() - 20;
    let mut entry = vec![3 << 4 | 9];
    entry.extend(deflate(b"wrong crc"));
    bytes.splice(trailer..trailer, entry);
    bare.put("one", &bytes, &pack.index());
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[right, id]));
    assert_eq!(skipped, BTreeSet::new());
}

#[test]
fn what_is_damaged_here_is_read_where_it_is_whole() {
    let bare = Bare::new();
    let content = b"twelve bytes";
    let mut pack = Pack::new();
    pack.entry(id_of(content), 3, 12, &[], b"no stream");
    pack.write(&bare, "one");
    let id = bare.loose(content);
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[id]));
    assert_eq!(skipped, BTreeSet::new());
}

#[cfg(unix)]
#[test]
fn a_fifo_is_not_waited_for() {
    let bare = Bare::new();
    let loose = bare.loose(b"loose");
    let objects = bare.path().join("objects");
    let name = id_of(b"fifo").to_string();
    std::fs::create_dir_all(objects.join(&name[..2])).expect("writable");
    let places = [
        objects.join(&name[..2]).join(&name[2..]),
        objects.join("pack/pack-fifo.pack"),
        objects.join("pack/pack-fifo.idx"),
    ];
    for path in places {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo is there").success());
    }
    let (seen, skipped) = outcome(&bare);
    assert_eq!(seen, names(&[loose]));
    let told = [
        (Reason::CorruptObject, name),
        (Reason::CorruptPack, "pack-fifo.idx".to_owned()),
        (Reason::CorruptPack, "pack-fifo.pack".to_owned()),
    ];
    assert_eq!(skipped, BTreeSet::from(told));
}
