//! CRC-32 (IEEE) in the encodings that providers chose.

use super::Verdict;
use crate::base64::{Engine, STANDARD_BARE};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The last eight bytes, which are to be hexadecimal, and what stands before them.
fn split_hex(value: &[u8]) -> Option<(&[u8], u32)> {
    let cut = value.len().checked_sub(8)?;
    let (body, tail) = value.split_at(cut);
    if !tail.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let text = std::str::from_utf8(tail).ok()?;
    Some((body, u32::from_str_radix(text, 16).ok()?))
}

/// What stands after the first `_`.
fn after_prefix(value: &[u8]) -> Option<&[u8]> {
    let at = value.iter().position(|&b| b == b'_')?;
    value.get(at + 1..)
}

/// Digits of `number` in the first `base` characters of `0-9A-Za-z`, padded with zeros.
fn digits(mut number: u64, base: u64, width: usize) -> String {
    let mut out = vec![b'0'; width];
    for place in out.iter_mut().rev() {
        let digit = usize::try_from(number % base).unwrap_or_default();
        *place = BASE62.get(digit).copied().unwrap_or(b'0');
        number /= base;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// GitHub's classic tokens and npm's: 30 characters and 6 of checksum after the first `_`.
pub(super) fn base62(value: &[u8]) -> Verdict {
    match after_prefix(value) {
        Some(body) if body.len() == 36 && body.iter().all(u8::is_ascii_alphanumeric) => {
            let (body, tail) = body.split_at(30);
            Verdict::of(digits(crc32fast::hash(body).into(), 62, 6).as_bytes() == tail)
        }
        _ => Verdict::Unknown,
    }
}

pub(super) fn complete_base62(stem: &str) -> Option<String> {
    let body = after_prefix(stem.as_bytes())?;
    (body.len() == 30).then(|| {
        let crc = crc32fast::hash(body);
        format!("{stem}{}", digits(crc.into(), 62, 6))
    })
}

/// Synapse's tokens: the CRC of all before the last `_`, six digits behind that.
/// Source: synapse `synapse/handlers/auth.py`.
pub(super) fn base62_all(value: &[u8]) -> Verdict {
    match value
        .len()
        .checked_sub(7)
        .and_then(|at| value.split_at_checked(at))
    {
        Some((body, [b'_', tail @ ..])) if tail.iter().all(u8::is_ascii_alphanumeric) => {
            Verdict::of(digits(crc32fast::hash(body).into(), 62, 6).as_bytes() == tail)
        }
        _ => Verdict::Unknown,
    }
}

pub(super) fn complete_base62_all(stem: &str) -> String {
    let crc = crc32fast::hash(stem.as_bytes());
    format!("{stem}_{}", digits(crc.into(), 62, 6))
}

/// Atlassian: the last eight hexadecimal digits are the CRC of everything before them. The `=`
/// that some tokens have there may or may not be part of it.
pub(super) fn hex(value: &[u8]) -> Verdict {
    let Some((body, sum)) = split_hex(value) else {
        return Verdict::Unknown;
    };
    if body.len() < 8 {
        return Verdict::Unknown;
    }
    let bare = body.strip_suffix(b"=").unwrap_or(body);
    Verdict::of(crc32fast::hash(body) == sum || crc32fast::hash(bare) == sum)
}

pub(super) fn complete_hex(stem: &str) -> String {
    format!("{stem}{:08X}", crc32fast::hash(stem.as_bytes()))
}

/// Cloudflare and Zuplo: the CRC of the body alone, without the prefix; Zuplo sets a `_` before
/// the checksum.
pub(super) fn hex_body(value: &[u8]) -> Verdict {
    let Some((body, sum)) = after_prefix(value).and_then(split_hex) else {
        return Verdict::Unknown;
    };
    match (body.len(), body.strip_suffix(b"_")) {
        (33, Some(bare)) => Verdict::of(crc32fast::hash(bare) == sum),
        (40, _) => Verdict::of(crc32fast::hash(body) == sum),
        _ => Verdict::Unknown,
    }
}

pub(super) fn complete_hex_body(stem: &str) -> Option<String> {
    let body = after_prefix(stem.as_bytes())?;
    let bare = body.strip_suffix(b"_").unwrap_or(body);
    match bare.len() {
        32 => {
            let stem = stem.strip_suffix('_').unwrap_or(stem);
            Some(format!("{stem}_{:08x}", crc32fast::hash(bare)))
        }
        40 => Some(format!("{stem}{:08x}", crc32fast::hash(body))),
        _ => None,
    }
}

/// Grafana: `glsa_<32>_<8>`, the bytes of the CRC of `glsa_<32>` from the lowest.
/// Source: grafana `pkg/components/satokengen/tokengen.go`.
pub(super) fn le_hex(value: &[u8]) -> Verdict {
    match split_hex(value) {
        Some((body, sum)) if body.len() == 38 => match body.strip_suffix(b"_") {
            Some(body) => Verdict::of(crc32fast::hash(body).swap_bytes() == sum),
            None => Verdict::Unknown,
        },
        _ => Verdict::Unknown,
    }
}

pub(super) fn complete_le_hex(stem: &str) -> Option<String> {
    let stem = stem.strip_suffix('_').unwrap_or(stem);
    (stem.len() == 37).then(|| {
        format!(
            "{stem}_{:08x}",
            crc32fast::hash(stem.as_bytes()).swap_bytes()
        )
    })
}

/// Confluent: `cflt`, 54 characters, and six of base64 of their CRC from the lowest byte.
pub(super) fn le_base64(value: &[u8]) -> Verdict {
    match value.strip_prefix(b"cflt") {
        Some(body) if body.len() == 60 => {
            let (body, tail) = body.split_at(54);
            Verdict::of(le_base64_of(body).as_bytes() == tail)
        }
        _ => Verdict::Unknown,
    }
}

pub(super) fn complete_le_base64(stem: &str) -> Option<String> {
    let body = stem.strip_prefix("cflt")?.as_bytes();
    (body.len() == 54).then(|| format!("{stem}{}", le_base64_of(body)))
}

fn le_base64_of(body: &[u8]) -> String {
    STANDARD_BARE.encode(crc32fast::hash(body).to_le_bytes())
}

/// GitLab's form: base 36 in lower case, seven wide.
pub(super) fn base36(bytes: &[u8]) -> String {
    digits(crc32fast::hash(bytes).into(), 36, 7).to_ascii_lowercase()
}
