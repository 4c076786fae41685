//! Macaroons in the binary form v2: PyPI's and devpi's. Each caveat narrows what the token may do, and its
//! signature covers them, so what they say is certain.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::detect::checks::{Macaroon, macaroon};

/// Most caveats that are read.
const CAVEATS: usize = 64;

/// PyPI: caveats are JSON, `[0, end, start]`, `[1, [names]]`, `[2, [ids]]`, `[3, user]`, `[4, publisher]`; the
/// older form is `{"version": 1, "permissions": "user" or {"projects": […]}}`. Source: pypi/warehouse
/// `warehouse/macaroons/caveats/__init__.py`.
pub(super) fn pypi(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Certain);
    let Some(macaroon) = token.strip_prefix(b"pypi-").and_then(macaroon) else {
        return facts.list;
    };
    header(&macaroon, &mut facts);
    let mut narrowed = false;
    for caveat in macaroon.caveats.iter().take(CAVEATS) {
        steps::took(caveat.len());
        let Ok(caveat) = serde_json::from_slice::<Value>(caveat) else {
            // It narrows in a way that is not known here.
            narrowed = true;
            continue;
        };
        narrowed |= pypi_caveat(&caveat, &mut facts);
    }
    if !narrowed && macaroon.caveats.len() <= CAVEATS {
        facts.text(Field::Scope, "account-wide");
    }
    facts.list
}

/// Tells one caveat, and says whether it narrows which projects the token is for.
fn pypi_caveat(caveat: &Value, facts: &mut Facts) -> bool {
    let list = |value: Option<&Value>| -> Option<String> {
        let words = value?.as_array()?.iter().take(CAVEATS);
        let words = words.filter_map(|word| word.as_str().map(str::to_owned));
        Some(words.collect::<Vec<_>>().join(" "))
    };
    if let Some(permissions) = caveat.get("permissions") {
        let projects = list(permissions.get("projects"));
        if let Some(projects) = &projects {
            facts.text(Field::Scope, format!("projects {projects}"));
        }
        return permissions != "user";
    }
    let moment = |at: usize| caveat.get(at)?.as_f64().and_then(time::number);
    match caveat.get(0).and_then(Value::as_u64) {
        Some(0) => {
            facts.time(Field::Expires, moment(1));
            facts.time(Field::NotBefore, moment(2));
            false
        }
        Some(1) => {
            let names = list(caveat.get(1)).unwrap_or_default();
            facts.text(Field::Scope, format!("projects {names}"));
            true
        }
        Some(2) => {
            let ids = list(caveat.get(1)).unwrap_or_default();
            facts.text(Field::Scope, format!("projects {ids}"));
            true
        }
        Some(3) => {
            let user = caveat.get(1).and_then(Value::as_str).unwrap_or_default();
            if !user.is_empty() {
                facts.text(Field::Owner, format!("user {user}"));
            }
            false
        }
        Some(4) => {
            let publisher = caveat.get(1).and_then(Value::as_str).unwrap_or_default();
            facts.text(Field::Owner, format!("trusted publisher {publisher}"));
            true
        }
        _ => true,
    }
}

/// devpi: caveats are text, `expires=<seconds>`, `not_before=<seconds>`, `allowed=…`, `indexes=…`, `projects=…`; the
/// identifier is `<user>-<id>`. Source: the documentation of devpi-tokens.
pub(super) fn devpi(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Certain);
    let Some(macaroon) = token.strip_prefix(b"devpi-").and_then(macaroon) else {
        return facts.list;
    };
    let mut narrowed = false;
    for caveat in macaroon.caveats.iter().take(CAVEATS) {
        steps::took(caveat.len());
        let Some(at) = caveat.iter().position(|&b| b == b'=') else {
            narrowed = true;
            continue;
        };
        match (&caveat[..at], &caveat[at + 1..]) {
            (b"expires", b"never") => facts.never(),
            (b"expires", end) => facts.time(Field::Expires, time::digits(end)),
            (b"not_before", start) => facts.time(Field::NotBefore, time::digits(start)),
            _ => {
                narrowed = true;
                facts.text(Field::Scope, caveat);
            }
        }
    }
    if !narrowed && macaroon.caveats.len() <= CAVEATS {
        facts.text(Field::Scope, "all that its user may do");
    }
    let id = &macaroon.identifier;
    if let Some(at) = id.iter().rposition(|&b| b == b'-') {
        facts.text(Field::Owner, &id[..at]);
        facts.text(Field::Id, &id[at + 1..]);
    }
    facts.list
}

fn header(macaroon: &Macaroon, facts: &mut Facts) {
    facts.text(Field::Issuer, &macaroon.location);
    facts.text(Field::Id, &macaroon.identifier);
}
