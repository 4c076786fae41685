//! What the tests of the whole program share: repositories, runs, values, and what a report says.

mod report;
mod repository;
mod run;
mod values;

pub use report::{findings, members, places, skipped};
pub use repository::{Dir, PEOPLE, git, mail_of, noon, said};
pub use run::{HANG, Run, command, done, ended, fed, until};
pub use values::{expand, jwt, jwt_of, line, token};

/// Every format that a report can have.
pub fn formats() -> impl Iterator<Item = &'static str> {
    keysweep::report::FORMATS.iter().map(|format| format.name())
}

/// The moment that the tests judge expiry for.
pub const NOW: &str = "2026-11-24T00:00:00Z";

/// Whether `needle` stands in `hay`.
pub fn contains(hay: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(hay, needle).is_some()
}
