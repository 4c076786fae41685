//! The command line: from what the user typed to ready-made parts, and from a report to outputs
//! and the exit status. Nothing imports this room.

mod allow;
mod args;
mod atomic;
mod audit;
mod baseline;
mod choose;
mod compare;
mod config;
mod content;
mod demo;
mod ending;
mod event;
mod explain;
mod fail_on;
mod fix;
mod generate;
mod hook;
mod import;
mod init;
mod known;
mod last;
mod lines;
mod links;
mod lists;
#[cfg(feature = "live")]
mod live;
mod lock;
mod new_rule;
mod other_tools;
mod output;
mod parse;
mod progress;
mod rule_examples;
mod rule_files;
mod rules;
mod scan;
mod serve;
mod show;
mod signals;
mod start;
mod tokens;
mod trust;
mod typed;
mod verbs;

use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory as _;

use scan::{With, scan, scan_under};
use verbs::{Cli, Verb};

/// Bytes of decoded deltas in flight.
const DELTA_BUDGET: usize = 512 << 20;

/// Runs the program.
pub fn main() -> ExitCode {
    let cli = typed::arguments();
    let run = |verb: Option<Verb>| match verb {
        Some(verb) => dispatch(verb),
        None => start::print(),
    };
    match signals::survive_limits().and_then(|()| run(cli.verb)) {
        Ok(code) => code,
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(verb: Verb) -> Result<ExitCode> {
    match verb {
        Verb::Scan(args) => content::scan(args),
        Verb::Staged(args) => content::staged(args),
        Verb::History(args) => content::history(args),
        Verb::Audit(args) => audit::run(args),
        Verb::Hook(hook) => hook::run(hook),
        Verb::Lsp(args) => serve::lsp::run(&args),
        Verb::Mcp(args) => serve::mcp::run(&args),
        Verb::Baseline(args) => baseline::run(args),
        Verb::Allow(args) => allow::run(args),
        Verb::Init(args) => init::run(&args),
        Verb::Import(args) => import::run(&args),
        Verb::Rules(args) => rules::run(&args),
        Verb::Show(args) => show::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Fix(args) => fix::run(&args),
        Verb::Compare(args) => compare::run(&args),
        Verb::Tokens(tokens) => tokens::run(tokens),
        #[cfg(feature = "live")]
        Verb::Live(live) => live::run(live),
        Verb::Config(args) => config::run(args),
        Verb::Event(event) => event::run(event),
        Verb::Generate(generate) => generate::print(generate.what, Cli::command()),
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<std::io::Error>()
            .is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}
