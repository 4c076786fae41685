//! Moments as servers write them in lists.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

use crate::finding::YEARS;

/// When something happens or happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Moment {
    /// Then.
    At(Timestamp),
    /// Not at all: it has no end, it was not used.
    Never,
    /// The list does not say.
    #[default]
    Unknown,
}

impl Moment {
    /// The moment, where there is one.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            Moment::At(at) => Some(at),
            Moment::Never | Moment::Unknown => None,
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Moment::At(at) => at.fmt(f),
            Moment::Never => f.write_str("never"),
            Moment::Unknown => f.write_str("unknown"),
        }
    }
}

/// A moment that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dated {
    /// The moment.
    pub(super) moment: Moment,
    /// No zone stood there, so that it was taken for UTC.
    pub(super) zoneless: bool,
}

impl Dated {
    fn of(moment: Moment) -> Self {
        Dated {
            moment,
            zoneless: false,
        }
    }
}

/// Words for what does not happen.
const NEVER: [&str; 4] = ["never", "infinity", "-infinity", "none"];
/// Words for what is not known.
const UNKNOWN: [&str; 6] = [
    "",
    "null",
    "n/a",
    "no_information",
    "not_supported",
    "unknown",
];

/// Reads a moment: text (RFC 3339 and its relatives, with up to nine digits of seconds, with a zone or without),
/// or a number of seconds or milliseconds since 1970, also as text. Zero and -1 are never, and so is the year 1, the
/// zero of several languages.
///
/// # Errors
/// Why it is no moment.
pub(super) fn read(value: &Value) -> Result<Dated, String> {
    match value {
        Value::Null => Ok(Dated::of(Moment::Unknown)),
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            epoch(number).map(Dated::of)
        }
        Value::String(text) => read_text(text.trim()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err("it is neither text nor a number".to_owned())
        }
    }
}

fn read_text(text: &str) -> Result<Dated, String> {
    let lower = text.to_ascii_lowercase();
    if UNKNOWN.contains(&lower.as_str()) {
        return Ok(Dated::of(Moment::Unknown));
    }
    if NEVER.contains(&lower.as_str()) {
        return Ok(Dated::of(Moment::Never));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() <= 16 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        // A year alone, or a day without dashes, is out of range as a number of seconds.
        if let Ok(number) = text.parse() {
            return epoch(number).map(Dated::of);
        }
    }
    written(text).ok_or_else(|| "it is no date that is read".to_owned())?
}

/// Seconds since 1970, or milliseconds or microseconds where they are too many.
fn epoch(number: f64) -> Result<Moment, String> {
    if number == 0.0 || number == -1.0 {
        return Ok(Moment::Never);
    }
    let seconds = match number {
        n if n >= 1e14 => n / 1e6,
        n if n >= 1e11 => n / 1e3,
        n => n,
    };
    if !(0.0..1e11).contains(&seconds) {
        return Err("as a number of seconds since 1970 it is out of range".to_owned());
    }
    // In range, so nothing is lost but the fraction.
    let at = Timestamp::from_second(seconds as i64).map_err(|e| e.to_string())?;
    within(at)
}

fn within(at: Timestamp) -> Result<Moment, String> {
    let year = at.to_zoned(jiff::tz::TimeZone::UTC).year();
    match YEARS.contains(&year) {
        true => Ok(Moment::At(at)),
        false => Err(out_of_range(year)),
    }
}

fn out_of_range(year: i16) -> String {
    format!("the year {year} is none in which a token is made, used or ends")
}

/// `2026-11-26`, and behind it a time with up to nine digits of seconds, and a zone. `None` for what has another form.
fn written(text: &str) -> Option<Result<Dated, String>> {
    let number = |from: usize, to: usize| -> Option<i16> {
        let part = text.get(from..to)?;
        let digits = part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let sign = |at: usize, signs: &[u8]| text.as_bytes().get(at).is_some_and(|b| signs.contains(b));
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    if !sign(4, b"-/") || !sign(7, b"-/") {
        return None;
    }
    let mut clock = (0, 0, 0);
    let mut rest = text.get(10..)?;
    if sign(10, b"Tt ") && number(11, 13).is_some() {
        clock = (number(11, 13)?, number(14, 16)?, 0);
        if !sign(13, b":") {
            return None;
        }
        rest = text.get(16..)?;
        if sign(16, b":") {
            clock.2 = number(17, 19)?;
            rest = text.get(19..)?;
        }
        // Fractions of a second are of no use here, however many digits they have.
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            let end = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if end == 0 || end > 12 {
                return None;
            }
            rest = &fraction[end..];
        }
    }
    let offset = zone(rest.trim())?;
    if year == 1 && month == 1 && day == 1 {
        return Some(Ok(Dated::of(Moment::Never)));
    }
    if !YEARS.contains(&year) {
        return Some(Err(out_of_range(year)));
    }
    let small = |n: i16| i8::try_from(n).ok();
    let made = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(clock.0)?,
        small(clock.1)?,
        small(clock.2)?,
        0,
    );
    let Ok(made) = made else {
        return Some(Err("there is no such day or time".to_owned()));
    };
    let zoneless = offset.is_none() && rest.trim().is_empty() && text.len() > 10;
    let at = offset.unwrap_or(Offset::UTC).to_timestamp(made).ok()?;
    Some(within(at).map(|moment| Dated { moment, zoneless }))
}

/// The zone behind a time: nothing, `Z`, `UTC`, `GMT`, `+01`, `+0100`, `+01:00`. `Some(None)` where none stands there.
fn zone(text: &str) -> Option<Option<Offset>> {
    if text.is_empty() {
        return Some(None);
    }
    if ["z", "utc", "gmt"].contains(&text.to_ascii_lowercase().as_str()) {
        return Some(Some(Offset::UTC));
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = text.get(1..)?.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..).map_or(Some(0), |text| match text {
        "" => Some(0),
        text => text.parse().ok(),
    })?;
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60))
        .ok()
        .map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A value, what it means, and whether a zone is missing.
    #[test]
    fn moments_are_read_as_servers_write_them() {
        let noon = "2026-11-26T12:34:56Z";
        for (value, want, zoneless) in [
            (json!("2026-11-26T12:34:56Z"), noon, false),
            // JupyterHub, Vault and Headscale: microseconds and nanoseconds.
            (json!("2026-11-26T12:34:56.123456Z"), noon, false),
            (json!("2026-11-26T12:34:56.123456789Z"), noon, false),
            (json!("2026-11-26T13:34:56.123456789+01:00"), noon, false),
            // SonarQube.
            (json!("2026-11-26T12:34:56+0000"), noon, false),
            // PostgreSQL, with its zone.
            (json!("2026-11-26 13:34:56+01"), noon, false),
            (json!("2026-11-26 12:34:56.5+00"), noon, false),
            // GitHub's header, and other tools.
            (json!("2026-11-26 12:34:56 UTC"), noon, false),
            (json!("2026-11-26 05:34:56 -0700"), noon, false),
            // WordPress: no zone.
            (json!("2026-11-26T12:34:56"), noon, true),
            (json!("2026-11-26 12:34:56"), noon, true),
            // A day is one everywhere.
            (json!("2026-11-26"), "2026-11-26T00:00:00Z", false),
            // Zabbix: seconds as text; Verdaccio and Keycloak: milliseconds.
            (json!("1795696496"), noon, false),
            (json!(1_795_696_496), noon, false),
            (json!(1_795_696_496_000_i64), noon, false),
            (json!("1795696496000"), noon, false),
            (json!(1_795_696_496.5), noon, false),
            // Not at all.
            (json!("0001-01-01T00:00:00Z"), "never", false),
            (json!("0001-01-01"), "never", false),
            (json!(-1), "never", false),
            (json!("-1"), "never", false),
            (json!(0), "never", false),
            (json!("0"), "never", false),
            (json!("Never"), "never", false),
            (json!("infinity"), "never", false),
            // Nothing is said.
            (json!(null), "unknown", false),
            (json!(""), "unknown", false),
            (json!("N/A"), "unknown", false),
            (json!("no_information"), "unknown", false),
            (json!("not_supported"), "unknown", false),
        ] {
            let read = read(&value).unwrap_or_else(|why| panic!("{value}: {why}"));
            assert_eq!(read.moment.to_string(), want, "{value}");
            assert_eq!(read.zoneless, zoneless, "{value}");
        }
    }

    #[test]
    fn what_is_no_moment_is_said_and_not_guessed() {
        for (value, why) in [
            (json!("0000-00-00 00:00:00"), "the year 0"),
            (json!("0000-01-01T00:00:00Z"), "the year 0"),
            (json!("9999-12-31T23:59:59Z"), "the year 9999"),
            (json!("9999-12-31"), "the year 9999"),
            (json!("2026-02-30"), "no such day"),
            (json!("2026-11-26T25:00:00Z"), "no such day or time"),
            (json!("26.11.2026"), "no date"),
            (json!("11/26/2026"), "no date"),
            (json!("tomorrow"), "no date"),
            (json!("2026-11-26T12:34:56+1"), "no date"),
            (json!("2026-11-26T12:34:56 Mars"), "no date"),
            (json!(true), "neither text"),
            (json!(2026), "the year 1970"),
            (json!(-5), "out of range"),
            (json!(1e30), "out of range"),
        ] {
            let said = read(&value).expect_err(&value.to_string());
            assert!(said.contains(why), "{value}: {said}");
        }
    }
}
