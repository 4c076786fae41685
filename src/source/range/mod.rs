//! A range of commits: what each of them brings against each of its parents. Only the commits of
//! the range are walked and only the content that they changed is looked up; the rest of the
//! history is not read, however long it is.
//!
//! Nothing of the repository is executed, fetched or followed outside of it. What is news is not
//! decided here: this room lists, for the commits that brought content which holds something,
//! which versions stand against which.

mod blobs;
mod diff;
mod objects;
mod push;
mod revs;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::Context;
use gix::mailmap::Snapshot;
use gix::objs::Kind;

pub use push::PushLine;

use super::history::graph::{Node, parse_commit, parse_tag};
use super::history::{open, people, refs};
use super::{Blob, Control, Visit};
use crate::finding::{Commit, Oid, Origin, Reason, RepoPath, Skipped};
use blobs::{How, Queue};
use diff::{File, Trees};
use objects::Objects;
use revs::Ends;
use walk::Walk;

/// Which commits are meant.
#[derive(Clone, Debug)]
pub enum What {
    /// `A..B`: reachable from B and not from A. `A...B`: from their merge base to B. A and B are
    /// revisions as git reads them.
    Revisions(String),
    /// Reachable from any reference and committed at this moment (seconds since 1970) or later.
    Since(i64),
    /// What pushing HEAD would publish: reachable from it and from no remote-tracking reference.
    Pushed,
    /// What git tells a pre-push hook: for each line what the remote lacks. A new branch, or one
    /// whose tip at the remote is not known here (a forced push): what no remote-tracking
    /// reference has. Deletions bring nothing.
    Push(Vec<PushLine>),
    /// Ends that the caller knows: reachable from `to`, not from `from`, and with
    /// `exclude_remotes` not from a remote-tracking reference.
    Span {
        /// Where it starts.
        from: Option<Oid>,
        /// Where it ends: a commit, or a tag of one.
        to: Oid,
        /// Leave out what a remote has.
        exclude_remotes: bool,
    },
}

/// What to read, and within which limits.
#[derive(Clone, Debug)]
pub struct RangeOptions {
    /// The repository, or any directory inside it.
    pub path: PathBuf,
    /// The commits.
    pub what: What,
    /// Lends every version without what another one hands down: slower, the same result.
    pub full: bool,
    /// How many threads; 0 for all.
    pub threads: usize,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
    /// Larger blobs are skipped; bytes.
    pub max_object: u64,
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
    /// Why there is nothing to scan, when there is nothing.
    pub nothing: Option<&'static str>,
}

/// A commit of the range that brought content which may hold something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The commit.
    pub commit: Oid,
    /// What differs from each parent; from nothing for a root.
    pub against: Vec<Vec<Change>>,
}

/// A path whose content a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: RepoPath,
    /// The parent's version.
    pub before: Option<Oid>,
    /// The commit's version.
    pub after: Option<Oid>,
}

/// A range that was read.
pub struct Range {
    /// What could not be read.
    pub skipped: Vec<Skipped>,
    /// What was there.
    pub info: RangeInfo,
    /// Parents before children; commits that brought nothing of interest are left out.
    pub steps: Vec<Step>,
    /// The versions at the range's ends of paths that may hold something.
    at_end: BTreeMap<RepoPath, BTreeSet<Oid>>,
    /// The commits that messages belong to.
    message_of: BTreeMap<Oid, Oid>,
    /// Commits that the range's end reaches.
    of_end: HashSet<Oid>,
    reach: HashMap<Oid, String>,
    objects: Objects,
    mailmap: Snapshot,
}

impl Range {
    /// The versions of a path at the end of the range (for `since`: at HEAD).
    pub fn at_end(&self, path: &RepoPath) -> impl Iterator<Item = &Oid> {
        self.at_end.get(path).into_iter().flatten()
    }

    /// The commit that the message of a commit or tag belongs to.
    pub fn message_of(&self, oid: &Oid) -> Option<Oid> {
        self.message_of.get(oid).copied()
    }

    /// Whether the end of the range reaches the commit.
    pub fn of_end(&self, commit: &Oid) -> bool {
        self.of_end.contains(commit)
    }

    /// What alone reaches the commit, when that is not a branch, a tag or HEAD.
    pub fn reach(&self, commit: &Oid) -> Option<String> {
        self.reach.get(commit).cloned()
    }

    /// A commit as results show it.
    pub fn commit(&self, oid: Oid) -> Commit {
        let mut buffer = Vec::new();
        // It was read before; if it is gone now, its fields stay empty.
        if self
            .objects
            .read_as(&oid, Kind::Commit, &mut buffer)
            .is_err()
        {
            buffer.clear();
        }
        people::commit(oid, &buffer, &self.mailmap)
    }
}

/// Visits what the commits of a range brought: every blob once as `Origin::Blob`, with what it
/// shares with another version of its path, and the messages of commits and of annotated tags.
/// The versions that content is compared with are visited only where [`Visit::holders`] says that
/// there is something to compare.
///
/// # Errors
/// No repository, one whose format cannot be read, or a revision that does not exist; each
/// message names a way out. Damaged parts are no error but `Skipped`.
pub fn scan_range<V: Visit>(
    options: &RangeOptions,
    visit: &V,
    control: &Control,
) -> anyhow::Result<Range> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()
        .context("cannot start threads")?;
    let layout = open::open(&options.path, &options.allow_alternates)?;
    let objects = Objects::open(&layout, &options.allow_alternates, options.max_object)?;
    let mut skipped = Vec::new();
    let refs = refs::read(&layout, &mut skipped);
    if matches!(options.what, What::Revisions(_)) {
        // Only the references that the revisions name count, and those were just found.
        skipped.clear();
    }
    let cut = refs::shallow(&layout);
    let mut walk = Walk::new(&objects, &cut);
    let mut range = Range {
        skipped,
        info: RangeInfo {
            asked: asked(&options.what),
            ..RangeInfo::default()
        },
        steps: Vec::new(),
        at_end: BTreeMap::new(),
        message_of: BTreeMap::new(),
        of_end: HashSet::new(),
        reach: HashMap::new(),
        objects: objects.handle(),
        mailmap: Snapshot::default(),
    };
    let unborn = refs.head.is_none() && !matches!(options.what, What::Push(_) | What::Span { .. });
    if unborn && (refs.all.is_empty() || matches!(options.what, What::Pushed)) {
        range.info.nothing = Some("no commits yet");
        return Ok(range);
    }
    let mut ends = revs::resolve(
        &options.what,
        &layout,
        &refs,
        &objects,
        &mut walk,
        !cut.is_empty(),
    )?;
    range.info.from = ends.from;
    range.info.to = ends.to;
    range.info.base = ends.base;
    range.info.commits = ends.selected.commits.len() as u64;
    range.reach = std::mem::take(&mut ends.selected.reach);
    if ends.selected.commits.is_empty() && ends.tags.is_empty() {
        range.info.nothing = Some(ends.empty);
        return Ok(range);
    }
    let how = How {
        pool: &pool,
        threads: options.threads,
        full: options.full,
    };
    Scan {
        objects: &objects,
        walk,
        trees: Trees::new(&objects),
        queue: Queue::default(),
        how,
        visit,
        control,
        range: &mut range,
    }
    .run(&ends);
    range.skipped.sort();
    range.skipped.dedup();
    Ok(range)
}

/// The range in words, as the user asked for it.
fn asked(what: &What) -> String {
    match what {
        What::Revisions(text) => text.clone(),
        What::Since(date) => {
            let date = jiff::Timestamp::from_second(*date).unwrap_or(jiff::Timestamp::MIN);
            format!("since {date}")
        }
        What::Pushed => "what no remote has".to_owned(),
        What::Push(lines) => {
            let names: Vec<String> = lines
                .iter()
                .map(|line| String::from_utf8_lossy(&line.local_ref).into_owned())
                .collect();
            format!("push of {}", names.join(", "))
        }
        What::Span {
            from,
            to,
            exclude_remotes,
        } => {
            let from = from.map(|oid| oid.short()).unwrap_or_default();
            let but = if *exclude_remotes {
                ", without what remotes have"
            } else {
                ""
            };
            format!("{from}..{}{but}", to.short())
        }
    }
}

/// A commit's tree with the trees it is compared with.
struct Versus<'n> {
    node: &'n Node,
    parents: Vec<Oid>,
}

struct Scan<'a, V> {
    objects: &'a Objects,
    walk: Walk<'a>,
    trees: Trees<'a>,
    queue: Queue,
    how: How<'a>,
    visit: &'a V,
    control: &'a Control,
    range: &'a mut Range,
}

impl<V: Visit> Scan<'_, V> {
    fn run(mut self, ends: &Ends) {
        let commits = &ends.selected.commits;
        self.messages(ends);
        let mut versus: Vec<Versus<'_>> = commits
            .iter()
            .filter_map(|node| self.versus(node))
            .collect();
        // Newest first: older versions are stored, and shown, as differences to newer ones.
        let mut fresh: Vec<Vec<(Rc<[u8]>, File)>> = Vec::with_capacity(versus.len());
        let mut paths: HashSet<Rc<[u8]>> = HashSet::new();
        versus.reverse();
        for commit in &versus {
            let mut own = Vec::new();
            if !self.control.stopped() {
                self.trees
                    .fresh(commit.node.tree, &commit.parents, &mut |path, file| {
                        let path = interned(&mut paths, path);
                        self.queue.add(&path, file, false, self.visit);
                        own.push((path, file));
                    });
            }
            fresh.push(own);
        }
        self.show();
        self.compare(versus, fresh, ends);
        self.of_end(ends);
        self.walk_gaps();
        let mut skipped = std::mem::take(&mut self.range.skipped);
        self.trees.finish(&mut skipped);
        self.range.skipped = skipped;
    }

    fn show(&mut self) {
        self.queue.show(
            self.objects,
            &self.how,
            self.visit,
            self.control,
            &mut self.range.skipped,
        );
    }

    /// Shows the messages of the range's commits and tags.
    fn messages(&mut self, ends: &Ends) {
        let of_commits = ends
            .selected
            .commits
            .iter()
            .map(|node| (node.oid, node.oid));
        let mut buffer = Vec::new();
        let mut left = 0u64;
        for (oid, commit) in of_commits.chain(ends.tags.iter().copied()) {
            if self.control.stopped() {
                left += 1;
                continue;
            }
            let message = match self.objects.read(&oid, &mut buffer) {
                Ok(Kind::Commit) => parse_commit(&buffer).map(|parsed| parsed.message),
                Ok(Kind::Tag) => parse_tag(&buffer).map(|(_, message)| message),
                Ok(_) => None,
                Err(fault) => {
                    self.range.skipped.push(fault.of(oid.to_string()));
                    continue;
                }
            };
            let Some(bytes) = message else {
                continue;
            };
            self.range.message_of.insert(oid, commit);
            let origin = Origin::Message(oid);
            self.control.count(bytes.len());
            let blob = Blob {
                bytes,
                origin: &origin,
            };
            self.visit.blob(blob, None);
        }
        if left > 0 {
            let reason = blobs::stop_reason(self.control);
            let detail = format!("{left} messages not scanned");
            self.range
                .skipped
                .push(Skipped::new(reason, *b"the range", detail));
        }
    }

    /// The trees that a commit is compared with; `None` when none of its parents is there, which
    /// is said.
    fn versus<'n>(&mut self, node: &'n Node) -> Option<Versus<'n>> {
        let mut parents = Vec::new();
        let mut gone = Vec::new();
        for parent in &node.parents {
            match self.walk.tree(parent) {
                Some(tree) if !self.walk.is_cut(&node.oid) => parents.push(tree),
                _ => gone.push(*parent),
            }
        }
        if !gone.is_empty() {
            let names: Vec<String> = gone.iter().map(Oid::short).collect();
            let (reason, help) = match self.walk.is_cut(&node.oid) {
                true => (
                    Reason::ShallowHistory,
                    "`git fetch --deepen=100` or `git fetch --unshallow` brings them",
                ),
                false => (Reason::MissingObject, "`git fsck` says more"),
            };
            let not = if parents.is_empty() {
                ", so what it brought was not scanned"
            } else {
                ", so it was compared with its other parents only"
            };
            let detail = format!("parent {} is not here{not}; {help}", names.join(", "));
            let what = node.oid.to_string();
            self.range.skipped.push(Skipped::new(reason, what, detail));
            if parents.is_empty() {
                return None;
            }
        }
        Some(Versus { node, parents })
    }

    /// Lists, for the commits that brought content which holds something, everything that they
    /// changed, and shows what they started from.
    fn compare(&mut self, versus: Vec<Versus<'_>>, fresh: Vec<Vec<(Rc<[u8]>, File)>>, ends: &Ends) {
        let holders = self.visit.holders();
        let holds = |file: &File| holders.as_ref().is_none_or(|all| all.contains(&file.oid));
        let mut paths: HashSet<Rc<[u8]>> = HashSet::new();
        let mut of_interest: BTreeSet<Rc<[u8]>> = BTreeSet::new();
        for (commit, fresh) in versus.iter().zip(fresh) {
            let holding = fresh.iter().filter(|(_, file)| holds(file));
            of_interest.extend(holding.map(|(path, _)| Rc::clone(path)));
            if !fresh.iter().any(|(_, file)| holds(file)) {
                continue;
            }
            let parents: Vec<Option<Oid>> = match commit.parents.is_empty() {
                true => vec![None],
                false => commit.parents.iter().copied().map(Some).collect(),
            };
            let mut against = Vec::with_capacity(parents.len());
            for parent in parents {
                let mut changes = Vec::new();
                let own = Some(commit.node.tree);
                self.trees.changed(parent, own, &mut |path, before, after| {
                    let path = interned(&mut paths, path);
                    for file in [after, before].into_iter().flatten() {
                        self.queue.add(&path, file, true, self.visit);
                    }
                    changes.push(Change {
                        path: RepoPath(path.to_vec()),
                        before: before.map(|file| file.oid),
                        after: after.map(|file| file.oid),
                    });
                });
                against.push(changes);
            }
            self.range.steps.push(Step {
                commit: commit.node.oid,
                against,
            });
        }
        self.range.steps.reverse();
        for path in of_interest {
            for tip in &ends.tips {
                let Some(tree) = self.walk.tree(tip) else {
                    continue;
                };
                if let Some(oid) = self.trees.lookup(tree, &path) {
                    let file = File { oid, link: false };
                    self.queue.add(&path, file, true, self.visit);
                    let path = RepoPath(path.to_vec());
                    self.range.at_end.entry(path).or_default().insert(oid);
                }
            }
        }
        self.show();
        if self.control.stopped() {
            // A version that was not compared must not look new.
            let queue = &self.queue;
            let seen = |change: &Change| change.before.is_none_or(|oid| queue.has_shown(&oid));
            let whole = |step: &Step| step.against.iter().flatten().all(seen);
            self.range.steps.retain(whole);
        }
        for tip in &ends.tips {
            if self.range.mailmap.entries().is_empty()
                && let Some(tree) = self.walk.tree(tip)
                && let Some(oid) = self.trees.lookup(tree, b".mailmap")
            {
                let mut buffer = Vec::new();
                if self.objects.blob(&oid, &mut buffer).is_ok() {
                    self.range.mailmap = Snapshot::from_bytes(&buffer);
                }
            }
        }
    }

    /// Which commits of the range its ends reach.
    fn of_end(&mut self, ends: &Ends) {
        let nodes: HashMap<Oid, &Node> = ends
            .selected
            .commits
            .iter()
            .map(|node| (node.oid, node))
            .collect();
        let mut stack = ends.tips.clone();
        while let Some(oid) = stack.pop() {
            if let Some(node) = nodes.get(&oid)
                && self.range.of_end.insert(oid)
            {
                stack.extend(&node.parents);
            }
        }
    }

    /// Commits that could not be read and are no parent that was already told of.
    fn walk_gaps(&mut self) {
        let broken = std::mem::take(&mut self.walk.broken);
        for (oid, fault) in broken {
            if fault.reason == Reason::CorruptObject {
                self.range.skipped.push(fault.of(oid.to_string()));
            }
        }
    }
}

/// A path, kept once however many commits change it.
fn interned(paths: &mut HashSet<Rc<[u8]>>, path: &[u8]) -> Rc<[u8]> {
    match paths.get(path) {
        Some(path) => Rc::clone(path),
        None => {
            let path: Rc<[u8]> = path.into();
            paths.insert(Rc::clone(&path));
            path
        }
    }
}
