//! The register: what a team writes down of its tokens in `tokens.toml`, without any value.

mod read;

use jiff::Timestamp;

pub use read::RegisterError;

/// The name of the file, at the top of a repository.
pub const FILE: &str = "tokens.toml";

/// The tokens that a team has written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Register {
    /// The file, as messages and notices name it.
    pub file: String,
    /// The entries, in the order of the file.
    pub entries: Vec<Entry>,
    /// An entry past its end makes the run fail: whoever asks for the register itself, on a schedule, wants
    /// to be stopped by it. In a run about files nobody must be stopped because a day passed.
    pub expired_fails: bool,
}

/// One token, `[[token]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the register.
    pub id: String,
    /// The line that it begins on, from 1.
    pub line: u32,
    /// When it ends.
    pub expires: Option<At<Timestamp>>,
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
    pub fn parse(file: &str, text: &[u8]) -> Result<Self, RegisterError> {
        read::read(file, text)
    }
}
