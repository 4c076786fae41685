//! The methods by which entries of a zip are packed.

use std::io::Read;

use bzip2::bufread::BzDecoder;
use flate2::bufread::DeflateDecoder;
use lzma_rust2::{LzmaReader, lzma_get_memory_usage_by_props};

use super::magic::Codec;
use super::stream::{Frames, WINDOW_KIB};

/// The method of an entry that is an LZMA stream.
pub(super) const LZMA: u16 = 14;

/// Bytes behind the end of a stream without an end mark that are no lie about its size: the last
/// five bytes of input can hold a few repetitions.
pub(super) const LZMA_PAST: u64 = 4096;

/// The decoders of an entry's methods (APPNOTE 4.4.5).
pub(super) enum Method<'a> {
    Deflate(DeflateDecoder<&'a [u8]>),
    Bzip2(BzDecoder<&'a [u8]>),
    Lzma(Box<LzmaReader<&'a [u8]>>),
    Frames(Frames<'a>),
    Broken,
}

impl<'a> Method<'a> {
    pub(super) fn new(method: u16, data: &'a [u8]) -> Option<Self> {
        Some(match method {
            8 => Method::Deflate(DeflateDecoder::new(data)),
            12 => Method::Bzip2(BzDecoder::new(data)),
            LZMA => lzma(data),
            93 => Method::Frames(Frames::new(Codec::Zstd, data)),
            95 => Method::Frames(Frames::new(Codec::Xz, data)),
            _ => return None,
        })
    }

    /// What was not read of the data, as far as can be told.
    pub(super) fn rest(&self) -> &'a [u8] {
        match self {
            Method::Deflate(decoder) => decoder.get_ref(),
            Method::Bzip2(decoder) => decoder.get_ref(),
            Method::Lzma(decoder) => decoder.inner(),
            Method::Frames(frames) => frames.rest(),
            Method::Broken => &[],
        }
    }
}

impl Read for Method<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Method::Deflate(decoder) => decoder.read(buffer),
            Method::Bzip2(decoder) => decoder.read(buffer),
            Method::Lzma(decoder) => decoder.read(buffer),
            Method::Frames(frames) => frames.read(buffer),
            Method::Broken => Err(std::io::ErrorKind::InvalidData.into()),
        }
    }
}

/// An entry's LZMA stream: two bytes of version, the length of the properties, the properties
/// (APPNOTE 5.8.8).
fn lzma(data: &[u8]) -> Method<'_> {
    let Some((head, rest)) = data.split_first_chunk::<9>() else {
        return Method::Broken;
    };
    let dictionary = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
    let small = lzma_get_memory_usage_by_props(dictionary, head[4])
        .is_ok_and(|kib| kib <= WINDOW_KIB + 1024);
    if head[2..4] != [5, 0] || !small {
        return Method::Broken;
    }
    // No size is given, because the one that is stated may be a lie.
    match LzmaReader::new_with_props(rest, u64::MAX, head[4], dictionary, None) {
        Ok(mut reader) => {
            reader.set_defer_errors(true);
            Method::Lzma(Box::new(reader))
        }
        Err(_) => Method::Broken,
    }
}
