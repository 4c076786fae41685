//! A token that a server lists.

use std::borrow::Cow;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::Time;
use crate::lists::State;
use crate::secret::{Fingerprint, Shown};

/// A token that a server lists, as an administrator exported the list. Its value is not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "listed")]
pub struct Listed {
    /// The server, as the user named it; masked.
    pub list: Shown,
    /// What kind of list it is in.
    pub kind: Cow<'static, str>,
    /// When the list was taken; null where that is not known.
    #[schemars(with = "Option<Time>")]
    pub taken: Option<Timestamp>,
    /// What the server calls it; masked, may be empty.
    pub id: Shown,
    /// What people called it; masked, may be empty.
    pub name: Shown,
    /// Whose it is; masked, empty where the list does not say it.
    pub owner: Shown,
    /// Who made it; masked, empty where the list does not say it.
    pub made_by: Shown,
    /// What it may do; masked.
    pub scope: Vec<Shown>,
    /// When it was made.
    #[schemars(with = "Option<Time>")]
    pub created: Option<Timestamp>,
    /// When it ends; null where it does not, or where the list does not say it.
    #[schemars(with = "Option<Time>")]
    pub expires: Option<Timestamp>,
    /// It has no end.
    pub never_expires: bool,
    /// When it was used last; null where it was not, or where the list does not say it.
    #[schemars(with = "Option<Time>")]
    pub last_used: Option<Timestamp>,
    /// It was never used.
    pub never_used: bool,
    /// What the server says of it.
    pub state: State,
    /// The findings that it is, by their fingerprints.
    #[schemars(with = "Vec<String>")]
    pub findings: Vec<Fingerprint>,
}

impl Listed {
    /// Its name, else its id.
    pub fn called(&self) -> &str {
        match self.name.as_str() {
            "" => self.id.as_str(),
            name => name,
        }
    }
}
