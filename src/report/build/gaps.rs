//! What was not read, and which entries of the baseline hide nothing.

use super::View;
use crate::finding::{self, Reason, Weight};
use crate::report::{IdleEntry, Skipped};
use crate::source::Control;
use crate::suppress::Idle;

impl View<'_> {
    /// What was not read, sorted and each once; failures that the user accepts by name weigh less.
    pub(super) fn skipped(&self, mut all: Vec<finding::Skipped>) -> Vec<Skipped> {
        let accepted = &self.options.accepted_gaps;
        all.sort();
        all.dedup();
        all.into_iter()
            .map(|skipped| Skipped {
                reason: skipped.reason,
                weight: match skipped.reason.weight() {
                    Weight::Failed if accepted.contains(&skipped.reason) => Weight::Accepted,
                    weight => weight,
                },
                what: self.masker.show_path(&skipped.what),
                detail: self.masker.show(skipped.detail.as_bytes()),
            })
            .collect()
    }

    /// Entries that hide nothing.
    pub(super) fn idle(&self, all: Vec<Idle>) -> Vec<IdleEntry> {
        all.into_iter()
            .map(|idle| IdleEntry {
                line: idle.line,
                entry: self.masker.show(idle.what.as_bytes()),
            })
            .collect()
    }
}

/// A source that was stopped says what it left; what stops later says it here.
pub(super) fn with_stop(
    mut skipped: Vec<finding::Skipped>,
    control: &Control,
) -> Vec<finding::Skipped> {
    let says_so = |s: &finding::Skipped| matches!(s.reason, Reason::Interrupted | Reason::TimedOut);
    if control.stopped() && !skipped.iter().any(says_so) {
        let reason = match control.timed_out() {
            true => Reason::TimedOut,
            false => Reason::Interrupted,
        };
        skipped.push(finding::Skipped::new(
            reason,
            "the scan",
            "what was found until then is reported",
        ));
    }
    skipped
}
