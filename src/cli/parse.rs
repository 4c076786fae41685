//! Words that the user types, as the values that they stand for. An error says what to write instead.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use keysweep::config;
use keysweep::finding::{Confidence, Reason, Severity};
use keysweep::life::{self, PROFILES, Profile};
use keysweep::report::{self, Format};

/// The formats by their names, which completions know, and templates by their files.
#[derive(Clone)]
pub struct Formats;

/// The names.
fn names() -> PossibleValuesParser {
    let name = |format: &&dyn Format| PossibleValue::new(format.name()).help(format.about());
    let all = report::FORMATS.iter().chain([&report::CALENDAR]);
    let template = PossibleValue::new("template=FILE")
        .help("a template of your own, over what the JSON report holds");
    PossibleValuesParser::new(all.map(name).chain([template]))
}

impl TypedValueParser for Formats {
    type Value = &'static dyn Format;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        let text = value.to_str().unwrap_or_default();
        let found = match text.strip_prefix(TEMPLATE) {
            Some(file) => template(file, file),
            None => format(&names().parse_ref(command, arg, value)?),
        };
        found.map_err(|why| clap::Error::raw(ErrorKind::ValueValidation, format!("{why}\n")))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let all: Vec<PossibleValue> = names().possible_values()?.collect();
        Some(Box::new(all.into_iter()))
    }
}

/// What stands before the file of a template.
const TEMPLATE: &str = "template=";

/// Larger templates are a mistake; bytes.
const LARGEST: u64 = 1 << 20;

/// The template in a file. What is written to `target` is escaped as its ending says.
fn template(file: &str, target: &str) -> Result<&'static dyn Format, String> {
    let read = || {
        let mut text = String::new();
        let open = std::fs::File::open(file)?;
        std::io::Read::read_to_string(&mut std::io::Read::take(open, LARGEST), &mut text)?;
        Ok(text)
    };
    let text = read().map_err(|why: std::io::Error| format!("the template {file}: {why}"))?;
    let template = report::Template::new(text, target);
    let template = template.map_err(|why| format!("the template {file}: {why}"))?;
    // A format lives as long as the program, and there are as many as were typed.
    Ok(Box::leak(Box::new(template)))
}

fn format(name: &str) -> Result<&'static dyn Format, String> {
    let all = || report::FORMATS.iter().chain([&report::CALENDAR]);
    let names = || all().map(|format| format.name());
    if name == report::CALENDAR.name() {
        return Ok(report::CALENDAR);
    }
    report::format(name).ok_or_else(|| {
        let hint = keysweep::rule::closest(name, names())
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        let names: Vec<&str> = names().collect();
        let names = names.join(", ");
        format!("there is no format `{name}`{hint} (formats: {names}, template=FILE)")
    })
}

pub fn output(text: &str) -> Result<(&'static dyn Format, PathBuf), String> {
    let (name, path) = text
        .split_once('=')
        .ok_or("write FORMAT=FILE, for example sarif=out.sarif")?;
    if path.is_empty() {
        return Err("the file's name is missing".to_owned());
    }
    if name == "template" {
        let (file, target) = path
            .rsplit_once('=')
            .ok_or("write template=FILE=TARGET, for example template=page.md.j2=page.md")?;
        return Ok((template(file, target)?, PathBuf::from(target)));
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
