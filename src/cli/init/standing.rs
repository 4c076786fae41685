//! What a repository has already, as far as setting up needs to know. Of programs only git is run, to be
//! asked where its hooks are, and no link is followed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::hook;
use super::managers;
use keysweep::source::{PolicyFrom, git_dir, home, read_policy};
use keysweep::suppress::{BASELINE, Baseline};

/// Larger hooks are not looked into; bytes.
const HOOK: u64 = 1 << 20;

/// The text of a plain file that is not too large.
fn plain_text(path: &Path) -> Option<String> {
    let meta = fs::symlink_metadata(path).ok()?;
    let plain = meta.is_file() && meta.len() <= HOOK;
    let text = plain.then(|| fs::read(path).ok()).flatten()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// A repository, or a directory.
pub struct Standing {
    /// Its top.
    pub root: PathBuf,
    /// It is a git repository with a working tree.
    pub git: bool,
    /// How many findings its baseline knows; `None` without one.
    pub known: Option<usize>,
    /// What runs keysweep before a commit.
    pub hook: Option<String>,
    /// Where git looks for hooks.
    pub hooks: Option<Hooks>,
}

/// The directory of a repository's hooks.
pub struct Hooks {
    /// Where it is.
    pub folder: PathBuf,
    /// `core.hooksPath` leads out of the repository, so that others may run the same hooks.
    pub shared: bool,
    /// There is a hook before commits, and it does not run keysweep.
    pub foreign: bool,
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
            hooks: None,
            root,
        };
        out.known = out.text(BASELINE).map(|text| {
            let baseline = Baseline::parse(BASELINE, text.as_bytes());
            baseline.map_or(0, |baseline| baseline.entries.len())
        });
        let Some(git_dir) = git_dir else {
            return Ok(out);
        };
        // Without git to ask, hooks are where they are as long as nothing else is said.
        let (folder, set) = hook::folder(&out.root).unwrap_or((git_dir.join("hooks"), false));
        let file = folder.join("pre-commit");
        let runs = plain_text(&file).is_some_and(|text| text.contains("keysweep"));
        out.hook = match managers::running(&out) {
            Some(manager) => Some(manager.to_owned()),
            None => runs.then(|| out.named(&file)),
        };
        out.hooks = Some(Hooks {
            shared: set && !folder.starts_with(&out.root) && !folder.starts_with(&git_dir),
            foreign: !runs && fs::symlink_metadata(&file).is_ok(),
            folder,
        });
        Ok(out)
    }

    /// A path, from the top where it lies below.
    pub fn named(&self, path: &Path) -> String {
        let near = path.strip_prefix(&self.root).unwrap_or(path);
        near.display().to_string()
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
