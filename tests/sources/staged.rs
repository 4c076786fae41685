//! The index against HEAD.

use std::fs;

use keysweep::finding::Reason;
use keysweep::source::GitEnv;

use super::support::Repo;
use crate::common::{Dir, git, line, said};

fn repo() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", "a1");
    repo.write("dir/b.txt", "b1");
    repo.write("dir/sub/c.txt", "c1");
    repo.write("other/d.txt", "d1");
    repo.commit("first");
    repo
}

#[test]
fn index_not_working_tree() {
    let repo = repo();
    repo.write("dir/b.txt", "b2");
    repo.git(&["add", "-A"]);
    repo.write("dir/b.txt", "b3, not staged");
    repo.write("untracked", "x");
    let seen = repo.staged();
    assert_eq!(seen.names(), ["before dir/b.txt", "file dir/b.txt"]);
    assert_eq!(seen.get("file dir/b.txt"), "b2");
    assert_eq!(seen.get("before dir/b.txt"), "b1");
    assert_eq!(seen.visited.root, repo.dir);
    assert!(seen.visited.skipped.is_empty());
    let below = repo.at("other").staged(&GitEnv::default());
    assert_eq!(below.names(), seen.names());
}

#[test]
fn nothing_staged() {
    let repo = repo();
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));
    repo.git(&["rm", "-q", "a.txt"]);
    let seen = repo.staged();
    assert_eq!(seen.visited.nothing, Some("nothing staged but deletions"));
    // A mode alone is no content.
    repo.git(&["reset", "-q", "--hard"]);
    repo.git(&["update-index", "--chmod=+x", "a.txt"]);
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));
}

#[test]
fn unborn_branch() {
    let repo = Repo::new();
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));
    repo.write("x/y", "new");
    repo.write("z", "");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.staged().names(), ["file x/y", "file z"]);
}

#[test]
fn renames_and_kinds() {
    let repo = repo();
    repo.git(&["mv", "dir", "moved"]);
    let seen = repo.staged();
    let names = ["before dir/b.txt", "before dir/sub/c.txt"];
    assert_eq!(seen.names()[..2], names);
    assert_eq!(
        seen.names()[2..],
        ["file moved/b.txt", "file moved/sub/c.txt"]
    );

    repo.git(&["reset", "-q", "--hard"]);
    // A file becomes a directory, a directory a file, a file a link.
    repo.git(&["rm", "-q", "-r", "a.txt", "dir"]);
    repo.write("a.txt/in", "a2");
    repo.write("dir", "dir2");
    repo.git(&["add", "-A"]);
    let seen = repo.staged();
    let names = ["before a.txt", "before dir/b.txt", "before dir/sub/c.txt"];
    assert_eq!(seen.names()[..3], names);
    assert_eq!(seen.names()[3..], ["file a.txt/in", "file dir"]);
}

#[cfg(unix)]
#[test]
fn links_and_odd_names() {
    use std::os::unix::ffi::OsStrExt;
    let repo = repo();
    fs::remove_file(repo.dir.join("a.txt")).expect("it exists");
    std::os::unix::fs::symlink("target", repo.dir.join("a.txt")).expect("writable");
    fs::write(repo.dir.join(std::ffi::OsStr::from_bytes(b"\xff")), "odd").expect("writable");
    repo.git(&["add", "-A"]);
    let seen = repo.staged();
    assert_eq!(
        seen.names(),
        ["before a.txt", "file \u{fffd}", "link a.txt"]
    );
    assert_eq!(seen.get("link a.txt"), "target");
}

#[test]
fn intent_to_add_and_submodules() {
    let repo = repo();
    repo.write("later", "x");
    repo.git(&["add", "-N", "later"]);
    let head = repo.git(&["rev-parse", "HEAD"]);
    let entry = format!("160000,{head},module");
    repo.git(&["update-index", "--add", "--cacheinfo", &entry]);
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));
}

#[test]
fn linked_worktree_and_index_file() {
    let repo = repo();
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.dir.with_file_name("linked");
    fs::write(linked.join("a.txt"), "a2").expect("writable");
    said(git(&linked, &["add", "-A"]), b"");
    let seen = repo.at("../linked/dir").staged(&GitEnv::default());
    assert_eq!(seen.names(), ["before a.txt", "file a.txt"]);
    assert_eq!(seen.visited.root, linked);
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));

    let other = repo.dir.join(".git/other-index");
    let shown = other.to_string_lossy().into_owned();
    let env = [("GIT_INDEX_FILE", shown.as_str())];
    repo.temp.git_as(&["read-tree", "HEAD"], &env);
    repo.write("a.txt", "a3");
    repo.temp.git_as(&["add", "a.txt"], &env);
    let seen = repo.at("").staged(&GitEnv {
        git_dir: Some(repo.dir.join(".git")),
        index_file: Some(other),
        work_tree: None,
    });
    assert_eq!(seen.get("file a.txt"), "a3");
    assert_eq!(seen.names().len(), 2);
    assert_eq!(seen.visited.root, repo.dir);
}

#[test]
fn merge_and_conflict() {
    let repo = repo();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.txt", "side a");
    repo.write("theirs.txt", "theirs");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "main a");
    repo.write("dir/b.txt", "main b");
    repo.commit("main");
    repo.temp.git_conflicts(&["merge", "--no-commit", "side"]);
    // Both sides of the conflict are what their parents have.
    let seen = repo.staged();
    assert_eq!(seen.names(), [""; 0]);
    let nothing = "nothing staged that the parents of the merge do not have";
    assert_eq!(seen.visited.nothing, Some(nothing));

    repo.write("a.txt", "resolved");
    repo.write("evil.txt", "in no parent");
    repo.git(&["add", "-A"]);
    let seen = repo.staged();
    let names: Vec<_> = seen
        .content
        .iter()
        .map(|(n, c)| (n.as_str(), c.as_str()))
        .collect();
    assert_eq!(
        names,
        [
            ("before a.txt", "main a"),
            ("before a.txt", "side a"),
            ("file a.txt", "resolved"),
            ("file evil.txt", "in no parent"),
        ]
    );
    // What the merge drops of the other side may have moved.
    repo.git(&["rm", "-q", "-f", "theirs.txt"]);
    assert!(repo.staged().names().contains(&"before theirs.txt"));
}

#[test]
fn conflict_of_a_cherry_pick() {
    let repo = repo();
    repo.git(&["checkout", "-q", "-b", "side"]);
    repo.write("a.txt", "picked");
    repo.commit("side");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("a.txt", "main a");
    repo.commit("main");
    repo.temp.git_conflicts(&["cherry-pick", "side"]);
    let seen = repo.staged();
    let of = |side: &str| -> Vec<&str> {
        let all = seen.content.iter().filter(|(name, _)| name == side);
        all.map(|(_, text)| text.as_str()).collect()
    };
    // The commit that was picked and what it started from, each against HEAD's.
    assert_eq!(of("file a.txt"), ["a1", "picked"]);
    assert_eq!(of("before a.txt"), ["main a", "main a"]);
}

#[test]
fn what_all_sides_of_a_conflict_hold_is_no_news() {
    let dir = Dir::repo();
    dir.write("a.env", format!("{}one\n", line(1)));
    dir.commit("base");
    dir.git(&["checkout", "-q", "-b", "side"]);
    dir.write("a.env", format!("{}side\n", line(1)));
    dir.commit("side");
    dir.git(&["checkout", "-q", "main"]);
    dir.write("a.env", format!("{}main\n", line(1)));
    dir.commit("main");
    dir.git_conflicts(&["cherry-pick", "side"]);
    dir.run(&["staged"]).ends(0);
}

#[test]
fn sparse_and_split_index() {
    let repo = repo();
    repo.git(&[
        "sparse-checkout",
        "set",
        "--cone",
        "--sparse-index",
        "other",
    ]);
    let sparse = repo.git(&["ls-files", "--sparse"]);
    assert!(sparse.contains("dir/\n"), "the index is sparse: {sparse}");
    assert_eq!(repo.staged().visited.nothing, Some("nothing staged"));
    repo.write("other/d.txt", "d2");
    repo.git(&["add", "other"]);
    assert_eq!(
        repo.staged().names(),
        ["before other/d.txt", "file other/d.txt"]
    );
    // The sparse directory differs after a soft reset.
    repo.commit("second");
    repo.git(&["sparse-checkout", "disable"]);
    repo.write("dir/sub/c.txt", "c2");
    repo.commit("third");
    repo.git(&[
        "sparse-checkout",
        "set",
        "--cone",
        "--sparse-index",
        "other",
    ]);
    repo.git(&["reset", "-q", "--soft", "HEAD~1"]);
    let seen = repo.staged();
    assert_eq!(seen.names(), ["before dir/sub/c.txt", "file dir/sub/c.txt"]);

    let repo = self::repo();
    repo.git(&["update-index", "--split-index"]);
    repo.write("a.txt", "a2");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.staged().names(), ["before a.txt", "file a.txt"]);
}

#[test]
fn packed_objects_and_refs() {
    let repo = repo();
    repo.write("a.txt", "a2");
    repo.git(&["add", "-A"]);
    repo.git(&["gc", "-q"]);
    assert_eq!(repo.staged().names(), ["before a.txt", "file a.txt"]);
}

#[test]
fn many_files_and_threads() {
    let repo = repo();
    for n in 0..40 {
        repo.write(&format!("many/{n}"), &n.to_string());
    }
    repo.git(&["add", "-A"]);
    assert_eq!(repo.staged().names().len(), 40);
}

#[test]
fn missing_large_and_lfs() {
    let repo = repo();
    repo.write("lost", "lost");
    repo.write("large", &"x".repeat(2 << 20));
    repo.write(
        "pointer",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    );
    repo.git(&["add", "-A"]);
    let id = repo.git(&["rev-parse", ":lost"]);
    let object = repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(object).expect("the object is loose");
    let seen = repo.staged();
    let skipped = seen.skipped();
    assert_eq!(skipped["lost"], Reason::MissingObject);
    assert_eq!(skipped["large"], Reason::TooLarge);
    assert_eq!(skipped["pointer"], Reason::LfsPointer);
    assert_eq!(seen.names(), ["file pointer"]);
}

#[test]
fn sha256() {
    let repo = Repo::bare_dir();
    repo.git(&["init", "-q", "--object-format=sha256"]);
    repo.write("a", "1");
    repo.commit("first");
    repo.write("a", "2");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.staged().names(), ["before a", "file a"]);
}

#[test]
fn errors_name_a_way_out() {
    let none = Repo::bare_dir();
    let fails = |repo: &Repo| {
        let error = repo.at("").try_staged(&GitEnv::default()).err();
        format!("{:#}", error.expect("this is an error"))
    };
    assert!(fails(&none).contains("`keysweep scan` needs none"));
    let bare = Repo::bare_dir();
    bare.git(&["init", "-q", "--bare"]);
    assert!(fails(&bare).contains("bare repository"));
    let odd = repo();
    // Written by hand: git refuses to touch what it does not know.
    let config = |extension: &str| {
        let text = format!("[core]\n\trepositoryformatversion = 1\n[extensions]\n\t{extension}\n");
        odd.write(".git/config", &text);
    };
    config("refStorage = reftable");
    assert!(fails(&odd).contains("git refs migrate"));
    config("shiny = true");
    assert!(fails(&odd).contains("extensions.shiny"));
}

#[test]
fn nothing_outside_is_followed() {
    let repo = repo();
    // Objects of another repository.
    let clone = Repo::bare_dir();
    let from = repo.dir.to_string_lossy().into_owned();
    clone.git(&["clone", "-q", "--shared", &from, "copy"]);
    let error = clone.at("copy").try_staged(&GitEnv::default()).err();
    assert!(format!("{:#}", error.expect("not followed")).contains("not followed"));
    // A `.git` file that nothing points back to.
    let lure = Repo::bare_dir();
    lure.write(".git", &format!("gitdir: {from}/.git\n"));
    let error = lure.at("").try_staged(&GitEnv::default()).err();
    assert!(format!("{:#}", error.expect("not followed")).contains("does not point back"));
    // `core.worktree` is ignored.
    repo.git(&["config", "core.worktree", "/"]);
    assert_eq!(repo.staged().visited.root, repo.dir);
}

#[test]
fn interrupted_and_commit_of_single_files() {
    let repo = repo();
    repo.write("a.txt", "a2");
    repo.git(&["add", "-A"]);
    let control = keysweep::source::Control::default();
    control.interrupt();
    let options = keysweep::source::StagedOptions {
        dir: repo.dir.clone(),
        allow_alternates: Vec::new(),
        threads: 1,
        max_file_size: 100,
    };
    let recorder = super::support::Recorder::default();
    let env = GitEnv::default();
    let visited = keysweep::source::scan_staged_with(&options, &env, &recorder, &control);
    let skipped = visited.expect("readable").skipped;
    assert_eq!(skipped.len(), 1);
    assert_eq!(skipped[0].reason, Reason::Interrupted);

    // A linked worktree as git's environment names it in a hook.
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.dir.with_file_name("linked");
    let seen = repo.at("").staged(&GitEnv {
        git_dir: Some(repo.dir.join(".git/worktrees/linked")),
        ..GitEnv::default()
    });
    assert_eq!(seen.visited.root, linked);
}

#[test]
fn damaged_index_and_objects() {
    let repo = repo();
    repo.write("a.txt", "a2");
    repo.git(&["add", "-A"]);
    let index = fs::read(repo.dir.join(".git/index")).expect("it exists");
    // Every cut and a flip at every byte: an error or a result, never a panic.
    for at in 0..index.len() {
        fs::write(repo.dir.join(".git/index"), &index[..at]).expect("writable");
        assert!(
            repo.at("").try_staged(&GitEnv::default()).is_err(),
            "cut at {at}"
        );
        let mut bytes = index.clone();
        bytes[at] ^= 0x55;
        // Without its checksum the content is decoded.
        let end = bytes.len();
        bytes[end - 20..].fill(0);
        fs::write(repo.dir.join(".git/index"), &bytes).expect("writable");
        let _ = repo.at("").try_staged(&GitEnv::default());
    }
    fs::write(repo.dir.join(".git/index"), &index).expect("writable");
    let id = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let object = repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..]);
    fs::remove_file(&object).expect("the object is loose");
    fs::write(&object, "damaged").expect("writable");
    let seen = repo.staged();
    assert_eq!(seen.skipped()["."], Reason::CorruptObject);
    // Rather everything than nothing.
    assert!(seen.names().contains(&"file other/d.txt"));
}
