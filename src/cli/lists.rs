//! The lists that a run looks findings up in.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};

use super::args::Lists;
use super::output;
use keysweep::lists::{self, Asked, List, Unreadable};

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
