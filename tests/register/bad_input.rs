//! Registers that are none: each is refused with file, line and what to do, and nothing is lost.

use super::checked;
use crate::common::Dir;

#[test]
fn a_broken_register_is_refused_with_its_line() {
    for (text, at, words) in [
        ("<<<<<<< HEAD\n", 1, "a merge left its conflict marks here"),
        (
            "[[token]]\nid = \"a\"\n[[token]]\nid = \"a\"\n",
            3,
            "stands on the entry of line 1 already",
        ),
        (
            "[[token]]\nid = \"a\"\nexpires = 9999-12-31\n",
            3,
            "write \"never\"",
        ),
        (
            "[[token]]\nid = \"a\"\ncreated = 0000-01-01\n",
            3,
            "leave the key out",
        ),
        (
            "[[token]]\nid = \"a\"\nonwer = \"b\"\n",
            3,
            "did you mean `owner`?",
        ),
        ("[[token]]\nid = \"a\"\nowner = \n", 3, "this is not TOML"),
    ] {
        let dir = Dir::repo();
        dir.write("tokens.toml", text);
        for verb in [
            &["tokens", "check"][..],
            &["tokens", "edit", "a", "owner=b"],
        ] {
            dir.run(verb)
                .ends(2)
                .complains(&format!("tokens.toml:{at}: "))
                .complains(words);
        }
        // Other verbs do not depend on it.
        dir.run(&["scan"]).ends(0);
    }
    let dir = Dir::repo();
    dir.write("tokens.toml", b"# a\n\xff\n");
    dir.run(&["tokens", "check"])
        .ends(2)
        .complains("tokens.toml:2: this line is not UTF-8");
}

#[test]
fn a_register_that_is_not_there_is_told_with_a_way_out() {
    let dir = Dir::repo();
    dir.run(&["tokens", "check"])
        .ends(2)
        .complains("there is no register")
        .complains("keysweep tokens init");
    dir.run(&["tokens", "check", "--register", "none.toml"])
        .ends(2)
        .complains("none.toml cannot be read");
    dir.run(&["tokens", "check", "no-such-folder"]).ends(2);
}

#[test]
fn a_value_in_a_broken_register_is_not_shown() {
    let value = crate::common::token(9);
    for text in [
        format!("[[token]]\nid = \"a\"\n{value} = 1\n"),
        format!("[[token]]\nid = \"a\"\nexpires = \"{value}\"\n"),
        format!("[[token]]\nid = \"{value} x\"\n"),
        format!("[[token]]\nid = \"{value}\"\n[[token]]\nid = \"{value}\"\n"),
        format!("{value}\n"),
    ] {
        let dir = Dir::repo();
        dir.write("tokens.toml", &text);
        let run = dir.run(&["tokens", "check"]);
        run.ends(2);
        assert!(!run.errors().contains(&value), "{text}: {}", run.errors());
    }
}

#[test]
fn a_million_bytes_and_ten_thousand_entries_end() {
    let dir = Dir::repo();
    let entry = |n: usize| format!("[[token]]\nid = \"t{n}\"\nexpires = 2026-01-01\n");
    dir.write("tokens.toml", (0..10_000).map(entry).collect::<String>());
    let report = checked(&dir, &[]);
    // Each of them ended and lacks what is wanted.
    assert_eq!(report["summary"]["notices"], 20_000);
    assert_eq!(report["summary"]["failing"], 10_000);
    for text in ["[", "a.", "# x\n", "[[token]]\n"] {
        dir.write("tokens.toml", text.repeat(1_000_000 / text.len()));
        let run = dir.run(&["tokens", "check"]);
        run.ends(if text.starts_with('#') { 0 } else { 2 });
    }
}
