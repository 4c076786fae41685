//! Deltas whose base is not in their pack. `git index-pack` completes such packs, and refuses
//! them otherwise, so that none lies in a repository that git wrote: these are made by hand.

use std::collections::BTreeMap;

use keysweep::finding::Reason;

use super::pack::{Bare, Pack, copy, delta, id_of, insert};
use super::{options, scan, visited_blobs};

/// A base, and a text that continues it, with the delta between them.
fn versions(number: u8) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let base = format!("the base of number {number}\n")
        .repeat(9)
        .into_bytes();
    let tail = b"and what was added";
    let next = [&base[..], tail].concat();
    let delta = delta(
        base.len(),
        next.len(),
        &[&copy(0, base.len()), &insert(tail)],
    );
    (base, next, delta)
}

/// Nothing is skipped, and exactly these blobs are visited, for one thread and for two.
fn holds(bare: &Bare, wanted: &[&[u8]]) {
    let wanted: BTreeMap<String, Vec<u8>> = wanted
        .iter()
        .map(|content| (id_of(content).to_string(), content.to_vec()))
        .collect();
    for threads in [1, 2] {
        let mut options = options(bare.path());
        options.threads = threads;
        let (history, seen) = scan(&options);
        assert_eq!(history.skipped, []);
        assert_eq!(visited_blobs(&seen), wanted);
    }
}

#[test]
fn a_base_in_another_pack_or_loose_is_found() {
    // Packs are read by name: the base comes after, before, and from no pack at all.
    for (own, other) in [("a", Some("b")), ("b", Some("a")), ("a", None)] {
        let (base, next, delta) = versions(1);
        let bare = Bare::new();
        match other {
            Some(name) => {
                let mut pack = Pack::new();
                pack.whole(&base);
                pack.write(&bare, name);
            }
            None => {
                bare.loose(&base);
            }
        }
        let mut pack = Pack::new();
        let last = [&next[..], b"!"].concat();
        let at = pack.end();
        pack.ref_delta(id_of(&next), id_of(&base), &delta);
        // A second step, stored as a difference to the thin one.
        let step = super::pack::delta(
            next.len(),
            last.len(),
            &[&copy(0, next.len()), &insert(b"!")],
        );
        pack.ofs_delta(id_of(&last), at, &step);
        pack.write(&bare, own);
        holds(&bare, &[&base, &next, &last]);
    }
}

#[test]
fn a_chain_may_lead_through_several_packs() {
    let bare = Bare::new();
    let base = b"what all of them start with".repeat(4);
    bare.loose(&base);
    let mut all = vec![base];
    for n in 0..20u8 {
        let old = all[usize::from(n)].clone();
        let new = [&old[..], &[b'a' + n]].concat();
        let delta = delta(
            old.len(),
            new.len(),
            &[&copy(0, old.len()), &insert(&[b'a' + n])],
        );
        let mut pack = Pack::new();
        pack.ref_delta(id_of(&new), id_of(&old), &delta);
        pack.write(&bare, &format!("{n:02}"));
        all.push(new);
    }
    let all: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
    holds(&bare, &all);
}

#[test]
fn a_base_that_is_nowhere_is_told_for_all_that_hang_on_it() {
    let (base, next, delta) = versions(2);
    let bare = Bare::new();
    let mut pack = Pack::new();
    let whole = pack.whole(b"intact");
    let at = pack.end();
    pack.ref_delta(id_of(&next), id_of(&base), &delta);
    let child = id_of(b"a child of it");
    let step = super::pack::delta(next.len(), 1, &[&copy(0, 1)]);
    pack.ofs_delta(child, at, &step);
    pack.write(&bare, "one");
    let (history, seen) = scan(&options(bare.path()));
    let seen = visited_blobs(&seen);
    assert_eq!(seen.keys().collect::<Vec<_>>(), [&whole.to_string()]);
    let mut told: Vec<_> = history
        .skipped
        .iter()
        .map(|s| (s.reason, s.what.clone()))
        .collect();
    told.sort();
    let mut wanted =
        [id_of(&next), child].map(|id| (Reason::MissingObject, id.to_string().into_bytes()));
    wanted.sort();
    assert_eq!(told, wanted);
}

#[test]
fn circles_between_packs_end() {
    // Every object is a delta to the next, the last to the first, and each lies in four packs:
    // whoever follows every copy of every base goes round for ever.
    let bare = Bare::new();
    let ids: Vec<_> = (0..60u8).map(|n| id_of(&[n])).collect();
    for copy in 0..4 {
        for side in 0..2 {
            let mut pack = Pack::new();
            for n in (side..ids.len()).step_by(2) {
                let step = delta(10, 10, &[&super::pack::copy(0, 10)]);
                pack.ref_delta(ids[n], ids[(n + 1) % ids.len()], &step);
            }
            pack.write(&bare, &format!("{copy}{side}"));
        }
    }
    let intact = bare.loose(b"intact");
    let (history, seen) = scan(&options(bare.path()));
    assert_eq!(
        visited_blobs(&seen).into_keys().collect::<Vec<_>>(),
        [intact.to_string()]
    );
    assert_eq!(history.skipped.len(), ids.len());
}

#[test]
fn a_chain_of_thousands_of_hops_does_not_exhaust_the_stack() {
    let bare = Bare::new();
    let ids: Vec<_> = (0..6_000u32).map(|n| id_of(&n.to_be_bytes())).collect();
    for side in 0..2 {
        let mut pack = Pack::new();
        for n in (side..ids.len() - 1).step_by(2) {
            let step = delta(10, 10, &[&copy(0, 10)]);
            pack.ref_delta(ids[n], ids[n + 1], &step);
        }
        if side == 1 {
            pack.whole_as(ids[ids.len() - 1], b"0123456789");
        }
        pack.write(&bare, &side.to_string());
    }
    let (history, seen) = scan(&options(bare.path()));
    let visited = visited_blobs(&seen).len();
    assert!(visited >= 60, "{visited}");
    assert_eq!(history.skipped.len() + visited, ids.len());
}
