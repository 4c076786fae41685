//! Base64 in a token run, or in the lines of a stretch that starts with it: in the standard or the
//! URL alphabet, padded or not, in pieces when it is long.

use crate::base64::{Engine, STANDARD};
use std::ops::Range;

use super::align;
use super::block;
use super::{Layer, Map};

/// Shorter encoded text cannot hold a token, in characters.
const SHORTEST: usize = 24;
/// Longer text is decoded in pieces of so many characters.
const PIECE: usize = 4 << 20;
/// Two pieces overlap by so many characters: what stands across an edge is whole in one of them,
/// with as much around it as a verdict looks at.
const OVERLAP: usize = 128 << 10;

/// The first bytes of gzip with its one method, encoded.
const GZIP: &[u8] = b"H4sI";

/// What is encoded in a run, or in the stretch whose first run it is: its layers. Text that is
/// evidently not encoded (one case only, or mostly digits) is left alone. Returns the place up to
/// which bytes were looked at, and looks at no more than an assignment's window before the run.
pub(in crate::detect) fn base64(
    bytes: &[u8],
    run: &Range<usize>,
    mut found: impl FnMut(Layer),
) -> usize {
    let looked = run.end + block::LOOK;
    if block::next(bytes, run.end).is_none() && !(run.len() >= SHORTEST && is_mixed(bytes, run)) {
        return looked;
    }
    let Some(start) = block::first(bytes, run) else {
        return looked;
    };
    let block = block::lines(bytes, start, run);
    text(bytes, &block.lines, &mut found);
    if block.doubtful {
        text(bytes, &block.lines[..block.lines.len() - 1], &mut found);
    }
    if block.apart {
        for line in &block.lines {
            text(bytes, std::slice::from_ref(line), &mut found);
        }
    }
    block.looked
}

/// The layers of the text that the lines hold one behind the other.
fn text(bytes: &[u8], lines: &[Range<usize>], found: &mut impl FnMut(Layer)) {
    let length: usize = lines.iter().map(Range::len).sum();
    if length < SHORTEST || !lines.iter().any(|line| is_mixed(bytes, line)) {
        return;
    }
    let mut rest = lines;
    // Where the piece starts, from the start of the first line of the rest and of all.
    let (mut skip, mut from) = (0, 0);
    loop {
        let to = (from + PIECE).min(length);
        let piece = Piece::new(bytes, rest, skip, to - from);
        let low = if from == 0 { 0 } else { OVERLAP / 2 };
        let high = to - from - if to == length { 0 } else { OVERLAP / 2 };
        piece.layers(bytes, low..high, to < length, found);
        if to == length {
            return;
        }
        let step = PIECE - OVERLAP;
        (from, skip) = (from + step, skip + step);
        while skip >= rest[0].len() {
            skip -= rest[0].len();
            rest = &rest[1..];
        }
    }
}

/// A part of encoded text, in the standard alphabet and without what stands between its lines.
struct Piece {
    text: Vec<u8>,
    /// Where each line starts in `text`, and in the original.
    lines: Vec<(usize, usize)>,
    /// The characters are of one alphabet.
    pure: bool,
}

impl Piece {
    /// `length` characters of `lines`, from the one at `skip` on.
    fn new(bytes: &[u8], lines: &[Range<usize>], mut skip: usize, length: usize) -> Self {
        let mut piece = Piece {
            text: Vec::with_capacity(length),
            lines: Vec::with_capacity(lines.len().min(length / 16 + 2)),
            pure: true,
        };
        let (mut url, mut standard) = (false, false);
        for line in lines {
            let start = line.start + skip;
            let end = line.end.min(start + length - piece.text.len());
            skip = 0;
            piece.lines.push((piece.text.len(), start));
            let text = &bytes[start..end];
            let from = piece.text.len();
            piece.text.extend_from_slice(text);
            standard |= memchr::memchr2(b'+', b'/', text).is_some();
            for at in memchr::memchr2_iter(b'-', b'_', text) {
                url = true;
                piece.text[from + at] = match text[at] {
                    b'-' => b'+',
                    _ => b'/',
                };
            }
            if piece.text.len() == length {
                break;
            }
        }
        piece.pure = !(url && standard);
        piece
    }

    /// The layers of the piece. What starts outside of the characters `own` is left to the pieces
    /// before and behind; `open` says that there is more behind.
    fn layers(&self, bytes: &[u8], own: Range<usize>, open: bool, found: &mut impl FnMut(Layer)) {
        // A path or a name of several words in one run: only text is looked for in it.
        let whole = self.pure || self.lines.len() > 1;
        let all = 0..self.text.len();
        if whole && let Some(layer) = self.layer(bytes, all.clone(), &own, open) {
            found(layer);
        }
        align::streaks(&self.text, !whole, |part| {
            let open = open && part.end == all.end;
            found_some(self.layer(bytes, part, &own, open), found);
        });
        // Compressed text is not text: it is known by its start.
        if let Some(at) = memchr::memmem::find(&self.text[1..], GZIP) {
            found_some(self.layer(bytes, at + 1..all.end, &own, open), found);
        }
    }

    /// What a part of the text stands for.
    fn layer(
        &self,
        bytes: &[u8],
        part: Range<usize>,
        own: &Range<usize>,
        open: bool,
    ) -> Option<Layer> {
        // One character alone encodes nothing.
        let length = part.len() - usize::from(part.len() % 4 == 1);
        let decoded = STANDARD
            .decode(&self.text[part.start..part.start + length])
            .ok()?;
        let first = self.lines.partition_point(|(text, _)| *text <= part.start) - 1;
        let last = self.lines.partition_point(|(text, _)| *text < part.end);
        let lines: Vec<(usize, usize)> = self.lines[first..last]
            .iter()
            .map(|(text, at)| match part.start.checked_sub(*text) {
                Some(inside) => (0, at + inside),
                None => (text - part.start, *at),
            })
            .collect();
        let (text, at) = *lines.last()?;
        let mut end = at + part.len() - text;
        if part.end == self.text.len() && !open {
            let padding = bytes[end..].iter().take(2).take_while(|b| **b == b'=');
            end += padding.count();
        }
        let inside = |place: usize| place.saturating_sub(part.start) / 4 * 3;
        let own_end = if own.end >= part.end {
            decoded.len()
        } else {
            inside(own.end)
        };
        Some(Layer {
            name: "base64",
            own: inside(own.start)..own_end,
            open,
            bytes: decoded,
            source: lines[0].1..end,
            map: Map::Quads(lines),
        })
    }
}

fn found_some(layer: Option<Layer>, found: &mut impl FnMut(Layer)) {
    if let Some(layer) = layer {
        found(layer);
    }
}

/// Upper case and lower case: what encoded text has and identifiers rarely do.
fn is_mixed(bytes: &[u8], text: &Range<usize>) -> bool {
    let (mut upper, mut lower) = (0, 0);
    bytes[text.clone()].iter().any(|byte| {
        upper += usize::from(byte.is_ascii_uppercase());
        lower += usize::from(byte.is_ascii_lowercase());
        upper >= 2 && lower >= 2
    })
}
