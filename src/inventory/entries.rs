//! What the register itself tells at a moment: which of its tokens ended, end soon, were to be rotated, or
//! are not written down whole.

use jiff::{SignedDuration, Timestamp};

use super::of_entry;
use crate::finding::{DAY, Notice, Severity, date};
use crate::plan::Plan;
use crate::register::{End, Entry, Register};

/// So long after it was written down an entry may lack something; seconds.
const PATIENCE: i64 = 14 * DAY;

/// What is to be done about the entries at the moment of the run.
pub(super) fn notices(register: &Register, plan: &Plan) -> Vec<Notice> {
    let open = register.entries.iter().filter(|entry| !entry.is_over());
    open.flat_map(|entry| of(register, entry, plan)).collect()
}

/// Of one entry. An exception that holds excuses everything but an end that is past.
fn of(register: &Register, entry: &Entry, plan: &Plan) -> Vec<Notice> {
    let now = plan.now;
    let excused = entry.exception.as_ref().is_some_and(|it| it.holds(now));
    let past = expired(register, entry, now);
    let ended = past.is_some();
    let all = [
        past,
        exception(register, entry, now),
        expiring(register, entry, plan).filter(|_| !excused && !ended),
        overdue(register, entry, now).filter(|_| !excused && !ended),
        incomplete(register, entry, now).filter(|_| !excused),
    ];
    all.into_iter().flatten().collect()
}

/// The moment that an entry names for its end, and its line.
fn end(entry: &Entry) -> Option<(Timestamp, u32)> {
    let end = entry.end()?;
    match end.value {
        End::At(at) => Some((at, end.line)),
        End::Never => None,
    }
}

fn expired(register: &Register, entry: &Entry, now: Timestamp) -> Option<Notice> {
    let (at, line) = end(entry).filter(|(at, _)| *at <= now)?;
    let message = format!(
        "The token {} ended on {}: renew it, or mark its version as revoked.",
        entry.id,
        date(at)
    );
    let mut notice = of_entry(register, "register/expired", entry, line, message);
    notice.at = Some(at);
    notice.fails = register.expired_fails;
    Some(notice)
}

/// It ends soon: as the register says, else as the policy of the configuration says of such a credential.
fn expiring(register: &Register, entry: &Entry, plan: &Plan) -> Option<Notice> {
    let (at, line) = end(entry)?;
    let of_policy = || {
        let kind = entry.kind.as_ref().map_or("", |kind| kind.value.as_str());
        let owner = entry.owner.iter().map(|owner| owner.value.as_bytes());
        let owners: Vec<&[u8]> = owner.collect();
        let terms = plan.policy.terms(kind, Severity::Medium, &owners);
        terms.warn_before.days.saturating_mul(DAY)
    };
    let before = register.policy.warn_before.unwrap_or_else(of_policy);
    let begins = at.checked_sub(SignedDuration::from_secs(before));
    if begins.is_ok_and(|begins| begins > plan.now) {
        return None;
    }
    let message = format!(
        "The token {} ends on {}: renew it before.",
        entry.id,
        date(at)
    );
    let mut notice = of_entry(register, "register/expiring", entry, line, message);
    notice.at = Some(at);
    Some(notice)
}

/// It was not rotated as often as it is to be.
fn overdue(register: &Register, entry: &Entry, now: Timestamp) -> Option<Notice> {
    let changed = entry.changed()?;
    let every = entry.rotate_every.map(|at| at.value);
    let every = every.or(register.policy.max_age)?;
    let due = changed.value.checked_add(SignedDuration::from_secs(every));
    let due = due.ok().filter(|due| *due < now)?;
    let message = format!(
        "The token {} was to be rotated by {}: its value is that of {}. Rotate it, and write down when.",
        entry.id,
        date(due),
        date(changed.value)
    );
    let mut notice = of_entry(register, "register/overdue", entry, changed.line, message);
    notice.at = Some(due);
    Some(notice)
}

/// It lacks what the policy wants. Where nothing says since when it is written down, it is not new.
fn incomplete(register: &Register, entry: &Entry, now: Timestamp) -> Option<Notice> {
    let young = |since: Timestamp| now.as_second() - since.as_second() < PATIENCE;
    if entry.since().is_some_and(young) {
        return None;
    }
    let required = register.policy.require.iter().copied();
    let mut missing: Vec<&str> = required.filter(|key| !entry.has(key)).collect();
    if entry.server.is_none() && entry.kind.is_none() {
        missing.push("server or kind");
    }
    if missing.is_empty() {
        return None;
    }
    let message = format!(
        "The token {} lacks {}: write it down.",
        entry.id,
        missing.join(", ")
    );
    let line = entry.line;
    Some(of_entry(
        register,
        "register/incomplete",
        entry,
        line,
        message,
    ))
}

/// Its exception ended.
fn exception(register: &Register, entry: &Entry, now: Timestamp) -> Option<Notice> {
    let exception = entry.exception.as_ref().filter(|it| !it.holds(now))?;
    let until = exception.until;
    let message = format!(
        "The exception for the token {} ended on {}: mend what it was for, or decide anew.",
        entry.id,
        date(until.value)
    );
    let mut notice = of_entry(
        register,
        "register/exception-expired",
        entry,
        until.line,
        message,
    );
    notice.at = Some(until.value);
    Some(notice)
}
