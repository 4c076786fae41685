//! The program and its verbs, as the user can type them.

use clap::{Parser, Subcommand};

use super::args::{Allow, Baseline, ConfigVerb, Generate, History, Rules, Scan, Staged};
use super::event::Event;
use super::hook::Hook;

/// Finds hardcoded and stale credentials in working trees and git history, and says which of
/// them still matter.
///
/// Standard output is the result, standard error everything else. Exit status: 0 nothing that
/// fails and everything asked for was read; 1 findings that fail; 2 usage, configuration, or input
/// that could not be read when nothing else fails.
#[derive(Parser)]
#[command(
    name = "keysweep",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Subcommand)]
pub enum Verb {
    /// Scan files, trees or standard input.
    Scan(Scan),
    /// Scan what is staged: the index against HEAD, never the working tree.
    Staged(Staged),
    /// Scan a whole git history: every version of everything, or what a range of commits brought.
    History(History),
    /// What git hooks call: judges what is pushed, what is staged, or the files that are named.
    Hook(Hook),
    /// Keep the list of known findings: make it, add what is new, remove what is gone.
    Baseline(Baseline),
    /// Allow findings by their ids: writes the baseline's entries and shows them.
    Allow(Allow),
    /// List the rules, or print one rule's page.
    Rules(Rules),
    /// Show the configuration that holds, and where each of its values comes from.
    Config(ConfigVerb),
    /// What the GitHub Action asks about its own run.
    #[command(hide = true)]
    Event(Event),
    /// Print completions, the man page or the JSON schemas.
    #[command(hide = true)]
    Generate(Generate),
}
