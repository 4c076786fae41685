//! Algolia's secured API keys: base64 of an HMAC in 64 hexadecimal digits and of the parameters that the
//! key is bound to, as a query. Source: Algolia's documentation of `generateSecuredApiKey`.

use super::{Certainty, Fact, Facts, Field, steps, time, url::Query};
use crate::base64::{Engine, STANDARD};

/// Parameters that narrow what the key may do.
const BOUNDS: [&str; 4] = [
    "restrictIndices",
    "restrictSources",
    "filters",
    "hitsPerPage",
];

pub(super) fn facts(key: &[u8]) -> Vec<Fact> {
    steps::took(key.len());
    let mut facts = Facts::new(Certainty::Certain);
    let Ok(text) = STANDARD.decode(key) else {
        return facts.list;
    };
    let Some((mac, query)) = text.split_at_checked(64) else {
        return facts.list;
    };
    if !mac.iter().all(u8::is_ascii_hexdigit) || !query.contains(&b'=') {
        return facts.list;
    }
    let query = Query::parse(query);
    facts.time(
        Field::Expires,
        query.get("validuntil").and_then(time::digits),
    );
    facts.text(Field::Owner, query.get("usertoken").unwrap_or_default());
    let bounds = BOUNDS.iter().filter_map(|name| {
        let value = query.get(&name.to_ascii_lowercase())?;
        Some([name.as_bytes(), b"=", value].concat())
    });
    facts.text(Field::Scope, bounds.collect::<Vec<_>>().join(&b' '));
    facts.list
}
