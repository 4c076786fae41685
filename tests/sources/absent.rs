//! What a scan of a working tree says of tracked files that are not there, and of what is called
//! `.git` and is no repository.

use crate::common::{Dir, line, members, skipped};

/// A repository with a value in each of three directories.
fn three() -> Dir {
    let dir = Dir::repo();
    for (n, name) in (1..).zip(["a", "b", "c/d"]) {
        dir.write(&format!("{name}/x.env"), line(n));
        dir.write(&format!("{name}/y.txt"), "nothing");
    }
    dir.write("z.txt", "nothing");
    dir.commit("one");
    dir
}

#[test]
fn tracked_files_that_are_not_in_the_working_tree_are_counted() {
    let reads = "`keysweep scan --index` reads them";
    let dir = three();
    assert_eq!(skipped(&dir.json(&["scan"])), Vec::<String>::new());

    // Deleted, and not committed.
    std::fs::remove_dir_all(dir.path().join("a")).expect("it is there");
    let report = dir.json(&["scan"]);
    assert_eq!(
        skipped(&report),
        [format!("not-in-work-tree . (2 files: {reads})")]
    );
    assert_eq!(report["summary"]["complete"], true);
    assert_eq!(report["skipped"][0]["weight"], "scope");
    dir.run(&["scan"])
        .says("tracked files are not in the working tree");
    dir.run(&["scan", "z.txt", "--strict"]).ends(0);
    // Only what was to be looked at counts, and what the user left out does not.
    assert_eq!(
        skipped(&dir.json(&["scan", "b", "c"])),
        Vec::<String>::new()
    );
    assert_eq!(skipped(&dir.json(&["scan", "c", "."])).len(), 1);
    let report = dir.json(&["scan", "--exclude", "a/"]);
    assert!(
        !skipped(&report).iter().any(|row| row.starts_with("not-in")),
        "{report}"
    );
    // The index has them.
    let report = dir.json(&["scan", "--index"]);
    assert_eq!(members(&report).len(), 3);

    // A link or a directory in its place is not the file.
    let dir = three();
    std::fs::remove_file(dir.path().join("z.txt")).expect("it is there");
    dir.write("z.txt/other", "nothing");
    assert_eq!(
        skipped(&dir.json(&["scan"])),
        [format!("not-in-work-tree . (1 file: {reads})")]
    );
}

#[test]
fn a_sparse_checkout_is_told() {
    let reads = "`keysweep scan --index` reads them";
    let dir = three();
    dir.git(&["sparse-checkout", "set", "--cone", "b"]);
    let report = dir.json(&["scan"]);
    assert_eq!(members(&report), ["b/x.env:1:14"]);
    assert_eq!(
        skipped(&report),
        [format!(
            "not-in-work-tree . (4 files (sparse checkout): {reads})"
        )]
    );
    // An index that holds directories as such.
    dir.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "b"]);
    let report = dir.json(&["scan"]);
    assert_eq!(members(&report), ["b/x.env:1:14"]);
    let told = skipped(&report);
    assert_eq!(
        told,
        [format!(
            "not-in-work-tree . (2 whole directories (sparse checkout): {reads})"
        )]
    );
    assert_eq!(members(&dir.json(&["scan", "--index"])).len(), 3);

    let dir = three();
    dir.git(&["update-index", "--skip-worktree", "a/x.env"]);
    assert_eq!(members(&dir.json(&["scan"])).len(), 3, "it is there");
    std::fs::remove_file(dir.path().join("a/x.env")).expect("it is there");
    assert_eq!(
        skipped(&dir.json(&["scan"])),
        [format!(
            "not-in-work-tree . (1 file (sparse checkout): {reads})"
        )]
    );
}

#[test]
fn what_is_called_git_and_is_no_repository_is_files() {
    for inside in [false, true] {
        let dir = match inside {
            true => Dir::repo(),
            false => Dir::new(),
        };
        dir.write("file/.git", line(1));
        dir.write("folder/.git/config", line(2));
        dir.write("folder/.git/deep/.git/x", line(3));
        dir.write("lost/.git", format!("gitdir: nowhere\n{}", line(4)));
        let mut expected = vec![
            "file/.git:1:14",
            "folder/.git/config:1:14",
            "folder/.git/deep/.git/x:1:14",
            "lost/.git:2:14",
        ];
        if !inside {
            dir.write(".git", line(5));
            expected.insert(0, ".git:1:14");
        }
        let report = dir.json(&["scan"]);
        let mut found = members(&report);
        // A nested one that is refused is named, and then its directory is not entered.
        if !found.contains(&"lost/.git:2:14".to_owned()) {
            assert!(skipped(&report)[0].contains(" lost "), "{report}");
            found.push("lost/.git:2:14".to_owned());
        }
        found.sort();
        assert_eq!(found, expected, "inside: {inside}");
        assert_eq!(members(&dir.json(&["scan", "folder/.git"])).len(), 2);
        assert_eq!(members(&dir.json(&["scan", "file/.git"])).len(), 1);
    }
}

#[test]
fn repositories_and_what_leads_to_them_stay_closed() {
    let dir = Dir::repo();
    dir.write("x", "nothing");
    dir.commit("one");
    dir.write(".git/secret.env", line(1));
    let linked = dir.outside("linked");
    dir.git(&["worktree", "add", "-q", linked.to_str().expect("text")]);
    assert_eq!(members(&dir.json(&["scan"])), Vec::<String>::new());
    let run = dir.run(&["scan", linked.to_str().expect("text"), "--format", "json"]);
    assert_eq!(run.json()["summary"]["complete"], true);
    assert_eq!(skipped(&run.json()), Vec::<String>::new());
}

#[test]
fn a_submodule_that_is_entered_speaks_for_itself() {
    let dir = three();
    let from = dir.outside("from");
    let text = from.to_str().expect("text");
    dir.git(&["clone", "-q", ".", text]);
    let local = "protocol.file.allow=always";
    dir.git(&["-c", local, "submodule", "--quiet", "add", text, "module"]);
    std::fs::remove_file(dir.path().join("module/a/x.env")).expect("it is there");
    let report = dir.json(&["scan", "--recurse-submodules"]);
    let reads = "`keysweep scan --index` reads them";
    assert_eq!(
        skipped(&report),
        [format!("not-in-work-tree module (1 file: {reads})")]
    );
}

#[test]
fn the_index_of_a_directory_elsewhere_is_found_by_its_path() {
    let dir = Dir::repo();
    dir.write("kept/app.env", line(1));
    dir.write("other.env", line(2));
    dir.git(&["add", "-A"]);
    // Staged and not there any more.
    std::fs::remove_file(dir.path().join("kept/app.env")).expect("it is there");
    let elsewhere = Dir::new();
    let top = dir.path();
    for (named, found) in [("", 2), ("kept/app.env", 1), ("other.env", 1)] {
        let path = top.join(named);
        let path = path.to_str().expect("UTF-8");
        let report = elsewhere.json(&["scan", "--index", path]);
        assert_eq!(members(&report).len(), found, "{named}: {report}");
    }
}
