//! Which found credential is which row of a list.
//!
//! A credential meets a row by what can be compared without asking anybody: the id in its bytes, the digest of a token
//! that the list held, the hash that the server compares passwords with, or the characters that the list shows. Where
//! more than one row fits, or more than one credential fits a row by a few characters, nothing is joined, and that is
//! said. Looking up is n log n; asking a salted hash is not, and is bounded by [`MAX_ROUNDS`].

use std::collections::{BTreeMap, HashMap};

use regex::bytes::Regex;

use super::absent::Whole;
use super::{Handle, Hash, List, Row, Seen};
use crate::finding::{Certainty, Class, Credential, Field, Reason, Skipped, Source, Value};
use crate::rule::{HashKind, Rule};
use crate::secret::Fingerprint;

/// Rounds of a hash that one run spends on passwords with a salt: half a second, or 488 questions at PostgreSQL's
/// 4096 rounds each.
pub const MAX_ROUNDS: u64 = 2_000_000;
/// Lengths of shown characters that are looked up for each list; servers use one.
const MAX_LENGTHS: usize = 16;

/// By what a credential met a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// The list held the token itself.
    Equal,
    /// The server's hash fits the value.
    Hash(HashKind),
    /// The id of the row stands in the value, or beside it.
    Id,
    /// The characters that the list shows.
    Part,
}

impl How {
    /// For people, behind `joined by`.
    pub fn words(self) -> &'static str {
        match self {
            How::Equal => "the token itself",
            How::Hash(_) => "its hash",
            How::Id => "its id",
            How::Part => "the characters that the list shows",
        }
    }
}

/// A credential that met one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Which list.
    pub list: usize,
    /// Which of its rows.
    pub row: usize,
    /// By what.
    pub how: How,
    /// No other token would have met it.
    pub certain: bool,
}

/// What the lists have to do with the credentials of a run.
#[derive(Clone, Debug, Default)]
pub struct Joined {
    /// For each credential the rows it is, at most one a list.
    pub matches: Vec<Vec<Match>>,
    /// For each credential the lists in which more than one row fits it, or a row that fits another one too.
    pub unclear: Vec<Vec<usize>>,
    /// For each credential the lists that would have it if its server still accepted it, and do not.
    pub absent: Vec<Vec<usize>>,
    /// What was not compared.
    pub gaps: Vec<Skipped>,
    /// Look-ups and questions that it took.
    pub steps: u64,
}

/// Joins credentials to rows.
pub fn join(lists: &[List], seen: &[Seen<'_>]) -> Joined {
    let mut out = Joined {
        matches: vec![Vec::new(); seen.len()],
        unclear: vec![Vec::new(); seen.len()],
        absent: vec![Vec::new(); seen.len()],
        ..Joined::default()
    };
    let mut rounds = MAX_ROUNDS;
    for (number, list) in lists.iter().enumerate() {
        let index = Index::of(list);
        out.steps += list.rows.len() as u64;
        let mut found = vec![Found::None; seen.len()];
        for (at, one) in seen.iter().enumerate() {
            if one.credential.best.class == Class::Credential {
                found[at] = index.look_up(one, &mut out.steps);
            }
        }
        index.ask(seen, &mut found, &mut rounds, &mut out);
        index.apart(&mut found);
        let whole = Whole::of(list, index.value.as_ref());
        for (at, found) in found.into_iter().enumerate() {
            match found {
                Found::None => {
                    if whole.as_ref().is_some_and(|whole| whole.lacks(&seen[at])) {
                        out.absent[at].push(number);
                    }
                }
                Found::Unclear => out.unclear[at].push(number),
                Found::One { row, how, certain } => out.matches[at].push(Match {
                    list: number,
                    row,
                    how,
                    certain,
                }),
            }
        }
    }
    out
}

/// What was found for one credential in one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    None,
    /// More than one row fits.
    Unclear,
    One {
        row: usize,
        how: How,
        certain: bool,
    },
}

impl Found {
    fn of(rows: &[usize], how: How, certain: bool) -> Option<Found> {
        match rows {
            [] => None,
            [row] => Some(Found::One {
                row: *row,
                how,
                certain,
            }),
            _ => Some(Found::Unclear),
        }
    }
}

/// Rows by the beginnings and ends that the list shows, all of the same lengths.
type OfLengths<'l> = HashMap<(&'l str, &'l str), Vec<usize>>;

/// Rows by what can be looked up.
struct Index<'l> {
    list: &'l List,
    /// The form of a whole token of the list's kind.
    value: Option<Regex>,
    ids: HashMap<&'l str, Vec<usize>>,
    digests: HashMap<Fingerprint, Vec<usize>>,
    unsalted: HashMap<&'l Hash, Vec<usize>>,
    salted: Vec<(usize, &'l Hash)>,
    /// By the lengths of what is shown in front and at the end; one may be zero.
    parts: BTreeMap<(usize, usize), OfLengths<'l>>,
}

impl<'l> Index<'l> {
    fn of(list: &'l List) -> Self {
        let value = &list.kind.value;
        let value = (!value.is_empty()).then(|| Regex::new(&format!("^(?:{value})$")).ok());
        let mut index = Index {
            list,
            value: value.flatten(),
            ids: HashMap::new(),
            digests: HashMap::new(),
            unsalted: HashMap::new(),
            salted: Vec::new(),
            parts: BTreeMap::new(),
        };
        for (number, row) in list.rows.iter().enumerate() {
            index.add(number, row);
        }
        index
    }

    fn add(&mut self, number: usize, row: &'l Row) {
        if self.list.kind.by_id && !row.id.is_empty() {
            self.ids.entry(&row.id).or_default().push(number);
        }
        if let Some(equal) = &row.equal {
            self.digests.entry(equal.digest).or_default().push(number);
        }
        for hash in &row.hashes {
            match hash.kind() {
                HashKind::Sha256 | HashKind::MysqlNative => {
                    let rows = self.unsalted.entry(hash).or_default();
                    // An account may have the same password twice.
                    if rows.last() != Some(&number) {
                        rows.push(number);
                    }
                }
                HashKind::RabbitmqSha256 | HashKind::ScramSha256 => {
                    self.salted.push((number, hash))
                }
            }
        }
        let (start, end) = match &row.handle {
            None => return,
            Some(Handle::Start(start)) => (start.as_str(), ""),
            Some(Handle::End(end)) => ("", end.as_str()),
            Some(Handle::Both(start, end)) => (start.as_str(), end.as_str()),
        };
        let lengths = (start.len(), end.len());
        if self.parts.len() < MAX_LENGTHS || self.parts.contains_key(&lengths) {
            let of_length = self.parts.entry(lengths).or_default();
            of_length.entry((start, end)).or_default().push(number);
        }
    }

    /// Whether the kind of a credential is one of this list's.
    fn is_of_kind(&self, rule: &Rule) -> bool {
        self.list.kind.rules.contains(&rule.id)
    }

    /// What fits best of all that can be looked up.
    fn look_up(&self, seen: &Seen<'_>, steps: &mut u64) -> Found {
        let value = seen.credential.best.secret.expose();
        if !self.digests.is_empty() {
            *steps += 1;
            let rows = self.digests.get(&Fingerprint::of_strong(value));
            if let Some(found) = rows.and_then(|rows| Found::of(rows, How::Equal, true)) {
                return found;
            }
        }
        if !self.unsalted.is_empty() {
            let found = passwords(seen)
                .iter()
                .find_map(|password| self.by_hash(password, steps));
            if let Some(found) = found {
                return found;
            }
        }
        if !self.ids.is_empty()
            && self.is_of_kind(seen.rule)
            && let Some(found) = self.by_id(seen, steps)
        {
            return found;
        }
        match self.parts.is_empty() {
            true => Found::None,
            false => self.by_part(seen.rule, value, steps),
        }
    }

    fn by_hash(&self, password: &[u8], steps: &mut u64) -> Option<Found> {
        [HashKind::Sha256, HashKind::MysqlNative]
            .into_iter()
            .find_map(|kind| {
                *steps += 1;
                let hash = Hash::unsalted(kind, password)?;
                let rows = self.unsalted.get(&hash)?;
                Found::of(rows, How::Hash(kind), true)
            })
    }

    fn by_id(&self, seen: &Seen<'_>, steps: &mut u64) -> Option<Found> {
        let mut look = |id: &str, certain| {
            *steps += 1;
            let rows = self.ids.get(id)?;
            Found::of(rows, How::Id, certain)
        };
        let own = std::str::from_utf8(seen.credential.best.secret.expose());
        if let Some(found) = own.ok().and_then(|own| look(own, true)) {
            return Some(found);
        }
        seen.facts
            .iter()
            .filter(|fact| fact.field == Field::Id && fact.source == Source::Bytes)
            .find_map(|fact| {
                let certain = fact.certainty == Certainty::Certain;
                match &fact.value {
                    Value::Id(id) => look(id, certain),
                    Value::Text(id) => look(std::str::from_utf8(id).ok()?, certain),
                    Value::Time(_) => None,
                }
            })
    }

    /// The characters that the list shows are no proof, so the form of the value has to fit as well.
    fn by_part(&self, rule: &Rule, value: &[u8], steps: &mut u64) -> Found {
        let fits = self.value.as_ref().is_some_and(|form| form.is_match(value));
        let Ok(text) = std::str::from_utf8(value) else {
            return Found::None;
        };
        if !fits && !self.is_of_kind(rule) {
            return Found::None;
        }
        for ((start, end), rows) in &self.parts {
            *steps += 1;
            if start + end >= text.len() {
                continue;
            }
            let ends = text.get(..*start).zip(text.get(text.len() - end..));
            let rows = ends.and_then(|ends| rows.get(&ends));
            if let Some(found) = rows.and_then(|rows| Found::of(rows, How::Part, false)) {
                return found;
            }
        }
        Found::None
    }

    /// Asks the hashes that have a salt: first those of the user whom the credential names, then all, as far as the
    /// rounds reach.
    fn ask(&self, seen: &[Seen<'_>], found: &mut [Found], rounds: &mut u64, out: &mut Joined) {
        if self.salted.is_empty() {
            return;
        }
        let mut by_user: HashMap<&str, Vec<&(usize, &Hash)>> = HashMap::new();
        for salted in &self.salted {
            let row = &self.list.rows[salted.0];
            by_user.entry(row.name.as_str()).or_default().push(salted);
        }
        let asked = |at: &usize| {
            seen[*at].credential.best.class == Class::Credential && self.is_of_kind(seen[*at].rule)
        };
        let asked: Vec<usize> = (0..seen.len()).filter(asked).collect();
        let (mut strangers, mut left_out) = (Vec::new(), 0);
        for at in asked {
            let user = user(seen[at].credential);
            match user.as_deref().and_then(|user| by_user.get(user)) {
                Some(rows) => {
                    let rows = rows.iter().copied();
                    left_out += question(&seen[at], rows, &mut found[at], rounds, &mut out.steps);
                }
                // Whoever is named and is no user of this server has a password of another one.
                None if user.is_some() => {}
                None => strangers.push(at),
            }
        }
        for at in strangers {
            let rows = self.salted.iter();
            left_out += question(&seen[at], rows, &mut found[at], rounds, &mut out.steps);
        }
        if left_out > 0 {
            out.gaps.push(Skipped::new(
                Reason::NotCompared,
                self.list.server.as_bytes(),
                format!(
                    "{left_out} times it was not asked whether a password is that of an account: {MAX_ROUNDS} rounds of hashing were used up"
                ),
            ));
        }
    }

    /// A few characters that two credentials have in common say of neither that it is the row.
    fn apart(&self, found: &mut [Found]) {
        let mut takers: HashMap<usize, usize> = HashMap::new();
        for one in found.iter() {
            if let Found::One {
                row,
                how: How::Part,
                ..
            } = one
            {
                *takers.entry(*row).or_default() += 1;
            }
        }
        for one in found.iter_mut() {
            if let Found::One {
                row,
                how: How::Part,
                ..
            } = one
                && takers.get(row).is_some_and(|n| *n > 1)
            {
                *one = Found::Unclear;
            }
        }
    }
}

/// Asks whether one credential is the password of some rows. Says how many of them were not asked.
fn question<'h>(
    seen: &Seen<'_>,
    rows: impl Iterator<Item = &'h (usize, &'h Hash)>,
    found: &mut Found,
    rounds: &mut u64,
    steps: &mut u64,
) -> u64 {
    let passwords = passwords(seen);
    let mut left_out = 0;
    let mut fit = Vec::new();
    for (row, hash) in rows {
        for password in &passwords {
            if hash.cost() > *rounds {
                left_out += 1;
                continue;
            }
            *rounds -= hash.cost();
            *steps += hash.cost();
            if hash.fits(password) {
                fit.push((*row, hash.kind()));
            }
        }
    }
    fit.dedup_by_key(|(row, _)| *row);
    match fit[..] {
        [] => {}
        [(row, kind)] => {
            *found = Found::One {
                row,
                how: How::Hash(kind),
                certain: true,
            };
        }
        // Several accounts have this password.
        _ => *found = Found::Unclear,
    }
    left_out
}

/// What the password of a credential may be: as it stands, and without the encoding of addresses.
fn passwords(seen: &Seen<'_>) -> Vec<Vec<u8>> {
    let value = seen.credential.best.secret.expose();
    let mut out = vec![value.to_vec()];
    if value.contains(&b'%') {
        let decoded: Vec<u8> = percent_encoding::percent_decode(value).collect();
        if decoded != value {
            out.push(decoded);
        }
    }
    out
}

/// The user whom the address around a password names (RFC 3986, section 3.2.1).
fn user(credential: &Credential) -> Option<String> {
    let (whole, within) = (credential.best.whole.expose(), &credential.best.within);
    let before = whole.get(..within.start)?.strip_suffix(b":")?;
    let start = memchr::memmem::rfind(before, b"://")? + 3;
    let user: Vec<u8> = percent_encoding::percent_decode(before.get(start..)?).collect();
    String::from_utf8(user).ok().filter(|user| !user.is_empty())
}
