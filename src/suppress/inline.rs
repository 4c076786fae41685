//! Which comments beside a value hide it.

use std::borrow::Cow;

use super::{Cause, Means};
use crate::finding::{Finding, Marker, Place};

/// The comment that hides a finding at a place.
pub(super) fn cause(finding: &Finding, rule: &str, place: &Place) -> Option<Cause> {
    let marker = place
        .located
        .allow
        .iter()
        .find(|marker| speaks_for(marker, rule, &finding.evidence.also))?;
    Some(Cause {
        means: Means::Inline,
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
