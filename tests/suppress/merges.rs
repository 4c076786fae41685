//! Two branches that each add a line.

use std::fs;

use crate::common::{Dir, line};

#[test]
fn two_branches_merge_with_git_s_union_driver() {
    let dir = Dir::repo();
    dir.write(".gitattributes", ".keysweep-baseline merge=union\n");
    dir.write("a.env", line(1));
    let created = dir.run(&["baseline", "create"]);
    created.ends(0);
    assert_eq!(created.errors(), "", "nothing is left to do for merges");
    dir.commit("base");
    for (branch, file, seed) in [("left", "b.env", 2), ("right", "c.env", 3)] {
        dir.git(&["checkout", "-q", "-b", branch, "main"]);
        dir.write(file, line(seed));
        dir.run(&["baseline", "update"]).ends(0).says("1 added");
        dir.commit(branch);
    }
    dir.git(&["merge", "-q", "--no-edit", "left"]);
    dir.run(&["scan"]).ends(0).says("3 known");
    dir.run(&["baseline", "update"]).ends(0).says("3 in all");
}

#[test]
fn two_branches_that_each_begin_a_baseline_merge_too() {
    let dir = Dir::repo();
    dir.write(".gitattributes", ".keysweep-baseline merge=union\n");
    dir.commit("base");
    for (branch, file, password) in [
        ("left", "b.py", "Tq7#vLp29x"),
        ("right", "c.py", "Wd4!mRz81k"),
    ] {
        dir.git(&["checkout", "-q", "-b", branch, "main"]);
        dir.write(file, format!("db_{branch}_password = \"{password}\"\n"));
        dir.run(&["baseline", "create"]).ends(0).says("1 added");
        dir.commit(branch);
    }
    dir.git(&["merge", "-q", "--no-edit", "left"]);
    let text = fs::read_to_string(dir.path().join(".keysweep-baseline")).expect("merged");
    assert_eq!(text.matches("salt=").count(), 2, "{text}");
    dir.run(&["scan"]).ends(0).says("2 known");
}

#[test]
fn conflict_marks_are_an_error_with_a_line() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.run(&["baseline", "create"]).ends(0);
    let path = dir.path().join(".keysweep-baseline");
    let text = fs::read_to_string(&path).expect("there");
    dir.write(
        ".keysweep-baseline",
        format!("{text}<<<<<<< HEAD\n=======\n>>>>>>> left\n"),
    );
    let line = text.lines().count() + 1;
    for args in [
        &["scan"][..],
        &["baseline", "update"],
        &["baseline", "prune"],
    ] {
        dir.run(args)
            .ends(2)
            .complains(&format!(
                ".keysweep-baseline:{line}: a merge left its conflict marks here"
            ))
            .complains("merge=union");
    }
    dir.run(&["scan", "--untrusted"]).ends(1);
}
