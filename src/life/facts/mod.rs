//! Facts from bytes, one decoder a kind.
//!
//! Decoders are pure, bounded in size and never fail: malformed bytes give no facts. They never
//! give the secret part of a credential as a fact's value, and know neither clock nor network.

mod aws;
mod jwt;
mod sentry;
mod time;
mod url;
mod x509;

use super::{FactSource, Known};
use crate::finding::{Certainty, Credential, Fact, Field, Source, Value};
use crate::rule::{FactDecoder, Rule};

/// Longest credential that is decoded, in bytes.
const MAX: usize = 64 * 1024;

/// Longest text of a fact, in bytes; longer ones are cut.
const MAX_TEXT: usize = 256;

/// The credential's own bytes, and those of its certificate, as a source of facts.
pub(super) struct Bytes;

impl FactSource for Bytes {
    fn tell(&self, rule: &Rule, credential: &Credential, _: &Known<'_>) -> Vec<Fact> {
        let decoders = rule.facts.iter();
        decoders
            .flat_map(|decoder| decode(*decoder, credential))
            .collect()
    }
}

/// Decodes what a credential's bytes tell.
fn decode(decoder: FactDecoder, credential: &Credential) -> Vec<Fact> {
    let secret = credential.best.secret.expose();
    let whole = credential.best.whole.expose();
    if secret.len() > MAX || whole.len() > MAX {
        return Vec::new();
    }
    match decoder {
        FactDecoder::Jwt => jwt::facts(secret),
        FactDecoder::X509 => {
            let certificates: Vec<&[u8]> = partners(credential, "certificate").collect();
            let client = credential
                .best
                .key
                .as_deref()
                .is_some_and(|key| key.eq_ignore_ascii_case(b"client-key-data"));
            x509::facts(&certificates, client)
        }
        FactDecoder::AzureSas => url::sas(whole),
        FactDecoder::Presigned => url::presigned(whole),
        FactDecoder::AwsKeyId => {
            let beside = partners(credential, "access-key-id");
            let ids = [secret, whole].into_iter().chain(beside);
            ids.map(aws::facts)
                .find(|f| !f.is_empty())
                .unwrap_or_default()
        }
        FactDecoder::SentryOrgToken => sentry::facts(secret),
    }
}

/// Values beside the secret whose kind ends with `kind`.
fn partners<'a>(credential: &'a Credential, kind: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let fits = credential
        .best
        .partners
        .iter()
        .filter(move |p| p.kind.ends_with(kind));
    fits.map(|partner| partner.value.expose())
        .filter(|value| value.len() <= MAX)
}

/// Collects facts of one certainty.
struct Facts {
    list: Vec<Fact>,
    certainty: Certainty,
}

impl Facts {
    fn new(certainty: Certainty) -> Self {
        Facts {
            list: Vec::new(),
            certainty,
        }
    }

    /// A moment, if there is one.
    fn time(&mut self, field: Field, moment: Option<jiff::Timestamp>) {
        if let Some(moment) = moment {
            self.push(field, Value::Time(moment));
        }
    }

    /// A text, if there is any.
    fn text(&mut self, field: Field, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        if text.is_empty() {
            return;
        }
        let mut end = text.len().min(MAX_TEXT);
        // A character of UTF-8 is not cut in two.
        while end > 0 && text.get(end).is_some_and(|b| b & 0xc0 == 0x80) {
            end -= 1;
        }
        self.push(
            field,
            Value::Text(text.get(..end).unwrap_or_default().to_vec()),
        );
    }

    fn push(&mut self, field: Field, value: Value) {
        self.list.push(Fact {
            field,
            value,
            source: Source::Bytes,
            certainty: self.certainty,
        });
    }
}

#[cfg(test)]
mod tests;
