//! Loose operators: a dash, a blank, a cell of a table or a sentence stands between a name and its value, or
//! nothing. Whoever judges such a value asks more of it.

use std::ops::Range;

use super::place::blanks;
use super::{Assignment, Op};

/// Words of a sentence that are no part of a name.
const GRAMMAR: &[&[u8]] = &[
    b"a", b"an", b"and", b"as", b"at", b"by", b"for", b"from", b"if", b"in", b"is", b"it", b"its",
    b"my", b"of", b"on", b"or", b"our", b"that", b"the", b"their", b"this", b"to", b"use", b"with",
    b"your",
];

/// The name with the words before it that belong to it (`db password`, `acme api token`): at most
/// three, on the same line, with one blank between each.
pub(super) fn phrase(bytes: &[u8], name: &Range<usize>) -> Range<usize> {
    let floor = name.start.saturating_sub(60);
    let mut start = name.start;
    for _ in 0..3 {
        let Some(end) = start.checked_sub(1).filter(|at| bytes[*at] == b' ') else {
            break;
        };
        let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
        let from = bytes[floor.min(end)..end]
            .iter()
            .rposition(|b| !word(b))
            .map_or(floor.min(end), |at| floor + at + 1);
        let text = &bytes[from..end];
        let grammar = GRAMMAR.iter().any(|one| text.eq_ignore_ascii_case(one));
        if text.is_empty() || from == floor && floor > 0 || grammar {
            break;
        }
        start = from;
    }
    start..name.end
}

/// Whether the words up to a name are the first in a cell of a table (`| **name** |`).
pub(super) fn in_cell(bytes: &[u8], name: &Range<usize>) -> bool {
    let start = phrase(bytes, name).start;
    let before = bytes[start.saturating_sub(16)..start].iter().rev();
    let mut before = before.skip_while(|b| matches!(b, b' ' | b'\t' | b'*' | b'`' | b'_' | b'"'));
    before.next() == Some(&b'|')
}

/// Marks that may stand before a label on its line: of comments, of lists, quotes.
fn is_mark(b: &u8) -> bool {
    matches!(
        b,
        b' ' | b'\t' | b'#' | b'/' | b'*' | b'-' | b'>' | b'"' | b'\'' | b'`' | b'$' | b';' | b'('
    )
}

/// Words that say what a value is, without those of [`super::WORDS`].
const KINDS: &[&[u8]] = &[
    b"access", b"api", b"client", b"id", b"app", b"private", b"live", b"test",
];

/// A label at the start of a line and the run behind it (`acme v`, `acme ACCESS v`, `acme - 'v'`). Its
/// first word, or the first two, say whose the value is; the others say what it is.
pub(super) fn before<'a>(
    bytes: &'a [u8],
    line: usize,
    run: &Range<usize>,
) -> Option<Assignment<'a>> {
    let quote = run
        .start
        .checked_sub(1)
        .map(|at| bytes[at])
        .filter(|b| matches!(b, b'"' | b'\'' | b'`'));
    let mut end = run.start - usize::from(quote.is_some());
    // The operator: blanks, and perhaps a dash between them.
    let trimmed = |end: usize| {
        let text = &bytes[line..end];
        line + text.len()
            - text
                .iter()
                .rev()
                .take_while(|b| matches!(b, b' ' | b'\t'))
                .count()
    };
    let tight = trimmed(end);
    if tight == end {
        return None;
    }
    end = tight;
    if bytes[line..end].ends_with(b"-") && trimmed(end - 1) < end - 1 {
        end = trimmed(end - 1);
    }
    let start = line + bytes[line..end].iter().take_while(|b| is_mark(b)).count();
    // Jenkins keeps a secret between braces.
    let held = &bytes[start.min(end)..end];
    let start = start + usize::from(held.starts_with(b"<secret>{")) * 9;
    let label = bytes.get(start..end)?;
    if !(3..48).contains(&label.len()) || !is_label(label) {
        return None;
    }
    let value = value_at(bytes, run.start, quote)?;
    ends_line(bytes, value.end).then_some(Assignment {
        key: label,
        key_at: start,
        value,
        quote,
        op: Op::Label,
        fallback: false,
        wrapped: false,
    })
}

/// The value that starts at `at`, up to its quote, or to what ends a word.
fn value_at(bytes: &[u8], at: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let Some(quote) = quote else {
        let rest = &bytes[at..bytes.len().min(at + 512)];
        let ends = |b: &u8| {
            b.is_ascii_whitespace() || matches!(b, b'}' | b',' | b';' | b'"' | b'\'' | b'`' | b'<')
        };
        return Some(at..at + rest.iter().position(ends).unwrap_or(rest.len()));
    };
    let rest = &bytes[at..bytes.len().min(at + 256)];
    let len = rest.iter().position(|b| *b == quote || *b == b'\n')?;
    (rest[len] == quote).then_some(at..at + len)
}

/// A name of one or two words and at most three that say what kind of value follows.
fn is_label(label: &[u8]) -> bool {
    let mut names = 0;
    let mut kinds = 0;
    for word in label.split(|b| *b == b' ') {
        let plain = word
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        if word.is_empty() || !plain || !word[0].is_ascii_alphabetic() {
            return false;
        }
        let kind = super::tells(word)
            || word == b"AQAAABAAA"
            || KINDS.iter().any(|kind| word.eq_ignore_ascii_case(kind));
        let grammar = GRAMMAR.iter().any(|one| word.eq_ignore_ascii_case(one));
        if grammar || !kind && kinds > 0 {
            return false;
        }
        kinds += usize::from(kind);
        names += usize::from(!kind);
    }
    names <= 2 && kinds <= 3
}

/// Nothing but what closes a value stands behind it on its line.
pub(super) fn ends_line(bytes: &[u8], at: usize) -> bool {
    let rest = &bytes[at..bytes.len().min(at + 16)];
    let rest = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    rest.len() < 16
        && rest.iter().all(|b| {
            b.is_ascii_whitespace()
                || matches!(
                    b,
                    b'"' | b'\'' | b'`' | b',' | b';' | b'.' | b')' | b'}' | b']'
                )
        })
        || rest.starts_with(b"}</secret>")
}

/// `acmeKEY-v`: a name, the word for its value, and the value, in one run.
pub(super) fn glued<'a>(bytes: &'a [u8], run: &Range<usize>) -> Option<Assignment<'a>> {
    const ENDS: &[&[u8]] = &[b"KEY", b"TOKEN", b"SECRET", b"ACCESS"];
    let text = &bytes[run.clone()];
    let dash = memchr::memchr(b'-', &text[..text.len().min(64)])?;
    let name = &text[..dash];
    let end = ENDS.iter().find(|end| name.ends_with(end))?;
    let owner = &name[..name.len() - end.len()];
    let value = &text[dash + 1..];
    let fits = owner.len() >= 3
        && owner
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_')
        && value.len() >= 16
        && (!value.contains(&b'-') || value.len() == 36);
    fits.then_some(Assignment {
        key: name,
        key_at: run.start,
        value: run.start + dash + 1..run.end,
        quote: None,
        op: Op::Label,
        fallback: false,
        wrapped: false,
    })
}

/// `is 'maple'`, `is: maple`: where what a sentence says of the name starts.
pub(super) fn said(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let at = blanks(bytes, at, end);
    let at = at + usize::from(bytes.get(at) == Some(&b':'));
    (at < end).then_some(at)
}
