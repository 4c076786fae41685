//! The tokens of a list, record by record, as the answers of a server bring them.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::driver::{ListCalls, Pick, Records};
use super::fault::Fault;
use super::token::{Listed, Token};
use super::vars::{Var, Vars};
use crate::lists::{Asked, Reader};
use crate::rule::ListKind;
use crate::secret::{Fingerprint, Secret};

/// The tokens of a list as they come in.
pub(super) struct Gathered {
    reader: Reader,
    tokens: Vec<Token>,
    /// Records of pages, for the one that is asked about: one that two of them have, because the list changed between
    /// them, is one.
    seen: HashSet<String>,
}

impl Gathered {
    pub fn new(kind: &'static ListKind, alias: &str, of_all: bool) -> Self {
        let asked = Asked {
            server: Some(alias.to_owned()),
            taken: Some(Timestamp::now()),
            complete: of_all,
            ..Asked::default()
        };
        Gathered {
            reader: Reader::new(kind, &asked),
            tokens: Vec::new(),
            seen: HashSet::new(),
        }
    }

    pub fn incomplete(&mut self, why: String) {
        self.reader.incomplete(why);
    }

    /// What follows is asked about somebody else.
    pub fn next(&mut self) {
        self.seen.clear();
    }

    /// Takes a record. What the driver adds stands around the records, or in the record where nothing is around it.
    pub fn take(
        &mut self,
        calls: &ListCalls,
        each: &Vars,
        added: &Map<String, Value>,
        Entry { key, mut record }: Entry,
    ) -> Result<(), String> {
        let name = key.as_deref().unwrap_or_default();
        if calls.records.pages.is_some() && !self.seen.insert(format!("{name} {record}")) {
            return Ok(());
        }
        let mut vars = each.clone();
        for (name, pick) in &calls.records.keep {
            vars.set(format!("old.{name}"), member(key.as_deref(), &record, pick));
        }
        let values = calls.value.iter();
        let values = values.filter_map(|pointer| record.pointer(pointer)?.as_str());
        let values: Vec<Secret> = values.map(|text| Secret::new(text.as_bytes())).collect();
        if calls.records.items.is_empty()
            && !calls.records.keyed
            && let Value::Object(members) = &mut record
        {
            members.extend(added.clone());
        }
        for row in self.reader.record(key.as_deref(), record, added)? {
            // A record may hold the value before too, which is a row of its own.
            let digest = row.equal.map(|equal| equal.digest);
            let mut own = values.iter();
            let own = own.find(|value| Some(Fingerprint::of_strong(value.expose())) == digest);
            self.tokens.push(Token {
                value: own.cloned(),
                row: row.clone(),
                vars: vars.clone(),
            });
        }
        Ok(())
    }

    /// Takes what the last page says besides its records: it may say that the server has more.
    pub fn last_page(&mut self, answer: &Answer) {
        if let Some(Value::Object(around)) = answer.json()
            && self.reader.page(around)
        {
            self.incomplete(
                "the last page says that there are more: the list is not complete".into(),
            );
        }
    }

    /// The list.
    pub fn finish(self) -> Listed {
        let list = self.reader.finish();
        let mut tokens = self.tokens;
        // Only the whole list knows what is past its end.
        for (token, row) in tokens.iter_mut().zip(&list.rows) {
            token.row.clone_from(row);
        }
        Listed { list, tokens }
    }
}

/// A record of a page.
pub(super) struct Entry {
    /// Its name, where records are the members of an object.
    pub key: Option<String>,
    pub record: Value,
}

/// The records of a page.
pub(super) fn entries(records: &Records, answer: &Answer) -> Result<Vec<Entry>, Fault> {
    let bare = |record: &Value| Entry {
        key: None,
        record: record.clone(),
    };
    let json = answer
        .json()
        .ok_or_else(|| Fault::unexpected(records.call.shown(), "it is no JSON"))?;
    match (json.pointer(&records.items), records.keyed) {
        (Some(Value::Array(all)), false) => Ok(all.iter().map(bare).collect()),
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
            records.call.shown(),
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
