//! The scanner: a compiled rule set, its anchors, and the plain way from bytes to candidates.

use std::collections::BTreeMap;
use std::ops::Range;

use super::anchor::Anchor;
use super::candidate::{self, Candidate};
use super::context::ContextIndex;
use super::decode;
use super::generic::{Asked, Weights};
use super::kernel::Kernel;
use super::look::{Look, Nest, Scanned};
use super::reach::Reach;
use super::token::{self, Matcher};
use super::watch::Watch;
use super::{assign, partner, runs, settle};
use crate::rule::{ByteSet, Generic, Kind, Literal, RuleSet};

/// What a literal stands for.
#[derive(Default)]
pub(super) struct Target {
    /// Token rules that contain it.
    pub(super) rules: Vec<u16>,
    /// It is a word that names secrets.
    pub(super) word: bool,
    /// It marks text in an encoding.
    pub(super) marks: Option<decode::Marked>,
    /// How far its verdicts look when they find nothing.
    pub(super) reach: Reach,
    /// The bytes that can follow it.
    next: ByteSet,
}

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
    generic: BTreeMap<Generic, usize>,
    /// What features of the generic rules weigh, when it is not what is compiled in.
    weights: Option<Box<Weights>>,
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
                        target.reach = target.reach.or(Reach::of_token(token));
                    }
                }
                Kind::Generic(generic) => {
                    named.insert(*generic, index);
                }
                Kind::Context(_) | Kind::File(_) => {}
            }
        }
        if !named.is_empty() {
            for word in assign::anchors() {
                let literal = Literal {
                    text: word.into(),
                    fold: true,
                };
                let target = wanted.entry(literal).or_default();
                target.word = true;
                target.reach = target.reach.or(Reach::ASSIGNMENT);
                target.next = ByteSet([u64::MAX; 4]);
            }
        }
        for (text, marks) in decode::MARKS {
            let text = text.into();
            let target = wanted.entry(Literal { text, fold: false }).or_default();
            target.marks = Some(marks);
            target.reach = target.reach.or(Reach::MARK);
            target.next = ByteSet([u64::MAX; 4]);
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
            weights: None,
            rules,
        }
    }

    /// The same scanner with other weights, for whoever fits them.
    pub fn weighing_by(mut self, weights: Weights) -> Self {
        self.weights = Some(Box::new(weights));
        self
    }

    /// The weights that generic values are scored by.
    pub fn weights(&self) -> &Weights {
        self.weights.as_deref().unwrap_or(Weights::FITTED)
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Calls `hit` for every anchor that starts in `range` of `bytes`.
    pub fn anchors(&self, bytes: &[u8], range: Range<usize>, hit: impl FnMut(Anchor)) {
        self.watched_anchors(bytes, range, &Watch::default(), hit);
    }

    /// The same, or some of them when the watch says to end.
    pub(super) fn watched_anchors(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        watch: &Watch<'_>,
        mut hit: impl FnMut(Anchor),
    ) {
        self.literals_in(bytes, range.clone(), watch, &mut hit);
        for piece in pieces(range.clone(), watch) {
            runs::find(bytes, piece, |run| hit(Anchor::Run(run)));
        }
        if watch.stopped() {
            return;
        }
        decode::escaped(bytes, range.clone(), |stretch| {
            hit(Anchor::Escaped(stretch))
        });
        decode::wide(bytes, |layer| {
            if range.contains(&layer.source.start) {
                hit(Anchor::Wide(layer));
            }
        });
    }

    /// Calls `hit` for every literal that starts in `range`.
    pub(super) fn literals_in(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        watch: &Watch<'_>,
        hit: &mut impl FnMut(Anchor),
    ) {
        for piece in pieces(range, watch) {
            self.kernel.find(bytes, piece, |at, literal| {
                hit(Anchor::Literal(at, literal));
            });
        }
    }

    /// What stands at an anchor: a function of the bytes of a bounded window around it.
    pub fn verdict(&self, bytes: &[u8], anchor: &Anchor, out: &mut Vec<Candidate>) {
        let watch = Watch::default();
        let mut look = Look::new(&watch);
        self.judge_anchor(bytes, anchor, Nest::default(), &mut look);
        out.append(&mut look.found);
    }

    /// Every candidate in `bytes`, sorted by place, overlaps settled. The plain way and the oracle
    /// of every faster one.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Candidate> {
        self.scan_watched(bytes, &Watch::default()).candidates
    }

    /// Where candidates stand in `bytes`, in bytes: what a masker has to cover.
    pub fn spans(&self, bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
        self.scan(bytes)
            .into_iter()
            .map(|found| found.span)
            .collect()
    }

    /// As [`Scanner::scan`], until `watch` says to end: then what was found so far.
    pub fn scan_watched(&self, bytes: &[u8], watch: &Watch<'_>) -> Scanned {
        let mut look = Look::new(watch);
        self.layer(bytes, Nest::default(), &mut look);
        self.scanned(bytes, look)
    }

    /// Every name and value in `bytes` that the generic rules are asked about, with what they say of
    /// it, sorted by place. It is read as a scan reads it.
    pub fn asked(&self, bytes: &[u8]) -> Vec<Asked> {
        let watch = Watch::default();
        let mut look = Look::new(&watch);
        look.asked = Some(Vec::new());
        self.layer(bytes, Nest::default(), &mut look);
        let mut asked = look.asked.unwrap_or_default();
        asked.sort_by(|a, b| {
            (a.span.start, a.span.end, &a.key).cmp(&(b.span.start, b.span.end, &b.key))
        });
        asked.dedup_by(|a, b| a.span == b.span && a.key == b.key && a.judged == b.judged);
        asked
    }

    /// What all verdicts of a content come down to.
    pub(super) fn scanned(&self, bytes: &[u8], look: Look<'_>) -> Scanned {
        let mut cuts = look.cuts;
        cuts.sort_by_key(|cut| (cut.span.start, cut.span.end, cut.why));
        cuts.dedup();
        Scanned {
            candidates: self.settled(bytes, look.found),
            known: None,
            stopped: look.watch.stopped(),
            cuts,
        }
    }

    /// From what the verdicts say to what is reported.
    pub(super) fn settled(&self, bytes: &[u8], mut all: Vec<Candidate>) -> Vec<Candidate> {
        if all.is_empty() {
            return all;
        }
        candidate::in_order(&mut all);
        partner::join(&self.rules, bytes, &mut all);
        settle::settle(&self.rules, all)
    }

    /// The verdicts of all anchors in the bytes of a layer.
    pub(super) fn layer(&self, bytes: &[u8], nest: Nest, look: &mut Look<'_>) {
        let watch = look.watch;
        self.watched_anchors(bytes, 0..bytes.len(), watch, |anchor| {
            self.judge_anchor(bytes, &anchor, nest, look);
        });
        for &rule in &self.slow {
            self.line_by_line(bytes, rule, look);
        }
    }

    /// Whether every candidate comes from an anchor, so that a change far away cannot touch it.
    pub(super) fn is_anchored(&self) -> bool {
        self.slow.is_empty() && u16::try_from(self.literals.len()).is_ok()
    }

    pub(super) fn target(&self, literal: usize) -> &Target {
        &self.targets[literal]
    }

    pub(super) fn text(&self, literal: usize) -> &str {
        &self.literals[literal].text
    }

    pub(super) fn matcher(&self, rule: usize) -> &Matcher {
        &self.matchers[rule]
    }

    pub(super) fn context(&self) -> &ContextIndex {
        &self.context
    }

    pub(super) fn generic_rule(&self, kind: Generic) -> Option<usize> {
        self.generic.get(&kind).copied()
    }

    /// The way of rules without a literal: every line, cut to the window a rule may look at.
    fn line_by_line(&self, bytes: &[u8], index: usize, look: &mut Look<'_>) {
        let Some(token) = token::of(&self.rules.rules[index]) else {
            return;
        };
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', bytes).chain([bytes.len()]) {
            let mut at = start;
            while at < end {
                look.watch
                    .step(1 + token.before as usize + token.after as usize);
                if look.watch.stopped() {
                    return;
                }
                match self.matchers[index].verdict(token, &bytes[..end], at, look.watch) {
                    Some(found) => {
                        at = found.whole.end.max(at + 1);
                        let found = self.token_candidate(index, token, bytes, found, look.watch);
                        look.found.push(found);
                    }
                    None => at += 1,
                }
            }
            start = end + 1;
        }
    }
}

/// Cuts a range into pieces, before each of which but the first it is asked whether the scan is to
/// end. Anchors are found by where they start, so that the pieces have those of the whole.
fn pieces(range: Range<usize>, watch: &Watch<'_>) -> impl Iterator<Item = Range<usize>> {
    const PIECE: usize = 1 << 20;
    let whole = range.clone();
    range
        .step_by(PIECE)
        .map(move |start| start..(start + PIECE).min(whole.end))
        .take_while(move |piece| {
            if piece.start > whole.start {
                watch.ask_now();
            }
            !watch.stopped()
        })
}
