//! From labelled rows to observations: what the product's own features say of them.

use std::collections::BTreeMap;

use keysweep::detect::Scanner;
use keysweep::detect::generic::Refusal;
use keysweep::finding::Class;

use super::labelled::Row;
use super::regression::{FOLDS, Observation};

/// The part that each repository is in: the largest first, each to the part with the fewest rows.
pub fn folds(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *sizes.entry(&row.repo).or_default() += 1;
    }
    let mut repos: Vec<(&str, usize)> = sizes.into_iter().collect();
    repos.sort_by_key(|(repo, size)| (std::cmp::Reverse(*size), *repo));
    let mut full = [0; FOLDS];
    let mut folds = BTreeMap::new();
    for (repo, size) in repos {
        let fold = (0..FOLDS).min_by_key(|fold| full[*fold]).unwrap_or(0);
        full[fold] += size;
        folds.insert(repo, fold);
    }
    folds
}

/// What the features say of every labelled value whose score decides: neither what is refused or
/// covered before, nor placeholders.
pub fn observe(rows: &[Row], folds: &BTreeMap<&str, usize>) -> Vec<Observation> {
    let scanner = Scanner::new(keysweep::builtin::set());
    let mut all: BTreeMap<(usize, bool, u128), u32> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.is_ours()) {
        for asked in scanner.asked(row.text.as_bytes()) {
            let decides = match &asked.judged {
                Ok(judged) => judged.class == Class::Credential,
                Err(refusal) => *refusal == Refusal::Unlikely,
            };
            if decides && row.is_at(&asked.span) {
                let features = asked.features.iter();
                let set = features.fold(0, |set, feature| set | 1u128 << *feature as u32);
                let key = (folds[row.repo.as_str()], row.label == "T", set);
                *all.entry(key).or_default() += 1;
            }
        }
    }
    all.into_iter()
        .map(|((fold, credential, features), count)| Observation {
            fold,
            credential,
            features,
            count,
        })
        .collect()
}
