//! Another scanner, as one whose files are read. A new one is a file with a type that is an [`Importer`], and a line
//! in [`IMPORTERS`](super::IMPORTERS): the command line, completions and `init` read that list.

use std::path::Path;

use anyhow::Result;

use super::taken::Taken;
use keysweep::rule::RuleSet;

/// How the files of a scanner are read.
pub trait Importer: Sync {
    /// What users write.
    fn name(&self) -> &'static str;

    /// The names that its files usually have at the top of a repository. None: why its files are not read.
    fn files(&self) -> Result<&'static [&'static str], &'static str>;

    /// Takes what one of its files says.
    ///
    /// # Errors
    /// The file is not what its name says.
    fn take(&self, file: &Foreign<'_>, taken: &mut Taken) -> Result<()>;
}

/// A file of another scanner.
pub struct Foreign<'a> {
    /// Where it was read.
    pub path: &'a Path,
    /// Its path in words.
    pub name: &'a str,
    pub text: &'a str,
    /// The built-in rules.
    pub builtin: &'a RuleSet,
}

impl Foreign<'_> {
    /// What stands behind the last dot of its name.
    pub fn extension(&self) -> Option<&str> {
        self.path.extension().and_then(|it| it.to_str())
    }
}
