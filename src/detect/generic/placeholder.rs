//! Values that stand in for a secret: fillers, masks, weak samples, counted characters.

use super::reference::is_reference;
use super::value::has;
use super::words;

/// From so many bytes on a value is looked at once before it is looked at closely.
const LONG: usize = 64;

/// The reason given for a reference.
pub(super) const REFERENCE: &str = "a reference, not a value";

/// A value that is looked at.
struct Seen<'a> {
    value: &'a [u8],
    /// The same in small letters.
    text: &'a [u8],
    /// The name it is assigned to; may be empty.
    key: &'a [u8],
}

/// A family of placeholders: why such a value is none, its test, and a name and value of it.
type Family = (
    &'static str,
    fn(&Seen<'_>) -> bool,
    (&'static str, &'static str),
);

/// What a value is as it stands. The first family that fits decides.
const AS_IT_STANDS: &[Family] = &[
    ("an empty value", |s| s.value.is_empty(), ("secret", "")),
    (REFERENCE, |s| is_reference(s.value), ("secret", "${NAME}")),
    ("a weak sample value", is_weak, ("secret", "Test123")),
    ("a mask, not a value", is_mask, ("secret", "********")),
    ("cut short with dots", is_cut, ("secret", "q8ZrKd...")),
];

/// What the characters of a value are, once it is known not to be readable text in base64.
const BY_CHARACTERS: &[Family] = &[
    ("a filler word", has_filler, ("secret", "changeme-7")),
    ("repeated characters", repeats, ("secret", "aaaaaaaaQ7")),
    ("consecutive characters", follows, ("secret", "Q3456789")),
    (
        "bytes that count up",
        |s| counts_up(s.value),
        ("secret", "a0a1a2a3a4a5a6a7"),
    ),
    (
        "the value repeats the name",
        repeats_the_name,
        ("maple_oak", "MapleOak"),
    ),
    (
        "the value is made of the words for it",
        is_made_of_words,
        ("x", "dbpasswd"),
    ),
];

/// Why a value stands in for a secret, given the name it is assigned to (may be empty).
pub(super) fn why(value: &[u8], key: &[u8]) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let seen = Seen {
        value,
        text: &lower,
        key,
    };
    let first = |families: &[Family]| {
        let family = families.iter().find(|(_, test, _)| test(&seen));
        family.map(|(why, ..)| *why)
    };
    first(AS_IT_STANDS)
        .or_else(|| in_base64(&seen))
        .or_else(|| first(BY_CHARACTERS))
}

/// True when a value is evidently a placeholder, a reference or a sample.
pub fn is_placeholder(value: &[u8]) -> bool {
    why(value, b"").is_some()
}

fn is_weak(seen: &Seen<'_>) -> bool {
    std::str::from_utf8(seen.text).is_ok_and(|text| words::WEAK.contains(text))
}

fn is_mask(seen: &Seen<'_>) -> bool {
    let text = seen.text;
    let masks = text
        .iter()
        .filter(|b| matches!(b, b'*' | b'x' | b'.' | b'#' | b'-' | b'?' | b'_'))
        .count();
    text.len() >= 3 && masks == text.len() || masks * 3 >= text.len() * 2 && text.len() >= 5
}

/// `q8Zr...`, `q8Zr...Kd93`, `sk_live.xxx`.
fn is_cut(seen: &Seen<'_>) -> bool {
    let text = seen.text;
    let inside = text.len() < 32 && has(text, b"...") && text.iter().all(|b| b.is_ascii_graphic());
    inside || text.ends_with(b"...") || text.ends_with("…".as_bytes()) || text.ends_with(b".xxx")
}

/// Base64 hides nothing. Only under a name: a provider's value is not read as text.
fn in_base64(seen: &Seen<'_>) -> Option<&'static str> {
    if seen.key.is_empty() {
        return None;
    }
    let text = encoded(seen.value)?;
    if text.starts_with(b"{\"") && !text.contains(&b'}') {
        return Some("the head of a token");
    }
    why(&text, b"")
}

/// A filler word decides as far as the rest of the value is short: random text may contain any of
/// them by chance.
fn has_filler(seen: &Seen<'_>) -> bool {
    words::FILLERS
        .iter()
        .any(|filler| seen.value.len() <= 8 * filler.len() + 8 && has(seen.text, filler.as_bytes()))
}

/// How many characters may repeat or follow each other by chance: four, or the bit length of the
/// value's length.
fn by_chance(value: &[u8]) -> usize {
    4.max(usize::BITS as usize - value.len().leading_zeros() as usize)
}

fn repeats(seen: &Seen<'_>) -> bool {
    let limit = by_chance(seen.value);
    let (same, _) = runs(seen.text, limit);
    same > limit || same * 2 >= seen.value.len() && seen.value.len() >= 4
}

fn follows(seen: &Seen<'_>) -> bool {
    let limit = by_chance(seen.value);
    let (_, step) = runs(seen.text, limit);
    step > limit || step * 3 >= seen.value.len() * 2 && seen.value.len() >= 4
}

/// The letters and digits of a text, small.
fn squeezed(text: &[u8]) -> Vec<u8> {
    text.iter()
        .filter(|b| b.is_ascii_alphanumeric())
        .map(u8::to_ascii_lowercase)
        .collect()
}

/// More letters and digits than a name and a little.
fn is_long(seen: &Seen<'_>, name: &[u8]) -> bool {
    let mut letters = seen.value.iter().filter(|b| b.is_ascii_alphanumeric());
    letters.nth(22.max(name.len() + 16)).is_some()
}

fn repeats_the_name(seen: &Seen<'_>) -> bool {
    let name = squeezed(seen.key);
    if is_long(seen, &name) {
        return false;
    }
    let value = squeezed(seen.value);
    value.len() >= 4
        && (value == name
            || name.ends_with(&value)
            || name.len() >= 4 && value.len() <= name.len() + 16 && has(&value, &name))
}

fn is_made_of_words(seen: &Seen<'_>) -> bool {
    if is_long(seen, &squeezed(seen.key)) {
        return false;
    }
    let value = squeezed(seen.value);
    words::SECRET_WORDS
        .iter()
        .any(|word| value.len() <= word.len() + 12 && has(&value, word.as_bytes()))
}

/// The readable text that a value holds in base64, when it is nothing else.
fn encoded(value: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    if value.len() < 8 {
        return None;
    }
    // What was cut short may end in the middle of a byte.
    let whole = value.len() / 4 * 4;
    let text = STANDARD.decode(value.get(..whole)?).ok()?;
    text.iter()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r'))
        .then(|| text.trim_ascii().to_vec())
}

/// The longest run of one repeated character, and of characters that follow each other; in a long
/// value without enough of such pairs for a run of more than `limit`, one of each.
fn runs(value: &[u8], limit: usize) -> (usize, usize) {
    if value.len() >= LONG {
        let pairs = || value.iter().zip(&value[1..]);
        let next = |a: u8, b: u8| b == a.wrapping_add(1) || a == b'9' && b == b'0';
        let same: usize = pairs().map(|(a, b)| usize::from(a == b)).sum();
        let step: usize = pairs().map(|(a, b)| usize::from(next(*a, *b))).sum();
        if same < limit && step < limit {
            return (1, 1);
        }
    }
    let (mut same, mut step, mut best_same, mut best_step) = (1, 1, 1, 1);
    for pair in value.windows(2) {
        same = if pair[0] == pair[1] { same + 1 } else { 1 };
        step = if pair[1] == pair[0].wrapping_add(1) && pair[1].is_ascii_alphanumeric()
            || pair == b"90"
        {
            step + 1
        } else {
            1
        };
        best_same = best_same.max(same);
        best_step = best_step.max(step);
    }
    (best_same, best_step)
}

/// `a0a1a2a3a4a5a6a7`: hexadecimal of bytes that repeat or follow each other.
fn counts_up(value: &[u8]) -> bool {
    let digit = |b: u8| char::from(b).to_digit(16);
    if value.len() < 16 || !value.len().is_multiple_of(2) {
        return false;
    }
    let bytes: Option<Vec<u32>> = value
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?))
        .collect();
    bytes.is_some_and(|bytes| {
        let steps = bytes
            .windows(2)
            .filter(|w| w[1] == w[0] || w[1] == w[0] + 1);
        steps.count() * 3 >= (bytes.len() - 1) * 2
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_told_by_its_own_row() {
        for (reason, _, (key, value)) in AS_IT_STANDS.iter().chain(BY_CHARACTERS) {
            assert_eq!(
                why(value.as_bytes(), key.as_bytes()),
                Some(*reason),
                "{value}"
            );
        }
    }
}
