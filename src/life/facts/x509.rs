//! Certificates beside a private key (RFC 5280).
//!
//! The end of a certificate is not the end of its key, which may be certified again: all that is
//! said here about the key is inferred. What is certain is only that a certificate of another key
//! says nothing of this one.

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::der::Der;
use super::{Certainty, Fact, Facts, Field, Seen, steps, time};
use crate::detect::checks::pem_body;

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// Keys of RSA (RFC 8017) and of elliptic curves (RFC 5480).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const CURVE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// How the public half begins that a private key of a curve may hold: a string of bits of the length of a point of
/// P-256, P-384 and P-521, and the mark of a point that is written whole.
const POINTS: [&[u8]; 3] = [&[3, 0x42, 0, 4], &[3, 0x62, 0, 4], &[3, 0x81, 0x86, 0, 4]];

/// Certificates that are looked at.
const MOST: usize = 16;

/// Facts of the certificate beside a key.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let key = pem_body(seen.whole);
    let certificates = read(seen.partners("certificate"))
        .filter(|one| key.as_ref().is_none_or(|key| may_be_of(key, one)));
    let client = seen.key.eq_ignore_ascii_case(b"client-key-data");
    of_the_likeliest(certificates, client)
}

/// Facts of the key's own among certificates.
pub(super) fn facts(certificates: &[&[u8]], client: bool) -> Vec<Fact> {
    of_the_likeliest(read(certificates.iter().copied()), client)
}

/// The certificates among these; what is none is passed over.
fn read<'a>(all: impl Iterator<Item = &'a [u8]>) -> impl Iterator<Item = Certificate> {
    all.inspect(|der| steps::took(der.len()))
        .filter_map(|der| Certificate::from_der(der).ok())
}

/// Facts of the certificate that is most likely the key's own: the first that is no authority's,
/// else the first. `client`: the key is a kubeconfig's, where organisations are groups.
fn of_the_likeliest(certificates: impl Iterator<Item = Certificate>, client: bool) -> Vec<Fact> {
    let all: Vec<Certificate> = certificates.take(MOST).collect();
    let Some(own) = all.iter().find(|c| !authority(c)).or_else(|| all.first()) else {
        return Vec::new();
    };
    let own = own.tbs_certificate();
    let mut facts = Facts::new(Certainty::Inferred);
    facts.time(Field::Expires, moment(own.validity().not_after));
    facts.time(Field::NotBefore, moment(own.validity().not_before));
    facts.text(Field::Issuer, own.issuer().to_string());
    for name in texts(own.subject(), COMMON_NAME) {
        facts.text(Field::Owner, name);
    }
    for name in texts(own.subject(), ORGANIZATION) {
        let group = client || name.starts_with(b"system:");
        facts.text(if group { Field::Scope } else { Field::Account }, name);
    }
    facts.list
}

/// Whether a certificate may be this private key's: it is not where both show a public half, and these differ. What is
/// encrypted shows none.
fn may_be_of(key: &[u8], certificate: &Certificate) -> bool {
    let modulus_of_key = modulus(key);
    if modulus_of_key.is_none() && !POINTS.iter().any(|point| holds(key, point)) {
        return true;
    }
    let public = certificate.tbs_certificate().subject_public_key_info();
    let bits = public.subject_public_key.raw_bytes();
    match public.algorithm.oid {
        RSA => {
            let mut sequence = Der(Der(bits).take(0x30).unwrap_or_default());
            modulus_of_key.is_some() && modulus_of_key == sequence.take(2)
        }
        CURVE => holds(key, bits),
        _ => true,
    }
}

fn holds(key: &[u8], part: &[u8]) -> bool {
    steps::took(key.len());
    memchr::memmem::find(key, part).is_some()
}

/// The modulus of a private key of RSA, by itself (PKCS#1) or as PKCS#8 wraps it.
fn modulus(key: &[u8]) -> Option<&[u8]> {
    let mut fields = Der(Der(key).take(0x30)?);
    fields.take(2)?;
    match fields.next()? {
        (2, modulus) => Some(modulus),
        (0x30, algorithm) if Der(algorithm).take(6)? == RSA.as_bytes() => {
            let inner = Der(fields.take(4)?).take(0x30)?;
            let mut inner = Der(inner);
            inner.take(2)?;
            inner.take(2)
        }
        _ => None,
    }
}

fn authority(certificate: &Certificate) -> bool {
    let found = certificate
        .tbs_certificate()
        .get_extension::<BasicConstraints>();
    matches!(found, Ok(Some((_, constraints))) if constraints.ca)
}

/// None for the year 9999, which stands for no end, as for all else outside the years of tokens.
fn moment(moment: Time) -> Option<jiff::Timestamp> {
    time::stamp(i64::try_from(moment.to_unix_duration().as_secs()).ok()?)
}

/// The values of an attribute as their bytes; at most eight.
fn texts(name: &Name, kind: ObjectIdentifier) -> impl Iterator<Item = &[u8]> {
    name.iter()
        .filter(move |attribute| attribute.oid == kind)
        .map(|attribute| attribute.value.value())
        .take(8)
}
