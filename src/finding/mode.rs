//! What kind of run found something.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a run looks at. It follows from the input and from nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "mode")]
pub enum Mode {
    /// `scan`: files, trees, standard input, the whole index.
    Tree,
    /// `staged`: the index against HEAD.
    Staged,
    /// `history`: every version of everything.
    History,
    /// `history --range`, `--since`, `--pushed`: what some commits introduced.
    Range,
    /// `audit`: the working tree, with the ignored files that look like stores, and the whole history.
    Audit,
}

impl Mode {
    /// The word that machine formats use.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Tree => "tree",
            Mode::Staged => "staged",
            Mode::History => "history",
            Mode::Range => "range",
            Mode::Audit => "audit",
        }
    }

    /// Whether a history is read, so that places may be gone from HEAD.
    pub fn has_history(self) -> bool {
        matches!(self, Mode::History | Mode::Range | Mode::Audit)
    }

    /// Whether only what a change adds is reported.
    pub fn is_change(self) -> bool {
        matches!(self, Mode::Staged | Mode::Range)
    }
}
