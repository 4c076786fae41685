//! Ranges of commits, with git itself as the oracle: which commits are meant, and what each of
//! them brings against its parents.

#![allow(clippy::unwrap_used, reason = "a test may stop where it stands")]

mod alike;
mod copies;
mod kinds;
mod long;
mod names;
mod odd_ends;
mod references;
mod standing;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::common::{Dir, Run, findings, line, token};
use keysweep::detect::Scanner;
use keysweep::finding::{Oid, Reason};
use keysweep::source::{
    Control, Push, PushLine, Range, RangeOptions, Receiver, Selection, scan_range,
};
use serde_json::Value;

/// `PATH COMMIT` of every place of a JSON report, `COMMIT` being the subject of the commit that
/// brought it, sorted.
fn brought(report: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for finding in findings(report) {
        for place in finding["places"].as_array().unwrap() {
            let path = match place["message"] == true {
                true => "message".to_owned(),
                false => place["path"].as_str().unwrap().to_owned(),
            };
            let by = place["introduced"]["subject"].as_str().unwrap_or("-");
            out.push(format!("{path} by {by}"));
        }
    }
    out.sort();
    out
}

fn range(dir: &Dir, range: &str) -> Value {
    dir.json(&["history", "--range", range])
}

fn count(dir: &Dir, args: &[&str]) -> u64 {
    let mut all = vec!["rev-list", "--count"];
    all.extend(args);
    dir.git(&all).parse().unwrap()
}

fn head(dir: &Dir) -> String {
    dir.git(&["rev-parse", "HEAD"])
}

fn remove(dir: &Dir, path: &str) {
    fs::remove_file(dir.path().join(path)).unwrap();
}

/// A repository with one commit of something harmless.
fn start() -> Dir {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n".repeat(40));
    dir.commit("start");
    dir
}

/// Commits `c1`, `c2`, …, each of which adds a token in a file of its own.
fn tokens(dir: &Dir, many: u64) {
    for n in 1..=many {
        dir.write(&format!("{n}.env"), line(n));
        dir.commit(&format!("c{n}"));
    }
}

#[test]
fn added_and_removed_again_within_the_range_is_reported() {
    let dir = start();
    dir.write("a.env", line(1));
    dir.commit("add");
    remove(&dir, "a.env");
    dir.commit("remove");
    let run = dir.run(&["history", "--range", "HEAD~2..HEAD"]);
    run.ends(1)
        .says("a.env:1:14")
        .says("removed again")
        .says("\nrange 2 commits, HEAD~2..HEAD\n");
    let report = range(&dir, "HEAD~2..HEAD");
    assert_eq!(brought(&report), ["a.env by add"]);
    let place = &findings(&report)[0]["places"][0];
    assert_eq!(place["at_head"], false);
    assert_eq!(
        place["introduced"]["id"],
        dir.git(&["rev-parse", "HEAD~1"]).as_str()
    );
    assert_eq!(place["introduced"]["author"], "Ann");
    assert_eq!(findings(&report)[0]["reported"], "github-pat");
    // The commit that removes it brings nothing, and the one that adds it does.
    dir.run(&["history", "--range", "HEAD~1..HEAD"])
        .ends(0)
        .says("clean");
    let first = range(&dir, "HEAD~2..HEAD~1");
    assert_eq!(findings(&first)[0]["places"][0]["at_head"], true);
}

#[test]
fn moved_is_no_news_and_copied_is() {
    let dir = start();
    dir.write("a.env", line(1));
    dir.commit("add");
    dir.git(&["mv", "a.env", "b.env"]);
    dir.commit("rename");
    dir.write("b.env", format!("# a line above\n{}", line(1)));
    dir.commit("move down");
    dir.run(&["history", "--range", "HEAD~2.."]).ends(0);
    dir.write("copy/c.env", line(1));
    dir.commit("copy");
    assert_eq!(brought(&range(&dir, "HEAD~3..")), ["copy/c.env by copy"]);
    dir.write("b.env", line(2));
    dir.commit("change");
    assert_eq!(brought(&range(&dir, "HEAD^..")), ["b.env by change"]);
    dir.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(
        brought(&range(&dir, "HEAD^..")),
        ["b.env by Revert \"change\""]
    );
    // United over commits: the revert brings the first value again.
    let both = range(&dir, "HEAD~2..");
    assert_eq!(
        brought(&both),
        ["b.env by Revert \"change\"", "b.env by change"]
    );
}

#[test]
fn a_clean_merge_brings_nothing_and_an_evil_one_does() {
    let dir = start();
    dir.git(&["checkout", "-q", "-b", "side"]);
    dir.write("side.env", line(1));
    dir.commit("on the side");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("main.txt", "more\n");
    dir.commit("on main");
    dir.git(&["merge", "-q", "--no-ff", "-m", "clean merge", "side"]);
    assert_eq!(
        brought(&range(&dir, "HEAD~2..")),
        ["side.env by on the side"]
    );
    // Only the merge itself is in the range: it has nothing that no parent has.
    let report = dir.json(&["history", "--range", "HEAD^2..HEAD"]);
    assert_eq!(brought(&report), [] as [&str; 0]);
    assert_eq!(
        report["run"]["range"]["commits"],
        count(&dir, &["HEAD^2..HEAD"])
    );

    dir.git(&["checkout", "-q", "-b", "other"]);
    dir.write("other.txt", "x\n");
    dir.commit("other");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("main.txt", "even more\n");
    dir.commit("main again");
    dir.git(&["merge", "-q", "--no-ff", "--no-commit", "other"]);
    dir.write("main.txt", format!("even more\n{}", line(2)));
    dir.commit("evil merge");
    assert_eq!(brought(&range(&dir, "HEAD^..")), ["main.txt by evil merge"]);
    // A merge that moves what one parent had, to a path that the other never saw.
    dir.git(&["checkout", "-q", "-b", "mover"]);
    dir.write("mover.txt", "x\n");
    dir.commit("mover");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("z.txt", "z\n");
    dir.commit("z");
    dir.git(&["merge", "-q", "--no-ff", "--no-commit", "mover"]);
    dir.git(&["mv", "side.env", "moved.env"]);
    dir.commit("moving merge");
    dir.run(&["history", "--range", "HEAD^.."]).ends(0);
}

#[test]
fn the_first_commits_are_compared_with_nothing() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("first root");
    let first = head(&dir);
    dir.git(&["checkout", "-q", "--orphan", "second"]);
    dir.git(&["rm", "-q", "-r", "-f", "."]);
    dir.write("b.env", line(2));
    dir.commit("second root");
    assert_eq!(
        brought(&range(&dir, "main..second")),
        ["b.env by second root"]
    );
    // Without a common ancestor there is no base, and everything is in the range.
    let report = range(&dir, "main...second");
    assert_eq!(brought(&report), ["b.env by second root"]);
    assert_eq!(report["run"]["range"]["base"], Value::Null);
    dir.git(&[
        "merge",
        "-q",
        "--allow-unrelated-histories",
        "-m",
        "join",
        "main",
    ]);
    assert_eq!(
        brought(&range(&dir, "main..HEAD")),
        ["b.env by second root"]
    );
    let report = range(&dir, "HEAD^1..HEAD");
    assert_eq!(brought(&report), ["a.env by first root"]);
    assert_eq!(
        findings(&report)[0]["places"][0]["introduced"]["id"],
        first.as_str()
    );
}

#[test]
fn two_dots_and_three_differ_in_their_base_only() {
    let dir = start();
    let fork = head(&dir);
    dir.git(&["checkout", "-q", "-b", "topic"]);
    dir.write("topic.env", line(1));
    dir.commit("topic");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("main.env", line(2));
    dir.commit("main");
    for (text, base) in [("main..topic", head(&dir)), ("main...topic", fork)] {
        let report = range(&dir, text);
        assert_eq!(brought(&report), ["topic.env by topic"], "{text}");
        let row = &report["run"]["range"];
        assert_eq!(row["asked"], text);
        assert_eq!(row["base"], base.as_str(), "{text}");
        assert_eq!(row["from"], dir.git(&["rev-parse", "main"]).as_str());
        assert_eq!(row["to"], dir.git(&["rev-parse", "topic"]).as_str());
        assert_eq!(row["commits"], 1);
        assert_eq!(report["run"]["mode"], "range");
    }
    // The topic takes main in: the base moves, and what main brought is not the topic's.
    dir.git(&["checkout", "-q", "topic"]);
    dir.git(&["merge", "-q", "-m", "take main", "main"]);
    let report = range(&dir, "main...topic");
    assert_eq!(brought(&report), ["topic.env by topic"]);
    assert_eq!(
        report["run"]["range"]["base"],
        dir.git(&["merge-base", "main", "topic"]).as_str()
    );
}

#[test]
fn nothing_to_scan_is_no_error() {
    let dir = start();
    let nothing = |args: &[&str], why: &str| {
        dir.run(args)
            .ends(0)
            .says(&format!("nothing to scan: {why}"));
    };
    nothing(
        &["history", "--range", "HEAD..HEAD"],
        "no commits in the range",
    );
    dir.commit("two");
    nothing(
        &["history", "--range", "main..HEAD~1"],
        "no commits in the range",
    );
    nothing(
        &["history", "--since", "2030-01-01"],
        "no commits since then",
    );
    let unborn = Dir::repo();
    for args in [
        ["--range", "HEAD~1..HEAD"],
        ["--since", "2020-01-01"],
        ["--pushed", "-q"],
    ] {
        let mut all = vec!["history"];
        all.extend(args);
        unborn
            .run(&all)
            .ends(0)
            .says("nothing to scan: no commits yet");
    }
}

#[test]
fn what_does_not_exist_is_named_with_a_way_out() {
    let dir = start();
    let wrong = |args: &[&str], words: &[&str]| {
        let run: Run = dir.run(args);
        run.ends(2);
        for words in words {
            run.complains(words);
        }
        assert!(run.out.is_empty(), "{}", run.text());
    };
    wrong(
        &["history", "--range", "nowhere..HEAD"],
        &["there is no revision `nowhere`", "git fetch"],
    );
    wrong(&["history", "--range", "HEAD~9..HEAD"], &["`HEAD~9`"]);
    wrong(&["history", "--range", "HEAD"], &["A..B"]);
    wrong(
        &["history", "--range", "HEAD..HEAD:readme.md"],
        &["`HEAD:readme.md`", "not a commit"],
    );
    let zeros = format!("{}..HEAD", "0".repeat(40));
    wrong(&["history", "--range", &zeros], &["there is no revision"]);
    wrong(
        &["history", "--range", "a..b", "--pushed"],
        &["cannot be used with"],
    );
    wrong(&["history", "--since", "yesterday"], &["2026-11-24"]);
}

#[test]
fn revisions_are_what_git_says_they_are() {
    let dir = start();
    tokens(&dir, 5);
    dir.git(&["tag", "light", "HEAD~2"]);
    dir.git(&["tag", "-a", "-m", "annotated", "heavy", "HEAD~1"]);
    dir.git(&["branch", "branch", "HEAD~3"]);
    dir.git(&["checkout", "-q", "--detach", "HEAD"]);
    let short = dir.git(&["rev-parse", "--short", "HEAD~1"]);
    for text in [
        "branch..light",
        "light..heavy",
        "branch..HEAD",
        "HEAD^..",
        "HEAD~3..HEAD^",
        &format!("{short}..main"),
        &format!("{short}^..{short}"),
        "heavy^{commit}..main",
        "main@{0}~2..main",
    ] {
        let report = range(&dir, text);
        let subjects = dir.git(&["log", "--format=%s", text]);
        let expected: BTreeSet<String> = subjects
            .lines()
            .map(|subject| format!("{}.env by {subject}", &subject[1..]))
            .collect();
        let found: BTreeSet<String> = brought(&report).into_iter().collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(
            report["run"]["range"]["commits"],
            count(&dir, &[text]),
            "{text}"
        );
    }
}

#[test]
fn messages_of_commits_and_tags_are_read() {
    let dir = start();
    dir.commit(&format!("fix the build with {}", token(1)));
    dir.git(&["tag", "-a", "-m", &format!("made with {}", token(2)), "v1"]);
    let report = range(&dir, "HEAD~1..v1");
    let commit = head(&dir);
    let tag = dir.git(&["rev-parse", "v1"]);
    let mut paths: Vec<String> = findings(&report)
        .iter()
        .map(|f| f["places"][0]["path"].as_str().unwrap().to_owned())
        .collect();
    paths.sort();
    let mut expected = [&commit, &tag].map(|id| format!(".git-history/{id}/message"));
    expected.sort();
    assert_eq!(paths, expected);
    for finding in findings(&report) {
        let place = &finding["places"][0];
        let path = place["path"].as_str().unwrap();
        let whose = if path.contains(&tag) { &tag } else { &commit };
        assert_eq!(place["introduced"]["id"], whose.as_str());
    }
    // The tag alone is new here; by a name that is no tag it is no part of the range.
    assert_eq!(findings(&range(&dir, "HEAD..v1")).len(), 1);
    assert_eq!(findings(&range(&dir, "v1..v1")).len(), 0);
    assert_eq!(findings(&range(&dir, "HEAD~1..HEAD")).len(), 1);
}

#[test]
fn since_is_every_reference_from_a_day_on() {
    let dir = Dir::repo();
    let at = |day: &str, n: u64| {
        dir.write(&format!("{n}.env"), line(n));
        dir.git(&["add", "-A"]);
        let date = format!("{day}T12:00:00Z");
        dir.git_as(
            &["commit", "-q", "-m", day],
            &[
                ("GIT_COMMITTER_DATE", &date),
                ("GIT_AUTHOR_DATE", "2001-01-01T00:00:00Z"),
            ],
        );
    };
    at("2024-01-01", 1);
    at("2024-03-01", 2);
    dir.git(&["checkout", "-q", "-b", "side"]);
    at("2024-04-01", 3);
    dir.git(&["checkout", "-q", "main"]);
    at("2024-05-01", 4);
    dir.git(&["update-ref", "refs/pull/7/head", "side"]);
    dir.git(&["branch", "-q", "-D", "side"]);
    for (since, expected) in [
        (
            "2024-03-01",
            vec![
                "2.env by 2024-03-01",
                "3.env by 2024-04-01",
                "4.env by 2024-05-01",
            ],
        ),
        (
            "2024-03-01T13:00:00Z",
            vec!["3.env by 2024-04-01", "4.env by 2024-05-01"],
        ),
        ("2024-04-02", vec!["4.env by 2024-05-01"]),
    ] {
        let report = dir.json(&["history", "--since", since]);
        assert_eq!(brought(&report), expected, "{since}");
        assert_eq!(
            report["run"]["range"]["commits"],
            count(&dir, &["--all", &format!("--since={}", common_date(since))]),
            "{since}"
        );
        for finding in findings(&report) {
            let place = &finding["places"][0];
            let side = place["path"] == "3.env";
            assert_eq!(place["at_head"], !side, "{since}");
            let only = if side {
                "refs/pull".into()
            } else {
                Value::Null
            };
            assert_eq!(place["only_in"], only);
        }
    }
    // Counted back from now.
    let all = dir.json(&["history", "--since", "2600w"]);
    assert_eq!(brought(&all).len(), 4);
    dir.run(&["history", "--since", "2 days"])
        .says("no commits since then");
}

/// Git reads a bare date as that day at the present time of day.
fn common_date(since: &str) -> String {
    match since.contains('T') {
        true => since.to_owned(),
        false => format!("{since}T00:00:00Z"),
    }
}

#[test]
fn pushed_is_what_no_remote_has() {
    let dir = start();
    dir.write("known.env", line(1));
    dir.commit("known");
    dir.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let base = head(&dir);
    dir.run(&["history", "--pushed"])
        .ends(0)
        .says("nothing to scan: every commit of HEAD is on a remote already");
    dir.write("new.env", line(2));
    dir.commit("new");
    dir.git(&["checkout", "-q", "--detach"]);
    let report = dir.json(&["history", "--pushed"]);
    assert_eq!(brought(&report), ["new.env by new"]);
    assert_eq!(report["run"]["range"]["base"], base.as_str());
    // A remote's branch that went on elsewhere takes nothing away.
    dir.git(&["checkout", "-q", "-b", "theirs", "main~1"]);
    dir.commit("theirs");
    dir.git(&["update-ref", "refs/remotes/origin/main", "theirs"]);
    dir.git(&["checkout", "-q", "main"]);
    let report = dir.json(&["history", "--pushed"]);
    assert_eq!(brought(&report), ["new.env by new"]);
    assert_eq!(report["run"]["range"]["base"], base.as_str());
    assert_eq!(
        report["run"]["range"]["commits"],
        count(&dir, &["HEAD", "--not", "--remotes"])
    );
    // Without any remote a push publishes everything.
    dir.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let report = dir.json(&["history", "--pushed"]);
    assert_eq!(brought(&report), ["known.env by known", "new.env by new"]);
    assert_eq!(report["run"]["range"]["base"], Value::Null);
}

#[test]
fn a_bare_repository_has_ranges_too() {
    let dir = start();
    dir.write("a.env", line(1));
    dir.commit("add");
    dir.git(&["gc", "-q"]);
    let bare = dir.outside("bare.git");
    dir.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let report = dir.json(&["history", bare.to_str().unwrap(), "--range", "HEAD~1..main"]);
    assert_eq!(brought(&report), ["a.env by add"]);
}

#[test]
fn a_shallow_clone_says_what_it_cannot_tell() {
    let dir = start();
    tokens(&dir, 4);
    dir.git(&["branch", "old", "HEAD~4"]);
    let clone = dir.outside("clone");
    let path = clone.to_str().unwrap();
    let url = format!("file://{}", dir.path().display());
    dir.git(&[
        "clone",
        "-q",
        "--depth",
        "2",
        "--no-single-branch",
        &url,
        path,
    ]);
    // Inside what is there: whole.
    dir.run(&["history", path, "--range", "HEAD~1..HEAD"])
        .ends(1)
        .says("4.env:1:14");
    // It reaches the cut: the rest is scanned, and what is missing is said with a way out.
    let run = dir.run(&["history", path, "--range", "origin/old..HEAD"]);
    run.ends(1).says("4.env:1:14").says("git fetch --deepen");
    let report = dir.json(&["history", path, "--range", "origin/old..HEAD"]);
    assert_eq!(brought(&report), ["4.env by c4"]);
    assert_eq!(report["summary"]["complete"], false);
    let gap = &report["skipped"][0];
    assert_eq!(gap["reason"], "shallow-history");
    assert_eq!(gap["weight"], "failed");
    let cut = dir.git(&["rev-parse", "HEAD~1"]);
    assert_eq!(gap["what"], cut.as_str());
    // Nothing else fails: 2.
    dir.run(&["history", path, "--range", "origin/old..HEAD~1"])
        .ends(2)
        .says("incomplete");
    dir.run(&["history", path, "--range", "HEAD~3..HEAD"])
        .ends(2)
        .complains("`HEAD~3`")
        .complains("--unshallow");
}

#[test]
fn a_missing_parent_is_a_gap_and_the_rest_is_scanned() {
    let dir = start();
    tokens(&dir, 3);
    let gone = dir.git(&["rev-parse", "HEAD~2"]);
    dir.git(&["branch", "old", "HEAD~3"]);
    fs::remove_file(dir.loose(&gone)).unwrap();
    let report = range(&dir, "old..HEAD");
    assert_eq!(brought(&report), ["3.env by c3"]);
    assert_eq!(report["summary"]["complete"], false);
    assert_eq!(report["skipped"][0]["reason"], "missing-object");
    assert!(
        report["skipped"][0]["detail"]
            .as_str()
            .unwrap()
            .contains(&gone[..10])
    );
    let blob = dir.git(&["rev-parse", "HEAD:3.env"]);
    fs::remove_file(dir.loose(&blob)).unwrap();
    let run = dir.run(&["history", "--range", "HEAD^..HEAD"]);
    run.ends(2).says("3.env").says("missing git object");
}

#[test]
fn other_objects_are_not_needed() {
    let dir = start();
    dir.write("old.env", line(1));
    dir.commit("old");
    let old = dir.git(&["rev-parse", "HEAD:old.env"]);
    dir.write("new.env", line(2));
    dir.commit("new");
    // Content of the past that the range does not touch is not even looked for.
    fs::remove_file(dir.loose(&old)).unwrap();
    let report = range(&dir, "HEAD^..");
    assert_eq!(brought(&report), ["new.env by new"]);
    assert_eq!(report["summary"]["complete"], true);
}

#[test]
fn files_that_are_findings_by_their_name_are_found_in_ranges() {
    let dir = start();
    let key: Vec<u8> = [0x30, 0x82].into_iter().chain(0..200).collect();
    dir.write("data.bin", &key);
    dir.commit("no name");
    dir.git(&["mv", "data.bin", "store.p12"]);
    dir.commit("a name");
    let report = dir.json(&["history", "--range", "HEAD~1..", "--min-confidence", "low"]);
    assert_eq!(brought(&report), ["store.p12 by a name"]);
    dir.git(&["mv", "store.p12", "other.p12"]);
    dir.commit("renamed");
    let report = dir.json(&["history", "--range", "HEAD~1..", "--min-confidence", "low"]);
    assert_eq!(brought(&report), [] as [&str; 0]);
}

fn scan(
    dir: &Dir,
    what: Selection,
    full: bool,
    threads: usize,
) -> (Range, Vec<keysweep::finding::Sighting>) {
    let scanner = Scanner::new(keysweep::builtin::set());
    let collector = keysweep::scan::Collector::new(&scanner);
    let options = RangeOptions {
        path: dir.path(),
        what,
        full,
        threads,
        allow_alternates: Vec::new(),
        max_object: 1 << 20,
    };
    let range = scan_range(&options, &collector, &Control::default()).unwrap();
    (range, collector.into_sightings())
}

fn oid(hex: &str) -> Oid {
    let bytes: Vec<u8> = (0..hex.len() / 2)
        .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    Oid::from_bytes(&bytes)
}

/// What a push brings is judged once, however many references it moves and however many there are.
#[test]
fn many_references_of_a_received_push_cost_what_they_bring() {
    let dir = start();
    dir.commit("there");
    let zero = "0".repeat(40);
    let told = head(&dir);
    dir.git(&["checkout", "-q", "--detach"]);
    tokens(&dir, 3);
    let tip = head(&dir);
    dir.git(&["checkout", "-q", "main"]);
    let steps = |count: usize| {
        let lines: String = (0..count)
            .map(|number| format!("{zero} {tip} refs/heads/topic-{number}\n"))
            .collect();
        let lines = PushLine::parse_received(lines.as_bytes()).unwrap();
        let to = Receiver::Here(Vec::new());
        let range = scan(&dir, Selection::Push(Push { lines, to }), false, 1).0;
        assert_eq!((range.info.commits, range.info.base), (3, Some(oid(&told))));
        assert!(range.info.asked.len() < 1000, "{}", range.info.asked);
        (range.info.peeled, range.info.walked)
    };
    let (small, large) = (steps(500), steps(1000));
    assert_eq!(small.1, large.1, "commits that are walked");
    assert!(large.0 <= 2 * small.0, "{small:?} {large:?}");
}

#[test]
fn what_a_pre_push_hook_is_told_becomes_a_range() {
    let dir = start();
    let zero = "0".repeat(40);
    dir.commit("on the remote");
    dir.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    let known = head(&dir);
    tokens(&dir, 3);
    dir.git(&["tag", "-a", "-m", "a tag", "v1"]);
    let tag = dir.git(&["rev-parse", "v1"]);
    let tip = head(&dir);
    let middle = dir.git(&["rev-parse", "HEAD~1"]);
    let push = |lines: &str| {
        let lines = PushLine::parse_all(lines.as_bytes()).unwrap();
        let to = Receiver::Remote(Some(b"origin".to_vec()));
        scan(&dir, Selection::Push(Push { lines, to }), false, 1).0
    };
    let commits = |range: &Range| (range.info.commits, range.info.base);
    // An update, a new branch, a forced push over what was never fetched, a deletion, a tag.
    let update = push(&format!("refs/heads/main {tip} refs/heads/main {middle}\n"));
    assert_eq!(commits(&update), (1, Some(oid(&middle))));
    let new = push(&format!("refs/heads/main {tip} refs/heads/x {zero}\n"));
    assert_eq!(commits(&new), (3, Some(oid(&known))));
    let forced = push(&format!(
        "refs/heads/main {tip} refs/heads/main {}\n",
        "1".repeat(40)
    ));
    assert_eq!(commits(&forced), (3, Some(oid(&known))));
    let deleted = push(&format!("(delete) {zero} refs/heads/x {tip}\n"));
    assert_eq!(deleted.info.nothing, Some("only deletions are pushed"));
    let tagged = push(&format!("refs/tags/v1 {tag} refs/tags/v1 {zero}\n"));
    assert_eq!(commits(&tagged), (3, Some(oid(&known))));
    assert!(tagged.message_of(&oid(&tag)).is_some());
    let both = push(&format!(
        "refs/heads/main {tip} refs/heads/main {middle}\n(delete) {zero} refs/heads/x {tip}\n"
    ));
    assert_eq!(both.info.commits, 1);
    assert_eq!(push("").info.nothing, Some("nothing is pushed"));
    let span = Selection::Span {
        from: None,
        to: oid(&tip),
        exclude_remotes: true,
    };
    assert_eq!(scan(&dir, span, false, 1).0.info.commits, 3);
}

/// What git says every commit of a range brought: for each token, counted over whole trees, at
/// the paths that have more of it than in every parent.
fn oracle(dir: &Dir, range: &str, tokens: &[String]) -> BTreeSet<(usize, String, String)> {
    let count = |commit: &str| -> BTreeMap<(usize, String), usize> {
        let mut out = BTreeMap::new();
        let list = dir.git(&["ls-tree", "-r", "--name-only", commit]);
        for path in list.lines() {
            let text = dir.git(&["show", &format!("{commit}:{path}")]);
            for (n, token) in tokens.iter().enumerate() {
                let times = text.matches(token.as_str()).count();
                if times > 0 {
                    out.insert((n, path.to_owned()), times);
                }
            }
        }
        out
    };
    let mut out = BTreeSet::new();
    for row in dir.git(&["rev-list", "--parents", range]).lines() {
        let ids: Vec<&str> = row.split(' ').collect();
        let own = count(ids[0]);
        let parents: Vec<_> = ids[1..].iter().map(|id| count(id)).collect();
        let total = |of: &BTreeMap<(usize, String), usize>, n: usize| -> usize {
            of.iter()
                .filter(|(key, _)| key.0 == n)
                .map(|(_, c)| c)
                .sum()
        };
        for (key, times) in &own {
            let new = parents.iter().all(|parent| {
                *times > parent.get(key).copied().unwrap_or(0)
                    && total(&own, key.0) > total(parent, key.0)
            });
            if new {
                out.insert((key.0, key.1.clone(), ids[0].to_owned()));
            }
        }
    }
    out
}

/// A small generator of numbers, so that histories are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

#[test]
fn random_histories_bring_what_whole_trees_say() {
    let tokens: Vec<String> = (0..4).map(token).collect();
    for seed in 0..4 {
        let mut dice = Dice(seed);
        let dir = start();
        for step in 0..24 {
            let path = format!(
                "{}/f{}",
                ["a", "a/b", "c"][dice.roll(3) as usize],
                dice.roll(3)
            );
            match dice.roll(8) {
                0 => {
                    dir.git(&["checkout", "-q", "-B", &format!("b{}", dice.roll(3))]);
                }
                1 => {
                    let other = format!("b{}", dice.roll(3));
                    let known = dir.git(&["branch", "--list", &other]);
                    if !known.is_empty() && !dir.git(&["branch", "--show-current"]).eq(&other) {
                        dir.git(&["checkout", "-q", &other]);
                    }
                }
                2 => {
                    let other = format!("b{}", dice.roll(3));
                    if !dir.git(&["branch", "--list", &other]).is_empty() {
                        dir.git(&[
                            "merge",
                            "-q",
                            "-X",
                            "ours",
                            "--no-ff",
                            "--no-commit",
                            "-s",
                            "ort",
                            &other,
                        ]);
                        if dice.roll(3) == 0 {
                            dir.write(&path, format!("k={}\n", tokens[dice.roll(4) as usize]));
                        }
                        dir.commit(&format!("merge {step}"));
                    }
                }
                3 => {
                    let _ = fs::remove_file(dir.path().join(&path));
                    dir.commit(&format!("remove {step}"));
                }
                4 => {
                    let from = dir.path().join(&path);
                    if let Ok(text) = fs::read(&from) {
                        fs::remove_file(from).unwrap();
                        dir.write(&format!("c/m{step}"), text);
                    }
                    dir.commit(&format!("move {step}"));
                }
                _ => {
                    let mut text = "some line that stays where it is\n".repeat(8);
                    for _ in 0..dice.roll(3) {
                        text += &format!("k={}\n", tokens[dice.roll(4) as usize]);
                        text += &format!("filler {}\n", dice.roll(100));
                    }
                    dir.write(&path, text);
                    dir.commit(&format!("write {step}"));
                }
            }
        }
        let tip = head(&dir);
        let mut texts = vec![format!(
            "{}..{tip}",
            dir.git(&["rev-list", "--max-parents=0", "HEAD"])
        )];
        for name in dir.git(&["branch", "--format=%(refname:short)"]).lines() {
            texts.push(format!("{name}..{tip}"));
            texts.push(format!("{tip}..{name}"));
        }
        if seed % 2 == 0 {
            dir.git(&["repack", "-q", "-a", "-d", "--depth=50"]);
        }
        for text in texts {
            let expected: BTreeSet<(usize, String)> = oracle(&dir, &text, &tokens)
                .into_iter()
                .map(|(n, path, _)| (n, path))
                .collect();
            let report = dir.json(&["history", "--range", &text, "--show-secrets"]);
            let mut found = BTreeSet::new();
            for finding in findings(&report) {
                let value = finding["value"].as_str().unwrap();
                let n = tokens.iter().position(|t| t == value).unwrap();
                for place in finding["places"].as_array().unwrap() {
                    found.insert((n, place["path"].as_str().unwrap().to_owned()));
                    let at = dir.git(&[
                        "ls-tree",
                        "-r",
                        "--name-only",
                        text.split("..").nth(1).unwrap(),
                    ]);
                    let held = at.lines().any(|p| p == place["path"].as_str().unwrap())
                        && dir
                            .git(&[
                                "show",
                                &format!(
                                    "{}:{}",
                                    text.split("..").nth(1).unwrap(),
                                    place["path"].as_str().unwrap()
                                ),
                            ])
                            .contains(value);
                    assert_eq!(place["at_head"], held, "seed {seed}, {text}, {place}");
                }
            }
            assert_eq!(found, expected, "seed {seed}, {text}");
            let commits = count(&dir, &[&text]);
            if commits > 0 {
                assert_eq!(
                    report["run"]["range"]["commits"], commits,
                    "seed {seed}, {text}"
                );
            }
            // The same however it is read.
            let plain = dir.run(&[
                "history",
                "--range",
                &text,
                "--format",
                "json",
                "--now",
                crate::common::NOW,
            ]);
            for more in [["-j", "1"], ["-j", "3"], ["--full", "-q"]] {
                let mut args = vec![
                    "history",
                    "--range",
                    &text,
                    "--format",
                    "json",
                    "--now",
                    crate::common::NOW,
                ];
                args.extend(more);
                assert_eq!(
                    dir.run(&args).out,
                    plain.out,
                    "seed {seed}, {text}, {more:?}"
                );
            }
        }
    }
}

#[test]
fn a_stopped_scan_says_so_and_calls_nothing_new_that_it_did_not_compare() {
    let dir = start();
    dir.write("a.env", line(1));
    dir.commit("add");
    let scanner = Scanner::new(keysweep::builtin::set());
    let collector = keysweep::scan::Collector::new(&scanner);
    let control = Control::default();
    control.interrupt();
    let options = RangeOptions {
        path: dir.path(),
        what: Selection::Revisions("HEAD^..".to_owned()),
        full: false,
        threads: 1,
        allow_alternates: Vec::new(),
        max_object: 1 << 20,
    };
    let range = scan_range(&options, &collector, &control).unwrap();
    assert!(
        range
            .skipped
            .iter()
            .any(|s| s.reason == Reason::Interrupted)
    );
    assert!(range.steps.is_empty());
}
