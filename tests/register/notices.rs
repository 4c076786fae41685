//! What the register says is to be done.

use crate::common::{Dir, token};

const FORMATS: [&str; 8] = [
    "human", "json", "jsonl", "sarif", "github", "markdown", "html", "csv",
];

/// A repository with a register of one token that ended.
fn ended() -> Dir {
    let dir = Dir::repo();
    dir.write(
        "tokens.toml",
        "[[token]]\nid = \"release-bot\"\nexpires = 2026-02-28\n",
    );
    dir
}

#[test]
fn what_ended_is_told_by_every_format_and_fails_the_check() {
    let dir = ended();
    for format in FORMATS {
        let run = dir.run(&["tokens", "check", "--now", "2026-03-01", "--format", format]);
        run.ends(1);
        for word in [
            "register/expired",
            "release-bot",
            "2026-02-28",
            "tokens.toml",
        ] {
            run.says(word);
        }
    }
    dir.run(&["tokens", "check", "--now", "2026-02-27"])
        .ends(0)
        .says("clean");
}

#[test]
fn what_fails_is_chosen_by_the_id() {
    let dir = ended();
    let check = |on: &[&str]| {
        let args = ["tokens", "check", "--now", "2026-03-01"];
        dir.run(&[args.as_slice(), on].concat())
    };
    for (on, status) in [
        ("none", 0),
        ("high", 1),
        ("critical", 0),
        ("register/*", 1),
        ("register/expired:-2", 0),
        ("stale/expired", 0),
    ] {
        check(&["--fail-on", on]).ends(status);
    }
    check(&["--fail-on", "register/expird"])
        .ends(2)
        .complains("did you mean `register/expired`?");
}

#[test]
fn no_format_shows_a_value_that_stands_in_the_register() {
    let dir = Dir::repo();
    let value = token(7);
    dir.write(
        "tokens.toml",
        format!("[[token]]\nid = \"{value}\"\nexpires = 2026-02-28\n"),
    );
    for format in FORMATS {
        let args = ["--now", "2026-03-01", "--format", format];
        let run = dir.run(&[["tokens", "check"].as_slice(), &args].concat());
        run.ends(1).says("register/expired");
        assert!(!run.text().contains(&value), "{format}: {}", run.text());
    }
}
