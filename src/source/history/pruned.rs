//! Trees reduced to the paths that lead to wanted blobs, equal ones stored once.
//!
//! Two commits hold the same wanted content at the same paths exactly if their reduced trees have
//! the same number; where they differ, only the differing branches are walked.

use std::collections::{HashMap, HashSet};

use super::trees::{Leads, Trees};

/// The reduced tree without any path.
pub(super) const EMPTY: u32 = 0;

/// The longest path that is followed, bytes.
const MAX_PATH: usize = 16 << 10;

/// Reduced trees, and the sets of credentials below them.
pub(super) struct Pruned {
    /// Entries sorted by name number; a tree in them is a number in this list.
    nodes: Vec<Box<[(u32, Leads)]>>,
    /// Which set of credentials is below each node.
    set_of: Vec<u32>,
    /// Sorted credentials.
    pub sets: Vec<Box<[u32]>>,
    /// Reduced tree by tree number.
    node_of: Vec<u32>,
    names: Vec<Box<[u8]>>,
    name_ids: HashMap<Box<[u8]>, u32>,
    set_ids: HashMap<Box<[u32]>, u32>,
}

impl Pruned {
    /// How many entries its trees have in all.
    pub fn entries(&self) -> u64 {
        self.nodes.iter().map(|node| node.len() as u64).sum()
    }

    /// Reduces all `trees`, which are numbered below `count`; `creds` are the credentials of each
    /// wanted blob.
    pub fn build(trees: Trees, count: usize, creds: &[Vec<u32>]) -> Self {
        let mut pruned = Pruned {
            nodes: vec![Box::default()],
            set_of: vec![0],
            sets: vec![Box::default()],
            node_of: vec![EMPTY; count],
            name_ids: trees
                .names
                .iter()
                .enumerate()
                .map(|(i, name)| (name.clone(), i as u32))
                .collect(),
            names: trees.names,
            set_ids: HashMap::from([(Box::default(), 0)]),
        };
        let mut ids: HashMap<Box<[(u32, Leads)]>, u32> = HashMap::from([(Box::default(), EMPTY)]);
        let mut state = vec![0u8; pruned.node_of.len()];
        let mut stack = Vec::new();
        for tree in 0..pruned.node_of.len() as u32 {
            stack.push(tree);
            while let Some(&tree) = stack.last() {
                let edges = trees.edges.get(&tree).map(|e| &**e).unwrap_or_default();
                match state[tree as usize] {
                    0 => {
                        state[tree as usize] = 1;
                        stack.extend(edges.iter().filter_map(|(_, leads)| match leads {
                            Leads::Tree(t) if state[*t as usize] == 0 => Some(*t),
                            _ => None,
                        }));
                    }
                    1 => {
                        state[tree as usize] = 2;
                        let node = pruned.reduce(edges);
                        let id = pruned.intern(node, creds, &mut ids);
                        pruned.node_of[tree as usize] = id;
                        stack.pop();
                    }
                    _ => {
                        stack.pop();
                    }
                }
            }
        }
        pruned
    }

    fn reduce(&self, edges: &[(u32, Leads)]) -> Vec<(u32, Leads)> {
        let mut node: Vec<_> = edges
            .iter()
            .filter_map(|(name, leads)| match leads {
                Leads::Blob(_) => Some((*name, *leads)),
                Leads::Tree(tree) => match self.node_of[*tree as usize] {
                    EMPTY => None,
                    node => Some((*name, Leads::Tree(node))),
                },
            })
            .collect();
        node.sort_unstable();
        node
    }

    fn intern(
        &mut self,
        node: Vec<(u32, Leads)>,
        creds: &[Vec<u32>],
        ids: &mut HashMap<Box<[(u32, Leads)]>, u32>,
    ) -> u32 {
        if let Some(id) = ids.get(node.as_slice()) {
            return *id;
        }
        let mut set: Vec<u32> = Vec::new();
        for (_, leads) in &node {
            match leads {
                Leads::Blob(blob) => set.extend(&creds[*blob as usize]),
                Leads::Tree(node) => {
                    set.extend(&*self.sets[self.set_of[*node as usize] as usize]);
                }
            }
        }
        set.sort_unstable();
        set.dedup();
        let set = set.into_boxed_slice();
        let set_id = match self.set_ids.get(&set) {
            Some(id) => *id,
            None => {
                let id = self.sets.len() as u32;
                self.sets.push(set.clone());
                self.set_ids.insert(set, id);
                id
            }
        };
        let id = self.nodes.len() as u32;
        let node = node.into_boxed_slice();
        self.nodes.push(node.clone());
        self.set_of.push(set_id);
        ids.insert(node, id);
        id
    }

    /// The reduced form of a tree, by its number.
    pub fn node(&self, tree: Option<&u32>) -> u32 {
        tree.map_or(EMPTY, |t| self.node_of[*t as usize])
    }

    /// The credentials below a node.
    pub fn set(&self, node: u32) -> &[u32] {
        &self.sets[self.set_of[node as usize] as usize]
    }

    /// The wanted blob at `path` below `node`.
    pub fn lookup(&self, node: u32, path: &[u8]) -> Option<u32> {
        let mut node = node;
        let mut parts = path.split(|b| *b == b'/').peekable();
        while let Some(part) = parts.next() {
            let name = self.name_ids.get(part)?;
            let entries = &self.nodes[node as usize];
            let at = entries.partition_point(|(n, _)| n < name);
            let (_, leads) = entries.get(at).filter(|(n, _)| n == name)?;
            match (leads, parts.peek().is_some()) {
                (Leads::Blob(blob), false) => return Some(*blob),
                (Leads::Tree(next), true) => node = *next,
                _ => return None,
            }
        }
        None
    }

    /// Calls `each` with every path and blob of `node` that `other` does not hold just so.
    /// `budget` bounds the number of steps; false when it ran out.
    pub fn diff(
        &self,
        node: u32,
        other: u32,
        budget: &mut u64,
        mut each: impl FnMut(&[u8], u32),
    ) -> bool {
        let mut whole = true;
        let mut stack = vec![(node, other, Vec::new())];
        while let Some((node, other, prefix)) = stack.pop() {
            if node == other {
                continue;
            }
            let others: &[(u32, Leads)] = &self.nodes[other as usize];
            let other_set: HashSet<&(u32, Leads)> = if others.len() > 8 {
                others.iter().collect()
            } else {
                HashSet::new()
            };
            for entry in &self.nodes[node as usize] {
                let same = if others.len() > 8 {
                    other_set.contains(entry)
                } else {
                    others.contains(entry)
                };
                if same {
                    continue;
                }
                if *budget == 0 {
                    return false;
                }
                *budget -= 1;
                let (name, leads) = entry;
                let mut path: Vec<u8> = prefix.clone();
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(&self.names[*name as usize]);
                if path.len() > MAX_PATH {
                    whole = false;
                    continue;
                }
                match leads {
                    Leads::Blob(blob) => each(&path, *blob),
                    Leads::Tree(sub) => {
                        let at = others.partition_point(|(n, _)| n < name);
                        let counterpart = others[at..]
                            .iter()
                            .take_while(|(n, _)| n == name)
                            .find_map(|(_, leads)| match leads {
                                Leads::Tree(t) => Some(*t),
                                Leads::Blob(_) => None,
                            });
                        stack.push((*sub, counterpart.unwrap_or(EMPTY), path));
                    }
                }
            }
        }
        whole
    }
}
