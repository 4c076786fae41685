//! What the register tells at a moment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::finding::{Notice, RepoPath};
use crate::register::{Entry, Register};

/// What is wrong with the entries of a register at the moment `now`.
pub(super) fn told(register: &Register, now: Timestamp) -> Vec<Notice> {
    let entries = register.entries.iter();
    entries
        .filter_map(|entry| expired(register, entry, now))
        .collect()
}

/// The end that the entry names is past.
fn expired(register: &Register, entry: &Entry, now: Timestamp) -> Option<Notice> {
    let end = entry.expires.filter(|end| end.value <= now)?;
    let message = format!(
        "The token {} ended on {}: renew it, or mark its version as revoked.",
        entry.id,
        date(end.value)
    );
    let mut notice = Notice::new("register/expired", entry.id.as_bytes(), message);
    notice = notice.at_line(RepoPath(register.file.clone().into_bytes()), end.line);
    notice.at = Some(end.value);
    notice.fails = register.expired_fails;
    Some(notice)
}

/// `2027-02-28`, in UTC.
fn date(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string()
}
