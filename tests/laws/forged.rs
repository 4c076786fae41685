//! Law 4 for loose objects that lie under another object's id: every verb that reads one says that
//! it is damaged. What git shows may be anything then; that nothing was found would be no answer.

use std::fs;

use crate::common::{Dir, line, skipped};

/// Puts the bytes of the object `from` in the place of the object `to`.
fn forge(dir: &Dir, from: &str, to: &str) {
    let bytes = fs::read(dir.loose(from)).expect("a loose object");
    let place = dir.loose(to);
    // Git makes its objects read-only.
    fs::remove_file(&place).expect("there");
    fs::write(place, bytes).expect("written");
}

/// Four commits; the second brings a value that stays. The last changes something else.
fn repository() -> Dir {
    let dir = Dir::repo();
    dir.write("other.txt", "nothing\n");
    dir.commit("one");
    dir.write("f.env", line(1));
    dir.commit("two");
    dir.write("other.txt", "something\n");
    dir.commit("three");
    dir
}

/// `(whose bytes, under whose id, the verbs that read it)`, as git names objects.
const FORGED: &[(&str, &str, &[&[&str]])] = &[
    (
        "HEAD:other.txt",
        "HEAD:f.env",
        &[
            &["history"],
            &["history", "--range", "HEAD~2..HEAD"],
            &["history", "--since", "1970-01-01"],
            &["scan", "--index"],
        ],
    ),
    (
        "HEAD^{tree}",
        "HEAD~2^{tree}",
        &[&["history"], &["history", "--range", "HEAD~2..HEAD"]],
    ),
    (
        "HEAD~2",
        "HEAD~1",
        &[
            &["history"],
            &["history", "--range", "HEAD~2..HEAD"],
            &["history", "--since", "1970-01-01"],
        ],
    ),
];

fn is_said(dir: &Dir, args: &[&str], what: &str) {
    let run = dir.run(&[args, &["--format", "json"]].concat());
    assert_ne!(run.status, Some(0), "{what} {args:?}");
    if run.out.is_empty() {
        // The revision itself cannot be found any more.
        run.ends(2).complains("no revision");
        return;
    }
    let report = run.json();
    assert_eq!(report["summary"]["complete"], false, "{what} {args:?}");
    let skipped = skipped(&report);
    assert!(
        skipped.iter().any(|row| row.contains("hash to its id")),
        "{what} {args:?}: {skipped:?}"
    );
}

#[test]
fn a_loose_object_under_another_id_is_damaged_for_every_verb_that_reads_it() {
    for (from, to, verbs) in FORGED {
        let dir = repository();
        let [source, place] = [from, to].map(|name| dir.git(&["rev-parse", name]));
        forge(&dir, source.trim(), place.trim());
        for args in *verbs {
            is_said(&dir, args, to);
        }
    }
}

#[test]
fn staged_says_that_what_it_compares_with_is_damaged() {
    let dir = Dir::repo();
    dir.write("f.env", "nothing\n");
    dir.commit("one");
    dir.write("f.env", line(1));
    dir.git(&["add", "f.env"]);
    let [new, old] = [":f.env", "HEAD:f.env"].map(|name| dir.git(&["rev-parse", name]));
    forge(&dir, new.trim(), old.trim());
    is_said(&dir, &["staged"], "HEAD:f.env");
}

#[test]
fn a_damaged_loose_copy_of_a_packed_object_never_makes_a_run_clean() {
    let dir = repository();
    let [other, value] = ["HEAD:other.txt", "HEAD:f.env"].map(|name| dir.git(&["rev-parse", name]));
    let bytes = fs::read(dir.loose(other.trim())).expect("a loose object");
    dir.git(&["repack", "-q", "-a", "-d"]);
    let place = dir.loose(value.trim());
    fs::create_dir_all(place.parent().expect("a directory")).expect("made");
    fs::write(place, bytes).expect("written");
    for args in [
        &["history"][..],
        &["history", "--range", "HEAD~2..HEAD"],
        &["scan", "--index"],
    ] {
        // Found in the pack, or said.
        assert_ne!(dir.run(args).status, Some(0), "{args:?}");
    }
}
