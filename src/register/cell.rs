//! One value of the register, on its way to what its key takes.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use toml_edit::{Datetime, Item, Value};

use super::{At, End, State};
use crate::finding::{DAY, YEARS};
use crate::rule::closest;
use crate::secret::Fingerprint;

/// A line, and what is wrong there.
pub(super) type Fault = (u32, String);

/// More texts in one list than this are a mistake or an attack.
const MAX_LIST: usize = 1_000;
/// Characters of an id.
const MAX_ID: usize = 100;

/// The starts of the lines of a text: offsets become lines by looking among them.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        Lines(std::iter::once(0).chain(ends.map(|at| at + 1)).collect())
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, at: usize) -> u32 {
        self.0.partition_point(|start| *start <= at) as u32
    }
}

/// A value with its name and line.
pub(super) struct Cell<'a> {
    pub(super) key: &'static str,
    pub(super) item: &'a Item,
    /// The line of the value, or of its table.
    pub(super) line: u32,
    pub(super) lines: &'a Lines,
}

impl Cell<'_> {
    /// A fault at the value. It never quotes the value, which may be a credential.
    pub(super) fn wrong<T>(&self, what: &str) -> Result<T, Fault> {
        Err((self.line, format!("`{}` {what}", self.key)))
    }

    fn at<T>(&self, value: T) -> At<T> {
        At {
            value,
            line: self.line,
        }
    }

    /// A short name.
    pub(super) fn id(&self) -> Result<String, Fault> {
        let plain = |c: char| c.is_alphanumeric() || "-_./@:+".contains(c);
        match self.item.as_str() {
            Some(id) if !id.is_empty() && id.chars().count() <= MAX_ID && id.chars().all(plain) => {
                Ok(id.to_owned())
            }
            _ => self
                .wrong("is a text of 1 to 100 letters, digits and `-_./@:+`: id = \"release-bot\""),
        }
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Result<At<String>, Fault> {
        match self.item.as_str().map(str::trim) {
            Some("") => self.wrong("is empty: write something, or take the line out"),
            Some(text) => Ok(self.at(text.to_owned())),
            None => self.wrong("is a text: write it in quotes"),
        }
    }

    /// A list of texts, each with its line.
    pub(super) fn texts(&self) -> Result<Vec<At<String>>, Fault> {
        let Some(list) = self.item.as_array() else {
            return self.wrong("is a list of texts: write it in brackets, each in quotes");
        };
        if list.len() > MAX_LIST {
            return self.wrong("has more than 1,000 entries, which nobody can keep right");
        }
        let one = |value: &Value| {
            let line = value
                .span()
                .map_or(self.line, |span| self.lines.line(span.start));
            let wrong = || {
                let what = format!(
                    "`{}`: each entry is a text in quotes, not an empty one",
                    self.key
                );
                (line, what)
            };
            let text = value
                .as_str()
                .map(str::trim)
                .filter(|text| !text.is_empty());
            text.map(|text| At {
                value: text.to_owned(),
                line,
            })
            .ok_or_else(wrong)
        };
        list.iter().map(one).collect()
    }

    /// Some of `known`.
    pub(super) fn words(&self, known: &[&'static str]) -> Result<Vec<&'static str>, Fault> {
        let one = |text: At<String>| match known.iter().find(|name| **name == text.value) {
            Some(name) => Ok(*name),
            None => Err((
                text.line,
                format!(
                    "`{}`: there is no such key{}; the keys are {}",
                    self.key,
                    nearest(&text.value, known),
                    known.join(", ")
                ),
            )),
        };
        self.texts()?.into_iter().map(one).collect()
    }

    /// A day or a moment.
    pub(super) fn day(&self) -> Result<At<Timestamp>, Fault> {
        let Some(at) = self.item.as_datetime() else {
            return match self.item.as_str() {
                Some(_) => self.wrong("is a date: write it without quotes, 2027-02-28"),
                None => self.wrong("is a date: 2027-02-28"),
            };
        };
        let Some(date) = at.date else {
            return self.wrong("is a time without a day: write 2027-02-28");
        };
        if !YEARS.contains(&(date.year as i16)) {
            return self.wrong(
                "is of a year before 1990 or after 2200, which programs write for `never` or \
                 `unknown`: leave the key out when the day is not known",
            );
        }
        match moment(at) {
            Some(at) => Ok(self.at(at)),
            None if at.offset.is_none() => {
                self.wrong("has a time without a zone: write the day alone, or Z behind the time")
            }
            None => self.wrong("is no day of the calendar"),
        }
    }

    /// When something ends.
    pub(super) fn end(&self) -> Result<At<End>, Fault> {
        if self.item.as_str() == Some("never") {
            return Ok(self.at(End::Never));
        }
        if self.item.as_str().is_some() {
            return self.wrong("is a date without quotes, 2027-02-28, or \"never\"");
        }
        let day = self
            .day()
            .map_err(|(line, why)| match why.contains("1990") {
                true => (line, format!("{why}; write \"never\" when there is no end")),
                false => (line, why),
            })?;
        Ok(self.at(End::At(day.value)))
    }

    /// How long something takes, in seconds.
    pub(super) fn span(&self) -> Result<At<i64>, Fault> {
        match self.item.as_str().and_then(span) {
            Some(seconds) => Ok(self.at(seconds)),
            None => self.wrong("is a text of a number and h, d, w or y: \"24h\", \"90d\", \"1y\""),
        }
    }

    /// A fingerprint of a report.
    pub(super) fn fingerprint(&self) -> Result<At<Fingerprint>, Fault> {
        match self.item.as_str().and_then(|text| text.parse().ok()) {
            Some(fingerprint) => Ok(self.at(fingerprint)),
            None => self.wrong(
                "is the fingerprint that JSON reports give a credential: a text of 20 hexadecimal \
                 digits in small letters",
            ),
        }
    }

    /// What became of a value.
    pub(super) fn state(&self) -> Result<State, Fault> {
        let text = self.item.as_str().unwrap_or_default();
        match State::ALL.into_iter().find(|state| state.name() == text) {
            Some(state) => Ok(state),
            None => {
                let words = State::ALL.map(State::name);
                let hint = nearest(text, &words);
                self.wrong(&format!("is one of {}{hint}", words.join(", ")))
            }
        }
    }
}

/// Seconds of a number and its unit.
pub(super) fn span(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok().filter(|n| (1..=40_000).contains(n))?;
    let unit = match unit {
        "h" => DAY / 24,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    };
    Some(number * unit).filter(|seconds| *seconds <= 40_000 * DAY)
}

/// A day is its first moment in UTC; a time needs its zone.
fn moment(at: &Datetime) -> Option<Timestamp> {
    let date = at.date?;
    let date = Date::new(date.year as i16, date.month as i8, date.day as i8).ok()?;
    let Some(time) = at.time else {
        return Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp());
    };
    let second = time.second.unwrap_or(0).min(59) as i8;
    let time = Time::new(time.hour as i8, time.minute as i8, second, 0).ok()?;
    let minutes = match at.offset? {
        toml_edit::Offset::Z => 0,
        toml_edit::Offset::Custom { minutes } => i32::from(minutes),
    };
    let offset = Offset::from_seconds(60 * minutes).ok()?;
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// `; did you mean …?` where one of the known names is near.
pub(super) fn nearest(word: &str, known: &[&'static str]) -> String {
    let near = (word.len() <= 64)
        .then(|| closest(word, known.iter().copied()))
        .flatten();
    near.map_or(String::new(), |near| format!(": did you mean `{near}`?"))
}
