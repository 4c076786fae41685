//! Users and passwords in one match: how well the password is chosen. Looks at the match alone.
//!
//! A form such as `scheme://user:password@host` is beyond doubt, and still says little when the
//! password is the user's name.

use std::ops::Range;

use super::{checks, generic};

/// The reason given for a Basic header that holds something else.
pub(super) const NO_PAIR: &str = "its base64 holds no user and password";
/// The reason given for what is no password, but the address of a person.
pub(super) const ADDRESS: &str = "the address of a person behind another scheme";
/// The reason given for a password that is its user's name.
pub(super) const REPEATS: &str = "the password repeats the user's name";

/// Whether a shorter password was drawn cannot be told, in bytes.
const DRAWN: usize = 12;

/// What a password beside its user's name amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Password {
    /// As manuals and tests write it.
    Sample,
    /// None: what stands before it is the scheme of an address of a person (`mailto:ann@acme.test`).
    Address,
    /// The user's name, or little more.
    Repeats,
    /// A word, or several, or less than six characters.
    Words,
    /// A Basic header without user and password: no colon, or what neither may hold.
    Missing,
    /// Anything else.
    Chosen,
}

/// The example of RFC 7617.
const RFC_7617: (&[u8], &[u8]) = (b"Aladdin", b"open sesame");

/// Judges the password at `secret` of a match; none when no user stands beside it. The secret may
/// be both in base64, as a Basic header has them.
pub(super) fn judge(whole: &[u8], secret: Range<usize>) -> Option<Password> {
    let value = whole.get(secret.clone())?;
    let head = whole.get(..secret.start)?;
    if head
        .trim_ascii_end()
        .to_ascii_lowercase()
        .ends_with(b"basic")
    {
        let Some(text) = decode(value) else {
            return Some(Password::Missing);
        };
        let Some(colon) = memchr::memchr(b':', &text) else {
            return Some(Password::Missing);
        };
        return Some(weigh(&text[..colon], &text[colon + 1..]));
    }
    let head = head.strip_suffix(b":")?;
    let user = head
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || matches!(b, b'/' | b'"' | b'\'' | b'='))
        .map_or(head, |at| &head[at + 1..]);
    // Nothing stands behind an address that is kept for examples.
    let behind = whole.get(secret.end..).unwrap_or_default();
    if is_example(behind) && !is_drawn(value) {
        return Some(Password::Sample);
    }
    Some(weigh(user, value))
}

/// Whether a password as an address writes it was drawn by a machine.
fn is_drawn(value: &[u8]) -> bool {
    let plain: Vec<u8> = percent_encoding::percent_decode(value).collect();
    plain.len() >= DRAWN && checks::looks_random(&plain)
}

/// Whether what follows a password begins with a host of those that are kept for examples (RFC 2606).
fn is_example(behind: &[u8]) -> bool {
    const HOSTS: &[&[u8]] = &[b"example.com", b"example.net", b"example.org"];
    let Some(host) = behind.strip_prefix(b"@") else {
        return false;
    };
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b'.' | b'-');
    let host = &host[..host.iter().take_while(part).count()];
    HOSTS.iter().any(|one| {
        host.strip_suffix(*one)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
    })
}

fn weigh(user: &[u8], password: &[u8]) -> Password {
    // RFC 6068, RFC 7565: a scheme put behind another.
    if [&b"mailto"[..], b"acct"].contains(&user) {
        return Password::Address;
    }
    if password.is_empty()
        || generic::is_placeholder_password(password)
        || (user, password) == RFC_7617
    {
        return Password::Sample;
    }
    if repeats(user, password) {
        return Password::Repeats;
    }
    let letters = password.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let operators = password
        .iter()
        .filter(|b| matches!(b, b'-' | b'_' | b'.' | b' '))
        .count();
    // Capitals in the middle of a word are what a machine draws.
    let drawn = checks::looks_random(password)
        && password
            .windows(2)
            .filter(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
            .count()
            >= 2;
    if letters + operators == password.len() && !drawn || password.len() < 6 {
        Password::Words
    } else {
        Password::Chosen
    }
}

/// The password is the user's name, or has it and at most four digits or some letters besides.
fn repeats(user: &[u8], password: &[u8]) -> bool {
    let plain = |text: &[u8]| -> Vec<u8> {
        let bytes = text.iter().filter(|b| b.is_ascii_alphanumeric());
        bytes.map(u8::to_ascii_lowercase).collect()
    };
    let (user, password) = (plain(user), plain(password));
    let (short, long) = if user.len() < password.len() {
        (&user, &password)
    } else {
        (&password, &user)
    };
    if short.len() < 3 {
        return false;
    }
    let Some(at) = memchr::memmem::find(long, short) else {
        return false;
    };
    let rest = [&long[..at], &long[at + short.len()..]].concat();
    rest.len() <= 4 || rest.len() <= 10 && rest.iter().all(u8::is_ascii_alphabetic)
}

/// The text that a Basic header holds. RFC 7617 allows no control characters; the line end of an
/// `echo` is often encoded with it.
fn decode(value: &[u8]) -> Option<Vec<u8>> {
    use crate::base64::{Engine as _, STANDARD};
    let text = STANDARD.decode(value).ok()?;
    let text = text.trim_ascii_end();
    (!text.iter().any(u8::is_ascii_control)).then(|| text.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(user: &str, password: &str) -> Option<Password> {
        let head = format!("https://{user}:");
        let whole = format!("{head}{password}@git.acme.test");
        judge(whole.as_bytes(), head.len()..head.len() + password.len())
    }

    fn basic(pair: &str) -> Option<Password> {
        use crate::base64::{Engine as _, STANDARD};
        let head = "Authorization: Basic ";
        let value = STANDARD.encode(pair);
        let whole = format!("{head}{value}");
        judge(whole.as_bytes(), head.len()..whole.len())
    }

    #[test]
    fn passwords_in_addresses_are_weighed_by_their_users() {
        for (user, password, want) in [
            ("leaf", "leaf_user", Password::Repeats),
            ("bench", "bench", Password::Repeats),
            ("deploy_user", "deploy", Password::Repeats),
            ("prefect", "Prefect1", Password::Repeats),
            ("user", "password", Password::Sample),
            ("mailto", "ann.maple", Password::Address),
            ("app", "maple-lantern", Password::Words),
            ("app", "Maple7!Lantern", Password::Chosen),
            ("app", "kQzvXwJbTrLpNd", Password::Chosen),
            ("app", "app7Kq2Zr9Wm4Tb", Password::Chosen),
        ] {
            assert_eq!(url(user, password), Some(want), "{user}");
        }
        assert_eq!(judge(b"key=value-of-it", 4..15), None);
    }

    #[test]
    fn an_address_that_is_kept_for_examples_has_no_password() {
        for (host, password, want) in [
            ("example.org", "pass1234", Password::Sample),
            ("mail.example.com:25", "pass1234", Password::Sample),
            ("example.org", "k7Qz2Rw9Wm4TbX", Password::Chosen),
            ("myexample.org", "pass1234", Password::Chosen),
        ] {
            let whole = format!("smtp://ann:{password}@{host}");
            let judged = judge(whole.as_bytes(), 11..11 + password.len());
            assert_eq!(judged, Some(want), "{host}");
        }
    }

    #[test]
    fn passwords_in_headers_are_decoded_first() {
        assert_eq!(basic("user:pass"), Some(Password::Sample));
        assert_eq!(basic("Aladdin:open sesame"), Some(Password::Sample));
        assert_eq!(basic("robot:robot"), Some(Password::Repeats));
        assert_eq!(basic("robot:maple lantern"), Some(Password::Words));
        assert_eq!(basic("robot:Maple7!Lantern"), Some(Password::Chosen));
        assert_eq!(basic("no pair at all"), Some(Password::Missing));
    }

    #[test]
    fn findings_are_as_sure_as_their_passwords() {
        use crate::detect::Scanner;
        use crate::example::expand;
        use crate::finding::{Class, Confidence};

        let scanner = Scanner::new(crate::builtin::set());
        for (template, class, confidence) in [
            ("Authorization: Basic {b64:user:pass}", Class::Sample, None),
            (
                "Authorization: Basic {b64:robot:maple lantern}",
                Class::Credential,
                Some(Confidence::Medium),
            ),
            (
                "Authorization: Basic {b64:robot:{alnum:20}}",
                Class::Credential,
                Some(Confidence::High),
            ),
            (
                "Authorization: Basic {b64:robot{alnum:20}}",
                Class::Credential,
                Some(Confidence::Medium),
            ),
            (
                "Authorization: Basic {b64:rob{nl}ot:{alnum:20}}",
                Class::Credential,
                Some(Confidence::Medium),
            ),
            (
                "Authorization: Basic {b64:robot:{alnum:20}{nl}}",
                Class::Credential,
                Some(Confidence::High),
            ),
            (
                "Authorization: Basic {b64:robot:a7b2}",
                Class::Credential,
                Some(Confidence::Medium),
            ),
            (
                "curl -u robot:robot7 https://api.acme.test",
                Class::Credential,
                Some(Confidence::Low),
            ),
            (
                "db = postgresql://leaf:leaf_user@db.acme.test/x",
                Class::Credential,
                Some(Confidence::Low),
            ),
        ] {
            let text = expand(template, 3).expect("a valid template");
            let found = scanner.scan(text.as_bytes());
            let got: Vec<_> = found.iter().map(|c| (c.class, c.confidence())).collect();
            assert!(
                got.iter()
                    .any(|(c, sure)| *c == class && confidence.is_none_or(|want| want == *sure))
                    && got.iter().all(|(c, _)| *c == class),
                "{template}: {got:?}"
            );
        }
    }
}
