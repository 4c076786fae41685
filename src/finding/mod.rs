//! The words of the field as types: what was found, where it stands, what could not be read.
//!
//! Uses `secret` only; every later stage speaks in these types.

mod condition;
mod credential;
mod day;
mod end;
mod fact;
mod ground;
mod level;
mod marker;
mod mode;
mod name;
mod notice;
mod path;
mod place;
mod place_kind;
mod scanned;
mod skipped;
mod suppression;
mod until;

pub use condition::{Condition, ConditionId};
pub use credential::Credential;
pub use day::{DAY, YEARS, date};
pub use end::End;
pub use fact::{Certainty, Fact, Field, Life, Source, Status, Value};
pub use ground::Ground;
pub use level::{Confidence, Exposure, Severity};
pub use marker::{Marker, Side, markers};
pub use mode::Mode;
pub use name::Name;
pub use notice::{NOTICES, Notice, NoticeKind, NoticePlace, notice_kind};
pub use path::{Oid, RepoPath};
pub use place::{
    Commit, Excerpt, Introduction, Located, Member, Origin, Place, Region, Timeline, UNCOMMITTED,
};
pub use place_kind::PlaceKind;
pub use scanned::{HistoryInfo, Ignored, RangeInfo};
pub use skipped::{Reason, Skipped, Weight};
pub use suppression::{SuppressedBy, Suppression};
pub use until::Until;

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// What a value turned out to be.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "class")]
pub enum Class {
    /// A credential, as far as can be told.
    Credential,
    /// A documented sample, a placeholder, a weak example: reported at note level.
    Sample,
    /// Ciphertext, or a digest in a list of known findings: it stands where a secret would stand
    /// and does not tell it. Reported at info level, so that nobody has to believe it unseen.
    Protected,
}

/// The outcome of one named offline check (a checksum, a structure).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check {
    /// The check's name as rule files write it, e.g. `crc32-base62`.
    pub name: &'static str,
    /// Whether the value passed.
    pub passed: bool,
}

/// Why the program believes what it says: everything `explain` and the reports show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// What the confidence stands on.
    pub ground: Ground,
    /// Offline checks that ran, in the rule's order.
    pub checks: Vec<Check>,
    /// Named reasons of the score, strongest first (`known sample`, `random value`, …).
    pub reasons: Vec<&'static str>,
    /// Ids of other rules that fit the same value.
    pub also: Vec<String>,
    /// What the value was decoded from, outermost first (`base64`, `percent`, …).
    pub layers: Vec<&'static str>,
    /// What the content around the value says of its place, whatever its path says.
    pub asides: Vec<Aside>,
}

/// What the content around a value says of its place. That it is a credential is not asked here: what is shown may be
/// real, and matters less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aside {
    /// It stands among the tests inside a program, should its file be one of Rust.
    InTests,
    /// It is an example, for the given reason.
    Shown(&'static str),
    /// The same, should its file be a program.
    ShownInProgram(&'static str),
    /// It is nothing that a program sets, should its file be one: then it is hardly a credential.
    NotSet(&'static str),
}

impl Evidence {
    /// It stands where something is shown, for the given reason. What looks `drawn` may be real all the same, so that
    /// its place alone counts for less; what people choose is mostly made up there.
    pub fn is_shown(&mut self, why: &'static str, drawn: bool) {
        if drawn {
            self.asides.push(Aside::Shown(why));
        } else {
            self.ground = Ground::Commented;
            self.reasons.insert(0, why);
        }
    }
}

/// One value at one spot of one piece of content, before it is known where that content stands
/// and what the spot means for it. Made while the bytes are at hand; nobody sees them later.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The content that holds it.
    pub origin: Origin,
    /// The rule that matched, an index into the rule set.
    pub rule: usize,
    /// That rule came with what is scanned (a rule of the repository): the sighting counts beside others, never in their
    /// place.
    pub of_repository: bool,
    /// The credential's value.
    pub secret: Secret,
    /// The whole match, of which the value is a part (the URL around a password, the whole
    /// presigned URL around its signature). Facts are decoded from it.
    pub whole: Secret,
    /// Where the value stands inside `whole`, in bytes.
    pub within: Range<usize>,
    /// Public values that stand beside it and say more: certificates, key ids.
    pub partners: Vec<Partner>,
    /// The name it was assigned to, when there is one.
    pub key: Option<Vec<u8>>,
    /// Line, column and the masked line.
    pub located: Located,
    /// What the local look found.
    pub evidence: Evidence,
    /// What the local look makes of it.
    pub class: Class,
    /// Confidence from the value and its window alone; `judge` settles it.
    pub confidence: Confidence,
    /// The value is random enough (64 bits or more) for its hash to be shown.
    pub strong: bool,
    /// Its number from 1, in the order of their places, among the guessable values that its rule
    /// finds under its name in the same content; 0 when it is the only one.
    pub number: u32,
}

/// A public value that stands beside a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    /// What it is: a rule id (`aws-access-key-id`) or `certificate`.
    pub kind: String,
    /// Its bytes (a certificate's are DER).
    pub value: Secret,
}
