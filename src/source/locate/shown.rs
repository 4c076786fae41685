//! What is shown of the lines of a value, masked: the stretch around it, and lines above and below.

use std::ops::Range;

use crate::finding::Excerpt;
use crate::secret::{Shown, mask_line_marked};
use crate::steps;

/// Code points kept around the value on the shown line.
const LINE_SHOWN: usize = 200;

/// Spans sorted by their starts, ready to say which touch a stretch.
pub(super) struct Near<'a> {
    spans: &'a [Range<usize>],
    /// The largest end up to each.
    ends: Vec<usize>,
}

impl<'a> Near<'a> {
    pub(super) fn new(spans: &'a [Range<usize>]) -> Self {
        let mut most = 0;
        let ends = spans.iter().map(|span| {
            most = most.max(span.end);
            most
        });
        Near {
            ends: ends.collect(),
            spans,
        }
    }

    fn of(&self, stretch: &Range<usize>) -> impl Iterator<Item = &'a Range<usize>> {
        let first = self.ends.partition_point(|end| *end <= stretch.start);
        let behind = self.spans.partition_point(|s| s.start < stretch.end);
        let start = stretch.start;
        steps::took(behind.max(first) - first);
        self.spans[first..behind.max(first)]
            .iter()
            .filter(move |span| span.end > start)
    }
}

/// A line or a stretch of one with what is secret in it masked, and the code points of it that stand for
/// the value at the byte `marked` of `bytes`.
pub(super) fn masked(
    bytes: &[u8],
    near: &Near<'_>,
    stretch: Range<usize>,
    marked: Option<usize>,
) -> (Shown, Range<usize>) {
    let (from, to) = (stretch.start, stretch.end);
    let text = trim_line(&bytes[from..to]);
    let inside: Vec<Range<usize>> = near
        .of(&stretch)
        .map(|s| s.start.max(from) - from..s.end.min(to) - from)
        .collect();
    let marked = marked.map(|at| at - from);
    mask_line_marked(text, &clip(inside, text.len()), marked)
}

/// The masked lines around a value: `around` of them above and below. Of a value over many lines the first
/// and the last are shown. `spans` are what is secret in `bytes`, in any order.
pub fn excerpt(
    bytes: &[u8],
    spans: &[Range<usize>],
    value: &Range<usize>,
    around: usize,
) -> Excerpt {
    let mut sorted = spans.to_vec();
    sorted.sort_by_key(|span| (span.start, span.end));
    let near = Near::new(&sorted);
    let start_of = |at: usize| memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let end_of = |at: usize| memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
    let number = |at: usize| 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count() as u32;
    let line = |start: usize| {
        let end = end_of(start);
        let to = window_end(bytes, start, end).max(start);
        (number(start), masked(bytes, &near, start..to, None).0)
    };
    let first = start_of(value.start);
    let mut lines = Vec::new();
    let mut above = first;
    for _ in 0..around {
        if above == 0 {
            break;
        }
        above = start_of(above - 1);
        lines.insert(0, line(above));
    }
    let from = window_start(bytes, first, value.start);
    let end = end_of(value.start);
    let to = window_end(bytes, value.end.max(value.start + 1), end);
    let to = to.max(from).min(end);
    let (own, mark) = masked(bytes, &near, from..to, Some(value.start));
    let marked = lines.len();
    lines.push((number(first), own));
    let last = start_of(value.end.max(value.start + 1) - 1);
    if last > first {
        lines.push(line(last));
    }
    let mut below = end_of(last.max(value.start));
    for _ in 0..around {
        if below + 1 >= bytes.len() {
            break;
        }
        lines.push(line(below + 1));
        below = end_of(below + 1);
    }
    Excerpt {
        lines,
        marked,
        mark,
    }
}

fn clip(spans: Vec<Range<usize>>, len: usize) -> Vec<Range<usize>> {
    spans
        .into_iter()
        .map(|s| s.start.min(len)..s.end.min(len))
        .filter(|s| !s.is_empty())
        .collect()
}

pub(super) fn trim_line(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The start of the line, or of the stretch of it that is shown when the line is long.
pub(super) fn window_start(bytes: &[u8], line_start: usize, at: usize) -> usize {
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

/// The end of the line, or of the stretch of it that is shown behind `at` when the line is long. A
/// line can hold as many values as it has words, and each has a stretch of its own.
pub(super) fn window_end(bytes: &[u8], at: usize, line_end: usize) -> usize {
    let end = line_end.min(at + 4 * LINE_SHOWN);
    if at >= end {
        return end;
    }
    let mut starts = (at..end).filter(|place| bytes[*place] & 0xc0 != 0x80);
    starts.nth(LINE_SHOWN).unwrap_or(end)
}
