//! The repository's own configuration file: named as a matter of this machine by what reads a
//! whole working tree or a whole history, and by nothing else.

use serde_json::Value;

use crate::common::{Dir, expand, findings, formats, line, token};

/// A repository whose configuration holds five values, and the values.
fn repository() -> (Dir, Vec<String>) {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("one");
    let header = expand("{b64:x-access-token:{alnum:40}}", 5);
    let values: Vec<String> = (1..=4).map(token).chain([header]).collect();
    let text = format!(
        "[remote \"x\"]\n\turl = https://user:{}@git.acme.test/a.git\n\
         \tpushurl = \"https://user:{}\\\n{}@git.acme.test/a.git\"\n\
         [url \"https://user:{}@git.acme.test/\"]\n\tinsteadOf = acme:\n\
         [http \"https://git.acme.test/\"]\n\textraHeader = Authorization: token {}\n\
         \textraHeader = AUTHORIZATION: basic {}\n",
        values[0],
        &values[1][..9],
        &values[1][9..],
        values[2],
        values[3],
        values[4]
    );
    let path = dir.path().join(".git/config");
    let before = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(before.lines().count(), 5, "{before}");
    std::fs::write(path, before + &text).expect("writable");
    // What git reads is what is looked for.
    let read = dir.git(&["config", "--get", "remote.x.pushurl"]);
    assert!(read.contains(&values[1]), "{read}");
    (dir, values)
}

/// The lines of `.git/config` at which something was found.
fn lines(report: &Value) -> Vec<u64> {
    let mut lines: Vec<u64> = findings(report)
        .iter()
        .map(|finding| {
            let place = &finding["places"][0];
            assert_eq!(place["path"], ".git/config");
            assert_eq!(
                place["name"],
                "in this machine's configuration, not committed"
            );
            assert_eq!(finding["fails"], false);
            let id = finding["reported_as"]
                .as_str()
                .or(finding["reported"].as_str());
            assert!(id.is_some_and(|id| id.starts_with("local/")), "{finding}");
            place["region"]["start_line"].as_u64().expect("a number")
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

#[test]
fn a_token_in_the_address_of_a_remote_is_named_and_fails_nothing() {
    let (dir, _) = repository();
    for args in [&["scan"][..], &["history"], &["scan", "--fail-on", "low"]] {
        dir.run(args).ends(0);
        let report = dir.json(args);
        assert_eq!(lines(&report), [7, 8, 10, 13, 14], "{args:?}");
        assert_eq!(report["summary"]["outcome"], "passes");
        dir.run(&[args, &["--fail-on", "local/*"]].concat()).ends(1);
        let quiet = dir.json(&[args, &["--no-git-config"]].concat());
        assert_eq!(findings(&quiet).len(), 0, "{args:?}");
    }
}

#[test]
fn what_reads_a_part_does_not_look_at_it() {
    let (dir, _) = repository();
    dir.write("sub/a.txt", "nothing\n");
    dir.git(&["add", "-A"]);
    for args in [
        &["scan", "sub"][..],
        &["scan", "readme.md"],
        &["scan", "--index"],
        &["staged"],
        &["hook", "--stage", "pre-commit"],
        &["history", "--since", "2001-01-01"],
    ] {
        assert_eq!(findings(&dir.json(args)).len(), 0, "{args:?}");
    }
    // The baseline is committed and speaks of what is committed.
    dir.run(&["baseline", "create"]).ends(0);
    let baseline = std::fs::read_to_string(dir.path().join(".keysweep-baseline"));
    assert!(!baseline.unwrap_or_default().contains("github"));
    let report = dir.json(&["scan"]);
    let id = findings(&report)[0]["fingerprint"]
        .as_str()
        .expect("an id")
        .to_owned();
    dir.run(&["allow", &id[..8]])
        .ends(2)
        .complains("what stands in .git/config only");
    // An ignore file does hide it.
    dir.write(".keysweepignore", ".git/config\n");
    assert_eq!(findings(&dir.json(&["scan"])).len(), 0);
}

#[test]
fn a_value_that_is_committed_too_counts_as_ever() {
    let (dir, _) = repository();
    dir.write("a.env", line(1));
    dir.commit("leak");
    for verb in ["scan", "history"] {
        dir.run(&[verb]).ends(1).says("a.env:1:14");
    }
}

#[test]
fn no_format_shows_the_values_and_every_format_says_that_they_are_local() {
    let (dir, values) = repository();
    for verb in ["scan", "history"] {
        for format in formats() {
            let run = dir.run(&[verb, "--format", format]);
            let text = run.text();
            for value in &values {
                assert!(!text.contains(value.as_str()), "{verb} {format}");
                assert!(!text.contains(&value[20..]), "{verb} {format}");
            }
            assert!(text.contains("not committed"), "{verb} {format}: {text}");
            assert!(text.contains(".git/config"), "{verb} {format}");
        }
    }
}

#[test]
fn linked_worktrees_and_bare_repositories_have_one_too() {
    let (dir, _) = repository();
    dir.git(&["worktree", "add", "-q", "--detach", "../linked"]);
    let linked = dir.outside("linked");
    let run = crate::common::Run::new(crate::common::command(&linked, &["scan"]));
    run.ends(0).says(".git/config:7:");
    dir.git(&["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = dir.outside("bare.git");
    let text = format!(
        "[remote \"x\"]\n\turl = https://u:{}@acme.test/\n",
        token(7)
    );
    let path = bare.join("config");
    let before = std::fs::read_to_string(&path).expect("readable");
    std::fs::write(path, before + &text).expect("writable");
    let run = crate::common::Run::new(crate::common::command(&bare, &["history"]));
    run.ends(0).says("config:8:18, ").says("not committed");
}
