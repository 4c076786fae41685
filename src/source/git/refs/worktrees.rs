//! The worktrees of a repository: each has a private directory with a HEAD and references of its
//! own (git-worktree(1), "REFS").

use std::path::PathBuf;

use super::text::is_per_worktree;
use crate::finding::{Reason, Skipped};
use crate::source::files;
use crate::source::git::bounds::What;
use crate::source::git::open::Layout;

/// A worktree.
#[derive(Clone, Debug)]
pub(super) struct Worktree {
    /// Its private directory.
    pub dir: PathBuf,
    /// What stands before the names of its own references: nothing for the worktree that is open,
    /// `main-worktree/` or `worktrees/<name>/` for the others.
    pub prefix: Vec<u8>,
}

impl Worktree {
    /// The name of a reference of this worktree, as it is told from those of others.
    pub fn full(&self, name: &[u8]) -> Vec<u8> {
        match is_per_worktree(name) {
            true => [&self.prefix, name].concat(),
            false => name.to_vec(),
        }
    }

    /// The same name as the worktree itself has it.
    pub fn inner<'n>(&self, name: &'n [u8]) -> &'n [u8] {
        name.strip_prefix(self.prefix.as_slice()).unwrap_or(name)
    }
}

/// All worktrees, the one that is open first.
pub(super) fn all(layout: &Layout, skipped: &mut Vec<Skipped>) -> Vec<Worktree> {
    let mut out = vec![Worktree {
        dir: layout.git_dir.clone(),
        prefix: Vec::new(),
    }];
    if layout.git_dir != layout.common {
        out.push(Worktree {
            dir: layout.common.clone(),
            prefix: b"main-worktree/".to_vec(),
        });
    }
    let mut broken = |name: &[u8], detail: String| {
        skipped.push(Skipped::new(Reason::BrokenRef, name, detail));
    };
    let entries = match layout.bounds.list(&layout.common.join("worktrees")) {
        Ok(entries) => entries.unwrap_or_default(),
        Err(fault) => {
            broken(b"worktrees", fault.detail);
            return out;
        }
    };
    for entry in entries {
        let name = [b"worktrees/", entry.name.as_slice()].concat();
        match entry.what {
            What::Directory if entry.path == layout.git_dir => {}
            What::Directory => out.push(Worktree {
                dir: layout.common.join(files::path_of(&name)),
                prefix: [name.as_slice(), b"/"].concat(),
            }),
            // A plain file is nothing that git would look at.
            What::File => {}
            _ => broken(&name, entry.fault().detail),
        }
    }
    out
}
