//! The register: what a team writes down of its tokens in `tokens.toml`, without any value.
//!
//! It is read whole or refused with file, line and what to do; nothing in it is guessed.

mod cell;
mod edit;
mod keys;
mod names;
mod read;
mod versions;
mod write;

use jiff::Timestamp;

pub use edit::edited;
pub use keys::{ENTRY, Key, entry_key};
pub use names::Names;
pub use versions::{Print, Turn, base, turned};
pub use write::{Proposed, proposal};

use crate::file_error::FileError;
use crate::secret::Fingerprint;

/// Seconds of a number and its unit: `24h`, `90d`, `2w`, `1y`.
pub fn seconds(text: &str) -> Option<i64> {
    cell::span(text)
}

/// The name of the file, at the top of a repository.
pub const FILE: &str = "tokens.toml";

/// The tokens that a team has written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// The file, as messages and notices name it.
    pub file: String,
    /// Its bytes, in which a value may have been pasted.
    pub text: Vec<u8>,
    /// What holds for every entry.
    pub policy: Policy,
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
    /// An entry past its end makes the run fail: whoever asks for the register itself, on a schedule, wants
    /// to be stopped by it. In a run about files nobody must be stopped because a day passed.
    pub expired_fails: bool,
    /// Of the references that no entry has, also those outside of CI are told: code reads many settings.
    pub every_reference: bool,
}

/// `[policy]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often a token is to be rotated whose entry does not say it; seconds.
    pub max_age: Option<i64>,
    /// How long before its end a token is told, where the register says it; seconds.
    pub warn_before: Option<i64>,
    /// The keys that every entry is to have.
    pub require: Vec<&'static str>,
}

impl Default for Policy {
    fn default() -> Self {
        Policy {
            max_age: None,
            warn_before: None,
            require: vec!["owner", "purpose", "scope", "expires"],
        }
    }
}

/// One token, `[[token]]`. What the file does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the register.
    pub id: String,
    /// The line that it begins on, from 1.
    pub line: u32,
    /// The server that issued it, by the name that the user's own configuration gives it.
    pub server: Option<At<String>>,
    /// What it is: the id of a rule.
    pub kind: Option<At<String>>,
    /// How its server calls it.
    pub name: Option<At<String>>,
    /// Who answers for it.
    pub owner: Option<At<String>>,
    /// Who does when the owner cannot.
    pub backup: Option<At<String>>,
    /// What it is for.
    pub purpose: Option<At<String>>,
    /// What it may do.
    pub scope: Vec<At<String>>,
    /// When it was written down.
    pub added: Option<At<Timestamp>>,
    /// When it was made.
    pub created: Option<At<Timestamp>>,
    /// When it ends.
    pub expires: Option<At<End>>,
    /// How often it is to be rotated; seconds.
    pub rotate_every: Option<At<i64>>,
    /// When it was rotated last.
    pub rotated: Option<At<Timestamp>>,
    /// How long the old value lives on after a rotation; seconds.
    pub overlap: Option<At<i64>>,
    /// Where its value is kept: `vault:kv/ci/git#token`.
    pub stores: Vec<At<String>>,
    /// Where it is read: `gha:secrets.RELEASE_TOKEN`.
    pub refs: Vec<At<String>>,
    /// The fingerprint that reports give its value.
    pub fingerprint: Option<At<Fingerprint>>,
    /// That a rule does not hold for it, until when and why.
    pub exception: Option<Exception>,
    /// Its values, one after the other.
    pub versions: Vec<Version>,
}

/// When a token ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// At this moment; of a day, with its first moment in UTC.
    At(Timestamp),
    /// Somebody wrote down that it has no end.
    Never,
}

/// `exception = { until, by, why }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The last day on which it holds: until the end of that day in UTC.
    pub until: At<Timestamp>,
    /// Who allowed it.
    pub by: String,
    /// Why.
    pub why: String,
}

/// One value of a token, `[[token.version]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// The line that it begins on, from 1.
    pub line: u32,
    /// How the server calls it.
    pub server_id: Option<At<String>>,
    /// When it was made.
    pub created: Option<At<Timestamp>>,
    /// When it ends.
    pub expires: Option<At<End>>,
    /// What became of it.
    pub state: State,
    /// Who made it.
    pub by: Option<At<String>>,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// It is in use.
    #[default]
    Deployed,
    /// Its successor is in use, and it still works.
    Overlap,
    /// It was revoked.
    Revoked,
}

impl State {
    /// All of them.
    pub const ALL: [State; 3] = [State::Deployed, State::Overlap, State::Revoked];

    /// The word that the register has for it.
    pub fn name(self) -> &'static str {
        match self {
            State::Deployed => "deployed",
            State::Overlap => "overlap",
            State::Revoked => "revoked",
        }
    }
}

/// A value, and the line (from 1) that it stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: u32,
}

impl Register {
    /// Reads a register; `file` is what messages call it.
    ///
    /// # Errors
    /// What is wrong, on which line, and what to do.
    pub fn parse(file: &str, text: &[u8]) -> Result<Self, FileError> {
        read::read(file, text)
    }
}

impl Entry {
    /// The version in use, or the newest of several.
    pub fn current(&self) -> Option<&Version> {
        let deployed = self
            .versions
            .iter()
            .filter(|it| it.state == State::Deployed);
        deployed.max_by_key(|it| it.created.map(|at| at.value))
    }

    /// Whether all its values were revoked: nothing is to be done about it any more.
    pub fn is_over(&self) -> bool {
        !self.versions.is_empty() && self.versions.iter().all(|it| it.state == State::Revoked)
    }

    /// When it ends, as the entry says, else as its version in use says.
    pub fn end(&self) -> Option<At<End>> {
        let version = || self.current().and_then(|version| version.expires);
        self.expires.or_else(version)
    }

    /// When its value was changed last: `rotated`, else when the newest version was made, else when the
    /// token was.
    pub fn changed(&self) -> Option<At<Timestamp>> {
        let made = self.versions.iter().filter_map(|it| it.created);
        let newest = made.max_by_key(|at| at.value);
        self.rotated.or(newest).or(self.created)
    }

    /// Since when it is written down, as far as it says.
    pub fn since(&self) -> Option<Timestamp> {
        let made = self.versions.iter().filter_map(|it| it.created);
        let oldest = made.map(|at| at.value).min();
        let created = self.created.map(|at| at.value);
        self.added.map(|at| at.value).or(created).or(oldest)
    }

    /// Whether the entry says something of a key.
    pub fn has(&self, key: &str) -> bool {
        match key {
            "server" => self.server.is_some(),
            "kind" => self.kind.is_some(),
            "name" => self.name.is_some(),
            "owner" => self.owner.is_some(),
            "backup" => self.backup.is_some(),
            "purpose" => self.purpose.is_some(),
            "scope" => !self.scope.is_empty(),
            "added" => self.added.is_some(),
            "created" => self.created.is_some() || self.changed().is_some(),
            "expires" => self.end().is_some(),
            "rotate_every" => self.rotate_every.is_some(),
            "rotated" => self.changed().is_some(),
            "overlap" => self.overlap.is_some(),
            "stores" => !self.stores.is_empty(),
            "refs" => !self.refs.is_empty(),
            "fingerprint" => self.fingerprint.is_some(),
            "exception" => self.exception.is_some(),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
