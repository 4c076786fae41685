//! Stores: the places that consumers read a token from, and where a rotation puts the new one. The register names
//! them, `dotenv:deploy/.env#TOKEN`. A value goes to a store in a file, in the body of a request or on the standard
//! input of a program, and stands in no argument and no message.

mod dotenv;
mod program;
mod server;

use std::path::Path;

use super::servers::Servers;
use crate::secret::Secret;

/// A place that consumers read.
pub trait Store {
    /// What it holds. Nothing is changed by it.
    ///
    /// # Errors
    /// It cannot be asked, or the place is not there.
    fn read(&mut self) -> Result<Content, String>;

    /// Whether a value can be written to it, as far as that can be told without writing one: where nothing more is
    /// known, that the place is there.
    ///
    /// # Errors
    /// It cannot: why.
    fn ready(&mut self) -> Result<(), String> {
        self.read().map(|_| ())
    }

    /// Writes a value in place of the one that it holds.
    ///
    /// # Errors
    /// It was not written, or that is not known.
    fn write(&mut self, value: &Secret) -> Result<(), Unwritten>;
}

/// A store, and how the register writes it.
pub type Named<'a> = (String, Box<dyn Store + 'a>);

/// What a store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A value.
    Value(Secret),
    /// The place is there and empty.
    Empty,
    /// It takes values and shows none.
    Hidden,
}

impl Content {
    /// What a place holds that shows these bytes.
    fn of(value: &[u8]) -> Content {
        match value.is_empty() {
            true => Content::Empty,
            false => Content::Value(Secret::new(value)),
        }
    }
}

/// Why a value was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritten {
    /// Why.
    pub why: String,
    /// The store may hold the new value all the same.
    pub may_hold: bool,
}

impl Unwritten {
    /// Nothing was changed.
    pub(super) fn untouched(why: impl Into<String>) -> Self {
        Unwritten {
            why: why.into(),
            may_hold: false,
        }
    }
}

/// What stores are opened with.
pub struct Around<'a> {
    /// Relative paths are below this directory, that of the register.
    pub dir: &'a Path,
    /// The servers that stores may lie on.
    pub servers: &'a Servers,
    /// Whether git tracks a file.
    pub tracked: &'a dyn Fn(&Path) -> Result<bool, String>,
    /// The user allows programs that the register names.
    pub programs: bool,
}

/// Opens a store as the register writes it; nothing is asked yet.
///
/// # Errors
/// There is no such kind of store, or its place is written in another way: what to write.
pub fn open<'a>(text: &str, around: &Around<'a>) -> Result<Box<dyn Store + 'a>, String> {
    let place = text.strip_prefix(ID).unwrap_or(text);
    let (kind, place) = place.split_once(':').unwrap_or((place, ""));
    match kind {
        "dotenv" => Ok(Box::new(dotenv::Dotenv::open(place, around)?)),
        "sops" => Ok(Box::new(program::Sops::open(place, around)?)),
        "github-secret" => Ok(Box::new(program::Github::open(place)?)),
        "k8s-secret" => Ok(Box::new(program::Kubernetes::open(place)?)),
        "program" => Ok(Box::new(program::Own::open(place, around)?)),
        "vault" => Ok(Box::new(server::Vault::open(place, around)?)),
        "gitea-secret" => Ok(Box::new(server::Gitea::open(place, around)?)),
        "gitlab-variable" => Ok(Box::new(server::Gitlab::open(place, around)?)),
        _ => Err(unknown(kind)),
    }
}

/// Before a store that takes the id of the token in place of its value: a key of AWS is both.
const ID: &str = "id:";

/// Whether a store, as the register writes it, takes the id of the token.
pub fn takes_id(text: &str) -> bool {
    text.starts_with(ID)
}

/// The kinds of stores, as the register writes them.
const KINDS: &[(&str, &str)] = &[
    ("dotenv", "dotenv:PATH#KEY"),
    ("sops", "sops:PATH#key"),
    ("vault", "vault:ALIAS/MOUNT/PATH#KEY"),
    ("gitea-secret", "gitea-secret:ALIAS/OWNER/REPO#NAME"),
    ("gitlab-variable", "gitlab-variable:ALIAS/GROUP/PROJECT#KEY"),
    ("github-secret", "github-secret:OWNER/REPO#NAME"),
    ("k8s-secret", "k8s-secret:NAMESPACE/NAME#KEY"),
    ("program", "program:[\"deploy\", \"set\"]"),
];

fn unknown(kind: &str) -> String {
    let near = crate::rule::closest(kind, KINDS.iter().map(|(name, _)| *name));
    let near = near.map_or(String::new(), |near| format!(", did you mean `{near}`?"));
    let all: Vec<&str> = KINDS.iter().map(|(_, form)| *form).collect();
    format!(
        "there is no such kind of store{near}; write {}; `id:` before one brings the id of the token there",
        all.join(", ")
    )
}

/// A place and the key in it.
fn place_and_key<'t>(place: &'t str, form: &str) -> Result<(&'t str, &'t str), String> {
    match place.rsplit_once('#') {
        Some((place, key)) if !place.is_empty() && !key.is_empty() => Ok((place, key)),
        _ => Err(format!("write it like {form}")),
    }
}
