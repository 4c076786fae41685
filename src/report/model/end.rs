//! The end of something, as a calendar shows it.

use jiff::Timestamp;

use crate::secret::Shown;

/// The end of a credential, of an entry of the register, or of a token that a server lists.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// The same in every run, and another for everything else that ends.
    pub id: String,
    /// When it ends.
    pub at: Timestamp,
    /// Days before it that somebody wants to be told.
    pub warn: i64,
    /// What ends, in few words; masked.
    pub what: Shown,
    /// What there is to know and to do, a line each; masked.
    pub about: Vec<Shown>,
}
