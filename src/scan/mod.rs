//! Looking at every byte of an input: a source lends its content to the collector, which asks the
//! scanner and keeps what was seen.

mod collector;
mod gap;
mod keep;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

pub use collector::Collector;
pub use gap::Gap;

use crate::finding::{Oid, Origin, RepoPath, Sighting};
use crate::plan::{AuditOptions, Input, Plan};
use crate::reference::Reference;
use crate::source::{self, Change, Control, History, Range, Step, Visited};

/// What a source showed, and the source itself, which can still say where its content stands.
pub struct Scanned {
    /// Every value at every spot of every piece of content.
    pub sightings: Vec<Sighting>,
    /// Where credentials are read by name, when that was asked for.
    pub references: Vec<Reference>,
    /// What they were seen in.
    pub source: Source,
}

/// A source whose content was looked at.
pub enum Source {
    /// Files, a stream, or what the index holds.
    Files(Visited),
    /// The index against HEAD.
    Index(Visited),
    /// A whole history.
    History {
        /// What is known of it.
        history: Box<History>,
        /// What nothing reaches is listed too.
        unreachable: bool,
    },
    /// A range of commits.
    Range(Box<Range>),
    /// Several sources of one repository, each with what it showed.
    Together(Vec<Scanned>),
}

/// Shows the whole input to the scanner. What the collector could not look at to its end is told with
/// what the source could not read.
///
/// # Errors
/// Only what makes the whole run pointless: no such path, no repository, one that cannot be read.
pub fn scan(input: Input, plan: &Plan, control: &Control) -> Result<Scanned> {
    if let Input::Audit(options) = input {
        return together(options, plan, control);
    }
    let collector = Collector::new(&plan.scanner)
        .with_archives(plan.archives.clone())
        .with_references(plan.references)
        .with_control(control);
    let mut source = visit(input, &collector, control)?;
    let gaps = collector.gaps();
    match &mut source {
        Source::Files(visited) | Source::Index(visited) => {
            // A stop is said once of a content: that what was read of it was not looked at to its end says more
            // than that the rest was not read.
            visited.skipped.retain(|said| {
                let same =
                    |gap: &Gap| gap.reason == said.reason && gap.origin.called() == said.what;
                !gaps.iter().filter(|gap| gap.is_stop()).any(same)
            });
            visited.skipped.extend(gaps.iter().map(Gap::skipped));
            visited.skipped.sort();
        }
        Source::History { history, .. } => history.skipped.extend(gaps.iter().map(Gap::skipped)),
        Source::Range(range) => by_paths(range, &gaps),
        // Its parts have said theirs.
        Source::Together(_) => {}
    }
    let references = collector.references();
    Ok(Scanned {
        references,
        sightings: collector.into_sightings(),
        source,
    })
}

/// Shows a working tree and the history behind it, each to a collector of its own.
fn together(options: AuditOptions, plan: &Plan, control: &Control) -> Result<Scanned> {
    let tree = options.tree.map(Input::Tree);
    let parts = tree.into_iter().chain(options.history.map(Input::History));
    let parts: Result<Vec<Scanned>> = parts.map(|part| scan(part, plan, control)).collect();
    let mut parts = parts?;
    Ok(Scanned {
        // Those of files alone; only files that stand there refer to anything.
        references: parts
            .iter_mut()
            .flat_map(|part| std::mem::take(&mut part.references))
            .collect(),
        sightings: Vec::new(),
        source: Source::Together(parts),
    })
}

fn visit(input: Input, collector: &Collector<'_>, control: &Control) -> Result<Source> {
    Ok(match input {
        Input::Tree(options) => Source::Files(source::scan_tree(&options, collector, control)?),
        Input::Stream(name, reader, max) => {
            Source::Files(source::scan_reader(&name, reader, max, collector, control)?)
        }
        Input::Texts(options, _) => {
            let visited = source::scan_texts(&options, collector, control);
            match options.change {
                true => Source::Index(visited),
                false => Source::Files(visited),
            }
        }
        Input::Indexed(options, _) => {
            Source::Files(source::scan_indexed(&options, collector, control)?)
        }
        Input::Staged(options) => Source::Index(source::scan_staged(&options, collector, control)?),
        Input::History(options) => Source::History {
            history: Box::new(source::open_and_scan(&options, collector, control)?),
            unreachable: options.unreachable,
        },
        Input::Range(options, _) => {
            Source::Range(Box::new(source::scan_range(&options, collector, control)?))
        }
        Input::Audit(_) => Source::Together(Vec::new()),
    })
}

/// Names what was not looked at by a path of the range, and leaves out comparisons with a version
/// that was not looked at to its end: what it holds must not look new.
fn by_paths(range: &mut Range, gaps: &[Gap]) {
    let changes = range.steps.iter().flat_map(|step| &step.against).flatten();
    let mut paths: BTreeMap<Oid, &RepoPath> = BTreeMap::new();
    for change in changes {
        if let Some(after) = change.after {
            paths.entry(after.oid).or_insert(&change.path);
        }
    }
    let mut unknown = BTreeSet::new();
    for gap in gaps {
        let mut skipped = gap.skipped();
        if let Origin::Blob(oid) = gap.origin.outer() {
            if gap.is_stop() {
                unknown.insert(*oid);
            }
            if let Some(path) = paths.get(oid) {
                let inside = skipped.what.split_off(oid.to_string().len());
                skipped.what = [path.0.as_slice(), &inside].concat();
            }
        }
        range.skipped.push(skipped);
    }
    if !unknown.is_empty() {
        let known = |change: &Change| {
            change
                .before
                .is_none_or(|file| !unknown.contains(&file.oid))
        };
        let whole = |step: &Step| step.against.iter().flatten().all(known);
        range.steps.retain(whole);
    }
}
