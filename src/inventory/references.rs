//! What is read and not written down, and what is written down and not read.

use std::collections::{BTreeMap, HashSet};

use super::of_entry;
use crate::finding::{Credential, Notice};
use crate::reference::{Kind, Reference};
use crate::register::{Names, Register};

/// Schemes of references that the extractors see when they stand in what was scanned.
const SEEN: &[&str] = &[
    "gha",
    "gitlab",
    "env",
    "k8s",
    "vault",
    "external",
    "compose",
    "terraform",
];

/// What a change reads by name and no entry has.
pub(super) fn added(register: &Register, references: &[Reference]) -> Vec<Notice> {
    compared(register, references).0
}

/// Compares the references with the register.
pub(super) fn notices(
    register: &Register,
    credentials: &[Credential],
    references: &[Reference],
    whole: bool,
) -> Vec<Notice> {
    let (mut out, used, inherited) = compared(register, references);
    let prints: HashSet<_> = credentials.iter().map(|it| it.fingerprint).collect();
    for (n, entry) in register.entries.iter().enumerate() {
        let found = entry
            .fingerprint
            .is_some_and(|at| prints.contains(&at.value));
        let schemes = entry.refs.iter();
        let mut schemes = schemes.map(|at| at.value.split(':').next().unwrap_or_default());
        let seen = whole
            && !entry.refs.is_empty()
            && schemes.all(|it| SEEN.contains(&it) && !(it == "gha" && inherited));
        if !used.contains(&n) && !found && seen && !entry.is_over() {
            let message = format!(
                "Nothing in the files reads the token {} where its entry says: revoke it, or mend the \
                 entry.",
                entry.id
            );
            let line = entry.refs[0].line;
            out.push(of_entry(register, "register/unused", entry, line, message));
        }
    }
    out
}

/// Notices of what no entry has, the entries that are read, and whether every secret is handed on somewhere.
fn compared(register: &Register, references: &[Reference]) -> (Vec<Notice>, HashSet<usize>, bool) {
    let names = Names::of(register);
    let mut used: HashSet<usize> = HashSet::new();
    // Of each name the first place tells it.
    let mut unknown: BTreeMap<&str, &Reference> = BTreeMap::new();
    let mut inherited: Option<&Reference> = None;
    for reference in references {
        if reference.kind == Kind::Inherited {
            inherited.get_or_insert(reference);
            continue;
        }
        let entries = meant(&names, &reference.name);
        used.extend(entries);
        let kept = reference.kind.is_ci() && reference.place.is_live();
        if entries.is_empty() && (register.every_reference || kept) {
            unknown.entry(&reference.name).or_insert(reference);
        }
    }
    let mut out: Vec<Notice> = unknown.into_values().map(undocumented).collect();
    out.extend(inherited.map(notice_once));
    (out, used, inherited.is_some())
}

/// The entries that a reference means: by its whole name, else by the path that a key is read under.
fn meant<'n>(names: &'n Names, name: &str) -> &'n [usize] {
    let whole = names.get(name);
    match name.split_once('#') {
        Some((path, _)) if whole.is_empty() => names.get(path),
        _ => whole,
    }
}

fn undocumented(reference: &Reference) -> Notice {
    let name = &reference.name;
    let message = format!(
        "{name} is read here, and no entry of the register has it: write it down with refs = \
         [\"{}{name}\"].",
        reference.kind.scheme()
    );
    Notice::new("register/undocumented", name.as_bytes(), message)
        .at_line(reference.path.clone(), reference.line)
}

fn notice_once(reference: &Reference) -> Notice {
    let message =
        "Every secret is handed on here by `secrets: inherit`, so which ones are used, here or in \
                   another place that does so, cannot be told."
            .to_owned();
    Notice::new("register/inherited", b"secrets", message)
        .at_line(reference.path.clone(), reference.line)
}
