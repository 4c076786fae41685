//! The order of commits, and what reaches them.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

use super::parse::Label;
use super::refs::Ref;
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
    pub tags: BTreeMap<Oid, Label>,
    /// Objects that references reach, directly or through tags, and that are no commits; the tags
    /// themselves are among them.
    pub other: BTreeMap<Oid, Group>,
    /// Parents that are named and not there: `(parent, child)`.
    pub missing: Vec<(Oid, Oid)>,
    /// Commits from which a way through parents leads back to a commit that it came by, because
    /// some id is not what it says.
    pub circles: Vec<Oid>,
    /// The commit that each tag leads to, by position.
    peeled: HashMap<Oid, Option<u32>>,
}

impl Graph {
    /// Orders `commits` and floods them from `refs`. Once `over` says that the run is to end, it ends
    /// soon, and commits are missing or called unreachable.
    pub fn build(
        mut commits: Vec<Node>,
        tags: BTreeMap<Oid, Label>,
        refs: &[Ref],
        head: Option<Oid>,
        over: &dyn Fn() -> bool,
    ) -> Self {
        sort(&mut commits);
        let mut graph = order(commits, over);
        graph.tags = tags;
        graph.peel_all();
        let names = namespaces(refs.iter().filter_map(|r| r.group.as_deref()));
        let numbered = |name| {
            let at = number(&names, &place(name))?;
            Some((at + 1).min(usize::from(LOST) - 1) as Group)
        };
        let mut named: Vec<(Group, Oid)> = Vec::new();
        for r in refs {
            let group = match &r.group {
                None => MAIN,
                Some(name) => numbered(name).unwrap_or(LOST),
            };
            named.push((group, r.oid));
        }
        graph.names = names.iter().map(|(_, name)| (*name).to_owned()).collect();
        let mut starts = graph.follow(named);
        graph.head = head.and_then(|oid| graph.index.get(&oid).copied());
        if let Some(pos) = graph.head {
            starts.push((MAIN, pos));
        }
        starts.sort_unstable();
        let pace = Pace::new(over);
        for (group, pos) in starts {
            graph.flood(pos, group, &pace);
        }
        let mut stack: Vec<u32> = graph.head.into_iter().collect();
        while let Some(pos) = stack.pop().filter(|_| pace.goes_on()) {
            if !std::mem::replace(&mut graph.of_head[pos as usize], true) {
                stack.extend(&graph.parents[pos as usize]);
            }
        }
        graph
    }

    /// Follows references through tags, which are reached too, to the commits that they lead to.
    fn follow(&mut self, mut named: Vec<(Group, Oid)>) -> Vec<(Group, u32)> {
        // Groups come in rising order: what has one keeps it, and all that it leads to has one.
        named.sort_unstable();
        named.dedup();
        let mut starts = Vec::new();
        for (group, mut at) in named {
            loop {
                if let Some(pos) = self.index.get(&at) {
                    starts.push((group, *pos));
                    break;
                }
                let Entry::Vacant(new) = self.other.entry(at) else {
                    break;
                };
                new.insert(group);
                let Some(label) = self.tags.get(&at) else {
                    break;
                };
                at = label.target;
            }
        }
        starts
    }

    /// Finds the commit that each tag leads to. Every tag is looked at once, however deep they
    /// are nested; those in a circle lead to none.
    fn peel_all(&mut self) {
        for start in self.tags.keys() {
            let (mut at, mut way) = (*start, Vec::new());
            let end = loop {
                if let Some(pos) = self.index.get(&at) {
                    break Some(*pos);
                }
                if let Some(known) = self.peeled.get(&at) {
                    break *known;
                }
                let Some(label) = self.tags.get(&at) else {
                    break None;
                };
                self.peeled.insert(at, None);
                way.push(at);
                at = label.target;
            };
            self.peeled.extend(way.into_iter().map(|tag| (tag, end)));
        }
    }

    fn flood(&mut self, from: u32, group: Group, pace: &Pace<'_>) {
        let mut stack = vec![from];
        while let Some(pos) = stack.pop().filter(|_| pace.goes_on()) {
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
        match self.index.get(&oid) {
            Some(pos) => Some(*pos),
            None => self.peeled.get(&oid).copied().flatten(),
        }
    }
}

/// How often it is asked whether the run is to end: a commit costs less than a question.
const EVERY: usize = 1024;

/// Counts commits and asks now and then whether to go on.
struct Pace<'a> {
    over: &'a dyn Fn() -> bool,
    steps: Cell<usize>,
    stopped: Cell<bool>,
}

impl<'a> Pace<'a> {
    fn new(over: &'a dyn Fn() -> bool) -> Self {
        Pace {
            over,
            steps: Cell::new(0),
            stopped: Cell::new(false),
        }
    }

    /// Counts a commit.
    fn goes_on(&self) -> bool {
        let steps = self.steps.get() + 1;
        self.steps.set(steps);
        if steps.is_multiple_of(EVERY) && (self.over)() {
            self.stopped.set(true);
        }
        !self.stopped.get()
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

/// Each commit once, by its id. Where an id has several contents, the choice must not depend on
/// the order of threads.
fn sort(commits: &mut Vec<Node>) {
    let key = |c: &Node| (c.oid, c.committed, c.tree);
    commits.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.parents.cmp(&b.parents)));
    commits.dedup_by_key(|c| c.oid);
}

/// Parents before children; among those ready, the oldest first. Each commit once.
/// Also says which of them are in circles, as [`Graph::circles`]. Some are missing once `over` says that
/// the run is to end.
pub(in crate::source) fn parents_first(
    mut commits: Vec<Node>,
    over: &dyn Fn() -> bool,
) -> (Vec<Node>, Vec<Oid>) {
    sort(&mut commits);
    let graph = order(commits, over);
    (graph.nodes, graph.circles)
}

fn order(commits: Vec<Node>, over: &dyn Fn() -> bool) -> Graph {
    let links = Links::of(&commits);
    let (sorted, circles) = sorted(&commits, &links, &Pace::new(over));
    let nodes: Vec<Node> = sorted
        .iter()
        .map(|i| commits[*i as usize].clone())
        .collect();
    let index = numbered(&nodes);
    // A circle is open where it was cut: no commit has a parent behind it.
    let parents = (0u32..)
        .zip(&nodes)
        .map(|(own, c)| {
            let there = c.parents.iter().filter_map(|p| index.get(p).copied());
            there.filter(|parent| *parent < own).collect()
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
        other: BTreeMap::new(),
        missing: links.missing,
        circles,
        peeled: HashMap::new(),
    }
}

/// Where each commit stands in a list.
fn numbered(commits: &[Node]) -> HashMap<Oid, u32> {
    let all = (0u32..).zip(commits);
    all.map(|(i, commit)| (commit.oid, i)).collect()
}

/// Who is whose parent, in a list of commits that has no order yet.
struct Links {
    by_oid: HashMap<Oid, u32>,
    children: Vec<Vec<u32>>,
    /// How many parents of each commit are in the list.
    parents: Vec<u32>,
    /// As [`Graph::missing`].
    missing: Vec<(Oid, Oid)>,
}

impl Links {
    fn of(commits: &[Node]) -> Self {
        let mut links = Links {
            by_oid: numbered(commits),
            children: vec![Vec::new(); commits.len()],
            parents: vec![0; commits.len()],
            missing: Vec::new(),
        };
        for (i, commit) in commits.iter().enumerate() {
            for parent in &commit.parents {
                match links.by_oid.get(parent) {
                    Some(p) => {
                        links.children[*p as usize].push(i as u32);
                        links.parents[i] += 1;
                    }
                    None => links.missing.push((*parent, commit.oid)),
                }
            }
        }
        links
    }
}

/// The order of a list of commits, by their numbers in it, and which of them are in circles.
fn sorted(commits: &[Node], links: &Links, pace: &Pace<'_>) -> (Vec<u32>, Vec<Oid>) {
    let key = |i: u32| (commits[i as usize].committed, commits[i as usize].oid, i);
    let all = || 0..commits.len() as u32;
    // A commit is ready when it waits for no parent any more.
    let mut waiting = links.parents.clone();
    let mut ready: BinaryHeap<Reverse<(i64, Oid, u32)>> = all()
        .filter(|i| waiting[*i as usize] == 0)
        .map(|i| Reverse(key(i)))
        .collect();
    let mut sorted = Vec::with_capacity(commits.len());
    let mut taken = vec![false; commits.len()];
    let mut circles = Vec::new();
    let mut rest = None;
    loop {
        while let Some(Reverse((_, _, i))) = ready.pop().filter(|_| pace.goes_on()) {
            if std::mem::replace(&mut taken[i as usize], true) {
                continue;
            }
            sorted.push(i);
            for child in &links.children[i as usize] {
                let left = &mut waiting[*child as usize];
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse(key(*child)));
                }
            }
        }
        if sorted.len() == commits.len() || pace.stopped.get() {
            return (sorted, circles);
        }
        // What still waits hangs on a circle. The oldest of it goes first as if nothing were
        // before it, so that no commit is lost.
        let rest = rest.get_or_insert_with(|| {
            circles = in_circles(commits, links, &waiting);
            let left = all().filter(|i| !taken[*i as usize]);
            let mut left: Vec<_> = left.map(key).collect();
            left.sort_unstable();
            left.into_iter()
        });
        ready.extend(rest.find(|(_, _, i)| !taken[*i as usize]).map(Reverse));
    }
}

/// Of commits that wait for a parent that never comes, those that are in circles or between them:
/// what is left when those without children are taken away again and again.
fn in_circles(commits: &[Node], links: &Links, waiting: &[u32]) -> Vec<Oid> {
    let mut open: Vec<usize> = links.children.iter().map(Vec::len).collect();
    let mut leaves: Vec<usize> = (0..commits.len()).filter(|i| open[*i] == 0).collect();
    while let Some(leaf) = leaves.pop() {
        let parents = commits[leaf].parents.iter();
        for parent in parents.filter_map(|p| links.by_oid.get(p)) {
            let parent = *parent as usize;
            open[parent] -= 1;
            if open[parent] == 0 {
                leaves.push(parent);
            }
        }
    }
    let left = commits.iter().zip(waiting).zip(open);
    left.filter(|((_, waiting), open)| **waiting > 0 && *open > 0)
        .map(|((commit, _), _)| commit.oid)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::*;

    /// Commits in a row, each the parent of the next.
    fn row(count: u32) -> Vec<Node> {
        let id = |n: u32| Oid::from_bytes(&[&n.to_be_bytes()[..], &[0; 16]].concat());
        let commit = |n: u32| Node {
            oid: id(n),
            tree: id(0),
            parents: (n > 0).then(|| id(n - 1)).into_iter().collect(),
            committed: i64::from(n),
        };
        (0..count).map(commit).collect()
    }

    fn of_row(commits: Vec<Node>, over: &dyn Fn() -> bool) -> Graph {
        let tip = commits[commits.len() - 1].oid;
        let branch = Ref {
            oid: tip,
            name: b"refs/heads/main".to_vec(),
            group: None,
        };
        Graph::build(commits, BTreeMap::new(), &[branch], Some(tip), over)
    }

    #[test]
    fn a_graph_is_left_soon_whenever_the_run_is_to_end() {
        let whole = of_row(row(10_000), &|| false);
        assert_eq!(whole.nodes.len(), 10_000);
        assert!(whole.of_head.iter().all(|of_head| *of_head));
        // It is asked at every thousand of the order and of both walks.
        for end in 0..30 {
            let asked = Cell::new(0);
            let over = || {
                asked.set(asked.get() + 1);
                asked.get() > end
            };
            let graph = of_row(row(10_000), &over);
            // At most once more for each of what is still to be done.
            assert!(asked.get() <= end + 4, "{} for {end}", asked.get());
            let known = graph.index.len() == graph.nodes.len();
            assert!(known && graph.parents.len() == graph.nodes.len(), "{end}");
        }
    }

    /// A name that counts how often it is compared.
    struct Counted<'c>(u32, &'c Cell<u64>);

    impl PartialEq for Counted<'_> {
        fn eq(&self, other: &Self) -> bool {
            self.cmp(other) == Ordering::Equal
        }
    }
    impl Eq for Counted<'_> {}
    impl PartialOrd for Counted<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }
    impl Ord for Counted<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    /// The comparisons that it takes to number so many references, each in a namespace of its own.
    fn steps(count: u32) -> u64 {
        let steps = Cell::new(0);
        let names: Vec<_> = (0..count).map(|n| Counted(n, &steps)).collect();
        for n in 0..count {
            let found = number(&names, &Counted(n, &steps));
            assert_eq!(found, Some(n as usize));
        }
        steps.get()
    }

    #[test]
    fn numbering_namespaces_takes_n_log_n_steps() {
        let (some, twice) = (steps(20_000), steps(40_000));
        assert!(twice < some * 5 / 2, "{some} steps, then {twice}");
    }

    #[test]
    fn pseudo_references_claim_what_no_namespace_has() {
        let groups = ["refs/stash", "ORIG_HEAD", "refs/notes", "refs/stash"];
        let names = namespaces(groups.into_iter());
        let names: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, ["refs/notes", "refs/stash", "ORIG_HEAD"]);
        let place = number(&names[..2], &"refs/stash");
        assert_eq!(place, Some(1));
    }
}
