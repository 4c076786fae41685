//! The scanner.

use std::ops::Range;

use crate::finding::{Class, Confidence, Evidence};
use crate::rule::RuleSet;

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
    /// How sure, as far as the window tells.
    pub confidence: Confidence,
    /// 64 bits of randomness or more.
    pub strong: bool,
}

/// A compiled rule set.
pub struct Scanner {
    rules: RuleSet,
}

impl Scanner {
    /// Prepares `rules`; patterns are compiled at their first use.
    pub fn new(rules: RuleSet) -> Self {
        Scanner { rules }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Every candidate in `bytes`, sorted by place, overlaps settled. The plain way and the oracle
    /// of every faster one.
    pub fn scan(&self, _bytes: &[u8]) -> Vec<Candidate> {
        Vec::new()
    }
}
