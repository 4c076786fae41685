//! PASETO (Platform-Agnostic Security Tokens): the claims of a public token are clear and signed; their dates are
//! ISO 8601. A local one is encrypted and tells nothing. Source: the specification of PASETO.

use serde_json::{Map, Value};

use super::{Certainty, Fact, Facts, Field, steps, time};
use crate::base64::{Engine, URL};

/// How many bytes the signature behind the claims has, by version.
fn signature(version: &[u8]) -> Option<usize> {
    Some(match version {
        b"v1" => 256,
        b"v2" | b"v4" => 64,
        b"v3" => 96,
        _ => return None,
    })
}

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Certain);
    let Some(claims) = claims(token) else {
        return facts.list;
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    for (field, name) in [
        (Field::Expires, "exp"),
        (Field::NotBefore, "nbf"),
        (Field::Issued, "iat"),
    ] {
        facts.time(field, time::iso(text(name).as_bytes()));
    }
    for (field, name) in [
        (Field::Issuer, "iss"),
        (Field::Owner, "sub"),
        (Field::Audience, "aud"),
    ] {
        facts.text(field, text(name));
    }
    facts.list
}

fn claims(token: &[u8]) -> Option<Map<String, Value>> {
    let mut parts = token.split(|&b| b == b'.');
    let behind = signature(parts.next()?)?;
    if parts.next()? != b"public" {
        return None;
    }
    let bytes = URL.decode(parts.next()?).ok()?;
    let message = bytes.get(..bytes.len().checked_sub(behind)?)?;
    serde_json::from_slice(message).ok()
}
