//! The id that a credential is reported under.

use super::View;
use crate::finding::{Class, ConditionId, Confidence, Credential, Exposure, Severity};
use crate::report::LOCAL;
use crate::rule::Rule;

/// The id of what is certainly dead.
pub const EXPIRED: &str = ConditionId::Expired.name();

impl View<'_> {
    /// Certainly expired ones are reported as `stale/expired`, but for what a change adds: that was
    /// just written.
    pub(super) fn is_dead(&self, credential: &Credential) -> bool {
        !self.question.mode.is_change()
            && credential.best.class == Class::Credential
            && credential.life.status.is_certainly_expired()
    }
}

/// GitHub takes severity from the rule: what differs must have an id of its own.
pub(super) fn reported(rule: &Rule, credential: &Credential, dead: bool) -> String {
    let generic = rule.generic().is_some();
    if credential.is_local() {
        format!("{LOCAL}{}", rule.id)
    } else if dead {
        EXPIRED.to_owned()
    } else if credential.severity == Severity::Info && rule.severity != Severity::Info
        || rule.exposure == Exposure::Publishable
        || credential.best.class != Class::Credential
    {
        format!("info/{}", rule.id)
    } else if generic && credential.best.confidence == Confidence::Low {
        format!("generic/{}-weak", rule.id)
    } else {
        rule.id.to_string()
    }
}
