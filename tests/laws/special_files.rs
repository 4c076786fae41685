//! Whatever stands at a path below `.git`, every verb ends: with what it found, or with the name of
//! what it could not read. Never without end, never clean, and never with what lies outside.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{Dir, line};

/// Every verb that reads a repository, and what stands on its standard input.
pub(super) const VERBS: [&[&str]; 9] = [
    &["scan"],
    &["scan", "--index"],
    &["staged"],
    &["hook", "--stage", "pre-commit"],
    &["hook", "--stage", "pre-push"],
    &["history"],
    &["history", "--range", "main~1..main"],
    &["history", "--since", "2001-01-01"],
    &["history", "--unreachable"],
];

/// Those that read only what git keeps, and can be allowed to read more.
fn of_git(verb: &&[&str]) -> bool {
    **verb != ["scan"]
}

/// What is put in the place of a file or directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Instead {
    /// Nobody ever writes into it.
    Fifo,
    /// It never ends.
    Zeros,
    /// A link to the same content outside of the repository.
    Outside,
    /// A link to the same content in the working tree.
    Inside,
}

/// A repository with every kind of file that git keeps, and a value in all that verbs look at.
pub(super) struct Spot {
    dir: Dir,
    push: String,
}

impl Spot {
    pub(super) fn new() -> Self {
        let dir = Dir::repo();
        dir.write("README", "nothing here\n");
        dir.commit("first");
        dir.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
        dir.git(&[
            "symbolic-ref",
            "refs/remotes/origin/HEAD",
            "refs/remotes/origin/main",
        ]);
        dir.git(&["tag", "-a", "-m", "one", "v1"]);
        dir.git(&["pack-refs", "--all"]);
        dir.git(&["repack", "-q", "-a", "-d"]);
        dir.write("sub/a.env", line(1));
        dir.commit("second");
        dir.git(&["repack", "-q", "-d"]);
        dir.write("README", "stashed\n");
        dir.git(&["stash", "-q"]);
        dir.git(&["worktree", "add", "-q", "--detach", "../linked"]);
        dir.git(&["update-ref", "refs/notes/x", "HEAD"]);
        dir.write("b.env", line(2));
        dir.commit("third");
        dir.write("c.env", line(3));
        dir.git(&["add", "c.env"]);
        let head = dir.git(&["rev-parse", "HEAD"]);
        let push = format!(
            "refs/heads/main {head} refs/heads/main {}\n",
            "0".repeat(40)
        );
        Spot { dir, push }
    }

    pub(super) fn git_dir(&self) -> PathBuf {
        self.dir.path().join(".git")
    }

    /// Every path below `.git`, one loose object and one hook for all, and the names that git opens
    /// when they are there.
    fn paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        let mut stack = vec![self.git_dir()];
        while let Some(dir) = stack.pop() {
            for entry in fs::read_dir(&dir).expect("readable") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(self.git_dir()).expect("below");
                let name = name.to_str().expect("plain").to_owned();
                if path.is_dir() {
                    stack.push(path);
                }
                if !["hooks/", "branches", "description"]
                    .iter()
                    .any(|n| name.starts_with(n))
                {
                    out.push(name);
                }
            }
        }
        out.sort();
        let fanout =
            |name: &String| name.starts_with("objects/") && name.as_bytes().get(10) == Some(&b'/');
        let head = self.dir.git(&["rev-parse", "HEAD:b.env"]);
        let one = format!("objects/{}", &head[..2]);
        out.retain(|name| {
            let loose = fanout(name) || name.len() == "objects/00".len();
            !(loose && name.starts_with("objects/")) || name.starts_with(&one)
        });
        for absent in [
            "commondir",
            "shallow",
            "gitdir",
            "config.worktree",
            "objects/info/alternates",
            "objects/info/commit-graph",
            "objects/pack/multi-pack-index",
            "sharedindex.0000000000000000000000000000000000000000",
            "MERGE_HEAD",
            "FETCH_HEAD",
            "CHERRY_PICK_HEAD",
            "info/grafts",
            "refs/heads/other",
            "refs/worktree/own",
        ] {
            out.push(absent.to_owned());
        }
        out.sort();
        out.dedup();
        out
    }

    /// Runs a verb; its status and all that it wrote. Fails when it does not end.
    pub(super) fn ends(&self, args: &[&str], what: &str) -> (i32, String) {
        let run = self.dir.feed(args, self.push.as_bytes());
        let code = run
            .status
            .unwrap_or_else(|| panic!("{args:?} died, or did not end, with {what}"));
        (code, run.text() + &run.errors())
    }

    /// Puts `instead` in the place of `path`, runs `check`, and puts back what was there.
    fn with(&self, path: &str, instead: Instead, check: impl FnOnce()) {
        let full = self.git_dir().join(path);
        let there = fs::symlink_metadata(&full).is_ok();
        let kept = match instead {
            Instead::Inside => self.dir.path().join("kept"),
            _ => self.dir.outside("kept"),
        };
        match there {
            true => fs::rename(&full, &kept).expect("it can be moved"),
            false => fs::create_dir_all(full.parent().expect("below")).expect("writable"),
        }
        let target = match instead {
            Instead::Fifo => None,
            Instead::Zeros => Some(Path::new("/dev/zero")),
            Instead::Outside | Instead::Inside => Some(kept.as_path()),
        };
        match target {
            Some(target) => std::os::unix::fs::symlink(target, &full).expect("a link"),
            None => {
                let made = std::process::Command::new("mkfifo").arg(&full).status();
                assert!(made.expect("mkfifo is there").success());
            }
        }
        check();
        fs::remove_file(&full).expect("it can be removed");
        if there {
            fs::rename(&kept, &full).expect("it can be moved back");
        }
    }
}

#[test]
fn every_verb_ends_and_none_is_clean_whatever_stands_below_the_git_directory() {
    let spot = Spot::new();
    for verb in VERBS {
        let (code, text) = spot.ends(verb, "nothing changed");
        assert_eq!(code, 1, "{verb:?}: {text}");
    }
    for path in spot.paths() {
        for instead in [Instead::Fifo, Instead::Zeros] {
            spot.with(&path, instead, || {
                for verb in VERBS {
                    let what = format!("{instead:?} at {path}");
                    let (code, text) = spot.ends(verb, &what);
                    assert!(
                        matches!(code, 1 | 2),
                        "{verb:?} ends with {code}: {what}: {text}"
                    );
                    assert!(!text.trim().is_empty(), "{verb:?} says nothing: {what}");
                }
            });
        }
    }
}

#[test]
fn links_out_of_the_repository_are_not_followed_and_links_inside_are() {
    let spot = Spot::new();
    let allowed = spot.dir.outside("");
    let allowed = allowed.to_str().expect("plain");
    for path in spot.paths() {
        if fs::symlink_metadata(spot.git_dir().join(&path)).is_err() {
            continue;
        }
        spot.with(&path, Instead::Outside, || {
            for verb in VERBS {
                let what = format!("a link out at {path}");
                let (code, text) = spot.ends(verb, &what);
                assert!(
                    matches!(code, 1 | 2),
                    "{verb:?} ends with {code}: {what}: {text}"
                );
                if !of_git(&verb) {
                    continue;
                }
                let verb = [verb, &["--allow-alternate", allowed]].concat();
                let (code, text) = spot.ends(&verb, &what);
                // gix passes over single packs that are links, and says what it misses then.
                let pack = path.starts_with("objects/pack/");
                assert!(
                    code == 1 || (pack && code == 2),
                    "{verb:?}: allowed, {what}: {text}"
                );
            }
        });
        spot.with(&path, Instead::Inside, || {
            for verb in VERBS {
                let what = format!("a link inside at {path}");
                let (code, text) = spot.ends(verb, &what);
                let pack = path.starts_with("objects/pack/");
                assert!(code == 1 || (pack && code == 2), "{verb:?}: {what}: {text}");
            }
        });
    }
}

/// What only an outside store holds is never shown, whichever part of it is lent by a link.
#[test]
fn nothing_is_reported_from_a_store_that_a_link_leads_to() {
    let spot = Spot::new();
    let packs = fs::read_dir(spot.git_dir().join("objects/pack")).expect("readable");
    let mut parts: Vec<String> = packs
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| format!("objects/pack/{}", name.to_str().expect("plain")))
        .collect();
    let blob = spot.dir.git(&["rev-parse", "HEAD:b.env"]);
    parts.push("objects/pack".to_owned());
    parts.push("objects".to_owned());
    parts.push(format!("objects/{}", &blob[..2]));
    parts.push(format!("objects/{}/{}", &blob[..2], &blob[2..]));
    for path in parts {
        spot.with(&path, Instead::Outside, || {
            for verb in VERBS.iter().filter(|verb| of_git(verb)) {
                let (code, text) = spot.ends(verb, &path);
                let says = [
                    "leads out",
                    "outside",
                    "not followed",
                    "cannot be read",
                    "missing",
                ];
                assert!(code != 0, "{verb:?}, {path}: {text}");
                let said = says.iter().any(|say| text.contains(say));
                assert!(said || !text.contains("b.env"), "{verb:?}, {path}: {text}");
            }
        });
    }
}

/// Hooks are written with the help of git, which would wait for a FIFO without end.
#[test]
fn installing_hooks_never_waits_for_a_file_of_git() {
    let spot = Spot::new();
    for path in ["HEAD", "config", "config.worktree", "commondir"] {
        for instead in [Instead::Fifo, Instead::Zeros] {
            spot.with(path, instead, || {
                for verb in [["hook", "install"], ["hook", "uninstall"]] {
                    let what = format!("{instead:?} at {path}");
                    let (code, text) = spot.ends(&verb, &what);
                    assert_eq!(code, 2, "{verb:?}: {what}: {text}");
                    assert!(text.contains(path), "{verb:?}: {what}: {text}");
                }
            });
        }
    }
}
