//! Hostile archives end in bounded time, everything readable is scanned, and nothing is called
//! clean.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

use keysweep::finding::Skipped;
use keysweep::source::{ArchiveLimits, Blob, Control, Inherit, Visit, scan_reader};

use super::cases::cases;
use super::make::{Entry, Zip, bzip2, deflate, gzip, sum, tar, tar_member, xz, zstd};
use crate::common::{Dir, line, members, skipped, token};

/// Scans one file, which ends, and holds it to not calling the archive clean.
#[track_caller]
fn scan(name: &str, content: &[u8]) -> Value {
    let dir = Dir::new();
    dir.write(name, content);
    let report = dir.json(&["scan", name]);
    assert_eq!(report["summary"]["complete"], false, "{name}");
    report
}

/// A line, and then as many zeros.
fn zeros(count: usize) -> Vec<u8> {
    let mut content = line(1).into_bytes();
    content.resize(content.len() + count, 0);
    content
}

#[test]
fn bombs() {
    let content = zeros(100 << 20);
    let grows = "grows to more than 200 times its size; the beginning was scanned";
    for (name, bomb) in [
        ("a.gz", gzip(&content)),
        ("a.bz2", bzip2(&content)),
        ("a.xz", xz(&content)),
        ("a.zst", zstd(&content)),
    ] {
        assert!(bomb.len() < 1 << 20, "{name}");
        let report = scan(name, &bomb);
        assert_eq!(members(&report), [format!("{name}!a:1:14")]);
        assert_eq!(skipped(&report), [format!("bomb {name} ({grows})")]);
    }
    let deflated = deflate(&content);
    let bomb = Entry {
        name: b"bomb.env",
        method: 8,
        data: &deflated,
        size: content.len() as u32,
        ..Entry::default()
    };
    let zip = Zip::default()
        .with(&bomb)
        .deflated("z.env", line(2).as_bytes());
    let report = scan("a.zip", &zip.end());
    assert_eq!(
        members(&report),
        ["a.zip!bomb.env:1:14", "a.zip!z.env:1:14"],
        "what stands behind a bomb is read"
    );
    assert_eq!(skipped(&report), [format!("bomb a.zip!bomb.env ({grows})")]);
}

#[test]
fn a_bomb_of_many_small_parts() {
    // No part is out of proportion to what is always allowed; all together are.
    let content = zeros(4_000_000);
    let mut zip = Zip::default();
    for n in 0..40 {
        zip = zip.deflated(&format!("{n:02}.env"), &content);
    }
    let zip = zip.end();
    let report = scan("a.zip", &zip);
    let detail = "all members together grow to more than 200 times its size; the rest was not read";
    assert_eq!(skipped(&report), [format!("bomb a.zip ({detail})")]);
    assert!((10..40).contains(&members(&report).len()));

    // Of bombs, a tree: every leaf is a bomb, and there are 16 times 16 of them.
    let mut tree = gzip(&zeros(30 << 20));
    for _ in 0..2 {
        let mut zip = Zip::default();
        for n in 0..16 {
            zip = zip.deflated(&format!("{n:02}"), &tree);
        }
        tree = zip.end();
    }
    scan("tree.zip", &tree);
}

#[test]
fn an_archive_in_itself_without_end() {
    // The shape of a zip quine without its arithmetic: deeper than anybody looks.
    let mut zip = Zip::default().deflated("a.env", line(1).as_bytes()).end();
    for _ in 0..40 {
        zip = Zip::default()
            .deflated("a.env", line(1).as_bytes())
            .deflated("again.zip", &zip)
            .end();
    }
    let dir = Dir::new();
    dir.write("a.zip", zip);
    let report = dir.json(&["scan", "a.zip"]);
    assert_eq!(members(&report).len(), 4);
    assert_eq!(skipped(&report).len(), 1);
}

#[test]
fn lies_about_sizes() {
    let value = line(1);
    let data = deflate(value.as_bytes());
    for size in [0, 3, 1 << 20, u32::MAX - 1] {
        let zip = Zip::default()
            .with(&Entry {
                name: b"a.env",
                method: 8,
                data: &data,
                size,
                ..Entry::default()
            })
            .end();
        let report = scan("a.zip", &zip);
        assert_eq!(members(&report), ["a.zip!a.env:1:14"], "{size}");
        let is = value.len();
        assert_eq!(
            skipped(&report),
            [format!(
                "corrupt-archive a.zip!a.env (says that it has {size} bytes and has {is}; they were scanned)"
            )]
        );
    }
    // A length of the data that runs over everything behind it.
    let zip = Zip::default()
        .with(&Entry {
            name: b"a.env",
            method: 8,
            data: &data,
            size: value.len() as u32,
            compressed: Some(1 << 30),
            ..Entry::default()
        })
        .deflated("b.env", line(2).as_bytes())
        .end();
    let report = scan("a.zip", &zip);
    assert_eq!(members(&report), ["a.zip!a.env:1:14", "a.zip!b.env:1:14"]);
    // A tar that says a member is as large as a disk.
    let mut huge = tar_member(b"a.env", b'0', value.as_bytes());
    huge[124..136].copy_from_slice(b"77777777777\0");
    sum(&mut huge[..512]);
    let report = scan("a.tgz", &gzip(&huge));
    assert_eq!(members(&report), ["a.tgz!a.env:1:14"]);
    // And one of a size that is no number.
    let mut none = tar_member(b"a.env", b'0', value.as_bytes());
    none[124..136].copy_from_slice(b"-0000000001\0");
    sum(&mut none[..512]);
    none.extend(tar_member(b"b.env", b'0', line(2).as_bytes()));
    let report = scan("a.tgz", &gzip(&none));
    assert_eq!(
        members(&report),
        ["a.tgz!(in no member):1:14", "a.tgz!b.env:1:14"]
    );
}

#[test]
fn entries_that_overlap() {
    // Many entries of the list that share one piece of data.
    let mut zip = Zip::default().deflated("kernel.env", &zeros(1 << 20));
    for n in 0..2_000 {
        zip = zip.with(&Entry {
            name: format!("{n}.env").as_bytes(),
            method: 8,
            start: Some(0),
            ..Entry::default()
        });
    }
    let report = scan("a.zip", &zip.end());
    assert_eq!(members(&report), ["a.zip!kernel.env:1:14"]);
    // And entries that lie inside others' data.
    let inner = Zip::default()
        .deflated("inner.env", line(2).as_bytes())
        .cut();
    let data = [
        b"some text that is longer than a header of a zip\n",
        &inner[..],
    ]
    .concat();
    let zip = Zip::default().stored("outer.txt", &data).with(&Entry {
        name: b"inner.env",
        method: 8,
        size: line(2).len() as u32,
        compressed: Some(deflate(line(2).as_bytes()).len() as u32),
        start: Some((30 + 9 + data.len() - inner.len()) as u32),
        ..Entry::default()
    });
    let report = scan("b.zip", &zip.end());
    assert_eq!(members(&report), ["b.zip!inner.env:1:14"]);
}

#[test]
fn names_that_climb_are_only_shown() {
    let dir = Dir::repo();
    let names = [
        "../../up.env",
        "/abs.env",
        "C:\\win.env",
        "a\\..\\b.env",
        "..",
    ];
    let mut zip = Zip::default();
    let mut tars = Vec::new();
    for (n, name) in (1..).zip(names) {
        let content = line(n);
        zip = zip.deflated(name, content.as_bytes());
        tars.extend(tar_member(name.as_bytes(), b'0', content.as_bytes()));
    }
    dir.write("a.zip", zip.end());
    dir.write("a.tgz", gzip(&tars));
    let before = files(&dir);
    let report = dir.json(&["scan"]);
    assert_eq!(files(&dir), before, "nothing is written");
    let found = members(&report);
    for name in names {
        assert!(
            found.contains(&format!("a.zip!{name}:1:14")),
            "{name}: {found:?}"
        );
        assert!(
            found.contains(&format!("a.tgz!{name}:1:14")),
            "{name}: {found:?}"
        );
    }
    for place in report["findings"][0]["places"].as_array().expect("places") {
        assert!(["a.zip", "a.tgz"].contains(&place["uri"].as_str().expect("text")));
    }
}

/// Every path below the temporary directory.
fn files(dir: &Dir) -> Vec<std::path::PathBuf> {
    fn walk(path: std::path::PathBuf, out: &mut Vec<std::path::PathBuf>) {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path).expect("readable") {
                walk(entry.expect("an entry").path(), out);
            }
        }
        out.push(path);
    }
    let mut out = Vec::new();
    walk(dir.outside(""), &mut out);
    out.sort();
    out
}

#[test]
fn thousands_of_empty_members() {
    let mut zip = Zip::default();
    let mut tars = Vec::new();
    for n in 0..60_000 {
        let name = format!("{n}");
        zip = zip.stored(&name, b"");
        tars.extend(tar_member(name.as_bytes(), b'0', b""));
    }
    zip = zip.deflated("z.env", line(1).as_bytes());
    tars.extend(tar_member(b"z.env", b'0', line(1).as_bytes()));
    let dir = Dir::new();
    dir.write("a.zip", zip.end());
    dir.write("a.tgz", gzip(&tars));
    let report = dir.json(&["scan"]);
    assert_eq!(members(&report), ["a.tgz!z.env:1:14", "a.zip!z.env:1:14"]);
    assert_eq!(skipped(&report), Vec::<String>::new());
    // Streams that hold nothing, again and again.
    let empty = gzip(b"").repeat(200_000);
    scan("a.gz", &empty);
}

#[test]
fn cut_off_streams() {
    let noise = |lines: u64| -> String {
        let random = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..lines).map(|n| format!("{:x}\n", random(n))).collect()
    };
    // Large enough for several blocks of every format: what is not whole gives nothing.
    let large = format!("{}{}", line(1), noise(150_000));
    for (name, whole) in [
        ("a.gz", gzip(large.as_bytes())),
        ("a.bz2", bzip2(large.as_bytes())),
        ("a.xz", xz(large.as_bytes())),
        ("a.zst", zstd(large.as_bytes())),
        ("a.tgz", gzip(&tar(&[("a", large.as_bytes())]))),
    ] {
        let report = scan(name, &whole[..whole.len() / 2]);
        assert_eq!(members(&report), [format!("{name}!a:1:14")]);
    }
    let content = format!("{}{}", line(1), noise(3_000));
    let zip = Zip::default()
        .deflated("a.env", line(2).as_bytes())
        .deflated("b.env", content.as_bytes())
        .end();
    let report = scan("a.zip", &zip[..10_000]);
    assert_eq!(members(&report), ["a.zip!a.env:1:14", "a.zip!b.env:1:14"]);
    assert_eq!(
        skipped(&report),
        ["corrupt-archive a.zip (no list of entries; 2 found by their own headers)"]
    );
    let whole = tar(&[("a.env", line(2).as_bytes()), ("b.env", content.as_bytes())]);
    let report = scan("a.tar", &whole[..10_000]);
    assert_eq!(members(&report), ["a.tar!a.env:1:14", "a.tar!b.env:1:14"]);
}

#[test]
fn damage_in_the_middle_is_stepped_over() {
    let mut tars = tar_member(b"a.env", b'0', line(1).as_bytes());
    let mut broken = tar_member(b"b.env", b'0', line(2).as_bytes());
    broken[148] ^= 1;
    tars.extend(broken);
    tars.extend(tar_member(b"c.env", b'0', line(3).as_bytes()));
    let report = scan("a.tgz", &gzip(&tars));
    // The content behind the broken header belongs to nobody, and is scanned with it.
    assert_eq!(
        members(&report),
        [
            "a.tgz!(in no member):1:526",
            "a.tgz!a.env:1:14",
            "a.tgz!c.env:1:14"
        ]
    );

    let mut data = deflate(&line(2).repeat(50).into_bytes());
    let middle = data.len() / 2;
    data[middle..].fill(0xff);
    let zip = Zip::default()
        .with(&Entry {
            name: b"b.env",
            method: 8,
            data: &data,
            size: 3000,
            ..Entry::default()
        })
        .deflated("c.env", line(3).as_bytes())
        .end();
    let report = scan("a.zip", &zip);
    assert!(members(&report).contains(&"a.zip!c.env:1:14".to_owned()));
}

#[test]
fn a_list_that_is_not_there_or_lies() {
    let whole = Zip::default()
        .deflated("a.env", line(1).as_bytes())
        .deflated("b.env", line(2).as_bytes());
    let mut wrong = whole.end();
    let end = wrong.len() - 22;
    // It counts less than there is; it says that it is elsewhere.
    let mut count = wrong.clone();
    count[end + 8] = 1;
    count[end + 10] = 1;
    let report = scan("a.zip", &count);
    assert_eq!(members(&report).len(), 2);
    wrong[end + 12..end + 20].fill(0x41);
    let report = scan("a.zip", &wrong);
    assert_eq!(members(&report).len(), 2);
}

#[test]
fn damage_in_thousands_is_a_few_lines() {
    let mut zip = Zip::default();
    for n in 0..5_000 {
        zip = zip.with(&Entry {
            name: format!("{n}.env").as_bytes(),
            method: 8,
            data: b"\xff\xff\xff",
            size: 9,
            ..Entry::default()
        });
    }
    let report = scan("a.zip", &zip.end());
    let said = skipped(&report);
    assert_eq!(said.len(), 6, "{said:?}");
    assert!(said.contains(&"corrupt-archive a.zip (and 4995 more inside)".to_owned()));
}

/// Counts what it is shown.
struct Count;

impl Visit for Count {
    type State = ();
    fn blob(&self, _: Blob<'_>, _: Option<Inherit<'_, ()>>) {}
    fn archives(&self) -> Option<&ArchiveLimits> {
        static LIMITS: ArchiveLimits = ArchiveLimits {
            depth: 4,
            total: 1 << 20,
            member: 1 << 20,
            members: 1_000,
            ratio: 200,
        };
        Some(&LIMITS)
    }
}

/// What is said of some bytes.
fn open(bytes: Vec<u8>) -> Vec<Skipped> {
    let reader = Box::new(std::io::Cursor::new(bytes));
    scan_reader("a", reader, 1 << 24, &Count, &Control::default())
        .expect("memory is readable")
        .skipped
}

fn archives() -> Vec<Vec<u8>> {
    let text = format!("text and {}\n", token(1)).repeat(20);
    let text = text.as_bytes();
    let tar = tar(&[("a", text), ("b/c", text)]);
    let zip = Zip::default()
        .deflated("a", text)
        .stored("b", text)
        .with(&Entry {
            name: b"c",
            method: 14,
            data: &super::make::zip_lzma(text, true),
            size: text.len() as u32,
            ..Entry::default()
        });
    vec![
        gzip(text),
        bzip2(text),
        xz(text),
        zstd(text),
        gzip(&tar),
        xz(&tar),
        tar,
        zip.end(),
    ]
}

/// Eight that are right, and every small one that is not.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let wrong = cases().into_iter().map(|case| case.bytes);
    let small = wrong.filter(|bytes| bytes.len() < 5_000);
    archives().into_iter().chain(small).collect()
});

proptest! {
    #![proptest_config(ProptestConfig {
        // More with PROPTEST_CASES.
        cases: ProptestConfig::default().cases.max(400),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Nothing panics, whatever is changed in an archive, and wherever it is cut.
    #[test]
    fn any_damage_is_survived(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        // Half of the time one that is right.
        let usual = which.index(2 * SEEDS.len());
        let which = if usual < SEEDS.len() { usual } else { usual % 8 };
        let mut bytes = SEEDS[which].clone();
        for (at, value) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        let whole = changes.is_empty() && !cuts && which < 8;
        let said = open(bytes);
        prop_assert!(!whole || said.is_empty());
    }
}
