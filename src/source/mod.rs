//! Sources: where bytes come from. This room owns I/O and threads; it lends bytes to a visitor
//! and says what it could not read. It knows packs and indexes, and never what a rule is.
//!
//! Only this room names `gix` and `rayon`, and no type of theirs leaves it.

mod absent;
mod archive;
mod at_head;
mod changes;
mod files;
mod git;
mod history;
mod ignored;
mod indexed;
mod local;
mod locate;
mod names;

mod range;
mod sides;
mod staged;
mod stdin;
mod texts;
mod tree;
mod walk;

pub use crate::finding::{HistoryInfo as Info, Ignored, RangeInfo};
pub use archive::ArchiveLimits;
#[doc(hidden)]
pub use archive::open_archive;
pub use at_head::same_at_head;
#[doc(hidden)]
pub use git::delta::apply_delta;
pub use git::location::{GitEnv, quarantine};
pub use history::{
    Attributed, Attribution, Carrier, History, HistoryOptions, decode_only, open_and_scan,
};
pub use ignored::IgnoredFiles;
pub use indexed::{IndexedOptions, plain as plain_path, scan_indexed};
pub use locate::{excerpt, locate, locate_until};
pub use range::{
    Change, File, Push, PushLine, Range, RangeOptions, Receiver, Selection, Step, check_receiving,
    range_ends, scan_range,
};
pub use sides::{
    Repository, Side, SideFile, SideFiles, commit_of, find_upward, git_dir, is_bare, read_side,
    remote_of, tracks,
};
pub use staged::{
    NOTHING_STAGED, StagedOptions, check_for_git, check_staged, scan_staged, scan_staged_with,
};
pub use stdin::scan_reader;
pub use texts::{Text, TextOptions, scan_texts};
pub use tree::{Home, TreeOptions, Visited, home, scan_tree};

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::finding::{Oid, Origin};

/// Bytes on loan, with what they are.
#[derive(Clone, Copy)]
pub struct Blob<'a> {
    /// The content, whole.
    pub bytes: &'a [u8],
    /// Where it comes from.
    pub origin: &'a Origin,
}

/// What a blob's delta base hands down, for visitors that do not look at copied bytes again.
pub struct Inherit<'a, S> {
    /// What the visitor returned for the base.
    pub state: &'a S,
    /// The base's length in bytes.
    pub base_len: usize,
    /// The stretches copied from the base, in order of `dst`, neighbours merged. Copies may run
    /// backwards and repeat in `src`; what no copy covers is new.
    pub copies: &'a [Copy],
}

/// A stretch of a delta's result that is copied from its base; offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Start in the base.
    pub src: usize,
    /// Start in the result.
    pub dst: usize,
    /// Length.
    pub len: usize,
}

/// Looks at content. Called from several threads; the order of calls means nothing.
pub trait Visit: Sync {
    /// What a blob hands to its delta children.
    type State: Send + Sync;

    /// Looks at one piece of content. `parent` is given for blobs that are stored as a delta and
    /// are visited along the delta tree, `None` for everything else.
    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Self::State>>) -> Self::State;

    /// Whether the content that left this state holds something that it does not have from its
    /// base: then it is checked against its id, which takes longer than looking at a version.
    fn holds(&self, _state: &Self::State) -> bool {
        false
    }

    /// Whether content without a path is to be shown again, to [`Visit::named`], because a tree
    /// has it under `name` (a last path component, bytes). Called very often: to be answered fast.
    fn wants_name(&self, _name: &[u8]) -> bool {
        false
    }

    /// Within which limits archives are to be opened and their members shown as blobs of their
    /// own, beside the archive's own bytes; `None` leaves them closed.
    fn archives(&self) -> Option<&ArchiveLimits> {
        None
    }

    /// Where names that stand one a line hold what may be a value: ranges of bytes, in any order. The
    /// names around them are then lent one by one, as [`Origin::Name`].
    fn in_names(&self, _names: &[u8]) -> Vec<std::ops::Range<usize>> {
        Vec::new()
    }

    /// Looks at content once more, under a name that it wants.
    fn named(&self, _blob: Blob<'_>, _name: &[u8]) {}

    /// Whether the versions of a path that a range starts from and ends with are to be shown again, to
    /// [`Visit::version`]: content of a range is shown without its path.
    fn wants_path(&self, _path: &[u8]) -> bool {
        false
    }

    /// Looks at a version of a path that it wants.
    fn version(&self, _path: &crate::finding::RepoPath, _bytes: &[u8], _side: Version) {}

    /// The blobs in which something was seen so far; `None` when that is not known, and all count.
    fn holders(&self) -> Option<BTreeSet<Oid>> {
        None
    }
}

/// Which version of a path it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// What a change starts from.
    Before,
    /// What it leaves behind.
    After,
}

/// Lets a running scan be stopped and watched from outside.
#[derive(Default)]
pub struct Control {
    stop: AtomicBool,
    timed_out: AtomicBool,
    /// Pieces of content visited so far.
    pub items: AtomicU64,
    /// Bytes visited so far.
    pub bytes: AtomicU64,
    /// Pieces expected in all, once known; 0 before. Falls when fewer turn out to be there, so
    /// that a scan that was not stopped ends with as many as it visited.
    pub expected: AtomicU64,
}

impl Control {
    /// Asks the scan to end soon; what was found is kept.
    pub fn interrupt(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The same, because the allowed time is over.
    pub fn time_out(&self) {
        self.timed_out.store(true, Ordering::Relaxed);
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the scan is to end.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the time limit was the reason.
    pub fn timed_out(&self) -> bool {
        self.timed_out.load(Ordering::Relaxed)
    }

    /// Takes back an expected piece: it stands in two places, is of no interest, or is unreadable.
    pub fn expect_less(&self) {
        let less = |n: u64| n.checked_sub(1);
        let _ = self
            .expected
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
    }

    /// Counts a visited piece of content.
    pub fn count(&self, bytes: usize) {
        self.items.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
