//! Facts from bytes, one decoder a kind.
//!
//! Decoders are pure, bounded in size and never fail: malformed bytes give no facts. They never
//! give the secret part of a credential as a fact's value, and know neither clock nor network.

mod algolia;
mod aws;
mod azure;
mod beside;
mod claims;
mod datasette;
mod der;
mod discord;
mod family;
mod fly;
mod gcp;
mod gitlab;
mod grafana;
mod jfrog;
mod jwt;
mod keystore;
mod keytab;
mod macaroon;
mod mapbox;
mod onepassword;
mod openpgp;
mod openssh;
mod paseto;
mod postman;
mod prefix;
mod public_id;
mod sentry;
mod shadow;
mod slack;
mod time;
mod unleash;
mod url;
mod wire;
mod workos;
mod x509;

use super::{FactSource, Known, is_forged};
use crate::finding::{Certainty, Credential, Fact, Field, Partner, Source, Value};
use crate::rule::{FactDecoder, Rule};
use crate::steps;

/// Longest credential that is decoded, in bytes.
const MAX: usize = 64 * 1024;

/// Longest text of a fact, in bytes; longer ones are cut.
const MAX_TEXT: usize = 256;

/// The credential's own bytes, those of its certificate, and what stands beside it, as a source of facts.
pub(super) struct Bytes;

impl FactSource for Bytes {
    fn tell(&self, rule: &Rule, credential: &Credential, _: &Known<'_>) -> Vec<Fact> {
        let best = &credential.best;
        let (secret, whole) = (best.secret.expose(), best.whole.expose());
        if is_forged(credential) || secret.len() > MAX || whole.len() > MAX {
            return Vec::new();
        }
        let seen = Seen {
            secret,
            whole,
            key: best.key.as_deref().unwrap_or_default(),
            partners: &best.partners,
        };
        let decoders = rule.facts.iter();
        decoders.flat_map(|one| decoder(*one)(&seen)).collect()
    }
}

/// What a decoder may look at.
struct Seen<'a> {
    secret: &'a [u8],
    /// The whole match around the secret.
    whole: &'a [u8],
    /// The name it is assigned to; empty where it has none.
    key: &'a [u8],
    partners: &'a [Partner],
}

/// The decoder of a name. This is the one list of them.
fn decoder(name: FactDecoder) -> fn(&Seen<'_>) -> Vec<Fact> {
    match name {
        FactDecoder::Algolia => |seen| algolia::facts(seen.secret),
        FactDecoder::AwsKeyId => aws::of,
        FactDecoder::AzureKey => |seen| azure::facts(seen.secret),
        FactDecoder::AzureSas => |seen| url::sas(seen.whole),
        FactDecoder::Beside => beside::facts,
        FactDecoder::Datasette => |seen| datasette::facts(seen.secret),
        FactDecoder::DevpiMacaroon => |seen| macaroon::devpi(seen.secret),
        FactDecoder::DiscordBot => |seen| discord::facts(seen.secret),
        FactDecoder::FlyMacaroon => |seen| fly::facts(seen.secret),
        FactDecoder::GcpKeyFile => |seen| gcp::facts(seen.whole),
        FactDecoder::GitlabRoutable => |seen| gitlab::facts(seen.secret),
        FactDecoder::Grafana => |seen| grafana::facts(seen.secret),
        FactDecoder::JfrogReference => |seen| jfrog::facts(seen.secret),
        FactDecoder::Jwt => |seen| jwt::facts(seen.secret),
        FactDecoder::Keystore => keystore::of,
        FactDecoder::Keytab => keytab::of,
        FactDecoder::Mapbox => |seen| mapbox::facts(seen.secret),
        FactDecoder::OnePassword => |seen| onepassword::facts(seen.secret),
        FactDecoder::OpenPgp => |seen| openpgp::facts(seen.whole),
        FactDecoder::OpenSsh => openssh::of,
        FactDecoder::Paseto => |seen| paseto::facts(seen.secret),
        FactDecoder::Postman => |seen| postman::facts(seen.secret),
        FactDecoder::Prefix => |seen| prefix::facts(seen.secret),
        FactDecoder::Presigned => url::of,
        FactDecoder::PublicId => public_id::of,
        FactDecoder::PypiMacaroon => |seen| macaroon::pypi(seen.secret),
        FactDecoder::SentryOrgToken => |seen| sentry::facts(seen.secret),
        FactDecoder::Shadow => shadow::of,
        FactDecoder::Slack => |seen| slack::facts(seen.secret),
        FactDecoder::Unleash => |seen| unleash::facts(seen.secret),
        FactDecoder::Workos => |seen| workos::facts(seen.secret),
        FactDecoder::X509 => x509::of,
    }
}

impl<'a> Seen<'a> {
    /// Values beside the secret whose kind ends with `kind`.
    fn partners(&self, kind: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let fits = self.partners.iter().filter(move |p| p.kind.ends_with(kind));
        fits.map(|partner| partner.value.expose())
            .filter(|value| value.len() <= MAX)
    }

    /// What stands beside the secret under a documented name.
    fn beside(&self, name: &str) -> Option<&'a [u8]> {
        let named = |p: &&Partner| p.kind.strip_prefix("beside:") == Some(name);
        self.partners
            .iter()
            .find(named)
            .map(|partner| partner.value.expose())
    }
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

    /// That it has no end.
    fn never(&mut self) {
        self.push(Field::Expires, Value::Text(b"never".to_vec()));
    }

    /// A public identifier of letters and digits; others are no ids.
    fn id(&mut self, field: Field, id: &[u8]) {
        let fits = (1..=64).contains(&id.len()) && id.iter().all(u8::is_ascii_alphanumeric);
        if fits {
            self.push(field, Value::Id(String::from_utf8_lossy(id).into_owned()));
        }
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
mod mutated_tests;
#[cfg(test)]
mod tests;
