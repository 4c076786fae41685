//! The scanner: anchors, verdicts, and their plain composition.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use super::context::{self, ContextIndex};
use super::decode::{self, Layer};
use super::kernel::Kernel;
use super::token::{self, Matcher};
use super::{assign, checks, generic, partner, runs, settle};
use crate::finding::{Check, Class, Confidence, Evidence};
use crate::rule::{ByteSet, Kind, Literal, Rule, RuleSet, Token};

/// Encodings inside encodings are followed to this depth.
const DEPTH: usize = 3;

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

/// A spot at which something may be found.
pub enum Anchor {
    /// An occurrence of a literal: its first byte, and which.
    Literal(usize, usize),
    /// A run of token characters.
    Run(Range<usize>),
    /// An encoded stretch.
    Layer(Layer),
}

/// What a literal stands for.
#[derive(Default)]
struct Target {
    /// Token rules that contain it.
    rules: Vec<u16>,
    /// It is a word that names secrets.
    word: bool,
    /// The bytes that can follow it.
    next: ByteSet,
}

/// Assignments that were judged already: several words of one name, and the run of its value,
/// all lead to the same one. By where value and name start.
type Read = HashSet<(usize, usize)>;

/// A compiled rule set.
pub struct Scanner {
    rules: RuleSet,
    kernel: Kernel,
    literals: Vec<Literal>,
    targets: Vec<Target>,
    matchers: Vec<Matcher>,
    context: ContextIndex,
    /// Rules without a literal: they run line by line.
    slow: Vec<usize>,
    generic: BTreeMap<String, usize>,
}

impl Scanner {
    /// Prepares `rules`; patterns are compiled at their first use. Rules that are off do not run.
    pub fn new(rules: RuleSet) -> Self {
        let mut wanted: BTreeMap<Literal, Target> = BTreeMap::new();
        let mut slow = Vec::new();
        let mut named = BTreeMap::new();
        for (index, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| rule.on) {
            match &rule.kind {
                Kind::Token(token) if token.literals.is_empty() => slow.push(index),
                Kind::Token(token) => {
                    for literal in token.literals.iter() {
                        let target = wanted.entry(literal.clone()).or_default();
                        target.rules.push(index as u16);
                        target.next = target.next.union(token.next);
                    }
                }
                Kind::Context(context) if !context.generic.is_empty() => {
                    named.insert(context.generic.to_string(), index);
                }
                Kind::Context(_) | Kind::File(_) => {}
            }
        }
        if !named.is_empty() {
            for word in assign::WORDS {
                let literal = Literal {
                    text: (*word).into(),
                    fold: true,
                };
                let target = wanted.entry(literal).or_default();
                target.word = true;
                target.next = ByteSet([u64::MAX; 4]);
            }
        }
        let follow = wanted
            .iter()
            .map(|(literal, target)| (literal.clone(), target.next))
            .collect();
        let (literals, targets): (Vec<Literal>, Vec<Target>) = wanted.into_iter().unzip();
        let matchers = rules.rules.iter().map(|_| Matcher::default()).collect();
        Scanner {
            kernel: Kernel::new(follow),
            literals,
            targets,
            matchers,
            context: ContextIndex::new(&rules),
            slow,
            generic: named,
            rules,
        }
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Calls `hit` for every anchor that starts in `range` of `bytes`.
    pub fn anchors(&self, bytes: &[u8], range: Range<usize>, mut hit: impl FnMut(Anchor)) {
        self.kernel.find(bytes, range.clone(), |at, literal| {
            hit(Anchor::Literal(at, literal));
        });
        runs::find(bytes, range.clone(), |run| hit(Anchor::Run(run)));
        decode::escapes(bytes, |layer| {
            if range.contains(&layer.source.start) {
                hit(Anchor::Layer(layer));
            }
        });
        decode::utf16(bytes, |layer| {
            if range.contains(&layer.source.start) {
                hit(Anchor::Layer(layer));
            }
        });
    }

    /// What stands at an anchor: a function of the bytes of a bounded window around it.
    pub fn verdict(&self, bytes: &[u8], anchor: &Anchor, out: &mut Vec<Candidate>) {
        self.verdict_at(bytes, anchor, 0, &mut Read::new(), out);
    }

    /// Every candidate in `bytes`, sorted by place, overlaps settled. The plain way and the oracle
    /// of every faster one.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Candidate> {
        let mut out = Vec::new();
        self.layer(bytes, 0, &mut out);
        if out.is_empty() {
            return out;
        }
        partner::join(&self.rules, bytes, &mut out);
        settle::settle(&self.rules, out)
    }

    fn layer(&self, bytes: &[u8], depth: usize, out: &mut Vec<Candidate>) {
        let mut read = Read::new();
        self.anchors(bytes, 0..bytes.len(), |anchor| {
            self.verdict_at(bytes, &anchor, depth, &mut read, out);
        });
        for &rule in &self.slow {
            self.line_by_line(bytes, rule, out);
        }
    }

    fn verdict_at(
        &self,
        bytes: &[u8],
        anchor: &Anchor,
        depth: usize,
        read: &mut Read,
        out: &mut Vec<Candidate>,
    ) {
        match anchor {
            Anchor::Literal(at, literal) => self.literal(bytes, *at, *literal, read, out),
            Anchor::Run(run) => self.run(bytes, run, depth, read, out),
            Anchor::Layer(layer) => self.inner(bytes, layer, depth, out),
        }
    }

    fn literal(
        &self,
        bytes: &[u8],
        at: usize,
        literal: usize,
        read: &mut Read,
        out: &mut Vec<Candidate>,
    ) {
        let target = &self.targets[literal];
        for &rule in &target.rules {
            let index = usize::from(rule);
            let rule = &self.rules.rules[index];
            let Some(token) = token::of(rule) else {
                continue;
            };
            if let Some(found) = self.matchers[index].verdict(token, bytes, at) {
                out.push(self.token_candidate(index, token, bytes, found));
            }
        }
        if target.word {
            let end = at + self.literals[literal].text.len();
            if let Some(assignment) = assign::read_from_word(bytes, at..end) {
                self.assigned(bytes, &assignment, read, out);
            }
        }
    }

    fn run(
        &self,
        bytes: &[u8],
        run: &Range<usize>,
        depth: usize,
        read: &mut Read,
        out: &mut Vec<Candidate>,
    ) {
        if let Some(assignment) = assign::read_from_run(bytes, run.clone()) {
            if !assignment.value.contains(&run.start) {
                self.provider(bytes, run.clone(), &assignment, out);
            }
            self.assigned(bytes, &assignment, read, out);
        }
        if depth < DEPTH {
            let layer = decode::wrapped(bytes, run).or_else(|| decode::base64(bytes, run));
            if let Some(layer) = layer {
                self.inner(bytes, &layer, depth, out);
            }
        }
    }

    /// Scans a decoded layer and maps what it holds back to the encoded stretch.
    fn inner(&self, bytes: &[u8], layer: &Layer, depth: usize, out: &mut Vec<Candidate>) {
        if depth >= DEPTH {
            return;
        }
        let first = out.len();
        self.layer(&layer.bytes, depth + 1, out);
        partner::join(&self.rules, &layer.bytes, &mut out[first..]);
        for candidate in &mut out[first..] {
            candidate.span = layer.back(&candidate.span);
            candidate.evidence.layers.insert(0, layer.name);
            partner::outside(&self.rules, bytes, candidate);
        }
    }

    fn provider(
        &self,
        bytes: &[u8],
        span: Range<usize>,
        assignment: &assign::Assignment<'_>,
        out: &mut Vec<Candidate>,
    ) {
        context::verdict(&self.context, &self.rules, bytes, span, assignment, out);
    }

    /// What an assigned value may be: a provider's, by the words beside it, or a secret by its name.
    fn assigned(
        &self,
        bytes: &[u8],
        assignment: &assign::Assignment<'_>,
        read: &mut Read,
        out: &mut Vec<Candidate>,
    ) {
        if !read.insert((assignment.value.start, assignment.key_at)) {
            return;
        }
        self.provider(bytes, assignment.value.clone(), assignment, out);
        let Some(judged) = generic::judge(assignment, bytes) else {
            return;
        };
        let Some(&rule) = self.generic.get(judged.kind.name()) else {
            return;
        };
        let value = bytes[assignment.value.clone()].to_vec();
        out.push(Candidate {
            rule,
            span: assignment.value.clone(),
            within: 0..value.len(),
            whole: value.clone(),
            value,
            partners: Vec::new(),
            key: Some(assignment.key.to_vec()).filter(|key| !key.is_empty()),
            evidence: Evidence {
                reasons: judged.reasons,
                ..Evidence::default()
            },
            class: judged.class,
            confidence: judged.confidence,
            strong: judged.strong,
        });
    }

    fn token_candidate(
        &self,
        index: usize,
        token: &Token,
        bytes: &[u8],
        found: token::Match,
    ) -> Candidate {
        let rule = &self.rules.rules[index];
        let whole = &bytes[found.whole.clone()];
        let value = &bytes[found.secret.clone()];
        let strict = self.matchers[index].is_strict(token, whole);
        let (evidence, confidence) = weigh(rule, token, strict, whole, value);
        let sample = generic::is_placeholder(value);
        Candidate {
            rule: index,
            within: found.secret.start - found.whole.start..found.secret.end - found.whole.start,
            span: found.secret.clone(),
            value: value.to_vec(),
            whole: whole.to_vec(),
            partners: Vec::new(),
            key: assign::read_from_run(bytes, found.whole.clone())
                .map(|assignment| assignment.key.to_vec())
                .filter(|key| !key.is_empty()),
            evidence,
            class: if sample {
                Class::Sample
            } else {
                Class::Credential
            },
            confidence,
            // A value that bears its provider's form was drawn by a machine, whatever its letters
            // look like; a password inside a URL or header need not be.
            strong: value.len() >= 16
                && (confidence == Confidence::High && found.secret == found.whole
                    || checks::looks_random(value) && !encodes_text(value)),
        }
    }

    /// The way of rules without a literal: every line, cut to the window a rule may look at.
    fn line_by_line(&self, bytes: &[u8], index: usize, out: &mut Vec<Candidate>) {
        let Some(token) = token::of(&self.rules.rules[index]) else {
            return;
        };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let mut at = start;
            while at < end {
                match self.matchers[index].verdict(token, &bytes[..end], at) {
                    Some(found) => {
                        at = found.whole.end.max(at + 1);
                        out.push(self.token_candidate(index, token, bytes, found));
                    }
                    None => at += 1,
                }
            }
            start = end + 1;
        }
    }
}

/// Runs a rule's checks and says how sure they make us.
///
/// A failed checksum does not drop a finding, although the algorithms are published: values in
/// examples and rewritten histories are altered often, and a reader wants to be told "altered,
/// truncated or made up" instead of nothing.
fn weigh(
    rule: &Rule,
    token: &Token,
    strict: Option<bool>,
    whole: &[u8],
    value: &[u8],
) -> (Evidence, Confidence) {
    let mut evidence = Evidence::default();
    let mut proof = false;
    let mut failed = false;
    let mut random = true;
    for name in rule.checks.iter() {
        let passed = match checks::run(name, whole, value) {
            checks::Verdict::Unknown => continue,
            checks::Verdict::Passed => true,
            checks::Verdict::Failed => false,
        };
        if name == "random" {
            random &= passed;
        } else {
            proof |= passed;
            failed |= !passed;
        }
        if let Some(name) = crate::rule::CHECKS.iter().find(|known| *known == name) {
            evidence.checks.push(Check { name, passed });
        }
    }
    let rare = token.prefix && token.literals.iter().all(|l| l.text.len() >= 4);
    let confidence = if !random {
        evidence.reasons.push("value is not random");
        Confidence::Low
    } else if failed {
        evidence
            .reasons
            .push("a check failed: altered, truncated or made up");
        Confidence::Medium
    } else if proof {
        evidence.reasons.push("a check passed");
        Confidence::High
    } else if strict == Some(false) {
        evidence
            .reasons
            .push("tolerated form, not the documented one");
        Confidence::Medium
    } else if strict == Some(true) || rare {
        evidence.reasons.push("form of the provider's own");
        Confidence::High
    } else {
        evidence.reasons.push("form that others may share");
        Confidence::Medium
    };
    (evidence, confidence)
}
/// Base64 of readable text looks random and can still be guessed (`user:password` in a header).
fn encodes_text(value: &[u8]) -> bool {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD
        .decode(value)
        .is_ok_and(|text| {
            text.iter()
                .all(|b| matches!(b, b'\t'..=b'\r' | b' '..=b'~'))
        })
}
