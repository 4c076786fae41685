//! References in every form in which git keeps them: what one of them reaches is found, and one
//! that leads nowhere is a gap. git is the oracle of what is reached.

use std::fs;
use std::os::unix::fs::symlink;

use crate::common::{Dir, line, members};

/// A way to keep a commit: its name, and how it is made.
type Layout = (&'static str, fn(&Dir, &str));

/// The commit at the end of the repository's only branch, and one that no reference has yet. That
/// one brings a value.
fn repository() -> (Dir, String) {
    let dir = Dir::repo();
    dir.write("README", "nothing here\n");
    dir.commit("base");
    dir.git(&["repack", "-q", "-a", "-d"]);
    let content = dir.outside("content");
    fs::write(&content, line(1)).expect("writable");
    let blob = dir.git(&["hash-object", "-w", content.to_str().expect("plain")]);
    let index = dir.outside("index");
    let env = [("GIT_INDEX_FILE", index.to_str().expect("plain"))];
    let entry = format!("100644,{blob},v.env");
    dir.git_as(&["update-index", "--add", "--cacheinfo", &entry], &env);
    let tree = dir.git_as(&["write-tree"], &env);
    let value = dir.git(&["commit-tree", "-m", "value", &tree]);
    (dir, value)
}

/// Writes a file below `.git`, and the directories above it.
fn put(dir: &Dir, name: &str, text: &str) {
    dir.write(&format!(".git/{name}"), text);
}

fn link(dir: &Dir, name: &str, target: &str) {
    let path = dir.path().join(".git").join(name);
    fs::create_dir_all(path.parent().expect("below")).expect("writable");
    symlink(target, path).expect("a link");
}

/// What git reaches, or what it would if another worktree were open.
const WHOLE: &[Layout] = &[
    ("a branch", |dir, id| {
        put(dir, "refs/heads/deep/er/x", &format!("{id}\n"))
    }),
    ("a packed branch", |dir, id| {
        dir.git(&["update-ref", "refs/heads/x", id]);
        dir.git(&["pack-refs", "--all"]);
    }),
    ("a branch that is packed twice", |dir, id| {
        let head = dir.git(&["rev-parse", "HEAD"]);
        put(
            dir,
            "packed-refs",
            &format!("{id} refs/heads/x\n{head} refs/heads/x\n"),
        );
    }),
    ("a tag", |dir, id| {
        dir.git(&["tag", "-a", "-m", "t", "v1", id]);
    }),
    ("a remote branch", |dir, id| {
        dir.git(&["update-ref", "refs/remotes/origin/x", id]);
    }),
    ("a stash", |dir, id| {
        dir.git(&["update-ref", "--create-reflog", "-m", "x", "refs/stash", id]);
    }),
    ("notes", |dir, id| {
        dir.git(&["update-ref", "refs/notes/x", id]);
    }),
    ("a namespace of its own", |dir, id| {
        dir.git(&["update-ref", "refs/pull/7/head", id]);
    }),
    ("a detached HEAD", |dir, id| {
        dir.git(&["update-ref", "--no-deref", "HEAD", id]);
    }),
    ("a detached HEAD of a linked worktree", |dir, id| {
        dir.git(&["worktree", "add", "-q", "--detach", "../linked", id]);
    }),
    ("a reference of this worktree", |dir, id| {
        dir.git(&["update-ref", "refs/worktree/x", id]);
    }),
    ("a reference of another worktree", |dir, id| {
        dir.git(&["worktree", "add", "-q", "../linked"]);
        dir.git(&["-C", "../linked", "update-ref", "refs/worktree/x", id]);
    }),
    ("a bisection in another worktree", |dir, id| {
        dir.git(&["worktree", "add", "-q", "../linked"]);
        dir.git(&["update-ref", "refs/bisect/bad", "HEAD"]);
        dir.git(&["-C", "../linked", "update-ref", "refs/bisect/bad", id]);
    }),
    ("a linked file", |dir, id| {
        put(dir, "kept", &format!("{id}\n"));
        link(dir, "refs/heads/x", "../../kept");
    }),
    ("a linked directory", |dir, id| {
        put(dir, "kept/deep/x", &format!("{id}\n"));
        link(dir, "refs/heads/linked", "../../kept");
    }),
    ("a linked directory that leads back", |dir, id| {
        put(dir, "kept/x", &format!("{id}\n"));
        link(dir, "kept/again", "../../.git/kept");
        link(dir, "refs/heads/linked", "../../kept");
    }),
    ("a link that is a symbolic reference", |dir, id| {
        put(dir, "kept", &format!("{id}\n"));
        link(dir, "refs/tags/t", "../../kept");
        link(dir, "refs/heads/x", "refs/tags/t");
    }),
    ("a symbolic reference to a pseudo-reference", |dir, id| {
        put(dir, "ORIG_HEAD", &format!("{id}\n"));
        put(dir, "refs/heads/x", "ref: ORIG_HEAD\n");
    }),
    ("a chain of symbolic references", |dir, id| {
        put(dir, "refs/x/0", &format!("{id}\n"));
        for n in 1..5 {
            put(
                dir,
                &format!("refs/x/{n}"),
                &format!("ref: refs/x/{}\n", n - 1),
            );
        }
        put(dir, "HEAD", "ref: refs/x/4\n");
    }),
    ("a linked HEAD", |dir, id| {
        dir.git(&["update-ref", "refs/heads/x", id]);
        dir.git(&["pack-refs", "--all"]);
        fs::remove_file(dir.path().join(".git/HEAD")).expect("it is there");
        link(dir, "HEAD", "refs/heads/x");
    }),
];

#[test]
fn what_a_reference_reaches_is_found_however_it_is_kept() {
    for (name, make) in WHOLE {
        let (dir, value) = repository();
        make(&dir, &value);
        // git has no look at the own references of other worktrees from here.
        let reached = match name.contains("another worktree") {
            true => dir.git(&["-C", "../linked", "log", "--all", "--format=%H"]),
            false => dir.git(&["log", "--all", "--format=%H"]),
        };
        assert!(
            reached.contains(&value),
            "git does not reach {name}: {reached}"
        );
        for verb in [&["history"][..], &["history", "--since", "2001-01-01"]] {
            let report = dir.json(verb);
            assert_eq!(members(&report), ["v.env:1:14"], "{verb:?}: {name}");
            assert_eq!(
                report["summary"]["complete"], true,
                "{verb:?}: {name}: {report}"
            );
        }
    }
}

/// What no reference may hide: it cannot be read, or leads nowhere.
const BROKEN: &[Layout] = &[
    ("words", |dir, _| put(dir, "refs/heads/x", "no id\n")),
    ("nothing in a file", |dir, _| put(dir, "refs/heads/x", "")),
    ("a cut id", |dir, id| put(dir, "refs/heads/x", &id[..39])),
    ("a symbolic reference to nothing", |dir, _| {
        put(dir, "refs/heads/x", "ref: refs/heads/y\n")
    }),
    ("a symbolic reference out of the directory", |dir, _| {
        put(dir, "refs/heads/x", "ref: ../../../etc/passwd\n");
    }),
    ("a circle", |dir, _| {
        put(dir, "refs/heads/x", "ref: refs/heads/y\n");
        put(dir, "refs/heads/y", "ref: refs/heads/x\n");
    }),
    ("a missing object", |dir, id| {
        put(
            dir,
            "refs/heads/x",
            &format!("{}\n", id.replace(|c: char| c != 'a', "b")),
        );
    }),
    ("a link to nothing", |dir, _| {
        link(dir, "refs/heads/x", "../../none")
    }),
    ("a link out", |dir, id| {
        fs::write(dir.outside("ref"), format!("{id}\n")).expect("writable");
        let target = dir.outside("ref");
        link(dir, "refs/heads/x", target.to_str().expect("plain"));
    }),
    ("a directory that is a link out", |dir, id| {
        fs::create_dir(dir.outside("refs")).expect("new");
        fs::write(dir.outside("refs/x"), format!("{id}\n")).expect("writable");
        let target = dir.outside("refs");
        link(dir, "refs/heads/x", target.to_str().expect("plain"));
    }),
    ("packed references that end within a line", |dir, id| {
        put(
            dir,
            "packed-refs",
            &format!("# pack-refs with: peeled \n{id} refs/heads/x"),
        );
    }),
    ("packed references cut in an id", |dir, id| {
        put(
            dir,
            "packed-refs",
            &format!("# pack-refs with: peeled \n{}", &id[..20]),
        );
    }),
    ("words in the HEAD of a worktree", |dir, _| {
        dir.git(&["worktree", "add", "-q", "--detach", "../linked"]);
        put(dir, "worktrees/linked/HEAD", "no id\n");
    }),
    ("words in the list of shallow commits", |dir, _| {
        put(dir, "shallow", "no id\n")
    }),
];

#[test]
fn a_reference_that_leads_nowhere_is_a_gap() {
    for (name, make) in BROKEN {
        let (dir, value) = repository();
        make(&dir, &value);
        for verb in [
            &["history"][..],
            &["history", "--unreachable"],
            &["history", "--since", "2001-01-01"],
        ] {
            let report = dir.json(verb);
            assert_eq!(
                report["summary"]["complete"], false,
                "{verb:?}: {name}: {report}"
            );
            let gaps = report["skipped"].to_string();
            assert!(gaps.contains("broken-ref"), "{verb:?}: {name}: {gaps}");
        }
    }
}

/// An unborn branch and a remote's HEAD after its branch was renamed hide nothing.
#[test]
fn what_git_passes_over_is_no_gap() {
    let (dir, _) = repository();
    put(
        &dir,
        "refs/remotes/origin/HEAD",
        "ref: refs/remotes/origin/gone\n",
    );
    dir.git(&["symbolic-ref", "HEAD", "refs/heads/unborn"]);
    put(&dir, "refs/heads/x.lock", "");
    for verb in [&["history"][..], &["history", "--since", "2001-01-01"]] {
        dir.run(verb).ends(0);
    }
}

/// Commits that no reference reaches are left out, but not when all references are gone.
#[test]
fn lost_references_are_a_gap() {
    let (dir, value) = repository();
    let base = dir.git(&["rev-parse", "HEAD"]);
    dir.git(&["update-ref", "refs/heads/main", &value]);
    dir.git(&["pack-refs", "--all"]);
    put(&dir, "packed-refs", "");
    for verb in [
        &["history"][..],
        &["history", "--since", "2001-01-01"],
        &["history", "--pushed"],
    ] {
        let report = dir.json(verb);
        assert_eq!(report["summary"]["complete"], false, "{verb:?}: {report}");
        assert!(
            report["skipped"].to_string().contains("broken-ref"),
            "{verb:?}: {report}"
        );
    }
    dir.run(&["history", "--unreachable"]).ends(1);
    // Some are left: what was lost shows by commits that none of them reaches.
    put(&dir, "refs/heads/other", &format!("{base}\n"));
    dir.run(&["history"]).ends(2);
}

#[test]
fn pseudo_references_count_with_unreachable() {
    for name in [
        "ORIG_HEAD",
        "MERGE_HEAD",
        "FETCH_HEAD",
        "CHERRY_PICK_HEAD",
        "AUTO_MERGE",
    ] {
        let (dir, value) = repository();
        let head = dir.git(&["rev-parse", "HEAD"]);
        // Several lines, as a fetch of several branches leaves them.
        put(
            &dir,
            name,
            &format!("{head}\tnot-for-merge\tbranch 'x'\n{value}\n"),
        );
        dir.run(&["history"]).ends(0);
        let report = dir.json(&["history", "--unreachable"]);
        let places = report["findings"][0]["places"].to_string();
        assert!(
            places.contains(&format!("\"only_in\":\"{name}\"")),
            "{name}: {places}"
        );
        put(&dir, name, "no id\n");
        let report = dir.json(&["history", "--unreachable"]);
        let gaps = report["skipped"].to_string();
        assert!(gaps.contains(name), "{name}: {gaps}");
    }
}
