//! `keysweep baseline create|update|prune`.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Error, Result, bail};

use super::args::{Baseline, BaselineVerb};
use super::known::{House, Look};
use super::output;
use keysweep::finding::Class;
use keysweep::report::Report;
use keysweep::suppress::BASELINE;

/// Runs the verb.
///
/// # Errors
/// A baseline that is there and should not be, or the other way round, or is broken.
pub fn run(args: Baseline) -> Result<ExitCode> {
    let path = args.path.unwrap_or_else(|| PathBuf::from("."));
    refuse_bare(&path)?;
    let house = House::open(&path, args.looking)?;
    let look = if args.history {
        Look::History
    } else {
        Look::Tree
    };
    match (args.verb, house.before.is_some()) {
        (BaselineVerb::Create, true) => bail!(
            "{BASELINE} is there already: `keysweep baseline update` adds what is new; remove the \
             file to begin again"
        ),
        (BaselineVerb::Update | BaselineVerb::Prune, false) => {
            bail!("there is no {BASELINE} here: `keysweep baseline create` makes one")
        }
        (BaselineVerb::Create | BaselineVerb::Update, _) => add(house, look),
        (BaselineVerb::Prune, true) => prune(house, look),
    }
}

/// A bare repository has no files, so nothing could be found there, nor committed.
pub fn refuse_bare(path: &Path) -> Result<()> {
    if keysweep::source::is_bare(path) {
        bail!(
            "{} is a bare repository or inside a .git directory, where no {BASELINE} can be \
             committed; run this in a working tree",
            path.display()
        );
    }
    Ok(())
}

/// Adds what is listed and not hidden by anything.
fn add(mut house: House, look: Look) -> Result<ExitCode> {
    let (report, known) = house.look(look, false)?;
    let listed: BTreeSet<_> = report
        .rows
        .iter()
        .filter(|row| row.class == Class::Credential)
        .map(|row| row.fingerprint)
        .collect();
    let today = house.today();
    let mut left = 0;
    for one in known {
        if !listed.contains(&one.fingerprint) {
            continue;
        }
        let past = one
            .entries
            .iter()
            .any(|n| house.baseline.entries[*n].expired(today));
        // A date was set so that somebody looks again; adding it anew would be to look away.
        if past {
            left += 1;
            continue;
        }
        house.baseline.set(one.entry).map_err(Error::msg)?;
    }
    if left > 0 {
        output::note(&format!(
            "{left} past their dates are not added again: `keysweep allow ID --until DATE` renews one"
        ));
    }
    finish(house, &report)
}

/// Removes entries that fit nothing or are past their dates.
fn prune(mut house: House, look: Look) -> Result<ExitCode> {
    let (report, _) = house.look(look, false)?;
    if !report.complete() {
        bail!("not everything could be read, so nothing is pruned; `keysweep scan` says what");
    }
    let today = house.today();
    let unused: BTreeSet<u32> = report
        .suppression
        .unused
        .iter()
        .map(|entry| entry.line)
        .collect();
    house
        .baseline
        .keep(|entry| !unused.contains(&entry.line) && !entry.expired(today));
    finish(house, &report)
}

fn finish(house: House, report: &Report) -> Result<ExitCode> {
    let change = house.save()?;
    let mut out = std::io::stdout().lock();
    if house.before.is_some() {
        out.write_all(change.shown().as_bytes())?;
    }
    writeln!(
        out,
        "{BASELINE}: {} added, {} removed, {} in all",
        entries(&change.came),
        entries(&change.gone),
        house.baseline.entries.len()
    )?;
    if house.before.is_none() && !merges_by_itself(&house.root) {
        output::note(&format!(
            "for merges without conflicts, put `{BASELINE} merge=union` into .gitattributes"
        ));
    }
    if !report.complete() {
        output::note("not everything could be read; `keysweep scan` says what");
        return Ok(ExitCode::from(2));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether git merges the file by union already, or there is no git to merge it.
fn merges_by_itself(root: &Path) -> bool {
    if keysweep::source::git_dir(root).is_none() {
        return true;
    }
    let text = std::fs::read_to_string(root.join(".gitattributes")).unwrap_or_default();
    text.lines().any(|line| {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        name.trim_start_matches('/') == BASELINE && words.any(|word| word == "merge=union")
    })
}

/// How many of the lines are entries.
fn entries(lines: &[String]) -> usize {
    lines
        .iter()
        .filter(|line| !line.starts_with('#') && !line.starts_with("salt="))
        .count()
}
