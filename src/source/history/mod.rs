//! History: every blob of a repository once, decoded along the packs' delta trees, and commit
//! and tag messages; afterwards, for the few that hold something, who brought them and when.
//!
//! Nothing of the repository is executed, fetched or followed outside of it. What cannot be read
//! is a [`Skipped`].

mod attribute;
mod claims;
mod introductions;
mod links;
mod lives;
mod opening;
mod presence;
mod pruned;
mod scan;
mod trees;
mod unread;
mod wanted;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::git::graph::Graph;
use super::git::store::Store;
use super::{Control, Visit};
use crate::finding::{
    HistoryInfo, Introduction, Name, Oid, Origin, Reason, RepoPath, Skipped, Timeline,
};

pub use opening::{decode_only, open_and_scan};

/// What to read of a history, and within which limits.
#[derive(Clone, Debug)]
pub struct HistoryOptions {
    /// The repository, or any directory inside it.
    pub path: PathBuf,
    /// Counts the entries of all reference logs too. (Objects that no reference reaches are
    /// always visited; attribution says so, and the caller decides.)
    pub unreachable: bool,
    /// Lends every version without what its delta base hands down: slower, and the plain way that
    /// visitors who inherit are held against.
    pub full: bool,
    /// How many threads decode; 0 means one a core.
    pub threads: usize,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
    /// Bytes of decoded bases that may wait for their deltas, over all threads.
    pub delta_budget: usize,
    /// Larger objects are skipped; bytes.
    pub max_object: u64,
    /// Also look at the repository's own configuration.
    pub git_config: bool,
}

impl Default for HistoryOptions {
    fn default() -> Self {
        HistoryOptions {
            path: PathBuf::from("."),
            unreachable: false,
            full: false,
            threads: 0,
            allow_alternates: Vec::new(),
            delta_budget: 512 << 20,
            max_object: 256 << 20,
            git_config: false,
        }
    }
}

/// A history that was read, ready for attribution.
pub struct History {
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What was there.
    pub info: HistoryInfo,
    store: Arc<Store>,
    graph: Graph,
    pool: rayon::ThreadPool,
    budget: usize,
}

/// A piece of content that holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Carrier {
    /// A blob or a message.
    pub origin: Origin,
    /// The caller's number for the credential; small, from 0.
    pub credential: u32,
}

/// Where the credentials stand, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribution {
    /// False when it was stopped: then places are ids, and nothing is known of commits, reach and
    /// HEAD.
    pub whole: bool,
    /// One for every path at which a credential stood, sorted by credential and path.
    pub places: Vec<Attributed>,
    /// By credential; `None` for one that no commit holds.
    pub timelines: Vec<Option<Timeline>>,
    /// What could not be read on the way.
    pub skipped: Vec<Skipped>,
    /// Where content that was not read was seen first.
    pub paths: BTreeMap<Oid, Vec<u8>>,
}

/// One credential at one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributed {
    /// The caller's number.
    pub credential: u32,
    /// The content to show: the version at HEAD if it holds the credential, else the one of the
    /// first introduction.
    pub origin: Origin,
    /// The path; `.git-history/…` for messages, and for blobs that no commit names.
    pub path: RepoPath,
    /// Who brought it there; `None` when no commit did.
    pub introduced: Option<Introduction>,
    /// HEAD's tree holds it at this path; for a message: HEAD reaches the commit.
    pub at_head: bool,
    /// How many versions of the file hold it.
    pub versions: u32,
    /// `None` when branches, tags or HEAD reach it; else `refs/<namespace>` or `unreachable`.
    pub reach: Option<String>,
}

impl History {
    /// All that was not read, by path where `traced` knows one.
    pub fn gaps(&self, traced: &Attribution) -> Vec<Skipped> {
        let mut all = self.skipped.clone();
        all.extend_from_slice(&traced.skipped);
        unread::rename(&mut all, &traced.paths);
        all.sort();
        all.dedup();
        all
    }
}
