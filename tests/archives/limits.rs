//! Every limit: what it cuts off is named with the right weight, and the rest is read.

use super::make::{Entry, Zip, bzip2, deflate, gzip, tar, xz, zstd};
use crate::common::{Dir, line, members, skipped};
use serde_json::Value;

/// Scans one file with more arguments.
fn scan(name: &str, content: &[u8], more: &[&str]) -> Value {
    let dir = Dir::new();
    dir.write(name, content);
    let mut args = vec!["scan", name];
    args.extend(more);
    dir.json(&args)
}

/// The weights of everything that was not read.
fn weights(report: &Value) -> Vec<&str> {
    let rows = report["skipped"].as_array().expect("a list");
    rows.iter()
        .map(|row| row["weight"].as_str().expect("text"))
        .collect()
}

#[test]
fn depth() {
    let mut inner = gzip(line(1).as_bytes());
    for n in 0..5 {
        inner = Zip::default()
            .deflated(&format!("{n}.zip"), &inner)
            .deflated(&format!("{n}.env"), line(10 + n).as_bytes())
            .end();
    }
    let report = scan("a.zip", &inner, &[]);
    assert_eq!(
        members(&report),
        [
            "a.zip!4.env:1:14",
            "a.zip!4.zip!3.env:1:14",
            "a.zip!4.zip!3.zip!2.env:1:14",
            "a.zip!4.zip!3.zip!2.zip!1.env:1:14",
        ]
    );
    assert_eq!(
        skipped(&report),
        ["archive-limit a.zip!4.zip!3.zip!2.zip!1.zip (nested in 4 archives, which is the limit)"]
    );
    assert_eq!(weights(&report), ["scope"]);
    assert_eq!(report["summary"]["complete"], true);
    assert_eq!(
        members(&scan("a.zip", &inner, &["--archive-depth", "6"])).len(),
        6
    );
    assert_eq!(
        members(&scan("a.zip", &inner, &["--archive-depth", "1"])).len(),
        1
    );
}

#[test]
fn decompressed_bytes_of_a_whole_archive() {
    // Random enough that proportion is no matter.
    let filler: Vec<u8> = (0u32..60_000)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    let mut first = line(1).into_bytes();
    first.extend(&filler);
    let zip = Zip::default()
        .deflated("a.env", &first)
        .deflated("b.env", &first)
        .deflated("c.env", line(2).as_bytes())
        .end();
    let report = scan("a.zip", &zip, &["--archive-max-size", "300K"]);
    assert_eq!(members(&report), ["a.zip!a.env:1:14", "a.zip!b.env:1:14"]);
    assert_eq!(
        skipped(&report),
        ["archive-limit a.zip (more than 307200 bytes when decompressed; the rest was not read)"]
    );
    assert_eq!(weights(&report), ["scope"]);
}

#[test]
fn one_member() {
    let mut large = line(1).into_bytes();
    large.resize(3000, b'.');
    large.extend(b"\n");
    large.extend(line(2).as_bytes());
    let small = line(3);
    let members_in = [("large.env", &large[..]), ("small.env", small.as_bytes())];
    let max = ["--max-file-size", "2K"];
    let detail = "only the first 2048 bytes were scanned";
    let report = scan("a.tgz", &gzip(&tar(&members_in)), &max);
    assert_eq!(
        members(&report),
        ["a.tgz!large.env:1:14", "a.tgz!small.env:1:14"]
    );
    assert_eq!(
        skipped(&report),
        [format!("too-large a.tgz!large.env ({detail})")]
    );
    assert_eq!(weights(&report), ["scope"]);
    let zip = Zip::default()
        .deflated("large.env", &large)
        .deflated("small.env", small.as_bytes())
        .end();
    let report = scan("a.zip", &zip, &max);
    assert_eq!(
        members(&report),
        ["a.zip!large.env:1:14", "a.zip!small.env:1:14"]
    );
    assert_eq!(
        skipped(&report),
        [format!("too-large a.zip!large.env ({detail})")]
    );
}

#[test]
fn number_of_members() {
    let names: Vec<String> = (0..50).map(|n| format!("{n:02}.env")).collect();
    let content = line(1);
    let all: Vec<(&str, &[u8])> = names
        .iter()
        .map(|name| (name.as_str(), content.as_bytes()))
        .collect();
    let mut zip = Zip::default();
    for (name, content) in &all {
        zip = zip.deflated(name, content);
    }
    for (name, archive) in [("a.zip", zip.end()), ("a.tgz", gzip(&tar(&all)))] {
        let report = scan(name, &archive, &["--archive-max-members", "20"]);
        assert_eq!(members(&report).len(), 20, "{name}");
        assert_eq!(
            skipped(&report),
            [format!("archive-limit {name} (more than 20 members)")]
        );
        assert_eq!(weights(&report), ["scope"]);
        let report = scan(name, &archive, &["--archive-max-members", "50"]);
        assert_eq!(members(&report).len(), 50, "{name}");
        assert_eq!(skipped(&report), Vec::<String>::new());
    }
}

#[test]
fn what_is_not_read_is_named() {
    let value = line(1);
    let locked = |name: &'static [u8]| Entry {
        name,
        method: 8,
        flags: 1,
        data: b"0123456789abcdef0123456789",
        size: 14,
        ..Entry::default()
    };
    let zip = Zip::default()
        .with(&locked(b"a.env"))
        .with(&locked(b"b.env"))
        .deflated("c.env", value.as_bytes())
        .end();
    let report = scan("a.zip", &zip, &[]);
    assert_eq!(members(&report), ["a.zip!c.env:1:14"]);
    assert_eq!(
        skipped(&report),
        ["encrypted-archive a.zip (2 of 3 members)"]
    );
    assert_eq!(weights(&report), ["scope"]);

    let dir = Dir::new();
    dir.write("a.zip", Zip::default().with(&locked(b"a.env")).end());
    let run = dir.run(&["scan"]);
    run.ends(0).says("1 encrypted archive, not read");
    dir.run(&["scan", "--strict"]).ends(2);

    let zip = Zip::default()
        .with(&Entry {
            name: b"a.env",
            method: 9,
            data: b"0123456789",
            size: 14,
            ..Entry::default()
        })
        .deflated("c.env", value.as_bytes())
        .end();
    let report = scan("a.zip", &zip, &[]);
    assert_eq!(members(&report), ["a.zip!c.env:1:14"]);
    assert_eq!(
        skipped(&report),
        ["unsupported-archive a.zip!a.env (compression method 9)"]
    );
    assert_eq!(weights(&report), ["scope"]);

    let report = scan("a.bin", b"7z\xbc\xaf\x27\x1c\x00\x04abcdefgh", &[]);
    assert_eq!(skipped(&report), ["unsupported-archive a.bin (7z)"]);
    let report = scan("a.bin", b"Rar!\x1a\x07\x01\x00abcdefgh", &[]);
    assert_eq!(skipped(&report), ["unsupported-archive a.bin (RAR)"]);
}

#[test]
fn a_zip_in_pieces_inside_another_format_is_named_and_not_called_damaged() {
    let zip = Zip::default()
        .stored("a.env", line(1).as_bytes())
        .stored("b.env", line(2).as_bytes())
        .end();
    // As a store of documents keeps it: a head, a mark between two blocks, and padding behind it.
    let second = memchr::memmem::rfind(&zip, b"PK\x03\x04").expect("the second entry");
    let parts = [&[0; 24][..], &zip[..second], &[7; 12], &zip[second..]];
    let kept = [&parts.concat()[..], &[0; 512]].concat();
    let report = scan("a.rp", &kept, &[]);
    assert_eq!(
        skipped(&report),
        [
            "unsupported-archive a.rp (pieces of a zip in a file of another kind; 2 of 2 entries found by their own headers)"
        ]
    );
    // At the front of a file it is a zip, and damaged.
    let report = scan("a.rp", &kept[24..], &[]);
    assert!(
        skipped(&report)
            .iter()
            .all(|gap| gap.starts_with("corrupt-archive"))
    );
    assert!(!skipped(&report).is_empty());
}

#[test]
fn a_flag_that_keeps_readers_out_in_one_place_does_not() {
    // Set in the list alone, as some packers do.
    let value = line(1);
    let zip = Zip::default().deflated("a.env", value.as_bytes());
    let mut zip = zip.end();
    let list = memchr::memmem::rfind(&zip, b"PK\x01\x02").expect("a list");
    zip[list + 8] |= 1;
    let report = scan("a.zip", &zip, &[]);
    assert_eq!(members(&report), ["a.zip!a.env:1:14"]);
}

#[test]
fn of_two_limits_the_harder_counts() {
    // Over the limit for a member long before it is out of proportion.
    let mut content = line(1).into_bytes();
    content.resize(40 << 20, 0);
    let max = ["--max-file-size", "1M"];
    let zip = |data: &[u8]| {
        let entry = Entry {
            name: b"a",
            method: 8,
            data,
            size: content.len() as u32,
            ..Entry::default()
        };
        Zip::default().with(&entry).end()
    };
    let bombs = [
        ("a.gz", gzip(&content)),
        ("a.bz2", bzip2(&content)),
        ("a.xz", xz(&content)),
        ("a.zst", zstd(&content)),
        ("a.tgz", gzip(&tar(&[("a", &content)]))),
        ("a.zip", zip(&deflate(&content))),
    ];
    for (name, bomb) in bombs {
        assert!(bomb.len() < 500_000, "{name}");
        let report = scan(name, &bomb, &max);
        assert_eq!(members(&report), [format!("{name}!a:1:14")]);
        assert_eq!(report["summary"]["complete"], false, "{name}");
        let told = skipped(&report);
        assert!(told[0].starts_with("bomb "), "{name}: {told:?}");
    }
    // Damage behind the limit is no less damage.
    let text: String = (0..300_000).map(|n| format!("line {n}\n")).collect();
    let whole = gzip(format!("{}{text}", line(1)).as_bytes());
    assert!((3_000..1 << 20).contains(&whole.len()), "{}", whole.len());
    let report = scan("a.gz", &whole, &max);
    assert_eq!(weights(&report), ["scope"]);
    let report = scan("a.gz", &whole[..whole.len() - 1000], &max);
    assert_eq!(weights(&report), ["failed", "scope"]);
    assert_eq!(members(&report), ["a.gz!a:1:14"]);
}
