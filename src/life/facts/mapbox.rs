//! Mapbox: `{pk,sk,tk}.<base64 JSON>.<signature>`; `u` is the account, `a` the id of the token, `exp` the end of a
//! temporary one. Source: Mapbox's documentation of tokens.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::json_object;

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Certain);
    let mut parts = token.split(|&b| b == b'.');
    let kind = match parts.next() {
        Some(b"pk") => "public",
        Some(b"sk") => "secret",
        Some(b"tk") => "temporary",
        _ => return facts.list,
    };
    let Some(claims) = parts.next().and_then(json_object) else {
        return facts.list;
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let end = claims.get("exp").and_then(Value::as_f64);
    facts.time(Field::Expires, end.and_then(time::number));
    facts.text(Field::Owner, text("u"));
    facts.text(Field::Id, text("a"));
    facts.text(Field::Scope, kind);
    facts.list
}
