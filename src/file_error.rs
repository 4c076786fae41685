//! What is wrong in a file that people write: a configuration, rules, a register, a baseline.

use std::fmt;

/// Why a file was refused. It never quotes a value: a credential may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl FileError {
    /// An error at a line, or at line 0 about the whole file.
    pub fn new(file: &str, line: u32, message: impl Into<String>) -> Self {
        FileError {
            file: file.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

impl std::error::Error for FileError {}

/// The line, from 1, of a place in bytes.
pub fn line_of(text: &str, at: usize) -> u32 {
    let before = &text.as_bytes()[..at.min(text.len())];
    1 + before.iter().filter(|b| **b == b'\n').count() as u32
}
