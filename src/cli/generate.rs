//! Everything that is generated from the program itself.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::args::Generated;
use super::verbs::Cli;

/// Prints completions, the man page or the schema.
pub fn print(what: Generated) -> Result<ExitCode> {
    let mut command = Cli::command();
    let mut out = std::io::stdout().lock();
    let shell = match what {
        Generated::Man => {
            out.write_all(&manual(command)?)?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::ReportSchema => {
            out.write_all(keysweep::report::schema().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::SnapshotSchema => {
            out.write_all(keysweep::lists::schema().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::ListTable => {
            out.write_all(keysweep::lists::table().as_bytes())?;
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

/// One page for everything: a page a verb would be a dozen files to install for one program.
fn manual(mut command: clap::Command) -> Result<Vec<u8>> {
    command.build();
    let verbs: Vec<clap::Command> = command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set() && verb.get_name() != "help")
        .cloned()
        .collect();
    let page = clap_mangen::Man::new(command);
    let mut out = Vec::new();
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    for verb in &verbs {
        section(verb, &mut out)?;
        let under = verb.get_subcommands();
        for verb in under.filter(|verb| !verb.is_hide_set() && verb.get_name() != "help") {
            section(verb, &mut out)?;
        }
    }
    page.render_version_section(&mut out)?;
    Ok(out)
}

/// A verb under a heading of its own.
fn section(verb: &clap::Command, out: &mut Vec<u8>) -> Result<()> {
    let name = verb.get_bin_name().unwrap_or(verb.get_name());
    writeln!(out, ".SH \"{}\"", name.to_uppercase())?;
    let page = clap_mangen::Man::new(verb.clone());
    let mut text = Vec::new();
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    let text = String::from_utf8_lossy(&text).replace(".SH ", ".SS ");
    out.write_all(text.as_bytes())?;
    Ok(())
}
