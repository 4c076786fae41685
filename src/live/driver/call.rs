//! Requests as drivers write them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use toml::Table;

use super::super::answer::Answer;
use super::super::http::Request;
use super::super::vars::{Vars, names, names_in};
use super::fits::Fits;
use super::pick::Pick;
use super::typed::into;

/// The methods, by the keys that name them.
const METHODS: [(&str, &str); 5] = [
    ("get", "GET"),
    ("post", "POST"),
    ("put", "PUT"),
    ("patch", "PATCH"),
    ("delete", "DELETE"),
];

/// One request: the method with its path, a body, and which statuses are success.
#[derive(Clone, Debug)]
pub struct Call {
    method: &'static str,
    path: String,
    json: Option<Value>,
    form: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    /// Statuses that are success; each of 200 to 299 where the driver names none.
    ok: Vec<u16>,
    /// Answers that are a failure all the same: some servers say everything with 200.
    fails: Vec<Fits>,
}

/// The method of a request in a table, and its path.
fn method_and_path(table: &mut Table) -> Result<(&'static str, String), String> {
    let mut found = None;
    for (key, method) in METHODS {
        let Some(path) = table.remove(key) else {
            continue;
        };
        let path = path.as_str().map(str::to_owned);
        let path = path.filter(|path| path.starts_with('/'));
        let path = path.ok_or_else(|| format!("`{key}` is a path that begins with a slash"))?;
        if found.replace((method, path)).is_some() {
            return Err("there are two requests in one table".into());
        }
    }
    let (method, path) =
        found.ok_or("there is no request: write get, post, put, patch or delete")?;
    // The host is the configured one: `//elsewhere.example/` would be another.
    if path.starts_with("//") || path.contains('\\') || path.contains('#') {
        return Err(format!("`{path}` is no path of the server"));
    }
    // A part that is empty would be another path; a query may have empty members.
    let query = path
        .match_indices('?')
        .find(|(at, _)| !path[at + 1..].starts_with('}'));
    let before_query = query.map_or(path.as_str(), |(at, _)| &path[..at]);
    if before_query.contains("?}") {
        return Err(format!(
            "`{path}`: what stands before the query has to be there"
        ));
    }
    Ok((method, path))
}

impl Call {
    /// Takes the keys of a request out of a table.
    ///
    /// # Errors
    /// There is no request, or two, or a template in it is none.
    pub(in crate::live) fn take(table: &mut Table) -> Result<Call, String> {
        let (method, path) = method_and_path(table)?;
        #[derive(Deserialize)]
        struct Rest {
            json: Option<Value>,
            #[serde(default)]
            form: BTreeMap<String, String>,
            #[serde(default)]
            headers: BTreeMap<String, String>,
            #[serde(default)]
            ok: Vec<u16>,
            #[serde(default)]
            fails: Vec<Fits>,
        }
        let own = ["json", "form", "headers", "ok", "fails"];
        let own: Table = own
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), table.remove(key)?)))
            .collect();
        let rest: Rest = into(own)?;
        if let Some(fault) = rest.fails.iter().find_map(Fits::fault) {
            return Err(fault);
        }
        let call = Call {
            method,
            path,
            json: rest.json,
            form: rest.form,
            headers: rest.headers,
            ok: rest.ok,
            fails: rest.fails,
        };
        call.names()?;
        Ok(call)
    }

    /// The names of the values that it asks for.
    ///
    /// # Errors
    /// A template is none.
    pub(super) fn names(&self) -> Result<Vec<&str>, String> {
        let mut all = names(&self.path)?;
        if let Some(json) = &self.json {
            all.extend(names_in(json)?);
        }
        for text in self.form.values().chain(self.headers.values()) {
            all.extend(names(text)?);
        }
        Ok(all)
    }

    /// Whether a status is success.
    pub fn is_ok(&self, status: u16) -> bool {
        match self.ok.is_empty() {
            true => (200..300).contains(&status),
            false => self.ok.contains(&status),
        }
    }

    /// Whether an answer says in its body that nothing was done.
    pub(in crate::live) fn failed(&self, answer: &Answer) -> bool {
        self.fails.iter().any(|fits| fits.holds(answer))
    }

    /// How it is called in messages: with its templates, not with what fills them.
    pub fn shown(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The request for these values.
    ///
    /// # Errors
    /// A value is not there, or would be another path.
    pub(in crate::live) fn request(
        &self,
        vars: &Vars,
        auth: Vec<(String, String)>,
    ) -> Result<Request, String> {
        let mut headers = auth;
        for (name, template) in &self.headers {
            headers.push((name.clone(), vars.fill(template)?));
        }
        let body = match (&self.json, self.form.is_empty()) {
            (Some(json), _) => {
                let filled = vars.fill_json(json)?.to_string();
                Some(("application/json", filled.into_bytes()))
            }
            (None, false) => {
                let mut pairs = Vec::new();
                for (name, template) in &self.form {
                    let Some(value) = vars.fill_member(template)? else {
                        continue;
                    };
                    pairs.push(format!("{}={}", form_text(name), form_text(&value)));
                }
                let text = pairs.join("&").into_bytes();
                Some(("application/x-www-form-urlencoded", text))
            }
            (None, true) => None,
        };
        Ok(Request {
            method: self.method,
            path: vars.fill_path(&self.path)?,
            shown: self.shown(),
            headers,
            body,
        })
    }
}

/// A text as a part of a form.
fn form_text(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A request, and what of its answer is kept by which names.
#[derive(Clone, Debug)]
pub struct Step {
    /// The request.
    pub call: Call,
    /// By name what is taken out of the answer.
    pub keep: BTreeMap<String, Pick>,
}

impl Step {
    /// Takes a step out of a table, which has to be empty then.
    pub(super) fn take(mut table: Table) -> Result<Step, String> {
        let step = Step::some(&mut table)?;
        match table.keys().next() {
            None => Ok(step),
            Some(key) => Err(format!("there is no key `{key}` here")),
        }
    }

    /// Takes the keys of a step out of a table.
    pub(super) fn some(table: &mut Table) -> Result<Step, String> {
        let call = Call::take(table)?;
        let keep: BTreeMap<String, Pick> = match table.remove("keep") {
            None => BTreeMap::new(),
            Some(keep) => keep
                .try_into()
                .map_err(|error: toml::de::Error| error.message().replace('\n', " "))?,
        };
        Ok(Step { call, keep })
    }
}
