//! `keysweep fix ID`: how a finding is taken out of its files, as a diff that holds no secret; with `--write` it is
//! done. What no file can do (rotate it, set the new value where it runs, the history) is told as steps.

mod files;
mod plan;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use super::args::{Looking, heading};
use super::known::{Look, Project};
use super::{choose, output};
use files::{inside, read, write};
use keysweep::finding::Class;
use keysweep::fix::{self, Subject};
use keysweep::report::{Finding, Place, Report, terminal};
use plan::{Fixing, Plan, plan};

/// Shows how a finding is taken out of its files: the change of each file as a diff in which secrets are masked,
/// and what no file can do.
///
/// Each value becomes what its kind of file reads at run time: os.environ["X"], process.env.X,
/// ${{ secrets.X }}, a secretKeyRef, var.x, "${X:?}", … Nothing is changed without --write.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep fix 22c4cf81      How this finding is taken out of its files
  keysweep fix 22c4 --diff   Only the change, as a diff without secrets
  keysweep fix 22c4 --write  Make the change")]
pub struct Fix {
    /// The id of a finding, as every report shows it.
    #[arg(value_name = "ID")]
    id: String,
    /// Print the diff alone.
    #[arg(long, help_heading = heading::OUTPUT)]
    diff: bool,
    /// Change the files. Nothing outside of the repository is written, and nothing through a link; a file that
    /// somebody else changes meanwhile is left as it is.
    #[arg(long)]
    write: bool,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Search the whole history as well: what only that holds has steps and no change.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    looking: Looking,
}

/// Prints or makes the change.
///
/// # Errors
/// No such finding, a file that cannot be read or written, or with `--write` nothing that could be changed.
pub fn run(args: &Fix) -> Result<ExitCode> {
    let dir = args.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    super::baseline::refuse_bare(&dir)?;
    let project = Project::open(&dir, args.looking.clone())?;
    let looks = [Look::Tree, Look::History];
    let looks = &looks[..if args.history { 2 } else { 1 }];
    let choose::Chosen {
        report, finding, ..
    } = choose::one(&project, &args.id, looks)?;
    let name = names(&project.root, &report, &finding)
        .remove(&finding.id)
        .unwrap_or_default();
    let scanner = project.scanner()?;
    let plan = plan(&Fixing {
        root: &project.root,
        finding: &finding,
        name: &name,
        scanner: &scanner,
    })?;
    if args.write {
        for change in &plan.changes {
            write(&project.root, change)?;
        }
    }
    print(&plan, &finding, args)?;
    if args.write && plan.changes.is_empty() {
        bail!("nothing was changed: no place of it can be repaired by an edit");
    }
    Ok(output::ended(&[&report]))
}

/// A name for each credential of the report. Of the one that is `meant` its files are asked where no rule read a name.
fn names(root: &Path, report: &Report, meant: &Finding) -> BTreeMap<String, String> {
    // The best place may be one of what a compiler made of the program.
    let named = |place: &Place| {
        let bytes = read(&inside(root, place.path.as_str()).ok()?).ok()?;
        let text = std::str::from_utf8(&bytes).ok()?;
        let span = fix::span(text, place.region)?;
        fix::name_at(place.path.as_str(), text, &span).map(str::to_owned)
    };
    let own = match meant.key {
        None => meant.places.iter().find_map(named).unwrap_or_default(),
        Some(_) => String::new(),
    };

    let all = report.findings.iter().chain(&report.suppressed);
    let all = all.filter(|one| one.class == Class::Credential);
    let subjects = all.map(|one| Subject {
        id: one.id.clone(),
        key: match &one.key {
            Some(key) => key.as_str().to_owned(),
            None if one.id == meant.id => own.clone(),
            None => String::new(),
        },
        rule: one.rule.clone(),
        path: one
            .first_place()
            .map_or(String::new(), |place| place.path.as_str().to_owned()),
    });
    fix::names(&subjects.collect::<Vec<_>>())
}

fn print(plan: &Plan, finding: &Finding, args: &Fix) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if !args.diff {
        writeln!(out, "{}  id {}\n", terminal(&finding.name), finding.id)?;
    }
    for change in &plan.changes {
        for line in change.diff.lines() {
            // Tabs are part of a line of code.
            let parts: Vec<String> = line.split('\t').map(terminal).collect();
            writeln!(out, "{}", parts.join("\t"))?;
        }
    }
    if args.diff {
        return Ok(());
    }
    for line in &plan.left {
        writeln!(out, "{}", terminal(line))?;
    }
    if !plan.changes.is_empty() || !plan.left.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "What no file can do:")?;
    for (n, step) in plan.steps.iter().enumerate() {
        writeln!(out, "{}. {}", n + 1, terminal(step))?;
    }
    if !plan.changes.is_empty() {
        let names: Vec<String> = plan
            .changes
            .iter()
            .map(|change| terminal(&change.shown))
            .collect();
        let done = match args.write {
            true => "changed",
            false => "not changed; --write changes",
        };
        writeln!(out, "\n{done} {}", names.join(", "))?;
    }
    Ok(())
}
