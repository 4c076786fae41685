//! Containers and what can be wrong with them: a value that any program would read out of one is
//! found, or a gap is named. Never silence.
//!
//! Python's own readers, and one that goes by the entries' own headers as stream readers do, say
//! which of the cases somebody can read.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use serde_json::Value;

use super::cases::cases;
use super::make::{Zip, tar_member};
use crate::common::{Dir, findings, line, members, token};

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

#[test]
fn where_it_is_shown() {
    let dir = Dir::new();
    let expected = [
        ("tar-behind-text.tgz", "(in no member)"),
        ("tar-behind-gzip.tgz", "(in no member)!"),
        ("tar-padding.tgz", "b.txt (padding)"),
        ("tar-pax-comment.tgz", "b.txt (tar header)"),
        ("tar-pax-attribute.tgz", "b.txt (tar header)"),
        ("tar-pax-all.tgz", "(tar header)"),
        ("tar-link-gnu.tgz", "l"),
        ("tar-link-pax.tgz", "l"),
        ("tar-link-hard.tgz", "a.env (tar header)"),
        ("tar-directory-with-content.tgz", "(in no member)"),
        ("zeros-511.gz", "zeros-511"),
        ("then-0-bz2.gz", "then-0-bz2 (not compressed)!"),
        ("then-zip.gz", "then-zip (not compressed)!a.env"),
        ("comment.gz", "comment (gzip header)"),
        ("entry-comment.zip", "a.env (zip header)"),
        ("entry-extra.zip", "a.env (zip header)"),
        ("archive-comment.zip", "(zip comment)"),
        ("lie-list-stored.zip", "a.env"),
        ("lie-other-name.zip", "other.env"),
        ("dress-exe-certificate.zip", "a.env"),
        ("dress-text-comment-trailing.zip", "a.env"),
        ("zip-in-a-comment.zip", "a.env"),
    ];
    for case in cases() {
        if expected.iter().any(|(name, _)| *name == case.name) {
            dir.write(&case.name, &case.bytes);
        }
    }
    let found = members(&dir.json(&["scan"]));
    for (name, member) in expected {
        let start = format!("{name}!{member}");
        let shown = found.iter().any(|place| {
            let rest = place.strip_prefix(&start);
            rest.is_some_and(|rest| member.ends_with('!') || rest.starts_with(':'))
        });
        assert!(shown, "{start}: {found:?}");
    }
}

#[test]
fn what_contradicts_itself_is_never_clean() {
    let dir = Dir::new();
    let wrong = [
        "list-stored",
        "own-stored",
        "list-deflated",
        "list-short",
        "list-long",
        "own-short",
        "own-long",
        "size-short",
        "own-size",
        "stored-list-short",
        "stored-own-short",
    ];
    for case in cases() {
        let name = case.name.strip_prefix("lie-");
        let name = name.and_then(|name| name.strip_suffix(".zip"));
        if name.is_some_and(|name| wrong.contains(&name)) {
            dir.write(&case.name, &case.bytes);
        }
    }
    let report = dir.json(&["scan"]);
    let told = report["skipped"].as_array().expect("a list");
    for name in wrong {
        let start = format!("lie-{name}.zip");
        let failed = told.iter().any(|row| {
            let what = row["what"].as_str().expect("text");
            what.starts_with(&start) && row["weight"] == "failed"
        });
        assert!(failed, "{name}: {told:?}");
    }
}

#[test]
fn records_of_a_tar_that_no_member_takes_are_shown() {
    let member = tar_member(b"a.txt", b'0', b"text");
    let name = |seed: u64| format!("{}\0", token(seed)).into_bytes();
    let last = tar_member(b"././@LongLink", b'L', &name(1));
    let twice = [
        tar_member(b"././@LongLink", b'L', &name(2)),
        tar_member(b"././@LongLink", b'L', b"other\0"),
        member.clone(),
    ];
    let dir = Dir::new();
    dir.write("last.tar", [member.clone(), last, vec![0; 1024]].concat());
    dir.write("twice.tar", [twice.concat(), vec![0; 1024]].concat());
    let report = dir.json(&["scan", "."]);
    assert_eq!(findings(&report).len(), 2, "{report:#}");
}

#[test]
fn a_zip_that_was_split_is_known_by_its_first_part() {
    let dir = Dir::new();
    let first = Zip::default().deflated("a.env", line(1).as_bytes()).cut();
    dir.write("a.z01", [b"PK\x07\x08".to_vec(), first].concat());
    let report = dir.json(&["scan", "."]);
    assert_eq!(findings(&report).len(), 1, "{report:#}");
    assert_eq!(report["summary"]["complete"], false, "{report:#}");
}
