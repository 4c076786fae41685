//! From byte offsets to what people and reports need: line, column, the masked line and its hash.
//!
//! Departs from the draft in one point: a place is located while its bytes are still on loan
//! instead of being read once more. Findings are rare, counting lines runs at memory speed, and a
//! file that changes between two reads would be located wrongly.

use std::ops::Range;

use crate::finding::{Located, Region};
use crate::secret::mask_line;

/// Code points kept around the value on the shown line.
const LINE_SHOWN: usize = 200;

/// Locates `spans` (byte ranges into `bytes`, any order) in one pass over `bytes`.
/// The result has the order of `spans`.
pub fn locate(bytes: &[u8], spans: &[Range<usize>]) -> Vec<Located> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by_key(|i| (spans[*i].start, spans[*i].end));
    let mut out: Vec<Option<Located>> = vec![None; spans.len()];
    let mut line = 1u32;
    let mut line_start = 0;
    let mut counted = 0;
    for index in order {
        let span = spans[index].clone();
        for newline in memchr::memchr_iter(b'\n', &bytes[counted..span.start]) {
            line += 1;
            line_start = counted + newline + 1;
        }
        counted = span.start;
        out[index] = Some(one(bytes, spans, &span, line, line_start));
    }
    out.into_iter().flatten().collect()
}

fn one(
    bytes: &[u8],
    spans: &[Range<usize>],
    span: &Range<usize>,
    line: u32,
    line_start: usize,
) -> Located {
    let text = &bytes[span.clone()];
    let newlines = memchr::memchr_iter(b'\n', text).count() as u32;
    let last_line_start = match memchr::memrchr(b'\n', text) {
        Some(at) => span.start + at + 1,
        None => line_start,
    };
    let region = Region {
        start_line: line,
        start_column: 1 + code_points(&bytes[line_start..span.start]),
        end_line: line + newlines,
        end_column: 1 + code_points(&bytes[last_line_start..span.end]),
    };
    let line_end =
        memchr::memchr(b'\n', &bytes[span.start..]).map_or(bytes.len(), |at| span.start + at);
    let from = window_start(bytes, line_start, span.start);
    let to = line_end
        .min(span.end.max(span.start + 1) + 4 * LINE_SHOWN)
        .max(from);
    let to = to.min(line_end);
    let inside: Vec<Range<usize>> = spans
        .iter()
        .filter(|s| s.start < to && s.end > from)
        .map(|s| s.start.max(from) - from..s.end.min(to) - from)
        .collect();
    let shown = mask_line(
        trim_line(&bytes[from..to]),
        &clip(inside, trim_line(&bytes[from..to]).len()),
    );
    let line_hash = rolling_hash(shown.as_str());
    Located {
        region,
        line: shown,
        line_hash,
    }
}

fn clip(spans: Vec<Range<usize>>, len: usize) -> Vec<Range<usize>> {
    spans
        .into_iter()
        .map(|s| s.start.min(len)..s.end.min(len))
        .filter(|s| !s.is_empty())
        .collect()
}

fn trim_line(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The start of the line, or of the stretch of it that is shown when the line is long.
fn window_start(bytes: &[u8], line_start: usize, at: usize) -> usize {
    if at - line_start <= LINE_SHOWN {
        return line_start;
    }
    // Step to a code point boundary, so that no character is cut.
    let mut from = at - LINE_SHOWN;
    while from < at && bytes[from] & 0xc0 == 0x80 {
        from += 1;
    }
    from
}

/// Code points of possibly invalid UTF-8; an invalid byte counts as one.
fn code_points(bytes: &[u8]) -> u32 {
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
    fn a_long_line_is_shown_around_the_value() {
        let mut text = vec![b'x'; 100_000];
        text.extend_from_slice(b" secretvalue1 ");
        text.extend(vec![b'y'; 100_000]);
        let found = locate(&text, &[100_001..100_013]);
        assert_eq!(found[0].region.start_column, 100_002);
        assert!(found[0].line.as_str().len() < 1_500);
    }
}
