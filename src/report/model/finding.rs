//! One credential, and one input that was not read.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Time;
use super::{Place, Suppression, Timeline, status};
use crate::finding::{Certainty, ConditionId, Field, Source, Status};
use crate::finding::{Class, Confidence, Reason, Severity, Weight};
use crate::secret::{Fingerprint, Shown};

/// How the ids begin under which credentials are reported that no commit holds.
pub const LOCAL: &str = "local/";

/// One credential with all its places.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "finding")]
pub struct Finding {
    /// The short id that people type.
    #[schemars(regex(pattern = "^[0-9a-f]{8}$"))]
    pub id: String,
    /// Names the credential across renames and moved lines; no guess can be tested with it.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{20}$"))]
    pub fingerprint: Fingerprint,
    /// Somebody could guess the value: the fingerprint is that of its rule, name and path, and means
    /// nothing in another repository.
    #[serde(default)]
    pub guessable: bool,
    /// The rule that matched.
    pub rule: String,
    /// The id it is reported under: the rule's, `stale/expired`, `info/…`, `generic/…-weak`,
    /// `local/…`.
    pub reported: String,
    /// What it is, in words.
    pub name: String,
    /// A credential; a documented sample or placeholder; or ciphertext or a digest, which does not
    /// tell its secret.
    pub class: Class,
    /// What the credential opens.
    pub severity: Severity,
    /// How strong the evidence is.
    pub confidence: Confidence,
    /// How probable it is that it is a credential, from 0 to 1, by what was measured of such evidence in
    /// such a place; null for samples and ciphertext.
    #[serde(default)]
    pub probability: Option<f64>,
    /// It makes the run fail.
    pub fails: bool,
    /// It stands in tests, examples, documentation or code of others alone and does not fail: what
    /// people read counts it, and lists it with --all.
    #[serde(default)]
    pub folded: bool,
    /// The finding whose other half it is (the id of a key beside its secret), by its fingerprint; null for
    /// most. What people read tells it there, and it fails there.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-f]{20}$"))]
    pub part_of: Option<Fingerprint>,
    /// Its other halves, which are findings of their own too.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// What may be shown of the value.
    // The rule's public prefix and `…`, or `‹redacted›`.
    pub shown: String,
    /// The value, only with --show-secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub value: Option<String>,
    /// The name it was assigned to.
    pub key: Option<Shown>,
    /// Why the program believes it.
    pub evidence: Evidence,
    /// Whether it still matters.
    #[serde(with = "status")]
    #[schemars(with = "status::Written")]
    pub status: Status,
    /// What is known about its life.
    pub facts: Vec<Fact>,
    /// What is wrong with its life, the most urgent first. Empty in a change, unless --stale asks for it.
    #[serde(default)]
    pub conditions: Vec<Condition>,
    /// Since when and until when it stood in the history; null when no history was read.
    pub timeline: Option<Timeline>,
    /// The one to show first stands first.
    #[schemars(length(min = 1))]
    pub places: Vec<Place>,
    /// How to rotate it, as the provider documents it.
    pub rotate: Option<String>,
    /// Where the provider lists such credentials.
    pub console: Option<String>,
    /// Why it is suppressed; null for results that count.
    pub suppressed: Option<Suppression>,
}

/// The other half of a credential: what is public of it, or means nothing without it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "part")]
pub struct Part {
    /// The short id that people type.
    pub id: String,
    /// The rule that matched.
    pub rule: String,
    /// What it is, in words.
    pub name: String,
    /// What may be shown of the value.
    pub shown: String,
    /// The place to show first.
    pub place: Place,
}

impl Finding {
    /// What its other half tells of it.
    pub fn as_part(&self) -> Option<Part> {
        Some(Part {
            id: self.id.clone(),
            rule: self.rule.clone(),
            name: self.name.clone(),
            shown: self.value.clone().unwrap_or_else(|| self.shown.clone()),
            place: self.first_place()?.clone(),
        })
    }

    /// The place to show first. A credential always has one.
    pub fn first_place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// What is known of it in one field.
    pub fn facts_of(&self, field: Field) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.field == field)
    }

    /// The most urgent of what is wrong with its life.
    pub fn condition(&self) -> Option<&Condition> {
        self.conditions.first()
    }

    /// Whether something certain is wrong with its life.
    pub fn has(&self, id: ConditionId) -> bool {
        self.conditions.iter().any(|condition| condition.id == id)
    }

    /// Whether a file still holds it: at HEAD, or in the working tree alone. True where no history was read.
    pub fn stands(&self) -> bool {
        let timeline = self.timeline.as_ref();
        timeline.is_none_or(|timeline| timeline.at_head)
            || self.places.iter().any(Place::is_uncommitted)
    }

    /// Whether it is a part of another finding, and nothing more is to be done about it.
    pub fn is_told_elsewhere(&self) -> bool {
        self.part_of.is_some() && !self.fails
    }

    /// Whether reports for people leave it out without `--all`.
    pub fn is_left_out(&self) -> bool {
        self.folded || self.is_told_elsewhere()
    }

    /// Whether the change that was looked at brought its suppression.
    pub fn newly_suppressed(&self) -> bool {
        self.suppressed.as_ref().is_some_and(|cause| cause.new)
    }

    /// Whether it stands only in files of this machine that no commit holds.
    pub fn is_local(&self) -> bool {
        self.reported.starts_with(LOCAL)
    }

    /// Whether the end of its validity is past for certain.
    pub fn certainly_expired(&self) -> bool {
        self.status.is_certainly_expired()
    }
}

/// Why the program believes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "evidence")]
pub struct Evidence {
    /// What the confidence stands on: `proof`, `own-form`, `named`, `score-0.850`, …
    #[serde(default)]
    pub ground: String,
    /// Offline checks that ran, in the rule's order.
    pub checks: Vec<Check>,
    /// Strongest first.
    pub reasons: Vec<Cow<'static, str>>,
    /// Other rules that fit.
    pub also: Vec<String>,
    /// What it was decoded from, outermost first.
    pub layers: Vec<Cow<'static, str>>,
}

/// An offline check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "check")]
pub struct Check {
    /// Its name, as rule files write it.
    pub name: Cow<'static, str>,
    /// Whether the value passed.
    pub passed: bool,
}

/// One thing known about its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "fact")]
pub struct Fact {
    /// What it is about.
    pub field: Field,
    /// Masked.
    pub value: Shown,
    /// The moment, for those that are one.
    #[schemars(with = "Option<Time>")]
    pub time: Option<Timestamp>,
    /// Where it comes from.
    pub source: Source,
    /// How sure a fact is.
    pub certainty: Certainty,
}

/// One thing that is wrong with its life. A property of this result: no result of its own, and no part of
/// its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "condition")]
pub struct Condition {
    /// What is wrong; `--fail-on` takes it.
    pub id: ConditionId,
    /// How bad that is.
    pub severity: Severity,
    /// The moment it speaks of: the end, the removal, since when the value stands.
    #[schemars(with = "Option<Time>")]
    pub at: Option<Timestamp>,
    /// A full sentence with absolute dates in UTC.
    pub message: String,
    /// The fields of the facts that it stands on.
    pub facts: Vec<Field>,
    /// Who set the limit that it exceeds: `default`, a profile with its source, a line of the
    /// configuration; null where there is no limit.
    pub policy: Option<Shown>,
    /// The run fails because of it: `--fail-on` names it.
    pub fails: bool,
}

/// What was not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "skipped")]
pub struct Skipped {
    /// Why.
    pub reason: Reason,
    /// `failed` makes the scan incomplete, `accepted` would if the user did not accept it by name,
    /// `scope` is a stated limit.
    pub weight: Weight,
    /// A path, an object, a ref; masked.
    pub what: Shown,
    /// What went wrong; may be empty.
    pub detail: Shown,
}
