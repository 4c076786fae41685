//! The template language.
//!
//! Text stands for itself; `{{` and `}}` are braces. Placeholders:
//!
//! - `{alnum:36}`, and so `hex`, `HEX`, `digit`, `lower`, `upper`, `lowernum`, `uppernum`,
//!   `base32`, `base64`, `base64url`, `word`: that many random characters; `{uuid}`; `{nl}`.
//! - `{b64:INNER}`, `{b64url:INNER}`, `{percent:INNER}`: the inner template, encoded (standard
//!   base64 with padding, URL base64 without; percent: all but unreserved characters).
//! - `{check:NAME:INNER}`: the inner template, completed so that the check passes.
//! - `{jwt:HEADER.PAYLOAD}`: a token that looks signed; both parts are JSON as it stands, or
//!   templates when they begin with `{{`.
//! - `{pem:LABEL}`, `{pem-encrypted:LABEL}`: a private key's block with newlines.
//!
//! Inside a placeholder braces must pair up, which those of JSON and of other placeholders do.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::key;
use super::random::{Random, letters};
use crate::base64::{Engine, STANDARD, URL_BARE};
use crate::detect::checks;
use crate::rule::Check;

/// Longest random stretch.
const LONGEST: usize = 4096;

/// Expands `template`; the same seed gives the same text.
///
/// # Errors
///
/// What is wrong, with its place as a byte offset from 0 into the template.
pub fn expand(template: &str, seed: u64) -> Result<String, String> {
    text(template, 0, &mut Random::new(seed), 0)
}

/// Expands a stretch that starts at `base` of the whole template.
fn text(template: &str, base: usize, random: &mut Random, depth: usize) -> Result<String, String> {
    if depth > 8 {
        return Err(format!("at {base}: placeholders are nested too deep"));
    }
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let place = base + template.len() - from.len();
        if let Some(after) = from.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            out.push('}');
            rest = after;
        } else if from.starts_with('}') {
            return Err(format!(
                "at {place}: `}}` closes nothing; write `}}}}` for a brace"
            ));
        } else {
            let close = closing(from).ok_or_else(|| format!("at {place}: `{{` is not closed"))?;
            let inner = from.get(1..close).unwrap_or_default();
            out.push_str(&placeholder(inner, place + 1, random, depth)?);
            rest = from.get(close + 1..).unwrap_or_default();
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the brace that `text` starts with is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn placeholder(
    inner: &str,
    place: usize,
    random: &mut Random,
    depth: usize,
) -> Result<String, String> {
    let (name, argument) = inner.split_once(':').unwrap_or((inner, ""));
    let start = place + inner.len() - argument.len();
    match name {
        "nl" => Ok("\n".to_owned()),
        "uuid" => Ok(uuid(random)),
        "b64" => Ok(STANDARD.encode(text(argument, start, random, depth + 1)?)),
        "b64url" => Ok(URL_BARE.encode(text(argument, start, random, depth + 1)?)),
        "percent" => Ok(percent(&text(argument, start, random, depth + 1)?)),
        "pem" | "pem-encrypted" if !argument.is_empty() => {
            Ok(key::pem(argument, name == "pem-encrypted", random))
        }
        "check" => {
            let Some((check, stem)) = argument.split_once(':') else {
                return Err(format!("at {start}: write `{{check:NAME:TEMPLATE}}`"));
            };
            let stem = text(stem, start + check.len() + 1, random, depth + 1)?;
            Check::named(check)
                .and_then(|check| checks::complete(check, &stem))
                .ok_or_else(|| format!("at {start}: the check `{check}` cannot complete this stem"))
        }
        "jwt" => {
            let parts = closing(argument).map(|at| argument.split_at(at + 1));
            let Some((header, Some(payload))) =
                parts.map(|(header, rest)| (header, rest.strip_prefix('.')))
            else {
                return Err(format!("at {start}: write `{{jwt:{{…}}.{{…}}}}`"));
            };
            let letters = letters("base64url").unwrap_or_default();
            let from = start + argument.len() - payload.len();
            let mut part = |json: &str, base| match json.strip_prefix("{{") {
                Some(_) => text(json, base, random, depth + 1),
                None => Ok(json.to_owned()),
            };
            let (header, payload) = (part(header, start)?, part(payload, from)?);
            Ok(format!(
                "{}.{}.{}",
                URL_BARE.encode(header),
                URL_BARE.encode(payload),
                random.text(&letters, 43)
            ))
        }
        _ => {
            let Some(letters) = letters(name) else {
                return Err(format!("at {place}: there is no placeholder `{name}`"));
            };
            match argument.parse() {
                Ok(length @ 1..=LONGEST) => Ok(random.text(&letters, length)),
                _ => Err(format!(
                    "at {start}: `{name}` needs a length from 1 to {LONGEST}"
                )),
            }
        }
    }
}

/// A version 4 UUID in lower case.
fn uuid(random: &mut Random) -> String {
    let mut bytes: [u8; 16] = std::array::from_fn(|_| random.byte());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut out = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out += &format!("{byte:02x}");
    }
    out
}

/// All but the unreserved characters of RFC 3986.
fn percent(text: &str) -> String {
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}
