//! Drivers: how one kind of server is asked, as a file that says the requests. What its list means says the kind of
//! list of the same name (`rules/lists`), so that a file which an administrator exported and a live answer are read
//! alike. A driver has paths and no address: the host is that of the user's `servers.toml`.

mod call;
mod fits;
mod manual;
mod pages;
mod pick;
mod read;
mod sound;
mod typed;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::token::Can;
use super::vars::names;
use crate::lists;
use crate::rule::{ListKind, closest};
use serde::Deserialize;

pub use call::{Call, Step};
pub use fits::Fits;
pub use manual::table;
pub use pages::{By, Pages};
pub use pick::Pick;
pub use read::load;

include!(concat!(env!("OUT_DIR"), "/drivers.rs"));

/// Longest file of a driver, in bytes.
const MAX: u64 = 1 << 20;

/// How one kind of server is asked.
#[derive(Clone, Debug)]
pub struct Driver {
    /// What it is.
    pub server: About,
    /// How the operator and a value present themselves.
    pub auth: Auth,
    /// Requests before the first one, whose answers give what `auth` asks for.
    pub login: Vec<Step>,
    /// How a value is tried.
    pub check: Option<Check>,
    /// How the list is asked for.
    pub list: Option<ListCalls>,
    /// How a token is made.
    pub create: Option<Create>,
    /// How the value of a token is changed, where the token stays.
    pub replace: Option<Create>,
    /// How a token is ended.
    pub revoke: Option<Call>,
}

/// What a kind of server is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct About {
    /// The name that `servers.toml` uses.
    pub kind: String,
    /// The server, in words.
    pub name: String,
    /// The page that documents the requests.
    pub docs: String,
    /// What the driver was run against: a version; or that it is from the documentation, and of which day.
    pub checked: String,
    /// What there is to know for whoever uses it; may be empty.
    #[serde(default)]
    pub about: String,
    /// The kind of list that says what its list means; the same name where nothing is said.
    list: Option<String>,
    /// What speaks its protocol, where requests in HTTP do not.
    pub code: Option<Code>,
    /// Names that `set` of `servers.toml` has to give.
    #[serde(default)]
    pub set: Vec<String>,
    /// Names that `secrets` of `servers.toml` has to give, to make tokens.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// Seconds that a revocation takes until it is felt everywhere.
    #[serde(default)]
    settles: u64,
    /// Tokens have no end.
    #[serde(default)]
    pub never_expires: bool,
    /// Longest life in days that the server grants, where it grants less than it is asked for.
    pub longest: Option<u32>,
    /// What the server puts before the names that it is given.
    #[serde(default)]
    pub name_prefix: String,
    /// An owner has no two tokens of one name.
    #[serde(default)]
    pub unique_names: bool,
    /// How many tokens an owner may have.
    pub most: Option<usize>,
    /// What a successor cannot be asked to have: it has the server's word for it.
    #[serde(default)]
    pub scope_is_fixed: bool,
}

/// What speaks a protocol that requests of a file do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Signed requests of AWS, for IAM and STS.
    Aws,
    /// SQL through `psql`.
    Postgresql,
    /// SQL through `mariadb`.
    Mariadb,
    /// Commands through `redis-cli`.
    Redis,
}

impl About {
    /// How long a revocation takes until it is felt everywhere.
    pub fn settles(&self) -> Duration {
        Duration::from_secs(self.settles)
    }
}

/// How somebody presents himself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Presents {
    /// `Name: value`.
    pub header: Option<String>,
    /// `user:password`, of HTTP Basic (RFC 7617).
    pub basic: Option<String>,
    /// `Name: value`, where the value is written in base64.
    pub base64_header: Option<String>,
}

/// How the operator and a value present themselves.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Auth {
    /// The operator, who lists, makes and ends.
    #[serde(default)]
    pub admin: Presents,
    /// A value that is tried.
    #[serde(default)]
    pub value: Presents,
    /// Seconds for which a login is good.
    lasts: Option<u64>,
}

impl Auth {
    /// How long a login is good.
    pub fn lasts(&self) -> Duration {
        Duration::from_secs(self.lasts.unwrap_or(600))
    }
}

/// How a value is tried.
#[derive(Clone, Debug)]
pub struct Check {
    /// The request, as the value.
    pub call: Call,
    /// Answers that only a living token gets.
    pub live: Vec<Fits>,
    /// Answers that only a dead one gets.
    pub dead: Vec<Fits>,
    /// Where the answer says the id of the token that asked: a JSON pointer.
    pub id: Option<String>,
}

/// How the list is asked for.
#[derive(Clone, Debug)]
pub struct ListCalls {
    /// The list is asked for once for each of these: mostly users. What is kept of one is `{each.NAME}`.
    pub over: Option<Records>,
    /// The list; what is kept of a record beside its row is `{old.NAME}`.
    pub records: Records,
    /// Members that a document gets besides, as the command for exporting it adds them.
    pub add: BTreeMap<String, String>,
    /// Where tokens themselves stand in a record, of servers that list secrets. A row has the one that its kind of
    /// list dropped into a digest.
    pub value: Vec<String>,
}

/// A request for records, and how it goes on.
#[derive(Clone, Debug)]
pub struct Records {
    /// The request.
    pub call: Call,
    /// How it goes on.
    pub pages: Option<Pages>,
    /// Where the records are.
    pub items: String,
    /// The records are the members of an object; the name of each is `/__key`.
    pub keyed: bool,
    /// What of a record is kept.
    pub keep: BTreeMap<String, Pick>,
}

/// How a token is made, or gets another value.
#[derive(Clone, Debug)]
pub struct Create {
    /// The requests, one after the other.
    pub steps: Vec<Step>,
    /// How the value is put together from what was kept. `{new}` is a value that we draw.
    pub value: String,
    /// What a name stands for whose value is not known: of a token that follows no other.
    pub otherwise: BTreeMap<String, serde_json::Value>,
}

impl Create {
    /// Whether the value is one that we draw and the server takes.
    pub fn draws(&self) -> bool {
        names(&self.value).is_ok_and(|names| names.contains(&"new"))
    }
}

/// The names of the drivers that are compiled in.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    DRIVERS.iter().map(|(kind, _)| *kind)
}

/// The driver of a name.
///
/// # Errors
/// There is none; which is meant, or which there are.
pub fn builtin(kind: &str) -> Result<Driver, String> {
    if let Some((_, text)) = DRIVERS.iter().find(|(name, _)| *name == kind) {
        return load(text).map_err(|why| format!("the driver `{kind}`: {why}"));
    }
    Err(match closest(kind, kinds()) {
        Some(near) => format!("there is no kind of server `{kind}`; did you mean `{near}`?"),
        None => {
            let all: Vec<&str> = kinds().collect();
            format!(
                "there is no kind of server `{kind}`; there are {}",
                all.join(", ")
            )
        }
    })
}

/// A driver of the user's own.
///
/// # Errors
/// The file cannot be read, or is no driver.
pub fn from_file(path: &Path) -> Result<Driver, String> {
    let name = path.display();
    let meta = std::fs::metadata(path).map_err(|e| format!("{name} cannot be read: {e}"))?;
    if !meta.is_file() || meta.len() > MAX {
        return Err(format!("{name} is no file of a driver"));
    }
    let text = std::fs::read_to_string(path).map_err(|e| format!("{name} cannot be read: {e}"))?;
    load(&text).map_err(|why| format!("{name}: {why}"))
}

impl Driver {
    /// What its list means.
    ///
    /// # Errors
    /// There is no kind of list of that name.
    pub fn list_kind(&self) -> Result<&'static ListKind, String> {
        let name = self.server.list.as_deref().unwrap_or(&self.server.kind);
        lists::kind(name)
    }

    /// What can be asked of such a server.
    pub fn can(&self) -> Can {
        let requests = Can {
            list: self.list.is_some(),
            check: self.check.is_some(),
            create: self.create.is_some(),
            replace: self.replace.is_some(),
            choose: self.replace.as_ref().is_some_and(Create::draws),
            revoke: self.revoke.is_some(),
        };
        let all = Can {
            list: true,
            check: true,
            revoke: true,
            ..requests
        };
        match self.server.code {
            None => requests,
            Some(Code::Aws) => Can {
                create: true,
                ..all
            },
            // A second account would have another name and other rights: the password of the one is replaced.
            Some(Code::Postgresql | Code::Mariadb | Code::Redis) => Can {
                replace: true,
                choose: true,
                ..all
            },
        }
    }

    /// The names that the operator's own requests ask for.
    pub(super) fn asked_for_by_admin(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.auth.admin.names().unwrap_or_default();
        let calls = self.login.iter().map(|step| &step.call);
        let calls = calls.chain(self.list.iter().map(|list| &list.records.call));
        for call in calls {
            all.extend(call.names().unwrap_or_default());
        }
        if self.server.code.is_some() {
            all.extend(["user", "secret"]);
        }
        all
    }
}

impl Presents {
    pub(super) fn names(&self) -> Result<Vec<&str>, String> {
        let all = [&self.header, &self.basic, &self.base64_header];
        let all: Result<Vec<Vec<&str>>, String> =
            all.into_iter().flatten().map(|text| names(text)).collect();
        Ok(all?.concat())
    }
}

#[cfg(test)]
mod tests;
