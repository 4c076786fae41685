//! Values that say no more than their own name does.

use super::key;
use super::refusal::Refusal;
use super::site::{Row, Site};
use crate::detect::assign::Op;

/// The first row that is true decides.
pub(super) const OWN_NAME: &[Row] = &[
    (Refusal::Plural, is_word_of_many, "'passwords' => 'users'"),
    (
        Refusal::WordList,
        is_source_of_users,
        "'passwd': [ 'compat', 'mymaples', 'systemd' ]",
    ),
    (
        Refusal::OwnName,
        is_field_beside_its_twin,
        "samePasswords('newPassword', 'newPassword2')",
    ),
    (
        Refusal::OwnName,
        repeats_its_name,
        "OPTION_SSLPASSWORD = \"ssl-password\"",
    ),
];

/// `'passwords' => 'users'`: a table, a list, a switch; one password has a name of its own.
fn is_word_of_many(site: &Site<'_>) -> bool {
    let key = site.a.key.to_ascii_lowercase();
    let many: [&[u8]; 4] = [b"passwords", b"tokens", b"secrets", b"credentials"];
    many.iter().any(|word| key.ends_with(word))
        && site
            .value
            .iter()
            .all(|b| b.is_ascii_alphabetic() || *b == b'_')
}

/// `passwd: [compat, mymachines, systemd]`: in what order a system looks for its users. The database of users has the
/// name of no other setting, and every member of the list is a word.
fn is_source_of_users(site: &Site<'_>) -> bool {
    const REACH: usize = 120;
    let start = site.a.value.start;
    let before = &site.bytes[start.saturating_sub(REACH)..start];
    let after = &site.bytes[site.a.value.end..];
    let after = &after[..after.len().min(REACH)];
    let part = |b: &u8| b.is_ascii_lowercase() || b" ,'\"".contains(b);
    let (Some(open), Some(close)) = (memchr::memrchr(b'[', before), memchr::memchr(b']', after))
    else {
        return false;
    };
    let (before, after) = (&before[open + 1..], &after[..close]);
    site.a.key.eq_ignore_ascii_case(b"passwd")
        && site.value.iter().all(part)
        && before.iter().chain(after).all(part)
        && before.iter().chain(after).any(|b| *b == b',')
}

/// `passwordsMatch('newPassword', 'newPassword2')`: a form asks twice, and calls its second field by the first.
fn is_field_beside_its_twin(site: &Site<'_>) -> bool {
    let number = site.value.strip_prefix(site.a.key).unwrap_or_default();
    let several = key::split(site.a.key).len() > 1;
    let small = site.a.key.first().is_some_and(u8::is_ascii_lowercase);
    let capital = site.a.key.iter().any(u8::is_ascii_uppercase);
    site.a.op == Op::Pair
        && small
        && capital
        && several
        && number.len() == 1
        && number[0].is_ascii_digit()
}

/// `OPTION_SSLPASSWORD = "ssl-password"`, `CHAT_KEY_STORAGE = "chatKey.v2"`: a constant that holds what it
/// is called.
fn repeats_its_name(site: &Site<'_>) -> bool {
    let operator = |b: &u8| b.is_ascii_alphanumeric() || b"-_.: ".contains(b);
    if !site.value.iter().all(operator) || site.value.len() > 80 {
        return false;
    }
    let letters = |text: &[u8]| -> Vec<u8> {
        let letters = text.iter().filter(|b| b.is_ascii_alphabetic());
        letters.map(u8::to_ascii_lowercase).collect()
    };
    let (name, value) = (letters(site.a.key), letters(site.value));
    if name.len() <= value.len() || value.len() < 8 {
        return false;
    }
    let digits = site.value.iter().any(u8::is_ascii_digit);
    let inside = !digits && memchr::memmem::find(&name, &value).is_some();
    let words = || key::split(site.value).into_iter();
    let number = |word: &String| {
        word.trim_start_matches('v')
            .bytes()
            .all(|b| b.is_ascii_digit())
    };
    // In the same order, and others between them.
    let mut of_name = key::split(site.a.key).into_iter();
    let mut telling = words().filter(|word| word.len() > 1 && !number(word));
    let several = telling.by_ref().count() > 1 || site.value.starts_with(b"k");
    let mut telling = words().filter(|word| word.len() > 1 && !number(word));
    inside && value.len() >= 9
        || several && telling.all(|word| of_name.any(|own| own == word))
        || is_spelled(&name, &value, site.value)
        || !site.name.last && ends_alike(site)
}

/// `OPTION_SSLFILEPASSWORD = "my-sslpassword"`: the letters of the value stand in the name, in their order.
fn is_spelled(name: &[u8], letters: &[u8], value: &[u8]) -> bool {
    let mut of_name = name.iter();
    letters.len() >= 16
        && letters.len() * 2 > name.len()
        && value.contains(&b'-')
        && !value.iter().any(u8::is_ascii_digit)
        && letters
            .iter()
            .all(|letter| of_name.any(|own| own == letter))
}

/// `EnableV2PasswordRegistration = "pm-27-v2-password-registration"`: the value ends with the last two words
/// of a name that goes on after the word for a secret.
fn ends_alike(site: &Site<'_>) -> bool {
    let (name, value) = (key::split(site.a.key), key::split(site.value));
    let last = |words: &[String]| words.len().checked_sub(2).map(|at| words[at..].to_vec());
    site.value.iter().all(|b| !b.is_ascii_uppercase())
        && site.value.contains(&b'-')
        && last(&name).is_some_and(|two| last(&value) == Some(two))
}
