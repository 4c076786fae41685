//! What was typed, as a value; and what is said when it makes no sense.

use clap::Parser;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::verbs::Cli;
use super::{other_tools, output};
use keysweep::report;

/// Reads the command line; ends the program with clap's words when it is wrong or asks for help.
pub fn arguments() -> Cli {
    Cli::try_parse().unwrap_or_else(|error| {
        if !error.use_stderr() {
            error.exit()
        }
        if let Some(right) = right_word(&error) {
            clap::Error::raw(error.kind(), right).exit()
        }
        let error = without_false_tip(error);
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

/// `to pass '--x' as a value, use '-- --x'` is no help to somebody who mistyped an option.
fn without_false_tip(mut error: clap::Error) -> clap::Error {
    if error.kind() == ErrorKind::UnknownArgument {
        error.remove(ContextKind::Suggested);
    }
    error
}

/// What is said to a word of another tool.
fn right_word(error: &clap::Error) -> Option<String> {
    let (kind, find): (ContextKind, fn(&str) -> Option<&'static str>) = match error.kind() {
        ErrorKind::InvalidSubcommand => (ContextKind::InvalidSubcommand, other_tools::verb),
        ErrorKind::UnknownArgument => (ContextKind::InvalidArg, other_tools::option),
        _ => return None,
    };
    let Some(ContextValue::String(typed)) = error.get(kind) else {
        return None;
    };
    let right = find(typed)?;
    let typed = typed.split('=').next().unwrap_or(typed);
    Some(format!(
        "`{typed}` is a word of another tool; here: {right}\n"
    ))
}
