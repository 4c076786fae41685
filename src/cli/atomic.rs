//! Files that are written whole or not at all. What several processes may change at once is read
//! again under a lock before it is changed, so that no entry of another process is lost.

use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub use super::lock::folder_of;
use super::lock::{Lock, TICK};

/// How long git is waited for.
const GIT_PATIENCE: Duration = Duration::from_secs(2);
/// When the file is looked at once more. From git's look at a file to its writing it are some
/// milliseconds.
const GIT_PAUSE: Duration = Duration::from_millis(100);
/// How often a change begins anew because somebody without our lock (git, an editor) wrote the file.
const TRIES: usize = 100;

/// Whether a file must survive a loss of power as soon as it has its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasting {
    /// The system writes it when it likes: a report can be made again.
    No,
    /// It is on the disk before it has its name.
    Yes,
}

/// A symbolic link or special file at the target is an error: nothing is written through it.
///
/// # Errors
/// There is something else than a plain file, or the folder is missing.
pub fn check_target(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => {}
        Ok(meta) if meta.is_dir() => bail!("{} is a directory; name a file", path.display()),
        Ok(_) => bail!(
            "{} is a symbolic link or a special file; name a plain file",
            path.display()
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be used", path.display()));
        }
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        bail!("the folder {} does not exist", folder.display());
    }
    Ok(())
}

/// A file that does not have its name yet. It vanishes with its value.
struct Unnamed {
    file: tempfile::NamedTempFile,
    target: PathBuf,
    lasting: Lasting,
}

impl Unnamed {
    /// Writes the content into a file of `folder`.
    ///
    /// # Errors
    /// Those of the system: no permission, a full disk, a limit for the size of files.
    fn write(
        target: &Path,
        folder: &Path,
        lasting: Lasting,
        mode: Mode,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".keysweep-").suffix(".tmp");
        let permissions = permissions(target, mode);
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(folder)?;
        let mut out = BufWriter::new(file.as_file());
        write(&mut out)?;
        out.flush()?;
        drop(out);
        if mode == Mode::Program {
            make_executable(file.as_file())?;
        }
        if lasting == Lasting::Yes {
            file.as_file().sync_all()?;
        }
        Ok(Unnamed {
            file,
            target: target.to_owned(),
            lasting,
        })
    }

    /// Gives it the name of the target, which nothing may have.
    ///
    /// # Errors
    /// Something has the name meanwhile (`AlreadyExists`), and those of the system.
    fn take_free_place(self) -> io::Result<()> {
        self.file
            .persist_noclobber(&self.target)
            .map_err(|failed| failed.error)?;
        if self.lasting == Lasting::Yes {
            sync_folder(folder_of(&self.target));
        }
        Ok(())
    }

    /// Gives it the name of the target, in place of what has it.
    ///
    /// # Errors
    /// Those of the system; the old file is as it was.
    fn take_place(self) -> io::Result<()> {
        self.file
            .persist(&self.target)
            .map_err(|failed| failed.error)?;
        if self.lasting == Lasting::Yes {
            sync_folder(folder_of(&self.target));
        }
        Ok(())
    }
}

/// Who may do what with a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// As the file that it replaces, else as is usual.
    Usual,
    /// Its owner alone may read it.
    Private,
    /// It can be run.
    Program,
}

/// The permissions to make a file with; what the user's mask takes away is taken away.
#[cfg(unix)]
fn permissions(target: &Path, mode: Mode) -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    let bits = match mode {
        Mode::Private => 0o600,
        Mode::Program => 0o777,
        Mode::Usual => match fs::symlink_metadata(target) {
            Ok(meta) if meta.is_file() => meta.permissions().mode() & 0o777,
            _ => 0o666,
        },
    };
    Some(fs::Permissions::from_mode(bits))
}

#[cfg(not(unix))]
fn permissions(_: &Path, _: Mode) -> Option<fs::Permissions> {
    None
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

/// Git for Windows runs hooks by their first line.
#[cfg(not(unix))]
fn make_executable(_: &File) -> io::Result<()> {
    Ok(())
}

/// A new name is on the disk once its folder is. Where a folder cannot be opened or synced (some
/// systems and network disks), the file itself is safe all the same.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Writes a file that is not there. What has its name, or gets it meanwhile, stays as it is.
///
/// # Errors
/// Something has the name (`AlreadyExists`), and those of the system.
pub fn write_new(path: &Path, mode: Mode, text: &str) -> io::Result<()> {
    let content = |out: &mut dyn Write| out.write_all(text.as_bytes());
    Unnamed::write(path, folder_of(path), Lasting::Yes, mode, content)?.take_free_place()
}

/// Writes a file whole or not at all.
///
/// # Errors
/// Those of the system; what was there is there still.
pub fn write(
    path: &Path,
    lasting: Lasting,
    mode: Mode,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    Unnamed::write(path, folder_of(path), lasting, mode, content)?.take_place()
}

/// Changes a file that others may change at the same time. Under a lock that all processes of this
/// program respect (in `git_dir`, where there is one, else beside `path`) the file is read by `read`;
/// `change` makes the new content, or nothing when the old one is right.
///
/// Programs that do not know the lock (git in a merge, an editor) are noticed too. When the file is
/// another one right before it is replaced, all begins anew; so `change` can be asked several times,
/// and must make the same of what it made. Git looks whether a file is as committed some time before
/// it writes what it merged, and what got its name in between is gone: so the file is looked at once
/// more a little later.
///
/// # Errors
/// Those of `read` and `change`, and what keeps the file from being written.
pub fn change<T>(
    path: &Path,
    git_dir: Option<&Path>,
    read: impl Fn() -> Result<Option<Vec<u8>>>,
    change: impl Fn(Option<&[u8]>) -> Result<(Option<Vec<u8>>, T)>,
) -> Result<T> {
    let mut first = None;
    for _ in 0..TRIES {
        let (written, out) = change_once(path, git_dir, &read, &change)?;
        first.get_or_insert(out);
        if !written || git_dir.is_none() {
            break;
        }
        std::thread::sleep(GIT_PAUSE);
        wait_for_git(git_dir);
    }
    Ok(first.expect("at least one try"))
}

/// Says whether anything was written, and what `change` said of the content that stays.
fn change_once<T>(
    path: &Path,
    git_dir: Option<&Path>,
    read: impl Fn() -> Result<Option<Vec<u8>>>,
    change: impl Fn(Option<&[u8]>) -> Result<(Option<Vec<u8>>, T)>,
) -> Result<(bool, T)> {
    let cannot = || format!("{} cannot be written", path.display());
    let lock = Lock::of(path, git_dir)?;
    // Not in the tree, where somebody who scans it would meet a file that vanishes.
    let mut folder = lock.folder.as_deref().unwrap_or(folder_of(path));
    for _ in 0..TRIES {
        wait_for_git(git_dir);
        let before = read()?;
        let (after, out) = change(before.as_deref())?;
        let Some(after) = after else {
            return Ok((false, out));
        };
        check_target(path)?;
        let content = |out: &mut dyn Write| out.write_all(&after);
        let new = Unnamed::write(path, folder, Lasting::Yes, Mode::Usual, content);
        let new = new.with_context(cannot)?;
        if read()? != before {
            continue;
        }
        match new.take_place() {
            // The git directory is on another disk.
            Err(error)
                if error.kind() == ErrorKind::CrossesDevices && folder != folder_of(path) =>
            {
                folder = folder_of(path);
            }
            Err(error) => return Err(error).with_context(cannot),
            Ok(()) => return Ok((true, out)),
        }
    }
    bail!(
        "{} is being written by another program all the time; try again when it is done",
        path.display()
    )
}

/// Whether git is changing the index, and with it perhaps the working tree.
fn writes(git_dir: Option<&Path>) -> bool {
    git_dir.is_some_and(|dir| dir.join("index.lock").exists())
}

/// Waits until git is done, but not for ever: it also keeps its lock while somebody writes a commit
/// message, when it touches no file, and leaves it behind when it is killed.
fn wait_for_git(git_dir: Option<&Path>) {
    let until = Instant::now() + GIT_PATIENCE;
    while writes(git_dir) && Instant::now() < until {
        std::thread::sleep(TICK);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_file_that_changes_on_the_way_is_read_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("list");
        let read = || Ok(fs::read(&path).ok());
        let calls = Cell::new(0);
        let done = change(&path, None, read, |before| {
            calls.set(calls.get() + 1);
            if calls.get() < 3 {
                // Somebody who knows no lock: a merge.
                fs::write(&path, format!("merged {}\n", calls.get())).expect("writable");
            }
            let mut text = before.unwrap_or_default().to_vec();
            text.extend_from_slice(b"mine\n");
            Ok((Some(text), calls.get()))
        });
        assert_eq!(done.expect("written"), 3);
        let text = fs::read_to_string(&path).expect("there");
        assert_eq!(text, "merged 2\nmine\n");
        let names: Vec<_> = fs::read_dir(dir.path()).expect("readable").collect();
        assert_eq!(names.len(), 1, "no lock and no temporary file is left");
    }

    /// The text with a line, if it lacks it.
    fn with(before: Option<&[u8]>, n: u32) -> Option<Vec<u8>> {
        let mut text = String::from_utf8_lossy(before.unwrap_or_default()).into_owned();
        let line = n.to_string();
        if text.lines().any(|have| have == line) {
            return None;
        }
        text.push_str(&format!("{line}\n"));
        Some(text.into_bytes())
    }

    #[test]
    fn what_git_writes_over_is_written_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let git = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("list");
        fs::write(&path, "1\n").expect("writable");
        let read = || Ok(fs::read(&path).ok());
        std::thread::scope(|scope| {
            // Git looked at the file before it was changed, and writes what it merged afterwards.
            scope.spawn(|| {
                while fs::read_to_string(&path).expect("there") == "1\n" {
                    std::thread::sleep(Duration::from_millis(1));
                }
                fs::write(git.path().join("index.lock"), "").expect("writable");
                std::thread::sleep(GIT_PAUSE * 2);
                fs::write(&path, "1\n2\n").expect("writable");
                fs::remove_file(git.path().join("index.lock")).expect("ours");
            });
            change(&path, Some(git.path()), read, |before| {
                Ok((with(before, 3), ()))
            })
            .expect("written");
        });
        let text = fs::read_to_string(&path).expect("there");
        assert_eq!(text, "1\n2\n3\n");
    }

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().expect("a directory");
        let git = tempfile::tempdir().expect("a directory");
        for git_dir in [None, Some(git.path())] {
            let path = dir.path().join(if git_dir.is_some() { "a" } else { "b" });
            std::thread::scope(|scope| {
                for n in 0..16 {
                    let path = &path;
                    scope.spawn(move || {
                        let read = || Ok(fs::read(path).ok());
                        change(path, git_dir, read, |before| Ok((with(before, n), ())))
                            .expect("written");
                    });
                }
            });
            let text = fs::read_to_string(&path).expect("there");
            assert_eq!(text.lines().count(), 16, "{text}");
        }
    }
}
