//! A line of `/etc/shadow`: `user:hash:changed:least:most:warn:inactive:end:`. Dates are days since 1970. Source:
//! shadow(5).

use jiff::{SignedDuration, Timestamp};

use super::{Certainty, Fact, Facts, Field, Seen, steps, time};

/// The line that the hash stands in, without the hash.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    seen.partners("shadow-line")
        .take(1)
        .flat_map(facts)
        .collect()
}

pub(super) fn facts(line: &[u8]) -> Vec<Fact> {
    steps::took(line.len());
    let mut facts = Facts::new(Certainty::Stated);
    let fields: Vec<&[u8]> = line.split(|&b| b == b':').take(12).collect();
    let [user, hash, changed, _, most, _, _, end, ..] = fields.as_slice() else {
        return facts.list;
    };
    if !hash.is_empty() {
        return facts.list;
    }
    facts.text(Field::Owner, user);
    let changed = days(changed);
    facts.time(Field::Changed, changed);
    // The account ends on a day of its own; a password that has to be changed is not dead by that.
    facts.time(Field::Expires, days(end));
    let most = std::str::from_utf8(most)
        .ok()
        .and_then(|text| text.parse::<i64>().ok());
    if let Some(most) = most.filter(|days| (1..36_500).contains(days)) {
        facts.text(Field::Scope, format!("to be changed after {most} days"));
    }
    facts.list
}

fn days(text: &[u8]) -> Option<Timestamp> {
    let days: i64 = std::str::from_utf8(text).ok()?.parse().ok()?;
    let day =
        Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_hours(24 * days.clamp(0, 60_000)));
    time::seconds(day.ok()?.as_second())
}
