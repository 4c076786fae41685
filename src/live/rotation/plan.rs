//! A plan: what `live apply` would do, as a file that people read before. It holds no value of any token.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::time;
use crate::finding::DAY;
use crate::lists::Row;
use crate::live::find;
use crate::live::token::Held;
use crate::schema;

/// The version that plans name.
pub const PLAN_VERSION: u32 = 1;
/// How old a plan may be that is applied; seconds.
const MAX_AGE: i64 = DAY;
/// How far clocks may be apart; seconds.
const APART: i64 = 300;
/// Bytes of a plan that are read.
pub const MAX: u64 = 16 << 20;

/// What `live apply` would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keysweep plan of changes of tokens, version 1")]
pub struct Plan {
    /// The version of this form.
    #[schemars(range(min = 1, max = 1))]
    pub plan_version: u32,
    /// The plan's own number.
    pub id: String,
    /// When it was made. It can be applied for a day.
    #[schemars(with = "String")]
    pub made: Timestamp,
    /// What the digests of the plan are made with, beside the operator's secret.
    pub nonce: String,
    /// What is changed, one after the other.
    pub changes: Vec<Change>,
}

/// What is done with one token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The entry of the register.
    pub entry: String,
    /// What is done.
    #[serde(rename = "do")]
    pub what: What,
    /// The server, by the name that the user's own configuration gives it.
    pub server: String,
    /// What kind of server it is.
    pub kind: String,
    /// The token as the server lists it.
    pub old: Listed,
    /// The token that follows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
    /// The stores that get the new value, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<Place>,
    /// Seconds for which the old token lives on.
    #[serde(default)]
    pub overlap: i64,
    /// A digest of the server's address and of the tokens of this name that it lists.
    pub state: String,
    /// What is done, step by step, in words.
    pub steps: Vec<String>,
    /// What is to be thought of before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// What is done with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A successor is made, and then it is ended.
    Rotate,
    /// Its value is changed in its place: from one moment to the other the old value is dead.
    Replace,
    /// Its value is changed in its place to one that we draw, which the stores have before the server has it.
    Choose,
    /// It is ended.
    Revoke,
}

impl What {
    /// Whether the token stays and only its value is another.
    pub fn is_in_place(self) -> bool {
        matches!(self, What::Replace | What::Choose)
    }
}

/// A token as its server lists it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// What tells it from all others of the list.
    pub mark: String,
    /// What the server calls it; empty where it has no id but the token itself.
    pub id: String,
    /// What people called it.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// What it may do, sorted.
    pub scope: Vec<String>,
    /// When it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub created: Option<Timestamp>,
    /// When it ends; not there where it never does, or the list does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub expires: Option<Timestamp>,
}

impl Listed {
    /// What a plan says of a row.
    pub fn of(row: &Row) -> Listed {
        let mut scope = row.scope.clone();
        scope.sort();
        scope.dedup();
        Listed {
            mark: find::mark(row),
            id: row.id.clone(),
            name: row.name.clone(),
            owner: row.owner.clone(),
            scope,
            created: row.created.at(),
            expires: row.expires.at(),
        }
    }

    /// What is known of its value when it is tried.
    pub fn held(&self) -> Held {
        Held::of(&Row {
            name: self.name.clone(),
            owner: self.owner.clone(),
            ..Row::default()
        })
    }

    /// What it is called in sentences.
    pub fn called(&self) -> String {
        let id = match self.id.is_empty() {
            true => String::new(),
            false => format!(" (id {})", self.id),
        };
        let owner = match self.owner.is_empty() {
            true => String::new(),
            false => format!(" of {}", self.owner),
        };
        match self.name.is_empty() {
            true => format!("the token{owner}{id}"),
            false => format!("{}{owner}{id}", self.name),
        }
    }
}

/// A token that is to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// What it is called.
    pub name: String,
    /// What it may do: what the old one may, or less.
    pub scope: Vec<String>,
    /// When it ends; not there where it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub ends: Option<Timestamp>,
}

/// A store, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The store, as the register writes it.
    pub store: String,
    /// What was seen in it.
    pub holds: Holds,
    /// A digest of its value, where it shows one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// What was seen in a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// A value.
    Value,
    /// Nothing.
    Nothing,
    /// It shows no values.
    Hidden,
}

impl Plan {
    /// Reads a plan.
    ///
    /// # Errors
    /// It is none, or of another version of keysweep.
    pub fn read(text: &[u8]) -> Result<Plan, String> {
        let plan: Plan = serde_json::from_slice(text).map_err(|error| {
            // The position is enough: a message of the parser may quote what stands there.
            format!(
                "it is no plan: line {}, column {}; make it anew with `keysweep live plan`",
                error.line(),
                error.column()
            )
        })?;
        match plan.plan_version {
            PLAN_VERSION => Ok(plan),
            other => Err(format!(
                "it is a plan of version {other}, and this keysweep knows {PLAN_VERSION}; make it anew"
            )),
        }
    }

    /// The plan as a file.
    pub fn text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("a plan is JSON");
        text.push('\n');
        text
    }

    /// Whether it can be applied at a moment.
    ///
    /// # Errors
    /// It is too old, or of the future.
    pub fn is_of(&self, now: Timestamp) -> Result<(), String> {
        let age = now.as_second() - self.made.as_second();
        if age > MAX_AGE {
            return Err(format!(
                "it was made on {}, more than a day ago: what it saw may be otherwise now; make it anew",
                time::moment(self.made)
            ));
        }
        if age < -APART {
            return Err(format!(
                "it was made on {}, which is in the future: the clock of this machine or of the one \
                 that made it is wrong; set it, and make the plan anew",
                time::moment(self.made)
            ));
        }
        Ok(())
    }
}

impl Change {
    /// What is otherwise in a change that was worked out again: a sentence each.
    pub fn differs(&self, now: &Change) -> Vec<String> {
        let mut out = Vec::new();
        let mut same = |same: bool, says: String| {
            if !same {
                out.push(says);
            }
        };
        same(
            (&self.server, &self.kind, self.what) == (&now.server, &now.kind, now.what),
            "the server is another, or another thing would be done".into(),
        );
        same(
            self.old == now.old,
            format!("the server says otherwise of {}", self.old.called()),
        );
        same(
            self.state == now.state || self.old != now.old,
            "the server lists other tokens of this name than before, or is at another address"
                .into(),
        );
        same(
            self.successor == now.successor && self.overlap == now.overlap,
            "the register asks for another successor than before".into(),
        );
        let names = |change: &Change| -> Vec<String> {
            change
                .stores
                .iter()
                .map(|place| place.store.clone())
                .collect()
        };
        same(
            names(self) == names(now),
            "the register names other stores than before".into(),
        );
        for (before, after) in self.stores.iter().zip(&now.stores) {
            same(
                before == after || before.store != after.store,
                format!(
                    "the store {} holds something else than before",
                    before.store
                ),
            );
        }
        // What people read is made of all that: another text alone was written by somebody.
        if out.is_empty() && (&self.steps, &self.warnings) != (&now.steps, &now.warnings) {
            out.push("its sentences are not those that belong to it".into());
        }
        out
    }
}

/// `docs/plan.schema.json`.
pub fn schema() -> String {
    schema::text(&schema::of::<Plan>(|_| {}))
}
