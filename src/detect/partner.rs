//! What stands beside a credential and says more of it: the id half of a pair, the certificate of
//! a key. Looked for in a bounded window around the value.

use std::ops::Range;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::Candidate;
use crate::finding::Confidence;
use crate::rule::{Kind, RuleSet};

/// The halves of a pair stand at most so many bytes apart (a few lines).
const PAIR_REACH: usize = 512;
/// A certificate stands at most so many bytes from its key.
pub(super) const CERTIFICATE_REACH: usize = 16 * 1024;
/// More certificates than this are a bundle, not the key's own.
const CERTIFICATES: usize = 4;

/// Attaches the partners that stand in the same bytes. A context value whose documented partner
/// is there is worth more than its word alone.
pub(super) fn join(rules: &RuleSet, bytes: &[u8], all: &mut [Candidate]) {
    let ids: Vec<(usize, Range<usize>, Vec<u8>)> = all
        .iter()
        .map(|c| (c.rule, c.span.clone(), c.value.clone()))
        .collect();
    for candidate in all.iter_mut().filter(|c| c.evidence.layers.is_empty()) {
        let rule = &rules.rules[candidate.rule];
        if rule.facts == "x509" && candidate.partners.is_empty() {
            candidate.partners = certificates(near(bytes, &candidate.span, CERTIFICATE_REACH));
        }
        let Kind::Context(context) = &rule.kind else {
            continue;
        };
        if context.with.is_empty() {
            continue;
        }
        let other = ids.iter().find(|(rule, span, _)| {
            rules.rules[*rule].id == context.with
                && span.start < candidate.span.end + PAIR_REACH
                && candidate.span.start < span.end + PAIR_REACH
        });
        if let Some((_, _, value)) = other {
            candidate
                .partners
                .push((context.with.to_string(), value.clone()));
            candidate
                .evidence
                .reasons
                .push("its other half stands beside it");
            candidate.confidence = candidate.confidence.max(Confidence::Medium);
        }
    }
}

/// For a key decoded from a kubeconfig: the certificate in the outer file.
pub(super) fn outside(rules: &RuleSet, bytes: &[u8], candidate: &mut Candidate) {
    if rules.rules[candidate.rule].facts != "x509" || !candidate.partners.is_empty() {
        return;
    }
    let window = near(bytes, &candidate.span, CERTIFICATE_REACH);
    for at in memchr::memmem::find_iter(window, b"client-certificate-data:").take(CERTIFICATES) {
        let text = &window[at + 24..];
        let skip = text
            .iter()
            .take(8)
            .take_while(|b| b" \"'".contains(b))
            .count();
        let len = text[skip..]
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || b"+/=".contains(b))
            .count();
        if let Ok(pem) = BASE64_STANDARD.decode(&text[skip..skip + len]) {
            candidate.partners.extend(certificates(&pem));
        }
    }
}

fn near<'a>(bytes: &'a [u8], span: &Range<usize>, reach: usize) -> &'a [u8] {
    &bytes[span.start.saturating_sub(reach)..(span.end + reach).min(bytes.len())]
}

/// The DER of the PEM certificates in `text`.
fn certificates(text: &[u8]) -> Vec<(String, Vec<u8>)> {
    const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
    let mut out = Vec::new();
    for at in memchr::memmem::find_iter(text, BEGIN).take(CERTIFICATES) {
        let body = &text[at + BEGIN.len()..];
        let Some(end) = memchr::memmem::find(body, b"-----END CERTIFICATE-----") else {
            continue;
        };
        let packed: Vec<u8> = body[..end]
            .iter()
            .copied()
            .filter(|b| !b.is_ascii_whitespace())
            .collect();
        if let Ok(der) = BASE64_STANDARD.decode(packed) {
            out.push(("certificate".to_owned(), der));
        }
    }
    out
}
