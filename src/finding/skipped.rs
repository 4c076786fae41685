//! What was asked for and not read. Nothing is lost silently: every format shows these.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much an unread input weighs for the exit status.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "weight")]
pub enum Weight {
    /// The scan is incomplete: never "clean", exit status 2 when nothing else fails.
    Failed,
    /// The same, but the user accepts gaps of this kind by name: listed, exit status 0.
    Accepted,
    /// Outside a stated limit: listed, exit status 0 unless `--strict`.
    Scope,
}

/// Why something was not read.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "reason")]
pub enum Reason {
    /// The operating system refused access.
    PermissionDenied,
    /// Reading failed.
    Io,
    /// The file vanished or changed its kind while it was being read.
    Changed,
    /// A git object is damaged, lies about its size, or has a broken delta.
    CorruptObject,
    /// A git object is named but not there.
    MissingObject,
    /// A pack or its index cannot be read.
    CorruptPack,
    /// The clone is shallow: its history is cut.
    ShallowHistory,
    /// The clone is partial: objects were left at the server.
    PartialClone,
    /// A reference cannot be read or points nowhere.
    BrokenRef,
    /// An object store outside the repository's directory, which is not followed.
    ForeignAlternate,
    /// A whole repository of an audit of several.
    UnreadableRepository,
    /// The user interrupted the scan.
    Interrupted,
    /// The time allowed with `--timeout` ran out.
    TimedOut,
    /// A delta or archive that grows beyond every proportion.
    Bomb,
    /// An archive is damaged, cut off, or lies about its members.
    CorruptArchive,
    /// A decoder, match or finding limit was reached.
    LimitReached,
    /// Larger than `--max-file-size`.
    TooLarge,
    /// An archive is nested deeper, larger inside or has more members than is looked at.
    ArchiveLimit,
    /// Members of an archive are encrypted.
    EncryptedArchive,
    /// An archive format or a compression method that is not read.
    UnsupportedArchive,
    /// An encoded stretch that is compressed, and more inside than is looked at.
    EncodedLimit,
    /// A submodule, which `--recurse-submodules` would enter.
    Submodule,
    /// A repository inside the scanned tree.
    NestedRepository,
    /// A pointer to content kept in Git LFS.
    LfsPointer,
    /// A FIFO, socket or device.
    SpecialFile,
    /// Matched by `--exclude`.
    Excluded,
    /// Untracked and ignored by the repository's own `.gitignore`.
    Ignored,
    /// Named by the user where only what the index holds is read, and not in it.
    NotInIndex,
    /// In the index and not in the working tree, which alone is read.
    NotInWorkTree,
    /// What any remote has, in a push to one of which it is not known what it has.
    UnknownRemote,
    /// Passwords that were not compared with the hashes of a list, because that takes too long.
    NotCompared,
}

impl Reason {
    /// The weight that goes with the reason.
    pub fn weight(self) -> Weight {
        use Reason::*;
        match self {
            PermissionDenied | Io | Changed | CorruptObject | MissingObject | CorruptPack
            | ShallowHistory | PartialClone | BrokenRef | ForeignAlternate
            | UnreadableRepository | Interrupted | TimedOut | Bomb | CorruptArchive
            | LimitReached => Weight::Failed,
            TooLarge | ArchiveLimit | EncryptedArchive | UnsupportedArchive | EncodedLimit
            | Submodule | NestedRepository | LfsPointer | SpecialFile | Excluded | Ignored
            | NotInIndex | NotInWorkTree | UnknownRemote | NotCompared => Weight::Scope,
        }
    }

    /// The failures that a user can accept by name: all of them, except that somebody stopped the
    /// scan.
    pub const ACCEPTABLE: [Reason; 14] = [
        Reason::PermissionDenied,
        Reason::Io,
        Reason::Changed,
        Reason::CorruptObject,
        Reason::MissingObject,
        Reason::CorruptPack,
        Reason::ShallowHistory,
        Reason::PartialClone,
        Reason::BrokenRef,
        Reason::ForeignAlternate,
        Reason::UnreadableRepository,
        Reason::Bomb,
        Reason::CorruptArchive,
        Reason::LimitReached,
    ];

    /// The failure that a user names in order to accept it: its [`Reason::code`], or `shallow` and
    /// `partial` for the two kinds of clones.
    pub fn acceptable(name: &str) -> Option<Self> {
        match name {
            "shallow" => Some(Reason::ShallowHistory),
            "partial" => Some(Reason::PartialClone),
            _ => Self::ACCEPTABLE.into_iter().find(|r| r.code() == name),
        }
    }

    /// The word that machine formats use.
    pub fn code(self) -> &'static str {
        use Reason::*;
        match self {
            PermissionDenied => "permission-denied",
            Io => "io",
            Changed => "changed",
            CorruptObject => "corrupt-object",
            MissingObject => "missing-object",
            CorruptPack => "corrupt-pack",
            ShallowHistory => "shallow-history",
            PartialClone => "partial-clone",
            BrokenRef => "broken-ref",
            ForeignAlternate => "foreign-alternate",
            UnreadableRepository => "unreadable-repository",
            Interrupted => "interrupted",
            TimedOut => "timed-out",
            Bomb => "bomb",
            CorruptArchive => "corrupt-archive",
            LimitReached => "limit-reached",
            TooLarge => "too-large",
            ArchiveLimit => "archive-limit",
            EncryptedArchive => "encrypted-archive",
            UnsupportedArchive => "unsupported-archive",
            EncodedLimit => "encoded-limit",
            Submodule => "submodule",
            NestedRepository => "nested-repository",
            LfsPointer => "lfs-pointer",
            SpecialFile => "special-file",
            Excluded => "excluded",
            Ignored => "ignored",
            NotInIndex => "not-in-index",
            NotInWorkTree => "not-in-work-tree",
            UnknownRemote => "unknown-remote",
            NotCompared => "not-compared",
        }
    }

    /// The phrase for people, to stand after a count or a name.
    pub fn phrase(self) -> &'static str {
        use Reason::*;
        match self {
            PermissionDenied => "permission denied",
            Io => "could not be read",
            Changed => "changed while it was read",
            CorruptObject => "damaged git object",
            MissingObject => "missing git object",
            CorruptPack => "damaged pack",
            ShallowHistory => "shallow clone, older history is not here",
            PartialClone => "partial clone, objects left at the server",
            BrokenRef => "broken reference",
            ForeignAlternate => "object store outside the repository, not followed",
            UnreadableRepository => "repository that cannot be read",
            Interrupted => "interrupted",
            TimedOut => "time limit reached",
            Bomb => "grows beyond every proportion",
            CorruptArchive => "damaged archive",
            LimitReached => "limit reached",
            TooLarge => "over the size limit",
            ArchiveLimit => "archive over a limit, the rest not read",
            EncryptedArchive => "encrypted archive, not read",
            UnsupportedArchive => "archive of a kind that is not read",
            EncodedLimit => "encoded and compressed over a limit, the rest not read",
            Submodule => "submodule, not entered",
            NestedRepository => "nested repository, not entered",
            LfsPointer => "Git LFS pointer, content is elsewhere",
            SpecialFile => "not a regular file",
            Excluded => "excluded",
            Ignored => "ignored by git, not scanned",
            NotInIndex => "not in the index: `git add` it first",
            NotInWorkTree => "tracked files are not in the working tree",
            NotCompared => "passwords not compared with a list",
            UnknownRemote => "push to a remote of which it is not known what it has",
        }
    }
}

/// One input that was not read, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Skipped {
    /// Why.
    pub reason: Reason,
    /// What: a path, an object id, a ref name; raw bytes of the repository.
    pub what: Vec<u8>,
    /// What exactly went wrong, in our own words; may be empty.
    pub detail: String,
}

impl Skipped {
    /// An input that was not read for `reason`.
    pub fn new(reason: Reason, what: impl Into<Vec<u8>>, detail: impl Into<String>) -> Self {
        Skipped {
            reason,
            what: what.into(),
            detail: detail.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_accepted_is_a_failure_with_a_name() {
        for reason in Reason::ACCEPTABLE {
            assert_eq!(reason.weight(), Weight::Failed, "{}", reason.code());
            assert_eq!(Reason::acceptable(reason.code()), Some(reason));
        }
        assert_eq!(Reason::acceptable("shallow"), Some(Reason::ShallowHistory));
        for never in [Reason::Interrupted, Reason::TimedOut, Reason::TooLarge] {
            assert_eq!(Reason::acceptable(never.code()), None, "{}", never.code());
        }
    }
}
