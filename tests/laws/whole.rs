//! Law 4 and 6: what could not be read is in every format, and the same input gives the same bytes.

use std::fs;

use crate::common::{Dir, NOW, formats, line, places};

#[test]
fn a_missing_object_is_told_in_every_format() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("lost.env", line(2));
    dir.commit("one");
    let id = dir.git(&["rev-parse", "HEAD:lost.env"]);
    fs::remove_file(dir.loose(&id)).expect("it is loose");
    let report = dir.json(&["history"]);
    assert_eq!(places(&report), ["github-pat a.env:1:14"]);
    assert_eq!(report["summary"]["complete"], false);
    for format in formats() {
        let run = dir.run(&["history", "--format", format]);
        run.ends(1);
        assert!(
            run.text().contains(&id[..8]),
            "{format} says nothing of {id}: {}",
            run.text()
        );
    }
    // With nothing that fails, the gap alone is never clean.
    for format in formats() {
        let run = dir.run(&["history", "--format", format, "--fail-on", "none"]);
        run.ends(2);
    }
}

#[cfg(unix)]
#[test]
fn a_special_file_neither_hangs_nor_vanishes() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    let made = std::process::Command::new("mkfifo")
        .arg(dir.path().join("waiting-pipe"))
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    for format in formats() {
        dir.run(&["scan", "--format", format])
            .ends(1)
            .says("waiting-pipe");
    }
}

#[test]
fn a_file_over_the_limit_is_told_in_every_format() {
    let dir = Dir::repo();
    dir.write("large.env", "x ".repeat(4_000) + &line(1));
    dir.git(&["add", "-A"]);
    for verb in ["scan", "staged", "history"] {
        if verb == "history" {
            dir.commit("one");
        }
        let id = dir.git(&["rev-parse", ":large.env"]);
        for format in formats() {
            let run = dir.run(&[verb, "--format", format, "--max-file-size", "2K"]);
            run.ends(0);
            let text = run.text();
            assert!(
                text.contains("large.env") || text.contains(&id[..8]),
                "{verb} {format}: {text}"
            );
        }
    }
}

#[test]
fn a_shallow_clone_is_told_in_every_format() {
    let dir = Dir::repo();
    dir.write("a.txt", "one\n");
    dir.commit("one");
    dir.write("a.txt", "two\n");
    dir.commit("two");
    let source = format!("file://{}", dir.path().display());
    let target = dir.outside("shallow");
    dir.git(&[
        "clone",
        "-q",
        "--depth",
        "1",
        &source,
        target.to_str().expect("plain"),
    ]);
    for format in formats() {
        let run = dir.run(&[
            "history",
            target.to_str().expect("plain"),
            "--format",
            format,
        ]);
        run.ends(2).says("shallow");
    }
}

#[test]
fn same_input_same_bytes() {
    let dir = Dir::repo();
    for n in 0..20 {
        dir.write(&format!("d{}/f{n}.env", n % 3), line(n % 6) + &line(n));
        if n % 4 == 0 {
            dir.commit(&format!("commit {n}"));
        }
    }
    dir.git(&["add", "-A"]);
    for verb in ["scan", "staged", "history"] {
        for format in formats() {
            let bytes = |threads: &str| {
                let run = dir.run(&[verb, "--format", format, "--now", NOW, "-j", threads, "-v"]);
                assert!(
                    run.status.is_some_and(|status| status < 2),
                    "{}",
                    run.errors()
                );
                run.out
            };
            let first = bytes("1");
            assert!(!first.is_empty());
            for threads in ["1", "2", "2", "7"] {
                assert!(
                    bytes(threads) == first,
                    "{verb} {format} differs with -j{threads}"
                );
            }
        }
    }
}
