//! What a verdict proposes.

use std::ops::Range;

use super::checks;
use crate::finding::{Class, Confidence, Evidence};
use crate::rule::Check;

/// A value that may be a credential, as one blob's bytes show it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// The rule, an index into the rule set.
    pub rule: usize,
    /// Where the value stands, in bytes of the original content (for a decoded value: the encoded
    /// stretch that it came from).
    pub span: Range<usize>,
    /// The value (decoded, if it was encoded).
    pub value: Vec<u8>,
    /// The whole match around it.
    pub whole: Vec<u8>,
    /// Where the value stands inside `whole`.
    pub within: Range<usize>,
    /// Public values beside it, `(kind, bytes)`.
    pub partners: Vec<(String, Vec<u8>)>,
    /// The name it was assigned to.
    pub key: Option<Vec<u8>>,
    /// Why.
    pub evidence: Evidence,
    /// What it is, as far as the window tells.
    pub class: Class,
    /// 64 bits of randomness or more.
    pub strong: bool,
}

impl Candidate {
    /// Whether its value looks drawn by a machine.
    pub(super) fn is_drawn(&self) -> bool {
        self.strong || checks::looks_random(&self.value)
    }

    /// How sure, as far as the window tells; the judgement settles it.
    pub fn confidence(&self) -> Confidence {
        self.evidence.ground.usual()
    }
}

/// Whether a check passed that says more than that a value looks drawn. An AWS key id is checked by decoding it, but
/// it is the public half: a presigned URL around it says more.
pub(super) fn is_proven(evidence: &Evidence) -> bool {
    let little = [Check::Random.name(), Check::AwsKeyId.name()];
    let mut checks = evidence.checks.iter();
    checks.any(|check| check.passed && !little.contains(&check.name))
}

/// Sorts candidates by place and drops repetitions: several anchors may lead to one value, and
/// what is found must not depend on which of them came first.
pub(super) fn in_order(all: &mut Vec<Candidate>) {
    all.sort_by(|a, b| {
        let place = |c: &Candidate| (c.span.start, c.span.end, c.rule);
        place(a)
            .cmp(&place(b))
            .then_with(|| a.evidence.layers.cmp(&b.evidence.layers))
            .then_with(|| a.value.cmp(&b.value))
            .then_with(|| a.whole.cmp(&b.whole))
            .then_with(|| a.within.start.cmp(&b.within.start))
            .then_with(|| b.confidence().cmp(&a.confidence()))
            .then_with(|| b.key.cmp(&a.key))
            .then_with(|| a.evidence.reasons.cmp(&b.evidence.reasons))
            .then_with(|| a.partners.cmp(&b.partners))
    });
    all.dedup();
}
