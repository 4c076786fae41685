//! Very many references of few commits cost as many readings as there are objects.

use std::fmt::Write as _;

use keysweep::detect::Scanner;
use keysweep::scan::Collector;
use keysweep::source::{Control, Selection, scan_range};

use super::scan;
use crate::common::{Dir, findings, line};

/// A repository whose `packed-refs` names one commit, and a chain of tags to it, `count` times in as
/// many namespaces. Gives how many objects were read to peel them.
fn peeled(count: u64, tags: usize) -> u64 {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    let commit = dir.git(&["rev-parse", "HEAD"]);
    let mut named = vec![commit];
    for number in 0..tags {
        let last = named.last().expect("the commit").clone();
        let name = format!("t{number}");
        dir.git(&["tag", "-a", "-m", "a tag", &name, &last]);
        named.push(dir.git(&["rev-parse", &name]));
        dir.git(&["tag", "-d", &name]);
    }
    let mut text = String::new();
    for number in 0..count {
        let id = &named[number as usize % named.len()];
        writeln!(text, "{id} refs/space{number:06}/x").expect("a string");
    }
    std::fs::write(dir.path().join(".git/packed-refs"), text).expect("writable");
    let (range, sightings) = scan(&dir, Selection::Since(0), false, 1);
    assert_eq!(range.info.commits, 1);
    assert_eq!(sightings.len(), 1);
    range.info.peeled
}

#[test]
fn references_are_peeled_once_for_each_object() {
    assert_eq!(peeled(300, 5), peeled(600, 5));
}

#[test]
fn a_tag_of_very_many_tags_leads_to_its_commit() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("one");
    dir.git(&["branch", "base"]);
    dir.write("a.env", line(1));
    dir.commit("two");
    dir.git(&["tag", "-a", "-m", "a tag", "t0", "HEAD"]);
    for number in 1..80 {
        let (name, last) = (format!("t{number}"), format!("t{}", number - 1));
        dir.git(&["tag", "-a", "-m", "a tag", &name, &last]);
    }
    let report = dir.json(&["history", "--range", "base..t79"]);
    assert_eq!(findings(&report).len(), 1);
}

/// How many commits were read of so many, and how many came out, when the scan is to end before.
fn walked(count: usize, what: Selection) -> (u64, u64) {
    let dir = Dir::repo();
    let mut text = String::from("blob\nmark :1\ndata 2\nx\n");
    for number in 0..count {
        let when = 1_700_000_000 + number;
        write!(
            text,
            "commit refs/heads/main\ncommitter A <a@b> {when} +0000\ndata 1\nc\nM 644 :1 f{number}\n\n"
        )
        .expect("a string");
    }
    dir.git_fed(&["fast-import", "--quiet"], text.as_bytes());
    let options = keysweep::source::RangeOptions {
        path: dir.path(),
        what,
        full: false,
        threads: 1,
        allow_alternates: Vec::new(),
        max_object: 1 << 20,
    };
    let control = Control::default();
    control.interrupt();
    let scanner = Scanner::new(keysweep::builtin::set());
    let collector = Collector::new(&scanner).with_control(&control);
    let range = scan_range(&options, &collector, &control).expect("it opens");
    (range.info.walked, range.info.commits)
}

#[test]
fn a_walk_of_commits_ends_when_the_scan_is_to_end() {
    for what in [Selection::Since(0), Selection::Pushed] {
        let (read, commits) = walked(300, what.clone());
        assert_eq!(commits, 0, "{what:?}");
        assert!(read <= 3, "{what:?}: {read} commits were read");
    }
}
