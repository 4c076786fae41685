//! `hook --pre-receive`: a real bare repository that real pushes go to. Nobody who pushes installs a hook.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::Site;
use crate::common::{Run, line, token};

/// A site whose bare repository judges what is pushed to it, with one clean commit on `main`.
fn server() -> Site {
    let site = Site::new();
    install(&site);
    site.write("a.txt", "nothing\n");
    site.commit_unseen("first");
    site.push_unseen(&["main"]);
    site
}

fn install(site: &Site) {
    let mut command = site.command("keysweep", &["hook", "install", "--pre-receive"]);
    command.current_dir(site.at("origin.git"));
    Run::new(command).ends(0).says("hooks/pre-receive");
}

fn push(site: &Site, args: &[&str]) -> Run {
    let mut all = vec!["push", "-q", "origin"];
    all.extend(args);
    site.git(&all)
}

/// What a reference is at the server; empty where it is not there.
fn at_server(site: &Site, name: &str) -> String {
    let run = site.git(&["-C", "../origin.git", "rev-parse", "--verify", "-q", name]);
    run.text().trim().to_owned()
}

/// Leaks a token in a new file of the current branch.
fn leak(site: &Site, name: &str, seed: u64) {
    site.write(name, &line(seed));
    site.commit_unseen("leak");
}

#[test]
fn what_is_clean_passes_in_silence_and_a_leak_is_refused() {
    let site = server();
    site.write("b.txt", "nothing\n");
    site.commit_unseen("more");
    let run = push(&site, &["main"]);
    assert_eq!(run.ends(0).all(), "", "nothing found is silence");
    leak(&site, "a.env", 1);
    site.git(&["rm", "-q", "a.env"]).ends(0);
    site.commit_unseen("removed");
    let before = at_server(&site, "main");
    push(&site, &["main"])
        .ends(1)
        .has("remote: a.env:1:14: high: GitHub personal access token (classic) in commit ")
        .has("removed again later")
        .has("git rebase -i")
        .has("1 credential stops this push")
        .has("pre-receive hook declined")
        .lacks("--no-verify")
        .lacks(&token(1));
    assert_eq!(at_server(&site, "main"), before);
    // The hook leaves nothing behind.
    assert!(!site.at("origin.git/keysweep").exists());
}

#[test]
fn objects_in_packs_of_the_quarantine_are_read_too() {
    let site = server();
    site.git(&["-C", "../origin.git", "config", "receive.unpackLimit", "1"])
        .ends(0);
    leak(&site, "a.env", 1);
    push(&site, &["main"]).ends(1).has("a.env:1:14");
    site.git(&[
        "-C",
        "../origin.git",
        "config",
        "receive.unpackLimit",
        "1000",
    ])
    .ends(0);
    push(&site, &["main"]).ends(1).has("a.env:1:14");
}

#[test]
fn what_any_reference_has_is_not_judged_again() {
    let site = Site::new();
    leak(&site, "a.env", 1);
    site.push_unseen(&["main"]);
    install(&site);
    // A new branch, a tag and a deletion of what is there bring nothing.
    push(&site, &["main:topic"]).ends(0);
    site.git(&["tag", "-a", "v1", "-m", "a tag"]).ends(0);
    push(&site, &["v1"]).ends(0);
    push(&site, &[":topic"]).ends(0);
    assert_eq!(at_server(&site, "topic"), "");
    // The message of a new tag is.
    let message = format!("see {}", line(2));
    site.git(&["tag", "-a", "v2", "-m", &message]).ends(0);
    push(&site, &["v2"])
        .ends(1)
        .has("reword the message")
        .lacks(&token(2));
    // A forced push over the old tip brings what is new alone.
    site.git(&["commit", "-q", "--no-verify", "--amend", "-m", "again"])
        .ends(0);
    push(&site, &["--force", "main"]).ends(1).has("a.env:1:14");
    site.git(&["rm", "-q", "a.env"]).ends(0);
    site.git(&[
        "commit",
        "-q",
        "--no-verify",
        "--amend",
        "-m",
        "without",
        "--allow-empty",
    ])
    .ends(0);
    push(&site, &["--force", "main"]).ends(0);
}

#[test]
fn one_leak_among_many_references_refuses_all_of_them() {
    let site = server();
    let lines: String = (0..1000)
        .map(|number| format!("create refs/heads/topic-{number:04} HEAD\n"))
        .collect();
    let mut command = site.command("git", &["update-ref", "--stdin"]);
    let mut child = command.stdin(Stdio::piped()).spawn().expect("git starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("git reads");
    drop(stdin);
    assert!(child.wait().expect("git ends").success());
    push(&site, &["refs/heads/*:refs/heads/*"]).ends(0);
    assert_ne!(at_server(&site, "topic-0999"), "");
    site.git(&["switch", "-q", "topic-0500"]).ends(0);
    leak(&site, "a.env", 1);
    push(&site, &["refs/heads/*:refs/heads/copy/*"])
        .ends(1)
        .has("a.env:1:14");
    assert_eq!(at_server(&site, "copy/topic-0001"), "");
}

/// The default branch of the server has the word: not what is pushed, and not the old tip of another branch.
#[test]
fn nobody_brings_the_policy_of_their_own_push() {
    let site = server();
    site.git(&["switch", "-q", "-c", "topic"]).ends(0);
    site.write("keysweep.toml", "[rules]\ndisable = [\"*\"]\n");
    site.write(".keysweepignore", "*.env\n");
    site.commit_unseen("a policy");
    push(&site, &["topic"]).ends(0);
    // It is the old tip of the branch now, and still nobody's word.
    leak(&site, "a.env", 1);
    push(&site, &["topic"]).ends(1).has("a.env:1:14");
    site.git(&["reset", "-q", "--hard", "HEAD^"]).ends(0);
    // A comment beside the value is the word of whoever pushes it.
    site.write("b.env", &line(2).replace('\n', " # keysweep:allow\n"));
    site.commit_unseen("with a comment");
    push(&site, &["topic"])
        .ends(1)
        .has("1 new suppression stops this push");
    site.git(&["reset", "-q", "--hard", "HEAD^"]).ends(0);
    // In the default branch it holds.
    push(&site, &["topic:main"]).ends(0);
    leak(&site, "a.env", 1);
    push(&site, &["topic"]).ends(0);
}

#[test]
fn a_first_push_is_judged_without_any_policy() {
    let site = Site::new();
    install(&site);
    site.write(".keysweepignore", "*.env\n");
    leak(&site, "a.env", 1);
    push(&site, &["main"]).ends(1).has("a.env:1:14");
    assert_eq!(at_server(&site, "main"), "");
}

/// No variable that a client may send leaves the hook out.
#[test]
fn variables_skip_nothing() {
    let site = server();
    leak(&site, "a.env", 1);
    let mut command = site.command("git", &["push", "-q", "origin", "main"]);
    command
        .env("SKIP", "keysweep")
        .env("PRE_COMMIT", "1")
        .env("PRE_COMMIT_FROM_REF", "main")
        .env("PRE_COMMIT_TO_REF", "main");
    Run::new(command).ends(1).has("a.env:1:14");
}

/// The hook, called as git calls it, with lines on standard input.
fn called(site: &Site, args: &[&str], text: &str) -> Run {
    let mut all = vec!["hook", "--pre-receive"];
    all.extend(args);
    let mut command = site.command("keysweep", &all);
    command
        .current_dir(site.at("origin.git"))
        .env("GIT_DIR", ".")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A program that refuses its arguments reads nothing.
    let _ = stdin.write_all(text.as_bytes());
    drop(stdin);
    Run::from(child.wait_with_output().expect("it ends"))
}

#[test]
fn what_cannot_be_read_does_not_pass() {
    let site = server();
    site.push_unseen(&["main:other"]);
    let zero = "0".repeat(40);
    let gone = "1".repeat(40);
    called(&site, &[], &format!("{zero} {gone} refs/heads/x\n")).ends(2);
    called(&site, &[], "some words\n")
        .ends(2)
        .complains("line 1");
    called(&site, &[], &format!("{gone} {zero} refs/heads/x\n")).ends(0);
    called(&site, &[], "").ends(0);
    // Objects that lie at the server and that no reference has, one of them damaged.
    site.write("c.txt", "some text that is not small\n");
    site.commit_unseen("damaged");
    let tip = site.git(&["rev-parse", "HEAD"]).text().trim().to_owned();
    let blob = site
        .git(&["rev-parse", "HEAD:c.txt"])
        .text()
        .trim()
        .to_owned();
    site.push_unseen(&["HEAD:refs/heads/damaged"]);
    site.git(&[
        "-C",
        "../origin.git",
        "update-ref",
        "-d",
        "refs/heads/damaged",
    ])
    .ends(0);
    let lines = format!("{zero} {tip} refs/heads/x\n");
    called(&site, &[], &lines).ends(0);
    called(&site, &["--timeout", "0s"], &lines)
        .ends(2)
        .has("not everything was read");
    let path = site
        .at("origin.git/objects")
        .join(&blob[..2])
        .join(&blob[2..]);
    fs::remove_file(&path).expect("it is loose");
    fs::write(&path, "no object").expect("writable");
    called(&site, &[], &lines)
        .ends(2)
        .has("not everything was read, so this push is not known to be clean");
    // Object directories outside the repository are refused, as alternates are.
    let outside = site.at("work/.git/objects");
    let mut command = site.command("keysweep", &["hook", "--pre-receive"]);
    command
        .current_dir(site.at("origin.git"))
        .env("GIT_DIR", ".")
        .env("GIT_QUARANTINE_PATH", &outside)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("it reads");
    drop(stdin);
    Run::from(child.wait_with_output().expect("it ends"))
        .ends(2)
        .complains("--allow-alternate");
}

#[test]
fn it_is_installed_where_pushes_arrive_and_nowhere_else() {
    let site = Site::new();
    site.keysweep(&["hook", "install", "--pre-receive"])
        .ends(2)
        .complains("for a bare repository");
    let at = |args: &[&str]| {
        let mut command = site.command("keysweep", args);
        command.current_dir(site.at("origin.git"));
        Run::new(command)
    };
    at(&["hook", "install"])
        .ends(2)
        .complains("keysweep hook install --pre-receive");
    for _ in 0..2 {
        at(&["hook", "install", "--pre-receive"]).ends(0);
    }
    let hook = site.at("origin.git/hooks/pre-receive");
    assert!(hook.is_file());
    at(&["hook", "uninstall"]).ends(0).says("removed");
    assert!(!hook.exists());
    fs::write(&hook, "#!/bin/sh\nexit 0\n").expect("writable");
    at(&["hook", "install", "--pre-receive"])
        .ends(2)
        .complains("keysweep hook --stage pre-receive");
}
