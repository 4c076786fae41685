//! The end of something that has one: a credential, an entry of the register, a token that a server lists.

use jiff::Timestamp;

/// The end of something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// What stays the same from run to run for one thing, and is another for every other.
    pub id: String,
    /// When it ends.
    pub at: Timestamp,
    /// Days before it that somebody wants to be told.
    pub warn: i64,
    /// What ends, in few words; raw text of what was read.
    pub what: Vec<u8>,
    /// What there is to know and to do, a line each; raw text of what was read.
    pub about: Vec<Vec<u8>>,
}
