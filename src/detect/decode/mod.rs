//! Decoders: from an encoded stretch to a layer that the same scanner scans, with a map from the
//! layer's offsets back to the original bytes. Each is bounded, and none demands that the whole
//! result is printable.

mod align;
mod base64;
mod block;
mod escape;
mod inflate;
mod quoted;
mod string;
#[cfg(test)]
mod tests;
mod wide;

pub(super) use base64::base64;
pub(super) use escape::{ends_stretch, escaped, escapes};
pub(super) use inflate::{COMPRESSED, End, inflate, kind as compressed};
pub(super) use quoted::{EQUALS, LOOK as QUOTED_LOOK, beside, quoted};
pub(super) use string::{LOOK as STRING_LOOK, OBJECTS, string};
pub(super) use wide::wide;

use std::ops::Range;

/// Encodings whose stretches are found by a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Marked {
    /// Quoted-printable.
    Quoted,
    /// An object of JSON in a string.
    Object,
}

/// The literals, and what they mark.
pub(super) const MARKS: [(&str, Marked); 4] = [
    (EQUALS, Marked::Quoted),
    (OBJECTS[0], Marked::Object),
    (OBJECTS[1], Marked::Object),
    (OBJECTS[2], Marked::Object),
];
/// What is looked at around a mark when there is nothing to say.
pub(super) const MARK_LOOK: usize = if QUOTED_LOOK > STRING_LOOK {
    QUOTED_LOOK
} else {
    STRING_LOOK
};

/// A decoded stretch.
pub struct Layer {
    /// What it was decoded from, for people.
    pub(super) name: &'static str,
    /// The decoded bytes.
    pub(super) bytes: Vec<u8>,
    /// The part of them that this layer answers for: what starts outside of it is whole in the
    /// layer before or behind, with which it shares some bytes.
    pub(super) own: Range<usize>,
    /// What was encoded goes on behind the layer.
    pub(super) open: bool,
    /// The encoded stretch in the original.
    pub(super) source: Range<usize>,
    map: Map,
}

enum Map {
    /// Base64: three decoded bytes stand in four encoded ones. Where each line starts among the
    /// encoded characters, and in the original.
    Quads(Vec<(usize, usize)>),
    /// Original offset of every decoded byte, and of the end.
    Each(Vec<u32>),
    /// Decoded places whose original offsets are known; those between lie between, evenly. The
    /// first is the start, the last the end.
    Inflated(Vec<(usize, usize)>),
}

impl Layer {
    /// A layer whose bytes each have a place: `places` are their offsets in `source`, which goes on
    /// to its end. `own` is the part that the layer answers for, as offsets in `source`.
    fn by_bytes(
        name: &'static str,
        bytes: Vec<u8>,
        mut places: Vec<u32>,
        source: Range<usize>,
        own: &Range<usize>,
    ) -> Layer {
        let decoded = |place: usize| places.partition_point(|at| (*at as usize) < place);
        let own = decoded(own.start)..decoded(own.end);
        places.push(source.len() as u32);
        Layer {
            name,
            bytes,
            own,
            open: false,
            source,
            map: Map::Each(places),
        }
    }

    /// The original bytes that a range of the layer came from: one at least, as long as the layer
    /// has any.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let origin = &self.source;
        let (start, end) = match &self.map {
            Map::Quads(lines) => {
                let place = |text: usize| {
                    let line = lines.partition_point(|(first, _)| *first <= text) - 1;
                    (lines[line].1 + text - lines[line].0).min(origin.end)
                };
                // Places are those of characters; an end is behind one.
                let start = place(range.start / 3 * 4 + range.start % 3);
                let last = (range.end * 4).div_ceil(3);
                (
                    start,
                    last.checked_sub(1).map_or(start, |last| place(last) + 1),
                )
            }
            Map::Each(at) => {
                let start = at.get(range.start).copied().unwrap_or(0) as usize;
                // Several bytes may come from one escape.
                let last = range.end.checked_sub(1).and_then(|last| at.get(last));
                let rest = at.get(range.end..).unwrap_or_default();
                let end = rest.iter().find(|at| Some(*at) != last);
                let end = end.map_or(origin.len(), |end| *end as usize);
                (origin.start + start, origin.start + end)
            }
            Map::Inflated(spots) => {
                let (length, end_of_all) = spots.last().copied().unwrap_or_default();
                let start = between(spots, range.start).min(end_of_all.saturating_sub(1));
                let end = if range.end < length {
                    // One less, so that neighbours stay apart wherever they are rounded to.
                    between(spots, range.end).saturating_sub(1).max(start + 1)
                } else {
                    // What ends with the layer has no neighbour, and reaches as far as its parts.
                    end_of_all
                };
                (origin.start + start, origin.start + end)
            }
        };
        start..end.min(origin.end).max(start)
    }
}

/// The original offset of a decoded place.
fn between(spots: &[(usize, usize)], place: usize) -> usize {
    let next = spots.partition_point(|(text, _)| *text <= place);
    let Some((text, at)) = next.checked_sub(1).and_then(|i| spots.get(i)) else {
        return 0;
    };
    match spots.get(next) {
        Some((text_end, end)) => {
            at + end.saturating_sub(*at) * (place - text) / (text_end - text).max(1)
        }
        None => *at,
    }
}

/// Everything that any decoder makes of the bytes: the decoder's name, the decoded bytes, and for
/// a range of them the original bytes. Only for the fuzz targets, which see nothing but the
/// library's surface.
pub fn every_layer(
    bytes: &[u8],
    mut found: impl FnMut(&str, &[u8], &dyn Fn(Range<usize>) -> Range<usize>),
) {
    for layer in layers(bytes) {
        found(layer.name, &layer.bytes, &|range| layer.back(&range));
        if let Some(name) = compressed(&layer.bytes) {
            inflate(&layer.bytes, name, layer.source.len(), |inner| {
                found(inner.name, &inner.bytes, &|range| {
                    layer.back(&inner.back(&range))
                });
            });
        }
    }
}

/// The layers of some bytes, without those inside of them.
fn layers(bytes: &[u8]) -> Vec<Layer> {
    let mut layers = Vec::new();
    escaped(bytes, 0..bytes.len(), |stretch| {
        escapes(bytes, &stretch, |layer| layers.push(layer));
    });
    wide(bytes, |layer| layers.push(layer));
    super::runs::find(bytes, 0..bytes.len(), |run| {
        base64(bytes, &run, |layer| layers.push(layer));
        if let Some(at) = beside(bytes, &run) {
            quoted(bytes, at, |layer, _| layers.push(layer));
        }
    });
    for at in memchr::memmem::find_iter(bytes, EQUALS) {
        quoted(bytes, at, |layer, _| layers.push(layer));
    }
    for object in OBJECTS {
        for at in memchr::memmem::find_iter(bytes, object) {
            string(bytes, at, |layer| layers.push(layer));
        }
    }
    layers
}
