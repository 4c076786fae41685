//! Compressed files: padding, other things behind their end, words in their headers.

use super::{Make, bare, join, make};
use crate::archives::make::{Zip, bzip2, gzip, tar, xz, zstd};

/// A gzip stream with a header of ours.
fn gzip_with(flags: u8, header: &[u8], content: &[u8]) -> Vec<u8> {
    let plain = gzip(content);
    let mut out = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, b'A'];
    out.extend_from_slice(header);
    out.extend_from_slice(&plain[10..]);
    out
}

/// Compressed files with something between and behind their streams.
pub fn all() -> Vec<(String, Make)> {
    type Pack = fn(&[u8]) -> Vec<u8>;
    let packs: [(&str, Pack); 4] = [("gz", gzip), ("bz2", bzip2), ("xz", xz), ("zst", zstd)];
    let mut out: Vec<(String, Make)> = Vec::new();
    for (name, pack) in packs {
        for zeros in [1, 4, 511, 100_000] {
            out.push((
                format!("zeros-{zeros}.{name}"),
                make(move |line| join(&[&pack(b"nothing\n"), &vec![0; zeros], &pack(line)])),
            ));
        }
        for (other, behind) in packs {
            for zeros in [0, 512] {
                out.push((
                    format!("then-{zeros}-{other}.{name}"),
                    make(move |line| join(&[&pack(b"nothing\n"), &vec![0; zeros], &behind(line)])),
                ));
            }
        }
        out.push((
            format!("then-text.{name}"),
            make(move |line| join(&[&pack(b"nothing\n"), line])),
        ));
        out.push((
            format!("then-zip.{name}"),
            make(move |line| {
                let zip = Zip::default().deflated("a.env", line).end_with(b"note");
                join(&[&pack(b"nothing\n"), &zip])
            }),
        ));
        out.push((
            format!("then-tar.{name}"),
            make(move |line| {
                let tar = tar(&[("a.gz", &gzip(line))]);
                join(&[&pack(b"nothing\n"), &tar])
            }),
        ));
    }
    out.push((
        "skipped.zst".to_owned(),
        make(|line| {
            let inner = gzip(line);
            let len = (inner.len() as u32).to_le_bytes();
            let frame = join(&[&[0x53, 0x2a, 0x4d, 0x18], &len, &inner]);
            join(&[&frame, &zstd(b"nothing\n")])
        }),
    ));
    out.push((
        "reserved-flags.gz".to_owned(),
        make(|line| gzip_with(0x80, b"", line)),
    ));
    out.push((
        "comment.gz".to_owned(),
        make(|line| gzip_with(16, &join(&[bare(line), b"\0"]), b"nothing\n")),
    ));
    out.push((
        "extra.gz".to_owned(),
        make(|line| {
            let value = bare(line);
            let len = value.len() as u16;
            // The length of all fields ends in a letter's code, as a hostile one would.
            let field = join(&[b"zz", &len.to_le_bytes(), value]);
            let all = (field.len() as u16).to_le_bytes();
            gzip_with(4, &join(&[&all, &field]), b"nothing\n")
        }),
    ));
    out
}
