//! What there is to say of what was scanned, beside what was found in it.

use super::{Oid, RepoPath};

/// What a repository holds, for the summary.
#[derive(Clone, Debug, Default)]
pub struct HistoryInfo {
    /// Commits, reachable or not.
    pub commits: u64,
    /// References by kind: branches, tags, remote branches, stashes, notes, pull-request refs,
    /// other refs; kinds without any are left out.
    pub refs: Vec<(&'static str, u64)>,
    /// The history is cut.
    pub shallow: bool,
    /// Objects were left at the server.
    pub partial: bool,
    /// The commit that HEAD names.
    pub head: Option<Oid>,
    /// The address of `origin`, else of the first remote. May contain credentials.
    pub remote: Option<Vec<u8>>,
    /// Why there is nothing to scan, when there is nothing.
    pub nothing: Option<&'static str>,
}

/// What there is to say of a range.
#[derive(Clone, Debug, Default)]
pub struct RangeInfo {
    /// The range as it was asked for.
    pub asked: String,
    /// The commit at its first end; `None` when it has none (`since`, a new branch).
    pub from: Option<Oid>,
    /// The commit at its other end; the first of several.
    pub to: Option<Oid>,
    /// The commit it starts from: A of `A..B`, the merge base of `A...B`, where a push leaves
    /// what the remotes have. `None` when there is no such commit: `since`, a first push.
    pub base: Option<Oid>,
    /// Commits in the range.
    pub commits: u64,
    /// Objects that were read to tell which commits references lead to.
    pub peeled: u64,
    /// Commits that were read to find those of the range.
    pub walked: u64,
    /// Objects that were decoded, those that delta chains lead through included. (What lies loose is
    /// not counted.)
    pub decoded: u64,
    /// Why there is nothing to scan, when there is nothing.
    pub nothing: Option<&'static str>,
}

/// Files that were not scanned because the repository ignores them.
#[derive(Debug, Default)]
pub struct Ignored {
    /// How many.
    pub files: u64,
    /// Those whose names promise credentials (`.env`, `*.tfvars`, `id_rsa`), sorted. Those in
    /// directories of installed packages are not among them.
    pub credential_stores: Vec<RepoPath>,
}
