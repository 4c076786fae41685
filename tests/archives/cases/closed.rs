//! Kinds of archives that are named and not opened.

use super::{Make, join, make};
use crate::archives::make::deflate;

/// Kinds that are named and not opened.
pub fn all() -> Vec<(String, Make)> {
    let heads: [(&str, &[u8]); 12] = [
        ("bundle", b"# v2 git bundle\n"),
        ("bundle3", b"# v3 git bundle\n"),
        ("pack", b"PACK\0\0\0\x02"),
        ("Z", b"\x1f\x9d\x90\x61\x62\x63"),
        ("lz", b"LZIP\x01\x0c"),
        ("lz4", b"\x04\x22\x4d\x18"),
        ("lzo", b"\x89LZO\0\x0d\x0a\x1a\x0a"),
        ("7z", b"7z\xbc\xaf\x27\x1c"),
        ("rar", b"Rar!\x1a\x07\x01\0"),
        ("cab", b"MSCF\0\0\0\0"),
        ("deb", b"!<arch>\ndebian-binary   "),
        ("lzma", b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"),
    ];
    heads
        .into_iter()
        .map(|(name, head)| {
            let make = make(move |line| join(&[head, &deflate(line)]));
            (format!("closed.{name}"), make)
        })
        .collect()
}
