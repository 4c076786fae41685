//! The comment that allows a value, in the language of its file.

/// How a comment of one line begins and ends there.
const FORMS: &[(&str, &str, &[&str])] = &[
    (
        "#",
        "",
        &[
            "py",
            "pyi",
            "rb",
            "sh",
            "bash",
            "zsh",
            "ksh",
            "fish",
            "pl",
            "pm",
            "r",
            "jl",
            "yml",
            "yaml",
            "toml",
            "env",
            "tf",
            "tfvars",
            "hcl",
            "conf",
            "cfg",
            "properties",
            "ex",
            "exs",
            "cr",
            "nix",
            "ps1",
            "psm1",
            "tcl",
            "graphql",
            "mk",
            "cmake",
            "npmrc",
            "gitignore",
            "dockerfile",
            "makefile",
            "rakefile",
            "gemfile",
        ],
    ),
    (
        "//",
        "",
        &[
            "js",
            "mjs",
            "cjs",
            "jsx",
            "ts",
            "mts",
            "cts",
            "tsx",
            "go",
            "rs",
            "java",
            "kt",
            "kts",
            "scala",
            "sc",
            "swift",
            "c",
            "h",
            "cc",
            "cpp",
            "cxx",
            "hpp",
            "cs",
            "fs",
            "php",
            "dart",
            "groovy",
            "gradle",
            "proto",
            "zig",
            "m",
            "mm",
            "scss",
            "less",
            "jsonc",
            "json5",
            "sol",
            "jenkinsfile",
            "bicep",
        ],
    ),
    ("--", "", &["sql", "lua", "hs", "elm", "adb", "ads"]),
    (";", "", &["ini", "clj", "cljs", "lisp", "el", "scm", "asm"]),
    ("%", "", &["tex", "erl", "hrl"]),
    ("/*", " */", &["css"]),
    (
        "<!--",
        " -->",
        &[
            "html", "htm", "xml", "xhtml", "svg", "md", "markdown", "vue", "csproj", "config",
            "plist",
        ],
    ),
];

/// The line that allows `rule` on the line below it, without indentation and end; `None` where the language has
/// no comments or is not known.
pub fn allowing(path: &str, rule: &str) -> Option<String> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let kind = match name.rsplit_once('.') {
        // `.env.local` and `Dockerfile.prod` are what their first part says.
        _ if name == ".env" || name.starts_with(".env.") => "env",
        _ if name.starts_with("dockerfile") || name.starts_with("containerfile") => "dockerfile",
        Some((_, extension)) => extension,
        None => name,
    };
    let (open, close, _) = FORMS.iter().find(|(_, _, kinds)| kinds.contains(&kind))?;
    Some(format!("{open} keysweep:allow {rule}{close}"))
}

#[cfg(test)]
mod tests {
    use super::allowing;
    use crate::finding::{Side, markers};

    #[test]
    fn what_is_written_is_what_is_read() {
        for path in [
            "a.py",
            "src/a.ts",
            "q.sql",
            "a.ini",
            "a.tex",
            "a.css",
            "a.html",
            ".env.local",
            "Dockerfile",
        ] {
            let line = allowing(path, "acme-key").expect("it has comments");
            let read = markers(line.as_bytes(), 1, Side::Above);
            assert_eq!(read.len(), 1, "{line}");
            assert_eq!(read[0].rules, ["acme-key"], "{line}");
        }
        // JSON has no comments, and of other files nobody knows.
        assert_eq!(allowing("a.json", "acme-key"), None);
        assert_eq!(allowing("README", "acme-key"), None);
    }
}
