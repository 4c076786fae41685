//! `keysweep live resume`: goes on with rotations that did not end.

use std::process::ExitCode;
use std::sync::atomic::Ordering;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use jiff::Timestamp;

use super::super::{output, signals};
use super::From;
use super::apply::tell;
use super::desk::{self, Around, say};
use keysweep::live::rotation::{Desk, Journals, State, moment};

/// Goes on with rotations that did not end: those whose overlap is over, and those that were cut off.
/// What a run left that was cut off is found in the list of the server and ended.
#[derive(Args)]
pub struct Resume {
    #[command(flatten)]
    from: From,
    /// Only this one: as `live status` names it, or by its entry of the register. [default: all]
    id: Option<String>,
    /// Do not wait for the end of the overlap: end the old token now.
    #[arg(long, requires = "id")]
    no_wait: bool,
}

/// The rotations that did not end: all, or the one of a name.
fn unfinished(journals: &Journals, wanted: Option<&str>) -> Result<Vec<(String, State)>> {
    let mut all: Vec<(String, State)> = Vec::new();
    for kept in journals.all().map_err(|why| anyhow!(why))? {
        let state = State::of(&kept.lines).filter(|state| state.over.is_none());
        all.extend(state.map(|state| (kept.id, state)));
    }
    if let Some(wanted) = wanted {
        all.retain(|(id, state)| id == wanted || state.head.change.entry == *wanted);
        if all.is_empty() {
            bail!("no unfinished rotation is called {wanted}; `keysweep live status` lists them");
        }
    }
    Ok(all)
}

/// Runs the verb.
///
/// # Errors
/// There is no such rotation. Where one stops again the others are gone on with, and the exit status is 2.
pub fn run(resume: Resume) -> Result<ExitCode> {
    let journals = desk::journals()?;
    let lock = journals.lock().map_err(|why| anyhow!(why))?;
    let all = unfinished(&journals, resume.id.as_deref())?;
    if all.is_empty() {
        say("no rotation is unfinished");
        return Ok(ExitCode::SUCCESS);
    }
    let servers = resume.from.servers()?;
    let asked = signals::asked()?;
    let mut status = 0;
    for (id, state) in all {
        let entry = state.head.change.entry.clone();
        if asked.load(Ordering::Relaxed) {
            output::complain(&format!(
                "{entry}: not gone on with ({id}), because you stopped it"
            ));
            status = 2;
            continue;
        }
        if let Some(until) = state.deployed.filter(|until| Timestamp::now() < *until)
            && state.registered.deployed
            && !resume.no_wait
        {
            say(&format!(
                "{entry}: both tokens live until {}",
                moment(until)
            ));
            continue;
        }
        say(&format!("{entry}:"));
        let done = (|| {
            let (file, register) = desk::register(&state.head.register)?;
            let desk = Desk {
                servers: &servers,
                register: &register,
                file: &file,
                tracked: &desk::tracked,
                programs: state.head.programs,
            };
            let around = Around::of(&file, &asked);
            let journal = journals.go_on(&id, &lock).map_err(|why| anyhow!(why))?;
            let gone_on = desk.resume(state, journal, resume.no_wait, &around);
            gone_on.map_err(|why| anyhow!(why))
        })();
        match done {
            Ok(outcome) => status = status.max(tell(&entry, &id, &outcome)),
            Err(error) => {
                output::complain(&format!("{entry}: {error:#}"));
                status = 2;
            }
        }
    }
    Ok(ExitCode::from(status))
}
