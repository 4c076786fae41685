//! `keysweep compare`: reports are written, read back, and compared.

use serde_json::Value;

use crate::common::{Dir, NOW, contains, jwt, line, token};

/// The moment of a test's JSON Web Token's end, in seconds since 1970: 2026-11-26.
const END: i64 = 1_795_651_200;

/// A repository with a history, and what `verb` reports of it in `format`, as a file.
fn keep(dir: &Dir, name: &str, args: &[&str]) {
    let run = dir.run(args);
    dir.write(name, &run.out);
}

fn scan(dir: &Dir, name: &str) {
    keep(
        dir,
        name,
        &["scan", "--now", NOW, "--format", "json", "src"],
    );
}

fn compared(dir: &Dir, exit: i32) -> Value {
    let run = dir.run(&["compare", "old.json", "new.json", "--format", "json"]);
    run.ends(exit);
    serde_json::from_slice(&run.out).unwrap()
}

/// Two values stand still, one is new, one gone, one moved and one is allowed by a comment.
fn two_reports() -> Dir {
    let dir = Dir::new();
    dir.write("src/still.env", line(1));
    dir.write("src/gone.env", line(2));
    dir.write("src/moved.env", line(3));
    dir.write("src/allowed.env", line(4));
    scan(&dir, "old.json");
    std::fs::remove_file(dir.path().join("src/gone.env")).unwrap();
    std::fs::remove_file(dir.path().join("src/moved.env")).unwrap();
    dir.write("src/still.env", format!("\n\n{}", line(1)));
    dir.write("src/there.env", line(3));
    dir.write(
        "src/allowed.env",
        format!("{} # keysweep:allow\n", line(4).trim_end()),
    );
    dir.write("src/new.env", line(5));
    scan(&dir, "new.json");
    dir
}

#[test]
fn what_is_new_gone_changed_and_still_there_is_told() {
    let dir = two_reports();
    let run = dir.run(&["compare", "old.json", "new.json"]);
    run.ends(1);
    let text = run.text();
    for words in [
        "new: ",
        "new.env:1:",
        "gone: ",
        "gone.env:1:",
        "also at there.env:1:",
        "no longer at moved.env:1:",
        "suppressed: by keysweep:allow in line 1, was no",
        "1 new, 1 gone, 2 changed, 1 still there as they were; 1 fails that did not before",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for seed in 1..=5 {
        assert!(!contains(&run.out, token(seed).as_bytes()), "{text}");
    }
    let json = compared(&dir, 1);
    assert_eq!(json["summary"]["exit"]["status"], 1);
    assert_eq!(json["summary"]["gone_is_certain"], true);
    assert_eq!(json["appeared"][0]["places"][0]["path"], "new.env");
    assert_eq!(json["gone"][0]["places"][0]["path"], "gone.env");
    assert_eq!(json["unchanged"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["notes"].as_array().map(Vec::len), Some(0));
    let changed = json["changed"].as_array().unwrap();
    let hidden = changed
        .iter()
        .find(|one| !one["members"]["suppressed"].is_null());
    assert_eq!(
        hidden.unwrap()["members"]["suppressed"]["new"]["by"],
        "inline"
    );
    assert_eq!(hidden.unwrap()["members"]["fails"]["new"], false);
}

#[test]
fn the_other_way_round_and_with_itself() {
    let dir = two_reports();
    // What was allowed and is not any more fails as what is new does.
    let run = dir.run(&["compare", "new.json", "old.json"]);
    run.ends(1);
    assert!(
        run.text().contains("2 fail that did not before"),
        "{}",
        run.text()
    );
    let run = dir.run(&["compare", "new.json", "new.json"]);
    run.ends(0);
    let words =
        "0 new, 0 gone, 0 changed, 4 still there as they were; nothing fails that did not before\n";
    assert_eq!(run.text(), words);
}

#[test]
fn lines_of_json_are_compared_with_a_document() {
    let dir = two_reports();
    keep(
        &dir,
        "new.json",
        &["scan", "--now", NOW, "--format", "jsonl", "src"],
    );
    let json = compared(&dir, 1);
    assert_eq!(json["summary"]["changed"], 2);
}

#[test]
fn what_an_incomplete_run_did_not_see_is_not_called_gone() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("b.env", line(2));
    dir.commit("both");
    let args = ["history", "--now", NOW, "--format", "json"];
    keep(&dir, "old.json", &args);
    let blob = dir.git(&["rev-parse", "HEAD:a.env"]);
    std::fs::remove_file(dir.loose(blob.trim())).unwrap();
    keep(&dir, "new.json", &args);
    let run = dir.run(&["compare", "old.json", "new.json"]);
    run.ends(2);
    let text = run.text();
    assert!(!text.contains("gone: "), "{text}");
    assert!(text.contains("not seen: "), "{text}");
    assert!(
        text.contains("note: the new run was not complete"),
        "{text}"
    );
    assert_eq!(compared(&dir, 2)["summary"]["gone_is_certain"], false);
    let run = dir.run(&["compare", "new.json", "old.json"]);
    assert!(
        run.text().contains("note: the old run was not complete"),
        "{}",
        run.text()
    );
}

#[test]
fn time_changes_a_status() {
    let dir = Dir::new();
    dir.write("src/a.env", format!("TOKEN={}\n", jwt(END, 1)));
    scan(&dir, "old.json");
    let later = "2027-01-01T00:00:00Z";
    keep(
        &dir,
        "new.json",
        &["scan", "--now", later, "--format", "json", "src"],
    );
    let run = dir.run(&["compare", "old.json", "new.json"]);
    run.ends(0);
    let text = run.text();
    assert!(text.contains("\n  status: expired 2026-11-26 ("), "{text}");
    assert!(text.contains(", was expires soon, 2026-11-26\n"), "{text}");
}

#[test]
fn reports_of_a_history_a_range_and_an_archive_are_read_back() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("b.txt", "x\n");
    dir.commit("first");
    dir.write("a.env", "nothing\n");
    dir.write(
        "c.env",
        format!("{} # keysweep:allow\n", line(2).trim_end()),
    );
    dir.write("d.env", line(3));
    dir.write("sub/e.tar", tar("in/e.env", &line(4)));
    dir.commit("second");
    dir.write("s.env", line(5));
    dir.git(&["add", "-A"]);
    let verbs: [&[&str]; 5] = [
        &["history", "--show-emails"],
        &["history", "--range", "HEAD~1..HEAD"],
        &["staged"],
        &["scan", "."],
        &["scan", "--max-file-size", "10", "."],
    ];
    for verb in verbs {
        for format in ["json", "jsonl"] {
            let run = dir.run(&[verb, &["--now", NOW, "--format", format]].concat());
            let report = keysweep::report::read(&run.out).unwrap();
            let mut again = Vec::new();
            let format = keysweep::report::format(format).unwrap();
            let style = keysweep::report::Style::default();
            keysweep::report::write(format, &report, style, &mut again).unwrap();
            assert!(again == run.out, "{verb:?} {}", format.name());
        }
    }
}

/// A tar archive with one member: a header (POSIX ustar), the content, and two empty blocks.
fn tar(name: &str, content: &str) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    let size = format!("{:011o}\0", content.len());
    header[124..136].copy_from_slice(size.as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut out = header.to_vec();
    out.extend_from_slice(content.as_bytes());
    out.resize(out.len().next_multiple_of(512) + 1024, 0);
    out
}

#[test]
fn what_cannot_be_compared_is_named() {
    let dir = two_reports();
    let good = std::fs::read_to_string(dir.path().join("old.json")).unwrap();
    let cases = [
        (String::new(), "cannot be read back: it ends in the middle"),
        ("text".to_owned(), "it is no JSON"),
        ("{}".to_owned(), "`schema_version` is missing"),
        (
            good.replacen("\"schema_version\": 1", "\"schema_version\": 9", 1),
            "schema version 9, written by keysweep",
        ),
        (
            good.replacen("\"class\": \"credential\"", "\"class\": \"other\"", 1),
            "schema version 1, `findings[0].class`",
        ),
        (good[..good.len() / 2].to_owned(), "cut off"),
    ];
    for (text, words) in cases {
        dir.write("bad.json", text);
        for args in [["bad.json", "new.json"], ["old.json", "bad.json"]] {
            let run = dir.run(&["compare", args[0], args[1]]);
            run.ends(2);
            let errors = run.errors();
            assert!(
                errors.contains(words) && errors.contains("bad.json"),
                "{errors}"
            );
            assert!(run.out.is_empty());
        }
    }
    let run = dir.run(&["compare", "none.json", "new.json"]);
    run.ends(2);
    assert!(
        run.errors().contains("the report none.json cannot be read"),
        "{}",
        run.errors()
    );
    keep(
        &dir,
        "open.json",
        &["scan", "--show-secrets", "--format", "json", "src"],
    );
    let run = dir.run(&["compare", "open.json", "new.json"]);
    run.ends(2);
    assert!(run.errors().contains("--show-secrets"), "{}", run.errors());
    assert!(!contains(run.errors().as_bytes(), token(1).as_bytes()));
}

#[test]
fn an_unknown_format_lists_the_known_ones() {
    let dir = Dir::new();
    let run = dir.run(&["scan", "--format", "jsom"]);
    run.ends(2);
    for format in crate::common::formats() {
        assert!(run.errors().contains(format), "{}", run.errors());
    }
    let run = dir.run(&["scan", "--output", "jsom=x"]);
    run.ends(2);
    assert!(
        run.errors().contains("did you mean `json`"),
        "{}",
        run.errors()
    );
    for shell in ["bash", "zsh", "fish"] {
        let run = dir.run(&["generate", shell]);
        assert!(run.text().contains("markdown"), "{shell}");
    }
}
