//! Working trees, single files and standard input.

use std::fs;
use std::path::Path;

use keysweep::finding::Reason;
use keysweep::source::{Control, IgnoredFiles, scan_reader, scan_tree};

use super::support::{Recorder, Repo, Seen, options, tree};

#[test]
fn scope_inside_a_repository() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.log\n/build/\n!keep.log\n");
    repo.write("tracked.log", "tracked, though ignored");
    repo.write("build/tracked", "tracked in an ignored directory");
    repo.git(&["add", "-f", "."]);
    repo.git(&["commit", "-qm", "first"]);
    repo.write("untracked.txt", "u");
    repo.write(".hidden/file", "h");
    repo.write("keep.log", "k");
    repo.write("noise.log", "n");
    repo.write("build/.env", "e");
    repo.write("deep/.gitignore", "*.tfvars\n");
    repo.write("deep/prod.tfvars", "t");
    repo.write("local", "l");
    repo.write(".git/info/exclude", "/local\n");
    // Neither of these counts.
    repo.write(".ignore", "*\n");
    fs::write(repo.temp.outside(".gitignore"), "*\n").expect("writable");
    let seen = repo.tree();
    let expected = [
        "file .gitignore",
        "file .hidden/file",
        "file .ignore",
        "file build/tracked",
        "file deep/.gitignore",
        "file keep.log",
        "file tracked.log",
        "file untracked.txt",
    ];
    assert_eq!(seen.names(), expected);
    assert_eq!(seen.visited.root, repo.dir);
    assert!(seen.visited.skipped.is_empty());
    assert_eq!(seen.visited.ignored.files, 4);
    let stores = format!("{:?}", seen.visited.ignored.credential_stores);
    assert_eq!(stores, r#"["build/.env", "deep/prod.tfvars"]"#);

    let all = tree(&[&repo.dir], |options| options.ignored = IgnoredFiles::Read);
    assert_eq!(all.names().len(), expected.len() + 4);
    assert_eq!(all.visited.ignored.files, 0);
    // A directory below obeys the rules above it; a file that is named is scanned.
    let below = tree(
        &[&repo.dir.join("deep"), &repo.dir.join("noise.log")],
        |_| {},
    );
    assert_eq!(below.names(), ["file deep/.gitignore", "file noise.log"]);
    assert_eq!(below.visited.root, repo.dir);
}

#[test]
fn scope_outside_a_repository() {
    let repo = Repo::bare_dir();
    repo.write(".gitignore", "*\n");
    repo.write("a/b", "1");
    let seen = repo.tree();
    assert_eq!(seen.names(), ["file .gitignore", "file a/b"]);
    let one = tree(&[&repo.dir.join("a/b")], |_| {});
    assert_eq!(one.names(), ["file b"]);
    assert_eq!(one.visited.root, repo.dir.join("a"));
    let two = tree(
        &[&repo.dir.join("a/b"), &repo.dir.join(".gitignore")],
        |_| {},
    );
    assert_eq!(two.names(), ["file .gitignore", "file a/b"]);
    // An empty `.git` makes no repository.
    fs::create_dir(repo.dir.join(".git")).expect("writable");
    assert_eq!(repo.tree().names().len(), 2);
}

#[test]
fn empty_and_absent() {
    let repo = Repo::bare_dir();
    assert_eq!(repo.tree().visited.nothing, Some("no files"));
    let options = options(&[Path::new("no/such/path")]);
    let error = scan_tree(&options, &Recorder::default(), &Control::default()).err();
    assert!(format!("{:#}", error.expect("it is absent")).contains("no/such/path"));
    repo.write("empty", "");
    assert_eq!(repo.tree().names(), ["file empty"]);
    // Git's own directory is no tree.
    let git = Repo::new();
    let options = self::options(&[&git.dir.join(".git")]);
    assert!(scan_tree(&options, &Recorder::default(), &Control::default()).is_err());
}

#[cfg(unix)]
#[test]
fn links_special_files_and_odd_names() {
    use std::os::unix::ffi::OsStrExt;
    let repo = Repo::new();
    repo.write("dir/file", "f");
    std::os::unix::fs::symlink("dir", repo.dir.join("to-dir")).expect("writable");
    std::os::unix::fs::symlink("/nowhere", repo.dir.join("broken")).expect("writable");
    let fifo = repo.dir.join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.expect("mkfifo is installed").success());
    fs::write(repo.dir.join(std::ffi::OsStr::from_bytes(b"\xff")), "odd").expect("writable");
    let seen = repo.tree();
    assert_eq!(
        seen.names(),
        [
            "file dir/file",
            "file \u{fffd}",
            "link broken",
            "link to-dir"
        ]
    );
    assert_eq!(seen.get("link to-dir"), "dir");
    assert_eq!(seen.skipped()["fifo"], Reason::SpecialFile);
    // Named on their own: nothing hangs, a link to a directory is entered.
    let alone = tree(
        &[&fifo, &repo.dir.join("broken"), &repo.dir.join("to-dir")],
        |_| {},
    );
    assert_eq!(alone.names(), ["file dir/file", "link broken"]);
    assert_eq!(alone.skipped()["fifo"], Reason::SpecialFile);
}

#[cfg(unix)]
#[test]
fn permission_denied() {
    use std::os::unix::fs::PermissionsExt;
    let repo = Repo::new();
    repo.write("closed", "x");
    repo.write("shut/in", "x");
    let set = |path: &str, mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(repo.dir.join(path), mode).expect("it is ours");
    };
    set("closed", 0);
    set("shut", 0);
    // The superuser may read everything.
    let denied = fs::read(repo.dir.join("closed")).is_err();
    let seen = repo.tree();
    set("shut", 0o755);
    if denied {
        assert_eq!(seen.skipped()["closed"], Reason::PermissionDenied);
        assert_eq!(seen.skipped()["shut"], Reason::PermissionDenied);
    } else {
        assert_eq!(seen.names(), ["file closed", "file shut/in"]);
    }
}

#[test]
fn limits_excludes_and_lfs() {
    let repo = Repo::new();
    repo.write("large", &"x".repeat(100));
    repo.write("exact", &"x".repeat(99));
    repo.write("docs/a.md", "a");
    repo.write("docs/b.md", "b");
    repo.write("gone/x", "x");
    repo.write("gone/y", "y");
    repo.write(
        "pointer",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    );
    let seen = tree(&[&repo.dir], |options| {
        options.max_file_size = 99;
        options.exclude = vec!["docs/*.md".into(), "gone/".into(), "unused".into()];
    });
    assert_eq!(seen.names(), ["file exact", "file pointer"]);
    let skipped = seen.skipped();
    assert_eq!(skipped["large"], Reason::TooLarge);
    assert_eq!(skipped["pointer"], Reason::LfsPointer);
    assert_eq!(skipped["docs/*.md"], Reason::Excluded);
    assert_eq!(skipped["gone/"], Reason::Excluded);
    let detail = |what: &str| {
        let mut list = seen.visited.skipped.iter();
        let found = list.find(|skipped| skipped.what == what.as_bytes());
        found.map(|skipped| skipped.detail.clone())
    };
    assert_eq!(detail("docs/*.md").as_deref(), Some("2 paths"));
    assert_eq!(detail("unused"), None);
    let mut bad = options(&[&repo.dir]);
    bad.exclude = vec!["a{".into()];
    assert!(scan_tree(&bad, &Recorder::default(), &Control::default()).is_err());
}

#[test]
fn submodules_and_nested_repositories() {
    let other = Repo::new();
    other.write("inner", "i");
    other.commit("first");
    let from = other.dir.to_string_lossy().into_owned();
    let repo = Repo::new();
    repo.write("outer", "o");
    repo.git(&["submodule", "--quiet", "add", &from, "module"]);
    repo.commit("first");
    repo.git(&["clone", "-q", &from, "nested"]);
    let seen = repo.tree();
    assert_eq!(seen.names(), ["file .gitmodules", "file outer"]);
    assert_eq!(seen.skipped()["module"], Reason::Submodule);
    assert_eq!(seen.skipped()["nested"], Reason::NestedRepository);
    let seen = tree(&[&repo.dir], |options| options.recurse_submodules = true);
    let names = [
        "file .gitmodules",
        "file module/inner",
        "file nested/inner",
        "file outer",
    ];
    assert_eq!(seen.names(), names);
    assert!(
        seen.visited.skipped.is_empty(),
        "{:?}",
        seen.visited.skipped
    );
    // From within the submodule, which points back.
    assert_eq!(
        tree(&[&repo.dir.join("module")], |_| {}).names(),
        ["file inner"]
    );
}

#[test]
fn linked_worktree_and_unreadable_index() {
    let repo = Repo::new();
    repo.write(".gitignore", "x\n");
    repo.write("x", "tracked and ignored");
    repo.git(&["add", "-f", "."]);
    repo.git(&["commit", "-qm", "first"]);
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.dir.with_file_name("linked");
    assert_eq!(
        tree(&[&linked], |_| {}).names(),
        ["file .gitignore", "file x"]
    );

    repo.write(".git/index", "not an index");
    let seen = repo.tree();
    assert_eq!(seen.names(), ["file .gitignore"]);
    assert_eq!(seen.skipped()[".git/index"], Reason::Io);

    let lure = Repo::bare_dir();
    lure.write(".git", &format!("gitdir: {}/.git\n", repo.dir.display()));
    lure.write("sub/file", "f");
    let seen = tree(&[&lure.dir.join("sub")], |_| {});
    assert_eq!(seen.names(), ["file sub/file"]);
    assert_eq!(seen.skipped()[".git"], Reason::Io);
}

#[test]
fn stopped_and_threads() {
    let repo = Repo::new();
    for n in 0..200 {
        repo.write(&format!("d{}/f{n}", n % 7), &n.to_string());
    }
    let one = tree(&[&repo.dir], |options| options.threads = 1);
    let two = tree(&[&repo.dir], |options| options.threads = 4);
    assert_eq!(one.content, two.content);
    let control = Control::default();
    control.interrupt();
    let visited = scan_tree(&options(&[&repo.dir]), &Recorder::default(), &control);
    let skipped = visited.expect("the tree is there").skipped;
    assert_eq!(skipped[0].reason, Reason::Interrupted);
}

#[test]
fn standard_input() {
    let read = |text: &str, max| {
        let recorder = Recorder::default();
        let control = Control::default();
        let reader = Box::new(std::io::Cursor::new(text.to_owned()));
        let visited = scan_reader("name", reader, max, &recorder, &control);
        Seen::new(recorder, visited.expect("readable"))
    };
    assert_eq!(read("text", 100).get("stdin name"), "text");
    assert_eq!(read("", 100).visited.nothing, Some("the input is empty"));
    let cut = read("12345", 4);
    assert_eq!(cut.get("stdin name"), "1234");
    assert_eq!(cut.skipped()["name"], Reason::TooLarge);
    assert!(read("1234", 4).visited.skipped.is_empty());
}

/// Gives some text, and then nothing for as long as the test holds the other end.
struct Silent(Option<&'static str>, std::sync::mpsc::Receiver<()>);

impl std::io::Read for Silent {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self.0.take() {
            Some(text) => {
                into[..text.len()].copy_from_slice(text.as_bytes());
                Ok(text.len())
            }
            None => {
                let _ = self.1.recv();
                Ok(0)
            }
        }
    }
}

#[test]
fn a_silent_reader_does_not_hold_up_the_end() {
    let (hold, held) = std::sync::mpsc::channel();
    let recorder = Recorder::default();
    let control = Control::default();
    let visited = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(std::time::Duration::from_millis(200));
            control.time_out();
        });
        let reader = Box::new(Silent(Some("text"), held));
        scan_reader("name", reader, 100, &recorder, &control).expect("readable")
    });
    let seen = Seen::new(recorder, visited);
    assert_eq!(seen.get("stdin name"), "text");
    assert_eq!(seen.skipped()["name"], Reason::TimedOut);
    drop(hold);
}
