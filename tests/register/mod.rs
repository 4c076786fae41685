//! The register of a repository, `tokens.toml`, as the command line reads and tells it.

mod bad_input;
mod notices;
mod references;
mod verbs;

use crate::common::Dir;

/// The report of a check on the day that these tests are about.
pub fn checked(dir: &Dir, more: &[&str]) -> serde_json::Value {
    let args = ["tokens", "check", "--format", "json", "--now", "2026-11-26"];
    dir.run(&[args.as_slice(), more].concat()).json()
}
