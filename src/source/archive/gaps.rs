//! What was not read of one outer file. An archive can hold as many broken members as it likes:
//! a few are named, the others counted.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::finding::{Origin, Reason, RepoPath, Skipped};

/// So many members are named for each reason.
const NAMED: u64 = 5;

/// Collects gaps.
pub(super) struct Gaps<'a> {
    outer: &'a Origin,
    found: RefCell<Vec<Skipped>>,
    counts: RefCell<BTreeMap<Reason, u64>>,
}

impl<'a> Gaps<'a> {
    pub fn new(outer: &'a Origin) -> Self {
        Gaps {
            outer,
            found: RefCell::default(),
            counts: RefCell::default(),
        }
    }

    /// Notes that what stands at `at` was not read, or not wholly.
    pub fn add(&self, reason: Reason, at: &[RepoPath], detail: String) {
        let mut counts = self.counts.borrow_mut();
        let count = counts.entry(reason).or_insert(0);
        *count += 1;
        if *count <= NAMED {
            let what = self.what(at);
            let skipped = Skipped::new(reason, what, detail);
            self.found.borrow_mut().push(skipped);
        }
    }

    /// All of them; the counted ones at the outer file.
    pub fn finish(self) -> Vec<Skipped> {
        let mut all = self.found.take();
        for (reason, count) in self.counts.take() {
            if count > NAMED {
                let detail = format!("and {} more inside", count - NAMED);
                let what = name(self.outer);
                all.push(Skipped::new(reason, what, detail));
            }
        }
        all
    }

    fn what(&self, at: &[RepoPath]) -> Vec<u8> {
        let mut what = name(self.outer);
        for inner in at {
            what.push(b'!');
            what.extend_from_slice(&inner.0);
        }
        what
    }
}

/// A piece of content as skipped input names it.
fn name(origin: &Origin) -> Vec<u8> {
    match origin {
        Origin::File(path)
        | Origin::Link(path)
        | Origin::Before(path)
        | Origin::BeforeLink(path) => path.0.clone(),
        Origin::Stdin(name) => name.clone().into_bytes(),
        Origin::Blob(id) | Origin::Message(id) => id.to_string().into_bytes(),
        Origin::Member(member) => name(&member.outer),
        Origin::Name(name) => name.path().0,
    }
}
