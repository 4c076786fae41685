//! The four cases behind the real pre-commit, with the README's configuration.

use std::io::Write as _;
use std::path::PathBuf;

use super::Site;
use crate::common::{Run, line, token};

const README: &str = include_str!("../../README.md");

/// The program `pre-commit`, or nothing where it is not installed, which is said aloud.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("KEYSWEEP_PRE_COMMIT").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| {
        std::env::split_paths(&path)
            .map(|dir| dir.join("pre-commit"))
            .find(|file| file.is_file())
    });
    if found.is_none() {
        // Not by a macro: the test's own capture would swallow it.
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: a test needs pre-commit, which is neither in KEYSWEEP_PRE_COMMIT nor on the path"
        );
    }
    found
}

/// The first block of the README in `language` that contains `words`.
fn block(language: &str, words: &str) -> &'static str {
    README
        .split(&format!("```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .find(|block| block.contains(words))
        .expect("the README has it")
}

/// A repository that uses the hook as the README says, but for the address, and with the built
/// program instead of a build.
fn site() -> Option<(Site, PathBuf)> {
    let program = program()?;
    let site = Site::new();
    let source = source(&site);
    let head = site.git(&["-C", "../hooks", "rev-parse", "HEAD"]).text();
    let config = block("yaml", "- id: keysweep\n")
        .replace("KEYSWEEP_ADDRESS", &source)
        .replace("rev: COMMIT", &format!("rev: {}", head.trim()))
        .replace("id: keysweep", "id: keysweep-system");
    site.write(".pre-commit-config.yaml", &config);
    site.commit_unseen("hooks");
    let install = block("sh", "pre-commit install").trim();
    let args: Vec<&str> = install.split(' ').skip(1).collect();
    Run::new(site.command(program.to_str()?, &args)).ends(0);
    Some((site, program))
}

/// A repository with this one's hooks file.
fn source(site: &Site) -> String {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
    site.git(&["init", "-q", "../hooks"]).ends(0);
    std::fs::copy(manifest, site.at("hooks/.pre-commit-hooks.yaml")).expect("the file is there");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/action/hook.sh");
    std::fs::create_dir_all(site.at("hooks/action")).expect("writable");
    std::fs::copy(script, site.at("hooks/action/hook.sh")).expect("the file is there");
    site.git(&["-C", "../hooks", "add", "-A"]).ends(0);
    site.git(&["-C", "../hooks", "commit", "-q", "-m", "hooks"])
        .ends(0);
    site.at("hooks").to_str().expect("UTF-8").to_owned()
}

/// The hook that is built from source builds once, and with what the lock file says. A stand-in for
/// cargo writes down what it is asked, and installs the program that is tested.
#[test]
fn the_build_is_locked_and_happens_once() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some(program) = program() else { return };
    let site = Site::new();
    let source = source(&site);
    let asked = site.at("asked");
    let cargo = format!(
        "#!/bin/sh\necho \"$@\" >>'{}'\n[ -z \"${{GIT_INDEX_FILE-}}\" ] || exit 7\n\
         while [ $# -gt 0 ]; do [ \"$1\" != --root ] || root=$2; shift; done\n\
         mkdir -p \"$root/bin\" && ln -s '{}' \"$root/bin/keysweep\"\n",
        asked.display(),
        env!("CARGO_BIN_EXE_keysweep")
    );
    std::fs::write(site.at("bin/cargo"), cargo).expect("writable");
    std::fs::set_permissions(site.at("bin/cargo"), std::fs::Permissions::from_mode(0o755))
        .expect("ours");
    let head = site.git(&["-C", "../hooks", "rev-parse", "HEAD"]).text();
    let config = block("yaml", "- id: keysweep\n")
        .replace("KEYSWEEP_ADDRESS", &source)
        .replace("rev: COMMIT", &format!("rev: {}", head.trim()));
    site.write(".pre-commit-config.yaml", &config);
    site.commit_unseen("hooks");
    pre_commit(&site, &program, &["install"]).ends(0);
    site.write("b.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "clean"]).ends(0);
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("a.env:1:14");
    let asked = std::fs::read_to_string(asked).expect("cargo was asked");
    assert_eq!(asked.lines().count(), 1, "{asked}");
    assert!(
        asked.starts_with("install ") && asked.contains(" --locked "),
        "{asked}"
    );
}

/// What does not stop a commit is seen all the same.
#[test]
fn a_hook_that_passes_says_what_it_did_not_read() {
    let Some((site, _)) = site() else { return };
    site.write("keysweep.toml", "[limits]\nmax-file-size = \"1K\"\n");
    site.write("large.txt", &"word ".repeat(1_000));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "large"])
        .ends(0)
        .has("Passed")
        .has("large.txt");
}

fn pre_commit(site: &Site, program: &std::path::Path, args: &[&str]) -> Run {
    Run::new(site.command(program.to_str().expect("UTF-8"), args))
}

#[test]
fn the_manifest_is_valid() {
    let Some(program) = program() else { return };
    let site = Site::new();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml");
    pre_commit(&site, &program, &["validate-manifest", manifest]).ends(0);
}

#[test]
fn try_repo() {
    let Some(program) = program() else { return };
    let site = Site::new();
    let source = source(&site);
    site.write("a.env", &line(1));
    site.commit_unseen("leak");
    let try_repo = |more: &[&str]| {
        let mut args = vec!["try-repo", &source, "keysweep-system"];
        args.extend(more);
        pre_commit(&site, &program, &args)
    };
    try_repo(&["--all-files"])
        .ends(1)
        .has("a.env:1:14")
        .lacks(&token(1));
    try_repo(&["--files", "a.env", "--hook-stage", "manual"]).ends(1);
    // Without a finding, staged and whole.
    site.write("b.txt", "nothing\n");
    try_repo(&["--files", "b.txt"]).ends(0).has("Passed");
    site.git(&["rm", "-q", "a.env"]).ends(0);
    site.commit_unseen("clean");
    site.write("c.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    try_repo(&[]).ends(0).has("Passed");
    site.commit_unseen("more");
    try_repo(&["--all-files"]).ends(0).has("Passed");
    // No file at all: the hook is asked all the same, and says that it saw nothing.
    try_repo(&["--verbose"])
        .ends(0)
        .has("nothing staged, nothing scanned; to scan the tree: keysweep scan");
}

#[test]
fn staged_named_and_nothing() {
    let Some((site, program)) = site() else {
        return;
    };
    site.write("a.env", &line(1));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("a.env:1:14")
        .has("SKIP=keysweep")
        .lacks(&token(1));
    let mut command = site.command("git", &["commit", "-q", "-m", "skipped"]);
    command.env("SKIP", "keysweep-system");
    Run::new(command).ends(0);
    site.write("b.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "clean"]).ends(0);
    // Nothing staged: the files that are named.
    pre_commit(&site, &program, &["run", "--all-files"])
        .ends(1)
        .has("a.env:1:14");
    pre_commit(&site, &program, &["run", "--files", "b.txt"])
        .ends(0)
        .has("Passed");
    pre_commit(&site, &program, &["run", "--verbose"])
        .ends(0)
        .has("nothing staged, nothing scanned");
}

/// A file called like a verb is a file.
#[test]
fn a_file_called_install() {
    let Some((site, _)) = site() else { return };
    site.write("install", &line(1));
    site.git(&["add", "-A"]).ends(0);
    site.git(&["commit", "-q", "-m", "leak"])
        .ends(1)
        .has("install:1:14");
}

#[test]
fn ranges_and_pushes() {
    let Some((site, program)) = site() else {
        return;
    };
    // The first push of all: pre-commit names no range.
    site.write("a.env", &line(1));
    site.commit_unseen("leak");
    site.git(&["rm", "-q", "a.env"]).ends(0);
    site.commit_unseen("removed");
    site.write("staged.txt", "nothing\n");
    site.git(&["add", "-A"]).ends(0);
    site.git(&["push", "-q", "origin", "main"])
        .ends(1)
        .has("a.env:1:14: high: GitHub personal access token (classic) in commit ");
    site.commit_unseen("more");
    site.push_unseen(&["main"]);
    site.git(&["fetch", "-q"]).ends(0);
    // An existing branch.
    site.write("b.env", &line(2));
    site.commit_unseen("leak");
    site.git(&["push", "-q", "origin", "main"])
        .ends(1)
        .has("b.env:1:14")
        .lacks("a.env");
    // A new branch.
    site.git(&["switch", "-q", "-c", "topic"]).ends(0);
    site.git(&["push", "-q", "origin", "topic"])
        .ends(1)
        .has("b.env:1:14");
    // A tag, then a forced push of something clean.
    site.git(&["tag", "v1"]).ends(0);
    site.git(&["push", "-q", "origin", "v1"])
        .ends(1)
        .has("b.env");
    site.push_unseen(&["topic"]);
    site.git(&["reset", "-q", "--hard", "HEAD^"]).ends(0);
    site.write("c.txt", "nothing\n");
    site.commit_unseen("instead");
    site.git(&["push", "-q", "--force", "origin", "topic"])
        .ends(0);
    site.git(&["push", "-q", "origin", ":topic"]).ends(0);
    // Added and removed again: no file differs between the ends, and the hook is asked all the same.
    site.git(&["switch", "-q", "main"]).ends(0);
    site.push_unseen(&["main"]);
    site.write("d.env", &line(3));
    site.commit_unseen("leak");
    site.git(&["rm", "-q", "d.env"]).ends(0);
    site.commit_unseen("removed");
    site.git(&["push", "-q", "origin", "main"])
        .ends(1)
        .has("removed again later")
        .lacks("b.env");
    site.push_unseen(&["main"]);
    // A range by name.
    let range = ["run", "--from-ref", "main~3", "--to-ref", "main~2"];
    pre_commit(&site, &program, &range)
        .ends(1)
        .has("b.env:1:14");
    let range = ["run", "--from-ref", "main~4", "--to-ref", "main~3"];
    pre_commit(&site, &program, &range).ends(0);
}
