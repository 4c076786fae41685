//! Signed URLs: Azure's shared access signatures and presigned requests of S3 and its like.
//! The signature itself is the secret and never a fact.

use jiff::{SignedDuration, Timestamp};

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, Seen, aws, steps, time};
use crate::detect::checks::json_object;

/// Longest life of a presigned request, in seconds: seven days.
const LONGEST: i64 = 604_800;

/// The parameters of a query, decoded once; names in lower case.
pub(super) struct Query(Vec<(Vec<u8>, Vec<u8>)>);

impl Query {
    pub(super) fn parse(text: &[u8]) -> Self {
        steps::took(text.len());
        let plain = String::from_utf8_lossy(text)
            .replace("&amp;", "&")
            .replace("\\u0026", "&");
        let split = |c: char| matches!(c, '?' | '&' | ';' | '"' | '\'') || c.is_whitespace();
        let pairs = plain.split(split).filter_map(|part| part.split_once('='));
        let pairs = pairs.take(64).map(|(name, value)| {
            (
                name.to_ascii_lowercase().into_bytes(),
                unescape(value.as_bytes()),
            )
        });
        Query(pairs.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        steps::took(self.0.len());
        let mut all = self.0.iter().filter(|(n, _)| n == name.as_bytes());
        all.next().map(|(_, value)| value.as_slice())
    }
}

/// Undoes percent encoding; what is no escape stays.
fn unescape(text: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(text).collect()
}

/// The host of the first URL in `text`.
fn host(text: &[u8]) -> &[u8] {
    let start = memchr::memmem::find(text, b"://").map_or(text.len(), |at| at + 3);
    let rest = text.get(start..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|b| !b.is_ascii_alphanumeric() && !b"-._".contains(b))
        .unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Azure Storage, Service Bus, Event Hubs and IoT Hub. A signature of a stored policy (`si`) can
/// be ended or prolonged by the policy, so its end is not known.
pub(super) fn sas(whole: &[u8]) -> Vec<Fact> {
    steps::took(whole.len());
    let query = Query::parse(whole);
    // `SharedAccessSignature sr=…` and `…SharedAccessSignature=sr=…` hold `sr` behind another name.
    let resource = query.get("sr").map(<[u8]>::to_vec).or_else(|| {
        let value = query.get("sharedaccesssignature")?;
        Some(value.strip_prefix(b"sr=")?.to_vec())
    });
    if query.get("sig").is_none_or(<[u8]>::is_empty) {
        return Vec::new();
    }
    let moment = |name| {
        let text = query.get(name)?;
        time::iso(text).or_else(|| time::digits(text))
    };
    let mut facts = Facts::new(Certainty::Certain);
    if query.get("si").is_none() {
        // The key that signed a user's delegation ends too.
        let end: Option<Timestamp> = moment("se").into_iter().chain(moment("ske")).min();
        facts.time(Field::Expires, end.filter(|_| moment("se").is_some()));
    }
    facts.time(Field::NotBefore, moment("st"));
    if let Some(owner) = query.get("skoid").or_else(|| query.get("skn")) {
        facts.text(Field::Owner, owner);
    }
    let host = host(whole);
    if memchr::memmem::find(host, b".core.").is_some() {
        let account = host.split(|&b| b == b'.').next().unwrap_or_default();
        facts.text(Field::Account, account);
    } else if query
        .get("se")
        .is_some_and(|se| se.iter().all(u8::is_ascii_digit))
    {
        facts.text(Field::Account, resource.unwrap_or_default());
    }
    if let Some(tenant) = query.get("sktid") {
        facts.text(Field::Account, tenant);
    }
    let names = ["sp", "ss", "srt", "spr"];
    let scope: Vec<Vec<u8>> = names
        .iter()
        .filter_map(|name| Some([name.as_bytes(), b"=", query.get(name)?].concat()))
        .collect();
    facts.text(Field::Scope, scope.join(&b' '));
    facts.list
}

/// A signed address, of which the match may be the last part only.
pub(super) fn of(seen: &Seen<'_>) -> Vec<Fact> {
    let before = seen.partners("address").next().unwrap_or_default();
    presigned(&[before, seen.whole].concat())
}

/// Version 4 (`X-Amz-…`, and Google's `X-Goog-…`) and version 2 (`Expires`).
pub(super) fn presigned(whole: &[u8]) -> Vec<Fact> {
    steps::took(whole.len());
    let query = Query::parse(whole);
    for prefix in ["x-amz-", "x-goog-"] {
        let get = |name: &str| query.get(&format!("{prefix}{name}"));
        if get("signature").is_some_and(|signature| !signature.is_empty()) {
            return version4(get);
        }
    }
    if let Some(pair) = query.get("key-pair-id") {
        return cloudfront(&query, pair);
    }
    let keys = ["awsaccesskeyid", "ossaccesskeyid", "googleaccessid"];
    let (Some(signature), Some(key)) = (
        query.get("signature"),
        keys.iter().find_map(|name| query.get(name)),
    ) else {
        return Vec::new();
    };
    if signature.is_empty() {
        return Vec::new();
    }
    let mut facts = Facts::new(Certainty::Certain);
    facts.time(Field::Expires, query.get("expires").and_then(time::digits));
    owner(&mut facts, key);
    facts.list
}

/// CloudFront: the end is `Expires`, or stands in a policy of JSON in base64 with three signs exchanged.
fn cloudfront(query: &Query, pair: &[u8]) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Certain);
    facts.time(Field::Expires, query.get("expires").and_then(time::digits));
    let policy = query.get("policy").map(|text| {
        let standard = text.iter().map(|b| match b {
            b'-' => b'+',
            b'~' => b'/',
            b'_' => b'=',
            other => *other,
        });
        standard.collect::<Vec<u8>>()
    });
    let policy = policy.and_then(|text| json_object(&text));
    let statement = policy
        .as_ref()
        .and_then(|policy| policy.get("Statement")?.get(0));
    if let Some(statement) = statement {
        let moment = |name: &str| {
            let seconds = statement
                .get("Condition")?
                .get(name)?
                .get("AWS:EpochTime")?;
            time::number(seconds.as_f64()?)
        };
        facts.time(Field::Expires, moment("DateLessThan"));
        facts.time(Field::NotBefore, moment("DateGreaterThan"));
        let resource = statement.get("Resource").and_then(Value::as_str);
        facts.text(Field::Scope, resource.unwrap_or_default());
    }
    facts.id(Field::Owner, pair);
    facts.list
}

fn version4<'a>(get: impl Fn(&str) -> Option<&'a [u8]>) -> Vec<Fact> {
    let mut facts = Facts::new(Certainty::Certain);
    let issued = get("date").and_then(time::iso);
    let life = get("expires")
        .and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok())
        .filter(|life| (1..=LONGEST).contains(life));
    if let (Some(issued), Some(life)) = (issued, life) {
        let end = issued.checked_add(SignedDuration::from_secs(life)).ok();
        facts.time(Field::Expires, end);
    }
    facts.time(Field::Issued, issued);
    let mut parts = get("credential").unwrap_or_default().split(|&b| b == b'/');
    owner(&mut facts, parts.next().unwrap_or_default());
    if let (Some(_date), Some(region), Some(service)) = (parts.next(), parts.next(), parts.next()) {
        facts.text(Field::Scope, [service, region].join(&b' '));
    }
    facts.list
}

/// The key id that signed (public), and the account that it tells.
fn owner(facts: &mut Facts, key: &[u8]) {
    match aws::account(key) {
        // It is shown although it is a finding of its own wherever it stands.
        Some(account) => {
            facts.id(Field::Owner, key);
            facts.id(Field::Account, account.as_bytes());
        }
        None => facts.text(Field::Owner, key),
    }
}
