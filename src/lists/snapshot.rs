//! A list as a dated file without secrets: what `keysweep tokens import` writes and every run reads back.

use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Dropped, Equal, Handle, Hash, List, MAX_ROWS, Moment, Row, State, Unreadable, kind};
use crate::rule::{HashKind, ListKind};
use crate::schema;
use crate::secret::Fingerprint;

/// The version of the form that is written and read.
pub const SNAPSHOT_VERSION: u32 = 1;

/// The tokens that a server listed, without the tokens.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keysweep snapshot of a list of tokens, version 1")]
struct Snapshot {
    /// The version of this form.
    #[schemars(range(min = 1, max = 1))]
    snapshot_version: u32,
    /// The keysweep that wrote it.
    version: String,
    /// What it is a list of: `keysweep tokens import --help` names the kinds.
    kind: String,
    /// The server, as the user named it.
    server: String,
    /// When the list was taken (RFC 3339, UTC); null where that is not known.
    #[schemars(with = "Option<String>")]
    taken: Option<Timestamp>,
    /// It has every token of the server.
    complete: bool,
    /// No other server of its kind issued what is looked at.
    #[serde(default)]
    sole: bool,
    /// What was not kept.
    dropped: WrittenDropped,
    /// What is to be known about the reading.
    notes: Vec<String>,
    /// The tokens.
    rows: Vec<WrittenRow>,
}

/// What was not kept of the list.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "dropped")]
struct WrittenDropped {
    /// Tokens that stood in it.
    secrets: u64,
    /// Of them, those of which there is no digest, because they could be guessed.
    guessable: u64,
    /// Hashes of passwords; `--hashes` keeps them.
    hashes: u64,
}

/// One token.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "row")]
struct WrittenRow {
    /// What the server calls it; may be empty.
    id: String,
    /// What people called it.
    name: String,
    /// Whose it is.
    owner: String,
    /// Who made it.
    made_by: String,
    /// What it may do.
    scope: Vec<String>,
    /// A moment (RFC 3339, UTC), or `unknown`.
    created: String,
    /// A moment, `never` or `unknown`.
    expires: String,
    /// A moment, `never` or `unknown`.
    last_used: String,
    /// What the server says of it.
    #[schemars(extend("enum" = ["active", "revoked", "disabled", "expired", "unknown"]))]
    state: String,
    /// The part of the token that the list shows; null where it shows none.
    handle: Option<WrittenHandle>,
    /// What its server compares passwords with, where the user wants that kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    hashes: Vec<WrittenHash>,
    /// The fingerprint of the token, where the list held it and nobody can guess it.
    #[schemars(with = "Option<String>", regex(pattern = "^[0-9a-f]{20}$"))]
    equal: Option<Fingerprint>,
}

/// The part of a token that a list shows.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "handle")]
struct WrittenHandle {
    /// The token begins with this; may be empty.
    start: String,
    /// The token ends with this; may be empty.
    end: String,
}

/// What a server compares a password with.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "hash")]
struct WrittenHash {
    /// How it is hashed.
    #[schemars(with = "String")]
    kind: HashKind,
    /// As the server writes it.
    text: String,
}

/// A value that must not stand in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The number of the row, from 1; 0 for the name of the server.
    pub row: usize,
    /// The rule that finds it.
    pub rule: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match self.row {
            0 => "the name of the server".to_owned(),
            row => format!("a name, an owner or a scope of row {row}"),
        };
        write!(
            f,
            "{place} holds a credential ({}): no snapshot is written with one in it; take it out of the list, or name other columns",
            self.rule
        )
    }
}

impl std::error::Error for Refused {}

/// What finds credentials in a text: where, and by which rule.
pub type Finder<'a> = &'a dyn Fn(&[u8]) -> Vec<(Range<usize>, String)>;

/// The text of a snapshot. `finder` is asked about every text in it. Hashes of passwords, which can be guessed at, are
/// kept only where `hashes` says so.
///
/// # Errors
/// A credential still stands in a field.
pub fn write_snapshot(list: &List, hashes: bool, finder: Finder<'_>) -> Result<String, Refused> {
    refuse(0, finder(list.server.as_bytes()))?;
    let mut dropped = list.dropped;
    let mut rows = Vec::with_capacity(list.rows.len());
    for (number, row) in (1..).zip(&list.rows) {
        let mut texts = vec![&row.name, &row.owner, &row.made_by, &row.id];
        texts.extend(&row.scope);
        for text in texts {
            // The id of a kind whose ids stand in tokens is public, and a finding by itself.
            let public = list.kind.by_id && *text == row.id;
            if !public {
                refuse(number, finder(text.as_bytes()))?;
            }
        }
        if !hashes {
            dropped.hashes += row.hashes.len() as u64;
        }
        rows.push(written(row, hashes));
    }
    let snapshot = Snapshot {
        snapshot_version: SNAPSHOT_VERSION,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: list.kind.id.to_string(),
        server: list.server.clone(),
        taken: list.taken,
        complete: list.complete,
        sole: list.sole,
        dropped: WrittenDropped {
            secrets: dropped.secrets,
            guessable: dropped.guessable,
            hashes: dropped.hashes,
        },
        notes: list.notes.clone(),
        rows,
    };
    let text = serde_json::to_string_pretty(&snapshot).expect("a snapshot is plain data");
    Ok(text + "\n")
}

fn refuse(row: usize, found: Vec<(Range<usize>, String)>) -> Result<(), Refused> {
    match found.into_iter().next() {
        Some((_, rule)) => Err(Refused { row, rule }),
        None => Ok(()),
    }
}

fn written(row: &Row, hashes: bool) -> WrittenRow {
    let handle = row.handle.as_ref().map(|handle| {
        let (start, end) = match handle {
            Handle::Start(start) => (start.clone(), String::new()),
            Handle::End(end) => (String::new(), end.clone()),
            Handle::Both(start, end) => (start.clone(), end.clone()),
        };
        WrittenHandle { start, end }
    });
    let kept = row.hashes.iter().filter(|_| hashes);
    WrittenRow {
        id: row.id.clone(),
        name: row.name.clone(),
        owner: row.owner.clone(),
        made_by: row.made_by.clone(),
        scope: row.scope.clone(),
        created: row.created.to_string(),
        expires: row.expires.to_string(),
        last_used: row.last_used.to_string(),
        state: row.state.name().to_owned(),
        handle,
        hashes: kept
            .map(|hash| WrittenHash {
                kind: hash.kind(),
                text: hash.text(),
            })
            .collect(),
        equal: row
            .equal
            .filter(|equal| !equal.guessable)
            .map(|equal| equal.digest),
    }
}

/// Reads a snapshot back.
///
/// # Errors
/// It is none, was cut off, is of another version, or a member is not what it should be.
pub fn read_snapshot(text: &[u8]) -> Result<List, Unreadable> {
    #[derive(Deserialize)]
    struct Head {
        snapshot_version: Option<serde_json::Value>,
    }
    let at = |error: &serde_json::Error, what: &str| Unreadable {
        line: error.line() as u64,
        message: what.to_owned(),
    };
    let head: Head = serde_json::from_slice(text).map_err(|error| match error.is_eof() {
        true => at(&error, "it ends in the middle: it was cut off"),
        false => at(
            &error,
            "it is no snapshot, which `keysweep tokens import` writes; a list as a server gave it needs its kind: KIND=FILE",
        ),
    })?;
    match head.snapshot_version {
        Some(version) if version == json!(SNAPSHOT_VERSION) => {}
        Some(version) => {
            return Err(Unreadable::whole(format!(
                "it has the version {version}, and this keysweep reads version {SNAPSHOT_VERSION}: import the list again with this one, or use a newer keysweep"
            )));
        }
        None => {
            return Err(Unreadable::whole(
                "it is no snapshot, which `keysweep tokens import` writes; a list as a server gave it needs its kind: KIND=FILE",
            ));
        }
    }
    let json = &mut serde_json::Deserializer::from_slice(text);
    let snapshot = Snapshot::deserialize(json).map_err(|error| {
        let text = error.to_string();
        let what = text.split(" at line ").next().unwrap_or_default();
        at(&error, what)
    })?;
    let kind = kind(&snapshot.kind).map_err(Unreadable::whole)?;
    back(snapshot, kind)
}

fn back(snapshot: Snapshot, kind: &'static ListKind) -> Result<List, Unreadable> {
    if snapshot.rows.len() > MAX_ROWS {
        return Err(Unreadable::whole(format!(
            "a list has at most {MAX_ROWS} rows; give it in parts"
        )));
    }
    let rows = (1..).zip(snapshot.rows);
    let rows = rows.map(|(number, written)| {
        row(written).map_err(|what| Unreadable::whole(format!("row {number}: {what}")))
    });
    Ok(List {
        kind,
        server: snapshot.server,
        taken: snapshot.taken,
        complete: snapshot.complete,
        sole: snapshot.sole,
        rows: rows.collect::<Result<_, _>>()?,
        dropped: Dropped {
            secrets: snapshot.dropped.secrets,
            guessable: snapshot.dropped.guessable,
            hashes: snapshot.dropped.hashes,
        },
        notes: snapshot.notes,
    })
}

fn row(written: WrittenRow) -> Result<Row, String> {
    let moment = |what: &str, text: &str| match text {
        "never" => Ok(Moment::Never),
        "unknown" => Ok(Moment::Unknown),
        text => text
            .parse()
            .map(Moment::At)
            .map_err(|_| format!("`{what}` is a moment, `never` or `unknown`")),
    };
    let handle =
        written.handle.and_then(
            |handle| match (handle.start.is_empty(), handle.end.is_empty()) {
                (true, true) => None,
                (false, true) => Some(Handle::Start(handle.start)),
                (true, false) => Some(Handle::End(handle.end)),
                (false, false) => Some(Handle::Both(handle.start, handle.end)),
            },
        );
    let hashes = written.hashes.into_iter().map(|hash| {
        Hash::parse(hash.kind, &hash.text).ok_or_else(|| "a hash has another form".to_owned())
    });
    Ok(Row {
        created: moment("created", &written.created)?,
        expires: moment("expires", &written.expires)?,
        last_used: moment("last_used", &written.last_used)?,
        state: State::named(&written.state)
            .ok_or_else(|| "`state` is none of the states".to_owned())?,
        handle,
        hashes: hashes.collect::<Result<_, _>>()?,
        equal: written.equal.map(|digest| Equal {
            digest,
            guessable: false,
        }),
        id: written.id,
        name: written.name,
        owner: written.owner,
        made_by: written.made_by,
        scope: written.scope,
    })
}

/// `docs/snapshot.schema.json`.
pub fn schema() -> String {
    schema::text(&schema::of::<Snapshot>(|_| {}))
}
