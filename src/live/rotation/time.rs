//! Moments and spans, in words.

use jiff::Timestamp;

use crate::finding::DAY;

/// `2026-11-26 18:00 UTC`.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A number of seconds in the largest unit that fits.
pub fn span(seconds: i64) -> String {
    let (number, unit) = match seconds {
        s if s >= DAY && s % DAY == 0 => (s / DAY, "day"),
        s if s >= 3600 && s % 3600 == 0 => (s / 3600, "hour"),
        s if s >= 60 && s % 60 == 0 => (s / 60, "minute"),
        s => (s, "second"),
    };
    match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    }
}
