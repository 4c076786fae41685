//! What is known of one version of some content, for versions that are stored as a difference to it.

use std::sync::Arc;

use super::anchor::Anchor;
use super::candidate::Candidate;
use super::reach::Reach;
use super::watch::Cut;

/// A stretch that a newer version copies from an older one; offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Start in the older version.
    pub src: usize,
    /// Start in the newer version.
    pub dst: usize,
    /// Length.
    pub len: usize,
}

/// What is known of an older version.
#[derive(Clone, Debug)]
pub struct Base<'a> {
    /// What scanning it gave.
    pub known: &'a Known,
    /// The stretches that the newer version copies from it, in order of `dst`, not overlapping
    /// there. What none of them covers is new.
    pub copies: Vec<Copied>,
}

/// Everything that a newer version may inherit.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The content's length in bytes.
    pub(super) len: usize,
    /// Every anchor, sorted.
    pub(super) spans: Vec<AnchorSpan>,
    /// What the anchors with `held` set have to say, in their order.
    pub(super) held: Vec<Held>,
}

/// An anchor, and all the bytes that make it one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AnchorSpan {
    pub(super) at: u32,
    pub(super) what: What,
    pub(super) end: u32,
    /// There is more to say than "nothing here, seen as far as usual".
    pub(super) held: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Literal(u16),
    Run,
    Escaped,
}

/// A verdict that found something or looked further than usual.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) at: u32,
    pub(super) what: What,
    pub(super) reach: Reach,
    /// Candidates, placed as in the version in which they were first found.
    pub(super) found: Arc<[Candidate]>,
    /// What was left out, placed as well.
    pub(super) cuts: Arc<[Cut]>,
    /// How far they moved since.
    pub(super) moved: isize,
}

impl AnchorSpan {
    pub(super) fn anchor(&self) -> Anchor {
        let range = self.at as usize..self.end as usize;
        match self.what {
            What::Literal(literal) => Anchor::Literal(range.start, usize::from(literal)),
            What::Run => Anchor::Run(range),
            What::Escaped => Anchor::Escaped(range),
        }
    }

    pub(super) fn moved(&self, copy: &Copied) -> AnchorSpan {
        let by = |place: u32| (place as usize - copy.src + copy.dst) as u32;
        AnchorSpan {
            at: by(self.at),
            end: by(self.end),
            ..*self
        }
    }
}

impl Copied {
    /// Whether everything within reach of the anchored was copied in one piece: the window lies inside
    /// the stretch, or both versions cut it off alike at their start or end.
    pub(super) fn covers(
        &self,
        anchored: &AnchorSpan,
        reach: Reach,
        base: usize,
        child: usize,
    ) -> bool {
        let (at, end) = (anchored.at as usize, anchored.end as usize);
        let stop = self.src + self.len;
        let left = match at.checked_sub(reach.left) {
            Some(low) => low >= self.src,
            None => self.src == 0 && self.dst == 0,
        };
        let right = if end + reach.right <= base {
            end + reach.right <= stop
        } else {
            stop == base && self.dst + self.len == child
        };
        left && right
    }

    /// Whether the anchored itself was copied in one piece, with the bytes around it that bound it.
    pub(super) fn holds(&self, anchored: &AnchorSpan, base: usize, child: usize) -> bool {
        match anchored.what {
            What::Literal(_) => {
                anchored.at as usize >= self.src && anchored.end as usize <= self.src + self.len
            }
            What::Run | What::Escaped => self.covers(anchored, Reach::STRETCH, base, child),
        }
    }
}
