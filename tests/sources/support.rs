//! A visitor that records what it is shown, and a repository to play with.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use keysweep::finding::{Origin, Reason, RepoPath};
use keysweep::source::{
    Blob, Control, GitEnv, IgnoredFiles, Inherit, StagedOptions, TreeOptions, Visit, Visited,
    scan_staged_with, scan_tree,
};

use crate::common::Dir;

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

/// A directory with git.
pub struct Repo {
    pub temp: Dir,
    pub dir: PathBuf,
}

impl Repo {
    pub fn bare_dir() -> Self {
        let temp = Dir::new();
        fs::create_dir(temp.outside("work")).expect("it is new");
        let dir = temp.path().canonicalize().expect("it exists");
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
        self.temp.git(args)
    }

    pub fn write(&self, path: &str, text: &str) {
        self.temp.write(path, text);
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
