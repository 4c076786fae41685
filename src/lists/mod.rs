//! Lists: what a server or a provider says of all tokens that it issued, as an administrator exports it to a file.
//!
//! A list is read into rows without the tokens themselves: where a server lists secrets, each is dropped into a digest
//! while the record that holds it is at hand. What a record means is described by `rules/lists/KIND.toml`; only what is
//! neither JSON nor a table has code of its own. [`join`] then says which found credential is which row. Nothing here
//! asks a server anything.

mod absent;
mod acl;
mod date;
mod fields;
mod hash;
mod join;
mod json;
mod manual;
mod member;
mod point;
mod snapshot;
mod sniff;
mod syntax;
mod table;
mod unused;

use std::fmt;
use std::io::{BufRead, BufReader, Read};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::builtin;
use crate::finding::{Credential, Fact};
use crate::rule::{Holds, ListField, ListFormat, ListKind, Rule, closest};
use crate::secret::Fingerprint;

pub use absent::can_prove;
pub use date::Moment;
pub use hash::Hash;
pub use join::{How, Joined, Match, join};
pub use manual::table;
pub use snapshot::{Refused, SNAPSHOT_VERSION, read_snapshot, schema, write_snapshot};
pub(crate) use unused::{Unused, unused_since};

use fields::Mapper;
use syntax::{Input, Syntax};

/// What lists are written in. The first whose beginning fits reads a file; a table begins with anything.
static SYNTAXES: &[&dyn Syntax] = &[&json::Json, &acl::Acl, &table::Table];

/// Rows of one list that are read. A row is about half a kilobyte of memory, so that a list of this size stays
/// below a gigabyte; the file itself is read as a stream.
pub const MAX_ROWS: usize = 1_000_000;

/// A list that was read.
#[derive(Clone, Debug)]
pub struct List {
    /// What it is a list of.
    pub kind: &'static ListKind,
    /// The server, as the user named it; else the kind.
    pub server: String,
    /// When the list was taken, where that is known.
    pub taken: Option<Timestamp>,
    /// It has every token of the server, so that one that is not in it is none of the server's.
    pub complete: bool,
    /// The user says that no other server of its kind issued what is looked at, so that a token of the kind that
    /// the complete list does not have is dead.
    pub sole: bool,
    /// The tokens, in the order of the file.
    pub rows: Vec<Row>,
    /// What was not kept of the file.
    pub dropped: Dropped,
    /// What is to be known about the reading, a sentence each: dates that are none, ids that two rows have.
    pub notes: Vec<String>,
}

/// What was not kept of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Tokens that stood in the file.
    pub secrets: u64,
    /// Of them, those that could be guessed, so that a snapshot has no digest of them either.
    pub guessable: u64,
    /// Hashes of passwords that a snapshot leaves out.
    pub hashes: u64,
}

/// One token of a list, without the token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// What the server calls it; empty where the server has no id but the token itself.
    pub id: String,
    /// What people called it.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Who made it, where the server says so.
    pub made_by: String,
    /// What it may do.
    pub scope: Vec<String>,
    /// When it was made, or its value changed last.
    pub created: Moment,
    /// When it ends.
    pub expires: Moment,
    /// When it was used last.
    pub last_used: Moment,
    /// What the server says of it.
    pub state: State,
    /// The part of it that the list shows.
    pub handle: Option<Handle>,
    /// What its server compares passwords with; an account may have several.
    pub hashes: Vec<Hash>,
    /// A digest of the token, where the list held it.
    pub equal: Option<Equal>,
}

impl Row {
    /// What it is called in sentences: its name, else its id.
    pub fn called(&self) -> &str {
        match self.name.is_empty() {
            true => &self.id,
            false => &self.name,
        }
    }
}

/// A credential, as far as joining needs it.
pub struct Seen<'a> {
    /// The credential.
    pub credential: &'a Credential,
    /// Its rule.
    pub rule: &'a Rule,
    /// What is known of it.
    pub facts: &'a [Fact],
}

/// What a server says of a token.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "listed_state")]
pub enum State {
    /// It is accepted.
    Active,
    /// Somebody ended it.
    Revoked,
    /// It is not accepted, and could be again.
    Disabled,
    /// Its end is past.
    Expired,
    /// The list does not say.
    #[default]
    Unknown,
}

impl State {
    /// All of them.
    pub const ALL: [State; 5] = [
        State::Active,
        State::Revoked,
        State::Disabled,
        State::Expired,
        State::Unknown,
    ];

    /// The word that snapshots and reports use.
    pub fn name(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Revoked => "revoked",
            State::Disabled => "disabled",
            State::Expired => "expired",
            State::Unknown => "unknown",
        }
    }

    /// The state of a word.
    pub fn named(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// The part of a token that a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Handle {
    /// It begins with this.
    Start(String),
    /// It ends with this.
    End(String),
    /// It begins with the first and ends with the second.
    Both(String, String),
}

/// A digest of a token that a list held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equal {
    /// The fingerprint of its value.
    pub digest: Fingerprint,
    /// Somebody may have thought it up, so that its digest would be a test for guesses.
    pub guessable: bool,
}

/// What the user says about a list.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// What the server is called.
    pub server: Option<String>,
    /// When the list was taken.
    pub taken: Option<Timestamp>,
    /// It has all tokens of the server, although its kind has those of one user.
    pub complete: bool,
    /// No other server of its kind issued what is looked at.
    pub sole: bool,
    /// Which column of a table is which field.
    pub columns: Vec<(ListField, String)>,
}

/// Why a list cannot be read, as a sentence for people. It may quote the file: escape it for where it is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line in the file, from 1; 0 where it is about the whole.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

impl Unreadable {
    fn whole(message: impl Into<String>) -> Self {
        Unreadable {
            line: 0,
            message: message.into(),
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.message),
            line => write!(f, "line {line}: {}", self.message),
        }
    }
}

impl std::error::Error for Unreadable {}

/// The kinds that can be read, sorted by name.
pub fn kinds() -> &'static [ListKind] {
    builtin::list_kinds()
}

/// The kind of a name.
///
/// # Errors
/// There is none; which is meant, or which there are.
pub fn kind(name: &str) -> Result<&'static ListKind, String> {
    if let Some(kind) = kinds().iter().find(|kind| kind.id == name) {
        return Ok(kind);
    }
    let names = || kinds().iter().map(|kind| kind.id.as_ref());
    Err(match closest(name, names()) {
        Some(near) => format!("there is no kind of list `{name}`; did you mean `{near}`?"),
        None => {
            let all: Vec<&str> = names().collect();
            format!(
                "there is no kind of list `{name}`; there are {}",
                all.join(", ")
            )
        }
    })
}

/// Reads a list as its server gave it.
///
/// # Errors
/// It is no list of this kind (and which it looks like), was cut off, has more than [`MAX_ROWS`] rows, or the reader
/// fails.
pub fn read(
    kind: &'static ListKind,
    mut input: impl Read,
    asked: &Asked,
) -> Result<List, Unreadable> {
    let mut input: Input<'_> = BufReader::with_capacity(1 << 16, &mut input);
    let start = input.fill_buf().map_err(unread)?;
    // Some programs begin a file with a mark of its encoding.
    if start.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let syntax = syntax(&mut input)?;
    let mut mapper = Mapper::new(kind, asked);
    if !mapper.reads(syntax.format()) {
        let first = syntax.first(&mut input);
        let why = format!("it is {}", syntax.called());
        return Err(mapper.not_of_this_kind(&why, first.as_ref()));
    }
    syntax.read(&mut input, &mut mapper)?;
    Ok(mapper.finish())
}

/// Reads a list record by record, as a server gives it page by page.
#[cfg_attr(not(feature = "live"), allow(dead_code))]
pub(crate) struct Reader(Mapper);

#[cfg_attr(not(feature = "live"), allow(dead_code))]
impl Reader {
    /// A list without a record yet.
    pub fn new(kind: &'static ListKind, asked: &Asked) -> Self {
        Reader(Mapper::new(kind, asked))
    }

    /// Takes a record, which may have a name, with what stands around the records; the rows that it made.
    ///
    /// # Errors
    /// It is none of this kind, or one too many.
    pub fn record(
        &mut self,
        key: Option<&str>,
        value: Value,
        around: &Map<String, Value>,
    ) -> Result<&[Row], String> {
        let value = match key {
            Some(key) => json::named(key.to_owned(), value),
            None => value,
        };
        let before = self.0.rows().len();
        self.0.record(ListFormat::Json, &value, around)?;
        Ok(&self.0.rows()[before..])
    }

    /// Takes what a page says besides its records; whether it says that there are more.
    pub fn page(&mut self, around: &Map<String, Value>) -> bool {
        self.0.document(ListFormat::Json, around);
        self.0.says_more()
    }

    /// The list has not every token of the server: why.
    pub fn incomplete(&mut self, why: String) {
        self.0.incomplete(why);
    }

    /// The list.
    pub fn finish(self) -> List {
        self.0.finish()
    }
}

fn unread(error: std::io::Error) -> Unreadable {
    Unreadable::whole(format!("it cannot be read: {error}"))
}

/// What a list is written in, by how it begins.
fn syntax(input: &mut Input<'_>) -> Result<&'static dyn Syntax, Unreadable> {
    let start = input.fill_buf().map_err(unread)?;
    let text = start.trim_ascii_start();
    if text.is_empty() {
        return Err(Unreadable::whole("it is empty: an empty list is `[]`"));
    }
    if let Some(binary) = start.iter().position(|b| *b == 0) {
        return Err(Unreadable::whole(format!(
            "it is no text: byte {binary} is zero"
        )));
    }
    let fitting = SYNTAXES.iter().copied().find(|one| one.begins(text));
    fitting.ok_or_else(|| Unreadable::whole("it is written as no list that is known"))
}

/// Whether a list of this kind can have every token of its server.
pub(crate) fn can_be_complete(kind: &ListKind) -> bool {
    kind.holds != Holds::Names
}

#[cfg(test)]
mod growth_tests;
#[cfg(test)]
mod tests;
