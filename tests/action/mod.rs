//! A runner: an origin, a checkout as `actions/checkout` leaves it, and the steps of `action.yml`.

mod bad_input;
mod build;
mod events;
mod hostile;
mod inputs;
mod manual;
mod reports;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{PEOPLE, Run};

const MANIFEST: &str = include_str!("../../action.yml");
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One temporary directory with everything that a runner has.
pub struct Runner {
    temp: tempfile::TempDir,
    clock: std::cell::Cell<u64>,
}

/// What a run of the action left behind.
pub struct Outcome {
    /// The last step that ran.
    pub run: Run,
    pub outputs: BTreeMap<String, String>,
    pub summary: String,
}

impl Runner {
    /// A bare origin and a repository `dev` to fill it from, with one commit on `main`.
    pub fn new() -> Self {
        let runner = Runner {
            temp: tempfile::tempdir().expect("a temporary directory"),
            clock: std::cell::Cell::new(1_700_000_000),
        };
        for dir in ["dev", "home", "workspace", "temp"] {
            fs::create_dir(runner.at(dir)).expect("it is new");
        }
        runner.git(
            "dev",
            &["init", "-q", "--bare", "-b", "main", "../origin.git"],
        );
        runner.git("dev", &["init", "-q", "-b", "main"]);
        runner.git("dev", &["remote", "add", "origin", "../origin.git"]);
        runner.commit("README.md", "a shop\n");
        runner.push("main");
        runner
    }

    /// A path in the temporary directory.
    pub fn at(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(args).env_clear().env("HOME", self.at("home"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    /// git in a folder of the temporary directory; what it printed.
    #[track_caller]
    pub fn git(&self, dir: &str, args: &[&str]) -> String {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0000", self.clock.get());
        let mut command = self.command("git", args);
        command.current_dir(self.at(dir)).envs(PEOPLE).envs([
            ("GIT_AUTHOR_DATE", date.as_str()),
            ("GIT_COMMITTER_DATE", date.as_str()),
        ]);
        Run::new(command).ends(0).text().trim().to_owned()
    }

    /// Commits one file in `dev`; the commit.
    pub fn commit(&self, file: &str, content: &str) -> String {
        let path = self.at("dev").join(file);
        fs::create_dir_all(path.parent().expect("below")).expect("writable");
        fs::write(path, content).expect("writable");
        self.git("dev", &["add", "-A"]);
        self.git(
            "dev",
            &["commit", "-q", "-m", &format!("change {}", file.len())],
        );
        self.tip()
    }

    /// Removes a file in `dev`; the commit.
    pub fn remove(&self, file: &str) -> String {
        self.git("dev", &["rm", "-q", file]);
        self.git("dev", &["commit", "-q", "-m", "remove"]);
        self.tip()
    }

    /// Commits that change nothing of interest.
    pub fn many(&self, count: u32) {
        for n in 0..count {
            self.git(
                "dev",
                &["commit", "-q", "--allow-empty", "-m", &format!("step {n}")],
            );
        }
    }

    pub fn tip(&self) -> String {
        self.git("dev", &["rev-parse", "HEAD"])
    }

    pub fn switch(&self, branch: &str) {
        self.git("dev", &["switch", "-q", "-C", branch]);
    }

    /// Pushes HEAD of `dev` to a branch or reference of the origin.
    pub fn push(&self, to: &str) {
        let to = match to.starts_with("refs/") {
            true => format!("+HEAD:{to}"),
            false => format!("+HEAD:refs/heads/{to}"),
        };
        self.git("dev", &["push", "-q", "origin", &to]);
    }

    /// The workspace as `actions/checkout` leaves it: one commit, no branch, no credentials.
    pub fn checkout(&self, commit: &str) {
        fs::remove_dir_all(self.at("workspace")).expect("it is there");
        fs::create_dir(self.at("workspace")).expect("it is gone");
        self.git("workspace", &["init", "-q", "-b", "unused"]);
        // A path would be cloned with everything; an address is what a runner has.
        let address = format!("file://{}", self.at("origin.git").display());
        self.git("workspace", &["remote", "add", "origin", &address]);
        self.git(
            "workspace",
            &["fetch", "-q", "--no-tags", "--depth=1", "origin", commit],
        );
        self.git("workspace", &["checkout", "-q", "--detach", "FETCH_HEAD"]);
        assert_eq!(self.git("workspace", &["rev-list", "--count", "HEAD"]), "1");
    }

    /// The checkout loses its way to the origin, as without credentials.
    pub fn lock_out(&self) {
        let nowhere = format!("file://{}", self.at("no-such-origin").display());
        self.git("workspace", &["remote", "set-url", "origin", &nowhere]);
    }

    /// Runs the action for an event with a recorded payload, in which words are replaced.
    pub fn run(&self, event: &str, payload: &str, words: &[(&str, &str)]) -> Outcome {
        self.run_with(event, payload, words, &[], |_| {})
    }

    /// The same with inputs, and with a last change to every step's environment.
    pub fn run_with(
        &self,
        event: &str,
        payload: &str,
        words: &[(&str, &str)],
        inputs: &[(&str, &str)],
        change: impl Fn(&mut Command),
    ) -> Outcome {
        let path = Path::new(ROOT).join(format!("fixtures/action/{payload}.json"));
        let mut text = fs::read_to_string(path).expect("a recorded payload");
        for (from, to) in words {
            text = text.replace(&format!("@{from}@"), to);
        }
        assert!(
            !text.contains('@') || text.contains("@example.org"),
            "{text}"
        );
        fs::write(self.at("event.json"), text).expect("writable");
        self.steps(event, inputs, change)
    }

    /// Runs the steps of `action.yml` that run something, until one fails.
    pub fn steps(
        &self,
        event: &str,
        inputs: &[(&str, &str)],
        change: impl Fn(&mut Command),
    ) -> Outcome {
        for file in ["outputs", "summary.md"] {
            fs::write(self.at(file), "").expect("writable");
        }
        let before = listing(&self.at("workspace"));
        let mut run = None;
        for step in steps(inputs) {
            let mut command = self.command("bash", &["-e", "-o", "pipefail", "-c", &step.run]);
            command
                .current_dir(self.at("workspace"))
                .env("CI", "true")
                .env("GITHUB_ACTIONS", "true")
                .env("GITHUB_ACTION_PATH", ROOT)
                .env("GITHUB_WORKSPACE", self.at("workspace"))
                .env("GITHUB_EVENT_NAME", event)
                .env("GITHUB_EVENT_PATH", self.at("event.json"))
                .env("GITHUB_OUTPUT", self.at("outputs"))
                .env("GITHUB_STEP_SUMMARY", self.at("summary.md"))
                .env("GITHUB_REF", "refs/heads/main")
                .env("GITHUB_SHA", "f".repeat(40))
                .env("RUNNER_TEMP", self.at("temp"))
                .env("RUNNER_OS", "Linux")
                .env("RUNNER_ARCH", "X64")
                .env("KEYSWEEP_ACTION_BINARY", env!("CARGO_BIN_EXE_keysweep"))
                .envs(step.env);
            // What the steps before it gave, as the runner keeps it.
            let given = fs::read_to_string(self.at("outputs")).unwrap_or_default();
            for (name, output) in step.given {
                let value = given
                    .lines()
                    .rev()
                    .find_map(|line| line.strip_prefix(&output)?.strip_prefix('='));
                command.env(name, value.unwrap_or_default());
            }
            change(&mut command);
            let done = Run::new(command);
            let failed = done.status != Some(0);
            run = Some(done);
            if failed {
                break;
            }
        }
        let after = listing(&self.at("workspace"));
        assert_eq!(before, after, "nothing is written into the workspace");
        let text = fs::read_to_string(self.at("outputs")).unwrap_or_default();
        let outputs = text.lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Outcome {
            run: run.expect("the action has steps"),
            outputs: outputs.collect(),
            summary: fs::read_to_string(self.at("summary.md")).unwrap_or_default(),
        }
    }
}

impl Outcome {
    /// An output, or nothing.
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// The exit status of the step, which the output repeats.
    #[track_caller]
    pub fn ends(&self, status: i32) -> &Self {
        self.run.ends(status);
        assert_eq!(self.output("exit-code"), status.to_string());
        self
    }

    /// Requires words in the log.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        self.run.says(words);
        self
    }

    /// Requires that words are not in the log.
    #[track_caller]
    pub fn lacks(&self, words: &str) -> &Self {
        let text = self.run.text();
        assert!(!text.contains(words), "`{words}` in {text}");
        self
    }

    /// A report that the action wrote.
    pub fn report(&self, output: &str) -> serde_json::Value {
        let text = fs::read(self.output(output)).expect("the output names a file");
        serde_json::from_slice(&text).expect("JSON")
    }
}

/// A step that runs something, with its environment.
pub struct Step {
    pub run: String,
    pub env: BTreeMap<String, String>,
    /// Variables that hold outputs of steps before it, with the names of those.
    pub given: Vec<(String, String)>,
}

/// The steps of `action.yml`. Its lines are simple, so that this reading of them is enough.
pub fn steps(inputs: &[(&str, &str)]) -> Vec<Step> {
    let (_, text) = MANIFEST.split_once("\n  steps:\n").expect("it has steps");
    text.split("    - name: ")
        .skip(1)
        .filter_map(|step| {
            let line = step.lines().find_map(|l| l.strip_prefix("      run: "))?;
            let env = step
                .lines()
                .filter_map(|l| l.strip_prefix("        ")?.split_once(": ${{ inputs."))
                .map(|(name, input)| {
                    let input = input.strip_suffix(" }}").expect("one expression");
                    let given = inputs.iter().find(|(name, _)| *name == input);
                    let value = given.map_or_else(|| default_of(input), |(_, v)| (*v).to_owned());
                    (name.to_owned(), value)
                })
                .collect();
            let given = step
                .lines()
                .filter_map(|l| l.strip_prefix("        ")?.split_once(": ${{ steps."))
                .map(|(name, output)| {
                    let output = output.strip_suffix(" }}").expect("one expression");
                    let (_, output) = output.split_once(".outputs.").expect("an output");
                    (name.to_owned(), output.to_owned())
                })
                .collect();
            Some(Step {
                run: line.to_owned(),
                env,
                given,
            })
        })
        .collect()
}

/// What an input is when nobody sets it; there must be such an input.
pub fn default_of(input: &str) -> String {
    let (_, rest) = MANIFEST
        .split_once(&format!("\n  {input}:\n"))
        .unwrap_or_else(|| panic!("action.yml has no input {input}"));
    let (_, rest) = rest.split_once("    default: \"").expect("a default");
    rest.split('"').next().expect("the default ends").to_owned()
}

/// Every path of a directory but what git keeps.
fn listing(dir: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).into_iter().flatten().flatten() {
            if entry.file_name() == ".git" {
                continue;
            }
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                open.push(entry.path());
            }
            out.push(entry.path());
        }
    }
    out.sort();
    out
}
