//! What a host that takes only so much gets to see. It is cut by what is new, severity,
//! confidence, and then so that every rule and every file has its turn; never by the order in
//! which results were found, which whoever wrote the files decides.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::{Finding, Place};
use crate::finding::Class;

/// More results than this of one rule in one file are told as one.
pub const MANY: usize = 200;

/// A result as a format is going to show it.
pub struct Item<'a, T> {
    /// The credential.
    pub row: &'a Finding,
    /// Where it is shown.
    pub place: &'a Place,
    /// It stands in what was scanned (in a history: at HEAD).
    pub present: bool,
    /// What the format needs beside that.
    pub with: T,
}

/// A result, and those of the same rule in the same file that it also speaks for.
pub struct Folded<'a, T> {
    /// The worst of them, and of equals the first in the file.
    pub first: Item<'a, T>,
    /// The others.
    pub alike: Vec<Item<'a, T>>,
}

/// What is new comes first, then what is worse.
fn rank(row: &Finding) -> impl Ord + Copy + use<> {
    Reverse((
        row.suppressed.is_none(),
        row.newly_suppressed(),
        row.fails,
        row.class == Class::Credential,
        row.severity,
        row.confidence,
    ))
}

/// The results in the order in which a host may cut them.
pub fn arrange<'a, T>(items: Vec<Item<'a, T>>) -> Vec<Folded<'a, T>> {
    let mut all = fold(items);
    // The order of the report holds among equals: every sort here is stable.
    all.sort_by_key(|folded| rank(folded.first.row));
    let mut turns: Vec<(_, [usize; 3], Folded<'a, T>)> = all
        .into_iter()
        .map(|folded| (rank(folded.first.row), [0; 3], folded))
        .collect();
    deal(&mut turns, 0, |item| {
        (item.row.reported.as_str(), item.place.uri.as_str())
    });
    deal(&mut turns, 1, |item| (item.row.reported.as_str(), ""));
    deal(&mut turns, 2, |item| ("", item.place.uri.as_str()));
    turns.into_iter().map(|(_, _, folded)| folded).collect()
}

/// Gives the first of every kind its turn before the second of any.
fn deal<'a, T, R: Ord + Copy>(
    all: &mut [(R, [usize; 3], Folded<'a, T>)],
    level: usize,
    kind: impl Fn(&Item<'a, T>) -> (&'a str, &'a str),
) {
    let mut begin = 0;
    while begin < all.len() {
        let (rank, turns) = (all[begin].0, all[begin].1);
        let same = all[begin..]
            .iter()
            .take_while(|one| one.0 == rank && one.1 == turns)
            .count();
        let part = &mut all[begin..begin + same];
        let mut seen = HashMap::new();
        for (_, turns, folded) in part.iter_mut() {
            turns[level] = next(&mut seen, kind(&folded.first));
        }
        part.sort_by_key(|one| one.1);
        begin += same;
    }
}

/// How often a key was asked for before.
fn next<K: Eq + Hash>(seen: &mut HashMap<K, usize>, key: K) -> usize {
    let n = seen.entry(key).or_insert(0);
    *n += 1;
    *n - 1
}

/// One result for [`MANY`] and more of one rule in one file.
fn fold<'a, T>(items: Vec<Item<'a, T>>) -> Vec<Folded<'a, T>> {
    let key = |item: &Item<'a, T>| {
        (
            item.row.reported.as_str(),
            item.place.uri.as_str(),
            item.present,
            item.row.suppressed.is_some(),
            item.row.newly_suppressed(),
        )
    };
    let mut groups: HashMap<_, usize> = HashMap::new();
    for item in &items {
        *groups.entry(key(item)).or_default() += 1;
    }
    groups.retain(|_, n| *n > MANY);
    if groups.is_empty() {
        return items
            .into_iter()
            .map(|first| Folded {
                first,
                alike: Vec::new(),
            })
            .collect();
    }
    let mut out: Vec<Folded<'a, T>> = Vec::new();
    let mut at: HashMap<_, usize> = HashMap::new();
    for item in items {
        let key = key(&item);
        if !groups.contains_key(&key) {
            out.push(Folded {
                first: item,
                alike: Vec::new(),
            });
            continue;
        }
        match at.get(&key) {
            Some(n) => out[*n].alike.push(item),
            None => {
                at.insert(key, out.len());
                out.push(Folded {
                    first: item,
                    alike: Vec::new(),
                });
            }
        }
    }
    let order = |item: &Item<'a, T>| (rank(item.row), item.place.region);
    for n in at.into_values() {
        let folded = &mut out[n];
        folded.alike.sort_by_key(order);
        if order(&folded.alike[0]) < order(&folded.first) {
            std::mem::swap(&mut folded.first, &mut folded.alike[0]);
            folded.alike.sort_by_key(order);
        }
    }
    out
}
