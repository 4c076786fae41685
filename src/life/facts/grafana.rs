//! Grafana's tokens that hold JSON in base64: `glc_…` of Grafana Cloud (`o` organization, `n` name, `m.r`
//! region) and the old keys (`n` name, `id` organization). The key itself (`k`) is never a fact.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps};
use crate::detect::checks::json_object;

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    let cloud = token.strip_prefix(b"glc_");
    let Some(claims) = json_object(cloud.unwrap_or(token)) else {
        return facts.list;
    };
    if !claims.get("k").is_some_and(Value::is_string) {
        return facts.list;
    }
    let name = claims.get("n").and_then(Value::as_str);
    facts.text(Field::Id, name.unwrap_or_default());
    let organization = claims.get(if cloud.is_some() { "o" } else { "id" });
    let organization = match organization {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if !organization.is_empty() {
        facts.text(Field::Account, format!("organization {organization}"));
    }
    let region = claims
        .get("m")
        .and_then(|m| m.get("r"))
        .and_then(Value::as_str);
    if let Some(region) = region {
        facts.text(Field::Scope, format!("region {region}"));
    }
    facts.list
}
