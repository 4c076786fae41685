//! What a push brings depends on where it goes: only what that remote has is left out.

use std::process::Stdio;

use super::Site;
use crate::common::{Run, line, token};

/// A private remote `origin` that has everything, and an empty public one.
fn two_remotes() -> Site {
    let site = Site::hooked();
    site.git(&["init", "-q", "--bare", "-b", "main", "../public.git"])
        .ends(0);
    site.write("a.env", &line(1));
    site.commit_unseen("leak");
    site.write("a.env", "nothing\n");
    site.commit_unseen("gone");
    site.push_unseen(&["main"]);
    site
}

#[test]
fn what_another_remote_has_is_looked_at_again() {
    let site = two_remotes();
    site.git(&["remote", "add", "public", "../public.git"])
        .ends(0);
    site.git(&["push", "-q", "public", "main"])
        .ends(1)
        .has("a.env:1:14: high: GitHub personal access token (classic) in commit ")
        .lacks("not scanned");
    // By its address it is the same remote.
    site.git(&["push", "-q", "../public.git", "main"])
        .ends(1)
        .has("a.env:1:14: high: GitHub personal access token (classic) in commit ");
    // What it has itself is left out.
    site.git(&["push", "-q", "--no-verify", "public", "main"])
        .ends(0);
    site.git(&["branch", "other"]).ends(0);
    let run = site.git(&["push", "-q", "public", "other"]);
    assert_eq!(run.ends(0).all(), "");
}

#[test]
fn a_remote_whose_name_begins_as_another_ones_does_not_speak_for_it() {
    let site = two_remotes();
    site.git(&["remote", "rename", "origin", "team/private"])
        .ends(0);
    site.git(&["remote", "add", "team", "../public.git"])
        .ends(0);
    site.git(&["push", "-q", "team", "main"])
        .ends(1)
        .has("a.env:1:14: high: GitHub personal access token (classic) in commit ");
}

#[test]
fn references_are_kept_where_the_configuration_says() {
    let site = two_remotes();
    let spec = "+refs/heads/*:refs/kept/here/*";
    site.git(&["config", "remote.origin.fetch", spec]).ends(0);
    site.git(&["branch", "other"]).ends(0);
    // Under the usual name nothing is kept of it any more.
    site.git(&["push", "-q", "origin", "other"]).ends(1);
    site.git(&["fetch", "-q", "origin"]).ends(0);
    let run = site.git(&["push", "-q", "origin", "other"]);
    assert_eq!(run.ends(0).all(), "");
}

#[test]
fn an_address_without_a_name_is_told() {
    let site = two_remotes();
    let run = site.git(&["push", "-q", "../public.git", "main"]);
    run.ends(0)
        .has("it goes to an address that no remote here has")
        .has("what any remote has already was left out");
}

/// Pushes one reference and gives what the hook says.
fn pushed(site: &Site, name: &str) -> Run {
    site.git(&["push", "-q", "origin", name])
}

#[test]
fn a_tag_of_a_file_or_a_directory_is_judged_as_files() {
    let site = Site::hooked();
    site.write("readme.md", "nothing\n");
    site.commit_unseen("first");
    site.push_unseen(&["main"]);
    site.write("dir/a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    let tree = site.git(&["write-tree"]).text().trim().to_owned();
    let blob = site.git(&["rev-parse", ":dir/a.env"]).text();
    let blob = blob.trim();
    let clean = site.git(&["rev-parse", ":readme.md"]).text();
    site.git(&["tag", "plain", blob]).ends(0);
    site.git(&["tag", "-a", "-m", "a file", "file", blob])
        .ends(0);
    site.git(&["tag", "directory", &tree]).ends(0);
    site.git(&[
        "tag",
        "-a",
        "-m",
        &format!("see {}", line(2)),
        "told",
        clean.trim(),
    ])
    .ends(0);
    site.git(&["tag", "clean", clean.trim()]).ends(0);
    let file = format!(".git-history/blob/{blob}:1:14");
    for (name, place) in [
        ("plain", file.as_str()),
        ("file", file.as_str()),
        ("directory", "dir/a.env:1:14"),
        ("told", "reword the message"),
    ] {
        pushed(&site, name)
            .ends(1)
            .has(place)
            .lacks(&token(1))
            .lacks(&token(2));
    }
    assert_eq!(pushed(&site, "clean").ends(0).all(), "");
}

#[test]
fn the_name_of_a_hook_is_no_file() {
    let site = Site::new();
    for name in ["pre-push", "pre-commit"] {
        site.keysweep(&["hook", name])
            .ends(2)
            .complains(&format!("keysweep hook --stage {name}"))
            .complains("keysweep history --pushed");
    }
    site.write("pre-push", &line(1));
    site.commit_unseen("a file of that name");
    let mut command = site.command("keysweep", &["hook", "pre-push"]);
    command.stdin(Stdio::null());
    Run::new(command).ends(1).says("pre-push:1:14");
}
