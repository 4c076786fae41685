//! Content that was not looked at to its end.

use crate::finding::{Origin, Reason, Skipped};

/// Content that was not looked at to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The content.
    pub origin: Origin,
    /// Why.
    pub reason: Reason,
    /// What exactly, in our own words.
    pub detail: String,
}

impl Gap {
    /// The gap in the words of the report. Content of a history is named by its id.
    pub fn skipped(&self) -> Skipped {
        Skipped::new(self.reason, self.origin.called(), self.detail.clone())
    }

    /// The scan was ended inside the content: what stands in its rest is not known.
    pub fn is_stop(&self) -> bool {
        matches!(self.reason, Reason::Interrupted | Reason::TimedOut)
    }
}
