//! JSON web tokens (RFC 7519): the registered claims, and scope as issuers write it.

use serde_json::{Map, Value};

use super::claims::texts;
use super::{Certainty, Fact, Facts, Field, family, steps, time};
use crate::detect::checks::json_object;

/// Facts of a token; it may stand after a prefix (`ghs_<id>_`).
pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let start = memchr::memmem::find(token, b"eyJ").unwrap_or(0);
    let mut parts = token.get(start..).unwrap_or_default().split(|&b| b == b'.');
    let (Some(header), Some(payload)) = (
        parts.next().and_then(json_object),
        parts.next().and_then(json_object),
    ) else {
        return Vec::new();
    };
    let signed = parts.next().is_some_and(|signature| !signature.is_empty());
    let named = header
        .get("alg")
        .and_then(Value::as_str)
        .is_some_and(|alg| !alg.eq_ignore_ascii_case("none"));
    let mut facts = Facts::new(if signed && named {
        Certainty::Certain
    } else {
        Certainty::Stated
    });
    let family = family::of(&payload);
    if let Some(family) = &family {
        facts.text(Field::Kind, family.name);
    }
    match (payload.contains_key("exp"), &family) {
        (true, _) => facts.time(Field::Expires, moment(&payload, "exp")),
        (false, Some(family)) if family.endless => facts.never(),
        (false, _) => {}
    }
    facts.time(Field::NotBefore, moment(&payload, "nbf"));
    facts.time(Field::Issued, moment(&payload, "iat"));
    texts(&mut facts, Field::Issuer, &payload, &["iss"], 1);
    if let Some(id) = app_id(token) {
        facts.text(Field::Kind, "GitHub App installation");
        facts.text(Field::Id, [b"app ", id].concat());
    }
    if let Some(family) = family {
        family.tell(&payload, &mut facts);
    }
    let has = |facts: &Facts, field| facts.list.iter().any(|fact| fact.field == field);
    if !has(&facts, Field::Owner) {
        let owner = ["sub", "upn", "email", "user_login"];
        texts(&mut facts, Field::Owner, &payload, &owner, 1);
    }
    if !has(&facts, Field::Account) {
        let account = ["tid", "repository", "project_path"];
        texts(&mut facts, Field::Account, &payload, &account, 1);
    }
    let scope = ["scope", "scp", "roles", "role", "permissions", "groups"];
    texts(&mut facts, Field::Scope, &payload, &scope, scope.len());
    texts(&mut facts, Field::Audience, &payload, &["aud"], 1);
    facts.list
}

/// The id of the app in `ghs_<id>_<token>`.
fn app_id(token: &[u8]) -> Option<&[u8]> {
    let rest = token.strip_prefix(b"ghs_")?;
    let end = rest.iter().position(|&b| b == b'_')?;
    let id = rest.get(..end)?;
    let fits = !id.is_empty() && id.iter().all(u8::is_ascii_digit);
    fits.then_some(id)
}

/// A NumericDate; some issuers quote it.
fn moment(claims: &Map<String, Value>, name: &str) -> Option<jiff::Timestamp> {
    match claims.get(name)? {
        Value::Number(number) => time::number(number.as_f64()?),
        Value::String(text) => time::digits(text.as_bytes()),
        _ => None,
    }
}
