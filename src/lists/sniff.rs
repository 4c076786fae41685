//! Which kind of list something looks like: for whoever gave the wrong name.

use serde_json::{Map, Value};

use super::kinds;
use super::point::Record;
use crate::rule::ListRead;

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
