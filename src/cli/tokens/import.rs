//! `keysweep tokens import`: a list of a server, read into a snapshot without secrets.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

use super::super::args::heading;
use super::super::atomic::{self, Lasting, Mode};
use super::super::lists as files;
use super::super::parse::moment;
use keysweep::lists::{self, Asked};
use keysweep::rule::{Holds, ListField, ListKind};

/// Reads the list that a server or provider gives of its tokens, and writes a snapshot: a dated file
/// without secrets, with which `scan`, `history` and `audit` say which findings are tokens that the
/// server knows. Nothing is sent anywhere; docs/lists.md has the command that exports each list.
#[derive(Args)]
pub struct Import {
    /// What it is a list of.
    #[arg(value_parser = kind)]
    kind: String,
    /// The file; `-` reads standard input.
    file: String,
    /// What the server is called. [default: the kind]
    #[arg(long, value_name = "NAME", help_heading = heading::INPUT)]
    server: Option<String>,
    /// When the list was taken (a date, or RFC 3339). [default: now for standard input, else unknown]
    #[arg(long, value_name = "DATE", value_parser = moment, help_heading = heading::INPUT)]
    taken: Option<jiff::Timestamp>,
    /// The list has every token of the server, although one of its kind has those of one user.
    #[arg(long, help_heading = heading::INPUT)]
    complete: bool,
    /// The server is the only one of its kind that issued what is looked at: a token of that kind that the
    /// list, which has every token of the server, does not have is dead.
    #[arg(long, help_heading = heading::INPUT)]
    sole: bool,
    /// Which columns of a table are which fields: id, name, owner, made-by, scope, created, expires,
    /// last-used, state, secret.
    #[arg(
        long,
        value_name = "FIELD=COLUMN",
        value_delimiter = ',',
        value_parser = column,
        help_heading = heading::INPUT
    )]
    columns: Vec<(ListField, String)>,
    /// Write the snapshot to this file. [default: standard output]
    #[arg(short, long, value_name = "FILE", help_heading = heading::OUTPUT)]
    output: Option<PathBuf>,
    /// Keep the hashes that the server compares passwords with, so that findings can be joined by
    /// them. Whoever reads the snapshot can try passwords.
    #[arg(long, help_heading = heading::OUTPUT)]
    hashes: bool,
}

/// Refuses what makes no sense for a kind of list.
fn fits(import: &Import, kind: &ListKind) -> Result<()> {
    if !import.columns.is_empty() && kind.id != "csv" {
        bail!(
            "--columns is for the kind csv: a list of {} has columns of its own",
            kind.name
        );
    }
    if import.complete && kind.holds == Holds::Names {
        bail!(
            "--complete: a list of {} has names and no tokens",
            kind.name
        );
    }
    if import.sole && !lists::can_prove(kind) {
        bail!(
            "--sole: a list of {} shows too little of each token to say that one is not among them",
            kind.name
        );
    }
    Ok(())
}

/// Runs the verb.
///
/// # Errors
/// The list cannot be read, holds a credential where none may stand, or the snapshot cannot be written.
pub fn run(import: Import) -> Result<ExitCode> {
    if let Some(path) = &import.output {
        atomic::check_target(path)?;
    }
    let kind = lists::kind(&import.kind).map_err(|why| anyhow!(why))?;
    fits(&import, kind)?;
    let asked = Asked {
        server: import.server,
        // What comes through a pipe is read while the server gives it.
        taken: import
            .taken
            .or_else(|| (import.file == "-").then(jiff::Timestamp::now)),
        complete: import.complete,
        sole: import.sole,
        columns: import.columns,
    };
    let (name, list) = match import.file.as_str() {
        "-" => (
            "standard input",
            lists::read(kind, std::io::stdin().lock(), &asked),
        ),
        file => (file, lists::read(kind, files::open(file)?, &asked)),
    };
    let list = list.map_err(|error| files::at(name, &error))?;
    if import.sole && !(list.complete && list.taken.is_some()) {
        bail!(
            "--sole: {name} has to have every token of the server (--complete says so), and the day when it was taken has to be known (--taken)"
        );
    }
    let text = lists::write_snapshot(&list, import.hashes, &files::finder())
        .map_err(|refused| anyhow!("{name}: {refused}"))?;
    match &import.output {
        Some(path) => atomic::write(path, Lasting::No, Mode::Private, |out| {
            out.write_all(text.as_bytes())
        })
        .with_context(|| format!("the snapshot {} cannot be written", path.display()))?,
        None => std::io::stdout()
            .lock()
            .write_all(text.as_bytes())
            .context("standard output cannot be written")?,
    }
    files::say(name, &list, import.hashes);
    Ok(ExitCode::SUCCESS)
}

fn kind(text: &str) -> Result<String, String> {
    lists::kind(text).map(|kind| kind.id.to_string())
}

fn column(text: &str) -> Result<(ListField, String), String> {
    let (field, column) = text
        .split_once('=')
        .ok_or("write FIELD=COLUMN, for example owner=Team")?;
    let known = ListField::ALL.iter().find(|(name, _)| *name == field);
    match known {
        Some((_, ListField::Handle | ListField::Hash)) | None => Err(format!(
            "`{field}` is none of id, name, owner, made-by, scope, created, expires, last-used, state, secret"
        )),
        Some((_, field)) => Ok((*field, column.to_owned())),
    }
}
