//! What stands beside a credential and says more of it: the id half of a pair, the certificate of
//! a key. Looked for in a bounded window around the value.

use std::collections::HashMap;
use std::ops::Range;

use super::Candidate;
use super::beside::{self, CERTIFICATE_REACH};
use crate::base64::{Engine, STANDARD};
use crate::finding::{Confidence, Ground};
use crate::rule::{FactDecoder, Kind, Rule, RuleSet};

/// The halves of a pair stand at most so many bytes apart (a few lines).
const PAIR_REACH: usize = 512;
/// More certificates than this are a bundle, not the key's own.
const CERTIFICATES: usize = 4;

/// Attaches the partners that stand in the same bytes. A context value whose documented partner
/// is there is worth more than its word alone.
pub(super) fn join(rules: &RuleSet, bytes: &[u8], all: &mut [Candidate]) {
    let mut pairs = Vec::new();
    let halves = Halves::new(rules, all);
    for (index, candidate) in all.iter().enumerate() {
        let Kind::Context(context) = &rules.rules[candidate.rule].kind else {
            continue;
        };
        if candidate.evidence.layers.is_empty()
            && let Some(other) = halves.beside(&context.with, &candidate.span, || {})
        {
            pairs.push((index, context.with.to_string(), all[other].value.clone()));
        }
    }
    for candidate in all.iter_mut().filter(|c| c.evidence.layers.is_empty()) {
        let more = beside::find(&rules.rules[candidate.rule], bytes, &candidate.span);
        if reads_certificates(&rules.rules[candidate.rule]) && !has_certificate(candidate) {
            let window = near(bytes, &candidate.span, CERTIFICATE_REACH);
            candidate.partners.extend(certificates(window));
        }
        candidate.partners.extend(more);
    }
    for (index, kind, value) in pairs {
        let candidate = &mut all[index];
        candidate.partners.push((kind, value));
        candidate
            .evidence
            .reasons
            .push("its other half stands beside it");
        if candidate.confidence() < Confidence::High {
            candidate.evidence.ground = Ground::Paired;
        }
    }
}

/// Where the candidates of those rules stand that are the other half of something, so that a
/// content full of both is not searched from its start for each of them.
#[derive(Default)]
struct Halves<'a> {
    of: HashMap<&'a str, Vec<Half>>,
}

/// A candidate among those of its rule, in their order.
struct Half {
    /// Its number among all candidates.
    index: usize,
    start: usize,
    /// The furthest end of it and those before it.
    end: usize,
}

impl<'a> Halves<'a> {
    /// `all` is sorted by where the values start.
    fn new(rules: &'a RuleSet, all: &[Candidate]) -> Self {
        let mut halves = Halves::default();
        for candidate in all {
            if let Kind::Context(context) = &rules.rules[candidate.rule].kind
                && !context.with.is_empty()
            {
                halves.of.entry(&context.with).or_default();
            }
        }
        if halves.of.is_empty() {
            return halves;
        }
        for (index, candidate) in all.iter().enumerate() {
            halves.push(&rules.rules[candidate.rule].id, index, &candidate.span);
        }
        halves
    }

    fn push(&mut self, rule: &str, index: usize, span: &Range<usize>) {
        if let Some(known) = self.of.get_mut(rule) {
            let before = known.last().map_or(0, |half| half.end);
            known.push(Half {
                index,
                start: span.start,
                end: span.end.max(before),
            });
        }
    }

    /// The first candidate of `rule` within reach of `span`, as its number among all. Calls
    /// `looked` for each that it looks at.
    fn beside(&self, rule: &str, span: &Range<usize>, mut looked: impl FnMut()) -> Option<usize> {
        let known = self.of.get(rule)?;
        let first = known.partition_point(|half| {
            looked();
            half.end + PAIR_REACH <= span.start
        });
        known
            .get(first)
            .filter(|half| half.start < span.end + PAIR_REACH)
            .map(|half| half.index)
    }
}

/// For what was decoded: what stands in the outer file. Of a kubeconfig that is the certificate of the key.
pub(super) fn outside(rules: &RuleSet, bytes: &[u8], candidate: &mut Candidate) {
    let more = beside::find(&rules.rules[candidate.rule], bytes, &candidate.span);
    candidate.partners.extend(more);
    if !reads_certificates(&rules.rules[candidate.rule]) || has_certificate(candidate) {
        return;
    }
    let window = near(bytes, &candidate.span, CERTIFICATE_REACH);
    for at in memchr::memmem::find_iter(window, b"client-certificate-data:").take(CERTIFICATES) {
        let text = &window[at + 24..];
        let skip = text
            .iter()
            .take(8)
            .take_while(|b| b" \"'".contains(b))
            .count();
        let len = text[skip..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
            .count();
        if let Ok(pem) = STANDARD.decode(&text[skip..skip + len]) {
            candidate.partners.extend(certificates(&pem));
        }
    }
}

fn near<'a>(bytes: &'a [u8], span: &Range<usize>, reach: usize) -> &'a [u8] {
    &bytes[span.start.saturating_sub(reach)..(span.end + reach).min(bytes.len())]
}

/// The DER of the PEM certificates in `text`.
fn certificates(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(text, BEGIN).take(CERTIFICATES) {
        let body = &text[at + BEGIN.len()..];
        let Some(end) = memchr::memmem::find(body, b"-----END CERTIFICATE-----") else {
            continue;
        };
        let packed: Vec<u8> = body[..end]
            .iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect();
        if let Ok(der) = STANDARD.decode(packed) {
            out.push(("certificate".to_owned(), der));
        }
    }
    out
}

fn has_certificate(candidate: &Candidate) -> bool {
    candidate
        .partners
        .iter()
        .any(|(kind, _)| kind == "certificate")
}

/// Whether a certificate beside the key tells about its life.
fn reads_certificates(rule: &Rule) -> bool {
    rule.facts.contains(&FactDecoder::X509)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn halves(spans: &[Range<usize>]) -> Halves<'static> {
        let mut halves = Halves::default();
        halves.of.insert("one", Vec::new());
        for (index, span) in spans.iter().enumerate() {
            halves.push("one", index, span);
            halves.push("other", index, span);
        }
        halves
    }

    /// How many candidates are looked at when each of `count` has its other half beside it.
    fn looks(count: usize) -> usize {
        let spans: Vec<_> = (0..count).map(|n| n * 80..n * 80 + 40).collect();
        let halves = halves(&spans);
        let mut looks = 0;
        for span in &spans {
            assert!(halves.beside("one", span, || looks += 1).is_some());
        }
        looks
    }

    #[test]
    fn pairs_cost_a_search_by_halves_each() {
        let (once, twice) = (looks(1 << 12), looks(1 << 13));
        assert!(twice * 10 <= once * 22, "{once}, then {twice}");
        assert!(once <= (1 << 12) * 13, "{once}");
    }

    proptest! {
        #[test]
        fn the_other_half_is_the_first_within_reach(
            mut spans in proptest::collection::vec((0usize..9_000, 1usize..900), 0..12),
            start in 0usize..9_000,
            length in 1usize..900,
        ) {
            spans.sort();
            let spans: Vec<_> = spans.into_iter().map(|(at, len)| at..at + len).collect();
            let span = start..start + length;
            let plain = spans.iter().position(|other| {
                other.start < span.end + PAIR_REACH && span.start < other.end + PAIR_REACH
            });
            let halves = halves(&spans);
            prop_assert_eq!(halves.beside("one", &span, || {}), plain);
            prop_assert_eq!(halves.beside("other", &span, || {}), None);
        }
    }
}
