//! `keysweep tokens edit`: one entry of the register, changed in its place.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::known::Change;
use super::super::{atomic, output};
use super::check;
use keysweep::register::{FILE, edited};
use keysweep::source::home;

/// Changes one entry of the register. Everything else of the file stays as it is, byte for byte.
#[derive(Args)]
pub struct Edit {
    /// The id of the entry.
    id: String,
    /// Keys with their new values: expires=2027-02-28, scope=read,write, exception.until=2027-01-01. An
    /// empty value takes the key out.
    #[arg(value_name = "KEY=VALUE", required = true, value_parser = change)]
    changes: Vec<(String, String)>,
    /// A directory of the repository. [default: .]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Change this register. [default: tokens.toml at the top of the repository]
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// There is no register or no such entry, a value is not what its key takes, or is a credential.
pub fn run(edit: &Edit) -> Result<ExitCode> {
    for (key, value) in &edit.changes {
        refuse_credential(key, value)?;
    }
    let root = home(&[edit.repo.clone().unwrap_or_else(|| PathBuf::from("."))])?.root;
    let (path, name) = match &edit.register {
        Some(path) => (path.clone(), path.display().to_string()),
        None => (root.join(FILE), FILE.to_owned()),
    };
    let git_dir = keysweep::source::git_dir(&root);
    let read = || match &edit.register {
        Some(path) => Ok(Some(read_file(path)?)),
        None => Ok(check::bytes_of_repository(&root)?.map(|file| file.bytes)),
    };
    let change = atomic::change(&path, git_dir.as_deref(), read, |before| {
        let Some(before) = before else {
            bail!(
                "there is no register {}: `keysweep tokens init` proposes one",
                path.display()
            );
        };
        let after = edited(&name, before, &edit.id, &edit.changes)?;
        let change = Change::between(Some(before), &String::from_utf8_lossy(&after));
        Ok(((after != before).then_some(after), change))
    })?;
    let mut out = std::io::stdout().lock();
    out.write_all(output::masked(&change.shown()).as_bytes())
        .and_then(|()| out.flush())
        .context("standard output cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

fn read_file(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("the register {} cannot be read", path.display()))
}

/// A register holds no value. What the scanner takes for one, by itself or behind its key, is not written.
fn refuse_credential(key: &str, value: &str) -> Result<()> {
    let scanner = output::scanner();
    let behind = format!("{key} = \"{value}\"\n");
    let texts = [value, behind.as_str()];
    if texts
        .iter()
        .any(|text| !scanner.spans(text.as_bytes()).is_empty())
    {
        bail!(
            "the value for this key looks like a credential, and the register holds none: write its \
             fingerprint, which reports show, or where it is kept"
        );
    }
    Ok(())
}

/// `key=value`.
fn change(text: &str) -> Result<(String, String), String> {
    let (key, value) = text
        .split_once('=')
        .ok_or("write KEY=VALUE, for example expires=2027-02-28")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}
