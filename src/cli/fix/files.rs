//! The files of a repair: inside the repository, behind no link, and as they were when it was planned.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::atomic;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::report::terminal;

/// One file with what is to be changed in it.
pub(super) struct Change {
    /// Its path as reports show it.
    pub shown: String,
    pub path: PathBuf,
    /// What it holds now, and what it is to hold.
    pub before: Vec<u8>,
    pub after: Vec<u8>,
    pub diff: String,
}

/// The file at a path below `root`, no folder on the way being a link.
pub(super) fn inside(root: &Path, shown: &str) -> Result<PathBuf> {
    let relative = Path::new(shown);
    let mut at = root.to_owned();
    for part in relative.components() {
        let Component::Normal(name) = part else {
            bail!("{} does not stay inside the repository", terminal(shown));
        };
        let linked = fs::symlink_metadata(&at).is_ok_and(|meta| meta.is_symlink());
        if linked && at != root {
            bail!(
                "{} lies behind a symbolic link, and nothing is written through it",
                terminal(shown)
            );
        }
        at.push(name);
    }
    atomic::check_target(&at)?;
    Ok(at)
}

/// The bytes of a file, within what is scanned at most.
pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    let cannot = || format!("{} cannot be read", terminal(&path.display().to_string()));
    let size = fs::symlink_metadata(path).with_context(cannot)?.len();
    if size > MAX_FILE_SIZE {
        bail!("{}: it is too large", cannot());
    }
    fs::read(path).with_context(cannot)
}

/// Writes a file whole or not at all, and only where it still is what was planned for.
pub(super) fn write(root: &Path, change: &Change) -> Result<()> {
    let git_dir = keysweep::source::git_dir(root);
    let shown = terminal(&change.shown);
    let read_now = || {
        inside(root, &change.shown).and_then(|path| match path.exists() {
            true => read(&path).map(Some),
            false => Ok(None),
        })
    };
    atomic::change(&change.path, git_dir.as_deref(), read_now, |now| {
        let now = now.unwrap_or_default();
        if now == change.after {
            return Ok((None, ()));
        }
        if now != change.before {
            bail!("{shown} changed since it was read, so it is left as it is; run it again");
        }
        Ok((Some(change.after.clone()), ()))
    })
}
