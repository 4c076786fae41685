//! Which comments beside a value hide it.

use std::borrow::Cow;

use crate::finding::{Credential, Marker, Place, SuppressedBy, Suppression};

/// The comment that hides a credential at a place.
pub(super) fn suppression(
    credential: &Credential,
    rule: &str,
    place: &Place,
) -> Option<Suppression> {
    let marker = place
        .located
        .allow
        .iter()
        .find(|marker| speaks_for(marker, rule, &credential.best.evidence.also))?;
    Some(Suppression {
        by: SuppressedBy::Inline,
        source: Cow::Borrowed(marker.words),
        line: marker.line,
        reason: marker.reason.clone(),
        until: None,
        new: false,
    })
}

/// A comment without a rule speaks for all, except where a line is too long for anybody to have
/// seen what stands on it.
fn speaks_for(marker: &Marker, rule: &str, also: &[String]) -> bool {
    match marker.rules.is_empty() {
        true => !marker.long,
        false => marker
            .rules
            .iter()
            .any(|named| named == rule || also.contains(named)),
    }
}
