//! Public ids inside tokens: with them the token is found in its provider's list.

use super::{Certainty, Fact, Facts, Field, Seen, steps};
use crate::base64::{Engine, STANDARD};
use crate::detect::checks::base64_any;

/// The id in the secret, or that of the public half beside it.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Stated);
    for sid in seen.partners("-sid").filter(|sid| is_twilio(sid)).take(2) {
        let field = match sid.starts_with(b"AC") {
            true => Field::Account,
            false => Field::Id,
        };
        facts.id(field, sid);
    }
    facts.list.append(&mut self::facts(seen.secret));
    facts.list
}

/// The id in a secret; the form of each kind is asked for anew, because rules are wider.
pub(super) fn facts(secret: &[u8]) -> Vec<Fact> {
    steps::took(secret.len());
    let mut facts = Facts::new(Certainty::Stated);
    if is_twilio(secret) {
        facts.id(Field::Id, secret);
    } else if let Some(rest) = secret.strip_prefix(b"SG.") {
        facts.text(Field::Id, part(rest, b'.', 22, 43).unwrap_or_default());
    } else if let Some(rest) = secret.strip_prefix(b"tskey-") {
        // `<purpose>-<id>-<secret>`; the old form has no purpose.
        let mut parts = rest.split(|&b| b == b'-');
        let purposes = [&b"api"[..], b"auth", b"client", b"scim", b"webhook"];
        let id = parts.find(|part| !purposes.contains(part));
        if parts.next().is_some_and(|part| !part.is_empty()) {
            facts.text(Field::Id, id.unwrap_or_default());
        }
    } else if secret.starts_with(b"pat") && part(secret, b'.', 17, 64).is_some() {
        facts.text(Field::Id, &secret[..17]);
    } else if let Some((region, true)) = mailchimp(secret) {
        facts.text(Field::Account, [b"data centre ", region].concat());
    } else if let Some(rest) = secret.strip_prefix(b"nbt_") {
        // NetBox: the key that it lists.
        facts.text(Field::Id, part(rest, b'.', 12, 40).unwrap_or_default());
    } else if let Some(user) = synapse(secret) {
        facts.text(Field::Owner, user);
    } else if let Some(prefix) = part(secret, b'.', 7, 32) {
        // Headscale: the prefix that it lists.
        facts.text(Field::Id, prefix);
    } else if let Some(id) = telegram(secret) {
        facts.text(Field::Id, id);
    } else if let Some(id) = numbered(secret) {
        facts.text(Field::Id, id);
    }
    facts.list
}

/// `AC` or `SK` and 32 hexadecimal digits.
fn is_twilio(sid: &[u8]) -> bool {
    let digits = sid.strip_prefix(b"AC").or(sid.strip_prefix(b"SK"));
    digits.is_some_and(|digits| {
        let hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
        digits.len() == 32 && digits.iter().all(hex)
    })
}

/// What stands before the sign, when both parts are as long as they should be.
fn part(text: &[u8], sign: u8, first: usize, second: usize) -> Option<&[u8]> {
    let fits = text.len() == first + 1 + second && text.get(first) == Some(&sign);
    text.get(..first).filter(|_| fits)
}

/// `<32>-us12`: the data centre of the account.
fn mailchimp(key: &[u8]) -> Option<(&[u8], bool)> {
    let region = key.get(33..)?;
    let digits = region.strip_prefix(b"us")?;
    let fits = key.get(32) == Some(&b'-') && matches!(digits.len(), 1 | 2);
    Some((region, fits && digits.iter().all(u8::is_ascii_digit)))
}

/// `syt_<the user's name in base64>_<20>_<6>`, of a server that speaks Matrix.
fn synapse(token: &[u8]) -> Option<Vec<u8>> {
    let rest = token
        .strip_prefix(b"syt_")
        .or_else(|| token.strip_prefix(b"syr_"))?;
    let mut parts = rest.split(|&b| b == b'_');
    let name = parts.next().and_then(base64_any)?;
    let lengths = [parts.next()?.len(), parts.next()?.len()];
    let text = std::str::from_utf8(&name).ok()?;
    let fits = lengths == [20, 6] && !text.chars().any(char::is_control);
    fits.then_some(name)
}

/// `<number of the bot>:<35>`.
fn telegram(token: &[u8]) -> Option<&[u8]> {
    let colon = token.iter().position(|&b| b == b':')?;
    let (id, rest) = token.split_at(colon);
    let fits = (6..=12).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) && rest.len() > 30;
    fits.then_some(id)
}

/// Atlassian's Data Center: base64 of `<number of the token>:<random bytes>`, of Bitbucket behind `BBDC-`.
fn numbered(token: &[u8]) -> Option<Vec<u8>> {
    let body = token.strip_prefix(b"BBDC-").unwrap_or(token);
    if !(40..=48).contains(&body.len()) {
        return None;
    }
    let bytes = STANDARD.decode(body).ok()?;
    let colon = bytes.iter().position(|&b| b == b':')?;
    let id = bytes.get(..colon)?;
    let fits = (6..=14).contains(&id.len()) && id.iter().all(u8::is_ascii_digit);
    fits.then(|| id.to_vec())
}
