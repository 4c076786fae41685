//! What was scanned: the history, the range, what git ignores, and what paths are relative to.

use std::path::{Component, Path};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use super::View;
use crate::finding::{self, HistoryInfo, RangeInfo};
use crate::report::words::NOT_IN_A_CLONE;
use crate::report::{Base, History, Ignored, Range, RefGroup, Web};
use crate::secret::Masker;

/// What stands for itself in the path of a URI (RFC 3986): unreserved characters and `/`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// A path as a URI reference.
pub(in crate::report) fn percent_encoded(path: &[u8]) -> String {
    percent_encode(path, PATH).to_string()
}

impl View<'_> {
    /// The history that was read, with the number of values that only unreachable objects hold.
    pub(super) fn history(&self, info: HistoryInfo, unreached: usize) -> History {
        let group = |(group, count): (&'static str, u64)| RefGroup {
            group: group.into(),
            count,
        };
        let remote = info.remote.map(|remote| without_user(&remote));
        History {
            commits: info.commits,
            refs: info.refs.into_iter().map(group).collect(),
            shallow: info.shallow,
            partial: info.partial,
            head: info.head.map(|id| id.to_string()),
            remote: remote.map(|remote| self.masker.show(&remote)),
            unreached,
            not_in_a_clone: NOT_IN_A_CLONE.into(),
        }
    }

    /// The page of the repository at its host. A credential in the address is no part of it.
    pub(super) fn web(&self, history: Option<&HistoryInfo>) -> Option<String> {
        if !self.options.links {
            return None;
        }
        let own = history.and_then(|history| history.remote.as_deref());
        let remote = without_user(own.or(self.options.remote.as_deref())?);
        let web = Web::of(self.masker.show(&remote).as_str())?;
        Some(web.home().to_owned())
    }

    /// The range that was looked at.
    pub(super) fn range(&self, info: RangeInfo) -> Range {
        Range {
            asked: self.masker.show(info.asked.as_bytes()),
            from: info.from.map(|oid| oid.to_string()),
            to: info.to.map(|oid| oid.to_string()),
            base: info.base.map(|oid| oid.to_string()),
            commits: info.commits,
        }
    }

    /// The files that git ignores.
    pub(super) fn ignored(&self, ignored: &finding::Ignored) -> Ignored {
        let stores = ignored.credential_stores.iter();
        Ignored {
            files: ignored.files,
            credential_stores: stores.map(|path| self.masker.show_path(&path.0)).collect(),
        }
    }
}

/// User information is removed from every URL.
fn without_user(url: &[u8]) -> Vec<u8> {
    let Some(scheme) = memchr::memmem::find(url, b"://") else {
        return url.to_vec();
    };
    let rest = &url[scheme + 3..];
    let host_end = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
    match rest[..host_end].iter().rposition(|b| *b == b'@') {
        Some(at) => [&url[..scheme + 3], &rest[at + 1..]].concat(),
        None => url.to_vec(),
    }
}

/// What paths are relative to, as far as the user said it.
pub(super) fn base(masker: &Masker<'_>, named: Option<&Path>) -> Base {
    let Some(named) = named else {
        return Base::Root;
    };
    let mut below = Vec::new();
    for part in named.components() {
        match part {
            Component::Normal(name) => below.push(name.to_string_lossy().into_owned()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            // Addresses have no such step.
            Component::ParentDir => {
                return Base::Elsewhere(masker.show_path(named.to_string_lossy().as_bytes()));
            }
        }
    }
    let encoded: String = below
        .iter()
        .map(|name| percent_encoded(&masker.masked_path(name.as_bytes())) + "/")
        .collect();
    match (named.has_root(), encoded.is_empty()) {
        (true, _) => Base::Named(format!("file:///{}{encoded}", drive(named))),
        (false, true) => Base::Here,
        (false, false) => Base::Below(encoded),
    }
}

/// The letter of a disk, where paths have one, as addresses write it.
fn drive(path: &Path) -> String {
    match path.components().next() {
        Some(Component::Prefix(prefix)) => {
            let text = prefix.as_os_str().to_string_lossy();
            let letter = text.chars().find(char::is_ascii_alphabetic);
            letter.map_or(String::new(), |letter| format!("{letter}:/"))
        }
        _ => String::new(),
    }
}
