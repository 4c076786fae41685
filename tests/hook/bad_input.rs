//! Where a hook cannot work, it says so.

use super::Site;
use crate::common::Run;

#[test]
fn no_repository() {
    let site = Site::new();
    let outside = |args: &[&str]| {
        let mut command = site.command("keysweep", args);
        command.current_dir(site.at("home"));
        Run::new(command)
    };
    outside(&["hook"])
        .ends(2)
        .complains("is in no git repository");
    outside(&["hook", "install"])
        .ends(2)
        .complains("not a git repository");
    outside(&["hook", "--stage", "pre-push"]).ends(0);
}

#[test]
fn a_bare_repository_and_inside_dot_git() {
    let site = Site::new();
    let at = |dir: &str, args: &[&str]| {
        let mut command = site.command("keysweep", args);
        command.current_dir(site.at(dir));
        Run::new(command)
    };
    at("origin.git", &["hook"])
        .ends(2)
        .complains("is a bare repository");
    at("origin.git", &["hook", "install"])
        .ends(2)
        .complains("this is a bare repository");
    at("work/.git", &["hook"])
        .ends(2)
        .complains(".git directory");
    at("work/.git", &["hook", "install"])
        .ends(2)
        .complains("from within a working tree");
}

#[test]
fn a_push_that_is_none() {
    let site = Site::new();
    let run = |text: &str| fed(&site, "work", text);
    run("").ends(0);
    run("something else\n")
        .ends(2)
        .complains("holds no lines of a pre-push hook");
    let (zero, gone) = ("0".repeat(40), "1".repeat(40));
    run(&format!("refs/heads/x {gone} refs/heads/x {zero}\n")).ends(2);
    run(&format!("(delete) {zero} refs/heads/x {gone}\n")).ends(0);
}

#[test]
fn a_damaged_index() {
    let site = Site::hooked();
    site.write("a.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    std::fs::write(site.at("work/.git/index"), b"DIRC nothing").expect("writable");
    site.keysweep(&["hook"]).ends(2).complains("cannot be read");
}

#[test]
fn lines_of_a_push_outside_of_a_repository() {
    let site = Site::new();
    let zero = "0".repeat(40);
    let run = fed(
        &site,
        "home",
        &format!("refs/heads/x {} refs/heads/x {zero}\n", "1".repeat(40)),
    );
    run.ends(2).complains("no git repository");
    assert!(run.out.is_empty());
}

/// The pre-push hook in a folder of the site, told `text`.
fn fed(site: &Site, folder: &str, text: &str) -> Run {
    use std::io::Write as _;
    let mut child = site
        .command(
            "keysweep",
            &["hook", "--stage", "pre-push", "origin", "url"],
        )
        .current_dir(site.at(folder))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(text.as_bytes()).expect("it reads");
    drop(stdin);
    Run::from(child.wait_with_output().expect("it ends"))
}

#[test]
fn a_broken_policy_stops_the_commit_with_file_and_line() {
    for (file, text, words) in [
        (
            ".keysweepignore",
            "a\nb [no-such-rule-at-all]\n",
            ".keysweepignore (index):2: there is no such rule",
        ),
        (
            ".keysweep-baseline",
            "nonsense\n",
            ".keysweep-baseline (index):1: this line begins with no id; an entry is `ID RULE`",
        ),
        (
            ".keysweep-baseline",
            "# a\n<<<<<<< HEAD\n=======\n>>>>>>> x\n",
            ".keysweep-baseline (index):2: a merge left its conflict marks here; keep the lines of \
             both sides and remove the marks",
        ),
    ] {
        let site = Site::hooked();
        site.write(file, text);
        site.git(&["add", "-A"]).ends(0);
        site.git(&["commit", "-q", "-m", "broken"])
            .ends(1)
            .has(words);
        site.git(&["rev-parse", "-q", "--verify", "HEAD"]).ends(1);
        site.keysweep(&["hook"]).ends(2).complains(words);
        // Named files are judged by it too.
        site.commit_unseen("broken");
        site.keysweep(&["hook", "--all-files"])
            .ends(2)
            .complains(words);
        let mut command = site.command("keysweep", &["hook"]);
        command
            .env("PRE_COMMIT_FROM_REF", "HEAD")
            .env("PRE_COMMIT_TO_REF", "HEAD");
        let (begin, rest) = words.split_once("(index):").expect("a place");
        Run::new(command)
            .ends(2)
            .complains(begin)
            .complains(&format!("):{rest}"));
    }
}

#[test]
fn a_range_whose_beginning_a_shallow_clone_lacks() {
    let site = Site::new();
    for n in 0..4 {
        site.write("a.txt", &format!("{n}\n"));
        site.commit_unseen("step");
    }
    site.push_unseen(&["main"]);
    let first = site.git(&["rev-parse", "HEAD~3"]).text();
    let url = format!("file://{}", site.at("origin.git").display());
    site.git(&["clone", "-q", "--depth", "2", &url, "../shallow"])
        .ends(0);
    for from in [first.trim(), "HEAD~3"] {
        let mut command = site.command("keysweep", &["hook"]);
        command
            .current_dir(site.at("shallow"))
            .env("PRE_COMMIT_FROM_REF", from)
            .env("PRE_COMMIT_TO_REF", "HEAD");
        let run = Run::new(command);
        run.ends(2)
            .complains(&format!("there is no revision `{from}`"))
            .complains("--unshallow");
        assert!(run.out.is_empty(), "never clean: {}", run.text());
    }
}
