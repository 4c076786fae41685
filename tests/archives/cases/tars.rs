//! Tars: behind their end, between members, in headers, attributes and padding.

use super::{Make, bare, join, make};
use crate::archives::make::{gzip, pax, put, sum, tar, tar_header, tar_member};

/// A tar behind a compressor that hides its bytes.
fn packed(blocks: &[&[u8]]) -> Vec<u8> {
    gzip(&blocks.concat())
}

const END: [u8; 1024] = [0; 1024];

/// A header block with text put into it.
fn header(kind: u8, size: u64, at: usize, text: &[u8]) -> Vec<u8> {
    let mut block = tar_header(b"a.env", kind, size);
    put(&mut block, at, text);
    block
}

fn block(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out.resize(out.len().next_multiple_of(512), 0);
    out
}

/// Tars whose value stands beside their members.
pub fn all() -> Vec<(String, Make)> {
    let member = || tar_member(b"b.txt", b'0', b"nothing\n");
    let cases: Vec<(&str, Make)> = vec![
        (
            "behind-text",
            make(move |line| packed(&[&member(), &END, &block(line)])),
        ),
        (
            "behind-short-text",
            make(move |line| packed(&[&member(), &END, line])),
        ),
        (
            "behind-gzip",
            make(move |line| packed(&[&member(), &END, &block(&gzip(line))])),
        ),
        (
            "behind-far",
            make(move |line| packed(&[&member(), &[0; 20_480], &block(line)])),
        ),
        (
            "behind-tar",
            make(move |line| packed(&[&member(), &END, &tar(&[("a.env", line)])])),
        ),
        (
            "padding",
            make(|line| {
                let mut member = tar_member(b"b.txt", b'0', b"nothing\n");
                member[600..600 + line.len()].copy_from_slice(line);
                packed(&[&member, &END])
            }),
        ),
        (
            "pax-comment",
            make(move |line| {
                let record = pax("comment", std::str::from_utf8(bare(line)).expect("text"));
                packed(&[&tar_member(b"x", b'x', record.as_bytes()), &member(), &END])
            }),
        ),
        (
            "pax-attribute",
            make(move |line| {
                let value = std::str::from_utf8(bare(line)).expect("text");
                let record = pax("SCHILY.xattr.user.key", value);
                packed(&[&tar_member(b"x", b'x', record.as_bytes()), &member(), &END])
            }),
        ),
        (
            "pax-all",
            make(move |line| {
                let record = pax("comment", std::str::from_utf8(bare(line)).expect("text"));
                packed(&[&tar_member(b"x", b'g', record.as_bytes()), &member(), &END])
            }),
        ),
        (
            "pax-broken",
            make(move |line| {
                let record = join(&[b"99999 comment=", line]);
                packed(&[&tar_member(b"x", b'x', &record), &member(), &END])
            }),
        ),
        (
            "pax-owner",
            make(move |line| {
                let record = pax("uname", std::str::from_utf8(bare(line)).expect("text"));
                packed(&[&tar_member(b"x", b'x', record.as_bytes()), &member(), &END])
            }),
        ),
        (
            "link-gnu",
            make(|line| {
                let target = join(&[&b"d/".repeat(60), line.trim_ascii_end(), b"\0"]);
                packed(&[
                    &tar_member(b"././@LongLink", b'K', &target),
                    &tar_header(b"l", b'2', 0),
                    &END,
                ])
            }),
        ),
        (
            "link-pax",
            make(|line| {
                let text = std::str::from_utf8(line).expect("text").trim_end();
                let record = pax("linkpath", &format!("{}{text}", "d/".repeat(60)));
                packed(&[
                    &tar_member(b"x", b'x', record.as_bytes()),
                    &tar_header(b"l", b'2', 0),
                    &END,
                ])
            }),
        ),
        (
            "link-hard",
            make(|line| packed(&[&header(b'1', 0, 157, line.trim_ascii_end()), &END])),
        ),
        (
            "link-hard-pax",
            make(|line| {
                let text = std::str::from_utf8(line).expect("text").trim_end();
                let record = pax("linkpath", &format!("{}{text}", "d/".repeat(60)));
                packed(&[
                    &tar_member(b"x", b'x', record.as_bytes()),
                    &tar_header(b"l", b'1', 0),
                    &END,
                ])
            }),
        ),
        (
            "behind-a-name",
            make(|line| packed(&[&header(b'0', 0, 8, line.trim_ascii_end()), &END])),
        ),
        (
            "behind-the-prefix",
            make(|line| packed(&[&header(b'0', 0, 400, line.trim_ascii_end()), &END])),
        ),
        (
            "directory-with-content",
            make(|line| packed(&[&tar_member(b"d/", b'5', line), &tar(&[("b", b"x")])])),
        ),
        (
            "directory-that-says-so",
            make(|line| {
                // Python reads on behind the header, GNU tar behind a content.
                let file = tar_member(b"a.gz", b'0', &gzip(line));
                packed(&[&tar_header(b"d/", b'5', file.len() as u64), &file, &END])
            }),
        ),
        (
            "hard-link-with-content",
            make(|line| packed(&[&tar_member(b"l", b'1', line), &END])),
        ),
        (
            "broken-header",
            make(|line| {
                let mut member = tar_member(b"a.env", b'0', line);
                member[148] ^= 1;
                packed(&[&tar_member(b"b", b'0', b"x"), &member, &END])
            }),
        ),
        (
            "sizes-differ",
            make(|line| {
                let record = pax("size", &line.len().to_string());
                let header = tar_header(b"a.env", b'0', 3);
                packed(&[
                    &tar_member(b"x", b'x', record.as_bytes()),
                    &header,
                    &block(line),
                    &END,
                ])
            }),
        ),
        (
            "size-for-all",
            make(|line| {
                let record = pax("size", &line.len().to_string());
                let header = tar_header(b"a.env", b'0', 3);
                packed(&[
                    &tar_member(b"x", b'g', record.as_bytes()),
                    &header,
                    &block(line),
                    &END,
                ])
            }),
        ),
        (
            "old",
            make(|line| {
                let mut member = tar_member(b"a.gz", b'0', &gzip(line));
                member[257..265].fill(0);
                sum(&mut member[..512]);
                join(&[&member, &END])
            }),
        ),
        (
            "checksum-as-python-reads-it",
            make(|line| {
                let mut member = tar_member(b"a.gz", b'0', &gzip(line));
                let digits = member[148..154].to_vec();
                member[148..156].copy_from_slice(&join(&[b"+", &digits, b"\0"]));
                packed(&[&member, &END])
            }),
        ),
        (
            "sparse-map",
            make(|line| {
                let mut head = tar_header(b"a.env", b'S', 0);
                put(&mut head, 482, &[1]);
                let mut map = vec![0; 512];
                map[100..100 + line.len()].copy_from_slice(line);
                packed(&[&head, &map, &END])
            }),
        ),
    ];
    cases
        .into_iter()
        .map(|(name, make)| (format!("tar-{name}.tgz"), make))
        .collect()
}
