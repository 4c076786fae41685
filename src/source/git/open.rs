//! Opening a repository: one way for everything that reads one.
//!
//! Opened isolated: of the repository's own configuration only the format version, the object
//! format, the extensions and the remote's address (to show it) are read; no includes, no user or
//! system configuration, nothing that could run code or lead elsewhere.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use gix::hash::Kind;

use super::bounds::{Bounds, SMALL, What};
use super::format::{self, Format, Remote};
use super::location::{GitEnv, Location, Probe, Search};
use crate::source::files;

/// How many linked directories are gone into: they may lie in one another.
const MAX_LINKS: usize = 1000;

/// A repository that is understood: where its parts are, and its format.
#[derive(Clone, Debug)]
pub(in crate::source) struct Layout {
    /// Holds `HEAD` and the index; differs from `common` in a linked worktree.
    pub git_dir: PathBuf,
    /// Holds `objects` and `refs`.
    pub common: PathBuf,
    /// Where objects are looked for first: `objects` of the shared directory, and before it what
    /// [`Layout::with_quarantine`] added.
    pub objects: Vec<PathBuf>,
    /// The top of the working tree; `None` in a bare repository or inside a `.git`.
    pub work_tree: Option<PathBuf>,
    /// What may be opened: the directory that holds the repository, and what the user allows.
    pub bounds: Bounds,
    /// SHA-1 or SHA-256.
    pub hash: Kind,
    /// `core.bare`.
    pub bare: bool,
    /// A clone that left objects at the server.
    pub partial: bool,
    /// The address of `origin`, else of the first remote.
    pub remote: Option<Vec<u8>>,
    /// Every remote that the repository's own configuration names.
    pub remotes: Vec<Remote>,
}

/// Finds the repository that `path` is or lies in.
///
/// # Errors
/// If there is none, if it points outside its directory, or if its format is not understood.
pub(in crate::source) fn open(path: &Path, allowed: &[PathBuf]) -> Result<Layout> {
    let search = Search {
        bare: true,
        allowed,
    };
    Layout::at(search.required(path)?)
}

/// The same with a working tree and, where git's environment names one, the repository that it
/// names.
///
/// # Errors
/// As [`open`], and for a bare repository.
pub(in crate::source) fn open_for_index(
    path: &Path,
    allowed: &[PathBuf],
    env: &GitEnv,
) -> Result<Layout> {
    let search = Search {
        bare: true,
        allowed,
    };
    let layout = Layout::at(search.for_index(path, env)?)?;
    if layout.bare && env.git_dir.is_none() && layout.git_dir == layout.common {
        anyhow::bail!(
            "{} is a bare repository, where nothing can be staged; `keysweep history` scans what \
             is committed",
            layout.git_dir.display()
        );
    }
    Ok(layout)
}

/// Checks what a program of git's would open by itself in the repository around `dir`: git waits
/// for ever on a FIFO in the place of `config` or `HEAD`. Where there is no repository there is
/// nothing to check, and git says so itself.
///
/// # Errors
/// Something there is no regular file, leads out of the repository, or is not understood.
pub(in crate::source) fn check_for_git(
    dir: &Path,
    allowed: &[PathBuf],
    env: &GitEnv,
) -> Result<()> {
    let start = match &env.git_dir {
        Some(git_dir) => git_dir.as_path(),
        None => dir,
    };
    let search = Search {
        bare: true,
        allowed,
    };
    let Ok(start) = std::fs::canonicalize(start) else {
        return Ok(());
    };
    match search.up(&start) {
        Probe::Nothing => Ok(()),
        Probe::Refused(why) => anyhow::bail!("{why}"),
        Probe::Found(location) => {
            // The other files that git opens before anything else were read to find the repository.
            for path in ["HEAD", "config.worktree"].map(|name| location.git_dir.join(name)) {
                let read = location.bounds.read(&path, SMALL);
                read.map_err(|fault| anyhow!("{}: {}", path.display(), fault.detail))?;
            }
            Layout::at(location).map(drop)
        }
    }
}

impl Layout {
    /// Reads the format of a repository that was found.
    ///
    /// # Errors
    /// A format that is not understood.
    pub fn at(location: Location) -> Result<Layout> {
        let Location {
            git_dir,
            common_dir,
            work_tree,
            bounds,
        } = location;
        let Format {
            hash,
            bare,
            partial,
            remote,
            remotes,
        } = format::read(&common_dir, &bounds)?;
        Ok(Layout {
            git_dir,
            objects: vec![common_dir.join("objects")],
            common: common_dir,
            work_tree,
            bounds,
            hash,
            bare,
            partial,
            remote,
            remotes,
        })
    }

    /// The same with the object directories of a push that is being received. The bounds stay what they are:
    /// git puts the quarantine into the repository, and what lies elsewhere is refused as any alternate is.
    pub fn with_quarantine(mut self, dirs: &[PathBuf]) -> Layout {
        self.objects.splice(0..0, dirs.iter().cloned());
        self
    }

    /// Goes through everything below the git directory that gix may open by a name of its own
    /// choice, before it is left to gix.
    ///
    /// # Errors
    /// Something leads out of the repository, or is no regular file.
    pub fn check_all(&self) -> Result<()> {
        let mut stack = vec![self.git_dir.clone(), self.common.clone()];
        for below in ["refs", "logs", "info", "objects/info", "objects/pack"] {
            let all = [&self.git_dir, &self.common].map(|dir| dir.join(below));
            stack.extend(all);
        }
        let top = stack.clone();
        let mut links = 0;
        while let Some(dir) = stack.pop() {
            let refuse = |fault: super::fault::Fault, name: &Path| {
                anyhow::anyhow!("{} cannot be read: {}", name.display(), fault.detail)
            };
            let entries = self
                .bounds
                .list(&dir)
                .map_err(|fault| refuse(fault, &dir))?;
            for entry in entries.unwrap_or_default() {
                let descend = !top[..2].contains(&dir) && entry.what == What::Directory;
                links += usize::from(descend && entry.link);
                if descend && links < MAX_LINKS {
                    stack.push(entry.path);
                } else if !matches!(entry.what, What::File | What::Directory) {
                    return Err(refuse(
                        entry.fault(),
                        &dir.join(files::path_of(&entry.name)),
                    ));
                }
            }
        }
        Ok(())
    }

    /// The index of the repository, or the one that git's environment names; `None` when there is
    /// none yet.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn index(&self, env: &GitEnv) -> Result<Option<gix::index::File>> {
        super::index::index(&self.git_dir, &self.bounds, env, self.hash)
    }
}
