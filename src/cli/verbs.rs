//! The program and its verbs, as the user can type them.

use clap::{Parser, Subcommand};

use super::allow::Allow;
use super::args::{History, Scan, Staged};
use super::audit::Audit;
use super::baseline::Baseline;
use super::compare::Compare;
use super::config::ConfigVerb;
use super::event::Event;
use super::explain::Explain;
use super::fix::Fix;
use super::generate::Generate;
use super::hook::Hook;
use super::import::Import;
use super::init::Init;
#[cfg(feature = "live")]
use super::live::Live;
use super::rules::Rules;
use super::serve::lsp::Lsp;
use super::serve::mcp::Mcp;
use super::show::Show;
use super::tokens::Tokens;

/// What a newcomer wants first; shown below the list of verbs.
const EXAMPLES: &str = "\
Examples:
  keysweep history --demo  Look at the findings in a small repository with made-up leaks
  keysweep scan            Scan the working tree here
  keysweep staged          Scan what the next commit adds
  keysweep history         Scan every version of every file in this repository";

/// Finds hardcoded and stale credentials in working trees and git history, and says which of
/// them still matter.
///
/// The result goes to standard output, everything else to standard error.
///
/// Exit status 0: nothing fails, and everything that was asked for was read. Exit status 1: there are
/// results that fail. Exit status 2: wrong usage or configuration, or nothing fails but something
/// could not be read.
#[derive(Parser)]
#[command(
    name = "keysweep",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = EXAMPLES,
    subcommand_required = false
)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Set up a repository, step by step: configuration, known findings, hook, CI.
    Init(Init),
    /// Scan files, trees or standard input.
    Scan(Scan),
    /// Scan what is staged: what the index adds to HEAD.
    Staged(Staged),
    /// Scan a git history: every version of every file, or what a range of commits introduced.
    History(History),
    /// List every credential of repositories, with its life: files, ignored stores and history in one.
    Audit(Audit),
    /// Run as a git hook: judge what is pushed, what is staged, or the files that are named.
    Hook(Hook),
    /// Create, update or prune the baseline, the list of findings that are known.
    Baseline(Baseline),
    /// Allow findings by their ids: add them to the baseline and show what was added.
    Allow(Allow),
    /// List rules, find some by a word, print the page of one, or check a rule file.
    Rules(Rules),
    /// Show one finding: the masked lines around it, why it is reported, its life, and what to do.
    Show(Show),
    /// Say what is found on a line of a file, and why the rest of it is not reported.
    Explain(Explain),
    /// Show how a finding is taken out of its files, or do it.
    Fix(Fix),
    /// Read configuration, ignore file and baseline of another scanner, and write ours.
    Import(Import),
    /// Show an editor the credentials in its buffers, over the Language Server Protocol.
    Lsp(Lsp),
    /// Answer coding agents over the Model Context Protocol, on standard input and output.
    Mcp(Mcp),
    /// Compare two JSON reports: what is new, gone, changed, or still there.
    Compare(Compare),
    /// Keep the register, the list of a repository's tokens without their values.
    Tokens(Tokens),
    /// Ask the servers that issue tokens: list them, try them, rotate them.
    #[cfg(feature = "live")]
    Live(Live),
    /// Show the configuration in force and where each of its values comes from.
    Config(ConfigVerb),
    /// What the GitHub Action asks about its own run.
    #[command(hide = true)]
    Event(Event),
    /// Print completions, the man page or the JSON schemas.
    #[command(hide = true)]
    Generate(Generate),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// The command of a line of examples: what stands before two blanks, without redirections.
    fn command(line: &str) -> Option<Vec<String>> {
        let line = line
            .strip_prefix("  ")
            .filter(|line| line.starts_with("keysweep "))?;
        let command = line.split("  ").next().unwrap_or(line);
        let command = command.split(" < ").next().unwrap_or(command);
        let quoted = command.split('"').enumerate();
        let words = quoted.flat_map(|(n, part)| match n % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        });
        Some(words.collect())
    }

    #[test]
    fn every_verb_shows_examples_that_can_be_typed() {
        let mut cli = Cli::command();
        cli.build();
        let verbs = cli.get_subcommands_mut().filter(|verb| !verb.is_hide_set());
        for verb in verbs.filter(|verb| verb.get_name() != "help") {
            let name = verb.get_name().to_owned();
            let help = verb.render_help().to_string();
            let Some((_, examples)) = help.split_once("Examples:\n") else {
                panic!("`{name} --help` has no examples");
            };
            let commands: Vec<Vec<String>> = examples.lines().filter_map(command).collect();
            assert!(commands.len() >= 2, "{name}: {examples}");
            for words in commands {
                assert_eq!(words[1], name, "{words:?}");
                let parsed = Cli::try_parse_from(&words);
                let shown = |error: clap::Error| error.to_string();
                let help =
                    |error: &clap::Error| error.kind() == clap::error::ErrorKind::DisplayHelp;
                match parsed {
                    Err(error) if !help(&error) => panic!("{words:?}: {}", shown(error)),
                    _ => {}
                }
            }
        }
    }
}
