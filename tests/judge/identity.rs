//! What is one credential: a value that nobody can guess wherever it stands; one that many people
//! might choose only where a file or a telling name joins its places.

use serde_json::Value;

use crate::common::{Dir, expand, findings, places};

const ALL: [&str; 4] = ["--min-severity", "info", "--min-confidence", "low"];

/// The places of each result that names this value, one list a result, sorted.
fn results(report: &Value) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = findings(report)
        .iter()
        .map(|finding| {
            let paths = finding["places"].as_array().expect("a list").iter();
            let mut paths: Vec<String> = paths
                .map(|place| place["path"].as_str().expect("text").to_owned())
                .collect();
            paths.sort();
            paths
        })
        .collect();
    all.sort();
    all
}

/// A password as people choose them: guessable.
fn weak() -> String {
    ["Tiger", "lily", "4!x"].concat()
}

/// Files as `(path, name of the value)`, and the groups that they make when the value is weak.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static [&'static str]],
);

const CASES: &[Case] = &[
    // Unrelated files, different names.
    (
        &[("a/db.env", "DB_PASSWORD"), ("b/mail.env", "SMTP_PASSWORD")],
        &[&["a/db.env"], &["b/mail.env"]],
    ),
    // Unrelated files, a name that everybody uses.
    (
        &[("a/x.env", "PASSWORD"), ("b/y.env", "PASSWORD")],
        &[&["a/x.env"], &["b/y.env"]],
    ),
    // One name that says more, in two spellings.
    (
        &[("a/x.env", "DB_PASSWORD"), ("b/y.env", "db_password")],
        &[&["a/x.env", "b/y.env"]],
    ),
    // One setting over again: the same name in files of one directory.
    (
        &[
            ("a/x.env", "PASSWORD"),
            ("a/y.env", "PASSWORD"),
            ("a/z.env", "PASS"),
        ],
        &[&["a/x.env", "a/y.env"], &["a/z.env"]],
    ),
    // Two names in one file, and one of them elsewhere.
    (
        &[
            ("a/x.env", "DB_PASSWORD"),
            ("a/x.env", "ADMIN_PASSWORD"),
            ("c/z.env", "ADMIN_PASSWORD"),
            ("d/w.env", "SMTP_PASSWORD"),
        ],
        &[&["a/x.env", "a/x.env", "c/z.env"], &["d/w.env"]],
    ),
];

fn write(dir: &Dir, files: &[(&str, &str)], value: &str) {
    let mut texts = std::collections::BTreeMap::<&str, String>::new();
    for (path, name) in files {
        let text = texts.entry(path).or_default();
        text.push_str(&format!("{name}=\"{value}\"\n"));
    }
    for (path, text) in texts {
        dir.write(path, text);
    }
}

#[test]
fn a_weak_value_is_as_many_credentials_as_nothing_joins() {
    for (files, wanted) in CASES {
        let dir = Dir::new();
        write(&dir, files, &weak());
        let report = dir.json(&[&["scan", "."][..], &ALL].concat());
        assert_eq!(results(&report), *wanted, "{files:?}");
        let mut ids: Vec<&str> = findings(&report)
            .iter()
            .map(|finding| finding["fingerprint"].as_str().expect("text"))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), wanted.len(), "each has an id of its own");
    }
}

#[test]
fn a_strong_value_is_one_credential_wherever_it_stands() {
    for (files, _) in CASES {
        let dir = Dir::new();
        write(&dir, files, &expand("{alnum:32}", 9));
        let report = dir.json(&[&["scan", "."][..], &ALL].concat());
        assert_eq!(results(&report).len(), 1, "{files:?}");
    }
}

/// So many characters are nobody else's, even where each of them could be guessed.
#[test]
fn a_long_value_is_one_credential_wherever_it_stands() {
    for (files, _) in CASES {
        let dir = Dir::new();
        write(&dir, files, &["Correct", "Horse", "Battery", "9!"].concat());
        let report = dir.json(&[&["scan", "."][..], &ALL].concat());
        assert_eq!(results(&report).len(), 1, "{files:?}");
    }
}

/// A provider's token is drawn by a machine, even one that does not look like it.
#[test]
fn a_token_of_a_provider_is_one_credential_wherever_it_stands() {
    let dir = Dir::new();
    let token = ["ghp", "_", &"ab".repeat(18)].concat();
    dir.write("a/x.env", format!("DB_PASSWORD=\"{token}\"\n"));
    dir.write("b/y.env", format!("SMTP_PASSWORD=\"{token}\"\n"));
    let report = dir.json(&[&["scan", "."][..], &ALL].concat());
    assert_eq!(results(&report), [["a/x.env", "b/y.env"]], "{report}");
}

#[test]
fn a_baseline_knows_each_of_them() {
    let dir = Dir::repo();
    write(&dir, CASES[0].0, &weak());
    dir.commit("two");
    dir.run(&["baseline", "create"]).ends(0);
    dir.run(&["scan", "."]).ends(0);
    let report = dir.json(&["scan", ".", "--show-suppressed"]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["suppressed"].as_array().expect("a list").len(), 2);
    // A third, with nothing in common, is new.
    dir.write("c/ldap.env", format!("LDAP_PASSWORD=\"{}\"\n", weak()));
    let report = dir.json(&["scan", "."]);
    assert_eq!(places(&report).len(), 1, "{report}");
    assert_eq!(results(&report), [["c/ldap.env"]]);
}

/// Since when and until when is told of each by its own places.
#[test]
fn a_history_tells_each_by_its_own_places() {
    let dir = Dir::repo();
    write(&dir, &[("a/db.env", "DB_PASSWORD")], &weak());
    dir.commit("first");
    write(&dir, &[("b/mail.env", "SMTP_PASSWORD")], &weak());
    dir.commit("second");
    dir.git(&["rm", "-q", "a/db.env"]);
    dir.commit("third");
    let report = dir.json(&[&["history"][..], &ALL].concat());
    assert_eq!(results(&report), [["a/db.env"], ["b/mail.env"]]);
    for finding in findings(&report) {
        let old = finding["places"][0]["path"] == "a/db.env";
        assert_eq!(finding["timeline"]["at_head"], !old, "{finding}");
        let subject = if old { "first" } else { "second" };
        assert_eq!(finding["timeline"]["first"]["subject"], subject);
    }
}
