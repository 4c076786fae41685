//! From which side the configuration is read.

use crate::common::{Dir, findings, line};

const OFF: &str = "[rules]\ndisable = [\"github-pat\"]\n";

#[test]
fn the_index_counts_not_the_working_tree() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    dir.write("b.env", line(1));
    dir.git(&["add", "-A"]);
    dir.write("keysweep.toml", OFF);
    dir.run(&["staged"]).ends(1);
    dir.run(&["hook"]).ends(1);
    dir.git(&["add", "-A"]);
    dir.write("keysweep.toml", "broken");
    let run = dir.run(&["staged"]);
    run.ends(0).says("1 new suppression here");
    dir.run(&["staged", "--fail-on-new-suppressions"]).ends(1);
    dir.run(&["hook"]).ends(0);
}

#[test]
fn a_range_is_judged_by_its_base() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    dir.git(&["checkout", "-q", "-b", "topic"]);
    dir.write("b.env", line(1));
    dir.write("keysweep.toml", format!("{OFF}[report]\nfail-on = [\"none\"]\nmin-severity = \"critical\"\n[gaps]\naccept = [\"shallow\"]\n"));
    dir.commit("two");
    let range = ["history", "--range", "main...topic"];
    let run = dir.run(&range);
    run.ends(0)
        .says("1 new suppression here")
        .says("suppressed (new here): high ");
    run.complains("keysweep.toml is not the same before this change; the one before it holds here");
    dir.run(&[&range[..], &["--fail-on-new-suppressions"]].concat())
        .ends(1);
    // Thresholds of the change do not hold for it.
    dir.write(
        "keysweep.toml",
        "[report]\nfail-on = [\"none\"]\nmin-severity = \"critical\"\n",
    );
    dir.commit("three");
    dir.run(&range).ends(1);
    let report = dir.json(&range);
    assert_eq!(findings(&report).len(), 1);
    assert!(report["run"]["configuration"].is_null());
    let head = dir.json(&[&range[..], &["--policy-from", "head"]].concat());
    assert_eq!(head["run"]["configuration"]["hidden"], 1);
    // Once it is in the base it holds.
    dir.git(&["checkout", "-q", "main"]);
    dir.git(&["merge", "-q", "topic"]);
    dir.write("c.env", line(2));
    dir.commit("four");
    let report = dir.json(&["history", "--range", "HEAD~1..HEAD"]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["run"]["configuration"]["hidden"], 1);
    let file = report["run"]["configuration"]["file"]
        .as_str()
        .expect("a name");
    assert!(file.starts_with("keysweep.toml ("), "{file}");
}

#[test]
fn a_pushed_range_in_a_hook_is_judged_by_its_base() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    let before = dir.git(&["rev-parse", "HEAD"]);
    dir.write("b.env", line(1));
    dir.write("keysweep.toml", "[report]\nfail-on = [\"none\"]\n");
    dir.commit("two");
    let after = dir.git(&["rev-parse", "HEAD"]);
    let push = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        after.trim(),
        before.trim()
    );
    dir.feed(&["hook", "--stage", "pre-push"], push.as_bytes())
        .ends(1);
}

#[test]
fn what_is_broken_before_a_change_hides_nothing_and_can_be_repaired() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[scan]\nexlude = []\n");
    dir.commit("one");
    dir.write("keysweep.toml", "[scan]\nexclude = []\n");
    dir.write("b.env", line(1));
    dir.commit("two");
    let run = dir.run(&["history", "--range", "HEAD~1..HEAD"]);
    run.ends(1)
        .complains("the policy before this change is not used: keysweep.toml (");
    run.complains("):2: there is no key `exlude` in `[scan]`; did you mean `exclude`?");
    dir.run(&[
        "history",
        "--range",
        "HEAD~1..HEAD",
        "--policy-from",
        "HEAD",
    ])
    .ends(1);
    let base = dir.git(&["rev-parse", "HEAD~1"]);
    dir.run(&[
        "history",
        "--range",
        "HEAD~1..HEAD",
        "--policy-from",
        base.trim(),
    ])
    .ends(2)
    .complains("did you mean `exclude`?");
    // What a change breaks is an error.
    dir.write("keysweep.toml", "[scna]\n");
    dir.commit("three");
    dir.run(&["history", "--range", "HEAD~1..HEAD"])
        .ends(2)
        .complains("):1: there is no section `scna`; did you mean `scan`?");
    dir.run(&["history"])
        .ends(2)
        .complains("keysweep.toml (HEAD):1: ");
}

#[test]
fn a_merge_in_progress_names_the_conflict() {
    let dir = Dir::repo();
    dir.write("keysweep.toml", "[report]\nstrict = false\n");
    dir.commit("one");
    dir.git(&["checkout", "-q", "-b", "topic"]);
    dir.write("keysweep.toml", "[report]\nstrict = true\n");
    dir.commit("two");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("keysweep.toml", "[report]\n# not strict\n");
    dir.commit("three");
    dir.git_conflicts(&["merge", "-q", "topic"]);
    dir.run(&["scan"])
        .ends(2)
        .complains("keysweep.toml:2: a merge left its conflict marks here");
    dir.run(&["hook"]).ends(2).complains(
        "keysweep.toml (index) is in a merge conflict: settle it and `git add keysweep.toml`",
    );
}

#[test]
fn whoever_makes_a_branch_does_not_choose_an_old_policy() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    dir.commit("one");
    // A branch that was lax for one commit and strict again when it was merged.
    dir.git(&["checkout", "-q", "-b", "first"]);
    dir.write("keysweep.toml", OFF);
    dir.commit("lax");
    let lax = dir.git(&["rev-parse", "HEAD"]);
    dir.git(&["rm", "-q", "keysweep.toml"]);
    dir.commit("strict");
    dir.git(&["checkout", "-q", "main"]);
    dir.git(&["merge", "-q", "--no-ff", "-m", "merge", "first"]);
    // The next one starts at the lax commit: that is the merge base.
    dir.git(&["checkout", "-q", "-b", "second", &lax]);
    dir.write("b.env", line(1));
    dir.commit("two");
    let range = ["history", "--range", "main...second"];
    let report = dir.json(&range);
    assert_eq!(report["summary"]["suppressed"]["new"], 1);
    dir.run(&[&range[..], &["--fail-on-new-suppressions"]].concat())
        .ends(1);
    // Nor does a branch that has nothing in common with the other side.
    dir.git(&["checkout", "-q", "--orphan", "third"]);
    dir.commit("three");
    let report = dir.json(&["history", "--range", "main...third"]);
    assert_eq!(report["summary"]["suppressed"]["new"], 1);
}
