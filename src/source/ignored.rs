//! What a listing leaves out: the repository's own ignore rules, the user's `--exclude` globs, and
//! the names of ignored files that deserve a word because they promise credentials.
//!
//! Global excludes, `.ignore` files and anything above the repository are never read: two
//! machines would disagree, and a hostile `*` would hide all.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, bail};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Which of the untracked files are read that a repository ignores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoredFiles {
    /// None: they are counted, and those are named that look like stores of credentials.
    #[default]
    Counted,
    /// Those that look like stores of credentials (`.env`, `id_rsa`, …); the others are counted.
    Stores,
    /// All of them.
    Read,
}

/// The rules of one `.gitignore` and of the directories above it.
pub(super) struct Rules {
    pub own: Gitignore,
    pub above: Option<Arc<Rules>>,
}

impl Rules {
    /// Whether the nearest rule that speaks of `full` ignores it; the exclude file comes last.
    pub fn ignores(
        chain: Option<&Arc<Rules>>,
        exclude: &Gitignore,
        full: &Path,
        is_dir: bool,
    ) -> bool {
        let mut at = chain;
        while let Some(rules) = at {
            let verdict = rules.own.matched(full, is_dir);
            if !verdict.is_none() {
                return verdict.is_ignore();
            }
            at = rules.above.as_ref();
        }
        exclude.matched(full, is_dir).is_ignore()
    }
}

/// Compiles ignore rules that count from `dir`. A line that is no valid pattern ignores nothing.
pub(super) fn rules(dir: &Path, text: &[u8]) -> Gitignore {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut builder = GitignoreBuilder::new(dir);
    for line in String::from_utf8_lossy(text).lines() {
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What the user asked to leave out, one matcher a glob.
pub(super) struct Excludes {
    pub globs: Vec<(String, Gitignore)>,
}

impl Excludes {
    /// Compiles `--exclude` globs: patterns as in a `.gitignore` at `root`.
    ///
    /// # Errors
    /// A glob that is not valid.
    pub fn new(root: &Path, globs: &[String]) -> Result<Self> {
        let compile = |glob: &String| {
            if glob.starts_with('!') || glob.trim().is_empty() {
                bail!(
                    "--exclude {glob:?}: name what to leave out; `!` and empty globs say nothing"
                );
            }
            let mut builder = GitignoreBuilder::new(root);
            builder
                .add_line(None, glob)
                .and_then(|builder| builder.build())
                .map(|matcher| (glob.clone(), matcher))
                .map_err(|error| anyhow::anyhow!("--exclude {glob:?} is no valid glob: {error}"))
        };
        let globs = globs.iter().map(compile).collect::<Result<_>>()?;
        Ok(Excludes { globs })
    }

    /// The first glob that matches, if any.
    pub fn find(&self, full: &Path, is_dir: bool) -> Option<usize> {
        self.globs
            .iter()
            .position(|(_, matcher)| matcher.matched(full, is_dir).is_ignore())
    }
}

/// Names under which tools keep credentials by default.
pub(super) fn is_credential_store(name: &[u8]) -> bool {
    let name = String::from_utf8_lossy(name).to_ascii_lowercase();
    const NAMES: [&str; 22] = [
        ".env",
        ".envrc",
        ".npmrc",
        ".yarnrc",
        ".pypirc",
        ".netrc",
        "_netrc",
        ".git-credentials",
        ".pgpass",
        ".my.cnf",
        ".htpasswd",
        ".dockercfg",
        "credentials",
        "credentials.json",
        "kubeconfig",
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        "secrets.yml",
        "secrets.yaml",
        "terraform.tfstate",
    ];
    const ENDS: [&str; 11] = [
        ".env",
        ".tfvars",
        ".tfvars.json",
        ".pem",
        ".key",
        ".p12",
        ".pfx",
        ".jks",
        ".keystore",
        ".ppk",
        ".kdbx",
    ];
    // `.env.production`, but not `.env.example`.
    let variant = name
        .strip_prefix(".env.")
        .is_some_and(|kind| !["example", "sample", "template", "dist"].contains(&kind));
    variant || NAMES.contains(&name.as_str()) || ENDS.iter().any(|end| name.ends_with(end))
}

/// Directories that package managers and compilers fill, where certificates and keys of tests
/// lie around by the hundred.
pub(super) fn holds_packages(dir: &Path) -> bool {
    const NAMES: [&str; 10] = [
        "node_modules",
        ".venv",
        "venv",
        "site-packages",
        "vendor",
        "target",
        ".tox",
        ".gradle",
        ".terraform",
        "bower_components",
    ];
    dir.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| NAMES.contains(&name))
}
