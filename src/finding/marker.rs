//! Comments that allow a value: ours, and those of other tools which repositories already carry.
//!
//! Pure reading of one line. What a marker hides is decided in `suppress`.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::steps;

/// Markers kept of one line; more are somebody's game.
const MAX_MARKERS: usize = 8;
/// Rules that one marker can name.
const MAX_RULES: usize = 16;
/// Bytes kept of a reason.
const MAX_REASON: usize = 300;

/// A comment that allows a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The words of the comment, as this program writes them.
    pub words: &'static str,
    /// The rules it names; none for all.
    pub rules: Vec<String>,
    /// The reason it gives, raw bytes; may be empty.
    pub reason: Vec<u8>,
    /// The line it stands on, from 1.
    pub line: u32,
    /// It stands on, or speaks for, a line that is too long to be allowed as a whole.
    pub long: bool,
}

/// Words, whether they may be followed by a rule and a reason, and whether they speak for the
/// next line. The words of others are documented by their tools: Gitleaks, detect-secrets,
/// TruffleHog, GitGuardian, Kingfisher and Betterleaks.
const WORDS: &[(&str, bool, bool)] = &[
    ("keysweep:allow", true, false),
    ("gitleaks:allow", false, false),
    ("betterleaks:allow", false, false),
    ("trufflehog:ignore", false, false),
    ("kingfisher:ignore", false, false),
    ("ggignore", false, false),
    ("pragma: allowlist secret", false, false),
    ("pragma: whitelist secret", false, false),
    ("pragma: allowlist nextline secret", false, true),
    ("pragma: whitelist nextline secret", false, true),
];

/// Finds each of [`WORDS`]. Making a finder takes longer than searching a line, and the line of every
/// value is searched, in every version of it.
static FINDERS: LazyLock<[Finder<'static>; WORDS.len()]> =
    LazyLock::new(|| std::array::from_fn(|word| Finder::new(WORDS[word].0)));

/// Which line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The line of the value itself.
    Own,
    /// The line above it, which counts only when it is a comment and nothing else.
    Above,
}

/// The markers of `line` (without its end), which has the number `number` (from 1).
pub fn markers(line: &[u8], number: u32, side: Side) -> Vec<Marker> {
    let mut out = Vec::new();
    let mut comment = None;
    for ((words, ours, next), finder) in WORDS.iter().zip(&*FINDERS) {
        for at in finder.find_iter(line) {
            if out.len() == MAX_MARKERS {
                return out;
            }
            steps::took(1);
            let rest = &line[at + words.len()..];
            if !stands_alone(&line[..at], rest) {
                continue;
            }
            let counts = match side {
                Side::Own => !next,
                Side::Above => comment
                    .get_or_insert_with(|| only_comment(line))
                    .contains(&at),
            };
            if !counts {
                continue;
            }
            let (rules, reason) = match ours {
                true => arguments(rest),
                false => (Vec::new(), Vec::new()),
            };
            out.push(Marker {
                words,
                rules,
                reason,
                line: number,
                long: false,
            });
        }
    }
    out
}

/// No letter, digit or joint on either side: `keysweep:allowed` and `baggignore` are other words.
fn stands_alone(before: &[u8], after: &[u8]) -> bool {
    let joins = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let starts = before.last().is_none_or(|b| !joins(b));
    // A full stop may end a sentence; a dash begins `-->`.
    let ends = after
        .first()
        .is_none_or(|b| !(b.is_ascii_alphanumeric() || *b == b'_'))
        && !(after.first() == Some(&b'-') && after.get(1).is_some_and(u8::is_ascii_alphanumeric));
    starts && ends
}

/// The part of a line in which a marker has nothing but a comment before it: no letter or digit
/// stands before it, or the line begins as comments do. Found once, for a line may be the whole
/// file and every word of it a marker.
fn only_comment(line: &[u8]) -> Range<usize> {
    let leaders: &[&[u8]] = &[
        b"#", b"//", b"/*", b"*", b"<!--", b"--", b";", b"%", b"rem ", b"REM ", b"{#", b"{{!",
        b"\"\"\"", b"'",
    ];
    steps::took(line.len());
    let text = line.trim_ascii_start();
    match leaders.iter().any(|leader| text.starts_with(leader)) {
        true => 0..line.len(),
        false => {
            let word = line.iter().position(u8::is_ascii_alphanumeric);
            0..word.map_or(line.len(), |at| at + 1)
        }
    }
}

/// `[rule-id[,rule-id]] [-- reason]`, as far as the text has that form.
fn arguments(rest: &[u8]) -> (Vec<String>, Vec<u8>) {
    let mut rules = Vec::new();
    let mut rest = rest.trim_ascii_start();
    while rest.first().is_some_and(u8::is_ascii_lowercase) && rules.len() < MAX_RULES {
        let len = rest
            .iter()
            .take_while(|b| {
                b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'/')
            })
            .count();
        let name = String::from_utf8_lossy(&rest[..len]);
        // `x-->` and `x*/`: the end of the comment is no part of the name.
        rules.push(name.trim_end_matches(['-', '/']).to_owned());
        rest = rest[len..].trim_ascii_start();
        match rest.strip_prefix(b",") {
            Some(more) => rest = more.trim_ascii_start(),
            None => break,
        }
    }
    let reason = match rest.strip_prefix(b"--") {
        Some(text) if !text.starts_with(b">") => reason(text),
        _ => Vec::new(),
    };
    (rules, reason)
}

fn reason(text: &[u8]) -> Vec<u8> {
    let mut text = text.trim_ascii();
    for end in [&b"*/"[..], b"-->", b"#}", b"}}", b"\"\"\""] {
        text = text.strip_suffix(end).unwrap_or(text).trim_ascii_end();
    }
    let mut len = text.len().min(MAX_REASON);
    // No character is cut.
    while len < text.len() && len > 0 && text[len] & 0xc0 == 0x80 {
        len -= 1;
    }
    text[..len].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(line: &str) -> Vec<(Vec<String>, String)> {
        markers(line.as_bytes(), 1, Side::Own)
            .into_iter()
            .map(|m| (m.rules, String::from_utf8_lossy(&m.reason).into_owned()))
            .collect()
    }

    #[test]
    fn rules_and_reasons_are_read_in_every_kind_of_comment() {
        let none: Vec<String> = Vec::new();
        let one = vec!["acme-key".to_owned()];
        for (line, rules, reason) in [
            ("x # keysweep:allow", &none, ""),
            ("x # keysweep:allow -- a test's key", &none, "a test's key"),
            ("x // keysweep:allow acme-key", &one, ""),
            ("x /* keysweep:allow acme-key -- why */", &one, "why"),
            ("<a> <!-- keysweep:allow acme-key -->", &one, ""),
            ("<a> <!-- keysweep:allow -->", &none, ""),
            ("<a> <!-- keysweep:allow -- why -->", &none, "why"),
        ] {
            assert_eq!(own(line), [(rules.clone(), reason.to_owned())], "{line}");
        }
        assert_eq!(own("x # keysweep:allow a-b, c-d -- e")[0].0, ["a-b", "c-d"]);
    }

    #[test]
    fn other_words_are_no_markers() {
        for line in [
            "x # keysweep:allowed",
            "baggignore",
            "# ggignored",
            "ggignore-x",
        ] {
            assert!(own(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn the_line_above_counts_as_a_comment_only() {
        let above = |line: &str| markers(line.as_bytes(), 1, Side::Above).len();
        assert_eq!(above("  # keysweep:allow"), 1);
        assert_eq!(above("<!-- of a test: gitleaks:allow -->"), 1);
        assert_eq!(above("x = 1  # keysweep:allow"), 0);
        assert_eq!(above("# pragma: allowlist nextline secret"), 1);
        assert_eq!(own("# pragma: allowlist nextline secret").len(), 0);
    }

    #[test]
    fn a_long_reason_is_cut_between_characters() {
        let line = format!("# keysweep:allow -- {}", "ä".repeat(400));
        let reason = &markers(line.as_bytes(), 1, Side::Own)[0].reason;
        assert!(std::str::from_utf8(reason).is_ok() && reason.len() <= MAX_REASON);
    }

    #[test]
    fn the_steps_of_a_line_full_of_markers_grow_with_the_line() {
        let steps = |n: usize| {
            let line = format!("{}{}", "!".repeat(10 * n), "ggignore ".repeat(n));
            steps::of(|| assert_eq!(markers(line.as_bytes(), 1, Side::Above).len(), 1))
        };
        // Each looking at all that stands before it was four times as much for twice the line.
        let (one, two) = (steps(2_000), steps(4_000));
        assert!(one > 0 && two <= 3 * one, "{one}, then {two}");
    }
}
