//! One line of the baseline: which credential it means, and since nobody may guess values from
//! it, how it says so.

use std::sync::OnceLock;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use jiff::civil::Date;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};

use super::ignore_file::matched;
use crate::finding::Credential;
use crate::hex;
use crate::secret::{Fingerprint, Secret};

/// Rounds of the slow hash. Eight bits are all it gives away; the rounds make even those dear.
const ROUNDS: u32 = 1 << 14;

/// What the tags of guessable values are mixed with; it belongs to one baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Salt(pub [u8; 16]);

impl Salt {
    /// Reads 32 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        hex::bytes(text).map(Salt)
    }

    /// Its hexadecimal digits.
    pub fn hex(&self) -> String {
        hex::hex(&self.0)
    }
}

/// Names a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryId {
    /// The fingerprint of a value that nobody can guess.
    Strong(String),
    /// A value that could be guessed (a password): rule and key name as a fingerprint, and eight
    /// bits of the value, so that a changed one is noticed 255 times in 256.
    Weak(String, u8),
}

impl EntryId {
    /// Reads `HEX20` or `HEX20:HEX2`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |text: &str, len: usize| {
            text.bytes().all(|b| b.is_ascii_hexdigit()) && text.len() == len
        };
        let text = text.to_ascii_lowercase();
        match text.split_once(':') {
            None => hex(&text, 20).then_some(EntryId::Strong(text)),
            Some((id, tag)) if hex(id, 20) && hex(tag, 2) => {
                let tag = u8::from_str_radix(tag, 16).ok()?;
                Some(EntryId::Weak(id.to_owned(), tag))
            }
            Some(_) => None,
        }
    }

    /// The part that needs no salt.
    pub fn base(&self) -> &str {
        match self {
            EntryId::Strong(id) | EntryId::Weak(id, _) => id,
        }
    }
}

impl std::fmt::Display for EntryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EntryId::Strong(id) => f.write_str(id),
            EntryId::Weak(id, tag) => write!(f, "{id}:{tag:02x}"),
        }
    }
}

/// The part of an id that needs no salt, and whether it is all of it.
pub(super) fn base(credential: &Credential, rule: &str) -> (String, bool) {
    if credential.is_strong() {
        return (credential.fingerprint.to_string(), true);
    }
    let key = credential.best.key.as_deref().unwrap_or_default();
    // Without the path, so that a renamed file stays known.
    (Fingerprint::of_weak(rule, key, b"").to_string(), false)
}

/// A finding as every baseline can name it, whatever its salts: what is known of a credential
/// once its bytes are gone, to be written down when the baseline is at hand.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The rule that found it.
    pub rule: String,
    /// The value.
    pub secret: Secret,
    /// Nobody can guess it.
    strong: bool,
    /// The part of its id that needs no salt.
    base: String,
    /// It stands in the history only.
    history: bool,
    /// Where it stands, as it may be shown.
    at: String,
}

impl Subject {
    /// A credential of `rule`, seen `at` a path that may be shown.
    pub fn of(credential: &Credential, rule: &str, history: bool, at: &[u8]) -> Self {
        let (base, strong) = base(credential, rule);
        Subject {
            rule: rule.to_owned(),
            secret: credential.best.secret.clone(),
            strong,
            base,
            history,
            at: hint(at),
        }
    }

    /// The part of its id in a baseline that needs no salt, in hexadecimal digits.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether nobody can guess it.
    pub(super) fn is_strong(&self) -> bool {
        self.strong
    }

    /// Its id in a baseline with this salt.
    pub fn id(&self, salt: &Salt) -> EntryId {
        match self.strong {
            true => EntryId::Strong(self.base.clone()),
            false => EntryId::Weak(self.base.clone(), tag(self.secret.expose(), salt)),
        }
    }

    /// A new entry for it in a baseline with this salt.
    pub fn entry(&self, salt: &Salt) -> Entry {
        Entry {
            rule: self.rule.clone(),
            id: self.id(salt),
            history: self.history,
            path: None,
            until: None,
            at: self.at.clone(),
            reason: String::new(),
            line: 0,
        }
    }
}

/// Eight bits of a slow, salted hash.
pub(super) fn tag(value: &[u8], salt: &Salt) -> u8 {
    let mut state = Sha256::new()
        .chain_update(b"keysweep/baseline/v1/tag")
        .chain_update(salt.0)
        .chain_update((value.len() as u64).to_le_bytes())
        .chain_update(value)
        .finalize();
    for _ in 0..ROUNDS {
        state = Sha256::new()
            .chain_update(state)
            .chain_update(salt.0)
            .finalize();
    }
    state[0]
}

/// One known finding.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The rule that found it, for people.
    pub rule: String,
    /// Which credential.
    pub id: EntryId,
    /// It was seen in the history only.
    pub history: bool,
    /// The paths it is limited to.
    pub path: Option<PathGlob>,
    /// The last day on which it hides, in UTC.
    pub until: Option<Date>,
    /// Where it stood when the entry was written: a hint for people, no part of what it means.
    pub at: String,
    /// Why; may be empty.
    pub reason: String,
    /// Its line in the file, from 1; 0 for one that is not written yet.
    pub line: u32,
}

/// A pattern as in a `.gitignore`.
#[derive(Clone, Debug)]
pub struct PathGlob {
    text: String,
    /// Made when it is first asked: a baseline may hold very many, and few are about what is found.
    glob: OnceLock<Gitignore>,
}

impl PathGlob {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = "it is no pattern as in a .gitignore";
        if text.trim().is_empty() || text.starts_with(['#', '!']) {
            return Err(wrong.to_owned());
        }
        let mut builder = GitignoreBuilder::new("");
        builder
            .add_line(None, text)
            .map(|_| PathGlob {
                text: text.to_owned(),
                glob: OnceLock::new(),
            })
            .map_err(|_| wrong.to_owned())
    }

    /// Whether it takes a path in. One that cannot be made after all takes in nothing.
    pub fn covers(&self, path: &str) -> bool {
        let glob = self.glob.get_or_init(|| {
            let mut builder = GitignoreBuilder::new("");
            builder
                .add_line(None, &self.text)
                .and_then(|builder| builder.build())
                .unwrap_or_else(|_| Gitignore::empty())
        });
        matched(glob, path) == Some(true)
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Entry {
    /// Whether its last day is past.
    pub fn expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it speaks for a path.
    pub fn covers(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|glob| glob.covers(path))
    }

    /// Its rule and the short form of its id, for messages.
    pub fn name(&self) -> String {
        let id = self.id.to_string();
        format!("{} {}", self.rule, id.get(..8).unwrap_or(&id))
    }

    /// The line of the file.
    pub fn text(&self) -> String {
        // The id first: after the word `password` it would look like one.
        let mut out = format!("{} {}", self.id, self.rule);
        if self.history {
            out.push_str(" in=history");
        }
        if let Some(path) = &self.path {
            out.push_str(&format!(" path={}", encode(path.text.as_bytes())));
        }
        if let Some(until) = self.until {
            out.push_str(&format!(" until={until}"));
        }
        if !self.at.is_empty() {
            out.push_str(&format!(" at={}", self.at));
        }
        if !self.reason.is_empty() {
            out.push_str(&format!(" reason={}", self.reason));
        }
        out
    }
}

/// Bytes of a hint; a line must stay shorter than what is read.
const MAX_HINT: usize = 1_000;

/// Where a value stood, cut when it is very long.
pub(super) fn hint(path: &[u8]) -> String {
    let mut out = String::new();
    for &byte in path {
        let next = encode(&[byte]);
        if out.len() + next.len() > MAX_HINT {
            break;
        }
        out.push_str(&next);
    }
    out
}

/// What does not stand for itself in a word of a line, beside everything that is not ASCII.
const WORD: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// A path as one word of a line: everything but visible ASCII is percent-encoded.
pub fn encode(path: &[u8]) -> String {
    percent_encode(path, WORD).to_string()
}

/// The reverse of [`encode`]; `None` when it is not UTF-8 or the encoding is wrong.
pub(super) fn decode(text: &str) -> Option<String> {
    // The crate leaves a wrong escape as it stands, which here is a mistake of whoever wrote it.
    let is_escape = |rest: &str| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_escape) {
        return None;
    }
    let text = percent_decode_str(text).decode_utf8().ok()?;
    Some(text.into_owned())
}
