//! From a directory to a history that was read: content, messages and names go to the visitor, and
//! what is there but not as it should be becomes a [`Skipped`].

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::Context;

use super::scan::{Decode, Scan};
use super::{History, HistoryOptions, links};
use crate::finding::{HistoryInfo, Name, Oid, Reason, RepoPath, Skipped};
use crate::source::git::graph::{Graph, LOST};
use crate::source::git::open::{self, Layout};
use crate::source::git::refs::{self, Ref, Refs};
use crate::source::git::resolve;
use crate::source::git::store::Store;
use crate::source::{Control, Visit, local, names};

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
    let over = || control.stopped();
    let pool = pool(options)?;
    let layout = open::open(&options.path, &options.allow_alternates)?;
    let mut skipped = Vec::new();
    let store = Arc::new(Store::open(&layout, options.max_object, &mut skipped));
    let refs = references(&layout, &store, options.unreachable, &over, &mut skipped);
    control
        .expected
        .fetch_add(store.pieces() as u64, Ordering::Relaxed);

    let scan = Scan::new(&store, visit, control, options.full);
    pool.install(|| resolve::walk(&store, options.delta_budget, &scan));
    let (graph, commits) = graph(&store, &refs, &scan, &over, &mut skipped);

    let shallow = refs::shallow(&layout, &mut skipped);
    let mut counts = refs.counts.clone();
    if options.unreachable {
        counts.extend(refs::log_count(&layout));
    }
    let mut history = History {
        skipped,
        info: HistoryInfo {
            commits,
            refs: counts,
            shallow: !shallow.is_empty(),
            partial: layout.partial || store.promisor,
            head: refs.head,
            remote: layout.remote.clone(),
            nothing: (refs.all.is_empty() && graph.nodes.is_empty()).then_some("no commits yet"),
        },
        store: Arc::clone(&store),
        graph,
        pool,
        budget: options.delta_budget,
    };
    history.check_targets(&refs.all, &over);
    history.check_whole(&shallow);
    if !options.unreachable && !over() {
        history.check_references_are_there(&refs);
    }
    // Of half a history it would look as if the other half was missing.
    if !over() {
        history.check_links(&refs.all, &shallow.into_iter().collect());
        history.visit_names(&refs.all, &scan, visit, control);
        if options.git_config {
            history.visit_configuration(&layout, visit);
        }
    }
    scan.close(&mut history.skipped);
    history.skipped.sort();
    history.skipped.dedup();
    Ok(history)
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
    let sink = Decode::new(control);
    pool.install(|| resolve::walk(&store, options.delta_budget, &sink));
    Ok(sink.counts())
}

fn pool(options: &HistoryOptions) -> anyhow::Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .context("cannot start threads")
}

/// All references; with `unreachable` also pseudo-references, such as `ORIG_HEAD`.
fn references(
    layout: &Layout,
    store: &Store,
    unreachable: bool,
    over: &dyn Fn() -> bool,
    skipped: &mut Vec<Skipped>,
) -> Refs {
    let mut refs = refs::read(layout, over, skipped);
    if unreachable {
        let mut pseudo = refs::pseudo(layout, skipped);
        // They may outlive what they name.
        pseudo.retain(|r| store.contains(&r.oid));
        refs.all.extend(pseudo);
    }
    refs
}

/// Orders what `scan` found of commits and tags. Also how many commits were read: more than the
/// graph holds when the run was stopped.
fn graph<V: Visit>(
    store: &Store,
    refs: &Refs,
    scan: &Scan<'_, V>,
    over: &dyn Fn() -> bool,
    skipped: &mut Vec<Skipped>,
) -> (Graph, u64) {
    let (mut commits, tags) = scan.finish(skipped);
    let read = commits.len() as u64;
    if over() {
        // Nothing is traced then, so that no order is needed.
        commits.clear();
    }
    let mut graph = Graph::build(commits, tags, &refs.all, refs.head, over);
    // What is named as a commit may be one only in a loose copy. With those the order is another.
    if !over() && links::mend(&graph, store, &refs.all, scan) {
        let (mut commits, mut tags) = scan.finish(skipped);
        commits.append(&mut graph.nodes);
        tags.append(&mut graph.tags);
        graph = Graph::build(commits, tags, &refs.all, refs.head, over);
    }
    let count = read.max(graph.nodes.len() as u64);
    (graph, count)
}

impl History {
    /// Says which references name what is not there.
    fn check_targets(&mut self, refs: &[Ref], over: &dyn Fn() -> bool) {
        for r in refs {
            if over() {
                return;
            }
            if !self.store.contains(&r.oid) {
                let detail = refs::names_nothing(&r.oid);
                let gap = Skipped::new(Reason::BrokenRef, r.name.clone(), detail);
                self.skipped.push(gap);
            }
        }
    }

    /// Says of a shallow clone where it is cut.
    fn check_whole(&mut self, shallow: &[Oid]) {
        let at = match shallow.len() {
            0 => return,
            1 => "1 commit".to_owned(),
            n => format!("{n} commits"),
        };
        let detail = format!(
            "cut at {at}: since when a value stands there is not known, so no age is judged"
        );
        let gap = Skipped::new(Reason::ShallowHistory, "shallow", detail);
        self.skipped.push(gap);
    }

    /// What no reference reaches is left out: it must not be all there is because the references
    /// were lost.
    fn check_references_are_there(&mut self, refs: &Refs) {
        if !self.graph.group.contains(&LOST) {
            return;
        }
        if refs.all.is_empty() {
            let gap = Skipped::new(Reason::BrokenRef, *b"refs", refs::NOTHING_LED_TO);
            self.skipped.push(gap);
        } else if refs.emptied {
            let gap = Skipped::new(Reason::BrokenRef, *b"packed-refs", refs::EMPTIED);
            self.skipped.push(gap);
        }
    }

    /// Shows names of files and references, and once more the content of files whose names are
    /// asked for. The pass that does this also says what reachable trees name and is not there.
    fn visit_names<V: Visit>(
        &mut self,
        refs: &[Ref],
        scan: &Scan<'_, V>,
        visit: &V,
        control: &Control,
    ) {
        let take = |oid, kind, bytes: &[u8]| {
            scan.take(oid, kind, bytes, None);
        };
        let wants = |name: &[u8]| visit.wants_name(name);
        let (named, names) = self.check_presence(control, &wants, &take);
        self.show(named, visit, control);
        for name in names.hot(visit) {
            names::show(Name::Path(RepoPath(name.to_vec())), &name, visit);
        }
        names::references(refs.iter().map(|r| r.name.as_slice()), visit);
    }

    /// Shows the repository's own configuration.
    fn visit_configuration<V: Visit>(&mut self, layout: &Layout, visit: &V) {
        let in_tree = layout.work_tree.is_some() || layout.common.ends_with(Path::new(".git"));
        let shown: &[u8] = if in_tree { b".git/" } else { b"" };
        let (git_dir, common) = (&layout.git_dir, &layout.common);
        let unread = local::show(git_dir, common, &layout.bounds, shown, visit);
        self.skipped.extend(unread);
    }
}
