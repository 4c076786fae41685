//! Which archive it is, from a few bytes; the name is never asked. Asked of every piece of
//! content, so the common answer, none, costs a comparison of the first bytes, one in the middle
//! of the first block and one at the end.

use super::stream::Codec;
use super::tar;

/// Bytes at the start that are enough for every answer but a zip's end.
pub(super) const HEAD: usize = 512;

/// What a piece of content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A zip: jar, wheel, apk, office documents.
    Zip,
    /// A tar that is not compressed.
    Tar,
    /// One compressed stream.
    Stream(Codec),
    /// An archive that is named and not read.
    Unsupported(&'static str),
}

/// A zip's last record when it has no comment.
const ZIP_END: usize = 22;

/// Recognises an archive. Sources: APPNOTE 6.3.10 (zip), RFC 1952 (gzip), the bzip2 and xz file
/// format documents, RFC 8878 (zstd), POSIX pax (tar), the format notes of 7-Zip and RAR.
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let (&first, _) = bytes.split_first()?;
    let found = match first {
        b'P' if super::zip::plausible(bytes) => Some(Kind::Zip),
        0x1f if gzip(bytes) => Some(Kind::Stream(Codec::Gzip)),
        b'B' if bzip2(bytes) => Some(Kind::Stream(Codec::Bzip2)),
        0xfd if bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) => {
            Some(Kind::Stream(Codec::Xz))
        }
        0x28 if bytes.starts_with(&ZSTD) => Some(Kind::Stream(Codec::Zstd)),
        0x50..=0x5f if skippable(bytes) => Some(Kind::Stream(Codec::Zstd)),
        b'7' if bytes.starts_with(&[b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c]) => {
            Some(Kind::Unsupported("7z"))
        }
        b'R' if bytes.starts_with(b"Rar!\x1a\x07") => Some(Kind::Unsupported("RAR")),
        _ => None,
    };
    found
        .or_else(|| is_tar(bytes).then_some(Kind::Tar))
        .or_else(|| zip_at_the_end(bytes).then_some(Kind::Zip))
}

/// The magic number of a zstd frame.
pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A tar header, with a checksum that fits.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar".as_slice())
        && bytes.first_chunk().is_some_and(tar::checksum_fits)
}

/// Programs can stand before a zip (self-extracting ones, executable jars, Python's zipapps).
fn zip_at_the_end(bytes: &[u8]) -> bool {
    let Some(at) = bytes.len().checked_sub(ZIP_END) else {
        return false;
    };
    let end = &bytes[at..];
    // No comment, and at least one entry.
    end.starts_with(b"PK\x05\x06") && end[20..] == [0, 0] && end[10..12] != [0, 0]
}

/// Deflate is the only method there is, and the upper flag bits are reserved.
fn gzip(bytes: &[u8]) -> bool {
    bytes.len() >= 18 && bytes[..3] == [0x1f, 0x8b, 8] && bytes[3] & 0xe0 == 0
}

/// The level and the magic number of a block, or that of the end.
fn bzip2(bytes: &[u8]) -> bool {
    bytes.len() >= 14
        && bytes.starts_with(b"BZh")
        && (b'1'..=b'9').contains(&bytes[3])
        && (bytes[4..10] == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
            || bytes[4..10] == [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
}

/// A zstd frame that holds something else, with a real one behind it.
fn skippable(bytes: &[u8]) -> bool {
    after_skippable(bytes).is_some_and(|rest| rest.starts_with(&ZSTD))
}

/// What follows a skippable frame.
pub(super) fn after_skippable(bytes: &[u8]) -> Option<&[u8]> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    if !(0x50..=0x5f).contains(&head[0]) || head[1..4] != [0x2a, 0x4d, 0x18] {
        return None;
    }
    let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    rest.get(usize::try_from(len).ok()?..)
}
