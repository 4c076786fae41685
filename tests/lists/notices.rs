//! What lists tell beside findings: notices, and their rows in every format.

use std::fs;

use serde_json::Value;

use super::made::Values;
use crate::common::{Dir, findings};

/// Five tokens of a JupyterHub: in use, not used, without an end, ended, and as the register has it.
const HUB: &str = r#"{"api_tokens":[
{"user":"ann","id":"a1","note":"deploy","scopes":["tokens"],"created":"2026-01-02T03:04:05Z","last_activity":"2026-11-20T00:00:00Z","expires_at":"2027-01-02T00:00:00Z"},
{"user":"bob","id":"a2","note":"nightly","scopes":[],"created":"2026-01-02T03:04:05Z","last_activity":null,"expires_at":"2027-01-02T00:00:00Z"},
{"user":"bob","id":"a3","note":"laptop","scopes":[],"created":"2026-11-20T00:00:00Z","last_activity":null,"expires_at":null},
{"user":"bob","id":"a4","note":"over","scopes":[],"created":"2025-01-02T03:04:05Z","last_activity":"2025-01-02T03:04:05Z","expires_at":"2026-01-02T00:00:00Z"},
{"user":"eve","id":"a5","note":"old","scopes":[],"created":"2025-01-02T03:04:05Z","last_activity":"2026-01-02T03:04:05Z","expires_at":"2027-01-02T00:00:00Z"}]}"#;

const REGISTER: &str = r#"[[token]]
id = "deploy"
server = "hub.test"
owner = "user:carol"
purpose = "deploys"
scope = ["tokens", "admin:users"]
expires = 2027-06-30

[[token]]
id = "gone"
server = "hub.test"
owner = "team:data"
purpose = "reports"
scope = ["read"]
expires = 2027-06-30

[[token]]
id = "over"
server = "hub.test"
owner = "team:data"
purpose = "reports"
scope = ["read"]
expires = 2026-01-02
"#;

/// A snapshot of the hub, with what the user says of it.
fn hub(dir: &Dir, more: &[&str]) -> String {
    let (file, to) = (dir.outside("hub.json"), dir.outside("hub.snapshot.json"));
    fs::write(&file, HUB).expect("writable");
    let (file, to) = (file.display().to_string(), to.display().to_string());
    let mut args = vec![
        "tokens",
        "import",
        "jupyterhub",
        &file,
        "--server",
        "hub.test",
        "-o",
        &to,
    ];
    args.extend(more);
    dir.run(&args).ends(0);
    to
}

/// `ID SUBJECT: MESSAGE` of every notice of a family.
fn notices(report: &Value, family: &str) -> Vec<String> {
    let all = report["notices"].as_array().expect("notices").iter();
    let text = |notice: &Value, key: &str| notice[key].as_str().expect("text").to_owned();
    let mut out: Vec<String> = all
        .map(|it| {
            format!(
                "{} {}: {}",
                text(it, "reported"),
                text(it, "subject"),
                text(it, "message")
            )
        })
        .filter(|line| line.starts_with(family))
        .collect();
    out.sort();
    out
}

#[test]
fn tokens_that_nobody_uses_or_that_do_not_end_are_told() {
    let dir = Dir::repo();
    dir.write("a.txt", "nothing\n");
    let list = hub(&dir, &["--taken", "2026-11-26"]);
    let run = dir.run(&["scan", "--with", &list, "--format", "json"]);
    run.ends(0);
    assert_eq!(
        notices(&run.json(), "live/"),
        [
            "live/no-expiry laptop: The token laptop of hub.test (owner bob) has no end, as the list of 2026-11-26 says: give its successor one.",
            "live/unused nightly: The token nightly of hub.test (owner bob) was made on 2026-01-02 and never used, as the list of 2026-11-26 says: revoke it, or find out who needs it.",
            "live/unused old: The token old of hub.test (owner eve) was used last on 2026-01-02, as the list of 2026-11-26 says: revoke it, or find out who needs it.",
        ]
    );
    dir.run(&["scan", "--with", &list, "--fail-on", "live/unused"])
        .ends(1);
    // What a list of an unknown day says of uses proves nothing.
    let list = hub(&dir, &[]);
    let report = dir.json(&["scan", "--with", &list]);
    let told = notices(&report, "live/unused");
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn the_register_and_a_list_are_held_against_each_other() {
    let dir = Dir::repo();
    dir.write("tokens.toml", REGISTER);
    let list = hub(&dir, &["--taken", "2026-11-26", "--complete"]);
    let report = dir.json(&["tokens", "check", "--with", &list]);
    assert_eq!(
        notices(&report, "live/unregistered"),
        ["laptop", "nightly", "old"].map(|name| {
            let owner = if name == "old" { "eve" } else { "bob" };
            format!("live/unregistered {name}: The token {name} of hub.test (owner {owner}) is not in the register tokens.toml: write it down, or revoke it.")
        })
    );
    assert_eq!(
        notices(&report, "register/drift"),
        [
            "register/drift deploy: The register and hub.test disagree about deploy: it ends 2027-06-30 by the register and 2027-01-02 by the list.",
            "register/drift deploy: The register and hub.test disagree about deploy: it may not admin:users by the list.",
            "register/drift deploy: The register and hub.test disagree about deploy: its owner is carol by the register and ann by the list.",
            "register/drift gone: The register and hub.test disagree about gone: the complete list of hub.test does not have it.",
        ]
    );
    // A list that may not be complete proves nothing of what it does not have.
    let list = hub(&dir, &["--taken", "2026-11-26"]);
    let report = dir.json(&["tokens", "check", "--with", &list]);
    let drift = notices(&report, "register/drift");
    assert!(!drift.iter().any(|line| line.contains("gone")), "{drift:?}");
    // Without a register nothing is called unregistered.
    let report = dir.json(&["scan", "--with", &list]);
    assert!(notices(&report, "live/unregistered").is_empty());
}

#[test]
fn rows_that_no_line_of_the_files_tells_are_rows_of_the_inventory() {
    let dir = Dir::repo();
    let value = Values::of("redis").value("ops");
    let hash = Values::of("redis").fill("{{sha256:ops}}");
    let list = dir.outside("acl.txt");
    fs::write(
        &list,
        format!(
            "user ops on #{hash} ~* +@all\nuser idle on #{} ~* +get\n",
            "0".repeat(64)
        ),
    )
    .expect("writable");
    dir.write(
        "app.env",
        format!("REDIS_URL=redis://ops:{value}@cache/0\n"),
    );
    let with = format!("redis={}", list.display());
    let report = dir.json(&["scan", "--with", &with]);
    let rows = report["listed"].as_array().expect("a list");
    assert_eq!(rows.len(), 2);
    let found = &findings(&report)[0]["fingerprint"];
    assert_eq!(&rows[0]["findings"][0], found);
    assert_eq!(rows[0]["scope"][0], "~*");
    assert_eq!(rows[1]["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(rows[1]["state"], "active");
    let count = "list redis (redis, of an unknown day): 2 tokens, 2 active, 1 of them found here";
    for format in ["human", "markdown", "html"] {
        dir.run(&["scan", "--with", &with, "--format", format])
            .says(count);
    }
    dir.run(&["scan", "--with", &with, "--format", "csv"])
        .says("listed,idle,");
    dir.run(&["scan", "--with", &with, "--format", "jsonl"])
        .says(r#""type":"listed""#);
    dir.run(&["scan", "--with", &with, "--format", "html"])
        .says("Tokens that servers list");
    // A report with them is read back.
    let run = dir.run(&[
        "scan",
        "--with",
        &with,
        "--format",
        "jsonl",
        "--fail-on",
        "none",
    ]);
    dir.write("report.jsonl", &run.out);
    dir.run(&["compare", "report.jsonl", "report.jsonl"])
        .ends(0);
}

/// Looking up grows with the number of findings and rows, not with their product; what cannot be looked up is bounded
/// and named.
#[test]
fn salted_hashes_are_asked_within_a_bound_that_is_named() {
    let dir = Dir::repo();
    let verifier = Values::of("postgresql").fill("{{scram:reports:V0q8x12uC989pItbuWbLhg==:4096}}");
    let rows: String = (0..40).map(|n| format!("role{n},t,{verifier}\n")).collect();
    let list = dir.outside("roles.csv");
    fs::write(&list, format!("rolname,rolcanlogin,rolpassword\n{rows}")).expect("writable");
    let passwords: String = (0..20)
        .map(|n| {
            format!(
                "db_password_{n} = \"{}\"\n",
                crate::common::expand("{alnum:20}", n)
            )
        })
        .collect();
    dir.write("app.conf", passwords);
    let report = dir.json(&["scan", "--with", &format!("postgresql={}", list.display())]);
    let gaps = crate::common::skipped(&report);
    let gap = gaps
        .iter()
        .find(|gap| gap.starts_with("not-compared postgresql"));
    assert!(
        gap.is_some_and(|gap| gap.contains("312 times it was not asked")),
        "{gaps:?}"
    );
}
