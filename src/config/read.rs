//! From the text to a [`Config`], with errors that name the line and a way out.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::cell::{Cell, Fault, nearest};
use super::keys::{FORBIDDEN, KEYS, Shape};
use super::{At, Config, Whose, policy};
use crate::file_error::{FileError, line_of};

/// Longer files are a mistake or an attack; bytes.
const MAX_TEXT: usize = 1 << 20;

/// See [`Config::parse`].
pub(super) fn read(file: &str, text: &[u8], whose: Whose) -> Result<Config, FileError> {
    let broken = |(line, message): Fault| FileError::new(file, line, message);
    if text.len() > MAX_TEXT {
        return Err(broken((
            1,
            "the file is longer than 1 MiB; shorten it".to_owned(),
        )));
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|b| **b == b'\n').count() as u32;
        broken((
            line,
            "this line is not UTF-8; save the file as UTF-8".to_owned(),
        ))
    })?;
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        broken((line_of(text, at), syntax(text, at, error.message())))
    })?;
    let mut config = Config {
        file: file.to_owned(),
        ..Config::default()
    };
    for (section, value) in table.get_ref() {
        let name = section.get_ref().as_ref();
        let line = line_of(text, section.span().start);
        let known = KEYS.iter().any(|key| key.section == name);
        let Some(inner) = value.get_ref().as_table().filter(|_| known) else {
            return Err(broken((line, unknown_section(name, known))));
        };
        for (key, value) in inner {
            let line = line_of(text, key.span().start);
            put(
                &mut config,
                name,
                key.get_ref().as_ref(),
                line,
                value,
                text,
                whose,
            )
            .map_err(broken)?;
        }
    }
    Ok(config)
}

fn put(
    config: &mut Config,
    section: &str,
    name: &str,
    line: u32,
    value: &Spanned<DeValue<'_>>,
    text: &str,
    whose: Whose,
) -> Result<(), Fault> {
    let key = KEYS
        .iter()
        .find(|key| key.section == section && key.name == name)
        .ok_or_else(|| (line, unknown_key(section, name)))?;
    let cell = Cell {
        key: format!("{section}.{name}"),
        value,
        line,
        text,
        whose,
    };
    (key.put)(config, &cell)?;
    let said = At {
        // Rows may be written as tables of their own, which are no value of one line.
        value: match key.shape {
            Shape::Rows => policy::shown(value).unwrap_or_default(),
            _ => text.get(value.span()).unwrap_or_default().to_owned(),
        },
        line,
    };
    config.said.insert((key.section, key.name), said);
    Ok(())
}

/// What is wrong with the syntax, and what to do.
fn syntax(text: &str, at: usize, message: &str) -> String {
    let line = text.lines().nth(line_of(text, at) as usize - 1);
    let conflict = line.is_some_and(|line| {
        ["<<<<<<<", "|||||||", "=======", ">>>>>>>"]
            .iter()
            .any(|mark| line.starts_with(mark))
    });
    match conflict {
        true => "a merge left its conflict marks here; settle it and remove the marks".to_owned(),
        // The parser's words name kinds of things, and between quotes what it expected.
        false => format!("this is not TOML: {}", message.replace('\n', " ")),
    }
}

/// A name as far as it can be no credential.
fn quoted(name: &str) -> String {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'));
    match plain && !name.is_empty() && name.len() <= 32 {
        true => format!("`{name}`"),
        false => "this name".to_owned(),
    }
}

fn forbidden(name: &str) -> Option<String> {
    let name = name.replace('_', "-");
    FORBIDDEN
        .iter()
        .find(|(names, _)| names.contains(&name.as_str()))
        .map(|(_, why)| format!("`{name}` may not stand in a configuration: {why}"))
}

fn unknown_section(name: &str, known: bool) -> String {
    if known {
        return format!("`{name}` is a section: write `[{name}]` and its keys below");
    }
    if let Some(why) = forbidden(name) {
        return why;
    }
    let mut sections: Vec<&'static str> = KEYS.iter().map(|key| key.section).collect();
    sections.dedup();
    // A key without its section is the commonest slip.
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return format!("`{name}` stands in the section `[{}]`", key.section);
    }
    format!(
        "there is no section {}{}; the sections are {}",
        quoted(name),
        nearest(name, &sections),
        sections.join(", ")
    )
}

fn unknown_key(section: &str, name: &str) -> String {
    if let Some(why) = forbidden(name) {
        return why;
    }
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return format!("`{name}` stands in the section `[{}]`", key.section);
    }
    let here = KEYS.iter().filter(|key| key.section == section);
    let here: Vec<&'static str> = here.map(|key| key.name).collect();
    let all: Vec<&'static str> = KEYS.iter().map(|key| key.name).collect();
    let hint = match nearest(name, &here) {
        hint if hint.is_empty() => nearest(name, &all),
        hint => hint,
    };
    format!(
        "there is no key {} in `[{section}]`{hint}; its keys are {}",
        quoted(name),
        here.join(", ")
    )
}
