//! Everything that is generated from the program itself.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Generated;
use super::verbs::Cli;

/// The schema of the JSON report, as committed.
const SCHEMA: &str = include_str!("../../docs/report.schema.json");

/// Prints completions, the man page or the schema.
pub fn print(what: Generated) -> Result<ExitCode> {
    let mut command = Cli::command();
    let mut out = std::io::stdout().lock();
    let shell = match what {
        Generated::Man => {
            clap_mangen::Man::new(command).render(&mut out)?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::Schema => {
            out.write_all(SCHEMA.as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::ConfigSchema => {
            out.write_all(keysweep::config::schema().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::ConfigTable => {
            out.write_all(keysweep::config::table().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::Bash => Shell::Bash,
        Generated::Elvish => Shell::Elvish,
        Generated::Fish => Shell::Fish,
        Generated::PowerShell => Shell::PowerShell,
        Generated::Zsh => Shell::Zsh,
    };
    clap_complete::generate(shell, &mut command, "keysweep", &mut out);
    Ok(ExitCode::SUCCESS)
}
