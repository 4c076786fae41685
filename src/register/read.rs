//! From the text to a [`Register`], with errors that name the line and a way out.

use std::collections::HashMap;

use toml_edit::{Document, Item, Key as Name, TableLike};

use super::cell::{Cell, Fault, Lines, nearest};
use super::keys::{ENTRY, EXCEPTION, Keys, POLICY, VERSION};
use super::{Entry, Exception, Policy, Register, Version};
use crate::file_error::FileError;
use crate::finding::DAY;

/// Longer files are a mistake or an attack; bytes.
const MAX_TEXT: usize = 16 << 20;

/// See [`Register::parse`].
pub(super) fn read(file: &str, text: &[u8]) -> Result<Register, FileError> {
    let broken = |(line, message): Fault| FileError::new(file, line, message);
    let plain = plain(text).map_err(broken)?;
    let lines = Lines::of(plain);
    let document = parsed(plain, &lines).map_err(broken)?;
    let mut register = Register {
        file: file.to_owned(),
        text: text.to_vec(),
        ..Register::default()
    };
    let reader = Reader { lines: &lines };
    reader.top(&document, &mut register).map_err(broken)?;
    Ok(register)
}

/// The text, where it is one and not too long.
pub(super) fn plain(text: &[u8]) -> Result<&str, Fault> {
    if text.len() > MAX_TEXT {
        return Err((
            1,
            "the register is longer than 16 MiB; shorten it".to_owned(),
        ));
    }
    std::str::from_utf8(text).map_err(|error| {
        let before = &text[..error.valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count() as u32;
        (
            line,
            "this line is not UTF-8; save the file as UTF-8".to_owned(),
        )
    })
}

/// The TOML of a text.
pub(super) fn parsed<'a>(text: &'a str, lines: &Lines) -> Result<Document<&'a str>, Fault> {
    Document::parse(text).map_err(|error| {
        // A merge that went wrong shows itself in a line of its own, which nothing of TOML begins with.
        let marks = ["<<<<<<<", "|||||||", ">>>>>>>"];
        let marked = |line: &str| marks.iter().any(|mark| line.starts_with(mark));
        if let Some(at) = text.lines().position(marked) {
            let message = "a merge left its conflict marks here; settle it and remove the marks";
            return (at as u32 + 1, message.to_owned());
        }
        let line = lines.line(error.span().map_or(0, |span| span.start));
        // The parser's words name kinds of things, and between quotes what it expected.
        (
            line,
            format!("this is not TOML: {}", error.message().replace('\n', " ")),
        )
    })
}

struct Reader<'a> {
    lines: &'a Lines,
}

impl<'a> Reader<'a> {
    fn top(&self, document: &'a Document<&str>, register: &mut Register) -> Result<(), Fault> {
        let mut seen: HashMap<String, u32> = HashMap::new();
        for (name, item) in document.as_table().iter() {
            let key = document.as_table().key(name);
            let line = self.line_of(key, item, 1);
            match name {
                "policy" => register.policy = self.policy(item, line)?,
                "token" => {
                    let message = "write each token below a line `[[token]]` of its own";
                    for (table, line) in self.tables(item, line, message)? {
                        let entry = self.entry(table, line)?;
                        if let Some(first) = seen.insert(entry.id.clone(), entry.line) {
                            let message = format!(
                                "this `id` stands on the entry of line {first} already: each token has \
                                 its own"
                            );
                            return Err((entry.line, message));
                        }
                        register.entries.push(entry);
                    }
                }
                _ => {
                    let message = format!(
                        "there is no such table or key{}; a register has `[policy]` and `[[token]]`",
                        nearest(name, &["policy", "token"])
                    );
                    return Err((line, message));
                }
            }
        }
        Ok(())
    }

    /// The line of a key, else of what stands behind it, else that of the table around it.
    fn line_of(&self, key: Option<&Name>, item: &Item, around: u32) -> u32 {
        let of_item = || item.span();
        let span = key.and_then(Name::span).or_else(of_item);
        span.map_or(around, |span| self.lines.line(span.start))
    }

    /// The tables of an array, each with its line.
    fn tables(
        &self,
        item: &'a Item,
        line: u32,
        message: &str,
    ) -> Result<Vec<(&'a dyn TableLike, u32)>, Fault> {
        let Some(tables) = item.as_array_of_tables() else {
            return Err((line, message.to_owned()));
        };
        let each = tables.iter().map(|table| {
            let line = table
                .span()
                .map_or(line, |span| self.lines.line(span.start));
            (table as &dyn TableLike, line)
        });
        Ok(each.collect())
    }

    /// Reads a table: `put` takes each of its known keys.
    fn each(
        &self,
        table: &'a dyn TableLike,
        line: u32,
        of: &str,
        keys: Keys,
        mut put: impl FnMut(Cell<'a>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        for (name, item) in table.iter() {
            let line = self.line_of(table.key(name), item, line);
            let Some((key, _)) = keys.iter().find(|(key, _)| *key == name) else {
                let names: Vec<&'static str> = keys.iter().map(|(name, _)| *name).collect();
                let message = format!(
                    "there is no such key in {of}{}; its keys are {}",
                    nearest(name, &names),
                    names.join(", ")
                );
                return Err((line, message));
            };
            put(Cell {
                key,
                item,
                line,
                lines: self.lines,
            })?;
        }
        Ok(())
    }

    fn policy(&self, item: &'a Item, line: u32) -> Result<Policy, Fault> {
        let mut out = Policy::default();
        let Some(table) = item.as_table_like() else {
            return Err((
                line,
                "`policy` is a table: write `[policy]` and its keys below".to_owned(),
            ));
        };
        let known: Vec<&'static str> = ENTRY
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !["id", "version"].contains(name))
            .collect();
        self.each(table, line, "`[policy]`", POLICY, |cell| {
            match cell.key {
                "max_age" => out.max_age = Some(cell.span()?.value),
                "warn_before" => out.warn_before = Some(cell.span()?.value),
                _ => out.require = cell.words(&known)?,
            }
            Ok(())
        })?;
        Ok(out)
    }

    /// One `[[token]]`.
    fn entry(&self, table: &'a dyn TableLike, line: u32) -> Result<Entry, Fault> {
        let mut out = Entry {
            line,
            ..Entry::default()
        };
        self.each(table, line, "`[[token]]`", ENTRY, |cell| {
            match cell.key {
                "id" => out.id = cell.id()?,
                "server" => out.server = Some(cell.text()?),
                "kind" => out.kind = Some(cell.text()?),
                "name" => out.name = Some(cell.text()?),
                "owner" => out.owner = Some(cell.text()?),
                "backup" => out.backup = Some(cell.text()?),
                "purpose" => out.purpose = Some(cell.text()?),
                "scope" => out.scope = cell.texts()?,
                "added" => out.added = Some(cell.day()?),
                "created" => out.created = Some(cell.day()?),
                "expires" => out.expires = Some(cell.end()?),
                "rotate_every" => out.rotate_every = Some(cell.span()?),
                "rotated" => out.rotated = Some(cell.day()?),
                "overlap" => out.overlap = Some(cell.span()?),
                "stores" => out.stores = cell.texts()?,
                "refs" => out.refs = cell.texts()?,
                "fingerprint" => out.fingerprint = Some(cell.fingerprint()?),
                "exception" => out.exception = Some(self.exception(&cell)?),
                _ => {
                    let message = "write each version below a line `[[token.version]]` of its own";
                    for (table, line) in self.tables(cell.item, cell.line, message)? {
                        out.versions.push(self.version(table, line)?);
                    }
                }
            }
            Ok(())
        })?;
        match out.id.is_empty() {
            true => {
                let message = "`id` is missing: give the token a short name, id = \"release-bot\"";
                Err((line, message.to_owned()))
            }
            false => Ok(out),
        }
    }

    fn exception(&self, cell: &Cell<'a>) -> Result<Exception, Fault> {
        let form = "is { until = 2027-01-01, by = \"who\", why = \"the reason\" }";
        let Some(table) = cell.item.as_table_like() else {
            return cell.wrong(form);
        };
        let (mut until, mut by, mut why) = (None, None, None);
        self.each(table, cell.line, "`exception`", EXCEPTION, |inner| {
            match inner.key {
                "until" => until = Some(inner.day()?),
                "by" => by = Some(inner.text()?.value),
                _ => why = Some(inner.text()?.value),
            }
            Ok(())
        })?;
        match (until, by, why) {
            (Some(until), Some(by), Some(why)) => Ok(Exception { until, by, why }),
            _ => cell.wrong(&format!("{form}, with all three")),
        }
    }

    /// One `[[token.version]]`.
    fn version(&self, table: &'a dyn TableLike, line: u32) -> Result<Version, Fault> {
        let mut out = Version {
            line,
            ..Version::default()
        };
        self.each(table, line, "`[[token.version]]`", VERSION, |cell| {
            match cell.key {
                "server_id" => out.server_id = Some(cell.text()?),
                "created" => out.created = Some(cell.day()?),
                "expires" => out.expires = Some(cell.end()?),
                "state" => out.state = cell.state()?,
                _ => out.by = Some(cell.text()?),
            }
            Ok(())
        })?;
        Ok(out)
    }
}

impl Exception {
    /// Whether it holds at a moment: to the end of its last day.
    pub fn holds(&self, now: jiff::Timestamp) -> bool {
        now.as_second() < self.until.value.as_second() + DAY
    }
}
