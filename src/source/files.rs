//! Opening and reading files that nobody vouches for: regular files only, no links followed, no
//! waiting on a FIFO, sizes capped; and paths as bytes.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::finding::{Reason, RepoPath, Skipped};

/// Small files of a repository's own (configuration, `.gitignore`) are read up to this size.
const SMALL: u64 = 16 << 20;

/// Larger files take turns, whatever the number of threads: what is held at once stays below one
/// file of the greatest size that is read, and this for every thread. (The scanner would give the
/// same for overlapping windows of a file, because its verdicts are local. Whole files keep line
/// numbers and spans simple; this keeps their memory bounded.)
const LARGE: u64 = 32 << 20;

/// The turn of a large file; over when dropped.
pub(super) type Turn = MutexGuard<'static, ()>;

/// How a file was read.
pub(super) enum Content {
    /// Whole; that many bytes at the start of the buffer. A large file's turn lasts until its
    /// bytes are no longer needed.
    Whole(usize, Option<Turn>),
    /// Not, for that reason.
    Unread(Reason, String),
}

/// Opens `path` if it is a regular file.
pub(super) fn open_regular(path: &Path) -> io::Result<Option<(File, u64)>> {
    // Asked before opening, because opening alone can act on a device.
    if !std::fs::symlink_metadata(path)?.is_file() {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // The name may have changed its meaning since: a link is refused, a FIFO does not wait.
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    }
    let file = options.open(path)?;
    let meta = file.metadata()?;
    Ok(meta.is_file().then_some((file, meta.len())))
}

/// Reads the regular file at `path` into `buffer`, which only ever grows, up to `max` bytes.
pub(super) fn read(path: &Path, max: u64, buffer: &mut Vec<u8>) -> Content {
    let (mut file, len) = match open_regular(path) {
        Ok(Some(opened)) => opened,
        Ok(None) => return Content::Unread(Reason::Changed, "is no regular file any more".into()),
        Err(error) => return unread(&error),
    };
    if len > max {
        return too_large(len, max);
    }
    static TURN: Mutex<()> = Mutex::new(());
    let turn = (len > LARGE).then(|| TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let mut filled = 0;
    loop {
        // One byte more than expected, so that the end is seen without growing.
        let want = usize::try_from(len).unwrap_or(0).max(4095) + 1;
        if buffer.len() < want.max(filled + 1) {
            buffer.resize(want.max(filled * 2), 0);
        }
        match file.read(&mut buffer[filled..]) {
            Ok(0) => return Content::Whole(filled, turn),
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return unread(&error),
        }
        if filled as u64 > max {
            return too_large(filled as u64, max);
        }
    }
}

/// Reads a small file whole; `None` when it is absent or no regular file.
///
/// # Errors
/// It cannot be read, or is larger than 16 MiB.
pub(super) fn read_small(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match open_regular(path) {
        Ok(Some((file, _))) => file,
        Ok(None) => return Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut text = Vec::new();
    file.take(SMALL + 1).read_to_end(&mut text)?;
    if text.len() as u64 > SMALL {
        return Err(io::Error::other("larger than 16 MiB"));
    }
    Ok(Some(text))
}

fn too_large(len: u64, max: u64) -> Content {
    Content::Unread(Reason::TooLarge, format!("{len} bytes, the limit is {max}"))
}

fn unread(error: &io::Error) -> Content {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Content::Unread(Reason::Changed, "vanished".into())
        }
        _ => {
            let (reason, detail) = why(error);
            Content::Unread(reason, detail)
        }
    }
}

fn why(error: &io::Error) -> (Reason, String) {
    match error.kind() {
        ErrorKind::PermissionDenied => (Reason::PermissionDenied, String::new()),
        kind => (Reason::Io, kind.to_string()),
    }
}

/// An input that the operating system would not give.
pub(super) fn failed(path: &RepoPath, error: &io::Error) -> Skipped {
    let (reason, detail) = why(error);
    Skipped::new(reason, path.0.clone(), detail)
}

/// Whether `bytes` are a pointer to content kept in Git LFS. Source: the first line that the
/// Git LFS pointer specification requires; pointers are under 1,024 bytes.
pub(super) fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v1")
}

/// A path from git's bytes.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path from git's bytes, which are UTF-8 on this platform.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The bytes of a path, `/`-separated.
#[cfg(unix)]
pub(super) fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

/// The bytes of a path, `/`-separated.
#[cfg(not(unix))]
pub(super) fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}
