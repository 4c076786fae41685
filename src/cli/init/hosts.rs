//! Hosts of continuous integration that a repository uses, and the step that each is given. The texts are those of
//! `docs/ci`, whose shell parts a test runs.

use super::standing::Standing;

/// The job of GitHub Actions.
const GITHUB: &str = "\
name: keysweep
on: [push, pull_request, merge_group]
permissions:
  contents: read
jobs:
  keysweep:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
      - uses: KEYSWEEP_ADDRESS@COMMIT
";
/// The one of GitLab, with the heading of a component.
const GITLAB: &str = include_str!("../../../docs/ci/gitlab.yml");

/// A host: what it calls its step, and the text of that.
struct Host {
    /// As in "a job for GitLab CI".
    what: &'static str,
    /// A file of this name, or a folder where each file is a workflow of its own: then with the name of ours.
    at: At,
    text: fn() -> String,
}

/// Where a host reads its steps.
enum At {
    /// One file for all of them, which is the user's to edit.
    File(&'static str),
    /// A folder, and the name of a new file in it.
    Folder(&'static str, &'static str),
}

/// Every host that is known. What stands here stands in `docs/ci.md` too.
const HOSTS: &[Host] = &[
    Host {
        what: "a step for GitHub Actions",
        at: At::Folder(".github/workflows", "keysweep.yml"),
        text: || GITHUB.to_owned(),
    },
    Host {
        what: "a job for GitLab CI",
        at: At::File(".gitlab-ci.yml"),
        text: gitlab,
    },
    Host {
        what: "a stage for Jenkins",
        at: At::File("Jenkinsfile"),
        text: || include_str!("../../../docs/ci/Jenkinsfile").to_owned(),
    },
    Host {
        what: "steps for Azure Pipelines",
        at: At::File("azure-pipelines.yml"),
        text: || include_str!("../../../docs/ci/azure-pipelines.yml").to_owned(),
    },
    Host {
        what: "a step for Bitbucket Pipelines",
        at: At::File("bitbucket-pipelines.yml"),
        text: || include_str!("../../../docs/ci/bitbucket-pipelines.yml").to_owned(),
    },
    Host {
        what: "a job for CircleCI",
        at: At::File(".circleci/config.yml"),
        text: || include_str!("../../../docs/ci/circleci.yml").to_owned(),
    },
    Host {
        what: "a workflow for Woodpecker",
        at: At::Folder(".woodpecker", "keysweep.yml"),
        text: || include_str!("../../../docs/ci/woodpecker.yml").to_owned(),
    },
    Host {
        what: "a workflow for Forgejo Actions",
        at: At::Folder(".forgejo/workflows", "keysweep.yml"),
        text: || include_str!("../../../docs/ci/forgejo.yml").to_owned(),
    },
    Host {
        what: "a workflow for Gitea Actions",
        at: At::Folder(".gitea/workflows", "keysweep.yml"),
        text: || include_str!("../../../docs/ci/forgejo.yml").to_owned(),
    },
];

/// The steps that are missing: what each is, the file that it belongs into, and its text.
pub fn missing(here: &Standing) -> Vec<(&'static str, String, String)> {
    let mut out = Vec::new();
    for host in HOSTS {
        let file = match host.at {
            At::File(name) => here
                .top
                .text(name)
                .filter(|text| !text.contains("keysweep"))
                .map(|_| name.to_owned()),
            At::Folder(folder, name) => {
                let file = format!("{folder}/{name}");
                (here.top.has(folder) && !here.top.has(&file)).then_some(file)
            }
        };
        out.extend(file.map(|file| (host.what, file, (host.text)())));
    }
    out
}

/// The job alone, as it stands in a pipeline of one's own: without the heading by which a component is given values.
fn gitlab() -> String {
    let job = GITLAB.split_once("---\n").map_or(GITLAB, |(_, job)| job);
    job.replace("$[[ inputs.stage ]]", "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_runs_keysweep_and_leaves_nothing_to_a_component() {
        for host in HOSTS {
            let text = (host.text)();
            assert!(text.contains("keysweep"), "{}", host.what);
            assert!(!text.contains("$[["), "{}", host.what);
        }
        assert!(gitlab().starts_with("keysweep:\n  stage: test\n"));
    }
}
