//! What the inventory says of the story.

use serde_json::Value;

use super::{pat, the_story};
use crate::common::{Dir, NOW, findings, jwt_of};

/// place | reported | status | ends | since | by | removed | at HEAD | rotations | rotated | owner | conditions
const LINES: &[&str] = &[
    // Whoever writes the first commit may date it as they like; that its token is younger is told as a fact.
    "root.env|github-pat|unknown||2012-01-01|Ann Admin||true||||",
    // A child is never older than its parent.
    "child.env|github-pat|unknown||2024-01-10|Bob Dev||true||||stale/age",
    // A slot with two rotations, through a renamed file.
    "app.env|github-pat|unknown||2024-01-10|Ann Admin|2024-09-01|false|2|||",
    "app.env|github-pat|unknown||2024-09-01|Eve Ops|2026-06-01|false|2|2024-09-01||",
    "prod.env|github-pat|unknown||2026-06-01|Bob Dev||true|2|2026-06-01||",
    // Removed and not revoked; of a kind that is certainly dead by now; put back.
    "gone.env|github-pat|unknown||2024-03-01|Bob Dev|2026-06-01|false||||stale/not-rotated",
    "ci.env|stale/expired|past-life||2024-03-01|Bob Dev|2024-09-01|false||||stale/expired",
    "back.env|github-pat|unknown||2024-03-01|Bob Dev||true||||stale/age; stale/reused",
    // The key of a renewed certificate is the old one.
    "tls/server.pem|private-key-pem|live|2027-01-01|2024-01-10|Ann Admin||true|||www.demo.test|stale/age",
    // Messages belong to whoever wrote them.
    ".git-history/ID/message|github-pat|unknown||2024-04-01|Bob Dev||false||||",
    ".git-history/ID/message|github-pat|unknown||2024-05-05|Eve Ops||false||||",
    // A file is renamed; one value serves two environments; a live key in a test, a test key in production.
    "config/name.env|github-pat|unknown||2024-03-01|Bob Dev||true||||stale/age",
    "deploy/prod/mail.env|github-pat|unknown||2024-03-01|Bob Dev||true||||stale/age; stale/reused",
    "tests/pay.env|stripe-live-secret-key|unknown||2024-04-01|Bob Dev||true||||stale/wrong-environment",
    "deploy/production/pay.env|stripe-test-secret-key|unknown||2024-04-01|Bob Dev||true||||stale/age; stale/wrong-environment",
    // Their own bytes say when they end, that they do not, and what they open.
    "debug/session.log|stale/expired|expired|2024-02-29|2024-09-01|Eve Ops||true|||svc-checkout|stale/expired",
    "k8s/token.env|jwt|never-expires||2024-09-01|Eve Ops||true|||system:serviceaccount:prod:ci|stale/never-expires; stale/age",
    "publish/all.env|pypi-api-token|unknown||2025-12-01|Eve Ops||true|||user u-1|stale/overscoped",
    "publish/orders.env|pypi-api-token|expiring|2026-12-20|2025-12-01|Eve Ops||true||||stale/expiring; stale/long-lived",
    "storage.env|azure-sas|live|2029-01-01|2025-12-01|Eve Ops||true||||stale/overscoped; stale/long-lived",
    "kube/config.yaml|private-key-pem|live|2027-01-01|2025-12-01|Eve Ops||true|||kubernetes-admin|stale/overscoped",
    "npm.env|npm-access-token|past-life||2025-12-01|Eve Ops||true||||",
    // The id of a key is told with its secret, and stands here too.
    "aws.env|aws-secret-access-key|unknown||2025-12-01|Eve Ops||true||||",
    "aws.env|aws-access-key-id|unknown||2025-12-01|Eve Ops||true||||",
    // Younger than a year, and nothing is wrong with them.
    "slack.env|slack-bot-token|unknown||2025-12-01|Eve Ops||true||||",
    "ssh/deploy|private-key-openssh|unknown||2025-12-01|Eve Ops||true|||user@host|",
    "db.env|generic-password|unknown||2025-12-01|Eve Ops||true||||",
    "mail.env|sendgrid-api-key|unknown||2025-12-01|Eve Ops||true||||",
];

/// The line of the branch that was deleted, which nothing reaches.
const UNREACHED: &str = "trial.env|github-pat|unknown||2026-02-03|Eve Ops||false||||";

/// Encrypted values are never findings; how old they are is told by file and line.
const ENCRYPTED: &[&str] = &[
    "ansible/web.yml:2: What Ansible Vault encrypts in this file is the same since 2024-01-10, and after 365 days a new one was due, on 2025-01-09.",
    "k8s/sealed.yaml:7: What Sealed Secrets encrypts in this file is the same since 2024-01-10, and after 365 days a new one was due, on 2025-01-09.",
    // All of the file was encrypted anew in 2026; the vector of this value is the old one.
    "secrets/prod.yaml:2: A value that SOPS encrypts is the same since 2024-01-10, and after 365 days a new one was due, on 2025-01-09.",
];

/// The path of a place, without the id of a commit.
fn place(text: &str) -> String {
    let parts = text.split('/');
    let is_id = |part: &str| part.len() == 40 && part.bytes().all(|b| b.is_ascii_hexdigit());
    let parts: Vec<&str> = parts
        .map(|part| if is_id(part) { "ID" } else { part })
        .collect();
    parts.join("/")
}

/// A finding of the JSON report as a line.
fn of_json(finding: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let facts = |field: &str| -> String {
        let facts = finding["facts"].as_array().expect("a list").iter();
        let facts = facts.filter(|fact| fact["field"] == field);
        facts
            .map(|fact| text(&fact["value"]))
            .collect::<Vec<_>>()
            .join("; ")
    };
    let day = |text: String| text.split('T').next().unwrap_or_default().to_owned();
    let conditions = finding["conditions"].as_array().expect("a list").iter();
    let conditions: Vec<String> = conditions.map(|one| text(&one["id"])).collect();
    let status = &finding["status"];
    let ends = match status["state"].as_str() {
        Some("past-life") => String::new(),
        _ => day(text(&status["at"])),
    };
    [
        place(&text(&finding["places"][0]["path"])),
        text(&finding["reported"]),
        text(&status["state"]),
        ends,
        day(facts("first-seen")),
        text(&finding["timeline"]["first"]["author"]),
        day(facts("removed")),
        finding["timeline"]["at_head"].to_string(),
        facts("rotations"),
        day(facts("rotated")),
        facts("owner"),
        conditions.join("; "),
    ]
    .join("|")
}

/// The cells of a line of comma-separated values.
fn cells(line: &str) -> Vec<String> {
    let (mut out, mut quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(String::new()),
            c => out.last_mut().expect("never empty").push(c),
        }
    }
    out
}

/// The lines of the table for a spreadsheet, those of notices left out.
fn of_csv(dir: &Dir) -> Vec<String> {
    let args = ["history", "--now", NOW, "--format", "csv", "--all"];
    let text = dir.run(&args).text();
    let mut lines = text.lines();
    let names = cells(lines.next().expect("a head"));
    let wanted = [
        "place",
        "rule",
        "status",
        "ends",
        "since",
        "by",
        "removed",
        "at-head",
        "rotations",
        "rotated",
        "owner",
        "conditions",
    ];
    let at = wanted.map(|name| {
        names
            .iter()
            .position(|have| have == name)
            .expect("a column")
    });
    let lines = lines.map(cells).filter(|cells| !cells[0].is_empty());
    lines
        .map(|cells| {
            let line: Vec<String> = at
                .iter()
                .map(|at| match names[*at].as_str() {
                    "place" => place(cells[*at].rsplitn(3, ':').last().expect("a path")),
                    _ => cells[*at].clone(),
                })
                .collect();
            line.join("|")
        })
        .collect()
}

fn sorted<S: ToString>(lines: impl IntoIterator<Item = S>) -> Vec<String> {
    let mut lines: Vec<String> = lines.into_iter().map(|line| line.to_string()).collect();
    lines.sort();
    lines
}

#[test]
fn every_line_of_the_inventory_is_the_story() {
    let dir = the_story();
    let report = dir.json(&["history", "--all"]);
    let want = sorted(LINES);
    assert_eq!(sorted(findings(&report).iter().map(of_json)), want);
    assert_eq!(sorted(of_csv(&dir)), want);
    // What the deleted branch held is counted, and listed where it is asked for.
    assert_eq!(report["run"]["history"]["unreached"], 1);
    let more = dir.json(&["history", "--all", "--unreachable"]);
    let more = sorted(findings(&more).iter().map(of_json));
    let want = sorted(LINES.iter().copied().chain([UNREACHED]));
    assert_eq!(more, want);
    assert!(more.len() + 1 >= 30, "the story has thirty credentials");
    let notices = report["notices"].as_array().expect("a list").iter();
    let notices = notices.map(|one| {
        let text = |name: &str| one[name].as_str().expect("text").to_owned();
        assert_eq!(
            (text("reported"), &one["fails"]),
            ("stale/age".to_owned(), &Value::Bool(false))
        );
        format!("{}:{}: {}", text("file"), one["line"], text("message"))
    });
    assert_eq!(sorted(notices), ENCRYPTED);
}

#[test]
fn nothing_of_the_story_is_a_secret_in_any_output() {
    let dir = the_story();
    let secrets: Vec<String> = (1..40).map(pat).collect();
    let shown = jwt_of(r#"{"iss":"x"}"#, 1);
    assert!(shown.len() > 20);
    for format in crate::common::formats() {
        let text = dir
            .run(&[
                "history",
                "--all",
                "--unreachable",
                "--now",
                NOW,
                "--format",
                format,
            ])
            .text();
        assert!(
            !secrets.iter().any(|secret| text.contains(secret.as_str())),
            "{format}"
        );
    }
}

#[test]
fn what_a_root_claims_is_told_as_a_claim() {
    let dir = the_story();
    let report = dir.json(&["history", "--all"]);
    let mut all = findings(&report).iter();
    let root = all
        .find(|one| one["places"][0]["path"] == "root.env")
        .expect("found");
    let facts = root["facts"].as_array().expect("a list");
    let of = |field: &str| {
        facts
            .iter()
            .find(|fact| fact["field"] == field)
            .expect("told")
    };
    assert_eq!(of("first-seen")["certainty"], "stated");
    assert_eq!(of("form-since")["value"], "2021-04-05T00:00:00Z");
}
