//! `keysweep.toml`: what a repository, or a file that the user names, says about a scan.
//!
//! [`KEYS`] is one table from which the file is read, its schema and its manual are made, and which
//! `config show` prints. Texts are handed in; nothing here opens a file. What may never stand in
//! such a file is listed in [`keys`].

mod cell;
mod keys;
mod policy;
mod read;
mod schema;
mod show;
#[cfg(test)]
mod tests;

pub use cell::size;
pub use keys::{KEYS, Key, MAX_FILE_SIZE};
pub use policy::PolicyKeys;
pub use schema::{schema, table, template};
pub use show::show;

use std::collections::BTreeMap;

use crate::file_error::FileError;
use crate::finding::{Confidence, Reason, Severity};
use crate::rule::Pack;
use crate::thresholds::FailOn;

/// The file's name.
pub const FILE: &str = "keysweep.toml";

/// Whose word a configuration is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It came with what is scanned: it may not raise a limit.
    Repository,
    /// The user named it.
    User,
}

/// Something that stands in a line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// What.
    pub value: T,
    /// The line, from 1.
    pub line: u32,
}

/// A rule, or several by a glob, whose findings are suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// The id or glob.
    pub rule: String,
    /// Why, in the words of whoever wrote it; may be empty.
    pub reason: String,
}

/// A configuration. What it does not say is empty, `None` or `false`, and the program's own
/// defaults hold.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file, as messages name it; empty when there is none.
    pub file: String,
    /// Patterns as in a `.gitignore`: paths that are left out.
    pub exclude: Vec<At<String>>,
    /// Also scan untracked files that git ignores.
    pub ignored: bool,
    /// Enter submodules and nested repositories.
    pub recurse_submodules: bool,
    /// Rule files, relative to the directory of the file, `/` between names.
    pub rule_files: Vec<At<String>>,
    /// Rule packs, relative to the directory of the file.
    pub extends: Vec<At<Pack>>,
    /// Rules whose findings are suppressed.
    pub disable: Vec<At<Disabled>>,
    /// List results from this confidence on.
    pub min_confidence: Option<Confidence>,
    /// List results from this severity on.
    pub min_severity: Option<Severity>,
    /// What fails.
    pub fail_on: Vec<At<FailOn>>,
    /// Results fail from this confidence on.
    pub fail_confidence: Option<Confidence>,
    /// New suppressions fail.
    pub fail_on_new_suppressions: bool,
    /// Limits of scope fail.
    pub strict: bool,
    /// Larger files are named, not read; bytes.
    pub max_file_size: Option<u64>,
    /// Archives inside archives.
    pub archive_depth: Option<u64>,
    /// Decompressed bytes of one archive that are read.
    pub archive_max_size: Option<u64>,
    /// Members of one archive that are read.
    pub archive_max_members: Option<u64>,
    /// How many times its size an archive may grow to.
    pub archive_max_ratio: Option<u64>,
    /// Failures that are listed and do not fail.
    pub accept: Vec<Reason>,
    /// How old credentials may grow.
    pub policy: PolicyKeys,
    /// By section and name: the line and the value as it was read, in TOML.
    said: BTreeMap<(&'static str, &'static str), At<String>>,
}

impl Config {
    /// Reads the text of the file called `file`.
    ///
    /// # Errors
    /// What is not TOML, a key that does not exist or must not stand there, a value that is none:
    /// each with the line and what to do. A message never quotes a value.
    pub fn parse(file: &str, text: &[u8], whose: Whose) -> Result<Self, FileError> {
        read::read(file, text, whose)
    }

    /// Whether rules of other files belong to it.
    pub fn has_rules(&self) -> bool {
        !self.rule_files.is_empty() || !self.extends.is_empty()
    }

    /// Whether there is a file.
    pub fn is_some(&self) -> bool {
        !self.file.is_empty()
    }
}
