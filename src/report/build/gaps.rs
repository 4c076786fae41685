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

/// A source that was stopped says what it left; what stops later says it here, with what was found and
/// `left` by the stages behind the source.
pub(super) fn with_stop(
    mut skipped: Vec<finding::Skipped>,
    left: usize,
    control: &Control,
) -> Vec<finding::Skipped> {
    let says_so = |s: &finding::Skipped| matches!(s.reason, Reason::Interrupted | Reason::TimedOut);
    if control.stopped() && (left > 0 || !skipped.iter().any(says_so)) {
        let reason = match control.timed_out() {
            true => Reason::TimedOut,
            false => Reason::Interrupted,
        };
        let (what, detail) = match left {
            0 => (
                "the scan",
                "what was found until then is reported".to_owned(),
            ),
            1 => (
                "what was found",
                "1 place of it is not judged and not listed".to_owned(),
            ),
            n => (
                "what was found",
                format!("{n} places of it are not judged and not listed"),
            ),
        };
        skipped.push(finding::Skipped::new(reason, what, detail));
    }
    skipped
}
