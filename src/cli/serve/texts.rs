//! Where a text belongs that another program names by a path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::cli::args::{Common, Limits};
use crate::cli::{With, scan_under};
use keysweep::Input;
use keysweep::config::MAX_FILE_SIZE;
use keysweep::finding::RepoPath;
use keysweep::report::Report;
use keysweep::source::{self, Control, Text, TextOptions};
use keysweep::thresholds::Checkpoint;

/// Longer paths name no file on any system; bytes.
const PATH_MAX: usize = 32 << 10;

/// A place for a text.
pub struct Location {
    /// The nearest directory above it that exists and is not git's own.
    pub dir: PathBuf,
    /// The top of the repository, or the directory itself outside of one.
    pub root: PathBuf,
    /// The path below the top, as reports show it; the whole path where it is not below.
    pub path: RepoPath,
    /// The file, which need not exist.
    pub file: PathBuf,
}

impl Location {
    /// The place of a path that `cwd` is the start of.
    ///
    /// # Errors
    /// There is no such directory and none above it that can be looked at, or the path is longer than any is.
    pub fn of(cwd: &Path, path: &str) -> Result<Location> {
        if path.len() > PATH_MAX {
            bail!("a path of more than {PATH_MAX} bytes leads nowhere");
        }
        let file = source::plain_path(&cwd.join(path));
        // Git's own directory has no home: what is written there belongs to the repository around it.
        let mut above = file.ancestors().skip(1).filter(|dir| dir.is_dir());
        let found = above.find_map(|dir| Some((dir, source::home(&[dir.to_owned()]).ok()?)));
        let (dir, home) = match found {
            Some(found) => found,
            None => (cwd, source::home(&[cwd.to_owned()])?),
        };
        // Links on the way are followed, so that the path stands below the top.
        let real = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let rest = file.strip_prefix(dir).unwrap_or(&file);
        let full = real.join(rest);
        let below = full.strip_prefix(&home.root).unwrap_or(&full);
        let parts: Vec<String> = below
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        Ok(Location {
            dir: dir.to_owned(),
            root: home.root,
            path: RepoPath::from(parts.join("/").as_str()),
            file: full,
        })
    }
}

/// Scans one text as the whole file at a place.
///
/// # Errors
/// As [`scan`].
pub fn scan_whole(location: &Location, text: Vec<u8>, common: &Common) -> Result<Report> {
    let text = Text {
        path: location.path.clone(),
        after: text,
        before: None,
    };
    let limits = Limits::default();
    scan(
        &location.dir,
        vec![text],
        false,
        Checkpoint::Report,
        &limits,
        common,
    )
}

/// Scans texts of one repository; `change` judges only what they add.
///
/// # Errors
/// A broken configuration, ignore file or baseline.
pub fn scan(
    dir: &Path,
    texts: Vec<Text>,
    change: bool,
    at: Checkpoint,
    limits: &Limits,
    common: &Common,
) -> Result<Report> {
    let options = TextOptions {
        dir: dir.to_owned(),
        texts,
        change,
        max_file_size: MAX_FILE_SIZE,
    };
    let input = Input::Texts(options, at);
    let control = Arc::new(Control::default());
    scan_under(&control, input, limits, common, With::default())
}
