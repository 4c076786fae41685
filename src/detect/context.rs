//! Values known by the word beside them. The value is looked for first (a token run); only then
//! is asked which provider's word stands in the bytes before it.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;

use super::provider::{self, Providers};
use super::{Candidate, assign, checks, generic, pattern, prefix};
use crate::finding::{Class, Evidence, Ground};
use crate::rule::{ByteSet, Check, Context, Kind, Rule, RuleSet, Source};

/// A word stands at most so many bytes before the value.
const REACH: usize = 120;
/// And at most so many lines above it.
const LINES: usize = 2;
/// So many bytes from the start of a run say whether a value that holds it can have a form. Reading
/// an assignment looks further than that, so that no value is cut off before.
const FORM: usize = 512;

/// Context rules by their words.
pub(super) struct ContextIndex {
    /// Word and rule, in the order of the automaton's patterns.
    words: Vec<(String, usize)>,
    automaton: OnceLock<Option<AhoCorasick>>,
    values: Vec<OnceLock<Option<Regex>>>,
    /// What the values of rules look like, to turn most runs away at once.
    forms: Vec<Form>,
    /// By length up to [`FORM`]: the alphabets of values of that length, without those that another one
    /// holds. Each is made when a value of its length is met.
    alphabets: Vec<OnceLock<Vec<ByteSet>>>,
    providers: OnceLock<Providers>,
}

/// Bytes that values are made of, and how long these values are. Rules share few such sets.
struct Form {
    alphabet: ByteSet,
    /// From the first to the last, in bytes.
    lengths: Vec<(u32, u32)>,
    /// The greatest length.
    longest: u32,
}

impl ContextIndex {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let mut words = Vec::new();
        let mut forms: Vec<Form> = Vec::new();
        for (index, rule) in rules.rules.iter().enumerate() {
            if let Some(context) = provider_context(&rule.kind).filter(|_| rule.on) {
                words.extend(context.words.iter().map(|word| (word.to_string(), index)));
                let known = forms.iter().position(|f| f.alphabet == context.alphabet);
                let at = known.unwrap_or_else(|| {
                    forms.push(Form {
                        alphabet: context.alphabet,
                        lengths: Vec::new(),
                        longest: 0,
                    });
                    forms.len() - 1
                });
                let form = &mut forms[at];
                form.longest = form.longest.max(context.len.1);
                if !form.lengths.contains(&context.len) {
                    form.lengths.push(context.len);
                }
            }
        }
        ContextIndex {
            words,
            automaton: OnceLock::new(),
            values: rules.rules.iter().map(|_| OnceLock::new()).collect(),
            forms,
            alphabets: (0..=FORM).map(|_| OnceLock::new()).collect(),
            providers: OnceLock::new(),
        }
    }

    /// Whether a value has the alphabet and the length of some rule's.
    fn has_form(&self, value: &[u8]) -> bool {
        let holds = |alphabet: &ByteSet| value.iter().all(|b| alphabet.contains(*b));
        match self.alphabets.get(value.len()) {
            Some(known) => known
                .get_or_init(|| largest(self.of_length(value.len())))
                .iter()
                .any(holds),
            None => self.of_length(value.len()).any(holds),
        }
    }

    /// The alphabets of values of a length.
    fn of_length(&self, len: usize) -> impl Iterator<Item = &ByteSet> {
        let has = move |range: &(u32, u32)| (range.0 as usize..=range.1 as usize).contains(&len);
        let forms = self.forms.iter();
        let of_length = forms.filter(move |form| form.lengths.iter().any(has));
        of_length.map(|form| &form.alphabet)
    }

    fn automaton(&self) -> Option<&AhoCorasick> {
        self.automaton
            .get_or_init(|| {
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .match_kind(MatchKind::Standard)
                    .build(self.words.iter().map(|(word, _)| word))
                    .ok()
            })
            .as_ref()
    }

    /// The providers of the rules, by name. Worked out when the first name is asked for.
    pub(super) fn providers(&self, rules: &RuleSet) -> &Providers {
        self.providers.get_or_init(|| Providers::new(rules))
    }

    /// Whether a value is of the form of a context rule.
    pub(super) fn fits(&self, rule: usize, context: &Context, value: &[u8]) -> bool {
        let len = value.len() as u32;
        (context.len.0..=context.len.1).contains(&len)
            && value.iter().all(|b| context.alphabet.contains(*b))
            && self.values[rule]
                .get_or_init(|| pattern::compile(&format!("\\A(?:{})\\z", context.value)))
                .as_ref()
                .is_some_and(|regex| regex.is_match(value))
    }
}

/// The alphabets that no other one holds: a value of another is one of these too.
fn largest<'a>(alphabets: impl Iterator<Item = &'a ByteSet>) -> Vec<ByteSet> {
    let mut kept: Vec<ByteSet> = Vec::new();
    for alphabet in alphabets {
        if !kept.iter().any(|one| one.covers(alphabet)) {
            kept.retain(|one| !alphabet.covers(one));
            kept.push(*alphabet);
        }
    }
    kept
}

fn provider_context(kind: &Kind) -> Option<&Context> {
    match kind {
        Kind::Context(context) => Some(context),
        _ => None,
    }
}

/// Whether a value that [`assign::read_from_run`] finds for the run can be one of some rule: the run
/// itself, or what goes on at least to the next byte that may end a value.
pub(super) fn may_name(index: &ContextIndex, bytes: &[u8], run: &Range<usize>) -> bool {
    if index.has_form(&bytes[run.clone()]) {
        return true;
    }
    let near = &bytes[run.start..bytes.len().min(run.start + FORM)];
    let goes_on = |b: &u8| b.is_ascii_alphanumeric() || b"+/_-.~@$%!?*^|".contains(b);
    let len = near.iter().position(|b| !goes_on(b)).unwrap_or(near.len());
    let held = &near[..len];
    let mut forms = index.forms.iter().filter(|f| f.longest as usize >= len);
    forms.any(|form| held.iter().all(|b| form.alphabet.contains(*b)))
}

/// The best context rule for the value at `span`, which `assignment` names: the rule whose word
/// stands nearest; the others are named in its evidence.
pub(super) fn verdict(
    index: &ContextIndex,
    rules: &RuleSet,
    bytes: &[u8],
    span: Range<usize>,
    assignment: &assign::Assignment<'_>,
    out: &mut Vec<Candidate>,
) {
    let value = &bytes[span.clone()];
    // Every value comes by here, so the cheapest test stands first and randomness last.
    if !value.iter().any(u8::is_ascii_digit) || !index.has_form(value) {
        return;
    }
    let Some(automaton) = index.automaton() else {
        return;
    };
    // A word elsewhere in the line needs a value that looks random as a whole, and so does a loose
    // operator; in the name itself the form is enough, because many providers join short parts.
    let loose = assignment.op == assign::Op::Label;
    let mut random = None;
    let mut is_random = || {
        *random.get_or_insert_with(|| {
            checks::run(Check::Random, value, value) != checks::Verdict::Failed
        })
    };
    if loose && !is_random() {
        return;
    }
    let hits = hits(index, automaton, bytes, span.start, assignment);
    if hits.is_empty() {
        return;
    }
    let mut fitting: Vec<_> = hits
        .iter()
        .filter(|hit| {
            provider_context(&rules.rules[hit.rule].kind)
                .is_some_and(|context| index.fits(hit.rule, context, value))
                && (!hit.outside || is_random())
        })
        .collect();
    if fitting.len() > 1 {
        // Of rules that one word leads to, the one whose id the name lacks least of.
        let words = generic::words_of_name(assignment.key);
        let lacks = |rule: usize| {
            let of_rule = rules.rules[rule].id.split('-');
            of_rule
                .filter(|word| !words.iter().any(|own| own == word))
                .count()
        };
        fitting.sort_by_cached_key(|hit| (hit.outside, hit.distance, lacks(hit.rule), hit.rule));
    }
    // A rule that came with what is scanned never stands in another's place, however near its
    // word is.
    for of_repository in [false, true] {
        let side = fitting
            .iter()
            .filter(|hit| rules.rules[hit.rule].is_of_repository() == of_repository);
        propose(rules, side, bytes, &span, assignment, out);
    }
}

/// A provider's word before a value. The best comes first: one in the name, the nearest of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    /// It stands beside the name, not in it.
    outside: bool,
    /// From its start to the value, in bytes.
    distance: usize,
    rule: usize,
}

/// The providers' words before a value, the best first. Each is a word of its name, and no part of a
/// longer one of another provider (`skey` in `secret_access_key`).
fn hits(
    index: &ContextIndex,
    automaton: &AhoCorasick,
    bytes: &[u8],
    value: usize,
    assignment: &assign::Assignment<'_>,
) -> Vec<Hit> {
    let low = window_start(bytes, value);
    let found = automaton.find_overlapping_iter(&bytes[low..value]);
    let mut found: Vec<(Range<usize>, usize)> = found
        .map(|hit| {
            let (_, rule) = &index.words[hit.pattern().as_usize()];
            (low + hit.start()..low + hit.end(), *rule)
        })
        .filter(|(span, _)| provider::is_word(bytes, span))
        .collect();
    found.sort_unstable_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    let key = assignment.key_at..assignment.key_at + assignment.key.len();
    // The word so far that ends last; those inside it start behind it.
    let mut longest = 0..0;
    let mut hits: Vec<Hit> = Vec::new();
    for (span, rule) in found {
        if span.end > longest.end {
            longest = span.clone();
        } else if span.len() < longest.len() {
            continue;
        }
        hits.push(Hit {
            outside: !key.contains(&span.start),
            distance: value - span.start,
            rule,
        });
    }
    // A comparison has the name behind the value.
    if assignment.key_at >= value {
        let named = automaton.find_overlapping_iter(assignment.key);
        let words =
            named.filter(|hit| provider::is_word(assignment.key, &(hit.start()..hit.end())));
        hits.extend(words.map(|hit| Hit {
            outside: false,
            distance: 0,
            rule: index.words[hit.pattern().as_usize()].1,
        }));
    }
    hits.sort_unstable();
    hits
}

/// Proposes the first of the hits that fit, and names the rules of the others.
fn propose<'a>(
    rules: &RuleSet,
    mut fitting: impl Iterator<Item = &'a &'a Hit>,
    bytes: &[u8],
    span: &Range<usize>,
    assignment: &assign::Assignment<'_>,
    out: &mut Vec<Candidate>,
) {
    let Some(&&Hit { outside, rule, .. }) = fitting.next() else {
        return;
    };
    let value = &bytes[span.clone()];
    let mut also: Vec<String> = fitting
        .map(|hit| rules.rules[hit.rule].id.to_string())
        .filter(|id| *id != rules.rules[rule].id)
        .collect();
    also.sort();
    also.dedup();
    also.truncate(8);
    let literal = provider_context(&rules.rules[rule].kind).map_or(0, prefix::of_context);
    let sample = generic::is_placeholder(value, literal);
    let own = assign::Assignment {
        value: span.clone(),
        ..assignment.clone()
    };
    let covered = generic::covered(&own, bytes);
    let made_up = generic::made_up(bytes, span.start);
    let mut evidence = Evidence {
        reasons: covered.or(made_up).into_iter().collect(),
        also,
        ..Evidence::default()
    };
    weigh(
        &rules.rules[rule],
        assignment.key,
        value,
        outside,
        &mut evidence,
    );
    out.push(Candidate {
        rule,
        within: 0..value.len(),
        value: value.to_vec(),
        whole: value.to_vec(),
        span: span.clone(),
        partners: Vec::new(),
        key: Some(assignment.key.to_vec()).filter(|key| !key.is_empty()),
        evidence,
        class: if covered.is_some() {
            Class::Protected
        } else if sample || made_up.is_some() {
            Class::Sample
        } else {
            Class::Credential
        },
        strong: value.len() >= 16,
    });
}

/// How sure a provider's word makes us of a value that has one of its forms; the reasons go into the
/// evidence.
fn weigh(rule: &Rule, name: &[u8], value: &[u8], outside: bool, evidence: &mut Evidence) {
    // A rule for ids or addresses says so itself.
    let own = |word: &String| {
        let words = provider_context(&rule.kind).map(|context| &context.words);
        rule.id.split('-').any(|part| part == word)
            || words.is_some_and(|words| words.iter().any(|own| own.ends_with(word.as_str())))
    };
    let passed = |check: &Check| checks::run(*check, value, value) != checks::Verdict::Failed;
    let (ground, reason) = if outside {
        (Ground::Near, "the provider's word stands near it")
    } else if provider::elsewhere(name).is_some_and(|word| !own(&word)) {
        (Ground::Elsewhere, provider::DENIED)
    } else if rule.checks.contains(&Check::Random) && !passed(&Check::Random) {
        (Ground::NotRandom, "value is not random")
    } else if rule.source == Source::Unverified {
        (
            Ground::Unverified,
            "nobody has verified the form of its rule",
        )
    } else {
        (Ground::Named, "the provider's word stands in its name")
    };
    evidence.ground = ground;
    evidence.reasons.push(reason);
}

fn window_start(bytes: &[u8], at: usize) -> usize {
    let low = at.saturating_sub(REACH);
    memchr::memrchr_iter(b'\n', &bytes[low..at])
        .nth(LINES)
        .map_or(low, |newline| low + newline + 1)
}
