//! The built-in rules, embedded by the build script. Not part of the room that the script
//! compiles: it is declared by the crate root.

use std::borrow::Cow;

use crate::finding::{Exposure, Severity};
use crate::rule::{ByteSet, Context, FileMark, Kind, Literal, Rule, RuleSet, Token, Where};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// SHA-256 of everything that the built-in rules say.
pub fn hash() -> [u8; 32] {
    HASH
}

/// The rules compiled into the program.
pub fn set() -> RuleSet {
    RuleSet::new(RULES, env!("CARGO_PKG_VERSION"))
}
