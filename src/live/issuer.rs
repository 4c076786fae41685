//! What can be done with a server that issues tokens, whatever protocol it speaks.

use jiff::Timestamp;

use super::accounts::{Accounts, Mariadb, Postgresql, Redis};
use super::aws::Aws;
use super::driver::{About, Code};
use super::fault::Fault;
use super::servers::Server;
use super::session::Session;
use super::vars::Vars;
use crate::lists::{List, Row};
use crate::secret::Secret;

/// A server that lists, tries, makes and ends tokens.
pub trait Issuer {
    /// What kind of server it is.
    fn about(&self) -> &About;

    /// What it can do.
    fn can(&self) -> Can;

    /// Every token that it lists. Nothing is changed by it.
    ///
    /// # Errors
    /// It cannot be asked, or does not answer as its driver says.
    fn list(&mut self) -> Result<Listed, Fault>;

    /// Whether a value is accepted. The value is sent to this server, and to it alone.
    ///
    /// # Errors
    /// It cannot be asked. An answer that is neither that of a living nor that of a dead token is no error, but
    /// [`Verdict::Unknown`].
    fn check(&mut self, value: &Secret, held: &Held) -> Result<Verdict, Fault>;

    /// The id of the credential by which the server is asked, where it says so.
    ///
    /// # Errors
    /// It cannot be asked.
    fn own(&mut self) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    /// Makes a token.
    ///
    /// # Errors
    /// It was not made, or that is not known ([`Fault::may_have_happened`]): then the list tells.
    fn create(&mut self, want: &Want) -> Result<Made, Fault>;

    /// Gives a token another value in its place: the old one ends at once.
    ///
    /// # Errors
    /// As [`Issuer::create`].
    fn replace(&mut self, token: &Token) -> Result<Made, Fault>;

    /// Gives a token a value of our choice ([`Can::choose`]), so that it can be written down first.
    ///
    /// # Errors
    /// As [`Issuer::create`].
    fn replace_by(&mut self, token: &Token, value: &Secret) -> Result<Made, Fault>;

    /// Ends a token. Several servers say yes to that for nothing: only the list and a check prove it.
    ///
    /// # Errors
    /// It was not ended, or that is not known.
    fn revoke(&mut self, token: &Token) -> Result<(), Fault>;
}

/// What a server can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Can {
    /// Say what it has.
    pub list: bool,
    /// Say whether a value is accepted.
    pub check: bool,
    /// Make a token beside the others.
    pub create: bool,
    /// Give a token another value.
    pub replace: bool,
    /// Take that value from us.
    pub choose: bool,
    /// End a token.
    pub revoke: bool,
}

/// One token of a server.
#[derive(Clone, Debug)]
pub struct Token {
    /// What its list says of it.
    pub row: Row,
    /// The token itself, where the server lists it. It stays in memory.
    pub value: Option<Secret>,
    /// What else is needed to ask about it: whose list it was in.
    pub(super) vars: Vars,
}

/// What a note of a list says that is not complete because a part of it was refused.
pub const PARTLY: &str = "the list is not complete";

impl Token {
    /// The token of a row that tells all there is to know for requests about it.
    pub(super) fn of_row(row: &Row) -> Token {
        Token {
            row: row.clone(),
            value: None,
            vars: Vars::default(),
        }
    }
}

/// What a server lists.
#[derive(Debug)]
pub struct Listed {
    /// The list, as a snapshot keeps it.
    pub list: List,
    /// Its tokens, in the order of its rows.
    pub tokens: Vec<Token>,
}

/// What is known of a value that is to be tried.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Whose it is.
    pub owner: Option<String>,
    /// What it is called: a client, an account.
    pub name: Option<String>,
}

impl Held {
    /// What a row says of its token. An account is its own owner.
    pub fn of(row: &Row) -> Held {
        let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Held {
            owner: some(&row.owner).or_else(|| some(&row.name)),
            name: some(&row.name),
        }
    }
}

/// Whether a value is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is.
    Live,
    /// It is not.
    Dead,
    /// The answer is neither: why.
    Unknown(String),
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct Want {
    /// What it is called.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// What it may do.
    pub scope: Vec<String>,
    /// When it ends; never where there is no moment.
    pub ends: Option<Timestamp>,
    /// The token that it follows.
    pub like: Option<Token>,
}

/// A token that was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// The token itself.
    pub value: Secret,
    /// What the server calls it, where the answer said so.
    pub id: Option<String>,
}

/// Opens a server; nothing is sent yet.
///
/// # Errors
/// A secret cannot be read, or the file of certificates.
pub fn connect(server: &Server) -> Result<Box<dyn Issuer>, Fault> {
    Ok(match server.driver.server.code {
        None => Box::new(Session::open(server)?),
        Some(Code::Aws) => Box::new(Aws::open(server)?),
        Some(Code::Postgresql) => Box::new(Accounts::open(server, Postgresql)?),
        Some(Code::Mariadb) => Box::new(Accounts::open(server, Mariadb)?),
        Some(Code::Redis) => Box::new(Accounts::open(server, Redis)?),
    })
}
