//! The four cases with git's own hooks.

use std::io::Write as _;
use std::process::Stdio;

use super::Site;
use crate::common::{Run, ended, line, token};

#[test]
fn what_is_staged_is_judged() {
    let site = Site::hooked();
    site.write("deploy.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    let run = site.git(&["commit", "-q", "-m", "leak"]);
    run.ends(1)
        .has("deploy.env:1:14")
        .has(".env.example")
        .has("keysweep allow ")
        .has("SKIP=keysweep")
        .lacks(&token(1));
    // Not committed; the working tree does not count, the index does.
    site.git(&["rev-parse", "-q", "--verify", "HEAD"]).ends(1);
    site.write("deploy.env", "GITHUB_TOKEN=\n");
    site.git(&["commit", "-q", "-m", "leak"]).ends(1);
    site.git(&["add", "-A"]).ends(0);
    let run = site.git(&["commit", "-q", "-m", "clean"]);
    run.ends(0);
    assert_eq!(run.all(), "", "nothing found is silence");
    // Only one of two staged with `git commit FILE`, which uses an index of its own.
    site.write("a.env", &line(2));
    site.write("b.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "b", "b.txt"]).ends(0);
    site.git(&["commit", "-q", "-m", "a", "a.env"]).ends(1);
    // From a sub-directory, and in a linked worktree.
    site.write("sub/c.txt", "nothing\n");
    let mut command = site.command("git", &["commit", "-q", "-m", "sub"]);
    command.current_dir(site.at("work/sub"));
    Run::new(command).ends(1).has("a.env:1:14");
    site.git(&["worktree", "add", "-q", "../linked", "HEAD"])
        .ends(0);
    std::fs::write(site.at("linked/d.env"), line(3)).expect("writable");
    site.git(&["-C", "../linked", "add", "-A"]).ends(0);
    site.git(&["-C", "../linked", "commit", "-q", "-m", "linked"])
        .ends(1)
        .has("d.env:1:14");
}

#[test]
fn skipping() {
    let site = Site::hooked();
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    let mut command = site.command("git", &["commit", "-q", "-m", "skipped"]);
    command.env("SKIP", "other,keysweep");
    Run::new(command)
        .ends(0)
        .has("skipped: SKIP names keysweep");
    site.write("b.env", &line(2));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "--no-verify", "-m", "skipped"])
        .ends(0);
}

#[test]
fn named_files_are_read_whole_from_the_index() {
    let site = Site::new();
    site.write("a.env", &line(1));
    site.write("sub/b.env", &line(2));
    site.write("c.txt", "nothing\n");
    site.commit_unseen("all of it");
    // The working tree is another one.
    site.write("a.env", "nothing\n");
    site.write("c.txt", &line(3));
    site.keysweep(&["hook", "a.env"]).ends(1).says("a.env:1:14");
    site.keysweep(&["hook", "c.txt"]).ends(0);
    site.keysweep(&["hook", "--files", "a.env", "sub/b.env"])
        .ends(1)
        .says("2 credentials stop");
    site.keysweep(&["hook", "--all-files"])
        .ends(1)
        .says("sub/b.env:1:14");
    site.keysweep(&["hook", "sub"])
        .ends(1)
        .says("sub/b.env:1:14");
    let mut command = site.command("keysweep", &["hook", "b.env", "../c.txt"]);
    command.current_dir(site.at("work/sub"));
    Run::new(command).ends(1).says("1 credential stops");
    // Not in the index: said, and no reason to stop.
    site.write("new.env", &line(4));
    site.keysweep(&["hook", "new.env", "c.txt"])
        .ends(0)
        .says("new.env")
        .says("not in the index");
    site.keysweep(&["hook", "--strict", "new.env"]).ends(0);
    // Something staged goes first.
    site.write("d.txt", "nothing\n");
    site.git(&["add", "d.txt"]).ends(0);
    site.keysweep(&["hook", "a.env"]).ends(0);
}

#[test]
fn nothing_at_all_is_one_line() {
    let site = Site::new();
    let line = "nothing staged, nothing scanned; to scan the tree: keysweep scan\n";
    let run = site.keysweep(&["hook"]);
    run.ends(0);
    assert_eq!(run.text(), line);
    site.write("a.env", &crate::common::line(1));
    site.commit_unseen("all");
    assert_eq!(site.keysweep(&["hook"]).ends(0).text(), line);
    // Something staged that is a deletion is nothing to say.
    site.git(&["rm", "-q", "a.env"]).ends(0);
    assert_eq!(site.keysweep(&["hook"]).ends(0).all(), "");
}

#[test]
fn pushes() {
    let site = Site::hooked();
    site.write("a.txt", "nothing\n");
    site.commit_unseen("first");
    let run = site.git(&["push", "-q", "origin", "main"]);
    run.ends(0);
    assert_eq!(run.all(), "", "nothing found is silence");

    // Added and removed again within the push.
    site.write("a.env", &line(1));
    site.commit_unseen("leak");
    site.git(&["rm", "-q", "a.env"]).ends(0);
    site.commit_unseen("removed");
    let run = site.git(&["push", "-q", "origin", "main"]);
    run.ends(1)
        .has("a.env:1:14: high: GitHub personal access token (classic) in commit ")
        .has("removed again later")
        // No file holds it any more: without the option it would not be found.
        .has(" --history\n")
        .has("git rebase -i")
        .has("git push --no-verify")
        .lacks(&token(1));
    site.git(&["-C", "../origin.git", "log", "--format=%s", "main"])
        .ends(0)
        .lacks("leak");

    // What the remote has is not judged again.
    site.push_unseen(&["main"]);
    site.write("b.txt", "nothing\n");
    site.commit_unseen("more");
    site.git(&["push", "-q", "origin", "main"]).ends(0);

    // A new branch: what no remote-tracking branch has.
    site.git(&["switch", "-q", "-c", "topic"]).ends(0);
    site.git(&["push", "-q", "origin", "topic"]).ends(0);
    site.write("c.env", &line(2));
    site.commit_unseen("leak on topic");
    site.git(&["push", "-q", "origin", "topic:other"])
        .ends(1)
        .has("c.env:1:14");

    // Forced, over a commit that is known here and over one that is not.
    site.push_unseen(&["topic"]);
    site.git(&["reset", "-q", "--hard", "HEAD^"]).ends(0);
    site.write("d.txt", "nothing\n");
    site.commit_unseen("instead");
    site.git(&["push", "-q", "--force", "origin", "topic"])
        .ends(0);
    site.write("e.env", &line(3));
    site.commit_unseen("leak again");
    site.git(&[
        "-C",
        "../origin.git",
        "update-ref",
        "refs/heads/topic",
        "main",
    ])
    .ends(0);
    site.git(&["push", "-q", "--force", "origin", "topic"])
        .ends(1)
        .has("e.env:1:14");

    // A tag, lightweight and annotated, whose message is read too.
    site.git(&["switch", "-q", "main"]).ends(0);
    site.git(&["tag", "v1"]).ends(0);
    site.git(&["push", "-q", "origin", "v1"]).ends(0);
    site.git(&["tag", "v2", "topic"]).ends(0);
    site.git(&["push", "-q", "origin", "v2"])
        .ends(1)
        .has("e.env:1:14");
    site.git(&["tag", "-a", "v3", "-m", &format!("see {}", line(4))])
        .ends(0);
    site.git(&["push", "-q", "origin", "v3"])
        .ends(1)
        .has("reword the message")
        .lacks(&token(4));

    // A deletion brings nothing, and hides nothing that goes with it.
    site.git(&["push", "-q", "origin", ":topic"]).ends(0);
    site.git(&["push", "-q", "origin", ":v1", "topic"])
        .ends(1)
        .has("e.env:1:14");
}

#[test]
fn a_hook_of_ones_own_needs_no_stage() {
    let site = Site::new();
    site.hook("pre-push", "#!/bin/sh\nexec keysweep hook \"$@\"\n");
    site.hook("pre-commit", "#!/bin/sh\nexec keysweep hook\n");
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("a.env:1:14");
    site.commit_unseen("leak");
    // Staged and clean, which is not what is pushed.
    site.write("b.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    site.git(&["push", "-q", "origin", "main"])
        .ends(1)
        .has("a.env:1:14");
    site.hook("pre-push", "#!/bin/sh\nexec keysweep hook\n");
    site.git(&["push", "-q", "origin", "main"])
        .ends(1)
        .has("a.env:1:14");
}

#[test]
fn a_pipe_that_stays_open_stops_nobody() {
    let site = Site::new();
    let mut child = site
        .command("keysweep", &["hook"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(b"refs/heads/").expect("it listens");
    Run::from(ended(child)).ends(0).says("nothing staged");
    drop(stdin);
}

#[test]
fn a_range_by_the_environment() {
    let site = Site::new();
    site.commit_unseen("first");
    site.write("a.env", &line(1));
    site.commit_unseen("leak");
    let range = |from: &str, to: &str| {
        let mut command = site.command("keysweep", &["hook", "some", "files"]);
        command
            .env("PRE_COMMIT_FROM_REF", from)
            .env("PRE_COMMIT_TO_REF", to);
        Run::new(command)
    };
    range("HEAD^", "HEAD").ends(1).says("a.env:1:14");
    assert_eq!(range("HEAD", "HEAD").ends(0).all(), "");
    range("no-such-branch", "HEAD")
        .ends(2)
        .complains("no-such-branch");
    range("HEAD", "").ends(2).complains("belong together");
}

#[test]
fn other_formats_and_files() {
    let site = Site::new();
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    let run = site.keysweep(&["hook", "--format", "json", "--output", "sarif=../out.sarif"]);
    assert_eq!(run.ends(1).json()["run"]["mode"], "staged");
    assert!(site.at("out.sarif").is_file());
    site.commit_unseen("leak");
    let run = site.keysweep(&["hook", "--format", "json"]);
    assert_eq!(run.ends(0).json()["summary"]["outcome"], "nothing");
}

/// A repository with one commit on the remote, and a branch `topic` with a clean commit.
fn topic() -> Site {
    let site = Site::hooked();
    site.write("old.env", &line(1));
    site.commit_unseen("first");
    site.push_unseen(&["main"]);
    site.git(&["switch", "-q", "-c", "topic"]).ends(0);
    site.write("a.txt", "nothing\n");
    site.commit_unseen("clean");
    site
}

/// Whether the remote has a reference.
fn has(site: &Site, name: &str) -> bool {
    let run = site.git(&["-C", "../origin.git", "rev-parse", "-q", "--verify", name]);
    run.status == Some(0)
}

#[test]
fn a_new_branch_brings_what_no_branch_of_the_remote_has() {
    let site = topic();
    let run = site.git(&["push", "-q", "origin", "topic"]);
    assert_eq!(run.ends(0).all(), "", "what the remote has is not judged");
    site.git(&["switch", "-q", "-c", "second"]).ends(0);
    site.write("b.env", &line(2));
    site.commit_unseen("leak");
    site.git(&["push", "-q", "origin", "second"])
        .ends(1)
        .has("b.env:1:14: high: GitHub personal access token (classic) in commit ")
        .has("1 credential stops this push")
        .lacks("old.env");
    assert!(!has(&site, "refs/heads/second"));
}

#[test]
fn a_deleted_branch_brings_nothing() {
    let site = topic();
    site.write("b.env", &line(2));
    site.commit_unseen("leak");
    site.push_unseen(&["topic"]);
    let run = site.git(&["push", "-q", "origin", "--delete", "topic"]);
    assert_eq!(run.ends(0).all(), "");
    assert!(!has(&site, "refs/heads/topic"));
}

#[test]
fn a_forced_push_brings_what_the_old_tip_had_not() {
    let site = topic();
    site.write("b.env", &line(2));
    site.commit_unseen("leak");
    site.push_unseen(&["topic"]);
    // Another history with a clean commit: the leak goes away.
    site.git(&["reset", "-q", "--hard", "main"]).ends(0);
    site.write("c.txt", "nothing\n");
    site.commit_unseen("instead");
    let clean = site.git(&["push", "-q", "--force", "origin", "topic"]);
    assert_eq!(clean.ends(0).all(), "");
    site.git(&["reset", "-q", "--hard", "main"]).ends(0);
    site.write("d.env", &line(3));
    site.commit_unseen("leak of its own");
    site.git(&["push", "-q", "--force", "origin", "topic"])
        .ends(1)
        .has("d.env:1:14: high: GitHub personal access token (classic) in commit ")
        .lacks("old.env");
    site.git(&["-C", "../origin.git", "log", "--format=%s", "topic"])
        .ends(0)
        .lacks("leak of its own");
}

#[test]
fn a_pushed_tag_is_judged_with_its_message() {
    let site = topic();
    site.git(&["tag", "v1"]).ends(0);
    assert_eq!(site.git(&["push", "-q", "origin", "v1"]).ends(0).all(), "");
    site.git(&["tag", "-a", "v2", "-m", &format!("see {}", line(4))])
        .ends(0);
    site.git(&["push", "-q", "origin", "v2"])
        .ends(1)
        .has("reword the message")
        .lacks(&token(4));
    site.write("b.env", &line(2));
    site.commit_unseen("leak");
    site.git(&["tag", "v3"]).ends(0);
    site.git(&["push", "-q", "origin", "v3"])
        .ends(1)
        .has("b.env:1:14: high: GitHub personal access token (classic) in commit ");
    assert!(
        has(&site, "refs/tags/v1") && !has(&site, "refs/tags/v2") && !has(&site, "refs/tags/v3")
    );
}

#[test]
fn a_verb_with_a_slip_is_no_file() {
    let site = Site::new();
    for slip in ["instal", "instlal", "unistall"] {
        site.keysweep(&["hook", slip])
            .ends(2)
            .complains("may be meant");
    }
    site.write("instal", "a file\n");
    site.git(&["add", "instal"]).ends(0);
    site.keysweep(&["hook", "instal"]).ends(0);
}
