//! Values that stand in for a secret: fillers, masks, weak samples, counted characters.
//!
//! What fills a value counts by its share of it: forty digits that end in six that follow each other
//! are a value, and a word is no filler where the rest was drawn by a machine. What a rule demands of
//! every value says nothing of one. Under the name of a password stands what people choose, and they
//! choose `letmein99` and `Password123!`.

mod fill;

use super::bytes::has;
use super::reference::is_reference;
use super::value;
use super::words;

/// The reason given for a reference.
pub(super) const REFERENCE: &str = "a reference, not a value";

/// A value that is looked at.
struct Seen<'a> {
    value: &'a [u8],
    /// The same in small letters.
    text: &'a [u8],
    /// The name it is assigned to; may be empty.
    key: &'a [u8],
    /// A person may have chosen it: it is a password.
    chosen: bool,
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
    (
        "the password of a debug keystore",
        is_of_a_debug_keystore,
        ("storePassword", "android"),
    ),
    ("cut short with dots", is_cut, ("secret", "q8ZrKd...")),
];

/// What the characters of a value are, once it is known not to be readable text in base64.
const BY_CHARACTERS: &[Family] = &[
    ("a filler word", has_filler, ("secret", "changeme-7")),
    (
        "repeated characters",
        |s| fill::repeats(s.text),
        ("secret", "aaaaaaaaQ7"),
    ),
    (
        "consecutive characters",
        |s| fill::follows(s.text, s.chosen),
        ("secret", "Q3456789"),
    ),
    (
        "bytes that count up",
        |s| fill::counts_up(s.value),
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

/// Why a value stands in for a secret, given the name it is assigned to (may be empty), and whether
/// that is a password's.
pub(super) fn why(value: &[u8], key: &[u8], chosen: bool) -> Option<&'static str> {
    let lower = value.to_ascii_lowercase();
    let seen = Seen {
        value,
        text: &lower,
        key,
        chosen,
    };
    let first = |families: &[Family]| {
        let family = families.iter().find(|(_, test, _)| test(&seen));
        family.map(|(why, ..)| *why)
    };
    first(AS_IT_STANDS)
        .or_else(|| in_base64(&seen))
        .or_else(|| first(BY_CHARACTERS))
}

/// True when a provider's value is evidently a placeholder, a reference or a sample. `prefix` is how
/// many bytes at its start every value of its rule has: they make no sample of it.
pub fn is_placeholder(value: &[u8], prefix: usize) -> bool {
    let lower = value.to_ascii_lowercase();
    let whole = Seen {
        value,
        text: &lower,
        key: b"",
        chosen: false,
    };
    let rest = value.get(prefix..).unwrap_or_default();
    // A filler that is a part of the prefix is one where what follows was not drawn.
    why(rest, b"", false).is_some() || has_filler(&whole)
}

/// The same for the password of a pair, which a person may have chosen.
pub fn is_placeholder_password(value: &[u8]) -> bool {
    why(value, b"", true).is_some()
}

fn is_weak(seen: &Seen<'_>) -> bool {
    std::str::from_utf8(seen.text).is_ok_and(|text| {
        let stem = text.trim_end_matches(|c: char| c.is_ascii_digit());
        words::WEAK.contains(text)
            || !seen.chosen && words::POPULAR.contains(text)
            || words::SAMPLE_STEMS.contains(stem)
    })
}

/// Android's tools make a keystore for debugging, with a password that they document.
fn is_of_a_debug_keystore(seen: &Seen<'_>) -> bool {
    let named = |name: &[u8]| {
        let tail = seen.key.len().checked_sub(name.len());
        tail.is_some_and(|tail| seen.key[tail..].eq_ignore_ascii_case(name))
    };
    seen.value == b"android" && (named(b"storePassword") || named(b"keyPassword"))
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
    if text.starts_with(b"{\"") && (is_head(&text) || !text.contains(&b'}')) {
        return Some("the head of a token");
    }
    why(&text, b"", seen.chosen)
}

/// The header of a signed token alone (RFC 7515): it names the algorithm, and opens nothing.
fn is_head(text: &[u8]) -> bool {
    let named = memchr::memmem::find(text, b"\"alg\":\"").map(|at| &text[at + 7..]);
    let signed = |name: &[u8]| {
        let kind = [&b"HS"[..], b"RS", b"ES", b"PS"];
        let kind = kind.iter().find_map(|kind| name.strip_prefix(*kind));
        kind.is_some_and(|size| {
            let sizes = [&b"256\""[..], b"384\"", b"512\""];
            sizes.iter().any(|one| size.starts_with(one))
        })
    };
    named.is_some_and(signed)
}

/// A filler word decides where it is no small part of the value, and the rest was not drawn by a
/// machine: random text may contain any of them by chance, and `test_` stands before the keys of many
/// providers. Chance writes no long one, and nobody puts it before a key.
fn has_filler(seen: &Seen<'_>) -> bool {
    let text = seen.text;
    words::FILLERS.iter().any(|filler| {
        let filler = filler.as_bytes();
        text.len() <= 8 * filler.len() + 8 && has(text, filler) && {
            let at = memchr::memmem::find(text, filler).unwrap_or(0);
            let rest = [&seen.value[..at], &seen.value[at + filler.len()..]].concat();
            let long = filler.len() >= 6 && fill::is_no_chance(filler.len(), text);
            long || filler.len() * 2 >= text.len() || !is_drawn(&rest)
        }
    })
}

/// Text that a machine drew: no words, no numbers at their ends.
fn is_drawn(text: &[u8]) -> bool {
    let form = value::read(text, true);
    let plain = form.digits + form.upper + form.lower;
    plain >= 10 && (form.random || form.changes >= 4)
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

/// `Password123!`, `secret2019`: a word, and what rules for passwords make people put behind it.
fn is_policy(seen: &Seen<'_>) -> bool {
    let letters = seen.value.iter().take_while(|b| b.is_ascii_alphabetic());
    let (head, tail) = seen.value.split_at(letters.count());
    let digits = tail.iter().filter(|b| b.is_ascii_digit()).count();
    let sign = |b: &u8| {
        matches!(
            b,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'&' | b'*' | b'?' | b'.'
        )
    };
    let signs = tail.iter().filter(|b| sign(b)).count();
    let capital =
        head.iter().any(u8::is_ascii_uppercase) && head.iter().any(u8::is_ascii_lowercase);
    seen.chosen
        && head.len() >= 3
        && digits + signs == tail.len()
        && tail.len() <= 8
        && (digits >= 2 || digits == 1 && (signs > 0 || capital))
}

fn repeats_the_name(seen: &Seen<'_>) -> bool {
    let name = squeezed(seen.key);
    if is_long(seen, &name) || is_policy(seen) {
        return false;
    }
    let value = squeezed(seen.value);
    value.len() >= 4
        && (value == name
            || name.ends_with(&value)
            // `maple_password = "maple"`: what it is the password of.
            || is_word_of(seen)
            || name.len() >= 4 && value.len() <= name.len() + 16 && has(&value, &name))
}

/// `maple_password = "maple"`: one of the words of the name.
fn is_word_of(seen: &Seen<'_>) -> bool {
    let words = || super::key::split(seen.key);
    seen.value.iter().all(u8::is_ascii_alphabetic)
        && std::str::from_utf8(seen.text).is_ok_and(|text| words().iter().any(|word| word == text))
}

fn is_made_of_words(seen: &Seen<'_>) -> bool {
    if is_long(seen, &squeezed(seen.key)) || is_policy(seen) {
        return false;
    }
    let value = squeezed(seen.value);
    is_name_of_one(seen.value)
        || words::SECRET_WORDS
            .iter()
            .any(|word| value.len() <= word.len() + 12 && has(&value, word.as_bytes()))
}

/// `basicPass`, `proxyPwd`: the name of a variable for one.
fn is_name_of_one(value: &[u8]) -> bool {
    [&b"Pass"[..], b"Pwd", b"Pw"].iter().any(|end| {
        let head = value.strip_suffix(*end).unwrap_or_default();
        head.len() >= 2 && head.iter().all(u8::is_ascii_lowercase)
    })
}

/// The readable text that a value holds in base64, when it is nothing else.
fn encoded(value: &[u8]) -> Option<Vec<u8>> {
    use crate::base64::{Engine as _, STRICT};
    if value.len() < 8 {
        return None;
    }
    // What was cut short may end in the middle of a byte.
    let whole = value.len() / 4 * 4;
    let text = STRICT.decode(value.get(..whole)?).ok()?;
    text.iter()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r'))
        .then(|| text.trim_ascii().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_told_by_its_own_row() {
        for (reason, _, (key, value)) in AS_IT_STANDS.iter().chain(BY_CHARACTERS) {
            assert_eq!(
                why(value.as_bytes(), key.as_bytes(), false),
                Some(*reason),
                "{value}"
            );
        }
    }

    #[test]
    fn what_people_choose_is_a_value_under_the_name_of_a_password() {
        for value in [
            "letmein99",
            "qwerty2020",
            "hunter2",
            "Password123!",
            "12345678",
            "password123",
            "Passw0rd1",
            "maria12345",
            "correct horse battery",
            "kaffee-mit-milch",
        ] {
            assert_eq!(why(value.as_bytes(), b"password", true), None, "{value}");
        }
        for value in [
            "password",
            "changeme",
            "secret",
            "xxxx",
            "your-password-here",
            "<password>",
            "example",
            "my_password",
            "12345",
            "test123456",
            "maria123456",
            "abcdefgh",
            "aaaa1111",
            "basicPass",
        ] {
            assert!(
                why(value.as_bytes(), b"password", true).is_some(),
                "{value}"
            );
        }
        // A token is not chosen by people.
        assert!(why(b"letmein", b"api_token", false).is_some());
        assert!(why(b"12345678", b"api_token", false).is_some());
    }

    #[test]
    fn a_filler_counts_by_its_share() {
        let drawn = crate::example::expand("{hex:40}", 3).expect("a valid template");
        let value = |text: &str| why(text.as_bytes(), b"api_token", false);
        assert_eq!(value(&format!("test_{drawn}")), None);
        assert_eq!(value(&format!("{}012345", &drawn[..34])), None);
        assert!(value("test_api_token_for_all").is_some());
        assert!(value("sk_test_xxxxxxxxxxxxxxxx").is_some());
        assert!(value("1234567890abcdef1234567890abcdef12345678").is_some());
    }

    #[test]
    fn what_every_value_of_a_rule_has_makes_no_sample() {
        let drawn = crate::example::expand("{alnum:24}", 3).expect("a valid template");
        for prefix in ["test_", "AAAAAAAA", "sk_test_", "abcdefg"] {
            let value = format!("{prefix}{drawn}");
            assert!(!is_placeholder(value.as_bytes(), prefix.len()), "{value}");
        }
        assert!(is_placeholder(b"sk_test_xxxxxxxxxxxxxx", 8));
        assert!(is_placeholder(b"pk_test_mapletreekey", 8));
    }
}
