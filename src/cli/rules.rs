//! `keysweep rules`: the list, and a rule's page.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Result, bail};

use keysweep::detect::Scanner;
use keysweep::report::terminal;
use keysweep::rule::{Rule, RuleSet, closest};
use keysweep::secret::Masker;

/// Prints the list, or the page of one rule.
pub fn print(rules: &RuleSet, id: Option<&str>) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    // Whoever writes a rule tries it with a token, and leaves it in the file.
    let scanner = Scanner::new(rules.clone());
    let finder = |text: &[u8]| scanner.spans(text);
    let masker = Masker::new(&[], &finder, false);
    let shown = |rule: &Rule, text: &str| match rule.is_builtin() {
        true => text.to_owned(),
        false => masker.show(text.as_bytes()).as_str().to_owned(),
    };
    match id {
        None => {
            for rule in rules.rules.iter() {
                let off = if rule.on { "" } else { " (off)" };
                let line = format!(
                    "{:<44} {:<9} {}{off}",
                    rule.id,
                    rule.severity.name(),
                    rule.name
                );
                writeln!(out, "{}", terminal(&shown(rule, &line)))?;
            }
            writeln!(out, "{} rules", rules.rules.len())?;
        }
        Some(id) => match rules.find(id) {
            Some(index) => {
                let rule = &rules.rules[index];
                for line in shown(rule, &rule.page()).lines() {
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
