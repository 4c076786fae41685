//! A result about something that is no value in the files: an entry of the register, a token that a
//! server lists, a reference.

use jiff::Timestamp;

use super::{RepoPath, Severity};

/// A kind of notice: what its results have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeKind {
    /// The id that its results are reported under, `family/name`. `--fail-on` takes globs over it.
    pub id: &'static str,
    /// What it is, in few words.
    pub name: &'static str,
    /// What it means and what to do, in a sentence or two.
    pub about: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Its results fail where nobody says what fails.
    pub fails: bool,
}

/// Every kind of notice, by family.
pub const NOTICES: &[NoticeKind] = &[
    NoticeKind {
        id: "live/expired-listed",
        name: "Listed account past its end that still logs in",
        about: "Its server lets it in after its end, to set a new password. Lock the account.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "live/no-expiry",
        name: "Listed token without an end",
        about: "Its server accepts this token for ever. Give its successor an end.",
        severity: Severity::Low,
        fails: false,
    },
    NoticeKind {
        id: "live/unregistered",
        name: "Listed token that is not in the register",
        about: "Its server accepts this token, and nobody wrote it down. Write it down, or revoke it.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "live/unused",
        name: "Listed token that nobody uses",
        about: "It was not used for longer than the policy allows (`max-unused`, 90 days) before its list was taken. Revoke it, or find out who needs it.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "register/drift",
        name: "Entry of the register that its server contradicts",
        about: "The register and the list of the server say different things of this token. Mend the register, or the token.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "register/exception-expired",
        name: "Exception of the register past its last day",
        about: "Somebody allowed this token to be otherwise until a day that is past. Mend the token, or decide anew.",
        severity: Severity::Medium,
        fails: true,
    },
    NoticeKind {
        id: "register/expired",
        name: "Entry of the register past its end",
        about: "The register says that this token ended. Renew it, or mark its version as revoked.",
        severity: Severity::High,
        fails: false,
    },
    NoticeKind {
        id: "register/expiring",
        name: "Entry of the register that ends soon",
        about: "The register says that this token ends soon. Renew it before.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "register/incomplete",
        name: "Entry of the register that lacks something",
        about: "The entry lacks what the policy of the register wants of each. Write it down.",
        severity: Severity::Low,
        fails: false,
    },
    NoticeKind {
        id: "register/inherited",
        name: "Workflow that hands every secret on",
        about: "`secrets: inherit` hands all secrets to another workflow, so which of them are used cannot be told.",
        severity: Severity::Info,
        fails: false,
    },
    NoticeKind {
        id: "register/leaked",
        name: "Token of the register in the files",
        about: "The value of a token of the register stands where it can be read. Replace it and revoke it.",
        severity: Severity::Critical,
        fails: true,
    },
    NoticeKind {
        id: "register/overdue",
        name: "Entry of the register that was to be rotated",
        about: "This token was not rotated as often as its entry says. Rotate it, and write down when.",
        severity: Severity::Medium,
        fails: false,
    },
    NoticeKind {
        id: "register/undocumented",
        name: "Credential that no entry of the register has",
        about: "The files read this credential by its name, and the register does not have it. Write it down.",
        severity: Severity::Low,
        fails: false,
    },
    NoticeKind {
        id: "register/unused",
        name: "Entry of the register that nothing reads",
        about: "Nothing in the files reads this token where its entry says. Revoke it, or mend the entry.",
        severity: Severity::Low,
        fails: false,
    },
    NoticeKind {
        id: "register/value",
        name: "Value in the register",
        about: "A credential itself stands in the register, which everybody can read. Replace it and revoke it.",
        severity: Severity::High,
        fails: true,
    },
    NoticeKind {
        id: "stale/age",
        name: "Encrypted value older than the policy allows",
        about: "Ciphertext is no finding; that its value stays the same for so long is. Encrypt a new one.",
        severity: Severity::Low,
        fails: false,
    },
];

/// The kind with an id.
pub fn notice_kind(id: &str) -> Option<&'static NoticeKind> {
    NOTICES.iter().find(|kind| kind.id == id)
}

/// Where to mend what a notice is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoticePlace {
    /// A path relative to what was scanned, or as the user named it.
    pub file: RepoPath,
    /// The line, from 1.
    pub line: u32,
}

/// One notice, not yet masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The id of its kind: `register/expired`, `live/unused`, …
    pub reported: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The id of the entry, or the name of the listed token; raw bytes of what was read.
    pub subject: Vec<u8>,
    /// One full sentence, with absolute dates only, so that it stays the same from day to day. It may
    /// quote what was read.
    pub message: String,
    /// Where to mend it, when that is a line of a file.
    pub place: Option<NoticePlace>,
    /// The moment that it is about: an end, a day that was missed.
    pub at: Option<Timestamp>,
    /// It fails where nobody says what fails.
    pub fails: bool,
}

impl Notice {
    /// One of a kind, with what all of its kind have. `id` is that of a row of [`NOTICES`].
    pub fn new(id: &'static str, subject: &[u8], message: String) -> Self {
        let kind = notice_kind(id);
        Notice {
            reported: id,
            severity: kind.map_or(Severity::Medium, |kind| kind.severity),
            subject: subject.to_vec(),
            message,
            place: None,
            at: None,
            fails: kind.is_some_and(|kind| kind.fails),
        }
    }

    /// The same, to be mended at a line (from 1) of a file.
    #[must_use]
    pub fn at_line(mut self, file: RepoPath, line: u32) -> Self {
        self.place = Some(NoticePlace { file, line });
        self
    }
}
