//! `keysweep show ID`: one finding with the masked lines around it, and all that is known of it.

use std::io::{IsTerminal, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;

use super::args::{Color, Looking, heading};
use super::choose::{self, Chosen};
use super::known::{Look, Project};
use super::{links, output};
use keysweep::detect::Scanner;
use keysweep::finding::Excerpt;
use keysweep::fix;
use keysweep::report::{self, Finding, Place, Report, Style};
use keysweep::secret::REDACTED;
use keysweep::source::{Control, Repository, Side, commit_of, excerpt, read_side};

/// Lines above and below the value.
const AROUND: usize = 2;

/// Shows one finding: the masked lines around it, why it is reported, its life, and what to do about it.
///
/// The files are searched first, then what is staged, then the history. Nothing of the value is shown.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep show 22c4cf81            All about one finding; the first four digits do if no other begins so
  keysweep show 22c4 --repo ~/shop  The same from elsewhere
  keysweep show 22c4 --reveal       Also the value, on this terminal, after a question")]
pub struct Show {
    /// The id of a finding, as every report shows it, or its beginning.
    #[arg(value_name = "ID")]
    id: String,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Print the value itself, after a question. Only at a terminal, and not where CI is set.
    #[arg(long, help_heading = heading::OUTPUT)]
    reveal: bool,
    /// When to use colours.
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = heading::OUTPUT)]
    color: Color,
    #[command(flatten)]
    looking: Looking,
}

/// Prints the page.
///
/// # Errors
/// No such finding, several of them, or `--reveal` where others may read along.
pub fn run(args: &Show) -> Result<ExitCode> {
    let terminal = std::io::stdout().is_terminal();
    let kept = || output::in_ci() || !terminal || !std::io::stdin().is_terminal();
    if args.reveal && kept() {
        bail!("--reveal shows a secret: only at a terminal, never in a pipe, a file or CI");
    }
    let dir = args.repo.clone().unwrap_or_else(|| PathBuf::from("."));
    let mut project = Project::open(&dir, args.looking.clone())?;
    project.links = true;
    let bare = keysweep::source::is_bare(&dir);
    let git = keysweep::source::git_dir(&project.root).is_some();
    let looks: &[Look] = match (bare, git) {
        (true, _) => &[Look::History],
        (false, true) => &[Look::Tree, Look::Staged, Look::History],
        (false, false) => &[Look::Tree],
    };
    let mut chosen = choose::one(&project, &args.id, looks)?;
    if let (Look::Tree, Some(web)) = (chosen.look, chosen.report.run.web.as_deref()) {
        let rows = &mut [&mut chosen.finding];
        links::add_to(rows, web, &project.root, &Control::default());
    }
    let scanner = project.scanner()?;
    let value = match args.reveal && asked()? {
        true => Some(String::from_utf8_lossy(chosen.known.subject.secret.expose()).into_owned()),
        false => None,
    };
    let look = report::Look {
        excerpt: excerpt_of(&project.root, &chosen, &scanner),
        command: command(&chosen.report, &chosen.finding),
        value,
        history: chosen.look == Look::History,
    };
    let rule = chosen.report.rules.iter();
    let rule = rule
        .clone()
        .find(|rule| rule.id == chosen.finding.reported)
        .or_else(|| {
            let mut rule = rule;
            rule.find(|rule| rule.id == chosen.finding.rule)
        });
    let style = Style {
        terminal,
        color: output::color(args.color, terminal),
        width: output::width(terminal),
        ..Style::default()
    };
    let page = report::page(&chosen.finding, rule, &look, style);
    std::io::stdout().lock().write_all(page.as_bytes())?;
    Ok(output::ended(&[&chosen.report]))
}

/// Whether the user wants the value on the screen.
fn asked() -> Result<bool> {
    let mut err = std::io::stderr().lock();
    write!(err, "Show the value on this screen? [y/N] ")?;
    err.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// The masked lines around the first place, read again where it stands: in the working tree, the index, or a
/// commit. Nothing when that is no longer what was found, or cannot be read (an archive, a name).
fn excerpt_of(root: &Path, chosen: &Chosen, scanner: &Scanner) -> Option<Excerpt> {
    let place = chosen.finding.first_place()?;
    let plain = place.member.is_none() && place.name.is_none() && !place.message;
    if !plain || !chosen.finding.evidence.layers.is_empty() {
        return None;
    }
    let repository = || Repository::from(root.to_owned());
    let from = match chosen.look {
        Look::Tree => Side::WorkTree(root.to_owned()),
        Look::Staged => Side::Index(repository()),
        Look::History => {
            let commit = commit(&chosen.report, place)?;
            Side::Commit(repository(), commit_of(&repository(), commit).ok()?)
        }
    };
    let file = read_side(&from, &[place.path.as_str()]).ok()?.pop()??;
    let text = std::str::from_utf8(&file.bytes).ok()?;
    let span = fix::span(text, place.region)?;
    let mut spans = scanner.spans(text.as_bytes());
    let value = chosen.known.subject.secret.expose();
    let holds = |span: &Range<usize>| memchr::memmem::find(&file.bytes[span.clone()], value);
    if !spans.contains(&span) && holds(&span).is_none() {
        return None;
    }
    // The value again, where no name makes it one.
    let again = memchr::memmem::find_iter(&file.bytes, value);
    spans.extend(again.map(|at| at..at + value.len()));
    spans.push(span.clone());
    Some(excerpt(&file.bytes, &spans, &span, AROUND))
}

/// The commit that holds a place of a history as it was found: HEAD, else the one that brought it.
fn commit<'a>(report: &'a Report, place: &'a Place) -> Option<&'a str> {
    let head = report.run.history.as_ref()?.head.as_deref();
    let introduced = place.introduced.as_ref().map(|commit| commit.id.as_str());
    match place.at_head {
        Some(true) => head.or(introduced),
        _ => introduced,
    }
}

/// `git show COMMIT:path` for what a history holds. A path in which something is masked cannot be named.
fn command(report: &Report, finding: &Finding) -> Option<String> {
    let place = finding.first_place()?;
    let commit = commit(report, place)?;
    let short = commit.get(..10).unwrap_or(commit);
    if place.message {
        return Some(format!("git show --no-patch {short}"));
    }
    let path = place.path.as_str();
    let hidden = path.contains(REDACTED) || report::terminal(path) != path;
    if hidden || path.starts_with(".git-history/") || place.name.is_some() {
        return None;
    }
    let line = place.region_in_file();
    let line = line.map_or(String::new(), |it| format!(" | sed -n {}p", it.start_line));
    Some(format!(
        "git show {}{line}",
        quoted(&format!("{short}:{path}"))
    ))
}

/// A word as a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-:+@%,=".contains(&b);
    match text.bytes().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
