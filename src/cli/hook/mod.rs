//! `keysweep hook`: what git hooks and pre-commit call. It finds out what is to be judged:
//!
//! 1. a range, when something is pushed or pre-commit names one;
//! 2. what is staged;
//! 3. the files that are named, whole, as the index holds them, when nothing is staged;
//! 4. nothing at all, which it says.
//!
//! It reads the index and the object database, never the working tree, and limits of scope never
//! block it.
//!
//! On a server, as git's pre-receive hook, it judges what a push brings before any reference moves. There
//! nothing that comes with the push, and no variable of a client, decides how it is judged.

mod install;
mod push;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};

use super::args::{Alternates, Common, Limits, heading};
use super::{output, serve};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::report::{self, Format, Report};
use keysweep::source::{IndexedOptions, NOTHING_STAGED, StagedOptions};
use keysweep::thresholds::Checkpoint;

/// Judges what is pushed, what is staged, or the files that are named.
///
/// The first of these that is there is judged: the range of commits that pre-commit names
/// (PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF) or that git writes to a pre-push hook; what is staged;
/// the FILES, as the index holds them.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, next_help_heading = heading::INPUT)]
#[command(after_help = "\
Examples:
  keysweep hook install             Write the hooks of git here
  keysweep hook --stage pre-commit  Selection such a hook runs
  keysweep hook a.env b.py          Judge these files as the index has them")]
pub struct Hook {
    #[command(subcommand)]
    manage: Option<Manage>,
    /// With nothing staged: judge these files, as the index holds them. A pre-push hook passes here
    /// what git calls it with.
    #[arg(help_heading = None)]
    files: Vec<PathBuf>,
    /// With nothing staged: judge these files; the same as FILES without the option.
    #[arg(long = "files", value_name = "FILE", num_args = 1..)]
    more_files: Vec<PathBuf>,
    /// With nothing staged: judge every file in the index.
    #[arg(long)]
    all_files: bool,
    /// Judge what a coding agent is about to write: reads the message of its hook from standard input and answers
    /// as Claude Code, Codex, Cursor, Gemini CLI or Copilot expect it. See docs/agents.md.
    #[arg(long, conflicts_with_all = ["files", "more_files", "all_files", "stage", "format", "output"])]
    agent: bool,
    /// Which git hook calls this. [default: recognised by what stands on standard input]
    #[arg(long, value_enum)]
    stage: Option<Stage>,
    /// On a server: judge the push that git's pre-receive hook is told of; the same as --stage pre-receive.
    #[arg(long, conflicts_with = "stage")]
    pre_receive: bool,
    #[command(flatten)]
    alternates: Alternates,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    limits: Limits,
}

/// Where git looks for the hooks of the repository around `dir`, and whether `core.hooksPath` says so.
///
/// # Errors
/// There is no git, or no repository that it can read.
pub fn folder(dir: &Path) -> Result<(PathBuf, bool)> {
    let folder = install::folder(dir, &[])?;
    if folder.bare {
        bail!("nobody commits in a bare repository");
    }
    Ok((folder.path, folder.set))
}

/// Installs our hooks in the repository around `dir`.
///
/// # Errors
/// As `keysweep hook install`.
pub fn install(dir: &Path) -> Result<ExitCode> {
    install::install(dir, &[], false)
}

/// Install and remove git hooks, for use without pre-commit.
#[derive(Subcommand)]
enum Manage {
    /// Write pre-commit and pre-push hooks where git looks for them.
    Install {
        /// In a bare repository on a server: write a pre-receive hook, which judges what is pushed to it.
        #[arg(long)]
        pre_receive: bool,
        #[command(flatten)]
        alternates: Alternates,
    },
    /// Remove the hooks that `install` wrote.
    Uninstall,
}

/// The hooks of git that run keysweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    PreCommit,
    PrePush,
    #[value(name = "pre-receive")]
    Receive,
}

impl Stage {
    /// The name of the hook's file.
    fn name(self) -> &'static str {
        match self {
            Stage::PreCommit => "pre-commit",
            Stage::PrePush => "pre-push",
            Stage::Receive => "pre-receive",
        }
    }
}

impl Hook {
    /// Whether this is the hook of a repository that receives a push.
    fn receives(&self) -> bool {
        self.pre_receive || self.stage == Some(Stage::Receive)
    }
}

/// Runs the verb.
pub fn run(mut hook: Hook) -> Result<ExitCode> {
    let within = std::env::var_os("PRE_COMMIT").is_some() && !hook.receives();
    match hook.manage.take() {
        // pre-commit passes names of files, and these two can be names of files.
        Some(Manage::Install { .. }) if within => hook.files.push(PathBuf::from("install")),
        Some(Manage::Uninstall) if within => hook.files.push(PathBuf::from("uninstall")),
        Some(Manage::Install {
            alternates,
            pre_receive,
        }) => return install::install(Path::new("."), &alternates.allowed, pre_receive),
        Some(Manage::Uninstall) => return install::uninstall(),
        None => {}
    }
    if hook.agent && !skipped() {
        hook.common.quiet = true;
        return serve::agent::run(&hook.common);
    }
    if !within {
        refuse_names_of_hooks(&hook)?;
    }
    // Some servers take variables from whoever pushes; those skip nothing.
    if skipped() && !hook.receives() {
        return say("skipped: SKIP names keysweep");
    }
    // People get the hook's own message; it is no format that can be chosen.
    let for_people = hook.common.format.name() == report::Human.name();
    if for_people {
        hook.common.format = match hook.receives() {
            true => &report::PreReceive,
            false => &report::Hook,
        };
    }
    let outputs = output::Outputs::open(&hook.common, &hook.limits)?;
    if let Some(pushed) = push::pushed(&hook, within)? {
        return match push::input(pushed, &hook)? {
            Some(input) => finish(&hook, &outputs, input),
            None => Ok(ExitCode::SUCCESS),
        };
    }
    let staged = Input::Staged(StagedOptions {
        dir: PathBuf::from("."),
        allow_alternates: hook.alternates.allowed.clone(),
        threads: hook.limits.threads,
        max_file_size: MAX_FILE_SIZE,
    });
    let report = judge(&hook, &outputs, staged)?;
    if report.summary.reason.as_deref() != Some(NOTHING_STAGED) {
        return write(&outputs, &report);
    }
    unstaged(hook, &outputs, &report, for_people)
}

/// Looks at the files that somebody names where nothing is staged; says so where nobody does.
fn unstaged(
    mut hook: Hook,
    outputs: &output::Outputs,
    report: &Report,
    for_people: bool,
) -> Result<ExitCode> {
    hook.files.append(&mut hook.more_files);
    if hook.files.is_empty() && !hook.all_files {
        if !for_people || !hook.common.output.is_empty() {
            return write(outputs, report);
        }
        return say("nothing staged, nothing scanned; to scan the tree: keysweep scan");
    }
    if hook.all_files {
        hook.files.clear();
    }
    let whole = IndexedOptions {
        dir: PathBuf::from("."),
        allow_alternates: hook.alternates.allowed.clone(),
        paths: std::mem::take(&mut hook.files),
        threads: hook.limits.threads,
        max_file_size: MAX_FILE_SIZE,
    };
    finish(&hook, outputs, Input::Indexed(whole, Checkpoint::Hook))
}

/// `keysweep hook pre-push`, typed by hand, would look for a file of that name.
///
/// # Errors
/// A file is named that is not there and is called as a hook of git, or almost as a verb.
fn refuse_names_of_hooks(hook: &Hook) -> Result<()> {
    if hook.stage.is_some() || hook.pre_receive {
        return Ok(());
    }
    if let [file] = hook.files.as_slice()
        && !file.exists()
        && let Some(verb) = meant(&file.to_string_lossy())
    {
        bail!(
            "`{}` is no file here: `keysweep hook {verb}` may be meant",
            file.display()
        );
    }
    for stage in [Stage::PreCommit, Stage::PrePush, Stage::Receive] {
        let name = Path::new(stage.name());
        if hook.files.iter().any(|file| file == name) && !name.exists() {
            bail!(
                "`{name}` is the name of a hook and no file here. Git's hooks call `keysweep hook \
                 --stage {name}`, and `keysweep hook install` writes them; by hand, `keysweep \
                 staged` judges what a commit brings and `keysweep history --pushed` what a push does",
                name = stage.name()
            );
        }
    }
    Ok(())
}

/// Which of the verbs below `hook` somebody meant who wrote another word.
fn meant(word: &str) -> Option<&'static str> {
    ["install", "uninstall"]
        .into_iter()
        .find(|verb| strsim::damerau_levenshtein(word, verb) <= 2)
}

fn finish(hook: &Hook, outputs: &output::Outputs, input: Input) -> Result<ExitCode> {
    write(outputs, &judge(hook, outputs, input)?)
}

/// What a hook fails on is what `staged` fails on, whatever it reads.
fn judge(hook: &Hook, outputs: &output::Outputs, input: Input) -> Result<Report> {
    let with = super::With {
        links: outputs.links(),
        ..super::With::default()
    };
    let report = super::scan(input, &hook.limits, &hook.common, with)?;
    // Limits of scope never stop a commit or a push.
    Ok(report.settled(false))
}

fn write(outputs: &output::Outputs, report: &Report) -> Result<ExitCode> {
    outputs.write(report)?;
    Ok(ExitCode::from(report.exit_status()))
}

/// `SKIP=keysweep` is how pre-commit leaves a hook out; it holds without pre-commit too.
fn skipped() -> bool {
    std::env::var("SKIP").is_ok_and(|names| {
        names
            .split(',')
            .any(|name| matches!(name.trim(), "keysweep" | "keysweep-system"))
    })
}

fn say(line: &str) -> Result<ExitCode> {
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(ExitCode::SUCCESS)
}

/// Runs git in `dir` and returns what it printed, without the line's end.
///
/// # Errors
/// Git is not installed, or refuses; its own words are passed on.
fn git(dir: &Path, args: &[&str]) -> Result<String> {
    let output = std::process::Command::new("git")
        .current_dir(dir)
        .args(args)
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| anyhow::anyhow!("git cannot be run: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        bail!("git {}: {said}", args.join(" "));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}
