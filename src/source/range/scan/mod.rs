//! One pass over a range: messages, then what each commit has and none of its parents, then, for
//! the commits where that holds something, all that they changed.

mod compare;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use gix::objs::Kind;

use super::blobs::{self, How, Queue};
use super::diff::Trees;
use super::objects::Objects;
use super::revs::Ends;
use super::walk::Walk;
use super::{File, Range};
use crate::finding::{Name, Oid, Origin, Reason, RepoPath, Skipped};
use crate::source::git::graph::Node;
use crate::source::git::parse::{parse_commit, parse_tag, parse_who};
use crate::source::names::{self, Headers};
use crate::source::{Blob, Control, Version, Visit, archive};
use compare::interned;

/// The paths that a commit has and none of its parents has in the same way.
type Fresh = Vec<(Rc<[u8]>, File)>;

/// A commit's tree with the trees it is compared with.
struct Versus<'n> {
    node: &'n Node,
    parents: Vec<Oid>,
}

/// What the pass works with.
pub(super) struct Scan<'a, V> {
    pub objects: &'a Objects,
    pub walk: Walk<'a>,
    pub trees: Trees<'a>,
    pub queue: Queue,
    pub how: How,
    pub visit: &'a V,
    pub control: &'a Control,
    /// What comes out.
    pub range: &'a mut Range,
}

impl<V: Visit> Scan<'_, V> {
    /// Fills the range.
    ///
    /// # Errors
    /// Threads cannot be started.
    pub fn run(mut self, ends: &Ends) -> anyhow::Result<()> {
        let commits = &ends.selected.commits;
        self.messages(ends);
        self.plain(ends);
        let mut versus: Vec<Versus<'_>> = commits
            .iter()
            .filter_map(|node| self.versus(node))
            .collect();
        // Newest first: older versions are stored, and shown, as differences to newer ones.
        let mut fresh: Vec<Fresh> = Vec::with_capacity(versus.len());
        // Of a submodule nothing but its path is content here.
        let mut submodules: Vec<Vec<Rc<[u8]>>> = Vec::with_capacity(versus.len());
        let mut paths: HashSet<Rc<[u8]>> = HashSet::new();
        versus.reverse();
        for commit in &versus {
            let (mut own, mut linked) = (Vec::new(), Vec::new());
            if !self.control.stopped() {
                self.trees
                    .fresh(commit.node.tree, &commit.parents, &mut |path, file| {
                        let path = interned(&mut paths, path);
                        match file {
                            Some(file) => {
                                self.queue.add(&path, file, false, self.visit);
                                own.push((path, file));
                            }
                            None => linked.push(path),
                        }
                    });
            }
            fresh.push(own);
            submodules.push(linked);
        }
        self.names(&versus, &fresh, &submodules, &paths);
        drop(paths);
        self.show()?;
        self.versions(&versus, &fresh, ends);
        self.compare(versus, fresh, ends)?;
        self.of_end(ends);
        self.range.skipped.extend(self.walk.gaps());
        let mut skipped = std::mem::take(&mut self.range.skipped);
        self.trees.finish(&mut skipped);
        self.range.skipped = skipped;
        Ok(())
    }

    /// Lends what new paths hold in their names; commits come newest first.
    fn names(
        &mut self,
        versus: &[Versus<'_>],
        fresh: &[Fresh],
        submodules: &[Vec<Rc<[u8]>>],
        paths: &HashSet<Rc<[u8]>>,
    ) {
        let hot = names::hot_paths(paths.iter().map(|path| &**path), self.visit);
        if hot.is_empty() {
            return;
        }
        let commits = versus.iter().zip(fresh.iter().zip(submodules)).rev();
        let of_commits = commits.flat_map(|(commit, (files, linked))| {
            let paths = files.iter().map(|(path, _)| path).chain(linked);
            paths.map(move |path| (commit, path))
        });
        for (commit, path) in of_commits {
            for (end, bytes) in hot.of(path) {
                let until = &path[..end];
                let name = Name::Path(RepoPath(until.to_vec()));
                let mut parents = commit.parents.iter();
                if self.range.named_by.contains_key(&name)
                    || parents.any(|parent| self.trees.stands(*parent, until))
                {
                    continue;
                }
                names::show(name.clone(), bytes, self.visit);
                self.range.named_by.insert(name, commit.node.oid);
            }
        }
    }

    /// Shows the versions that wanted paths have at the ends of the range, and those that stood before it: what
    /// a parent has and no commit of the range brought.
    fn versions(&mut self, versus: &[Versus<'_>], fresh: &[Fresh], ends: &Ends) {
        let mut brought: BTreeMap<&[u8], BTreeSet<Oid>> = BTreeMap::new();
        for (path, file) in fresh.iter().flatten() {
            if !file.link && self.visit.wants_path(path) {
                brought.entry(path).or_default().insert(file.oid);
            }
        }
        if brought.is_empty() {
            return;
        }
        let mut wanted: BTreeSet<(&[u8], Oid, bool)> = BTreeSet::new();
        for (commit, fresh) in versus.iter().zip(fresh) {
            for (path, _) in fresh {
                let Some(own) = brought.get(&**path) else {
                    continue;
                };
                for parent in &commit.parents {
                    let file = self.trees.lookup(*parent, path);
                    let before = file.filter(|file| !file.link && !own.contains(&file.oid));
                    wanted.extend(before.map(|file| (&**path, file.oid, true)));
                }
            }
        }
        for tip in &ends.tips {
            let Some(tree) = self.walk.tree(tip) else {
                continue;
            };
            for (path, own) in &brought {
                let file = self.trees.lookup(tree, path);
                let after = file.filter(|file| own.contains(&file.oid));
                wanted.extend(after.map(|file| (*path, file.oid, false)));
            }
        }
        let mut buffer = Vec::new();
        for (path, oid, before) in wanted {
            let path = RepoPath(path.to_vec());
            let side = match before {
                true => Version::Before,
                false => Version::After,
            };
            match self.objects.blob(&oid, &mut buffer) {
                Ok(()) => self.visit.version(&path, &buffer, side),
                // What the range brought was told where it was shown.
                Err(fault) if before => self.range.skipped.push(fault.of(path.0)),
                Err(_) => {}
            }
        }
    }

    fn show(&mut self) -> anyhow::Result<()> {
        self.queue.show(
            self.objects,
            &self.how,
            self.visit,
            self.control,
            &mut self.range.skipped,
        )
    }

    /// Shows the messages of the range's commits and tags.
    fn messages(&mut self, ends: &Ends) {
        let of_commits = ends
            .selected
            .commits
            .iter()
            .map(|node| (node.oid, Some(node.oid)));
        let mut buffer = Vec::new();
        let mut headers = Headers::default();
        let mut left = 0u64;
        for (oid, commit) in of_commits.chain(ends.tags.iter().copied()) {
            if self.control.stopped() {
                left += 1;
                continue;
            }
            let mut date = i64::MAX;
            let mut belongs_to = commit;
            let message = match self.objects.read(&oid, &mut buffer) {
                Ok(Kind::Commit) => parse_commit(&buffer).map(|parsed| {
                    date = parse_who(parsed.committer).2;
                    parsed.message
                }),
                Ok(Kind::Tag) => parse_tag(&buffer).map(|tag| {
                    // Who made the tag wrote its message, not who made the commit.
                    belongs_to = match tag.tagger.is_empty() {
                        true => commit,
                        false => Some(oid),
                    };
                    tag.message
                }),
                Ok(_) => None,
                Err(fault) => {
                    self.range.skipped.push(fault.of(oid.to_string()));
                    continue;
                }
            };
            let Some(bytes) = message else {
                continue;
            };
            if let Some(belongs_to) = belongs_to {
                self.range.message_of.insert(oid, belongs_to);
            }
            headers.take(oid, date, names::headers(&buffer), self.visit);
            let origin = Origin::Message(oid);
            self.control.count(bytes.len());
            let blob = Blob {
                bytes,
                origin: &origin,
            };
            self.visit.blob(blob, None);
        }
        headers.finish(self.visit);
        if left > 0 {
            let reason = blobs::stop_reason(self.control);
            let detail = format!("{left} messages not scanned");
            self.range
                .skipped
                .push(Skipped::new(reason, *b"the range", detail));
        }
    }

    /// Shows what references of a push lead to that is no commit, under the paths that a whole history gives it:
    /// a file's content under its id, a directory's files under theirs. The reference's name is no part of them,
    /// because whoever pushes chooses it, and a path says how much a finding matters.
    fn plain(&mut self, ends: &Ends) {
        let mut buffer = Vec::new();
        for plain in &ends.plain {
            let mut files: Vec<(RepoPath, File)> = Vec::new();
            match plain.tree {
                false => files.push((
                    RepoPath::of_blob(&plain.oid),
                    File {
                        oid: plain.oid,
                        link: false,
                    },
                )),
                true => self
                    .trees
                    .changed(None, Some(plain.oid), &mut |path, _, file| {
                        let path = RepoPath(path.to_vec());
                        files.extend(file.map(|file| (path, file)));
                    }),
            }
            for (path, file) in files {
                if self.control.stopped() {
                    let reason = blobs::stop_reason(self.control);
                    self.range.skipped.push(Skipped::new(reason, path.0, ""));
                    continue;
                }
                if let Err(fault) = self.objects.blob(&file.oid, &mut buffer) {
                    self.range.skipped.push(fault.of(path.0));
                    continue;
                }
                let origin = match file.link {
                    true => Origin::Link(path),
                    false => Origin::File(path),
                };
                self.control.count(buffer.len());
                let blob = Blob {
                    bytes: &buffer,
                    origin: &origin,
                };
                self.visit.blob(blob, None);
                let skipped = archive::open(blob, self.visit, self.control);
                self.range.skipped.extend(skipped);
            }
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
}
