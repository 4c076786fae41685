//! Which sightings of one value are one credential.
//!
//! A value that nobody can guess is one credential wherever it stands. One that could be guessed
//! may stand in two places by chance, because many people choose the same password: its sightings
//! are one credential only where something else joins them: the same file, the same name in the
//! same directory or in files of one name, or the same telling name anywhere. What is a sample in one place is never joined
//! to what is a credential in another.

use std::collections::BTreeMap;

use super::Placed;
use crate::finding::{Class, RepoPath};
use crate::rule::{Kind, RuleSet};

/// A value of so many bytes stands nowhere by chance: the passwords that many people choose are
/// shorter.
const NO_CHANCE: usize = 16;

/// What joins two sightings of a guessable value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    /// They stand in the same file (or member of an archive).
    Path(RepoPath),
    /// They are assigned to the same name in files of one directory: the same setting, over again.
    Beside(Vec<u8>, Vec<u8>),
    /// They are assigned to the same name in files of one name: copies of one template.
    Copies(Vec<u8>, Vec<u8>),
    /// They are assigned to the same name, and it says more than `password`.
    Name(Vec<u8>),
}

/// Splits the sightings of one value into those of one credential each, in the order of their first
/// sighting. Takes n log n steps for n sightings.
pub(super) fn groups(rules: &RuleSet, group: Vec<Placed>) -> Vec<Vec<Placed>> {
    // A value that is a provider's token as a whole was drawn by a machine, however it looks.
    let chosen = |placed: &Placed| {
        let sighting = &placed.sighting;
        let by_words = matches!(
            rules.rules[sighting.rule].kind,
            Kind::Context(_) | Kind::Generic(_)
        );
        !sighting.strong && (by_words || sighting.whole != sighting.secret)
    };
    if group.len() < 2 || !group.iter().all(chosen) {
        return vec![group];
    }
    // A word that one line of documentation gives as a sample can be somebody's password in another
    // file: what the one is says nothing about the other.
    let mut classes: BTreeMap<Class, Vec<Placed>> = BTreeMap::new();
    for placed in group {
        classes
            .entry(placed.sighting.class)
            .or_default()
            .push(placed);
    }
    classes.into_values().flat_map(bound).collect()
}

/// Splits sightings of one value and one class, which somebody chose, by what joins them.
fn bound(group: Vec<Placed>) -> Vec<Vec<Placed>> {
    let short = group[0].sighting.secret.expose().len() < NO_CHANCE;
    if !short || group[0].sighting.class != Class::Credential {
        return vec![group];
    }
    let mut sets = Sets::new(group.len());
    let mut first: BTreeMap<Bond, usize> = BTreeMap::new();
    for (number, placed) in group.iter().enumerate() {
        let path = placed.place.whole_path();
        let key = placed.sighting.key.as_deref();
        let directory = path.0[..path.0.len() - path.file_name().len()].to_vec();
        let bonds = [
            key.map(|key| Bond::Beside(directory, plain(key).into_bytes())),
            key.map(|key| Bond::Copies(path.file_name().to_vec(), plain(key).into_bytes())),
            Some(Bond::Path(path)),
            key.and_then(telling).map(Bond::Name),
        ];
        for bond in bonds.into_iter().flatten() {
            let other = *first.entry(bond).or_insert(number);
            sets.join(number, other);
        }
    }
    let mut by_first: BTreeMap<usize, Vec<Placed>> = BTreeMap::new();
    for (number, placed) in group.into_iter().enumerate() {
        by_first.entry(sets.of(number)).or_default().push(placed);
    }
    by_first.into_values().collect()
}

/// Words that a name shares with the names of very many other secrets.
const COMMON: &[&str] = &[
    "credentials",
    "credential",
    "passphrase",
    "password",
    "passwort",
    "passwd",
    "secret",
    "token",
    "value",
    "pass",
    "auth",
    "user",
    "text",
    "pwd",
    "psw",
    "key",
    "pw",
    "my",
];

/// A name without case and joints.
fn plain(name: &[u8]) -> String {
    name.iter()
        .filter(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect()
}

/// The plain name, when more is left of it than words that all such names have.
fn telling(name: &[u8]) -> Option<Vec<u8>> {
    let plain = plain(name);
    let mut rest = plain.clone();
    for word in COMMON {
        rest = rest.replace(word, "");
    }
    // One letter or a number distinguishes nothing across files.
    (rest.chars().filter(|c| !c.is_ascii_digit()).count() >= 2).then(|| plain.into_bytes())
}

/// Disjoint sets of numbers, each named by its smallest.
struct Sets(Vec<usize>);

impl Sets {
    fn new(len: usize) -> Self {
        Sets((0..len).collect())
    }

    /// The smallest number of a set. Every second link on the way is cut short, so that later
    /// ways are short.
    fn of(&mut self, mut number: usize) -> usize {
        while self.0[number] != number {
            #[cfg(test)]
            super::growth::step();
            self.0[number] = self.0[self.0[number]];
            number = self.0[number];
        }
        number
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.of(a), self.of(b));
        self.0[a.max(b)] = a.min(b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_when_it_says_more_than_password() {
        for (name, told) in [
            ("password", None),
            ("DB_PASSWORD", Some("dbpassword")),
            ("dbPassword", Some("dbpassword")),
            ("password2", None),
            ("user_password", None),
            ("smtp.auth.pass", Some("smtpauthpass")),
            ("", None),
        ] {
            let have = telling(name.as_bytes());
            assert_eq!(have.as_deref(), told.map(str::as_bytes), "{name}");
        }
    }

    #[test]
    fn sets_are_joined_over_others() {
        let mut sets = Sets::new(6);
        sets.join(5, 3);
        sets.join(1, 4);
        sets.join(4, 5);
        let of: Vec<usize> = (0..6).map(|n| sets.of(n)).collect();
        assert_eq!(of, [0, 1, 2, 1, 1, 1]);
    }
}
