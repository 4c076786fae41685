//! References that are gone, lead to no commit, or are called like a place where nothing matters.

use crate::common::{Dir, findings, line, token};

#[test]
fn commits_that_no_reference_leads_to_are_not_no_commits() {
    let dir = Dir::repo();
    for text in ["one\n", "two\n"] {
        dir.write("a.txt", text);
        dir.commit("a commit");
    }
    std::fs::remove_file(dir.path().join(".git/refs/heads/main")).expect("the branch is removed");
    for args in [
        &["history", "--range", "HEAD~1..HEAD"][..],
        &["history", "--range", "nonsense..HEAD"],
        &["history", "--since", "2001-01-01"],
        &["history", "--pushed"],
    ] {
        dir.run(args)
            .ends(2)
            .says("no reference leads to any commit that is here");
    }
}

/// The hook finds one value that fails where a new reference to an object is pushed.
#[track_caller]
fn one_fails(dir: &Dir, name: &str, object: &str) {
    let pushed = format!("{name} {object} {name} {}\n", "0".repeat(40));
    let args = ["hook", "--stage", "pre-push", "--format", "json"];
    let report = dir.feed(&args, pushed.as_bytes()).json();
    let all = findings(&report);
    assert_eq!(all.len(), 1, "{name} {object}: {report}");
    assert_eq!(all[0]["fails"], true, "{name} {object}: {report}");
}

#[test]
fn the_name_of_a_tag_does_not_say_how_much_what_it_leads_to_matters() {
    for name in ["test", "docs", "examples", "fixtures", "x"] {
        let dir = Dir::repo();
        dir.write("a.txt", "one\n");
        dir.commit("one");
        dir.write("kept/.env", line(7));
        dir.git(&["add", "kept"]);
        let tree = dir.git(&["write-tree", "--prefix=kept/"]);
        let blob = dir.git(&["rev-parse", ":kept/.env"]);
        for object in [tree, blob] {
            one_fails(&dir, &format!("refs/tags/{name}"), &object);
        }
    }
}

#[test]
fn the_name_of_a_branch_does_not_hide_the_value_in_it() {
    let dir = Dir::repo();
    dir.write("a.txt", "one\n");
    dir.commit("one");
    let tip = dir.git(&["rev-parse", "HEAD"]);
    let name = format!("refs/heads/test/{}", token(3));
    one_fails(&dir, &name, &tip);
    dir.git(&["update-ref", &name, "HEAD"]);
    assert_eq!(findings(&dir.json(&["history"]))[0]["fails"], true);
}

#[test]
fn a_branch_that_leads_to_no_commit_is_damage() {
    let dir = Dir::repo();
    dir.write("a.txt", "one\n");
    dir.commit("one");
    let blob = dir.git(&["rev-parse", "HEAD:a.txt"]);
    let zeros = "0".repeat(40);
    for name in ["refs/heads/main", "refs/tags/v1"] {
        let pushed = format!("{name} {blob} refs/heads/main {zeros}\n");
        dir.feed(&["hook", "--stage", "pre-push"], pushed.as_bytes())
            .ends(2)
            .says("a branch leads to it, and it is no commit");
    }
}
