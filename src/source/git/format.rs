//! What is believed of a repository's configuration: the version of its format, its extensions,
//! `core.bare`, and the address of its remote, to show it. No includes, and nothing of the user's
//! or the system's.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use gix::bstr::{BString, ByteSlice};
use gix::hash::Kind;

use super::bounds::{Bounds, SMALL};

/// The settings that are read from a repository.
#[derive(Clone, Debug)]
pub(in crate::source) struct Format {
    /// The kind of its object ids.
    pub hash: Kind,
    /// `core.bare`.
    pub bare: bool,
    /// A clone that left objects at the server.
    pub partial: bool,
    /// The address of `origin`, else of the first remote.
    pub remote: Option<Vec<u8>>,
    /// Every remote, in the order of the file.
    pub remotes: Vec<Remote>,
}

/// A remote as the repository's own configuration names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source) struct Remote {
    /// Its name.
    pub name: Vec<u8>,
    /// Its addresses, those to push to among them.
    pub addresses: Vec<Vec<u8>>,
    /// The references that `git fetch` keeps of it: patterns with at most one `*`.
    pub tracking: Vec<Vec<u8>>,
}

impl Remote {
    /// A remote of which only the name is known, and what git makes of that.
    pub fn named(name: &[u8]) -> Self {
        Remote {
            name: name.to_vec(),
            addresses: Vec::new(),
            tracking: vec![[b"refs/remotes/", name, b"/*"].concat()],
        }
    }

    /// Whether `git fetch` keeps something of this remote under the reference `name`.
    pub fn tracks(&self, name: &[u8]) -> bool {
        self.tracking.iter().any(
            |pattern| match pattern.iter().position(|byte| *byte == b'*') {
                None => pattern == name,
                Some(star) => {
                    let (start, end) = (&pattern[..star], &pattern[star + 1..]);
                    name.len() > star + end.len() && name.starts_with(start) && name.ends_with(end)
                }
            },
        )
    }
}

/// The extensions that change nothing about how objects and references are read. What
/// `compatObjectFormat` adds are other names for the same objects.
const HARMLESS: [&str; 7] = [
    "noop",
    "noop-v1",
    "partialclone",
    "preciousobjects",
    "worktreeconfig",
    "relativeworktrees",
    "compatobjectformat",
];

/// Reads the format of the repository whose shared directory is `common_dir`.
///
/// # Errors
/// A configuration that cannot be read, a newer version, or an extension that this program does
/// not know; then its contents might be misunderstood.
pub(in crate::source) fn read(common_dir: &Path, bounds: &Bounds) -> Result<Format> {
    let config = config(common_dir, bounds)?;
    let version = version(&config)?;
    if version > 1 {
        bail!("the repository's format is version {version}, which is not known here");
    }
    let bare = config.boolean("core.bare").ok().flatten().unwrap_or(false);
    Ok(Format {
        hash: extensions(&config, version)?,
        bare,
        partial: is_partial(&config),
        remote: remote(&config),
        remotes: remotes(&config),
    })
}

/// The `core.worktree` of a repository, to be compared.
pub(in crate::source) fn worktree(common_dir: &Path, bounds: &Bounds) -> Option<BString> {
    config(common_dir, bounds).ok()?.string("core.worktree")
}

fn config(common_dir: &Path, bounds: &Bounds) -> Result<gix::config::File> {
    let path = common_dir.join("config");
    let text = bounds
        .read(&path, SMALL)
        .map_err(|fault| anyhow!(fault.detail))
        .with_context(|| format!("cannot read {}", path.display()))?
        .unwrap_or_default();
    gix::config::File::from_bytes_no_includes(
        &text,
        gix::config::file::Metadata::from(gix::config::Source::Local),
        Default::default(),
    )
    .map_err(|_| anyhow!("{} is not a valid git configuration", path.display()))
}

/// The version of the format; a repository that names none has the old one.
fn version(config: &gix::config::File) -> Result<i64> {
    let Some(value) = config.string_implicit("core.repositoryformatversion") else {
        return Ok(0);
    };
    let text = value.unwrap_or_default();
    integer(&text).ok_or_else(|| {
        anyhow!(
            "the repository's format version is {:?}, which is no number",
            text.to_str_lossy()
        )
    })
}

/// A number as git reads it: with a base prefix (`0x`, `0`), and perhaps a unit `k`, `m` or `g`.
fn integer(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?.trim().to_ascii_lowercase();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'k') => (&text[..at], 1 << 10),
        (at, 'm') => (&text[..at], 1 << 20),
        (at, 'g') => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number = match (digits.strip_prefix("0x"), digits.strip_prefix('0')) {
        (Some(digits), _) => i64::from_str_radix(digits, 16),
        (_, Some(digits)) if !digits.is_empty() => i64::from_str_radix(digits, 8),
        _ => digits.parse::<i64>(),
    };
    let number = number.ok().filter(|number| *number >= 0)?;
    let number = number.checked_mul(unit)?;
    Some(if negative { -number } else { number })
}

/// Reads the extensions; gives the kind of object ids.
fn extensions(config: &gix::config::File, version: i64) -> Result<Kind> {
    let mut hash = Kind::Sha1;
    for section in config.sections_by_name("extensions").into_iter().flatten() {
        for name in section.body().value_names() {
            let value = section
                .body()
                .value(&name)
                .map(|v| v.to_str_lossy().to_ascii_lowercase())
                .unwrap_or_default();
            match (name.to_ascii_lowercase().as_str(), value.as_str()) {
                ("objectformat", "sha1") => hash = Kind::Sha1,
                ("objectformat", "sha256") => hash = Kind::Sha256,
                ("refstorage", "files") => {}
                ("refstorage", other) => bail!(
                    "the repository uses `extensions.refStorage = {other}`, which cannot be read; \
                     convert a copy with `git refs migrate --ref-format=files`"
                ),
                ("objectformat", other) => bail!(
                    "the repository uses `extensions.objectFormat = {other}`, which is not known \
                     here"
                ),
                (name, _) if HARMLESS.contains(&name) => {}
                // Git itself ignores unknown ones in the old format.
                (_, _) if version < 1 => {}
                (name, value) => bail!(
                    "the repository uses the unknown `extensions.{name} = {value}`; if it concerns \
                     references, convert a copy with `git refs migrate --ref-format=files`"
                ),
            }
        }
    }
    Ok(hash)
}

fn is_partial(config: &gix::config::File) -> bool {
    let promised = config.sections_by_name("remote").into_iter().flatten();
    let mut promised = promised.map(|section| {
        let value = section.body().value_implicit("promisor");
        value.is_some_and(|value| match value {
            None => true,
            Some(value) => matches!(
                value.to_ascii_lowercase().as_slice(),
                b"true" | b"yes" | b"on" | b"1"
            ),
        })
    });
    config.string_implicit("extensions.partialclone").is_some() || promised.any(|is| is)
}

fn remote(config: &gix::config::File) -> Option<Vec<u8>> {
    let sections = config.sections_by_name("remote").into_iter().flatten();
    let urls: Vec<(bool, BString)> = sections
        .filter_map(|section| {
            let origin = section
                .header()
                .subsection_name()
                .is_some_and(|n| n == "origin");
            Some((origin, section.body().value("url")?))
        })
        .collect();
    let origin = urls.iter().find(|(origin, _)| *origin);
    origin.or(urls.first()).map(|(_, address)| address.to_vec())
}

fn remotes(config: &gix::config::File) -> Vec<Remote> {
    let mut out: Vec<Remote> = Vec::new();
    for section in config.sections_by_name("remote").into_iter().flatten() {
        let Some(name) = section.header().subsection_name() else {
            continue;
        };
        // A remote may be written in several sections.
        let at = out.iter().position(|remote| remote.name == name.as_bytes());
        let at = at.unwrap_or_else(|| {
            out.push(Remote {
                name: name.to_vec(),
                ..Remote::default()
            });
            out.len() - 1
        });
        let body = section.body();
        for key in ["url", "pushurl"] {
            let addresses = body.values(key).into_iter().map(|value| value.to_vec());
            out[at].addresses.extend(addresses);
        }
        // `[+]<what the remote has>:<where it is kept>`
        let kept = body.values("fetch").into_iter().filter_map(|spec| {
            let colon = spec.find_byte(b':')?;
            Some(spec[colon + 1..].to_vec())
        });
        out[at].tracking.extend(kept);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> gix::config::File {
        gix::config::File::from_bytes_no_includes(
            text.as_bytes(),
            gix::config::file::Metadata::from(gix::config::Source::Local),
            Default::default(),
        )
        .expect("a configuration")
    }

    #[test]
    fn versions_are_numbers_as_git_reads_them() {
        for (text, number) in [
            ("0", Some(0)),
            ("1", Some(1)),
            (" 0x1", Some(1)),
            ("01", Some(1)),
            ("0X10", Some(16)),
            ("1k", Some(1024)),
            ("-1", Some(-1)),
            ("", None),
            ("one", None),
            ("0x", None),
            ("--1", None),
        ] {
            assert_eq!(integer(text.as_bytes()), number, "{text:?}");
        }
    }

    #[test]
    fn unknown_extensions_count_from_version_one_on() {
        for version in [0, 1] {
            let text = "[extensions]\n\tfoo = bar\n\tcompatObjectFormat = sha256\n";
            let of = extensions(&parsed(text), version);
            assert_eq!(of.is_ok(), version == 0, "{version}");
            if let Err(error) = of {
                assert!(error.to_string().contains("extensions.foo"), "{error}");
            }
        }
        for (value, ok) in [("files", true), ("reftable", false)] {
            let text = format!("[extensions]\n\trefStorage = {value}\n");
            assert_eq!(extensions(&parsed(&text), 1).is_ok(), ok, "{value}");
        }
    }

    #[test]
    fn remotes_are_those_of_the_file() {
        let text = "[remote \"a\"]\n\turl = first\n[remote \"origin\"]\n\turl = \"o # x\" # c\n";
        assert_eq!(remote(&parsed(text)), Some(b"o # x".to_vec()));
        let text = "[remote \"a\"]\n\turl = one\n\tfetch = +refs/heads/*:refs/remotes/a/*\n\
                    [remote \"b\"]\n\turl = two\n[remote \"a\"]\n\tpushurl = three\n\tfetch = x\n";
        let all = remotes(&parsed(text));
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].addresses, [b"one".to_vec(), b"three".to_vec()]);
        assert!(all[0].tracks(b"refs/remotes/a/main") && !all[0].tracks(b"refs/remotes/a/"));
        assert!(!all[0].tracks(b"refs/remotes/ab/main") && all[1].tracking.is_empty());
        assert!(is_partial(&parsed("[remote \"a\"]\n\tpromisor\n")));
        assert!(!is_partial(&parsed("[remote \"a\"]\n\tpromisor = false\n")));
    }
}
