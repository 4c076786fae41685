//! Where a finding stands: in which content, at which line and column, in which commits.

use std::ops::Range;

use jiff::Timestamp;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Marker, Name, Oid, PlaceKind, RepoPath, Sighting, Suppression};
use crate::secret::Shown;

/// What a piece of scanned content is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A file of the working tree, or of the index.
    File(RepoPath),
    /// The version of a file that a change starts from: known values, never reported.
    Before(RepoPath),
    /// The same of a symbolic link: its target's text is content, and no file whatever its name.
    BeforeLink(RepoPath),
    /// Standard input, under the name the user gave it.
    Stdin(String),
    /// A blob of the history; attribution finds its paths.
    Blob(Oid),
    /// The message of a commit or an annotated tag.
    Message(Oid),
    /// The target text of a symbolic link.
    Link(RepoPath),
    /// A member of an archive.
    Member(Box<Member>),
    /// A name, or another text of a repository that is no file's content.
    Name(Name),
}

/// A member of an archive, or of an archive inside an archive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Member {
    /// The content that is the outermost archive; never a member itself.
    pub outer: Origin,
    /// The names on the way in, as the archives write them; never empty. They may be anything
    /// (`../`, absolute, control characters) and are only shown.
    pub path: Vec<RepoPath>,
}

impl Origin {
    /// What git or the file system knows: the outermost archive for a member, else itself.
    pub fn outer(&self) -> &Origin {
        match self {
            Origin::Member(member) => &member.outer,
            other => other,
        }
    }

    /// The names on the way into archives; empty for what is no member.
    pub fn inside(&self) -> &[RepoPath] {
        match self {
            Origin::Member(member) => &member.path,
            _ => &[],
        }
    }

    /// How skipped input is named: by its path, the user's name for it or its id, and the names on
    /// the way into archives, joined by `!`.
    pub fn called(&self) -> Vec<u8> {
        let mut name = match self.outer() {
            Origin::File(path)
            | Origin::Before(path)
            | Origin::Link(path)
            | Origin::BeforeLink(path) => path.0.clone(),
            Origin::Stdin(name) => name.clone().into_bytes(),
            Origin::Blob(id) | Origin::Message(id) => id.to_string().into_bytes(),
            Origin::Name(name) => name.path().0,
            // The outermost archive is never a member.
            Origin::Member(_) => Vec::new(),
        };
        for inner in self.inside() {
            name.push(b'!');
            name.extend_from_slice(&inner.0);
        }
        name
    }

    /// The member as people write it: `inner.tar!path`.
    pub fn member(&self) -> Option<RepoPath> {
        let inside = self.inside();
        let names: Vec<&[u8]> = inside.iter().map(|name| name.0.as_slice()).collect();
        (!inside.is_empty()).then(|| RepoPath(names.join(&b'!')))
    }
}

/// A stretch of text. Lines and columns count from 1, columns in Unicode code points (an invalid
/// byte counts as one); the end column is exclusive.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[schemars(rename = "region")]
pub struct Region {
    /// First line.
    #[schemars(range(min = 1))]
    pub start_line: u32,
    /// First column.
    #[schemars(range(min = 1))]
    pub start_column: u32,
    /// Last line.
    #[schemars(range(min = 1))]
    pub end_line: u32,
    /// Column after the last.
    #[schemars(range(min = 1))]
    pub end_column: u32,
}

/// The masked lines around a value, for whoever looks at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// Lines with their numbers (from 1), in order; numbers between them may be left out.
    pub lines: Vec<(u32, Shown)>,
    /// Which of them (from 0) the value begins on.
    pub marked: usize,
    /// The code points of that line (from 0) that stand for the value.
    pub mark: Range<usize>,
}

/// What is kept of the text around a value once its bytes are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// Where the value stands.
    pub region: Region,
    /// Its first line, masked, cut to 200 code points around the value.
    pub line: Shown,
    /// The code points of that line (from 0) that stand for the value; empty when they are not known.
    pub mark: Range<usize>,
    /// GitHub's rolling hash of the masked line (`primaryLocationLineHash`), without the `:n`.
    pub line_hash: u64,
    /// Comments on its first or last line, or on the line above, that allow it.
    pub allow: Vec<Marker>,
}

/// A commit as git recorded it; nothing of it is authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Oid,
    /// Author name after the mailmap, raw bytes.
    pub author: Vec<u8>,
    /// Author address after the mailmap, raw bytes; shown only on request.
    pub email: Vec<u8>,
    /// Author date, seconds since 1970.
    pub authored: i64,
    /// Committer date, seconds since 1970.
    pub committed: i64,
    /// The newest committer date among its ancestors, where they were read; seconds since 1970.
    pub not_before: Option<i64>,
    /// First line of the message, raw bytes.
    pub subject: Vec<u8>,
    /// It carries a signature (not checked).
    pub signed: bool,
}

impl Commit {
    /// Since when what it holds is there, in seconds since 1970: its committer date, but not before what
    /// it was built on. Whoever writes a commit may write any date into it, and not into those of others.
    pub fn stood(&self) -> i64 {
        self.committed.max(self.not_before.unwrap_or(i64::MIN))
    }

    /// The same as a moment. Git allows dates that no calendar holds; for them it is the start of 1970.
    pub fn stood_at(&self) -> Timestamp {
        Timestamp::from_second(self.stood()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The author date. Git allows dates that no calendar holds; for them it is the start of 1970.
    pub fn authored_at(&self) -> Timestamp {
        Timestamp::from_second(self.authored).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// How a value came to a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The earliest commit that has it there while none of its parents has.
    pub commit: Commit,
    /// How many commits introduced it there independently (cherry-picks, reverts of removals).
    pub times: u32,
}

/// One place of a credential. In history: one per path, however many versions of the file hold it.
#[derive(Clone, Debug)]
pub struct Place {
    /// The content.
    pub origin: Origin,
    /// Its path; for messages `.git-history/<commit>/message`, for standard input its name.
    pub path: RepoPath,
    /// Where in it.
    pub located: Located,
    /// Who brought it there, when a history was read.
    pub introduced: Option<Introduction>,
    /// Whether this path still holds it at HEAD, when a history was read; for a range of commits,
    /// at the range's end.
    pub at_head: Option<bool>,
    /// How many versions of the file hold it (1 outside history).
    pub versions: u32,
    /// `None` when it is reachable from branches or tags (`refs/heads`, `refs/tags`, `refs/remotes`), and
    /// where no history was read; else what alone keeps it: other refs (their common name: `refs/stash`,
    /// `refs/notes`, `refs/pull`), [`UNCOMMITTED`], or nothing (`unreachable`).
    pub reach: Option<String>,
    /// What its path says about it; the judgement tells.
    pub kind: PlaceKind,
    /// Only shown there, as an example or in a comment: what else is known of the value is not known from here. The
    /// judgement tells.
    pub only_shown: bool,
    /// What hides it; `suppress` says so after everything else is known.
    pub suppressed: Option<Suppression>,
}

/// What is said to keep a place of the working tree that no commit holds, where a history was read too.
pub const UNCOMMITTED: &str = "the working tree";

impl Place {
    /// Whether it is a file of the working tree that HEAD does not hold with this value.
    pub fn is_uncommitted(&self) -> bool {
        self.reach.as_deref() == Some(UNCOMMITTED)
    }

    /// Whether it is a file of this machine alone, which no commit holds.
    pub fn is_local(&self) -> bool {
        matches!(self.origin, Origin::Name(Name::Local(_)))
    }

    /// A sighting's place at a path, outside of any history.
    pub fn new(path: RepoPath, sighting: &Sighting) -> Self {
        Place {
            origin: sighting.origin.clone(),
            path,
            located: sighting.located.clone(),
            introduced: None,
            at_head: None,
            versions: 1,
            reach: None,
            kind: PlaceKind::Source,
            only_shown: false,
            suppressed: None,
        }
    }

    /// The path with the members on the way behind it, as if archives were directories: what says
    /// which kind of place it is.
    pub fn whole_path(&self) -> RepoPath {
        let mut path = self.path.0.clone();
        for name in self.origin.inside() {
            path.push(b'/');
            path.extend_from_slice(&name.0);
        }
        RepoPath(path)
    }

    /// Whether it is the name of a branch, a tag or another reference.
    pub fn is_reference(&self) -> bool {
        matches!(self.origin, Origin::Name(Name::Reference(_)))
    }
}

/// Since when and until when a credential stood in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The earliest commit that holds it anywhere.
    pub first: Commit,
    /// The latest commit that removed its last place, when it is gone from HEAD.
    pub removed: Option<Commit>,
    /// It stands in HEAD's tree.
    pub at_head: bool,
    /// False when the history is cut (shallow): then `first` is only the oldest that was seen.
    pub complete: bool,
}
