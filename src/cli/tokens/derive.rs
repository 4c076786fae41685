//! `keysweep tokens check --derive`: what the history says of when tokens were rotated, beside what the register says.
//! Dates that people keep by hand grow old; git knows when a value took the place of another.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;

use super::super::args::{Common, Limits};
use super::super::{DELTA_BUDGET, With, output, scan};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::finding::{Class, DAY, Field, Source, date};
use keysweep::register::{Names, Register};
use keysweep::report::{Finding, Report, terminal};
use keysweep::source::{HistoryOptions, git_dir};

/// What the history says of one entry.
struct Derived<'a> {
    finding: &'a Finding,
    at: Timestamp,
    by: Option<String>,
}

/// Prints the changes that the register lacks, as commands that make them.
///
/// # Errors
/// There is no history, and what makes a scan pointless.
pub fn run(root: &Path, register: &Register, common: &Common, limits: &Limits) -> Result<ExitCode> {
    if git_dir(root).is_none() {
        bail!(
            "--derive: {} has no history that could say when a value changed",
            root.display()
        );
    }
    let input = Input::History(HistoryOptions {
        path: root.to_owned(),
        unreachable: false,
        full: false,
        threads: limits.threads,
        allow_alternates: Vec::new(),
        delta_budget: DELTA_BUDGET,
        max_object: MAX_FILE_SIZE,
        git_config: false,
    });
    let with = With {
        register: Some(register.clone()),
        ..With::default()
    };
    let report = scan(input, limits, common, with)?;
    let mut out = std::io::stdout().lock();
    write(register, &report, &mut out)
        .and_then(|()| out.flush())
        .context("standard output cannot be written")?;
    Ok(output::ended(&[&report]))
}

fn write(register: &Register, report: &Report, out: &mut impl Write) -> std::io::Result<()> {
    let derived = derived(register, report);
    let mut changed = 0;
    for (entry, derived) in register.entries.iter().zip(derived) {
        let Some(derived) = derived.filter(|_| !entry.is_over()) else {
            continue;
        };
        let says = entry.changed().map(|at| at.value);
        // A register keeps days.
        if says.is_some_and(|says| derived.at.as_second() - says.as_second() < DAY) {
            continue;
        }
        changed += 1;
        let by = derived.by.map(|by| format!(" by {by}")).unwrap_or_default();
        let place = derived.finding.first_place();
        let place = place.map(|place| format!(", in {}", place.line_in_file()));
        let says = match says {
            Some(says) => format!("the register says {}", date(says)),
            None => "the register does not say when".to_owned(),
        };
        let line = format!(
            "{}: its value changed on {}{by}{}; {says}.",
            entry.id,
            date(derived.at),
            place.unwrap_or_default()
        );
        writeln!(out, "{}", terminal(&line))?;
        let command = format!(
            "keysweep tokens edit {} rotated={}",
            entry.id,
            date(derived.at)
        );
        writeln!(out, "  {}", terminal(&command))?;
    }
    match changed {
        0 => writeln!(
            out,
            "The history knows of no change that the register lacks."
        ),
        1 => writeln!(out, "1 change; nothing was written."),
        n => writeln!(out, "{n} changes; nothing was written."),
    }
}

/// For each entry the newest change of its value that the history knows.
fn derived<'a>(register: &Register, report: &'a Report) -> Vec<Option<Derived<'a>>> {
    let names = Names::of(register);
    let prints: HashMap<_, usize> = register
        .entries
        .iter()
        .enumerate()
        .filter_map(|(n, entry)| Some((entry.fingerprint.as_ref()?.value, n)))
        .collect();
    let mut out: Vec<Option<Derived<'a>>> = register.entries.iter().map(|_| None).collect();
    for finding in &report.findings {
        if finding.class != Class::Credential || finding.part_of.is_some() {
            continue;
        }
        let key = finding.key.as_ref().map(|key| names.get(key.as_str()));
        let entry = match (prints.get(&finding.fingerprint), key) {
            (Some(n), _) => *n,
            (None, Some([n])) => *n,
            _ => continue,
        };
        // A value that was written down and replaced says when the next one came.
        let fields = [
            (Field::Rotated, Field::RotatedBy),
            (Field::Replaced, Field::ReplacedBy),
        ];
        for (when, who) in fields {
            let fact = |field: Field| finding.facts_of(field).find(|it| it.source == Source::Git);
            let Some(at) = fact(when).and_then(|fact| fact.time) else {
                continue;
            };
            if out[entry].as_ref().is_none_or(|known| known.at < at) {
                let by = fact(who).map(|fact| fact.value.as_str().to_owned());
                out[entry] = Some(Derived { finding, at, by });
            }
        }
    }
    out
}
