//! Which token of a list is meant, and which one is new.

use std::collections::HashSet;

use jiff::Timestamp;

use super::driver::About;
use super::token::{Listed, Token};
use crate::lists::{Handle, Row, State};
use crate::register::Entry;
pub use crate::register::base;
use crate::secret::{Fingerprint, Secret};

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

/// Whether the list itself says that a token is ended. One that is past its end, or switched off, may be accepted.
pub fn is_over(row: &Row) -> bool {
    row.state == State::Revoked
}

impl About {
    /// The name that a token was asked to have, without what the server puts before it.
    pub fn name_of<'r>(&self, row: &'r Row) -> &'r str {
        let name = row.name.as_str();
        name.strip_prefix(self.name_prefix.as_str()).unwrap_or(name)
    }

    /// Whether a row has the name that a token was asked to have.
    pub fn is_named(&self, row: &Row, name: &str) -> bool {
        row.name == name || self.name_of(row) == name
    }

    /// Whether a row is a version of what has this name: called so, or so and the day of a rotation behind it.
    fn is_version(&self, row: &Row, name: &str) -> bool {
        self.is_named(row, name) || base(&row.name) == name || base(self.name_of(row)) == name
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
pub fn of_entry<'l>(listed: &'l Listed, entry: &Entry, about: &About) -> Result<&'l Token, String> {
    let version = entry
        .current()
        .and_then(|version| version.server_id.as_ref());
    let name = entry.name.as_ref().map(|name| name.value.as_str());
    if let Some(id) = version {
        let id = id.value.as_str();
        let found = listed.tokens.iter().filter(|token| token.row.id == id);
        let found: Vec<&Token> = found.collect();
        // Ids of some servers are those of one owner.
        let named = |token: &&&Token| name.is_some_and(|name| about.is_version(&token.row, name));
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
    let all = |fits: &dyn Fn(&Row) -> bool| -> Vec<&'l Token> {
        let tokens = listed.tokens.iter();
        tokens.filter(|token| fits(&token.row)).collect()
    };
    let mut found = all(&|row| row.name == name);
    if found.is_empty() {
        found = all(&|row| about.is_version(row, name));
    }
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(format!("the server lists no token called {name}")),
        several => {
            let ids: Vec<String> = several.iter().map(|token| id_of(&token.row)).collect();
            Err(format!(
                "the server lists {} tokens called {name} ({}): write a version with its `server_id` into the entry",
                several.len(),
                ids.join(", ")
            ))
        }
    }
}

fn id_of(row: &Row) -> String {
    match row.owner.is_empty() {
        true => format!("id {}", row.id),
        false => format!("id {} of {}", row.id, row.owner),
    }
}

/// The tokens among which the successor of a row appears: those of its owner that are versions of the same, and where
/// tokens have no names, all of its owner.
pub fn kin<'l>(listed: &'l Listed, old: &Row, about: &About) -> Vec<&'l Token> {
    let name = base(about.name_of(old));
    let called = |row: &Row| row.name.is_empty() || about.is_version(row, name);
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

/// What is known of a token that was made.
pub struct Sought<'s> {
    /// Whose it is; anybody's where nothing is said.
    pub owner: Option<&'s str>,
    /// The marks of the tokens that were there before.
    pub before: &'s [String],
    /// What it was asked to be called.
    pub name: &'s str,
    /// Its id, where the answer said it.
    pub id: Option<&'s str>,
    /// Its value. That of a token which a run left that was cut off is not known.
    pub value: Option<&'s Secret>,
    /// When it was asked to end, for servers where tokens have no names.
    pub ends: Option<Timestamp>,
}

/// A test of rows, and whether it has to hold of one alone.
type Test<'t> = (&'t dyn Fn(&Row) -> bool, bool);

impl Sought<'_> {
    /// The token: one that was not there before. `None` where the list has none.
    ///
    /// # Errors
    /// There are several, and which of them was made here cannot be told.
    pub fn within<'l>(
        &self,
        listed: &'l Listed,
        about: &About,
    ) -> Result<Option<&'l Token>, String> {
        let before: HashSet<&str> = self.before.iter().map(String::as_str).collect();
        let is_new = |token: &&Token| {
            self.owner.is_none_or(|owner| token.row.owner == owner)
                && !before.contains(mark(&token.row).as_str())
        };
        let fresh: Vec<&Token> = listed.tokens.iter().filter(is_new).collect();
        let all = |test: &dyn Fn(&Row) -> bool| -> Vec<&'l Token> {
            fresh.iter().copied().filter(|t| test(&t.row)).collect()
        };
        let as_asked = |row: &Row| match (row.expires.at(), self.ends) {
            (Some(end), Some(asked)) => (end.as_second() - asked.as_second()).abs() <= APART,
            _ => true,
        };
        let by_id = |row: &Row| self.id.is_some_and(|id| row.id == id);
        let by_value = |row: &Row| {
            let value = self.value.and_then(|value| is_value_of(row, value));
            value == Some(true)
        };
        // What the answer said, then what the bytes say, then the name; where tokens have no names, the only one that
        // ends as it was asked to. Ids may repeat, and few characters may be those of several: the other tells then.
        let tests: [Test<'_>; 5] = [
            (&by_id, false),
            (&by_value, false),
            (&by_id, true),
            (&|row| about.is_named(row, self.name), true),
            (&|row| row.name.is_empty() && as_asked(row), true),
        ];
        for (test, alone) in tests {
            match all(test).as_slice() {
                [one] => return Ok(Some(one)),
                more if alone && !more.is_empty() => {
                    return Err(format!(
                        "the server lists {} new tokens, and which of them was made here cannot be told; nothing was ended",
                        more.len()
                    ));
                }
                _ => {}
            }
        }
        Ok(None)
    }
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

    fn named(name: &str) -> Row {
        Row {
            name: name.to_owned(),
            ..Row::default()
        }
    }

    #[test]
    fn what_the_server_puts_before_a_name_is_no_part_of_it() {
        let about = |kind: &str| crate::live::driver::builtin(kind).expect("a driver").server;
        let vault = about("vault");
        assert!(vault.is_named(&named("token-deploy"), "deploy"));
        assert!(vault.is_version(&named("token-deploy-20261126"), "deploy"));
        assert!(vault.is_version(&named("token-deploy-20261126"), "token-deploy"));
        assert!(!vault.is_version(&named("token-deployer"), "deploy"));
        // On other servers somebody called it so.
        let hub = about("jupyterhub");
        assert!(!hub.is_named(&named("token-deploy"), "deploy"));
        assert!(!hub.is_version(&named("token-deploy-20261126"), "deploy"));
    }

    #[test]
    fn only_the_row_may_have_a_day_more() {
        let about = crate::live::driver::builtin("jupyterhub")
            .expect("a driver")
            .server;
        for (row, name, want) in [
            ("deploy", "deploy", true),
            ("deploy-20261126", "deploy", true),
            ("deploy-20261126-2", "deploy", true),
            ("deploy-20261126", "deploy-20261126", true),
            // Somebody called a token so that looks like a version of another.
            ("deploy", "deploy-20261126", false),
            ("deploy-20261127", "deploy-20261126", false),
            ("deploy-20261126-20261127", "deploy-20261126", true),
        ] {
            assert_eq!(about.is_version(&named(row), name), want, "{row} {name}");
        }
    }
}
