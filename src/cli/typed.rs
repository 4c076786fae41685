//! What was typed, as a value; and what is said when it makes no sense.

use clap::Parser;

use super::output;
use super::verbs::Cli;
use keysweep::report;

/// Reads the command line; ends the program with clap's words when it is wrong or asks for help.
pub fn arguments() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| {
        if !error.use_stderr() {
            error.exit()
        }
        let text = error.to_string();
        let shown = output::masked(&text);
        // What was typed can be a credential in the wrong place, or a command of a build log.
        let odd =
            |line: &str| line.trim_start().starts_with("::") || report::terminal(line) != line;
        if shown != text || text.lines().any(odd) {
            let shown = output::plain(&shown);
            let shown = shown.trim_start_matches("error: ");
            clap::Error::raw(error.kind(), format!("{shown}\n")).exit()
        }
        error.exit()
    })
}
