//! References: every name under `refs/`, loose and packed, HEAD, and the stash's own log.

use std::collections::BTreeMap;
use std::path::Path;

use gix::hash::ObjectId;

use super::open::{Layout, trim};
use crate::finding::{Oid, Reason, Skipped};

/// A starting point of the history.
#[derive(Clone, Debug)]
pub(in crate::source) struct Ref {
    pub oid: Oid,
    /// Its full name, for messages.
    pub name: Vec<u8>,
    /// `None` for branches, tags, remote branches and HEAD; else `refs/<namespace>`.
    pub group: Option<String>,
}

/// What the references are.
pub(in crate::source) struct Refs {
    pub all: Vec<Ref>,
    pub head: Option<Oid>,
    /// Counts by kind, for the summary.
    pub counts: Vec<(&'static str, u64)>,
}

/// The longest way through symbolic references that is followed, as in git.
const MAX_SYMBOLIC: usize = 5;

enum Target {
    Id(Oid),
    Name(Vec<u8>),
}

/// Reads all references; broken ones are reported and left out.
pub(in crate::source) fn read(layout: &Layout, skipped: &mut Vec<Skipped>) -> Refs {
    let mut names = BTreeMap::new();
    read_packed(layout, &mut names, skipped);
    read_loose(&layout.common.join("refs"), b"refs", &mut names, skipped);
    if layout.git_dir != layout.common {
        // A linked worktree has refs of its own (bisect, rewritten, worktree).
        read_loose(&layout.git_dir.join("refs"), b"refs", &mut names, skipped);
    }
    let mut all = Vec::new();
    let mut counts: BTreeMap<usize, u64> = BTreeMap::new();
    for (name, target) in &names {
        // A symbolic name that leads nowhere (a remote's HEAD after its branch was renamed)
        // hides no object: git itself passes over it.
        let Some(oid) = resolve(target, &names) else {
            continue;
        };
        let (kind, group) = classify(name);
        *counts.entry(kind).or_default() += 1;
        all.push(Ref {
            oid,
            name: name.clone(),
            group,
        });
    }
    let head = read_head(layout, &names, skipped);
    all.extend(head.map(|oid| Ref {
        oid,
        name: b"HEAD".to_vec(),
        group: None,
    }));
    for oid in log_entries(&layout.common.join("logs/refs/stash")) {
        all.push(Ref {
            oid,
            name: b"refs/stash (log)".to_vec(),
            group: Some("refs/stash".to_owned()),
        });
    }
    Refs {
        all,
        head,
        counts: counts.into_iter().map(|(k, n)| (KINDS[k], n)).collect(),
    }
}

const KINDS: [&str; 7] = [
    "branches",
    "tags",
    "remote branches",
    "stashes",
    "notes",
    "pull-request refs",
    "other refs",
];

/// The kind of a reference for the summary, and the group its history is told apart by.
fn classify(name: &[u8]) -> (usize, Option<String>) {
    let space = name
        .strip_prefix(b"refs/")
        .and_then(|rest| rest.split(|b| *b == b'/').next())
        .unwrap_or_default();
    let kind = match space {
        b"heads" => return (0, None),
        b"tags" => return (1, None),
        b"remotes" => {
            // Some mirrors fetch pull requests to `refs/remotes/<remote>/pr/…`: still branches.
            return (2, None);
        }
        b"stash" => 3,
        b"notes" => 4,
        b"pull" | b"merge-requests" | b"pull-requests" => 5,
        _ => 6,
    };
    let group = format!("refs/{}", String::from_utf8_lossy(space));
    (kind, Some(group))
}

fn parse(text: &[u8]) -> Option<Target> {
    if let Some(name) = text.strip_prefix(b"ref:") {
        return Some(Target::Name(trim(name).to_vec()));
    }
    let word = text.split(u8::is_ascii_whitespace).next()?;
    Some(Target::Id(hex(word)?))
}

fn hex(word: &[u8]) -> Option<Oid> {
    let id = ObjectId::from_hex(word).ok()?;
    Some(Oid::from_bytes(id.as_bytes()))
}

fn resolve(target: &Target, names: &BTreeMap<Vec<u8>, Target>) -> Option<Oid> {
    let mut target = target;
    for _ in 0..=MAX_SYMBOLIC {
        match target {
            Target::Id(oid) => return Some(*oid),
            Target::Name(name) => target = names.get(name)?,
        }
    }
    None
}

fn read_head(
    layout: &Layout,
    names: &BTreeMap<Vec<u8>, Target>,
    skipped: &mut Vec<Skipped>,
) -> Option<Oid> {
    let path = layout.git_dir.join("HEAD");
    // Very old repositories have a symbolic link here; its target is the name.
    if let Ok(link) = std::fs::read_link(&path) {
        let name = link.as_os_str().as_encoded_bytes().to_vec();
        return resolve(&Target::Name(name), names);
    }
    let text = std::fs::read(&path).unwrap_or_default();
    match parse(trim(&text)) {
        Some(target) => resolve(&target, names),
        None => {
            skipped.push(Skipped::new(Reason::BrokenRef, "HEAD", "it names nothing"));
            None
        }
    }
}

fn read_packed(layout: &Layout, names: &mut BTreeMap<Vec<u8>, Target>, skipped: &mut Vec<Skipped>) {
    let text = match std::fs::read(layout.common.join("packed-refs")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => {
            skipped.push(Skipped::new(Reason::Io, "packed-refs", error.to_string()));
            return;
        }
    };
    for line in text.split(|b| *b == b'\n') {
        let line = trim(line);
        if line.is_empty() || matches!(line[0], b'#' | b'^') {
            continue;
        }
        let space = line.iter().position(|b| *b == b' ').unwrap_or(line.len());
        let name = line.get(space + 1..).unwrap_or_default();
        match hex(&line[..space]) {
            Some(oid) if !name.is_empty() => {
                names.insert(name.to_vec(), Target::Id(oid));
            }
            _ => skipped.push(Skipped::new(
                Reason::BrokenRef,
                "packed-refs",
                "a line that names no object",
            )),
        }
    }
}

fn read_loose(
    dir: &Path,
    prefix: &[u8],
    names: &mut BTreeMap<Vec<u8>, Target>,
    skipped: &mut Vec<Skipped>,
) {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        Err(error) => {
            skipped.push(Skipped::new(Reason::Io, prefix, error.to_string()));
            return;
        }
    };
    for entry in entries.flatten() {
        let mut name = prefix.to_vec();
        name.push(b'/');
        name.extend_from_slice(entry.file_name().as_encoded_bytes());
        // The kind of the entry itself: a symbolic link is not followed out of the directory.
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() {
            read_loose(&entry.path(), &name, names, skipped);
        } else if kind.is_file() && !name.ends_with(b".lock") {
            let parsed = std::fs::read(entry.path())
                .map_err(|error| error.to_string())
                .and_then(|text| parse(trim(&text)).ok_or_else(|| "it names no object".to_owned()));
            match parsed {
                Ok(target) => {
                    names.insert(name, target);
                }
                Err(detail) => skipped.push(Skipped::new(Reason::BrokenRef, name, detail)),
            }
        }
    }
}

/// Every new value in a reference's log.
fn log_entries(path: &Path) -> Vec<Oid> {
    let text = std::fs::read(path).unwrap_or_default();
    text.split(|b| *b == b'\n')
        .filter_map(|line| hex(line.split(|b| *b == b' ').nth(1)?))
        .filter(|oid| oid.as_bytes().iter().any(|b| *b != 0))
        .collect()
}

/// The commits at which the history of a shallow clone is cut.
pub(in crate::source) fn shallow(layout: &Layout) -> Vec<Oid> {
    let text = std::fs::read(layout.common.join("shallow")).unwrap_or_default();
    text.split(|b| *b == b'\n')
        .filter_map(|line| hex(trim(line)))
        .collect()
}

/// How many entries all reference logs have.
pub(in crate::source) fn log_count(layout: &Layout) -> Option<(&'static str, u64)> {
    fn count(dir: &Path) -> u64 {
        let Ok(entries) = std::fs::read_dir(dir) else {
            return 0;
        };
        entries
            .flatten()
            .map(|entry| match entry.file_type() {
                Ok(kind) if kind.is_dir() => count(&entry.path()),
                Ok(kind) if kind.is_file() => log_entries(&entry.path()).len() as u64,
                _ => 0,
            })
            .sum()
    }
    let entries = count(&layout.common.join("logs"));
    (entries > 0).then_some(("reflog entries", entries))
}
