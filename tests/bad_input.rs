//! Bad input: each case ends with a clear message and the right exit status, and loses nothing
//! that was already found.

#[cfg(unix)]
use crate::common::{Dir, Run, ended, findings, line, places, token};
use std::fs;
use std::process::Stdio;
#[cfg(unix)]
use std::process::{Child, ChildStdin};

#[test]
fn no_path() {
    let dir = Dir::new();
    let run = dir.run(&["scan", "missing"]);
    run.ends(2).complains("missing");
    assert!(run.out.is_empty());
}

#[test]
fn one_missing_path_of_two() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    // It is a typing error, noticed before anything is scanned.
    let run = dir.run(&["scan", "a.env", "missing"]);
    run.ends(2).complains("missing");
    assert!(run.out.is_empty());
}

#[test]
fn a_zip_bomb_is_named_and_never_clean() {
    let dir = Dir::repo();
    let zip = crate::archives::make::Zip::default().deflated("zeros", &vec![0; 64 << 20]);
    let bomb = zip.deflated("a.txt", b"nothing\n").end();
    assert!(bomb.len() < 1 << 20);
    dir.write("a.zip", &bomb);
    let words = "grows beyond every proportion: a.zip!zeros";
    let stopped = "incomplete: not everything that was asked for was read";
    let run = dir.run(&["scan"]);
    run.ends(2).says(words).says(stopped);
    assert!(!run.text().contains("clean\n"), "{}", run.text());
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(2).says(words).says(stopped);
    dir.run(&["hook"])
        .ends(2)
        .says(words)
        .says("not everything was read, so this commit is not known to be clean");
    dir.commit("one");
    // A history names the object.
    dir.run(&["history"])
        .ends(2)
        .says("grows beyond every proportion: ")
        .says("!zeros (grows to more than 200 times its size")
        .says(stopped);
    dir.run(&["scan", "--format", "github"])
        .ends(2)
        .says("::warning title=keysweep%3A not read::1 ")
        .says("a.zip!zeros");
}

#[test]
fn no_repository() {
    let dir = Dir::new();
    dir.run(&["staged"])
        .ends(2)
        .complains("is in no git repository");
    dir.run(&["history"]).ends(2).complains("repository");
    for verb in ["staged", "history", "scan"] {
        let mut args = vec![verb];
        args.extend((verb == "scan").then_some("--index"));
        let run = dir.run(&args);
        run.ends(2).complains("keysweep: ").complains("repository");
        assert!(run.out.is_empty(), "{}", run.text());
    }
    dir.run(&["history", "missing"])
        .ends(2)
        .complains("missing");
}

#[test]
fn an_empty_repository_is_nothing_to_scan() {
    let dir = Dir::repo();
    for verb in ["staged", "history"] {
        let run = dir.run(&[verb]);
        run.ends(0);
        assert!(
            run.text().contains("nothing to scan"),
            "{verb}: {}",
            run.text()
        );
        let report = dir.json(&[verb]);
        assert_eq!(report["summary"]["outcome"], "nothing", "{verb}");
    }
}

#[test]
fn a_broken_rule_file_names_its_line() {
    let dir = Dir::new();
    dir.write("a.env", "x\n");
    for (text, place, hint) in [
        ("[provider]\nname = \"Acme\"\n[[rule]\n", "rules.toml:3", ""),
        (
            "[provider]\nname = \"Acme\"\n\n[[rule]]\nid = \"acme-key\"\nnam = \"x\"\n",
            "rules.toml:6",
            "name",
        ),
        (
            "[provider]\nname = \"Acme\"\n\n[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\npattern = 'acme_[0-9'\n",
            "rules.toml:",
            "",
        ),
    ] {
        dir.write("rules.toml", text);
        let run = dir.run(&["scan", "a.env", "--rules", "rules.toml"]);
        run.ends(2).complains(place).complains(hint);
    }
    dir.run(&["scan", "a.env", "--rules", "none.toml"])
        .ends(2)
        .complains("none.toml");
    dir.write("rules.toml", [0xff, 0xfe, 0x00]);
    dir.run(&["scan", "a.env", "--rules", "rules.toml"])
        .ends(2)
        .complains("rules.toml");
}

/// The history is reported as not whole, or refused with a message; it is never clean.
fn damaged(dir: &Dir, what: &str) {
    let run = dir.run(&["history", "--format", "json"]);
    assert!(
        !run.errors().contains("panicked"),
        "{what}: {}",
        run.errors()
    );
    if run.out.is_empty() {
        run.ends(2).complains("keysweep: ");
    } else {
        let report = run.json();
        assert!(matches!(run.status, Some(1 | 2)), "{what}: {report}");
        assert_eq!(report["summary"]["complete"], false, "{what}");
    }
}

/// The one file with that extension beside the one pack, made writable.
fn of_pack(dir: &Dir, extension: &str) -> std::path::PathBuf {
    let file = fs::read_dir(dir.path().join(".git/objects/pack"))
        .expect("packs")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.extension().is_some_and(|e| e == extension))
        .expect("one pack");
    let mut permissions = fs::metadata(&file).expect("there").permissions();
    #[allow(clippy::permissions_set_readonly_false)]
    permissions.set_readonly(false);
    fs::set_permissions(&file, permissions).expect("ours");
    file
}

/// An index of version 2 ends in four bytes an object, eight for each of those whose first bit is
/// set, and two checksums.
#[test]
fn an_index_with_offsets_outside_is_a_gap_without_a_panic() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.git(&["repack", "-a", "-d", "-q"]);
    let index = of_pack(&dir, "idx");
    let whole = fs::read(&index).expect("readable");
    let objects = 3;
    let tables = whole.len() - 40;
    assert_eq!(tables, 8 + 1024 + objects * (20 + 4 + 4), "as documented");
    let first = tables - objects * 4;
    for offset in [0x8000_0000u32, 0x8000_0001, 0x8000_0007, 0xffff_ffff] {
        for large in [
            None,
            Some(0),
            Some(1 << 40),
            Some(u64::MAX - 1),
            Some(u64::MAX),
        ] {
            let mut broken = whole.clone();
            broken[first..first + 4].copy_from_slice(&offset.to_be_bytes());
            if let Some(large) = large {
                let large: u64 = large;
                broken.splice(tables..tables, large.to_be_bytes());
            }
            fs::write(&index, &broken).expect("writable");
            damaged(&dir, &format!("{offset:x} {large:?}"));
        }
    }
    for cut in [0, 7, 8, 100, 1031, 1032, first, tables, whole.len() - 1] {
        fs::write(&index, &whole[..cut]).expect("writable");
        damaged(&dir, &format!("cut at {cut}"));
    }
    // A first table that falls, and one that promises more than there is.
    for (at, to) in [(8, 0xff), (8 + 1020, 0xff), (8 + 1023, 0x00)] {
        let mut broken = whole.clone();
        broken[at] = to;
        fs::write(&index, &broken).expect("writable");
        damaged(&dir, &format!("table at {at}"));
    }
}

#[test]
fn a_corrupt_pack_is_a_gap_not_a_clean_history() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("big.txt", "some text that compresses\n".repeat(200));
    dir.commit("one");
    dir.git(&["repack", "-a", "-d", "-q"]);
    let pack = of_pack(&dir, "pack");
    let whole = fs::read(&pack).expect("readable");
    for (from, to) in [(12, 60), (whole.len() / 2, whole.len()), (0, 12)] {
        let mut broken = whole.clone();
        for byte in &mut broken[from..to] {
            *byte ^= 0x5a;
        }
        fs::write(&pack, &broken).expect("writable");
        damaged(&dir, &format!("{from}..{to}"));
    }
    fs::write(&pack, &whole[..whole.len() / 3]).expect("writable");
    damaged(&dir, "cut");
}

#[test]
fn a_single_line_of_twenty_megabytes() {
    let dir = Dir::new();
    let filler = "lorem ipsum dolor sit amet ".repeat(20 * 40_000);
    let text = format!("{filler}{} {filler}", token(1));
    dir.write("long.txt", &text);
    let report = dir.json(&["scan", "long.txt"]);
    assert_eq!(
        places(&report),
        [format!("github-pat long.txt:1:{}", filler.len() + 1)]
    );
    for format in crate::common::formats() {
        let run = dir.run(&["scan", "long.txt", "--format", format]);
        run.ends(1);
        assert!(run.out.len() < 1 << 20, "{format} repeats the line");
    }
}

#[test]
fn nothing_but_tokens() {
    let dir = Dir::new();
    let tokens: Vec<String> = (0..5_000).map(token).collect();
    dir.write("tokens.txt", tokens.join("\n"));
    let report = dir.json(&["scan", "tokens.txt"]);
    assert_eq!(findings(&report).len(), 5_000);
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_not_utf8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = Dir::repo();
    let name = OsStr::from_bytes(b"sub/n\xff\xfe.env");
    fs::create_dir(dir.path().join("sub")).expect("new");
    fs::write(dir.path().join(name), line(1)).expect("the file system takes any bytes");
    dir.git(&["add", "-A"]);
    for verb in ["scan", "staged", "history"] {
        if verb == "history" {
            dir.commit("one");
        }
        for format in crate::common::formats() {
            let run = dir.run(&[verb, "--format", format]);
            run.ends(1);
            assert!(String::from_utf8(run.out).is_ok(), "{verb} {format}");
        }
        let report = dir.json(&[verb]);
        assert_eq!(
            findings(&report)[0]["places"][0]["uri"],
            "sub/n%FF%FE.env",
            "{verb}"
        );
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = Dir::new();
    let tokens: Vec<String> = (0..3_000).map(line).collect();
    dir.write("tokens.env", tokens.concat());
    let mut child = dir.spawn(
        &["scan", "--format", "json", "--output", "json=out.json"],
        Stdio::null(),
        Stdio::piped(),
    );
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().expect("it ends"));
    assert!(run.err.is_empty(), "{}", run.errors());
    assert_eq!(run.status, Some(1), "what was found still fails");
    assert!(
        dir.path().join("out.json").is_file(),
        "the file is not lost"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    for format in crate::common::formats() {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("it opens");
        let args = ["scan", "--format", format, "--output", "json=kept.json"];
        let child = dir.spawn(&args, Stdio::null(), Stdio::from(full));
        let run = Run::from(child.wait_with_output().expect("it ends"));
        run.ends(2).complains("standard output cannot be written");
        assert!(dir.path().join("kept.json").is_file());
        fs::remove_file(dir.path().join("kept.json")).expect("ours");
    }
    // The listing and the generated texts go the same way.
    for args in [
        &["rules"][..],
        &["generate", "man"],
        &["generate", "schema"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("it opens");
        let child = dir.spawn(args, Stdio::null(), Stdio::from(full));
        let run = Run::from(child.wait_with_output().expect("it ends"));
        assert_eq!(run.status, Some(2), "{args:?}: {}", run.errors());
    }
}

#[cfg(unix)]
#[test]
fn unreadable_paths() {
    use std::os::unix::fs::PermissionsExt;
    let dir = Dir::new();
    dir.write("a.env", line(1));
    dir.write("closed/b.env", line(2));
    let closed = dir.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).expect("ours");
    let privileged = fs::read_dir(&closed).is_ok();
    let report = dir.json(&["scan"]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("ours");
    if privileged {
        return;
    }
    assert_eq!(findings(&report).len(), 1);
    assert_eq!(report["summary"]["complete"], false);
}

/// Starts a scan of a pipe that stays open, and has read `text` from it.
#[cfg(unix)]
fn open_pipe(dir: &Dir, args: &[&str], text: &str) -> (Child, ChildStdin) {
    let mut all = vec!["scan", "-", "--format", "json", "--now", crate::common::NOW];
    all.extend(args);
    let mut child = dir.spawn(&all, Stdio::piped(), Stdio::piped());
    let mut stdin = child.stdin.take().expect("it is piped");
    // A pipe holds a small part of this, so that what comes before has been read once all is written.
    let all = text.to_owned() + &"\n".repeat(1 << 20);
    std::io::Write::write_all(&mut stdin, all.as_bytes()).expect("it reads");
    (child, stdin)
}

#[cfg(unix)]
fn interrupt(child: &Child) {
    let status = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill is installed");
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn interrupted_once_reports_what_it_has() {
    let dir = Dir::new();
    let (child, stdin) = open_pipe(&dir, &["--output", "json=out.json"], &line(1));
    interrupt(&child);
    // The writer says nothing more and keeps the pipe open.
    let run = Run::from(ended(child));
    drop(stdin);
    run.ends(2);
    let report = run.json();
    assert_eq!(report["summary"]["complete"], false);
    assert_eq!(report["summary"]["outcome"], "interrupted");
    assert_eq!(findings(&report).len(), 1, "what was read is not lost");
    let skipped = report["skipped"].as_array().expect("a list");
    assert_eq!(skipped.len(), 1, "said once: {skipped:?}");
    assert_eq!(skipped[0]["reason"], "interrupted");
    let file = fs::read(dir.path().join("out.json")).expect("written");
    assert_eq!(file, run.out);
}

/// The report is larger than a pipe holds and nobody reads it, so the program cannot end by itself.
#[cfg(unix)]
#[test]
fn interrupted_twice_ends_at_once() {
    let dir = Dir::new();
    let lines: Vec<String> = (0..500).map(line).collect();
    let (mut child, stdin) = open_pipe(&dir, &[], &lines.concat());
    interrupt(&child);
    // What it writes first says that it was stopped, and that it is writing now.
    let mut unread = child.stdout.take().expect("it is piped");
    let mut first = [0];
    std::io::Read::read_exact(&mut unread, &mut first).expect("it writes");
    assert!(child.try_wait().expect("it is ours").is_none(), "it writes");
    interrupt(&child);
    let output = ended(child);
    assert_eq!(output.status.code(), Some(2));
    drop((stdin, unread));
}

#[test]
fn the_time_limit_is_an_interruption() {
    let dir = Dir::new();
    let mut child = dir.spawn(
        &["scan", "-", "--format", "json", "--timeout", "1s"],
        Stdio::piped(),
        Stdio::piped(),
    );
    let mut stdin = child.stdin.take().expect("it is piped");
    std::io::Write::write_all(&mut stdin, line(1).as_bytes()).expect("it reads");
    // The pipe stays open until the program has ended.
    let run = Run::from(ended(child));
    drop(stdin);
    run.ends(2);
    let report = run.json();
    assert_eq!(report["summary"]["complete"], false);
    assert_eq!(report["summary"]["outcome"], "interrupted");
    assert_eq!(findings(&report).len(), 1, "what was read is not lost");
}

#[test]
fn a_bare_repository_s_files_are_not_taken_for_what_is_committed() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.commit("one");
    dir.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    dir.run(&["scan", "bare.git"])
        .ends(0)
        .complains("what is committed is not; `keysweep history` reads that");
}

#[test]
fn of_a_sample_that_is_repeated_without_end_some_places_are_kept_and_of_a_credential_all() {
    let dir = Dir::new();
    dir.write("sample.txt", "apikey=`".repeat(1_000));
    dir.write("credential.txt", line(1).repeat(300));
    let report = dir.json(&["scan", "--min-confidence", "low", "--min-severity", "info"]);
    let [one, other] = &findings(&report)[..] else {
        panic!("{report}");
    };
    let places = |finding: &serde_json::Value| finding["places"].as_array().map(Vec::len);
    let (sample, credential) = match one["class"] == "sample" {
        true => (one, other),
        false => (other, one),
    };
    assert_eq!(sample["class"], "sample");
    assert_eq!(places(sample), Some(200));
    assert!(
        sample
            .to_string()
            .contains("no further places of it in this content are listed"),
        "{sample}"
    );
    assert_eq!(places(credential), Some(300));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_error_changes_no_status() {
    let dir = Dir::new();
    dir.write("a.txt", "nothing\n");
    for (path, status) in [("a.txt", 0), ("nowhere", 2)] {
        let full = fs::File::options().write(true).open("/dev/full");
        let mut command = dir.command(&["scan", path]);
        let ended = command.stderr(full.expect("Linux has it")).status();
        assert_eq!(ended.expect("it runs").code(), Some(status), "{path}");
    }
}
