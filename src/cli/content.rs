//! The verbs that read content once and report: `scan`, `staged` and `history`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;

use super::args::{Commits, Common, History, Limits, Scan, Staged};
use super::{DELTA_BUDGET, With, demo, import, lists, output};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::lists::List;
use keysweep::source::{
    HistoryOptions, IgnoredFiles, IndexedOptions, RangeOptions, Selection, StagedOptions,
    TreeOptions,
};
use keysweep::thresholds::Checkpoint;

/// Files, trees, the index or standard input.
pub fn scan(args: Scan) -> Result<ExitCode> {
    let input = if args.paths == [Path::new("-")] {
        let stdin = Box::new(std::io::stdin());
        Input::Stream(args.stdin_name, stdin, MAX_FILE_SIZE)
    } else if args.index {
        let (dir, paths) = of_index(args.paths)?;
        let options = IndexedOptions {
            dir,
            allow_alternates: args.allow_alternate,
            paths,
            threads: args.limits.threads,
            max_file_size: MAX_FILE_SIZE,
        };
        Input::Indexed(options, Checkpoint::Report)
    } else {
        let paths = match args.paths.is_empty() {
            true => vec![PathBuf::from(".")],
            false => args.paths,
        };
        mention_bare(&paths);
        Input::Tree(TreeOptions {
            paths,
            ignored: match args.no_ignore {
                true => IgnoredFiles::Read,
                false => IgnoredFiles::Counted,
            },
            exclude: args.exclude,
            threads: args.limits.threads,
            max_file_size: MAX_FILE_SIZE,
            recurse_submodules: args.recurse_submodules,
            git_config: !args.no_git_config,
        })
    };
    let lists = lists::read(&args.lists)?;
    run(input, &args.limits, &args.common, lists)
}

/// Where the index of some paths is looked for, and the paths from there: here, or, where no repository is, at the
/// first path.
fn of_index(paths: Vec<PathBuf>) -> Result<(PathBuf, Vec<PathBuf>)> {
    let here = PathBuf::from(".");
    let dir = match paths.first() {
        Some(first) if keysweep::source::git_dir(&here).is_none() => match first.is_dir() {
            true => first.clone(),
            false => first.parent().map(Path::to_owned).unwrap_or_default(),
        },
        _ => return Ok((here, paths)),
    };
    // Without links, as the top of a working tree is. What is staged need not be there.
    let whole = |path: PathBuf| path.canonicalize().or_else(|_| std::path::absolute(path));
    let paths = paths
        .into_iter()
        .map(whole)
        .collect::<std::io::Result<_>>()?;
    Ok((whole(dir)?, paths))
}

/// Says of each path that holds a repository and no files of it what is not read.
fn mention_bare(paths: &[PathBuf]) {
    for path in paths.iter().filter(|path| keysweep::source::is_bare(path)) {
        output::note(&format!(
            "{} is a bare repository or inside a .git directory: its files are read as \
             they lie there, and what is committed is not; `keysweep history` reads that",
            path.display()
        ));
    }
}

/// What the next commit adds.
pub fn staged(args: Staged) -> Result<ExitCode> {
    let input = Input::Staged(StagedOptions {
        dir: args.dir.unwrap_or_else(|| PathBuf::from(".")),
        allow_alternates: args.alternates.allowed,
        threads: args.limits.threads,
        max_file_size: MAX_FILE_SIZE,
    });
    run(input, &args.limits, &args.common, Arc::default())
}

/// Every version of every file, or of some commits what they add.
pub fn history(args: History) -> Result<ExitCode> {
    // Is removed when it is dropped.
    let demo = args.demo.then(demo::make).transpose()?;
    let path = match &demo {
        Some(demo) => demo.path().to_owned(),
        None => args.repo.unwrap_or_else(|| PathBuf::from(".")),
    };
    let input = match commits(args.commits) {
        Some(what) => Input::Range(
            RangeOptions {
                path,
                what,
                full: args.full,
                threads: args.limits.threads,
                allow_alternates: args.alternates.allowed,
                max_object: MAX_FILE_SIZE,
            },
            Checkpoint::Report,
        ),
        None => Input::History(HistoryOptions {
            path,
            unreachable: args.unreachable,
            full: args.full,
            threads: args.limits.threads,
            allow_alternates: args.alternates.allowed,
            delta_budget: DELTA_BUDGET,
            max_object: MAX_FILE_SIZE,
            git_config: !args.no_git_config,
        }),
    };
    let lists = lists::read(&args.lists)?;
    let called = args.demo.then_some(demo::CALLED);
    run_as(called, input, &args.limits, &args.common, lists)
}

/// The commits that were asked for, when not the whole history was.
fn commits(args: Commits) -> Option<Selection> {
    match args {
        Commits {
            range: Some(text), ..
        } => Some(Selection::Revisions(text)),
        Commits {
            since: Some(since), ..
        } => Some(Selection::Since(since.as_second())),
        Commits { pushed, .. } => pushed.then_some(Selection::Pushed),
    }
}

/// Scans, and writes the report where it is wanted.
fn run(input: Input, limits: &Limits, common: &Common, lists: Arc<[List]>) -> Result<ExitCode> {
    run_as(None, input, limits, common, lists)
}

/// The same, for an input that the report calls by another name than its path.
fn run_as(
    called: Option<&'static str>,
    input: Input,
    limits: &Limits,
    common: &Common,
    lists: Arc<[List]>,
) -> Result<ExitCode> {
    // Outputs are checked before the scan: a long run must not end in a file that cannot be written.
    let outputs = output::Outputs::open(common, limits)?;
    if let (false, Some(root)) = (common.quiet, whole_of(&input)) {
        import::mention(&root);
    }
    let with = With {
        lists,
        links: outputs.links(),
        called,
        ..With::default()
    };
    let report = super::scan(input, limits, common, with)?;
    outputs.write(&report)?;
    Ok(ExitCode::from(report.exit_status()))
}

/// The top of what is scanned as a whole, where files of a repository are there.
fn whole_of(input: &Input) -> Option<PathBuf> {
    let home = |paths: &[PathBuf]| Some(keysweep::source::home(paths).ok()?.root);
    match input {
        Input::Tree(options) => home(&options.paths),
        Input::History(options) => home(std::slice::from_ref(&options.path)),
        _ => None,
    }
}
