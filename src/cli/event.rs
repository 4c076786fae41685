//! `keysweep event`: what the GitHub Action asks about its own run. The payload of an event and
//! the finished report are JSON, which a shell cannot read; here they become lines of
//! `name=value`, checked so that a shell may use them as they are.
//!
//! Nothing is fetched or scanned here.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use serde_json::Value;

/// Reads the event of a workflow run, or the report of a scan, for the action's scripts.
#[derive(Args)]
pub struct Event {
    #[command(subcommand)]
    ask: Ask,
}

#[derive(Subcommand)]
enum Ask {
    /// What is to be scanned for GITHUB_EVENT_NAME with the payload at GITHUB_EVENT_PATH.
    Plan,
    /// The counts of a JSON report.
    Counts {
        /// The report.
        report: PathBuf,
    },
}

/// Runs the verb.
pub fn run(event: Event) -> Result<ExitCode> {
    let text = match event.ask {
        Ask::Plan => {
            let name = std::env::var("GITHUB_EVENT_NAME")
                .context("GITHUB_EVENT_NAME is not set: this runs inside a workflow")?;
            let path = std::env::var_os("GITHUB_EVENT_PATH")
                .context("GITHUB_EVENT_PATH is not set: this runs inside a workflow")?;
            let payload = read(Path::new(&path), "the event's payload", MAX_PAYLOAD)?;
            planned(&name, &payload)?
        }
        Ask::Counts { report } => counts(&read(&report, "the report", u64::MAX)?),
    };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Hosts send payloads of up to 25 MB.
const MAX_PAYLOAD: u64 = 32 << 20;

fn read(path: &Path, what: &str, max: u64) -> Result<Value> {
    let wrong = || format!("{what} {} cannot be read", path.display());
    let meta = std::fs::metadata(path).with_context(wrong)?;
    // Opening a pipe would wait for a writer.
    if !meta.is_file() {
        bail!("{what} {} is no regular file", path.display());
    }
    if meta.len() > max {
        bail!(
            "{what} {} is larger than {} MiB, which no event is",
            path.display(),
            max >> 20
        );
    }
    let text = std::fs::read(path).with_context(wrong)?;
    serde_json::from_slice(&text).with_context(|| format!("{what} {} is not JSON", path.display()))
}

/// The lines for an event with this payload. The fuzz target `payloads` asks it too.
pub fn planned(event: &str, payload: &Value) -> Result<String> {
    Ok(plan(event, payload)?.lines())
}

/// What a run is to scan.
#[derive(Debug, Default, PartialEq, Eq)]
struct Plan {
    /// `range`, `history`, `tree` or `none`.
    kind: &'static str,
    /// Where a range starts: an object id.
    base: Option<String>,
    /// Where it starts when that is a branch, which must be looked up first.
    branch: Option<String>,
    /// Where it ends.
    head: Option<String>,
    /// `..` or, from the merge base on, `...`.
    dots: &'static str,
    /// The pull request.
    number: Option<u64>,
    /// Why, in words of ours.
    why: String,
}

impl Plan {
    fn lines(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, value: &str| {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{name}={value}");
        };
        line("kind", self.kind);
        line("base", self.base.as_deref().unwrap_or_default());
        line("branch", self.branch.as_deref().unwrap_or_default());
        line("head", self.head.as_deref().unwrap_or_default());
        line("dots", self.dots);
        line(
            "number",
            &self.number.map(|n| n.to_string()).unwrap_or_default(),
        );
        line("why", &self.why);
        out
    }
}

fn plan(event: &str, payload: &Value) -> Result<Plan> {
    match event {
        "push" => push(payload),
        "pull_request" | "pull_request_target" => Ok(Plan {
            kind: "range",
            base: Some(oid(payload, "/pull_request/base/sha")?),
            head: Some(oid(payload, "/pull_request/head/sha")?),
            dots: "...",
            number: payload
                .pointer("/pull_request/number")
                .and_then(Value::as_u64),
            why: "what the pull request brings, from the merge base on".to_owned(),
            ..Plan::default()
        }),
        "merge_group" => Ok(Plan {
            kind: "range",
            base: Some(oid(payload, "/merge_group/base_sha")?),
            head: Some(oid(payload, "/merge_group/head_sha")?),
            dots: "..",
            why: "what the merge group brings".to_owned(),
            ..Plan::default()
        }),
        "workflow_run" => Ok(Plan {
            kind: "range",
            branch: Some(default_branch(payload)?),
            head: Some(oid(payload, "/workflow_run/head_sha")?),
            dots: "...",
            why: "what the other workflow ran on, from the merge base with the default branch on"
                .to_owned(),
            ..Plan::default()
        }),
        "schedule" | "workflow_dispatch" => Ok(Plan {
            kind: "history",
            why: "the whole history".to_owned(),
            ..Plan::default()
        }),
        _ => Ok(Plan {
            kind: "tree",
            why: "this kind of event names no commits, so the whole tree is scanned".to_owned(),
            ..Plan::default()
        }),
    }
}

fn push(payload: &Value) -> Result<Plan> {
    let head = oid(payload, "/after")?;
    let before = oid(payload, "/before")?;
    let zero = |oid: &str| oid.bytes().all(|byte| byte == b'0');
    if zero(&head) {
        return Ok(Plan {
            kind: "none",
            why: "a branch or tag was deleted".to_owned(),
            ..Plan::default()
        });
    }
    let forced = payload.pointer("/forced").and_then(Value::as_bool) == Some(true);
    let plain = Plan {
        kind: "range",
        base: Some(before.clone()),
        head: Some(head.clone()),
        dots: "..",
        why: "what the push brings".to_owned(),
        ..Plan::default()
    };
    if !forced && !zero(&before) {
        return Ok(plain);
    }
    let branch = default_branch(payload)?;
    let itself = payload.pointer("/ref").and_then(Value::as_str)
        == Some(format!("refs/heads/{branch}").as_str());
    Ok(match (itself, zero(&before)) {
        (true, true) => Plan {
            kind: "history",
            why: "the first push of the default branch: the whole history".to_owned(),
            ..Plan::default()
        },
        // Its merge base with itself says nothing; the host keeps what was there for a while.
        (true, false) => Plan {
            why: "what the forced push of the default branch brings".to_owned(),
            ..plain
        },
        (false, _) => Plan {
            kind: "range",
            branch: Some(branch),
            head: Some(head),
            dots: "...",
            why: "what the branch brings, from the merge base with the default branch on"
                .to_owned(),
            ..Plan::default()
        },
    })
}

/// An object id of the payload: hexadecimal, of the length of SHA-1 or SHA-256.
fn oid(payload: &Value, pointer: &str) -> Result<String> {
    let name = pointer[1..].replace('/', ".");
    match payload.pointer(pointer).and_then(Value::as_str) {
        Some(text)
            if matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit()) =>
        {
            Ok(text.to_ascii_lowercase())
        }
        Some(_) => bail!("the event's payload has no object id at `{name}`"),
        None => bail!("the event's payload has no `{name}`, which this event must have"),
    }
}

/// The default branch, as a name that git would take and that fits on a line.
fn default_branch(payload: &Value) -> Result<String> {
    let name = payload
        .pointer("/repository/default_branch")
        .and_then(Value::as_str)
        .context("the event's payload has no `repository.default_branch`")?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    if name.is_empty() || name.starts_with(['-', '/']) || name.contains("..") || name.contains(odd)
    {
        bail!("the default branch that the event's payload names is no name of a branch");
    }
    Ok(name.to_owned())
}

/// The action's outputs of a report.
fn counts(report: &Value) -> String {
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let fails = findings
        .iter()
        .filter(|finding| finding["fails"] == Value::Bool(true))
        .count();
    let complete = report["summary"]["complete"] == Value::Bool(true);
    let suppressions = report
        .pointer("/summary/suppressed/new")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    format!(
        "findings={}\nnew-findings={fails}\nnew-suppressions={suppressions}\ncomplete={complete}\n",
        findings.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(event: &str, payload: Value) -> Plan {
        plan(event, &payload).expect("a payload as it should be")
    }

    fn id(digit: char) -> String {
        digit.to_string().repeat(40)
    }

    fn push(before: &str, after: &str, forced: bool, name: &str) -> Plan {
        of(
            "push",
            json!({"before": before, "after": after, "forced": forced, "ref": name,
                   "repository": {"default_branch": "trunk/1"}}),
        )
    }

    #[test]
    fn pushes() {
        let (a, b, zero) = (id('a'), id('b'), id('0'));
        let plain = push(&a, &b, false, "refs/heads/x");
        assert_eq!((plain.kind, plain.dots), ("range", ".."));
        assert_eq!((plain.base, plain.head), (Some(a.clone()), Some(b.clone())));
        for new in [
            push(&zero, &b, false, "refs/heads/x"),
            push(&a, &b, true, "refs/heads/x"),
            push(&zero, &b, false, "refs/tags/v1"),
        ] {
            assert_eq!((new.kind, new.dots), ("range", "..."));
            assert_eq!(new.branch.as_deref(), Some("trunk/1"));
            assert_eq!((new.base, new.head), (None, Some(b.clone())));
        }
        assert_eq!(push(&a, &zero, false, "refs/heads/x").kind, "none");
        assert_eq!(push(&zero, &b, false, "refs/heads/trunk/1").kind, "history");
        let forced = push(&a, &b, true, "refs/heads/trunk/1");
        assert_eq!((forced.kind, forced.base), ("range", Some(a)));
    }

    #[test]
    fn other_events() {
        let pull = of(
            "pull_request",
            json!({"pull_request": {"number": 7, "base": {"sha": id('a')}, "head": {"sha": id('B')}}}),
        );
        assert_eq!(
            pull.lines(),
            format!(
                "kind=range\nbase={}\nbranch=\nhead={}\ndots=...\nnumber=7\nwhy={}\n",
                id('a'),
                id('b'),
                pull.why
            )
        );
        assert_eq!(
            of("schedule", json!({"schedule": "0 3 * * 1"})).kind,
            "history"
        );
        assert_eq!(of("release", json!({})).kind, "tree");
    }

    #[test]
    fn nothing_of_a_payload_reaches_a_shell_unchecked() {
        for wrong in [
            "",
            "main",
            "$(x)",
            &format!("{}\nkind=none", id('a')),
            &"g".repeat(40),
        ] {
            let payload = json!({"merge_group": {"base_sha": wrong, "head_sha": id('a')}});
            let error = plan("merge_group", &payload).expect_err("refused");
            assert!(
                error.to_string().contains("merge_group.base_sha"),
                "{error}"
            );
        }
        for wrong in ["", "-x", "a\nb", "a b", "a..b", "a:b", "/a"] {
            let payload = json!({"before": id('0'), "after": id('a'), "ref": "refs/heads/x",
                                 "repository": {"default_branch": wrong}});
            assert!(plan("push", &payload).is_err(), "{wrong:?}");
        }
        assert!(plan("push", &json!([])).is_err());
    }

    #[test]
    fn counts_of_a_report() {
        let report = json!({"findings": [{"fails": true}, {"fails": false}],
                            "summary": {"complete": true, "suppressed": {"new": 4}}});
        assert_eq!(
            counts(&report),
            "findings=2\nnew-findings=1\nnew-suppressions=4\ncomplete=true\n"
        );
        assert!(counts(&json!(3)).ends_with("complete=false\n"));
    }
}
