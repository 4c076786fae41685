//! Which token of a list is meant, and which one is new.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::lists::{Handle, Row};
use crate::live::issuer::{Listed, Token};
use crate::register::Entry;
pub use crate::register::base;
use crate::secret::{Fingerprint, Secret};

use super::plan;

/// How far the end of a token may be from what it was asked to be; seconds. Some servers round.
const APART: i64 = 60;

/// What tells a row from all others of its list, without the token: its owner and id; where the list holds the token
/// itself and no id, a digest of it; else all that it says of itself.
pub fn mark(row: &Row) -> String {
    match (row.id.is_empty(), &row.equal) {
        (false, _) => format!("id {}/{}", row.owner, row.id),
        (true, Some(equal)) if !equal.guessable => format!("digest {}", equal.digest),
        _ => format!("name {}/{}/{}", row.owner, row.name, row.created),
    }
}

/// What a plan says of a row.
pub fn listed(row: &Row) -> plan::Listed {
    let mut scope = row.scope.clone();
    scope.sort();
    scope.dedup();
    plan::Listed {
        mark: mark(row),
        id: row.id.clone(),
        name: row.name.clone(),
        owner: row.owner.clone(),
        scope,
        created: row.created.at(),
        expires: row.expires.at(),
    }
}

/// The token of a mark, where exactly one has it.
pub fn marked<'l>(listed: &'l Listed, mark_of: &str) -> Option<&'l Token> {
    let mut found = listed
        .tokens
        .iter()
        .filter(|token| mark(&token.row) == mark_of);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether a list has a token of this mark.
pub fn has(listed: &Listed, mark_of: &str) -> bool {
    listed
        .tokens
        .iter()
        .any(|token| mark(&token.row) == mark_of)
}

/// The token that an entry of the register means.
///
/// # Errors
/// None, or more than one: what to write into the register.
pub fn of_entry<'l>(listed: &'l Listed, entry: &Entry) -> Result<&'l Token, String> {
    let version = entry
        .current()
        .and_then(|version| version.server_id.as_ref());
    let name = entry.name.as_ref().map(|name| name.value.as_str());
    if let Some(id) = version {
        let id = id.value.as_str();
        let found = listed.tokens.iter().filter(|token| token.row.id == id);
        let found: Vec<&Token> = found.collect();
        // Ids of some servers are those of one owner.
        let named = |token: &&&Token| name.is_some_and(|name| base(&token.row.name) == base(name));
        return match found.as_slice() {
            [one] => Ok(one),
            [] => Err(format!(
                "the server lists no token with the id {id}, which the register's newest version has"
            )),
            several => match several.iter().filter(named).collect::<Vec<_>>().as_slice() {
                [one] => Ok(one),
                _ => Err(format!(
                    "the server lists {} tokens with the id {id}",
                    several.len()
                )),
            },
        };
    }
    let Some(name) = name else {
        return Err(
            "the entry says neither `name`, as the server calls the token, nor a version with its `server_id`"
                .into(),
        );
    };
    let exact: Vec<&Token> = listed
        .tokens
        .iter()
        .filter(|token| token.row.name == name)
        .collect();
    let found = match exact.is_empty() {
        false => exact,
        true => {
            let versions = listed
                .tokens
                .iter()
                .filter(|token| base(&token.row.name) == name);
            versions.collect()
        }
    };
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("the server lists no token called {name}")),
        several => {
            let ids: Vec<String> = several.iter().map(|token| plan_id(&token.row)).collect();
            Err(format!(
                "the server lists {} tokens called {name} ({}): write a version with its `server_id` into the entry",
                several.len(),
                ids.join(", ")
            ))
        }
    }
}

fn plan_id(row: &Row) -> String {
    match row.owner.is_empty() {
        true => format!("id {}", row.id),
        false => format!("id {} of {}", row.id, row.owner),
    }
}

/// The tokens among which a successor of a token appears: those of its owner that are called as it is, and where
/// tokens have no names, all of its owner.
pub fn kin<'l>(listed: &'l Listed, old: &plan::Listed) -> Vec<&'l Token> {
    let called = |row: &Row| row.name.is_empty() || base(&row.name) == base(&old.name);
    listed
        .tokens
        .iter()
        .filter(|token| token.row.owner == old.owner && called(&token.row))
        .collect()
}

/// Whether a value may be that of a row: `None` where the row shows nothing of its value.
pub fn is_value_of(row: &Row, value: &Secret) -> Option<bool> {
    let bytes = value.expose();
    if let Some(equal) = &row.equal {
        return Some(equal.digest == Fingerprint::of_strong(bytes));
    }
    if !row.hashes.is_empty() {
        return Some(row.hashes.iter().any(|hash| hash.fits(bytes)));
    }
    row.handle.as_ref().map(|handle| match handle {
        Handle::Start(start) => bytes.starts_with(start.as_bytes()),
        Handle::End(end) => bytes.ends_with(end.as_bytes()),
        Handle::Both(start, end) => {
            bytes.starts_with(start.as_bytes()) && bytes.ends_with(end.as_bytes())
        }
    })
}

/// The token that was made just now: one of its owner that was not there before. `known` is what the answer said.
/// `None` where the list has none.
///
/// # Errors
/// There are several, and which of them was made here cannot be told.
pub fn new<'l>(
    listed: &'l Listed,
    owner: &str,
    before: &[String],
    name: &str,
    known: Option<(Option<&str>, &Secret)>,
    ends: Option<Timestamp>,
) -> Result<Option<&'l Token>, String> {
    let fresh = fresh(listed, owner, before);
    let by = |test: &dyn Fn(&Row) -> bool| {
        one_of(fresh.iter().copied().filter(|t| test(&t.row)).collect())
    };
    // What the answer said, then what the bytes say, then the name, then that there is only one.
    if let Some((id, value)) = known {
        if let Some(found) = id.and_then(|id| by(&|row| row.id == id)) {
            return Ok(Some(found));
        }
        if let Some(found) = by(&|row| is_value_of(row, value) == Some(true)) {
            return Ok(Some(found));
        }
    }
    named(&fresh, name, ends)
}

/// As [`new`], for a token that a run left which was cut off; `id` is what the answer had said.
///
/// # Errors
/// As [`new`].
pub fn orphan<'l>(
    listed: &'l Listed,
    owner: &str,
    before: &[String],
    name: &str,
    id: Option<&str>,
    ends: Option<Timestamp>,
) -> Result<Option<&'l Token>, String> {
    let fresh = fresh(listed, owner, before);
    let by_id =
        id.and_then(|id| one_of(fresh.iter().copied().filter(|t| t.row.id == id).collect()));
    match by_id {
        Some(found) => Ok(Some(found)),
        None => named(&fresh, name, ends),
    }
}

fn fresh<'l>(listed: &'l Listed, owner: &str, before: &[String]) -> Vec<&'l Token> {
    let before: HashSet<&str> = before.iter().map(String::as_str).collect();
    let new =
        |token: &&Token| token.row.owner == owner && !before.contains(mark(&token.row).as_str());
    listed.tokens.iter().filter(new).collect()
}

fn one_of(found: Vec<&Token>) -> Option<&Token> {
    match found.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// The new token of a name; where tokens have no names, the only one that ends when it was asked to.
fn named<'l>(
    fresh: &[&'l Token],
    name: &str,
    ends: Option<Timestamp>,
) -> Result<Option<&'l Token>, String> {
    let several = |count: usize| {
        Err(format!(
            "the server lists {count} new tokens, and which of them was made here cannot be told; nothing was ended"
        ))
    };
    let found: Vec<&Token> = fresh
        .iter()
        .copied()
        .filter(|token| is_named(&token.row, name))
        .collect();
    match found.as_slice() {
        [one] => return Ok(Some(one)),
        [] => {}
        more => return several(more.len()),
    }
    let as_asked = |row: &Row| match (row.expires.at(), ends) {
        (Some(end), Some(asked)) => (end.as_second() - asked.as_second()).abs() <= APART,
        _ => true,
    };
    let nameless = |token: &&&Token| token.row.name.is_empty() && as_asked(&token.row);
    let found: Vec<&&Token> = fresh.iter().filter(nameless).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        more => several(more.len()),
    }
}

/// What Vault puts before the names that it is given.
const VAULT: &str = "token-";

/// Whether a row has the name that a token was asked to have.
pub fn is_named(row: &Row, name: &str) -> bool {
    row.name == name || row.name.strip_prefix(VAULT) == Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_rotation_is_no_part_of_the_name() {
        for (name, want) in [
            ("deploy", "deploy"),
            ("deploy-20261126", "deploy"),
            ("deploy-20261126-2", "deploy"),
            ("deploy-2", "deploy-2"),
            ("deploy-20261126-x", "deploy-20261126-x"),
            ("deploy-12345678", "deploy-12345678"),
            ("-20261126", "-20261126"),
            ("", ""),
        ] {
            assert_eq!(base(name), want);
        }
    }
}
