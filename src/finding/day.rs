//! Days as every message tells them, and the years that they can be of.

use jiff::Timestamp;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The years in which a token can have been made and can end. Others are a way to write that something never
/// happens, or a mistake, and which of the two is nothing to guess at.
pub const YEARS: std::ops::RangeInclusive<i16> = 1990..=2200;

/// `2024-01-02`: the day of a moment, in UTC. Messages have absolute dates only, so that they stay the same from
/// day to day.
pub fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
