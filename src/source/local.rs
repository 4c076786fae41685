//! The repository's own configuration file as content. It is never committed and never pushed, but
//! whoever can read this machine's files can read it: addresses of remotes with a token in them,
//! headers that a tool left there. It is read by the one opener, bounded and not followed out of
//! the repository; nothing that it says is obeyed.

use std::path::Path;

use super::git::bounds::{Bounds, SMALL};
use super::{Visit, names};
use crate::finding::{Name, RepoPath, Skipped};

/// Lends the configuration of the repository whose shared directory is `common`, and that of its
/// private directory `git_dir`, as [`Name::Local`] below the path `shown`. Says what could not be
/// read.
pub(super) fn show<V: Visit>(
    git_dir: &Path,
    common: &Path,
    bounds: &Bounds,
    shown: &[u8],
    visit: &V,
) -> Vec<Skipped> {
    let mut skipped = Vec::new();
    for (dir, name) in [(common, "config"), (git_dir, "config.worktree")] {
        let path = RepoPath([shown, name.as_bytes()].concat());
        match bounds.read(&dir.join(name), SMALL) {
            Ok(Some(text)) => names::show(Name::Local(path), &values(&text), visit),
            Ok(None) => {}
            Err(fault) => skipped.push(Skipped::new(fault.reason, path.0, fault.detail)),
        }
    }
    skipped
}

/// The text with its values as git reads them: escapes undone, and a value that goes on in the next
/// line whole in the line where it begins. Every line keeps its number.
fn values(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    // Line ends inside of a value, which are made up for behind it.
    let mut owed = 0;
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                let after_cr = after.strip_prefix(b"\r").unwrap_or(after);
                match (after_cr.strip_prefix(b"\n"), after.split_first()) {
                    (Some(more), _) => {
                        owed += 1;
                        rest = more;
                    }
                    (None, Some((quoted @ (b'"' | b'\\'), more))) => {
                        out.push(*quoted);
                        rest = more;
                    }
                    (None, Some((b'n' | b't', more))) => {
                        out.push(b' ');
                        rest = more;
                    }
                    _ => out.push(byte),
                }
            }
            // A quote in the middle of a value is not part of it.
            b'"' if is_inside(out.last()) && is_inside(after.first()) => {}
            b'\n' => {
                out.resize(out.len() + 1 + owed, b'\n');
                owed = 0;
            }
            _ => out.push(byte),
        }
    }
    out
}

/// Whether a byte beside a quote belongs to the same value.
fn is_inside(byte: Option<&u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'=' | b'[' | b']'))
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn values_are_read_as_git_reads_them_and_lines_keep_their_numbers() {
        for (text, read) in [
            ("[a \"b\"]\n\tc = \"d e\"\n", "[a \"b\"]\n\tc = \"d e\"\n"),
            ("a = b\\\nc\nd\n", "a = bc\n\nd\n"),
            ("a = b\\\r\nc\\\nd", "a = bcd"),
            ("a = b\"c\"d\n", "a = bcd\n"),
            ("a = \"b\\\"c\\\\\"\n", "a = \"b\"c\\\"\n"),
            ("a = b\\", "a = b\\"),
        ] {
            assert_eq!(String::from_utf8_lossy(&values(text.as_bytes())), read);
        }
    }
}
