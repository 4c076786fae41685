//! `keysweep explain FILE:LINE`: what is found on a line, and why the rest of it is not reported.

use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::args::{Alternates, ConfigArgs, Looking, heading};
use super::choose;
use super::config::Found;
use super::known::{Look, Project};
use super::rule_files;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::detect::generic::Feature;
use keysweep::detect::{Candidate, Scanner};
use keysweep::finding::{Class, Confidence, Located, Origin, RepoPath};
use keysweep::judge;
use keysweep::report::terminal;
use keysweep::secret::{Masker, REDACTED, Secret};
use keysweep::source::{
    Blob, Control, IgnoredFiles, Inherit, TreeOptions, Visit, locate, scan_tree,
};

/// What to explain.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep explain config/mail.toml:2  Why is this line reported, or why not?
  keysweep explain config/mail.toml    All that this file holds
  keysweep explain 66383512            The line of this finding")]
pub struct Explain {
    /// The file, and the line of it; without a line the whole file. Or the id of a finding in the files here.
    #[arg(value_name = "FILE[:LINE]|ID")]
    pub place: String,
    /// Add the rules of this file. Repeatable.
    #[arg(long, value_name = "FILE", help_heading = heading::POLICY)]
    pub rules: Vec<PathBuf>,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// Prints what the rules make of the place.
///
/// # Errors
/// No such file or line, a file that is not read, broken rules or configuration.
pub fn run(args: &Explain) -> Result<ExitCode> {
    let (path, line) = match by_id(args)? {
        Some(place) => place,
        None => place(&args.place),
    };
    let lines = lines(&path, line, &args.rules, &args.config)?;
    let mut out = std::io::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What the rules make of a file or a line of it (from 1), in words that hold no value; each may be several lines.
///
/// # Errors
/// As [`run`].
pub fn lines(
    path: &Path,
    line: Option<usize>,
    rule_files: &[PathBuf],
    config: &ConfigArgs,
) -> Result<Vec<String>> {
    let found = Found::of_tree(config, path)?;
    let mut rules = rule_files::builtin_and(rule_files)?;
    found.add_rules(&mut rules)?;
    let scanner = Scanner::new(rules);
    let name = path.display().to_string();
    let (origin, bytes) = content(path)?;
    let lines = bytes.split(|b| *b == b'\n').count();
    if line.is_some_and(|line| !(1..=lines).contains(&line)) {
        bail!("{name} has {lines} lines");
    }
    // A scan judges a place by its path from the top of the repository, wherever the user stands.
    let judged = match origin {
        Origin::File(path) | Origin::Link(path) => path,
        _ => RepoPath::from(name.as_str()),
    };
    let said = explained(&scanner, &judged, &bytes, line);
    let finder = |text: &[u8]| scanner.spans(text);
    let secrets = said.iter().filter_map(|one| one.secret.as_deref());
    let values: Vec<Secret> = secrets.map(Secret::new).collect();
    let masker = Masker::new(&values, &finder, false);
    let shown = terminal(masker.show_path(name.as_bytes()).as_str());
    if said.is_empty() {
        let at = line.map_or(String::new(), |line| format!(":{line}"));
        return Ok(vec![format!(
            "{shown}{at}: nothing here has the form of a credential, and no name is given a value"
        )]);
    }
    let lines = said.iter().map(|one| {
        let region = one.located.region;
        let key = terminal(masker.show(&one.key).as_str());
        let said = masker.show(one.said.as_bytes());
        let said: Vec<String> = said.as_str().lines().map(terminal).collect();
        let said = said.join("\n    ");
        let equals = if key.is_empty() { "" } else { " = " };
        format!(
            "{shown}:{}:{}: {key}{equals}{REDACTED}\n  {said}",
            region.start_line, region.start_column
        )
    });
    Ok(lines.collect())
}

/// What a file holds, read as a scan reads it.
fn content(path: &Path) -> Result<(Origin, Vec<u8>)> {
    let name = path.display().to_string();
    let reader = Reader::default();
    let options = TreeOptions {
        paths: vec![path.to_owned()],
        ignored: IgnoredFiles::Read,
        exclude: Vec::new(),
        threads: 1,
        max_file_size: MAX_FILE_SIZE,
        recurse_submodules: false,
        git_config: false,
    };
    if path.is_dir() {
        bail!("{name} is a directory; name a file of it, and a line: FILE:LINE");
    }
    let visited = scan_tree(&options, &reader, &Control::default())?;
    let content = reader.content.into_inner();
    content
        .unwrap_or_else(PoisonError::into_inner)
        .with_context(|| {
            let why = visited.skipped.first();
            let why = why.map_or("it is no file".to_owned(), |skipped| {
                format!("{} {}", skipped.reason.phrase(), skipped.detail)
            });
            format!("{name} is not read: {why}")
        })
}

/// The place of the finding that an id means; nothing for what is the name of a file, or no id.
fn by_id(args: &Explain) -> Result<Option<(PathBuf, Option<usize>)>> {
    if !choose::is_id(&args.place.to_ascii_lowercase()) || Path::new(&args.place).exists() {
        return Ok(None);
    }
    let looking = Looking {
        alternates: Alternates::default(),
        config: args.config.clone(),
        rules: args.rules.clone(),
        now: None,
    };
    let project = Project::open(Path::new("."), looking)?;
    let chosen = choose::one(&project, &args.place, &[Look::Tree])?;
    let place = chosen.finding.first_place();
    let place = place.map(|place| {
        let line = place.region_in_file();
        let line = line.and_then(|region| usize::try_from(region.start_line).ok());
        let path = project.root.join(place.path.as_str());
        let here = std::env::current_dir().unwrap_or_default();
        let near = path.strip_prefix(&here).map(Path::to_owned);
        (near.unwrap_or(path), line)
    });
    Ok(place)
}

/// The path and the line of `FILE:LINE`. A file whose own name ends so is taken as it is.
fn place(text: &str) -> (PathBuf, Option<usize>) {
    let whole = PathBuf::from(text);
    match text.rsplit_once(':') {
        Some((path, line)) if !whole.exists() => match line.parse() {
            Ok(line) => (PathBuf::from(path), Some(line)),
            Err(_) => (whole, None),
        },
        _ => (whole, None),
    }
}

/// A value, and what is made of it.
struct Said {
    key: Vec<u8>,
    /// The value, when it is one that reports mask wherever it stands.
    secret: Option<Vec<u8>>,
    located: Located,
    said: String,
}

/// What a scan makes of the values of a line, or of all lines, sorted by place.
fn explained(scanner: &Scanner, path: &RepoPath, bytes: &[u8], line: Option<usize>) -> Vec<Said> {
    let mut found = scanner.scan(bytes);
    let each = found.iter_mut();
    judge::mark_tests(bytes, each.map(|one| (one.span.start, &mut one.evidence)));
    let asked = scanner.asked(bytes);
    let overlaps = |span: &Range<usize>| {
        found
            .iter()
            .any(|one| one.span.start < span.end && span.start < one.span.end)
    };
    let refused = asked
        .iter()
        .filter(|asked| !overlaps(&asked.span))
        .filter_map(|asked| {
            let why = asked.judged.as_ref().err()?;
            let mut said = format!("refused ({}): {}", why.name(), why.sentence());
            said.push_str(&weights(scanner, &asked.features));
            Some((asked.span.clone(), asked.key.clone(), None, said))
        });
    let features = |one: &Candidate| {
        let generic = scanner.rules().rules[one.rule].generic().is_some();
        let mut of = asked
            .iter()
            .filter(|asked| generic && asked.span == one.span);
        of.find_map(|asked| asked.judged.is_ok().then_some(asked.features.as_slice()))
    };
    let mut all: Vec<_> = found
        .iter()
        .map(|one| {
            let key = one.key.clone().unwrap_or_default();
            let secret = (one.class != Class::Sample).then(|| one.value.clone());
            let features = features(one).unwrap_or_default();
            let said = of_found(scanner, path, one) + &weights(scanner, features);
            (one.span.clone(), key, secret, said)
        })
        .chain(refused)
        .collect();
    all.sort_by_key(|(span, ..)| (span.start, span.end));
    let spans: Vec<Range<usize>> = all.iter().map(|(span, ..)| span.clone()).collect();
    let wanted = |located: &Located| {
        let region = located.region;
        line.is_none_or(|line| {
            (region.start_line as usize..=region.end_line as usize).contains(&line)
        })
    };
    all.into_iter()
        .zip(locate(bytes, &spans))
        .filter(|(_, located)| wanted(located))
        .map(|((_, key, secret, said), located)| Said {
            key,
            secret,
            located,
            said,
        })
        .collect()
}

/// What a candidate is at a path, how probable, and when it is listed.
fn of_found(scanner: &Scanner, path: &RepoPath, found: &Candidate) -> String {
    let rule = &scanner.rules().rules[found.rule];
    let judge::Weighed {
        kind,
        ground,
        probability,
        confidence,
        reason,
    } = judge::weighed(&found.evidence, path);
    let mut text = match found.class {
        Class::Sample => format!("a sample, listed on request: {}", rule.id),
        Class::Protected => format!("protected, listed on request: {}", rule.id),
        Class::Credential => format!(
            "found: {}, {} confidence (probability {probability:.2}: {} in {}){}",
            rule.id,
            confidence.name(),
            ground.name(),
            kind.name(),
            match confidence {
                Confidence::Low => ", listed with --min-confidence low",
                Confidence::Medium | Confidence::High => "",
            }
        ),
    };
    let reasons = reason.iter().chain(&found.evidence.reasons);
    for (n, reason) in reasons.enumerate() {
        text.push_str(if n == 0 { ": " } else { "; " });
        text.push_str(reason);
    }
    text
}

/// What was weighed, a line each, with what it adds to the log-odds of the score.
fn weights(scanner: &Scanner, features: &[Feature]) -> String {
    if features.is_empty() {
        return String::new();
    }
    let weights = scanner.weights().weights_of(features).into_iter();
    let lines = weights.map(|(name, weight)| format!("\n{weight:+.2} {name}"));
    lines.collect()
}

/// Keeps the content of one file, and where it comes from.
#[derive(Default)]
struct Reader {
    content: Mutex<Option<(Origin, Vec<u8>)>>,
}

impl Visit for Reader {
    type State = ();

    fn blob(&self, blob: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        content.get_or_insert_with(|| (blob.origin.clone(), blob.bytes.to_vec()));
    }
}
