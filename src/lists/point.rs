//! What a JSON pointer finds in a record, and its text.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// Texts of one value that are kept; a list of more scopes than this says nothing that a person reads.
const MAX_TEXTS: usize = 256;

/// A record with what stands around it in its document.
pub(super) struct Record<'a> {
    pub(super) value: &'a Value,
    pub(super) outer: &'a Map<String, Value>,
}

impl<'a> Record<'a> {
    /// The values that `pointer` finds: RFC 6901, and `*` for every element of a list. After `^` it
    /// is a pointer into the members around the records.
    pub(super) fn find(&self, pointer: &str) -> Vec<&'a Value> {
        let Some(outer) = pointer.strip_prefix("^/") else {
            return find(vec![self.value], pointer);
        };
        let (name, rest) = match outer.find('/') {
            Some(at) => outer.split_at(at),
            None => (outer, ""),
        };
        find(self.outer.get(name).into_iter().collect(), rest)
    }

    /// The texts there.
    pub(super) fn texts(&self, pointer: &str) -> Vec<String> {
        let mut out = Vec::new();
        for value in self.find(pointer) {
            texts(value, "", &mut out);
        }
        out
    }

    /// Whether there is anything but null.
    pub(super) fn has(&self, pointer: &str) -> bool {
        !self.find(pointer).is_empty()
    }
}

fn find<'a>(mut values: Vec<&'a Value>, pointer: &str) -> Vec<&'a Value> {
    for part in pointer.split('/').skip(1) {
        // Annotations of Kubernetes have slashes in their names.
        let part = match part.contains('~') {
            true => Cow::Owned(part.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(part),
        };
        let step = |value: &'a Value| -> &'a [Value] {
            match (value, &*part) {
                (Value::Array(all), "*") => all,
                (Value::Object(members), name) => {
                    members.get(name).map_or(&[][..], std::slice::from_ref)
                }
                _ => &[],
            }
        };
        values = values.into_iter().flat_map(step).collect();
    }
    values
}

/// A value as texts: each element of a list, each member of an object with its name. Null and the empty text are none.
fn texts(value: &Value, name: &str, out: &mut Vec<String>) {
    let mut push = |text: &str| {
        if text.is_empty() || out.len() >= MAX_TEXTS {
            return;
        }
        out.push(match name.is_empty() {
            true => text.to_owned(),
            false => format!("{name}:{text}"),
        });
    };
    match value {
        Value::Null => {}
        Value::Bool(true) => push("true"),
        Value::Bool(false) => push("false"),
        Value::Number(number) => push(&number.to_string()),
        Value::String(text) => push(text.trim()),
        Value::Array(all) => all.iter().for_each(|one| texts(one, name, out)),
        Value::Object(members) => {
            for (member, value) in members {
                let name = match name.is_empty() {
                    true => member.clone(),
                    false => format!("{name}.{member}"),
                };
                texts(value, &name, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pointers_find_members_elements_and_what_stands_around() {
        let value = json!({
            "a": { "b": "one", "x.y": 2 }, "list": [{ "c": 1 }, { "c": true }], "no": null,
            "rights": { "repository": { "contents": "read" } },
        });
        let outer = json!({ "login": "ann", "deep": { "er": "x" } });
        let record = Record {
            value: &value,
            outer: outer.as_object().expect("an object"),
        };
        for (pointer, want) in [
            ("/a/b", vec!["one"]),
            ("/a/x.y", vec!["2"]),
            ("/list/*/c", vec!["1", "true"]),
            ("/no", vec![]),
            ("/nothing/here", vec![]),
            ("/rights", vec!["repository.contents:read"]),
            ("^/login", vec!["ann"]),
            ("^/deep/er", vec!["x"]),
        ] {
            assert_eq!(record.texts(pointer), want, "{pointer}");
        }
    }
}
