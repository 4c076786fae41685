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
    let run = |text: &str| {
        use std::io::Write as _;
        let mut child = site
            .command(
                "keysweep",
                &["hook", "--stage", "pre-push", "origin", "url"],
            )
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        stdin.write_all(text.as_bytes()).expect("it reads");
        drop(stdin);
        Run::from(child.wait_with_output().expect("it ends"))
    };
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
