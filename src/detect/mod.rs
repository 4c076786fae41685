//! Detection: from bytes to candidates. Pure: no files, no network, no threads, no paths.
//!
//! The law of locality: a verdict at an anchor looks at a bounded window around it and at nothing
//! else, so that columns are exact, any number of threads gives the same result, hostile input
//! costs linear time, and history can be scanned by its deltas.

pub mod assign;
mod candidate;
pub mod checks;
mod context;
mod decode;
pub mod generic;
mod inherit;
mod kernel;
mod pair;
mod partner;
mod runs;
mod scanner;
mod settle;
mod token;
mod verdict;

pub use candidate::Candidate;
#[doc(hidden)]
pub use decode::every_layer;
pub use inherit::{Base, Copied, Known};
pub use scanner::{Anchor, Scanner};

/// Whether the patterns of a rule stay within the size that a compiled one may have (8 MiB); a rule
/// whose patterns do not would find nothing.
pub fn fits(rule: &crate::rule::Rule) -> bool {
    token::fits(rule)
}
