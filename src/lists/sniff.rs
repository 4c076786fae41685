//! Which kind of list something looks like: for whoever gave the wrong name.

use std::io::BufRead;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::kinds;
use super::point::Record;
use crate::rule::{ListFormat, ListRead};

/// The kind whose records look like those of `value`: a record, a list of them, or a document that holds one. Of several
/// the one that asks for most.
pub(super) fn looks_like(value: &Value) -> Option<&'static str> {
    let mut best = None;
    for kind in kinds() {
        for read in kind.reads.iter().filter(|read| !read.needs.is_empty()) {
            let depth = read.needs.len();
            if fits(value, read) && best.is_none_or(|(most, _)| depth > most) {
                best = Some((depth, kind.id.as_ref()));
            }
        }
    }
    best.map(|(_, id)| id)
}

fn fits(value: &Value, read: &ListRead) -> bool {
    let outer = Map::new();
    let is = |value: &Value| {
        let record = Record {
            value,
            outer: &outer,
        };
        value.is_object() && read.needs.iter().all(|pointer| record.has(pointer))
    };
    let first = |value: &Value| match value {
        Value::Array(all) => all.first().is_some_and(is),
        Value::Object(members) if read.keyed => members.values().next().is_some_and(is),
        value => is(value),
    };
    let inside = read
        .each
        .iter()
        .filter_map(|pointer| value.pointer(pointer));
    first(value) || inside.into_iter().any(first)
}

/// The first document of a file whose kind is not the one that was named, as far as it is small.
pub(super) fn first_value(format: ListFormat, input: &mut impl BufRead) -> Option<Value> {
    const MAX: u64 = 4 << 20;
    match format {
        ListFormat::Json => {
            let mut from = serde_json::Deserializer::from_reader(std::io::Read::take(input, MAX));
            Value::deserialize(&mut from).ok()
        }
        ListFormat::Csv => {
            let mut head = String::new();
            std::io::Read::take(input, MAX).read_line(&mut head).ok()?;
            let names = head.trim().split([',', ';', '\t']);
            let names = names.map(|name| (name.trim().trim_matches('"').to_owned(), Value::Null));
            Some(Value::Object(names.collect()))
        }
        ListFormat::Acl => None,
    }
}
