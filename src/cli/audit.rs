//! `keysweep audit`: everything that one or several repositories know of credentials, in one report.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::args::{Alternates, Common, Due, Limits, Lists, heading};
use super::tokens::of_repository;
use super::{DELTA_BUDGET, With, compare, demo, lists, output, scan};
use keysweep::config::MAX_FILE_SIZE;
use keysweep::finding::Reason;
use keysweep::lists::List;
use keysweep::register::{FILE, Register};
use keysweep::report::{Report, against, format, merge};
use keysweep::secret::Shown;
use keysweep::source::{
    HistoryOptions, IgnoredFiles, Repository, Side, TreeOptions, git_dir, home, is_bare, read_side,
};
use keysweep::{AuditOptions, Input};

/// Lists every credential of one or several repositories: working tree, ignored files that look like
/// stores of credentials, and the whole history, with what is known of each one's life.
///
/// Nothing is sent anywhere. `--output html=FILE` writes it as a page that needs no network.
#[derive(Args)]
#[command(next_help_heading = heading::INPUT)]
#[command(after_help = "\
Examples:
  keysweep audit                                  Every credential here, with its life
  keysweep audit ~/a ~/b --output html=page.html  Several repositories on one page
  keysweep audit --output ics=ends.ics --due 90d  A calendar of what ends soon")]
pub struct Audit {
    /// Repositories, or directories without one. [default: .]
    #[arg(help_heading = None, value_name = "REPO")]
    repos: Vec<PathBuf>,
    /// Audit a small repository with made-up leaks, which is made in a temporary directory.
    #[arg(long, conflicts_with = "repos")]
    demo: bool,
    /// Say what changed since this earlier report, which `--format json` wrote.
    #[arg(long, value_name = "REPORT", help_heading = heading::OUTPUT)]
    against: Option<PathBuf>,
    /// Show the page with the program that the system opens pages with. Without `--output html=FILE` the
    /// page is written to the directory for temporary files.
    #[arg(long, help_heading = heading::OUTPUT)]
    open: bool,
    /// Also read objects that no branch or tag reaches: the reflog's and those that nothing names.
    #[arg(long)]
    unreachable: bool,
    /// Do not look at the repository's own configuration (.git/config), which no commit holds.
    #[arg(long)]
    no_git_config: bool,
    #[command(flatten)]
    due: Due,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    alternates: Alternates,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    limits: Limits,
}

/// Audits, compares and writes.
pub fn run(audit: Audit) -> Result<ExitCode> {
    // Outputs and the earlier report are looked at before a run that may take minutes.
    let mut audit = audit;
    let page = audit.open.then(|| page(&mut audit.common)).transpose()?;
    let outputs = output::Outputs::open_dated(&audit.common, &audit.limits)?;
    let earlier = audit.against.as_deref().map(compare::report).transpose()?;
    let demo = audit.demo.then(demo::make).transpose()?;
    let repos = match (&demo, audit.repos.is_empty()) {
        (Some(demo), _) => vec![demo.path().to_owned()],
        (None, true) => vec![PathBuf::from(".")],
        (None, false) => audit.repos.clone(),
    };
    each_once(&repos)?;
    // A broken register is an error of its own: it must not make a repository look unreadable.
    let registers = repos.iter().map(|repo| register(repo));
    let mut registers = registers.collect::<Result<Vec<_>>>()?;
    let lists = lists::read(&audit.lists)?;
    let from = Asked {
        audit: &audit,
        lists,
        links: outputs.links(),
    };
    let mut report = match repos.as_slice() {
        [repo] => one(&from, repo, registers.remove(0), &audit.limits)?,
        repos => several(&from, repos, registers)?,
    };
    let folded = audit.common.all;
    report.summary.against = earlier.map(|earlier| against(&earlier, &report, folded));
    audit.due.keep(&mut report);
    outputs.write(&report)?;
    if let Some(page) = page {
        show(&page);
    }
    Ok(ExitCode::from(report.exit_status()))
}

/// The file of the page that is to be shown: the first that was asked for, else one that is added.
fn page(common: &mut Common) -> Result<PathBuf> {
    let html = format("html").context("there is a format for pages")?;
    let asked = common
        .output
        .iter()
        .find(|(of, _)| of.name() == html.name());
    if let Some((_, file)) = asked {
        return Ok(file.clone());
    }
    // In a directory of its own, which nobody else may read or change.
    let dir = tempfile::Builder::new()
        .prefix("keysweep-")
        .tempdir()?
        .keep();
    let file = dir.join("audit.html");
    common.output.push((html, file.clone()));
    Ok(file)
}

/// Opens a page. The report is written whatever comes of it.
fn show(page: &Path) {
    match open::that_detached(page) {
        Ok(()) => output::note(&format!("the page is {}", page.display())),
        // Why each of several programs could not be started helps nobody who wants to see the page.
        Err(_) => output::note(&format!(
            "the page is {}; no program that shows pages could be started here: open it in a browser",
            page.display()
        )),
    }
}

/// What is read twice would have each of its credentials in two places: a repository that is named twice, or
/// by two of its directories, and what lies below a directory without a repository, which is read whole.
fn each_once(repos: &[PathBuf]) -> Result<()> {
    let mut seen: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for repo in repos {
        if let Some(other) = seen.insert(top(repo), repo) {
            bail!(
                "{} and {} are the same repository or directory: name each once",
                other.display(),
                repo.display()
            );
        }
    }
    for (full, repo) in &seen {
        let above = full
            .ancestors()
            .skip(1)
            .filter_map(|dir| seen.get_key_value(dir));
        for (dir, other) in above {
            if git_dir(dir).is_none() {
                bail!(
                    "{} lies in {}, which is no repository and is read with all that lies in it: name one of \
                     both",
                    repo.display(),
                    other.display()
                );
            }
        }
    }
    Ok(())
}

/// The top of the repository around a path, else the path itself, without links.
fn top(repo: &Path) -> PathBuf {
    let root = match is_bare(repo) {
        true => None,
        false => home(&[repo.to_owned()]).ok().map(|home| home.root),
    };
    let root = root.unwrap_or_else(|| repo.to_owned());
    std::fs::canonicalize(&root).unwrap_or(root)
}

/// What holds of each repository.
struct Asked<'a> {
    audit: &'a Audit,
    lists: Arc<[List]>,
    links: bool,
}

/// One after the other, joined. One that cannot be read is a gap of the report, and the others are read
/// all the same; once somebody stopped one, the rest are gaps too.
///
/// # Errors
/// None of them could be read.
fn several(
    from: &Asked<'_>,
    repos: &[PathBuf],
    registers: Vec<Option<Register>>,
) -> Result<Report> {
    let audit = from.audit;
    let began = Instant::now();
    let mut stopped = None;
    let (mut parts, mut unread) = (Vec::new(), Vec::new());
    for (repo, register) in repos.iter().zip(registers) {
        let name = Shown::ours(output::masked(&repo.display().to_string()));
        if let Some(reason) = stopped {
            unread.push((name, reason, "not begun".to_owned()));
            continue;
        }
        // The time limit is for all of them together.
        let limit = audit.limits.timeout;
        let limits = Limits {
            timeout: limit.map(|limit| limit.saturating_sub(began.elapsed())),
            ..audit.limits.clone()
        };
        match one(from, repo, register, &limits) {
            Ok(report) => {
                stopped = report.stopped_by();
                parts.push((name, report));
            }
            Err(error) => {
                let why = output::masked(&format!("{error:#}"));
                unread.push((name, Reason::UnreadableRepository, why));
            }
        }
    }
    if parts.is_empty() {
        let why = unread
            .into_iter()
            .map(|(name, _, why)| format!("{}: {why}", name.as_str()));
        let why: Vec<String> = why.collect();
        bail!("none of the repositories can be read\n{}", why.join("\n"));
    }
    Ok(merge(parts, unread, audit.common.strict))
}

/// Audits one repository.
fn one(
    from: &Asked<'_>,
    repo: &Path,
    register: Option<Register>,
    limits: &Limits,
) -> Result<Report> {
    let with = With {
        // Only files that stand there refer to anything, and only a register makes that worth a word.
        references: register.is_some() && !is_bare(repo),
        ends: output::has_calendar(&from.audit.common),
        register,
        lists: Arc::clone(&from.lists),
        links: from.links,
        called: from.audit.demo.then_some(demo::CALLED),
    };
    scan(input(from.audit, repo)?, limits, &from.audit.common, with)
}

/// What a repository writes down of its tokens, when it does: its working tree says it, or the commit that
/// a bare repository shows.
///
/// # Errors
/// It is broken.
fn register(repo: &Path) -> Result<Option<Register>> {
    if !is_bare(repo) {
        // What cannot be read is said where it is scanned.
        return match home(&[repo.to_owned()]) {
            Ok(home) => of_repository(&home.root),
            Err(_) => Ok(None),
        };
    }
    let head = Side::Head(Repository::new(repo, &[]));
    let file = read_side(&head, &[FILE])?.remove(0);
    let register = file.map(|file| Register::parse(&file.name, &file.bytes));
    Ok(register.transpose()?)
}

/// What there is to read of a repository: its history, and its working tree unless it is bare.
fn input(audit: &Audit, repo: &Path) -> Result<Input> {
    let bare = is_bare(repo);
    let root = match bare {
        true => repo.to_owned(),
        false => home(&[repo.to_owned()])?.root,
    };
    let is_repository = bare || git_dir(&root).is_some();
    let dot_git = root.join(".git");
    if !is_repository && dot_git.join("objects").is_dir() && !dot_git.join("HEAD").exists() {
        bail!(
            "{} has objects and no HEAD, so git does not take it for a repository and its history cannot be read: \
             write the branch there (`ref: refs/heads/main`), or read the files alone with `keysweep scan`",
            dot_git.display()
        );
    }
    let history = is_repository.then(|| HistoryOptions {
        path: repo.to_owned(),
        unreachable: audit.unreachable,
        full: false,
        threads: audit.limits.threads,
        allow_alternates: audit.alternates.allowed.clone(),
        delta_budget: DELTA_BUDGET,
        max_object: MAX_FILE_SIZE,
        git_config: !audit.no_git_config,
    });
    let tree = (!bare).then(|| TreeOptions {
        paths: vec![root],
        ignored: IgnoredFiles::Stores,
        exclude: Vec::new(),
        threads: audit.limits.threads,
        max_file_size: MAX_FILE_SIZE,
        recurse_submodules: false,
        // The history looks at it.
        git_config: history.is_none() && !audit.no_git_config,
    });
    Ok(Input::Audit(AuditOptions { tree, history }))
}
