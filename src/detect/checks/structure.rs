//! Structures: tokens that hold JSON, a macaroon or an account number.

use crate::base64::{Engine, STANDARD, URL, URL_BARE};
use serde_json::{Map, Value};

use super::Verdict;

/// Decodes base64 in either alphabet, with or without padding.
pub(crate) fn base64_any(text: &[u8]) -> Option<Vec<u8>> {
    if text.contains(&b'-') || text.contains(&b'_') {
        URL.decode(text).ok()
    } else {
        STANDARD.decode(text).ok()
    }
}

/// The JSON object that `text` holds in base64.
pub(crate) fn json_object(text: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&base64_any(text)?) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// A header with `alg` and a payload, both JSON objects; of an encrypted token (five parts) only
/// the header can be read.
pub(super) fn jwt(value: &[u8]) -> Verdict {
    // It may stand after a prefix (`ghs_<id>_`); `{"` is `eyJ` in base64.
    let start = memchr::memmem::find(value, b"eyJ").unwrap_or(0);
    let mut parts = value.get(start..).unwrap_or_default().split(|&b| b == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else {
        return Verdict::Unknown;
    };
    let more = parts.count();
    let header = json_object(header);
    let has = |name| header.as_ref().is_some_and(|h| h.contains_key(name));
    let encrypted = more == 3 && has("enc");
    Verdict::of(has("alg") && (encrypted || json_object(payload).is_some()))
}

/// The account number in an AWS access key id: none for ids that carry none (a fifth character
/// `I` or `J`, an old id) and for what is no id.
pub(crate) fn aws_account(id: &[u8]) -> Option<u64> {
    let body = id.get(4..)?;
    if id.len() != 20 || matches!(body.first(), Some(b'I' | b'J')) {
        return None;
    }
    // Ten characters of base32 are 50 bits; the first 48 are the six bytes that matter.
    let mut bits = 0u64;
    for (index, &byte) in body.iter().enumerate() {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'2'..=b'7' => byte - b'2' + 26,
            _ => return None,
        };
        if index < 10 {
            bits = bits << 5 | u64::from(digit);
        }
    }
    Some(((bits >> 2) & 0x7fff_ffff_ff80) >> 7)
}

/// Accounts have twelve digits.
const ACCOUNTS: u64 = 1_000_000_000_000;

pub(super) fn aws_key_id(value: &[u8]) -> Verdict {
    let old = matches!(value.get(4), Some(b'I' | b'J'));
    if value.len() != 20 || old || value.ends_with(b"EXAMPLE") {
        return Verdict::Unknown;
    }
    Verdict::of(aws_account(value).is_some_and(|account| account < ACCOUNTS))
}

pub(super) fn complete_aws_key_id(stem: &str) -> Option<String> {
    if stem.len() != 20 || !stem.is_ascii() {
        return None;
    }
    let id = if aws_key_id(stem.as_bytes()) == Verdict::Passed {
        stem.to_owned()
    } else {
        // The top bit of the fifth character is not part of the number.
        format!("{}Q{}", stem.get(..4)?, stem.get(5..)?)
    };
    (aws_key_id(id.as_bytes()) == Verdict::Passed).then_some(id)
}

/// The three fields that a service account's file has; a match that holds only the key itself
/// tells nothing.
pub(super) fn gcp_key_file(whole: &[u8]) -> Verdict {
    let has = |word: &str| memchr::memmem::find(whole, word.as_bytes()).is_some();
    let fields = ["service_account", "\"private_key\"", "\"client_email\""];
    let escaped = [
        "service_account",
        "\\\"private_key\\\"",
        "\\\"client_email\\\"",
    ];
    if fields.iter().all(|word| has(word)) || escaped.iter().all(|word| has(word)) {
        Verdict::of(!is_of_no_key(whole))
    } else if serde_json::from_slice::<Map<String, Value>>(whole).is_ok() {
        Verdict::Failed
    } else {
        Verdict::Unknown
    }
}

/// Whether the file names its key by something else than the forty hexadecimal digits that Google gives each:
/// somebody wrote the file, and no account has that key.
fn is_of_no_key(whole: &[u8]) -> bool {
    const NAME: &[u8] = b"private_key_id";
    let Some(at) = memchr::memmem::find(whole, NAME) else {
        return false;
    };
    let joint = |b: &u8| b.is_ascii_whitespace() || b"\\\":".contains(b);
    let rest = &whole[at + NAME.len()..];
    let rest = &rest[rest.iter().take_while(|b| joint(b)).count()..];
    let digits = rest.iter().take_while(|b| b.is_ascii_hexdigit()).count();
    digits != 40 || rest.get(digits).is_some_and(u8::is_ascii_alphanumeric)
}

/// `sntrys_<base64 JSON>_<secret>` with `iat`, `url` and `org`. Source: getsentry
/// `orgauthtoken_token.py`.
pub(super) fn sentry_org_token(value: &[u8]) -> Verdict {
    let Some(rest) = value.strip_prefix(b"sntrys_") else {
        return Verdict::Unknown;
    };
    let Some(cut) = rest.iter().rposition(|&b| b == b'_') else {
        return Verdict::Failed;
    };
    let (body, secret) = rest.split_at(cut);
    let object = json_object(body);
    let has = |name| object.as_ref().is_some_and(|o| o.contains_key(name));
    Verdict::of(secret.len() > 1 && has("iat") && has("org") && (has("url") || has("region_url")))
}

/// A macaroon: where it is for, what names it, and its first-party caveats in order.
#[derive(Default)]
pub(crate) struct Macaroon {
    pub(crate) location: Vec<u8>,
    pub(crate) identifier: Vec<u8>,
    pub(crate) caveats: Vec<Vec<u8>>,
}

/// A macaroon in the binary form v2, in base64; none when the bytes are not one. Fields are (type, length,
/// bytes): 1 location, 2 identifier, 0 end, 6 signature.
pub(crate) fn macaroon(text: &[u8]) -> Option<Macaroon> {
    let bytes = base64_any(text)?;
    let mut rest = bytes.strip_prefix(&[2])?;
    let mut macaroon = Macaroon::default();
    let mut header = true;
    loop {
        let (&kind, after) = rest.split_first()?;
        if kind == 0 {
            rest = after;
            if header {
                if macaroon.identifier.is_empty() {
                    return None;
                }
                header = false;
            } else if rest.first() == Some(&6) {
                let (_, signature, end) = field(rest)?;
                return (signature.len() == 32 && end.is_empty()).then_some(macaroon);
            }
            continue;
        }
        let (kind, text, after) = field(rest)?;
        rest = after;
        match (kind, header) {
            (1, true) => macaroon.location = text.to_vec(),
            (2, true) => macaroon.identifier = text.to_vec(),
            (2, false) => macaroon.caveats.push(text.to_vec()),
            (1 | 4, _) => {}
            _ => return None,
        }
    }
}

/// One field: its type, its bytes, and what follows.
fn field(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, mut rest) = bytes.split_first()?;
    let mut length = 0usize;
    for shift in [0, 7, 14] {
        let (&byte, after) = rest.split_first()?;
        rest = after;
        length |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((kind, rest.get(..length)?, rest.get(length..)?));
        }
    }
    None
}

pub(super) fn pypi_macaroon(value: &[u8]) -> Verdict {
    match value.strip_prefix(b"pypi-") {
        Some(text) => Verdict::of(macaroon(text).is_some()),
        None => Verdict::Unknown,
    }
}

/// Takes `LOCATION IDENTIFIER SIGNATURE`.
pub(super) fn complete_pypi(stem: &str) -> Option<String> {
    let mut words = stem.split(' ');
    let (location, id, signature) = (words.next()?, words.next()?, words.next()?);
    let mut bytes = vec![2];
    let mut put = |kind: u8, text: &[u8]| -> Option<()> {
        let length = u8::try_from(text.len()).ok().filter(|l| *l < 0x80)?;
        bytes.extend([kind, length]);
        bytes.extend_from_slice(text);
        Some(())
    };
    put(1, location.as_bytes())?;
    put(2, id.as_bytes())?;
    bytes.push(0);
    // An account-wide token's one caveat, in the older form.
    let mut put = |kind: u8, text: &[u8]| -> Option<()> {
        bytes.extend([kind, u8::try_from(text.len()).ok().filter(|l| *l < 0x80)?]);
        bytes.extend_from_slice(text);
        Some(())
    };
    put(2, br#"{"version": 1, "permissions": "user"}"#)?;
    bytes.extend([0, 0]);
    let digits = signature.as_bytes().as_chunks::<2>().0;
    let mut sum = Vec::with_capacity(32);
    for pair in digits {
        sum.push(u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?);
    }
    if sum.len() != 32 {
        return None;
    }
    bytes.extend([6, 32]);
    bytes.extend(sum);
    Some(format!("pypi-{}", URL_BARE.encode(bytes)))
}
