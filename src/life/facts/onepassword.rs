//! 1Password's service account tokens: `ops_<base64 JSON>` with the address to sign in at and the account's
//! e-mail address. All else in it is secret.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps};
use crate::detect::checks::json_object;

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    let claims = token.strip_prefix(b"ops_").and_then(json_object);
    let Some(claims) = claims else {
        return facts.list;
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    facts.text(Field::Issuer, text("signInAddress"));
    facts.text(Field::Owner, text("email"));
    facts.list
}
