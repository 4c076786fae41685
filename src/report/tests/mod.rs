//! Every format over one report that holds what is awkward: history, expiry, samples, gaps, and
//! text that wants to be a command, a colour, a link or another line.

mod cut;
mod every;
mod github;
mod hook;
mod human;
mod json;
mod markdown;
mod sarif;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::finding::{
    Certainty, Class, Confidence, Exposure, Field, Mode, Reason, Region, Severity, Source, Status,
    SuppressedBy, Weight,
};
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
        member: None,
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
        name: None,
        suppressed: None,
    }
}

/// A failing credential named by `seed`.
pub fn row(seed: &str, severity: Severity) -> Row {
    Row {
        rule: "example-token".to_owned(),
        reported: "example-token".to_owned(),
        local: false,
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
        suppressed: None,
    }
}

/// A result that a comment hides; `new` when the change brought the comment.
fn allowed(seed: &str, new: bool) -> Row {
    let mut row = row(seed, Severity::Critical);
    row.fails = false;
    let cause = SuppressedRow {
        by: if new {
            SuppressedBy::Inline
        } else {
            SuppressedBy::Baseline
        },
        source: if new {
            "keysweep:allow".to_owned()
        } else {
            ".keysweep-baseline".to_owned()
        },
        line: 12,
        reason: Some(shown(&hostile("why"))),
        until: (!new).then(|| "2027-01-01".to_owned()),
        new,
    };
    row.places[0].suppressed = Some(cause.clone());
    row.suppressed = Some(cause);
    row
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
    gaps.push(SkippedRow {
        weight: Weight::Accepted,
        ..skipped(Reason::ShallowHistory, &hostile("refs/heads/x"))
    });
    Report {
        version: "0.1.0",
        mode: Mode::History,
        base: Base::Root,
        target: shown(&hostile(".")),
        now: time(1_790_000_000),
        rule_set: RuleSetInfo {
            version: "0.1.0".to_owned(),
            count: 150,
            hash: "0123456789abcdef".to_owned(),
        },
        rules: vec![info("example-token", Severity::High)],
        rows: vec![live(), pull(), stale(), sample_row()],
        suppressed: vec![allowed("new", true), allowed("old", false)],
        suppression: SuppressionInfo {
            expired: vec![IdleEntry {
                line: 4,
                what: shown(&hostile("example-token 01234567")),
            }],
            unused: vec![IdleEntry {
                line: 5,
                what: shown("example-token 89abcdef"),
            }],
        },
        configuration: Some(ConfigurationRow {
            file: shown(&hostile("keysweep.toml")),
            hidden: 2,
            spared: 1,
        }),
        strict: false,
        hidden: Hidden {
            by_severity: [4, 8, 0, 0, 0],
            samples: 3,
            uncertain: 2,
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
            unreached: 3,
        }),
        range: Some(RangeRow {
            asked: shown(&hostile("main..topic")),
            from: Some("a".repeat(40)),
            to: Some("b".repeat(40)),
            base: None,
            commits: 3,
        }),
        outcome: Outcome::Fails(1),
    }
}

fn empty(mode: Mode, outcome: Outcome) -> Report {
    Report {
        mode,
        rules: Vec::new(),
        rows: Vec::new(),
        suppressed: Vec::new(),
        suppression: SuppressionInfo::default(),
        hidden: Hidden::default(),
        skipped: Vec::new(),
        history: None,
        range: None,
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
