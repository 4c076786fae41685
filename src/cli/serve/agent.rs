//! `keysweep hook --agent`: what a coding agent is about to write is judged as a commit of it would be.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Error, Result, bail};

use super::texts::{self, Location};
use crate::cli::args::{Common, Limits};
use crate::cli::output;
use keysweep::finding::RepoPath;
use keysweep::report::Report;
use keysweep::serve::agent::{Answer, Call, Edit, Piece, blocked, edited};
use keysweep::serve::stops;
use keysweep::source::Text;
use keysweep::thresholds::Checkpoint;

/// Bytes of a message that are read.
const MESSAGE_MAX: u64 = 64 << 20;
/// Bytes of a file that edits are worked out in.
const FILE_MAX: u64 = 16 << 20;
/// How long a call is looked at. An agent waits half a minute or longer, and then lets the call pass.
const TIME: Duration = Duration::from_secs(20);

/// Reads a message of an agent from standard input and answers it. Whatever cannot be read or judged is blocked,
/// with the reason: a hook that lets it pass in silence would be taken for one that looked.
///
/// # Errors
/// The answer cannot be written.
pub fn run(common: &Common) -> Result<ExitCode> {
    // A program that breaks ends with a status that agents take for none of their business.
    let answer = catch_unwind(AssertUnwindSafe(|| answer(common)));
    let answer = answer.unwrap_or_else(|_| bail!("keysweep broke"));
    let answer = answer.unwrap_or_else(|error| {
        let why = output::plain(&format!("{error:#}"));
        blocked(&format!(
            "keysweep could not look at this call, so it is blocked: {why}"
        ))
    });
    if !answer.out.is_empty() {
        writeln!(std::io::stdout().lock(), "{}", answer.out)?;
    }
    if !answer.err.is_empty() {
        writeln!(std::io::stderr().lock(), "{}", answer.err)?;
    }
    Ok(ExitCode::from(answer.status))
}

fn answer(common: &Common) -> Result<Answer> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(MESSAGE_MAX + 1)
        .read_to_end(&mut bytes)?;
    let unreadable = |why: &str| {
        Ok(blocked(&format!(
            "keysweep could not read the message of the agent, so the call is blocked: {why}. `keysweep hook \
             --agent` expects on standard input the JSON that an agent gives its hooks (see docs/agents.md)"
        )))
    };
    if bytes.len() as u64 > MESSAGE_MAX {
        return unreadable(&format!("it is longer than {} MiB", MESSAGE_MAX >> 20));
    }
    let call = match Call::read(&bytes) {
        Ok(call) => call,
        Err(why) => return unreadable(&why),
    };
    let reports = judged(&call, common)?;
    Ok(match stops(&reports) {
        Some(why) => call.block(&why),
        None => call.pass(),
    })
}

/// A report for each repository that the call writes to.
fn judged(call: &Call, common: &Common) -> Result<Vec<Report>> {
    let here = std::env::current_dir()?;
    let cwd = call.cwd.as_ref().map(PathBuf::from);
    let cwd = cwd.filter(|cwd| cwd.is_dir()).unwrap_or(here);
    let mut places: BTreeMap<PathBuf, (PathBuf, Vec<Text>)> = BTreeMap::new();
    for piece in &call.pieces {
        let (dir, root, text) = text(piece, &cwd, call.compares())?;
        places.entry(root).or_insert((dir, Vec::new())).1.push(text);
    }
    let until = Instant::now() + TIME;
    let judge = |(dir, texts): (PathBuf, Vec<Text>)| {
        let limits = Limits {
            timeout: Some(until.saturating_duration_since(Instant::now())),
            ..Limits::default()
        };
        let report = texts::scan(&dir, texts, true, Checkpoint::Hook, &limits, common)?;
        // Limits of scope never stop anything.
        Ok(report.settled(false))
    };
    places.into_values().map(judge).collect()
}

/// The text of a piece, with what stood there before, and where it belongs.
fn text(piece: &Piece, cwd: &Path, compares: bool) -> Result<(PathBuf, PathBuf, Text)> {
    let location = |path: &str| Location::of(cwd, path);
    Ok(match piece {
        Piece::Loose { name, text, files } => {
            let location = location(name)?;
            let text = Text {
                path: RepoPath::from(*name),
                after: text.clone().into_bytes(),
                before: held(cwd, files)?.filter(|_| compares),
            };
            (location.dir, location.root, text)
        }
        Piece::Whole { path, text } => {
            let location = location(path)?;
            let text = Text {
                path: location.path,
                after: text.clone().into_bytes(),
                before: read(&location.file).filter(|_| compares),
            };
            (location.dir, location.root, text)
        }
        Piece::Edits { path, from, edits } => {
            let location = location(path)?;
            let file = match from {
                Some(from) => Location::of(cwd, from)?.file,
                None => location.file,
            };
            let before = read(&file).filter(|_| compares);
            let text = Text {
                path: location.path,
                after: change(before.as_deref(), edits)?.into_bytes(),
                before,
            };
            (location.dir, location.root, text)
        }
    })
}

/// What files hold, one behind the other; nothing where none of them can be read.
fn held(cwd: &Path, files: &[String]) -> Result<Option<Vec<u8>>> {
    let mut all: Option<Vec<u8>> = None;
    for file in files {
        let Some(bytes) = read(&Location::of(cwd, file)?.file) else {
            continue;
        };
        let all = all.get_or_insert_default();
        all.extend_from_slice(&bytes);
        all.push(b'\n');
        if all.len() as u64 > FILE_MAX {
            bail!("the files that it changes are too large to be compared");
        }
    }
    Ok(all)
}

/// A file with the edits done; where they cannot be worked out, what comes alone. What an edit says of the old text
/// is never believed: it need not stand there.
fn change(file: Option<&[u8]>, edits: &[Edit]) -> Result<String> {
    let text = file.and_then(|bytes| std::str::from_utf8(bytes).ok());
    if let Some(text) = text
        && let Some(after) = edited(text, edits).map_err(Error::msg)?
    {
        return Ok(after);
    }
    let parts: Vec<&str> = edits.iter().map(|edit| edit.new.as_str()).collect();
    Ok(parts.join("\n"))
}

/// What a plain file holds. What is none, is too large or cannot be read is nothing to compare with: then all of
/// the text counts as new.
fn read(path: &Path) -> Option<Vec<u8>> {
    let meta = fs::symlink_metadata(path).ok()?;
    if !meta.is_file() || meta.len() > FILE_MAX {
        return None;
    }
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    // No more than it says: files of the kernel say that they are empty, and some of them never end.
    file.take(meta.len()).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}
