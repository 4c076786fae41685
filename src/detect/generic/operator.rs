//! What joins a name and its value, and says that the value is no secret: a command in its place, the name
//! of the user, the address that stands in for a missing setting, a loose operator before an ordinary word.

use super::key::Says;
use super::refusal::Refusal;
use super::site::{Row, Site};
use super::{user, value, words};
use crate::detect::assign::Op;
use crate::detect::checks::looks_random;

/// The first row that is true decides.
pub(super) const OPERATOR: &[Row] = &[
    (
        Refusal::Command,
        is_command,
        "API_KEY=`maple read acme/app key7`",
    ),
    (
        Refusal::UserName,
        |s| user::is_repeated(s.a, s.bytes, s.value),
        "CREATE USER maple7 IDENTIFIED BY 'maple7';",
    ),
    (
        Refusal::CutCall,
        |s| s.a.quote.is_none() && is_cut_at_its_comma(s),
        "shared_secret = calloc(1, sizeof(x));",
    ),
    (
        Refusal::TypeName,
        |s| s.a.quote.is_none() && is_type_of_name(s),
        "someToken: NonEmptyMaxLength64String",
    ),
    (
        Refusal::DefaultAddress,
        |s| s.a.fallback && is_address(s.value),
        "api_secret = getenv('X', 'maple7:8200')",
    ),
    (
        Refusal::OtherSetting,
        is_setting_below,
        "some_secrets: |\n  MAPLE_USERNAME=quay-io:username",
    ),
    (
        Refusal::LooseOperator,
        |s| s.a.op == Op::Label && !is_drawn(s),
        "token - required2",
    ),
];

/// `` NAME=`command` ``: what a shell puts in the place of the command. Without blanks around the equals
/// sign it is a shell that reads it.
fn is_command(site: &Site<'_>) -> bool {
    let before = &site.bytes[..site.a.value.start];
    site.a.quote == Some(b'`')
        && site.a.op == Op::Equals
        && before.ends_with(b"=`")
        && site.value.contains(&b' ')
}

/// `secrets: |`, and below it `NAME=value`: lines that each set something, and are judged for themselves.
fn is_setting_below(site: &Site<'_>) -> bool {
    let key_end = site.a.key_at + site.a.key.len();
    let between = site.bytes.get(key_end..site.a.value.start);
    let below = between.is_some_and(|between| between.contains(&b'\n'));
    let part = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_';
    let name = site.value.iter().take_while(|b| part(b)).count();
    site.a.quote.is_none()
        && below
        && name > 1
        && site.value.get(name) == Some(&b'=')
        && site.value.get(name + 1).is_some_and(|b| *b != b'=')
}

/// `calloc(1` before `, sizeof(x))`: a call that a bare value was cut from.
fn is_cut_at_its_comma(site: &Site<'_>) -> bool {
    let Some(open) = memchr::memchr(b'(', site.value) else {
        return false;
    };
    let function = &site.value[..open];
    let closed = memchr::memchr(b')', &site.value[open..]).is_some();
    let after = &site.bytes[site.a.value.end..];
    let goes_on = matches!(after.first(), Some(b',' | b' ' | b'"' | b'\''));
    !closed
        && goes_on
        && function.len() >= 3
        && function[0].is_ascii_alphabetic()
        && function
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'>' | b'-'))
}

/// A type stands where a value may; a password of such words is one unless a semicolon ends it.
fn is_type_of_name(site: &Site<'_>) -> bool {
    let ended = site.bytes[site.a.value.end..].starts_with(b";");
    (site.name.says != Says::Password || ended) && is_type_name(site.value)
}

/// `NonEmptyMaxLength64String`: three or more words, each with a capital and two small letters or more, and
/// at most three digits in one place. Chance does not draw that.
fn is_type_name(value: &[u8]) -> bool {
    let (mut words, mut numbers, mut at) = (0, 0, 0);
    while at < value.len() {
        let len = |from: usize, fits: fn(&u8) -> bool| {
            value[from..].iter().take_while(|b| fits(b)).count()
        };
        let digits = len(at, u8::is_ascii_digit);
        let small = if value[at].is_ascii_uppercase() {
            len(at + 1, u8::is_ascii_lowercase)
        } else {
            0
        };
        match (digits, small) {
            (1..=3, _) => (numbers, at) = (numbers + 1, at + digits),
            (_, 2..) => (words, at) = (words + 1, at + 1 + small),
            _ => return false,
        }
    }
    words >= 3 && numbers <= 1
}

/// An address with nothing in it that lets anyone in: `host:8200`, `https://host/path?x=y`.
fn is_address(value: &[u8]) -> bool {
    let scheme = memchr::memmem::find(value, b"://");
    let rest = scheme.map_or(value, |at| &value[at + 3..]);
    let host_end = rest
        .iter()
        .position(|b| matches!(b, b'/' | b'?'))
        .unwrap_or(rest.len());
    let host = &rest[..host_end];
    let port = memchr::memrchr(b':', host).map(|at| &host[at + 1..]);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'_');
    let is_port =
        |port: &[u8]| (2..=5).contains(&port.len()) && port.iter().all(u8::is_ascii_digit);
    !host.is_empty()
        && host.iter().all(plain)
        && (scheme.is_some() || port.is_some_and(is_port))
        && port.is_none_or(is_port)
}

/// Behind a loose operator a value must look drawn by a machine, or be a password as people choose them.
fn is_drawn(site: &Site<'_>) -> bool {
    let value = site.value;
    let path = value.contains(&b'/') && value.contains(&b'.');
    if path || value.iter().any(u8::is_ascii_whitespace) {
        return false;
    }
    let form = value::read(value, site.a.quote.is_some());
    let drawn = form.random || value.len() >= 16 && form.digits > 0 && looks_random(value);
    drawn || site.name.says == Says::Password && is_chosen(value, &form)
}

/// `Zk9qT2mX`, `tango42`, `tango!7`: what people choose as a password and nobody writes in a sentence. Letters, and
/// with them digits or signs that join no words.
fn is_chosen(value: &[u8], form: &value::Form) -> bool {
    const SIGNS: &[u8] = b"!@#$%^&*?+~";
    let letters = form.upper + form.lower;
    // `right!"`, `8-digit`, `sha1-hashed`: how sentences speak of passwords.
    let last = value.iter().rposition(|b| !b.is_ascii_punctuation());
    let inside = &value[..last.unwrap_or(0)];
    let signs = inside.iter().any(|b| SIGNS.contains(b));
    let spoken = value
        .iter()
        .any(|b| matches!(b, b'"' | b'\'' | b'`' | b'(' | b')'))
        || value.first().is_some_and(u8::is_ascii_digit) && form.changes < 2
        || words::ALGORITHMS
            .longest_start_of(&value.to_ascii_lowercase())
            .and_then(|word| value.get(word.len()))
            .is_some_and(|next| !next.is_ascii_alphabetic());
    value.len() >= 6 && letters >= 3 && (form.digits > 0 || signs) && !spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_told_from_secrets() {
        for name in ["NonEmptyMaxLength64String", "SomeOtherToken"] {
            assert!(is_type_name(name.as_bytes()), "{name}");
        }
        for other in [
            "Maple64Leaf",
            "Zk9qT2mXw8rB",
            "MapleOakElm64a",
            "MapleOak1Elm2Fir",
        ] {
            assert!(!is_type_name(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn addresses_are_told_from_secrets() {
        for address in [
            "localhost:8200",
            "https://acme.test/a?b=c",
            "redis://cache",
            "10.0.0.5:6379",
        ] {
            assert!(is_address(address.as_bytes()), "{address}");
        }
        for other in [
            "maple7",
            "maple:leaf7",
            "redis://ann:maple7@cache",
            "Zk9q/T2mX",
            "a:1",
        ] {
            assert!(!is_address(other.as_bytes()), "{other}");
        }
    }
}
