//! Verdicts: what stands at an anchor. Each looks at a bounded window around its anchor and says
//! how far it looked, so that history can tell what a change cannot have touched.

use std::ops::Range;

use super::anchor::Anchor;
use super::candidate::Candidate;
use super::decode;
use super::generic::JUDGED;
use super::generic::example::Around;
use super::look::{Look, Nest, Read};
use super::reach::Reach;
use super::scanner::Scanner;
use super::watch::Watch;
use super::{assign, context, generic, token, veto};
use crate::finding::{Class, Evidence};

/// Reading what stands around a word or run looks at so many bytes, besides the value itself.
const READ: usize = 128;
/// So many assignments are remembered at once; what is forgotten is judged again.
const MEMO_MAX: usize = 1 << 16;
/// Judging a value looks at each of its bytes so many times.
const PASSES: usize = 16;

impl Scanner {
    /// Judges an anchor and says how far it looked.
    pub(super) fn judge_anchor(
        &self,
        bytes: &[u8],
        anchor: &Anchor,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        look.watch.step(1);
        if look.watch.stopped() {
            return Reach::default();
        }
        match anchor {
            Anchor::Literal(at, literal) => self.literal(bytes, *at, *literal, nest, look),
            Anchor::Run(run) => self.run(bytes, run, nest, look),
            Anchor::Escaped(stretch) => {
                let mut reach = Reach::STRETCH;
                decode::escapes(bytes, stretch, |layer| {
                    reach = reach.or(self.inner(bytes, &layer, nest, look));
                });
                reach
            }
            Anchor::Wide(layer) => self.inner(bytes, layer, nest, look),
        }
    }

    fn literal(
        &self,
        bytes: &[u8],
        at: usize,
        literal: usize,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        let target = self.target(literal);
        let mut reach = target.reach;
        for &rule in &target.rules {
            let index = usize::from(rule);
            let Some(token) = token::of(&self.rules().rules[index]) else {
                continue;
            };
            let (found, looked) = self.token(index, token, bytes, at, look);
            if let Some(found) = found {
                let found = self.token_candidate(index, token, bytes, found, look.watch);
                look.found.push(found);
                reach = reach.or(looked.and(Reach::FOUND));
            } else {
                reach = reach.or(looked);
            }
        }
        if let Some(marks) = target.marks {
            reach = reach.or(self.marked(bytes, marks, at, nest, look));
        }
        if target.word {
            let word = at..at + self.text(literal).len();
            reach = reach.or(self.word(bytes, word, look));
        }
        reach
    }

    /// What the word of a name introduces: a value, a list of values, or the column of a table.
    fn word(&self, bytes: &[u8], word: Range<usize>, look: &mut Look<'_>) -> Reach {
        let mut reach = Reach::ASSIGNMENT;
        look.watch.step(READ);
        if let Some((column, looked)) = assign::column(bytes, word.clone()) {
            reach.right = reach.right.max((looked + JUDGED).saturating_sub(word.end));
            look.watch.step(looked.saturating_sub(word.end));
            for cell in &column {
                look.watch.step(READ);
                reach = reach.or(self.assigned(bytes, cell, look));
            }
            if !column.is_empty() {
                return reach;
            }
        }
        let (low, sight) = sight(bytes, &word);
        let at = word.start - low..(word.end - low).min(sight.len());
        let Some(assignment) = assign::read_from_word(sight, at) else {
            return reach;
        };
        look.watch.step(assignment.value.len());
        let assignment = assignment.forward(low);
        reach = reach.or(self.assigned(bytes, &assignment, look));
        // A list may go on behind what a word is usually read with.
        let (others, looked) = assign::list_behind(bytes, &assignment);
        reach.right = reach.right.max((looked + JUDGED).saturating_sub(word.end));
        for value in others {
            look.watch.step(READ + value.len());
            let other = assign::Assignment {
                value,
                ..assignment.clone()
            };
            reach = reach.or(self.assigned(bytes, &other, look));
        }
        reach
    }

    fn run(&self, bytes: &[u8], run: &Range<usize>, nest: Nest, look: &mut Look<'_>) -> Reach {
        let mut reach = Reach::ASSIGNMENT;
        let (low, sight) = sight(bytes, run);
        look.watch.step(READ + run.len());
        let wanted = !look.formed || context::may_name(self.context(), bytes, run);
        let read = || assign::read_from_run(sight, run.start - low..run.end - low);
        if let Some(assignment) = wanted.then(read).flatten() {
            let assignment = assignment.forward(low);
            if !assignment.value.contains(&run.start) {
                let before = look.found.len();
                self.provider(bytes, run.clone(), &assignment, &mut look.found);
                reach = reach.or(shown(
                    bytes,
                    start_of(&assignment),
                    &mut look.found[before..],
                    look.watch,
                ));
            }
            reach = reach.or(self.assigned(bytes, &assignment, look));
        }
        reach.or(self.encoded(bytes, run, nest, look))
    }

    fn provider(
        &self,
        bytes: &[u8],
        span: Range<usize>,
        assignment: &assign::Assignment<'_>,
        out: &mut Vec<Candidate>,
    ) {
        context::verdict(self.context(), self.rules(), bytes, span, assignment, out);
    }

    /// What an assigned value may be: a provider's, by the words beside it, or a secret by its name. Says how far
    /// that looked.
    fn assigned(
        &self,
        bytes: &[u8],
        assignment: &assign::Assignment<'_>,
        look: &mut Look<'_>,
    ) -> Reach {
        let (watch, formed, asked) = (look.watch, look.formed, &mut look.asked);
        if look.memo.len() >= MEMO_MAX {
            look.memo.clear();
        }
        let found = look.memo.entry(Read::of(assignment)).or_insert_with(|| {
            watch.step(READ + PASSES * assignment.value.len());
            let mut found = Vec::new();
            self.provider(bytes, assignment.value.clone(), assignment, &mut found);
            if !formed {
                found.extend(self.generic(bytes, assignment, asked.as_mut()));
            }
            for found in &mut found {
                veto::veto(self.context(), self.rules(), assignment.key, found);
            }
            shown(bytes, start_of(assignment), &mut found, watch);
            found
        });
        let reach = match found.is_empty() {
            true => Reach::ASSIGNMENT,
            false => Reach::FOUND,
        };
        if look.each {
            look.found.extend(found.iter().cloned());
        } else {
            look.found.append(&mut std::mem::take(found));
        }
        reach
    }

    /// What the generic rules make of an assignment; also written down in `asked`, where somebody
    /// wants to know.
    fn generic(
        &self,
        bytes: &[u8],
        assignment: &assign::Assignment<'_>,
        asked: Option<&mut Vec<generic::Asked>>,
    ) -> Option<Candidate> {
        let start = assignment.key_at.min(assignment.value.start);
        let end = (assignment.key_at + assignment.key.len()).max(assignment.value.end);
        let low = start.saturating_sub(JUDGED);
        let sight = &bytes[low..(end + JUDGED).min(bytes.len())];
        let telling = match asked {
            Some(_) => generic::Telling::Whole,
            None => generic::Telling::Verdict,
        };
        let assigned = assignment.back(low);
        let (judged, features) = generic::weigh(&assigned, sight, self.weights(), telling);
        if let Some(asked) = asked {
            asked.push(generic::Asked {
                key: assignment.key.to_vec(),
                span: assignment.value.clone(),
                value: bytes[assignment.value.clone()].to_vec(),
                judged: judged.clone(),
                features,
            });
        }
        let judged = judged.ok()?;
        let rule = self.generic_rule(judged.kind)?;
        let value = bytes[assignment.value.clone()].to_vec();
        Some(Candidate {
            rule,
            span: assignment.value.clone(),
            within: 0..value.len(),
            whole: value.clone(),
            value,
            partners: Vec::new(),
            key: Some(assignment.key.to_vec()).filter(|key| !key.is_empty()),
            evidence: Evidence {
                ground: judged.ground,
                reasons: judged.reasons,
                asides: judged.asides,
                ..Evidence::default()
            },
            class: judged.class,
            strong: judged.strong,
        })
    }
}

/// Notes of what was found at byte `at` where a name around it says that it is an example, and says how far that looked.
/// A credential is as real below such a name as elsewhere, but what people write there they mostly made up.
pub(super) fn shown(bytes: &[u8], at: usize, found: &mut [Candidate], watch: &Watch<'_>) -> Reach {
    if found.is_empty() {
        return Reach::default();
    }
    let around = generic::example::around(bytes, at, |looked| watch.step(looked));
    for found in found.iter_mut().filter(|c| c.class == Class::Credential) {
        match around {
            Some(Around::Member) => found.evidence.is_shown(generic::example::WHY, false),
            Some(Around::Name) => found
                .evidence
                .is_shown(generic::example::WHY, found.is_drawn()),
            Some(Around::Text) => {
                let aside = generic::in_program(generic::example::NOT_SET, found.is_drawn());
                found.evidence.asides.push(aside);
            }
            None => {}
        }
    }
    Reach::FOUND
}

/// Where an assignment starts.
fn start_of(assignment: &assign::Assignment<'_>) -> usize {
    assignment.key_at.min(assignment.value.start)
}

/// What reading an assignment may look at, cut out so that it cannot look further.
pub(super) fn sight<'a>(bytes: &'a [u8], anchor: &Range<usize>) -> (usize, &'a [u8]) {
    let low = anchor.start.saturating_sub(assign::SIGHT_LEFT);
    let high = (anchor.end + assign::SIGHT_RIGHT).min(bytes.len());
    (low, &bytes[low..high])
}
