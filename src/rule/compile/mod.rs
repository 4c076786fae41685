//! From a pattern to what drives the scan: the literals every match contains, how far a match
//! reaches around them, and which neighbouring bytes would mean that it starts or ends in the
//! middle of something. Nobody keeps a keyword list in step with a pattern.

mod edges;
mod literals;

use regex_syntax::hir::Hir;

use super::{ByteSet, Token};
use edges::{all_bytes, first_bytes, last_bytes, left_edge, right_edge};
use literals::{LITERAL_MAX, LITERAL_MIN, required};

/// A match may reach at most this far before its literal, in bytes.
const BEFORE_MAX: usize = 1024;
/// And this far from it on: private keys are the longest tokens.
const AFTER_MAX: usize = 16 * 1024;

/// Parses a pattern as the engine will: bytes, ASCII classes.
pub(super) fn parse(pattern: &str) -> Result<Hir, String> {
    regex_syntax::ParserBuilder::new()
        .unicode(false)
        .utf8(false)
        .build()
        .parse(pattern)
        .map_err(|error| {
            format!(
                "the pattern is not valid: {}",
                last_line(&error.to_string())
            )
        })
}

/// regex-syntax draws a picture over several lines; the last says what is wrong.
fn last_line(text: &str) -> &str {
    text.lines()
        .last()
        .unwrap_or(text)
        .trim_start_matches("error: ")
}

/// Derives everything a token rule needs. `tail_cap` bounds patterns without an end of their own.
pub(super) fn token(pattern: &str, tail_cap: Option<u32>) -> Result<Token, String> {
    let hir = parse(pattern)?;
    let longest = match (hir.properties().maximum_len(), tail_cap) {
        (_, Some(cap)) => cap as usize,
        (Some(len), None) => len,
        (None, None) => {
            return Err("the pattern has no longest match: bound its repetitions, or give `tail-cap` in bytes".into());
        }
    };
    if longest > AFTER_MAX {
        return Err(format!(
            "a match could be {longest} bytes long; {AFTER_MAX} is the limit"
        ));
    }
    let found = required(&hir).filter(|lits| lits.shortest() >= LITERAL_MIN);
    let any = ByteSet([u64::MAX; 4]);
    let (literals, before, prefix, next) = match found {
        None => (Vec::new(), 0, false, any),
        Some(lits) => {
            let before = lits.before.1.unwrap_or(longest);
            if before > BEFORE_MAX {
                return Err(format!(
                    "a match could start {before} bytes before its literal; {BEFORE_MAX} is the limit"
                ));
            }
            let prefix = lits.before == (0, Some(0));
            // A literal that was cut is followed by the rest of itself.
            let whole = lits.texts.iter().all(|text| text.len() <= LITERAL_MAX);
            let next = lits.next.filter(|_| whole).unwrap_or(any);
            (lits.into_literals(), before, prefix, next)
        }
    };
    Ok(Token {
        pattern: pattern.to_owned().into(),
        strict: "".into(),
        literals: literals.into(),
        before: before as u32,
        after: longest as u32,
        left: left_edge(&first_bytes(&hir)),
        right: right_edge(&last_bytes(&hir)),
        prefix,
        next,
    })
}

/// The bytes a context value can hold, and its shortest and longest length.
pub(super) fn value(pattern: &str) -> Result<(ByteSet, (u32, u32)), String> {
    let hir = parse(pattern)?;
    let min = hir.properties().minimum_len().unwrap_or(0);
    let max = hir
        .properties()
        .maximum_len()
        .filter(|max| *max <= 1024)
        .ok_or("a context value needs a longest length of at most 1024: bound its repetitions")?;
    if min < 4 {
        return Err("a context value of fewer than four bytes matches everything".into());
    }
    let mut alphabet = ByteSet::EMPTY;
    all_bytes(&hir, &mut alphabet);
    Ok((alphabet, (min as u32, max as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(pattern: &str) -> Vec<String> {
        token(pattern, Some(4096))
            .expect("compiles")
            .literals
            .iter()
            .map(|l| format!("{}{}", l.text, if l.fold { "/i" } else { "" }))
            .collect()
    }

    #[test]
    fn a_prefix_is_the_literal() {
        assert_eq!(literals("(?P<secret>ghp_[0-9A-Za-z]{36})"), ["ghp_"]);
        assert_eq!(literals("xox[bp]-[0-9]{10,13}"), ["xoxb-", "xoxp-"]);
        assert_eq!(literals("(?:AKIA|ASIA)[A-Z2-7]{16}"), ["AKIA", "ASIA"]);
    }

    #[test]
    fn an_infix_is_the_literal_when_nothing_better_stands_first() {
        let token =
            token(r"[a-zA-Z0-9]{14}\.atlasv1\.[a-zA-Z0-9_-]{60,70}", None).expect("compiles");
        assert_eq!(token.literals[0].text, ".atlasv1.");
        assert_eq!((token.before, token.prefix), (14, false));
    }

    #[test]
    fn what_can_follow_a_literal_is_known() {
        let token = token("SG\\.[0-9]{22}[a-z]{3}", None).expect("compiles");
        assert_eq!(token.literals[0].text, "SG.");
        assert!(token.next.contains(b'7') && !token.next.contains(b'a'));
    }

    #[test]
    fn letters_of_either_case_fold() {
        assert_eq!(literals("(?i)bearer [a-z0-9]{20,40}"), ["bearer /i"]);
    }

    #[test]
    fn a_pattern_without_an_end_needs_a_cap() {
        assert!(
            token("abcd[0-9]+", None)
                .expect_err("unbounded")
                .contains("tail-cap")
        );
        assert_eq!(token("abcd[0-9]+", Some(99)).expect("capped").after, 99);
    }

    #[test]
    fn edges_follow_the_alphabet() {
        let token = token("ghp_[0-9A-Za-z]{36}", None).expect("compiles");
        assert!(token.left.contains(b'x') && !token.left.contains(b'_'));
        assert!(token.right.contains(b'x') && !token.right.contains(b'-'));
        let dashed = super::token("glpat-[0-9A-Za-z_-]{20}", None).expect("compiles");
        assert!(dashed.right.contains(b'-'));
        let padded = super::token("abcd[0-9]{9}=", None).expect("compiles");
        assert!(padded.right.is_empty());
    }

    #[test]
    fn a_value_tells_alphabet_and_length() {
        let (alphabet, len) = value("[0-9a-f]{32}").expect("compiles");
        assert_eq!((alphabet.len(), len), (16, (32, 32)));
        assert!(value("[a-z]{2}").is_err());
    }
}
