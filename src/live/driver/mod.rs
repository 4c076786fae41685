//! Drivers: how one kind of server is asked, as a file that says the requests. What its list means says the kind of
//! list of the same name (`rules/lists`), so that a file which an administrator exported and a live answer are read
//! alike. A driver has paths and no address: the host is that of the user's `servers.toml`.

mod call;
mod fits;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use toml::{Table, Value};

use super::servers::Server;
use super::vars::names;
use crate::lists;
use crate::rule::{ListKind, closest};

pub use call::{By, Call, Pages, Step};
pub use fits::Fits;

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
    pub replace: Option<Step>,
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
    pub code: Option<String>,
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
    /// An owner has no two tokens of one name.
    #[serde(default)]
    pub unique_names: bool,
    /// How many tokens an owner may have.
    pub most: Option<usize>,
    /// What a successor cannot be asked to have: it has the server's word for it.
    #[serde(default)]
    pub scope_is_fixed: bool,
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
}

/// How the list is asked for.
#[derive(Clone, Debug)]
pub struct ListCalls {
    /// The list is asked for once for each of these.
    pub over: Option<Over>,
    /// The request.
    pub call: Call,
    /// How it goes on.
    pub pages: Option<Pages>,
    /// Where its records are.
    pub items: String,
    /// The records are the members of an object.
    pub keyed: bool,
    /// Members that a document gets besides, as the command for exporting it adds them.
    pub add: BTreeMap<String, String>,
    /// Where the token itself stands in a record, of servers that list secrets.
    pub value: Option<String>,
    /// What else of a record is kept, as `{old.NAME}`.
    pub keep: BTreeMap<String, String>,
}

/// What a list is asked for by: mostly users.
#[derive(Clone, Debug)]
pub struct Over {
    /// The request.
    pub call: Call,
    /// How it goes on.
    pub pages: Option<Pages>,
    /// Where the records are.
    pub items: String,
    /// The records are the members of an object; the name of each is `/__key`.
    pub keyed: bool,
    /// What of a record is kept, as `{each.NAME}`.
    pub keep: BTreeMap<String, String>,
}

/// How a token is made.
#[derive(Clone, Debug)]
pub struct Create {
    /// The requests, one after the other.
    pub steps: Vec<Step>,
    /// How the value is put together from what was kept.
    pub value: String,
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

/// Reads a driver.
///
/// # Errors
/// Syntax, a key that is none, a request that asks for what is not known where it is sent: the table, and what.
pub fn load(text: &str) -> Result<Driver, String> {
    let mut file: Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.to_string())?;
    let driver = Driver {
        server: taken(&mut file, "server")?
            .map(call::into)
            .transpose()
            .map_err(in_table("server"))?
            .ok_or("there is no table [server]")?,
        auth: taken(&mut file, "auth")?
            .map(call::into)
            .transpose()
            .map_err(in_table("auth"))?
            .unwrap_or_default(),
        login: steps(&mut file, "login")?,
        check: part(&mut file, "check", Check::take)?,
        list: part(&mut file, "list", ListCalls::take)?,
        create: part(&mut file, "create", Create::take)?,
        replace: part(&mut file, "replace", Step::take)?,
        revoke: part(&mut file, "revoke", |mut table| {
            let call = Call::take(&mut table)?;
            empty(&table).map(|()| call)
        })?,
    };
    empty(&file)?;
    driver.sound()?;
    Ok(driver)
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

    /// Whether a server gives what the driver asks for.
    ///
    /// # Errors
    /// Something is missing, or not asked for.
    pub fn fits(&self, server: &Server) -> Result<(), String> {
        let alias = &server.alias;
        let kind = &self.server.kind;
        for name in &self.server.set {
            if !server.set.contains_key(name) {
                return Err(format!("`{alias}` is a {kind}, which needs `set.{name}`"));
            }
        }
        for name in server.set.keys() {
            if !self.server.set.contains(name) {
                return Err(format!(
                    "`set.{name}` of `{alias}` is nothing that a {kind} asks for"
                ));
            }
        }
        for name in server.secrets.keys() {
            if !self.server.secrets.contains(name) {
                return Err(format!(
                    "`secrets.{name}` of `{alias}` is nothing that a {kind} asks for"
                ));
            }
        }
        let asked = self.asked_for_by_admin();
        if asked.contains(&"user") && server.user.is_none() {
            return Err(format!("`{alias}` is a {kind}, which needs `user`"));
        }
        if asked.contains(&"secret") && server.secret.is_none() {
            return Err(format!("`{alias}` is a {kind}, which needs `secret`"));
        }
        Ok(())
    }

    /// The names that the operator's own requests ask for.
    fn asked_for_by_admin(&self) -> Vec<&str> {
        let mut all: Vec<&str> = self.auth.admin.names().unwrap_or_default();
        let calls = self.login.iter().map(|step| &step.call);
        let calls = calls.chain(self.list.iter().map(|list| &list.call));
        for call in calls {
            all.extend(call.names().unwrap_or_default());
        }
        if self.server.code.is_some() {
            all.push("secret");
        }
        all
    }

    /// Whether every request asks only for what is known where it is sent, and every condition can be trusted.
    fn sound(&self) -> Result<(), String> {
        let list = self.list_kind().map(|_| ());
        list.map_err(in_table("server"))?;
        if !self.server.docs.starts_with("https://") {
            return Err("[server]: `docs` is the address of the page that documents it".into());
        }
        let mut operator: Vec<String> = vec!["user".into(), "secret".into()];
        operator.extend(self.server.set.iter().map(|name| format!("set.{name}")));
        operator.extend(
            self.server
                .secrets
                .iter()
                .map(|name| format!("secrets.{name}")),
        );
        for step in &self.login {
            known("login", step.call.names()?, &operator)?;
            operator.extend(step.keep.keys().cloned());
        }
        known("auth.admin", self.auth.admin.names()?, &operator)?;
        let with = |names: &[&str]| {
            let mut all = operator.clone();
            all.extend(names.iter().map(|name| (*name).to_owned()));
            all
        };
        known(
            "auth.value",
            self.auth.value.names()?,
            &with(&["value", "name", "owner"]),
        )?;
        if let Some(check) = &self.check {
            known(
                "check",
                check.call.names()?,
                &with(&["value", "name", "owner"]),
            )?;
            check.sound().map_err(in_table("check"))?;
        }
        let mut of_token = with(&["id", "name", "owner", "value"]);
        if let Some(list) = &self.list {
            let mut asked = with(&["page", "offset"]);
            if let Some(over) = &list.over {
                known("list.over", over.call.names()?, &asked)?;
                let each = over.keep.keys().map(|name| format!("each.{name}"));
                asked.extend(each.clone());
                of_token.extend(each);
            }
            known("list", list.call.names()?, &asked)?;
            for template in list.add.values() {
                known("list.add", names(template)?, &asked)?;
            }
            of_token.extend(list.keep.keys().map(|name| format!("old.{name}")));
        }
        if let Some(create) = &self.create {
            let mut asked = of_token.clone();
            let wanted = ["scope", "seconds", "days", "unix", "date", "moment"];
            asked.extend(wanted.map(str::to_owned));
            for step in &create.steps {
                known("create", step.call.names()?, &asked)?;
                asked.extend(step.keep.keys().cloned());
            }
            known("create.value", names(&create.value)?, &asked)?;
        }
        if let Some(replace) = &self.replace {
            known("replace", replace.call.names()?, &of_token)?;
        }
        if let Some(revoke) = &self.revoke {
            known("revoke", revoke.names()?, &of_token)?;
        }
        Ok(())
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

impl Check {
    fn take(mut table: Table) -> Result<Check, String> {
        let call = Call::take(&mut table)?;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rest {
            live: Vec<Fits>,
            dead: Vec<Fits>,
        }
        let rest: Rest = call::into(table)?;
        Ok(Check {
            call,
            live: rest.live,
            dead: rest.dead,
        })
    }

    fn sound(&self) -> Result<(), String> {
        let all = || self.live.iter().chain(&self.dead);
        if let Some(fault) = all().find_map(Fits::fault) {
            return Err(fault);
        }
        if self.live.is_empty() {
            return Err("`live` is empty".into());
        }
        // A page for everything would make every value alive.
        match self.live.iter().find(|fits| !fits.looks_inside()) {
            Some(fits) if fits.status == 200 => {
                Err("`live` with status 200 alone is true of any page: add `has` or `text`".into())
            }
            _ => Ok(()),
        }
    }
}

impl ListCalls {
    fn take(mut table: Table) -> Result<ListCalls, String> {
        let over = match table.remove("over") {
            None => None,
            Some(Value::Table(over)) => Some(Over::take(over)?),
            Some(_) => return Err("`over` is a table".into()),
        };
        let call = Call::take(&mut table)?;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rest {
            pages: Option<Pages>,
            #[serde(default)]
            items: String,
            #[serde(default)]
            keyed: bool,
            #[serde(default)]
            add: BTreeMap<String, String>,
            value: Option<String>,
            #[serde(default)]
            keep: BTreeMap<String, String>,
        }
        let rest: Rest = call::into(table)?;
        call::pointers(rest.keep.values().chain(&rest.value).chain([&rest.items]))?;
        Ok(ListCalls {
            over,
            call,
            pages: rest.pages,
            items: rest.items,
            keyed: rest.keyed,
            add: rest.add,
            value: rest.value,
            keep: rest.keep,
        })
    }
}

impl Over {
    fn take(mut table: Table) -> Result<Over, String> {
        let call = Call::take(&mut table)?;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rest {
            pages: Option<Pages>,
            #[serde(default)]
            items: String,
            #[serde(default)]
            keyed: bool,
            keep: BTreeMap<String, String>,
        }
        let rest: Rest = call::into(table)?;
        call::pointers(rest.keep.values().chain([&rest.items]))?;
        Ok(Over {
            call,
            pages: rest.pages,
            items: rest.items,
            keyed: rest.keyed,
            keep: rest.keep,
        })
    }
}

impl Create {
    fn take(mut table: Table) -> Result<Create, String> {
        let then = match table.remove("then") {
            None => Vec::new(),
            Some(Value::Array(steps)) => steps,
            Some(_) => return Err("`then` has tables".into()),
        };
        let value = match table.remove("value") {
            None => "{value}".to_owned(),
            Some(Value::String(text)) => text,
            Some(_) => return Err("`value` is a text".into()),
        };
        let mut steps = vec![Step::take(table)?];
        for step in then {
            match step {
                Value::Table(step) => steps.push(Step::take(step)?),
                _ => return Err("`then` has tables".into()),
            }
        }
        Ok(Create { steps, value })
    }
}

fn in_table(name: &'static str) -> impl Fn(String) -> String {
    move |why| format!("[{name}]: {why}")
}

fn taken(file: &mut Table, name: &'static str) -> Result<Option<Table>, String> {
    match file.remove(name) {
        None => Ok(None),
        Some(Value::Table(table)) => Ok(Some(table)),
        Some(_) => Err(format!("`{name}` is a table")),
    }
}

fn part<T>(
    file: &mut Table,
    name: &'static str,
    take: impl Fn(Table) -> Result<T, String>,
) -> Result<Option<T>, String> {
    taken(file, name)?
        .map(take)
        .transpose()
        .map_err(in_table(name))
}

/// The steps of a table, or of several.
fn steps(file: &mut Table, name: &'static str) -> Result<Vec<Step>, String> {
    let tables = match file.remove(name) {
        None => Vec::new(),
        Some(Value::Table(table)) => vec![Value::Table(table)],
        Some(Value::Array(tables)) => tables,
        Some(_) => return Err(format!("`{name}` is a table")),
    };
    let step = |table| match table {
        Value::Table(table) => Step::take(table),
        _ => Err("there are tables here".to_owned()),
    };
    let steps: Result<Vec<Step>, String> = tables.into_iter().map(step).collect();
    steps.map_err(in_table(name))
}

fn empty(table: &Table) -> Result<(), String> {
    match table.keys().next() {
        None => Ok(()),
        Some(key) => Err(format!("there is no key or table `{key}` here")),
    }
}

fn known(table: &'static str, asked: Vec<&str>, known: &[String]) -> Result<(), String> {
    match asked
        .iter()
        .find(|name| !known.iter().any(|one| one == *name))
    {
        None => Ok(()),
        Some(name) => Err(format!(
            "[{table}]: `{{{name}}}` is not known there; known are {}",
            known.join(", ")
        )),
    }
}
