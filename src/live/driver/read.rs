//! Reads the file of a driver.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::call::{Call, Step};
use super::fits::Fits;
use super::pages::Pages;
use super::pick::Pick;
use super::{Check, Create, Driver, ListCalls, Records, typed};

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
            .map(typed::into)
            .transpose()
            .map_err(in_table("server"))?
            .ok_or("there is no table [server]")?,
        auth: taken(&mut file, "auth")?
            .map(typed::into)
            .transpose()
            .map_err(in_table("auth"))?
            .unwrap_or_default(),
        login: steps(&mut file, "login")?,
        check: part(&mut file, "check", Check::take)?,
        list: part(&mut file, "list", ListCalls::take)?,
        create: part(&mut file, "create", Create::take)?,
        replace: part(&mut file, "replace", Create::take)?,
        revoke: part(&mut file, "revoke", |mut table| {
            let call = Call::take(&mut table)?;
            empty(&table).map(|()| call)
        })?,
    };
    empty(&file)?;
    driver.sound()?;
    Ok(driver)
}

impl Check {
    fn take(mut table: Table) -> Result<Check, String> {
        let call = Call::take(&mut table)?;
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Rest {
            live: Vec<Fits>,
            dead: Vec<Fits>,
            id: Option<String>,
        }
        let rest: Rest = typed::into(table)?;
        typed::pointers(&rest.id)?;
        Ok(Check {
            call,
            live: rest.live,
            dead: rest.dead,
            id: rest.id,
        })
    }
}

/// One text, or several.
#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Texts {
    #[default]
    None,
    One(String),
    More(Vec<String>),
}

impl From<Texts> for Vec<String> {
    fn from(texts: Texts) -> Self {
        match texts {
            Texts::None => Vec::new(),
            Texts::One(text) => vec![text],
            Texts::More(texts) => texts,
        }
    }
}

impl ListCalls {
    fn take(mut table: Table) -> Result<ListCalls, String> {
        let over = taken(&mut table, "over")?.map(Records::take).transpose()?;
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Own {
            add: BTreeMap<String, String>,
            value: Texts,
        }
        let own = ["add", "value"];
        let own: Table = own
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), table.remove(key)?)))
            .collect();
        let own: Own = typed::into(own)?;
        let value = Vec::from(own.value);
        typed::pointers(&value)?;
        Ok(ListCalls {
            over,
            records: Records::take(table)?,
            add: own.add,
            value,
        })
    }
}

impl Records {
    fn take(mut table: Table) -> Result<Records, String> {
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
            keep: BTreeMap<String, Pick>,
        }
        let rest: Rest = typed::into(table)?;
        typed::pointers([&rest.items])?;
        Ok(Records {
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
        let then = steps(&mut table, "then")?;
        let value = match table.remove("value") {
            None => "{value}".to_owned(),
            Some(Value::String(text)) => text,
            Some(_) => return Err("`value` is a text".into()),
        };
        let otherwise = match table.remove("otherwise") {
            None => BTreeMap::new(),
            Some(otherwise) => otherwise
                .try_into()
                .map_err(|_| "`otherwise` has values by names".to_owned())?,
        };
        let mut steps = vec![Step::take(table)?];
        steps.extend(then);
        Ok(Create {
            steps,
            value,
            otherwise,
        })
    }
}

pub(super) fn in_table(name: &'static str) -> impl Fn(String) -> String {
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
