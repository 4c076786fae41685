//! Names that are content: what git publishes beside the content of files, and what it keeps on
//! this machine beside them.

use super::path::{Oid, RepoPath};

/// Text of a repository that is no file's content: published with it, but for
/// [`Name::Local`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Name {
    /// The name of a file or directory: its path up to and with its own name. In a history only that
    /// name, until attribution finds the paths.
    Path(RepoPath),
    /// A reference, by its full name.
    Reference(RepoPath),
    /// A header of a commit or annotated tag, by the object and the header's name.
    Header(Oid, RepoPath),
    /// The repository's own configuration, by the path it is shown under. It is this machine's
    /// alone, and no commit holds it.
    Local(RepoPath),
}

impl Name {
    /// Where a place of it stands.
    pub fn path(&self) -> RepoPath {
        match self {
            Name::Path(path) | Name::Reference(path) | Name::Local(path) => path.clone(),
            Name::Header(oid, header) => {
                let mut path = format!(".git-history/{oid}/").into_bytes();
                path.extend_from_slice(&header.0);
                RepoPath(path)
            }
        }
    }

    /// What it is, to be said of a place. The name of a header stands in it, which may be anything.
    pub fn words(&self) -> Vec<u8> {
        match self {
            Name::Path(_) => b"in the name of a path".to_vec(),
            Name::Reference(_) => b"in the name of a reference".to_vec(),
            Name::Local(_) => b"in this machine's configuration, not committed".to_vec(),
            Name::Header(_, header) => match header.0.as_slice() {
                person @ (b"author" | b"committer" | b"tagger") => [b"in the ", person].concat(),
                header => [b"in the header `", header, b"`"].concat(),
            },
        }
    }

    /// Whether it is text that people write, like a message: a tag that a merge took in.
    /// In everything else only what is evidence by itself counts.
    pub fn is_text(&self) -> bool {
        match self {
            Name::Path(_) | Name::Reference(_) | Name::Local(_) => false,
            Name::Header(_, header) => header.0 == b"mergetag",
        }
    }
}
