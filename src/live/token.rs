//! Tokens of a server: what is known of them, asked and answered.

use jiff::Timestamp;

use super::vars::Vars;
use crate::lists::{self, Asked, List, Row};
use crate::rule::ListKind;
use crate::secret::Secret;

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

impl Listed {
    /// Reads what a server lists, when every row is a token.
    pub(super) fn read(kind: &'static ListKind, alias: &str, text: &[u8]) -> Result<Self, String> {
        let asked = Asked {
            server: Some(alias.to_owned()),
            taken: Some(Timestamp::now()),
            complete: true,
            sole: false,
            columns: Vec::new(),
        };
        let list = lists::read(kind, text, &asked).map_err(|error| error.message)?;
        let tokens = list.rows.iter().map(Token::of_row).collect();
        Ok(Listed { list, tokens })
    }
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
