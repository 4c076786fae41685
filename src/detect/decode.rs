//! Decoders: from an encoded stretch to a layer that the same scanner scans, with a map from the
//! layer's offsets back to the original bytes. Each is bounded, and none demands that the whole
//! result is printable.

use std::ops::Range;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Shorter encoded runs cannot hold a token.
const BASE64_MIN: usize = 24;
/// Longer encoded stretches are cut: what is that long is data.
const STRETCH_MAX: usize = 256 * 1024;

/// A decoded stretch.
pub struct Layer {
    /// What it was decoded from, for people.
    pub(super) name: &'static str,
    /// The decoded bytes.
    pub(super) bytes: Vec<u8>,
    /// The encoded stretch in the original.
    pub(super) source: Range<usize>,
    map: Map,
}

enum Map {
    /// Base64 without blanks: three decoded bytes stand in four encoded ones.
    Quads,
    /// Original offset of every decoded byte, and of the end.
    Each(Vec<u32>),
}

impl Layer {
    /// The original bytes that a range of the layer came from.
    pub(super) fn back(&self, range: &Range<usize>) -> Range<usize> {
        let origin = &self.source;
        match &self.map {
            Map::Quads => {
                let start = origin.start + range.start / 3 * 4 + range.start % 3;
                let end = origin.start + range.end.div_ceil(3) * 4;
                start..end.min(origin.end)
            }
            Map::Each(at) => {
                let start = at.get(range.start).copied().unwrap_or(0) as usize;
                let end = at.get(range.end).map_or(origin.len(), |e| *e as usize);
                origin.start + start..origin.start + end.max(start)
            }
        }
    }
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_allow_trailing_bits(true)
    .with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Base64 in a token run, in the standard or the URL alphabet, padded or not.
/// Text that is evidently not encoded (one case only, or mostly digits) is left alone.
pub(super) fn base64(bytes: &[u8], run: &Range<usize>) -> Option<Layer> {
    let text = &bytes[run.clone()];
    if text.len() < BASE64_MIN || !mixed(text) {
        return None;
    }
    let run = run.start..run.end.min(run.start + STRETCH_MAX);
    let (decoded, end) = decode_base64(bytes, &run)?;
    Some(Layer {
        name: "base64",
        bytes: decoded,
        source: run.start..end,
        map: Map::Quads,
    })
}

/// Base64 that is wrapped over lines: a run that fills its line, followed by lines of the same
/// width. Returns the layer, and the end of what it looked at.
pub(super) fn wrapped(bytes: &[u8], run: &Range<usize>) -> (Option<Layer>, usize) {
    const GAP: usize = 64;
    let width = run.len();
    if !(48..=120).contains(&width) || !width.is_multiple_of(4) || !mixed(&bytes[run.clone()]) {
        return (None, run.end);
    }
    let mut text = bytes[run.clone()].to_vec();
    let mut places: Vec<u32> = (0..width as u32).collect();
    let mut at = run.end;
    while text.len() < STRETCH_MAX {
        let gap = bytes[at..]
            .iter()
            .take(GAP)
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        if gap == 0 || !bytes[at..at + gap].contains(&b'\n') {
            break;
        }
        let start = at + gap;
        let len = bytes[start..]
            .iter()
            .take(width + 1)
            .take_while(|b| b.is_ascii_alphanumeric() || b"+/-_=".contains(b))
            .count();
        if len == 0 || len > width {
            break;
        }
        text.extend_from_slice(&bytes[start..start + len]);
        places.extend((start - run.start..start - run.start + len).map(|p| p as u32));
        at = start + len;
        if len < width {
            break;
        }
    }
    let looked = at + GAP + width + 2;
    if text.len() == width {
        return (None, looked);
    }
    let layer = decode_base64(&text, &(0..text.len())).map(|(decoded, _)| {
        let end = (at - run.start) as u32;
        let map = (0..=decoded.len())
            .map(|i| places.get(i / 3 * 4 + i % 3).copied().unwrap_or(end))
            .collect();
        Layer {
            name: "base64",
            bytes: decoded,
            source: run.start..at,
            map: Map::Each(map),
        }
    });
    (layer, looked)
}

/// Decodes a stretch (with the padding after it) and says where the encoded text ends.
fn decode_base64(bytes: &[u8], run: &Range<usize>) -> Option<(Vec<u8>, usize)> {
    let text = &bytes[run.clone()];
    let text = &text[..text.iter().rposition(|b| *b != b'=').map_or(0, |i| i + 1)];
    let url = text.iter().any(|b| matches!(b, b'-' | b'_'));
    if url && text.iter().any(|b| matches!(b, b'+' | b'/')) {
        return None;
    }
    // One character alone encodes nothing.
    let text = if text.len() % 4 == 1 {
        &text[..text.len() - 1]
    } else {
        text
    };
    let decoded = if url {
        URL.decode(text)
    } else {
        STANDARD.decode(text)
    };
    let padding = bytes[run.end..]
        .iter()
        .take(2)
        .take_while(|b| **b == b'=')
        .count();
    decoded.ok().map(|decoded| (decoded, run.end + padding))
}

/// Upper case, lower case and digits: what encoded text has and identifiers rarely do.
fn mixed(text: &[u8]) -> bool {
    let upper = text.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = text.iter().filter(|b| b.is_ascii_lowercase()).count();
    upper >= 2 && lower >= 2
}

/// Ends a stretch that may hold escapes.
pub(super) fn ends_stretch(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | 0)
}

/// Calls `hit` for every stretch between blanks or quotes that starts in `range` and holds a
/// percent or backslash escape. Stretches reach to their end, also behind the range. Returns a
/// place, not before which a further stretch can start.
pub(super) fn escaped(
    bytes: &[u8],
    range: Range<usize>,
    mut hit: impl FnMut(Range<usize>),
) -> usize {
    let mut done = range.start;
    // A stretch that began before the range is not ours.
    if done > 0 && !ends_stretch(bytes[done - 1]) {
        done = stretch_end(bytes, done);
    }
    // The last stretch of the range may show its first escape behind it.
    let stop = if range.end > 0 && !ends_stretch(bytes[range.end - 1]) {
        stretch_end(bytes, range.end)
    } else {
        range.end
    };
    while done < stop {
        let Some(at) = memchr::memchr2(b'%', b'\\', &bytes[done..stop]).map(|at| done + at) else {
            break;
        };
        if escape(&bytes[at..]).is_none() {
            done = at + 1;
            // The start of this stretch is still wanted when a later escape stands in it.
            continue;
        }
        let start = bytes[range.start..at]
            .iter()
            .rposition(|b| ends_stretch(*b))
            .map_or(range.start, |i| range.start + i + 1);
        let end = stretch_end(bytes, at);
        done = end.max(at + 1);
        hit(start..end);
    }
    done.max(stop)
}

fn stretch_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|b| ends_stretch(*b))
        .map_or(bytes.len(), |i| at + i)
}

/// The decoded pieces of a stretch that [`escaped`] found: what stands within reach of an escape.
/// Looks at nothing outside the stretch.
pub(super) fn escapes(bytes: &[u8], stretch: &Range<usize>, mut found: impl FnMut(Layer)) {
    const REACH: usize = 1024;
    let mut done = stretch.start;
    for at in memchr::memchr2_iter(b'%', b'\\', &bytes[stretch.clone()]) {
        let at = stretch.start + at;
        if at < done || escape(&bytes[at..stretch.end]).is_none() {
            continue;
        }
        let start = at.saturating_sub(REACH).max(done);
        let end = (at + REACH).min(stretch.end);
        done = end;
        if end - start >= 12 {
            found(unescape(bytes, start..end));
        }
    }
}

/// One escape at the start of `text`: the byte it stands for and its length.
fn escape(text: &[u8]) -> Option<(u8, usize)> {
    let hex = |digits: &[u8]| -> Option<u8> {
        let text = std::str::from_utf8(digits).ok()?;
        u8::from_str_radix(text, 16).ok()
    };
    match text {
        [b'%', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            Some((hex(&[*a, *b])?, 3))
        }
        [b'\\', b'u', b'0', b'0', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            Some((hex(&[*a, *b])?, 6))
        }
        [b'\\', b'x', a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            Some((hex(&[*a, *b])?, 4))
        }
        _ => None,
    }
}

fn unescape(bytes: &[u8], source: Range<usize>) -> Layer {
    let text = &bytes[source.clone()];
    let mut out = Vec::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut name = "percent";
    let mut at = 0;
    while at < text.len() {
        map.push(at as u32);
        match escape(&text[at..]) {
            Some((byte, len)) => {
                if text[at] == b'\\' {
                    name = "escape";
                }
                out.push(byte);
                at += len;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    map.push(text.len() as u32);
    Layer {
        name,
        bytes: out,
        source,
        map: Map::Each(map),
    }
}

/// Stretches of UTF-16 text (either byte order, with or without a mark): 16 or more ASCII
/// characters with a zero byte each.
pub(super) fn utf16(bytes: &[u8], mut found: impl FnMut(Layer)) {
    const SHORTEST: usize = 16;
    let Some(mut at) = memchr::memchr(0, bytes).map(|zero| zero.saturating_sub(1)) else {
        return;
    };
    let text = |b: u8| (0x20..0x7f).contains(&b) || matches!(b, b'\n' | b'\r' | b'\t');
    while at + 2 * SHORTEST <= bytes.len() {
        let little = text(bytes[at]) && bytes[at + 1] == 0;
        let big = bytes[at] == 0 && text(bytes[at + 1]);
        if !little && !big {
            at += 1;
            continue;
        }
        let low = usize::from(big);
        let mut end = at;
        while end + 2 <= bytes.len()
            && end - at < 2 * STRETCH_MAX
            && text(bytes[end + low])
            && bytes[end + 1 - low] == 0
        {
            end += 2;
        }
        let count = (end - at) / 2;
        if count >= SHORTEST {
            found(Layer {
                name: "utf-16",
                bytes: (0..count).map(|i| bytes[at + 2 * i + low]).collect(),
                source: at..end,
                map: Map::Each((0..=count as u32).map(|i| 2 * i).collect()),
            });
        }
        at = end.max(at + 1);
    }
}

/// Everything that any decoder makes of the bytes: the decoder's name, the decoded bytes, and for
/// a range of them the original bytes. Only for the fuzz targets, which see nothing but the
/// library's surface.
pub fn every_layer(
    bytes: &[u8],
    mut found: impl FnMut(&str, &[u8], &dyn Fn(Range<usize>) -> Range<usize>),
) {
    let mut layers = Vec::new();
    escaped(bytes, 0..bytes.len(), |stretch| {
        escapes(bytes, &stretch, |layer| layers.push(layer));
    });
    utf16(bytes, |layer| layers.push(layer));
    super::runs::find(bytes, 0..bytes.len(), |run| {
        layers.extend(base64(bytes, &run));
        layers.extend(wrapped(bytes, &run).0);
    });
    for layer in layers {
        found(layer.name, &layer.bytes, &|range| layer.back(&range));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base64_maps_back_to_the_encoded_stretch() {
        let inner = b"some text with KEY=value0123456789 inside";
        let text = format!("x = {}\n", STANDARD.encode(inner));
        let run = 4..text.trim_end().trim_end_matches('=').len();
        let layer = base64(text.as_bytes(), &run).expect("decodes");
        assert_eq!(layer.bytes, inner);
        let back = layer.back(&(15..34));
        let encoded = &text.as_bytes()[back.start / 4 * 4..back.end];
        let again = STANDARD.decode(encoded).expect("whole quads");
        assert!(again.windows(19).any(|w| w == &inner[15..34]));
    }

    #[test]
    fn wrapped_base64_is_one_layer() {
        let inner: Vec<u8> = (0..150u8).map(|i| b'a' + i % 26).collect();
        let text = STANDARD.encode(&inner);
        let lines: Vec<&str> = (0..text.len())
            .step_by(76)
            .map(|i| &text[i..(i + 76).min(text.len())])
            .collect();
        let file = format!("data:\n  {}\n", lines.join("\n  "));
        let layer = wrapped(file.as_bytes(), &(8..84)).0.expect("decodes");
        assert_eq!(layer.bytes, inner);
        assert_eq!(layer.source, 8..file.len() - 1);
    }

    #[test]
    fn escapes_decode_and_map_back() {
        let text = br"url = https://u:p%40ss%2fword@host/ and \u0041\u0042cdefgh\x49";
        let mut layers = Vec::new();
        escaped(text, 0..text.len(), |stretch| {
            escapes(text, &stretch, |layer| layers.push(layer));
        });
        assert_eq!(layers[0].bytes, b"https://u:p@ss/word@host/");
        assert_eq!(&text[layers[0].back(&(10..15))], b"p%40ss%2f");
        assert_eq!(layers[1].bytes, b"ABcdefghI");
        assert_eq!(layers[1].name, "escape");
    }

    #[test]
    fn utf16_of_both_orders_is_read() {
        for little in [true, false] {
            let text = "password = hunter22 in wide characters";
            let wide: Vec<u8> = text
                .encode_utf16()
                .flat_map(|u| {
                    if little {
                        u.to_le_bytes()
                    } else {
                        u.to_be_bytes()
                    }
                })
                .collect();
            let mut layers = Vec::new();
            utf16(&wide, |layer| layers.push(layer));
            assert_eq!(layers.len(), 1);
            assert_eq!(layers[0].bytes, text.as_bytes());
            assert_eq!(layers[0].back(&(11..19)), 22..38);
        }
    }

    proptest! {
        #[test]
        fn no_decoder_panics_and_every_map_stays_inside(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut layers = Vec::new();
            escaped(&bytes, 0..bytes.len(), |stretch| {
                escapes(&bytes, &stretch, |layer| layers.push(layer));
            });
            utf16(&bytes, |layer| layers.push(layer));
            super::super::runs::find(&bytes, 0..bytes.len(), |run| {
                layers.extend(base64(&bytes, &run));
                layers.extend(wrapped(&bytes, &run).0);
            });
            for layer in layers {
                for start in 0..layer.bytes.len() {
                    let back = layer.back(&(start..layer.bytes.len()));
                    prop_assert!(back.start <= back.end && back.end <= bytes.len());
                }
            }
        }

        #[test]
        fn stretches_of_parts_are_those_of_the_whole(
            bytes in proptest::collection::vec(prop_oneof![4 => Just(b'a'), 2 => Just(b'4'), 1 => Just(b'%'), 1 => Just(b'\\'), 1 => Just(b'x'), 1 => Just(b' ')], 0..120),
            cut in 0usize..120,
        ) {
            let whole: Vec<_> = bytes
                .split(|b| ends_stretch(*b))
                .scan(0, |at, part| {
                    let start = *at;
                    *at += part.len() + 1;
                    Some(start..start + part.len())
                })
                .filter(|s| (s.start..s.end).any(|at| escape(&bytes[at..s.end]).is_some()))
                .collect();
            let cut = cut.min(bytes.len());
            let mut parts = Vec::new();
            escaped(&bytes, 0..cut, |stretch| parts.push(stretch));
            escaped(&bytes, cut..bytes.len(), |stretch| parts.push(stretch));
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn base64_round_trips(inner in proptest::collection::vec(any::<u8>(), 30..200), url in any::<bool>()) {
            let text = if url { URL.encode(&inner) } else { STANDARD.encode(&inner) };
            let run = 0..text.trim_end_matches('=').len();
            if let Some(layer) = base64(text.as_bytes(), &run) {
                prop_assert_eq!(layer.bytes, inner);
            }
        }
    }
}
