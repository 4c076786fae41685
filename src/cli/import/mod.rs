//! `keysweep import TOOL`: what another scanner was told is written in our files, with a report of what was
//! kept, what means something else now, and what cannot be said here. Facts about the files are those that the
//! tools document.

mod gitleaks;
mod paths;
mod write;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use serde_json::Value;
use sha1::{Digest as _, Sha1};

use super::args::Looking;
use super::known::{House, Look};
use super::output;
use keysweep::Examined;
use keysweep::config;
use keysweep::report::{Finding, Report};
use keysweep::suppress::{BASELINE, IGNORE_FILE, Known};

/// Larger files are not read; bytes.
const LARGEST: u64 = 64 << 20;

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

/// What is to be accepted: a finding at a line, or one whose value has a digest.
#[derive(Clone, Debug, Default)]
pub struct Accepted {
    file: String,
    line: Option<u32>,
    commit: Option<String>,
    /// SHA-1 of the value, hexadecimal.
    sha1: Option<String>,
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
}

/// Runs the verb.
///
/// # Errors
/// No such file, one that is not of its tool, or ours cannot be written.
pub fn run(args: &Import) -> Result<ExitCode> {
    let dir = args.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    super::baseline::refuse_bare(&dir)?;
    let house = House::open(&dir, args.looking.clone())?;
    let files = files(args, &house.root)?;
    let builtin = keysweep::builtin::set();
    let mut taken = Taken::default();
    for path in &files {
        let name = path.display().to_string();
        let text = read(path)?;
        match args.tool {
            Tool::Gitleaks | Tool::Betterleaks => match kind_of(path) {
                Some("toml") => gitleaks::config(&name, &text, &builtin, &mut taken)?,
                Some("json") => gitleaks::report(&name, &text, &mut taken)?,
                _ => gitleaks::ignore(&text, &mut taken),
            },
            Tool::DetectSecrets => detect_secrets(&name, &text, &mut taken)?,
            Tool::Trufflehog if kind_of(path) == Some("json") => {
                trufflehog(&name, &text, &mut taken)?
            }
            Tool::Trufflehog => exclude_paths(&text, &mut taken),
            Tool::Kingfisher => bail!(
                "{name}: configuration and baseline of Kingfisher are YAML, which is not read here; its \
                 comments (kingfisher:ignore) are understood, and `keysweep baseline create` knows what is found today"
            ),
        }
    }
    let (found, looked) = accept(&house, &mut taken)?;
    let written = match args.dry_run {
        true => None,
        false => Some(write::all(&house, &mut taken, &found)?),
    };
    write::report(&files, &taken, found.len(), written.as_ref())?;
    Ok(output::ended(&looked.iter().collect::<Vec<_>>()))
}

/// The files that are read.
fn files(args: &Import, root: &Path) -> Result<Vec<PathBuf>> {
    if !args.files.is_empty() {
        return Ok(args.files.clone());
    }
    let usual = args.tool.files().iter();
    let there: Vec<PathBuf> = usual
        .map(|name| root.join(name))
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()))
        .collect();
    if there.is_empty() && args.tool.files().is_empty() {
        bail!(
            "there is nothing to import: the files of this tool are YAML, which is not read; its comments \
             beside a value count here as they are (docs/init.md)"
        );
    }
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

/// A baseline of detect-secrets: values by their SHA-1, some with the word of whoever audited them.
fn detect_secrets(name: &str, text: &str, taken: &mut Taken) -> Result<()> {
    let all: Value = serde_json::from_str(text).with_context(|| format!("{name} is no JSON"))?;
    let Some(results) = all.get("results").and_then(Value::as_object) else {
        bail!("{name} has no `results`, as a baseline of detect-secrets has");
    };
    for (file, rows) in results {
        for row in rows.as_array().into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            let line = row.get("line_number").and_then(Value::as_u64);
            let line = line.and_then(|line| u32::try_from(line).ok());
            if row.get("is_secret").and_then(Value::as_bool) == Some(true) {
                taken.changed(format!(
                    "{file}:{}: marked as a real secret, so it is not accepted; rotate it",
                    line.unwrap_or(0)
                ));
                continue;
            }
            taken.accepted.push(Accepted {
                file: file.clone(),
                line,
                commit: None,
                sha1: text("hashed_secret").map(str::to_ascii_lowercase),
            });
        }
    }
    let filters = all.get("filters_used").and_then(Value::as_array);
    for filter in filters.into_iter().flatten() {
        let path = filter
            .get("path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let patterns = filter.get("pattern");
        let one = patterns.and_then(Value::as_str).into_iter();
        let many = patterns
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        if path.ends_with("should_exclude_file") {
            one.chain(many).for_each(|pattern| exclude(pattern, taken));
        } else if path.contains("should_exclude_") {
            one.chain(many).for_each(|pattern| {
                taken.impossible(format!("excluded lines or values `{pattern}`: accept what it hid with `keysweep allow ID`"));
            });
        }
    }
    Ok(())
}

/// A file of TruffleHog: an expression of paths a line.
fn exclude_paths(text: &str, taken: &mut Taken) {
    for line in text.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            exclude(line, taken);
        }
    }
}

fn exclude(expression: &str, taken: &mut Taken) {
    match paths::globs(expression) {
        None => taken.impossible(format!(
            "excluded path `{expression}`: an expression that no pattern says"
        )),
        Some(globs) => {
            for line in &globs.lines {
                taken.ignore(line, &[]);
            }
            let said = format!("excluded path `{expression}`: {}", globs.lines.join(", "));
            match globs.exact {
                true => taken.kept(said),
                false => taken.changed(format!("{said} (hides less)")),
            }
        }
    }
}

/// A report of TruffleHog: an object a line, with the place in `SourceMetadata.Data`.
fn trufflehog(name: &str, text: &str, taken: &mut Taken) -> Result<()> {
    for (n, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let row: Value = serde_json::from_str(line)
            .with_context(|| format!("{name}:{}: no JSON object", n + 1))?;
        let data = row
            .pointer("/SourceMetadata/Data")
            .and_then(Value::as_object);
        let place = data.into_iter().flatten().map(|(_, place)| place).next();
        let text = |key: &str| {
            place
                .and_then(|place| place.get(key))
                .and_then(Value::as_str)
        };
        let line = place
            .and_then(|place| place.get("line"))
            .and_then(Value::as_u64);
        taken.accepted.push(Accepted {
            file: text("file").unwrap_or_default().to_owned(),
            line: line.and_then(|line| u32::try_from(line).ok()),
            commit: text("commit").map(str::to_owned),
            sha1: None,
        });
    }
    Ok(())
}

/// The findings that are meant, looked for in the files, and in the history where a commit is named; and the
/// reports of where it was looked.
fn accept(house: &House, taken: &mut Taken) -> Result<(Vec<Known>, Vec<Report>)> {
    let mut looked = Vec::new();
    let mut found: BTreeMap<String, Known> = BTreeMap::new();
    let mut left = std::mem::take(&mut taken.accepted);
    let git = keysweep::source::git_dir(&house.root).is_some();
    for look in [Look::Tree, Look::History] {
        if left.is_empty() || (look == Look::History && !git) {
            break;
        }
        let Examined { report, known, .. } = house.look(look, true)?;
        let all: Vec<&Finding> = report.findings.iter().chain(&report.suppressed).collect();
        let digests: Vec<String> = known
            .iter()
            .map(|one| sha1(one.subject.secret.expose()))
            .collect();
        left.retain(|wanted| {
            let at = all.iter().find(|finding| is_at(finding, wanted));
            let at = at.map(|finding| finding.fingerprint);
            let digest = wanted.sha1.as_ref();
            let meant = known.iter().zip(&digests).find(|(one, sha1)| match digest {
                Some(digest) => *sha1 == digest,
                None => at == Some(one.fingerprint),
            });
            if let Some((one, _)) = meant {
                taken.kept.push(format!("{}: accepted", told(wanted)));
                found.insert(one.fingerprint.to_string(), one.clone());
            }
            meant.is_none()
        });
        looked.push(report);
    }
    for wanted in left {
        taken.impossible(format!(
            "{}: nothing is found there now, so there is nothing to accept",
            told(&wanted)
        ));
    }
    Ok((found.into_values().collect(), looked))
}

fn told(wanted: &Accepted) -> String {
    let line = wanted.line.map_or(String::new(), |line| format!(":{line}"));
    let commit = wanted.commit.as_deref().and_then(|id| id.get(..10));
    let commit = commit.map_or(String::new(), |id| format!(" in {id}"));
    format!("{}{line}{commit}", wanted.file)
}

/// Whether a finding stands where something is to be accepted.
fn is_at(finding: &Finding, wanted: &Accepted) -> bool {
    finding.places.iter().any(|place| {
        let region = place.region;
        let line = wanted
            .line
            .is_none_or(|line| (region.start_line..=region.end_line).contains(&line));
        let introduced = place.introduced.as_ref().map(|commit| commit.id.as_str());
        let commit = match (&wanted.commit, introduced) {
            (Some(wanted), Some(have)) => have.starts_with(wanted.as_str()),
            _ => true,
        };
        line && commit && place.path.as_str() == wanted.file.trim_start_matches("./")
    })
}

fn sha1(value: &[u8]) -> String {
    Sha1::digest(value)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
