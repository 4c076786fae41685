//! `keysweep tokens check`: the register, and the tree that it speaks of.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::args::{Common, Due, Limits, Lists, heading};
use super::super::{With, lists, output, scan};
use super::derive;
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::register::{FILE, Register};
use keysweep::source::{IgnoredFiles, Side, SideFile, TreeOptions, home, read_side};

/// Says what the register (`tokens.toml`) says is to be done, and looks for credentials in the tree.
#[derive(Args)]
pub struct Check {
    /// A directory of the repository. [default: .]
    dir: Option<PathBuf>,
    /// Read this register. [default: tokens.toml at the top of the repository]
    #[arg(long, value_name = "FILE", help_heading = heading::INPUT)]
    register: Option<PathBuf>,
    /// Say instead which rotations the history knows and the register does not, with the commands that write them
    /// down. Nothing is changed.
    #[arg(long)]
    derive: bool,
    #[command(flatten)]
    due: Due,
    #[command(flatten)]
    lists: Lists,
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    limits: Limits,
}

/// Runs the verb.
///
/// # Errors
/// There is no register or a broken one, and what makes a scan pointless.
pub fn run(check: Check) -> Result<ExitCode> {
    let outputs = output::Outputs::open_dated(&check.common, &check.limits)?;
    let dir = check.dir.unwrap_or_else(|| PathBuf::from("."));
    let root = home(std::slice::from_ref(&dir))?.root;
    let mut register = read(&root, check.register.as_deref())?;
    if check.derive {
        return derive::run(&root, &register, &check.common, &check.limits);
    }
    register.expired_fails = true;
    register.every_reference = check.common.all;
    let input = Input::Tree(TreeOptions {
        paths: vec![named(dir, root)],
        ignored: IgnoredFiles::Counted,
        exclude: Vec::new(),
        threads: check.limits.threads,
        max_file_size: MAX_FILE_SIZE,
        recurse_submodules: false,
        git_config: false,
    });
    let with = With {
        register: Some(register),
        references: true,
        ends: output::has_calendar(&check.common),
        lists: lists::read(&check.lists)?,
        links: outputs.links(),
        called: None,
    };
    let mut report = scan(input, &check.limits, &check.common, with)?;
    check.due.keep(&mut report);
    outputs.write(&report)?;
    Ok(ExitCode::from(report.exit_status()))
}

/// The whole repository, because the register speaks of all of it: by the name that the user gave it.
fn named(dir: PathBuf, root: PathBuf) -> PathBuf {
    match std::fs::canonicalize(&dir).is_ok_and(|full| full == root) {
        true => dir,
        false => root,
    }
}

/// The register that the user names, else that of the repository with this top.
///
/// # Errors
/// There is none, or it is broken.
fn read(root: &Path, named: Option<&Path>) -> Result<Register> {
    if let Some(path) = named {
        let name = path.display().to_string();
        let text =
            std::fs::read(path).with_context(|| format!("the register {name} cannot be read"))?;
        return Ok(Register::parse(&name, &text)?);
    }
    match of_repository(root)? {
        Some(register) => Ok(register),
        None => bail!(
            "there is no register {}: `keysweep tokens init` proposes one, and `--register FILE` names another",
            root.join(FILE).display()
        ),
    }
}

/// The register of the repository with this top, where it has one.
///
/// # Errors
/// It is broken, or cannot be read.
pub fn of_repository(root: &Path) -> Result<Option<Register>> {
    match bytes_of_repository(root)? {
        Some(file) => Ok(Some(Register::parse(&file.name, &file.bytes)?)),
        None => Ok(None),
    }
}

/// Its bytes.
///
/// # Errors
/// It cannot be read.
pub fn bytes_of_repository(root: &Path) -> Result<Option<SideFile>> {
    Ok(read_side(&Side::WorkTree(root.to_owned()), &[FILE])?.remove(0))
}
