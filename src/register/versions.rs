//! The versions of an entry after a rotation: a new one is added, an old one gets another state, and every other byte
//! of the file stays as it is.

use toml_edit::{Item, Table, Value};

use super::cell::Lines;
use super::edit::{entry, line_end};
use super::read::{parsed, plain};
use super::{End, Entry, Register, State, Version, edited};
use crate::file_error::FileError;
use crate::finding::date;
use crate::secret::Fingerprint;

/// The name without the day that a rotation put behind it: `deploy-20261126`, `deploy-20261126-2`.
pub fn base(name: &str) -> &str {
    let is_day = |text: &str| {
        text.len() == 8 && text.starts_with("20") && text.bytes().all(|b| b.is_ascii_digit())
    };
    let is_number =
        |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    match name.rsplit_once('-') {
        Some((rest, day)) if is_day(day) && !rest.is_empty() => rest,
        Some((rest, number)) if is_number(number) => match rest.rsplit_once('-') {
            Some((rest, day)) if is_day(day) && !rest.is_empty() => rest,
            _ => name,
        },
        _ => name,
    }
}

/// What a rotation did to an entry.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    /// The value that is in use from now on; `None` where a token was only ended.
    pub new: Option<Version>,
    /// The value that it follows, with its new state.
    pub old: Version,
    /// What becomes of the fingerprint of an entry that has one.
    pub fingerprint: Print,
}

/// The fingerprint of the value that is in use from now on.
#[derive(Clone, Copy, Debug, Default)]
pub enum Print {
    /// The one that the entry says.
    #[default]
    Same,
    /// This one.
    Is(Fingerprint),
    /// Nobody knows it. The entry says none then: that of the value before would be wrong.
    Unknown,
}

/// The register after a rotation of the entry `id`. What it says already is not said twice.
///
/// # Errors
/// The register is broken before or would be afterwards, or there is no such entry. No message quotes a value.
pub fn turned(file: &str, text: &[u8], id: &str, turn: &Turn) -> Result<Vec<u8>, FileError> {
    let before = Register::parse(file, text)?;
    let found = before.entries.iter().find(|entry| entry.id == id);
    let broken = |line, message: &str| FileError::new(file, line, message);
    let found = found.ok_or_else(|| broken(1, "there is no entry of this id any more"))?;
    let line = found.line;
    // The keys of the entry itself win over those of its versions, so they follow where somebody wrote them.
    let keys = keys(found, turn);
    let mut text = match keys.is_empty() {
        true => plain(text)
            .map_err(|(line, why)| broken(line, &why))?
            .to_owned(),
        false => {
            let bytes = edited(file, text, id, &keys)?;
            String::from_utf8(bytes).map_err(|_| broken(line, "it is no UTF-8"))?
        }
    };
    text = with_state(&text, id, turn).map_err(|why| broken(line, &why))?;
    if let Some(version) = &turn.new {
        text = with_version(&text, id, version).map_err(|why| broken(line, &why))?;
    }
    Register::parse(file, text.as_bytes())?;
    Ok(text.into_bytes())
}

/// The keys of the entry that a new value changes.
fn keys(entry: &Entry, turn: &Turn) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    let mut set = |key: &str, value: String| keys.push((key.to_owned(), value));
    let Some(new) = &turn.new else {
        return keys;
    };
    if let (Some(_), Some(at)) = (&entry.rotated, new.created) {
        set("rotated", date(at.value));
    }
    if let (Some(_), Some(end)) = (&entry.expires, new.expires) {
        set("expires", shown(end.value));
    }
    match (&entry.fingerprint, turn.fingerprint) {
        (Some(_), Print::Is(print)) => set("fingerprint", print.to_string()),
        // An empty value takes the key out.
        (Some(_), Print::Unknown) => set("fingerprint", String::new()),
        _ => {}
    }
    keys
}

fn shown(end: End) -> String {
    match end {
        End::At(at) => date(at),
        End::Never => "never".to_owned(),
    }
}

/// The text where the version of this id of the server has this state; it is added where there is none.
fn with_state(text: &str, id: &str, turn: &Turn) -> Result<String, String> {
    let old = &turn.old;
    let lines = Lines::of(text);
    let document = parsed(text, &lines).map_err(|(_, message)| message)?;
    let table = entry(&document, id).ok_or("the entry is not found again")?;
    // A value that was changed in its place has the id of the old one.
    let is_new = |version: &Table| turn.new.as_ref().is_some_and(|new| says(version, new));
    let at = versions(table)
        .filter(|version| is_of(version, old) && !is_new(version))
        .last();
    let Some(version) = at else {
        return with_version(text, id, old);
    };
    let state = old.state.name();
    match version.get("state").and_then(Item::span) {
        Some(span) => Ok([
            &text[..span.start],
            &format!("\"{state}\""),
            &text[span.end..],
        ]
        .concat()),
        None => {
            let end = end_of(version).ok_or("a version has no line")?;
            Ok(with_line(
                text,
                end,
                &format!("state = \"{state}\""),
                version,
            ))
        }
    }
}

/// Whether a table is the version that is meant: by the server's id, else by the day on which it was made.
fn is_of(table: &Table, version: &Version) -> bool {
    let id = table.get("server_id").and_then(Item::as_str);
    let revoked = table.get("state").and_then(Item::as_str) == Some("revoked");
    match (&version.server_id, id) {
        (Some(wanted), Some(id)) => {
            wanted.value == id && (!revoked || version.state == State::Revoked)
        }
        (None, None) => day_of(table) == version.created.map(|at| date(at.value)),
        _ => false,
    }
}

/// Whether a table says of a version what it is.
fn says(table: &Table, version: &Version) -> bool {
    let state = table
        .get("state")
        .and_then(Item::as_str)
        .unwrap_or("deployed");
    let id = version.server_id.as_ref().map(|id| id.value.as_str());
    id == table.get("server_id").and_then(Item::as_str)
        && state == version.state.name()
        && day_of(table) == version.created.map(|at| date(at.value))
}

/// The day on which the version of a table was made.
fn day_of(table: &Table) -> Option<String> {
    let created = table.get("created").and_then(Item::as_datetime)?;
    Some(created.to_string().chars().take(10).collect())
}

/// The text with a version more, behind everything else of the entry.
fn with_version(text: &str, id: &str, version: &Version) -> Result<String, String> {
    let lines = Lines::of(text);
    let document = parsed(text, &lines).map_err(|(_, message)| message)?;
    let table = entry(&document, id).ok_or("the entry is not found again")?;
    if versions(table).any(|other| says(other, version)) {
        return Ok(text.to_owned());
    }
    let end = line_end(text, end_of(table).ok_or("the entry has no line")?);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut block = String::new();
    if !text[..end].ends_with('\n') {
        block.push_str(newline);
    }
    for line in lines_of(version) {
        block.push_str("  ");
        block.push_str(&line);
        block.push_str(newline);
    }
    Ok([&text[..end], &block, &text[end..]].concat())
}

/// The lines of a version.
fn lines_of(version: &Version) -> Vec<String> {
    let text = |text: &str| Value::from(text).to_string();
    let mut lines = vec!["[[token.version]]".to_owned()];
    if let Some(id) = &version.server_id {
        lines.push(format!("server_id = {}", text(&id.value)));
    }
    if let Some(at) = version.created {
        lines.push(format!("created = {}", date(at.value)));
    }
    if let Some(end) = version.expires {
        lines.push(match end.value {
            End::At(at) => format!("expires = {}", date(at)),
            End::Never => "expires = \"never\"".to_owned(),
        });
    }
    lines.push(format!("state = \"{}\"", version.state.name()));
    if let Some(by) = &version.by {
        lines.push(format!("by = {}", text(&by.value)));
    }
    lines
}

/// The text with a line more behind the line of `at`, as far in as the lines of its table.
fn with_line(text: &str, at: usize, line: &str, table: &Table) -> String {
    let first = table
        .iter()
        .filter_map(|(name, _)| table.key(name)?.span())
        .map(|s| s.start)
        .min();
    let first = first.unwrap_or(at);
    let start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let indent = Some(&text[start..first]).filter(|blanks| blanks.trim().is_empty());
    let end = line_end(text, at);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = match text[..end].ends_with('\n') {
        true => ("", newline),
        false => (newline, ""),
    };
    [
        &text[..end],
        before,
        indent.unwrap_or(""),
        line,
        after,
        &text[end..],
    ]
    .concat()
}

fn versions(table: &Table) -> impl Iterator<Item = &Table> {
    let tables = table.get("version").and_then(Item::as_array_of_tables);
    tables.into_iter().flat_map(|tables| tables.iter())
}

/// The end of the last value of a table, and of the tables below it.
fn end_of(table: &Table) -> Option<usize> {
    let own = table.span().map(|span| span.end);
    let ends = table.iter().filter_map(|(_, item)| match item {
        Item::Value(value) => value.span().map(|span| span.end),
        Item::Table(inner) => end_of(inner),
        Item::ArrayOfTables(tables) => tables.iter().filter_map(end_of).max(),
        Item::None => None,
    });
    ends.max().or(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::register::At;

    fn at<T>(value: T) -> At<T> {
        At { value, line: 0 }
    }

    fn day(text: &str) -> jiff::Timestamp {
        format!("{text}T00:00:00Z").parse().expect("a day")
    }

    fn version(id: &str, created: &str, state: State) -> Version {
        Version {
            server_id: Some(at(id.to_owned())),
            created: Some(at(day(created))),
            expires: Some(at(End::At(day("2027-05-01")))),
            state,
            by: Some(at("ann".to_owned())),
            ..Version::default()
        }
    }

    fn turn(state: State) -> Turn {
        Turn {
            new: Some(version("9", "2026-11-26", State::Deployed)),
            old: version("8", "2026-06-01", state),
            fingerprint: Print::Same,
        }
    }

    const TEXT: &str = "# ours\n[[token]]\nid = \"a\"  # the first\nexpires = 2026-12-01\n\n[[token]]\nid = \"b\"\n";

    #[test]
    fn a_version_is_added_and_the_old_one_changes_its_state() {
        let once = turned("t", TEXT.as_bytes(), "a", &turn(State::Overlap)).expect("right");
        let text = String::from_utf8(once.clone()).expect("text");
        assert_eq!(
            text,
            "# ours\n[[token]]\nid = \"a\"  # the first\nexpires = 2027-05-01\n  \
             [[token.version]]\n  server_id = \"8\"\n  created = 2026-06-01\n  expires = 2027-05-01\n  \
             state = \"overlap\"\n  by = \"ann\"\n  \
             [[token.version]]\n  server_id = \"9\"\n  created = 2026-11-26\n  expires = 2027-05-01\n  \
             state = \"deployed\"\n  by = \"ann\"\n\n[[token]]\nid = \"b\"\n"
        );
        // Said again, nothing changes.
        let again = turned("t", &once, "a", &turn(State::Overlap)).expect("right");
        assert_eq!(again, once);
        let over = turned("t", &once, "a", &turn(State::Revoked)).expect("right");
        assert_eq!(
            String::from_utf8(over).expect("text"),
            text.replace("overlap", "revoked")
        );
    }

    #[test]
    fn a_version_without_a_state_gets_one_with_its_line_ends() {
        let text = "[[token]]\r\nid = \"a\"\r\n[[token.version]]\r\n  server_id = \"8\"\r\n# end";
        let after = turned("t", text.as_bytes(), "a", &turn(State::Revoked)).expect("right");
        let after = String::from_utf8(after).expect("text");
        assert!(
            after.contains("server_id = \"8\"\r\n  state = \"revoked\"\r\n"),
            "{after:?}"
        );
        assert!(after.ends_with("# end"), "{after:?}");
        assert!(!after.replace("\r\n", "").contains('\n'), "{after:?}");
    }

    #[test]
    fn no_entry_keeps_the_fingerprint_of_the_value_before() {
        let old = Fingerprint::of_strong(b"old");
        let text = format!(
            "[[token]]\nid = \"a\"\n  fingerprint = \"{old}\"  # of the first\nserver = \"x\"\n"
        );
        let after = |fingerprint| {
            let turn = Turn {
                fingerprint,
                ..turn(State::Overlap)
            };
            let after = turned("t", text.as_bytes(), "a", &turn).expect("right");
            String::from_utf8(after).expect("text")
        };
        let new = Fingerprint::of_strong(b"new");
        let is = after(Print::Is(new));
        assert!(
            is.contains(&format!("\n  fingerprint = \"{new}\"  # of the first\n")),
            "{is}"
        );
        let unknown = after(Print::Unknown);
        assert!(
            unknown.starts_with("[[token]]\nid = \"a\"\nserver = \"x\"\n  [[token.version]]\n"),
            "{unknown}"
        );
        assert!(after(Print::Same).contains(&old.to_string()));
    }

    #[test]
    fn a_value_changed_in_its_place_keeps_its_id() {
        let mut both = turn(State::Revoked);
        both.new = Some(version("8", "2026-11-26", State::Deployed));
        let once = turned("t", TEXT.as_bytes(), "b", &both).expect("right");
        let register = Register::parse("t", &once).expect("right");
        let versions = &register.entries[1].versions;
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[0].state, State::Revoked);
        assert_eq!(versions[1].state, State::Deployed);
        assert_eq!(turned("t", &once, "b", &both).expect("right"), once);
        assert!(turned("t", TEXT.as_bytes(), "c", &both).is_err());
    }
}
