//! What the messages of annotated tags hold, in ranges: which tags belong to one, and whose words
//! they are.

use crate::common::{Dir, findings, line};

/// A commit on the remote and one that is not, and a function that tags with a value.
fn repository() -> Dir {
    let dir = Dir::repo();
    dir.write("a.txt", "one\n");
    dir.commit("one");
    dir.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    dir.write("a.txt", "two\n");
    dir.commit("two");
    dir
}

fn tag(dir: &Dir, name: &str, target: &str, seed: u64) {
    let message = format!("see {}", line(seed));
    dir.git_as(
        &["tag", "-a", "-m", &message, name, target],
        &[
            ("GIT_COMMITTER_NAME", "Tag Ger"),
            ("GIT_COMMITTER_EMAIL", "tagger@example.org"),
        ],
    );
}

#[test]
fn a_value_in_the_message_of_a_tag_is_the_taggers() {
    let dir = repository();
    tag(&dir, "v1", "HEAD", 1);
    for args in [
        &["history", "--range", "HEAD~1..v1"][..],
        &["history", "--since", "2001-01-01"],
        &["history", "--pushed"],
        &["history"],
    ] {
        let report = dir.json(args);
        let all = findings(&report);
        assert_eq!(all.len(), 1, "{args:?}");
        let place = &all[0]["places"][0];
        assert_eq!(
            place["introduced"]["author"], "Tag Ger",
            "{args:?}: {place}"
        );
        assert_eq!(
            place["introduced"]["id"].as_str(),
            Some(dir.git(&["rev-parse", "v1"]).as_str()),
            "{args:?}"
        );
        assert_eq!(
            report["skipped"].as_array().map(Vec::len),
            Some(0),
            "{args:?}"
        );
    }
}

#[test]
fn tags_belong_to_a_range_by_their_date_or_by_their_commit() {
    let dir = repository();
    // On a commit that the remote has, and made after the last commit.
    tag(&dir, "late", "HEAD~1", 1);
    // Of a file, by nobody's commit.
    let blob = dir.git(&["rev-parse", "HEAD:a.txt"]);
    tag(&dir, "file", &blob, 2);
    let count = |args: &[&str]| findings(&dir.json(args)).len();
    assert_eq!(count(&["history", "--pushed"]), 0);
    assert_eq!(count(&["history", "--since", "2001-01-01"]), 2);
    let of = |name: &str| {
        let format = "--format=%(taggerdate:unix)";
        let text = dir.git(&["for-each-ref", format, &format!("refs/tags/{name}")]);
        let seconds: i64 = text.parse().expect("seconds");
        jiff::Timestamp::from_second(seconds)
            .expect("a date")
            .to_string()
    };
    assert_eq!(count(&["history", "--since", &of("late")]), 2);
    assert_eq!(count(&["history", "--since", &of("file")]), 1);
    assert_eq!(count(&["history", "--since", "2030-01-01"]), 0);
}

#[test]
fn a_plain_annotated_tag_is_no_gap() {
    let dir = repository();
    dir.git(&["tag", "-a", "-m", "a release", "v1"]);
    for args in [
        &["history", "--range", "HEAD~1..v1"][..],
        &["history", "--since", "2001-01-01"],
        &["history", "--pushed"],
    ] {
        dir.run(args).ends(0).says("clean");
    }
}
