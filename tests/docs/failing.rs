//! The README's table of what fails a build, row by row, against the program.

use crate::common::{Dir, NOW, expand, jwt, line};

const README: &str = include_str!("../../README.md");

/// A row by its first words, how a tree comes about that it speaks of, the arguments that every run
/// gets, and the option that changes the status, with the status then.
struct Row {
    says: &'static str,
    make: fn(&Dir),
    args: &'static [&'static str],
    status: i32,
    option: &'static str,
    then: i32,
}

/// A rule of severity `low`.
const LOW: &str = "[[rule]]\nid = \"low-key\"\nname = \"Low key\"\nseverity = \"low\"\n\
                   pattern = 'lowkey_[0-9A-Za-z]{32}'\n";

const ROWS: &[Row] = &[
    Row {
        says: "a credential of severity `medium` or worse",
        make: |dir| dir.write("a.env", line(1)),
        args: &["scan"],
        status: 1,
        option: "--fail-on critical",
        then: 0,
    },
    Row {
        says: "a credential of severity `medium` or worse",
        make: |dir| dir.write("a.env", line(1)),
        args: &["scan"],
        status: 1,
        option: "--fail-on none",
        then: 0,
    },
    Row {
        says: "a credential of severity `low`",
        make: |dir| {
            dir.write("low.toml", LOW);
            dir.write("a.env", expand("KEY=lowkey_{alnum:32}\n", 1));
        },
        args: &["scan", "--rules", "low.toml"],
        status: 0,
        option: "--fail-on low",
        then: 1,
    },
    Row {
        says: "a credential that has certainly expired",
        make: |dir| dir.write("a.txt", format!("Bearer {}\n", jwt(1_693_641_600, 1))),
        args: &["scan"],
        status: 0,
        option: "--fail-on stale/expired",
        then: 1,
    },
    Row {
        says: "what a generic rule finds in code",
        make: |dir| dir.write("src/a.py", expand("password = \"{alnum:14}\"\n", 1)),
        args: &["scan"],
        status: 0,
        option: "--fail-on generic-*",
        then: 1,
    },
    Row {
        says: "the same in a test, an example or documentation",
        make: |dir| dir.write("tests/test_a.py", expand("password = \"{alnum:14}\"\n", 1)),
        args: &["scan"],
        status: 0,
        option: "--all",
        then: 0,
    },
    Row {
        says: "a guess, with confidence `low`",
        make: |dir| dir.write("vendor/a.py", expand("password = \"{alnum:6}-Maple\"\n", 1)),
        args: &["scan"],
        status: 0,
        option: "--min-confidence low",
        then: 0,
    },
    Row {
        says: "a sample from a provider's documentation",
        make: |dir| {
            dir.write(
                "a.env",
                format!("AWS_ACCESS_KEY_ID={}{}\n", "AKIAIOSFODNN7", "EXAMPLE"),
            )
        },
        args: &["scan"],
        status: 0,
        option: "",
        then: 0,
    },
    Row {
        says: "a finding that was [accepted]",
        make: |dir| dir.write("a.env", line(1).replace('\n', "  # keysweep:allow\n")),
        args: &["scan"],
        status: 0,
        option: "--untrusted",
        then: 1,
    },
    Row {
        says: "something that is left out on purpose",
        make: |dir| dir.write("a.txt", [b'a'; 2_000]),
        args: &["scan", "--max-file-size", "1K"],
        status: 0,
        option: "--strict",
        then: 2,
    },
    Row {
        says: "something that could not be read",
        make: |dir| {
            dir.commit("only this one");
            let id = dir.git(&["rev-parse", "HEAD"]);
            dir.write(".git/shallow", format!("{id}\n"));
        },
        args: &["history"],
        status: 2,
        option: "--accept-gap shallow",
        then: 0,
    },
    Row {
        says: "wrong options, or a broken configuration file",
        make: |dir| dir.write("keysweep.toml", "[scna]\n"),
        args: &["scan"],
        status: 2,
        option: "",
        then: 2,
    },
];

#[test]
fn the_table_of_what_fails_is_true() {
    let (_, rest) = README
        .split_once("\n## Will it fail my build?\n")
        .expect("the section");
    let (table, _) = rest.split_once("\n## ").expect("it ends");
    let rows: Vec<&str> = table
        .lines()
        .filter(|row| row.starts_with("| "))
        .skip(1)
        .collect();
    for row in ROWS {
        let shown = rows.iter().find(|shown| shown[2..].starts_with(row.says));
        let shown = shown.unwrap_or_else(|| panic!("no row says: {}", row.says));
        assert!(shown.contains(&format!(" | {} | ", row.status)), "{shown}");
        assert!(
            shown
                .replace('\'', "")
                .contains(row.option.trim_end_matches(" shallow")),
            "{shown}"
        );
        for word in ["it 0", "it 1", "it 2"] {
            assert!(
                !shown.contains(word) || word.ends_with(&row.then.to_string()),
                "{shown}"
            );
        }
        let dir = Dir::repo();
        (row.make)(&dir);
        let mut args = row.args.to_vec();
        args.extend(["--now", NOW]);
        dir.run(&args).ends(row.status);
        args.extend(row.option.split_whitespace());
        dir.run(&args).ends(row.then);
    }
    // That an interruption and the time limit end in 2 is held by `sources::stopped` and `cli`.
    let other = |shown: &&&str| !ROWS.iter().any(|row| shown[2..].starts_with(row.says));
    let left: Vec<_> = rows.iter().filter(other).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].contains("interrupted"), "{left:?}");
}
