//! `keysweep explain`: why a line is not reported, for every reason that there is.

use std::collections::BTreeSet;

use keysweep::detect::generic::{Refusal, refused_examples};

use crate::common::{Dir, Run, expand, line, token};

/// Every row of the tables has an example. Each is written below the others, and the program must name
/// that row's reason for it.
#[test]
fn every_reason_is_named_for_its_example() {
    let dir = Dir::new();
    let mut text = String::new();
    let mut wanted = Vec::new();
    for (seed, (refusal, template)) in (1..).zip(refused_examples()) {
        let example = expand(&template, seed);
        let at = text.lines().count() + 1;
        wanted.push((refusal, at, example.trim_end().to_owned()));
        text.push_str(&example);
        text.push_str("\n\n");
    }
    dir.write("all.txt", &text);
    let run = dir.run(&["explain", "all.txt"]);
    run.ends(0);
    let out = String::from_utf8_lossy(&run.out).into_owned();
    let told: Vec<(&str, &str)> = out
        .lines()
        // What was weighed stands below the reason.
        .filter(|line| !line.starts_with("    "))
        .collect::<Vec<_>>()
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .collect();
    let mut missing = Vec::new();
    for (refusal, at, example) in &wanted {
        // The value may stand on the last line of its example.
        let lines = *at..at + example.lines().count();
        let places: Vec<_> = lines.map(|line| format!("all.txt:{line}:")).collect();
        let why = format!("  refused ({}): {}", refusal.name(), refusal.sentence());
        let here: Vec<_> = told
            .iter()
            .filter(|(first, _)| places.iter().any(|place| first.starts_with(place)))
            .collect();
        if !here.iter().any(|(_, second)| *second == why) {
            missing.push(format!("{} for `{example}`: {here:?}", refusal.name()));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let named: BTreeSet<Refusal> = wanted.iter().map(|(refusal, ..)| *refusal).collect();
    let all: BTreeSet<Refusal> = Refusal::ALL.iter().copied().collect();
    assert_eq!(named, all, "every reason has an example");
}

#[test]
fn a_line_is_explained_and_nothing_of_its_values_is_shown() {
    let dir = Dir::new();
    let refused = expand("{alnum:24}", 3);
    dir.write(
        "a.env",
        format!("{}maple = \"{refused}\"\nplain words\n", line(1)),
    );
    dir.run(&["explain", "a.env:1"])
        .ends(0)
        .says("a.env:1:14: GITHUB_TOKEN = ‹redacted›\n  found: github-pat, high confidence (probability 0.");
    dir.run(&["explain", "a.env:2"]).ends(0).says(
        "a.env:2:10: maple = ‹redacted›\n  refused (no-name): the name has no word for a secret\n",
    );
    dir.run(&["explain", "a.env:3"])
        .ends(0)
        .says("a.env:3: nothing here has the form of a credential, and no name is given a value\n");
    let all = dir.run(&["explain", "a.env"]);
    let out = String::from_utf8_lossy(&all.ends(0).out).into_owned();
    assert_eq!(out.lines().count(), 4, "{out}");
    assert!(!out.contains(&token(1)) && !out.contains(&refused), "{out}");
}

#[test]
fn what_cannot_be_explained_says_why() {
    let dir = Dir::new();
    dir.write("a.env", "x = 1\n");
    for (place, why) in [
        ("a.env:9", "a.env has 2 lines"),
        ("a.env:0", "a.env has 2 lines"),
        (
            ".",
            ". is a directory; name a file of it, and a line: FILE:LINE",
        ),
        ("b.env:1", "b.env"),
    ] {
        dir.run(&["explain", place]).ends(2).complains(why);
    }
}

#[test]
fn a_place_is_judged_by_its_path_from_the_top_wherever_one_stands() {
    let dir = Dir::repo();
    dir.write(
        "tests/unit/mail.py",
        format!(
            "password = \"{}\"\n",
            crate::common::expand("{alnum:7}#{alnum:4}", 5)
        ),
    );
    dir.commit("one");
    let said = |below: &str, path: &str| {
        let mut command = dir.command(&["explain", path]);
        command.current_dir(dir.path().join(below));
        let text = Run::new(command).ends(0).text();
        text.split_once('\n').expect("two lines").1.to_owned()
    };
    let top = said("", "tests/unit/mail.py:1");
    assert!(top.contains(" in test)"), "{top}");
    assert_eq!(said("tests/unit", "mail.py:1"), top);
    assert_eq!(said("tests/unit", "../unit/mail.py:1"), top);
}
