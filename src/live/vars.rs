//! Values with names, and the templates of drivers that are filled with them: `/users/{owner}/tokens`.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::secret::Secret;

/// What stands as it is in a part of a path or a query (RFC 3986, unreserved).
pub(super) const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// One value.
#[derive(Clone, Debug)]
pub enum Var {
    /// A text that may be shown.
    Text(String),
    /// A secret.
    Secret(Secret),
    /// A number, which JSON writes as one.
    Number(i64),
    /// Several texts, which JSON writes as a list and everything else with commas.
    List(Vec<String>),
    /// JSON that a server gave, which goes back as it is.
    Json(Value),
    /// Known not to be there; JSON leaves the member out.
    Nothing,
}

impl Var {
    /// The text of what is no secret.
    pub(super) fn shown(&self) -> Option<String> {
        match self {
            Var::Secret(_) => None,
            other => other.text(),
        }
    }

    fn text(&self) -> Option<String> {
        match self {
            Var::Text(text) => Some(text.clone()),
            Var::Secret(secret) => String::from_utf8(secret.expose().to_vec()).ok(),
            Var::Number(number) => Some(number.to_string()),
            Var::List(texts) => Some(texts.join(",")),
            Var::Json(Value::String(text)) => Some(text.clone()),
            Var::Json(Value::Null) | Var::Nothing => None,
            Var::Json(value) => Some(value.to_string()),
        }
    }

    fn json(&self) -> Option<Value> {
        match self {
            Var::Text(text) => Some(Value::String(text.clone())),
            Var::Secret(_) => self.text().map(Value::String),
            Var::Number(number) => Some(Value::from(*number)),
            Var::List(texts) => Some(texts.iter().cloned().map(Value::String).collect()),
            Var::Json(value) => Some(value.clone()),
            Var::Nothing => None,
        }
    }
}

/// Values by their names.
#[derive(Clone, Debug, Default)]
pub struct Vars(BTreeMap<String, Var>);

impl Vars {
    /// Sets a value, instead of one of the same name.
    pub fn set(&mut self, name: impl Into<String>, value: Var) {
        self.0.insert(name.into(), value);
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&Var> {
        self.0.get(name)
    }

    /// The value of a name, as text.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).and_then(Var::text)
    }

    /// These values and others, which win.
    pub fn and(&self, others: &Vars) -> Vars {
        let mut all = self.clone();
        all.0
            .extend(others.0.iter().map(|(k, v)| (k.clone(), v.clone())));
        all
    }

    /// Fills a template for a header or a form: the values as they are.
    ///
    /// # Errors
    /// A value is not there.
    pub fn fill(&self, template: &str) -> Result<String, String> {
        self.filled(template, |_, text| Ok(text))
    }

    /// Fills a template for a member of a form; nothing where it is one value alone, its name ends with `?`, and the
    /// value is not there.
    ///
    /// # Errors
    /// A value is not there.
    pub fn fill_member(&self, template: &str) -> Result<Option<String>, String> {
        match optional(template) {
            Some(name) => Ok(self.text(name)),
            None => self.fill(template).map(Some),
        }
    }

    /// Fills a template for a path with its query: each value is one part of it.
    ///
    /// # Errors
    /// A value is not there, is empty, or is `.` or `..`, which would be another path.
    pub fn fill_path(&self, template: &str) -> Result<String, String> {
        self.filled(template, |name, text| match text.as_str() {
            "" => Err(format!("`{{{name}}}` is empty")),
            "." | ".." => Err(format!("`{{{name}}}` would change the path")),
            _ => Ok(utf8_percent_encode(&text, UNRESERVED).to_string()),
        })
    }

    /// Fills the texts of JSON. A text that is one template alone becomes the value with its type; a member whose
    /// value is not there is left out where its template ends with `?`.
    ///
    /// # Errors
    /// A value is not there.
    pub fn fill_json(&self, template: &Value) -> Result<Value, String> {
        Ok(match template {
            Value::String(text) => match alone(text) {
                Some(name) => {
                    let value = self.get(name).ok_or_else(|| missing(name))?;
                    value.json().unwrap_or(Value::Null)
                }
                None => Value::String(self.fill(text)?),
            },
            Value::Array(items) => {
                let items: Result<Vec<Value>, String> =
                    items.iter().map(|item| self.fill_json(item)).collect();
                Value::Array(items?)
            }
            Value::Object(members) => {
                let mut filled = Map::new();
                for (name, member) in members {
                    if let Some(var) = member.as_str().and_then(optional) {
                        if let Some(value) = self.get(var).and_then(Var::json) {
                            filled.insert(name.clone(), value);
                        }
                        continue;
                    }
                    filled.insert(name.clone(), self.fill_json(member)?);
                }
                Value::Object(filled)
            }
            other => other.clone(),
        })
    }

    fn filled(
        &self,
        template: &str,
        dress: impl Fn(&str, String) -> Result<String, String>,
    ) -> Result<String, String> {
        let mut out = String::new();
        for part in parts(template)? {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name(name) => {
                    if let Some(name) = name.strip_suffix('?') {
                        // What need not be there is an empty part of a query.
                        if let Some(text) = self.text(name).filter(|text| !text.is_empty()) {
                            out.push_str(&dress(name, text)?);
                        }
                        continue;
                    }
                    let text = self.text(name).ok_or_else(|| missing(name))?;
                    out.push_str(&dress(name, text)?);
                }
            }
        }
        Ok(out)
    }
}

fn missing(name: &str) -> String {
    format!("`{{{name}}}` is not known here")
}

/// A piece of a template.
enum Part<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// The pieces of a template.
fn parts(template: &str) -> Result<Vec<Part<'_>>, String> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(open) = rest.find(['{', '}']) {
        let close = rest[open..].find('}').map(|at| open + at);
        let name = match close {
            Some(close) if close > open => &rest[open + 1..close],
            _ => return Err(format!("`{template}` has a brace without its partner")),
        };
        if !is_name(name) {
            return Err(format!("`{template}` has braces around what is no name"));
        }
        if open > 0 {
            parts.push(Part::Text(&rest[..open]));
        }
        parts.push(Part::Name(name));
        rest = &rest[open + name.len() + 2..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('?').unwrap_or(name);
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_'))
}

/// The name of a template that is nothing but one value.
fn alone(template: &str) -> Option<&str> {
    let name = template.strip_prefix('{')?.strip_suffix('}')?;
    is_name(name).then_some(name)
}

/// The name of a template that is nothing but one value which need not be there.
fn optional(template: &str) -> Option<&str> {
    alone(template)?.strip_suffix('?')
}

/// The names that a template asks for.
///
/// # Errors
/// It is none.
pub(super) fn names(template: &str) -> Result<Vec<&str>, String> {
    let names = parts(template)?.into_iter().filter_map(|part| match part {
        Part::Name(name) => Some(name.trim_end_matches('?')),
        Part::Text(_) => None,
    });
    Ok(names.collect())
}

/// The names that the templates inside JSON ask for.
///
/// # Errors
/// One is no template.
pub(super) fn names_in(value: &Value) -> Result<Vec<&str>, String> {
    Ok(match value {
        Value::String(text) => names(text)?,
        Value::Array(items) => {
            let all: Result<Vec<Vec<&str>>, String> = items.iter().map(names_in).collect();
            all?.concat()
        }
        Value::Object(members) => {
            let all: Result<Vec<Vec<&str>>, String> = members.values().map(names_in).collect();
            all?.concat()
        }
        _ => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn vars() -> Vars {
        let mut vars = Vars::default();
        vars.set("owner", Var::Text("ann/b c".into()));
        vars.set("seconds", Var::Number(60));
        vars.set("scope", Var::List(vec!["a".into(), "b".into()]));
        vars.set("end", Var::Nothing);
        vars.set("up", Var::Text("..".into()));
        vars.set("none", Var::Text(String::new()));
        vars
    }

    #[test]
    fn a_value_stays_one_part_of_a_path() {
        let vars = vars();
        assert_eq!(
            vars.fill_path("/u/{owner}/t?for={seconds}").as_deref(),
            Ok("/u/ann%2Fb%20c/t?for=60")
        );
        for bad in [
            "/u/{up}/t",
            "/u/{none}",
            "/u/{other}",
            "/u/{",
            "/u/}",
            "/u/{A}",
        ] {
            assert!(vars.fill_path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn json_keeps_types_and_leaves_out_what_is_not_there() {
        let filled = vars().fill_json(&json!({
            "in": "{seconds}", "scopes": "{scope}", "note": "for {owner}", "end": "{end?}", "gone": "{gone?}", "n": 1
        }));
        assert_eq!(
            filled,
            Ok(json!({"in": 60, "scopes": ["a", "b"], "note": "for ann/b c", "n": 1}))
        );
        assert!(vars().fill_json(&json!({"a": "{gone}"})).is_err());
    }
}
