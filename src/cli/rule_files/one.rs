//! One rule file: its bytes, and its rules beside the others.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cli::output;
use keysweep::detect;
use keysweep::rule::{self, Kind, Pack, Provenance, RuleSet};

/// Larger ones are refused; bytes.
const MAX: u64 = 16 << 20;

/// More rules than this in all are a mistake or an attack.
const MAX_RULES: usize = 10_000;

/// Compiled patterns of all rule files together, in halves of a mebibyte: memory is bounded.
const MAX_WEIGHT: u32 = 512;

/// The bytes of a rule file.
///
/// # Errors
/// It is not there, cannot be read, or is too large.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let cannot = || format!("the rule file {name} cannot be read");
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(cannot)?;
    file.take(MAX + 1)
        .read_to_end(&mut bytes)
        .with_context(cannot)?;
    if bytes.len() as u64 > MAX {
        bail!("{name} is larger than 16 MiB; shorten it");
    }
    Ok(bytes)
}

/// Adds the rules of the file called `name`, which the user named or which came with what is scanned; gives
/// the packs that it names, with their lines.
///
/// # Errors
/// A file that is refused: with its line and what to do.
pub fn add(
    rules: &mut RuleSet,
    name: &str,
    text: &[u8],
    from: Provenance,
) -> Result<Vec<(u32, Pack)>> {
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
