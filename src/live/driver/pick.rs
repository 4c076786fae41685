//! What is taken out of a record or an answer, to be used in a later request.

use serde::Deserialize;
use serde_json::Value;
use toml::Table;

use crate::base64::{Engine as _, STANDARD};

/// A JSON pointer, and what is done with that which stands there.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "toml::Value")]
pub struct Pick {
    /// The pointer. `/__key` is the name of a record that is a member of an object.
    pub at: String,
    /// Of a list of texts the one that begins so, without that beginning.
    find: Option<String>,
    /// A text is a list of parts with this between them.
    split: Option<String>,
    /// The text is base64 of the value.
    base64: bool,
}

impl TryFrom<toml::Value> for Pick {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Written {
            at: String,
            find: Option<String>,
            split: Option<String>,
            #[serde(default)]
            base64: bool,
        }
        let table = match value {
            toml::Value::String(at) => Table::from_iter([("at".to_owned(), at.into())]),
            toml::Value::Table(table) => table,
            _ => return Err("a JSON pointer is a text, or a table with `at`".into()),
        };
        let written: Written = super::typed::into(table)?;
        super::typed::pointers([&written.at])?;
        Ok(Pick {
            at: written.at,
            find: written.find,
            split: written.split,
            base64: written.base64,
        })
    }
}

impl Pick {
    /// What it takes out of a record, which has a name where records are members of an object.
    pub(in crate::live) fn of(&self, key: Option<&str>, record: &Value) -> Option<Value> {
        let found = match (self.at.as_str(), key) {
            ("/__key", Some(key)) => Value::from(key),
            (at, _) => record.pointer(at).filter(|value| !value.is_null())?.clone(),
        };
        let found = match &self.find {
            None => found,
            Some(start) => {
                let texts = found.as_array()?.iter().filter_map(Value::as_str);
                Value::from(
                    texts
                        .filter_map(|text| text.strip_prefix(start.as_str()))
                        .next()?,
                )
            }
        };
        let found = match (self.base64, found.as_str()) {
            (false, _) => found,
            (true, text) => {
                let bytes = STANDARD.decode(text?).ok()?;
                Value::from(String::from_utf8(bytes).ok()?)
            }
        };
        Some(match (&self.split, found.as_str()) {
            (Some(between), Some(text)) => text.split(between.as_str()).collect(),
            _ => found,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pick(text: &str, record: &Value) -> Option<Value> {
        let table: toml::Table = text.parse().expect("TOML");
        let pick: Pick = table["pick"].clone().try_into().expect("a pick");
        pick.of(Some("key"), record)
    }

    #[test]
    fn parts_of_a_record_are_taken() {
        let record = json!({"a": ["x=1", "allowed=read,write"], "b": "aGk=", "c": null, "d": 7});
        let all = [
            ("pick = '/__key'", Some(json!("key"))),
            ("pick = '/d'", Some(json!(7))),
            ("pick = '/c'", None),
            ("pick = '/none'", None),
            (
                "pick = { at = '/a', find = 'allowed=' }",
                Some(json!("read,write")),
            ),
            (
                "pick = { at = '/a', find = 'allowed=', split = ',' }",
                Some(json!(["read", "write"])),
            ),
            ("pick = { at = '/a', find = 'none=' }", None),
            ("pick = { at = '/d', find = 'none=' }", None),
            ("pick = { at = '/b', base64 = true }", Some(json!("hi"))),
            ("pick = { at = '/d', base64 = true }", None),
        ];
        for (text, expected) in all {
            assert_eq!(pick(text, &record), expected, "{text}");
        }
        for bad in ["pick = 7", "pick = 'a'", "pick = { at = '/a', fnd = 'x' }"] {
            let table: toml::Table = bad.parse().expect("TOML");
            assert!(table["pick"].clone().try_into::<Pick>().is_err(), "{bad}");
        }
    }
}
