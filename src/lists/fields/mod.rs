//! From a record to a row, by the description of its kind.

mod row;

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher};

use serde_json::{Map, Value};

use super::member::is_said;
use super::point::Record;
use super::{Asked, Dropped, List, MAX_ROWS, Row, State, Unreadable, can_be_complete, sniff};
use crate::rule::{Holds, ListField, ListFormat, ListFrom, ListKind, ListRead};

/// Sentences about a list that are kept; the others are counted.
const MAX_NOTES: usize = 20;

/// Makes rows of records.
pub(super) struct Mapper {
    reads: Cow<'static, [ListRead]>,
    list: List,
    /// By id and owner the number of the row that has them, to see the second one.
    seen: HashMap<u64, usize>,
    /// Records so far, which are not rows: one may make several, or none.
    records: u64,
    /// Rows with a time without a zone.
    zoneless: u64,
    /// Hashes that are of a kind which is not compared.
    other_hashes: u64,
    notes_left_out: u64,
    /// Rows that are taken.
    pub(super) most: usize,
    /// The last document says that there is more.
    more: bool,
}

impl Mapper {
    pub(super) fn new(kind: &'static ListKind, asked: &Asked) -> Self {
        let server = asked.server.clone().unwrap_or_else(|| kind.id.to_string());
        let complete = kind.holds == Holds::All || asked.complete && can_be_complete(kind);
        Mapper {
            reads: with_columns(&kind.reads, &asked.columns),
            list: List {
                kind,
                server,
                taken: asked.taken,
                complete,
                sole: asked.sole,
                rows: Vec::new(),
                dropped: Dropped::default(),
                notes: Vec::new(),
            },
            seen: HashMap::new(),
            records: 0,
            zoneless: 0,
            other_hashes: 0,
            notes_left_out: 0,
            most: MAX_ROWS,
            more: false,
        }
    }

    /// Whether lists of this kind are written in a format.
    pub(super) fn reads(&self, format: ListFormat) -> bool {
        self.reads.iter().any(|read| read.format == format)
    }

    /// The ways in which records of a format become rows.
    pub(super) fn of(&self, format: ListFormat) -> impl Iterator<Item = &ListRead> {
        self.reads.iter().filter(move |read| read.format == format)
    }

    /// A document without a place for records.
    pub(super) fn nothing_in(&self, document: &Value) -> String {
        let why = "no list stands where it should";
        self.not_of_this_kind(why, Some(document)).message
    }

    /// What is said of a file of another kind, whose first document may tell of which.
    pub(super) fn not_of_this_kind(&self, why: &str, first: Option<&Value>) -> Unreadable {
        let kind = &self.list.kind;
        let hint = match first.and_then(sniff::looks_like) {
            Some(other) if other != kind.id => {
                format!("; it looks like a list of the kind `{other}`")
            }
            _ => String::new(),
        };
        Unreadable::whole(format!(
            "it is no list of the kind `{}` ({}): {why}{hint}",
            kind.id, kind.name
        ))
    }

    /// What a document says besides its records.
    pub(super) fn document(&mut self, format: ListFormat, around: &Map<String, Value>) {
        let value = Value::Object(around.clone());
        let record = Record {
            value: &value,
            outer: around,
        };
        let says_more = |read: &ListRead| {
            !read.more.is_empty() && record.find(&read.more).iter().any(|v| !v.is_null())
        };
        let more = self.of(format).any(says_more);
        self.more = more;
    }

    /// Whether the last document says that there is more than came.
    pub(super) fn says_more(&self) -> bool {
        self.more
    }

    /// The rows so far.
    pub(super) fn rows(&self) -> &[Row] {
        &self.list.rows
    }

    /// It has not every token of the server.
    pub(super) fn incomplete(&mut self, why: String) {
        self.list.complete = false;
        self.note(why);
    }

    /// Takes one record.
    ///
    /// # Errors
    /// It is none of this kind, or one too many.
    pub(super) fn record(
        &mut self,
        format: ListFormat,
        value: &Value,
        outer: &Map<String, Value>,
    ) -> Result<(), String> {
        self.records += 1;
        let mut opened = None;
        let mut fits = false;
        // The descriptions are looked at while rows are added.
        let reads = self.reads.clone();
        for read in reads.iter().filter(|read| read.format == format) {
            let value = match read.inner.strip_prefix('/') {
                Some(member) => &*opened.get_or_insert_with(|| open(value, member)),
                None => value,
            };
            let record = Record { value, outer };
            if !read.needs.iter().all(|pointer| record.has(pointer)) {
                continue;
            }
            fits = true;
            let is_true = |pointer: &str| record.texts(pointer).iter().any(|it| it == "true");
            let left_out = !read.unless.is_empty() && is_true(&read.unless);
            let wanted =
                read.when.is_empty() || record.texts(&read.when).iter().any(|it| is_said(it));
            if wanted && !left_out {
                let row = self.row(read, &record);
                self.push(row)?;
            }
        }
        match fits {
            true => Ok(()),
            false => Err(self.misses(format, value)),
        }
    }

    /// What a record lacks.
    fn misses(&self, format: ListFormat, value: &Value) -> String {
        let needs = self.of(format).flat_map(|read| read.needs.iter());
        let outer = Map::new();
        let record = Record {
            value,
            outer: &outer,
        };
        let missing = needs.filter(|pointer| !record.has(pointer));
        let missing: Vec<&str> = missing
            .map(|pointer| pointer.trim_start_matches('/'))
            .collect();
        let what = match value {
            Value::Object(_) => format!("has no `{}`", missing.first().unwrap_or(&"record")),
            _ => "is no object".to_owned(),
        };
        let why = format!("row {} {what}", self.records);
        self.not_of_this_kind(&why, Some(value)).message
    }

    fn push(&mut self, row: Row) -> Result<(), String> {
        if self.list.rows.len() >= self.most {
            return Err(format!(
                "row {}: a list has at most {} rows; give it in parts",
                self.records, self.most
            ));
        }
        if !row.id.is_empty() {
            let mut hasher = DefaultHasher::new();
            (&row.id, &row.owner).hash(&mut hasher);
            match self.seen.entry(hasher.finish()) {
                Entry::Vacant(place) => {
                    place.insert(self.list.rows.len() + 1);
                }
                Entry::Occupied(place) => {
                    let first = *place.get();
                    self.note(format!(
                        "row {}: row {first} has the same id; both are kept, and nothing is joined by it",
                        self.records
                    ));
                }
            }
        }
        self.list.rows.push(row);
        Ok(())
    }

    /// Something to be known about the list.
    pub(super) fn note(&mut self, text: String) {
        match self.list.notes.len() < MAX_NOTES {
            true => self.list.notes.push(text),
            false => self.notes_left_out += 1,
        }
    }

    /// The list.
    pub(super) fn finish(mut self) -> List {
        for row in &mut self.list.rows {
            let past = |taken| row.expires.at().is_some_and(|end| end <= taken);
            if row.state == State::Active && self.list.taken.is_some_and(past) {
                row.state = State::Expired;
            }
        }
        let mut last = Vec::new();
        if self.notes_left_out > 0 {
            last.push(format!("and {} more like these", self.notes_left_out));
        }
        if self.zoneless > 0 {
            last.push(format!(
                "{} rows have times without a zone, which are taken for UTC",
                self.zoneless
            ));
        }
        if self.other_hashes > 0 {
            last.push(format!(
                "{} hashes are of a kind that is not compared",
                self.other_hashes
            ));
        }
        if self.more {
            self.list.complete = false;
            last.push(
                "the last page says that there are more: the list is not complete".to_owned(),
            );
        }
        self.list.notes.append(&mut last);
        self.list
    }
}

/// The columns that the user named in the place of the description's.
fn with_columns(
    reads: &'static [ListRead],
    columns: &[(ListField, String)],
) -> Cow<'static, [ListRead]> {
    if columns.is_empty() {
        return Cow::Borrowed(reads);
    }
    let mut reads = reads.to_vec();
    for read in reads
        .iter_mut()
        .filter(|read| read.format == ListFormat::Csv)
    {
        for (field, from) in read.fields.to_mut() {
            let named: Vec<ListFrom> = columns
                .iter()
                .filter(|(named, _)| named == field)
                .map(|(_, column)| ListFrom {
                    at: format!("/{}", table_key(column)).into(),
                    ..from.first().cloned().unwrap_or_default()
                })
                .collect();
            if !named.is_empty() {
                *from = Cow::Owned(named);
            }
        }
        let needs = columns
            .iter()
            .map(|(_, column)| format!("/{}", table_key(column)).into());
        read.needs = Cow::Owned(needs.collect());
    }
    Cow::Owned(reads)
}

/// A name of a column as a part of a pointer, which has no slash in it.
pub(super) fn table_key(column: &str) -> String {
    column.trim().replace('/', "∕")
}

/// The record with the member `name` opened, whose text is JSON itself.
fn open(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    let inner = value.get(name).and_then(Value::as_str);
    let inner = inner.and_then(|text| serde_json::from_str::<Value>(text).ok());
    if let (Some(inner), Some(members)) = (inner, value.as_object_mut()) {
        members.insert(name.to_owned(), inner);
    }
    value
}
