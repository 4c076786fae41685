//! Labels: the word for a password in the languages of people, and what forms say beside it. The
//! texts of a user interface give them the same names as configuration gives to passwords.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::words;

/// Longer text is no label, in bytes.
const LONGEST: usize = 240;
/// Words of fewer letters count as whole words only: others hold them by chance.
const WHOLE: usize = 6;

/// The words that count wherever they stand.
static ANYWHERE: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = words::SECRETS_ELSEWHERE.iter();
    // Made at the first question, for which the usual automaton takes as long as a whole file.
    AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(words.filter(|word| !word.is_ascii() || word.len() >= WHOLE))
        .expect("the words are few and short")
});

/// Whether a value is the label of a form. A digit makes it something that a person chose.
pub(super) fn is_label(value: &[u8]) -> bool {
    if value.len() > LONGEST || value.iter().any(u8::is_ascii_digit) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(value) else {
        return false;
    };
    let text = text.to_lowercase();
    let parts: Vec<&str> = text
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let elsewhere = ANYWHERE.is_match(&text)
        || parts
            .iter()
            .any(|word| words::SECRETS_ELSEWHERE.contains(word));
    let plain = |c: char| c.is_alphabetic() || " .,:?!'’…-".contains(c);
    let said = || text.chars().all(plain) && parts.iter().any(|word| words::LABELS.contains(word));
    elsewhere || said() || is_in_another_script(&text) || is_sentence(value, &parts)
}

/// Letters of other scripts alone: passwords are typed where one can switch to none.
fn is_in_another_script(text: &str) -> bool {
    !text.bytes().any(|b| b.is_ascii_alphanumeric()) && text.chars().any(char::is_alphabetic)
}

/// Three words or more that begin with a capital or end as sentences do.
fn is_sentence(value: &[u8], parts: &[&str]) -> bool {
    let text = std::str::from_utf8(value).unwrap_or_default().trim();
    let capital = text.chars().next().is_some_and(char::is_uppercase);
    let ended = text.ends_with(['.', '?', '!', ':', '…']);
    let blanks = text.split_whitespace().count();
    let words = text
        .split_whitespace()
        .skip(1)
        .all(|word| !word.chars().any(char::is_uppercase));
    parts.len() >= 3 && blanks >= 3 && (capital && words || ended)
}

/// The value with the escapes of characters undone that a string in code may have (`\u00f1`,
/// `\u{f1}`, `\U000000f1`): their digits are none of the value.
pub(super) fn unescaped(value: &[u8]) -> Cow<'_, [u8]> {
    let escaped = |at: usize| matches!(value.get(at + 1), Some(b'u' | b'U'));
    if !memchr::memchr_iter(b'\\', value).any(escaped) {
        return Cow::Borrowed(value);
    }
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len() {
        match escape(&value[at..]) {
            Some((c, len)) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                at += len;
            }
            None => {
                out.push(value[at]);
                at += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// The character of the escape at the start of `text`, and the length of the escape. Half of a pair
/// of surrogates stands for an unknown character.
fn escape(text: &[u8]) -> Option<(char, usize)> {
    let (head, digits, tail) = match text {
        [b'\\', b'u', b'{', rest @ ..] => (3, memchr::memchr(b'}', &rest[..rest.len().min(7)])?, 1),
        [b'\\', b'u', ..] => (2, 4, 0),
        [b'\\', b'U', ..] => (2, 8, 0),
        _ => return None,
    };
    let digits = text.get(head..head + digits)?;
    let digits = std::str::from_utf8(digits)
        .ok()
        .filter(|_| digits.iter().all(u8::is_ascii_hexdigit))?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let c = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
    Some((c, head + digits.len() + tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_told_from_what_people_choose() {
        for label in [
            "Passwort",
            "Mot de passe",
            "Contraseña",
            "Kennwort bestätigen",
            "Senha",
            "パスワード",
            "Hasło",
            "Пароль",
            "Forgot",
            "Enter it again",
            "reset",
            "Нууц үг",
            "Aizmirsi to kodu?",
        ] {
            assert!(is_label(label.as_bytes()), "{label}");
        }
        for chosen in [
            "Sunshine",
            "Passwort2019",
            "correct horse battery",
            "kaffee-mit-milch",
            "tequila",
            "Heslop!Tree",
            "Maple Oak Tree Acorn",
            "maple!",
        ] {
            assert!(!is_label(chosen.as_bytes()), "{chosen}");
        }
    }

    #[test]
    fn escapes_of_characters_are_undone() {
        for (escaped, want) in [
            (r"Contrase\u00f1a", "Contraseña"),
            (r"Contrase\u{f1}a", "Contraseña"),
            (r"\U000000f1", "ñ"),
            (r"maple\n\u00", r"maple\n\u00"),
            ("maple", "maple"),
        ] {
            assert_eq!(unescaped(escaped.as_bytes()), want.as_bytes());
        }
    }
}
