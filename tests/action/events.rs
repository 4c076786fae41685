//! What each event scans.

use super::{Outcome, Runner};
use crate::common::{line, places};

/// The places that the JSON report names.
fn found(outcome: &Outcome) -> Vec<String> {
    places(&outcome.report("json-file"))
}

/// `github-pat PATH:1:14`, the place of [`line`] in a file.
fn at(path: &str) -> String {
    format!("github-pat {path}:1:14")
}

#[test]
fn a_push_brings_its_commits() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.many(40);
    let before = runner.tip();
    runner.commit("a.txt", "nothing\n");
    let clean = runner.commit("b.txt", "nothing\n");
    runner.push("main");
    runner.checkout(&clean);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", &before),
        ("AFTER", &clean),
    ];
    let outcome = runner.run("push", "push", &words);
    outcome.ends(0).lacks("::warning");
    assert_eq!(found(&outcome), [""; 0]);
    assert_eq!(outcome.output("findings"), "0");
    assert_eq!(outcome.output("complete"), "true");

    // Added and removed again: it was published.
    runner.commit("new.env", &line(2));
    let after = runner.remove("new.env");
    runner.push("main");
    runner.checkout(&after);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", &clean),
        ("AFTER", &after),
    ];
    let outcome = runner.run("push", "push", &words);
    outcome
        .ends(1)
        .says("::error title=")
        .says("rotate it: rewriting the branch does not un-publish it")
        .lacks("::warning");
    assert_eq!(found(&outcome), [at("new.env")]);
    assert_eq!(outcome.output("new-findings"), "1");
}

#[test]
fn the_first_push_of_a_branch_starts_at_the_merge_base() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.push("main");
    runner.switch("topic");
    runner.commit("a.env", &line(2));
    runner.many(40);
    let after = runner.tip();
    runner.push("topic");
    runner.git("dev", &["switch", "-q", "main"]);
    runner.commit("later.env", &line(3));
    runner.push("main");
    runner.checkout(&after);
    let words = [("REF", "refs/heads/topic"), ("AFTER", after.as_str())];
    let outcome = runner.run("push", "push-new-branch", &words);
    outcome.ends(1).says("file=a.env,line=1").lacks("::warning");
    assert_eq!(found(&outcome), [at("a.env")]);
    // A tag on what main has brings nothing.
    let tagged = runner.git("dev", &["rev-parse", "main"]);
    runner.checkout(&tagged);
    let words = [("REF", "refs/tags/v1"), ("AFTER", tagged.as_str())];
    let outcome = runner.run("push", "push-new-branch", &words);
    outcome.ends(0).says("nothing to scan");
}

#[test]
fn the_first_push_of_the_default_branch_is_the_whole_history() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    let after = runner.remove("old.env");
    runner.push("main");
    runner.checkout(&after);
    let words = [("REF", "refs/heads/main"), ("AFTER", after.as_str())];
    let outcome = runner.run("push", "push-new-branch", &words);
    outcome.ends(1).lacks("::warning");
    assert_eq!(found(&outcome), [at("old.env")]);
}

#[test]
fn a_forced_push() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.push("main");
    let base = runner.tip();
    runner.switch("topic");
    let before = runner.commit("gone.env", &line(2));
    runner.push("topic");
    runner.git("dev", &["reset", "-q", "--hard", &base]);
    let after = runner.commit("a.env", &line(3));
    runner.push("topic");
    runner.checkout(&after);
    let words = [
        ("REF", "refs/heads/topic"),
        ("BEFORE", &before),
        ("AFTER", &after),
    ];
    let outcome = runner.run("push", "push-forced", &words);
    outcome.ends(1).lacks("::warning");
    assert_eq!(found(&outcome), [at("a.env")]);

    // Of the default branch itself: against what was there, which the host keeps for a while.
    runner.push("main");
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", &before),
        ("AFTER", &after),
    ];
    runner.checkout(&after);
    let outcome = runner.run("push", "push-forced", &words);
    outcome.ends(1).lacks("::warning");
    assert_eq!(found(&outcome), [at("a.env")]);
    // And when it does not any more.
    let gone = "1".repeat(40);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", &gone),
        ("AFTER", &after),
    ];
    runner.checkout(&after);
    let outcome = runner.run("push", "push-forced", &words);
    outcome
        .ends(1)
        .says("::warning title=keysweep::the commits to be scanned are not here");
    assert_eq!(found(&outcome), [at("a.env"), at("old.env")]);
}

#[test]
fn a_deletion_brings_nothing() {
    let runner = Runner::new();
    let before = runner.commit("a.env", &line(1));
    runner.push("main");
    runner.checkout(&before);
    let words = [("REF", "refs/heads/topic"), ("BEFORE", before.as_str())];
    let outcome = runner.run("push", "push-deleted", &words);
    outcome.ends(0).says("nothing to scan");
    assert_eq!(outcome.output("complete"), "true");
}

/// A pull request whose base went on, checked out as the merge of both.
fn pull_request(runner: &Runner) -> [(&'static str, String); 3] {
    runner.commit("old.env", &line(1));
    runner.many(40);
    runner.push("main");
    runner.switch("topic");
    runner.commit("gone.env", &line(2));
    runner.remove("gone.env");
    let head = runner.commit("a.env", &line(3));
    runner.push("refs/pull/7/head");
    runner.git("dev", &["switch", "-q", "main"]);
    let base = runner.commit("theirs.env", &line(4));
    runner.push("main");
    runner.switch("merge");
    runner.git("dev", &["merge", "-q", "--no-ff", "--no-edit", &head]);
    let merge = runner.tip();
    runner.push("refs/pull/7/merge");
    runner.checkout(&merge);
    [("BEFORE", base), ("AFTER", head), ("MERGE", merge)]
}

fn borrowed<'a>(words: &'a [(&'static str, String); 3]) -> Vec<(&'a str, &'a str)> {
    words.iter().map(|(a, b)| (*a, b.as_str())).collect()
}

#[test]
fn a_pull_request_starts_at_the_merge_base_and_ends_at_its_head() {
    let runner = Runner::new();
    let words = pull_request(&runner);
    let outcome = runner.run("pull_request", "pull_request", &borrowed(&words));
    outcome
        .ends(1)
        .says("::error file=a.env,line=1")
        .lacks("theirs.env")
        .lacks("::warning");
    assert_eq!(found(&outcome), [at("a.env"), at("gone.env")]);
    // Code scanning gets the tree of the head, not of the merge.
    let sarif = outcome.report("sarif-file").to_string();
    assert!(
        sarif.contains("a.env") && sarif.contains("old.env"),
        "{sarif}"
    );
    assert!(
        !sarif.contains("theirs.env") && !sarif.contains("gone.env"),
        "{sarif}"
    );
    assert_eq!(outcome.output("sarif-ref"), "refs/pull/7/head");
    assert_eq!(outcome.output("sarif-sha"), words[1].1);
    assert!(!runner.at("workspace/pwned").exists());
}

#[test]
fn without_a_way_to_the_origin_the_tree_is_scanned() {
    let runner = Runner::new();
    let words = pull_request(&runner);
    runner.lock_out();
    let outcome = runner.run("pull_request", "pull_request", &borrowed(&words));
    outcome
        .ends(1)
        .says("::warning title=keysweep::the commits to be scanned are not here");
    // The head is not here, so it is the merge that was checked out.
    assert_eq!(
        found(&outcome),
        [at("a.env"), at("old.env"), at("theirs.env")]
    );
    let outcome = runner.run("schedule", "schedule", &[]);
    outcome
        .ends(1)
        .says("::warning title=keysweep::the history is not here");
}

#[test]
fn files_of_other_steps_are_not_the_tree() {
    let runner = Runner::new();
    let tip = runner.tip();
    runner.checkout(&tip);
    runner.lock_out();
    std::fs::write(runner.at("workspace/built.env"), line(1)).expect("writable");
    let outcome = runner.run("schedule", "schedule", &[]);
    outcome.ends(0).says("::warning");
}

#[test]
fn a_merge_group() {
    let runner = Runner::new();
    let base = runner.commit("old.env", &line(1));
    runner.push("main");
    runner.many(3);
    let head = runner.commit("a.env", &line(2));
    runner.push("gh-readonly-queue/main/pr-7");
    runner.checkout(&head);
    let words = [("BEFORE", base.as_str()), ("AFTER", head.as_str())];
    let outcome = runner.run("merge_group", "merge_group", &words);
    outcome.ends(1).lacks("::warning");
    assert_eq!(found(&outcome), [at("a.env")]);
}

#[test]
fn an_audit_is_about_everything_whatever_the_event_brought() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.remove("old.env");
    runner.commit("now.env", &line(2));
    let before = runner.tip();
    let after = runner.commit("notes.txt", "nothing\n");
    runner.push("main");
    runner.checkout(&after);
    let words = [
        ("REF", "refs/heads/main"),
        ("BEFORE", before.as_str()),
        ("AFTER", after.as_str()),
    ];
    runner.run("push", "push", &words).ends(0);
    let inputs = [("audit", "true"), ("fail-on", "none")];
    let outcome = runner.run_with("push", "push", &words, &inputs, |_| {});
    outcome.ends(0);
    let report = outcome.report("json-file");
    assert_eq!(report["run"]["mode"], "audit");
    assert_eq!(outcome.output("findings"), "2");
    let page = std::fs::read_to_string(outcome.output("html-file")).expect("the page");
    assert!(
        page.contains("2 credentials: 1 stands in the files"),
        "{page}"
    );
    let table = std::fs::read_to_string(outcome.output("csv-file")).expect("the table");
    assert_eq!(table.lines().count(), 3);
}

#[test]
fn the_whole_history_by_schedule_and_by_hand() {
    let runner = Runner::new();
    runner.commit("old.env", &line(1));
    runner.remove("old.env");
    runner.many(40);
    runner.push("main");
    runner.switch("topic");
    runner.commit("a.env", &line(2));
    runner.push("topic");
    let main = runner.git("dev", &["rev-parse", "main"]);
    for event in ["schedule", "workflow_dispatch"] {
        runner.checkout(&main);
        let outcome = runner.run(event, event, &[]);
        outcome.ends(1).lacks("::warning");
        assert_eq!(found(&outcome), [at("a.env"), at("old.env")], "{event}");
    }
}

#[test]
fn events_with_secrets_and_foreign_content_are_refused_unless_allowed() {
    let runner = Runner::new();
    let words = pull_request(&runner);
    let words = borrowed(&words);
    for event in ["pull_request_target", "workflow_run"] {
        let outcome = runner.run(event, event, &words);
        outcome
            .ends(2)
            .says(&format!("::error title=keysweep::refused on {event}"));
        assert_eq!(outcome.output("json-file"), "", "nothing was scanned");
        let allow = [("allow-untrusted-events", "true")];
        let outcome = runner.run_with(event, event, &words, &allow, |_| {});
        outcome.ends(1).lacks("::warning");
        assert_eq!(found(&outcome), [at("a.env"), at("gone.env")], "{event}");
    }
}

#[test]
fn other_events_scan_the_tree() {
    let runner = Runner::new();
    runner.commit("gone.env", &line(1));
    runner.remove("gone.env");
    let tip = runner.commit("a.env", &line(2));
    runner.push("main");
    runner.checkout(&tip);
    let outcome = runner.run("release", "schedule", &[]);
    outcome.ends(1);
    assert_eq!(found(&outcome), [at("a.env")]);
}
