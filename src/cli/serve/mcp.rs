//! `keysweep mcp`: a server of the Model Context Protocol on standard input and output.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::texts::{self, Location};
use crate::cli::args::{Common, Limits, Looking};
use crate::cli::{With, explain, output, scan_under};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::report::Report;
use keysweep::serve::mcp::{Answer, Ask, LINE_MAX, answer, too_long};
use keysweep::serve::{not_read, sentence};
use keysweep::source::{Control, StagedOptions};

/// Answers coding agents over the Model Context Protocol, on standard input and output.
///
/// Its tools scan a text, scan what is staged, and explain a line. Nothing leaves this machine, and no answer
/// holds a value. Agents start it themselves; docs/agents.md says where each of them is sentence to.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep mcp                          Serve the repository here
  keysweep mcp --config team.toml       With a configuration of one's own
  claude mcp add keysweep -- keysweep mcp   Tell Claude Code to start it")]
pub struct Mcp {
    #[command(flatten)]
    looking: Looking,
}

/// Answers until standard input ends.
///
/// # Errors
/// Standard input cannot be read or standard output not be written.
pub fn run(args: &Mcp) -> Result<ExitCode> {
    let cwd = std::env::current_dir()?;
    let mut ask = |asked| {
        let found = found(&cwd, asked, &args.looking);
        found.map_err(|error| output::masked(&format!("{error:#}")))
    };
    let mut input = std::io::stdin().lock();
    let mut line = Vec::new();
    while let Some(whole) = next(&mut input, &mut line)? {
        let said = match whole {
            true => answer(&line, &mut ask as &mut dyn FnMut(Ask) -> Answer),
            false => Some(too_long()),
        };
        if let Some(said) = said {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{said}")?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a line without its end; `None` at the end of the input. Of a line that is too long nothing is kept, and
/// `false` says so.
fn next(input: &mut impl BufRead, line: &mut Vec<u8>) -> Result<Option<bool>> {
    line.clear();
    // What an exceptional message took is given back.
    line.shrink_to(1 << 20);
    let (mut whole, mut any) = (true, false);
    loop {
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        if bytes.is_empty() {
            return Ok(any.then_some(whole));
        }
        any = true;
        let end = bytes.iter().position(|b| *b == b'\n');
        let part = &bytes[..end.unwrap_or(bytes.len())];
        whole &= line.len() + part.len() <= LINE_MAX;
        match whole {
            true => line.extend_from_slice(part),
            false => line.clear(),
        }
        let read = end.map_or(bytes.len(), |end| end + 1);
        input.consume(read);
        if end.is_some() {
            return Ok(Some(whole));
        }
    }
}

/// What there is to say to a question.
fn found(cwd: &Path, asked: Ask, looking: &Looking) -> Result<(String, Value)> {
    let common = Common::plain(looking);
    match asked {
        Ask::ScanText { text, path } => {
            let location = Location::of(cwd, path.as_deref().unwrap_or("text"))?;
            let report = texts::scan_whole(&location, text.into_bytes(), &common)?;
            Ok(said(&report))
        }
        Ask::ScanStaged => {
            let options = StagedOptions {
                dir: cwd.to_owned(),
                allow_alternates: looking.alternates.allowed.clone(),
                threads: 0,
                max_file_size: MAX_FILE_SIZE,
            };
            let control = Arc::new(Control::default());
            let (input, limits) = (Input::Staged(options), Limits::default());
            let report = scan_under(&control, input, &limits, &common, With::default())?;
            Ok(said(&report.settled(false)))
        }
        Ask::Explain { path, line } => {
            let path = inside(cwd, &path)?;
            let lines = explain::lines(&path, line, &looking.rules, &looking.config)?;
            Ok((lines.join("\n"), json!({"explained": lines})))
        }
    }
}

/// A file below the working directory, relative to it: a model has no business elsewhere.
fn inside(cwd: &Path, path: &str) -> Result<PathBuf> {
    let real = std::fs::canonicalize(cwd.join(path));
    let top = std::fs::canonicalize(cwd)?;
    match real.ok().as_ref().map(|real| real.strip_prefix(&top)) {
        Some(Ok(below)) => Ok(below.to_owned()),
        Some(Err(_)) => bail!("the file is not below the directory that keysweep was started in"),
        None => bail!("there is no such file"),
    }
}

/// A report in words and as JSON.
fn said(report: &Report) -> (String, Value) {
    let one = |finding: &keysweep::report::Finding| {
        let place = finding.first_place();
        json!({
            "id": finding.id,
            "rule": finding.rule,
            "name": finding.name,
            "severity": finding.severity.name(),
            "confidence": finding.confidence.name(),
            "stops_a_commit": finding.fails,
            "shown": finding.shown,
            "path": place.map(|place| place.path.as_str()),
            "line": place.map(|place| place.region.start_line),
            "column": place.map(|place| place.region.start_column),
        })
    };
    let report = report.unfolded();
    let failing = report
        .findings
        .iter()
        .filter(|finding| finding.fails)
        .count();
    let unread = not_read(&report);
    let notices = report.notices.iter().map(|notice| notice.message.as_str());
    let notices: Vec<&str> = notices.collect();
    let structured = json!({
        "findings": report.findings.iter().map(one).collect::<Vec<_>>(),
        "notices": notices,
        "not_read": unread,
    });
    let mut lines: Vec<String> = report.findings.iter().map(sentence).collect();
    lines.extend(
        notices
            .iter()
            .map(|notice| keysweep::report::terminal(notice)),
    );
    lines.extend(unread);
    lines.insert(
        0,
        match (report.findings.len(), report.summary.reason.as_deref()) {
            (0, Some(nothing)) => format!("nothing to scan: {nothing}"),
            (0, None) => "no credentials found".to_owned(),
            (n, _) => format!("{n} found, {failing} would stop a commit"),
        },
    );
    (lines.join("\n"), structured)
}
