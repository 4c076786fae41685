//! Words that the user types, as the values that they stand for. An error says what to write instead.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use keysweep::config;
use keysweep::finding::{Confidence, Reason, Severity};
use keysweep::life::{self, PROFILES, Profile};
use keysweep::report::{self, Format};

/// The names of the formats, which completions know, and the formats themselves.
pub fn formats() -> impl TypedValueParser<Value = &'static dyn Format> {
    let name = |format: &&dyn Format| PossibleValue::new(format.name()).help(format.about());
    let all = report::FORMATS.iter().chain([&report::CALENDAR]);
    let names = PossibleValuesParser::new(all.map(name));
    names.try_map(|name| format(&name))
}

pub fn format(name: &str) -> Result<&'static dyn Format, String> {
    let names = || report::FORMATS.iter().map(|format| format.name());
    if name == report::CALENDAR.name() {
        return Ok(report::CALENDAR);
    }
    report::format(name).ok_or_else(|| {
        let hint = keysweep::rule::closest(name, names())
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let names: Vec<&str> = names().collect();
        let names = names.join(", ");
        format!("there is no format `{name}`{hint} (formats: {names})")
    })
}

pub fn output(text: &str) -> Result<(&'static dyn Format, PathBuf), String> {
    let (name, path) = text
        .split_once('=')
        .ok_or("write FORMAT=FILE, for example sarif=out.sarif")?;
    if path.is_empty() {
        return Err("the file's name is missing".to_owned());
    }
    Ok((format(name)?, PathBuf::from(path)))
}

/// The severities, which completions know.
pub fn severities() -> impl TypedValueParser<Value = Severity> {
    let names = PossibleValuesParser::new(Severity::ALL.map(Severity::name));
    names.try_map(|name| severity(&name))
}

/// The confidences, which completions know.
pub fn confidences() -> impl TypedValueParser<Value = Confidence> {
    let names = PossibleValuesParser::new(Confidence::ALL.map(Confidence::name));
    names.try_map(|name| confidence(&name))
}

pub fn confidence(text: &str) -> Result<Confidence, String> {
    Confidence::ALL
        .into_iter()
        .find(|c| c.name() == text)
        .ok_or_else(|| "it is low, medium or high".to_owned())
}

pub fn severity(text: &str) -> Result<Severity, String> {
    Severity::ALL
        .into_iter()
        .find(|s| s.name() == text)
        .ok_or_else(|| "it is info, low, medium, high or critical".to_owned())
}

/// Bytes, with K, M or G for powers of 1024.
pub fn size(text: &str) -> Result<u64, String> {
    config::size(text)
        .ok_or_else(|| "write a number of bytes, or one with K, M or G behind it".to_owned())
}

/// A standard for the age of credentials.
pub fn profile(text: &str) -> Result<&'static Profile, String> {
    life::profile(text).ok_or_else(|| {
        let names: Vec<&str> = PROFILES.iter().map(|profile| profile.name).collect();
        format!("the profiles are {}", names.join(", "))
    })
}

/// A failure that can be accepted.
pub fn gap(text: &str) -> Result<Reason, String> {
    Reason::acceptable(text).ok_or_else(|| {
        let names: Vec<&str> = Reason::ACCEPTABLE.into_iter().map(Reason::code).collect();
        format!("the kinds are shallow, partial, {}", names.join(", "))
    })
}

pub fn duration(text: &str) -> Result<std::time::Duration, String> {
    let wrong = || "write how long, with a unit: 90s, 10m, 1h 30m".to_owned();
    // A bare number has always meant seconds.
    let text = match text.bytes().all(|b| b.is_ascii_digit()) {
        true => format!("{text}s"),
        false => text.to_owned(),
    };
    let read: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    std::time::Duration::try_from(read).map_err(|_| wrong())
}

pub fn date(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse()
        .map_err(|_| "write a date, for example 2027-06-30".to_owned())
}

pub fn moment(text: &str) -> Result<jiff::Timestamp, String> {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T00:00:00Z")
    };
    whole
        .parse()
        .map_err(|_| "write a date (2026-11-24) or a moment (2026-11-24T12:00:00Z)".to_owned())
}

/// A moment, or how long before now it was.
pub fn since(text: &str) -> Result<jiff::Timestamp, String> {
    let Ok(back) = text.parse::<jiff::Span>() else {
        return moment(text).map_err(|_| {
            "write a date (2026-11-24), a moment (2026-11-24T12:00:00Z), or how long ago (30d, 2w)"
                .to_owned()
        });
    };
    // Days and weeks are those of a calendar, here of UTC.
    let now = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC);
    let then = now.checked_sub(back.abs());
    then.map(|then| then.timestamp())
        .map_err(|_| format!("`{text}` is longer ago than any calendar knows"))
}
