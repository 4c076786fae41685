//! Since when and until when a credential stood in the history, and who wrote it into a message.

use std::collections::BTreeSet;

use super::pruned::Pruned;
use super::{
    Attributed, Attribution, Carrier, History, Introduction, Name, Oid, Origin, RepoPath, Skipped,
    Timeline,
};
use crate::source::git::graph::{Group, LOST};
use crate::source::git::people::People;

/// A moment of the history: the better group first, then the earlier commit.
pub(super) type Moment = (Group, u32);

/// What gathers for one credential.
#[derive(Clone, Default)]
pub(super) struct Life {
    /// The first commit that held it; or the tag, which comes after the commit that it points to.
    first: Option<(Moment, Option<Oid>)>,
    /// Latest commit below HEAD that took it away, and latest anywhere.
    pub removed_from_head: Option<u32>,
    pub removed: Option<Moment>,
}

impl Life {
    fn came(&mut self, moment: Moment, tag: Option<Oid>) {
        let first = self.first.get_or_insert((moment, tag));
        *first = (*first).min((moment, tag));
    }
}

/// Where a message or a header stands.
struct Message {
    /// What wrote it: a commit, or a tag that says who made it.
    by: Option<Oid>,
    /// The position of its commit; for a tag, of the one that it points to.
    commit: Option<u32>,
    /// From where it is reached.
    group: Group,
}

impl History {
    /// Notes what the commit at `pos` brought and took away.
    pub(super) fn lives(&self, pos: usize, roots: &[u32], pruned: &Pruned, lives: &mut [Life]) {
        let parents = &self.graph.parents[pos];
        let own = pruned.set(roots[pos]);
        let moment = (self.graph.group[pos], pos as u32);
        for cred in own {
            let before = parents
                .iter()
                .any(|p| pruned.set(roots[*p as usize]).binary_search(cred).is_ok());
            if !before {
                lives[*cred as usize].came(moment, None);
            }
        }
        for parent in parents {
            if roots[*parent as usize] == roots[pos] {
                continue;
            }
            for cred in pruned.set(roots[*parent as usize]) {
                if own.binary_search(cred).is_err() {
                    let life = &mut lives[*cred as usize];
                    if self.graph.of_head[pos] {
                        life.removed_from_head = life.removed_from_head.max(Some(pos as u32));
                    }
                    let better = |r: Moment| moment.0 < r.0 || (moment.0 == r.0 && moment.1 > r.1);
                    if life.removed.is_none_or(better) {
                        life.removed = Some(moment);
                    }
                }
            }
        }
    }

    fn message_at(&self, oid: &Oid, people: &People<'_>) -> Message {
        if let Some(pos) = self.graph.index.get(oid) {
            return Message {
                by: Some(*oid),
                commit: Some(*pos),
                group: self.graph.group[*pos as usize],
            };
        }
        let commit = self.graph.peel(*oid);
        let target = commit.map(|pos| self.graph.nodes[pos as usize].oid);
        Message {
            // Tags of old versions of git do not say who made them.
            by: people.has_tagger(oid).then_some(*oid).or(target),
            commit,
            group: self.graph.other.get(oid).copied().unwrap_or(LOST),
        }
    }

    /// Places of what messages, headers and the names of references hold.
    pub(super) fn messages(
        &self,
        carriers: &[Carrier],
        people: &People<'_>,
        out: &mut Attribution,
    ) {
        let carriers: BTreeSet<&Carrier> = carriers.iter().collect();
        for carrier in carriers {
            let Some(oid) = object_of(&carrier.origin) else {
                out.places.extend(reference(carrier));
                continue;
            };
            let message = self.message_at(&oid, people);
            out.places.push(Attributed {
                credential: carrier.credential,
                origin: carrier.origin.clone(),
                path: path_of(&carrier.origin, &oid),
                introduced: message.by.map(|oid| Introduction {
                    commit: people.commit(oid, &mut out.skipped),
                    times: 1,
                }),
                at_head: message.by == Some(oid)
                    && self
                        .graph
                        .index
                        .get(&oid)
                        .is_some_and(|pos| self.graph.of_head[*pos as usize]),
                versions: 1,
                reach: self.graph.reach(message.group),
            });
        }
    }

    /// By credential, since when and until when it stood there. `at_head` are those that HEAD's
    /// tree holds, sorted.
    pub(super) fn timelines(
        &self,
        lives: &mut [Life],
        carriers: &[Carrier],
        people: &People<'_>,
        at_head: &[u32],
        skipped: &mut Vec<Skipped>,
    ) -> Vec<Option<Timeline>> {
        for carrier in carriers {
            if let Some(oid) = object_of(&carrier.origin) {
                let message = self.message_at(&oid, people);
                let tag = message.by.filter(|by| !self.graph.index.contains_key(by));
                // What points to no commit at all comes after all commits.
                let pos = message.commit.or(tag.map(|_| u32::MAX));
                if let Some(pos) = pos {
                    lives[carrier.credential as usize].came((message.group, pos), tag);
                }
            }
        }
        let mut commit = |pos: u32| people.commit(self.graph.nodes[pos as usize].oid, skipped);
        let mut timelines = Vec::with_capacity(lives.len());
        let mut tagged = Vec::new();
        for (cred, life) in (0u32..).zip(lives.iter()) {
            let Some(((group, pos), tag)) = life.first else {
                timelines.push(None);
                continue;
            };
            let removed = life
                .removed_from_head
                .or(life.removed.filter(|r| r.0 == group).map(|r| r.1));
            timelines.push(Some(Timeline {
                first: match tag {
                    None => commit(pos),
                    Some(tag) => people.commit(tag, &mut tagged),
                },
                removed: removed.map(&mut commit),
                at_head: at_head.binary_search(&cred).is_ok(),
                complete: !self.info.shallow,
            }));
        }
        skipped.append(&mut tagged);
        timelines
    }
}

/// The object whose message or header it is.
fn object_of(origin: &Origin) -> Option<Oid> {
    match origin {
        Origin::Message(oid) | Origin::Name(Name::Header(oid, _)) => Some(*oid),
        _ => None,
    }
}

/// Where what belongs to an object stands: its message, or a header.
pub(super) fn path_of(origin: &Origin, oid: &Oid) -> RepoPath {
    match origin {
        Origin::Name(name) => name.path(),
        _ => RepoPath(format!(".git-history/{oid}/message").into_bytes()),
    }
}

/// The place of a reference's name or of the configuration, which belong to the repository now and
/// to no commit.
fn reference(carrier: &Carrier) -> Option<Attributed> {
    let Origin::Name(name @ (Name::Reference(_) | Name::Local(_))) = &carrier.origin else {
        return None;
    };
    Some(Attributed {
        credential: carrier.credential,
        origin: carrier.origin.clone(),
        path: name.path(),
        introduced: None,
        at_head: true,
        versions: 1,
        reach: None,
    })
}
