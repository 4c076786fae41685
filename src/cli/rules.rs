//! `keysweep rules`: the list, and a rule's page.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};

use keysweep::present::page;
use keysweep::report::terminal;
use keysweep::rule::{RuleSet, closest};

/// Prints the list, or the page of one rule.
pub fn print(rules: &RuleSet, id: Option<&str>) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match id {
        None => {
            for rule in rules.rules.iter() {
                let off = if rule.on { "" } else { " (off)" };
                writeln!(
                    out,
                    "{:<44} {:<9} {}{off}",
                    rule.id,
                    rule.severity.name(),
                    terminal(&rule.name)
                )?;
            }
            writeln!(out, "{} rules", rules.rules.len())?;
        }
        Some(id) => match rules.find(id) {
            Some(index) => {
                for line in page(&rules.rules[index]).lines() {
                    writeln!(out, "{}", terminal(line))?;
                }
            }
            None => {
                let hint = closest(id, rules.rules.iter().map(|rule| rule.id.as_ref()))
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                bail!("there is no rule `{id}`{hint}");
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}
