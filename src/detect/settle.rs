//! Overlaps, settled per blob after every verdict is in: a checksum that passed wins, then a
//! credential over a sample, a named rule over a generic one, the longer value, the earlier, a form of its own over
//! a word beside it, the rule id.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::candidate::{Candidate, is_proven};
use crate::finding::{Class, Ground};
use crate::rule::{Kind, RuleSet};

/// Keeps the best of overlapping candidates, sorted by place. Rules that lose with a value that
/// overlaps are named in the winner's evidence.
///
/// Rules that came with what is scanned are settled among themselves: whoever writes them must not
/// be able to push another's finding aside.
pub(super) fn settle(rules: &RuleSet, all: Vec<Candidate>) -> Vec<Candidate> {
    let (of_repository, others): (Vec<_>, Vec<_>) = all
        .into_iter()
        .partition(|c| rules.rules[c.rule].is_of_repository());
    let mut kept = among(rules, others);
    if !of_repository.is_empty() {
        kept.append(&mut among(rules, of_repository));
        kept.sort_by_key(|c| (c.span.start, c.span.end));
    }
    kept
}

fn among(rules: &RuleSet, mut all: Vec<Candidate>) -> Vec<Candidate> {
    all.sort_by_cached_key(|c| {
        (
            !is_proven(&c.evidence),
            is_generic(rules, c.rule),
            Reverse(c.span.len()),
            c.span.start,
            c.class != Class::Credential,
            // Of one value a form of its own says more than a word beside it.
            !matches!(rules.rules[c.rule].kind, Kind::Token(_)),
            c.rule,
            c.evidence.layers.len(),
        )
    });
    // Kept candidates by start; they do not overlap, so the one before a place decides.
    let mut kept: BTreeMap<usize, Candidate> = BTreeMap::new();
    for candidate in all {
        let clash = kept
            .range(..candidate.span.end.max(candidate.span.start + 1))
            .next_back()
            .filter(|(_, have)| have.span.end > candidate.span.start)
            .map(|(start, _)| *start);
        match clash.and_then(|start| kept.get_mut(&start)) {
            Some(winner) => concede(rules, winner, candidate),
            None => {
                kept.insert(candidate.span.start, candidate);
            }
        }
    }
    kept.into_values().collect()
}

/// What a winner takes over from a candidate that loses to it.
fn concede(rules: &RuleSet, winner: &mut Candidate, loser: Candidate) {
    let surer = loser.confidence() > winner.confidence();
    if winner.key.is_none() {
        winner.key = loser.key;
    }
    let same = winner.span == loser.span;
    // A provider's word near a value that the generic score believes in: both speak for it. The
    // generic score does not know the user beside a password, and no checksums.
    let open = matches!(winner.evidence.ground, Ground::Near | Ground::NotRandom);
    if same && open && surer {
        winner.evidence.ground = Ground::NearAndScored;
    }
    let id = &rules.rules[loser.rule].id;
    let also = &mut winner.evidence.also;
    if loser.rule != winner.rule && same && !also.iter().any(|have| have == id) && also.len() < 8 {
        also.push(id.to_string());
        also.sort();
    }
}

/// Whether a rule judges by names and values of any kind.
pub(super) fn is_generic(rules: &RuleSet, rule: usize) -> bool {
    rules.rules[rule].generic().is_some()
}
