//! Token rules: the verdict at an occurrence of one of a rule's literals.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::Regex;

use super::chain::Chain;
use super::checks;
use super::pattern::{compile, ends_freely, parse, starts_freely};
use super::watch::Watch;
use crate::rule::{Rule, Token};

/// A token rule with its patterns, compiled at the first anchor: a hook that scans one file must
/// not pay for a thousand rules.
#[derive(Default)]
pub(super) struct Matcher {
    pattern: OnceLock<Option<Compiled>>,
    strict: OnceLock<Option<Regex>>,
    chain: OnceLock<Option<Chain>>,
}

struct Compiled {
    regex: Regex,
    /// Tied to the start of what it is given, for patterns that say nothing of what stands before
    /// or behind them and start near their literal. A search for the other one would go on to the
    /// end of the window for a match that starts too late.
    tied: Option<Regex>,
    /// The number of the group `secret`, 0 without one.
    group: usize,
}

/// What a token rule matched, in bytes of the scanned content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) whole: Range<usize>,
    pub(super) secret: Range<usize>,
}

impl Matcher {
    /// The rule's pattern as a chain, when it is one.
    pub(super) fn chain(&self, token: &Token) -> Option<&Chain> {
        self.chain.get_or_init(|| Chain::of(token)).as_ref()
    }

    /// The leftmost-first match of the rule's pattern inside the window around `at` that covers
    /// the literal's first byte. Nothing outside `[at − before − 1, at + after + 1)` is looked at.
    pub(super) fn verdict(
        &self,
        token: &Token,
        bytes: &[u8],
        at: usize,
        watch: &Watch<'_>,
    ) -> Option<Match> {
        if token.prefix && !starts_freely(bytes, at, &token.left) {
            return None;
        }
        let compiled = self
            .pattern
            .get_or_init(|| {
                // A pattern that starts with its literal is tried at the anchor only.
                let anchored = format!("\\A(?:{})", token.pattern);
                let regex = compile(if token.prefix {
                    &anchored
                } else {
                    &token.pattern
                })?;
                let group = regex
                    .capture_names()
                    .position(|name| name == Some("secret"))
                    .unwrap_or(0);
                let near = !token.prefix && token.before <= NEAR && token.after >= FAR;
                let tied = (near && looks_at_itself_only(&token.pattern))
                    .then(|| compile(&anchored))
                    .flatten();
                Some(Compiled { regex, tied, group })
            })
            .as_ref()?;
        let low = at - at.min(token.before as usize);
        let high = (at + token.after as usize).min(bytes.len());
        let window = &bytes[low..high];
        let mut from = 0;
        while from <= at - low {
            let (start, end) = compiled.next(window, from, at - low, watch)?;
            let whole = low + start..low + end;
            if whole.contains(&at)
                && starts_freely(bytes, whole.start, &token.left)
                && ends_freely(bytes, whole.end, &token.right)
            {
                return Some(self.groups(compiled, window, low, start, whole));
            }
            if token.prefix {
                return None;
            }
            from = start + 1;
        }
        None
    }

    fn groups(
        &self,
        compiled: &Compiled,
        window: &[u8],
        low: usize,
        start: usize,
        whole: Range<usize>,
    ) -> Match {
        let secret = (compiled.group > 0)
            .then(|| compiled.regex.captures_at(window, start))
            .flatten()
            .and_then(|groups| groups.get(compiled.group))
            .map(|group| low + group.start()..low + group.end());
        Match {
            secret: secret.unwrap_or(whole.clone()),
            whole,
        }
    }

    /// Whether the narrower form fits the whole match; `None` when the rule has none.
    pub(super) fn is_strict(&self, token: &Token, whole: &[u8]) -> Option<bool> {
        if token.strict.is_empty() {
            return None;
        }
        let regex = self
            .strict
            .get_or_init(|| compile(&format!("\\A(?:{})\\z", token.strict)));
        Some(regex.as_ref()?.is_match(whole))
    }
}

/// A match that starts so near its literal is looked for at each place by itself, when it can be as
/// long as [`FAR`]; bytes.
const NEAR: u32 = 48;
/// See [`NEAR`].
const FAR: u32 = 256;

impl Compiled {
    /// The leftmost match that starts from `from` to `last`, as start and end in the window.
    fn next(
        &self,
        window: &[u8],
        from: usize,
        last: usize,
        watch: &Watch<'_>,
    ) -> Option<(usize, usize)> {
        let Some(tied) = &self.tied else {
            watch.step(window.len() - from);
            let found = self.regex.find_at(window, from)?;
            return (found.start() <= last).then(|| (found.start(), found.end()));
        };
        (from..=last).find_map(|start| {
            watch.step(1);
            let found = tied.find(&window[start..])?;
            watch.step(found.len());
            Some((start, start + found.end()))
        })
    }
}

/// Whether a pattern has no assertion of what surrounds it, such as a word's boundary.
fn looks_at_itself_only(pattern: &str) -> bool {
    parse(pattern).is_some_and(|hir| hir.properties().look_set().is_empty())
}

/// Whether a match stands in the middle of base64: an operator of that alphabet (`/`, `+`) is all that
/// parts it from text that looks drawn, as in an image that a page embeds. Looks at [`AROUND`] bytes
/// on both sides.
pub(super) fn in_base64(bytes: &[u8], whole: &Range<usize>) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    if !bytes[whole.clone()].iter().all(|b| part(b) || *b == b'=') {
        return false;
    }
    let operator = |b: Option<&u8>| matches!(b, Some(b'+' | b'/'));
    let low = whole.start.saturating_sub(AROUND);
    let before = &bytes[low..whole.start];
    let before = &before[before.iter().rposition(|b| !part(b)).map_or(0, |at| at + 1)..];
    let after = &bytes[whole.end..bytes.len().min(whole.end + AROUND)];
    let after = &after[..after.iter().position(|b| !part(b)).unwrap_or(after.len())];
    // A path has slashes, too, and names between them.
    let drawn = |text: &[u8]| text.len() >= AROUND / 2 && checks::looks_random(text);
    operator(before.last()) && drawn(before) || operator(after.first()) && drawn(after)
}

/// See [`in_base64`].
const AROUND: usize = 64;

/// Whether a rule is of the token kind.
pub(super) fn of(rule: &Rule) -> Option<&Token> {
    match &rule.kind {
        crate::rule::Kind::Token(token) => Some(token),
        _ => None,
    }
}
