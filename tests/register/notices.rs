//! What the register says is to be done, each kind of notice reached from the command line.

use serde_json::Value;

use super::checked;
use crate::common::{Dir, line, token};

const FORMATS: [&str; 8] = [
    "human", "json", "jsonl", "sarif", "github", "markdown", "html", "csv",
];

/// A repository with a register.
fn registered(text: &str) -> Dir {
    let dir = Dir::repo();
    dir.write("tokens.toml", text);
    dir
}

/// An entry that lacks nothing, and more lines of it.
fn entry(more: &str) -> String {
    format!(
        "[[token]]\nid = \"release-bot\"\nkind = \"github-pat\"\nowner = \"team:platform\"\n\
         purpose = \"create releases\"\nscope = [\"contents:write\"]\n{more}"
    )
}

/// The notices of a check, `id subject file:line fails`.
fn notices(dir: &Dir, more: &[&str]) -> Vec<String> {
    let report = checked(dir, more);
    let notices = report["notices"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |one: &Value| {
        format!(
            "{} {} {}:{} {}",
            text(&one["reported"]),
            text(&one["subject"]),
            text(&one["file"]),
            one["line"],
            one["fails"]
        )
    };
    notices.iter().map(line).collect()
}

#[test]
fn what_ended_is_told_by_every_format_and_fails_the_check() {
    let dir = registered(&entry("expires = 2026-02-28\n"));
    for format in FORMATS {
        let args = ["--now", "2026-03-01", "--format", format];
        let run = dir.run(&[["tokens", "check"].as_slice(), &args].concat());
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
    dir.run(&["tokens", "check", "--now", "2026-01-20"])
        .ends(0)
        .says("clean");
}

#[test]
fn what_fails_is_chosen_by_the_id() {
    let dir = registered(&entry("expires = 2026-02-28\n"));
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
    let value = token(7);
    let dir = registered(&format!(
        "[[token]]\nid = \"a\"\npurpose = \"use {value}\"\nexpires = 2026-02-28\n"
    ));
    assert_eq!(
        notices(&dir, &[])[..2],
        [
            "register/value a tokens.toml:3 true",
            "register/expired a tokens.toml:4 true"
        ]
    );
    let report = checked(&dir, &[]);
    // The value is a finding as in any file.
    let finding = &report["findings"][0];
    assert_eq!(finding["places"][0]["path"], "tokens.toml");
    for format in FORMATS {
        let run = dir.run(&["tokens", "check", "--format", format]);
        run.ends(1).says("register/value");
        assert!(!run.text().contains(&value), "{format}: {}", run.text());
    }
    // In an id it is shown neither.
    let dir = registered(&format!(
        "[[token]]\nid = \"{value}\"\nexpires = 2026-02-28\n"
    ));
    for format in FORMATS {
        let run = dir.run(&["tokens", "check", "--format", format]);
        run.ends(1).says("register/expired");
        assert!(!run.text().contains(&value), "{format}: {}", run.text());
    }
    // A register outside of the tree is looked at too.
    let dir = Dir::repo();
    let outside = Dir::new();
    outside.write(
        "r.toml",
        format!("[[token]]\nid = \"a\"\nname = \"{value}\"\n"),
    );
    let path = outside.path().join("r.toml");
    let path = path.to_str().expect("plain");
    let run = dir.run(&["tokens", "check", "--register", path]);
    run.ends(1).says("register/value");
    assert!(!run.text().contains(&value), "{}", run.text());
}

#[test]
fn a_value_that_is_accepted_is_told_no_more() {
    let value = token(7);
    let dir = registered(&format!(
        "[[token]]\nid = \"a\"\npurpose = \"use {value}\" # keysweep:allow -- it is a sample\n"
    ));
    assert!(
        notices(&dir, &[])
            .iter()
            .all(|one| !one.starts_with("register/value"))
    );
}

#[test]
fn ends_rotations_and_exceptions_are_told_at_their_lines() {
    let rotated = "rotate_every = \"90d\"\nrotated = 2026-08-01\n";
    let version = "[[token.version]]\ncreated = 2026-08-01\n";
    for (more, want) in [
        ("expires = 2027-03-01\n", &[][..]),
        ("expires = \"never\"\n", &[]),
        (
            "expires = 2026-12-20\n",
            &["register/expiring release-bot tokens.toml:7 false"],
        ),
        (
            &format!("expires = \"never\"\n{rotated}"),
            &["register/overdue release-bot tokens.toml:9 false"],
        ),
        (
            &format!("expires = \"never\"\nrotate_every = \"90d\"\n{version}"),
            &["register/overdue release-bot tokens.toml:10 false"],
        ),
        (
            // Excused as long as the exception holds, and no longer.
            &format!(
                "expires = \"never\"\n{rotated}exception = {{ until = 2026-11-26, by = \"a\", why = \"b\" }}\n"
            ),
            &[],
        ),
        (
            &format!(
                "expires = \"never\"\n{rotated}exception = {{ until = 2026-11-25, by = \"a\", why = \"b\" }}\n"
            ),
            &[
                "register/exception-expired release-bot tokens.toml:10 true",
                "register/overdue release-bot tokens.toml:9 false",
            ],
        ),
        (
            // Nothing is to be done about what was revoked.
            &format!("expires = 2026-01-01\n{version}state = \"revoked\"\n"),
            &[],
        ),
    ] {
        assert_eq!(notices(&registered(&entry(more)), &[]), want, "{more}");
    }
}

#[test]
fn an_entry_may_lack_something_for_two_weeks() {
    let bare = |added: &str| format!("[[token]]\nid = \"a\"\nowner = \"x\"\n{added}");
    let incomplete = ["register/incomplete a tokens.toml:1 false"];
    assert_eq!(notices(&registered(&bare("")), &[]), incomplete);
    assert_eq!(
        notices(&registered(&bare("added = 2026-11-12\n")), &[]),
        incomplete
    );
    assert_eq!(
        notices(&registered(&bare("added = 2026-11-13\n")), &[]),
        [""; 0]
    );
    // The policy says what is wanted, and for how long before its end a token is told.
    let policy = "[policy]\nrequire = [\"owner\"]\nwarn_before = \"60d\"\nmax_age = \"30d\"\n";
    let whole = format!(
        "{policy}{}kind = \"x\"\nexpires = 2027-01-20\ncreated = 2026-10-01\n",
        bare("")
    );
    assert_eq!(
        notices(&registered(&whole), &[]),
        [
            "register/expiring a tokens.toml:9 false",
            "register/overdue a tokens.toml:10 false"
        ]
    );
    registered(&bare(""))
        .run(&["tokens", "check"])
        .ends(0)
        .says("The token a lacks purpose, scope, expires, server or kind: write it down.");
}

#[test]
fn the_policy_of_the_configuration_holds_where_the_register_says_nothing() {
    let dir = registered(&entry("expires = 2027-01-20\n"));
    assert_eq!(notices(&dir, &[]), [""; 0]);
    dir.write("keysweep.toml", "[policy]\nwarn-before = \"60d\"\n");
    let expiring = "register/expiring release-bot tokens.toml:7 false";
    assert_eq!(notices(&dir, &[]), [expiring]);
    dir.write(
        "tokens.toml",
        format!(
            "[policy]\nwarn_before = \"30d\"\n{}",
            entry("expires = 2027-01-20\n")
        ),
    );
    assert_eq!(notices(&dir, &[]), [""; 0]);
}

#[test]
fn what_ends_soon_fails_where_it_is_asked_for() {
    let dir = registered(&entry("expires = 2026-12-03\n"));
    for (on, status) in [("register/expiring:6", 0), ("register/expiring:7", 1)] {
        dir.run(&["tokens", "check", "--now", "2026-11-26", "--fail-on", on])
            .ends(status)
            .says("The token release-bot ends on 2026-12-03: renew it before.");
    }
}

#[test]
fn a_token_of_the_register_in_the_files_is_the_worst() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    let report = dir.json(&["scan"]);
    let print = report["findings"][0]["fingerprint"]
        .as_str()
        .expect("a text")
        .to_owned();
    dir.write(
        "tokens.toml",
        entry(&format!(
            "backup = \"team:on-call\"\nexpires = 2027-03-01\nfingerprint = \"{print}\"\n"
        )),
    );
    assert_eq!(
        notices(&dir, &[]),
        ["register/leaked release-bot tokens.toml:1 true"]
    );
    let report = checked(&dir, &[]);
    assert_eq!(report["notices"][0]["severity"], "critical");
    // What the register says of it is known of the finding.
    let facts = report["findings"][0]["facts"].as_array().expect("a list");
    let said = |field: &str| {
        let mut facts = facts.iter().filter(|fact| fact["field"] == field);
        facts
            .find(|fact| fact["source"] == "register")
            .map(|fact| fact["value"].clone())
    };
    assert_eq!(said("owner"), Some("team:platform".into()));
    assert_eq!(said("backup"), Some("team:on-call".into()));
    assert_eq!(said("purpose"), Some("create releases".into()));
    assert_eq!(said("scope"), Some("contents:write".into()));
    assert_eq!(said("expires"), Some("2027-03-01T00:00:00Z".into()));
    assert_eq!(report["findings"][0]["status"]["state"], "live");
    // Accepted in the files, it is accepted here.
    dir.run(&["baseline", "create"]).ends(0);
    assert_eq!(notices(&dir, &[]), [""; 0]);
}

#[test]
fn a_name_tells_whose_a_value_is_and_no_more() {
    let dir = registered(&entry("expires = 2027-03-01\nrefs = [\"env:API_TOKEN\"]\n"));
    dir.write("app.env", format!("API_TOKEN={}\n", token(3)));
    let report = checked(&dir, &[]);
    let facts = report["findings"][0]["facts"].to_string();
    assert!(
        facts.contains("team:platform") && facts.contains("inferred"),
        "{facts}"
    );
    assert!(
        report["notices"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|it| it["reported"] != "register/leaked")
    );
    // Of two entries with one name neither is meant.
    let two =
        entry("expires = 2027-03-01\nrefs = [\"env:API_TOKEN\"]\n[[token]]\nid = \"api-token\"\n");
    dir.write("tokens.toml", two);
    let report = checked(&dir, &[]);
    assert!(
        !report["findings"][0]["facts"]
            .to_string()
            .contains("team:platform")
    );
}

#[test]
fn ordinary_scans_say_nothing_of_the_register() {
    let dir = registered(&entry("expires = 2026-01-01\n"));
    let report = dir.json(&["scan"]);
    assert_eq!(report["notices"], serde_json::json!([]));
    dir.run(&["scan"]).ends(0).says("clean");
}

#[test]
fn every_kind_of_notice_of_the_register_is_told_here() {
    let tests = concat!(
        include_str!("notices.rs"),
        include_str!("references.rs"),
        include_str!("../lists/notices.rs")
    );
    for kind in keysweep::finding::NOTICES {
        let told = tests.contains(&format!("\"{} ", kind.id));
        assert!(told || !kind.id.starts_with("register/"), "{}", kind.id);
    }
}
