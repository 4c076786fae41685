//! `keysweep import TOOL`: what another scanner was told is written in our files, with a report of what was
//! kept, what means something else now, and what cannot be said here. Facts about the files are those that the
//! tools document.

mod accept;
mod detect_secrets;
mod gitleaks;
mod paths;
mod trufflehog;
mod write;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use super::args::Looking;
use super::known::Project;
use super::output;
use accept::Accepted;
use keysweep::config;
use keysweep::rule::RuleSet;
use keysweep::suppress::{BASELINE, IGNORE_FILE};

/// Larger files are not read; bytes.
const LARGEST: u64 = 64 << 20;

/// Why nothing of a tool is read.
const YAML: &str = "there is nothing to import: the files of this tool are YAML, which is not read; its comments \
                    beside a value count here as they are (docs/init.md), and `keysweep baseline create` knows what \
                    is found today";

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
    #[arg(value_enum)]
    tool: Tool,
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tool {
    Gitleaks,
    Betterleaks,
    DetectSecrets,
    Trufflehog,
    Kingfisher,
}

impl Tool {
    /// The names that its files usually have.
    fn files(self) -> &'static [&'static str] {
        match self {
            Tool::Gitleaks => &[".gitleaks.toml", "gitleaks.toml", ".gitleaksignore"],
            Tool::Betterleaks => &[
                ".betterleaks.toml",
                "betterleaks.toml",
                ".betterleaksignore",
                ".gitleaks.toml",
                ".gitleaksignore",
            ],
            Tool::DetectSecrets => &[".secrets.baseline"],
            Tool::Trufflehog => &[".trufflehog-exclude", "trufflehog-exclude.txt"],
            Tool::Kingfisher => &[],
        }
    }
}

impl Tool {
    /// All of them; a file that several read is that of the first.
    const ALL: [Tool; 5] = [
        Tool::Gitleaks,
        Tool::Betterleaks,
        Tool::DetectSecrets,
        Tool::Trufflehog,
        Tool::Kingfisher,
    ];

    /// Takes what one of its files says.
    fn take(
        self,
        path: &Path,
        name: &str,
        text: &str,
        builtin: &RuleSet,
        taken: &mut Taken,
    ) -> Result<()> {
        match (self, kind_of(path)) {
            (Tool::Gitleaks | Tool::Betterleaks, Some("toml")) => {
                gitleaks::config(name, text, builtin, taken)?;
            }
            (Tool::Gitleaks | Tool::Betterleaks, Some("json")) => {
                gitleaks::report(name, text, taken)?;
            }
            (Tool::Gitleaks | Tool::Betterleaks, _) => gitleaks::ignore(text, taken),
            (Tool::DetectSecrets, _) => detect_secrets::baseline(name, text, taken)?,
            (Tool::Trufflehog, Some("json")) => trufflehog::report(name, text, taken)?,
            (Tool::Trufflehog, _) => trufflehog::excluded(text, taken),
            (Tool::Kingfisher, _) => bail!(YAML),
        }
        Ok(())
    }

    /// What users write.
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or(String::new(), |value| value.get_name().to_owned())
    }
}

/// Files of other scanners at the top of a repository, by their usual names alone, each with the tool that
/// `keysweep import` takes.
pub fn foreign(root: &Path) -> Vec<(&'static str, String)> {
    let mut out: Vec<(&'static str, String)> = Vec::new();
    for tool in Tool::ALL {
        for name in tool.files() {
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

/// What was read of all files.
#[derive(Default)]
pub struct Taken {
    /// Rules in our form, each a table.
    rules: Vec<String>,
    /// Rules that are switched off.
    disable: Vec<String>,
    /// Lines of the ignore file.
    ignored: Vec<String>,
    accepted: Vec<Accepted>,
    kept: Vec<String>,
    changed: Vec<String>,
    impossible: Vec<String>,
}

impl Taken {
    fn kept(&mut self, what: String) {
        self.kept.push(what);
    }

    fn changed(&mut self, what: String) {
        self.changed.push(what);
    }

    fn impossible(&mut self, what: String) {
        self.impossible.push(what);
    }

    /// A path that is not looked at, for some rules or for all.
    fn ignore(&mut self, glob: &str, rules: &[String]) {
        // A line of text is one line of the file, and nothing that is said of it makes it another.
        if glob.chars().any(char::is_control) || super::output::masked(glob) != glob {
            return self.impossible(format!(
                "path `{glob}`: it holds a control character or a credential"
            ));
        }
        // At the start of a line these mean something else.
        let glob = match glob.starts_with(['#', '!']) {
            true => &format!("\\{glob}"),
            false => glob,
        };
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        self.ignored.push(match rules.is_empty() {
            true => glob.to_owned(),
            false => format!("{glob} [{}]", rules.join(", ")),
        });
    }

    /// A path that is not looked at, by an expression.
    fn exclude(&mut self, expression: &str) {
        let Some(globs) = paths::globs(expression) else {
            return self.impossible(format!(
                "excluded path `{expression}`: an expression that no pattern says"
            ));
        };
        for line in &globs.lines {
            self.ignore(line, &[]);
        }
        let said = format!("excluded path `{expression}`: {}", globs.lines.join(", "));
        match globs.exact {
            true => self.kept(said),
            false => self.changed(format!("{said} (hides less)")),
        }
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
        let name = path.display().to_string();
        let text = read(path)?;
        args.tool.take(path, &name, &text, &builtin, &mut taken)?;
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
    if args.tool.files().is_empty() {
        bail!(YAML);
    }
    if !args.files.is_empty() {
        return Ok(args.files.clone());
    }
    let usual = args.tool.files().iter();
    let there: Vec<PathBuf> = usual
        .map(|name| root.join(name))
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()))
        .collect();
    if there.is_empty() {
        let names = args.tool.files().join(", ");
        bail!(
            "there is none of {names} at the top of {}; name a FILE",
            root.display()
        );
    }
    Ok(there)
}

fn kind_of(path: &Path) -> Option<&str> {
    path.extension().and_then(|it| it.to_str())
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
