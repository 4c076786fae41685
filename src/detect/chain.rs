//! Token rules whose pattern is a fixed head, one long run of a class, and what can follow the run:
//! `eyJ[A-Za-z0-9_-]{12,}\.…`. Most long tokens are written so.
//!
//! A head repeated inside the run of another (`_eyJ_eyJ_eyJ`) would send the pattern over the same
//! bytes once for each of them. Where the run ends is the same for all, and so is what follows it:
//! both are found once and remembered while the content is scanned. Nothing here depends on which
//! anchors were asked for before.

use std::ops::Range;

use regex::bytes::Regex;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::pattern::{compile, ends_freely, parse, starts_freely};
use super::watch::Watch;
use crate::rule::Token;

/// Runs that can be at least so long, in bytes, are worth remembering.
const LONG: u32 = 64;
/// More spellings of a head than this are left to the pattern.
const HEADS: usize = 16;
/// So many heads of one run are candidates, each as long as the run: what a reader may see in
/// `eyJ_eyJ…`. Those behind them are inside of all of these, end where they end, and would lose to
/// them.
const NESTED: usize = 4;

/// A pattern of that form.
pub(super) struct Chain {
    /// Every text that the head can be; none is the start of another.
    heads: Vec<Vec<u8>>,
    /// A head can stand inside a run.
    nests: bool,
    class: [bool; 256],
    /// The shortest and the longest run.
    least: usize,
    most: usize,
    /// What follows the run, tied to its start. It never starts with a byte of the class.
    rest: Option<Regex>,
    /// Something has to follow.
    closed: bool,
}

/// What stands at a head.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing.
    Nothing,
    /// A match that is inside several others of the same rule, which end where it ends.
    Nested,
    /// A match.
    Match(Range<usize>),
}

/// The run of a class that was looked at last, and what is known of it.
#[derive(Default)]
pub(super) struct Run {
    range: Option<Range<usize>>,
    /// Where the heads in it start, in order.
    heads: Option<Vec<usize>>,
    /// The length of what follows it, if that fits.
    rest: Option<Option<usize>>,
}

impl Chain {
    /// The chain that a rule's pattern is; `None` for other patterns and those with short runs.
    pub(super) fn of(token: &Token) -> Option<Chain> {
        if !token.prefix || token.after < LONG {
            return None;
        }
        let hir = parse(&token.pattern)?;
        let plain = hir.properties();
        if !plain.look_set().is_empty() || plain.explicit_captures_len() > 0 {
            return None;
        }
        let HirKind::Concat(parts) = hir.kind() else {
            return None;
        };
        let is_long = |part: &Hir| match part.kind() {
            HirKind::Repetition(run) => run.greedy && run.max.is_none_or(|max| max >= LONG),
            _ => false,
        };
        let at = parts.iter().position(is_long)?;
        let HirKind::Repetition(run) = parts[at].kind() else {
            return None;
        };
        let class = class(&run.sub)?;
        let heads = texts(&Hir::concat(parts[..at].to_vec()))?;
        let rest = Hir::concat(parts[at + 1..].to_vec());
        let closed = rest.properties().minimum_len() != Some(0);
        if !starts_outside(&rest, &class, closed) {
            return None;
        }
        let rest = match parts.get(at + 1) {
            Some(_) => Some(compile(&format!("\\A(?:{rest})"))?),
            None => None,
        };
        Some(Chain {
            nests: heads.iter().flatten().all(|b| class[usize::from(*b)]),
            heads,
            class,
            least: run.min as usize,
            most: run.max.map_or(usize::MAX, |max| max as usize),
            rest,
            closed,
        })
    }

    /// What stands at `at`: the pattern's match in the window of the rule. Looks as far as a match
    /// can reach, to both sides.
    pub(super) fn verdict(
        &self,
        token: &Token,
        bytes: &[u8],
        at: usize,
        known: &mut Run,
        watch: &Watch<'_>,
    ) -> Seen {
        let after = token.after as usize;
        let high = (at + after).min(bytes.len());
        let window = &bytes[at..high];
        let Some(head) = self.heads.iter().find(|head| window.starts_with(head)) else {
            return Seen::Nothing;
        };
        if !starts_freely(bytes, at, &token.left) {
            return Seen::Nothing;
        }
        let start = at + head.len();
        let run = known.of(self, bytes, start, watch);
        let long = run.end - start;
        let most = self.most.min(after - head.len());
        if long < self.least {
            return Seen::Nothing;
        }
        // What goes on behind the longest run is in the middle of something, as it is behind any
        // other match, unless the rule says that its matches may be.
        if long > most && (self.closed || !token.right.is_empty()) {
            return Seen::Nothing;
        }
        let end = if long > most {
            Some(start + most)
        } else {
            self.end(bytes, run.end, high, after, known, watch)
        };
        let Some(end) = end.filter(|end| ends_freely(bytes, *end, &token.right)) else {
            return Seen::Nothing;
        };
        // The heads before this one that match up to the same end.
        let low = end
            .saturating_sub(after)
            .max(run.end.saturating_sub(self.most));
        if long <= most && self.nests {
            let heads = known.heads(self, token, bytes, &run, watch);
            let before = heads.partition_point(|head| *head < at);
            if before - heads.partition_point(|head| *head < low).min(before) >= NESTED {
                return Seen::Nested;
            }
        }
        Seen::Match(at..end)
    }

    /// Where a match ends whose run ends at `run`; `high` is the end of its window.
    fn end(
        &self,
        bytes: &[u8],
        run: usize,
        high: usize,
        after: usize,
        known: &mut Run,
        watch: &Watch<'_>,
    ) -> Option<usize> {
        let Some(rest) = &self.rest else {
            return Some(run);
        };
        let find = |end: usize| {
            let found = rest.find(&bytes[run..end.min(bytes.len())]);
            let length = found.map(|found| found.end());
            watch.step(length.unwrap_or(1));
            length
        };
        let length = (*known.rest.get_or_insert_with(|| find(run + after)))?;
        if run + length <= high {
            return Some(run + length);
        }
        // It is cut off by the window.
        find(high).map(|length| run + length)
    }
}

impl Run {
    /// The whole run that ends at or behind `at`, without anything that is no part of it between.
    fn of(&mut self, chain: &Chain, bytes: &[u8], at: usize, watch: &Watch<'_>) -> Range<usize> {
        if let Some(range) = &self.range
            && (range.start..=range.end).contains(&at)
        {
            return range.clone();
        }
        let inside = |byte: &&u8| chain.class[usize::from(**byte)];
        let ahead = bytes[at..].iter().take_while(inside).count();
        let behind = match chain.nests {
            true => bytes[..at].iter().rev().take_while(inside).count(),
            false => 0,
        };
        watch.step(1 + ahead + behind);
        let range = at - behind..at + ahead;
        *self = Run {
            range: Some(range.clone()),
            ..Run::default()
        };
        range
    }

    fn heads(
        &mut self,
        chain: &Chain,
        token: &Token,
        bytes: &[u8],
        run: &Range<usize>,
        watch: &Watch<'_>,
    ) -> &[usize] {
        self.heads.get_or_insert_with(|| {
            watch.step(run.len());
            let is_head = |at: &usize| {
                let rest = &bytes[*at..run.end];
                chain.heads.iter().any(|head| rest.starts_with(head))
                    && starts_freely(bytes, *at, &token.left)
            };
            run.clone().filter(is_head).collect()
        })
    }
}

/// The bytes of a class.
fn class(hir: &Hir) -> Option<[bool; 256]> {
    let HirKind::Class(Class::Bytes(class)) = hir.kind() else {
        return None;
    };
    let mut table = [false; 256];
    for range in class.ranges() {
        for byte in range.start()..=range.end() {
            table[usize::from(byte)] = true;
        }
    }
    Some(table)
}

/// Every text that a pattern matches, when there are few and none is the start of another.
fn texts(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let found = Extractor::new().extract(hir);
    let texts = found.literals().filter(|_| found.is_exact())?;
    let texts: Vec<Vec<u8>> = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let ambiguous = |one: &Vec<u8>| texts.iter().filter(|text| text.starts_with(one)).count() > 1;
    let few = !texts.is_empty() && texts.len() <= HEADS;
    (few && !texts.iter().any(|text| text.is_empty() || ambiguous(text))).then_some(texts)
}

/// Whether no byte of the class can begin what a pattern matches.
fn starts_outside(hir: &Hir, class: &[bool; 256], closed: bool) -> bool {
    let found = Extractor::new().extract(hir);
    let Some(texts) = found.literals() else {
        return false;
    };
    texts.iter().all(|text| match text.as_bytes() {
        [] => !closed,
        [first, ..] => !class[usize::from(*first)],
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::detect::token::{self, Matcher};

    struct One {
        id: String,
        token: Token,
        chain: Chain,
        /// The pattern itself.
        plain: Matcher,
    }

    /// The token rules of ours that are chains.
    static CHAINS: LazyLock<Vec<One>> = LazyLock::new(|| {
        let rules = crate::builtin::set();
        let chains = rules.rules.iter().filter_map(|rule| {
            let token = token::of(rule)?;
            Some(One {
                id: rule.id.to_string(),
                token: token.clone(),
                chain: Chain::of(token)?,
                plain: Matcher::default(),
            })
        });
        chains.collect()
    });

    /// What is seen at every head of a text, asked for in order.
    fn seen(chain: &Chain, token: &Token, text: &[u8]) -> Vec<Seen> {
        let watch = Watch::default();
        let mut run = Run::default();
        let ask = |at| chain.verdict(token, text, at, &mut run, &watch);
        (0..text.len()).map(ask).collect()
    }

    #[test]
    fn long_tokens_are_chains() {
        let is_chain = |id: &str| CHAINS.iter().any(|one| one.id == id);
        for id in [
            "jwt",
            "fly-access-token",
            "sentry-org-token",
            "atlassian-api-token",
        ] {
            assert!(is_chain(id), "{id}");
        }
        // What stands between its head and its run can be a part of the run.
        assert!(!is_chain("gitlab-runner-token-routable"));
    }

    /// A text of heads, runs and what may follow them, for one of the chains.
    fn text(chain: &Chain, parts: &[(u8, usize)]) -> Vec<u8> {
        let alphabet: Vec<u8> = (0..=255).filter(|b| chain.class[usize::from(*b)]).collect();
        let mut text = Vec::new();
        for (kind, length) in parts {
            match kind {
                0..=3 => text.extend(&chain.heads[length % chain.heads.len()]),
                4 | 5 => text.extend((0..*length).map(|n| alphabet[n * 7 % alphabet.len()])),
                6 => text.extend(&alphabet[..length % 5]),
                7 => text.extend(&b".ey"[..length % 4]),
                8 => text.extend(&b"=="[..length % 3]),
                _ => text.push(b" _-.="[length % 5]),
            }
        }
        text
    }

    proptest! {
        #[test]
        fn a_chain_sees_what_its_pattern_sees(
            which in any::<prop::sample::Index>(),
            parts in prop::collection::vec((0u8..12, 0usize..450), 1..40),
        ) {
            let One { id, token, chain, plain } = &CHAINS[which.index(CHAINS.len())];
            let text = text(chain, &parts);
            let all = seen(chain, token, &text);
            let watch = Watch::default();
            let mut run = Run::default();
            for (at, seen) in all.iter().enumerate() {
                // Nothing depends on what was asked for before.
                let alone = chain.verdict(token, &text, at, &mut Run::default(), &watch);
                prop_assert_eq!(&alone, seen, "{} at {}", id, at);
                let found = plain.verdict(token, &text, at, &watch).map(|found| found.whole);
                match seen {
                    Seen::Match(whole) => prop_assert_eq!(Some(whole), found.as_ref()),
                    Seen::Nothing => if let Some(found) = found {
                        let next = text.get(found.end).copied().unwrap_or(b' ');
                        let cut = chain.class[usize::from(next)] && !token.right.is_empty();
                        prop_assert!(cut, "{} at {} is {:?}", id, at, found);
                    },
                    Seen::Nested => {
                        let end = found.expect("it matches").end;
                        let same = |seen: &&Seen| matches!(seen, Seen::Match(one) if one.end == end);
                        prop_assert!(all[..at].iter().filter(same).count() >= 1);
                    }
                }
            }
            let back = (0..text.len()).rev();
            let backwards = back.map(|at| chain.verdict(token, &text, at, &mut run, &watch));
            prop_assert!(backwards.eq(all.into_iter().rev()));
        }
    }

    #[test]
    fn heads_in_a_row_cost_one_look_at_their_run() {
        let nests = |one: &&One| one.chain.nests;
        for One {
            id, token, chain, ..
        } in CHAINS.iter().filter(nests)
        {
            let steps = |count: usize| {
                let head = [&chain.heads[0][..], b"_"].concat();
                let mut text = head.repeat(count);
                text.extend(b".ey ");
                let watch = Watch::default();
                let mut run = Run::default();
                for at in (0..text.len()).step_by(head.len()) {
                    chain.verdict(token, &text, at, &mut run, &watch);
                }
                watch.steps() as usize / text.len()
            };
            assert!(steps(4_000) <= 4, "{id}: {}", steps(4_000));
        }
    }

    #[test]
    fn some_heads_of_a_row_are_candidates() {
        let sentry = CHAINS.iter().find(|one| one.id == "sentry-org-token");
        let One { token, chain, .. } = sentry.expect("there");
        let mut text = b"/sntrys_eyJ".repeat(20);
        text.extend(b"aB3".repeat(30));
        let all = seen(chain, token, &text);
        let matches = all
            .iter()
            .filter(|seen| matches!(seen, Seen::Match(_)))
            .count();
        let nested = all.iter().filter(|seen| **seen == Seen::Nested).count();
        assert_eq!((matches, nested), (NESTED, 20 - NESTED));
    }
}
