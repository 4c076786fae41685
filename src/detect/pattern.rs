//! Patterns of rules: how they are compiled, what they weigh then, and what may stand beside a match.

use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::hir::Hir;

use crate::rule::{ByteSet, Kind, Rule};

/// Compiles as rules are written: bytes, ASCII classes.
pub(super) fn compile(pattern: &str) -> Option<Regex> {
    // What fails here is over the size limit, and whoever adds rules asks `weight` first.
    compile_within(pattern, LARGEST)
}

/// A compiled pattern may be so large, in bytes.
const LARGEST: usize = 8 << 20;
/// Sizes in bytes, and what a rule of that size weighs.
const WEIGHTS: [(usize, u32); 3] = [(64 << 10, 0), (512 << 10, 1), (LARGEST, 16)];

fn compile_within(pattern: &str, most: usize) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .unicode(false)
        .size_limit(most)
        .build()
        .ok()
}

/// What the patterns of a rule weigh once they are compiled, in halves of a mebibyte: nothing for
/// those of common size. `None` when one is larger than a compiled one may be.
pub(super) fn weight(rule: &Rule) -> Option<u32> {
    let within = |most| match &rule.kind {
        Kind::Token(token) => [&token.pattern, &token.strict]
            .iter()
            .all(|pattern| compile_within(&format!("\\A(?:{pattern})"), most).is_some()),
        Kind::Context(context) => compile_within(&context.value, most).is_some(),
        Kind::Generic(_) => true,
        Kind::File(_) => true,
    };
    let (_, weight) = WEIGHTS.into_iter().find(|(most, _)| within(*most))?;
    Some(weight)
}

/// A pattern's parts.
pub(super) fn parse(pattern: &str) -> Option<Hir> {
    let mut syntax = regex_syntax::ParserBuilder::new();
    let mut parser = syntax.unicode(false).utf8(false).build();
    parser.parse(pattern).ok()
}

/// A match must not start in the middle of its own alphabet. The letter of an escape (`\n`) and
/// the digits of `%3D` end something else and do not count.
pub(super) fn starts_freely(bytes: &[u8], start: usize, left: &ByteSet) -> bool {
    let Some(before) = start.checked_sub(1) else {
        return true;
    };
    if !left.contains(bytes[before]) {
        return true;
    }
    match bytes[..=before] {
        [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f'] => true,
        [.., b'%', a, b] => a.is_ascii_hexdigit() && b.is_ascii_hexdigit(),
        [.., b'\\', b'u', a, b, c, d] => [a, b, c, d].iter().all(u8::is_ascii_hexdigit),
        // A colour sequence of a terminal: ESC [ … m
        [.., b'm'] => {
            let tail = &bytes[start.saturating_sub(8)..before];
            memchr::memrchr(0x1b, tail).is_some_and(|esc| {
                tail[esc + 1..]
                    .iter()
                    .all(|b| b.is_ascii_digit() || matches!(b, b'[' | b';'))
            })
        }
        _ => false,
    }
}

pub(super) fn ends_freely(bytes: &[u8], end: usize, right: &ByteSet) -> bool {
    bytes.get(end).is_none_or(|next| !right.contains(*next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_patterns_of_ours_are_large_once_they_are_compiled() {
        // What grows with the longest match is bounded by `tail-cap` instead of a number of repetitions; in these
        // something stands behind the long part.
        const LARGE: [&str; 4] = [
            "azure-refresh-token",
            "google-service-account-key",
            "private-key-putty",
            "private-key-putty-encrypted",
        ];
        let rules = crate::builtin::set();
        let large = rules.rules.iter().filter(|rule| weight(rule) > Some(1));
        let large: Vec<&str> = large.map(|rule| &*rule.id).collect();
        assert_eq!(large, LARGE);
    }
}
