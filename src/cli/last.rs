//! What the last hook or `staged` failed on, for `allow --last`: fingerprints and nothing else,
//! in a file below git's own directory that only its owner can read.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use keysweep::report::Report;
use keysweep::source;

/// The file of the repository around `dir`.
fn file(dir: &Path) -> Option<PathBuf> {
    Some(source::git_dir(dir)?.join("keysweep").join("last"))
}

/// Keeps the ids of what failed. Where that cannot be written (a read-only repository), the run
/// is none the worse; `allow --last` will say that there is nothing.
pub fn remember(dir: &Path, report: &Report) {
    let Some(path) = file(dir) else { return };
    let ids: Vec<String> = report
        .rows
        .iter()
        .filter(|row| row.fails)
        .map(|row| format!("{}\n", row.fingerprint))
        .collect();
    if ids.is_empty() && !path.exists() {
        return;
    }
    let _ = write(&path, &ids.concat());
}

/// The ids of the last run; empty when nothing failed or nothing is known.
pub fn ids(dir: &Path) -> Vec<String> {
    let text = file(dir)
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file()))
        .and_then(|path| fs::read_to_string(path).ok())
        .unwrap_or_default();
    text.lines()
        .filter(|line| line.len() == 20 && line.bytes().all(|b| b.is_ascii_hexdigit()))
        .map(str::to_owned)
        .collect()
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = folder.join(format!("last.{}.tmp", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let done = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .and_then(|()| fs::rename(&temporary, path));
    if done.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    done
}
