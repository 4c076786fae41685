//! `keysweep fix ID`: how a finding is taken out of its files, as a diff that holds no secret; with `--write` it is
//! done. What no file can do (rotate it, set the new value where it runs, the history) is told as steps.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::args::{Looking, heading};
use super::known::{Look, Project};
use super::{atomic, choose, output};
use keysweep::config::MAX_FILE_SIZE;
use keysweep::detect::Scanner;
use keysweep::finding::Class;
use keysweep::fix::{self, Edit, Masked, Subject, Unfixable};
use keysweep::report::{Finding, Place, Report, advice, terminal};

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

/// One file with what is to be changed in it.
struct Change {
    /// Its path as reports show it.
    shown: String,
    path: PathBuf,
    /// What it holds now, and what it is to hold.
    before: Vec<u8>,
    after: Vec<u8>,
    diff: String,
}

/// What there is to say of a finding.
#[derive(Default)]
struct Plan {
    changes: Vec<Change>,
    /// Lines of places that stay as they are.
    left: Vec<String>,
    steps: Vec<String>,
}

impl Plan {
    /// Leaves a place as it is, and says why.
    fn leave(&mut self, shown: &str, place: &Place, why: Unfixable) {
        let advice = match why {
            Unfixable::NoFamily => format!("{}; {}", why.sentence(), advice(shown)),
            _ => why.sentence().to_owned(),
        };
        let line = place.region.start_line;
        self.left.push(format!(
            "{shown}:{line}: not changed ({}): {advice}",
            why.name()
        ));
    }
}

/// The finding that is taken out, and what that needs.
struct Fixing<'a> {
    root: &'a Path,
    finding: &'a Finding,
    /// What its value is to be read from.
    name: &'a str,
    scanner: &'a Scanner,
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

/// What is to be changed, and what is to be done besides.
fn plan(fixing: &Fixing<'_>) -> Result<Plan> {
    let Fixing { root, finding, .. } = *fixing;
    let mut plan = Plan::default();
    let mut files: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    for place in &finding.places {
        // What HEAD no longer holds has no file to change.
        if place.at_head != Some(false) {
            files.entry(place.path.as_str()).or_default().push(place);
        }
    }
    for (path, places) in files {
        file(fixing, path, &places, &mut plan)?;
    }
    // The first step is always the provider's: the old value was read.
    plan.steps.splice(0..0, rotation(finding));
    if keysweep::source::git_dir(root).is_some() {
        plan.steps.push(
            "What was pushed stays in the history, and in every copy of it: rotating is what helps. To take the old \
             value out of the history as well, rewrite it (git filter-repo --replace-text) and push again."
                .to_owned(),
        );
    }
    plan.steps.dedup();
    Ok(plan)
}

/// How it is rotated, and where.
fn rotation(finding: &Finding) -> Vec<String> {
    let rotate = finding.rotate.clone();
    let rotate = rotate.unwrap_or_else(|| {
        "Make a new one where it was issued, and end this one there.".to_owned()
    });
    let console = finding
        .console
        .iter()
        .map(|page| format!("It is listed at {page}"));
    std::iter::once(format!("Rotate it: {rotate}"))
        .chain(console)
        .collect()
}

/// Plans the changes of one file.
fn file(fixing: &Fixing<'_>, shown: &str, places: &[&Place], plan: &mut Plan) -> Result<()> {
    let encoded = !fixing.finding.evidence.layers.is_empty();
    let is_plain = |place: &&Place| {
        place.member.is_none() && place.name.is_none() && !place.message && !encoded
    };
    let (plain, other): (Vec<&Place>, Vec<&Place>) = places.iter().partition(|it| is_plain(it));
    for place in other {
        plan.leave(shown, place, Unfixable::NotPlain);
    }
    let Some(first) = plain.first().copied() else {
        return Ok(());
    };
    let path = inside(fixing.root, shown)?;
    let before = read(&path)?;
    let Ok(text) = std::str::from_utf8(&before) else {
        plan.leave(shown, first, Unfixable::NotText);
        return Ok(());
    };

    let (now, later) = plain.split_at(plain.len().min(fix::PLACES_MAX));
    if let Some(first) = later.first() {
        plan.leave(shown, first, Unfixable::ManyPlaces);
    }
    let repaired = repaired(fixing, shown, text, now, plan)?;
    if !repaired.edits.is_empty() {
        match repaired.apply(fixing, shown, text) {
            Ok((after, diff)) => plan.changes.push(Change {
                shown: shown.to_owned(),
                path,
                before,
                after: after.into_bytes(),
                diff,
            }),
            Err(why) => plan.leave(shown, first, why),
        }
    }
    if let Some((shown, line)) = &repaired.beside {
        let example = example(fixing.root, shown, line, fixing.scanner)?;
        plan.changes.extend(example);
    }
    if later.len() > 1 {
        let more = later.len() - 1;
        plan.left
            .push(format!("{shown}: and {more} more like this"));
    }
    plan.steps.extend(repaired.steps);
    Ok(())
}

/// The repairs of several places of one file.
#[derive(Default)]
struct Repaired {
    edits: Vec<Edit>,
    /// What is to be done besides.
    steps: Vec<String>,
    /// A line for a file beside it: the name of that file, and the line.
    beside: Option<(String, String)>,
    /// What is taken out, as it stands in the last of the places.
    value: String,
}

/// Works out a repair for each of the places; those that have none are left.
fn repaired(
    fixing: &Fixing<'_>,
    shown: &str,
    text: &str,
    places: &[&Place],
    plan: &mut Plan,
) -> Result<Repaired> {
    let found = fixing.scanner.spans(text.as_bytes());
    let mut out = Repaired::default();
    for (number, place) in places.iter().enumerate() {
        let span = fix::span(text, place.region).filter(|span| found.contains(span));
        let Some(span) = span else {
            bail!(
                "{} changed since it was read; run it again",
                terminal(shown)
            );
        };
        match fix::repair(shown, text, &span, fixing.name) {
            Ok(repair) => {
                out.edits.extend(repair.edits);
                out.steps.extend(repair.steps);
                out.beside = out.beside.or(repair.beside);
            }
            Err(why) => plan.leave(shown, place, why),
        }
        // Of several places of a file one is enough.
        if number == 0 {
            let rules = fixing.root.join(".sops.yaml").is_file();
            let steps = fix::sops_steps(shown, text, &span, rules);
            out.steps.extend(steps.unwrap_or_default());
        }
        text[span].clone_into(&mut out.value);
    }
    Ok(out)
}

impl Repaired {
    /// The text as it is to be, and the difference with what nobody may see masked on both sides.
    fn apply(
        &self,
        fixing: &Fixing<'_>,
        shown: &str,
        text: &str,
    ) -> Result<(String, String), Unfixable> {
        let after = fix::apply(text, &self.edits)?;
        let masked = |text: &str| Masked::new(text, &secrets(fixing.scanner, text, &self.value));
        let diff = fix::unified(shown, text, &self.edits, &masked(text), &masked(&after));
        Ok((after, diff))
    }
}

/// What a diff must not show: whatever a scan sees, and the value wherever it stands.
fn secrets(scanner: &Scanner, text: &str, value: &str) -> Vec<Range<usize>> {
    let mut spans = scanner.spans(text.as_bytes());
    if !value.is_empty() {
        let again = text.match_indices(value);
        spans.extend(again.map(|(at, value)| at..at + value.len()));
    }
    spans
}

/// A line more in a file of examples, unless it has one for the name already.
fn example(root: &Path, shown: &str, line: &str, scanner: &Scanner) -> Result<Option<Change>> {
    let path = inside(root, shown)?;
    let before = match path.exists() {
        true => read(&path)?,
        false => Vec::new(),
    };
    let Ok(text) = std::str::from_utf8(&before) else {
        return Ok(None);
    };
    if text.lines().any(|have| have.trim_start().starts_with(line)) {
        return Ok(None);
    }
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let edits = [Edit {
        span: (text.len(), text.len()),
        with: format!("{end}{line}\n"),
    }];
    let after = fix::apply(text, &edits).unwrap_or_default();
    let masked = |text: &str| Masked::new(text, &secrets(scanner, text, ""));
    let diff = fix::unified(shown, text, &edits, &masked(text), &masked(&after));
    Ok(Some(Change {
        shown: shown.to_owned(),
        path,
        after: after.into_bytes(),
        diff,
        before,
    }))
}

/// The file at a path below `root`, no folder on the way being a link.
fn inside(root: &Path, shown: &str) -> Result<PathBuf> {
    let relative = Path::new(shown);
    let mut at = root.to_owned();
    for part in relative.components() {
        let Component::Normal(name) = part else {
            bail!("{} does not stay inside the repository", terminal(shown));
        };
        let linked = fs::symlink_metadata(&at).is_ok_and(|meta| meta.is_symlink());
        if linked && at != root {
            bail!(
                "{} lies behind a symbolic link, and nothing is written through it",
                terminal(shown)
            );
        }
        at.push(name);
    }
    atomic::check_target(&at)?;
    Ok(at)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", terminal(&path.display().to_string()));
    let size = fs::symlink_metadata(path).with_context(cannot)?.len();
    if size > MAX_FILE_SIZE {
        bail!("{}: it is too large", cannot());
    }
    fs::read(path).with_context(cannot)
}

/// Writes a file whole or not at all, and only where it still is what was planned for.
fn write(root: &Path, change: &Change) -> Result<()> {
    let git_dir = keysweep::source::git_dir(root);
    let shown = terminal(&change.shown);
    let read_now = || {
        inside(root, &change.shown).and_then(|path| match path.exists() {
            true => read(&path).map(Some),
            false => Ok(None),
        })
    };
    atomic::change(&change.path, git_dir.as_deref(), read_now, |now| {
        let now = now.unwrap_or_default();
        if now == change.after {
            return Ok((None, ()));
        }
        if now != change.before {
            bail!("{shown} changed since it was read, so it is left as it is; run it again");
        }
        Ok((Some(change.after.clone()), ()))
    })
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
