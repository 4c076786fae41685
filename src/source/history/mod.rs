//! History: every blob of a repository once, decoded along the packs' delta trees, and commit
//! and tag messages; afterwards, for the few that hold something, who brought them and when.
//!
//! Nothing of the repository is executed, fetched or followed outside of it. What cannot be read
//! is a [`Skipped`].

mod attribute;
mod claims;
mod links;
mod lives;
mod presence;
mod pruned;
mod scan;
mod trees;
mod unread;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use super::git::graph::{Graph, LOST};
use super::git::store::Store;
use super::git::{open, refs, resolve};
use super::{Control, Visit, local, names};
use crate::finding::{
    HistoryInfo, Introduction, Name, Oid, Origin, Reason, RepoPath, Skipped, Timeline,
};

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

/// Visits every unique blob once, and the messages of commits and annotated tags.
///
/// # Errors
/// If there is no repository, or one whose format cannot be read. Damaged parts are no error but
/// `Skipped`.
pub fn open_and_scan<V: Visit>(
    options: &HistoryOptions,
    visit: &V,
    control: &Control,
) -> anyhow::Result<History> {
    let pool = pool(options)?;
    let layout = open::open(&options.path, &options.allow_alternates)?;
    let mut skipped = Vec::new();
    let store = Store::open(&layout, options.max_object, &mut skipped);
    let over = || control.stopped();
    let mut refs = refs::read(&layout, &over, &mut skipped);
    if options.unreachable {
        let mut pseudo = refs::pseudo(&layout, &mut skipped);
        // They may outlive what they name.
        pseudo.retain(|r| store.contains(&r.oid));
        refs.all.extend(pseudo);
    }
    control
        .expected
        .fetch_add(store.pieces() as u64, std::sync::atomic::Ordering::Relaxed);
    let store = Arc::new(store);
    let scan = scan::Scan::new(&store, visit, control, options.full);
    pool.install(|| resolve::walk(&store, options.delta_budget, &scan));
    let (mut commits, tags) = scan.finish(&mut skipped);
    let read = commits.len() as u64;
    if over() {
        // Nothing is traced then, so that no order is needed.
        commits.clear();
    }
    let mut graph = Graph::build(commits, tags, &refs.all, refs.head, &over);
    if !over() && links::mend(&graph, &store, &refs.all, &scan) {
        let (mut commits, mut tags) = scan.finish(&mut skipped);
        commits.append(&mut graph.nodes);
        tags.append(&mut graph.tags);
        graph = Graph::build(commits, tags, &refs.all, refs.head, &over);
    }
    for r in &refs.all {
        if over() {
            break;
        }
        if !store.contains(&r.oid) {
            let name = r.name.clone();
            let detail = refs::names_nothing(&r.oid);
            skipped.push(Skipped::new(Reason::BrokenRef, name, detail));
        }
    }
    let shallow = refs::shallow(&layout, &mut skipped);
    let mut counts = refs.counts.clone();
    if options.unreachable {
        counts.extend(refs::log_count(&layout));
    }
    let info = HistoryInfo {
        commits: read.max(graph.nodes.len() as u64),
        refs: counts,
        shallow: !shallow.is_empty(),
        partial: layout.partial || store.promisor,
        head: refs.head,
        remote: layout.remote.clone(),
        nothing: (refs.all.is_empty() && graph.nodes.is_empty()).then_some("no commits yet"),
    };
    if info.shallow {
        let at = match shallow.len() {
            1 => "1 commit".to_owned(),
            n => format!("{n} commits"),
        };
        let detail = format!(
            "cut at {at}: since when a value stands there is not known, so no age is judged"
        );
        skipped.push(Skipped::new(Reason::ShallowHistory, "shallow", detail));
    }
    // What no reference reaches is left out: it must not be all there is because the references
    // were lost.
    if !options.unreachable && !over() && graph.group.contains(&LOST) {
        if refs.all.is_empty() {
            let detail = "no reference leads to any commit that is here: --unreachable reads them";
            skipped.push(Skipped::new(Reason::BrokenRef, *b"refs", detail));
        } else if refs.emptied {
            skipped.push(Skipped::new(
                Reason::BrokenRef,
                *b"packed-refs",
                refs::EMPTIED,
            ));
        }
    }
    let mut history = History {
        skipped,
        info,
        store: Arc::clone(&store),
        graph,
        pool,
        budget: options.delta_budget,
    };
    if !control.stopped() {
        history.check_links(&refs.all, &shallow.into_iter().collect());
        let take = |oid, kind, bytes: &[u8]| {
            scan.take(oid, kind, bytes, None);
        };
        let wants = |name: &[u8]| visit.wants_name(name);
        let (named, names) = history.check_presence(control, &wants, &take);
        history.show(named, visit, control);
        for name in names.hot(visit) {
            names::show(Name::Path(RepoPath(name.to_vec())), &name, visit);
        }
        names::references(refs.all.iter().map(|r| r.name.as_slice()), visit);
        if options.git_config {
            let in_tree = layout.work_tree.is_some() || layout.common.ends_with(".git");
            let shown: &[u8] = if in_tree { b".git/" } else { b"" };
            let (git_dir, common) = (&layout.git_dir, &layout.common);
            let unread = local::show(git_dir, common, &layout.bounds, shown, visit);
            history.skipped.extend(unread);
        }
    }
    scan.close(&mut history.skipped);
    history.skipped.sort();
    history.skipped.dedup();
    Ok(history)
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

/// Decodes every blob once along the delta trees and does nothing else: the floor that a scan is
/// measured against. Gives the number of blobs and their bytes.
///
/// # Errors
/// As [`open_and_scan`].
pub fn decode_only(options: &HistoryOptions, control: &Control) -> anyhow::Result<(u64, u64)> {
    let pool = pool(options)?;
    let layout = open::open(&options.path, &options.allow_alternates)?;
    let store = Store::open(&layout, options.max_object, &mut Vec::new());
    let sink = scan::Decode::new(control);
    pool.install(|| resolve::walk(&store, options.delta_budget, &sink));
    Ok(sink.counts())
}

fn pool(options: &HistoryOptions) -> anyhow::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .context("cannot start threads")
}
