//! The tokens of a list, record by record, as the answers of a server bring them.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::driver::{Call, ListCalls, Pick};
use super::fault::Fault;
use super::issuer::{Listed, Token};
use super::vars::{Var, Vars};
use crate::lists::{self, Asked, Dropped, List, MAX_ROWS};
use crate::rule::{Holds, ListKind};
use crate::secret::{Fingerprint, Secret};

/// The rows of a list as they come in.
pub(super) struct Gathered {
    kind: &'static ListKind,
    asked: Asked,
    list: List,
    tokens: Vec<Token>,
}

impl Gathered {
    pub fn new(kind: &'static ListKind, alias: &str, of_all: bool) -> Self {
        let taken = Timestamp::now();
        Gathered {
            kind,
            asked: Asked {
                server: Some(alias.to_owned()),
                taken: Some(taken),
                complete: of_all,
                sole: false,
                columns: Vec::new(),
            },
            list: List {
                kind,
                server: alias.to_owned(),
                taken: Some(taken),
                complete: kind.holds == Holds::All || of_all && lists::can_be_complete(kind),
                sole: false,
                rows: Vec::new(),
                dropped: Dropped::default(),
                notes: Vec::new(),
            },
            tokens: Vec::new(),
        }
    }

    pub fn incomplete(&mut self, why: String) {
        self.list.complete = false;
        self.note(why);
    }

    fn note(&mut self, note: String) {
        if self.list.notes.len() < 20 && !self.list.notes.contains(&note) {
            self.list.notes.push(note);
        }
    }

    /// Reads one record as its kind of list says, in a document of its own, so that each row is known to be this
    /// record's.
    pub fn take(
        &mut self,
        calls: &ListCalls,
        each: &Vars,
        added: &Map<String, Value>,
        key: Option<String>,
        record: Value,
    ) -> Result<(), String> {
        let mut vars = each.clone();
        for (name, pick) in &calls.keep {
            vars.set(format!("old.{name}"), member(key.as_deref(), &record, pick));
        }
        let values = calls.value.iter();
        let values = values.filter_map(|pointer| record.pointer(pointer)?.as_str());
        let values: Vec<Secret> = values.map(|text| Secret::new(text.as_bytes())).collect();
        let document = document(&calls.items, key, record, added);
        let read = lists::read(self.kind, document.to_string().as_bytes(), &self.asked);
        let read = read.map_err(|error| error.message)?;
        self.list.dropped.secrets += read.dropped.secrets;
        self.list.dropped.guessable += read.dropped.guessable;
        for note in read.notes {
            self.note(note);
        }
        for row in read.rows {
            if self.tokens.len() >= MAX_ROWS {
                return Err(format!("a list has at most {MAX_ROWS} rows"));
            }
            // A record may hold the value before too, which is a row of its own.
            let digest = row.equal.map(|equal| equal.digest);
            let mut own = values.iter();
            let own = own.find(|value| Some(Fingerprint::of_strong(value.expose())) == digest);
            self.tokens.push(Token {
                value: own.cloned(),
                row,
                vars: vars.clone(),
            });
        }
        Ok(())
    }

    /// The list; a token that two pages have, because the list changed between them, is one.
    pub fn finish(mut self) -> Listed {
        let mut seen: HashMap<(String, String), usize> = HashMap::new();
        let tokens = std::mem::take(&mut self.tokens);
        for token in tokens {
            let row = &token.row;
            let at = self.tokens.len();
            if !row.id.is_empty()
                && let Some(before) = seen.insert((row.id.clone(), row.owner.clone()), at)
                && self
                    .tokens
                    .get(before)
                    .is_some_and(|other| other.row == *row)
            {
                seen.insert((row.id.clone(), row.owner.clone()), before);
                continue;
            }
            self.tokens.push(token);
        }
        self.list.rows = self.tokens.iter().map(|token| token.row.clone()).collect();
        Listed {
            list: self.list,
            tokens: self.tokens,
        }
    }
}

/// A document with one record where the driver says that records are.
fn document(items: &str, key: Option<String>, record: Value, added: &Map<String, Value>) -> Value {
    let mut value = match key {
        Some(key) => Value::Object(Map::from_iter([(key, record)])),
        None => Value::Array(vec![record]),
    };
    for name in items
        .split('/')
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        value = Value::Object(Map::from_iter([(name.to_owned(), value)]));
    }
    match &mut value {
        Value::Object(members) => {
            members.extend(added.iter().map(|(k, v)| (k.clone(), v.clone())));
        }
        // A list by itself has nothing around it: what is added stands in the record.
        Value::Array(records) => {
            for record in records {
                if let Value::Object(members) = record {
                    members.extend(added.iter().map(|(k, v)| (k.clone(), v.clone())));
                }
            }
        }
        _ => {}
    }
    value
}

/// A record of a page.
pub(super) struct Entry {
    /// Its name, where records are the members of an object.
    pub key: Option<String>,
    pub record: Value,
}

/// The records of a page.
pub(super) fn records(
    call: &Call,
    answer: &Answer,
    (items, keyed): (&str, bool),
) -> Result<Vec<Entry>, Fault> {
    let bare = |record: &Value| Entry {
        key: None,
        record: record.clone(),
    };
    let json = answer
        .json()
        .ok_or_else(|| Fault::unexpected(call.shown(), "it is no JSON"))?;
    match (json.pointer(items), keyed) {
        (Some(Value::Array(records)), false) => Ok(records.iter().map(bare).collect()),
        (Some(Value::Object(members)), true) => {
            let named = members.iter().map(|(name, record)| Entry {
                key: Some(name.clone()),
                record: record.clone(),
            });
            Ok(named.collect())
        }
        // Some servers write an empty list so.
        (Some(Value::Null), _) => Ok(Vec::new()),
        // A single record.
        (Some(record @ Value::Object(_)), false) => Ok(vec![bare(record)]),
        _ => Err(Fault::unexpected(
            call.shown(),
            "no list stands where it should",
        )),
    }
}

/// What is taken out of a record that may have a name.
pub(super) fn member(key: Option<&str>, record: &Value, pick: &Pick) -> Var {
    match pick.of(key, record) {
        None => Var::Nothing,
        Some(Value::String(text)) => Var::Text(text),
        Some(other) => Var::Json(other),
    }
}
