//! What a repository has already, as far as setting up needs to know. Nothing is run, no link is followed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::managers;
use keysweep::source::{PolicyFrom, git_dir, home, read_policy};
use keysweep::suppress::{BASELINE, Baseline};

/// Larger hooks are not looked into; bytes.
const HOOK: u64 = 1 << 20;

/// A repository, or a directory.
pub struct Standing {
    /// Its top.
    pub root: PathBuf,
    /// It is a git repository with a working tree.
    pub git: bool,
    /// How many findings its baseline knows; `None` without one.
    pub known: Option<usize>,
    /// What runs keysweep before a commit.
    pub hook: Option<&'static str>,
}

impl Standing {
    /// What stands around `dir`.
    ///
    /// # Errors
    /// No such directory.
    pub fn of(dir: &Path) -> Result<Self> {
        let root = home(&[dir.to_owned()])?.root;
        let git_dir = git_dir(&root).filter(|_| !keysweep::source::is_bare(dir));
        let mut out = Standing {
            git: git_dir.is_some(),
            known: None,
            hook: None,
            root,
        };
        out.known = out.text(BASELINE).map(|text| {
            let baseline = Baseline::parse(BASELINE, text.as_bytes());
            baseline.map_or(0, |baseline| baseline.entries.len())
        });
        out.hook = managers::running(&out).or_else(|| {
            let hook = git_dir?.join("hooks").join("pre-commit");
            let meta = fs::symlink_metadata(&hook).ok()?;
            let plain = meta.is_file() && meta.len() <= HOOK;
            let text = plain.then(|| fs::read(&hook).ok()).flatten()?;
            String::from_utf8_lossy(&text)
                .contains("keysweep")
                .then_some(".git/hooks/pre-commit")
        });
        Ok(out)
    }

    /// Whether a file or directory of this name (`/` between names) stands at the top.
    pub fn has(&self, name: &str) -> bool {
        fs::symlink_metadata(self.root.join(name)).is_ok()
    }

    /// The text of a plain file; `None` where there is none or it cannot be read.
    pub fn text(&self, name: &str) -> Option<String> {
        let from = PolicyFrom::WorkTree(self.root.clone());
        let file = read_policy(&from, &[name]).ok()?.pop()??;
        Some(String::from_utf8_lossy(&file.bytes).into_owned())
    }
}
