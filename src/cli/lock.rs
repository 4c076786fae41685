//! The lock of what several processes may change at once.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long another process is waited for. A lock is held while a small file is read and written,
/// which takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a lock that somebody else holds is asked for.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// The folder that a file stands in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

/// A lock that all processes of this program respect. The system takes it away from a process
/// that ends, however it ends, so no lock is ever left over; the file that it belongs to means nothing.
pub struct Lock {
    file: Option<File>,
    /// Where in git's own directory files may be made that are not yet what they are going to be.
    pub(super) folder: Option<PathBuf>,
    /// A lock file beside the target, which is removed again: nobody wants to see or commit it.
    remove: Option<PathBuf>,
}

impl Lock {
    /// Waits for the lock of what is changed at `path`: one for a git directory (where its file
    /// stays), else one beside the file.
    ///
    /// # Errors
    /// The lock's file cannot be made, or somebody holds the lock for a minute.
    pub fn of(path: &Path, git_dir: Option<&Path>) -> Result<Self> {
        let inside = git_dir.and_then(in_git_dir);
        let (at, removed) = match inside {
            Some(at) => (at, false),
            None => (beside(path), true),
        };
        let folder = (!removed).then(|| folder_of(&at).to_owned());
        let until = Instant::now() + PATIENCE;
        loop {
            let file =
                open_lock(&at).with_context(|| format!("{} cannot be locked", path.display()))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    if Instant::now() > until {
                        bail!(
                            "another keysweep has been writing {} for a minute; try again",
                            path.display()
                        );
                    }
                    std::thread::sleep(TICK);
                    continue;
                }
                // Some network disks know no locks. The file is compared before it is replaced all the same.
                Err(TryLockError::Error(_)) => {
                    return Ok(Lock {
                        file: None,
                        folder,
                        remove: None,
                    });
                }
            }
            // Whoever held it before may have removed the file that was just locked.
            if !removed || is_still(&file, &at) {
                return Ok(Lock {
                    file: Some(file),
                    folder,
                    remove: (removed && cfg!(unix)).then_some(at),
                });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is locked: who opens it from now on makes a new one.
        if let Some(path) = &self.remove {
            let _ = fs::remove_file(path);
        }
        drop(self.file.take());
    }
}

/// The lock's file in git's own directory; `None` where nothing can be written there.
fn in_git_dir(git_dir: &Path) -> Option<PathBuf> {
    let folder = git_dir.join("keysweep");
    match fs::symlink_metadata(&folder) {
        Ok(meta) if meta.is_dir() => {}
        // A link would lead somewhere else.
        Ok(_) => return None,
        Err(_) => fs::create_dir(&folder)
            .or_else(|error| match error.kind() {
                ErrorKind::AlreadyExists => Ok(()),
                _ => Err(error),
            })
            .ok()?,
    }
    let path = folder.join("lock");
    open_lock(&path).ok()?;
    Some(path)
}

fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    folder_of(path).join(format!(".{}.lock", name.trim_start_matches('.')))
}

/// Opens a lock's file, or makes it. A link is not followed, a FIFO not waited for.
fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_CLOEXEC);
    }
    let file = options.open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other(
            "the lock's place is taken by something else",
        )),
    }
}

/// Whether an open file is what its path leads to.
#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere lock files stay where they are.
#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_lock_that_is_a_link_or_a_fifo_leads_nowhere() {
        let dir = tempfile::tempdir().expect("a directory");
        let git = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("list");
        let outside = git.path().join("outside");
        std::os::unix::fs::symlink(&outside, git.path().join("keysweep")).expect("new");
        let lock = Lock::of(&path, Some(git.path())).expect("the one beside");
        assert!(!outside.exists() && beside(&path).exists());
        drop(lock);
        assert!(!beside(&path).exists());
        std::os::unix::fs::symlink(&outside, beside(&path)).expect("new");
        assert!(Lock::of(&path, None).is_err());
        assert!(!outside.exists());
    }
}
