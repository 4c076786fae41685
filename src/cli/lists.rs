//! The lists that a run looks findings up in.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};

use super::args::Lists;
use super::output;
use keysweep::finding::{Class, Confidence, date};
use keysweep::lists::{self, Asked, List, State, Unreadable};

/// Bytes of a snapshot that are read. One of a million rows has half of them.
const MAX_SNAPSHOT: u64 = 1 << 30;

/// Reads every list that the user names. They are shared, because each repository of an audit is held against
/// them and one list may have a million rows.
///
/// # Errors
/// A file cannot be read, or is no list: which line, and what is wrong.
pub fn read(asked: &Lists) -> Result<Arc<[List]>> {
    asked.with.iter().map(|one| one_list(one)).collect()
}

/// A list as the user named it: `KIND=FILE`, or the file of a snapshot.
fn one_list(named: &str) -> Result<List> {
    let kind = named
        .split_once('=')
        .filter(|(_, _)| !Path::new(named).exists());
    let (name, list) = match kind {
        Some((kind, name)) => {
            let kind = lists::kind(kind).map_err(|why| anyhow!("--with: {why}"))?;
            let list = lists::read(kind, open(name)?, &Asked::default());
            (name, list.map_err(|error| at(name, &error))?)
        }
        None => {
            let mut text = Vec::new();
            open(named)?
                .take(MAX_SNAPSHOT + 1)
                .read_to_end(&mut text)
                .with_context(|| format!("{named} cannot be read"))?;
            if text.len() as u64 > MAX_SNAPSHOT {
                bail!("{named} is larger than 1 GiB, which is more than is read of a snapshot");
            }
            let list = lists::read_snapshot(&text);
            (named, list.map_err(|error| at(named, &error))?)
        }
    };
    for note in &list.notes {
        output::note(&format!("{name}: {note}"));
    }
    Ok(list)
}

/// Opens a file that holds a list.
///
/// # Errors
/// There is none, or it cannot be opened.
pub fn open(name: &str) -> Result<File> {
    let file = File::open(name).with_context(|| format!("the list {name} cannot be read"))?;
    let meta = file.metadata();
    if meta.is_ok_and(|meta| meta.is_dir()) {
        bail!("the list {name} is a directory; name a file");
    }
    Ok(file)
}

/// Where a list cannot be read, and why: `FILE:LINE: …`.
pub fn at(name: &str, error: &Unreadable) -> anyhow::Error {
    match error.line {
        0 => anyhow!("{name}: {}", error.message),
        line => anyhow!("{name}:{line}: {}", error.message),
    }
}

/// Finds credentials of known kinds; the score over names and values has no names here.
pub fn finder() -> impl Fn(&[u8]) -> Vec<(std::ops::Range<usize>, String)> {
    let scanner = output::scanner();
    move |text: &[u8]| {
        let found = scanner.scan(text).into_iter();
        let known = found.filter(|one| {
            let rule = &scanner.rules().rules[one.rule];
            one.class == Class::Credential
                && one.confidence() >= Confidence::Medium
                && rule.generic().is_none()
        });
        known
            .map(|one| {
                let rule = &scanner.rules().rules[one.rule];
                (one.span.clone(), rule.id.to_string())
            })
            .collect()
    }
}

/// What was read, in a few sentences.
pub fn say(name: &str, list: &List, hashes: bool) {
    let states = State::ALL.map(|state| {
        let n = list.rows.iter().filter(|row| row.state == state).count();
        (n > 0).then(|| format!("{n} {}", state.name()))
    });
    let states: Vec<String> = states.into_iter().flatten().collect();
    let taken = match list.taken {
        Some(taken) => format!("taken {}", date(taken)),
        None => "of an unknown day (--taken says it)".to_owned(),
    };
    let complete = match list.complete {
        true => "complete",
        false => "maybe not complete",
    };
    let rows = match list.rows.len() {
        1 => "1 token".to_owned(),
        n => format!("{n} tokens"),
    };
    let of = match states.is_empty() {
        true => String::new(),
        false => format!(" ({})", states.join(", ")),
    };
    output::note(&format!(
        "{name}: {rows} of {}{of}, {taken}, {complete}",
        list.server
    ));
    let dropped = list.dropped;
    if dropped.secrets > 0 {
        let guessable = match dropped.guessable {
            0 => String::new(),
            n => format!(", and of {n} that could be guessed not even their digest is kept"),
        };
        let secrets = match dropped.secrets {
            1 => "a secret of the list is in no output".to_owned(),
            n => format!("{n} secrets of the list are in no output"),
        };
        output::note(&format!("{name}: {secrets}{guessable}"));
    }
    let kept = list.rows.iter().any(|row| !row.hashes.is_empty());
    if kept && !hashes {
        output::note(&format!(
            "{name}: the hashes of the list are left out, so that no finding is joined by them; --hashes keeps them"
        ));
    }
    for note in &list.notes {
        output::note(&format!("{name}: {note}"));
    }
}
