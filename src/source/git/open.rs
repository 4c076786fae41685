//! Finding a repository and reading the few facts of it that may be believed.
//!
//! Opened isolated: of the repository's own configuration only the format version, the object
//! format, the extensions and the remote's address (to show it) are read; no includes, no user or
//! system configuration, nothing that could run code or lead elsewhere.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use gix::hash::Kind;

/// Where the parts of a repository are.
pub(in crate::source) struct Layout {
    /// Holds `HEAD`; differs from `common` in a linked worktree.
    pub git_dir: PathBuf,
    /// Holds `objects` and `refs`.
    pub common: PathBuf,
    /// The directory that holds the repository: alternates inside it are followed.
    pub holder: PathBuf,
    /// SHA-1 or SHA-256.
    pub hash: Kind,
    /// A clone that left objects at the server.
    pub partial: bool,
    /// The address of `origin`, else of the first remote.
    pub remote: Option<Vec<u8>>,
}

/// Finds the repository that `path` is or lies in.
///
/// # Errors
/// If there is none, if it points outside its directory, or if its format is not understood.
pub(in crate::source) fn open(path: &Path, allowed: &[PathBuf]) -> anyhow::Result<Layout> {
    let start = path
        .canonicalize()
        .with_context(|| format!("cannot open {}", path.display()))?;
    let (git_dir, holder) = discover(&start, allowed)?
        .with_context(|| format!("no git repository at or above {}", path.display()))?;
    let common = common_dir(&git_dir, &holder, allowed)?;
    let holder = if common.starts_with(&holder) {
        holder
    } else {
        // A linked worktree: what counts is where the main repository lies.
        holder_of(&common)
    };
    let config = match std::fs::read(common.join("config")) {
        Ok(bytes) => config_values(&bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error).context("cannot read the repository's config"),
    };
    let hash = check_format(&config)?;
    Ok(Layout {
        partial: is_partial(&config),
        remote: remote(&config),
        git_dir,
        common,
        holder,
        hash,
    })
}

/// `(git directory, directory that holds the repository)`.
fn discover(start: &Path, allowed: &[PathBuf]) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
    for dir in start.ancestors() {
        let dot = dir.join(".git");
        if dot.is_dir() && looks_like_git(&dot) {
            let dot = dot.canonicalize()?;
            return Ok(Some((dot, dir.to_owned())));
        }
        if dot.is_file() {
            return follow_gitfile(&dot, dir, allowed).map(Some);
        }
        if dir.is_dir() && looks_like_git(dir) {
            return Ok(Some((dir.to_owned(), holder_of(dir))));
        }
    }
    Ok(None)
}

fn looks_like_git(dir: &Path) -> bool {
    let head = std::fs::symlink_metadata(dir.join("HEAD")).is_ok();
    head && (dir.join("commondir").is_file()
        || (dir.join("objects").is_dir() && dir.join("refs").is_dir()))
}

/// The directory above `.git`; a bare repository holds itself.
fn holder_of(git_dir: &Path) -> PathBuf {
    match (git_dir.file_name(), git_dir.parent()) {
        (Some(name), Some(parent)) if name == ".git" => parent.to_owned(),
        _ => git_dir.to_owned(),
    }
}

fn follow_gitfile(
    file: &Path,
    dir: &Path,
    allowed: &[PathBuf],
) -> anyhow::Result<(PathBuf, PathBuf)> {
    let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let target = text
        .strip_prefix(b"gitdir:")
        .map(trim)
        .and_then(to_path)
        .with_context(|| format!("{} is not a repository pointer", file.display()))?;
    let target = dir
        .join(target)
        .canonicalize()
        .with_context(|| format!("{} points to a directory that is not there", file.display()))?;
    if !looks_like_git(&target) {
        bail!("{} does not point to a git repository", file.display());
    }
    // A linked worktree's administrative directory names the `.git` file that it belongs to.
    let points_back = std::fs::read(target.join("gitdir"))
        .ok()
        .and_then(|text| to_path(trim(&text)))
        .and_then(|back| target.join(back).canonicalize().ok())
        .is_some_and(|back| file.canonicalize().is_ok_and(|file| file == back));
    if !(points_back || target.starts_with(dir) || is_allowed(&target, allowed)) {
        bail!(
            "{} points to a repository outside its directory that does not point back; allow it with --allow-alternate",
            file.display()
        );
    }
    Ok((target, dir.to_owned()))
}

fn common_dir(git_dir: &Path, holder: &Path, allowed: &[PathBuf]) -> anyhow::Result<PathBuf> {
    let Ok(text) = std::fs::read(git_dir.join("commondir")) else {
        return Ok(git_dir.to_owned());
    };
    let named = to_path(trim(&text)).context("the commondir file names no directory")?;
    let common = git_dir
        .join(named)
        .canonicalize()
        .context("the commondir file names a directory that is not there")?;
    // `<common>/worktrees/<name>` is where git itself puts a linked worktree's directory.
    let inside = git_dir.starts_with(common.join("worktrees"));
    if !(inside || common.starts_with(holder) || is_allowed(&common, allowed)) {
        bail!("the commondir file leads out of the repository; allow it with --allow-alternate");
    }
    Ok(common)
}

/// Whether the user named `path`, or a directory above it, as a place that may be read.
pub(in crate::source) fn is_allowed(path: &Path, allowed: &[PathBuf]) -> bool {
    allowed
        .iter()
        .any(|ok| ok.canonicalize().is_ok_and(|ok| path.starts_with(ok)))
}

pub(in crate::source) fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// A path from raw bytes; `None` where the platform cannot express them.
pub(in crate::source) fn to_path(bytes: &[u8]) -> Option<PathBuf> {
    if bytes.is_empty() {
        return None;
    }
    gix::path::from_byte_slice(bytes).ok().map(Path::to_owned)
}

/// One value of a configuration file, section and key in lower case.
struct Value {
    section: String,
    sub: Vec<u8>,
    key: String,
    value: Vec<u8>,
}

/// A deliberately small reader: sections, subsections, `key = value`, comments and quotes.
fn config_values(bytes: &[u8]) -> Vec<Value> {
    let (mut section, mut sub) = (String::new(), Vec::new());
    let mut out = Vec::new();
    for line in bytes.split(|b| *b == b'\n') {
        let mut line = trim(line);
        if line.first() == Some(&b'[') {
            let mut quoted = false;
            let Some(end) = line.iter().position(|b| {
                quoted ^= *b == b'"';
                *b == b']' && !quoted
            }) else {
                continue;
            };
            let inner = &line[1..end];
            let (name, rest) = match inner.iter().position(|b| *b == b'"') {
                Some(at) => (&inner[..at], unquote(&inner[at..])),
                None => (inner, Vec::new()),
            };
            section = String::from_utf8_lossy(trim(name)).to_ascii_lowercase();
            sub = rest;
            line = trim(&line[end + 1..]);
        }
        if line.is_empty() || matches!(line[0], b'#' | b';') {
            continue;
        }
        let (key, value) = match line.iter().position(|b| *b == b'=') {
            Some(at) => (trim(&line[..at]), unquote(trim(&line[at + 1..]))),
            None => (line, b"true".to_vec()),
        };
        out.push(Value {
            section: section.clone(),
            sub: sub.clone(),
            key: String::from_utf8_lossy(key).to_ascii_lowercase(),
            value,
        });
    }
    out
}

/// Drops quotes and what follows a comment sign outside of them; resolves backslashes.
fn unquote(text: &[u8]) -> Vec<u8> {
    let (mut out, mut quoted, mut escaped) = (Vec::new(), false, false);
    for byte in text {
        match byte {
            _ if escaped => {
                out.push(*byte);
                escaped = false;
            }
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'#' | b';' if !quoted => break,
            _ => out.push(*byte),
        }
    }
    out.trim_ascii_end().to_vec()
}

/// The extensions that change nothing about how objects and refs are read.
const HARMLESS: [&str; 6] = [
    "noop",
    "noop-v1",
    "preciousobjects",
    "partialclone",
    "worktreeconfig",
    "relativeworktrees",
];

fn check_format(config: &[Value]) -> anyhow::Result<Kind> {
    let version = config
        .iter()
        .rev()
        .find(|v| v.section == "core" && v.key == "repositoryformatversion")
        .map(|v| String::from_utf8_lossy(&v.value).trim().to_owned())
        .unwrap_or_else(|| "0".to_owned());
    if version != "0" && version != "1" {
        bail!("repository format version {version:?} is not supported");
    }
    let mut hash = Kind::Sha1;
    for value in config.iter().filter(|v| v.section == "extensions") {
        let text = String::from_utf8_lossy(&value.value).to_ascii_lowercase();
        match value.key.as_str() {
            "objectformat" if text == "sha1" => hash = Kind::Sha1,
            "objectformat" if text == "sha256" => hash = Kind::Sha256,
            "refstorage" if text == "files" => {}
            "refstorage" => bail!(
                "the repository uses `extensions.refStorage = {text}`, which cannot be read; convert a copy with `git refs migrate --ref-format=files`"
            ),
            key if HARMLESS.contains(&key) => {}
            key => bail!(
                "the repository uses the unknown `extensions.{key} = {text}`; if it concerns references, convert a copy with `git refs migrate --ref-format=files`"
            ),
        }
    }
    Ok(hash)
}

fn is_partial(config: &[Value]) -> bool {
    config.iter().any(|v| {
        (v.section == "extensions" && v.key == "partialclone")
            || (v.section == "remote" && v.key == "promisor" && v.value == b"true")
    })
}

fn remote(config: &[Value]) -> Option<Vec<u8>> {
    let urls = || {
        config
            .iter()
            .filter(|v| v.section == "remote" && v.key == "url")
    };
    urls()
        .find(|v| v.sub == b"origin")
        .or_else(|| urls().next())
        .map(|v| v.value.clone())
}
