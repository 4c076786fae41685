//! Texts of the claims of a token.

use serde_json::{Map, Value};

use super::{Facts, Field, steps};

/// The first `most` of the named claims that there are, each as one text; lists are joined.
pub(super) fn texts(
    facts: &mut Facts,
    field: Field,
    claims: &Map<String, Value>,
    names: &[&str],
    most: usize,
) {
    let found = names.iter().filter_map(|name| match claims.get(*name)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(list) => {
            steps::took(list.len());
            let words: Vec<&str> = list.iter().filter_map(Value::as_str).take(64).collect();
            Some(words.join(" "))
        }
        _ => None,
    });
    for text in found.filter(|text| !text.is_empty()).take(most) {
        facts.text(field, text);
    }
}
