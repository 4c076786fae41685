//! All verbs give one answer to whether a repository can be read, and where one is refused, each has
//! the way out that it names.

use std::path::Path;

use super::special_files::{Spot, VERBS};
use crate::common::{Dir, Run, command, line};

/// A change to the configuration, and what the refusal names; `None` when the repository is read.
type Format = (&'static str, Option<&'static str>);

const FORMATS: &[Format] = &[
    ("[extensions]\n\tfoo = bar\n", None),
    ("[core]\n\trepositoryformatversion = 0x1\n", None),
    (
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tcompatObjectFormat = sha256\n",
        None,
    ),
    (
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tworktreeConfig\n",
        None,
    ),
    (
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tfoo = bar\n",
        Some("extensions.foo"),
    ),
    (
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\trefStorage = reftable\n",
        Some("reftable"),
    ),
    ("[core]\n\trepositoryformatversion = 2\n", Some("version 2")),
    ("[core]\n\trepositoryformatversion = one\n", Some("one")),
    ("[core\n", Some("not a valid git configuration")),
];

#[test]
fn every_verb_reads_or_refuses_the_same_formats() {
    let spot = Spot::new();
    let path = spot.git_dir().join("config");
    let plain = std::fs::read_to_string(&path).expect("readable");
    for (text, refused) in FORMATS {
        std::fs::write(&path, format!("{plain}{text}")).expect("writable");
        for verb in VERBS {
            let (code, said) = spot.ends(verb, text);
            match refused {
                // The files of a tree are read all the same; which of them are tracked is a gap.
                Some(name) if verb != ["scan"] => {
                    assert_eq!(code, 2, "{verb:?}, {text}: {said}");
                    assert!(said.contains(name), "{verb:?}, {text}: {said}");
                }
                _ => assert_eq!(code, 1, "{verb:?}, {text}: {said}"),
            }
        }
    }
}

/// A clone that borrows its objects, with a value in its history and one that is staged.
fn shared() -> (Dir, std::path::PathBuf) {
    let dir = Dir::repo();
    dir.write("README", "nothing here\n");
    dir.commit("first");
    dir.write("a.env", line(1));
    dir.commit("second");
    dir.git(&["clone", "-q", "--shared", ".", "../clone"]);
    let clone = dir.outside("clone");
    std::fs::write(clone.join("b.env"), line(2)).expect("writable");
    dir.git(&["-C", "../clone", "add", "b.env"]);
    (dir, clone)
}

fn run(clone: &Path, args: &[&str]) -> Run {
    Run::new(command(clone, args))
}

#[test]
fn a_clone_that_borrows_objects_is_read_by_every_verb_that_is_allowed_to() {
    let (dir, clone) = shared();
    let origin = dir.path();
    let allow = ["--allow-alternate", origin.to_str().expect("plain")];
    for verb in VERBS.into_iter().filter(|verb| *verb != ["scan"]) {
        // The commits of a push are named by whoever calls the hook.
        let pushed = |args: &[&str]| {
            let mut command = command(&clone, args);
            if verb.contains(&"pre-push") {
                command.env("PRE_COMMIT_FROM_REF", "main~1");
                command.env("PRE_COMMIT_TO_REF", "main");
            }
            Run::new(command)
        };
        let refused = pushed(verb);
        let said = refused.text() + &refused.errors();
        // What is staged lies in the clone itself: with the rest a gap, it may be shown.
        let shown = verb.contains(&"--unreachable") && refused.status == Some(1);
        assert!(shown || refused.status == Some(2), "{verb:?}: {said}");
        assert!(said.contains("--allow-alternate"), "{verb:?}: {said}");
        let read = pushed(&[verb, &allow].concat());
        assert_eq!(
            read.status,
            Some(1),
            "{verb:?}: {}{}",
            read.text(),
            read.errors()
        );
    }
}

#[test]
fn hooks_are_installed_where_they_can_read() {
    let (dir, clone) = shared();
    let hook = clone.join(".git/hooks/pre-commit");
    run(&clone, &["hook", "install"])
        .ends(2)
        .complains("nothing was installed")
        .complains("--allow-alternate");
    assert!(!hook.exists());
    let origin = dir.path();
    let allow = ["--allow-alternate", origin.to_str().expect("plain")];
    for _ in 0..2 {
        run(&clone, &[&["hook", "install"][..], &allow].concat()).ends(0);
    }
    let mut script = std::process::Command::new("sh");
    script.arg(&hook).current_dir(&clone);
    let path = std::env::var_os("PATH").unwrap_or_default();
    script.env_clear().env("PATH", path);
    // What is staged is judged: it brings a value.
    Run::new(script).ends(1);
    // Without what is allowed, a hook is ours too.
    run(&clone, &["hook", "uninstall"]).ends(0).says("removed");
    assert!(!hook.exists());
}
