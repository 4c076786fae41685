//! Rule files of the user, beside the rules that are compiled in.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::output;
use super::packs::{Packs, Place};
use keysweep::detect;
use keysweep::rule::{self, Kind, Pack, Provenance, RuleSet};

/// More rules than this in all are a mistake or an attack.
const MAX_RULES: usize = 10_000;

/// Compiled patterns of all rule files together, in halves of a mebibyte: memory is bounded.
const MAX_WEIGHT: u32 = 512;

/// The built-in rules and those of `files`.
///
/// # Errors
/// A file that cannot be read, or is refused: with its line and what to do.
pub fn builtin_and(files: &[PathBuf]) -> Result<RuleSet> {
    let mut rules = keysweep::builtin::set();
    from_disk(&mut rules, files)?;
    Ok(rules)
}

/// Adds the rules of files that the user names, and of the packs that these name.
///
/// # Errors
/// As [`builtin_and`].
pub fn from_disk(rules: &mut RuleSet, files: &[PathBuf]) -> Result<()> {
    for file in files {
        let name = file.display().to_string();
        let text =
            std::fs::read(file).with_context(|| format!("the rule file {name} cannot be read"))?;
        let packs = add_one(rules, &name, &text, Provenance::User)?;
        let dir = file.parent().unwrap_or(Path::new(""));
        Packs::new(rules).of_file(&Place::Disk(dir.to_owned()), &name, &packs)?;
    }
    Ok(())
}

/// Adds the rules of the file called `name`, which the user named or which came with what is scanned; gives
/// the packs that it names, with their lines.
///
/// # Errors
/// As [`builtin_and`].
pub fn add_one(
    rules: &mut RuleSet,
    name: &str,
    text: &[u8],
    from: Provenance,
) -> Result<Vec<(usize, Pack)>> {
    let Ok(text) = std::str::from_utf8(text) else {
        bail!("the rule file {name} is not UTF-8; save it as UTF-8");
    };
    let rule::RuleFile {
        rules: mut more,
        extends,
    } = rule::load_pack(name, text)?;
    if rules.rules.len() + more.len() > MAX_RULES {
        bail!("{name}: there are more than {MAX_RULES} rules now; join those that differ little");
    }
    for rule in &mut more {
        rule.provenance = from;
        let Some(weight) = detect::weight(rule) else {
            bail!(
                "{name}: rule `{}`: the pattern is too large once it is compiled; repeat less of it",
                rule.id
            );
        };
        rules.weight += weight;
        if rules.weight > MAX_WEIGHT {
            bail!(
                "{name}: rule `{}`: the patterns are too large together once they are compiled; repeat less of them",
                rule.id
            );
        }
        if matches!(&rule.kind, Kind::Token(token) if token.literals.is_empty()) {
            output::note(&format!(
                "rule `{}` of {name} has no literal of three bytes or more, so it runs line by line and is slow",
                rule.id
            ));
        }
    }
    rules.extend(more)?;
    rules.digest_file(text.as_bytes());
    Ok(extends)
}
