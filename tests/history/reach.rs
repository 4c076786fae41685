//! Git as the oracle, over generated repositories: whatever `git rev-list --all --objects` reaches
//! (from branches, tags of tags, notes, stashes, other worktrees; through trees with odd modes) is
//! read and called reachable. After damage it is that, or the history has a gap.
//!
//! `KEYSWEEP_SEEDS=1000` tries more repositories than the few that every run of the tests tries.

use std::collections::{BTreeMap, BTreeSet};

use gix::ObjectId;
use gix::objs::Kind;
use keysweep::finding::{Oid, Origin, Weight};
use keysweep::source::{Carrier, Control, RangeOptions, Selection, scan_range};

use super::pack::{Bare, Pack, commit, deflate, id_as, tag, tree_entry};
use super::{Keep, options, scan};
use crate::common::{git, said};

/// Numbers that look random and are the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        // The generator of Knuth's MMIX; its high bits are the better ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

type Objects = BTreeMap<ObjectId, (Kind, Vec<u8>)>;

/// A repository before it is written.
struct Made {
    objects: Objects,
    /// Files besides the objects, by their path below the repository.
    files: BTreeMap<String, String>,
}

const TREE_MODES: [&str; 5] = ["40000", "040000", "0040000", "40755", "40777"];
const FILE_MODES: [&str; 6] = ["100644", "100755", "100664", "0100644", "120000", "100600"];

impl Made {
    fn put(&mut self, kind: Kind, content: &[u8]) -> ObjectId {
        let id = id_as(kind, content);
        self.objects.insert(id, (kind, content.to_vec()));
        id
    }

    fn of(seed: u64) -> Made {
        let mut made = Made {
            objects: Objects::new(),
            files: BTreeMap::new(),
        };
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let mut trees = Vec::new();
        let mut blobs = Vec::new();
        let mut commits: Vec<ObjectId> = Vec::new();
        for n in 0..2 + dice.below(6) {
            let tree = made.tree(seed, n, &mut trees, &mut blobs, &mut dice);
            let mut parents = BTreeSet::new();
            for _ in 0..dice.below(3).min(commits.len()) {
                parents.insert(dice.pick(&commits));
            }
            let parents: Vec<ObjectId> = parents.into_iter().collect();
            let date = 1_600_000_000 + dice.below(1 << 20) as u64;
            let text = commit(tree, &parents, date, &format!("commit {n} of {seed}"));
            commits.push(made.put(Kind::Commit, &text));
        }
        made.references(&commits, &trees, &blobs, &mut dice);
        made
    }

    fn tree(
        &mut self,
        seed: u64,
        n: usize,
        trees: &mut Vec<ObjectId>,
        blobs: &mut Vec<ObjectId>,
        dice: &mut Dice,
    ) -> ObjectId {
        let mut bytes = Vec::new();
        for i in 0..1 + dice.below(4) {
            let name = format!("n{i}");
            let entry = match dice.below(6) {
                0 if !trees.is_empty() => {
                    tree_entry(dice.pick(&TREE_MODES), &name, dice.pick(trees))
                }
                // What a submodule names lives elsewhere.
                1 => tree_entry("160000", &name, id_as(Kind::Commit, name.as_bytes())),
                2 if !blobs.is_empty() => {
                    tree_entry(dice.pick(&FILE_MODES), &name, dice.pick(blobs))
                }
                _ => {
                    let content = format!("content {seed} {n} {i}\n").repeat(1 + dice.below(9));
                    let blob = self.put(Kind::Blob, content.as_bytes());
                    blobs.push(blob);
                    tree_entry(dice.pick(&FILE_MODES), &name, blob)
                }
            };
            bytes.extend(entry);
        }
        let tree = self.put(Kind::Tree, &bytes);
        trees.push(tree);
        match dice.one_in(3) {
            true => {
                let mode = dice.pick(&TREE_MODES);
                let tree = self.put(Kind::Tree, &tree_entry(mode, "below", tree));
                trees.push(tree);
                tree
            }
            false => tree,
        }
    }

    fn references(
        &mut self,
        commits: &[ObjectId],
        trees: &[ObjectId],
        blobs: &[ObjectId],
        dice: &mut Dice,
    ) {
        let mut line = |name: &str, id: ObjectId| {
            self.files.insert(name.to_owned(), format!("{id}\n"));
        };
        line("refs/heads/main", commits[commits.len() - 1]);
        for name in [
            "refs/heads/side/one",
            "refs/remotes/o/main",
            "refs/notes/commits",
            "refs/pull/1/head",
        ] {
            if dice.one_in(3) {
                line(name, dice.pick(commits));
            }
        }
        if dice.one_in(4) {
            line("refs/tags/of-tree", dice.pick(trees));
        }
        if dice.one_in(4) && !blobs.is_empty() {
            line("refs/tags/of-blob", dice.pick(blobs));
        }
        if dice.one_in(3) {
            let stash = dice.pick(commits);
            let older = dice.pick(commits);
            line("refs/stash", stash);
            let zero = "0".repeat(40);
            let who = "A <a@example.com> 1700000000 +0000";
            let log = format!("{zero} {older} {who}\tone\n{older} {stash} {who}\ttwo\n");
            self.files.insert("logs/refs/stash".to_owned(), log);
        }
        if dice.one_in(2) {
            let (mut at, mut kind) = match dice.below(4) {
                0 => (dice.pick(trees), "tree"),
                1 if !blobs.is_empty() => (dice.pick(blobs), "blob"),
                _ => (dice.pick(commits), "commit"),
            };
            let deep = if dice.one_in(8) {
                70
            } else {
                1 + dice.below(3)
            };
            for n in 0..deep {
                at = self.put(Kind::Tag, &tag(at, kind, &format!("t{n}"), "a tag"));
                kind = "tag";
            }
            self.files
                .insert("refs/tags/v1".to_owned(), format!("{at}\n"));
        }
    }

    /// Writes the repository: loose, in one pack, or in two that share some.
    fn write(&self, objects: &Objects, dice: &mut Dice) -> Bare {
        let bare = Bare::new();
        let way = dice.below(3);
        let mut packs = [Pack::new(), Pack::new()];
        for (id, (kind, content)) in objects {
            let code = match kind {
                Kind::Commit => 1,
                Kind::Tree => 2,
                Kind::Blob => 3,
                Kind::Tag => 4,
            };
            let into: &[usize] = match way {
                0 => {
                    bare.object_as(*id, *kind, content);
                    &[]
                }
                1 => &[0],
                _ => dice.pick(&[&[0], &[1], &[0, 1]]),
            };
            for pack in into {
                packs[*pack].entry(*id, code, content.len(), &[], &deflate(content));
            }
        }
        for (number, pack) in packs.iter().enumerate() {
            if pack.ids().next().is_some() {
                pack.write(&bare, &format!("{number}"));
            }
        }
        for (name, text) in &self.files {
            let path = bare.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
            std::fs::write(path, text).expect("writable");
        }
        bare
    }
}

/// The ids that git lists, of objects of any kind.
fn listed(bare: &Bare, args: &[&str]) -> BTreeSet<String> {
    let mut all = vec!["--git-dir", ".", "rev-list"];
    all.extend(args);
    said(git(bare.path(), &all), b"")
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

/// Blobs that the history calls reachable, and whether something could not be read.
fn reached(bare: &Bare) -> (BTreeSet<String>, bool) {
    let (history, seen) = scan(&options(bare.path()));
    let blobs: Vec<&Origin> = seen
        .keys()
        .filter(|origin| matches!(origin, Origin::Blob(_)))
        .collect();
    let carriers: Vec<Carrier> = (0..)
        .zip(&blobs)
        .map(|(credential, origin)| Carrier {
            origin: (*origin).clone(),
            credential,
        })
        .collect();
    let attribution = history.attribute(&carriers, &Control::default());
    // A place shows the version at HEAD, so that the blob is told by its number.
    let reached = attribution
        .places
        .iter()
        .filter(|place| place.reach.as_deref() != Some("unreachable"))
        .map(|place| match blobs[place.credential as usize] {
            Origin::Blob(oid) => oid.to_string(),
            other => panic!("{other:?} is no blob"),
        })
        .collect();
    let gaps = history.gaps(&attribution);
    let failed = gaps.iter().any(|gap| gap.reason.weight() == Weight::Failed);
    (reached, failed)
}

/// Blobs that a range over everything reads, and whether something could not be read.
fn in_range(bare: &Bare) -> (BTreeSet<String>, bool) {
    let options = RangeOptions {
        path: bare.path().to_owned(),
        what: Selection::Since(0),
        full: false,
        threads: 1,
        allow_alternates: Vec::new(),
        max_object: 1 << 20,
    };
    let keep = Keep::default();
    let Ok(range) = scan_range(&options, &keep, &Control::default()) else {
        return (BTreeSet::new(), true);
    };
    let failed = |gap: &keysweep::finding::Skipped| gap.reason.weight() == Weight::Failed;
    let seen = keep.0.into_inner().expect("no visit panics");
    let blobs = seen.keys().filter_map(|origin| match origin {
        Origin::Blob(oid) => Some(Oid::to_string(oid)),
        _ => None,
    });
    (blobs.collect(), range.skipped.iter().any(failed))
}

/// Damages one object. `None` when that is not to be noticed without hashing everything.
fn damage(objects: &mut Objects, dice: &mut Dice) -> Option<String> {
    let ids: Vec<ObjectId> = objects.keys().copied().collect();
    let id = dice.pick(&ids);
    let (kind, content) = objects[&id].clone();
    match dice.below(3) {
        0 => {
            objects.remove(&id);
            Some(format!("{kind} {id} removed"))
        }
        1 => {
            let all = [Kind::Commit, Kind::Tree, Kind::Blob, Kind::Tag];
            let other = dice.pick(&all);
            objects.insert(id, (other, content));
            (other != kind).then(|| format!("{kind} {id} as {other}"))
        }
        _ if kind == Kind::Blob => None,
        _ => {
            // Inside the first id of a commit or tag, and inside the last one of a tree.
            let keep = match kind {
                Kind::Tree => content.len() - 1 - dice.below(19),
                _ => 10 + dice.below(20),
            };
            objects.insert(id, (kind, content[..keep].to_vec()));
            Some(format!("{kind} {id} cut"))
        }
    }
}

fn seeds() -> u64 {
    let asked = std::env::var("KEYSWEEP_SEEDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// Repositories among the first thousand of which once something was lost: what a reference that is no
/// branch names was damaged, and a range said nothing of it.
const FOUND: [u64; 4] = [409, 549, 609, 748];

#[test]
fn what_git_reaches_is_reached() {
    let mut lost = Vec::new();
    let found = FOUND.into_iter().filter(|seed| *seed >= seeds());
    for seed in (0..seeds()).chain(found) {
        let made = Made::of(seed);
        let mut dice = Dice(seed + 1);
        let bare = made.write(&made.objects, &mut dice);
        let is_blob: BTreeSet<String> = made
            .objects
            .iter()
            .filter(|(_, (kind, _))| *kind == Kind::Blob)
            .map(|(id, _)| id.to_string())
            .collect();
        let mut all = listed(&bare, &["--all", "--objects"]);
        // Git counts the stash's log as one of all reference logs.
        let log = made.files.get("logs/refs/stash");
        for id in log
            .into_iter()
            .flat_map(|log| log.lines())
            .filter_map(|l| l.split(' ').nth(1))
        {
            all.extend(listed(&bare, &["--objects", id]));
        }
        let (found, failed) = reached(&bare);
        let wanted: BTreeSet<&String> = all.intersection(&is_blob).collect();
        let missed: Vec<_> = wanted.iter().filter(|id| !found.contains(**id)).collect();
        if failed || !missed.is_empty() {
            lost.push(format!(
                "seed {seed}: failed {failed}, not reached {missed:?}"
            ));
        }
        let over: Vec<_> = found.iter().filter(|id| !all.contains(*id)).collect();
        if !over.is_empty() {
            lost.push(format!("seed {seed}: reached, and not by git: {over:?}"));
        }

        let commits: Vec<String> = listed(&bare, &["--all"]).into_iter().collect();
        let mut args = vec!["--objects"];
        args.extend(commits.iter().map(String::as_str));
        let by_commits = listed(&bare, &args);
        let (seen, failed) = in_range(&bare);
        let missed: Vec<_> = by_commits
            .intersection(&is_blob)
            .filter(|id| !seen.contains(*id))
            .collect();
        if failed || !missed.is_empty() {
            lost.push(format!(
                "seed {seed}, range: failed {failed}, not read {missed:?}"
            ));
        }

        let mut objects = made.objects.clone();
        let Some(what) = damage(&mut objects, &mut dice) else {
            continue;
        };
        let bare = made.write(&objects, &mut dice);
        let (found, failed) = reached(&bare);
        let missed: Vec<_> = wanted.iter().filter(|id| !found.contains(**id)).collect();
        if !failed && !missed.is_empty() {
            lost.push(format!("seed {seed}, {what}: silent about {missed:?}"));
        }
        let (seen, failed) = in_range(&bare);
        let missed: Vec<_> = by_commits
            .intersection(&is_blob)
            .filter(|id| !seen.contains(*id))
            .collect();
        if !failed && !missed.is_empty() {
            lost.push(format!(
                "seed {seed}, {what}, range: silent about {missed:?}"
            ));
        }
    }
    assert!(
        lost.is_empty(),
        "{} of {}: {}",
        lost.len(),
        seeds(),
        lost.join("\n")
    );
}
