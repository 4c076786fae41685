//! `keysweep live apply`: does what a plan says.

use std::fs::File;
use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use jiff::Timestamp;

use super::super::{output, signals};
use super::From;
use super::desk::{self, Around, Which, say};
use super::plan::show;
use keysweep::live::rotation::{
    self, Desk, Journals, MAX_PLAN, Outcome, Plan, What, World as _, moment,
};

/// Does what a plan says, and proves it. Everything is looked at again before, and where it is
/// otherwise than the plan says, nothing is done.
#[derive(Args)]
pub struct Apply {
    #[command(flatten)]
    from: From,
    #[command(flatten)]
    which: Which,
    /// The plan.
    plan: PathBuf,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    /// Change values in their place, where a server knows no second token: nothing works between that
    /// and the writing of the stores.
    #[arg(long)]
    accept_gap: bool,
    /// Who does it, for the register. [default: the user's name]
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
}

/// Refuses a plan after which nothing works for a while.
fn leaves_no_gap(plan: &Plan) -> Result<()> {
    let mut changes = plan.changes.iter();
    if let Some(change) = changes.find(|change| change.what == What::Replace) {
        bail!(
            "{}: its value is changed in its place, and nothing works until the stores are written; say --accept-gap",
            change.entry
        );
    }
    Ok(())
}

/// Runs the verb.
///
/// # Errors
/// The plan is none, too old, made already, or not what is there now; nobody said yes. Exit status 2 also where
/// something stopped on the way, and 1 where a change was undone.
pub fn run(apply: Apply) -> Result<ExitCode> {
    let plan = read(&apply.plan)?;
    plan.is_of(Timestamp::now())
        .map_err(|why| anyhow!("{}: {why}", apply.plan.display()))?;
    let journals = desk::journals()?;
    let lock = journals.lock().map_err(|why| anyhow!(why))?;
    not_made_before(&plan, &journals)?;
    if !apply.accept_gap {
        leaves_no_gap(&plan)?;
    }
    let servers = apply.from.servers()?;
    let (file, register) = apply.which.read()?;
    let desk = Desk {
        servers: &servers,
        register: &register,
        file: &file,
        tracked: &desk::tracked,
        programs: apply.which.run_programs,
    };
    let ready = desk.ready(&plan).map_err(|wrong| {
        anyhow!(
            "{} is not what is there now, and nothing was done; make it anew\n{}",
            apply.plan.display(),
            wrong.join("\n")
        )
    })?;
    if !apply.yes && !confirmed(&plan)? {
        say("nothing was done");
        return Ok(ExitCode::SUCCESS);
    }
    plan.is_of(Timestamp::now())
        .map_err(|why| anyhow!("{}: {why}", apply.plan.display()))?;
    let by = apply.by.unwrap_or_else(user);
    let around = Around::of(&file, &signals::asked()?);
    let mut status = 0;
    let mut stopped = false;
    for (n, one) in ready.into_iter().enumerate() {
        let entry = &plan.changes[n].entry;
        // What comes after a stop is not begun.
        if stopped || around.stops() {
            output::complain(&format!("{entry}: not begun; make a new plan for it"));
            status = 2;
            continue;
        }
        say(&format!("{entry}:"));
        let (id, outcome) = desk
            .apply(&plan, n, one, &by, &around, (&journals, &lock))
            .map_err(|why| anyhow!("{entry}: {why}; nothing was done"))?;
        status = status.max(tell(entry, &id, &outcome));
        stopped = matches!(outcome, Outcome::Stopped(_));
    }
    Ok(ExitCode::from(status))
}

/// Says how a run ended; the exit status for it.
pub fn tell(entry: &str, id: &str, outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Done(proof) => {
            say(&format!("{entry}: done; the old token {}", proof.words()));
            0
        }
        Outcome::Waits(until) => {
            say(&format!(
                "{entry}: the new token is in every store; the old one lives until {}. `keysweep live resume {id}` ends it after that",
                moment(*until)
            ));
            0
        }
        Outcome::Undone(why) => {
            output::complain(&format!("{entry}: nothing is changed: {why}"));
            1
        }
        Outcome::Stopped(why) => {
            output::complain(&format!("{entry}: stopped ({id}): {why}"));
            2
        }
    }
}

fn read(path: &std::path::Path) -> Result<Plan> {
    let cannot = || format!("the plan {} cannot be read", path.display());
    let mut text = Vec::new();
    let file = File::open(path).with_context(cannot)?;
    file.take(MAX_PLAN)
        .read_to_end(&mut text)
        .with_context(cannot)?;
    Plan::read(&text).map_err(|why| anyhow!("{}: {why}", path.display()))
}

fn not_made_before(plan: &Plan, journals: &Journals) -> Result<()> {
    for kept in journals.all().map_err(|why| anyhow!(why))? {
        let Some(state) = rotation::State::of(&kept.lines) else {
            continue;
        };
        if state.head.plan == plan.id {
            bail!(
                "this plan was applied on {} ({}): {}",
                moment(state.times.0),
                kept.id,
                state.says()
            );
        }
        let unfinished = state.over.is_none();
        let entry = &state.head.change.entry;
        if unfinished && plan.changes.iter().any(|change| change.entry == *entry) {
            bail!(
                "{entry}: a rotation of it did not end yet ({}): {}",
                kept.id,
                state.says()
            );
        }
    }
    Ok(())
}

/// Asks on a terminal.
fn confirmed(plan: &Plan) -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody can be asked here: say --yes, after somebody read the plan");
    }
    plan.changes.iter().for_each(show);
    let mut out = std::io::stdout().lock();
    out.write_all("Do it? Type yes: ".as_bytes())
        .and_then(|()| out.flush())
        .context("standard output cannot be written")?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("the answer cannot be read")?;
    Ok(answer.trim() == "yes")
}

/// Who runs this, as CI or the system calls him.
fn user() -> String {
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let names = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME"];
    names
        .iter()
        .find_map(set)
        .unwrap_or_else(|| "keysweep".to_owned())
}
