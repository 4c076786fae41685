//! `keysweep tokens`: the register of a repository, `tokens.toml`, and the lists of servers. One file a subcommand.

mod check;
mod derive;
mod edit;
mod import;
mod init;

pub use check::of_repository;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

/// Keep the register, the list of a repository's tokens without their values.
#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep tokens init --write                          Propose a register and write tokens.toml
  keysweep tokens check                                 What is to be done: what ended, what ends soon
  keysweep tokens edit deploy-key expires=2027-02-28    Change one entry
  keysweep tokens import gitea tokens.json -o git.json  Read what a server lists")]
pub struct Tokens {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Propose a register from what is found and what is read by name.
    Init(init::Init),
    /// Change one entry, and nothing else of the file.
    Edit(edit::Edit),
    /// Say what the register says is to be done: what ended, ends soon, or is not as it should be.
    Check(Box<check::Check>),
    /// Read the list that a server gives of its tokens, and write a snapshot without secrets.
    Import(import::Import),
}

/// Runs the subcommand.
///
/// # Errors
/// As the subcommand says.
pub fn run(tokens: Tokens) -> Result<ExitCode> {
    match tokens.what {
        What::Init(init) => init::run(init),
        What::Edit(edit) => edit::run(&edit),
        What::Check(check) => check::run(*check),
        What::Import(import) => import::run(import),
    }
}
