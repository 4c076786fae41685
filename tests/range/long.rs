//! What a long range costs follows the objects that it brings, not the lengths of delta chains.

use std::fmt::Write as _;

use keysweep::source::Selection;

use super::scan;
use crate::common::{Dir, line};

/// Every so many commits bring a token.
const EVERY: usize = 100;

/// Commits that change one line each of a file, packed as one chain from the oldest version on, as
/// `git fast-import` writes it.
fn chain(commits: usize) -> Dir {
    let dir = Dir::repo();
    let mut lines: Vec<String> = (0..150).map(|n| format!("a line {n} of words\n")).collect();
    let mut text = String::new();
    for commit in 0..commits {
        lines[commit * 7 % 150] = match commit % EVERY {
            1 => line((commit / EVERY) as u64),
            _ => format!("a line that commit {commit} wrote\n"),
        };
        let content = lines.concat();
        let date = 1_600_000_000 + commit;
        write!(
            text,
            "commit refs/heads/main\ncommitter A <a@b.c> {date} +0000\ndata 2\nx\n\
             M 100644 inline a.txt\ndata {}\n{content}\n",
            content.len()
        )
        .expect("a string");
    }
    dir.write(".git/stream", text);
    let import = "alias.load=!git fast-import --quiet --depth=4000 < .git/stream";
    dir.git(&["-c", import, "load"]);
    dir
}

/// How many objects the commits after the first decode. What they show is the same for any number of
/// threads, and when nothing is inherited.
fn decoded(commits: usize) -> u64 {
    let dir = chain(commits);
    let what = || Selection::Revisions(format!("main~{}..main", commits - 1));
    let (range, sightings) = scan(&dir, what(), false, 1);
    assert_eq!(range.info.commits, commits as u64 - 1);
    assert!(range.skipped.is_empty());
    let seen = |origins: &[keysweep::finding::Sighting]| {
        let all = origins.iter();
        let mut all: Vec<_> = all.map(|s| (s.origin.clone(), s.located.region)).collect();
        all.sort();
        all
    };
    let shown = seen(&sightings);
    assert!(shown.len() > commits / 2, "{}", shown.len());
    for (full, threads) in [(true, 1), (false, 2)] {
        let (_, others) = scan(&dir, what(), full, threads);
        assert!(shown == seen(&others), "{full}, {threads}");
    }
    range.info.decoded
}

#[test]
fn a_chain_of_differences_is_decoded_once() {
    let (some, twice) = (decoded(150), decoded(300));
    // Commit, tree and content of each, and a few that lie before the range.
    assert!(some >= 450 && twice <= 300 * 3 + 20, "{some}, {twice}");
}

#[test]
fn a_long_range_decodes_along_the_packs_and_shows_the_same() {
    let count = decoded(2_100);
    assert!(count <= 2_100 * 3 + 20, "{count}");
}
