//! Detection: from bytes to candidates. Pure: no files, no network, no threads, no paths.
//!
//! The law of locality: a verdict at an anchor looks at a bounded window around it and at nothing
//! else, so that columns are exact, any number of threads gives the same result, hostile input
//! costs linear time, and history can be scanned by its deltas.

mod anchor;
pub mod assign;
mod beside;
mod candidate;
mod chain;
pub mod checks;
mod context;
mod decode;
pub mod generic;
mod inherit;
mod inside;
mod kernel;
mod known;
mod look;
mod matched;
mod pair;
mod pairs;
mod partner;
mod pattern;
mod prefix;
mod provider;
mod reach;
mod runs;
mod scanner;
mod settle;
mod token;
mod verdict;
mod veto;
mod watch;

pub use anchor::Anchor;
#[cfg(test)]
pub(crate) use beside::beside_names;
pub use candidate::Candidate;
#[doc(hidden)]
pub use decode::every_layer;
pub use known::{Base, Copied, Known};
pub use look::Scanned;
pub use scanner::Scanner;
pub use watch::{Cut, Watch};

/// What the patterns of a rule weigh once they are compiled, in halves of a mebibyte; nothing for
/// those of common size. `None` when one is larger than 8 MiB: such a rule would find nothing.
pub fn weight(rule: &crate::rule::Rule) -> Option<u32> {
    pattern::weight(rule)
}
