//! What everybody may see under the name of a key: its number, its public half, the id by which a page is counted.

use super::key::{self, Says};
use super::refusal::Refusal;
use super::site::{Row, Site};

/// The first row that is true decides.
pub(super) const PUBLIC: &[Row] = &[
    (
        Refusal::PublicHalf,
        |s| s.before().ends_with(b"<Modulus>") || s.value.starts_with(b"<Modulus>"),
        "<RSAKeyValue><Modulus>{base64:80}</Modulus>",
    ),
    (
        Refusal::KeyNumber,
        |s| s.name.says == Says::Key && s.is_after_blanks() && is_key_number(s.value),
        "gpg: using RSA key 0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D",
    ),
    (
        Refusal::KeyNumber,
        is_key_of_openpgp,
        "ARG MAPLE_GPG_KEYS={HEX:40}",
    ),
    (
        Refusal::KeyNumber,
        is_key_of_a_repository,
        "maple__apt_key: '{HEX:40}'",
    ),
    (
        Refusal::ObjectId,
        |s| s.is_bare() && is_in_a_urn(s.before_key()),
        "- 'urn:acme:params:oauth:request_uri:{alnum:24}'",
    ),
    (
        Refusal::PublicHalf,
        |s| s.name.says == Says::Key && s.is_bare() && is_called_public(s.before_key()),
        "my public key {alnum:43} on it",
    ),
    (
        Refusal::PublicName,
        |s| is_of_a_counter(s.before_key()),
        r#"<script data-cf-beacon='{{"token": "{hex:32}"}}'></script>"#,
    ),
    (
        Refusal::PublicHalf,
        |s| s.name.says == Says::Key && is_public_half(s.a.key, s.value),
        r#"nkey: "UA{base32:54}""#,
    ),
];

/// `using RSA key 0123456789ABCDEF`: OpenPGP's numbers of keys, in capitals.
fn is_key_number(value: &[u8]) -> bool {
    matches!(value.len(), 16 | 40)
        && value
            .iter()
            .all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(b))
}

/// `GPG_KEYS=0123…`: the name speaks of OpenPGP, and every part of the value is one of its numbers of keys.
fn is_key_of_openpgp(site: &Site<'_>) -> bool {
    let key = site.a.key.to_ascii_lowercase();
    let named = [&b"gpg"[..], b"pgp"]
        .iter()
        .any(|word| memchr::memmem::find(&key, word).is_some());
    let parts = || {
        site.value
            .split(|b| matches!(b, b' ' | b','))
            .filter(|part| !part.is_empty())
    };
    named
        && site.name.says != Says::Password
        && parts().next().is_some()
        && parts().all(is_key_number)
}

/// `runner__apt_key: '0123…'`: the key that a repository of packages is signed with, by its whole number. Some write
/// the number in groups of four.
fn is_key_of_a_repository(site: &Site<'_>) -> bool {
    const REPOSITORIES: &[&str] = &[
        "apt",
        "deb",
        "dnf",
        "repo",
        "repokey",
        "repokeys",
        "repository",
        "rpm",
        "yum",
    ];
    let word = |word: &String| REPOSITORIES.contains(&word.as_str());
    let mut digits = site.value.to_vec();
    digits.retain(|b| *b != b' ');
    site.name.says == Says::Key
        && digits.len() == 40
        && is_key_number(&digits)
        && key::split(site.a.key).iter().any(word)
}

/// `urn:ietf:params:oauth:…` (RFC 8141): the name is a part of the name of a resource.
fn is_in_a_urn(before: &[u8]) -> bool {
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(**b, b':' | b'-' | b'.' | b'_');
    let near = &before[before.len().saturating_sub(80)..];
    let len = near.iter().rev().take_while(part).count();
    near[near.len() - len..].starts_with(b"urn:")
}

/// `public key …`, `Public-Key: …`: the word before the name says which half it is.
fn is_called_public(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(10)..];
    let word = near.trim_ascii_end();
    word.len() < near.len() && word.to_ascii_lowercase().ends_with(b"public")
}

/// `data-cf-beacon='{…`: what counts the visits of a page tells every visitor its number.
fn is_of_a_counter(before: &[u8]) -> bool {
    const MARK: &[u8] = b"data-cf-beacon=";
    let near = &before[before.len().saturating_sub(64)..];
    memchr::memmem::find(near, MARK).is_some_and(|at| !near[at..].contains(&b'>'))
}

/// A value of the form of a public nkey, whatever its checksum; seeds start with `S`.
fn is_public_half(key: &[u8], value: &[u8]) -> bool {
    let key = key.to_ascii_lowercase();
    (key.ends_with(b"nkey") || key.ends_with(b"nkeys"))
        && value.len() == 56
        && value[0] != b'S'
        && value
            .iter()
            .all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(b))
}
