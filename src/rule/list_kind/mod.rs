//! The kinds of lists: how the list that a server or a provider gives of its tokens is read. One file a kind,
//! `rules/lists/KIND.toml`, read and checked by the build script as rules are.

mod load;

pub use load::load_list_kind;

use serde::Deserialize;

use super::{List, Text};

/// How the lists of one kind of server are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListKind {
    /// The name that users type.
    pub id: Text,
    /// The server or provider, in words.
    pub name: Text,
    /// The page that documents what the list looks like.
    pub docs: Text,
    /// What the description was checked against: a version of the server, or its documentation and the day.
    pub checked: Text,
    /// The command with which an administrator gets the list.
    pub export: Text,
    /// What there is to know beside the command, for the manual; may be empty.
    pub about: Text,
    /// Whose tokens one list has.
    pub holds: Holds,
    /// What is past its end opens nothing any more.
    pub ends: bool,
    /// The id of a token stands in its bytes, so that it finds its row.
    pub by_id: bool,
    /// The rules that find such tokens.
    pub rules: List<Text>,
    /// The form of a whole token, in the syntax of `regex`; empty where the rules say enough.
    pub value: Text,
    /// The ways in which a record becomes a row.
    pub reads: List<ListRead>,
}

/// Whose tokens one list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// All that the server (or organisation) knows of.
    All,
    /// Those of the one user who asked, or who was asked about.
    User,
    /// Names without anything that tells a token.
    Names,
}

/// One way in which a record of a list becomes a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRead {
    /// What the file is.
    pub format: ListFormat,
    /// Where the records are: JSON pointers, the empty one for the document itself.
    pub each: List<Text>,
    /// The records are the members of an object, and the name of each is the member `__key`.
    pub keyed: bool,
    /// A member whose text is JSON itself; may be empty.
    pub inner: Text,
    /// What a record must have to be one of this kind.
    pub needs: List<Text>,
    /// Only records that have something here make a row; may be empty.
    pub when: Text,
    /// Records that have `true` here make no row; may be empty.
    pub unless: Text,
    /// Where a document says that there is more than it holds; may be empty.
    pub more: Text,
    /// The fields.
    pub fields: List<(ListField, List<ListFrom>)>,
}

/// What a list is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListFormat {
    /// JSON documents, one after the other.
    Json,
    /// A table with a head, separated by commas, semicolons or tabs.
    Csv,
    /// What `ACL LIST` of Redis prints.
    Acl,
}

/// A field of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ListField {
    Id,
    Name,
    Owner,
    MadeBy,
    Scope,
    Created,
    Expires,
    LastUsed,
    State,
    Handle,
    Hash,
    Secret,
}

impl ListField {
    /// All of them, by the names that files use.
    pub const ALL: [(&'static str, ListField); 12] = [
        ("id", ListField::Id),
        ("name", ListField::Name),
        ("owner", ListField::Owner),
        ("made-by", ListField::MadeBy),
        ("scope", ListField::Scope),
        ("created", ListField::Created),
        ("expires", ListField::Expires),
        ("last-used", ListField::LastUsed),
        ("state", ListField::State),
        ("handle", ListField::Handle),
        ("hash", ListField::Hash),
        ("secret", ListField::Secret),
    ];

    /// The name that files and the option `--columns` use.
    pub fn name(self) -> &'static str {
        let all = Self::ALL.iter().find(|(_, field)| *field == self);
        all.map_or("", |(name, _)| name)
    }
}

/// Where the value of a field comes from, and how it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListFrom {
    /// A JSON pointer into the record (`^` before it: into the document around the records); `*` is every
    /// element of a list. Empty where only `absent` speaks.
    pub at: Text,
    /// Of several texts, those that begin with this, without it; may be empty.
    pub find: Text,
    /// What words of the server mean; of a state `*` is any other word.
    pub words: List<(Text, Text)>,
    /// A second pointer, whose text is joined to that of the first with `@`; may be empty.
    pub and: Text,
    /// Text before the value: what it is, for people; of a handle what tokens have before it.
    pub before: Text,
    /// Text behind the value.
    pub behind: Text,
    /// What it means that there is no value.
    pub absent: Text,
    /// A moment that is the same as the one here never was.
    pub never_if: Text,
    /// So many days later: a pointer to their number, of which 0 is never.
    pub plus_days: Text,
    /// Of a handle, what part of the token it is.
    pub part: Part,
    /// Of a hash, its kind.
    pub hash: Option<HashKind>,
    /// Of a token, that it stands there in base64.
    pub base64: bool,
}

/// The part of a token that a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// Its beginning.
    Start,
    /// Its last characters.
    #[default]
    End,
    /// Its beginning and its last characters, with dots or stars between.
    Both,
}

/// How a server hashes what it compares passwords with.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum HashKind {
    /// SHA-256 without a salt, in hexadecimal: Redis.
    Sha256,
    /// `*` and SHA-1 of the SHA-1 in hexadecimal: MariaDB and MySQL.
    MysqlNative,
    /// Base64 of four bytes of salt and SHA-256 of salt and password: RabbitMQ.
    RabbitmqSha256,
    /// `SCRAM-SHA-256$ITERATIONS:SALT$STORED:SERVER` (RFC 5802, RFC 7677): PostgreSQL.
    ScramSha256,
}

/// The words that a state can have.
pub const STATES: [&str; 5] = ["active", "revoked", "disabled", "expired", "unknown"];
