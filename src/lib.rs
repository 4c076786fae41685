//! keysweep finds hardcoded and stale credentials and says which of them still matter.
//!
//! The stages, in the order data flows: `source` lends bytes, `detect` proposes candidates,
//! `judge` settles what they are, `audit` says whether they still matter, `report` shows them.

pub mod audit;
pub mod detect;
pub mod example;
pub mod finding;
pub mod report;
pub mod rule;
pub mod secret;
pub mod source;

#[path = "rule/builtin.rs"]
pub mod builtin;
