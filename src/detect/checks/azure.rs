//! Azure's identifiable keys: a fixed signature and a Marvin32 checksum in the last characters.
//!
//! Source: microsoft/security-utilities `IdentifiableMetadata.cs` and
//! `LegacyCommonAnnotatedSecurityKey.cs`. Not every seed is known here; an unmatched checksum of
//! such a family is `Unknown`, never `Failed`.

use super::Verdict;
use crate::base64::{Engine, STANDARD_BARE};

/// Signature, seeds, and whether these are all its seeds.
type Family = (&'static [u8; 4], &'static [&'static [u8; 8]], bool);

const FAMILIES: &[Family] = &[
    (b"ACDb", &[b"MastRO00", b"MastRW00"], true),
    (b"+ASb", &[b"Send0000", b"Listen00", b"Manage00"], false),
    (b"+AEh", &[b"Send0000", b"Listen00", b"Manage00"], false),
    (b"AzSe", &[b"Query000", b"PAdmin00"], false),
    (b"AzFu", &[b"Master00", b"System00", b"Functi00"], false),
    (b"+ASt", &[], false),
    (b"AzCa", &[], false),
    (b"+ACR", &[], false),
    (b"AIoT", &[], false),
    (b"APIM", &[], false),
    (b"+ABa", &[], false),
];

/// Form: base64 of n bytes, the last four of which are the checksum; the signature is the four
/// characters before the six that hold it.
pub(super) fn identifiable(value: &[u8]) -> Verdict {
    let Some(key) = Identifiable::read(value) else {
        return Verdict::Unknown;
    };
    let (_, _, all) = key.family;
    if key.seed().is_some() {
        Verdict::Passed
    } else if *all && key.length == 86 {
        Verdict::Failed
    } else {
        Verdict::Unknown
    }
}

/// The seed that fits the checksum of an identifiable key: it tells which right the key has.
pub(crate) fn azure_seed(value: &[u8]) -> Option<&'static [u8; 8]> {
    Identifiable::read(value)?.seed()
}

/// A key of a family.
struct Identifiable {
    family: &'static Family,
    body: Vec<u8>,
    sum: [u8; 4],
    /// Characters without padding.
    length: usize,
}

impl Identifiable {
    fn read(value: &[u8]) -> Option<Self> {
        let text = standard(value);
        let at = text.len().checked_sub(10)?;
        let signature = text.get(at..at + 4)?;
        let family = FAMILIES.iter().find(|(s, _, _)| *s == signature)?;
        let bytes = STANDARD_BARE.decode(&text).ok()?;
        let (body, sum) = bytes.split_last_chunk::<4>()?;
        Some(Identifiable {
            family,
            body: body.to_vec(),
            sum: *sum,
            length: text.len(),
        })
    }

    fn seed(&self) -> Option<&'static [u8; 8]> {
        let (_, seeds, _) = self.family;
        let mut fits = seeds.iter();
        fits.find(|seed| checksum(&self.body, seed) == self.sum)
            .copied()
    }
}

/// Takes everything up to and with the signature; gives no padding. A family without a known seed
/// gets the form alone, which [`identifiable`] calls `Unknown`.
pub(super) fn complete_identifiable(stem: &str) -> Option<String> {
    let signature = stem.as_bytes().last_chunk::<4>()?;
    let (_, seeds, _) = FAMILIES.iter().find(|(s, _, _)| *s == signature)?;
    let seed = seeds.first().copied().unwrap_or(b"Default0");
    let body_len = ((stem.len() + 6) * 6 / 8).checked_sub(4)?;
    drawn(stem, |stem| {
        // Bits between the signature and the checksum are zero.
        let padded = STANDARD_BARE.decode(format!("{stem}A"));
        let mut body = padded.or_else(|_| STANDARD_BARE.decode(stem)).ok()?;
        body.resize(body_len, 0);
        let sum = checksum(&body, seed);
        body.extend_from_slice(&sum);
        Some(STANDARD_BARE.encode(body))
    })
}

/// Services draw keys anew until they have letters and digits only; so does this with the first
/// character of the stem until the checksum has, and gives the last when none fits.
fn drawn(stem: &str, make: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut key = make(stem)?;
    for first in ('A'..='Z').chain('a'..='z').chain('0'..='9') {
        let tail = key.get(stem.len()..)?;
        if tail.bytes().all(|b| b.is_ascii_alphanumeric()) {
            break;
        }
        key = make(&format!("{first}{}", stem.get(1..)?))?;
    }
    Some(key)
}

/// Common annotated security keys: 84 characters (or 88 with a longer checksum). Two encodings of
/// the checksum are in use and only base64 is known here, so another one is `Unknown`.
pub(super) fn cask(value: &[u8]) -> Verdict {
    let text = standard(value);
    if !matches!(text.len(), 84 | 86) {
        return Verdict::Unknown;
    }
    let Some(mark) = text.get(52..60) else {
        return Verdict::Unknown;
    };
    if mark.get(..5) != Some(b"JQQJ9") {
        return Verdict::Unknown;
    }
    let kind = matches!(mark.get(5), Some(b'9' | b'D' | b'H'));
    let year = mark.get(6).is_some_and(u8::is_ascii_uppercase);
    let month = matches!(mark.get(7), Some(b'A'..=b'L'));
    if !(kind && year && month) {
        return Verdict::Failed;
    }
    match STANDARD_BARE.decode(&text) {
        Ok(bytes) => {
            let (body, tail) = bytes.split_at(60.min(bytes.len()));
            if !tail.is_empty() && checksum(body, b"Default0").starts_with(tail) {
                Verdict::Passed
            } else {
                Verdict::Unknown
            }
        }
        Err(_) => Verdict::Failed,
    }
}

/// Takes the first 80 characters.
pub(super) fn complete_cask(stem: &str) -> Option<String> {
    if stem.len() != 80 {
        return None;
    }
    drawn(stem, |stem| {
        let sum = checksum(&STANDARD_BARE.decode(stem).ok()?, b"Default0");
        Some(format!("{stem}{}", STANDARD_BARE.encode(sum.get(..3)?)))
    })
}

/// Without padding, and with the URL alphabet turned into the standard one.
fn standard(value: &[u8]) -> Vec<u8> {
    let end = value
        .iter()
        .rposition(|&b| b != b'=')
        .map_or(0, |at| at + 1);
    let text = value.get(..end).unwrap_or_default();
    text.iter()
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect()
}

/// The four bytes that keys carry: both halves of Marvin32 folded, lowest byte first.
fn checksum(body: &[u8], seed: &[u8; 8]) -> [u8; 4] {
    let (low, high) = marvin32(body, u64::from_be_bytes(*seed));
    (low ^ high).to_le_bytes()
}

/// Marvin32 (US patent 20130262421, as in the .NET sources): the low and the high half.
pub(super) fn marvin32(data: &[u8], seed: u64) -> (u32, u32) {
    fn mix(low: u32, high: u32) -> (u32, u32) {
        let high = high ^ low;
        let low = low.rotate_left(20).wrapping_add(high);
        let high = high.rotate_left(9) ^ low;
        let low = low.rotate_left(27).wrapping_add(high);
        (low, high.rotate_left(19))
    }
    let mut low = u32::try_from(seed & 0xffff_ffff).unwrap_or_default();
    let mut high = u32::try_from(seed >> 32).unwrap_or_default();
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        (low, high) = mix(low.wrapping_add(u32::from_le_bytes(*word)), high);
    }
    let mut last = [0; 4];
    for (place, byte) in last.iter_mut().zip(rest.iter().chain(&[0x80])) {
        *place = *byte;
    }
    (low, high) = mix(low.wrapping_add(u32::from_le_bytes(last)), high);
    mix(low, high)
}
