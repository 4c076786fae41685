//! What is pushed: from pre-commit's environment, or from the lines that git writes to the standard
//! input of a pre-push or pre-receive hook.

use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::{Hook, Stage};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::source::{self, Push, PushLine, RangeOptions, Receiver, Selection};
use keysweep::thresholds::Checkpoint;

/// How long an unknown standard input is waited for. Git writes at once; a pipe that somebody
/// leaves open must not stop a commit.
const PATIENCE: Duration = Duration::from_millis(500);

/// A push has a line a ref; nobody pushes this many.
const LINES_MAX: u64 = 64 << 20;

/// What is to be judged.
#[derive(Debug, PartialEq, Eq)]
pub enum Pushed {
    /// From one revision to another.
    Range(String, String),
    /// The lines of a pre-push hook.
    Lines(Vec<u8>),
    /// The lines of a pre-receive hook.
    Received(Vec<u8>),
}

/// What is pushed, when this run is about a push or a range.
pub fn pushed(hook: &Hook, within: bool) -> Result<Option<Pushed>> {
    // On a server no variable of pre-commit means anything, wherever it comes from.
    if hook.receives() {
        return Ok(Some(Pushed::Received(received()?)));
    }
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    match (set("PRE_COMMIT_FROM_REF"), set("PRE_COMMIT_TO_REF")) {
        (Some(from), Some(to)) => return Ok(Some(Pushed::Range(from, to))),
        (None, None) => {}
        _ => bail!("PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF belong together; one of them is set"),
    }
    if within {
        // The first push of a whole history: pre-commit names files and branches, but no range.
        let Some(branch) = set("PRE_COMMIT_LOCAL_BRANCH") else {
            return Ok(None);
        };
        let head = super::git(
            std::path::Path::new("."),
            &["rev-parse", "--verify", "--end-of-options", &branch],
        )?;
        let zeros = "0".repeat(head.len());
        let remote = set("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_else(|| branch.clone());
        let line = format!("{branch} {head} {remote} {zeros}\n");
        return Ok(Some(Pushed::Lines(line.into_bytes())));
    }
    match hook.stage {
        Some(Stage::PreCommit | Stage::Receive) => Ok(None),
        Some(Stage::PrePush) => Ok(Some(Pushed::Lines(read_all()?))),
        None => Ok(peek().filter(|text| is_push(text)).map(Pushed::Lines)),
    }
}

/// The lines that git writes to a pre-receive hook. A person has none to type.
fn received() -> Result<Vec<u8>> {
    if std::io::stdin().is_terminal() {
        bail!(
            "git calls this in a repository that receives a push, and writes a line a reference \
             (old object, new object, reference) to standard input; `keysweep hook install \
             --pre-receive` sets it up"
        );
    }
    lines()
}

/// All of standard input.
fn lines() -> Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::stdin()
        .lock()
        .take(LINES_MAX)
        .read_to_end(&mut text)
        .context("what git says of the push cannot be read from standard input")?;
    if text.len() as u64 == LINES_MAX {
        bail!(
            "standard input holds more than {} MiB of lines",
            LINES_MAX >> 20
        );
    }
    Ok(text)
}

fn read_all() -> Result<Vec<u8>> {
    let text = lines()?;
    if !text.is_empty() && !is_push(&text) {
        bail!("standard input holds no lines of a pre-push hook (ref, object, ref, object)");
    }
    Ok(text)
}

/// What comes on standard input, as long as it comes at once.
fn peek() -> Option<Vec<u8>> {
    if std::io::stdin().is_terminal() {
        return None;
    }
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        let mut text = Vec::new();
        if std::io::stdin()
            .lock()
            .take(LINES_MAX)
            .read_to_end(&mut text)
            .is_ok()
        {
            // Nobody listens any more when it took too long.
            let _ = send.send(text);
        }
    });
    receive.recv_timeout(PATIENCE).ok()
}

/// Whether this is what git writes: `<local ref> <object> <remote ref> <object>` a line.
fn is_push(text: &[u8]) -> bool {
    let hex = |word: &[u8]| matches!(word.len(), 40 | 64) && word.iter().all(u8::is_ascii_hexdigit);
    let mut lines = text
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            // The first word may be what the user typed, blanks included: the end is what counts.
            let mut words = line.rsplitn(4, |byte| *byte == b' ');
            let (theirs, name, ours) = (words.next(), words.next(), words.next());
            theirs.is_some_and(hex)
                && name.is_some()
                && ours.is_some_and(hex)
                && words.next().is_some()
        })
}

/// What to scan for it; `None` when nothing but deletions is pushed.
pub fn input(pushed: Pushed, hook: &Hook) -> Result<Option<Input>> {
    let what = match pushed {
        Pushed::Range(from, to) => Selection::Revisions(format!("{from}..{to}")),
        Pushed::Lines(text) => {
            let lines = PushLine::parse_all(&one_word(&text))?;
            if lines.iter().all(|line| line.local.is_none()) {
                return Ok(None);
            }
            let to = Receiver::Remote(remote(hook));
            Selection::Push(Push { lines, to })
        }
        Pushed::Received(text) => {
            let lines = PushLine::parse_received(&text)?;
            if lines.iter().all(|line| line.local.is_none()) {
                return Ok(None);
            }
            let to = Receiver::Here(source::quarantine());
            Selection::Push(Push { lines, to })
        }
    };
    // Git names the repository for its hooks, where it is not the one around the directory.
    let path = std::env::var_os("GIT_DIR")
        .filter(|dir| !dir.is_empty())
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let options = RangeOptions {
        path,
        what,
        full: false,
        threads: hook.limits.threads,
        allow_alternates: hook.alternates.allowed.clone(),
        max_object: MAX_FILE_SIZE,
    };
    Ok(Some(Input::Range(options, Checkpoint::Hook)))
}

/// Where the push goes: what pre-commit says, or the first of the two words that git calls its hook
/// with, which is the name of the remote or, where it has none, its address.
fn remote(hook: &Hook) -> Option<Vec<u8>> {
    let name = match std::env::var_os("PRE_COMMIT") {
        Some(_) => std::env::var_os("PRE_COMMIT_REMOTE_NAME")?,
        None => hook.files.first()?.as_os_str().to_owned(),
    };
    Some(name.into_encoded_bytes()).filter(|name| !name.is_empty())
}

/// The lines with what the user typed for the local reference as one word: `HEAD@{1 day ago}`.
fn one_word(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split(|byte| *byte == b'\n').filter(|l| !l.is_empty()) {
        let blanks = line.iter().filter(|byte| **byte == b' ').count();
        let mut left = blanks.saturating_sub(3);
        for &byte in line {
            let joined = byte == b' ' && left > 0;
            left -= usize::from(joined);
            out.push(if joined { b'_' } else { byte });
        }
        out.push(b'\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_push, one_word};

    #[test]
    fn lines_of_a_push_are_told_from_other_text() {
        let (a, b) = ("a".repeat(40), "0".repeat(64));
        let line = format!("refs/heads/main {a} refs/heads/main {b}\n");
        assert!(is_push(line.as_bytes()));
        assert!(is_push(
            format!("{line}(delete) {b} refs/x {a}\n").as_bytes()
        ));
        assert!(is_push(
            format!("HEAD@{{1 day ago}} {a} refs/heads/x {b}").as_bytes()
        ));
        for other in [
            "",
            "\n",
            "some text\n",
            "refs/heads/main abc refs/heads/main def\n",
        ] {
            assert!(!is_push(other.as_bytes()), "{other}");
        }
        assert!(!is_push(format!("{line}and more").as_bytes()));
        assert_eq!(
            one_word(b"a b c 1 d 2\n\nx 1 y 2"),
            b"a_b_c 1 d 2\nx 1 y 2\n"
        );
    }
}
