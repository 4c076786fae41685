//! `keysweep init`: sets up a repository step by step. Every step is shown before it is taken, and nothing
//! that is there is overwritten.

pub mod hosts;
pub mod managers;
pub mod standing;
mod top;

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::args::Looking;
use super::atomic::{self, Mode};
use super::baseline::{Baseline, BaselineVerb};
use super::output;
use super::{baseline, hook, import, lines};
use keysweep::config;
use keysweep::report::{count, terminal};
use keysweep::suppress::BASELINE;
use standing::Standing;

/// What git needs to put two baselines together.
const UNION: &str = ".keysweep-baseline merge=union";

/// Sets up this repository, step by step: a commented keysweep.toml, what git needs to merge baselines, the
/// findings of today as known ones, a git hook (plain, or in the file of the program that keeps your hooks), a
/// step for CI.
///
/// Every step is shown before it is taken. Nothing that is there is overwritten.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep init                   Look at the repository, and ask before each step
  keysweep init --dry-run         Only say what would be done
  keysweep init --yes --baseline  Take every step without asking, and know what is found today")]
pub struct Init {
    /// A directory of the repository. [default: .]
    dir: Option<PathBuf>,
    /// Take every step without asking. The baseline is only made with --baseline.
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
    /// Also accept what is found today, so that only what comes later fails. Without it you are asked.
    #[arg(long)]
    baseline: bool,
    /// Show every step and take none.
    #[arg(long)]
    dry_run: bool,
}

/// What a step does.
enum Act {
    /// Writes a file that is not there.
    New(&'static str, String),
    /// Adds a line to a file, or makes it.
    Line(&'static str, &'static str),
    /// Makes the baseline.
    Baseline,
    /// Installs our own hooks.
    Hooks,
    /// Nothing that a program should do: the file and the lines that belong into it.
    Tell(String, String),
}

/// One step.
struct Step {
    what: String,
    act: Act,
}

/// Runs the verb.
///
/// # Errors
/// No repository, nobody to ask, or a file that cannot be written.
pub fn run(init: &Init) -> Result<ExitCode> {
    let dir = init.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    let here = Standing::of(&dir)?;
    if !here.git {
        bail!(
            "{} is no git repository with files; `keysweep scan` needs no set-up",
            here.top.0.display()
        );
    }
    let asks = !init.yes && !init.dry_run;
    if asks && !(std::io::stdin().is_terminal() && std::io::stdout().is_terminal()) {
        bail!("nobody can be asked here: --yes takes every step, --dry-run shows them");
    }
    let steps = steps(&here);
    let mut out = std::io::stdout().lock();
    if let Some(by) = &here.hook {
        writeln!(out, "The hook is there already: {}.", terminal(by))?;
    }
    let mut done = 0;
    let mut status = ExitCode::SUCCESS;
    for (n, step) in steps.iter().enumerate() {
        writeln!(out, "\n{}. {}", n + 1, terminal(&step.what))?;
        show(step, &mut out)?;
        let wanted = match &step.act {
            Act::Tell(..) => continue,
            _ if init.dry_run => false,
            Act::Baseline if init.yes => init.baseline,
            _ if init.yes => true,
            Act::Baseline => asked("Do it?", init.baseline, &mut out)?,
            _ => asked("Do it?", true, &mut out)?,
        };
        if wanted {
            out.flush()?;
            let ended = take(&here.top.0, &step.act)?;
            if ended != ExitCode::SUCCESS {
                status = ended;
            }
            done += 1;
        } else {
            let how = match step.act {
                Act::Baseline if init.yes => {
                    ", because it accepts what may be real: --baseline takes this step too"
                }
                _ => "",
            };
            writeln!(out, "   not done{how}")?;
        }
    }
    writeln!(out, "\n{}", last(&steps, done, init.dry_run))?;
    Ok(status)
}

/// What is left to say.
fn last(steps: &[Step], done: usize, dry: bool) -> String {
    match (steps.len(), dry) {
        (0, _) => "Everything is set up.".to_owned(),
        (_, true) => "Nothing was written.".to_owned(),
        (_, false) => format!(
            "{done} of {} done. Look at the files, then commit them.",
            count(steps.len() as u64, "step", "steps")
        ),
    }
}

/// The steps that this repository lacks.
fn steps(here: &Standing) -> Vec<Step> {
    let mut out = Vec::new();
    if !here.top.has(config::FILE) {
        out.push(Step {
            what: "keysweep.toml: every setting, commented; each line is the default".to_owned(),
            act: Act::New(config::FILE, keysweep::config::template()),
        });
    }
    if !baseline::merges_by_itself(&here.top.0) {
        out.push(Step {
            what: ".gitattributes: two branches that accept findings merge without a conflict"
                .to_owned(),
            act: Act::Line(".gitattributes", UNION),
        });
    }
    out.extend(import::foreign_names(&here.top.0).map(|names| Step {
        what: format!("files of another scanner are here: {names}"),
        act: Act::Tell("run".to_owned(), commands(&here.top.0)),
    }));
    if here.known.is_none() {
        out.push(Step {
            what: format!(
                "{BASELINE}: what is found today is known, so that only what comes later fails; look at \
                 it first with `keysweep scan`, and rotate what is real"
            ),
            act: Act::Baseline,
        });
    }
    if here.hook.is_none() {
        out.push(hook_step(here));
    }
    for (what, file, text) in hosts::missing(here) {
        out.push(Step {
            what: what.to_owned(),
            act: Act::Tell(file, text),
        });
    }
    out
}

/// The commands that read files of other scanners.
fn commands(root: &Path) -> String {
    let tools: BTreeSet<&str> = import::foreign(root)
        .into_iter()
        .map(|(_, tool)| tool)
        .collect();
    let lines = tools.into_iter();
    lines
        .map(|tool| format!("keysweep import {tool}\n"))
        .collect()
}

/// The hook: in the file of whoever keeps the hooks here, else our own.
fn hook_step(here: &Standing) -> Step {
    match managers::used(
        &here.top,
        here.hooks.as_ref().map(|hooks| hooks.folder.as_path()),
    ) {
        None => own_hooks(here),
        Some((manager, file)) => {
            let new = manager.name == "husky" && !here.top.has(&file);
            let what = format!("the hook of {}", manager.name);
            let lines = manager.lines.to_owned();
            let act = match new {
                true => Act::New(manager.file, lines),
                false => Act::Tell(file, lines),
            };
            Step { what, act }
        }
    }
}

/// Our own hooks, where nobody else keeps any.
fn own_hooks(here: &Standing) -> Step {
    let what = "git hooks, which stop a commit or a push that adds a credential".to_owned();
    match &here.hooks {
        Some(hooks) if hooks.foreign => Step {
            what: "the hook before commits, which somebody else wrote".to_owned(),
            act: Act::Tell(
                here.top.named(&hooks.folder.join("pre-commit")),
                "keysweep hook --stage pre-commit \"$@\" || exit 1\n".to_owned(),
            ),
        },
        // What runs in other repositories too is for the user to do.
        Some(hooks) if hooks.shared => Step {
            what: format!(
                "{what}; core.hooksPath leads to {}, so they run in every repository that shares it",
                here.top.named(&hooks.folder)
            ),
            act: Act::Tell("run".to_owned(), "keysweep hook install\n".to_owned()),
        },
        _ => Step {
            what,
            act: Act::Hooks,
        },
    }
}

/// Shows what a step would do, as a difference is shown.
fn show(step: &Step, out: &mut dyn Write) -> Result<()> {
    match &step.act {
        Act::New(path, text) => {
            writeln!(out, "   new file {path}:")?;
            for line in text.lines() {
                writeln!(out, "   + {line}")?;
            }
        }
        Act::Line(path, line) => writeln!(out, "   {path}:\n   + {line}")?,
        Act::Baseline => writeln!(out, "   keysweep baseline create")?,
        Act::Hooks => writeln!(out, "   keysweep hook install")?,
        Act::Tell(file, text) => {
            match file.as_str() {
                "run" => writeln!(out, "   run")?,
                file => writeln!(out, "   add to {}:", terminal(file))?,
            }
            for line in text.lines() {
                writeln!(out, "   | {line}")?;
            }
        }
    }
    Ok(())
}

fn asked(question: &str, usual: bool, out: &mut dyn Write) -> Result<bool> {
    let choice = if usual { "[Y/n]" } else { "[y/N]" };
    write!(out, "   {question} {choice} ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(match line.trim() {
        "" => usual && !line.is_empty(),
        answer => matches!(answer, "y" | "Y" | "yes"),
    })
}

/// Takes a step, and says how it ended.
fn take(root: &Path, act: &Act) -> Result<ExitCode> {
    match act {
        Act::New(name, text) => write_new(root, name, text)?,
        Act::Line(name, line) => {
            lines::add(root, name, &[line])?;
            output::note(&format!("added a line to {name}"));
        }
        Act::Baseline => {
            return baseline::run(Baseline {
                verb: BaselineVerb::Create,
                path: Some(root.to_owned()),
                history: false,
                looking: Looking::default(),
            });
        }
        Act::Hooks => return hook::install(root),
        Act::Tell(..) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that nobody made meanwhile, and the folder that it lies in.
fn write_new(root: &Path, name: &str, text: &str) -> Result<()> {
    let path = root.join(name);
    let folder = atomic::folder_of(&path);
    // Nothing is written through a link out of the repository.
    if std::fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_symlink()) && folder != root {
        bail!("{name} lies behind a symbolic link; put a plain directory there");
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    let mode = match name.starts_with(".husky/") {
        true => Mode::Program,
        false => Mode::Usual,
    };
    atomic::write_new(&path, mode, text).with_context(|| format!("{name} cannot be written"))
}
