//! Lists in JSON: documents one after the other, as several calls give them. The records are read one by one, so that
//! memory does not grow with the file.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::Unreadable;
use super::fields::Mapper;
use super::syntax::{Input, Syntax};
use crate::rule::ListFormat;

const JSON: ListFormat = ListFormat::Json;

/// Bytes of a document of another kind that are read for a guess.
const GUESSED: u64 = 4 << 20;

/// Documents of JSON.
pub(super) struct Json;

impl Syntax for Json {
    fn format(&self) -> ListFormat {
        JSON
    }

    fn called(&self) -> &'static str {
        "JSON"
    }

    /// Some servers write a list of nothing as `null`.
    fn begins(&self, text: &[u8]) -> bool {
        text.starts_with(b"[") || text.starts_with(b"{") || text.trim_ascii_end() == b"null"
    }

    fn read(&self, input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
        documents(input, mapper)
    }

    fn first(&self, input: &mut Input<'_>) -> Option<Value> {
        let start = std::io::Read::take(input, GUESSED);
        Value::deserialize(&mut serde_json::Deserializer::from_reader(start)).ok()
    }
}

/// Reads every document.
fn documents(input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
    let paths: Vec<Vec<String>> = mapper
        .of(JSON)
        .flat_map(|read| read.each.iter())
        .map(|pointer| pointer.split('/').skip(1).map(str::to_owned).collect())
        .collect();
    let keyed = mapper.of(JSON).any(|read| read.keyed);
    let around = mapper.of(JSON).any(|read| {
        let mut from = read.fields.iter().flat_map(|(_, from)| from.iter());
        from.any(|from| from.at.starts_with('^'))
    });
    let mut stream = serde_json::Deserializer::from_reader(input);
    // Between two documents blanks are all there is; whoever cut one off left something behind.
    while more(&mut stream)? {
        let walk = Walk {
            paths: paths.iter().map(Vec::as_slice).collect(),
            top: true,
            keyed,
            state: &mut State {
                mapper: &mut *mapper,
                found: false,
                around,
                waiting: Vec::new(),
            },
        };
        walk.deserialize(&mut stream)
            .map_err(|error| said(&error))?;
    }
    Ok(())
}

/// Whether another document begins.
fn more<'de, R: serde_json::de::Read<'de>>(
    stream: &mut serde_json::Deserializer<R>,
) -> Result<bool, Unreadable> {
    // `end` fails where something stands that is no blank, and consumes blanks alone.
    match stream.end() {
        Ok(()) => Ok(false),
        Err(error) if error.is_io() => Err(said(&error)),
        Err(_) => Ok(true),
    }
}

/// What serde says, as a sentence with its line.
fn said(error: &serde_json::Error) -> Unreadable {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    Unreadable {
        line: error.line() as u64,
        message: match error.classify() {
            serde_json::error::Category::Eof => {
                "it ends in the middle: it was cut off, and is not taken for a whole list"
                    .to_owned()
            }
            serde_json::error::Category::Data => what.to_owned(),
            serde_json::error::Category::Io => format!("it cannot be read: {what}"),
            serde_json::error::Category::Syntax => format!("it is no JSON: {what}"),
        },
    }
}

/// What is known while one document is read.
struct State<'m> {
    mapper: &'m mut Mapper,
    /// A place of records was there.
    found: bool,
    /// Rows need what stands around the records, which may come behind them: they wait for it.
    around: bool,
    waiting: Vec<Value>,
}

impl State<'_> {
    fn record(&mut self, value: Value) -> Result<(), String> {
        self.found = true;
        match self.around {
            true => {
                self.waiting.push(value);
                Ok(())
            }
            false => self.mapper.record(JSON, &value, &Map::new()),
        }
    }

    /// An element of a list: a record, or a page of them as programs join pages.
    fn element(&mut self, value: Value, paths: &[&[String]]) -> Result<(), String> {
        if let Value::Array(page) = value {
            return page.into_iter().try_for_each(|one| self.record(one));
        }
        let inside = paths.iter().find_map(|path| {
            let mut at = &value;
            for name in path.iter() {
                at = at.get(name)?;
            }
            (!path.is_empty()).then_some(at)
        });
        match inside {
            Some(Value::Array(page)) => {
                let page = page.clone();
                if let Value::Object(around) = &value {
                    self.mapper.document(JSON, around);
                }
                page.into_iter().try_for_each(|one| self.record(one))
            }
            Some(one @ Value::Object(_)) => self.record(one.clone()),
            _ => self.record(value),
        }
    }

    /// The end of a document: what waited has all it needs.
    fn close(&mut self, around: &Map<String, Value>) -> Result<(), String> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting
            .iter()
            .try_for_each(|value| self.mapper.record(JSON, value, around))?;
        self.mapper.document(JSON, around);
        Ok(())
    }
}

/// The way to the records.
struct Walk<'w, 'm> {
    /// What is left of the ways there; an empty one has arrived.
    paths: Vec<&'w [String]>,
    /// It is the document itself.
    top: bool,
    keyed: bool,
    state: &'w mut State<'m>,
}

impl Walk<'_, '_> {
    fn arrived(&self) -> bool {
        self.paths.iter().any(|path| path.is_empty())
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of tokens")
    }

    /// Some servers write an empty list so.
    fn visit_unit<E>(self) -> Result<(), E> {
        self.state.found = true;
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.state.found = true;
        while let Some(value) = list.next_element::<Value>()? {
            let done = match self.top {
                true => self.state.element(value, &self.paths),
                false => self.state.record(value),
            };
            done.map_err(A::Error::custom)?;
        }
        match self.top {
            true => self.state.close(&Map::new()).map_err(A::Error::custom),
            false => Ok(()),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let arrived = self.arrived();
        if arrived && self.keyed {
            self.state.found = true;
            while let Some((name, value)) = members.next_entry::<String, Value>()? {
                let value = named(name, value);
                self.state.record(value).map_err(A::Error::custom)?;
            }
            return Ok(());
        }
        let mut around = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let inside = self.paths.iter().filter_map(|path| path.split_first());
            let inside = inside.filter(|(first, _)| **first == name);
            let inside: Vec<&[String]> = inside.map(|(_, rest)| rest).collect();
            match inside.is_empty() {
                true => {
                    around.insert(name, members.next_value()?);
                }
                false => members.next_value_seed(Walk {
                    paths: inside,
                    top: false,
                    keyed: self.keyed,
                    state: &mut *self.state,
                })?,
            }
        }
        if !self.state.found && arrived {
            // One token by itself, as lines of JSON and single answers have it.
            let one = Value::Object(around.clone());
            self.state.record(one).map_err(A::Error::custom)?;
        }
        if !self.top {
            return Ok(());
        }
        if !self.state.found {
            let document = Value::Object(around);
            let why = self.state.mapper.nothing_in(&document);
            return Err(A::Error::custom(why));
        }
        self.state.close(&around).map_err(A::Error::custom)
    }
}

/// A member of an object as a record that knows its name.
pub(super) fn named(name: String, value: Value) -> Value {
    let mut members = match value {
        Value::Object(members) => members,
        value => Map::from_iter([("value".to_owned(), value)]),
    };
    members.insert("__key".to_owned(), Value::String(name));
    Value::Object(members)
}
