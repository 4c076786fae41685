//! Moments as credentials write them, to the second, and only sane ones.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::finding::YEARS;

/// 2005-01-01 and 2125-01-01 in seconds: a number outside of them is no date of a credential, where only its name or its
/// place says that it is one. The bounds are fixed so that facts do not depend on the clock.
const WINDOW: std::ops::Range<i64> = 1_104_537_600..4_891_363_200;

/// A moment in seconds since 1970, in a field that is a date by the definition of its form: any in the years in which a
/// token can have been made and can end.
pub(super) fn stamp(seconds: i64) -> Option<Timestamp> {
    let at = Timestamp::from_second(seconds).ok()?;
    YEARS
        .contains(&Offset::UTC.to_datetime(at).year())
        .then_some(at)
}

/// A moment in seconds since 1970, where it is likely that a number is one.
pub(super) fn seconds(seconds: i64) -> Option<Timestamp> {
    if WINDOW.contains(&seconds) {
        Timestamp::from_second(seconds).ok()
    } else {
        None
    }
}

/// A number that is seconds since 1970, maybe with a fraction, or milliseconds.
pub(super) fn number(number: f64) -> Option<Timestamp> {
    let number = if number > 1e11 {
        number / 1000.0
    } else {
        number
    };
    if !(0.0..1e11).contains(&number) {
        return None;
    }
    // In range, so nothing is lost but the fraction.
    seconds(number as i64)
}

/// Digits, as [`number`].
pub(super) fn digits(text: &[u8]) -> Option<Timestamp> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    number(std::str::from_utf8(text).ok()?.parse().ok()?)
}

/// ISO 8601 in UTC as Azure and AWS write it: `2026-01-02`, `2026-01-02T03:04Z`,
/// `2026-01-02T03:04:05Z` (maybe with a fraction or a numeric offset), `20260102T030405Z`, and with `UTC` for the `Z`,
/// as the AWS CLI did.
pub(super) fn iso(text: &[u8]) -> Option<Timestamp> {
    if text.len() > 40 {
        return None;
    }
    let text = std::str::from_utf8(text).ok()?;
    let text = text.strip_suffix("UTC").unwrap_or(text);
    let full = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 if !text.contains('-') => text.to_owned(),
        16 => format!("{text}:00Z"),
        17 if text.ends_with('Z') => format!("{}:00Z", text.strip_suffix('Z')?),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    let moment: Timestamp = full.parse().ok()?;
    seconds(moment.as_second())
}
