//! What the last hook or `staged` failed on, for `allow --last`: fingerprints and nothing else,
//! in a file below git's own directory that only its owner can read.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::atomic::{self, Lasting, Mode};
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
        .findings
        .iter()
        .filter(|finding| finding.fails)
        .map(|finding| format!("{}\n", finding.fingerprint))
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
    fs::create_dir_all(atomic::folder_of(path))?;
    let content = |out: &mut dyn Write| out.write_all(text.as_bytes());
    atomic::write(path, Lasting::No, Mode::Private, content)
}
