//! What a list may be written in. A new way is a file with a type that is a [`Syntax`], a line in
//! [`SYNTAXES`](super::SYNTAXES), and its word in `ListFormat`, which the descriptions of kinds use.

use std::io::{BufReader, Read};

use serde_json::Value;

use super::Unreadable;
use super::fields::Mapper;
use crate::rule::ListFormat;

/// What a list is read from. Only filling its buffer asks who is behind it, so that a reader that takes byte by byte
/// is no slower for that.
pub(super) type Input<'a> = BufReader<&'a mut dyn Read>;

/// A way to write records one after the other.
pub(super) trait Syntax: Sync {
    /// The word for it in descriptions of kinds.
    fn format(&self) -> ListFormat;

    /// What is said of a file that is written so and should not be, behind "it is".
    fn called(&self) -> &'static str;

    /// Whether a file that begins with this text, which is no blank, is written so.
    fn begins(&self, text: &[u8]) -> bool;

    /// Reads every record.
    ///
    /// # Errors
    /// It is cut off, or a record is none of the kind.
    fn read(&self, input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable>;

    /// The first document, as far as it is small, for guessing which kind it is of.
    fn first(&self, _: &mut Input<'_>) -> Option<Value> {
        None
    }
}
