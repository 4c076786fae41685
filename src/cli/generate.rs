//! Everything that is generated from the program itself.

use std::io::Write;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use clap_complete::Shell;

#[derive(Args)]
pub struct Generate {
    /// What to print.
    pub what: Generated,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Generated {
    Bash,
    Elvish,
    Fish,
    PowerShell,
    Zsh,
    Man,
    /// Of the JSON report.
    #[value(alias = "schema")]
    ReportSchema,
    /// Of the snapshots that `tokens import` writes.
    SnapshotSchema,
    /// Of the plans that `live plan` writes.
    #[cfg(feature = "live")]
    PlanSchema,
    /// The manual's table of the lists that are read.
    ListTable,
    /// The manual's table of the servers that are asked.
    #[cfg(feature = "live")]
    ServerTable,
    /// Of rule files.
    RulesSchema,
    /// Of keysweep.toml.
    ConfigSchema,
    /// The manual's table of the keys of keysweep.toml.
    ConfigTable,
}

/// What the manual page says besides the commands.
const SECTIONS: &str = r#".SH EXAMPLES
.TP
keysweep history \-\-demo
Look at the findings in a small repository with made\-up leaks.
.TP
keysweep scan
Scan the files here.
.TP
keysweep show 22c4
All about the finding whose id begins so.
.TP
keysweep history \-\-range main..HEAD \-\-output sarif=out.sarif
What these commits added, also as SARIF.
.SH FILES
.TP
keysweep.toml
What the repository decides; found upward from what is scanned.
.TP
\&.keysweepignore
Paths whose findings are accepted.
.TP
\&.keysweep\-baseline
Findings that are known, a line each.
.TP
tokens.toml
The register of tokens, without values.
.SH ENVIRONMENT
.TP
CI
When set, \-\-show\-secrets and \-\-reveal are refused, and no progress is shown.
.TP
NO_COLOR, CLICOLOR_FORCE
No colours, or colours also where standard output is no terminal.
.TP
SOURCE_DATE_EPOCH
The moment that expiry is judged for, in seconds since 1970; \-\-now goes before it.
.TP
PRE_COMMIT_FROM_REF, PRE_COMMIT_TO_REF
The range that pre\-commit names to a hook.
.SH "EXIT STATUS"
.TP
0
Nothing fails, and everything that was asked for was read.
.TP
1
There are results that fail.
.TP
2
Wrong usage or configuration, or nothing fails but something could not be read.
"#;

/// Prints completions, the man page or the schema.
pub fn print(what: Generated, mut command: clap::Command) -> Result<ExitCode> {
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
        #[cfg(feature = "live")]
        Generated::PlanSchema => {
            out.write_all(keysweep::live::rotation::schema().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::ListTable => {
            out.write_all(keysweep::lists::table().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        #[cfg(feature = "live")]
        Generated::ServerTable => {
            out.write_all(keysweep::live::driver::table().as_bytes())?;
            return Ok(ExitCode::SUCCESS);
        }
        Generated::RulesSchema => {
            out.write_all(keysweep::rule::schema().as_bytes())?;
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
    out.write_all(SECTIONS.as_bytes())?;
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
