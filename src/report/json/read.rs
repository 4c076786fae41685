//! Reads a report back, from a document or from JSON lines.

use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::{Report, SchemaVersion};
use super::lines::{Holds, Line};

/// Why a report cannot be read back, as a sentence for people: which member of which version of the
/// schema, and where. It may quote the file; escape it for where it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Reads what `--format json` or `--format jsonl` wrote. JSON lines hold no rules, so the report of
/// such a file has none. What formats do not write (masked lines, the base of paths) is empty.
/// Members that are not known are passed over.
///
/// # Errors
/// The text is no JSON, not whole, no report, or of another version of the schema; or one of its
/// members is missing or not of its kind.
pub fn read(text: &[u8]) -> Result<Report, Unreadable> {
    let lines: Vec<(usize, &[u8])> = (1..)
        .zip(text.split(|byte| *byte == b'\n'))
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .collect();
    // A document is written over many lines and its first is no JSON; one on a single line, which
    // other programs write, says no type.
    let first = lines.first().map_or(&b""[..], |(_, line)| line);
    match serde_json::from_slice::<Head>(first) {
        Ok(head) if head.holds.is_some() => read_lines(&lines),
        _ => one(text, 1),
    }
}

/// What is looked at before anything else, so that a report of another version is called so.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<serde_json::Value>,
    #[serde(rename = "type")]
    holds: Option<serde_json::Value>,
    run: Option<HeadRun>,
}

#[derive(Deserialize)]
struct HeadRun {
    version: Option<String>,
}

fn read_lines(lines: &[(usize, &[u8])]) -> Result<Report, Unreadable> {
    let (mut run, mut summary) = (None, None);
    let (mut findings, mut suppressed) = (Vec::new(), Vec::new());
    let (mut notices, mut listed, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for (number, text) in lines {
        let fail = |why: &str| Err(Unreadable(format!("line {number}: {why}")));
        if summary.is_some() {
            return fail("it stands behind the `summary`, which is the last line of a report");
        }
        let line: Line<'_> = one(text, *number)?;
        let found = match line.holds {
            Holds::Run => {
                if run.is_some() {
                    return fail("a second `run`: these are the lines of two reports");
                }
                run = line.run;
                run.is_some()
            }
            Holds::Finding => add(&mut findings, line.finding),
            Holds::Suppressed => add(&mut suppressed, line.suppressed),
            Holds::Notice => add(&mut notices, line.notice),
            Holds::Listed => add(&mut listed, line.listed),
            Holds::Skipped => add(&mut skipped, line.skipped),
            Holds::Summary => {
                summary = line.summary;
                summary.is_some()
            }
        };
        if !found {
            return fail("the member that has the name of the line's `type` is missing");
        }
    }
    let cut = "it was cut off: the last line of a report is of type `summary`";
    let missing = |why: &str| Unreadable(why.to_owned());
    Ok(Report {
        schema_version: SchemaVersion,
        run: run
            .ok_or_else(|| missing("no line of type `run`, with which a report begins"))?
            .into_owned(),
        summary: summary.ok_or_else(|| missing(cut))?.into_owned(),
        rules: Vec::new(),
        findings,
        suppressed,
        notices,
        listed,
        skipped,
        ends: Vec::new(),
        base: Default::default(),
    })
}

fn add<T: Clone>(to: &mut Vec<T>, one: Option<std::borrow::Cow<'_, T>>) -> bool {
    let found = one.is_some();
    to.extend(one.map(std::borrow::Cow::into_owned));
    found
}

/// Reads one value. `line` is the number of its first line in the file.
fn one<T: DeserializeOwned>(text: &[u8], line: usize) -> Result<T, Unreadable> {
    version(text, line)?;
    let json = &mut serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
        let (what, at) = said(error.inner(), line);
        let member = match error.path().to_string().as_str() {
            "." => String::new(),
            path => format!(", `{path}`"),
        };
        let version = SchemaVersion::NUMBER;
        Unreadable(format!("schema version {version}{member}: {what}{at}"))
    })?;
    json.end().map_err(|error| {
        let (what, at) = said(&error, line);
        Unreadable(format!(
            "{what}{at}: a report is one JSON document, or lines of JSON"
        ))
    })?;
    Ok(value)
}

/// Refuses what is no report of the version that is read.
fn version(text: &[u8], line: usize) -> Result<(), Unreadable> {
    let json = &mut serde_json::Deserializer::from_slice(text);
    let head = Head::deserialize(json).map_err(|error| {
        let (what, at) = said(&error, line);
        Unreadable(match error.is_eof() {
            true => format!("it ends in the middle{at}: it was cut off, or is no JSON"),
            false if error.is_data() => format!("it is no report of keysweep: {what}{at}"),
            false => format!("it is no JSON: {what}{at}"),
        })
    })?;
    let Some(version) = head.schema_version else {
        let why = "it is no report of keysweep: `schema_version` is missing; write one with \
                   `--format json` or `--output json=FILE`";
        return Err(Unreadable(why.to_owned()));
    };
    let known = SchemaVersion::NUMBER;
    let by = head.run.and_then(|run| run.version);
    let by = by.map_or(String::new(), |by| format!(", written by keysweep {by}"));
    match version.as_u64() {
        Some(number) if number == u64::from(known) => Ok(()),
        Some(number) if number > u64::from(known) => Err(Unreadable(format!(
            "it has schema version {number}{by}, and this keysweep ({}) reads version {known}: use \
             the newer keysweep, or write the report again with this one",
            env!("CARGO_PKG_VERSION")
        ))),
        _ => Err(Unreadable(format!(
            "`schema_version` is {version}, and no keysweep wrote that{by}: the versions begin at 1"
        ))),
    }
}

/// What serde says, without its place; and the place in the file, from 1.
fn said(error: &serde_json::Error, first: usize) -> (String, String) {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text).to_owned();
    let line = first + error.line().saturating_sub(1);
    (what, format!(" (line {line}, column {})", error.column()))
}
