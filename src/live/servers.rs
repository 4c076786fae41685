//! `servers.toml`: which servers the user asks, and where the secrets for them come from. It belongs to the user
//! alone and lies outside every scanned repository.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::address::Address;
use super::driver::{self, Code, Driver};
use super::operand::{Operand, owner_only};
use crate::file_error::{FileError, line_of};

/// Longer files are a mistake; bytes.
const MAX: u64 = 1 << 20;
/// Requests in a second where the file says nothing.
const RATE: f64 = 10.0;

/// The servers of a file.
#[derive(Debug)]
pub struct Servers {
    /// The file.
    pub file: PathBuf,
    /// In the order of their names.
    pub servers: Vec<Server>,
}

/// A server that the user named.
#[derive(Debug)]
pub struct Server {
    /// How the user calls it.
    pub alias: String,
    /// How its kind is asked.
    pub driver: Driver,
    /// Where it is.
    pub address: Address,
    /// As whom it is asked.
    pub user: Option<String>,
    /// With what it is asked.
    pub secret: Option<Operand>,
    /// Further secrets that its driver asks for, by name.
    pub secrets: BTreeMap<String, Operand>,
    /// Further texts that its driver asks for, by name: a realm, an organisation.
    pub set: BTreeMap<String, String>,
    /// Certificates that are trusted instead of the system's.
    pub roots: Option<PathBuf>,
    /// Between the beginnings of two requests lies at least this.
    pub pause: Duration,
}

impl Server {
    /// Whether it gives what its driver asks for.
    ///
    /// # Errors
    /// Something is missing, or not asked for.
    pub fn fits_driver(&self) -> Result<(), String> {
        let (alias, driver) = (&self.alias, &self.driver);
        let kind = &driver.server.kind;
        for name in &driver.server.set {
            if !self.set.contains_key(name) {
                return Err(format!("`{alias}` is a {kind}, which needs `set.{name}`"));
            }
        }
        for name in self.set.keys() {
            if !driver.server.set.contains(name) {
                return Err(format!(
                    "`set.{name}` of `{alias}` is nothing that a {kind} asks for"
                ));
            }
        }
        for name in self.secrets.keys() {
            if !driver.server.secrets.contains(name) {
                return Err(format!(
                    "`secrets.{name}` of `{alias}` is nothing that a {kind} asks for"
                ));
            }
        }
        let asked = driver.asked_for_by_admin();
        if asked.contains(&"user") && self.user.is_none() {
            return Err(format!("`{alias}` is a {kind}, which needs `user`"));
        }
        if asked.contains(&"secret") && self.secret.is_none() {
            return Err(format!("`{alias}` is a {kind}, which needs `secret`"));
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: BTreeMap<Spanned<String>, Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    kind: Option<Spanned<String>>,
    driver: Option<Spanned<String>>,
    url: Spanned<String>,
    user: Option<String>,
    secret: Option<Spanned<Value>>,
    #[serde(default)]
    secrets: BTreeMap<String, Spanned<Value>>,
    #[serde(default)]
    set: BTreeMap<String, String>,
    ca: Option<String>,
    rate: Option<Spanned<String>>,
}

type Fault = (usize, String);

impl Servers {
    /// Reads a file of servers.
    ///
    /// # Errors
    /// It cannot be read, others can read it, or it says something that cannot be: the line, and what to do.
    pub fn read(file: &Path) -> Result<Servers, FileError> {
        let shown = file.display().to_string();
        let error = |line, message: String| FileError::new(&shown, line, message);
        let unread = |why: std::io::Error| error(0, format!("it cannot be read: {why}"));
        let meta = std::fs::metadata(file).map_err(unread)?;
        if !meta.is_file() || meta.len() > MAX {
            return Err(error(0, "it is no file of servers".into()));
        }
        // It decides where secrets are sent.
        owner_only(&meta, "600").map_err(|why| error(0, format!("it {why}")))?;
        let text = std::fs::read_to_string(file).map_err(unread)?;
        let dir = file.parent().unwrap_or(Path::new("."));
        let servers =
            parse(&text, dir).map_err(|(at, message)| error(line_of(&text, at), message))?;
        Ok(Servers {
            file: file.to_owned(),
            servers,
        })
    }

    /// The server of an alias.
    ///
    /// # Errors
    /// There is none; which is meant, or which there are.
    pub fn find(&self, alias: &str) -> Result<&Server, String> {
        if let Some(server) = self.servers.iter().find(|server| server.alias == alias) {
            return Ok(server);
        }
        let names = || self.servers.iter().map(|server| server.alias.as_str());
        let file = self.file.display();
        Err(match crate::rule::closest(alias, names()) {
            Some(near) => format!("{file} has no server `{alias}`; did you mean `{near}`?"),
            None => {
                let all: Vec<&str> = names().collect();
                format!("{file} has no server `{alias}`; it has {}", all.join(", "))
            }
        })
    }
}

fn parse(text: &str, dir: &Path) -> Result<Vec<Server>, Fault> {
    let file: File = toml::from_str(text).map_err(|error| {
        // The parser's message is about keys and types; its text with the quoted line is not used.
        let at = error.span().map_or(0, |span| span.start);
        (at, without_values(error.message()))
    })?;
    let mut servers: Vec<Server> = Vec::new();
    for (alias, entry) in file.server {
        let at = alias.span().start;
        let alias = alias.into_inner();
        let server = one(alias, at, entry.into_inner(), dir)?;
        let same = |other: &&Server| {
            other.address == server.address
                && other.driver.server.kind == server.driver.server.kind
                && other.user == server.user
                && other.set == server.set
        };
        if let Some(other) = servers.iter().find(same) {
            let message = format!(
                "`{}` and `{}` are one server: the same address, kind and user; keep one of them",
                other.alias, server.alias
            );
            return Err((at, message));
        }
        servers.push(server);
    }
    Ok(servers)
}

/// The driver that an entry names.
fn driver_of(alias: &str, at: usize, entry: &Entry, dir: &Path) -> Result<Driver, Fault> {
    match (&entry.kind, &entry.driver) {
        (Some(kind), None) => {
            driver::builtin(kind.get_ref()).map_err(|why| (kind.span().start, why))
        }
        (None, Some(file)) => {
            driver::from_file(&dir.join(file.get_ref())).map_err(|why| (file.span().start, why))
        }
        _ => {
            let message = format!("`{alias}` needs either `kind` or `driver`, a file of its own");
            Err((at, message))
        }
    }
}

/// The address of a server, in the form of its kind.
fn address(url: &str, code: Option<Code>) -> Result<Address, String> {
    match code {
        Some(Code::Postgresql) => Address::of_program(url, "postgresql"),
        Some(Code::Mariadb) => Address::of_program(url, "mariadb"),
        Some(Code::Redis) => Address::of_program(url, "redis"),
        Some(Code::Aws) | None => Address::parse(url),
    }
}

fn one(alias: String, at: usize, entry: Entry, dir: &Path) -> Result<Server, Fault> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    // An alias is a part of names of files.
    if alias.is_empty() || alias.starts_with('.') || !alias.chars().all(is_name) || alias.len() > 64
    {
        let message = "the name of a server has letters, digits, `-`, `_` and `.`, at most 64";
        return Err((at, message.into()));
    }
    let driver = driver_of(&alias, at, &entry, dir)?;
    let address = address(entry.url.get_ref(), driver.server.code).map_err(|why| {
        (
            entry.url.span().start,
            format!("the `url` of `{alias}` {why}"),
        )
    })?;
    let operand = |name: &str, value: &Spanned<Value>| {
        Operand::parse(value.get_ref(), dir)
            .map_err(|why| (value.span().start, format!("`{name}` of `{alias}` {why}")))
    };
    let secret = entry.secret.as_ref().map(|value| operand("secret", value));
    let secret = secret.transpose()?;
    let mut secrets = BTreeMap::new();
    for (name, value) in &entry.secrets {
        secrets.insert(name.clone(), operand(name, value)?);
    }
    let pause = match &entry.rate {
        None => RATE,
        Some(rate) => per_second(rate.get_ref()).ok_or_else(|| {
            let message = format!("`rate` of `{alias}` is like \"2/s\" or \"30/min\"");
            (rate.span().start, message)
        })?,
    };
    let server = Server {
        alias,
        address,
        user: entry.user,
        secret,
        secrets,
        set: entry.set,
        roots: entry.ca.map(|ca| dir.join(ca)),
        pause: Duration::from_secs_f64(1.0 / pause),
        driver,
    };
    server.fits_driver().map_err(|why| (at, why))?;
    Ok(server)
}

/// A message of the parser without what it quotes: a value may be a secret that somebody wrote here.
fn without_values(message: &str) -> String {
    let message = message.replace('\n', " ");
    match (
        message.starts_with("invalid"),
        message.split_once(", expected "),
    ) {
        (true, Some((_, expected))) => {
            format!("this is not what belongs here; expected {expected}")
        }
        (true, None) => "this is not what belongs here".to_owned(),
        _ => message,
    }
}

/// Requests in a second.
fn per_second(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once('/')?;
    let number: f64 = number.trim().parse().ok()?;
    let rate = match unit.trim() {
        "s" => number,
        "min" => number / 60.0,
        _ => return None,
    };
    (rate.is_finite() && (0.001..=1000.0).contains(&rate)).then_some(rate)
}
