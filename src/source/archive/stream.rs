//! The decoders of compressed streams, one after the other where a file has several.

use std::io::{self, Chain, ErrorKind, Read};

use bzip2::bufread::BzDecoder;
use flate2::GzHeader;
use flate2::bufread::GzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use super::directory::has_text;
use super::magic::{self, Codec, ZSTD};

/// Memory that a decoder may take for its window, in KiB. `xz -9` needs 65 MiB, `zstd --long` 128.
pub(super) const WINDOW_KIB: u32 = 128 << 10;

/// So many streams in a row that hold nothing are an end.
const EMPTY: u32 = 1_000;

/// A frame, and what ends it if it is cut off.
type Given<'a> = Chain<&'a [u8], &'static [u8]>;

enum Decoder<'a> {
    Gzip(Box<GzDecoder<&'a [u8]>>),
    Bzip2(BzDecoder<&'a [u8]>),
    Xz(Box<XzReader<&'a [u8]>>),
    Zstd(Box<StreamingDecoder<Given<'a>, FrameDecoder>>),
}

/// All streams of one file, with padding between them. What follows the last is no business of
/// the format's: its raw bytes are scanned with the file.
pub(super) struct Frames<'a> {
    codec: Codec,
    now: Option<Decoder<'a>>,
    /// What no decoder has.
    rest: &'a [u8],
    started: bool,
    /// The decoder at work gave something.
    gave: bool,
    empty: u32,
    /// The stream at work is cut off, and its decoder does not know.
    cut: bool,
    /// What headers say in words.
    texts: Vec<u8>,
    /// What stands between streams.
    between: Vec<&'a [u8]>,
}

impl<'a> Frames<'a> {
    /// Nothing is decoded before it is read.
    pub fn new(codec: Codec, bytes: &'a [u8]) -> Self {
        Frames {
            codec,
            now: None,
            rest: bytes,
            started: false,
            gave: false,
            empty: 0,
            cut: false,
            texts: Vec::new(),
            between: Vec::new(),
        }
    }

    /// The names, comments and extra fields of the gzip streams that were read, a line each,
    /// unless the name of the first is all there is.
    pub fn texts(&self) -> &[u8] {
        &self.texts
    }

    /// What is between the streams that were read, and no padding.
    pub fn between(&self) -> impl Iterator<Item = &'a [u8]> {
        self.between.iter().copied()
    }

    /// What is behind the last stream, without padding; `None` when nothing was read.
    pub fn behind(&self) -> Option<&'a [u8]> {
        let rest = self.rest();
        self.started.then(|| &rest[padding(rest)..])
    }

    /// The last component of the name that a gzip header gives its content.
    pub fn name(&self) -> Option<Vec<u8>> {
        if self.codec != Codec::Gzip {
            return None;
        }
        let decoder = GzDecoder::new(self.rest);
        let name = decoder.header()?.filename()?.to_vec();
        (!name.is_empty()).then_some(name)
    }

    /// What no stream has taken.
    pub fn rest(&self) -> &'a [u8] {
        match &self.now {
            None => self.rest,
            Some(Decoder::Gzip(decoder)) => decoder.get_ref(),
            Some(Decoder::Bzip2(decoder)) => decoder.get_ref(),
            Some(Decoder::Xz(decoder)) => decoder.inner(),
            Some(Decoder::Zstd(decoder)) => decoder.get_ref().get_ref().0,
        }
    }

    /// Opens the next stream, if there is one.
    fn next(&mut self) -> io::Result<bool> {
        // Tapes and block devices pad with zeros, and programs read on behind them.
        if self.started && self.codec != Codec::Xz {
            self.rest = &self.rest[padding(self.rest)..];
        }
        while let Some((skipped, rest)) =
            magic::skippable(self.rest).filter(|_| self.codec == Codec::Zstd)
        {
            self.between.push(skipped);
            self.rest = rest;
        }
        let more = match self.codec {
            Codec::Gzip => self.rest.starts_with(&[0x1f, 0x8b, 8]),
            Codec::Bzip2 => self.rest.starts_with(b"BZh"),
            // Its decoder takes all streams of a file by itself.
            Codec::Xz => !self.started,
            Codec::Zstd => self.rest.starts_with(&ZSTD),
        };
        if !more {
            return Ok(false);
        }
        let first = !std::mem::replace(&mut self.started, true);
        self.gave = false;
        let rest = self.rest;
        self.now = Some(match self.codec {
            Codec::Gzip => {
                let decoder = GzDecoder::new(rest);
                if let Some(header) = decoder.header() {
                    self.header(header, first);
                }
                Decoder::Gzip(Box::new(decoder))
            }
            Codec::Bzip2 => Decoder::Bzip2(BzDecoder::new(rest)),
            Codec::Xz => Decoder::Xz(Box::new(XzReader::new_mem_limit(
                rest,
                true,
                WINDOW_KIB + 1024,
            ))),
            Codec::Zstd => {
                let window = u64::from(WINDOW_KIB) << 10;
                // The decoder keeps its window to itself until the last block: it is given one.
                let blocks = whole_blocks(rest);
                let (given, end) = match blocks {
                    Some(len) => (&rest[..len], LAST_BLOCK),
                    None => (rest, [].as_slice()),
                };
                self.cut = blocks.is_some();
                let source = given.chain(end);
                let decoder = StreamingDecoder::new_with_max_window_size(source, window)
                    .map_err(zstd_error)?;
                Decoder::Zstd(Box::new(decoder))
            }
        });
        Ok(true)
    }

    /// Keeps what a gzip header says in words. The file's own bytes hold it too, but there it can
    /// touch other bytes that make it look like part of something longer.
    fn header(&mut self, header: &GzHeader, first: bool) {
        let (name, comment, extra) = (header.filename(), header.comment(), header.extra());
        let words = [comment, extra].into_iter().flatten();
        let words: Vec<&[u8]> = words.filter(|text| has_text(text)).collect();
        if first && words.is_empty() {
            return;
        }
        for text in name.into_iter().chain(words) {
            self.texts.extend_from_slice(text);
            self.texts.push(b'\n');
        }
    }
}

/// How many zeros there are at the start.
fn padding(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len())
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.now else {
                match self.next()? {
                    true => continue,
                    false => return Ok(0),
                }
            };
            let (n, rest) = match decoder {
                Decoder::Gzip(d) => (d.read(buffer)?, *d.get_ref()),
                Decoder::Bzip2(d) => (d.read(buffer)?, *d.get_ref()),
                Decoder::Xz(d) => (d.read(buffer)?, *d.inner()),
                Decoder::Zstd(d) => (d.read(buffer)?, *d.get_ref().get_ref().0),
            };
            if n > 0 {
                self.gave = true;
                self.empty = 0;
                return Ok(n);
            }
            self.now = None;
            if self.cut {
                self.rest = &[];
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let stuck = rest.len() >= self.rest.len();
            self.rest = rest;
            if !self.gave {
                self.empty += 1;
            }
            if stuck || self.empty > EMPTY {
                return Err(ErrorKind::InvalidData.into());
            }
        }
    }
}

/// An empty last block, and bytes that stand for a checksum, which is not compared.
const LAST_BLOCK: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// If a zstd frame is cut off: how many of its bytes are its header and whole blocks. Source:
/// RFC 8878, 3.1.1.
fn whole_blocks(frame: &[u8]) -> Option<usize> {
    let descriptor = *frame.get(4)?;
    let single = descriptor & 0x20 != 0;
    let window = usize::from(!single);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size = [usize::from(single), 2, 4, 8][usize::from(descriptor >> 6)];
    let mut at = 5 + window + dictionary + size;
    if at > frame.len() {
        return None;
    }
    loop {
        let Some(head) = frame.get(at..).and_then(|rest| rest.first_chunk::<3>()) else {
            return Some(at);
        };
        let head = u32::from_le_bytes([head[0], head[1], head[2], 0]);
        let stored = match (head >> 1) & 3 {
            // One byte that is repeated.
            1 => 1,
            _ => (head >> 3) as usize,
        };
        let next = at + 3 + stored;
        if next > frame.len() {
            return Some(at);
        }
        if head & 1 != 0 {
            return None;
        }
        at = next;
    }
}

/// A window over the limit is no damage.
fn zstd_error(error: ruzstd::decoding::errors::FrameDecoderError) -> io::Error {
    use ruzstd::decoding::errors::FrameDecoderError;
    match error {
        FrameDecoderError::WindowSizeTooBig { .. } => ErrorKind::OutOfMemory.into(),
        FrameDecoderError::DictNotProvided { .. } => ErrorKind::Unsupported.into(),
        _ => ErrorKind::InvalidData.into(),
    }
}
