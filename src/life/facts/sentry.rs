//! Sentry's organisation tokens: `sntrys_<base64 JSON>_<secret>`. Source: getsentry
//! `orgauthtoken_token.py`.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::json_object;

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let Some(rest) = token.strip_prefix(b"sntrys_") else {
        return Vec::new();
    };
    let end = rest.iter().rposition(|&b| b == b'_').unwrap_or(rest.len());
    let Some(claims) = rest.get(..end).and_then(json_object) else {
        return Vec::new();
    };
    let mut facts = Facts::new(Certainty::Stated);
    let issued = claims.get("iat").and_then(Value::as_f64);
    facts.time(Field::Issued, issued.and_then(time::number));
    for (field, names) in [
        (Field::Issuer, ["region_url", "url"]),
        (Field::Owner, ["org", "org"]),
    ] {
        let text = names.iter().find_map(|name| claims.get(*name)?.as_str());
        facts.text(field, text.unwrap_or_default());
    }
    facts.list
}
