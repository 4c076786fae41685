//! `keysweep live status`: the rotations of this user, unfinished ones first.

use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Args;

use super::desk::{self, say};
use keysweep::live::rotation::{State, moment};

/// Says which rotations did not end yet and what is to be done about them, and which did. Asks no
/// server.
#[derive(Args)]
pub struct Status {
    /// Only those that did not end.
    #[arg(long)]
    unfinished: bool,
}

/// Runs the verb.
///
/// # Errors
/// A journal cannot be read.
pub fn run(status: &Status) -> Result<ExitCode> {
    let journals = desk::journals()?;
    let mut all: Vec<(String, State)> = Vec::new();
    for kept in journals.all().map_err(|why| anyhow!(why))? {
        match State::of(&kept.lines) {
            Some(state) => all.push((kept.id, state)),
            None => say(&format!("{}: cut off before anything was done", kept.id)),
        }
    }
    all.sort_by_key(|(_, state)| state.over.is_some());
    all.retain(|(_, state)| !status.unfinished || state.over.is_none());
    if all.is_empty() {
        say("no rotation");
    }
    for (id, state) in &all {
        say(&format!(
            "{id}  {}  {}  {}",
            moment(state.times.1),
            state.head.change.entry,
            state.says()
        ));
    }
    Ok(ExitCode::SUCCESS)
}
