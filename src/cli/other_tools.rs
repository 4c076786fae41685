//! Words of other tools. Whoever comes from one types them, and gets the word that means the same here.

/// What is said of one word.
type Word = (&'static [&'static str], &'static str);

/// Commands of others.
const VERBS: &[Word] = &[
    (
        &["detect", "git", "repo", "repository"],
        "for the commits of a repository: `keysweep history`; for the files here: `keysweep scan`",
    ),
    (
        &["protect", "pre-commit", "precommit"],
        "for what the next commit adds: `keysweep staged`; as a git hook: `keysweep hook`",
    ),
    (
        &["pre-push", "pre-receive"],
        "as a git hook: `keysweep hook`",
    ),
    (
        &[
            "dir",
            "directory",
            "filesystem",
            "files",
            "file",
            "path",
            "fs",
            "secret",
            "secrets",
            "check",
        ],
        "for files and directories: `keysweep scan PATH`",
    ),
    (&["stdin", "pipe"], "for standard input: `keysweep scan -`"),
    (
        &[
            "github",
            "gitlab",
            "gitea",
            "bitbucket",
            "azure",
            "remote",
            "url",
        ],
        "nothing is fetched here: `git clone --mirror ADDRESS audit.git`, then `keysweep audit audit.git`",
    ),
    (
        &[
            "docker",
            "image",
            "s3",
            "gcs",
            "syslog",
            "postman",
            "jenkins",
            "confluence",
            "jira",
        ],
        "nothing is fetched here: save it to files (`docker save`), then `keysweep scan FILE`",
    ),
    (
        &["ci"],
        "for the commits of a change: `keysweep history --range A..B`",
    ),
    (
        &["verify", "validate", "revoke", "analyze"],
        "no finding is tried at its provider; `keysweep show ID` says what is known of it",
    ),
    (
        &["triage", "view", "wizard", "report"],
        "to look at findings: `keysweep show ID`, or a page: `keysweep audit --output html=FILE`",
    ),
    (&["ignore"], "to accept a finding: `keysweep allow ID`"),
    (&["version"], "`keysweep --version`"),
    (
        &["completion", "completions", "man"],
        "`keysweep generate bash`, `zsh`, `fish`, `man`",
    ),
    (
        &["diff"],
        "to compare two JSON reports: `keysweep compare OLD NEW`",
    ),
    (
        &["install"],
        "for git hooks: `keysweep hook install`; for everything: `keysweep init`",
    ),
];

/// Options of others.
const OPTIONS: &[Word] = &[
    (
        &[
            "--source",
            "-s",
            "--path",
            "--directory",
            "--repo-path",
            "--target",
        ],
        "name the path without an option: `keysweep scan PATH`, `keysweep history REPO`",
    ),
    (
        &["--report-format", "-f", "--output-format", "--format-type"],
        "`--format json` (or sarif, github, markdown, html, csv, …) for standard output",
    ),
    (
        &["--json"],
        "`--format json`; `--format jsonl` for an object a line",
    ),
    (&["--sarif"], "`--format sarif`"),
    (
        &[
            "--report-path",
            "-r",
            "-o",
            "--out",
            "--output-file",
            "--report",
        ],
        "`--output FORMAT=FILE`, for example `--output json=report.json`",
    ),
    (
        &["--redact", "--mask"],
        "leave it out: values are always masked; `--show-secrets` shows them",
    ),
    (
        &[
            "--exit-code",
            "--exit-zero",
            "--no-fail",
            "--fail",
            "--soft-fail",
        ],
        "status 1 means that something fails, which `--fail-on WHAT` decides; `--fail-on none` never fails",
    ),
    (
        &[
            "--baseline-path",
            "-b",
            "--baseline",
            "--gitleaks-ignore-path",
            "-i",
        ],
        "the baseline is `.keysweep-baseline` at the top of the repository; `keysweep import` makes one of another tool's",
    ),
    (
        &[
            "--log-opts",
            "--since-commit",
            "--branch",
            "--max-depth",
            "--depth",
            "--commits",
            "--commit-range",
        ],
        "`keysweep history --range A..B`, or `--since DATE`",
    ),
    (
        &["--no-git"],
        "`keysweep scan` reads files, `keysweep history` commits",
    ),
    (&["--pipe"], "`keysweep scan -` reads standard input"),
    (
        &["--pre-commit", "--staged", "--cached"],
        "`keysweep staged`",
    ),
    (
        &[
            "--only-verified",
            "--results",
            "--no-verification",
            "--verify",
            "--no-verify",
            "--no-validate",
            "-n",
            "--only-valid",
        ],
        "leave it out: nothing is tried at a provider, and no network is used",
    ),
    (
        &[
            "--no-update",
            "--no-update-check",
            "--no-banner",
            "--no-color",
            "--log-level",
            "-l",
        ],
        "leave it out; `--color never` for plain text, `-v` for more, `-q` for less",
    ),
    (
        &[
            "--exclude-paths",
            "-x",
            "--exclude-files",
            "--exclude-globs",
            "--exclude-lines",
            "--include-paths",
        ],
        "`--exclude GLOB`, or lines of `.keysweepignore`",
    ),
    (
        &["--max-target-megabytes", "--max-size"],
        "`--max-file-size SIZE`, for example 64M",
    ),
    (&["--max-archive-depth"], "`--archive-depth N`"),
    (&["--concurrency", "--jobs"], "`--threads N`"),
    (
        &[
            "--rules-path",
            "--rule",
            "--enable-rule",
            "--include-detectors",
        ],
        "`--rules FILE` adds rules",
    ),
    (
        &["--exclude-detectors", "--disable-plugin", "-p"],
        "`rules.disable` in keysweep.toml",
    ),
    (
        &[
            "--entropy",
            "--min-entropy",
            "--filter-entropy",
            "--confidence",
        ],
        "`--min-confidence LEVEL`",
    ),
    (
        &["--severity"],
        "`--min-severity LEVEL` lists, `--fail-on LEVEL` fails",
    ),
    (
        &["--gitleaks-config", "-c", "--config-path"],
        "`--config FILE` takes a keysweep.toml; `keysweep import` makes one of another tool's",
    ),
    (&["--all-commits", "--full-history"], "`keysweep history`"),
    (
        &["--show-secret", "--unmask", "--no-redact"],
        "`--show-secrets`, where CI is not set",
    ),
];

/// The right word for a command of another tool.
pub fn verb(typed: &str) -> Option<&'static str> {
    find(VERBS, typed)
}

/// The right word for an option of another tool, with or without its value.
pub fn option(typed: &str) -> Option<&'static str> {
    let name = typed.split('=').next().unwrap_or(typed);
    find(OPTIONS, name)
}

fn find(words: &[Word], typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase();
    let found = words.iter().find(|(all, _)| all.contains(&typed.as_str()));
    found.map(|(_, right)| *right)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::CommandFactory as _;

    use super::super::verbs::Cli;
    use super::*;

    /// A word that is one of ours is never asked for here.
    #[test]
    fn no_word_stands_twice_or_is_ours() {
        let mut seen = BTreeSet::new();
        for (all, _) in VERBS.iter().chain(OPTIONS) {
            for word in *all {
                assert!(seen.insert(*word), "{word} stands twice");
            }
        }
        let command = Cli::command();
        for verb in command.get_subcommands() {
            assert_eq!(super::verb(verb.get_name()), None, "{}", verb.get_name());
        }
    }
}
