//! From what a user, a hook or a host names to the ends of a range.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use anyhow::{Context, bail};
use gix::bstr::ByteSlice;

use super::objects::Objects;
use super::push::{Push, PushLine, Receiver};
use super::revision::{Revisions, revision, split};
use super::walk::{Plain, Selected, Walk};
use super::{Control, Selection};
use crate::finding::{Oid, Reason, Skipped};
use crate::source::git::format::Remote;
use crate::source::git::open::Layout;
use crate::source::git::refs::{self, Refs};

/// All references, read at the first question: there may be very many, and a range between two
/// revisions asks none.
pub(super) struct Lazy<'a> {
    layout: &'a Layout,
    control: &'a Control,
    read: std::cell::OnceCell<(Refs, Vec<Skipped>)>,
}

impl<'a> Lazy<'a> {
    pub fn new(layout: &'a Layout, control: &'a Control) -> Self {
        Lazy {
            layout,
            control,
            read: std::cell::OnceCell::new(),
        }
    }

    pub fn get(&self) -> &Refs {
        let read = || {
            let mut skipped = Vec::new();
            (
                refs::read(self.layout, &|| self.control.stopped(), &mut skipped),
                skipped,
            )
        };
        &self.read.get_or_init(read).0
    }

    /// What could not be read, if anything was, and what else hides commits that `what` asks for.
    pub fn skipped(self, what: &Selection, objects: &Objects) -> Vec<Skipped> {
        let Some((refs, mut skipped)) = self.read.into_inner() else {
            return Vec::new();
        };
        let mut gap = |name: &[u8], detail: String| {
            skipped.push(Skipped::new(Reason::BrokenRef, name, detail));
        };
        if matches!(what, Selection::Since(_)) {
            // Very many references may name one object, and each question costs a look at the disk.
            let mut there = HashMap::new();
            for r in &refs.all {
                let known = there.entry(r.oid);
                if !*known.or_insert_with(|| objects.contains(&r.oid)) {
                    gap(&r.name, refs::names_nothing(&r.oid));
                }
            }
        }
        if matches!(what, Selection::Since(_) | Selection::Pushed)
            && refs.emptied
            && refs.head.is_none()
        {
            gap(b"packed-refs", refs::EMPTIED.to_owned());
        }
        skipped
    }
}

/// A range whose ends are known.
#[derive(Default)]
pub(super) struct Ends {
    /// The first end, where there is one.
    pub from: Option<Oid>,
    /// The other end.
    pub to: Option<Oid>,
    /// The commits to which the range leads; empty for `since`.
    pub tips: Vec<Oid>,
    /// Annotated tags of the range, with the commits they lead to, if they do.
    pub tags: Vec<(Oid, Option<Oid>)>,
    /// References of a push that lead to a file's content or a directory, and not to a commit.
    pub plain: Vec<Plain>,
    /// What is to be said of how the ends were found.
    pub note: Option<Skipped>,
    /// What was selected.
    pub selected: Selected,
    /// The commit that the range starts from.
    pub base: Option<Oid>,
    /// What to say when nothing was selected.
    pub empty: &'static str,
}

/// Finds the commits of `what`.
///
/// # Errors
/// A revision that does not exist, or is no commit.
pub(super) fn resolve(
    what: &Selection,
    layout: &Layout,
    refs: &Lazy<'_>,
    objects: &Objects,
    walk: &mut Walk<'_>,
    shallow: bool,
) -> anyhow::Result<Ends> {
    match what {
        Selection::Revisions(text) => {
            let repo = Revisions::new(layout, objects);
            revisions(text, &repo, walk, shallow)
        }
        Selection::Since(date) => Ok(since(*date, refs.get(), walk)),
        Selection::Pushed => Ok(pushed(refs.get(), walk)),
        Selection::Push(to) => push(to, layout, refs, objects, walk),
        Selection::Span {
            from,
            to,
            exclude_remotes,
        } => {
            let remotes = exclude_remotes.then(|| refs.get());
            span(*from, *to, remotes, walk)
        }
    }
}

/// What `a..b` or `a...b` says.
fn revisions(
    text: &str,
    repo: &Revisions<'_>,
    walk: &mut Walk<'_>,
    shallow: bool,
) -> anyhow::Result<Ends> {
    let (from, to, symmetric) = split(text)?;
    let from = revision(repo, from, walk, shallow)?;
    let to = revision(repo, to, walk, shallow)?;
    let mut ends = Ends {
        from: Some(from.0),
        to: Some(to.0),
        tips: vec![to.0],
        tags: to.1.iter().map(|tag| (*tag, Some(to.0))).collect(),
        selected: walk.between(&[to.0], &[from.0]),
        base: Some(from.0),
        empty: "no commits in the range",
        ..Ends::default()
    };
    ends.tags.retain(|(tag, _)| !from.1.contains(tag));
    // What both sides share lies below their merge bases: the commits are the same.
    if symmetric {
        ends.base = walk.best(&ends.selected.boundary);
    }
    Ok(ends)
}

/// What was committed at a moment (seconds since 1970) or later.
fn since(date: i64, refs: &Refs, walk: &mut Walk<'_>) -> Ends {
    let groups = groups(refs, walk);
    let selected = walk.since(&groups, date);
    Ends {
        to: refs.head,
        tips: refs.head.into_iter().collect(),
        tags: tags(walk, &selected, Some(date)),
        selected,
        empty: "no commits since then",
        ..Ends::default()
    }
}

/// What HEAD has and no remote.
fn pushed(refs: &Refs, walk: &mut Walk<'_>) -> Ends {
    let to: Vec<Oid> = refs.head.into_iter().collect();
    let mut ends = beyond(&to, &[], remotes(refs, walk), walk);
    ends.empty = "every commit of HEAD is on a remote already";
    let tags_here = refs.all.iter();
    for r in tags_here.filter(|r| r.name.starts_with(b"refs/tags/")) {
        // What leads to no commit is not pushed with HEAD's.
        let _ = walk.commit_of(r.oid);
    }
    ends.tags = tags(walk, &ends.selected, None);
    ends
}

/// What lies between two commits, and on none of the `remotes`, where these are not to count.
fn span(
    from: Option<Oid>,
    to: Oid,
    without: Option<&Refs>,
    walk: &mut Walk<'_>,
) -> anyhow::Result<Ends> {
    let peeled = peel(to, walk)?;
    let not: Vec<Oid> = match from {
        Some(from) => vec![peel(from, walk)?.0],
        None => Vec::new(),
    };
    let more = without.map(|refs| remotes(refs, walk)).unwrap_or_default();
    let mut ends = beyond(&[peeled.0], &not, more, walk);
    let on_the_way = peeled.1.iter();
    ends.tags = on_the_way.map(|tag| (*tag, Some(peeled.0))).collect();
    Ok(ends)
}

/// The commits of `to` that neither `not` nor `remotes` reach.
fn beyond(to: &[Oid], not: &[Oid], remotes: Vec<Oid>, walk: &mut Walk<'_>) -> Ends {
    let mut all = not.to_vec();
    all.extend(remotes.iter().copied());
    let selected = walk.between(to, &all);
    let base = match not {
        [one] if remotes.is_empty() => Some(*one),
        _ => walk.best(&selected.boundary),
    };
    Ends {
        from: not.first().copied(),
        to: to.first().copied(),
        tips: to.to_vec(),
        selected,
        base,
        empty: "no commits in the range",
        ..Ends::default()
    }
}

/// The annotated tags that were met and that belong to the commits which were selected, or were
/// made at the moment `since` (seconds since 1970) or later.
fn tags(walk: &mut Walk<'_>, selected: &Selected, since: Option<i64>) -> Vec<(Oid, Option<Oid>)> {
    let commits: HashSet<Oid> = selected.commits.iter().map(|node| node.oid).collect();
    let met: Vec<(Oid, i64)> = walk.tags().collect();
    let mut out = Vec::new();
    for (tag, made) in met {
        let commit = walk.commit_of(tag).ok();
        let is_new = since.is_some_and(|since| made >= since);
        if is_new || commit.is_some_and(|commit| commits.contains(&commit)) {
            out.push((tag, commit));
        }
    }
    out
}

fn push(
    push: &Push,
    layout: &Layout,
    refs: &Lazy<'_>,
    objects: &Objects,
    walk: &mut Walk<'_>,
) -> anyhow::Result<Ends> {
    // Before what comes, so that the tags which stand here already are known.
    let standing = match &push.to {
        Receiver::Here(_) => Some(standing(refs.get(), walk)),
        Receiver::Remote(_) => None,
    };
    let mut sent = Sent::default();
    for line in &push.lines {
        let Some(local) = line.local else {
            continue;
        };
        let led = sent.add(line, local, walk);
        let led = led.with_context(|| format!("cannot scan {}", line.local_ref.as_bstr()))?;
        if led && standing.is_none() {
            // A tip that was never fetched (a forced push over the work of others) tells nothing.
            sent.less(line.remote.filter(|remote| objects.contains(remote)), walk);
        }
    }
    let mut note = None;
    let more = match (standing, &push.to) {
        (Some((commits, known)), _) => {
            sent.tags.retain(|(tag, _)| !known.contains(tag));
            commits
        }
        (None, Receiver::Remote(told)) if sent.by_remotes => {
            match tracked(layout, told.as_deref()) {
                Ok(remote) => of_remote(refs.get(), layout, &remote, walk),
                Err(why) => {
                    let detail = format!("{why}, so what any remote has already was left out");
                    note = Some(Skipped::new(Reason::UnknownRemote, *b"the push", detail));
                    remotes(refs.get(), walk)
                }
            }
        }
        (None, _) => Vec::new(),
    };
    let empty = match (push.lines.is_empty(), sent.to.is_empty()) {
        (true, _) => "nothing is pushed",
        (_, true) => "only deletions are pushed",
        _ => "nothing is pushed that the remote lacks",
    };
    Ok(Ends {
        tags: sent.tags,
        plain: sent.plain,
        note,
        empty,
        ..beyond(&sent.to, &sent.not, more, walk)
    })
}

/// What the lines of a push say.
#[derive(Default)]
struct Sent {
    /// The commits that are sent.
    to: Vec<Oid>,
    /// Those that the remote has.
    not: Vec<Oid>,
    /// Annotated tags, with the commits they lead to.
    tags: Vec<(Oid, Option<Oid>)>,
    /// What leads to no commit.
    plain: Vec<Plain>,
    /// What the remote has is not told by the lines alone.
    by_remotes: bool,
}

impl Sent {
    /// Adds what the reference of a line names; whether that leads to a commit.
    ///
    /// # Errors
    /// It leads to nothing that can be read.
    fn add(&mut self, line: &PushLine, local: Oid, walk: &mut Walk<'_>) -> anyhow::Result<bool> {
        match peel(local, walk) {
            Ok((commit, on_the_way)) => {
                self.to.push(commit);
                let tags = on_the_way.into_iter();
                self.tags.extend(tags.map(|tag| (tag, Some(commit))));
                Ok(true)
            }
            Err(error) => {
                let found = walk.plain(&local).ok_or(error)?;
                // No id that git keeps for a branch is that of something else: damage made it so.
                let mut names = [&line.local_ref, &line.remote_ref].into_iter();
                if names.any(|name| name.starts_with(b"refs/heads/")) {
                    walk.broken(found.oid, "a branch leads to it, and it is no commit");
                } else {
                    walk.check(found.oid);
                }
                self.tags.extend(found.tags.iter().map(|tag| (*tag, None)));
                self.plain.push(found);
                Ok(false)
            }
        }
    }

    /// Leaves out what the remote has at a reference, where that is known.
    fn less(&mut self, remote: Option<Oid>, walk: &mut Walk<'_>) {
        match remote.and_then(|remote| walk.peel(remote).ok()) {
            Some(peeled) => {
                self.not.push(peeled.commit);
                self.tags.retain(|(tag, _)| !peeled.tags.contains(tag));
            }
            None => self.by_remotes = true,
        }
    }
}

/// The commits that references of this repository lead to, each once, and the annotated tags on the way. One that
/// cannot be read takes nothing away from what is judged.
fn standing(refs: &Refs, walk: &mut Walk<'_>) -> (Vec<Oid>, HashSet<Oid>) {
    let commits = refs.all.iter().map(|r| walk.commit_of(r.oid).ok());
    let commits: BTreeSet<Oid> = commits.flatten().collect();
    let tags = walk.tags().map(|(tag, _)| tag).collect();
    (commits.into_iter().collect(), tags)
}

/// The remote that is pushed to, with the references that are kept of it. `told` is its name, or
/// its address where it has none; git passes one of them to its hook.
///
/// # Errors
/// It is not known which remote that is; says why.
fn tracked(layout: &Layout, told: Option<&[u8]>) -> Result<Remote, &'static str> {
    let told = told.ok_or("the hook was not told where the push goes")?;
    let named = layout.remotes.iter().find(|remote| remote.name == told);
    let known = named.or_else(|| {
        let has = |remote: &&Remote| remote.addresses.iter().any(|address| address == told);
        layout.remotes.iter().find(has)
    });
    match known {
        Some(remote) if !remote.tracking.is_empty() => Ok(remote.clone()),
        Some(remote) => Ok(Remote::named(&remote.name)),
        // No name of a remote holds these; a name that is not configured here may be elsewhere.
        None if told.iter().any(|byte| matches!(byte, b'/' | b':' | b'\\')) => {
            Err("it goes to an address that no remote here has")
        }
        None => Ok(Remote::named(told)),
    }
}

/// The commits that `remote` has, as far as references which are kept of it say so. A reference
/// that may be kept of another remote too says nothing.
fn of_remote(refs: &Refs, layout: &Layout, remote: &Remote, walk: &mut Walk<'_>) -> Vec<Oid> {
    let others = || {
        layout
            .remotes
            .iter()
            .filter(|other| other.name != remote.name)
    };
    let named = refs
        .all
        .iter()
        .filter(|r| remote.tracks(&r.name) && !others().any(|other| other.tracks(&r.name)));
    let commits: BTreeSet<Oid> = named.filter_map(|r| walk.commit_of(r.oid).ok()).collect();
    commits.into_iter().collect()
}

/// The commits of all remote-tracking references that are there, each once.
fn remotes(refs: &Refs, walk: &mut Walk<'_>) -> Vec<Oid> {
    let named = refs
        .all
        .iter()
        .filter(|r| r.name.starts_with(b"refs/remotes/"));
    let commits: BTreeSet<Oid> = named.filter_map(|r| walk.commit_of(r.oid).ok()).collect();
    commits.into_iter().collect()
}

/// Ends by what a reader needs to know: HEAD, branches and tags first, then other namespaces in
/// the order of their names. Each commit once in a group: there may be very many references, of
/// very many namespaces, and few commits.
fn groups(refs: &Refs, walk: &mut Walk<'_>) -> Vec<(Option<String>, Vec<Oid>)> {
    let mut groups: BTreeMap<Option<&str>, BTreeSet<Oid>> = BTreeMap::new();
    for r in &refs.all {
        match walk.commit_of(r.oid) {
            Ok(commit) => {
                groups.entry(r.group.as_deref()).or_default().insert(commit);
            }
            // Other references may name anything.
            Err(_) if walk.is_stopped() => break,
            Err(what) if r.name == b"HEAD" || r.name.starts_with(b"refs/heads/") => {
                let detail = format!("{} names it, and it is {what}", r.name.as_bstr());
                walk.broken(r.oid, &detail);
            }
            Err(_) => walk.check(r.oid),
        }
    }
    groups
        .into_iter()
        .map(|(name, ends)| (name.map(str::to_owned), ends.into_iter().collect()))
        .collect()
}

fn peel(oid: Oid, walk: &mut Walk<'_>) -> anyhow::Result<(Oid, Vec<Oid>)> {
    match walk.peel(oid) {
        Ok(peeled) => Ok((peeled.commit, peeled.tags)),
        Err(what) => bail!("{oid} is no commit: {what}"),
    }
}
