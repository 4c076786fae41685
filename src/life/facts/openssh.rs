//! OpenSSH: the comment of a private key that no passphrase protects, and the certificate that stands beside a
//! key. Sources: OpenSSH `PROTOCOL.key`, `PROTOCOL.certkeys`.

use super::wire::Wire;
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
    if from.counted(4)? != b"none" {
        return None;
    }
    let (_derivation, _options) = (from.counted(4)?, from.counted(4)?);
    if from.number(4)? != 1 {
        return None;
    }
    let _public = from.counted(4)?;
    let mut private = Wire(from.counted(4)?);
    if private.number(4)? != private.number(4)? {
        return None;
    }
    for _ in 0..PARTS {
        let part = private.counted(4)?;
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
    let kind = from.counted(4)?;
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
        from.counted(4)?;
    }
    let _serial = from.number(8)?;
    let host = match from.number(4)? {
        1 => false,
        2 => true,
        _ => return None,
    };
    let id = from.counted(4)?;
    let mut list = Wire(from.counted(4)?);
    let mut names = Vec::new();
    while names.len() < PARTS && !list.0.is_empty() {
        names.push(list.counted(4)?);
    }
    let (start, end) = (from.number(8)?, from.number(8)?);
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
    let moment = |seconds| i64::try_from(seconds).ok().and_then(time::stamp);
    facts.time(Field::NotBefore, moment(start));
    match end {
        u64::MAX => facts.never(),
        end => facts.time(Field::Expires, moment(end)),
    }
    Some(())
}
