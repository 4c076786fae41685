//! Which lines make one stretch of base64. What is long is wrapped over lines, and lines stand
//! behind indentation, comment marks and quotes, or are joined as strings of some language.
//!
//! A stretch is decoded once, from its first line on. Whether a line is the first is decided by
//! the few hundred bytes before it, so that a verdict stays a matter of its window: a line goes on
//! with a stretch when the run before it is joined to it, and a digit stands in the stretch within
//! [`SIGHT`] bytes before it (without a digit a run is no anchor, and nobody would decode it).

use std::ops::Range;

use crate::detect::runs::{SHORTEST, is_token};

/// Two lines of a stretch are at most so many bytes apart.
const GAP: usize = 64;
/// The last digit of a stretch stands at most so many bytes before the line that goes on with it.
const SIGHT: usize = 512;
/// What is looked at behind a run to see how the stretch goes on, in bytes.
pub(super) const LOOK: usize = GAP + SHORTEST + 8;

/// The lines of a stretch of base64.
pub(super) struct Block {
    /// The encoded characters of each line, in order; at least one line.
    pub(super) lines: Vec<Range<usize>>,
    /// The lines may as well be values of their own: they differ in length, or are members of a
    /// list.
    pub(super) apart: bool,
    /// The last line may be a word that merely follows: the lines before it end whole, and with it
    /// they do not.
    pub(super) doubtful: bool,
    /// The place up to which bytes were looked at.
    pub(super) looked: usize,
}

/// How a stretch goes on behind a run.
pub(super) struct Next {
    /// The first encoded character.
    at: usize,
    /// The start of the run of token characters that it stands in: the letter of an escape such as
    /// `\n` may stand before it.
    run: usize,
    /// There is a comma between the two.
    listed: bool,
}

/// What the gap behind a run leads to, if lines are joined like that. Looks at [`LOOK`] bytes.
pub(super) fn next(bytes: &[u8], end: usize) -> Option<Next> {
    let stop = (end + GAP).min(bytes.len());
    let mut at = end;
    let (mut line, mut quotes, mut operator, mut listed) = (false, 0, false, false);
    while at < stop {
        match bytes[at] {
            b' ' | b'\t' => {}
            b'\n' | b'\r' => line = true,
            b'"' | b'\'' | b'`' => quotes += 1,
            b',' => listed = true,
            b'.' | b'&' | b'~' => operator = true,
            b'#' | b'*' | b';' | b'%' | b'>' | b'|' if line => {}
            b'\\' => match bytes.get(at + 1) {
                Some(b'n' | b'r') => {
                    line = true;
                    at += 1;
                }
                Some(b't') => at += 1,
                Some(b'\\' | b'"' | b'\'' | b'`' | b'\n' | b'\r' | b' ') => {}
                _ => return None,
            },
            byte if is_token(byte) => {
                let mark = mark(&bytes[at..], line, quotes > 0);
                if mark > 0 {
                    operator |= byte == b'+' && !line;
                    at += mark;
                    continue;
                }
                let strings = quotes >= 2;
                let joined = (line || strings && operator)
                    && (!operator && !listed || strings)
                    && (!listed || line);
                let run = at - usize::from(is_token(bytes[at - 1]));
                return joined.then_some(Next { at, run, listed });
            }
            _ => return None,
        }
        at += 1;
    }
    None
}

/// The length of a mark of token characters at the start of a line's rest: a comment, the sign of
/// an operator, or the letter before a string. A blank or quote stands behind it.
fn mark(rest: &[u8], line: bool, quoted: bool) -> usize {
    let same = rest.iter().take(4).take_while(|b| **b == rest[0]).count();
    let Some(after) = rest.get(same) else {
        return 0;
    };
    let quote = matches!(after, b'"' | b'\'' | b'`');
    let free = quote || after.is_ascii_whitespace();
    match rest[0] {
        b'/' if line && free && (2..=3).contains(&same) => same,
        b'-' if line && free && same == 2 => same,
        b'+' if free && same == 1 => same,
        b'b' | b'B' | b'u' | b'U' | b'f' | b'F' | b'r' | b'R' | b'L'
            if quote && same == 1 && (line || quoted) =>
        {
            same
        }
        _ => 0,
    }
}

/// Where the stretch of a run starts; `None` when an earlier run starts it. Looks at no more than
/// [`SIGHT`] and a few bytes before the run.
pub(super) fn first(bytes: &[u8], run: &Range<usize>) -> Option<usize> {
    let sight = run.start.saturating_sub(SIGHT);
    let floor = sight.saturating_sub(SHORTEST);
    let mut start = run.start;
    while let Some(before) = before(bytes, start, floor) {
        let seen = before.start.max(sight)..before.end;
        if bytes[seen].iter().any(u8::is_ascii_digit) {
            return None;
        }
        if before.start <= sight {
            break;
        }
        start = before.start;
    }
    Some(start)
}

/// The run that the one at `start` goes on with, as far as it stands behind `floor`.
fn before(bytes: &[u8], start: usize, floor: usize) -> Option<Range<usize>> {
    let near = start.saturating_sub(GAP).max(floor);
    let mut at = start;
    while at > near {
        if !is_token(bytes[at - 1]) {
            if !in_gap(bytes[at - 1]) {
                return None;
            }
            at -= 1;
            continue;
        }
        let end = at;
        while at > floor && is_token(bytes[at - 1]) {
            at -= 1;
        }
        if end - at >= SHORTEST {
            return next(bytes, end)
                .is_some_and(|next| next.run == start)
                .then_some(at..end);
        }
        // Marks are short; a word is no part of any gap.
        if end - at > 3 {
            return None;
        }
    }
    None
}

/// Whether a byte can stand between two lines of a stretch.
fn in_gap(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'\n'
            | b'\r'
            | b'"'
            | b'\''
            | b'`'
            | b','
            | b'.'
            | b'&'
            | b'~'
            | b'#'
            | b'*'
            | b';'
            | b'%'
            | b'>'
            | b'|'
            | b'\\'
    )
}

/// The lines of the stretch that starts at `start` and that `run` is the first anchor of.
pub(super) fn lines(bytes: &[u8], start: usize, run: &Range<usize>) -> Block {
    let escape =
        start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b'r' | b't');
    let mut from = start + usize::from(escape);
    let mut end = match from == run.start {
        true => run.end,
        false => run_end(bytes, from),
    };
    let mut lines = Vec::new();
    let mut digit = run.start;
    let mut listed = false;
    let mut looked = end;
    loop {
        lines.push(from..end);
        if let Some(at) = bytes[from..end].iter().rposition(u8::is_ascii_digit) {
            digit = digit.max(from + at);
        }
        let Some(next) = next(bytes, end) else {
            break;
        };
        looked = next.at;
        if next.run > run.start && next.run - digit > SIGHT {
            break;
        }
        if let Some(short) = short(bytes, &next) {
            listed |= next.listed;
            lines.extend((!short.is_empty()).then_some(short));
            break;
        }
        listed |= next.listed;
        from = next.at;
        end = run_end(bytes, from);
        looked = end;
    }
    strip_marks(bytes, &mut lines);
    let doubtful = is_doubtful(bytes, &lines);
    Block {
        doubtful,
        apart: lines.len() > 1 && (listed || !is_even(&lines)),
        looked: looked + LOOK,
        lines,
    }
}

/// A last line that is too short to be an anchor; empty when it is something else. `None` for
/// lines of common length.
fn short(bytes: &[u8], next: &Next) -> Option<Range<usize>> {
    let limit = (next.run + SHORTEST).min(bytes.len());
    let end = (next.at..limit).find(|at| !is_token(bytes[*at]));
    let end = match end {
        Some(end) => end,
        None if limit < next.run + SHORTEST => limit,
        None => return None,
    };
    let closed = bytes.get(end).is_none_or(|byte| {
        matches!(
            byte,
            b'\n'
                | b'\r'
                | b'='
                | b'"'
                | b'\''
                | b'`'
                | b'\\'
                | b','
                | b';'
                | b')'
                | b'}'
                | b'<'
                | b'|'
        )
    });
    // What closes a PEM block is no part of its body.
    let foreign = bytes[next.at..].starts_with(b"--");
    Some(if closed && !foreign {
        next.at..end
    } else {
        next.at..next.at
    })
}

/// Where the run that `at` stands in ends.
fn run_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|byte| !is_token(*byte))
        .map_or(bytes.len(), |len| at + len)
}

/// Whether lines are what a tool wraps one text into: of one width, the last one shorter.
fn is_even(lines: &[Range<usize>]) -> bool {
    let width = lines[0].len();
    let (last, others) = lines.split_last().expect("a stretch has a line");
    width.is_multiple_of(4) && last.len() <= width && others.iter().all(|line| line.len() == width)
}

/// Whether a short last line without padding breaks what is whole without it.
fn is_doubtful(bytes: &[u8], lines: &[Range<usize>]) -> bool {
    let Some((last, others @ [_, ..])) = lines.split_last() else {
        return false;
    };
    let whole = others.iter().map(Range::len).sum::<usize>() % 4 == 0;
    last.len() < SHORTEST && whole && last.len() % 4 != 0 && bytes.get(last.end) != Some(&b'=')
}

/// Takes off the mark that a patch or comment sets before every line without a blank between:
/// its characters belong to the alphabet, so that only their repetition gives them away.
fn strip_marks(bytes: &[u8], lines: &mut Vec<Range<usize>>) {
    let marks: [&[u8]; 4] = [b"///", b"//", b"--", b"+"];
    let starts_line = |line: &Range<usize>| {
        line.start == 0 || matches!(bytes[line.start - 1], b'\n' | b'\r' | b' ' | b'\t')
    };
    let from = usize::from(!starts_line(&lines[0]));
    if lines.len() <= from {
        return;
    }
    let has = |line: &Range<usize>, mark: &[u8]| bytes[line.clone()].starts_with(mark);
    let Some(mark) = marks.into_iter().find(|mark| has(&lines[from], mark)) else {
        return;
    };
    // A short last line without the mark merely follows.
    let last = lines
        .last()
        .is_some_and(|last| last.len() < SHORTEST && !has(last, mark));
    let full = lines.len() - usize::from(last);
    if full < from + 2 || !lines[from..full].iter().all(|line| has(line, mark)) {
        return;
    }
    lines.truncate(full);
    for line in &mut lines[from..] {
        line.start += mark.len();
    }
}
