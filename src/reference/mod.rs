//! References: places that read a credential by its name (`secrets.X`, `os.environ["X"]`, `secretKeyRef`)
//! and hold no value.
//!
//! Which of the extractors look at a file is decided by its path. Each looks for the words that begin a
//! reference and at a bounded window behind them, so that the work grows with the length of a file and
//! nothing else. Only names count that say they are of a secret, or that stand where nothing but secrets
//! do.

mod ci;
mod code;
mod page;
mod terraform;
mod yaml;

use crate::finding::{PlaceKind, RepoPath};

use page::Page;

/// Longer files are named and not looked at, bytes: the starts of the lines of one are kept in memory.
pub const MAX_BYTES: usize = 4 << 20;

/// A place that reads a credential by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The file.
    pub path: RepoPath,
    /// The line, from 1.
    pub line: u32,
    /// What the path says about the file: in tests and examples nothing is read that somebody must keep.
    pub place: PlaceKind,
    /// What reads it.
    pub kind: Kind,
    /// The name; of what is kept under a path, `path#key`. Empty for [`Kind::Inherited`].
    pub name: String,
}

/// What reads a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `${{ secrets.X }}` in a workflow of GitHub Actions.
    ActionsSecret,
    /// `secrets: inherit`: every secret, by no name.
    Inherited,
    /// `$X` and `variables:` in the CI configuration of GitLab.
    GitlabVariable,
    /// `secretKeyRef`, `secretRef`, `secretName` of Kubernetes.
    KubernetesSecret,
    /// `remoteRef` of External Secrets.
    ExternalSecret,
    /// `${X}` and `secrets:` of Compose.
    Compose,
    /// A sensitive variable of Terraform, or a secret that it reads.
    Terraform,
    /// A variable of the environment that code reads.
    Environment,
    /// A key of `.env.example`.
    Example,
    /// A path of Vault.
    Vault,
    /// A variable of Terraform that is used; it counts where the same folder says that it is sensitive.
    TerraformUse,
}

impl Kind {
    /// What a register writes before the name.
    pub fn scheme(self) -> &'static str {
        match self {
            Kind::ActionsSecret => "gha:secrets.",
            Kind::Inherited => "gha:",
            Kind::GitlabVariable => "gitlab:",
            Kind::KubernetesSecret => "k8s:",
            Kind::ExternalSecret => "external:",
            Kind::Compose => "compose:",
            Kind::Terraform | Kind::TerraformUse => "terraform:var.",
            Kind::Environment | Kind::Example => "env:",
            Kind::Vault => "vault:",
        }
    }

    /// Whether it is CI that reads it: what stands there is a secret that somebody entered.
    pub fn is_ci(self) -> bool {
        matches!(self, Kind::ActionsSecret | Kind::GitlabVariable)
    }
}

/// Whether any extractor looks at files of this path.
pub fn looks_at(path: &RepoPath) -> bool {
    !extractors(path).is_empty()
}

/// The references in a file, each name once, at its first line.
pub fn of(path: &RepoPath, place: PlaceKind, bytes: &[u8]) -> Vec<Reference> {
    counted(path, place, bytes).0
}

/// The same, and how many steps that took.
pub fn counted(path: &RepoPath, place: PlaceKind, bytes: &[u8]) -> (Vec<Reference>, u64) {
    let all = extractors(path);
    if all.is_empty() || bytes.len() > MAX_BYTES {
        return (Vec::new(), 0);
    }
    let mut page = Page::new(path, place, bytes);
    for extract in all {
        extract(&mut page);
    }
    page.done()
}

/// What is left when all files are known: a variable of Terraform counts where its folder says that it is
/// sensitive. Sorted by path and line.
pub fn settled(mut all: Vec<Reference>) -> Vec<Reference> {
    let folder = |path: &RepoPath| {
        let end = path.0.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        path.0[..end].to_vec()
    };
    let declared = all.iter().filter(|one| one.kind == Kind::Terraform);
    let declared: std::collections::HashSet<(Vec<u8>, String)> = declared
        .map(|one| (folder(&one.path), one.name.clone()))
        .collect();
    all.retain(|one| {
        one.kind != Kind::TerraformUse || declared.contains(&(folder(&one.path), one.name.clone()))
    });
    for one in &mut all {
        if one.kind == Kind::TerraformUse {
            one.kind = Kind::Terraform;
        }
    }
    all.sort();
    all.dedup();
    all
}

type Extractor = fn(&mut Page<'_>);

/// The extractors for a path.
fn extractors(path: &RepoPath) -> Vec<Extractor> {
    let path = path.0.to_ascii_lowercase();
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or(&path);
    let ends = |all: &[&str]| all.iter().any(|end| name.ends_with(end.as_bytes()));
    let starts = |all: &[&str]| all.iter().any(|start| name.starts_with(start.as_bytes()));
    if ends(&[".yml", ".yaml"]) {
        let below = |folder: &str| memchr::memmem::find(&path, folder.as_bytes()).is_some();
        let workflows = [".github/", ".gitea/", ".forgejo/"];
        return match () {
            () if workflows.into_iter().any(below) || starts(&["action."]) => vec![ci::actions],
            () if ends(&[".gitlab-ci.yml", ".gitlab-ci.yaml"]) || below(".gitlab/ci/") => {
                vec![ci::gitlab, page::vault]
            }
            () if starts(&["docker-compose", "compose"]) => vec![yaml::compose, page::vault],
            () => vec![yaml::kubernetes, page::vault],
        };
    }
    if ends(&[".tf"]) {
        return vec![terraform::terraform];
    }
    if code::is_code(name) {
        return vec![code::code];
    }
    let example = [".example", ".sample", ".template", ".dist"];
    if starts(&[".env"]) && ends(&example) || ends(&[".env.example", "example.env"]) {
        return vec![page::example, page::vault];
    }
    // The register writes references down and reads nothing.
    if name == b"tokens.toml" {
        return Vec::new();
    }
    if ends(&[
        ".sh",
        ".bash",
        ".hcl",
        ".env",
        ".properties",
        ".toml",
        ".json",
    ]) {
        return vec![page::vault];
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
