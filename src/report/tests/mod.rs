//! Every format over one report that holds what is awkward: history, expiry, samples, gaps, and
//! text that wants to be a command, a colour, a link or another line.

mod cut;
mod every;
mod github;
mod hook;
mod human;
mod json;
mod markdown;
mod merge;
mod notices;
mod sarif;
mod template;

use jiff::Timestamp;
use serde_json::Value;

use super::*;
use crate::finding::SuppressedBy;
use crate::finding::{Certainty, Field, Source, Status};
use crate::finding::{Class, Confidence, Exposure, PlaceKind, Reason, Region, Severity, Weight};
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

fn commit(digit: char, authored: i64) -> Commit {
    Commit {
        id: digit.to_string().repeat(40),
        author: shown(&hostile("Jane")),
        email: None,
        date: time(authored),
        subject: shown(&hostile("add config")),
        signed: false,
        link: None,
    }
}

/// A place in `path`, at HEAD.
pub fn place(path: &str, line: u32) -> Place {
    Place {
        repository: None,
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
        link: None,
        line: shown(&format!("\ttoken = \"{REDACTED}\" {}", hostile("#"))),
        mark: 10..20,
        line_hash: 0x00ab_cdef,
        introduced: Some(commit('a', 1_600_000_000)),
        times_introduced: 1,
        at_head: Some(true),
        versions: 1,
        only_in: None,
        kind: PlaceKind::Source,
        message: false,
        name: None,
        suppressed: None,
    }
}

/// A failing credential named by `seed`.
pub fn row(seed: &str, severity: Severity) -> Finding {
    Finding {
        guessable: false,
        rule: "example-token".to_owned(),
        reported: "example-token".to_owned(),
        name: "Example token".to_owned(),
        id: Fingerprint::of_strong(seed.as_bytes()).short(),
        fingerprint: Fingerprint::of_strong(seed.as_bytes()),
        shown: "exk_…".to_owned(),
        value: None,
        key: Some(shown(&hostile("API_KEY"))),
        class: Class::Credential,
        severity,
        confidence: Confidence::High,
        probability: Some(0.97),
        fails: true,
        folded: false,
        part_of: None,
        parts: Vec::new(),
        evidence: Evidence {
            ground: "proof".to_owned(),
            checks: vec![Check {
                name: "crc32-base62".into(),
                passed: true,
            }],
            reasons: vec!["random value".into()],
            also: vec!["other-token".to_owned()],
            layers: vec!["base64".into()],
        },
        facts: Vec::new(),
        conditions: Vec::new(),
        status: Status::Unknown,
        places: vec![place("src/app.py", 12)],
        timeline: None,
        rotate: Some("Delete it and create a new one.".to_owned()),
        console: Some("https://example.com/tokens".to_owned()),
        suppressed: None,
    }
}

/// A result that a comment hides; `new` when the change brought the comment.
fn allowed(seed: &str, new: bool) -> Finding {
    let mut row = row(seed, Severity::Critical);
    row.fails = false;
    let cause = Suppression {
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
        until: (!new).then(|| jiff::civil::date(2027, 1, 1)),
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
        docs: Some("https://example.com/docs".to_owned()),
        rotate: Some("Delete it.".to_owned()),
        console: None,
        page: "# Example token\n\nText.\n".to_owned(),
    }
}

fn live() -> Finding {
    let mut row = row("live", Severity::High);
    row.timeline = Some(Timeline {
        first: commit('a', 1_600_000_000),
        removed: None,
        at_head: true,
        complete: true,
    });
    row.status = Status::LiveUntil {
        at: time(1_900_000_000),
    };
    row.facts = vec![
        Fact {
            field: Field::Expires,
            value: shown("2030-03-17T17:46:40Z"),
            time: Some(time(1_900_000_000)),
            source: Source::Bytes,
            certainty: Certainty::Certain,
        },
        Fact {
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

fn stale() -> Finding {
    let mut row = row("stale", Severity::Info);
    row.reported = "stale/expired".to_owned();
    row.fails = false;
    row.status = Status::Expired {
        since: time(1_704_153_600),
        certainty: Certainty::Certain,
    };
    row.timeline = Some(Timeline {
        first: commit('b', 1_650_000_000),
        removed: Some(commit('c', 1_680_000_000)),
        at_head: false,
        complete: false,
    });
    let mut only = place(&hostile("dir:x/gone, file"), 9);
    only.at_head = Some(false);
    only.only_in = Some(shown("refs/stash"));
    row.places = vec![only];
    row
}

fn sample_row() -> Finding {
    let mut row = row("sample", Severity::Info);
    row.class = Class::Sample;
    row.reported = "info/example-token".to_owned();
    row.fails = false;
    row.shown = REDACTED.to_owned();
    row
}

fn pull() -> Finding {
    let mut row = row("pull", Severity::Medium);
    row.fails = false;
    let mut at = place(".git-history/dddd/message", 1);
    at.only_in = Some(shown("refs/pull"));
    at.at_head = Some(false);
    at.message = true;
    row.places = vec![at];
    row
}

fn skipped(reason: Reason, what: &str) -> Skipped {
    Skipped {
        reason,
        weight: reason.weight(),
        what: shown(what),
        detail: shown(""),
    }
}

/// A token of a list, hostile wherever a server's users choose the text.
pub(super) fn listed() -> Listed {
    let text = |text: &str| Shown::ours(hostile(text));
    Listed {
        list: text("git.test"),
        kind: "gitea".into(),
        taken: Some(time(9)),
        id: text("8"),
        name: text("deploy"),
        owner: text("boss"),
        made_by: text("ann"),
        scope: vec![text("write:repository"), text("read:user")],
        created: Some(time(1)),
        expires: None,
        never_expires: true,
        last_used: None,
        never_used: true,
        state: crate::lists::State::Active,
        findings: vec![live().fingerprint],
    }
}

/// A report of a history with everything in it.
pub fn sample() -> Report {
    let mut gaps: Vec<Skipped> = (0..5)
        .map(|n| skipped(Reason::TooLarge, &format!("big{n}.bin")))
        .collect();
    gaps.push(skipped(Reason::MissingObject, &hostile("0123")));
    gaps.push(Skipped {
        weight: Weight::Accepted,
        ..skipped(Reason::ShallowHistory, &hostile("refs/heads/x"))
    });
    let mut summary = Summary::new(Outcome::Fails);
    summary.hidden = Hidden {
        total: 12,
        by_severity: BySeverity {
            low: 8,
            info: 4,
            ..BySeverity::default()
        },
        samples: 3,
        uncertain: 2,
    };
    summary.suppressed.expired_entries = vec![IdleEntry {
        line: 4,
        entry: shown(&hostile("example-token 01234567")),
    }];
    summary.suppressed.unused_entries = vec![IdleEntry {
        line: 5,
        entry: shown("example-token 89abcdef"),
    }];
    let stores = [
        "a/.env",
        "b/.env",
        "c/.env",
        &hostile("x.env"),
        "y",
        "z.key",
    ];
    summary.ignored = Ignored {
        files: 1_014,
        credential_stores: stores.map(shown).to_vec(),
    };
    summary.read = Read {
        items: 1_234,
        bytes: 5_000_000,
    };
    Report {
        schema_version: SchemaVersion,
        run: run(),
        summary,
        rules: vec![info("example-token", Severity::High)],
        findings: vec![live(), pull(), stale(), sample_row()],
        suppressed: vec![allowed("new", true), allowed("old", false)],
        notices: Vec::new(),
        listed: vec![listed()],
        skipped: gaps,
        ends: Vec::new(),
        base: Base::Root,
    }
    .settled(false)
}

fn run() -> Run {
    let group = |group: &'static str, count| RefGroup {
        group: group.into(),
        count,
    };
    Run {
        tool: Tool::Keysweep,
        version: "0.1.0".into(),
        mode: Mode::History,
        target: shown(&hostile(".")),
        web: None,
        now: time(1_790_000_000),
        rule_set: RuleSetInfo {
            version: "0.1.0".to_owned(),
            count: 150,
            hash: "0123456789abcdef".to_owned(),
        },
        register: None,
        configuration: Some(Configuration {
            file: shown(&hostile("keysweep.toml")),
            hidden: 2,
            spared: 1,
        }),
        history: Some(History {
            commits: 100,
            refs: vec![group("branches", 2), group("tags", 3)],
            shallow: false,
            partial: false,
            head: Some("f".repeat(40)),
            remote: Some(shown("git.example.com:team/re po.git")),
            unreached: 3,
            not_in_a_clone: words::NOT_IN_A_CLONE.into(),
        }),
        range: Some(Range {
            asked: shown(&hostile("main..topic")),
            from: Some("a".repeat(40)),
            to: Some("b".repeat(40)),
            base: None,
            commits: 3,
        }),
    }
}

/// A report that lists nothing. What is read and ignored is that of the sample.
fn empty(mode: Mode, outcome: Outcome) -> Report {
    let full = sample().summary;
    Report {
        run: Run {
            mode,
            history: None,
            range: None,
            ..run()
        },
        summary: Summary {
            read: full.read,
            ignored: full.ignored,
            ..Summary::new(outcome)
        },
        rules: Vec::new(),
        findings: Vec::new(),
        suppressed: Vec::new(),
        skipped: Vec::new(),
        ..sample()
    }
    .settled(false)
}

fn nothing(mode: Mode, why: &'static str) -> Report {
    let mut report = empty(mode, Outcome::Nothing);
    report.summary.reason = Some(why.into());
    report
}

/// The report in a format; what a test changed in it is counted first.
fn text(format: &str, report: &Report, style: Style) -> String {
    let format: &dyn Format = match format {
        "hook" => &Hook,
        name => super::format(name).expect("a format"),
    };
    let mut out = Vec::new();
    let report = report.clone().settled(false);
    write(format, &report, style, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn value(format: &str, report: &Report) -> Value {
    serde_json::from_str(&text(format, report, Style::default())).expect("valid JSON")
}

fn validator(text: &str) -> jsonschema::Validator {
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
    open.findings[0].value = Some(hostile("value"));
    open.findings[0].places[0].introduced = Some(Commit {
        email: Some(shown("jane@example.com")),
        ..commit('e', 1)
    });
    vec![
        sample(),
        notices::noticed(),
        open,
        empty(Mode::Tree, Outcome::Clean),
        nothing(Mode::Staged, "nothing is staged"),
        interrupted,
    ]
}
