//! The files for other hosts of continuous integration: the shell part of each is run with the variables that its
//! host sets.

use std::path::Path;
use std::process::Command;

use crate::common::{Dir, Run, line};

/// The first words of every shell part.
const BEGIN: &str = "# Only what is new is judged";

/// The shell part of a file: from its first comment on, as far as it is indented.
fn shell(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/ci")
        .join(file);
    let text = std::fs::read_to_string(path).expect("the file is there");
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| !line.contains(BEGIN));
    let first = lines.next().unwrap_or_else(|| panic!("{file} has a shell"));
    let deep = indent(first);
    let rest = lines.take_while(|line| line.trim().is_empty() || indent(line) >= deep);
    let body = std::iter::once(first).chain(rest);
    body.map(|line| line.get(deep..).unwrap_or_default().to_owned() + "\n")
        .collect()
}

/// A file, variables that its host sets, and the files in which something is found.
type Case<'a> = (
    &'static str,
    &'a [(&'a str, &'a str)],
    &'static [&'static str],
);

/// A clone whose branch `topic` brings one credential beside the one of `main`.
struct Clone {
    dir: Dir,
    /// The commit that both branches have.
    base: String,
    head: String,
}

impl Clone {
    fn new() -> Clone {
        let dir = Dir::repo();
        dir.write("old.env", line(1));
        dir.commit("old");
        dir.git(&["branch", "-M", "main"]);
        let base = dir.git(&["rev-parse", "HEAD"]).trim().to_owned();
        let origin = dir.outside("origin.git");
        let origin = origin.to_str().expect("text");
        dir.git(&["clone", "-q", "--bare", ".", origin]);
        dir.git(&["remote", "add", "origin", origin]);
        dir.git(&["fetch", "-q", "origin"]);
        dir.git(&["checkout", "-q", "-b", "topic"]);
        dir.write("new.env", line(2));
        dir.commit("new");
        let head = dir.git(&["rev-parse", "HEAD"]).trim().to_owned();
        Clone { dir, base, head }
    }

    /// Runs the shell part of a file as its host does, and gives the names of the files in which something was found.
    fn found(&self, file: &str, variables: &[(&str, &str)]) -> Vec<&'static str> {
        let program = Path::new(env!("CARGO_BIN_EXE_keysweep"));
        let mut path = program.parent().expect("a folder").as_os_str().to_owned();
        path.push(":");
        path.push(std::env::var_os("PATH").expect("a search path"));
        let mut command = Command::new("sh");
        command
            .current_dir(self.dir.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.dir.outside("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(variables.iter().copied())
            .args(["-e", "-c", &shell(file)]);
        let run = Run::new(command);
        run.ends(1);
        let text = run.text();
        ["old.env", "new.env"]
            .into_iter()
            .filter(|name| text.contains(name))
            .collect()
    }
}

#[test]
fn each_host_judges_what_is_new_and_all_where_that_is_not_known() {
    let clone = Clone::new();
    let (base, head) = (clone.base.as_str(), clone.head.as_str());
    let zero = "0".repeat(40);
    let none: &[(&str, &str)] = &[];
    // By file: a pull request, a push, a first or forced push.
    let gitlab = ("CI_COMMIT_SHA", head);
    let woodpecker = [("CI_COMMIT_SHA", head), ("CI_PREV_COMMIT_SHA", "")];
    let cases: &[Case<'_>] = &[
        (
            "gitlab.yml",
            &[
                gitlab,
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", base),
                ("CI_COMMIT_BEFORE_SHA", &zero),
            ],
            &["new.env"],
        ),
        (
            "gitlab.yml",
            &[gitlab, ("CI_COMMIT_BEFORE_SHA", base)],
            &["new.env"],
        ),
        (
            "gitlab.yml",
            &[gitlab, ("CI_COMMIT_BEFORE_SHA", &zero)],
            &["old.env", "new.env"],
        ),
        (
            "Jenkinsfile",
            &[("CHANGE_TARGET", "main"), ("GIT_COMMIT", head)],
            &["new.env"],
        ),
        (
            "Jenkinsfile",
            &[
                ("GIT_PREVIOUS_SUCCESSFUL_COMMIT", base),
                ("GIT_COMMIT", head),
            ],
            &["new.env"],
        ),
        ("Jenkinsfile", none, &["old.env", "new.env"]),
        (
            "azure-pipelines.yml",
            &[("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")],
            &["new.env"],
        ),
        ("azure-pipelines.yml", none, &["old.env", "new.env"]),
        (
            "bitbucket-pipelines.yml",
            &[("BITBUCKET_PR_DESTINATION_BRANCH", "main")],
            &["new.env"],
        ),
        ("bitbucket-pipelines.yml", none, &["old.env", "new.env"]),
        (
            "circleci.yml",
            &[("BASE", base), ("CIRCLE_SHA1", head)],
            &["new.env"],
        ),
        (
            "circleci.yml",
            &[("BASE", ""), ("CIRCLE_SHA1", head)],
            &["old.env", "new.env"],
        ),
        (
            "woodpecker.yml",
            &[
                ("CI_PIPELINE_EVENT", "pull_request"),
                ("CI_COMMIT_TARGET_BRANCH", "main"),
                woodpecker[0],
            ],
            &["new.env"],
        ),
        (
            "woodpecker.yml",
            &[
                ("CI_PIPELINE_EVENT", "push"),
                ("CI_PREV_COMMIT_SHA", base),
                woodpecker[0],
            ],
            &["new.env"],
        ),
        ("woodpecker.yml", &woodpecker, &["old.env", "new.env"]),
        (
            "forgejo.yml",
            &[("GITHUB_BASE_REF", "main"), ("BEFORE", "")],
            &["new.env"],
        ),
        ("forgejo.yml", &[("BEFORE", base)], &["new.env"]),
        ("forgejo.yml", &[("BEFORE", &zero)], &["old.env", "new.env"]),
    ];
    for (file, variables, expected) in cases {
        assert_eq!(
            clone.found(file, variables),
            *expected,
            "{file} with {variables:?}"
        );
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci");
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let name = entry.expect("an entry").file_name();
        let name = name.to_str().expect("text");
        assert!(
            cases.iter().any(|(file, ..)| *file == name),
            "{name} is run by no case"
        );
    }
}
