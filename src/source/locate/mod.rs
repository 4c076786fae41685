//! From byte offsets to what people and reports need: line, column, the masked line and its hash.
//!
//! A place is located while its bytes are on loan, and not read once more: findings are rare, lines are
//! counted at the speed of memory, and a file that changes between two reads would be located wrongly.

mod comments;
mod shown;

use std::ops::Range;

use crate::finding::{Located, Marker, Region};
use crate::steps;
use comments::Comments;
pub use shown::excerpt;
use shown::{Near, masked, window_end, window_start};

/// Locates `spans` (byte ranges into `bytes`, any order) in one pass over `bytes`.
/// The result has the order of `spans`.
pub fn locate(bytes: &[u8], spans: &[Range<usize>]) -> Vec<Located> {
    locate_until(bytes, spans, &|| false, 0)
}

/// As [`locate`], until `over` says to end: then the places of the first spans, of which at most
/// `grace` are located after it said so. Spans that come sorted by their starts cost one pass.
pub fn locate_until(
    bytes: &[u8],
    spans: &[Range<usize>],
    over: &dyn Fn() -> bool,
    grace: usize,
) -> Vec<Located> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|i| (spans[*i].start, spans[*i].end));
    let sorted: Vec<Range<usize>> = order.iter().map(|i| spans[*i].clone()).collect();
    let near = Near::new(&sorted);
    let mut out: Vec<Option<Located>> = vec![None; spans.len()];
    let mut at = Line::default();
    let mut comments = Comments::default();
    let mut left = grace;
    for (index, span) in order.into_iter().zip(&sorted) {
        if over() {
            if left == 0 {
                break;
            }
            left -= 1;
        }
        at.go_to(bytes, span.start);
        let allow = comments.of(bytes, span, at.number, at.start);
        out[index] = Some(one(bytes, &near, span, &mut at, allow));
    }
    // What is not located has no place in the result; sorted spans lose only their last ones.
    out.into_iter().map_while(|located| located).collect()
}

/// The line of a place, and how far its columns are counted. A line can be the whole file and hold
/// any number of values: nothing in it is looked at once for each of them.
struct Line {
    /// From 1.
    number: u32,
    /// Its first byte.
    start: usize,
    /// Behind its last byte, once it is known.
    end: Option<usize>,
    /// Bytes whose line ends are counted.
    seen: usize,
    /// A byte of the line, and the code points before it.
    column: (usize, u32),
}

impl Default for Line {
    fn default() -> Self {
        Line {
            number: 1,
            start: 0,
            end: None,
            seen: 0,
            column: (0, 0),
        }
    }
}

impl Line {
    /// Goes on to a byte that is not before the last one.
    fn go_to(&mut self, bytes: &[u8], at: usize) {
        let passed = &bytes[self.seen..at];
        steps::took(passed.len());
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            // Counting alone is many times as fast as asking for each place.
            let newlines = memchr::memchr_iter(b'\n', &passed[..=last]).count();
            self.number += newlines as u32;
            self.start = self.seen + last + 1;
            self.end = None;
            self.column = (self.start, 0);
        }
        self.seen = at;
    }

    /// Where it ends; `at` is a byte of it.
    fn end(&mut self, bytes: &[u8], at: usize) -> usize {
        *self.end.get_or_insert_with(|| {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
            steps::took(end - at);
            end
        })
    }

    /// The code points before a byte of it that is not before the last one asked for.
    fn before(&mut self, bytes: &[u8], at: usize) -> u32 {
        let (from, count) = self.column;
        let count = count + code_points(&bytes[from..at]);
        // Counting goes on where no character is cut.
        if bytes.get(at).is_none_or(|byte| byte & 0xc0 != 0x80) {
            self.column = (at, count);
        }
        count
    }
}

fn one(
    bytes: &[u8],
    near: &Near<'_>,
    span: &Range<usize>,
    at: &mut Line,
    allow: Vec<Marker>,
) -> Located {
    let (line, line_start) = (at.number, at.start);
    let text = &bytes[span.clone()];
    let newlines = memchr::memchr_iter(b'\n', text).count() as u32;
    let before = at.before(bytes, span.start);
    let end_column = match memchr::memrchr(b'\n', text) {
        Some(last) => code_points(&text[last + 1..]),
        None => before + code_points(text),
    };
    let region = Region {
        start_line: line,
        start_column: 1 + before,
        end_line: line + newlines,
        end_column: 1 + end_column,
    };
    let line_end = at.end(bytes, span.start);
    let from = window_start(bytes, line_start, span.start);
    let to = window_end(bytes, span.end.max(span.start + 1), line_end).max(from);
    let to = to.min(line_end);
    let (shown, mark) = masked(bytes, near, from..to, Some(span.start));
    let line_hash = rolling_hash(shown.as_str());
    Located {
        region,
        line: shown,
        mark,
        line_hash,
        allow,
    }
}

/// Code points of possibly invalid UTF-8; an invalid byte counts as one.
fn code_points(bytes: &[u8]) -> u32 {
    steps::took(bytes.len());
    if bytes.is_ascii() {
        return bytes.len() as u32;
    }
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum::<usize>() as u32
}

/// GitHub's `primaryLocationLineHash`: CodeQL's rolling hash over the first 100 non-blank UTF-16
/// units from the line's start (<https://github.com/github/codeql-action>, `fingerprints.ts`),
/// taken of the masked line so that it is no oracle for guesses.
fn rolling_hash(line: &str) -> u64 {
    const MOD: u64 = 37;
    let mut hash = 0u64;
    let mut left = 100;
    for unit in line.encode_utf16() {
        if left == 0 {
            break;
        }
        if unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        hash = hash.wrapping_mul(MOD).wrapping_add(u64::from(unit));
        left -= 1;
    }
    for _ in 0..left {
        hash = hash.wrapping_mul(MOD);
    }
    hash
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_code_points_from_one_on_every_line() {
        let text = "ä = 1\nkey = sécret!\n".as_bytes();
        let at = memchr::memmem::find(text, "sécret!".as_bytes()).expect("there");
        let found = locate(text, &[at..at + 8]);
        assert_eq!(
            found[0].region,
            Region {
                start_line: 2,
                start_column: 7,
                end_line: 2,
                end_column: 14
            }
        );
    }

    #[test]
    fn a_value_over_several_lines_ends_on_its_last() {
        let text = b"a\n-----BEGIN\nxyz\nEND-----\n";
        let found = locate(text, &[2..25]);
        assert_eq!(
            found[0].region,
            Region {
                start_line: 2,
                start_column: 1,
                end_line: 4,
                end_column: 9
            }
        );
    }

    #[test]
    fn results_keep_the_order_of_the_spans_and_hide_each_other() {
        let text = b"pw1=aaaa9999 pw2=bbbb8888\n";
        let found = locate(text, &[17..25, 4..12]);
        assert_eq!(found[0].region.start_column, 18);
        assert_eq!(found[1].region.start_column, 5);
        assert!(!found[0].line.as_str().contains("aaaa9999"));
    }

    #[test]
    fn comments_speak_for_their_line_and_the_next() {
        let text = b"# keysweep:allow\nk = aaaa9999\nk = bbbb8888 # gitleaks:allow\nk = cccc7777\n";
        let spans: Vec<_> = [&b"aaaa9999"[..], b"bbbb8888", b"cccc7777"]
            .iter()
            .map(|word| {
                let at = memchr::memmem::find(text, word).expect("there");
                at..at + 8
            })
            .collect();
        let allow: Vec<Vec<(&str, u32)>> = locate(text, &spans)
            .iter()
            .map(|l| l.allow.iter().map(|m| (m.words, m.line)).collect())
            .collect();
        assert_eq!(allow[0], [("keysweep:allow", 1)]);
        assert_eq!(allow[1], [("gitleaks:allow", 3)]);
        assert!(allow[2].is_empty());
    }

    #[test]
    fn a_comment_on_a_long_line_is_marked_as_such() {
        let text = format!("k = aaaa9999 {} // gitleaks:allow", "y".repeat(1_000));
        let found = locate(text.as_bytes(), &[4..12]);
        assert!(found[0].allow[0].long);
    }

    #[test]
    fn a_long_line_is_shown_around_the_value() {
        let mut text = vec![b'x'; 100_000];
        text.extend_from_slice(b" secretvalue1 ");
        text.extend(vec![b'y'; 100_000]);
        let found = locate(&text, &[100_001..100_013]);
        assert_eq!(found[0].region.start_column, 100_002);
        assert!(found[0].line.as_str().len() < 500);
        let text = format!("k = secretvalue1 {}", "ä ".repeat(1_000));
        let line = &locate(text.as_bytes(), &[4..16])[0].line;
        assert!(line.as_str().ends_with('ä') && line.as_str().len() < 500);
    }

    #[test]
    fn the_steps_of_placing_many_values_on_one_line_grow_with_the_line() {
        let columns = |n: u32| (n * 11 + 3, n * 11 + 11);
        let steps = |count: usize| {
            let text = "é=abcdefgh ".repeat(count);
            let spans: Vec<_> = (0..count).map(|n| n * 12 + 3..n * 12 + 11).collect();
            let mut found = Vec::new();
            let steps = steps::of(|| found = locate(text.as_bytes(), &spans));
            for n in [0, 1, 777, count - 1] {
                let region = found[n].region;
                let (start, end) = columns(n as u32);
                assert_eq!((region.start_column, region.end_column), (start, end));
                assert_eq!(region.start_line, 1);
                assert!(!found[n].line.as_str().contains("abcdefgh"));
            }
            steps
        };
        // Each looking at all was four times as much for twice the line.
        let (one, two) = (steps(2_000), steps(4_000));
        assert!(one > 0 && two <= 3 * one, "{one}, then {two}");
    }
}
