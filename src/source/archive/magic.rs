//! Which archive it is, from a few bytes; the name is never asked. Asked of every piece of
//! content, so the common answer, none, costs a comparison of the first bytes, one in the middle
//! of the first block, and a search for four bytes in the last 64 KiB.

use super::{directory, header};

/// Bytes at the start that are enough for every answer but a zip's end.
pub(super) const HEAD: usize = 512;

/// A compression format of whole files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Bzip2,
    Xz,
    Zstd,
}

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

/// Recognises an archive. Sources: APPNOTE 6.3.10 (zip), RFC 1952 (gzip), the bzip2 and xz file
/// format documents, RFC 8878 (zstd), POSIX pax (tar).
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let (&first, _) = bytes.split_first()?;
    let found = match first {
        b'P' if directory::begins(bytes) => Some(Kind::Zip),
        0x1f if gzip(bytes) => Some(Kind::Stream(Codec::Gzip)),
        b'B' if bzip2(bytes) => Some(Kind::Stream(Codec::Bzip2)),
        0xfd if bytes.starts_with(&[0xfd, b'7', b'z', b'X', b'Z', 0]) => {
            Some(Kind::Stream(Codec::Xz))
        }
        0x28 if bytes.starts_with(&ZSTD) => Some(Kind::Stream(Codec::Zstd)),
        0x50..=0x5f if behind_skippable(bytes) => Some(Kind::Stream(Codec::Zstd)),
        _ => None,
    };
    found
        .or_else(|| is_tar(bytes).then_some(Kind::Tar))
        .or_else(|| directory::has_list(bytes).then_some(Kind::Zip))
        .or_else(|| closed(bytes).map(Kind::Unsupported))
}

/// Archives and compressed files that are named and not read, by their first bytes. Sources: the
/// format notes of 7-Zip, RAR, lzip, LZ4, lzop, xar and XZ Utils (lzma), Microsoft's description
/// of cabinets, git's gitformat-bundle and gitformat-pack, ncompress, the Linux Standard Base
/// (rpm), deb(5), squashfs in the Linux documentation.
fn closed(bytes: &[u8]) -> Option<&'static str> {
    const MARKS: [(&[u8], &str); 16] = [
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"# v2 git bundle\n", "git bundle"),
        (b"# v3 git bundle\n", "git bundle"),
        (b"PACK\0\0\0\x02", "git pack"),
        (b"PACK\0\0\0\x03", "git pack"),
        (b"LZIP\x01", "lzip"),
        (b"LZIP\0", "lzip"),
        (b"\x04\x22\x4d\x18", "LZ4"),
        (b"\x02\x21\x4c\x18", "LZ4"),
        (b"\x89LZO\0\x0d\x0a\x1a\x0a", "lzop"),
        (b"MSCF\0\0\0\0", "cabinet"),
        (b"xar!\0\x1c", "xar"),
        (b"\xed\xab\xee\xdb", "rpm"),
        (b"!<arch>\ndebian-binary", "deb"),
        (b"hsqs", "squashfs"),
    ];
    let marked = MARKS.iter().find(|(mark, _)| bytes.starts_with(mark));
    match marked {
        Some((_, name)) => Some(name),
        None if matches!(bytes, [0x22..=0x27, 0xb5, 0x2f, 0xfd, ..]) => Some("zstd before 0.8"),
        None if compress(bytes) => Some("compress (.Z)"),
        None if lzma(bytes) => Some("lzma"),
        None => None,
    }
}

/// Two bytes, the greatest length of a code (9 to 16 bits), no unknown flag, and then, because
/// codes are at first 9 bits long and the first is a plain byte, a ninth bit that is 0.
fn compress(bytes: &[u8]) -> bool {
    bytes.len() > 4
        && bytes.starts_with(&[0x1f, 0x9d])
        && (9..=16).contains(&(bytes[2] & 0x1f))
        && bytes[2] & 0x60 == 0
        && bytes[4] & 1 == 0
}

/// The properties that every program writes by itself, a dictionary of a power of two from 64 KiB on, and a
/// length that is unknown or below 2^40; the first byte of the range coder is 0.
fn lzma(bytes: &[u8]) -> bool {
    let Some(head) = bytes.first_chunk::<14>() else {
        return false;
    };
    let dictionary = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let unknown = head[5..13].iter().all(|b| *b == 0xff);
    head[0] == 0x5d
        && dictionary >= 1 << 16
        && dictionary.is_power_of_two()
        && (unknown || head[10..13] == [0, 0, 0])
        && head[13] == 0
}

/// The magic number of a zstd frame.
pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A tar header: one with the mark that ustar and its successors have, whatever its checksum
/// says, because programs read checksums differently; older ones have nothing but zeros there,
/// and are known by a checksum that fits.
pub(super) fn is_tar(bytes: &[u8]) -> bool {
    let Some(block) = bytes.first_chunk::<{ header::BLOCK }>() else {
        return false;
    };
    match &block[257..265] {
        [b'u', b's', b't', b'a', b'r', 0 | b' ', ..] => true,
        [0, 0, 0, 0, 0, 0, 0, 0] => {
            // The checksum's first digit, before all bytes are summed; and a name.
            let digit = matches!(block[148], b' ' | b'0'..=b'7');
            digit && block[0] != 0 && header::checksum_fits(block)
        }
        _ => false,
    }
}

/// Deflate is the only method. Reserved flags are no reason to look away: some programs read on.
fn gzip(bytes: &[u8]) -> bool {
    bytes.len() >= 18 && bytes[..3] == [0x1f, 0x8b, 8]
}

/// The level and the magic number of a block, or that of the end.
fn bzip2(bytes: &[u8]) -> bool {
    bytes.len() >= 14
        && bytes.starts_with(b"BZh")
        && (b'1'..=b'9').contains(&bytes[3])
        && (bytes[4..10] == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
            || bytes[4..10] == [0x17, 0x72, 0x45, 0x38, 0x50, 0x90])
}

/// A zstd frame behind any number of those that hold something else.
fn behind_skippable(mut bytes: &[u8]) -> bool {
    while let Some((_, rest)) = skippable(bytes) {
        bytes = rest;
    }
    bytes.starts_with(&ZSTD)
}

/// What a skippable frame at the start holds, and what follows it.
pub(super) fn skippable(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    if !(0x50..=0x5f).contains(&head[0]) || head[1..4] != [0x2a, 0x4d, 0x18] {
        return None;
    }
    let len = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    rest.split_at_checked(usize::try_from(len).ok()?)
}
