//! Compressed text inside an encoded layer: gzip (RFC 1952) and zlib (RFC 1950), as Helm keeps its
//! releases and cloud-init its user data. Deflated in pieces, within a limit.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Layer, Map};

/// Bytes that may come out of one encoded byte. Text rarely exceeds twenty.
const RATIO: usize = 32;
/// What may always come out, in bytes.
const FLOOR: usize = 1024;
/// What is scanned at once, in bytes.
const PIECE: usize = 4 << 20;
/// What two pieces share, in bytes.
const OVERLAP: usize = 96 << 10;
/// So many compressed bytes are inflated at once, which makes known where each byte came from. Two
/// values that nobody can guess do not fit into them.
const STEP: usize = 8;

/// The names of layers that come out of something compressed.
pub(in crate::detect) const COMPRESSED: [&str; 2] = ["gzip", "zlib"];

/// How inflating ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum End {
    /// With the end of the stream, or where it is no such stream any more.
    Over,
    /// More would come out than is looked at.
    Limit,
    /// The stream goes on behind the bytes.
    Short,
}

/// What some decoded bytes are, if they are compressed.
pub(in crate::detect) fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x1f, 0x8b, 8, flags, ..] if flags & 0xe0 == 0 && bytes.len() > 18 => Some("gzip"),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] if bytes.len() > 18 => Some("zlib"),
        _ => None,
    }
}

/// Inflates what [`kind`] recognised, and shows it piece by piece. `encoded` is the length of what
/// the bytes were decoded from.
pub(in crate::detect) fn inflate(
    bytes: &[u8],
    name: &'static str,
    encoded: usize,
    mut found: impl FnMut(Layer),
) -> End {
    let limit = encoded.saturating_mul(RATIO).max(FLOOR);
    let mut out = Output {
        name,
        total: 0,
        text: Vec::new(),
        spots: Vec::new(),
        first: true,
    };
    let mut at = 0;
    loop {
        let header = match name {
            "gzip" => gzip_header(&bytes[at..]),
            _ => Some(2),
        };
        // Behind the last stream there is nothing, or something else.
        let Some(header) = header else {
            break;
        };
        at += header;
        let end = stream(bytes, &mut at, limit, &mut out, &mut found);
        if end != End::Over || name != "gzip" {
            out.flush(at, bytes.len(), true, &mut found);
            return end;
        }
        // The checksum and the length.
        at = (at + 8).min(bytes.len());
    }
    out.flush(at, bytes.len(), true, &mut found);
    End::Over
}

/// The length of a gzip header; `None` when there is none.
fn gzip_header(bytes: &[u8]) -> Option<usize> {
    let [0x1f, 0x8b, 8, flags, _, _, _, _, _, _, ..] = bytes else {
        return None;
    };
    let mut at = 10;
    if flags & 4 != 0 {
        let length = bytes.get(at..at + 2)?;
        at += 2 + usize::from(u16::from_le_bytes([length[0], length[1]]));
    }
    for text in [8, 16] {
        if flags & text != 0 {
            at += memchr::memchr(0, bytes.get(at..)?)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    (at <= bytes.len()).then_some(at)
}

/// What was inflated and not shown yet.
struct Output {
    name: &'static str,
    /// Bytes that came out so far.
    total: usize,
    text: Vec<u8>,
    /// Where in the compressed bytes a place of `text` comes from.
    spots: Vec<(usize, usize)>,
    first: bool,
}

/// Inflates one stream that starts at `at`, and leaves `at` behind what it took.
fn stream(
    bytes: &[u8],
    at: &mut usize,
    limit: usize,
    out: &mut Output,
    found: &mut impl FnMut(Layer),
) -> End {
    let mut room = [0; 4096];
    let mut inflater = Decompress::new(false);
    loop {
        let chunk = &bytes[*at..(*at + STEP).min(bytes.len())];
        let room = &mut room[..(limit - out.total + 1).min(4096)];
        let (taken, had) = (inflater.total_in(), out.text.len());
        match out.spots.last_mut() {
            Some((text, from)) if *text == had => *from = *at,
            _ => out.spots.push((had, *at)),
        }
        let before = inflater.total_out();
        let status = inflater.decompress(chunk, room, FlushDecompress::None);
        let took = (inflater.total_in() - taken) as usize;
        let came = (inflater.total_out() - before) as usize;
        out.text.extend_from_slice(&room[..came]);
        *at += took;
        out.total += came;
        match status {
            Ok(Status::StreamEnd) | Err(_) => return End::Over,
            Ok(Status::Ok | Status::BufError) if took == 0 && came == 0 => return End::Short,
            Ok(_) => {}
        }
        if out.total > limit {
            return End::Limit;
        }
        if out.text.len() >= PIECE {
            out.flush(*at, bytes.len(), false, found);
        }
    }
}

impl Output {
    /// Shows what there is, and keeps what the next piece shares with it. `at` is the place behind
    /// what was taken of `length` compressed bytes.
    fn flush(&mut self, at: usize, length: usize, last: bool, found: &mut impl FnMut(Layer)) {
        /// Less holds no token.
        const SHORTEST: usize = 12;
        if self.text.len() < SHORTEST {
            return;
        }
        let kept = if last { 0 } else { OVERLAP };
        let low = if self.first { 0 } else { OVERLAP / 2 };
        let high = self.text.len() - kept / 2;
        let tail = self.text.len() - kept;
        let spots = self.spots.partition_point(|(text, _)| *text <= tail);
        let next = match self.spots.get(spots.saturating_sub(1)..) {
            Some([first, rest @ ..]) if !last => {
                let moved = rest.iter().map(|(text, at)| (text - tail, *at));
                std::iter::once((0, first.1)).chain(moved).collect()
            }
            _ => Vec::new(),
        };
        let rest = self.text[tail..].to_vec();
        let mut spots = std::mem::replace(&mut self.spots, next);
        let text = std::mem::replace(&mut self.text, rest);
        let start = spots.first().map_or(0, |(_, at)| *at);
        for spot in &mut spots {
            spot.1 -= start;
        }
        spots.push((text.len(), at - start));
        self.first = false;
        found(Layer {
            name: self.name,
            own: low..high,
            open: !last,
            bytes: text,
            source: start..length,
            map: Map::Inflated(spots),
        });
    }
}
