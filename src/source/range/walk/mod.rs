//! Which commits are meant: those that some ends reach and others do not. Walked by date until
//! both sides are exhausted, as git does it, so that the cost follows the range and not the past.

mod select;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use gix::hash::ObjectId;
use gix::objs::Kind;

use super::objects::Objects;
use crate::finding::{Oid, Reason, Skipped};
use crate::source::Control;
use crate::source::git::fault as git;
use crate::source::git::fault::Fault;
use crate::source::git::graph::{Node, parents_first};
use crate::source::git::parse::{parse_commit, parse_tag, parse_who};

/// The commits of a range.
#[derive(Default)]
pub(super) struct Selected {
    /// Parents before children.
    pub commits: Vec<Node>,
    /// Commits outside the range at which it begins: excluded parents of its commits, and ends
    /// that are excluded themselves.
    pub boundary: BTreeSet<Oid>,
    /// What reaches a commit, when that is not a branch, a tag or HEAD.
    pub reach: HashMap<Oid, String>,
}

/// What an end leads to.
pub(super) struct Peeled {
    /// The commit.
    pub commit: Oid,
    /// The annotated tags on the way to it, outermost first.
    pub tags: Vec<Oid>,
}

/// What a reference leads to that is no commit.
#[derive(Clone)]
pub(super) struct Plain {
    /// A file's content or a directory.
    pub oid: Oid,
    /// It is a directory.
    pub tree: bool,
    /// The annotated tags on the way to it, outermost first.
    pub tags: Vec<Oid>,
}

/// Reads commits, each once.
pub(super) struct Walk<'a> {
    objects: &'a Objects,
    /// Asked before each commit: there may be very many.
    control: &'a Control,
    /// Commits whose parents a shallow clone does not have.
    cut: BTreeSet<Oid>,
    known: HashMap<Oid, Option<Node>>,
    /// Objects that are named and cannot be read, or are not what they are named as.
    broken: BTreeMap<Oid, Fault>,
    /// What references and tags lead to, or what they are instead.
    ends: HashMap<Oid, Result<Oid, String>>,
    /// What leads to no commit, by where it starts.
    plain: HashMap<Oid, Plain>,
    /// Annotated tags that were met, with the moments they were made at, seconds since 1970.
    tags: BTreeMap<Oid, i64>,
    /// Objects that were read to find that out.
    pub peeled: u64,
    buffer: Vec<u8>,
}

impl<'a> Walk<'a> {
    /// `cut` are the commits at which a shallow clone ends.
    pub fn new(objects: &'a Objects, cut: &[Oid], control: &'a Control) -> Self {
        Walk {
            objects,
            control,
            cut: cut.iter().copied().collect(),
            known: HashMap::new(),
            ends: HashMap::new(),
            plain: HashMap::new(),
            tags: BTreeMap::new(),
            peeled: 0,
            broken: BTreeMap::new(),
            buffer: Vec::new(),
        }
    }

    /// Whether a shallow clone ends at the commit.
    pub fn is_cut(&self, oid: &Oid) -> bool {
        self.cut.contains(oid)
    }

    /// The tree of a commit, if the commit is there and readable.
    pub fn tree(&mut self, oid: &Oid) -> Option<Oid> {
        self.node(oid).map(|node| node.tree)
    }

    /// Follows tags to a commit.
    ///
    /// # Errors
    /// Says what it is instead, as the end of a sentence.
    pub fn peel(&mut self, oid: Oid) -> Result<Peeled, String> {
        let (mut at, mut tags) = (oid, Vec::new());
        // What the tag before says that comes next.
        let mut said: Option<Option<git::Kind>> = None;
        let mut seen = HashSet::new();
        while seen.insert(at) {
            self.peeled += 1;
            let kind = self.objects.read(&at, &mut self.buffer);
            if let Some(said) = said
                && !kind.as_ref().is_ok_and(|kind| said == Some((*kind).into()))
            {
                let detail = "a tag names it as what it is not, or it cannot be read";
                self.broken(at, detail);
            }
            match kind.map_err(|fault| format!("{}: {}", fault.reason.phrase(), fault.detail))? {
                Kind::Commit => return Ok(Peeled { commit: at, tags }),
                Kind::Tag => {
                    let Some(tag) = parse_tag(&self.buffer) else {
                        self.broken(at, "it is no tag");
                        return Err("a damaged tag".to_owned());
                    };
                    self.tags.insert(at, parse_who(tag.tagger).2);
                    tags.push(at);
                    at = tag.label.target;
                    said = Some(tag.label.kind);
                }
                kind @ (Kind::Tree | Kind::Blob) => {
                    let tree = kind == Kind::Tree;
                    self.plain.insert(
                        oid,
                        Plain {
                            oid: at,
                            tree,
                            tags,
                        },
                    );
                    return Err(match tree {
                        true => "a tree, not a commit".to_owned(),
                        false => "the content of a file, not a commit".to_owned(),
                    });
                }
            }
        }
        Err("a tag that leads to itself".to_owned())
    }

    /// The commit that `oid` is or leads to: found out once, however many references name it.
    ///
    /// # Errors
    /// As [`Walk::peel`].
    pub fn commit_of(&mut self, oid: Oid) -> Result<Oid, String> {
        if self.control.stopped() {
            return Err("not looked at, because the scan is to end".to_owned());
        }
        if let Some(end) = self.ends.get(&oid) {
            return end.clone();
        }
        let peeled = self.peel(oid);
        let end = peeled.as_ref().map(|p| p.commit).map_err(String::clone);
        for tag in peeled.into_iter().flat_map(|peeled| peeled.tags) {
            self.ends.insert(tag, end.clone());
        }
        self.ends.insert(oid, end.clone());
        end
    }

    /// What a reference to `oid` leads to, after [`Walk::peel`] said that it is no commit.
    pub fn plain(&self, oid: &Oid) -> Option<Plain> {
        self.plain.get(oid).cloned()
    }

    /// The annotated tags that were met, with the moments they were made at (seconds since 1970).
    pub fn tags(&self) -> impl Iterator<Item = (Oid, i64)> {
        self.tags.iter().map(|(oid, made)| (*oid, *made))
    }

    /// Checks an object that a reference names and that leads to no commit: nothing else says
    /// what it has to be, so that only its id can tell.
    pub fn check(&mut self, oid: Oid) {
        match self.objects.read(&oid, &mut self.buffer) {
            Ok(kind) => {
                if let Ok(id) = ObjectId::try_from(oid.as_bytes())
                    && git::Kind::from(kind).id(id.kind(), &self.buffer) != Some(oid)
                {
                    self.broken(oid, "its content does not hash to its id");
                }
            }
            // One that is missing is said where the references are read.
            Err(fault) => {
                self.broken.insert(oid, fault);
            }
        }
    }

    /// Notes an object that is not what names it says.
    pub fn broken(&mut self, oid: Oid, detail: &str) {
        let fault = Fault {
            reason: Reason::CorruptObject,
            detail: detail.to_owned(),
        };
        self.broken.insert(oid, fault);
    }

    /// What is named and damaged. (A parent that is missing is said where it is looked for.)
    pub fn gaps(&mut self) -> Vec<Skipped> {
        std::mem::take(&mut self.broken)
            .into_iter()
            .filter(|(_, fault)| fault.reason == Reason::CorruptObject)
            .map(|(oid, fault)| fault.of(oid.to_string()))
            .collect()
    }

    fn node(&mut self, oid: &Oid) -> Option<&Node> {
        if !self.known.contains_key(oid) {
            let node = match self.objects.read_as(oid, Kind::Commit, &mut self.buffer) {
                Ok(()) => {
                    let node = parse_commit(&self.buffer).map(|parsed| Node {
                        oid: *oid,
                        tree: parsed.tree,
                        committed: parse_who(parsed.committer).2,
                        parents: parsed.parents,
                    });
                    if node.is_none() {
                        self.broken(*oid, "it is no commit");
                    }
                    node
                }
                Err(fault) => {
                    self.broken.insert(*oid, fault);
                    None
                }
            };
            self.known.insert(*oid, node);
        }
        self.known.get(oid)?.as_ref()
    }

    /// When a commit was committed, seconds since 1970; `None` for what is no readable commit.
    pub fn date(&mut self, oid: &Oid) -> Option<i64> {
        self.node(oid).map(|node| node.committed)
    }

    /// The parents that are to be followed.
    pub fn parents(&mut self, oid: &Oid) -> Vec<Oid> {
        if self.cut.contains(oid) {
            return Vec::new();
        }
        self.node(oid)
            .map(|node| node.parents.clone())
            .unwrap_or_default()
    }

    fn taken(&mut self, oids: impl IntoIterator<Item = Oid>) -> Vec<Node> {
        let nodes = oids
            .into_iter()
            .filter_map(|oid| self.known.get(&oid)?.clone());
        let (nodes, circles) = parents_first(nodes.collect(), &|| self.control.stopped());
        for oid in circles {
            self.broken(
                oid,
                "its parents lead back to it, so that an id must be false",
            );
        }
        nodes
    }

    /// Whether the scan is to end.
    pub fn is_stopped(&self) -> bool {
        self.control.stopped()
    }

    /// How many commits were read so far.
    pub fn read(&self) -> u64 {
        self.known.len() as u64
    }
}
