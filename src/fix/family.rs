//! What kind of file it is, for a repair: by its path, and for YAML by what stands in it.

/// A family of files whose values are taken out in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// `os.environ["X"]`.
    Python,
    /// JavaScript and TypeScript: `process.env.X`.
    JavaScript,
    /// `os.Getenv("X")`.
    Go,
    /// `ENV.fetch("X")`.
    Ruby,
    /// `System.getenv("X")`.
    Java,
    /// `getenv('X')`.
    Php,
    /// `System.Environment.GetEnvironmentVariable("X")`.
    CSharp,
    /// `std::env::var("X")`.
    Rust,
    /// `System.getenv("X")`.
    Kotlin,
    /// `sys.env("X")`.
    Scala,
    /// `ProcessInfo.processInfo.environment["X"]`.
    Swift,
    /// `getenv("X")`.
    C,
    /// C++: `std::getenv("X")`.
    Cpp,
    /// `${{ secrets.X }}`.
    GithubActions,
    /// `$X`.
    GitlabCi,
    /// `secretKeyRef`.
    Kubernetes,
    /// `${X}`.
    Compose,
    /// `var.x`.
    Terraform,
    /// `"${X:?}"`.
    Shell,
    /// A line of `.env.example`, and the file out of git.
    Dotenv,
    /// Properties and YAML of Spring: `${X}`.
    Spring,
}

impl Family {
    /// The word of messages.
    pub fn name(self) -> &'static str {
        match self {
            Family::Python => "Python",
            Family::JavaScript => "JavaScript",
            Family::Go => "Go",
            Family::Ruby => "Ruby",
            Family::Java => "Java",
            Family::Php => "PHP",
            Family::CSharp => "C#",
            Family::Rust => "Rust",
            Family::Kotlin => "Kotlin",
            Family::Scala => "Scala",
            Family::Swift => "Swift",
            Family::C => "C",
            Family::Cpp => "C++",
            Family::GithubActions => "GitHub Actions",
            Family::GitlabCi => "GitLab CI",
            Family::Kubernetes => "Kubernetes",
            Family::Compose => "Compose",
            Family::Terraform => "Terraform",
            Family::Shell => "shell",
            Family::Dotenv => "dotenv",
            Family::Spring => "Spring",
        }
    }

    /// The family of a file; `None` where a file of this kind has no way to refer to a value elsewhere, or
    /// nobody can tell which.
    pub fn of(path: &str, text: &str) -> Option<Family> {
        let lower = path.to_ascii_lowercase();
        let name = lower.rsplit('/').next().unwrap_or(&lower);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if name == ".env" || name.starts_with(".env.") || extension == "env" {
            return Some(Family::Dotenv);
        }
        let settings = ["application", "bootstrap"]
            .iter()
            .any(|start| name.starts_with(start));
        Some(match extension {
            "py" => Family::Python,
            "js" | "mjs" | "cjs" | "jsx" | "ts" | "mts" | "cts" | "tsx" => Family::JavaScript,
            "go" => Family::Go,
            "rb" => Family::Ruby,
            "java" => Family::Java,
            "php" => Family::Php,
            "cs" => Family::CSharp,
            "rs" => Family::Rust,
            "kt" | "kts" => Family::Kotlin,
            "scala" | "sc" => Family::Scala,
            "swift" => Family::Swift,
            "c" => Family::C,
            "cc" | "cpp" | "cxx" => Family::Cpp,
            "tf" => Family::Terraform,
            "sh" | "bash" | "ksh" | "zsh" => Family::Shell,
            "properties" if settings => Family::Spring,
            "yml" | "yaml" if lower.contains(".github/workflows/") => Family::GithubActions,
            "yml" | "yaml" if name.contains("gitlab-ci") => Family::GitlabCi,
            "yml" | "yaml" if name.contains("compose") => Family::Compose,
            "yml" | "yaml" if settings => Family::Spring,
            "yml" | "yaml" if is_manifest(text) => Family::Kubernetes,
            _ => return None,
        })
    }
}

/// Whether YAML is a manifest of Kubernetes, by its two members at the left edge.
fn is_manifest(text: &str) -> bool {
    let has = |start: &str| text.lines().any(|line| line.starts_with(start));
    has("apiVersion:") && has("kind:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_paths_and_yaml_by_what_stands_in_it() {
        for (path, text, want) in [
            ("src/app.py", "", Some(Family::Python)),
            ("web/App.TSX", "", Some(Family::JavaScript)),
            (".env", "", Some(Family::Dotenv)),
            ("deploy/prod.env", "", Some(Family::Dotenv)),
            (".github/workflows/ci.yml", "", Some(Family::GithubActions)),
            (".gitlab-ci.yml", "", Some(Family::GitlabCi)),
            ("docker-compose.prod.yml", "", Some(Family::Compose)),
            (
                "k8s/app.yaml",
                "apiVersion: v1\nkind: Pod\n",
                Some(Family::Kubernetes),
            ),
            ("k8s/values.yaml", "image: x\n", None),
            (
                "src/main/resources/application-prod.yml",
                "",
                Some(Family::Spring),
            ),
            ("application.properties", "", Some(Family::Spring)),
            ("log4j.properties", "", None),
            ("main.tf", "", Some(Family::Terraform)),
            ("prod.tfvars", "", None),
            ("settings.json", "", None),
            ("Dockerfile", "", None),
        ] {
            assert_eq!(Family::of(path, text), want, "{path}");
        }
    }
}
