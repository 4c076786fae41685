//! The baseline: what is known already, one sorted line a finding.
//!
//! No times, no line numbers, nothing that a value could be guessed from. Lines of two branches
//! can be put together in any order (`merge=union` of git), doubled lines included.
//!
//! ```text
//! # comments stay at the top
//! salt=00112233445566778899aabbccddeeff
//! ID[:TAG] RULE [in=history] [path=GLOB] [until=DATE] [at=PATH] [reason=TEXT TO THE END]
//! ```

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;

use super::entry::{self, Entry, EntryId, PathGlob, Salt, Subject};
use super::lines::{lines, safe};
use crate::file_error::FileError;
use crate::finding::Credential;
use crate::rule::closest;
use crate::steps;

/// The file's name, at the top of what is scanned.
pub const BASELINE: &str = ".keysweep-baseline";

/// More salts than branches that began a baseline each are an attack on the slow hash.
const MAX_SALTS: usize = 16;
/// More lines than this for one credential are a mistake or an attack: each is asked about each of
/// its places.
const MAX_SAME: usize = 5_000;
/// What one line may hold, in bytes.
const MAX_LINE: usize = 4_096;

const FIELDS: [&str; 5] = ["in", "path", "until", "at", "reason"];

/// What a new file begins with.
const HEAD: [&str; 2] = [
    "# keysweep: known findings, one a line; made by `keysweep baseline` and `keysweep allow`",
    "# to merge without conflicts, .gitattributes needs: .keysweep-baseline merge=union",
];

/// A baseline.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// Its entries, in the file's order.
    pub entries: Vec<Entry>,
    salts: Vec<Salt>,
    comments: Vec<String>,
    /// Entries by their id.
    by_id: HashMap<EntryId, Vec<usize>>,
    /// Entries by id and paths, of which a file needs one; more are doubles of a merge.
    by_line: HashMap<(EntryId, Option<String>), Vec<usize>>,
    /// Doubles in whose place another entry stands.
    replaced: HashSet<usize>,
    /// Of the entries for guessable values, the part of their id that needs no salt.
    guessable: HashSet<String>,
}

impl Baseline {
    /// An empty one.
    pub fn new(salt: Salt) -> Self {
        Baseline {
            salts: vec![salt],
            comments: HEAD.map(str::to_owned).to_vec(),
            ..Baseline::default()
        }
    }

    /// Reads the text of the file called `name`.
    ///
    /// # Errors
    /// The first line that is not understood: marks of a merge, unknown fields, no id, no date.
    pub fn parse(name: &str, text: &[u8]) -> Result<Self, FileError> {
        let mut out = Baseline::default();
        // Merges double lines.
        let mut seen = HashSet::new();
        for (number, line) in lines(name, text)? {
            let broken = |message: String| FileError::new(name, number, message);
            let line = line.trim();
            if line.is_empty() || !seen.insert(line) {
                continue;
            }
            if line.starts_with('#') {
                out.comments.push(line.to_owned());
                continue;
            }
            if let Some(salt) = line.strip_prefix("salt=") {
                let salt = Salt::parse(salt).ok_or_else(|| {
                    broken("the salt is not 32 hexadecimal digits; take it from an older version of the file".to_owned())
                })?;
                if !out.salts.contains(&salt) {
                    out.salts.push(salt);
                }
                if out.salts.len() > MAX_SALTS {
                    return Err(broken(format!(
                        "more than {MAX_SALTS} salts; remove the file and run `keysweep baseline create`"
                    )));
                }
                continue;
            }
            out.push(parse_entry(line, number).map_err(broken)?)
                .map_err(broken)?;
        }
        if let Some(weak) = out
            .entries
            .iter()
            .find(|entry| matches!(entry.id, EntryId::Weak(..)))
            && out.salts.is_empty()
        {
            return Err(FileError::new(
                name,
                weak.line,
                "this entry needs the file's `salt=` line, which is missing; take it from \
                 an older version of the file",
            ));
        }
        Ok(out)
    }

    /// Fails when there are too many for one credential.
    fn push(&mut self, entry: Entry) -> Result<(), String> {
        if self
            .by_id
            .get(&entry.id)
            .is_some_and(|same| same.len() == MAX_SAME)
        {
            return Err(format!(
                "more than {MAX_SAME} lines for one credential; join their paths, or remove the \
                 file and run `keysweep baseline create`"
            ));
        }
        self.add(entry);
        Ok(())
    }

    /// The salt that new entries are made with; `fresh` when there is none yet.
    pub fn salt(&mut self, fresh: Salt) -> Salt {
        match self.salts.first() {
            Some(salt) => *salt,
            None => {
                self.salts.push(fresh);
                fresh
            }
        }
    }

    /// The numbers of the entries that mean a credential of `rule`, whatever their path and date.
    /// They hold for this value of the baseline and for no other reading of its file.
    pub fn of(&self, credential: &Credential, rule: &str) -> Vec<usize> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let (base, strong) = entry::base(credential, rule);
        self.named(base, strong, credential.best.secret.expose())
    }

    /// Whether it has to hash the value of a credential to say whether it knows it, which is slow.
    pub(super) fn is_slow(&self, credential: &Credential, rule: &str) -> bool {
        if self.guessable.is_empty() || credential.is_strong() {
            return false;
        }
        self.guessable.contains(&entry::base(credential, rule).0)
    }

    /// The same for a finding that is known from an earlier look.
    pub fn of_subject(&self, subject: &Subject) -> Vec<usize> {
        let base = subject.base().to_owned();
        self.named(base, subject.is_strong(), subject.secret.expose())
    }

    fn named(&self, base: String, strong: bool, value: &[u8]) -> Vec<usize> {
        let all = |id: &EntryId| -> Vec<usize> {
            let same = self.by_id.get(id).into_iter().flatten().copied();
            same.filter(|n| !self.replaced.contains(n)).collect()
        };
        if strong {
            return all(&EntryId::Strong(base));
        }
        if !self.guessable.contains(&base) {
            // Most passwords are in no baseline, and the hash is slow.
            return Vec::new();
        }
        let tags: BTreeSet<u8> = self.salts.iter().map(|s| entry::tag(value, s)).collect();
        let ids = tags.into_iter().map(|tag| EntryId::Weak(base.clone(), tag));
        let mut out: Vec<usize> = ids.flat_map(|id| all(&id)).collect();
        out.sort_unstable();
        out
    }

    /// Adds an entry in place of those for the same credential and the same paths.
    ///
    /// # Errors
    /// There are too many for this credential.
    pub fn set(&mut self, new: Entry) -> Result<(), String> {
        let Some(same) = self.by_line.get_mut(&line_of(&new)) else {
            return self.push(new);
        };
        // Doubles of a merge become one line. Each is looked at once, because it is none afterwards.
        for double in same.drain(1..) {
            steps::took(1);
            self.replaced.insert(double);
        }
        steps::took(1);
        self.entries[same[0]] = new;
        Ok(())
    }

    /// Keeps the entries that `keep` says, and numbers them anew.
    pub fn keep(&mut self, mut keep: impl FnMut(&Entry) -> bool) {
        let old = std::mem::take(&mut self.entries);
        let replaced = std::mem::take(&mut self.replaced);
        self.by_id.clear();
        self.by_line.clear();
        for (n, entry) in old.into_iter().enumerate() {
            if !replaced.contains(&n) && keep(&entry) {
                self.add(entry);
            }
        }
    }

    /// Adds an entry behind the others.
    fn add(&mut self, entry: Entry) {
        let n = self.entries.len();
        self.by_id.entry(entry.id.clone()).or_default().push(n);
        self.by_line.entry(line_of(&entry)).or_default().push(n);
        if let EntryId::Weak(base, _) = &entry.id {
            self.guessable.insert(base.clone());
        }
        self.entries.push(entry);
    }

    /// The whole file: comments, salts, and the entries sorted, each line once.
    pub fn text(&self) -> String {
        let salts: BTreeSet<String> = self
            .salts
            .iter()
            .map(|salt| format!("salt={}", salt.hex()))
            .collect();
        let entries = self.entries.iter().enumerate();
        let entries = entries.filter(|(n, _)| !self.replaced.contains(n));
        let entries: BTreeSet<String> = entries.map(|(_, entry)| entry.text()).collect();
        let mut out = String::new();
        for line in self.comments.iter().chain(&salts).chain(&entries) {
            out.push_str(line);
            out.push('\n');
        }
        out
    }
}

/// What an entry is about: there is room for one of each.
fn line_of(entry: &Entry) -> (EntryId, Option<String>) {
    let path = entry.path.as_ref().map(|glob| glob.text().to_owned());
    (entry.id.clone(), path)
}

fn parse_entry(line: &str, number: u32) -> Result<Entry, String> {
    if line.len() > MAX_LINE {
        return Err(format!(
            "the line is longer than {MAX_LINE} bytes; shorten it"
        ));
    }
    let (line, reason) = match [" reason=", "\treason="]
        .iter()
        .filter_map(|mark| line.find(mark))
        .min()
    {
        Some(at) => (&line[..at], line[at + " reason=".len()..].trim()),
        None => (line, ""),
    };
    let mut words = line.split_ascii_whitespace();
    let form = "an entry is `ID RULE`, with path=, until=, at= or reason= behind it; remove the line and run `keysweep allow ID`";
    let id = words
        .next()
        .and_then(EntryId::parse)
        .ok_or_else(|| format!("this line begins with no id; {form}"))?;
    let rule = words
        .next()
        .filter(|rule| {
            rule.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_/".contains(&b))
        })
        .ok_or_else(|| format!("no rule stands behind the id; {form}"))?
        .to_owned();
    let mut entry = Entry {
        rule,
        id,
        history: false,
        path: None,
        until: None,
        at: String::new(),
        reason: reason.to_owned(),
        line: number,
    };
    let mut seen = Vec::new();
    for word in words {
        let (field, value) = word
            .split_once('=')
            .ok_or_else(|| format!("{} is no field; {form}", safe(word)))?;
        if seen.contains(&field) {
            return Err(format!("{} stands twice; keep one of them", safe(field)));
        }
        seen.push(field);
        set(&mut entry, field, value)?;
    }
    Ok(entry)
}

/// Takes one field over.
fn set(entry: &mut Entry, field: &str, value: &str) -> Result<(), String> {
    match field {
        "in" if value == "history" => entry.history = true,
        "in" => return Err("`in=` can only say `in=history`".to_owned()),
        "at" => entry.at = value.to_owned(),
        "until" => {
            // The parser also takes moments and other notations; one form is enough.
            let date = value.parse().ok();
            entry.until = date.filter(|date: &Date| date.to_string() == value);
            if entry.until.is_none() {
                return Err(
                    "`until=` needs a date of the calendar, for example until=2027-06-30"
                        .to_owned(),
                );
            }
        }
        "path" => {
            let glob = decode_path(value)?;
            entry.path = Some(glob);
        }
        other => {
            let near = (other.len() <= 16)
                .then(|| closest(other, FIELDS))
                .flatten();
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}=`?"));
            return Err(format!("there is no field {}{hint}", safe(other)));
        }
    }
    Ok(())
}

fn decode_path(value: &str) -> Result<PathGlob, String> {
    let text = entry::decode(value)
        .ok_or("`path=` is not percent-encoded rightly; `keysweep allow ID --path GLOB` does it")?;
    PathGlob::parse(&text).map_err(|why| format!("`path=`: {why}"))
}
