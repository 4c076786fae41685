//! Every format over one report that holds what is awkward: history, expiry, samples, gaps, and
//! text that wants to be a command, a colour, a link or another line.

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::audit::{Certainty, Field, Source, Status};
use crate::finding::{Class, Confidence, Exposure, Reason, Region, Severity};
use crate::secret::{Fingerprint, REDACTED, Shown};

/// Text as a hostile repository would name things.
pub fn hostile(label: &str) -> String {
    format!(
        "{label}\n::error::x\r\n##[error]y\u{1b}[31m\u{202e}\u{200b}\u{9b}\u{7f}\u{e0041}%0A,z: [link](http://x) </td>|`"
    )
}

fn shown(text: &str) -> Shown {
    Shown::ours(text)
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn commit(digit: char, authored: i64) -> CommitRow {
    CommitRow {
        id: digit.to_string().repeat(40),
        author: shown(&hostile("Jane")),
        email: None,
        authored: time(authored),
        subject: shown(&hostile("add config")),
        signed: false,
    }
}

/// A place in `path`, at HEAD.
pub fn place(path: &str, line: u32) -> PlaceRow {
    PlaceRow {
        path: shown(path),
        uri: path
            .bytes()
            .map(|b| match b {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' => char::from(b).to_string(),
                other => format!("%{other:02X}"),
            })
            .collect(),
        region: Region {
            start_line: line,
            start_column: 7,
            end_line: line,
            end_column: 47,
        },
        line: shown(&format!("\ttoken = \"{REDACTED}\" {}", hostile("#"))),
        line_hash: 0x00ab_cdef,
        introduced: Some(commit('a', 1_600_000_000)),
        times: 1,
        at_head: Some(true),
        versions: 1,
        reach: None,
        message: false,
    }
}

/// A failing credential named by `seed`.
pub fn row(seed: &str, severity: Severity) -> Row {
    Row {
        rule: "example-token".to_owned(),
        reported: "example-token".to_owned(),
        name: "Example token".to_owned(),
        fingerprint: Fingerprint::of_strong(seed.as_bytes()),
        shown: "exk_…".to_owned(),
        value: None,
        key: Some(shown(&hostile("API_KEY"))),
        class: Class::Credential,
        severity,
        confidence: Confidence::High,
        fails: true,
        checks: vec![("crc32-base62", true)],
        reasons: vec!["random value"],
        also: vec!["other-token".to_owned()],
        layers: vec!["base64"],
        facts: Vec::new(),
        status: Status::Unknown,
        places: vec![place("src/app.py", 12)],
        timeline: None,
        rotate: "Delete it and create a new one.".to_owned(),
        console: "https://example.com/tokens".to_owned(),
    }
}

fn info(id: &str, severity: Severity) -> RuleInfo {
    RuleInfo {
        id: id.to_owned(),
        name: "Example token".to_owned(),
        provider: "Example".to_owned(),
        severity,
        exposure: Exposure::Secret,
        confidence: Confidence::High,
        docs: "https://example.com/docs".to_owned(),
        rotate: "Delete it.".to_owned(),
        console: String::new(),
        page: "# Example token\n\nText.\n".to_owned(),
    }
}

fn live() -> Row {
    let mut row = row("live", Severity::High);
    row.timeline = Some(TimelineRow {
        first: commit('a', 1_600_000_000),
        removed: None,
        at_head: true,
        complete: true,
    });
    row.status = Status::LiveUntil {
        at: time(1_900_000_000),
    };
    row.facts = vec![
        FactRow {
            field: Field::Expires,
            value: shown("2030-03-17T17:46:40Z"),
            time: Some(time(1_900_000_000)),
            source: Source::Bytes,
            certainty: Certainty::Certain,
        },
        FactRow {
            field: Field::Scope,
            value: shown(&hostile("repo:write")),
            time: None,
            source: Source::Bytes,
            certainty: Certainty::Stated,
        },
    ];
    row.places = (1..=5).map(|n| place(&format!("src/f{n}.py"), n)).collect();
    let mut old = place(&hostile("old/file.txt"), 3);
    old.at_head = Some(false);
    row.places.push(old);
    row
}

fn stale() -> Row {
    let mut row = row("stale", Severity::Info);
    row.reported = "stale/expired".to_owned();
    row.fails = false;
    row.status = Status::Expired {
        since: time(1_704_153_600),
        certainty: Certainty::Certain,
    };
    row.timeline = Some(TimelineRow {
        first: commit('b', 1_650_000_000),
        removed: Some(commit('c', 1_680_000_000)),
        at_head: false,
        complete: false,
    });
    let mut only = place(&hostile("dir:x/gone, file"), 9);
    only.at_head = Some(false);
    only.reach = Some(shown("refs/stash"));
    row.places = vec![only];
    row
}

fn sample_row() -> Row {
    let mut row = row("sample", Severity::Info);
    row.class = Class::Sample;
    row.reported = "info/example-token".to_owned();
    row.fails = false;
    row.shown = REDACTED.to_owned();
    row
}

fn pull() -> Row {
    let mut row = row("pull", Severity::Medium);
    row.fails = false;
    let mut at = place(".git-history/dddd/message", 1);
    at.reach = Some(shown("refs/pull"));
    at.at_head = Some(false);
    at.message = true;
    row.places = vec![at];
    row
}

fn skipped(reason: Reason, what: &str) -> SkippedRow {
    SkippedRow {
        reason,
        weight: reason.weight(),
        what: shown(what),
        detail: shown(""),
    }
}

/// A report of a history with everything in it.
pub fn sample() -> Report {
    let mut gaps: Vec<SkippedRow> = (0..5)
        .map(|n| skipped(Reason::TooLarge, &format!("big{n}.bin")))
        .collect();
    gaps.push(skipped(Reason::MissingObject, &hostile("0123")));
    Report {
        version: "0.1.0",
        mode: Mode::History,
        target: shown(&hostile(".")),
        now: time(1_790_000_000),
        rule_set: RuleSetInfo {
            version: "0.1.0".to_owned(),
            count: 150,
            hash: "0123456789abcdef".to_owned(),
        },
        rules: vec![info("example-token", Severity::High)],
        rows: vec![live(), pull(), stale(), sample_row()],
        hidden: Hidden {
            by_severity: [4, 8, 0, 0, 0],
            samples: 3,
        },
        skipped: gaps,
        ignored: IgnoredRows {
            files: 1_014,
            credential_stores: [
                "a/.env",
                "b/.env",
                "c/.env",
                &hostile("x.env"),
                "y",
                "z.key",
            ]
            .map(shown)
            .to_vec(),
        },
        read: Read {
            items: 1_234,
            bytes: 5_000_000,
        },
        history: Some(HistoryInfo {
            commits: 100,
            refs: vec![("branches", 2), ("tags", 3)],
            shallow: false,
            partial: false,
            head: Some("f".repeat(40)),
            remote: Some(shown("git.example.com:team/re po.git")),
        }),
        outcome: Outcome::Fails(1),
    }
}

fn empty(mode: Mode, outcome: Outcome) -> Report {
    Report {
        mode,
        rules: Vec::new(),
        rows: Vec::new(),
        hidden: Hidden::default(),
        skipped: Vec::new(),
        history: None,
        outcome,
        ..sample()
    }
}

fn text(format: &str, report: &Report, style: Style) -> String {
    let mut out = Vec::new();
    write(format, report, style, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn value(format: &str, report: &Report) -> Value {
    serde_json::from_str(&text(format, report, Style::default())).expect("valid JSON")
}

fn schema(text: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(text).expect("the schema is JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("the schema is valid")
}

fn holds(validator: &jsonschema::Validator, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .take(5)
        .map(|e| format!("{}: {e:.300}", e.instance_path))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn reports() -> Vec<Report> {
    let mut interrupted = empty(Mode::Tree, Outcome::Interrupted);
    interrupted.skipped = vec![skipped(Reason::Interrupted, "")];
    let mut open = sample();
    open.rows[0].value = Some(hostile("value"));
    open.rows[0].places[0].introduced = Some(CommitRow {
        email: Some(shown("jane@example.com")),
        ..commit('e', 1)
    });
    vec![
        sample(),
        open,
        empty(Mode::Tree, Outcome::Clean),
        empty(Mode::Staged, Outcome::Nothing("nothing is staged")),
        interrupted,
    ]
}

#[test]
fn json_and_its_lines_keep_to_their_schema() {
    let document = schema(include_str!("../../docs/report.schema.json"));
    let mut lines: Value =
        serde_json::from_str(include_str!("../../docs/report.schema.json")).expect("JSON");
    let root = lines.as_object_mut().expect("an object");
    for key in ["type", "required", "properties", "additionalProperties"] {
        root.remove(key);
    }
    root.insert("$ref".to_owned(), "#/$defs/line".into());
    let lines = schema(&lines.to_string());
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
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(6));
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

#[test]
fn ignored_files_are_counted_and_stores_named() {
    let mut report = sample();
    let human = text("human", &report, Style::default());
    assert!(human.contains("\n1,014 ignored files not scanned, among them a/.env, b/.env, "));
    assert!(
        human.contains(", y, 1 more like them: --ignored\n"),
        "{human}"
    );
    assert!(text("github", &report, Style::default()).contains("1,014 ignored files"));
    report.ignored.credential_stores.clear();
    report.ignored.files = 1;
    let human = text("human", &report, Style::default());
    assert!(
        human.contains("\n1 ignored file not scanned: --ignored\n"),
        "{human}"
    );
    report.ignored.files = 0;
    assert!(!text("human", &report, Style::default()).contains("--ignored"));
}

#[test]
fn sarif_keeps_to_the_official_schema() {
    let schema = schema(include_str!("../../fixtures/sarif-2.1.0.json"));
    for report in reports() {
        holds(&schema, &value("sarif", &report));
    }
}

#[test]
fn sarif_has_what_a_host_needs() {
    let log = value("sarif", &sample());
    assert_eq!(
        log["$schema"],
        "https://json.schemastore.org/sarif-2.1.0.json"
    );
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "keysweep/history/");
    assert_eq!(
        run["versionControlProvenance"][0]["repositoryUri"],
        "ssh://git.example.com/team/re%20po.git"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .map(Vec::len),
        Some(7)
    );
    assert_eq!(run["properties"]["ignoredFiles"], 1_014);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: Vec<_> = rules
        .iter()
        .map(|r| r["id"].as_str().expect("id"))
        .collect();
    assert_eq!(
        ids,
        ["example-token", "info/example-token", "stale/expired"]
    );
    assert_eq!(rules[0]["properties"]["security-severity"], "8.0");
    assert_eq!(rules[0]["properties"]["tags"][0], "security");
    assert_ne!(rules[1]["properties"]["tags"][0], "security");
    let results = run["results"].as_array().expect("results");
    // Five files at HEAD, one credential in a pull request, one gone, one sample.
    assert_eq!(results.len(), 8);
    let same: Vec<_> = results[..5]
        .iter()
        .map(|r| &r["partialFingerprints"]["keysweepCredential/v1"])
        .collect();
    assert!(same.iter().all(|f| *f == same[0]));
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .expect("uri");
        assert!(uri.is_ascii() && !uri.contains([' ', '\n', ',']), "{uri}");
    }
    let stale = results
        .iter()
        .find(|r| r["ruleId"] == "stale/expired")
        .expect("the stale one");
    let message = stale["message"]["text"].as_str().expect("text");
    assert!(
        message.contains("expired 2024-01-02 (certain)"),
        "{message}"
    );
    assert!(message.contains("bbbbbbbbbb"), "{message}");
    assert!(message.contains(r"\[link\](http://x)"), "{message}");
    assert!(!message.chars().any(escape::hidden));
    let life = &stale["properties"]["lifecycle"];
    assert_eq!(life["status"], "expired");
    assert_eq!(life["expires"], "2024-01-02T00:00:00Z");
    assert_eq!(life["firstSeen"]["commit"], "b".repeat(40));
    assert_eq!(life["presentInHead"], false);
    assert!(life["firstSeen"].get("email").is_none());
}

#[test]
fn repeated_line_hashes_are_numbered_from_the_top() {
    let mut report = sample();
    report.rows = vec![
        Row {
            places: vec![place("a.txt", 9)],
            ..row("1", Severity::Critical)
        },
        Row {
            places: vec![place("a.txt", 2)],
            ..row("2", Severity::Low)
        },
        Row {
            places: vec![place("b.txt", 2)],
            ..row("3", Severity::Low)
        },
    ];
    let log = value("sarif", &report);
    let hashes: Vec<_> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].clone())
        .collect();
    assert_eq!(hashes, ["abcdef:2", "abcdef:1", "abcdef:1"]);
}

#[test]
fn the_limits_of_a_host_cut_the_least_severe() {
    let mut report = sample();
    report.rows = (0..30_000)
        .map(|n| {
            let severity = if n % 2 == 0 {
                Severity::Low
            } else {
                Severity::Critical
            };
            Row {
                places: vec![place(&format!("f{n}"), 1)],
                ..row(&n.to_string(), severity)
            }
        })
        .collect();
    report.rows[0].places = (0..2_000)
        .map(|n| PlaceRow {
            at_head: Some(false),
            ..place(&format!("g{n}"), 1)
        })
        .collect();
    report.rows[0].severity = Severity::Critical;
    let text = text("sarif", &report, Style::default());
    let log: Value = serde_json::from_str(&text).expect("valid JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert!(results.len() <= 25_000);
    let kept = |level: &str| results.iter().filter(|r| r["level"] == level).count();
    assert_eq!(kept("error"), 15_001, "every severe result is kept");
    let left_out = run["properties"]["resultsLeftOut"]
        .as_u64()
        .expect("a count") as usize;
    assert_eq!(results.len() + left_out, 30_000);
    assert!(text.contains("less severe results were left out"));
    let many = results
        .iter()
        .find(|r| r.get("relatedLocations").is_some())
        .expect("the one with many places");
    assert_eq!(many["relatedLocations"].as_array().map(Vec::len), Some(100));
    assert_eq!(many["properties"]["relatedLocationsLeftOut"], 1_899);
}

#[test]
fn hostile_text_stays_text_in_every_format() {
    let loud = Style {
        terminal: true,
        color: false,
        all_rules: true,
        verbose: true,
        quiet: false,
    };
    for report in reports() {
        for format in FORMATS {
            for style in [
                Style::default(),
                loud,
                Style {
                    quiet: true,
                    ..loud
                },
            ] {
                let text = text(format, &report, style);
                let raw: Vec<char> = text
                    .chars()
                    .filter(|c| *c != '\n' && escape::hidden(*c))
                    .collect();
                assert!(raw.is_empty(), "{format}: {raw:?}");
                assert!(!text.contains("##["), "{format}");
                for line in text.lines() {
                    let command = line.trim_start().starts_with("::");
                    assert_eq!(command, *format == "github", "{format}: {line}");
                }
            }
        }
        let color = Style {
            color: true,
            ..loud
        };
        let text = text("human", &report, color);
        assert!(!text.contains("\u{1b}[31m\\u"), "no colour of theirs");
    }
}

#[test]
fn annotations_point_at_files_and_escape_them() {
    let text = text("github", &sample(), Style::default());
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines[0].starts_with("::error file=src/f1.py,line=1,col=7,endColumn=47,title=Example token (example-token)::high exk_…"),
        "{}", lines[0]
    );
    // Gone from HEAD: an annotation without a line.
    let gone = lines
        .iter()
        .find(|l| l.contains("stale/expired"))
        .expect("the stale one");
    assert!(gone.starts_with("::notice title="), "{gone}");
    assert!(gone.contains("%250A"), "{gone}");
    assert!(text.contains("::warning title=keysweep%3A not read::1 missing git object: 0123"));
}

#[test]
fn people_read_what_it_is_where_since_when_and_until_when() {
    let style = Style {
        terminal: true,
        ..Style::default()
    };
    let text = text("human", &sample(), style);
    for part in [
        "high: Example token",
        "value   exk_…  in API_KEY\\u{a}::error::x",
        "at      src/f1.py:1:7",
        "line    |   token = \"‹redacted›\"",
        "and     3 more places",
        "since   2020-09-13 by Jane",
        "still at HEAD",
        "status  live until 2030-03-17",
        "fact    scope repo:write",
        "rotate  Delete it and create a new one.",
        "console https://example.com/tokens",
        "since   at least 2022-04-15 by Jane",
        "removed 2023-03-28 by Jane",
        "(only in refs/stash",
        "status  expired 2024-01-02 (certain)",
        "info: Example token, sample  ‹redacted›  src/app.py:12:7  id ",
        "4 results: 1 high, 1 medium, 2 info; 1 fails; 1 sample among them",
        "12 below medium not shown (8 low, 4 info, 3 samples among them)",
        "1 certainly expired, 1 still at HEAD",
        "read 1,234 blobs and messages, 4.7 MiB, with 150 rules",
        "history: 100 commits in 2 branches, 3 tags",
        "a clone cannot hold: forks, force-pushed commits",
        "not scanned: 5 files over the size limit: big0.bin, big1.bin, big2.bin and 2 more",
        "NOT READ: 1 missing git object: 0123",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(!text.contains("clean"));
    assert!(
        text.ends_with("1 result fails; incomplete: not everything that was asked for was read\n")
    );
    let heading = text.find("only in pull-request refs").expect("the heading");
    assert!(heading > text.find("info: ").expect("the sample"));
    let piped = self::text("human", &sample(), Style::default());
    assert!(!piped.contains("line    |"), "no source lines in pipes");
}

#[test]
fn the_last_line_says_how_it_ended() {
    let last = |report: &Report| {
        let text = text("human", report, Style::default());
        text.lines().last().unwrap_or_default().to_owned()
    };
    let mut report = empty(Mode::Tree, Outcome::Clean);
    assert_eq!(last(&report), "clean");
    report.skipped = (0..3).map(|_| skipped(Reason::TooLarge, "x")).collect();
    assert_eq!(
        last(&report),
        "clean within limits (3 files over the size limit)"
    );
    report.skipped.push(skipped(Reason::Io, "y"));
    assert!(!last(&report).contains("clean"));
    report.outcome = Outcome::Incomplete;
    assert!(last(&report).starts_with("incomplete"));
    report.outcome = Outcome::Nothing("nothing is staged");
    assert_eq!(last(&report), "nothing to scan: nothing is staged");
    report.outcome = Outcome::Interrupted;
    assert!(last(&report).starts_with("interrupted"));
}

#[test]
fn gaps_are_told_even_when_there_was_nothing_to_scan_or_little_is_asked() {
    let mut report = empty(Mode::History, Outcome::Nothing("the range is empty"));
    report.skipped = vec![skipped(Reason::ShallowHistory, "")];
    for quiet in [false, true] {
        let style = Style {
            quiet,
            ..Style::default()
        };
        let text = text("human", &report, style);
        assert!(text.contains("NOT READ: shallow clone"), "{text}");
        assert!(text.ends_with("nothing to scan: the range is empty\n"));
    }
}

#[test]
fn ten_thousand_rows_are_all_shown() {
    let mut report = empty(Mode::Tree, Outcome::Fails(10_000));
    report.rows = (0..10_000)
        .map(|n| row(&n.to_string(), Severity::High))
        .collect();
    let text = text("human", &report, Style::default());
    assert_eq!(text.matches("  at      src/app.py:12:7").count(), 10_000);
    assert!(text.contains("10,000 results: 10,000 high; 10,000 fail\n"));
}

#[test]
fn an_unknown_format_is_an_error() {
    assert!(write("xml", &sample(), Style::default(), &mut Vec::new()).is_err());
}
