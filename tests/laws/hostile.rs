//! Law 5 and 8: a hostile repository runs nothing, reaches nothing, and its text stays text.

use std::fs;
use std::path::Path;

use crate::archives::make::{Entry, Zip};
use crate::common::{Dir, Run, findings, formats, line, places, token};

#[test]
fn no_source_file_names_the_network() {
    fn visit(dir: &Path, check: &mut impl FnMut(&Path, &str)) {
        for entry in fs::read_dir(dir).expect("readable") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                visit(&path, check);
            } else {
                check(&path, &fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let words = [
        "std::net",
        "TcpStream",
        "UdpSocket",
        "ToSocketAddrs",
        "UnixStream",
        "Command::new(\"curl",
    ];
    let src = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"));
    let live = src.join("live");
    let mut files = 0;
    visit(src, &mut |path, text| {
        files += 1;
        // One room asks servers, when its verb is typed, and one file of it holds the client.
        let client = path == live.join("http.rs");
        assert!(
            client || !text.contains("ureq"),
            "{} names the client",
            path.display()
        );
        for word in words {
            let of_addresses = word == "std::net" && path == live.join("address.rs");
            assert!(
                !text.contains(word) || of_addresses,
                "{} names {word}",
                path.display()
            );
        }
    });
    assert!(files > 50);
    // No other crate in the tree can speak to a host either.
    let lock =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).expect("there");
    // The list that cargo-deny holds, too.
    let deny: toml::Table = include_str!("../../deny.toml").parse().expect("TOML");
    let banned = deny["bans"]["deny"].as_array().expect("a list");
    assert!(banned.len() > 20);
    for banned in banned {
        let crate_name = banned["crate"].as_str().expect("a name");
        assert!(
            banned["reason"].as_str().is_some(),
            "{crate_name} has no reason"
        );
        assert!(
            !lock.contains(&format!("name = \"{crate_name}\"\n")),
            "{crate_name}"
        );
    }
}

#[cfg(unix)]
#[test]
fn nothing_of_a_repository_is_executed_or_followed() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.write("a.env", line(2));
    dir.git(&["add", "-A"]);
    let marker = dir.outside("marker");
    let script = dir.outside("script.sh");
    fs::write(
        &script,
        format!("#!/bin/sh\ntouch '{}'\ncat\n", marker.display()),
    )
    .expect("writable");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("ours");
    let elsewhere = dir.outside("elsewhere");
    fs::create_dir(&elsewhere).expect("new");
    fs::write(elsewhere.join("b.env"), line(3)).expect("writable");
    let included = dir.outside("included");
    fs::write(
        &included,
        format!("[core]\n\tfsmonitor = {}\n", script.display()),
    )
    .expect("writable");
    let config = dir.path().join(".git/config");
    let mut text = fs::read_to_string(&config).expect("there");
    let run = script.display();
    text += &format!(
        "[core]\n\tfsmonitor = {run}\n\thooksPath = {hooks}\n\tsshCommand = {run}\n\tpager = {run}\n\teditor = {run}\n\
         \tworktree = {outside}\n[include]\n\tpath = {included}\n[includeIf \"gitdir:/\"]\n\tpath = {included}\n\
         [filter \"x\"]\n\tclean = {run}\n\tsmudge = {run}\n\tprocess = {run}\n\trequired = true\n\
         [diff \"x\"]\n\ttextconv = {run}\n\tcommand = {run}\n[diff]\n\texternal = {run}\n\
         [remote \"origin\"]\n\turl = ext::{run}\n\tpromisor = true\n\tuploadpack = {run}\n[credential]\n\thelper = {run}\n",
        hooks = dir.outside("").display(),
        outside = elsewhere.display(),
        included = included.display(),
    );
    fs::write(&config, text).expect("ours");
    dir.write(".gitattributes", "* filter=x diff=x\n");
    for hook in [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "fsmonitor-watchman",
        "reference-transaction",
    ] {
        let path = dir.path().join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().expect("below")).expect("ours");
        fs::copy(&script, &path).expect("ours");
    }
    for (verb, expected) in [
        ("scan", vec!["github-pat a.env:1:14"]),
        ("staged", vec!["github-pat a.env:1:14"]),
        ("history", vec!["github-pat a.env:1:14"]),
    ] {
        assert_eq!(places(&dir.json(&[verb])), expected, "{verb}");
        assert!(!marker.exists(), "{verb} executed something");
    }
    // Where the object is missing, nothing is fetched for it.
    let id = dir.git_as(
        &[
            "--git-dir=.git",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.worktree=..",
            "rev-parse",
            "HEAD:a.env",
        ],
        &[],
    );
    fs::remove_file(dir.loose(&id)).expect("loose");
    for verb in ["staged", "history"] {
        let report = dir.json(&[verb]);
        assert_eq!(report["summary"]["complete"], false, "{verb}");
        assert!(!marker.exists(), "{verb} fetched");
    }
}

#[test]
fn objects_outside_are_not_followed_unless_allowed() {
    let other = Dir::repo();
    other.write("b.env", line(3));
    other.commit("other");
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    let objects = other.path().join(".git/objects");
    dir.write(
        ".git/objects/info/alternates",
        format!("{}\n", objects.display()),
    );
    let head = other.git(&["rev-parse", "HEAD"]);
    dir.git(&["update-ref", "refs/heads/borrowed", &head]);
    let report = dir.json(&["history"]);
    assert_eq!(places(&report), ["github-pat a.env:1:14"]);
    assert_eq!(report["summary"]["complete"], false);
    let report = dir.json(&[
        "history",
        "--allow-alternate",
        objects.to_str().expect("plain"),
    ]);
    assert_eq!(findings(&report).len(), 2);
}

/// What git permits in the name of a reference: no control characters, `:`, `[`, blanks.
const HOSTILE_REF: &str = "x\u{202e}\u{200b}%0A##](http/e.test)<b>`x`,y;|$(z)\u{e0041}é";
const HOSTILE_TAG: &str = "v\u{2066}%0D%0A##error]<i>`](/x";

/// The same without blanks.
const HOSTILE_WORD: &str = "x\u{1b}[31m\u{202e}%0A::error::owned";

/// A piece of text that tries to leave every format.
const HOSTILE: &str =
    "x\u{1b}[31mred\u{7}\u{202e}gpj\u{200b}%0A::error::owned ##[group]g [a](http://e.test) <b>\\";

#[cfg(unix)]
#[test]
fn hostile_text_goes_through_every_format() {
    let dir = Dir::repo();
    let name = format!(
        "{}\n::error title=x::owned\r\u{9b}1m.env",
        HOSTILE.replace('/', "_")
    );
    dir.write(&name, line(1));
    dir.write("second.env", format!("{HOSTILE}\u{0}\n{}", line(2)));
    // Members of archives: one that is read, one that is damaged.
    let pack = |n: u64| {
        let broken = Entry {
            name: name.as_bytes(),
            method: 8,
            data: b"\xff\xff\xff",
            size: 9,
            ..Entry::default()
        };
        let inner = Zip::default().deflated(&format!("{HOSTILE}\n::error::x"), line(n).as_bytes());
        let zip = Zip::default().deflated(&format!("\r{HOSTILE}.zip"), &inner.end());
        zip.with(&broken).end()
    };
    dir.write("packed.zip", pack(5));
    // Reasons of suppressions are scanned text like any other.
    dir.write(
        "allowed.env",
        format!("# keysweep:allow -- {HOSTILE}\r::error::r\n{}", line(4)),
    );
    dir.write("ignored.env", line(7));
    dir.write(".keysweepignore", format!("ignored.env # {HOSTILE}\n"));
    dir.write("known.env", line(8));
    let known = keysweep::secret::Fingerprint::of_strong(token(8).as_bytes());
    let unused = keysweep::secret::Fingerprint::of_strong(b"nothing");
    dir.write(
        ".keysweep-baseline",
        format!("{known} github-pat at={HOSTILE_WORD} reason={HOSTILE}\n{unused} github-pat reason={HOSTILE}\n"),
    );
    dir.git(&["add", "-A"]);
    let tree = dir.git(&["write-tree"]);
    // Names with line ends cannot come from git's own commands; a raw object has no such scruples.
    let raw = format!(
        "tree {tree}\nauthor {HOSTILE}\r::warning::a <a@e.test> 1700000000 +0000\ncommitter C <c@e.test> 1700000000 +0000\n\n\
         {HOSTILE}\n::stop-commands::x\n\rbody\n"
    );
    fs::write(dir.outside("raw"), raw).expect("writable");
    let raw = dir.outside("raw");
    let id = dir.git(&[
        "hash-object",
        "--literally",
        "-t",
        "commit",
        "-w",
        raw.to_str().expect("plain"),
    ]);
    dir.git(&["update-ref", "refs/heads/main", &id]);
    // The branch's name is as bad as git's file format allows.
    dir.write(".git/refs/heads/b\u{202e}%0A::error::b", format!("{id}\n"));
    dir.write("third.env", line(3));
    dir.write("more.zip", pack(6));
    dir.git(&["add", "-A"]);
    dir.git(&["rm", "-q", "--cached", "second.env"]);
    dir.git(&["mv", &name, &format!("moved-{}", name.replace('/', "_"))]);
    // A branch and a tag with everything that git permits, and a range by their names.
    let tree = dir.git(&["write-tree"]);
    let odd = dir.git(&["commit-tree", &tree, "-p", "main", "-m", HOSTILE]);
    dir.git(&["update-ref", &format!("refs/heads/{HOSTILE_REF}"), &odd]);
    dir.git(&["tag", "-a", HOSTILE_TAG, &odd, "-m", HOSTILE]);
    let (branch, tag) = (
        format!("main..{HOSTILE_REF}"),
        format!("main...{HOSTILE_TAG}"),
    );
    let by_name = [
        ("PRE_COMMIT_FROM_REF", "main"),
        ("PRE_COMMIT_TO_REF", HOSTILE_REF),
    ];
    for (verb, env) in [
        (&["scan"][..], &[][..]),
        (&["staged"], &[]),
        (&["history"], &[]),
        (&["history", "--unreachable"], &[]),
        (&["history", "--range", &branch], &[]),
        (&["history", "--range", &tag], &[]),
        (&["hook"], &[]),
        (&["hook"], &by_name),
    ] {
        // What a hook says by itself is a format of its own.
        let own = (verb[0] == "hook").then_some("human");
        for format in formats().chain(own) {
            let mut args = verb.to_vec();
            args.extend([
                "--format",
                format,
                "-v",
                "--show-emails",
                "--show-suppressed",
                "--color",
                "never",
            ]);
            let mut command = dir.command(&args);
            command.envs(env.iter().copied());
            let run = Run::new(command);
            let what = format!("{} {format}", verb[0]);
            assert_eq!(run.status, Some(1), "{what}: {}", run.errors());
            for text in [run.text(), run.errors()] {
                for c in text.chars() {
                    let hidden = c != '\n' && c.is_control()
                        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
                    assert!(!hidden, "{what} prints U+{:04X}", c as u32);
                }
                for line in text.lines() {
                    let ours = format == "github"
                        && ["::error ", "::warning ", "::notice "]
                            .iter()
                            .any(|c| line.starts_with(c));
                    let trimmed = line.trim_start();
                    assert!(!trimmed.starts_with("::") || ours, "{what}: {line}");
                    assert!(!trimmed.starts_with("##["), "{what}: {line}");
                    if format == "github" {
                        assert!(ours || run.errors().contains(line), "{what}: {line}");
                        assert!(!line.contains("%0A::"), "{what}: {line}");
                    }
                }
            }
            match format {
                "json" | "sarif" => drop(run.json()),
                "jsonl" => {
                    for line in run.text().lines() {
                        let _: serde_json::Value = serde_json::from_str(line).expect("JSON a line");
                    }
                }
                _ => {}
            }
        }
    }
    dir.feed(&["scan", "-", "--stdin-name", HOSTILE], line(1).as_bytes())
        .ends(1);
    let run = dir.feed(&["scan", "-", "--stdin-name", HOSTILE], line(1).as_bytes());
    assert!(!run.text().contains('\u{1b}') && !run.text().contains('\u{202e}'));
}

#[test]
fn hostile_text_in_what_is_written_and_shown() {
    let dir = Dir::new();
    dir.write("a\u{202e}\u{1b}[31m.env", line(1));
    let run = dir.run(&["baseline", "create"]);
    run.ends(0);
    let text = fs::read_to_string(dir.path().join(".keysweep-baseline")).expect("written");
    assert!(text.is_ascii() && !text.contains('\u{1b}'), "{text:?}");
    let id = findings(&dir.json(&["scan", "--untrusted"]))[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for reason in ["a\u{1b}[31m", "a\u{202e}b", "a\n::error::b", "a\rb"] {
        dir.run(&["allow", &id, "--reason", reason])
            .ends(2)
            .complains("invisible characters");
    }
    // What somebody else wrote is shown with its escapes when its line changes.
    dir.write(
        ".keysweep-baseline",
        text.trim_end().to_owned() + " reason=x\u{1b}[31m\u{202e}y\n",
    );
    let run = dir.run(&["allow", &id, "--reason", "plain"]);
    run.ends(0);
    assert!(!run.text().contains('\u{1b}') && !run.text().contains('\u{202e}'));
}

/// Names that are wrong, in messages on standard error.
#[test]
fn hostile_names_in_errors_and_notes() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write(".keysweep-baseline", format!("{HOSTILE}\n"));
    dir.commit("one");
    dir.write(".keysweep-baseline", "");
    dir.write("b.env", line(2));
    dir.commit("two");
    let wild = format!("{HOSTILE}\n::error::owned\r##[group]x\u{9b}1m");
    let range = format!("{wild}..HEAD");
    let file = format!("json={wild}/x");
    let mut runs: Vec<Run> = [
        &["history", "--range", &range][..],
        &["history", "--range", &wild],
        &["history", &wild],
        &["scan", &wild],
        &["scan", "--policy-from", &wild],
        &["scan", "--rules", &wild],
        &["scan", "--format", &wild],
        &["scan", "--output", &file],
        &["scan", "--fail-on", &wild],
        &["scan", "--now", &wild],
        &["baseline", "create", &wild],
        &["baseline", &wild],
        &["allow", &wild],
        &["rules", &wild],
        &[&wild],
    ]
    .iter()
    .map(|args| dir.run(args))
    .collect();
    for (name, other) in [
        ("PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"),
        ("PRE_COMMIT_LOCAL_BRANCH", "PRE_COMMIT"),
    ] {
        let mut command = dir.command(&["hook"]);
        command.env(name, &wild).env(other, "HEAD");
        runs.push(Run::new(command));
    }
    for run in &runs {
        run.ends(2);
    }
    // A note, which stops nobody.
    let note = dir.run(&["history", "--range", "HEAD^..HEAD"]);
    note.ends(1)
        .complains("the policy before this change is not used");
    runs.push(note);
    for run in runs {
        let text = run.errors();
        for c in text.chars() {
            let hidden = c != '\n' && c.is_control() || matches!(c, '\u{200b}' | '\u{202e}');
            assert!(!hidden, "prints U+{:04X}: {text:?}", c as u32);
        }
        for line in text.lines() {
            let line = line.trim_start();
            assert!(!line.starts_with("::") && !line.contains("##["), "{text}");
        }
    }
}

#[test]
fn hostile_text_in_errors() {
    let dir = Dir::new();
    let run = dir.run(&["scan", "no\u{1b}[31m\n::error::x"]);
    run.ends(2);
    assert!(!run.errors().contains('\u{1b}'), "{:?}", run.errors());
    assert!(
        run.errors().lines().all(|line| !line.starts_with("::")),
        "{:?}",
        run.errors()
    );
}
