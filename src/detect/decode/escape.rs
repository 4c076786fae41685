//! Escapes that stand for one character each: percent, backslash, and the entities of HTML and XML.
//! They are mixed freely, so that one layer undoes all of a stretch.

use std::ops::Range;

use super::Layer;

/// Text within so many bytes of an escape is decoded with it.
const REACH: usize = 1024;
/// Longer stretches are decoded in pieces of so many bytes.
const PIECE: usize = 256 << 10;
/// What two pieces share, in bytes: most escapes take six for one.
const OVERLAP: usize = 64 << 10;
/// Less holds no token.
const SHORTEST: usize = 12;

/// Ends a stretch that may hold escapes.
pub(in crate::detect) fn ends_stretch(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | 0)
}

/// Calls `hit` for every stretch between blanks or quotes that starts in `range` and holds an
/// escape. Stretches reach to their end, also behind the range. Returns a place, not before which
/// a further stretch can start.
pub(in crate::detect) fn escaped(
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
        let Some(at) = signs(&bytes[done..stop]).next().map(|at| done + at) else {
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

/// The bytes that escapes begin with.
fn signs(text: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr3_iter(b'%', b'\\', b'&', text)
}

fn stretch_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..]
        .iter()
        .position(|b| ends_stretch(*b))
        .map_or(bytes.len(), |i| at + i)
}

/// The decoded pieces of a stretch that [`escaped`] found: what stands within reach of an escape.
/// Looks at nothing outside the stretch.
pub(in crate::detect) fn escapes(
    bytes: &[u8],
    stretch: &Range<usize>,
    mut found: impl FnMut(Layer),
) {
    // What is decoded in one go so far, and the end of the last escape.
    let (mut part, mut done) = (stretch.start..stretch.start, stretch.start);
    for at in signs(&bytes[stretch.clone()]) {
        let at = stretch.start + at;
        if at < done {
            continue;
        }
        let Some(escape) = escape(&bytes[at..stretch.end]) else {
            continue;
        };
        done = at + escape.length;
        let start = at.saturating_sub(REACH).max(stretch.start);
        if start > part.end {
            pieces(bytes, part, &mut found);
            part = start..start;
        }
        part.end = (done + REACH).min(stretch.end);
    }
    pieces(bytes, part, &mut found);
}

/// The layers of a part of a stretch.
fn pieces(bytes: &[u8], part: Range<usize>, found: &mut impl FnMut(Layer)) {
    if part.len() < SHORTEST {
        return;
    }
    let mut start = part.start;
    loop {
        let end = (start + PIECE).min(part.end);
        let low = if start == part.start { 0 } else { OVERLAP / 2 };
        let high = end - start - if end == part.end { 0 } else { OVERLAP / 2 };
        found(unescape(bytes, start..end, low..high));
        if end == part.end {
            return;
        }
        start = end - OVERLAP;
    }
}

/// What an escape stands for.
struct Escape {
    bytes: [u8; 4],
    /// How many of the bytes count.
    count: usize,
    /// Bytes that the escape takes.
    length: usize,
    /// The name of its kind, for people.
    kind: &'static str,
}

impl Escape {
    fn byte(byte: u8, length: usize, kind: &'static str) -> Self {
        Escape {
            bytes: [byte, 0, 0, 0],
            count: 1,
            length,
            kind,
        }
    }

    /// A character by its number; its ASCII and Latin-1 controls too, but no surrogate.
    fn character(number: u32, length: usize, kind: &'static str) -> Option<Self> {
        let character = char::from_u32(number)?;
        let mut bytes = [0; 4];
        let count = character.encode_utf8(&mut bytes).len();
        Some(Escape {
            bytes,
            count,
            length,
            kind,
        })
    }
}

const BACKSLASH: &str = "escape";
const ENTITY: &str = "entity";

/// One escape at the start of `text`.
fn escape(text: &[u8]) -> Option<Escape> {
    match text {
        [b'%', a, b, ..] => {
            let byte = digit(*a, 16)? << 4 | digit(*b, 16)?;
            Some(Escape::byte(byte as u8, 3, "percent"))
        }
        [b'\\', rest @ ..] => {
            // A string inside a string doubles them.
            let more = rest.iter().take(7).take_while(|b| **b == b'\\').count();
            let inner = backslash(&rest[more..])?;
            Some(Escape {
                length: inner.length + 1 + more,
                ..inner
            })
        }
        [b'&', rest @ ..] => entity(rest),
        _ => None,
    }
}

/// What stands behind a backslash. Its length is counted without it.
fn backslash(text: &[u8]) -> Option<Escape> {
    match text {
        [b'x', a, b, ..] => {
            let byte = digit(*a, 16)? << 4 | digit(*b, 16)?;
            Some(Escape::byte(byte as u8, 3, BACKSLASH))
        }
        [b'u', b'{', rest @ ..] => {
            let (number, length) = number(rest, 16, 6)?;
            let closed = rest.get(length) == Some(&b'}');
            let escape = Escape::character(number, length + 3, BACKSLASH);
            escape.filter(|_| closed)
        }
        [b'u', rest @ ..] => {
            let high = exactly(rest, 4)?;
            if !(0xd800..0xdc00).contains(&high) {
                return Escape::character(high, 5, BACKSLASH);
            }
            let low = rest.get(4..)?.strip_prefix(b"\\u")?;
            let low = exactly(low, 4).filter(|low| (0xdc00..0xe000).contains(low))?;
            let number = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
            Escape::character(number, 11, BACKSLASH)
        }
        [b'U', rest @ ..] => Escape::character(exactly(rest, 8)?, 9, BACKSLASH),
        [a @ b'0'..=b'3', b, c, ..] => {
            let byte = digit(*a, 8)? << 6 | digit(*b, 8)? << 3 | digit(*c, 8)?;
            Some(Escape::byte(byte as u8, 3, BACKSLASH))
        }
        [b'/', ..] => Some(Escape::byte(b'/', 1, BACKSLASH)),
        _ => None,
    }
}

/// What stands behind an ampersand.
fn entity(text: &[u8]) -> Option<Escape> {
    let (number, length) = match text {
        [b'#', b'x' | b'X', rest @ ..] => {
            let (number, length) = number(rest, 16, 8)?;
            (number, length + 2)
        }
        [b'#', rest @ ..] => {
            let (number, length) = number(rest, 10, 8)?;
            (number, length + 1)
        }
        [a, ..] if a.is_ascii_alphabetic() => {
            let length = memchr::memchr(b';', &text[..text.len().min(8)])?;
            let (_, byte) = NAMED
                .iter()
                .find(|(name, _)| name.as_bytes() == &text[..length])?;
            return Some(Escape::byte(*byte, length + 2, ENTITY));
        }
        _ => return None,
    };
    // Browsers do without the semicolon.
    let closed = usize::from(text.get(length) == Some(&b';'));
    Escape::character(number, length + closed + 1, ENTITY)
}

/// The characters of ASCII that have names in the HTML standard; XML has five of them.
const NAMED: [(&str, u8); 37] = [
    ("amp", b'&'),
    ("quot", b'"'),
    ("lt", b'<'),
    ("gt", b'>'),
    ("apos", b'\''),
    ("nbsp", b' '),
    ("AMP", b'&'),
    ("QUOT", b'"'),
    ("LT", b'<'),
    ("GT", b'>'),
    ("Tab", b'\t'),
    ("NewLine", b'\n'),
    ("excl", b'!'),
    ("num", b'#'),
    ("dollar", b'$'),
    ("percnt", b'%'),
    ("lpar", b'('),
    ("rpar", b')'),
    ("ast", b'*'),
    ("plus", b'+'),
    ("comma", b','),
    ("period", b'.'),
    ("sol", b'/'),
    ("colon", b':'),
    ("semi", b';'),
    ("equals", b'='),
    ("quest", b'?'),
    ("commat", b'@'),
    ("lsqb", b'['),
    ("bsol", b'\\'),
    ("rsqb", b']'),
    ("Hat", b'^'),
    ("lowbar", b'_'),
    ("grave", b'`'),
    ("lcub", b'{'),
    ("verbar", b'|'),
    ("rcub", b'}'),
];

fn digit(byte: u8, base: u32) -> Option<u32> {
    char::from(byte).to_digit(base)
}

/// A number of exactly so many hexadecimal digits.
fn exactly(text: &[u8], digits: usize) -> Option<u32> {
    let (number, length) = number(text, 16, digits)?;
    (length == digits).then_some(number)
}

/// A number of at most so many digits (eight), and how many there are: at least one.
fn number(text: &[u8], base: u32, most: usize) -> Option<(u32, usize)> {
    let digits = text.iter().take(most).map_while(|byte| digit(*byte, base));
    let (number, length) = digits.fold((0u32, 0), |(number, length), digit| {
        (
            number.saturating_mul(base).saturating_add(digit),
            length + 1,
        )
    });
    (length > 0).then_some((number, length))
}

fn unescape(bytes: &[u8], source: Range<usize>, own: Range<usize>) -> Layer {
    let text = &bytes[source.clone()];
    let mut out = Vec::with_capacity(text.len());
    let mut map = Vec::with_capacity(text.len() + 1);
    let mut name = "percent";
    let mut at = 0;
    while at < text.len() {
        match escape(&text[at..]) {
            Some(escape) => {
                if name == "percent" || escape.kind == BACKSLASH {
                    name = escape.kind;
                }
                out.extend_from_slice(&escape.bytes[..escape.count]);
                map.extend([at as u32; 4].iter().take(escape.count));
                at += escape.length;
            }
            None => {
                map.push(at as u32);
                out.push(text[at]);
                at += 1;
            }
        }
    }
    Layer::by_bytes(name, out, map, source, &own)
}
