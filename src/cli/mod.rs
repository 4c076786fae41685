//! The command line: from what the user typed to ready-made parts, and from a report to outputs
//! and the exit status. Nothing imports this room.

mod allow;
mod args;
mod baseline;
mod demo;
mod event;
mod generate;
mod hook;
mod known;
mod last;
mod output;
mod policy;
mod progress;
mod rules;
mod signals;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use args::{Common, Limits, Verb};
use keysweep::detect::Scanner;
use keysweep::finding::Weight;
use keysweep::policy::Policy;
use keysweep::present::Wishes;
use keysweep::report::{Mode, Outcome, Report};
use keysweep::rule::RuleSet;
use keysweep::source::{
    Control, HistoryOptions, IndexedOptions, RangeOptions, StagedOptions, TreeOptions, What,
};
use keysweep::{Input, Plan};

/// Bytes of decoded deltas in flight.
const DELTA_BUDGET: usize = 512 << 20;
/// Larger files are not read where no option says otherwise; bytes.
const MAX_FILE: u64 = 256 << 20;

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = output::arguments();
    match dispatch(cli.verb) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Scan(scan) => {
            let input = if scan.paths == [Path::new("-")] {
                let stdin = Box::new(std::io::stdin());
                Input::Stream(scan.stdin_name, stdin, scan.limits.max_file_size)
            } else if scan.index {
                Input::Indexed(IndexedOptions {
                    dir: PathBuf::from("."),
                    paths: scan.paths,
                    threads: scan.limits.threads,
                    max_file_size: scan.limits.max_file_size,
                })
            } else {
                Input::Tree(TreeOptions {
                    paths: or_here(scan.paths),
                    no_ignore: scan.no_ignore,
                    exclude: scan.exclude,
                    threads: scan.limits.threads,
                    max_file_size: scan.limits.max_file_size,
                    recurse_submodules: scan.recurse_submodules,
                })
            };
            run(Mode::Tree, input, &scan.limits, &scan.common)
        }
        Verb::Staged(staged) => {
            let input = Input::Staged(StagedOptions {
                dir: staged.dir.unwrap_or_else(|| PathBuf::from(".")),
                threads: staged.limits.threads,
                max_file_size: staged.limits.max_file_size,
            });
            run(Mode::Staged, input, &staged.limits, &staged.common)
        }
        Verb::History(history) => {
            let demo = history.demo.then(demo::make).transpose()?;
            let path = match &demo {
                Some(demo) => demo.path().to_owned(),
                None => history.repo.unwrap_or_else(|| PathBuf::from(".")),
            };
            if let Some(what) = commits(history.commits) {
                let input = Input::Range(RangeOptions {
                    path,
                    what,
                    full: history.full,
                    threads: history.limits.threads,
                    allow_alternates: history.allow_alternate,
                    max_object: history.limits.max_file_size,
                });
                return run(Mode::Range, input, &history.limits, &history.common);
            }
            let input = Input::History(HistoryOptions {
                path,
                unreachable: history.unreachable,
                full: history.full,
                threads: history.limits.threads,
                allow_alternates: history.allow_alternate,
                delta_budget: DELTA_BUDGET,
                max_object: history.limits.max_file_size,
            });
            run(Mode::History, input, &history.limits, &history.common)
        }
        Verb::Hook(hook) => hook::run(hook),
        Verb::Baseline(args) => baseline::run(args),
        Verb::Allow(args) => allow::run(args),
        Verb::Rules(rules) => rules::print(&load_rules(&rules.rules)?, rules.id.as_deref()),
        Verb::Event(event) => event::run(event),
        Verb::Generate(generate) => generate::print(generate.what),
    }
}

/// The commits that were asked for, when not the whole history was.
fn commits(args: args::Commits) -> Option<What> {
    match args {
        args::Commits {
            range: Some(text), ..
        } => Some(What::Revisions(text)),
        args::Commits {
            since: Some(since), ..
        } => Some(What::Since(since.as_second())),
        args::Commits { pushed, .. } => pushed.then_some(What::Pushed),
    }
}

fn or_here(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    if paths.is_empty() {
        vec![PathBuf::from(".")]
    } else {
        paths
    }
}

/// The built-in rules and the user's.
fn load_rules(files: &[PathBuf]) -> Result<RuleSet> {
    let mut rules = keysweep::builtin::set();
    for file in files {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("the rule file {} cannot be read", file.display()))?;
        let more = keysweep::rule::load_file(&file.display().to_string(), &text)?;
        for rule in &more {
            let slow =
                matches!(&rule.kind, keysweep::rule::Kind::Token(t) if t.literals.is_empty());
            if slow {
                output::note(&format!(
                    "rule `{}` of {} has no literal of three bytes or more, so it runs line by line and is slow",
                    rule.id,
                    file.display()
                ));
            }
        }
        rules.extend(more)?;
    }
    Ok(rules)
}

fn run(mode: Mode, input: Input, limits: &Limits, common: &Common) -> Result<ExitCode> {
    // Outputs are checked before the scan: a long run must not end in a file that cannot be written.
    let outputs = output::Outputs::open(common)?;
    let report = scan(mode, input, limits, common)?;
    outputs.write(&report)?;
    Ok(ExitCode::from(status(&report, common.strict)))
}

/// Scans and judges; what is printed is the caller's.
fn scan(mode: Mode, input: Input, limits: &Limits, common: &Common) -> Result<Report> {
    if common.show_secrets
        && std::env::var_os("CI").is_some_and(|ci| !ci.is_empty() && ci != "false")
    {
        bail!("--show-secrets is refused here: `CI` is set, and a CI log is kept and read by many");
    }
    let mut policy = Policy::new(mode);
    policy.fail_on = common.fail_on.clone();
    policy.min_confidence = common.min_confidence.unwrap_or(policy.min_confidence);
    policy.min_severity = common.min_severity.unwrap_or(policy.min_severity);
    let target = target(&input);
    // What a commit or a push was stopped for can be allowed by `allow --last`.
    let stops_for = match &input {
        Input::Staged(options) => Some(options.dir.clone()),
        Input::Indexed(options) if mode == Mode::Staged => Some(options.dir.clone()),
        Input::Range(options) if mode == Mode::Staged => Some(options.path.clone()),
        _ => None,
    };
    let rules = load_rules(&common.rules)?;
    let suppressions = policy::of_input(&input, &common.trust, &rules)?;
    let plan = Plan {
        input,
        target,
        scanner: Scanner::new(rules),
        policy,
        archives: limits.archives(),
        now: now(common.now)?,
        wishes: Wishes {
            secrets: common.show_secrets,
            emails: common.show_emails,
        },
        all_rules: common.sarif_all_rules,
        suppressions,
    };
    let control = Arc::new(Control::default());
    signals::watch(&control)?;
    signals::time_limit(&control, limits.timeout);
    let bar = progress::start(&control, common.quiet);
    let report = keysweep::run(plan, &control);
    drop(bar);
    let report = report?;
    if let Some(dir) = stops_for {
        last::remember(&dir, &report);
    }
    Ok(report)
}

fn target(input: &Input) -> String {
    match input {
        Input::Tree(options) => {
            let names: Vec<String> = options
                .paths
                .iter()
                .map(|p| p.display().to_string())
                .collect();
            names.join(", ")
        }
        Input::Stream(name, ..) => name.clone(),
        Input::Staged(options) => options.dir.display().to_string(),
        Input::Indexed(options) => options.dir.display().to_string(),
        Input::History(options) => options.path.display().to_string(),
        Input::Range(options) => options.path.display().to_string(),
    }
}

/// `--now`, else `SOURCE_DATE_EPOCH`, else the clock.
fn now(given: Option<jiff::Timestamp>) -> Result<jiff::Timestamp> {
    if let Some(now) = given {
        return Ok(now);
    }
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .parse()
            .ok()
            .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
            .with_context(|| {
                format!("SOURCE_DATE_EPOCH is `{text}`, which is no number of seconds")
            }),
        Err(_) => Ok(jiff::Timestamp::now()),
    }
}

/// 0, 1 or 2, as laid down in the manual.
fn status(report: &Report, strict: bool) -> u8 {
    let outside = report.skipped.iter().any(|s| s.weight == Weight::Scope);
    match report.outcome {
        Outcome::Interrupted => 2,
        Outcome::Fails(_) => 1,
        Outcome::Incomplete => 2,
        Outcome::Clean | Outcome::Nothing(_) if strict && outside => 2,
        Outcome::Clean | Outcome::Nothing(_) => 0,
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
