//! A directory to scan, and repositories made with git under fixed dates and no foreign configuration.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::{NOW, Run, command, ended, fed};

/// Who makes the commits of tests.
pub const PEOPLE: [(&str, &str); 4] = [
    ("GIT_AUTHOR_NAME", "Ann"),
    ("GIT_AUTHOR_EMAIL", "ann@example.org"),
    ("GIT_COMMITTER_NAME", "Col"),
    ("GIT_COMMITTER_EMAIL", "col@example.org"),
];

/// git in a directory, without any configuration of this machine, and without hooks.
pub fn git(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new("git");
    for name in [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "GIT_OBJECT_DIRECTORY",
    ] {
        command.env_remove(name);
    }
    let settings = [
        "gc.auto=0",
        "core.hooksPath=/dev/null",
        "protocol.file.allow=always",
    ];
    command
        .current_dir(dir)
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_EDITOR", "true")
        .envs(PEOPLE);
    command
}

/// What a command says that reads `input` and has to succeed.
#[track_caller]
pub fn said(command: Command, input: &[u8]) -> String {
    let shown = format!("{command:?}");
    let output = fed(command, input);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}: {errors}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The address of somebody.
pub fn mail_of(name: &str) -> String {
    format!("{}@demo.test", &name[..3].to_lowercase())
}

/// Noon of a day, as git reads it.
pub fn noon(day: &str) -> String {
    format!("{day}T12:00:00Z")
}

/// A temporary directory, removed when dropped.
pub struct Dir {
    temp: tempfile::TempDir,
    clock: Cell<u64>,
}

impl Dir {
    /// An empty directory.
    pub fn new() -> Self {
        Dir {
            temp: tempfile::tempdir().expect("a temporary directory"),
            clock: Cell::new(1_700_000_000),
        }
    }

    /// An empty repository on branch `main`, in `work`, so that there is an outside to look at.
    pub fn repo() -> Self {
        let dir = Self::new();
        fs::create_dir(dir.temp.path().join("work")).expect("it is new");
        dir.git(&["init", "-q", "-b", "main"]);
        dir
    }

    /// Gives the baseline a salt of its own before the first entry. Without it each run draws another one,
    /// and of two passwords one in 256 runs gives both the same tag: a test that expects them apart fails then.
    pub fn fix_salt(&self) {
        self.write(
            ".keysweep-baseline",
            "salt=00112233445566778899aabbccddeeff\n",
        );
    }

    /// The directory that is scanned.
    pub fn path(&self) -> PathBuf {
        let work = self.temp.path().join("work");
        if work.is_dir() {
            work
        } else {
            self.temp.path().to_owned()
        }
    }

    /// A path outside of the repository, in the same temporary directory.
    pub fn outside(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("below the directory")).expect("writable");
        fs::write(path, content).expect("writable");
    }

    /// The text of a file; empty where there is none.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap_or_default()
    }

    /// Runs git a minute later than before.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        self.git_as(args, &[])
    }

    /// The same with more environment.
    #[track_caller]
    pub fn git_as(&self, args: &[&str], env: &[(&str, &str)]) -> String {
        let mut command = self.git_command(args);
        command.envs(env.iter().copied());
        said(command, b"")
    }

    /// Runs git where branches conflict, so that it fails.
    #[track_caller]
    pub fn git_conflicts(&self, args: &[&str]) {
        let end = Run::new(self.git_command(args));
        assert_ne!(end.status, Some(0), "a conflict was wanted: {}", end.text());
    }

    /// Runs git with something on standard input.
    #[track_caller]
    pub fn git_fed(&self, args: &[&str], input: &[u8]) -> String {
        said(self.git_command(args), input)
    }

    /// Runs git as somebody at a moment.
    #[track_caller]
    pub fn git_by(&self, name: &str, mail: &str, at: &str, args: &[&str]) -> String {
        let env = [
            ("GIT_AUTHOR_NAME", name),
            ("GIT_AUTHOR_EMAIL", mail),
            ("GIT_AUTHOR_DATE", at),
            ("GIT_COMMITTER_NAME", name),
            ("GIT_COMMITTER_EMAIL", mail),
            ("GIT_COMMITTER_DATE", at),
        ];
        self.git_as(args, &env)
    }

    /// git in this directory, a minute later than before.
    pub fn git_command(&self, args: &[&str]) -> Command {
        self.clock.set(self.clock.get() + 60);
        let date = format!("{} +0000", self.clock.get());
        let mut command = git(&self.path(), args);
        command.env("GIT_AUTHOR_DATE", &date);
        command.env("GIT_COMMITTER_DATE", &date);
        command
    }

    /// Commits everything.
    #[track_caller]
    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A", "-f"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Commits everything that git does not ignore, as somebody at noon of a day.
    #[track_caller]
    pub fn commit_by(&self, name: &str, day: &str, message: &str) {
        self.git(&["add", "-A"]);
        let args = ["commit", "-q", "--allow-empty", "-m", message];
        self.git_by(name, &mail_of(name), &noon(day), &args);
    }

    /// Where a loose object lies.
    pub fn loose(&self, id: &str) -> PathBuf {
        self.path()
            .join(".git/objects")
            .join(&id[..2])
            .join(&id[2..])
    }

    /// The program, in this directory, with nothing in its environment.
    pub fn command(&self, args: &[&str]) -> Command {
        command(&self.path(), args)
    }

    /// Runs the program.
    pub fn run(&self, args: &[&str]) -> Run {
        Run::from(ended(self.spawn(args, Stdio::null(), Stdio::piped())))
    }

    /// Runs the program and reads its JSON report.
    pub fn json(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.extend(["--format", "json", "--now", NOW]);
        self.run(&all).json()
    }

    /// Runs the program with something on standard input.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Run {
        Run::from(fed(self.command(args), input))
    }

    /// Starts the program.
    pub fn spawn(&self, args: &[&str], stdin: Stdio, stdout: Stdio) -> Child {
        self.command(args)
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts")
    }
}
