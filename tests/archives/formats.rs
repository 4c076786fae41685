//! Each format, and archives inside archives.

use super::make::{
    Entry, Zip, bzip2, gzip, gzip_named, sum, tar, tar_header, tar_member, xz, zip_lzma, zstd,
};
use crate::common::{Dir, findings, line, members, skipped};

/// Scans one file and gives where something was found.
#[track_caller]
fn found(name: &str, content: &[u8]) -> Vec<String> {
    let dir = Dir::new();
    dir.write(name, content);
    let report = dir.json(&["scan", name]);
    assert_eq!(skipped(&report), Vec::<String>::new());
    members(&report)
}

/// A text that compresses, with a value in the middle.
fn text() -> Vec<u8> {
    let filler = "nothing to see in this line of text\n".repeat(200);
    format!("{filler}{}{filler}", line(1)).into_bytes()
}

const AT: &str = "201:14";

#[test]
fn compressed_files() {
    for (name, content) in [
        ("a.log.gz", gzip(&text())),
        ("a.log.bz2", bzip2(&text())),
        ("a.log.xz", xz(&text())),
        ("a.log.zst", zstd(&text())),
    ] {
        assert_eq!(found(name, &content), [format!("{name}!a.log:{AT}")]);
        // By its first bytes, not by its name.
        assert_eq!(found("blob", &content), [format!("blob!content:{AT}")]);
    }
    let named = gzip_named("b.log", &text());
    assert_eq!(found("a.gz", &named), [format!("a.gz!b.log:{AT}")]);
}

#[test]
fn several_streams_in_a_row() {
    let (head, tail) = (b"first part\n", line(1));
    for (name, pack) in [
        ("a.gz", gzip as fn(&[u8]) -> Vec<u8>),
        ("a.bz2", bzip2),
        ("a.xz", xz),
        ("a.zst", zstd),
    ] {
        let mut both = pack(head);
        both.extend(pack(tail.as_bytes()));
        assert_eq!(found(name, &both), [format!("{name}!a:2:14")]);
    }
    // What zstd skips may stand before and between.
    let mut skip = vec![0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3];
    skip.extend(zstd(tail.as_bytes()));
    assert_eq!(found("a.zst", &skip), ["a.zst!a:1:14"]);
}

#[test]
fn tars_of_every_kind() {
    let text = text();
    let plain = tar(&[("empty", b""), ("conf/a.env", &text)]);
    let expected = |name: &str| [format!("{name}!conf/a.env:{AT}")];
    assert_eq!(found("a.tar", &plain), expected("a.tar"));
    assert_eq!(found("a.tgz", &gzip(&plain)), expected("a.tgz"));
    assert_eq!(found("a.tar.bz2", &bzip2(&plain)), expected("a.tar.bz2"));
    assert_eq!(found("a.tar.xz", &xz(&plain)), expected("a.tar.xz"));
    assert_eq!(found("a.tar.zst", &zstd(&plain)), expected("a.tar.zst"));
}

#[test]
fn long_names_in_tars() {
    let name = format!("{}/deep.env", "d".repeat(120));
    let value = line(1);
    let expected = [format!("a.tar!{name}:1:14")];

    let mut gnu = tar_member(b"././@LongLink", b'L', format!("{name}\0").as_bytes());
    gnu.extend(tar_member(b"cut", b'0', value.as_bytes()));
    assert_eq!(found("a.tar", &gnu), expected);

    let record = format!("path={name}\n");
    let record = format!("{} {record}", record.len() + 4);
    let mut pax = tar_member(b"PaxHeaders/x", b'x', record.as_bytes());
    pax.extend(tar_member(b"cut", b'0', value.as_bytes()));
    assert_eq!(found("a.tar", &pax), expected);

    let mut posix = tar_member(b"deep.env", b'0', value.as_bytes());
    posix[345..465].fill(b'd');
    sum(&mut posix[..512]);
    assert_eq!(found("a.tar", &posix), expected);
}

#[test]
fn sizes_in_bytes_instead_of_digits() {
    let value = line(1);
    let mut member = tar_member(b"a.env", b'0', value.as_bytes());
    member[124] = 0x80;
    member[125..136].fill(0);
    member[135] = value.len() as u8;
    sum(&mut member[..512]);
    member.extend(tar_member(b"b.env", b'0', line(2).as_bytes()));
    assert_eq!(
        found("a.tar", &member),
        ["a.tar!a.env:1:14", "a.tar!b.env:1:14"]
    );
}

#[test]
fn a_links_target_in_a_tar_is_content() {
    let mut link = tar_header(b"link", b'2', 0);
    let target = format!("x/{}", line(1).trim_end());
    link[157..157 + target.len()].copy_from_slice(target.as_bytes());
    sum(&mut link);
    assert_eq!(found("a.tgz", &gzip(&link)), ["a.tgz!link:1:16"]);
}

#[test]
fn every_method_of_a_zip() {
    let text = text();
    let size = text.len() as u32;
    for (method, data) in [
        (0, text.clone()),
        (8, super::make::deflate(&text)),
        (12, bzip2(&text)),
        (14, zip_lzma(&text, true)),
        (14, zip_lzma(&text, false)),
        (93, zstd(&text)),
        (95, xz(&text)),
    ] {
        let zip = Zip::default().with(&Entry {
            name: b"conf/a.env",
            method,
            data: &data,
            size,
            ..Entry::default()
        });
        assert_eq!(
            found("a.jar", &zip.end()),
            [format!("a.jar!conf/a.env:{AT}")],
            "method {method}"
        );
    }
}

#[test]
fn a_zip_behind_a_program() {
    let zip = Zip::default().deflated("a.env", line(1).as_bytes()).end();
    let mut program = b"#!/usr/bin/env python3\n".to_vec();
    program.extend(zip);
    assert_eq!(found("tool", &program), ["tool!a.env:1:14"]);
}

#[test]
fn entries_that_no_list_names() {
    let (old, new) = (line(1), line(2));
    let gone = super::make::deflate(old.as_bytes());
    let zip = Zip::default()
        .with(&Entry {
            name: b"deleted.env",
            method: 8,
            data: &gone,
            size: old.len() as u32,
            unlisted: true,
            ..Entry::default()
        })
        .deflated("a.env", new.as_bytes())
        .end();
    assert_eq!(
        found("a.zip", &zip),
        ["a.zip!a.env:1:14", "a.zip!deleted.env:1:14"]
    );
}

#[test]
fn nested_ones() {
    let inner = gzip(&tar(&[("secret/a.env", line(1).as_bytes())]));
    let outer = Zip::default()
        .deflated("readme", b"text")
        .stored("lib/inner.tgz", &inner)
        .end();
    let all = gzip(&tar(&[("outer.jar", &outer)]));
    assert_eq!(
        found("all.tar.gz", &all),
        ["all.tar.gz!outer.jar!lib/inner.tgz!secret/a.env:1:14"]
    );
}

#[test]
fn what_is_not_compressed_is_told_once() {
    let zip = Zip::default().stored("a.env", line(1).as_bytes()).end();
    let all = tar(&[("a.zip", &zip)]);
    assert_eq!(found("all.tar", &all), ["all.tar!a.zip!a.env:1:14"]);
}

#[test]
fn closed_on_request() {
    let dir = Dir::new();
    dir.write("a.gz", gzip(line(1).as_bytes()));
    dir.write("a.tar", tar(&[("a.env", line(2).as_bytes())]));
    let report = dir.json(&["scan", "--no-archives"]);
    // The raw bytes are scanned as ever.
    assert_eq!(findings(&report).len(), 1);
    assert!(members(&report)[0].starts_with("a.tar:"));
    let report = dir.json(&["scan", "--no-archives", "--archives"]);
    assert_eq!(members(&report), ["a.gz!a:1:14", "a.tar!a.env:1:14"]);
}

#[test]
fn what_only_begins_like_an_archive_is_a_file() {
    let dir = Dir::new();
    for (name, start) in [
        (
            "a",
            &b"PK\x03\x04 is how a zip begins, isn't it, and so it does"[..],
        ),
        ("b", b"\x1f\x8b and then something else entirely"),
        ("c", b"BZh9 is how a bzip2 begins"),
        ("d", b"PK\x05\x06"),
        ("e", b"(\xb5/"),
        ("f", b"7z"),
    ] {
        dir.write(name, [start, b"\n", line(1).as_bytes()].concat());
    }
    let report = dir.json(&["scan"]);
    assert_eq!(skipped(&report), Vec::<String>::new());
    assert_eq!(report["summary"]["complete"], true);
    assert_eq!(members(&report).len(), 6);
}
