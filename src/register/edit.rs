//! Changes of one entry that leave every other byte of the file as it is: comments, order, blanks and line
//! ends are the work of people.

use toml_edit::{Array, Datetime, Document, InlineTable, Item, Key as Name, Table, Value};

use super::Register;
use super::cell::{Lines, nearest};
use super::keys::{ENTRY, Key, entry_key};
use super::read::{parsed, plain};
use crate::file_error::FileError;

/// The register with keys of the entry `id` changed, each to a value as people type it: texts and days bare,
/// lists with commas between. An empty value takes the key out. `exception.until`, `.by` and `.why` are keys
/// too.
///
/// # Errors
/// The register is broken before or would be afterwards, there is no such entry or key, or a value is not
/// what its key takes. No message quotes a value.
pub fn edited(
    file: &str,
    text: &[u8],
    id: &str,
    changes: &[(String, String)],
) -> Result<Vec<u8>, FileError> {
    let broken = |(line, message): (u32, String)| FileError::new(file, line, message);
    // What is broken already is told by its own line.
    let before = Register::parse(file, text)?;
    let Some(entry) = before.entries.iter().find(|entry| entry.id == id) else {
        let message = format!(
            "there is no entry of this id{}",
            near(id, before.entries.iter().map(|entry| entry.id.as_str()))
        );
        return Err(broken((1, message)));
    };
    let line = entry.line;
    let mut text = plain(text).map_err(broken)?.to_owned();
    for (key, value) in ordered(changes, entry.exception.is_some()) {
        text = changed(&text, id, &key, &value).map_err(|message| broken((line, message)))?;
    }
    Register::parse(file, text.as_bytes())?;
    Ok(text.into_bytes())
}

/// `: did you mean …?` among ids.
fn near<'a>(id: &str, ids: impl Iterator<Item = &'a str>) -> String {
    let near = (id.len() <= 64)
        .then(|| crate::rule::closest(id, ids))
        .flatten();
    near.map_or(String::new(), |near| format!(": did you mean `{near}`?"))
}

/// The changes in the order in which they are made: a new exception is one value, and a new id comes last,
/// because the others find the entry by the old one.
fn ordered(changes: &[(String, String)], has_exception: bool) -> Vec<(String, String)> {
    let mut out: Vec<(String, String)> = Vec::new();
    let mut exception = InlineTable::new();
    for (key, value) in changes {
        match key.strip_prefix("exception.") {
            Some(part) if !has_exception => {
                let day = value.parse::<Datetime>().ok().filter(|_| part == "until");
                let text = || Value::from(value.as_str());
                exception.insert(part, day.map_or_else(text, Value::from));
            }
            _ => out.push((key.clone(), value.clone())),
        }
    }
    if !exception.is_empty() {
        out.push((
            "exception".to_owned(),
            exception.to_string().trim().to_owned(),
        ));
    }
    out.sort_by_key(|(key, _)| key == "id");
    out
}

/// The text with one key of the entry changed.
fn changed(text: &str, id: &str, key: &str, value: &str) -> Result<String, String> {
    let lines = Lines::of(text);
    let document = parsed(text, &lines).map_err(|(_, message)| message)?;
    let table = entry(&document, id).ok_or("the entry is not found again")?;
    let (outer, inner) = match key.split_once('.') {
        Some(("exception", inner)) => ("exception", Some(inner)),
        _ => (key, None),
    };
    let form = form(key, outer, inner)?;
    let found = table.get_key_value(outer);
    if value.is_empty() {
        return match (key, inner, found) {
            ("id", ..) | (_, Some(_), _) => Err(format!("`{key}` cannot be taken out")),
            (_, _, Some((name, item))) => taken_out(text, key, name, item),
            _ => Ok(text.to_owned()),
        };
    }
    let written = written(key, form, value)?;
    let item = match (found, inner) {
        (Some((_, item)), Some(inner)) => item.as_table_like().and_then(|table| table.get(inner)),
        (found, _) => found.map(|(_, item)| item),
    };
    let Some(item) = item else {
        return added(text, table, key, &written);
    };
    match item.as_value().and_then(Value::span) {
        Some(span) => Ok([&text[..span.start], &written, &text[span.end..]].concat()),
        None => Err(format!(
            "`{key}` is a table of its own: change its lines by hand"
        )),
    }
}

/// What a key takes.
fn form(key: &str, outer: &str, inner: Option<&str>) -> Result<Key, String> {
    match (entry_key(outer), inner) {
        (Some(_), Some("until")) => Ok(Key::Day),
        (Some(_), Some("by" | "why")) => Ok(Key::Text),
        (Some(form), None) => Ok(form),
        _ => {
            let names: Vec<&'static str> = ENTRY.iter().map(|(name, _)| *name).collect();
            Err(format!(
                "there is no such key{}; the keys are {}",
                nearest(key, &names),
                names.join(", ")
            ))
        }
    }
}

/// The text without the lines of a key and its value.
fn taken_out(text: &str, key: &str, name: &Name, item: &Item) -> Result<String, String> {
    let (Some(name), Some(item)) = (name.span(), item.span()) else {
        return Err(format!(
            "`{key}` is a table of its own: take its lines out by hand"
        ));
    };
    let start = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let end = line_end(text, item.end);
    Ok([&text[..start], &text[end..]].concat())
}

/// The text with a line more, behind the last value that stands in the table itself.
fn added(text: &str, table: &Table, key: &str, written: &str) -> Result<String, String> {
    let end = line_end(text, last_of(table).ok_or("the entry has no line")?);
    let ends = text[..end].ends_with('\n');
    let newline = match text[..end].ends_with("\r\n") || !ends && text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let (before, after) = if ends { ("", newline) } else { (newline, "") };
    let indent = indent(text, table);
    let line = [before, indent, key, " = ", written, after].concat();
    Ok([&text[..end], &line, &text[end..]].concat())
}

pub(super) fn entry<'d>(document: &'d Document<&str>, id: &str) -> Option<&'d Table> {
    let tokens = document.get("token")?.as_array_of_tables()?;
    let is = |table: &&Table| table.get("id").and_then(Item::as_str) == Some(id);
    tokens.iter().find(is)
}

/// The end of the last value that stands in the table itself, before its sub-tables.
fn last_of(table: &Table) -> Option<usize> {
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Value(value) => value.span().map(|span| span.end),
        // `exception.until = …`, written with dots.
        Item::Table(inner) if inner.is_dotted() => last_of(inner),
        _ => None,
    });
    ends.max()
}

/// The blanks before the `id` of an entry, which a new line gets too.
fn indent<'t>(text: &'t str, table: &Table) -> &'t str {
    let key = table.key("id").and_then(Name::span);
    let at = key.map_or(0, |span| span.start);
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let blanks = &text[start..at];
    match blanks.trim().is_empty() {
        true => blanks,
        false => "",
    }
}

/// Behind the line end that follows `at`.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end + 1)
}

/// A value as TOML.
fn written(key: &str, form: Key, value: &str) -> Result<String, String> {
    if value.chars().any(char::is_control) {
        return Err(format!(
            "`{key}`: write the value on one line, without control characters"
        ));
    }
    let text = |text: &str| Value::from(text).to_string();
    Ok(match form {
        Key::Id | Key::Text | Key::Span | Key::Fingerprint | Key::State => text(value),
        Key::End if value == "never" => text(value),
        Key::Day | Key::End => {
            let day: Result<Datetime, _> = value.parse();
            let day = day.map_err(|_| format!("`{key}` is a date: 2027-02-28"))?;
            day.to_string()
        }
        Key::Texts | Key::Require if value.trim_start().starts_with('[') => {
            let list: Option<Value> = value.trim().parse().ok();
            let list = list.filter(|list| {
                list.as_array()
                    .is_some_and(|all| all.iter().all(Value::is_str))
            });
            let wrong = || format!("`{key}` is a list of texts: one,two or [\"one\", \"two\"]");
            list.ok_or_else(wrong)?.to_string().trim().to_owned()
        }
        Key::Texts | Key::Require => {
            let mut list = Array::new();
            list.extend(
                value
                    .split(',')
                    .map(str::trim)
                    .filter(|text| !text.is_empty()),
            );
            list.to_string()
        }
        Key::Exception => {
            let table: Option<Value> = value.parse().ok();
            let table = table.filter(Value::is_inline_table);
            let wrong = || {
                format!(
                    "`{key}`: give exception.until, exception.by and exception.why their values"
                )
            };
            table.ok_or_else(wrong)?.to_string().trim().to_owned()
        }
        Key::Versions => return Err(format!("`{key}` is written in the file itself")),
    })
}
