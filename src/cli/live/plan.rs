//! `keysweep live plan`: what rotating or ending tokens would do, as a file that people read before it is applied.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::super::atomic::{self, Lasting, Mode};
use super::super::output;
use super::From;
use super::desk::{self, Which, say};
use keysweep::live::rotation::{Change, Desk, Wanted};
use keysweep::register;

/// Says what rotating or ending tokens would do, and writes it as a plan. Nothing is changed: servers
/// are asked for their lists, stores are looked into, and what they hold is tried once.
#[derive(Args)]
pub struct Plan {
    #[command(flatten)]
    from: From,
    #[command(flatten)]
    which: Which,
    /// The entries of the register that are to be rotated.
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Rotate what ends, or is to be rotated, within this time.
    #[arg(long, value_name = "30d", value_parser = span, conflicts_with = "ids")]
    due: Option<i64>,
    /// Only end this token, and put nothing in its place.
    #[arg(long, value_name = "ID")]
    revoke: Vec<String>,
    /// The file for the plan.
    #[arg(short, long, value_name = "PLAN")]
    output: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// Nothing is named; the register or the file of servers is wrong; the plan cannot be written. What cannot be
/// planned is said, the rest is planned all the same, and the exit status is 2.
pub fn run(plan: Plan) -> Result<ExitCode> {
    if plan.ids.is_empty() && plan.revoke.is_empty() && plan.due.is_none() {
        bail!("name entries of the register, or ask for what is due: --due 30d");
    }
    atomic::check_target(&plan.output)?;
    let servers = plan.from.servers()?;
    let (file, register) = plan.which.read()?;
    let desk = Desk {
        servers: &servers,
        register: &register,
        file: &file,
        tracked: &desk::tracked,
        programs: plan.which.run_programs,
    };
    let wanted = Wanted {
        ids: &plan.ids,
        revoke: &plan.revoke,
        due: plan.due,
    };
    let (made, not) = desk.plan(&wanted);
    for missed in &not {
        output::complain(&format!("{}: {}", missed.entry, missed.why));
    }
    made.changes.iter().for_each(show);
    match made.changes.is_empty() {
        true if not.is_empty() => say("nothing is due, and no plan is written"),
        true => {}
        false => {
            atomic::write(&plan.output, Lasting::No, Mode::Private, |out| {
                out.write_all(made.text().as_bytes())
            })
            .with_context(|| format!("the plan {} cannot be written", plan.output.display()))?;
            say(&format!(
                "nothing is done yet: `keysweep live apply {}` does it, until tomorrow at this time",
                plan.output.display()
            ));
        }
    }
    Ok(ExitCode::from(if not.is_empty() { 0 } else { 2 }))
}

/// Shows what a change does.
pub fn show(change: &Change) {
    say(&format!("{}: {}", change.entry, change.old.called()));
    for (n, step) in change.steps.iter().enumerate() {
        say(&format!("  {}. {step}", n + 1));
    }
    for warning in &change.warnings {
        say(&format!("  ! {warning}"));
    }
}

fn span(text: &str) -> Result<i64, String> {
    register::seconds(text).ok_or_else(|| "write a number and h, d, w or y: 30d".to_owned())
}
