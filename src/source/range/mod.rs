//! A range of commits: what each of them brings against each of its parents. Only the commits of
//! the range are walked and only the content that they changed is looked up; the rest of the
//! history is not read, however long it is.
//!
//! Nothing of the repository is executed, fetched or followed outside of it. What is news is not
//! decided here: this room lists, for the commits that brought content which holds something,
//! which versions stand against which.

mod blobs;
mod copies;
mod diff;
mod objects;
mod push;
mod revision;
mod revs;
mod scan;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::PathBuf;

use gix::mailmap::Snapshot;
use gix::objs::Kind;

pub use push::{Push, PushLine, Receiver};

use super::git::{open, people, refs};
use super::{Control, Visit, names};
use crate::finding::{Commit, Name, Oid, RangeInfo, Reason, RepoPath, Skipped};
use blobs::{How, Queue};
use diff::Trees;
use objects::Objects;
use revs::Lazy;
use scan::Scan;
use walk::Walk;

/// References of a push that are named in words; it may have very many.
const MAX_NAMED: usize = 20;

/// A selection of revisions: which commits are meant.
#[derive(Clone, Debug)]
pub enum Selection {
    /// `A..B`: reachable from B and not from A. `A...B`: from their merge base to B. A and B are
    /// revisions as git reads them.
    Revisions(String),
    /// Reachable from any reference and committed at this moment (seconds since 1970) or later.
    Since(i64),
    /// What pushing HEAD would publish: reachable from it and from no remote-tracking reference.
    Pushed,
    /// What git tells a pre-push hook: for each line what the remote lacks. A new branch, or one
    /// whose tip at the remote is not known here (a forced push): what no remote-tracking
    /// reference of that remote has. Deletions bring nothing. What git tells a pre-receive hook: what
    /// no reference of this repository reaches yet.
    Push(Push),
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
    pub what: Selection,
    /// Lends every version without what another one hands down: slower, the same result.
    pub full: bool,
    /// How many threads; 0 for all.
    pub threads: usize,
    /// Directories outside the repository that its alternates may lead to.
    pub allow_alternates: Vec<PathBuf>,
    /// Larger blobs are skipped; bytes.
    pub max_object: u64,
}

impl RangeOptions {
    /// The repository, with what lies in quarantine while a push is received.
    fn open(&self) -> anyhow::Result<open::Layout> {
        let layout = open::open(&self.path, &self.allow_alternates)?;
        Ok(match &self.what {
            Selection::Push(Push {
                to: Receiver::Here(dirs),
                ..
            }) => layout.with_quarantine(dirs),
            _ => layout,
        })
    }

    /// Whether this is a push that the repository receives: those who made it have no word in how it is
    /// judged.
    pub fn is_received(&self) -> bool {
        let Selection::Push(push) = &self.what else {
            return false;
        };
        matches!(push.to, Receiver::Here(_))
    }
}

/// A commit of the range that brought content which may hold something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The commit.
    pub commit: Oid,
    /// What differs from each parent; from nothing for a root.
    pub against: Vec<Vec<Change>>,
}

/// A version of a path that holds content of this repository: a file or a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct File {
    /// The content.
    pub oid: Oid,
    /// It is the target text of a symbolic link, which is no file whatever its name.
    pub link: bool,
}

/// A path whose content a commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The path.
    pub path: RepoPath,
    /// The parent's version; `None` also where the parent has a submodule or a directory.
    pub before: Option<File>,
    /// The commit's version.
    pub after: Option<File>,
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
    at_end: BTreeMap<RepoPath, BTreeSet<File>>,
    /// The commits that messages belong to; a tag that says who made it belongs to itself.
    message_of: BTreeMap<Oid, Oid>,
    /// The commits that brought paths whose names hold something.
    named_by: BTreeMap<Name, Oid>,
    /// Commits that the range's end reaches.
    of_end: HashSet<Oid>,
    reach: HashMap<Oid, String>,
    objects: Objects,
    mailmap: Snapshot,
}

impl Range {
    fn new(objects: &Objects) -> Self {
        Range {
            skipped: Vec::new(),
            info: RangeInfo::default(),
            steps: Vec::new(),
            at_end: BTreeMap::new(),
            message_of: BTreeMap::new(),
            named_by: BTreeMap::new(),
            of_end: HashSet::new(),
            reach: HashMap::new(),
            objects: objects.handle(),
            mailmap: Snapshot::default(),
        }
    }

    /// What looks like a repository without commits may be one that lost its references.
    fn without_commits(&mut self, objects: &Objects, control: &Control) {
        if objects.holds_a_commit(&|| control.stopped()) {
            self.info.nothing = Some("no reference leads to a commit");
            let gap = Skipped::new(Reason::BrokenRef, *b"refs", refs::NOTHING_LED_TO);
            self.skipped.push(gap);
        }
    }

    /// The range has no commits, or none was found before the scan was ended.
    fn nothing_selected(&mut self, walk: &mut Walk<'_>, control: &Control) {
        if control.stopped() {
            let reason = blobs::stop_reason(control);
            let detail = "its commits were not found until then";
            self.skipped
                .push(Skipped::new(reason, *b"the range", detail));
        }
        self.skipped.extend(walk.gaps());
        self.skipped.sort();
    }

    /// The versions of a path at the end of the range (for `since`: at HEAD).
    pub fn at_end(&self, path: &RepoPath) -> impl Iterator<Item = &File> {
        self.at_end.get(path).into_iter().flatten()
    }

    /// The commit that the message of a commit or tag belongs to: a tag that says who made it
    /// belongs to itself.
    pub fn message_of(&self, oid: &Oid) -> Option<Oid> {
        self.message_of.get(oid).copied()
    }

    /// The commit that brought a name, or that its header belongs to.
    pub fn commit_of(&self, name: &Name) -> Option<Oid> {
        match name {
            Name::Header(oid, _) => self.message_of(oid),
            name => self.named_by.get(name).copied(),
        }
    }

    /// Whether the end of the range reaches the commit.
    pub fn of_end(&self, commit: &Oid) -> bool {
        self.of_end.contains(commit)
    }

    /// What alone reaches the commit, when that is not a branch, a tag or HEAD.
    pub fn reach(&self, commit: &Oid) -> Option<String> {
        self.reach.get(commit).cloned()
    }

    /// A commit as results show it, or an annotated tag as if it were one of its tagger's.
    pub fn commit(&self, oid: Oid) -> Commit {
        let mut buffer = Vec::new();
        match self.objects.read(&oid, &mut buffer) {
            Ok(Kind::Tag) => people::tag(oid, &buffer, &self.mailmap),
            Ok(Kind::Commit) => people::commit(oid, &buffer, &self.mailmap),
            // It was read before; if it is gone now, its fields stay empty.
            _ => people::commit(oid, &[], &self.mailmap),
        }
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
    let layout = options.open()?;
    let objects = Objects::open(&layout, options.max_object)?;
    let refs = Lazy::new(&layout, control);
    let mut gaps = Vec::new();
    let cut = refs::shallow(&layout, &mut gaps);
    let mut walk = Walk::new(&objects, &cut, control);
    let mut range = Range::new(&objects);
    let shallow = !cut.is_empty();
    let ends = settle(
        options,
        &layout,
        &refs,
        &objects,
        &mut walk,
        (&mut range.info, shallow),
    )?;
    range.skipped = gaps;
    range.skipped.extend(refs.skipped(&options.what, &objects));
    let Some(mut ends) = ends else {
        range.without_commits(&objects, control);
        return Ok(range);
    };
    range.skipped.extend(ends.note.take());
    if let Selection::Push(push) = &options.what {
        new_names(push, visit);
    }
    range.reach = std::mem::take(&mut ends.selected.reach);
    if range.info.nothing.is_some() {
        range.nothing_selected(&mut walk, control);
        return Ok(range);
    }
    let how = How {
        threads: options.threads,
        full: options.full,
    };
    Scan {
        objects: &objects,
        walk,
        trees: Trees::new(&objects, control),
        queue: Queue::default(),
        how,
        visit,
        control,
        range: &mut range,
    }
    .run(&ends)?;
    range.info.decoded = objects.decoded();
    range.skipped.sort();
    range.skipped.dedup();
    Ok(range)
}

/// Shows the names of references that a push makes; one that the remote has already brings no name.
fn new_names<V: Visit>(push: &Push, visit: &V) {
    let new = push.lines.iter();
    let new = new.filter(|line| line.local.is_some() && line.remote.is_none());
    names::references(new.map(|line| line.remote_ref.as_slice()), visit);
}

/// What a range's ends are, without reading what it brought: the side that its policy comes from
/// has to be known before anything is judged. Where `control` ends it, there is no base.
///
/// # Errors
/// As [`scan_range`].
pub fn range_ends(options: &RangeOptions, control: &Control) -> anyhow::Result<RangeInfo> {
    let layout = options.open()?;
    let objects = Objects::open(&layout, options.max_object)?;
    let refs = Lazy::new(&layout, control);
    let cut = refs::shallow(&layout, &mut Vec::new());
    let mut walk = Walk::new(&objects, &cut, control);
    let mut info = RangeInfo::default();
    let told = (&mut info, !cut.is_empty());
    settle(options, &layout, &refs, &objects, &mut walk, told)?;
    Ok(info)
}

/// Whether pushes to the repository around `dir` could be read: without what lies outside it, but for `allowed`.
///
/// # Errors
/// What is in the way.
pub fn check_receiving(dir: &std::path::Path, allowed: &[PathBuf]) -> anyhow::Result<()> {
    let layout = open::open(dir, allowed)?;
    Objects::open(&layout, 0).map(drop)
}

/// Finds the ends and says in `info` what they are; `None` in a repository without commits.
/// `shallow` is whether the history is cut.
fn settle(
    options: &RangeOptions,
    layout: &open::Layout,
    refs: &Lazy<'_>,
    objects: &Objects,
    walk: &mut Walk<'_>,
    (info, shallow): (&mut RangeInfo, bool),
) -> anyhow::Result<Option<revs::Ends>> {
    let what = &options.what;
    info.asked = asked(what);
    let ends = match what {
        Selection::Since(_) | Selection::Pushed if is_unborn(refs.get(), what) => None,
        _ => match revs::resolve(what, layout, refs, objects, walk, shallow) {
            Ok(ends) => Some(ends),
            // A repository without commits has no revisions either. (What names a commit by its
            // id means one that should be there.)
            Err(_) if matches!(what, Selection::Revisions(_)) && is_unborn(refs.get(), what) => {
                None
            }
            Err(error) => return Err(error),
        },
    };
    let Some(ends) = ends else {
        info.nothing = Some("no commits yet");
        return Ok(None);
    };
    info.peeled = walk.peeled;
    info.walked = walk.read();
    info.from = ends.from;
    info.to = ends.to;
    info.base = ends.base;
    info.commits = ends.selected.commits.len() as u64;
    if ends.selected.commits.is_empty() && ends.tags.is_empty() && ends.plain.is_empty() {
        info.nothing = Some(ends.empty);
    }
    Ok(Some(ends))
}

/// Whether there is nothing yet that `what` could mean.
fn is_unborn(refs: &refs::Refs, what: &Selection) -> bool {
    refs.head.is_none() && (refs.all.is_empty() || matches!(what, Selection::Pushed))
}

/// The range in words, as the user asked for it.
fn asked(what: &Selection) -> String {
    match what {
        Selection::Revisions(text) => text.clone(),
        Selection::Since(date) => {
            let date = jiff::Timestamp::from_second(*date).unwrap_or(jiff::Timestamp::MIN);
            format!("since {date}")
        }
        Selection::Pushed => "what no remote has".to_owned(),
        Selection::Push(push) => {
            let names = push.lines.iter().take(MAX_NAMED);
            let names: Vec<_> = names
                .map(|line| String::from_utf8_lossy(&line.local_ref))
                .collect();
            let more = match push.lines.len().saturating_sub(MAX_NAMED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("push of {}{more}", names.join(", "))
        }
        Selection::Span {
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
