//! The register as a source of facts: who answers for a credential, what it is for and when it ends, as the
//! team wrote it down.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{FactSource, Known};
use crate::finding::{Certainty, Credential, Fact, Field, Source, Value};
use crate::register::{At, End, Entry, Names, Register};
use crate::rule::Rule;
use crate::secret::Fingerprint;

/// What the register says.
pub(super) struct Written;

/// The entries of a register by what they are found with.
pub(super) struct Index<'a> {
    register: &'a Register,
    prints: HashMap<Fingerprint, usize>,
    names: Names,
}

impl<'a> Index<'a> {
    pub(super) fn of(register: &'a Register) -> Self {
        let prints = register.entries.iter().enumerate();
        let prints = prints.filter_map(|(n, entry)| Some((entry.fingerprint?.value, n)));
        Index {
            register,
            prints: prints.collect(),
            names: Names::of(register),
        }
    }

    /// The entry of a credential, and how sure that is: by its fingerprint, else by the name that the value
    /// is assigned to, where one entry alone has that.
    fn entry(&self, credential: &Credential) -> Option<(&'a Entry, Certainty)> {
        let entries = &self.register.entries;
        if let Some(n) = self.prints.get(&credential.fingerprint) {
            return Some((&entries[*n], Certainty::Stated));
        }
        let key = credential.best.key.as_deref()?;
        match self.names.get(std::str::from_utf8(key).ok()?) {
            [n] => Some((&entries[*n], Certainty::Inferred)),
            _ => None,
        }
    }
}

impl FactSource for Written {
    fn tell(&self, _: &Rule, credential: &Credential, known: &Known<'_>) -> Vec<Fact> {
        let index = known.register.as_ref();
        let Some((entry, certainty)) = index.and_then(|index| index.entry(credential)) else {
            return Vec::new();
        };
        let fact = |field, value| Fact {
            field,
            value,
            source: Source::Register,
            certainty,
        };
        let text = |at: &At<String>| Value::Text(at.value.clone().into_bytes());
        let mut out = Vec::new();
        for (field, said) in [
            (Field::Owner, &entry.owner),
            (Field::Backup, &entry.backup),
            (Field::Purpose, &entry.purpose),
        ] {
            out.extend(said.iter().map(|at| fact(field, text(at))));
        }
        out.extend(entry.scope.iter().map(|at| fact(Field::Scope, text(at))));
        let moment = |at: Timestamp| Value::Time(at);
        out.extend(
            entry
                .created
                .map(|at| fact(Field::Issued, moment(at.value))),
        );
        out.extend(
            entry
                .rotated
                .map(|at| fact(Field::Rotated, moment(at.value))),
        );
        out.extend(entry.end().map(|end| {
            let value = match end.value {
                End::At(at) => moment(at),
                End::Never => Value::Text(b"never".to_vec()),
            };
            fact(Field::Expires, value)
        }));
        out
    }
}
