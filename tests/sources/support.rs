//! A visitor that records what it is shown, and a repository to play with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use keysweep::finding::{Origin, Reason, RepoPath};
use keysweep::source::{
    Blob, Control, GitEnv, IgnoredFiles, Inherit, StagedOptions, TreeOptions, Visit, Visited,
    scan_staged_with, scan_tree,
};

/// Remembers every piece of content.
#[derive(Default)]
pub struct Recorder(pub Mutex<Vec<(Origin, Vec<u8>)>>);

impl Visit for Recorder {
    type State = ();
    fn blob(&self, blob: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        let entry = (blob.origin.clone(), blob.bytes.to_vec());
        self.0.lock().expect("no visit panics").push(entry);
    }
}

/// What a scan showed and said.
pub struct Seen {
    pub visited: Visited,
    /// `file PATH`, `before PATH` or `link PATH`, sorted, with the content.
    pub content: Vec<(String, String)>,
}

impl Seen {
    pub fn new(recorder: Recorder, visited: Visited) -> Self {
        let list = recorder.0.into_inner().expect("no visit panics");
        let mut content: Vec<_> = list
            .into_iter()
            .map(|(origin, bytes)| {
                let text = |path: &RepoPath| String::from_utf8_lossy(&path.0).into_owned();
                let name = match &origin {
                    Origin::File(path) => format!("file {}", text(path)),
                    Origin::Before(path) => format!("before {}", text(path)),
                    Origin::Link(path) => format!("link {}", text(path)),
                    Origin::Stdin(name) => format!("stdin {name}"),
                    other => format!("{other:?}"),
                };
                (name, String::from_utf8_lossy(&bytes).into_owned())
            })
            .collect();
        content.sort();
        Seen { visited, content }
    }

    pub fn names(&self) -> Vec<&str> {
        self.content.iter().map(|(name, _)| name.as_str()).collect()
    }

    pub fn get(&self, name: &str) -> &str {
        let found = self.content.iter().find(|(other, _)| other == name);
        &found
            .unwrap_or_else(|| panic!("{name} among {:?}", self.names()))
            .1
    }

    pub fn skipped(&self) -> BTreeMap<String, Reason> {
        let name = |what: &[u8]| String::from_utf8_lossy(what).into_owned();
        self.visited
            .skipped
            .iter()
            .map(|skipped| (name(&skipped.what), skipped.reason))
            .collect()
    }
}

/// A temporary directory with git.
pub struct Repo {
    pub temp: tempfile::TempDir,
    pub dir: PathBuf,
}

impl Repo {
    pub fn bare_dir() -> Self {
        let temp = tempfile::tempdir().expect("a temporary directory");
        let dir = temp.path().canonicalize().expect("it exists").join("work");
        fs::create_dir(&dir).expect("it is new");
        Repo { temp, dir }
    }

    pub fn new() -> Self {
        let repo = Self::bare_dir();
        repo.git(&["init", "-q", "-b", "main"]);
        repo
    }

    pub fn at(&self, dir: &str) -> Spot {
        Spot {
            dir: self.dir.join(dir),
        }
    }

    pub fn git(&self, args: &[&str]) -> String {
        git(&self.dir, args, &[])
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().expect("below the repository")).expect("writable");
        fs::write(path, text).expect("writable");
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
    }

    pub fn staged(&self) -> Seen {
        self.at("").staged(&GitEnv::default())
    }

    pub fn tree(&self) -> Seen {
        tree(&[self.dir.as_path()], |_| {})
    }
}

/// A directory of a repository.
pub struct Spot {
    pub dir: PathBuf,
}

impl Spot {
    pub fn staged(&self, env: &GitEnv) -> Seen {
        self.try_staged(env).expect("staged content is readable")
    }

    pub fn try_staged(&self, env: &GitEnv) -> anyhow::Result<Seen> {
        let options = StagedOptions {
            dir: self.dir.clone(),
            allow_alternates: Vec::new(),
            threads: 2,
            max_file_size: 1 << 20,
        };
        let recorder = Recorder::default();
        let visited = scan_staged_with(&options, env, &recorder, &Control::default())?;
        Ok(Seen::new(recorder, visited))
    }
}

pub fn options(paths: &[&Path]) -> TreeOptions {
    TreeOptions {
        paths: paths.iter().map(|path| path.to_path_buf()).collect(),
        ignored: IgnoredFiles::Counted,
        exclude: Vec::new(),
        threads: 2,
        max_file_size: 1 << 20,
        recurse_submodules: false,
        git_config: false,
    }
}

pub fn tree(paths: &[&Path], change: impl FnOnce(&mut TreeOptions)) -> Seen {
    let mut options = options(paths);
    change(&mut options);
    let recorder = Recorder::default();
    let visited = scan_tree(&options, &recorder, &Control::default()).expect("the tree is there");
    Seen::new(recorder, visited)
}

/// Runs git without any configuration of this machine.
pub fn git(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> String {
    let output = try_git(dir, args, env);
    let shown = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "git {args:?}: {shown}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub fn try_git(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> std::process::Output {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .args(["-c", "protocol.file.allow=always"]);
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    command
        .args(args)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs([
            ("GIT_AUTHOR_NAME", "A"),
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_NAME", "C"),
            ("GIT_COMMITTER_EMAIL", "c@example.org"),
            ("GIT_EDITOR", "true"),
        ])
        .envs(env.iter().copied())
        .output()
        .expect("git is installed")
}
