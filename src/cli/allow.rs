//! `keysweep allow ID` and `keysweep allow --last`: the baseline's entry for findings that the
//! user names.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Error, Result, bail};
use clap::Args;
use jiff::civil::Date;

use super::args::Looking;
use super::known::{Look, Project};
use super::parse::date;
use super::{choose, last, output};
use keysweep::suppress::Known;
use keysweep::suppress::{BASELINE, Baseline, Entry, PathGlob, Salt};

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep allow 66383512 --reason \"only the mail sandbox\"  Know it, and say why
  keysweep allow 6638 --until 2027-06-30                     Until a day; the first digits do
  keysweep allow --last                                      What the last hook failed on")]
pub struct Allow {
    /// Ids of findings, as reports show them.
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Allow what the last hook, or the last `staged`, failed on.
    #[arg(long, conflicts_with = "ids")]
    pub last: bool,
    /// Why it is allowed. Everybody who can read the repository can read this.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Allow it up to and including this day (2027-06-30).
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<Date>,
    /// Allow it only in paths that match this pattern, written as in a .gitignore.
    #[arg(long, value_name = "GLOB")]
    pub path: Option<String>,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    pub repo: Option<PathBuf>,
    /// Search the whole history as well.
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub looking: Looking,
}

/// Bytes of a reason.
const MAX_REASON: usize = 300;

/// Runs the verb.
///
/// # Errors
/// No such finding, a reason that must not be written down, a date that is past.
pub fn run(args: Allow) -> Result<ExitCode> {
    if args.ids.is_empty() && !args.last {
        bail!(
            "name findings by their ids, as every report shows them behind `id` (keysweep allow \
             0123abcd), or allow what the last hook or `keysweep staged` failed on: keysweep allow \
             --last"
        );
    }
    let dir = args.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    super::baseline::refuse_bare(&dir)?;
    let project = Project::open(&dir, args.looking.clone())?;
    let ids = wanted(&args, &dir)?;
    if let Some(until) = args.until
        && until < project.today()
    {
        bail!("--until {until} is past; name a day to come");
    }
    let path = match args.path.as_deref().map(PathGlob::parse) {
        Some(Ok(glob)) => Some(glob),
        Some(Err(why)) => bail!("--path: {why}"),
        None => None,
    };
    let found = find(&project, &ids, args.history || args.last)?;
    for (what, text) in [("reason", &args.reason), ("path", &args.path)] {
        if let Some(text) = text {
            check(what, text, &found)?;
        }
    }
    let change = project.change(|baseline, salt| {
        for known in &found {
            let entry = entry(baseline, salt, known, &args, path.clone(), project.today());
            baseline.set(entry).map_err(Error::msg)?;
        }
        Ok(())
    })?;
    let mut out = std::io::stdout().lock();
    if change.gone.is_empty() && change.came.is_empty() {
        writeln!(
            out,
            "{BASELINE}: nothing changes, all of it is allowed already"
        )?;
    } else {
        writeln!(out, "{BASELINE}:")?;
        out.write_all(change.shown().as_bytes())?;
        output::note(&format!(
            "`git add {BASELINE}` makes it count for what is staged, a commit for `keysweep history`; \
             in a pull request it is shown as new"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// The ids that the user means, in full or as beginnings.
fn wanted(args: &Allow, dir: &Path) -> Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for id in &args.ids {
        ids.insert(choose::id(id)?);
    }
    if args.last {
        ids.extend(last::ids(dir));
        if ids.is_empty() {
            bail!(
                "no hook and no `staged` failed here the last time; `keysweep staged` looks again"
            );
        }
    }
    Ok(ids)
}

/// Looks where it is cheap first, until every id is found.
fn find(project: &Project, ids: &BTreeSet<String>, history: bool) -> Result<Vec<Known>> {
    let mut places = vec![Look::Tree];
    if keysweep::source::git_dir(&project.root).is_some() {
        places.insert(0, Look::Staged);
    }
    if history {
        places.push(Look::History);
    }
    // Reports name entries past their date by the baseline's own id.
    let baseline = project.baseline()?.unwrap_or_default();
    let mut found: Vec<Known> = Vec::new();
    let mut missing = ids.clone();
    for place in places {
        if missing.is_empty() {
            break;
        }
        let known = project.look(place, true)?.known;
        let meant = choose::meant(&missing, &known, &baseline)?;
        missing.retain(|id| !meant.contains_key(id));
        let wanted: BTreeSet<usize> = meant.into_values().collect();
        let chosen = known.into_iter().enumerate();
        found.extend(
            chosen
                .filter(|(n, _)| wanted.contains(n))
                .map(|(_, one)| one),
        );
    }
    if missing.is_empty() {
        return Ok(found);
    }
    let names: Vec<&str> = missing.iter().map(|id| id.get(..8).unwrap_or(id)).collect();
    let more = match history {
        true => "",
        false => "; `--history` looks there too",
    };
    bail!(
        "no finding in the tree or the index has the id {}{more} (what stands in .git/config only \
         is never allowed by the baseline, because no commit holds it: take it out there)",
        names.join(", ")
    )
}

/// Whether a text may stand in a file that everybody reads.
fn check(what: &str, text: &str, found: &[Known]) -> Result<()> {
    if text.len() > MAX_REASON {
        bail!("the {what} is longer than {MAX_REASON} bytes; shorten it");
    }
    if text.chars().any(char::is_control) || keysweep::report::terminal(text) != text {
        bail!("the {what} holds invisible characters or line ends; write it in one plain line");
    }
    let hides = found.iter().any(|known| {
        let value = known.subject.secret.expose();
        value.len() >= 4 && memchr::memmem::find(text.as_bytes(), value).is_some()
    });
    let scanner = output::scanner();
    if hides || !scanner.scan(text.as_bytes()).is_empty() {
        bail!("the {what} holds a credential, which everybody could read; leave it out");
    }
    Ok(())
}

/// The entry for a finding; what the user does not say stays as it was.
fn entry(
    baseline: &Baseline,
    salt: &Salt,
    known: &Known,
    args: &Allow,
    path: Option<PathGlob>,
    today: Date,
) -> Entry {
    let new = known.subject.entry(salt);
    let glob = |path: &Option<PathGlob>| path.as_ref().map(|glob| glob.text().to_owned());
    let same = baseline.of_subject(&known.subject).into_iter();
    let old = same
        .map(|n| &baseline.entries[n])
        .find(|entry| entry.id == new.id && glob(&entry.path) == glob(&path));
    let reason = match &args.reason {
        Some(reason) => reason.trim().to_owned(),
        None => old.map(|entry| entry.reason.clone()).unwrap_or_default(),
    };
    let until = args.until.or_else(|| {
        old.and_then(|entry| entry.until)
            .filter(|until| *until >= today)
    });
    Entry {
        path,
        reason,
        until,
        ..new
    }
}
