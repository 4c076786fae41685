//! `keysweep import TOOL`: what another scanner was told is written in our files, with a report of what was
//! kept, what means something else now, and what cannot be said here. Facts about the files are those that the
//! tools document.

mod accept;
mod detect_secrets;
mod gitleaks;
mod importer;
mod kingfisher;
mod paths;
mod taken;
mod trufflehog;
mod write;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::args::Looking;
use super::known::Project;
use super::output;
use importer::{Foreign, Importer};
use keysweep::config;
use keysweep::suppress::{BASELINE, IGNORE_FILE};
use taken::Taken;

/// Larger files are not read; bytes.
const LARGEST: u64 = 64 << 20;

/// The scanners whose files are read, in the order in which they are listed. A file that several read is that of the
/// first.
static IMPORTERS: &[&dyn Importer] = &[
    &gitleaks::Gitleaks,
    &gitleaks::Betterleaks,
    &detect_secrets::DetectSecrets,
    &trufflehog::Trufflehog,
    &kingfisher::Kingfisher,
];

/// Reads the configuration, ignore file and baseline of another scanner and writes ours, with a report of what
/// was kept, changed, and impossible.
///
/// Without FILE the usual names at the top of the repository are read. Comments of other scanners beside a
/// value (gitleaks:allow, pragma: allowlist secret, trufflehog:ignore, …) are understood as they are.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep import gitleaks --dry-run          What would become of .gitleaks.toml and .gitleaksignore?
  keysweep import gitleaks report.json        Know what this report lists
  keysweep import detect-secrets              Know what .secrets.baseline lists, and not what it calls real")]
pub struct Import {
    /// Whose files they are.
    #[arg(value_parser = importers())]
    tool: &'static dyn Importer,
    /// The files. [default: those with the usual names]
    files: Vec<PathBuf>,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Print the report and write nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    looking: Looking,
}

/// The scanners by their names, which completions know.
fn importers() -> impl TypedValueParser<Value = &'static dyn Importer> {
    let names = IMPORTERS.iter().map(|one| one.name());
    PossibleValuesParser::new(names).try_map(|name| {
        let mut all = IMPORTERS.iter().copied();
        all.find(|one| one.name() == name).ok_or("no such scanner")
    })
}

/// Files of other scanners at the top of a repository, by their usual names alone, each with the tool that
/// `keysweep import` takes.
pub fn foreign(root: &Path) -> Vec<(&'static str, &'static str)> {
    let mut out: Vec<(&'static str, &'static str)> = Vec::new();
    for tool in IMPORTERS {
        for name in tool.files().unwrap_or_default() {
            let meta = fs::symlink_metadata(root.join(name));
            let there = meta.is_ok_and(|meta| meta.is_file());
            if there && out.iter().all(|(have, _)| have != name) {
                out.push((name, tool.name()));
            }
        }
    }
    out
}

/// What they are called; nothing where there are none.
pub fn foreign_names(root: &Path) -> Option<String> {
    let names: Vec<&str> = foreign(root).into_iter().map(|(name, _)| name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Says of what is scanned that another scanner was told something here, as long as nothing of it can have been
/// taken over.
pub fn mention(root: &Path) {
    let ours = [config::FILE, IGNORE_FILE, BASELINE];
    if ours
        .iter()
        .any(|name| fs::symlink_metadata(root.join(name)).is_ok())
    {
        return;
    }
    if let Some(names) = foreign_names(root) {
        output::note(&format!(
            "{names}: what another scanner was told is not used; `keysweep import` reads it"
        ));
    }
}

/// Runs the verb.
///
/// # Errors
/// No such file, one that is not of its tool, or ours cannot be written.
pub fn run(args: &Import) -> Result<ExitCode> {
    let dir = args.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    super::baseline::refuse_bare(&dir)?;
    let project = Project::open(&dir, args.looking.clone())?;
    let files = files(args, &project.root)?;
    let builtin = keysweep::builtin::set();
    let mut taken = Taken::default();
    for path in &files {
        let file = Foreign {
            path,
            name: &path.display().to_string(),
            text: &read(path)?,
            builtin: &builtin,
        };
        args.tool.take(&file, &mut taken)?;
    }
    let (found, looked) = accept::accept(&project, &mut taken)?;
    let written = match args.dry_run {
        true => None,
        false => Some(write::all(&project, &mut taken, &found)?),
    };
    write::report(&files, &taken, found.len(), written.as_ref())?;
    Ok(output::ended(&looked.iter().collect::<Vec<_>>()))
}

/// The files that are read.
fn files(args: &Import, root: &Path) -> Result<Vec<PathBuf>> {
    let names = args.tool.files().map_err(anyhow::Error::msg)?;
    if !args.files.is_empty() {
        return Ok(args.files.clone());
    }
    let there: Vec<PathBuf> = names
        .iter()
        .map(|name| root.join(name))
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()))
        .collect();
    if there.is_empty() {
        bail!(
            "there is none of {} at the top of {}; name a FILE",
            names.join(", "),
            root.display()
        );
    }
    Ok(there)
}

fn read(path: &Path) -> Result<String> {
    let cannot = || format!("{} cannot be read", path.display());
    let meta = fs::metadata(path).with_context(cannot)?;
    if !meta.is_file() || meta.len() > LARGEST {
        bail!("{}: it is no plain file, or too large", cannot());
    }
    let bytes = fs::read(path).with_context(cannot)?;
    String::from_utf8(bytes).with_context(|| format!("{} is not UTF-8", path.display()))
}
