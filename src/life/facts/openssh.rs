//! OpenSSH: the comment of a private key that no passphrase protects, and the certificate that stands beside a
//! key. Sources: OpenSSH `PROTOCOL.key`, `PROTOCOL.certkeys`.

use super::{Certainty, Fact, Facts, Field, Seen, steps, time};
use crate::detect::checks::pem_body;

/// Most parts of a key or certificate that are read.
const PARTS: usize = 64;

pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let mut all = facts(seen.whole);
    for certificate in seen.partners("ssh-certificate").take(1) {
        all.append(&mut self::certificate(certificate));
    }
    all
}

/// Of a private key in PEM form.
pub(super) fn facts(pem: &[u8]) -> Vec<Fact> {
    steps::took(pem.len());
    let mut facts = Facts::new(Certainty::Stated);
    let comment = pem_body(pem).and_then(|bytes| comment(&bytes));
    facts.text(Field::Owner, comment.unwrap_or_default());
    facts.list
}

/// The last string before the padding `1 2 3 …` of the private part.
fn comment(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut from = Wire(bytes.strip_prefix(b"openssh-key-v1\0")?);
    if from.string()? != b"none" {
        return None;
    }
    let (_derivation, _options) = (from.string()?, from.string()?);
    if from.number()? != 1 {
        return None;
    }
    let _public = from.string()?;
    let mut private = Wire(from.string()?);
    if private.number()? != private.number()? {
        return None;
    }
    for _ in 0..PARTS {
        let part = private.string()?;
        let padding = (1u8..).zip(private.0);
        if private.0.len() < 16 && padding.clone().all(|(n, byte)| n == *byte) {
            return Some(part.to_vec());
        }
    }
    None
}

/// Of a certificate as it stands behind its type in base64, decoded. A key outlives its certificate, so all is
/// inferred.
pub(super) fn certificate(bytes: &[u8]) -> Vec<Fact> {
    steps::took(bytes.len());
    let mut facts = Facts::new(Certainty::Inferred);
    let _ = read_certificate(bytes, &mut facts);
    facts.list
}

fn read_certificate(bytes: &[u8], facts: &mut Facts) -> Option<()> {
    let mut from = Wire(bytes);
    let kind = from.string()?;
    let key = kind.strip_suffix(b"-cert-v01@openssh.com")?;
    let parts = match key {
        b"ssh-ed25519" => 1,
        b"ssh-rsa" | b"rsa-sha2-256" | b"rsa-sha2-512" | b"sk-ssh-ed25519" => 2,
        b"ssh-dss" => 4,
        key if key.starts_with(b"sk-ecdsa-") => 3,
        key if key.starts_with(b"ecdsa-") => 2,
        _ => return None,
    };
    // The nonce, and the public key.
    for _ in 0..=parts {
        from.string()?;
    }
    let _serial = from.long()?;
    let host = match from.number()? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let id = from.string()?;
    let mut list = Wire(from.string()?);
    let mut names = Vec::new();
    while names.len() < PARTS && !list.0.is_empty() {
        names.push(list.string()?);
    }
    let (start, end) = (from.long()?, from.long()?);
    facts.text(
        Field::Kind,
        if host {
            "OpenSSH host certificate"
        } else {
            "OpenSSH user certificate"
        },
    );
    facts.text(Field::Id, id);
    facts.text(Field::Scope, names.join(&b' '));
    let moment = |seconds| i64::try_from(seconds).ok().and_then(time::seconds);
    facts.time(Field::NotBefore, moment(start));
    match end {
        u64::MAX => facts.never(),
        end => facts.time(Field::Expires, moment(end)),
    }
    Some(())
}

/// Reads what RFC 4251, section 5, calls strings and numbers.
struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    fn long(&mut self) -> Option<u64> {
        let (bytes, rest) = self.0.split_first_chunk::<8>()?;
        self.0 = rest;
        Some(u64::from_be_bytes(*bytes))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        steps::took(1);
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}
