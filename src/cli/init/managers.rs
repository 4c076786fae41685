//! Programs that keep git hooks, and how each of them runs ours. What others wrote is never changed: the file
//! is named, with the lines that belong into it.

use std::path::Path;

use serde_json::Value;

use super::top::Top;

/// A program that keeps hooks.
pub struct Manager {
    /// Its name.
    pub name: &'static str,
    /// Files or directories at the top that say it is used.
    files: &'static [&'static str],
    /// Its name in package.json, as a member or as something installed; may be empty.
    member: &'static str,
    /// The file that the lines belong into.
    pub file: &'static str,
    /// The lines.
    pub lines: &'static str,
}

/// All that are known, what decides first standing first.
pub const MANAGERS: &[Manager] = &[
    Manager {
        name: "pre-commit",
        files: &[".pre-commit-config.yaml", ".pre-commit-config.yml"],
        member: "",
        file: ".pre-commit-config.yaml",
        lines: "repos:\n  - repo: local\n    hooks:\n      - id: keysweep\n        name: keysweep\n        entry: keysweep hook\n        language: system\n        always_run: true\n        require_serial: true\n        verbose: true\n        stages: [pre-commit, pre-push]\n",
    },
    Manager {
        name: "husky",
        files: &[".husky"],
        member: "husky",
        file: ".husky/pre-commit",
        lines: "keysweep hook --stage pre-commit\n",
    },
    Manager {
        name: "lefthook",
        files: &[
            "lefthook.yml",
            ".lefthook.yml",
            "lefthook.yaml",
            ".lefthook.yaml",
            "lefthook.toml",
            ".lefthook.toml",
            "lefthook.json",
        ],
        member: "lefthook",
        file: "lefthook.yml",
        lines: "pre-commit:\n  commands:\n    keysweep:\n      run: keysweep hook --stage pre-commit\n",
    },
    Manager {
        name: "hk",
        files: &["hk.pkl"],
        member: "",
        file: "hk.pkl",
        lines: "[\"pre-commit\"] {\n  steps {\n    [\"keysweep\"] { check = \"keysweep hook --stage pre-commit\" }\n  }\n}\n",
    },
    Manager {
        name: "simple-git-hooks",
        files: &[
            ".simple-git-hooks.json",
            ".simple-git-hooks.js",
            ".simple-git-hooks.cjs",
        ],
        member: "simple-git-hooks",
        file: "package.json",
        lines: "\"simple-git-hooks\": { \"pre-commit\": \"keysweep hook --stage pre-commit\" }\n",
    },
    Manager {
        name: "Overcommit",
        files: &[".overcommit.yml"],
        member: "",
        file: ".overcommit.yml",
        lines: "PreCommit:\n  CustomScript:\n    enabled: true\n    required_executable: keysweep\n    command: ['keysweep', 'hook', '--stage', 'pre-commit']\n",
    },
    Manager {
        name: "lint-staged",
        files: &[
            ".lintstagedrc",
            ".lintstagedrc.json",
            ".lintstagedrc.yaml",
            ".lintstagedrc.yml",
            ".lintstagedrc.js",
            ".lintstagedrc.mjs",
            ".lintstagedrc.cjs",
            "lint-staged.config.js",
            "lint-staged.config.mjs",
            "lint-staged.config.cjs",
        ],
        member: "lint-staged",
        file: "package.json",
        lines: "\"lint-staged\": { \"*\": \"keysweep hook\" }\n",
    },
];

/// package.json, as far as it says which programs are used.
struct Package(Value);

impl Package {
    fn of(here: &Top) -> Self {
        let text = here.text("package.json").unwrap_or_default();
        Package(serde_json::from_str(&text).unwrap_or_default())
    }

    /// Whether a program is configured there, or something that is installed.
    fn has(&self, member: &str) -> bool {
        let lists = ["devDependencies", "dependencies", "optionalDependencies"];
        let installed = |list: &str| self.0.get(list).and_then(|all| all.get(member)).is_some();
        !member.is_empty() && (self.0.get(member).is_some() || lists.into_iter().any(installed))
    }

    /// Whether what is configured for a program runs keysweep.
    fn runs(&self, member: &str) -> bool {
        let said = self.0.get(member).filter(|_| !member.is_empty());
        said.is_some_and(|said| said.to_string().contains("keysweep"))
    }
}

/// The first one that a repository uses, with the file of its own where that has another name. Git looks for
/// hooks in `hooks`.
pub fn used(here: &Top, hooks: Option<&Path>) -> Option<(&'static Manager, String)> {
    let package = Package::of(here);
    // husky makes its directory when it is installed, and points git there.
    let husky = |name: &str| {
        let ends = |folder: &Path| folder.ends_with(".husky/_") || folder.ends_with(".husky");
        name == "husky" && hooks.is_some_and(ends)
    };
    MANAGERS.iter().find_map(|manager| {
        let file = manager.files.iter().find(|file| here.has(file));
        match file {
            Some(file) if !manager.file.contains('/') => Some((manager, (*file).to_owned())),
            Some(_) => Some((manager, manager.file.to_owned())),
            None => (package.has(manager.member) || husky(manager.name))
                .then(|| (manager, manager.file.to_owned())),
        }
    })
}

/// The one that runs keysweep already.
pub fn running(here: &Top) -> Option<&'static str> {
    let package = Package::of(here);
    let says = |file: &str| {
        here.text(file)
            .is_some_and(|text| text.contains("keysweep"))
    };
    MANAGERS.iter().find_map(|manager| {
        let files = manager.files.iter().copied().chain([manager.file]);
        let mut files = files.filter(|file| *file != "package.json");
        (files.any(says) || package.runs(manager.member)).then_some(manager.name)
    })
}
