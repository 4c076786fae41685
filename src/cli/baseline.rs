//! `keysweep baseline create|update|prune`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Error, Result, bail};
use clap::{Args, ValueEnum};

use super::args::Looking;
use super::known::{Change, Look, Project};
use super::{output, signals};
use keysweep::Examined;
use keysweep::finding::{Class, Severity};
use keysweep::report::Report;
use keysweep::suppress::BASELINE;

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep baseline create            Know what is found today
  keysweep baseline update            Add what is new
  keysweep baseline prune --history   Drop entries that fit nothing any more")]
pub struct Baseline {
    /// What to do.
    pub verb: BaselineVerb,
    /// A directory of the repository. [default: .]
    pub path: Option<PathBuf>,
    /// Search the whole history instead of the working tree.
    #[arg(long)]
    pub history: bool,
    #[command(flatten)]
    pub looking: Looking,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BaselineVerb {
    /// Make it from what is found now.
    Create,
    /// Add what is found now and not known; sort it.
    Update,
    /// Remove what fits nothing any more or is past its date.
    Prune,
}

/// What `create` says when it must not write.
const THERE_ALREADY: &str = ".keysweep-baseline is there already: `keysweep baseline update` adds \
                             what is new; remove the file to begin again";

/// Runs the verb.
///
/// # Errors
/// A baseline that is there and should not be, or the other way round, or is broken.
pub fn run(args: Baseline) -> Result<ExitCode> {
    let path = args.path.unwrap_or_else(|| PathBuf::from("."));
    refuse_bare(&path)?;
    let project = Project::open(&path, args.looking)?;
    let look = if args.history {
        Look::History
    } else {
        Look::Tree
    };
    match (args.verb, project.baseline()?.is_some()) {
        (BaselineVerb::Create, true) => bail!("{THERE_ALREADY}"),
        (BaselineVerb::Update | BaselineVerb::Prune, false) => {
            bail!("there is no {BASELINE} here: `keysweep baseline create` makes one")
        }
        (verb, _) if verb != BaselineVerb::Prune => add(&project, look, verb),
        _ => prune(&project, look),
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
fn add(project: &Project, look: Look, verb: BaselineVerb) -> Result<ExitCode> {
    let Examined {
        report, mut known, ..
    } = project.look(look, false)?;
    let listed: BTreeSet<_> = report
        .findings
        .iter()
        .filter(|finding| finding.class == Class::Credential)
        .map(|finding| finding.fingerprint)
        .collect();
    known.retain(|one| listed.contains(&one.fingerprint));
    let today = project.today();
    let left = Cell::new(0);
    let asked = Cell::new(false);
    let stop = signals::asked()?;
    let change = project.change(|baseline, salt| {
        // Somebody else was faster than this look. Asked again, it finds its own entries.
        if verb == BaselineVerb::Create && !asked.replace(true) && !baseline.entries.is_empty() {
            bail!("{THERE_ALREADY}");
        }
        left.set(0);
        for one in &known {
            if stop.load(Ordering::Relaxed) {
                bail!("interrupted; {BASELINE} is as it was");
            }
            let entries = baseline.of_subject(&one.subject);
            // A date was set so that somebody looks again; adding it anew would be to look away.
            if entries.iter().any(|n| baseline.entries[*n].expired(today)) {
                left.set(left.get() + 1);
                continue;
            }
            // Somebody else wrote it down since the look, with what they had to say.
            if entries.iter().any(|n| baseline.entries[*n].path.is_none()) {
                continue;
            }
            baseline.set(one.subject.entry(salt)).map_err(Error::msg)?;
        }
        Ok(())
    })?;
    if left.get() > 0 {
        output::note(&format!(
            "{} past their dates are not added again: `keysweep allow ID --until DATE` renews one",
            left.get()
        ));
    }
    let critical = report.findings.iter().filter(|finding| {
        finding.severity == Severity::Critical && listed.contains(&finding.fingerprint)
    });
    let critical = critical.count();
    if change.added() > 0 && critical > 0 {
        output::note(&format!(
            "critical credentials among what was found: {critical}. The baseline hides them and ends none: replace \
             what still works"
        ));
    }
    finish(project, &change, &report)
}

/// Removes entries that fit nothing or are past their dates. What others add or change meanwhile
/// stays: an entry is removed by what its line says, not by where the line stood.
fn prune(project: &Project, look: Look) -> Result<ExitCode> {
    let Examined { report, unused, .. } = project.look(look, false)?;
    if !report.complete() {
        bail!("not everything could be read, so nothing is pruned; `keysweep scan` says what");
    }
    let today = project.today();
    let unused: BTreeSet<String> = unused.into_iter().collect();
    let change = project.change(|baseline, _| {
        baseline.keep(|entry| !unused.contains(&entry.text()) && !entry.expired(today));
        Ok(())
    })?;
    finish(project, &change, &report)
}

fn finish(project: &Project, change: &Change, report: &Report) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    if change.existed {
        out.write_all(change.shown().as_bytes())?;
    }
    writeln!(
        out,
        "{BASELINE}: {} added, {} removed, {} in all",
        change.added(),
        change.removed(),
        change.entries
    )?;
    if !change.existed && !merges_by_itself(&project.root) {
        output::note(&format!(
            "for merges without conflicts, put `{BASELINE} merge=union` into .gitattributes"
        ));
    }
    Ok(output::ended(&[report]))
}

/// Whether git merges the file by union already, or there is no git to merge it.
pub fn merges_by_itself(root: &Path) -> bool {
    if keysweep::source::git_dir(root).is_none() {
        return true;
    }
    let text = std::fs::read_to_string(root.join(".gitattributes")).unwrap_or_default();
    by_union(&text)
}

/// Whether these attributes say so: of several lines about one file the last one holds.
fn by_union(attributes: &str) -> bool {
    let about = |line: &str| {
        let mut words = line.split_whitespace();
        let name = words.next()?.trim_matches('"');
        let ours = name == "*" || name.trim_start_matches('/') == BASELINE;
        let of_merge = |word: &&str| {
            let word = word.trim_start_matches(['-', '!']);
            word == "merge" || word.starts_with("merge=") || word == "binary"
        };
        words
            .rfind(of_merge)
            .filter(|_| ours)
            .map(|word| word == "merge=union")
    };
    attributes.lines().rev().find_map(about).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::by_union;

    #[test]
    fn the_last_line_about_the_file_says_how_it_is_merged() {
        for (text, union) in [
            ("", false),
            (".keysweep-baseline merge=union", true),
            ("/.keysweep-baseline  text merge=union eol=lf\n", true),
            ("# .keysweep-baseline merge=union", false),
            ("other merge=union", false),
            (
                ".keysweep-baseline merge=union\n.keysweep-baseline -merge\n",
                false,
            ),
            ("* merge=union\n*.png binary\n", true),
            ("* -text\n.keysweep-baseline merge=union\n", true),
        ] {
            assert_eq!(by_union(text), union, "{text}");
        }
    }
}
