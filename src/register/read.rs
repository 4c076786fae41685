//! From the text to a [`Register`], with errors that name the line and a way out.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use toml_edit::{Datetime, Document, Item, Table};

use super::{At, Entry, Register};

/// Why a register was refused. It never quotes a value: a credential may stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterError {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

impl std::error::Error for RegisterError {}

/// A line, and what is wrong there.
type Fault = (u32, String);

/// See [`Register::parse`].
pub(super) fn read(file: &str, text: &[u8]) -> Result<Register, RegisterError> {
    let broken = |(line, message): Fault| RegisterError {
        file: file.to_owned(),
        line,
        message,
    };
    let text = std::str::from_utf8(text).map_err(|_| {
        let message = "the file is not UTF-8; save it as UTF-8";
        broken((1, message.to_owned()))
    })?;
    let document = Document::parse(text).map_err(|error| {
        let line = line_of(text, error.span().map_or(0, |span| span.start));
        broken((line, format!("this is not TOML: {}", error.message())))
    })?;
    let tokens = document.get("token").and_then(Item::as_array_of_tables);
    let entries = tokens.into_iter().flat_map(|tables| tables.iter());
    let entries: Result<Vec<Entry>, Fault> = entries.map(|table| entry(table, text)).collect();
    Ok(Register {
        file: file.to_owned(),
        entries: entries.map_err(broken)?,
        expired_fails: false,
    })
}

/// One `[[token]]`.
fn entry(table: &Table, text: &str) -> Result<Entry, Fault> {
    let line = line_of(text, table.span().map_or(0, |span| span.start));
    let Some(id) = table.get("id").and_then(Item::as_str) else {
        let message = "`id` is missing: give the token a short name, `id = \"release-bot\"`";
        return Err((line, message.to_owned()));
    };
    Ok(Entry {
        id: id.to_owned(),
        line,
        expires: table
            .get("expires")
            .map(|item| day(item, text))
            .transpose()?,
    })
}

/// A day, which is its first moment in UTC.
fn day(item: &Item, text: &str) -> Result<At<Timestamp>, Fault> {
    let line = line_of(text, item.span().map_or(0, |span| span.start));
    let day = item.as_datetime().and_then(of_datetime);
    let wrong = || (line, "write a date without quotes: 2027-02-28".to_owned());
    day.map(|value| At { value, line }).ok_or_else(wrong)
}

fn of_datetime(at: &Datetime) -> Option<Timestamp> {
    let date = at.date?;
    let (year, month, day) = (date.year as i16, date.month as i8, date.day as i8);
    let date = Date::new(year, month, day).ok()?;
    let zoned = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(zoned.timestamp())
}

/// The line of a byte, from 1.
fn line_of(text: &str, at: usize) -> u32 {
    1 + text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count() as u32
}
