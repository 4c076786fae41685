//! JSON and JSON lines against the committed schema, and read back.

use super::*;

/// What `docs/report.schema.json` holds.
const COMMITTED: &str = include_str!("../../../docs/report.schema.json");

#[test]
fn the_committed_schema_is_what_the_types_say() {
    assert!(
        schema() == COMMITTED,
        "docs/report.schema.json is stale: keysweep generate report-schema > docs/report.schema.json"
    );
}

/// A report without what formats do not write.
fn written(mut report: Report) -> Report {
    let findings = report.findings.iter_mut().chain(&mut report.suppressed);
    for place in findings.flat_map(|finding| &mut finding.places) {
        place.line = Shown::default();
        place.mark = 0..0;
    }
    report.summary.hidden.uncertain = 0;
    report.base = Base::default();
    report
}

#[test]
fn a_report_is_read_back_as_it_was_written() {
    let mut all = reports();
    all.push(every_status());
    for report in all {
        let report = report.settled(false);
        let json = text("json", &report, Style::default());
        let back = read(json.as_bytes()).expect("our own report");
        assert_eq!(text("json", &back, Style::default()), json);
        assert_eq!(back, written(report.clone()));
        let lines = text("jsonl", &report, Style::default());
        let back = read(lines.as_bytes()).expect("our own lines");
        assert_eq!(text("jsonl", &back, Style::default()), lines);
        let without_rules = Report {
            rules: Vec::new(),
            ..report
        };
        assert_eq!(back, written(without_rules));
        // Another program may write the document on one line.
        let line: Value = serde_json::from_str(&json).expect("JSON");
        let back = read(line.to_string().as_bytes()).expect("the same document");
        assert_eq!(text("json", &back, Style::default()), json);
    }
}

/// Every status, class, kind of suppression and reason, and every kind of place.
fn every_status() -> Report {
    let mut report = sample();
    let at = time(1_800_000_000);
    let expired = |certainty| Status::Expired {
        since: at,
        certainty,
    };
    let statuses = [
        expired(Certainty::Certain),
        expired(Certainty::Stated),
        expired(Certainty::Inferred),
        Status::Expiring { at },
        Status::LiveUntil { at },
        Status::PastLife {
            since: at,
            certainty: Certainty::Inferred,
        },
        Status::Revoked {
            taken: Some(at),
            certainty: Certainty::Certain,
        },
        Status::Revoked {
            taken: None,
            certainty: Certainty::Stated,
        },
        Status::NeverExpires,
        Status::Unknown,
    ];
    for (n, status) in statuses.into_iter().enumerate() {
        let mut one = row(&format!("status {n}"), Severity::ALL[n % 5]);
        one.status = status;
        one.class = [Class::Credential, Class::Sample, Class::Protected][n % 3];
        one.places[0].member = Some(shown(&hostile("inner.tar!a")));
        one.places[0].name = Some(shown("in the name of a path"));
        one.places[0].line_hash = u64::MAX;
        report.findings.push(one);
    }
    let by = [
        SuppressedBy::Inline,
        SuppressedBy::IgnoreFile,
        SuppressedBy::Baseline,
        SuppressedBy::Configuration,
    ];
    for by in by {
        let mut one = allowed(by.name(), false);
        let cause = one.suppressed.as_mut().expect("it is hidden");
        cause.by = by;
        one.places[0].suppressed = Some(cause.clone());
        report.suppressed.push(one);
    }
    let reasons = Reason::ACCEPTABLE.map(|reason| skipped(reason, "x"));
    report.skipped.extend(reasons);
    report
}

#[test]
fn what_cannot_be_read_back_is_named_with_its_place() {
    let json = text("json", &sample(), Style::default());
    let lines = text("jsonl", &sample(), Style::default());
    let replaced = |from: &str, to: &str| {
        assert!(json.contains(from), "{from}");
        json.replacen(from, to, 1)
    };
    let cases: &[(String, &[&str])] = &[
        (String::new(), &["it ends in the middle", "line 1"]),
        ("PK\u{3}".to_owned(), &["it is no JSON", "line 1"]),
        ("[]".to_owned(), &["it is no report of keysweep"]),
        (
            "{\"a\": 1}".to_owned(),
            &["it is no report of keysweep", "--format json"],
        ),
        ("7".to_owned(), &["it is no report of keysweep"]),
        (
            json[..json.len() / 2].to_owned(),
            &["it ends in the middle", "cut off"],
        ),
        (
            format!("{json}{{}}"),
            &["trailing characters", "one JSON document"],
        ),
        (
            replaced("\"schema_version\": 1", "\"schema_version\": 2"),
            &[
                "schema version 2",
                "written by keysweep 0.1.0",
                "reads version 1",
            ],
        ),
        (
            replaced("\"schema_version\": 1", "\"schema_version\": \"x\""),
            &["`schema_version` is \"x\""],
        ),
        (
            replaced("\"severity\": \"medium\"", "\"severity\": \"huge\""),
            &[
                "schema version 1, `findings[1].severity`",
                "huge",
                "critical",
                "line ",
            ],
        ),
        (
            replaced("\"fails\": true", "\"fails\": \"yes\""),
            &["`findings[0].fails`", "expected a boolean", "column "],
        ),
        (
            replaced(
                "\"confidence\": \"high\",\n      \"probability\"",
                "\"probability\"",
            ),
            &["`findings[0]`", "missing field `confidence`"],
        ),
        (
            replaced(
                "\"state\": \"live\",\n        \"at\": \"2030-03-17T17:46:40Z\"",
                "\"state\": \"live\",\n        \"at\": null",
            ),
            &["`findings[0].status`", "a moment in `at`"],
        ),
        (
            lines.lines().take(3).collect::<Vec<_>>().join("\n"),
            &["cut off", "`summary`"],
        ),
        (
            format!("{lines}{lines}"),
            &["line 17: it stands behind the `summary`"],
        ),
        (
            lines.replacen("\"fails\":true", "\"fails\":7", 1),
            &["`finding.fails`", "line 2, column"],
        ),
        (
            lines.replacen("\"finding\":{", "\"other\":{", 1),
            &["line 2: the member that has the name"],
        ),
        (
            lines.lines().skip(1).collect::<Vec<_>>().join("\n"),
            &["no line of type `run`"],
        ),
    ];
    for (text, words) in cases {
        let error = read(text.as_bytes()).expect_err("it is broken").to_string();
        for word in *words {
            assert!(error.contains(word), "{word}: {error}");
        }
    }
}

#[test]
fn what_a_later_keysweep_of_the_same_version_adds_is_passed_over() {
    let json = text("json", &sample(), Style::default());
    let more = json.replacen("\"fails\": true", "\"fails\": true, \"more\": [1]", 1);
    let back = read(more.as_bytes()).expect("it is a report");
    assert_eq!(text("json", &back, Style::default()), json);
}

#[test]
fn words_are_the_same_in_all_formats() {
    fn same<T: serde::Serialize>(of: T, name: &str) {
        assert_eq!(serde_json::to_value(of).expect("a word"), name);
    }
    for of in Severity::ALL {
        same(of, of.name());
    }
    for of in Confidence::ALL {
        same(of, of.name());
    }
    for of in Reason::ACCEPTABLE {
        same(of, of.code());
    }
    for of in [Exposure::Secret, Exposure::Publishable, Exposure::Depends] {
        same(of, of.name());
    }
    for of in [Mode::Tree, Mode::Staged, Mode::History, Mode::Range] {
        same(of, of.name());
    }
    for of in [Certainty::Certain, Certainty::Stated, Certainty::Inferred] {
        same(of, of.name());
    }
    for of in [Source::Bytes, Source::Git] {
        same(of, of.name());
    }
    for of in [
        Field::Expires,
        Field::NotBefore,
        Field::Issued,
        Field::Issuer,
    ] {
        same(of, of.name());
    }
    for of in [Field::Owner, Field::Account, Field::Scope, Field::Audience] {
        same(of, of.name());
    }
    for of in [Outcome::Clean, Outcome::Fails, Outcome::Incomplete] {
        same(of, of.name());
    }
    same(Outcome::Interrupted, Outcome::Interrupted.name());
    same(Outcome::Nothing, Outcome::Nothing.name());
    for of in [SuppressedBy::Inline, SuppressedBy::IgnoreFile] {
        same(of, of.name());
    }
    same(SuppressedBy::Baseline, SuppressedBy::Baseline.name());
    same(
        SuppressedBy::Configuration,
        SuppressedBy::Configuration.name(),
    );
}

#[test]
fn json_and_its_lines_keep_to_their_schema() {
    let document = validator(COMMITTED);
    let mut lines: Value = serde_json::from_str(COMMITTED).expect("JSON");
    let root = lines.as_object_mut().expect("an object");
    for key in ["type", "required", "properties", "additionalProperties"] {
        root.remove(key);
    }
    root.insert("$ref".to_owned(), "#/$defs/line".into());
    let lines = validator(&lines.to_string());
    for report in reports() {
        holds(&document, &value("json", &report));
        let text = text("jsonl", &report, Style::default());
        for line in text.lines() {
            holds(&lines, &serde_json::from_str(line).expect("valid JSON"));
        }
        assert!(
            text.lines()
                .last()
                .expect("lines")
                .contains(r#""type":"summary""#)
        );
    }
}

#[test]
fn json_says_everything() {
    let json = value("json", &sample());
    assert_eq!(json["summary"]["hidden"]["total"], 12);
    assert_eq!(json["summary"]["exit"]["status"], 1);
    assert_eq!(json["summary"]["complete"], false);
    assert_eq!(json["summary"]["at_head"], 1);
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(7));
    assert_eq!(json["summary"]["skipped"]["accepted"], 1);
    assert_eq!(json["run"]["configuration"]["spared"], 1);
    assert_eq!(
        json["findings"][0]["places"].as_array().map(Vec::len),
        Some(6)
    );
    assert_eq!(json["summary"]["ignored"]["files"], 1_014);
    assert_eq!(json["summary"]["ignored"]["credential_stores"][0], "a/.env");
    assert!(json["findings"][0].get("value").is_none());
    assert_eq!(
        json["findings"][0]["key"].as_str(),
        Some(hostile("API_KEY").as_str())
    );
}
