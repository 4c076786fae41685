//! How far a verdict looked, so that a scan of a history knows what a change cannot have touched.

use super::generic::JUDGED;
use super::{assign, beside, decode, generic};
use crate::rule::Token;

/// How far a verdict looked, in bytes before its anchor's first byte and behind its last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) left: usize,
    pub(super) right: usize,
}

impl Reach {
    /// An assignment read from a word or run.
    pub(super) const ASSIGNMENT: Reach = Reach {
        left: assign::SIGHT_LEFT + JUDGED,
        right: assign::SIGHT_RIGHT + JUDGED,
    };
    /// The bytes that end a stretch.
    pub(super) const STRETCH: Reach = Reach { left: 1, right: 1 };
    /// The mark of an encoding, and the run beside it.
    pub(super) const MARK: Reach = Reach {
        left: decode::MARK_LOOK + 3,
        right: decode::MARK_LOOK + 3,
    };
    /// The names around an assignment that something was found in.
    pub(super) const FOUND: Reach = Reach {
        left: assign::SIGHT_LEFT + generic::example::REACH,
        right: assign::SIGHT_RIGHT + JUDGED,
    };
    /// Certificates beside a key.
    pub(super) const PARTNER: Reach = Reach {
        left: beside::CERTIFICATE_REACH,
        right: beside::CERTIFICATE_REACH,
    };

    /// A token rule at one of its literals: its longest match, the escape or colour sequence that
    /// may end before it, and the byte behind it.
    pub(super) fn of_token(token: &Token) -> Reach {
        Reach {
            left: token.before as usize + 9,
            right: token.after as usize + 1,
        }
    }

    /// A match of a chain: the heads before it that end where it ends, and what stands before them.
    pub(super) fn of_chain(token: &Token) -> Reach {
        Reach {
            left: token.after as usize + 9,
            right: token.after as usize + 1,
        }
    }

    /// As far as either.
    pub(super) fn or(self, other: Reach) -> Reach {
        Reach {
            left: self.left.max(other.left),
            right: self.right.max(other.right),
        }
    }

    /// As far as both, one from the end of the other.
    pub(super) fn and(self, other: Reach) -> Reach {
        Reach {
            left: self.left + other.left,
            right: self.right + other.right,
        }
    }
}
