//! The built-in rules, embedded by the build script. Not part of the room that the script
//! compiles: it is declared by the crate root.

use std::borrow::Cow;

use crate::finding::{Exposure, Severity};
use crate::rule::{
    ByteSet, Check, Context, FactDecoder, FileMark, Generic, HashKind, Holds, Kind, Lifetime,
    ListField, ListFormat, ListFrom, ListKind, ListRead, Literal, Part, Provenance, Rule, RuleSet,
    Source, Token, Where,
};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rules compiled into the program.
pub fn set() -> RuleSet {
    RuleSet {
        digest: HASH,
        ..RuleSet::new(RULES, env!("CARGO_PKG_VERSION"))
    }
}

/// How long credentials of the rules live at most, sorted by the id of the rule.
pub fn lifetimes() -> &'static [Lifetime] {
    LIFETIMES
}

/// The kinds of lists that are read, sorted by name.
pub fn list_kinds() -> &'static [ListKind] {
    LIST_KINDS
}
