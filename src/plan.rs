//! What a run is asked to do.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::detect::Scanner;
use crate::finding::Mode;
use crate::life::Policy;
use crate::lists::List;
use crate::register::Register;
use crate::report::ReportOptions;
use crate::source::{
    ArchiveLimits, HistoryOptions, IndexedOptions, RangeOptions, StagedOptions, TextOptions,
    TreeOptions,
};
use crate::suppress::Suppressions;
use crate::thresholds::Checkpoint;

/// What to scan, and where somebody waits for the answer where that can differ.
pub enum Input {
    /// Files and trees.
    Tree(TreeOptions),
    /// A stream, under a name, up to so many bytes.
    Stream(String, Box<dyn std::io::Read + Send>, u64),
    /// Texts that no file holds, at the paths where they are to stand.
    Texts(TextOptions, Checkpoint),
    /// The index against HEAD.
    Staged(StagedOptions),
    /// What the index holds, whole.
    Indexed(IndexedOptions, Checkpoint),
    /// Every version of everything.
    History(HistoryOptions),
    /// What the commits of a range introduced.
    Range(RangeOptions, Checkpoint),
    /// One repository whole.
    Audit(AuditOptions),
}

/// What an audit of one repository reads. At least one of both is there: a bare repository has no working
/// tree, and a directory need not have a history.
pub struct AuditOptions {
    /// The working tree.
    pub tree: Option<TreeOptions>,
    /// The history.
    pub history: Option<HistoryOptions>,
}

impl Input {
    /// What kind of run it makes.
    pub fn mode(&self) -> Mode {
        match self {
            Input::Tree(_) | Input::Stream(..) | Input::Indexed(..) => Mode::Tree,
            // What a text adds is judged as what is staged.
            Input::Texts(options, _) if options.change => Mode::Staged,
            Input::Texts(..) => Mode::Tree,
            Input::Staged(_) => Mode::Staged,
            Input::History(_) => Mode::History,
            Input::Range(..) => Mode::Range,
            Input::Audit(_) => Mode::Audit,
        }
    }

    /// What waits for the answer.
    pub fn checkpoint(&self) -> Checkpoint {
        match self {
            Input::Tree(_) | Input::Stream(..) | Input::History(_) | Input::Audit(_) => {
                Checkpoint::Report
            }
            Input::Staged(_) => Checkpoint::Hook,
            Input::Indexed(_, at) | Input::Range(_, at) | Input::Texts(_, at) => *at,
        }
    }
}

/// What is asked about what an input holds.
#[derive(Clone, Copy)]
pub(crate) struct Question {
    /// What kind of run it is.
    pub mode: Mode,
    /// Whether conditions are told. What a change adds was written just now, and a commit, a push or a pull
    /// request must not be stopped because a day passed.
    pub conditions: bool,
}

/// Everything a run needs to know besides its input.
pub struct Plan {
    /// What to look for.
    pub scanner: Scanner,
    /// Within which limits archives are opened; `None` leaves them closed.
    pub archives: Option<ArchiveLimits>,
    /// What hides findings.
    pub suppressions: Suppressions,
    /// What is written down of the tokens, when somebody asks about that.
    pub register: Option<Register>,
    /// Whether places that read credentials by name are gathered.
    pub references: bool,
    /// Whether the ends that lie ahead are gathered, for a calendar.
    pub ends: bool,
    /// What servers say of the tokens that they issued, as administrators exported it.
    pub lists: Arc<[List]>,
    /// The moment that statuses hold for.
    pub now: Timestamp,
    /// How old credentials may grow.
    pub policy: Policy,
    /// What the report is asked for.
    pub report: ReportOptions,
}

impl Plan {
    /// What is asked about what `input` holds.
    pub(crate) fn question(&self, input: &Input) -> Question {
        let mode = input.mode();
        let change = mode.is_change() || input.checkpoint() == Checkpoint::Hook;
        Question {
            mode,
            conditions: !change || self.policy.in_changes,
        }
    }

    /// The day that suppressions hold for, in UTC.
    pub fn today(&self) -> Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}
