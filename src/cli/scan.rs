//! One scan: from an input and what the user says about it to a report.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::args::{Common, Limits};
use super::trust::{self, Asked, Loaded, Sides};
use super::{fail_on, last, links, output, progress, signals};
use keysweep::config::Config;
use keysweep::detect::Scanner;
use keysweep::lists::List;
use keysweep::register::Register;
use keysweep::report::{Report, ReportOptions};
use keysweep::source::{Control, IgnoredFiles, TreeOptions};
use keysweep::thresholds::{Checkpoint, Thresholds};
use keysweep::{AuditOptions, Input, Plan};

/// What is looked at beside the files.
#[derive(Default)]
pub struct With {
    /// What is written down of the tokens.
    pub register: Option<Register>,
    /// Whether places that read credentials by name are gathered.
    pub references: bool,
    /// Whether what ends is gathered, for a calendar.
    pub ends: bool,
    /// What servers say of the tokens that they issued.
    pub lists: Arc<[List]>,
    /// Whether an output holds pages of the repository's host.
    pub links: bool,
    /// What the report calls the input, where its path has another name in every run.
    pub called: Option<&'static str>,
}

/// Scans and judges; what is printed is the caller's.
pub fn scan(input: Input, limits: &Limits, common: &Common, with: With) -> Result<Report> {
    let control = Arc::new(Control::default());
    signals::watch(&control)?;
    scan_under(&control, input, limits, common, with)
}

/// The same, stopped and watched by `control`.
pub fn scan_under(
    control: &Arc<Control>,
    mut input: Input,
    limits: &Limits,
    common: &Common,
    mut with: With,
) -> Result<Report> {
    if common.show_secrets && output::in_ci() {
        bail!("--show-secrets is refused here: `CI` is set, and a CI log is kept and read by many");
    }
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
        with.register = trust::register(&sides, &asked)?;
        with.references = with.register.is_some();
    }
    let loaded = trust::load(sides, &asked)?;
    let plan = plan(&mut input, loaded, with, limits, common)?;

    // The input is used up by the run.
    let stopped_at = stopped_at(&input);
    let files = links::files(&input).filter(|_| plan.report.links);
    let bar = progress::start(control, common.quiet);
    let report = keysweep::run(input, &plan, control);
    drop(bar);
    let mut report = report?;
    if let Some(dir) = files {
        links::add(&mut report, &dir, control);
    }
    if let Some(dir) = stopped_at {
        last::remember(&dir, &report);
    }
    Ok(report)
}

/// The repository in which `allow --last` can allow what a commit or a push is stopped for.
fn stopped_at(input: &Input) -> Option<PathBuf> {
    match input {
        Input::Staged(options) => Some(options.dir.clone()),
        Input::Indexed(options, Checkpoint::Hook) => Some(options.dir.clone()),
        // On a server nobody allows anything, and a push must not leave traces of its own there.
        Input::Range(options, Checkpoint::Hook) if !options.is_received() => {
            Some(options.path.clone())
        }
        _ => None,
    }
}

/// What the run is asked to do, from what was loaded and what the user says; the input takes on what the
/// configuration says of it.
fn plan(
    input: &mut Input,
    loaded: Loaded,
    with: With,
    limits: &Limits,
    common: &Common,
) -> Result<Plan> {
    let Loaded {
        config,
        from_input,
        rules,
        mut suppressions,
    } = loaded;
    for on in &common.fail_on {
        fail_on::known(on, &rules).map_err(|why| anyhow::anyhow!("--fail-on {why}"))?;
    }
    let policy = config.policy(common.policy_profile);
    let mut policy = policy.map_err(|why| anyhow::anyhow!(why))?;
    policy.in_changes = common.stale;
    // A comment beside a value is the word of whoever pushes it, like the policy files that are pushed.
    let received = matches!(input, Input::Range(options, _) if options.is_received());
    suppressions.fail_on_new =
        common.trust.fail_on_new_suppressions || config.fail_on_new_suppressions || received;
    shape(input, limits, &config);
    Ok(Plan {
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
            target: with.called.map_or_else(|| target(input), str::to_owned),
            base: base(input)?,
            links: with.links,
            remote: match with.links {
                true => links::remote(input),
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
    })
}

/// What the configuration says of an input, as far as the command line does not.
pub fn shape(input: &mut Input, limits: &Limits, config: &Config) {
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
pub fn now(given: Option<jiff::Timestamp>) -> Result<jiff::Timestamp> {
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
