//! Ranges are judged by the policy of the commit that they start from, and a hook by the same.

use super::trust::WAYS;
use crate::common::{Dir, findings, line};

/// Main with a policy, and a branch `topic` that adds a value and what `allow` writes.
fn branch(policy: &[(&str, &str)], allow: impl Fn(&Dir)) -> Dir {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    for (name, text) in policy {
        dir.write(name, text);
    }
    dir.commit("base");
    dir.git(&["checkout", "-q", "-b", "topic"]);
    dir.write("b.env", line(1));
    allow(&dir);
    dir.commit("topic");
    dir
}

const RANGE: [&str; 3] = ["history", "--range", "main...topic"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    RANGE.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn what_a_range_allows_itself_is_new_and_told_first() {
    for allow in WAYS {
        let dir = branch(&[], allow);
        let run = dir.run(&RANGE);
        run.ends(0).says("1 new suppression here");
        assert!(
            run.text().starts_with("suppressed (new here): high "),
            "{}",
            run.text()
        );
        dir.run(&with(&["--fail-on-new-suppressions"]))
            .ends(1)
            .says("1 new suppression fails");
        dir.run(&with(&["--untrusted"])).ends(1);
        let run = dir.run(&with(&["--format", "markdown"]));
        run.says("suppressed (new here): high ");
        // The end of the range is asked only when somebody says so; comments stay new.
        let head = dir.json(&with(&["--policy-from", "head"]));
        assert_eq!(findings(&head).len(), 0);
    }
}

#[test]
fn what_the_base_says_holds_even_when_the_range_takes_it_away() {
    let policy = [(".keysweepignore", "*.env # tests\n")];
    let dir = branch(&policy, |dir| {
        dir.git(&["rm", "-q", ".keysweepignore"]);
    });
    let report = dir.json(&with(&["--fail-on-new-suppressions"]));
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["summary"]["suppressed"]["total"], 1);
    assert_eq!(report["summary"]["suppressed"]["new"], 0);
    // The end of the range, and any other side, can be asked instead.
    dir.run(&with(&["--policy-from", "head"])).ends(1);
    dir.run(&with(&["--policy-from", "topic"])).ends(1);
    dir.run(&with(&["--policy-from", "base"])).ends(0);
    dir.run(&with(&["--policy-from", "main"])).ends(0);
}

#[test]
fn the_working_tree_has_no_say_in_a_range() {
    let dir = branch(&[], |_| {});
    dir.write(".keysweepignore", "*.env\n");
    dir.run(&RANGE).ends(1);
    dir.git(&["add", "-A"]);
    dir.run(&RANGE).ends(1);
}

#[test]
fn a_range_without_a_base_is_judged_by_its_end() {
    let dir = branch(&[(".keysweepignore", "*.env\n")], |_| {});
    for what in [&["--since", "2001-01-01"][..], &["--pushed"]] {
        let report = dir.json(&[&["history"], what].concat());
        assert_eq!(report["summary"]["suppressed"]["total"], 1, "{what:?}");
        assert_eq!(report["summary"]["suppressed"]["new"], 0, "{what:?}");
    }
    dir.run(&["history", "--since", "2001-01-01", "--policy-from", "base"])
        .ends(2)
        .complains("a range with a commit to start from");
}

#[test]
fn a_broken_policy_is_an_error_at_the_end_and_a_note_at_the_base() {
    let broken = [(".keysweep-baseline", "not an entry\n")];
    let dir = branch(&broken, |_| {});
    let end = dir.git(&["rev-parse", "--short=10", "topic"]);
    dir.run(&RANGE)
        .ends(2)
        .complains(&format!(".keysweep-baseline ({end}):1: "));
    dir.run(&with(&["--untrusted"])).ends(1);
    // Else nobody could bring the repair.
    let dir = branch(&broken, |dir| {
        dir.write(".keysweep-baseline", "");
        dir.run(&["baseline", "update"]).ends(0);
    });
    let base = dir.git(&["rev-parse", "--short=10", "main"]);
    dir.run(&RANGE)
        .ends(0)
        .says("1 new suppression here")
        .complains("the policy before this change is not used")
        .complains(&format!(".keysweep-baseline ({base}):1: "));
    dir.run(&with(&["--policy-from", "main"]))
        .ends(2)
        .complains(".keysweep-baseline");
}

#[test]
fn named_files_of_a_hook_are_judged_without_what_is_known() {
    let dir = Dir::repo();
    dir.write("old.env", line(1));
    dir.run(&["baseline", "create"]).ends(0);
    dir.commit("one");
    dir.run(&["hook", "old.env"]).ends(0);
    dir.run(&["hook", "--all-files"]).ends(0);
    dir.write("new.env", line(2));
    dir.commit("two");
    dir.run(&["hook", "--all-files"])
        .ends(1)
        .says("new.env:1:14")
        .says("1 credential stops");
}

#[test]
fn what_stopped_a_hook_can_be_allowed_by_its_last_run() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    dir.write("gone.env", line(1));
    dir.commit("two");
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit("three");
    let (from, to) = (
        dir.git(&["rev-parse", "HEAD~2"]),
        dir.git(&["rev-parse", "HEAD"]),
    );
    let hook = |dir: &Dir| {
        let mut command = dir.command(&["hook"]);
        command
            .env("PRE_COMMIT_FROM_REF", &from)
            .env("PRE_COMMIT_TO_REF", &to);
        crate::common::Run::new(command)
    };
    hook(&dir).ends(1).says("removed again later");
    dir.run(&["allow", "--last", "--reason", "ended on 2026-01-01"])
        .ends(0)
        .says(" reason=ended on 2026-01-01");
    // It counts once it is in the range's base or end.
    hook(&dir).ends(1);
    dir.git(&["add", "-A"]);
    dir.run(&["hook"]).ends(0);
}

#[test]
fn a_hook_that_refuses_new_suppressions_says_which() {
    let dir = Dir::repo();
    dir.write(
        "b.env",
        format!("{} # keysweep:allow\n", line(1).trim_end()),
    );
    dir.git(&["add", "-A"]);
    let run = dir.run(&["hook"]);
    run.ends(0);
    assert_eq!(run.text(), "");
    dir.run(&["hook", "--fail-on-new-suppressions"])
        .ends(1)
        .says("suppressed (new here): high ")
        .says("1 new suppression stops this commit");
}
