//! Examples from templates, so that no literal token stands in this repository and every rule can
//! be tried and shown.
//!
//! [`expand`] is deterministic: the same template and seed give the same text. Nothing it makes is
//! a real credential, and it must never be given one.

mod key;
mod random;
mod template;

pub use random::{Random, letters};
pub use template::expand;

#[cfg(test)]
mod tests;
