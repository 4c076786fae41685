//! The index: a file that gix opens, after it was checked.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use gix::hash::Kind;

use super::bounds::{Bounds, What};
use super::fault::Fault;
use super::location::GitEnv;

/// Opens the index of a repository, or the one that git's environment names. A missing file is an
/// empty index, as for git.
///
/// # Errors
/// The file cannot be read, is damaged, or leads out of the repository.
pub(in crate::source) fn index(
    git_dir: &Path,
    bounds: &Bounds,
    env: &GitEnv,
    hash: Kind,
) -> Result<Option<gix::index::File>> {
    // What git's environment names may lie anywhere: git chose it, not the repository.
    let (path, bounds) = match &env.index_file {
        Some(path) => {
            let dir = path.parent().unwrap_or(Path::new("."));
            let dir = if dir.as_os_str().is_empty() {
                Path::new(".")
            } else {
                dir
            };
            (path.clone(), Bounds::new([dir], &[]))
        }
        None => (git_dir.join("index"), bounds.clone()),
    };
    let Some(real) = checked(&path, &bounds)
        .map_err(|fault| anyhow!(fault.detail))
        .with_context(|| format!("cannot read {}", path.display()))?
    else {
        return Ok(None);
    };
    let options = gix::index::decode::Options {
        // A damaged header must not reserve memory without bound.
        alloc_limit_bytes: Some(4 << 30),
        ..Default::default()
    };
    gix::index::File::at(real, hash, false, options)
        .map(Some)
        .map_err(|error| {
            anyhow!(
                "the index {} cannot be read ({error}); `git update-index --no-split-index` \
                 rewrites a split one, `git reset` a damaged one",
                path.display()
            )
        })
}

/// The real path of an index, when it and what a split one shares are regular files.
fn checked(path: &Path, bounds: &Bounds) -> Result<Option<PathBuf>, Fault> {
    let Some(real) = bounds.real(path)? else {
        return Ok(None);
    };
    super::bounds::open(&real)?;
    // A split index names a file beside it, which gix opens as it is.
    let beside = real.parent().map(|dir| bounds.list(dir)).transpose()?;
    let shared = beside.flatten().unwrap_or_default();
    let mut shared = shared
        .iter()
        .filter(|e| e.name.starts_with(b"sharedindex."));
    match shared.find(|entry| entry.what != What::File) {
        Some(entry) => Err(entry.fault()),
        None => Ok(Some(real)),
    }
}
