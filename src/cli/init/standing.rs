//! What a repository has already, as far as setting up needs to know. Of programs only git is run, to be
//! asked where its hooks are, and no link is followed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use super::super::hook;
use super::managers;
use super::top::Top;
use keysweep::source::{git_dir, home};
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
    pub top: Top,
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
        let top = Top(home(&[dir.to_owned()])?.root);
        let git_dir = git_dir(&top.0).filter(|_| !keysweep::source::is_bare(dir));
        let mut out = Standing {
            git: git_dir.is_some(),
            known: None,
            hook: None,
            hooks: None,
            top,
        };
        out.known = out.top.text(BASELINE).map(|text| {
            let baseline = Baseline::parse(BASELINE, text.as_bytes());
            baseline.map_or(0, |baseline| baseline.entries.len())
        });
        let Some(git_dir) = git_dir else {
            return Ok(out);
        };
        // Without git to ask, hooks are where they are as long as nothing else is said.
        let (folder, set) = hook::folder(&out.top.0).unwrap_or((git_dir.join("hooks"), false));
        let file = folder.join("pre-commit");
        let runs = plain_text(&file).is_some_and(|text| text.contains("keysweep"));
        out.hook = match managers::running(&out.top) {
            Some(manager) => Some(manager.to_owned()),
            None => runs.then(|| out.top.named(&file)),
        };
        out.hooks = Some(Hooks {
            shared: set && !folder.starts_with(&out.top.0) && !folder.starts_with(&git_dir),
            foreign: !runs && fs::symlink_metadata(&file).is_ok(),
            folder,
        });
        Ok(out)
    }
}
