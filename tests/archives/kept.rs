//! Containers and what can be wrong with them: a value that any program would read out of one is
//! found, or a gap is named. Never silence.
//!
//! The value stands where only opening finds it: compressed, or touching other letters. Python's
//! own readers, and one that goes by the entries' own headers as stream readers do, say which of
//! the cases somebody can read.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use serde_json::Value;

use super::make::{
    Entry, Zip, bzip2, deflate, gzip, pax, put, sum, tar, tar_header, tar_member, xz, zstd,
};
use crate::common::{Dir, findings, line, token};

/// A file with a value in it.
struct Case {
    name: String,
    bytes: Vec<u8>,
}

/// Makes the content of a case from its line.
type Make = Box<dyn Fn(&[u8]) -> Vec<u8>>;

fn make(make: impl Fn(&[u8]) -> Vec<u8> + 'static) -> Make {
    Box::new(make)
}

fn join(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

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

/// A value without its line, ready to touch others.
fn bare(line: &[u8]) -> &[u8] {
    line.trim_ascii_end()
        .strip_prefix(b"GITHUB_TOKEN=")
        .expect("a line of ours")
}

/// A gzip stream with a header of ours.
fn gzip_with(flags: u8, header: &[u8], content: &[u8]) -> Vec<u8> {
    let plain = gzip(content);
    let mut out = vec![0x1f, 0x8b, 8, flags, 0, 0, 0, 0, 0, b'A'];
    out.extend_from_slice(header);
    out.extend_from_slice(&plain[10..]);
    out
}

/// A zip whose value is compressed, in every dress.
fn dressed_zips() -> Vec<(String, Make)> {
    let zip =
        |line: &[u8], comment: &[u8]| Zip::default().deflated("a.env", line).end_with(comment);
    let mut out = Vec::new();
    let long = vec![b'.'; 65_535];
    for (front, before) in [
        ("", Vec::new()),
        ("script-", b"#!/bin/sh\nexit 0\n".to_vec()),
        ("exe-", join(&[b"MZ", &[7; 5000]])),
        ("text-", b"some text before it\n".repeat(20)),
    ] {
        for (back, comment, behind) in [
            ("plain", Vec::new(), Vec::new()),
            ("comment", b"a comment".to_vec(), Vec::new()),
            ("long-comment", long.clone(), Vec::new()),
            ("trailing", Vec::new(), vec![b'x'; 100]),
            ("comment-trailing", b"a comment".to_vec(), vec![0; 3000]),
            ("certificate", Vec::new(), vec![0x30; 100_000]),
            ("lure", b"PK\x05\x06 and no record".to_vec(), vec![b'y'; 40]),
        ] {
            if back == "certificate" && front == "text-" {
                // Further from the end than any program looks.
                continue;
            }
            let before = before.clone();
            out.push((
                format!("dress-{front}{back}.zip"),
                make(move |line| join(&[&before, &zip(line, &comment), &behind])),
            ));
        }
    }
    out.push((
        "two-zips.zip".to_owned(),
        make(move |line| join(&[&zip(line, b"first"), &zip(b"nothing\n", b"second")])),
    ));
    out.push((
        "zip-in-a-comment.zip".to_owned(),
        make(move |line| zip(b"nothing\n", &zip(line, b""))),
    ));
    out
}

/// Zips whose list and entries do not say the same.
fn lying_zips() -> Vec<(String, Make)> {
    fn entry<'a>(data: &'a [u8], line: &[u8]) -> Entry<'a> {
        Entry {
            name: b"a.env",
            method: 8,
            data,
            size: line.len() as u32,
            ..Entry::default()
        }
    }
    /// Changes the usual entry, deflated and right in all it says.
    fn with(change: for<'a> fn(Entry<'a>) -> Entry<'a>) -> Make {
        make(move |line| {
            let data = deflate(line);
            let entry = change(entry(&data, line));
            Zip::default()
                .with(&entry)
                .deflated("b.txt", b"nothing\n")
                .end()
        })
    }
    /// The entry is stored, and what it holds is a compressed file.
    fn stored(change: for<'a> fn(Entry<'a>) -> Entry<'a>) -> Make {
        make(move |line| {
            let data = gzip(line);
            let entry = change(Entry {
                name: b"a.gz",
                method: 0,
                data: &data,
                size: data.len() as u32,
                ..Entry::default()
            });
            Zip::default().with(&entry).end()
        })
    }
    let cases: Vec<(&str, Make)> = vec![
        (
            "list-stored",
            with(|e| Entry {
                method: 0,
                own_method: Some(8),
                ..e
            }),
        ),
        (
            "list-unknown",
            with(|e| Entry {
                method: 9,
                own_method: Some(8),
                ..e
            }),
        ),
        (
            "own-stored",
            with(|e| Entry {
                own_method: Some(0),
                ..e
            }),
        ),
        (
            "own-unknown",
            with(|e| Entry {
                own_method: Some(9),
                ..e
            }),
        ),
        (
            "list-deflated",
            stored(|e| Entry {
                method: 8,
                own_method: Some(0),
                ..e
            }),
        ),
        (
            "list-short",
            with(|e| Entry {
                compressed: Some(3),
                ..e
            }),
        ),
        (
            "list-long",
            with(|e| Entry {
                compressed: Some(9000),
                ..e
            }),
        ),
        (
            "own-short",
            with(|e| Entry {
                own_compressed: Some(3),
                ..e
            }),
        ),
        (
            "own-long",
            with(|e| Entry {
                own_compressed: Some(9000),
                ..e
            }),
        ),
        ("size-short", with(|e| Entry { size: 3, ..e })),
        (
            "own-size",
            with(|e| Entry {
                own_size: Some(3),
                ..e
            }),
        ),
        (
            "stored-list-short",
            stored(|e| Entry {
                compressed: Some(5),
                size: 5,
                ..e
            }),
        ),
        (
            "stored-own-short",
            stored(|e| Entry {
                own_compressed: Some(5),
                own_size: Some(5),
                ..e
            }),
        ),
        (
            "unlisted",
            with(|e| Entry {
                unlisted: true,
                ..e
            }),
        ),
        (
            "unlisted-stored",
            stored(|e| Entry {
                unlisted: true,
                ..e
            }),
        ),
        (
            "unlisted-unknown",
            with(|e| Entry {
                unlisted: true,
                method: 9,
                ..e
            }),
        ),
        (
            "unlisted-streamed",
            with(|e| Entry {
                unlisted: true,
                own_flags: Some(8),
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "unlisted-stored-streamed",
            stored(|e| Entry {
                unlisted: true,
                own_flags: Some(8),
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "streamed",
            with(|e| Entry {
                flags: 8,
                own_size: Some(0),
                own_compressed: Some(0),
                ..e
            }),
        ),
        (
            "other-name",
            with(|e| Entry {
                own_name: Some(b"other.env"),
                ..e
            }),
        ),
        (
            "locked-in-the-list",
            with(|e| Entry {
                flags: 1,
                own_flags: Some(0),
                ..e
            }),
        ),
        (
            "locked-itself",
            with(|e| Entry {
                own_flags: Some(1),
                ..e
            }),
        ),
        (
            "elsewhere",
            with(|e| Entry {
                start: Some(7),
                ..e
            }),
        ),
    ];
    let mut out: Vec<(String, Make)> = cases
        .into_iter()
        .map(|(name, make)| (format!("lie-{name}.zip"), make))
        .collect();
    out.push((
        "lie-stored-and-more.zip".to_owned(),
        // Where the list ends the content, the value ends; the entry goes on with letters.
        make(|line| {
            let value = bare(line);
            let data = join(&[value, b"AAAA"]);
            let entry = Entry {
                name: b"a.env",
                data: &data,
                size: value.len() as u32,
                compressed: Some(value.len() as u32),
                own_size: Some(data.len() as u32),
                ..Entry::default()
            };
            Zip::default().with(&entry).end()
        }),
    ));
    for (name, comment, extra) in [("comment", true, false), ("extra", false, true)] {
        out.push((
            format!("entry-{name}.zip"),
            make(move |line| {
                let value = bare(line);
                let field = join(&[b"zz", &(value.len() as u16).to_le_bytes(), value]);
                let entry = Entry {
                    name: b"a.env",
                    comment: if comment { value } else { b"" },
                    extra: if extra { &field } else { b"" },
                    data: b"nothing\n",
                    size: 8,
                    ..Entry::default()
                };
                Zip::default().with(&entry).end()
            }),
        ));
    }
    out.push((
        "archive-comment.zip".to_owned(),
        make(|line| {
            Zip::default()
                .deflated("a.env", b"nothing\n")
                .end_with(bare(line))
        }),
    ));
    out
}

/// Compressed files with something between and behind their streams.
fn streams() -> Vec<(String, Make)> {
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

/// Tars whose value stands beside their members.
fn tars() -> Vec<(String, Make)> {
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

/// Kinds that are named and not opened.
fn closed() -> Vec<(String, Make)> {
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

fn cases() -> Vec<Case> {
    let all = [dressed_zips(), lying_zips(), streams(), tars(), closed()];
    (0..)
        .zip(all.into_iter().flatten())
        .map(|(n, (name, make))| Case {
            name,
            bytes: make(line(n).as_bytes()),
        })
        .collect()
}

/// The files of a report in which something was found, and those that it names as not read.
fn spoken_of(report: &Value) -> BTreeSet<String> {
    let found = findings(report)
        .iter()
        .flat_map(|finding| finding["places"].as_array().expect("places"))
        .map(|place| place["path"].as_str().expect("a path").to_owned());
    let told = report["skipped"].as_array().expect("a list").iter();
    let told = told.map(|row| {
        let what = row["what"].as_str().expect("text");
        what.split('!').next().unwrap_or(what).to_owned()
    });
    found.chain(told).collect()
}

#[test]
fn a_value_is_found_or_a_gap_is_named() {
    let cases = cases();
    let dir = Dir::new();
    for case in &cases {
        dir.write(&case.name, &case.bytes);
    }
    let spoken = spoken_of(&dir.json(&["scan"]));
    let silent: Vec<&str> = cases
        .iter()
        .map(|case| case.name.as_str())
        .filter(|name| !spoken.contains(*name))
        .collect();
    assert_eq!(silent, Vec::<&str>::new(), "neither found nor named");
}

#[test]
fn what_others_read_is_not_called_clean() {
    let cases = cases();
    let dir = Dir::new();
    let mut values = String::new();
    for (n, case) in (0..).zip(&cases) {
        dir.write(&format!("in/{}", case.name), &case.bytes);
        values += &format!("{} {}\n", case.name, token(n));
    }
    dir.write("values", values);
    dir.write("readers.py", include_str!("readers.py"));
    let readers = Command::new("python3")
        .current_dir(dir.path())
        .args(["readers.py", "in", "values"])
        .output();
    let readers = match readers {
        Ok(readers) if readers.status.success() => readers,
        other => {
            let text = format!("LEFT OUT: no python3 that reads archives ({other:?})\n");
            std::io::stderr()
                .write_all(text.as_bytes())
                .expect("standard error is open");
            return;
        }
    };
    let read = String::from_utf8(readers.stdout).expect("names");
    let read: BTreeSet<&str> = read.lines().collect();
    let spoken = spoken_of(&dir.json(&["scan", "in"]));
    let silent: Vec<_> = read
        .iter()
        .filter(|name| !spoken.contains(**name))
        .collect();
    assert_eq!(
        silent,
        Vec::<&&str>::new(),
        "read by others, neither found nor named"
    );
    // Otherwise the cases would be none: most of them hold something that others read.
    assert!(read.len() > 60, "{}: {read:?}", read.len());
}
