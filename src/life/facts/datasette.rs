//! Datasette's signed tokens: `dstok_<base64 JSON>.<signature>`. `a` is the actor, `t` when it was made, `d`
//! how many seconds it lives, `_r` what it is restricted to. Source: Datasette's documentation of API tokens.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::json_object;

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Certain);
    let Some(rest) = token.strip_prefix(b"dstok_") else {
        return facts.list;
    };
    // A payload that starts with a dot is compressed, and is left alone.
    let mut parts = rest.split(|&b| b == b'.');
    let claims = parts.next().and_then(json_object);
    let (Some(claims), Some([_, ..])) = (claims, parts.next()) else {
        return facts.list;
    };
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    let issued = number("t").and_then(time::number);
    facts.time(Field::Issued, issued);
    match (number("t"), number("d")) {
        (Some(start), Some(life)) => facts.time(Field::Expires, time::number(start + life)),
        (Some(_), None) => facts.never(),
        _ => {}
    }
    let actor = claims.get("a").and_then(Value::as_str);
    facts.text(Field::Owner, actor.unwrap_or_default());
    match claims.get("_r") {
        Some(limits) => facts.text(Field::Scope, limits.to_string()),
        None => facts.text(Field::Scope, "all that its owner may do"),
    }
    facts.list
}
