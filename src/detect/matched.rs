//! What a match of a token rule is: what its checks, its own form and what stands around it say.

use std::ops::Range;

use super::candidate::{Candidate, is_proven};
use super::chain::Seen;
use super::generic::example::Around;
use super::look::Look;
use super::reach::Reach;
use super::scanner::Scanner;
use super::verdict::sight;
use super::watch::Watch;
use super::{assign, checks, generic, pair, prefix, provider, token};
use crate::finding::{self, Class, Confidence, Evidence, Ground};
use crate::rule::{Check, Rule, Token};

impl Scanner {
    /// The match of a token rule at one of its literals, and how far that looked.
    pub(super) fn token(
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

    /// The match as a candidate.
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
        let within = found.secret.start - found.whole.start..found.secret.end - found.whole.start;
        let password = pair::judge(whole, within.clone());
        let strict = self.matcher(index).is_strict(token, whole);
        let mut evidence = weigh(rule, token, strict, whole, value, password);
        if !is_proven(&evidence) && token::in_base64(bytes, &found.whole) {
            evidence.reasons.insert(0, "in the middle of base64");
            evidence.ground = Ground::InBase64;
        }
        let proven = evidence.ground.usual() == Confidence::High;
        if rule.checks[..] == [Check::Jwt] && is_on_a_page(bytes, &found, watch) {
            evidence.is_shown(generic::example::WHY, false);
        }
        let ciphertext = generic::ciphertext(whole);
        let made_up = generic::made_up(bytes, found.whole.start);
        evidence.reasons.splice(0..0, ciphertext.or(made_up));
        let sample = made_up.is_some() || is_sample(token, &found, value, password);
        let class = if sample {
            Class::Sample
        } else if generic::is_password_hash(value) || ciphertext.is_some() {
            // It must be broken before it opens anything.
            Class::Protected
        } else {
            Class::Credential
        };
        Candidate {
            rule: index,
            within,
            span: found.secret.clone(),
            value: value.to_vec(),
            whole: whole.to_vec(),
            partners: Vec::new(),
            key: name_of(bytes, &found.whole),
            evidence,
            class,
            // A value that bears its provider's form was drawn by a machine, whatever its letters
            // look like; a password inside a URL or header need not be.
            strong: value.len() >= 16
                && (proven && found.secret == found.whole
                    || checks::looks_random(value) && !encodes_text(value)),
        }
    }
}

/// Whether a match stands on a page about its kind. Whoever writes a page can write such a token, and no server has
/// to have issued it.
fn is_on_a_page(bytes: &[u8], found: &token::Match, watch: &Watch<'_>) -> bool {
    let at = found.whole.start;
    let around = generic::example::around(bytes, at, |looked| watch.step(looked));
    matches!(around, Some(Around::Name | Around::Member))
        || generic::comment::is_at_a_host_of_nobody(bytes, at)
}

/// Whether a match is a placeholder.
fn is_sample(
    token: &Token,
    found: &token::Match,
    value: &[u8],
    password: Option<pair::Password>,
) -> bool {
    match password {
        // What stands inside a form may be what a person chose.
        None if found.secret != found.whole => generic::is_placeholder_password(value),
        Some(pair::Password::Missing) | None => {
            let prefix = prefix::of_token(token, value);
            generic::is_placeholder(&checks::without_headers(value), prefix)
        }
        Some(password) => password == pair::Password::Sample,
    }
}

/// The name that a match is assigned to, where it is.
fn name_of(bytes: &[u8], whole: &Range<usize>) -> Option<Vec<u8>> {
    let (low, sight) = sight(bytes, whole);
    let assignment = assign::read_from_run(sight, whole.start - low..whole.end - low)?;
    Some(assignment.key.to_vec()).filter(|key| !key.is_empty())
}

/// What a match is judged by.
struct Told {
    /// It looks random where its rule asks for that.
    random: bool,
    /// A check passed that proves it.
    proof: bool,
    /// A check failed.
    failed: bool,
    /// A checksum failed.
    altered: bool,
    /// What stands in the place of a password, where the form has one.
    password: Option<pair::Password>,
    /// Whether it has the documented form, where the rule has one that is narrower.
    strict: Option<bool>,
    /// Its literals are long enough to be nobody else's.
    rare: bool,
}

impl Told {
    fn is(&self, password: pair::Password) -> bool {
        self.password == Some(password)
    }
}

/// What the confidence in a match stands on: a test, the ground, and the reason that is shown.
type Row = (fn(&Told) -> bool, Ground, &'static str);

/// The first row that is true decides.
///
/// A failed checksum does not drop a finding, although the algorithms are published: values in
/// examples and rewritten histories are altered often, and a reader wants to be told "altered,
/// truncated or made up" instead of nothing.
const GROUNDS: &[Row] = &[
    (|t| !t.random, Ground::NotRandom, "value is not random"),
    (|t| t.altered, Ground::Altered, provider::ALTERED),
    (
        |t| t.failed,
        Ground::FailedCheck,
        "a check failed: altered, truncated or made up",
    ),
    (|t| t.proof, Ground::Proof, "a check passed"),
    (
        |t| t.is(pair::Password::Repeats),
        Ground::UserAgain,
        pair::REPEATS,
    ),
    (
        |t| t.is(pair::Password::Address),
        Ground::Elsewhere,
        pair::ADDRESS,
    ),
    // Some services take a token in its place.
    (
        |t| t.is(pair::Password::Missing),
        Ground::NoPair,
        pair::NO_PAIR,
    ),
    (
        |t| t.is(pair::Password::Words),
        Ground::WordsInPair,
        "the password is made of words",
    ),
    (
        |t| t.strict == Some(false),
        Ground::ToleratedForm,
        "tolerated form, not the documented one",
    ),
    (
        |t| t.strict == Some(true) || t.rare,
        Ground::OwnForm,
        "form of the provider's own",
    ),
    (|_| true, Ground::SharedForm, "form that others may share"),
];

/// Runs a rule's checks and says how sure they make us.
fn weigh(
    rule: &Rule,
    token: &Token,
    strict: Option<bool>,
    whole: &[u8],
    value: &[u8],
    password: Option<pair::Password>,
) -> Evidence {
    let mut evidence = Evidence::default();
    let mut told = Told {
        random: true,
        proof: false,
        failed: false,
        altered: false,
        password,
        strict,
        rare: token.prefix && token.literals.iter().all(|l| l.text.len() >= 4),
    };
    for check in rule.checks.iter() {
        let passed = match checks::run(*check, whole, value) {
            checks::Verdict::Unknown => continue,
            checks::Verdict::Passed => true,
            checks::Verdict::Failed => false,
        };
        if *check == Check::Random {
            told.random &= passed;
        } else {
            told.proof |= passed;
            told.failed |= !passed;
            told.altered |= !passed && check.is_checksum();
        }
        evidence.checks.push(finding::Check {
            name: check.name(),
            passed,
        });
    }
    if let Some((_, ground, reason)) = GROUNDS.iter().find(|(test, ..)| test(&told)) {
        evidence.ground = *ground;
        evidence.reasons.push(reason);
    }
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
