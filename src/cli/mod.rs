//! The command line: from what the user typed to ready-made parts, and from a report to outputs
//! and the exit status. Nothing imports this room.

mod alien;
mod allow;
mod args;
mod audit;
mod baseline;
mod choose;
mod compare;
mod config;
mod demo;
mod ending;
mod event;
mod explain;
mod fail_on;
mod fix;
mod generate;
mod hook;
mod import;
mod init;
mod known;
mod last;
mod lines;
mod links;
mod lists;
#[cfg(feature = "live")]
mod live;
mod new_rule;
mod output;
mod parse;
mod policy;
mod progress;
mod rule_examples;
mod rule_files;
mod rules;
mod serve;
mod show;
mod signals;
mod start;
mod tokens;
mod typed;
mod verbs;
mod whole;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::CommandFactory as _;

use args::{Common, Limits};
use keysweep::config::{Config, MAX_FILE_SIZE};
use keysweep::detect::Scanner;
use keysweep::lists::List;
use keysweep::register::Register;
use keysweep::report::{Report, ReportOptions};
use keysweep::source::{
    Control, HistoryOptions, IgnoredFiles, IndexedOptions, RangeOptions, StagedOptions,
    TreeOptions, What,
};
use keysweep::thresholds::{Checkpoint, Thresholds};
use keysweep::{AuditOptions, Input, Plan};
use policy::{Asked, Sides};
use verbs::{Cli, Verb};

/// Bytes of decoded deltas in flight.
const DELTA_BUDGET: usize = 512 << 20;

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = typed::arguments();
    let run = |verb: Option<Verb>| match verb {
        Some(verb) => dispatch(verb),
        None => start::print(),
    };
    match signals::survive_limits().and_then(|()| run(cli.verb)) {
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
                Input::Stream(scan.stdin_name, stdin, MAX_FILE_SIZE)
            } else if scan.index {
                let options = IndexedOptions {
                    dir: PathBuf::from("."),
                    allow_alternates: scan.allow_alternate,
                    paths: scan.paths,
                    threads: scan.limits.threads,
                    max_file_size: MAX_FILE_SIZE,
                };
                Input::Indexed(options, Checkpoint::Report)
            } else {
                let paths = or_here(scan.paths);
                for path in paths.iter().filter(|path| keysweep::source::is_bare(path)) {
                    output::note(&format!(
                        "{} is a bare repository or inside a .git directory: its files are read as \
                         they lie there, and what is committed is not; `keysweep history` reads that",
                        path.display()
                    ));
                }
                Input::Tree(TreeOptions {
                    paths,
                    ignored: match scan.no_ignore {
                        true => IgnoredFiles::Read,
                        false => IgnoredFiles::Counted,
                    },
                    exclude: scan.exclude,
                    threads: scan.limits.threads,
                    max_file_size: MAX_FILE_SIZE,
                    recurse_submodules: scan.recurse_submodules,
                    git_config: !scan.no_git_config,
                })
            };
            run(input, &scan.limits, &scan.common, lists::read(&scan.lists)?)
        }
        Verb::Staged(staged) => {
            let input = Input::Staged(StagedOptions {
                dir: staged.dir.unwrap_or_else(|| PathBuf::from(".")),
                allow_alternates: staged.alternates.allowed,
                threads: staged.limits.threads,
                max_file_size: MAX_FILE_SIZE,
            });
            run(input, &staged.limits, &staged.common, Arc::default())
        }
        Verb::History(history) => {
            let demo = history.demo.then(demo::make).transpose()?;
            let path = match &demo {
                Some(demo) => demo.path().to_owned(),
                None => history.repo.unwrap_or_else(|| PathBuf::from(".")),
            };
            if let Some(what) = commits(history.commits) {
                let options = RangeOptions {
                    path,
                    what,
                    full: history.full,
                    threads: history.limits.threads,
                    allow_alternates: history.alternates.allowed,
                    max_object: MAX_FILE_SIZE,
                };
                let input = Input::Range(options, Checkpoint::Report);
                let lists = lists::read(&history.lists)?;
                return run(input, &history.limits, &history.common, lists);
            }
            let input = Input::History(HistoryOptions {
                path,
                unreachable: history.unreachable,
                full: history.full,
                threads: history.limits.threads,
                allow_alternates: history.alternates.allowed,
                delta_budget: DELTA_BUDGET,
                max_object: MAX_FILE_SIZE,
                git_config: !history.no_git_config,
            });
            let lists = lists::read(&history.lists)?;
            run(input, &history.limits, &history.common, lists)
        }
        Verb::Audit(args) => audit::run(args),
        Verb::Hook(hook) => hook::run(hook),
        Verb::Lsp(args) => serve::lsp::run(&args),
        Verb::Mcp(args) => serve::mcp::run(&args),
        Verb::Baseline(args) => baseline::run(args),
        Verb::Allow(args) => allow::run(args),
        Verb::Init(args) => init::run(&args),
        Verb::Import(args) => import::run(&args),
        Verb::Rules(args) => rules::run(&args),
        Verb::Show(args) => show::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Fix(args) => fix::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Tokens(tokens) => tokens::run(tokens),
        #[cfg(feature = "live")]
        Verb::Live(live) => live::run(live),
        Verb::Config(args) => config::run(args),
        Verb::Event(event) => event::run(event),
        Verb::Generate(generate) => generate::print(generate.what, Cli::command()),
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

fn run(input: Input, limits: &Limits, common: &Common, lists: Arc<[List]>) -> Result<ExitCode> {
    // Outputs are checked before the scan: a long run must not end in a file that cannot be written.
    let outputs = output::Outputs::open(common, limits)?;
    if let (false, Some(root)) = (common.quiet, whole_of(&input)) {
        import::mention(&root);
    }
    let with = With {
        lists,
        links: outputs.links(),
        ..With::default()
    };
    let report = scan(input, limits, common, with)?;
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

/// What is looked at beside the files.
#[derive(Default)]
struct With {
    /// What is written down of the tokens.
    register: Option<Register>,
    /// Whether places that read credentials by name are gathered.
    references: bool,
    /// Whether what ends is gathered, for a calendar.
    ends: bool,
    /// What servers say of the tokens that they issued.
    lists: Arc<[List]>,
    /// Whether an output holds pages of the repository's host.
    links: bool,
}

/// Scans and judges; what is printed is the caller's.
fn scan(input: Input, limits: &Limits, common: &Common, with: With) -> Result<Report> {
    let control = Arc::new(Control::default());
    signals::watch(&control)?;
    scan_under(&control, input, limits, common, with)
}

/// The same, stopped and watched by `control`.
fn scan_under(
    control: &Arc<Control>,
    mut input: Input,
    limits: &Limits,
    common: &Common,
    mut with: With,
) -> Result<Report> {
    if common.show_secrets && output::in_ci() {
        bail!("--show-secrets is refused here: `CI` is set, and a CI log is kept and read by many");
    }
    let (target, base) = (target(&input), base(&input)?);
    // What a commit or a push was stopped for can be allowed by `allow --last`.
    let stops_for = match &input {
        Input::Staged(options) => Some(options.dir.clone()),
        Input::Indexed(options, Checkpoint::Hook) => Some(options.dir.clone()),
        // On a server nobody allows anything, and a push must not leave traces of its own there.
        Input::Range(options, Checkpoint::Hook) if !options.is_received() => {
            Some(options.path.clone())
        }
        _ => None,
    };
    let asked = Asked {
        rules: &common.rules,
        config: &common.config,
        trust: &common.trust,
    };
    // Finding out where a range starts can take long, too.
    signals::time_limit(control, limits.timeout);
    let sides = Sides::of(&input, control)?;
    if with.register.is_none() && input.mode().is_change() {
        // Of a change it is told what it reads by name and nobody wrote down.
        with.register = policy::register(&sides, &asked)?;
        with.references = with.register.is_some();
    }
    let policy::Loaded {
        config,
        from_input,
        rules,
        mut suppressions,
    } = policy::load(sides, &asked)?;
    for on in &common.fail_on {
        fail_on::known(on, &rules).map_err(|why| anyhow::anyhow!("--fail-on {why}"))?;
    }
    let policy = config.policy(common.policy_profile);
    let mut policy = policy.map_err(|why| anyhow::anyhow!(why))?;
    policy.in_changes = common.stale;
    // A comment beside a value is the word of whoever pushes it, like the policy files that are pushed.
    let received = matches!(&input, Input::Range(options, _) if options.is_received());
    suppressions.fail_on_new =
        common.trust.fail_on_new_suppressions || config.fail_on_new_suppressions || received;
    shape(&mut input, limits, &config);
    let plan = Plan {
        scanner: Scanner::new(rules),
        archives: limits.archives(&config),
        suppressions,
        register: with.register,
        references: with.references,
        ends: with.ends,
        lists: with.lists,
        now: now(common.now)?,
        policy,
        report: ReportOptions {
            target,
            base,
            links: with.links,
            remote: match with.links {
                true => links::remote(&input),
                false => None,
            },
            thresholds: thresholds(input.checkpoint(), common, &config, from_input),
            secrets: common.show_secrets,
            emails: common.show_emails,
            people: common.people.into(),
            all_rules: common.sarif_all_rules,
            configuration: config.is_some().then_some(config.file),
            accepted_gaps: [common.accept_gap.as_slice(), &config.accept].concat(),
            strict: common.strict || config.strict,
        },
    };
    let bar = progress::start(control, common.quiet);
    let files = links::files(&input).filter(|_| with.links);
    let report = keysweep::run(input, &plan, control);
    drop(bar);
    let mut report = report?;
    if let Some(dir) = files {
        links::add(&mut report, &dir, control);
    }
    if let Some(dir) = stops_for {
        last::remember(&dir, &report);
    }
    Ok(report)
}

/// What the configuration says of an input, as far as the command line does not.
fn shape(input: &mut Input, limits: &Limits, config: &Config) {
    let size = limits.file_size(config);
    match input {
        Input::Tree(options) => shape_tree(options, size, config),
        Input::Stream(.., max) => *max = size,
        Input::Texts(options, _) => options.max_file_size = size,
        Input::Audit(options) => {
            if let Some(tree) = &mut options.tree {
                shape_tree(tree, size, config);
            }
            if let Some(history) = &mut options.history {
                history.max_object = size;
            }
        }
        Input::Staged(options) => options.max_file_size = size,
        Input::Indexed(options, _) => options.max_file_size = size,
        Input::History(options) => options.max_object = size,
        Input::Range(options, _) => options.max_object = size,
    }
}

fn shape_tree(options: &mut TreeOptions, max_file_size: u64, config: &Config) {
    let exclude = config.exclude.iter().map(|at| at.value.clone());
    options.exclude.extend(exclude);
    if config.ignored {
        options.ignored = IgnoredFiles::Read;
    }
    options.recurse_submodules |= config.recurse_submodules;
    options.max_file_size = max_file_size;
}

/// What is shown and what fails: the command line's word, else the configuration's, else what
/// goes with the checkpoint. Where the configuration came with what is scanned, also what would hold
/// without it, so that the difference is told.
fn thresholds(at: Checkpoint, common: &Common, config: &Config, from_input: bool) -> Thresholds {
    let of = |config: &Config| {
        let mut thresholds = Thresholds::new(at);
        thresholds.fail_on = match common.fail_on.is_empty() {
            true => config.fail_on.iter().map(|at| at.value.clone()).collect(),
            false => common.fail_on.clone(),
        };
        thresholds.fail_confidence = common.fail_confidence.or(config.fail_confidence);
        let confidence = common.min_confidence.or(config.min_confidence);
        thresholds.min_confidence = confidence.unwrap_or(thresholds.min_confidence);
        let severity = common.min_severity.or(config.min_severity);
        thresholds.min_severity = severity.unwrap_or(thresholds.min_severity);
        thresholds
    };
    let mut thresholds = of(config);
    if from_input {
        thresholds.without = Some(Box::new(of(&Config::default())));
    }
    thresholds
}

fn target(input: &Input) -> String {
    match input {
        Input::Tree(options) => named(options),
        Input::Stream(name, ..) => name.clone(),
        Input::Texts(options, _) => options.dir.display().to_string(),
        Input::Staged(options) => options.dir.display().to_string(),
        Input::Indexed(options, _) => options.dir.display().to_string(),
        Input::History(options) => options.path.display().to_string(),
        Input::Range(options, _) => options.path.display().to_string(),
        Input::Audit(options) => match (&options.history, &options.tree) {
            (Some(history), _) => history.path.display().to_string(),
            (None, tree) => tree.as_ref().map_or(String::new(), named),
        },
    }
}

/// The paths that the user named.
fn named(options: &TreeOptions) -> String {
    let paths = options.paths.iter();
    let names: Vec<String> = paths.map(|path| path.display().to_string()).collect();
    names.join(", ")
}

/// The directory that paths of the report are relative to, as the user named it or what lies in it;
/// `None` in a repository, where they are relative to its top.
fn base(input: &Input) -> Result<Option<PathBuf>> {
    let options = match input {
        Input::Tree(options) => options,
        Input::Audit(AuditOptions {
            tree: Some(options),
            history: None,
        }) => options,
        _ => return Ok(None),
    };
    let root = keysweep::source::home(&options.paths)?.root;
    if keysweep::source::git_dir(&root).is_some() {
        return Ok(None);
    }
    let named = options.paths.iter().flat_map(|path| path.ancestors());
    let is_root = |dir: &&Path| {
        let dir = match dir.as_os_str().is_empty() {
            true => Path::new("."),
            false => dir,
        };
        std::fs::canonicalize(dir).is_ok_and(|full| full == root)
    };
    // A directory above all that was named has no name; what leads there from it has.
    let found = named.into_iter().find(is_root).map(Path::to_owned);
    Ok(Some(found.unwrap_or_else(|| PathBuf::from(".."))))
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

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
