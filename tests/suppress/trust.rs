//! Whose word counts: the index against HEAD, HEAD for a history, a named side, nobody's.

use crate::common::{Dir, findings, line, token};

/// A repository with a commit, and something staged that its own change allows.
fn staged(allow: impl Fn(&Dir)) -> Dir {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    dir.write("b.env", line(1));
    allow(&dir);
    dir.git(&["add", "-A"]);
    dir
}

/// The ways in which a change allows the value of `b.env` itself.
pub const WAYS: [fn(&Dir); 3] = [
    |dir| {
        dir.write(
            "b.env",
            format!("# keysweep:allow -- trust me\n{}", line(1)),
        )
    },
    |dir| dir.write(".keysweepignore", "*.env # trust me\n"),
    |dir| {
        dir.run(&["baseline", "create"]).ends(0);
    },
];

#[test]
fn new_suppressions_come_first_and_can_fail() {
    for allow in WAYS {
        let dir = staged(allow);
        let run = dir.run(&["staged"]);
        run.ends(0).says("1 new suppression here");
        assert!(
            run.text().starts_with("suppressed (new here): high "),
            "{}",
            run.text()
        );
        dir.run(&["staged", "--fail-on-new-suppressions"])
            .ends(1)
            .says("1 new suppression fails");
        let report = dir.json(&["staged"]);
        assert_eq!(report["summary"]["suppressed"]["new"], 1);
        assert_eq!(report["suppressed"][0]["suppressed"]["new"], true);
        let run = dir.run(&["staged", "--format", "github"]);
        assert!(
            run.text().starts_with("::warning file=b.env,"),
            "{}",
            run.text()
        );
        dir.run(&["staged", "--untrusted"])
            .ends(1)
            .says("1 result fails");
    }
}

#[test]
fn what_head_says_already_is_not_new() {
    let dir = Dir::repo();
    dir.write(".keysweepignore", "*.env\n");
    dir.commit("one");
    dir.write("b.env", line(1));
    dir.git(&["add", "-A"]);
    dir.run(&["staged", "--fail-on-new-suppressions"]).ends(0);
    let report = dir.json(&["staged"]);
    assert_eq!(report["summary"]["suppressed"]["total"], 1);
    assert_eq!(report["summary"]["suppressed"]["new"], 0);
    // To hide more by taking an exception away is new as well.
    dir.write(".keysweepignore", "*.env\n!c.env\n");
    dir.commit("two");
    dir.write(".keysweepignore", "*.env\n");
    dir.write("c.env", line(2));
    dir.git(&["add", "-A"]);
    assert_eq!(dir.json(&["staged"])["summary"]["suppressed"]["new"], 1);
}

#[test]
fn the_index_counts_not_the_working_tree() {
    let dir = staged(|_| {});
    dir.write(".keysweepignore", "*.env\n");
    dir.run(&["staged"]).ends(1);
    dir.git(&["add", "-A"]);
    dir.write(".keysweepignore", "");
    dir.run(&["staged"]).ends(0);
    dir.run(&["scan"]).ends(1);
}

#[test]
fn a_history_is_judged_by_head() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.write(".keysweepignore", "*.env\n");
    dir.run(&["history"]).ends(1);
    dir.commit("two");
    dir.run(&["history"]).ends(0).says("1 in ignored paths");
    // A bare clone has nothing but HEAD.
    let bare = dir.outside("bare.git");
    let path = bare.to_str().expect("plain");
    dir.git(&["clone", "-q", "--bare", ".", path]);
    dir.run(&["history", path]).ends(0);
}

#[test]
fn a_side_can_be_named() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.git(&["tag", "base"]);
    dir.write(".keysweepignore", "a.env # hush\n");
    dir.commit("two");
    let report = dir.json(&["scan", "--policy-from", "head"]);
    assert_eq!(report["summary"]["suppressed"]["new"], 0);
    let tag = dir.git(&["rev-parse", "base"]);
    for side in ["base-is-a-tag", "refs/tags/base", tag.as_str()] {
        if side == "base-is-a-tag" {
            dir.git(&["tag", "base-is-a-tag", "base"]);
        }
        dir.run(&["scan", "--policy-from", side])
            .ends(0)
            .says("suppressed (new here): ")
            .says(" -- hush");
        dir.run(&[
            "history",
            "--policy-from",
            side,
            "--fail-on-new-suppressions",
        ])
        .ends(1);
    }
    // What only the trusted side says counts too.
    dir.write(".keysweepignore", "");
    dir.run(&["scan"]).ends(1);
    dir.run(&["scan", "--policy-from", "head"]).ends(0);
    dir.run(&["scan", "--policy-from", "base"])
        .ends(2)
        .complains("needs a range");
    dir.run(&["scan", "--policy-from", "nowhere"])
        .ends(2)
        .complains("no branch, tag");
}

#[test]
fn a_copy_of_what_is_known_is_known() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.run(&["baseline", "create"]).ends(0);
    dir.commit("one");
    dir.write("copy.env", line(1));
    dir.git(&["add", "-A"]);
    let report = dir.json(&["staged"]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["summary"]["suppressed"]["new"], 0);
    dir.write("new.py", format!("x = '{}'\n", token(2)));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(1);
}
