//! How a value is taken out of a file, by the kind of file: one sentence for people in a hurry.
//!
//! It is the word for every file; [`crate::fix`] makes the change where it knows the family of the file.
//!
//! Says nothing of rotating, which is the rule's business, and repeats nothing of the path: a name
//! from a repository has no place in a command that people copy.

/// What to do in the file at `path`, which may be shown text.
pub fn advice(path: &str) -> &'static str {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let file = File {
        path: &lower,
        name,
        extension,
    };
    let place = PLACES.iter().find(|(is, _)| is(&file));
    let of_place = place.map(|(_, advice)| *advice);
    let of_extension = || {
        let kind = EXTENSIONS.iter().find(|(all, _)| all.contains(&extension));
        kind.map(|(_, advice)| *advice)
    };
    of_place.or_else(of_extension).unwrap_or(OTHERWISE)
}

/// A file by its names, in small letters.
struct File<'a> {
    path: &'a str,
    name: &'a str,
    extension: &'a str,
}

/// A test of a file, and what to do there.
type Row = (fn(&File<'_>) -> bool, &'static str);

/// Files that are known by more than their extension; the first that fits decides.
const PLACES: &[Row] = &[
    (
        |f| f.path.ends_with(".git/config") || f.path.ends_with(".git/config.worktree"),
        "take it out of git's configuration (git remote set-url, git config --unset) and let \
         a credential helper keep it; no commit holds it",
    ),
    (
        |f| f.path.contains(".git-history/") && f.name == "message",
        "reword the message (git commit --amend, or git rebase -i for an older commit)",
    ),
    (
        |f| f.path.contains(".git-history/blob/"),
        "delete the tag or other reference that leads to it (git tag -d): no commit has it",
    ),
    (
        |f| f.path.contains(".git-history/") || f.path.starts_with("refs/"),
        "take it out of the name: rename the reference, or rewrite the commit that bears it",
    ),
    (
        |f| f.name == ".env" || f.name.starts_with(".env.") || f.extension == "env",
        "keep the file out of git: git rm --cached it, name it in .gitignore, and commit a \
         .env.example without values",
    ),
    (
        |f| f.path.contains(".github/workflows/"),
        "store it as a secret of the repository and write ${{ secrets.NAME }}",
    ),
    (
        |f| f.name.contains("dockerfile") || f.name.starts_with("containerfile"),
        "pass it when the container runs (an env file, a mounted secret): layers keep what \
         ENV and ARG held",
    ),
    (|f| f.name.starts_with("id_") && f.extension.is_empty(), KEY),
];

/// Files by their extension.
const EXTENSIONS: &[(&[&str], &str)] = &[
    (
        &["yaml", "yml"],
        "write a reference that is filled in at deploy time (a variable, a secret store), or \
         encrypt the file",
    ),
    (
        &["tfstate"],
        "state holds values in plain text: keep it in a remote backend, out of git",
    ),
    (
        &["tf", "tfvars", "hcl"],
        "declare a variable with `sensitive = true` and set it outside of git as TF_VAR_name",
    ),
    (
        &["json", "json5", "jsonc"],
        "JSON has no references: read the value from the environment, or commit a template and \
         keep the filled-in file out of git",
    ),
    (
        &["sh", "bash", "zsh", "fish", "ksh"],
        "read it from the environment, for example `: \"${NAME:?}\"`, and export it outside of git",
    ),
    (
        &["ps1", "bat", "cmd"],
        "read it from the environment or the system's credential store",
    ),
    (
        &[
            "pem", "key", "p12", "pfx", "jks", "keystore", "ppk", "asc", "gpg",
        ],
        KEY,
    ),
    (
        &[
            "py", "js", "mjs", "cjs", "ts", "jsx", "tsx", "rb", "go", "rs", "java", "kt", "scala",
            "cs", "fs", "php", "c", "h", "cc", "cpp", "hpp", "swift", "m", "dart", "ex", "exs",
            "erl", "clj", "lua", "pl", "r", "vue", "svelte", "sql", "groovy", "gradle",
        ],
        "read it at run time from the environment or a secret store; test code makes up a value",
    ),
    (
        &[
            "ini",
            "toml",
            "cfg",
            "conf",
            "config",
            "properties",
            "xml",
            "npmrc",
            "netrc",
            "pypirc",
        ],
        "keep the value in a file that git ignores, or write a variable that the program expands",
    ),
    (
        &["ipynb"],
        "read it from the environment, and clear the outputs before saving",
    ),
    (
        &["md", "txt", "rst", "adoc", "html", "log"],
        "write a placeholder such as <your-token> in its place",
    ),
];

const OTHERWISE: &str =
    "take the value out and read it at run time from the environment or a secret store";

const KEY: &str = "take the file out of git (git rm --cached, .gitignore), keep keys in an agent or a \
                   secret store, and make a new pair";

#[cfg(test)]
mod tests {
    use super::advice;

    #[test]
    fn kinds_of_files_are_told_apart() {
        for (path, word) in [
            (".env", ".env.example"),
            ("a/.env.production", ".env.example"),
            ("deploy/prod.env", ".env.example"),
            ("k8s/values.yaml", "deploy time"),
            (".github/workflows/ci.yml", "secrets.NAME"),
            ("src/app.py", "run time"),
            ("main.tf", "TF_VAR"),
            ("terraform.tfstate", "remote backend"),
            ("appsettings.JSON", "JSON has"),
            ("deploy.sh", "${NAME:?}"),
            ("Dockerfile", "layers"),
            ("keys/id_rsa", "new pair"),
            ("server.pem", "new pair"),
            ("app.properties", "git ignores"),
            ("docs/setup.md", "placeholder"),
            ("notebook.ipynb", "outputs"),
            ("Makefile", "run time"),
            (".git-history/0123/message", "reword"),
            (".git-history/blob/0123", "delete the tag"),
        ] {
            assert!(advice(path).contains(word), "{path}: {}", advice(path));
        }
    }
}
