//! Commits and tags: parsing, the order of commits, and what reaches them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::refs::{Ref, hex};
use crate::finding::Oid;

/// What is kept of every commit.
#[derive(Clone, Debug)]
pub(in crate::source) struct Node {
    pub oid: Oid,
    pub tree: Oid,
    pub parents: Vec<Oid>,
    /// Committer date, seconds since 1970.
    pub committed: i64,
}

/// A commit's parts; slices of its bytes.
pub(in crate::source) struct Parsed<'a> {
    pub tree: Oid,
    pub parents: Vec<Oid>,
    pub author: &'a [u8],
    pub committer: &'a [u8],
    pub signed: bool,
    pub message: &'a [u8],
}

/// Header lines of a commit or tag, and its message.
fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memmem::find(bytes, b"\n\n") {
        Some(at) => (&bytes[..at + 1], &bytes[at + 2..]),
        None => (bytes, &[]),
    }
}

/// Reads a commit; `None` if it names no tree.
pub(in crate::source) fn parse_commit(bytes: &[u8]) -> Option<Parsed<'_>> {
    let (head, message) = split(bytes);
    let mut parsed = Parsed {
        tree: hex(head.strip_prefix(b"tree ")?.split(|b| *b == b'\n').next()?)?,
        parents: Vec::new(),
        author: &[],
        committer: &[],
        signed: false,
        message,
    };
    for line in head.split(|b| *b == b'\n') {
        if let Some(id) = line.strip_prefix(b"parent ") {
            parsed.parents.extend(hex(id));
        } else if let Some(who) = line.strip_prefix(b"author ") {
            parsed.author = who;
        } else if let Some(who) = line.strip_prefix(b"committer ") {
            parsed.committer = who;
        } else if line.starts_with(b"gpgsig") {
            parsed.signed = true;
        }
    }
    Some(parsed)
}

/// Reads an annotated tag: what it points to, and its message.
pub(in crate::source) fn parse_tag(bytes: &[u8]) -> Option<(Oid, &[u8])> {
    let (head, message) = split(bytes);
    let target = head
        .strip_prefix(b"object ")?
        .split(|b| *b == b'\n')
        .next()?;
    Some((hex(target)?, message))
}

/// `(name, address, seconds since 1970)` of an author or committer line. Odd lines give what
/// they can.
pub(in crate::source) fn parse_who(line: &[u8]) -> (&[u8], &[u8], i64) {
    let open = line.iter().position(|b| *b == b'<').unwrap_or(line.len());
    let close = line
        .iter()
        .rposition(|b| *b == b'>')
        .unwrap_or(line.len())
        .max(open);
    let email = line.get(open + 1..close).unwrap_or_default();
    let rest = line.get(close + 1..).unwrap_or_default();
    let seconds = rest
        .split(|b| *b == b' ')
        .find(|part| !part.is_empty())
        .and_then(|part| std::str::from_utf8(part).ok())
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    (line[..open].trim_ascii(), email.trim_ascii(), seconds)
}

/// From which refs something is reached; lower is better.
pub(in crate::source) type Group = u16;

/// Reached from branches, tags or HEAD.
pub(in crate::source) const MAIN: Group = 0;
/// Reached from no ref.
pub(in crate::source) const LOST: Group = u16::MAX;

/// All commits, in an order where parents come before children.
pub(in crate::source) struct Graph {
    /// Parents first; among those ready, the oldest first.
    pub nodes: Vec<Node>,
    pub index: HashMap<Oid, u32>,
    /// Parents that are there, by position.
    pub parents: Vec<Vec<u32>>,
    /// From where each commit is reached.
    pub group: Vec<Group>,
    /// Names of the groups after [`MAIN`].
    pub names: Vec<String>,
    /// Whether HEAD reaches it.
    pub of_head: Vec<bool>,
    pub head: Option<u32>,
    /// Tags: what they point to.
    pub tags: BTreeMap<Oid, Oid>,
    /// Objects named by refs that are no commits: `(object, group)`.
    pub other: Vec<(Oid, Group)>,
    /// Parents that are named and not there: `(parent, child)`.
    pub missing: Vec<(Oid, Oid)>,
}

impl Graph {
    /// Orders `commits` and floods them from `refs`.
    pub fn build(
        mut commits: Vec<Node>,
        tags: BTreeMap<Oid, Oid>,
        refs: &[Ref],
        head: Option<Oid>,
    ) -> Self {
        commits.sort_by_key(|c| c.oid);
        commits.dedup_by_key(|c| c.oid);
        let mut graph = order(commits);
        graph.tags = tags;
        let names = namespaces(refs.iter().filter_map(|r| r.group.as_deref()));
        let numbered = |name| {
            let at = number(&names, &place(name))?;
            Some((at + 1).min(usize::from(LOST) - 1) as Group)
        };
        let mut starts: Vec<(Group, u32)> = Vec::new();
        for r in refs {
            let group = match &r.group {
                None => MAIN,
                Some(name) => numbered(name).unwrap_or(LOST),
            };
            // The tags on the way are reached too.
            let mut at = r.oid;
            for _ in 0..64 {
                match graph.tags.get(&at) {
                    Some(next) => {
                        graph.other.push((at, group));
                        at = *next;
                    }
                    None => break,
                }
            }
            match graph.index.get(&at) {
                Some(pos) => starts.push((group, *pos)),
                None => graph.other.push((at, group)),
            }
        }
        graph.names = names.iter().map(|(_, name)| (*name).to_owned()).collect();
        graph.head = head.and_then(|oid| graph.index.get(&oid).copied());
        if let Some(pos) = graph.head {
            starts.push((MAIN, pos));
        }
        starts.sort_unstable();
        for (group, pos) in starts {
            graph.flood(pos, group);
        }
        let mut stack: Vec<u32> = graph.head.into_iter().collect();
        while let Some(pos) = stack.pop() {
            if !std::mem::replace(&mut graph.of_head[pos as usize], true) {
                stack.extend(&graph.parents[pos as usize]);
            }
        }
        graph
    }

    fn flood(&mut self, from: u32, group: Group) {
        let mut stack = vec![from];
        while let Some(pos) = stack.pop() {
            // Groups come in rising order: what has one keeps it.
            if self.group[pos as usize] == LOST {
                self.group[pos as usize] = group;
                stack.extend(&self.parents[pos as usize]);
            }
        }
    }

    /// The name of a group as places show it.
    pub fn reach(&self, group: Group) -> Option<String> {
        match group {
            MAIN => None,
            LOST => Some("unreachable".to_owned()),
            group => self.names.get(usize::from(group) - 1).cloned(),
        }
    }

    /// Follows tags to a commit.
    pub fn peel(&self, oid: Oid) -> Option<u32> {
        let mut at = oid;
        for _ in 0..64 {
            match self.tags.get(&at) {
                Some(next) => at = *next,
                None => break,
            }
        }
        self.index.get(&at).copied()
    }
}

/// The groups in the order in which they claim commits: namespaces by name, then what is no
/// namespace (pseudo-references).
fn namespaces<'r>(groups: impl Iterator<Item = &'r str>) -> Vec<(bool, &'r str)> {
    let mut names: Vec<_> = groups.map(place).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// What groups are ordered by.
fn place(name: &str) -> (bool, &str) {
    (!name.starts_with("refs/"), name)
}

/// The place of `name` in the list, which is sorted: a repository may have as many namespaces as
/// references.
fn number<T: Ord>(names: &[T], name: &T) -> Option<usize> {
    names.binary_search(name).ok()
}

/// Parents before children; among those ready, the oldest first. Each commit once.
pub(in crate::source) fn parents_first(mut commits: Vec<Node>) -> Vec<Node> {
    commits.sort_by_key(|c| c.oid);
    commits.dedup_by_key(|c| c.oid);
    order(commits).nodes
}

fn order(commits: Vec<Node>) -> Graph {
    let by_oid: HashMap<Oid, u32> = commits
        .iter()
        .enumerate()
        .map(|(i, c)| (c.oid, i as u32))
        .collect();
    let mut children = vec![Vec::new(); commits.len()];
    let mut waiting = vec![0u32; commits.len()];
    let mut missing = Vec::new();
    for (i, commit) in commits.iter().enumerate() {
        for parent in &commit.parents {
            match by_oid.get(parent) {
                Some(p) => {
                    children[*p as usize].push(i as u32);
                    waiting[i] += 1;
                }
                None => missing.push((*parent, commit.oid)),
            }
        }
    }
    let mut ready: BinaryHeap<Reverse<(i64, Oid, u32)>> = (0..commits.len())
        .filter(|i| waiting[*i] == 0)
        .map(|i| Reverse((commits[i].committed, commits[i].oid, i as u32)))
        .collect();
    let mut sorted = Vec::with_capacity(commits.len());
    while let Some(Reverse((_, _, i))) = ready.pop() {
        sorted.push(i);
        for child in &children[i as usize] {
            let left = &mut waiting[*child as usize];
            *left -= 1;
            if *left == 0 {
                let c = &commits[*child as usize];
                ready.push(Reverse((c.committed, c.oid, *child)));
            }
        }
    }
    let nodes: Vec<Node> = sorted
        .iter()
        .map(|i| commits[*i as usize].clone())
        .collect();
    let index: HashMap<Oid, u32> = nodes
        .iter()
        .enumerate()
        .map(|(i, c)| (c.oid, i as u32))
        .collect();
    let parents = nodes
        .iter()
        .map(|c| {
            c.parents
                .iter()
                .filter_map(|p| index.get(p).copied())
                .collect()
        })
        .collect();
    let count = nodes.len();
    Graph {
        nodes,
        index,
        parents,
        group: vec![LOST; count],
        names: Vec::new(),
        of_head: vec![false; count],
        head: None,
        tags: BTreeMap::new(),
        other: Vec::new(),
        missing,
    }
}
