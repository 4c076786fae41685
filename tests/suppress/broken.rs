//! Broken files: exit status 2, file, line, what to do.

use crate::common::{Dir, line};

#[test]
fn a_broken_file_stops_every_verb_that_would_use_it() {
    for (file, text, words) in [
        (
            ".keysweepignore",
            "a\nb [no-such-rule-at-all]\n",
            ".keysweepignore:2: there is no such rule",
        ),
        (
            ".keysweepignore",
            "src/{a\n",
            ".keysweepignore:1: the path is no pattern",
        ),
        (
            ".keysweep-baseline",
            "# x\nnonsense\n",
            ".keysweep-baseline:2: this line begins with no id",
        ),
        (
            ".keysweep-baseline",
            "0123456789abcdef0123 github-pat until=soon\n",
            ".keysweep-baseline:1: `until=` needs a date",
        ),
    ] {
        let dir = Dir::repo();
        dir.write("a.env", line(1));
        dir.write(file, text);
        dir.run(&["scan"]).ends(2).complains(words);
        assert!(dir.run(&["scan"]).out.is_empty());
        dir.git(&["add", "-A"]);
        let named = words.replacen(':', " (index):", 1);
        dir.run(&["staged"]).ends(2).complains(&named);
        dir.git(&["commit", "-q", "-m", "one"]);
        let named = words.replacen(':', " (HEAD):", 1);
        dir.run(&["history"]).ends(2).complains(&named);
        dir.run(&["scan", "--untrusted"]).ends(1);
        dir.run(&["allow", "01234567"]).ends(2).complains(words);
        // The repair can be staged although HEAD is broken.
        dir.write(file, "");
        dir.write("b.env", line(2));
        dir.git(&["add", "-A"]);
        dir.run(&["staged"]).ends(1);
    }
}

#[test]
fn a_file_in_a_merge_conflict_is_named() {
    let dir = Dir::repo();
    dir.write(".keysweepignore", "a\n");
    dir.commit("one");
    dir.git(&["checkout", "-q", "-b", "left"]);
    dir.write(".keysweepignore", "b\n");
    dir.commit("left");
    dir.git(&["checkout", "-q", "main"]);
    dir.write(".keysweepignore", "c\n");
    dir.commit("right");
    dir.git_conflicts(&["merge", "-q", "left"]);
    dir.run(&["staged"]).ends(2).complains(
        ".keysweepignore (index) is in a merge conflict: settle it and `git add .keysweepignore`",
    );
    dir.run(&["scan"])
        .ends(2)
        .complains(".keysweepignore:1: a merge left its conflict marks");
}

#[cfg(unix)]
#[test]
fn a_link_is_not_followed() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    std::fs::write(dir.outside("all"), "*\n").expect("writable");
    std::os::unix::fs::symlink(dir.outside("all"), dir.path().join(".keysweepignore"))
        .expect("new");
    dir.run(&["scan"]).ends(2).complains("is no regular file");
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(2).complains("is no regular file");
}

#[test]
fn a_baseline_verb_says_what_is_missing() {
    let dir = Dir::repo();
    dir.run(&["baseline", "update"])
        .ends(2)
        .complains("keysweep baseline create");
    dir.run(&["baseline", "prune"])
        .ends(2)
        .complains("keysweep baseline create");
    dir.run(&["baseline", "create", "missing"])
        .ends(2)
        .complains("no such file or directory");
}
