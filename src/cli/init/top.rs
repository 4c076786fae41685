//! The top of a repository, or a directory: which files stand there.

use std::fs;
use std::path::{Path, PathBuf};

use keysweep::source::{Side, read_side};

/// Where everything is looked for. No link is followed.
pub struct Top(pub PathBuf);

impl Top {
    /// A path, from the top where it lies below.
    pub fn named(&self, path: &Path) -> String {
        let near = path.strip_prefix(&self.0).unwrap_or(path);
        near.display().to_string()
    }

    /// Whether a file or directory of this name (`/` between names) stands at the top.
    pub fn has(&self, name: &str) -> bool {
        fs::symlink_metadata(self.0.join(name)).is_ok()
    }

    /// The text of a plain file; `None` where there is none or it cannot be read.
    pub fn text(&self, name: &str) -> Option<String> {
        let from = Side::WorkTree(self.0.clone());
        let file = read_side(&from, &[name]).ok()?.pop()??;
        Some(String::from_utf8_lossy(&file.bytes).into_owned())
    }
}
