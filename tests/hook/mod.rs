//! A repository with an origin, whose hooks run, and a git that may be refused.

mod bad_input;
mod framework;
mod install;
mod plain;
mod receive;
mod remotes;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{PEOPLE, Run};

/// A work tree `work` and a bare `origin.git` in one temporary directory.
pub struct Site {
    temp: tempfile::TempDir,
}

impl Site {
    /// Both, with nothing in them.
    pub fn new() -> Self {
        let site = Site {
            temp: tempfile::tempdir().expect("a temporary directory"),
        };
        for dir in ["home", "work", "bin"] {
            fs::create_dir(site.at(dir)).expect("it is new");
        }
        let binary = Path::new(env!("CARGO_BIN_EXE_keysweep"));
        std::os::unix::fs::symlink(binary, site.at("bin/keysweep")).expect("a link");
        site.git(&["init", "-q", "--bare", "-b", "main", "../origin.git"])
            .ends(0);
        site.git(&["init", "-q", "-b", "main"]).ends(0);
        site.git(&["remote", "add", "origin", "../origin.git"])
            .ends(0);
        site
    }

    /// With keysweep's own hooks.
    pub fn hooked() -> Self {
        let site = Self::new();
        site.keysweep(&["hook", "install"]).ends(0);
        site
    }

    /// A path in the temporary directory.
    pub fn at(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    /// Writes a file of the work tree.
    pub fn write(&self, name: &str, content: &str) {
        let path = self.at("work").join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("writable");
        fs::write(path, content).expect("writable");
    }

    /// Writes a program into the work tree's hooks.
    pub fn hook(&self, name: &str, script: &str) {
        let path = self.at("work/.git/hooks").join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("writable");
        fs::write(&path, script).expect("writable");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("ours");
    }

    /// A program in the work tree, with this keysweep on its path.
    pub fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut path = std::ffi::OsString::from(self.at("bin"));
        if let Some(old) = std::env::var_os("PATH") {
            path.push(":");
            path.push(old);
        }
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.at("work"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.at("home"))
            .env("PRE_COMMIT_HOME", self.at("home/pre-commit"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(PEOPLE)
            .stdin(Stdio::null());
        command
    }

    /// git, with hooks.
    pub fn git(&self, args: &[&str]) -> Run {
        Run::new(self.command("git", args))
    }

    /// This keysweep.
    pub fn keysweep(&self, args: &[&str]) -> Run {
        Run::new(self.command("keysweep", args))
    }

    /// Commits everything without asking hooks.
    pub fn commit_unseen(&self, message: &str) {
        self.git(&["add", "-A"]).ends(0);
        self.git(&[
            "commit",
            "-q",
            "--no-verify",
            "--allow-empty",
            "-m",
            message,
        ])
        .ends(0);
    }

    /// Pushes without asking hooks.
    pub fn push_unseen(&self, args: &[&str]) {
        let mut all = vec!["push", "-q", "--no-verify", "origin"];
        all.extend(args);
        self.git(&all).ends(0);
    }
}

impl Run {
    /// Standard output and error together; git passes hooks' output to standard error.
    pub fn all(&self) -> String {
        format!("{}{}", self.text(), self.errors())
    }

    /// Requires words anywhere.
    #[track_caller]
    pub fn has(&self, words: &str) -> &Self {
        assert!(self.all().contains(words), "`{words}` in: {}", self.all());
        self
    }

    /// Requires that words are nowhere.
    #[track_caller]
    pub fn lacks(&self, words: &str) -> &Self {
        assert!(!self.all().contains(words), "`{words}` in: {}", self.all());
        self
    }
}
