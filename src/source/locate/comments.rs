//! The comments beside values.

use std::ops::Range;

use super::shown::trim_line;
use crate::finding::{Marker, Side, markers};
use crate::steps;

/// On a longer line (in bytes) a comment must name the rule that it allows: such a line was
/// written by a machine, and what else it holds nobody has seen.
const LONG_LINE: usize = 1_000;

/// The comments beside values, read once a line however many values it holds.
#[derive(Default)]
pub(super) struct Comments {
    /// The start of the line that was read last, and what was read.
    line: Option<(usize, Vec<Marker>)>,
    /// The largest end of the spans so far.
    end: usize,
}

impl Comments {
    /// The comments that speak for `span`, which begins on the line `line` at `line_start`. Spans
    /// must come in the order of their starts.
    pub(super) fn of(
        &mut self,
        bytes: &[u8],
        span: &Range<usize>,
        line: u32,
        line_start: usize,
    ) -> Vec<Marker> {
        let fresh = self.line.as_ref().is_none_or(|(at, _)| *at != line_start);
        if fresh {
            let read = self.read(bytes, line, line_start);
            self.line = Some((line_start, read));
        }
        self.end = self.end.max(span.end);
        let mut found = self
            .line
            .as_ref()
            .map(|(_, found)| found.clone())
            .unwrap_or_default();
        if let Some(at) = memchr::memrchr(b'\n', &bytes[span.clone()]) {
            let newlines = memchr::memchr_iter(b'\n', &bytes[span.clone()]).count() as u32;
            let last = line_at(bytes, span.start + at + 1);
            found.extend(of_line(last, line + newlines, Side::Own));
        }
        found
    }

    fn read(&self, bytes: &[u8], line: u32, line_start: usize) -> Vec<Marker> {
        let own = line_at(bytes, line_start);
        let mut found = of_line(own, line, Side::Own);
        let Some(above_end) = line_start.checked_sub(1) else {
            return found;
        };
        let above_start = memchr::memrchr(b'\n', &bytes[..above_end]).map_or(0, |at| at + 1);
        // A comment beside a value speaks for that value only.
        if self.end <= above_start {
            let above = trim_line(&bytes[above_start..above_end]);
            let long = own.len() > LONG_LINE;
            let above = of_line(above, line - 1, Side::Above);
            found.extend(above.into_iter().map(|marker| Marker {
                long: marker.long || long,
                ..marker
            }));
        }
        found
    }
}

fn of_line(line: &[u8], number: u32, side: Side) -> Vec<Marker> {
    let mut found = markers(line, number, side);
    for marker in &mut found {
        marker.long = line.len() > LONG_LINE;
    }
    found
}

/// The line that starts at `start`, without its end.
fn line_at(bytes: &[u8], start: usize) -> &[u8] {
    let len = memchr::memchr(b'\n', &bytes[start..]).unwrap_or(bytes.len() - start);
    steps::took(len);
    trim_line(&bytes[start..start + len])
}
