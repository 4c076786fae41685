//! What a place does to a result: it says whether the result matters, and hides nothing.

use serde_json::Value;

use crate::common::{Dir, expand, findings, line};

/// A line with a password that nobody wrote before.
fn password(seed: u64) -> String {
    format!("DB_PASSWORD=\"{}\"\n", expand("{alnum:14}", seed))
}

fn folded(report: &Value) -> Vec<bool> {
    let all = findings(report).iter();
    all.map(|finding| finding["folded"].as_bool().expect("a truth"))
        .collect()
}

#[test]
fn a_password_in_a_test_is_listed_folded_and_fails_nothing() {
    let dir = Dir::repo();
    dir.write("tests/app.env", password(1));
    let run = dir.run(&["scan", "--format", "json"]);
    run.ends(0);
    let report = run.json();
    assert_eq!(folded(&report), [true]);
    let finding = &findings(&report)[0];
    assert_eq!(finding["places"][0]["kind"], "test");
    assert_eq!(
        finding["confidence"], "medium",
        "the place says nothing of that"
    );
    assert_eq!(report["summary"]["outcome"], "passes");
    assert_eq!(report["summary"]["folded"], 1);

    let told = "1 result in tests, examples, documentation or code of others";
    for format in ["human", "github", "markdown"] {
        let run = dir.run(&["scan", "--format", format]);
        run.ends(0).says(told);
        assert!(!run.text().contains("app.env"), "{format}: {}", run.text());
        let all = dir.run(&["scan", "--format", format, "--all"]);
        all.ends(0).says("app.env");
        assert!(!all.text().contains(told), "{format}: {}", all.text());
    }
    let results = |args: &[&str]| {
        let log = dir.run(args).json();
        log["runs"][0]["results"].as_array().expect("a list").len()
    };
    assert_eq!(results(&["scan", "--format", "sarif"]), 0);
    assert_eq!(results(&["scan", "--format", "sarif", "--all"]), 1);
}

#[test]
fn the_same_value_in_source_is_not_folded_and_fails() {
    let dir = Dir::repo();
    dir.write("tests/app.env", password(1));
    dir.write("deploy/app.env", password(1));
    let run = dir.run(&["scan", "--format", "json"]);
    run.ends(1);
    assert_eq!(folded(&run.json()), [false]);
    dir.run(&["scan"]).ends(1).says("deploy/app.env");
}

#[test]
fn tests_inside_a_program_of_rust_are_a_place_of_tests() {
    let dir = Dir::repo();
    let secret = |seed| expand("    const MAPLE_API_SECRET: &str = \"{alnum:32}\";\n", seed);
    let text = |tests: &str| format!("{}\n{tests}\nmod tests {{\n{}}}\n", secret(1), secret(2));
    let kinds = |path: &str, text: String| {
        dir.write(path, text);
        let report = dir.run(&["scan", "--format", "json", path]).json();
        let kind = |one: &Value| one["places"][0]["kind"].as_str().map(str::to_owned);
        let mut kinds: Vec<_> = findings(&report).iter().filter_map(kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds("src/a.rs", text("#[cfg(test)]")), ["source", "test"]);
    assert_eq!(
        kinds("src/b.rs", text("#[cfg(unix)]")),
        ["source", "source"]
    );
    // What follows such a module is the program again.
    assert_eq!(
        kinds(
            "src/d.rs",
            format!("#[cfg(test)]\nmod tests {{\n}}\n{}", secret(3))
        ),
        ["source"]
    );
    // No other language says so with these words.
    assert_eq!(
        kinds("src/c.go", text("#[cfg(test)]")),
        ["source", "source"]
    );
}

#[test]
fn what_a_test_makes_sure_does_not_matter_where_a_comment_only_shows_it() {
    let dir = Dir::repo();
    dir.write("tests/app.env", password(1));
    dir.write("deploy/app.env", format!("# for example: {}", password(1)));
    let run = dir.run(&["scan", "--format", "json"]);
    run.ends(0);
    assert_eq!(folded(&run.json()), [true]);
    dir.write("deploy/app.env", password(1));
    let run = dir.run(&["scan", "--format", "json"]);
    run.ends(1);
    assert_eq!(folded(&run.json()), [false]);
}

#[test]
fn what_is_certain_and_grave_fails_in_a_test_too() {
    let dir = Dir::repo();
    dir.write("docs/setup.md", line(1));
    let report = dir.json(&["scan"]);
    let finding = &findings(&report)[0];
    let grave = finding["severity"] == "critical";
    assert_eq!(finding["confidence"], "high");
    assert_eq!(finding["fails"], grave);
    assert_eq!(finding["folded"], !grave);
    // By its id it fails anywhere.
    let rule = finding["rule"].as_str().expect("an id");
    dir.run(&["scan", "--fail-on", rule]).ends(1);
}

#[test]
fn a_hook_counts_what_does_not_stop_the_commit() {
    let dir = Dir::repo();
    dir.write("tests/app.env", password(1));
    dir.git(&["add", "-A"]);
    dir.run(&["hook"])
        .ends(0)
        .says("does not stop you: 1 result in tests");
}

#[test]
fn a_word_that_one_file_gives_as_a_sample_lists_no_other_line() {
    let dir = Dir::repo();
    dir.write(
        "docs/api.md",
        "    curl -u user:password http://localhost:8080/api\n",
    );
    for n in 0..5 {
        dir.write(
            &format!("src/page{n}.ts"),
            format!("const label{n} = {{ password: \"password\" }};\n"),
        );
    }
    let report = dir.json(&["scan"]);
    assert_eq!(findings(&report).len(), 0, "{report:#}");
}

#[test]
fn a_placeholder_in_the_form_of_a_token_is_listed_on_request_only() {
    let dir = Dir::repo();
    let placeholder = ["ghp", "_", &"x".repeat(36)].concat();
    dir.write("src/app.py", format!("TOKEN = \"{placeholder}\"\n"));
    assert_eq!(findings(&dir.json(&["scan"])).len(), 0);
    let low = dir.json(&["scan", "--min-confidence", "low"]);
    assert_eq!(findings(&low)[0]["class"], "sample");
    assert_eq!(findings(&low)[0]["confidence"], "low");
}

/// One answer for one change: before the commit, in the range that is pushed, and in the whole tree.
#[test]
fn every_verb_fails_alike() {
    for (path, text, fails) in [
        (
            "config/app.yml",
            "db:\n  password: Liverpool09\n".to_owned(),
            true,
        ),
        (".env", "DB_PASSWORD=tequila99\n".to_owned(), true),
        (
            "src/app.py",
            "password = \"Liverpool09\"\n".to_owned(),
            false,
        ),
        (
            "tests/test_app.py",
            "password = \"Liverpool09\"\n".to_owned(),
            false,
        ),
        ("src/deploy.sh", line(3), true),
        (
            "lang/de/auth.php",
            "<?php return ['password' => 'Passwort'];\n".to_owned(),
            false,
        ),
    ] {
        let dir = Dir::repo();
        dir.commit("start");
        dir.write(path, text);
        dir.git(&["add", "-A"]);
        let status = i32::from(fails);
        dir.run(&["hook"]).ends(status);
        dir.run(&["staged"]).ends(status);
        dir.commit("the change");
        dir.run(&["history", "--range", "HEAD~1..HEAD"])
            .ends(status);
        dir.run(&["history"]).ends(status);
        dir.run(&["scan"]).ends(status);
    }
}
