//! Rule files of the user, beside the rules that are compiled in.

mod one;
mod packs;

use std::path::{Path, PathBuf};

use anyhow::Result;

use keysweep::rule::{Provenance, RuleSet};
pub use one::add as add_one;
pub use packs::{Named, Packs, Place};

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
        let packs = add_one(rules, &name, &one::read(file)?, Provenance::User)?;
        let dir = file.parent().unwrap_or(Path::new(""));
        Packs::new(rules).of_file(&Place::Disk(dir.to_owned()), &name, &packs)?;
    }
    Ok(())
}
