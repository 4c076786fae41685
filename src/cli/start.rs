//! `keysweep` alone: the three commands one wants, and where one stands.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use super::import;
use super::init::standing::Standing;
use keysweep::config;
use keysweep::report::terminal;
use keysweep::suppress::BASELINE;

/// Prints it. The status is that of wrong usage: a script whose command came out empty must not believe that
/// something was scanned.
pub fn print() -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "keysweep finds credentials in files and git history, and says which of them still matter.\n\n  \
         keysweep scan       the files here\n  \
         keysweep history    every version of every file of this repository\n  \
         keysweep init       set it up here, step by step: configuration, known findings, hook, CI\n"
    )?;
    for line in standing(Path::new(".")) {
        writeln!(out, "{}", terminal(&line))?;
    }
    writeln!(
        out,
        "`keysweep history --demo` shows what findings look like, `keysweep --help` lists all commands."
    )?;
    Ok(ExitCode::from(2))
}

/// Where one stands, a line each.
fn standing(dir: &Path) -> Vec<String> {
    let here = match Standing::of(dir) {
        Ok(here) => here,
        Err(error) => return vec![format!("Here: {error:#}")],
    };
    if !here.git {
        return vec![
            "Here is no git repository: `keysweep scan` reads the files all the same.".to_owned(),
        ];
    }
    let config = match here.top.has(config::FILE) {
        true => "keysweep.toml".to_owned(),
        false => "no keysweep.toml, which is fine".to_owned(),
    };
    let baseline = match here.known {
        Some(1) => "1 known finding".to_owned(),
        Some(n) => format!("{n} known findings in {BASELINE}"),
        None => "no baseline".to_owned(),
    };
    let hook = match &here.hook {
        Some(by) => format!("the hook runs ({by})"),
        None => "no hook".to_owned(),
    };
    let mut out = vec![format!(
        "Here is a git repository: {config}, {baseline}, {hook}."
    )];
    out.extend(import::foreign_names(&here.top.0).map(|names| {
        format!("Files of other scanners are here ({names}): `keysweep import` reads them.")
    }));
    out
}
