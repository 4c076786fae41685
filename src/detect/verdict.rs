//! Verdicts: what stands at an anchor. Each looks at a bounded window around its anchor and says
//! how far it looked, so that history can tell what a change cannot have touched.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::candidate::Candidate;
use super::chain::Seen;
use super::decode;
use super::generic::example::Around;
use super::inside::Nest;
use super::scanner::{Anchor, Scanner};
use super::watch::{Look, Watch};
use super::{assign, beside, checks, context, generic, pair, prefix, provider, token};
use crate::finding::{self, Class, Confidence, Evidence, Ground};
use crate::rule::{Check, Rule, Token};

/// Judging an assignment looks at so many bytes on both sides of it.
pub(super) const JUDGED: usize = 256;

/// Reading what stands around a word or run looks at so many bytes, besides the value itself.
const READ: usize = 128;
/// So many assignments are remembered at once; what is forgotten is judged again.
const MEMO_MAX: usize = 1 << 16;
/// Judging a value looks at each of its bytes so many times.
const PASSES: usize = 16;

/// How far a verdict looked, in bytes before its anchor's first byte and behind its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) left: usize,
    pub(super) right: usize,
}

impl Reach {
    /// An assignment read from a word or run.
    pub(super) const ASSIGNMENT: Reach = Reach {
        left: assign::SIGHT_LEFT + JUDGED,
        right: assign::SIGHT_RIGHT + JUDGED,
    };
    /// The bytes that end a stretch.
    pub(super) const STRETCH: Reach = Reach { left: 1, right: 1 };
    /// The mark of an encoding, and the run beside it.
    pub(super) const MARK: Reach = Reach {
        left: decode::MARK_LOOK + 3,
        right: decode::MARK_LOOK + 3,
    };
    /// The names around an assignment that something was found in.
    const FOUND: Reach = Reach {
        left: assign::SIGHT_LEFT + generic::example::REACH,
        right: assign::SIGHT_RIGHT + JUDGED,
    };
    /// Certificates beside a key.
    pub(super) const PARTNER: Reach = Reach {
        left: beside::CERTIFICATE_REACH,
        right: beside::CERTIFICATE_REACH,
    };

    /// A token rule at one of its literals: its longest match, the escape or colour sequence that
    /// may end before it, and the byte behind it.
    pub(super) fn of_token(token: &Token) -> Reach {
        Reach {
            left: token.before as usize + 9,
            right: token.after as usize + 1,
        }
    }

    /// A match of a chain: the heads before it that end where it ends, and what stands before them.
    fn of_chain(token: &Token) -> Reach {
        Reach {
            left: token.after as usize + 9,
            right: token.after as usize + 1,
        }
    }

    /// As far as either.
    pub(super) fn or(self, other: Reach) -> Reach {
        Reach {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
        }
    }

    /// As far as both, one from the end of the other.
    pub(super) fn and(self, other: Reach) -> Reach {
        Reach {
            left: self.left + other.left,
            right: self.right + other.right,
        }
    }
}

/// What identifies an assignment in its content.
#[derive(PartialEq, Eq)]
pub(super) struct Read {
    value: Range<usize>,
    key: Range<usize>,
    quote: Option<u8>,
    op: assign::Op,
    fallback: bool,
    wrapped: bool,
}

impl Hash for Read {
    /// Where name and value start tells almost all apart, and every value is asked for.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.value.start);
        state.write_usize(self.key.start);
    }
}

/// What assignments amounted to: several words of one name, and the run of its value, all lead to
/// the same one.
pub(super) type Memo = HashMap<Read, Vec<Candidate>>;

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

    /// The match of a token rule at one of its literals, and how far that looked.
    fn token(
        &self,
        index: usize,
        token: &Token,
        bytes: &[u8],
        at: usize,
        look: &mut Look<'_>,
    ) -> (Option<token::Match>, Reach) {
        let matcher = self.matcher(index);
        let Some(chain) = matcher.chain(token) else {
            let found = matcher.verdict(token, bytes, at, look.watch);
            return (found, Reach::of_token(token));
        };
        let run = look.runs.entry(index).or_default();
        match chain.verdict(token, bytes, at, run, look.watch) {
            Seen::Nothing => (None, Reach::of_token(token)),
            Seen::Nested => (None, Reach::of_chain(token)),
            Seen::Match(whole) => {
                let secret = whole.clone();
                let found = token::Match { whole, secret };
                (Some(found), Reach::of_chain(token))
            }
        }
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
        let read = Read {
            value: assignment.value.clone(),
            key: assignment.key_at..assignment.key_at + assignment.key.len(),
            quote: assignment.quote,
            op: assignment.op,
            fallback: assignment.fallback,
            wrapped: assignment.wrapped,
        };
        let (watch, formed, asked) = (look.watch, look.formed, &mut look.asked);
        if look.memo.len() >= MEMO_MAX {
            look.memo.clear();
        }
        let found = look.memo.entry(read).or_insert_with(|| {
            watch.step(READ + PASSES * assignment.value.len());
            let mut found = Vec::new();
            self.provider(bytes, assignment.value.clone(), assignment, &mut found);
            if !formed {
                found.extend(self.generic(bytes, assignment, asked.as_mut()));
            }
            for found in &mut found {
                provider::veto(self.context(), self.rules(), assignment.key, found);
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
                not_set: judged.not_set,
                ..Evidence::default()
            },
            class: judged.class,
            strong: judged.strong,
        })
    }

    pub(super) fn token_candidate(
        &self,
        index: usize,
        token: &Token,
        bytes: &[u8],
        found: token::Match,
        watch: &Watch<'_>,
    ) -> Candidate {
        let rule = &self.rules().rules[index];
        let whole = &bytes[found.whole.clone()];
        let value = &bytes[found.secret.clone()];
        let strict = self.matcher(index).is_strict(token, whole);
        let within = found.secret.start - found.whole.start..found.secret.end - found.whole.start;
        let password = pair::judge(whole, within.clone());
        let mut evidence = weigh(rule, token, strict, whole, value, password);
        let little = [Check::Random.name(), Check::AwsKeyId.name()];
        let proven = |check: &finding::Check| check.passed && !little.contains(&check.name);
        let proven = evidence.checks.iter().any(proven);
        if !proven && token::in_base64(bytes, &found.whole) {
            evidence.reasons.insert(0, "in the middle of base64");
            evidence.ground = Ground::InBase64;
        }
        let proven = evidence.ground.usual() == Confidence::High;
        let sample = match password {
            // What stands inside a form may be what a person chose.
            None if found.secret != found.whole => generic::is_placeholder_password(value),
            Some(pair::Password::Missing) | None => {
                generic::is_placeholder(value, prefix::of_token(token, value))
            }
            Some(password) => password == pair::Password::Sample,
        };
        // Whoever writes a page can write such a token, and no server has to have issued it.
        if rule.checks[..] == [Check::Jwt]
            && (generic::example::around(bytes, found.whole.start, |looked| watch.step(looked))
                == Some(Around::Name)
                || generic::comment::is_at_a_host_of_nobody(bytes, found.whole.start))
        {
            evidence.is_shown(generic::example::WHY);
        }
        let ciphertext = generic::ciphertext(whole);
        let made_up = generic::made_up(bytes, found.whole.start);
        evidence.reasons.splice(0..0, ciphertext.or(made_up));
        let (low, sight) = sight(bytes, &found.whole);
        let run = found.whole.start - low..found.whole.end - low;
        Candidate {
            rule: index,
            within,
            span: found.secret.clone(),
            value: value.to_vec(),
            whole: whole.to_vec(),
            partners: Vec::new(),
            key: assign::read_from_run(sight, run)
                .map(|assignment| assignment.key.to_vec())
                .filter(|key| !key.is_empty()),
            evidence,
            class: if sample || made_up.is_some() {
                Class::Sample
            } else if generic::is_password_hash(value) || ciphertext.is_some() {
                // It must be broken before it opens anything.
                Class::Protected
            } else {
                Class::Credential
            },
            // A value that bears its provider's form was drawn by a machine, whatever its letters
            // look like; a password inside a URL or header need not be.
            strong: value.len() >= 16
                && (proven && found.secret == found.whole
                    || checks::looks_random(value) && !encodes_text(value)),
        }
    }
}

/// Lowers what was found at byte `at` where a name around it says that it is an example, and says how far that looked.
/// A credential is as real below such a name as elsewhere, but what is written there was mostly made up.
pub(super) fn shown(bytes: &[u8], at: usize, found: &mut [Candidate], watch: &Watch<'_>) -> Reach {
    if found.is_empty() {
        return Reach::default();
    }
    let around = generic::example::around(bytes, at, |looked| watch.step(looked));
    for found in found.iter_mut().filter(|c| c.class == Class::Credential) {
        match around {
            Some(Around::Name) => found.evidence.is_shown(generic::example::WHY),
            Some(Around::Text) => {
                let not_set = &mut found.evidence.not_set;
                not_set.get_or_insert(generic::example::NOT_SET);
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
fn sight<'a>(bytes: &'a [u8], anchor: &Range<usize>) -> (usize, &'a [u8]) {
    let low = anchor.start.saturating_sub(assign::SIGHT_LEFT);
    let high = (anchor.end + assign::SIGHT_RIGHT).min(bytes.len());
    (low, &bytes[low..high])
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
    password: Option<pair::Password>,
) -> Evidence {
    let mut evidence = Evidence::default();
    let mut proof = false;
    let mut failed = false;
    let mut altered = false;
    let mut random = true;
    for check in rule.checks.iter() {
        let passed = match checks::run(*check, whole, value) {
            checks::Verdict::Unknown => continue,
            checks::Verdict::Passed => true,
            checks::Verdict::Failed => false,
        };
        if *check == Check::Random {
            random &= passed;
        } else {
            proof |= passed;
            failed |= !passed;
            altered |= !passed && check.is_checksum();
        }
        evidence.checks.push(finding::Check {
            name: check.name(),
            passed,
        });
    }
    let rare = token.prefix && token.literals.iter().all(|l| l.text.len() >= 4);
    let (ground, reason) = if !random {
        (Ground::NotRandom, "value is not random")
    } else if altered {
        (Ground::Altered, provider::ALTERED)
    } else if failed {
        let why = "a check failed: altered, truncated or made up";
        (Ground::FailedCheck, why)
    } else if proof {
        (Ground::Proof, "a check passed")
    } else if password == Some(pair::Password::Repeats) {
        (Ground::UserAgain, pair::REPEATS)
    } else if password == Some(pair::Password::Address) {
        (Ground::Elsewhere, pair::ADDRESS)
    } else if password == Some(pair::Password::Missing) {
        // Some services take a token in its place.
        (Ground::NoPair, pair::NO_PAIR)
    } else if password == Some(pair::Password::Words) {
        (Ground::WordsInPair, "the password is made of words")
    } else if strict == Some(false) {
        let why = "tolerated form, not the documented one";
        (Ground::ToleratedForm, why)
    } else if strict == Some(true) || rare {
        (Ground::OwnForm, "form of the provider's own")
    } else {
        (Ground::SharedForm, "form that others may share")
    };
    evidence.ground = ground;
    evidence.reasons.push(reason);
    evidence
}

/// Base64 of readable text looks random and can still be guessed (`user:password` in a header).
fn encodes_text(value: &[u8]) -> bool {
    use crate::base64::{Engine as _, STRICT};
    STRICT.decode(value).is_ok_and(|text| {
        text.iter()
            .all(|b| matches!(b, b'\t'..=b'\r' | b' '..=b'~'))
    })
}
