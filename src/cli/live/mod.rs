//! `keysweep live`: asks the servers of the user's own `servers.toml`. One file a subcommand.

mod apply;
mod check;
mod desk;
mod driver_test;
mod list;
mod plan;
mod resume;
mod status;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};

use keysweep::live::Servers;

/// Ask the servers that issue tokens: list them, try them, rotate them.
///
/// Everything else of keysweep is offline. Which servers there are says a file of yours alone,
/// `servers.toml`; docs/servers.md shows it.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep live plan --due 30d --output plan.json  What rotating the tokens that end soon would do
  keysweep live apply plan.json                    Do it, and prove it
  keysweep live status                             Rotations that did not end yet")]
pub struct Live {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Write what each server lists of its tokens as a snapshot without secrets.
    List(list::List),
    /// Say what rotating or ending tokens would do, and write it as a plan.
    Plan(plan::Plan),
    /// Do what a plan says, and prove it.
    Apply(apply::Apply),
    /// Say which rotations did not end yet, and which did.
    Status(status::Status),
    /// Go on with rotations that did not end: finish or undo them.
    Resume(resume::Resume),
    /// Say which findings of a report are alive.
    Check(check::Check),
    /// Try a driver on a server, from making a token to proving it dead.
    DriverTest(driver_test::DriverTest),
}

/// Which file of servers is read.
#[derive(Args)]
struct From {
    /// The file of servers. [default: keysweep/servers.toml in the directory for configuration]
    #[arg(long = "servers", value_name = "FILE")]
    file: Option<PathBuf>,
}

/// Runs the subcommand.
///
/// # Errors
/// As the subcommand says.
pub fn run(live: Live) -> Result<ExitCode> {
    match live.what {
        What::List(list) => list::run(list),
        What::Plan(plan) => plan::run(plan),
        What::Apply(apply) => apply::run(apply),
        What::Status(status) => status::run(&status),
        What::Resume(resume) => resume::run(resume),
        What::Check(check) => check::run(check),
        What::DriverTest(test) => driver_test::run(test),
    }
}

impl From {
    /// Reads the servers.
    ///
    /// # Errors
    /// There is no file, it lies in the repository here, or it says something that cannot be.
    fn servers(&self) -> Result<Servers> {
        let file = match &self.file {
            Some(file) => file.clone(),
            None => usual().context(
                "there is no directory for configuration: set HOME, or name a file with --servers",
            )?,
        };
        if !file.exists() && self.file.is_none() {
            bail!(
                "there is no {}: write one (docs/servers.md shows how), or name another with --servers",
                file.display()
            );
        }
        outside(&file)?;
        Servers::read(&file).map_err(|error| anyhow!("{error}"))
    }
}

/// Where the file lies if nothing is said: `$XDG_CONFIG_HOME`, else `~/.config`.
fn usual() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let dir = set("XDG_CONFIG_HOME").map(PathBuf::from);
    // The standard says that a relative path is not used.
    let dir = dir.filter(|dir| dir.is_absolute());
    let dir = dir.or_else(|| Some(PathBuf::from(set("HOME")?).join(".config")))?;
    Some(dir.join("keysweep").join("servers.toml"))
}

/// A repository that is looked at does not say where secrets are sent: the file lies outside the one we stand in.
fn outside(file: &Path) -> Result<()> {
    let (Ok(file), Ok(here)) = (file.canonicalize(), std::env::current_dir()) else {
        return Ok(());
    };
    let here = here.canonicalize().unwrap_or(here);
    let root = here.ancestors().find(|dir| dir.join(".git").exists());
    match root {
        Some(root) if file.starts_with(root) => bail!(
            "{} lies in the repository {}: whoever writes there would say where secrets are sent; keep it outside",
            file.display(),
            root.display()
        ),
        _ => Ok(()),
    }
}
