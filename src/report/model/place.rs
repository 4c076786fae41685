//! Where a credential stands, and since when.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::written::{Time, hex};
use super::{Mode, Suppression};
use crate::finding::{PlaceKind, Region, UNCOMMITTED};
use crate::secret::Shown;

/// One place of a credential.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "place")]
pub struct Place {
    /// The repository, as the user named it, which the path begins with. Absent where one was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Shown")]
    pub repository: Option<Shown>,
    /// Masked; invalid UTF-8 shown as U+FFFD.
    pub path: Shown,
    /// The member of the archive at `path`, names joined by `!` where archives are nested; masked.
    /// Absent for what is no member. The region is in the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Shown")]
    pub member: Option<Shown>,
    /// The path percent-encoded.
    // After masking.
    pub uri: String,
    /// What the path says about it.
    #[serde(default)]
    pub kind: PlaceKind,
    /// A commit's or tag's message, not a file.
    pub message: bool,
    /// For a value that stands in no content: in the name of a path or of a reference, in the author,
    /// committer or tagger, in another header of a commit or tag. The region then speaks of that
    /// text. Absent otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Shown")]
    pub name: Option<Shown>,
    /// Lines and columns from 1; columns in code points, the end exclusive.
    pub region: Region,
    /// GitHub's hash of the masked line, hexadecimal.
    #[serde(with = "hex")]
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{1,16}$"))]
    pub line_hash: u64,
    /// Whether the path still holds it at HEAD, or at the end of a range; null when no history was
    /// read.
    pub at_head: Option<bool>,
    /// How many versions of the file hold it.
    pub versions: u32,
    /// The commit that brought it here.
    pub introduced: Option<Commit>,
    /// How many commits brought it here independently.
    pub times_introduced: u32,
    /// What alone keeps it: refs, `the working tree` of an audit, or nothing (`unreachable`); null for
    /// branches and tags, and where no history was read.
    pub only_in: Option<Shown>,
    /// Why this place is suppressed. A result counts as long as one of its places is not.
    pub suppressed: Option<Suppression>,
    /// Where the host of the repository shows this line of this commit; null where no such page is known.
    #[serde(default)]
    pub link: Option<String>,
    /// The masked line, for people; not written.
    #[serde(skip)]
    pub line: Shown,
    /// The code points of that line (from 0) that stand for the value; not written.
    #[serde(skip)]
    pub mark: std::ops::Range<usize>,
}

impl Place {
    /// The region in the file at `path`: nothing for a member of an archive, whose lines are its own, and for what
    /// stands in a name or a header.
    pub fn region_in_file(&self) -> Option<Region> {
        (self.member.is_none() && self.name.is_none()).then_some(self.region)
    }

    /// `path:12` where it has lines of its own in the file, else the path alone.
    pub fn line_in_file(&self) -> String {
        match self.region_in_file() {
            Some(region) => format!("{}:{}", self.path.as_str(), region.start_line),
            None => self.path.as_str().to_owned(),
        }
    }

    /// Whether it is a file of the working tree that HEAD does not hold with this value.
    pub fn is_uncommitted(&self) -> bool {
        let reach = self.only_in.as_ref();
        reach.is_some_and(|reach| reach.as_str() == UNCOMMITTED)
    }

    /// Whether it can be opened in what was scanned: in a history, only at HEAD, in a range only at
    /// its end; elsewhere always.
    pub fn is_present(&self, mode: Mode) -> bool {
        !mode.has_history() || self.at_head == Some(true) || self.is_uncommitted()
    }
}

/// A commit as git recorded it; not authenticated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "commit")]
pub struct Commit {
    /// Full id.
    #[schemars(regex(pattern = "^[0-9a-f]{40}([0-9a-f]{24})?$"))]
    pub id: String,
    /// After the mailmap, masked.
    pub author: Shown,
    /// Only on request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Shown")]
    pub email: Option<Shown>,
    /// The author date.
    #[schemars(with = "Time")]
    pub date: Timestamp,
    /// First line of the message, masked.
    pub subject: Shown,
    /// It carries a signature, which was not checked.
    pub signed: bool,
    /// Where the host of the repository shows it; null where no such page is known.
    #[serde(default)]
    pub link: Option<String>,
}

/// Since when and until when it stood in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "timeline")]
pub struct Timeline {
    /// The earliest commit that holds it.
    pub first: Commit,
    /// The commit that removed its last place.
    pub removed: Option<Commit>,
    /// It stands in HEAD's tree.
    pub at_head: bool,
    /// False when the history is cut: then `first` is only the oldest that was seen.
    pub complete: bool,
}
