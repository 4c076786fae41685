//! What the judgement makes of values, seen from the command line.

mod common;
#[path = "judge/covered.rs"]
mod covered;
#[path = "judge/identity.rs"]
mod identity;
#[path = "judge/wired.rs"]
mod wired;
