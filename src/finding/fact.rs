//! What is known about the life of a credential: facts, each with its source and certainty, and what
//! follows from them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a fact is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "field")]
pub enum Field {
    /// What it is, where its bytes tell more than its rule: the family of a token.
    Kind,
    /// End of validity; the text `never` where its bytes or its server say that it has none.
    Expires,
    /// Not valid before.
    NotBefore,
    /// When it was issued.
    Issued,
    /// When its value was changed last, as the file around it says.
    Changed,
    /// When it was used last, as the file around it or its server says; the text `never` where it was not.
    LastUsed,
    /// Who issued it.
    Issuer,
    /// Whose it is: a user, service account, organisation.
    Owner,
    /// Who answers for it when the owner cannot.
    Backup,
    /// What it is for.
    Purpose,
    /// Who made it, as its server says.
    MadeBy,
    /// The account, project or tenant it belongs to.
    Account,
    /// A public name or number that finds it in its provider's list.
    Id,
    /// Live or test, production or sandbox.
    Environment,
    /// What it may do.
    Scope,
    /// What it is meant for.
    Audience,
    /// How long one of its kind lives at most.
    LongestLife,
    /// The day since which its form exists, where a commit that holds it claims to be older, which cannot be.
    FormSince,
    /// Whether its server accepts it, and on which day it said so.
    State,
    /// The committer date of the earliest commit that holds it, but not before that of any commit it was
    /// built on.
    FirstSeen,
    /// The same of the commit that removed its last place.
    Removed,
    /// How often the value of its slot (path through renames, name and rule) changed in the history.
    Rotations,
    /// When it took the place of another value.
    Rotated,
    /// Who put it there, by the name of the commit's author.
    RotatedBy,
    /// When another value took its place.
    Replaced,
    /// Who replaced it, by the name of the commit's author.
    ReplacedBy,
    /// What is known of its end at the provider, where it was only removed from the files.
    Revocation,
    /// The environments that the paths and the name of its places speak of, where there are several.
    UsedIn,
}

impl Field {
    /// Whether it is the name of a person, as a commit gives it.
    pub fn is_person(self) -> bool {
        matches!(self, Field::RotatedBy | Field::ReplacedBy)
    }

    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Field::Kind => "kind",
            Field::LongestLife => "longest-life",
            Field::FormSince => "form-since",
            Field::Changed => "changed",
            Field::LastUsed => "last-used",
            Field::Id => "id",
            Field::Environment => "environment",
            Field::Expires => "expires",
            Field::NotBefore => "not-before",
            Field::Issued => "issued",
            Field::Issuer => "issuer",
            Field::Owner => "owner",
            Field::Backup => "backup",
            Field::Purpose => "purpose",
            Field::MadeBy => "made-by",
            Field::State => "state",
            Field::Account => "account",
            Field::Scope => "scope",
            Field::Audience => "audience",
            Field::FirstSeen => "first-seen",
            Field::Removed => "removed",
            Field::Rotations => "rotations",
            Field::Rotated => "rotated",
            Field::RotatedBy => "rotated-by",
            Field::Replaced => "replaced",
            Field::ReplacedBy => "replaced-by",
            Field::Revocation => "revocation",
            Field::UsedIn => "used-in",
        }
    }
}

/// Where a fact comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "source")]
pub enum Source {
    /// The credential's own bytes, those of its certificate, or what stands beside it.
    Bytes,
    /// What its provider says of all credentials of its kind.
    Kind,
    /// The history that holds it.
    Git,
    /// The paths and names of its places.
    Paths,
    /// What the team wrote down of it.
    Register,
    /// What its server lists of all tokens that it issued.
    List,
}

impl Source {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Source::Bytes => "bytes",
            Source::Kind => "kind",
            Source::Git => "git",
            Source::Paths => "paths",
            Source::Register => "register",
            Source::List => "list",
        }
    }
}

/// How sure a fact is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "certainty")]
pub enum Certainty {
    /// Integrity-protected: altered bytes would not be accepted by the server.
    Certain,
    /// Written there, not protected.
    Stated,
    /// Concluded from something else.
    Inferred,
}

impl Certainty {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Stated => "stated",
            Certainty::Inferred => "inferred",
        }
    }
}

/// A value of a fact: a moment, or text from the credential (never the secret part).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A moment, to the second.
    Time(Timestamp),
    /// Text as the issuer wrote it; raw bytes of scanned content.
    Text(Vec<u8>),
    /// An identifier that its provider calls public and that a decoder has seen the form of: letters and
    /// digits. It may be a finding itself, and is shown all the same.
    Id(String),
}

/// One thing known about a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub field: Field,
    /// What it says.
    pub value: Value,
    /// Where it comes from.
    pub source: Source,
    /// How sure it is.
    pub certainty: Certainty,
}

impl Fact {
    /// What it says, where that is text.
    pub fn text(&self) -> Option<&[u8]> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Time(_) | Value::Id(_) => None,
        }
    }

    /// The moment that it tells, where it is one.
    pub fn time(&self) -> Option<Timestamp> {
        match &self.value {
            Value::Time(at) => Some(*at),
            Value::Text(_) | Value::Id(_) => None,
        }
    }
}

/// Whether a credential still matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Its end is past.
    Expired {
        /// The end.
        since: Timestamp,
        /// Only a certain end lowers a finding.
        certainty: Certainty,
    },
    /// Its end is as near as the policy wants to be warned of it (30 days unless it says otherwise).
    Expiring {
        /// The end.
        at: Timestamp,
    },
    /// Its end is known and further away.
    LiveUntil {
        /// The end.
        at: Timestamp,
    },
    /// It has been in the history for longer than one of its kind lives.
    PastLife {
        /// When the longest life ended.
        since: Timestamp,
        /// Only what is certain lowers a finding; all else is likely.
        certainty: Certainty,
    },
    /// Its server does not accept it any more: it lists it as revoked or disabled, or its complete list does
    /// not have it.
    Revoked {
        /// When the list was taken, where that is known.
        taken: Option<Timestamp>,
        /// Only what is certain lowers a finding.
        certainty: Certainty,
    },
    /// Its own bytes say that it has no end.
    NeverExpires,
    /// Nothing says when it ends.
    #[default]
    Unknown,
}

impl Status {
    /// The end of validity, past or ahead, where one is known.
    pub fn end(self) -> Option<Timestamp> {
        match self {
            Status::Expired { since: at, .. }
            | Status::Expiring { at }
            | Status::LiveUntil { at } => Some(at),
            Status::PastLife { .. }
            | Status::Revoked { .. }
            | Status::NeverExpires
            | Status::Unknown => None,
        }
    }

    /// Whether the end is past beyond doubt. Only that lowers a finding.
    pub fn is_certainly_expired(self) -> bool {
        matches!(
            self,
            Status::Expired {
                certainty: Certainty::Certain,
                ..
            } | Status::PastLife {
                certainty: Certainty::Certain,
                ..
            } | Status::Revoked {
                certainty: Certainty::Certain,
                ..
            }
        )
    }
}

/// What is known about one credential's life.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Life {
    /// Facts in the order of [`Field`].
    pub facts: Vec<Fact>,
    /// What follows from them at the given moment.
    pub status: Status,
}

impl Life {
    /// What is known in one field.
    pub fn facts_of(&self, field: Field) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.field == field)
    }
}
