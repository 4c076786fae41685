//! Certificates beside a private key (RFC 5280).
//!
//! The end of a certificate is not the end of its key, which may be certified again: all that is
//! said here about the key is inferred.

use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::oid::ObjectIdentifier;
use x509_cert::ext::pkix::BasicConstraints;
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::{Certainty, Fact, Facts, Field, Seen, steps, time};

const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// Facts of the certificate beside a key.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let certificates: Vec<&[u8]> = seen.partners("certificate").collect();
    facts(
        &certificates,
        seen.key.eq_ignore_ascii_case(b"client-key-data"),
    )
}

/// Facts of the certificate that is most likely the key's own: the first that is no authority's,
/// else the first. `client`: the key is a kubeconfig's, where organisations are groups.
pub(super) fn facts(certificates: &[&[u8]], client: bool) -> Vec<Fact> {
    let all: Vec<Certificate> = certificates
        .iter()
        .take(16)
        .inspect(|der| steps::took(der.len()))
        .filter_map(|der| Certificate::from_der(der).ok())
        .collect();
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
