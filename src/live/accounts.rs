//! Accounts of databases, asked for through the clients' own programs. Their value is a password that we draw; the
//! server is given what it compares passwords with, and never sees the password itself.

mod mariadb;
mod postgresql;
mod redis;

use std::io::Write as _;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

use super::Address;
use super::draw::drawn;
use super::driver::{About, Driver};
use super::fault::Fault;
use super::issuer::Issuer;
use super::program::{Failed, Messages, Run, Said};
use super::servers::Server;
use super::token::{Can, Held, Listed, Made, Token, Verdict, Want};
use crate::lists::Row;
use crate::rule::ListKind;
use crate::secret::Secret;

pub(super) use mariadb::Mariadb;
pub(super) use postgresql::Postgresql;
pub(super) use redis::Redis;

/// What one client program is asked.
pub(super) trait Client {
    /// A run of the program as an account, with this password, for these statements.
    ///
    /// # Errors
    /// The file for the password cannot be written.
    fn run(&self, to: &To<'_>, statements: &str) -> Result<Said, Fault>;

    /// The statements that list all accounts.
    fn list(&self) -> &'static str;

    /// The statements whose answer tells whether one is in, and as whom: the id of that account.
    fn who(&self) -> &'static str;

    /// What that answer tells of the password of an account.
    fn verdict(&self, said: &Said, account: &str) -> Verdict;

    /// The statements that give an account another password.
    ///
    /// # Errors
    /// The account has a name that cannot be written, or the system gives no random bytes.
    fn replace(&self, row: &Row, password: &Secret) -> Result<String, String>;

    /// The statements by which an account lets nobody in any more. What it owns stays.
    ///
    /// # Errors
    /// The account has a name that cannot be written.
    fn revoke(&self, row: &Row) -> Result<String, String>;

    /// Whether the run did what it was asked for.
    fn went_well(&self, said: &Said) -> bool;
}

/// To whom a program speaks, and as whom.
pub(super) struct To<'t> {
    pub address: &'t Address,
    pub roots: Option<&'t std::path::Path>,
    pub account: &'t str,
    pub password: &'t Secret,
}

/// A database whose accounts are kept.
pub(super) struct Accounts<C> {
    client: C,
    server: Own,
}

struct Own {
    alias: String,
    driver: Driver,
    kind: &'static ListKind,
    address: Address,
    roots: Option<std::path::PathBuf>,
    account: String,
    password: Secret,
    pause: Duration,
    last: Option<Instant>,
}

impl<C: Client> Accounts<C> {
    /// Reads the secret; sends nothing.
    pub fn open(server: &Server, client: C) -> Result<Self, Fault> {
        let not_sent = |why: String| Fault::NotSent(format!("`{}`: {why}", server.alias));
        let secret = server.secret.as_ref().ok_or("it has no secret".to_owned());
        let password = secret.and_then(|secret| secret.read()).map_err(not_sent)?;
        Ok(Accounts {
            client,
            server: Own {
                alias: server.alias.clone(),
                driver: server.driver.clone(),
                kind: server.driver.list_kind().map_err(not_sent)?,
                address: server.address.clone(),
                roots: server.roots.clone(),
                account: server.user.clone().unwrap_or_default(),
                password,
                pause: server.pause,
                last: None,
            },
        })
    }

    fn run(&mut self, who: Option<(&str, &Secret)>, statements: &str) -> Result<Said, Fault> {
        let own = &mut self.server;
        if let Some(last) = own.last {
            std::thread::sleep(own.pause.saturating_sub(last.elapsed()));
        }
        own.last = Some(Instant::now());
        let (account, password) = who.unwrap_or((&own.account, &own.password));
        let to = To {
            address: &own.address,
            roots: own.roots.as_deref(),
            account,
            password,
        };
        self.client.run(&to, statements)
    }

    /// Runs statements as the operator, which have to do what they say.
    fn done(&mut self, shown: &'static str, statements: &str) -> Result<Said, Fault> {
        let said = self.run(None, statements)?;
        match self.client.went_well(&said) {
            true => Ok(said),
            false => Err(Fault::Refused {
                status: 0,
                request: shown.into(),
                why: "the server is not there, or the operator may not do that".into(),
            }),
        }
    }

    fn not_written(&self, why: String) -> Fault {
        Fault::NotSent(format!("`{}`: {why}", self.server.alias))
    }

    fn cannot(&self) -> Fault {
        Fault::CannotDo(format!(
            "`{}`: a second account would have another name and other rights; the password of the account is replaced",
            self.server.alias
        ))
    }
}

impl<C: Client> Issuer for Accounts<C> {
    fn about(&self) -> &About {
        &self.server.driver.server
    }

    fn can(&self) -> Can {
        self.server.driver.can()
    }

    fn list(&mut self) -> Result<Listed, Fault> {
        let statements = self.client.list();
        let said = self.done("the list of accounts", statements)?;
        let listed = Listed::read(self.server.kind, &self.server.alias, &said.output);
        listed.map_err(|why| Fault::Unexpected {
            request: "the list of accounts".into(),
            why,
        })
    }

    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault> {
        let Some(account) = held.name.clone().filter(|name| is_account(name)) else {
            let why = "the account is not known, and a password is tried with it";
            return Ok(Verdict::Unknown(why.into()));
        };
        // The scanned files choose the value, and it goes into a file of options: what could be more than a password
        // there, or would be sent otherwise than it stands, is not tried.
        let is_password = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        if !std::str::from_utf8(value.expose()).is_ok_and(is_password) {
            let why = "the value is no text of one line, and is not tried as a password";
            return Ok(Verdict::Unknown(why.into()));
        }
        let who = self.client.who();
        let said = self.run(Some((&account, value)), who)?;
        Ok(self.client.verdict(&said, &account))
    }

    fn own(&mut self) -> Result<Option<String>, Fault> {
        let said = self.done("a login", self.client.who())?;
        let account = String::from_utf8_lossy(&said.output);
        let account = account.lines().last().unwrap_or_default().trim();
        Ok(Some(account.to_owned()).filter(|account| is_account(account)))
    }

    fn create(&mut self, _: &Want) -> Result<Made, Fault> {
        Err(self.cannot())
    }

    fn replace(&mut self, token: &Token) -> Result<Made, Fault> {
        let value = drawn().map_err(Fault::NotSent)?;
        self.replace_by(token, &value)
    }

    fn replace_by(&mut self, token: &Token, value: &Secret) -> Result<Made, Fault> {
        let statements = self.client.replace(&token.row, value);
        let statements = statements.map_err(|why| self.not_written(why))?;
        self.done("the change of a password", &statements)?;
        Ok(Made {
            value: value.clone(),
            id: Some(token.row.id.clone()),
        })
    }

    fn revoke(&mut self, token: &Token) -> Result<(), Fault> {
        let statements = self.client.revoke(&token.row);
        let statements = statements.map_err(|why| self.not_written(why))?;
        self.done("the end of an account", &statements).map(|_| ())
    }
}

/// How long a client may take in all.
const PATIENCE: Duration = Duration::from_secs(20);
/// Bytes that it may print: a list of all accounts comes at once.
const MAX_OUTPUT: usize = 64 << 20;

/// Runs a client with these statements on its standard input.
fn client(
    name: &str,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
    statements: &str,
) -> Result<Said, Fault> {
    let run = Run {
        name: name.into(),
        arguments: arguments.into_iter().map(Into::into).collect(),
        dir: None,
        environment: Some(environment),
        input: statements.as_bytes(),
        messages: Messages::Kept,
        patience: PATIENCE,
        most: MAX_OUTPUT,
    };
    run.run().map_err(|failed| match failed {
        Failed::NotStarted(why) => Fault::NotSent(why),
        Failed::Lost(why) => Fault::Lost(format!("{why}; what it was asked for may have happened")),
    })
}

/// Whether a name can stand in a statement and in an argument.
fn is_account(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && !name.chars().any(char::is_control)
}

/// A text between quotes, each of which is doubled inside.
fn quoted(text: &str, quote: char) -> Result<String, String> {
    match is_account(text) {
        true => {
            let doubled = text.replace(quote, &format!("{quote}{quote}"));
            Ok(format!("{quote}{doubled}{quote}"))
        }
        false => Err("the account has a name that cannot be written in a statement".into()),
    }
}

/// A file of its owner alone, which ends with the run.
fn secret_file(text: &str) -> Result<NamedTempFile, Fault> {
    let write = || {
        let mut file = NamedTempFile::new()?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        Ok(file)
    };
    write().map_err(|error: std::io::Error| {
        Fault::NotSent(format!(
            "the file for a password cannot be written: {error}"
        ))
    })
}

/// A secret as text; drawn ones and those of files are.
fn text(secret: &Secret) -> String {
    String::from_utf8_lossy(secret.expose()).into_owned()
}
