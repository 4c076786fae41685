//! What a newcomer reads: figures of one report agree, and a message says what to do next.

use crate::common::{Dir, expand, line};

#[test]
fn what_stands_on_another_branch_was_not_removed() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("gone.env", line(2));
    dir.commit("first");
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit("one goes");
    dir.git(&["checkout", "-q", "-b", "other"]);
    dir.write("b.env", line(3));
    dir.commit("on a branch");
    dir.git(&["checkout", "-q", "-"]);
    let run = dir.run(&["audit", "--output", "html=../page.html"]);
    run.ends(1).says(
        "3 credentials: 1 stands in the files and may be alive; \
         1 stands only outside of HEAD (a branch, a tag, a pull request); \
         1 was removed, and nothing says that it was revoked.",
    );
    let page = std::fs::read_to_string(dir.outside("page.html")).expect("it is written");
    assert!(page.contains("Credentials in this repository"), "{page}");
    assert!(page.contains(">not at HEAD</"), "{page}");
}

#[test]
fn a_comparison_counts_what_its_report_counts() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    // A generic password in a test is folded.
    let password = expand("{alnum:6}-Maple", 2);
    dir.write("tests/db_test.py", format!("password = \"{password}\"\n"));
    dir.commit("first");
    dir.run(&["audit", "--output", "json=../old.json"]).ends(1);
    let run = dir.run(&["audit", "--against", "../old.json"]);
    run.ends(1).says("1 credential: ").says(": 1 unchanged.");
    let run = dir.run(&["audit", "--against", "../old.json", "--all"]);
    run.ends(1).says("2 credentials: ").says(": 2 unchanged.");
}

#[test]
fn a_commit_that_came_later_than_it_was_written_says_both_days() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.git(&["add", "-A"]);
    let written = [("GIT_AUTHOR_DATE", "2020-01-02T00:00:00Z")];
    dir.git_as(&["commit", "-q", "-m", "a patch"], &written);
    let committed = dir.git(&["log", "-1", "--format=%cs"]);
    dir.run(&["history"])
        .ends(1)
        .says("since   2020-01-02 by Ann")
        .says(&format!(" · \"a patch\" · committed {committed}\n"));
}

#[test]
fn a_message_of_a_commit_is_called_so() {
    let dir = Dir::repo();
    dir.commit(&format!("a note\n\n{}", line(1)));
    let id = dir.git(&["rev-parse", "HEAD"]);
    let run = dir.run(&["history"]);
    run.ends(1)
        .says(&format!("message of {}:3:14: high: ", &id[..10]));
}

#[test]
fn a_message_says_what_to_do_next() {
    let dir = Dir::new();
    for (args, words) in [
        (
            &["history", "https://git.example.org/a.git"][..],
            "`git clone --mirror ADDRESS audit.git`",
        ),
        (&["history", "no-such"], "no such directory"),
        (&["rules", "zzzzzzzzzz"], "`keysweep rules` lists them"),
        (&["scan", "--output", "nope=x"], "codequality, ics"),
    ] {
        dir.run(args).ends(2).complains(words);
    }
    let run = dir.run(&["scan", "--zzz"]);
    let said = run.ends(2).errors();
    assert!(said.contains("--zzz"), "{said}");
    assert!(!said.contains("as a value"), "{said}");
    let run = dir.run(&["hook", "install"]);
    let said = run.ends(2).errors();
    assert!(said.contains("git init"), "{said}");
    assert!(!said.contains("rev-parse"), "{said}");
}
