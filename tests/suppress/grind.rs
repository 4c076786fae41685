//! Somebody tries passwords until the tag of a new one is that of a known one.

use std::fs;

use sha2::{Digest as _, Sha256};

use super::password;
use crate::common::{Dir, findings};

fn file(password: &str) -> String {
    format!("db_password = \"{password}\"\n")
}

/// The tag of a value, as everybody who reads the program can make it.
fn tag(value: &[u8], salt: &[u8]) -> u8 {
    let mut state = Sha256::new()
        .chain_update(b"keysweep/baseline/v1/tag")
        .chain_update(salt)
        .chain_update((value.len() as u64).to_le_bytes())
        .chain_update(value)
        .finalize();
    for _ in 0..1 << 14 {
        state = Sha256::new()
            .chain_update(state)
            .chain_update(salt)
            .finalize();
    }
    state[0]
}

/// Another password with the same tag in the directory's baseline, found by trying.
fn ground(dir: &Dir, known: &str) -> String {
    let text = fs::read_to_string(dir.path().join(".keysweep-baseline")).expect("there");
    let salt = text.lines().find_map(|line| line.strip_prefix("salt="));
    let salt: Vec<u8> = salt
        .expect("a salt")
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect();
    let wanted = tag(known.as_bytes(), &salt);
    assert!(
        text.contains(&format!(":{wanted:02x} ")),
        "the attack is right"
    );
    (100..)
        .map(password)
        .find(|other| tag(other.as_bytes(), &salt) == wanted)
        .expect("one in 256 fits")
}

/// A repository whose password is known, and a password that passes as it.
fn attacked() -> (Dir, String) {
    let dir = Dir::repo();
    let known = password(1);
    dir.write("db.py", file(&known));
    dir.write("other.txt", "nothing\n");
    dir.run(&["baseline", "create"]).ends(0);
    dir.commit("base");
    let other = ground(&dir, &known);
    (dir, other)
}

/// The change's report names the value as hidden by the change, first, and can fail.
fn is_told(dir: &Dir, args: &[&str]) {
    let run = dir.run(args);
    run.ends(0).says("1 new suppression here");
    assert!(
        run.text().starts_with("suppressed (new here): "),
        "{}",
        run.text()
    );
    let report = dir.json(args);
    assert_eq!(report["summary"]["suppressed"]["new"], 1);
    let mut strict = args.to_vec();
    strict.push("--fail-on-new-suppressions");
    dir.run(&strict).ends(1).says("1 new suppression fails");
}

#[test]
fn a_password_made_to_fit_an_entry_is_new() {
    let (dir, other) = attacked();
    // In place of the known one, and beside it in another file.
    for path in ["db.py", "more.py"] {
        dir.write(path, file(&other));
        dir.git(&["add", "-A"]);
        is_told(&dir, &["staged"]);
        dir.git(&["commit", "-q", "-m", "ground"]);
        is_told(&dir, &["history", "--range", "HEAD~1..HEAD"]);
        // Moved on within the range it is no older.
        dir.git(&["mv", path, "moved.py"]);
        dir.commit("moved");
        is_told(&dir, &["history", "--range", "HEAD~2..HEAD"]);
        dir.git(&["reset", "-q", "--hard", "HEAD~2"]);
    }
}

#[test]
fn a_known_password_that_moves_or_is_doubled_stays_known() {
    let (dir, _) = attacked();
    let known = password(1);
    dir.git(&["mv", "db.py", "moved.py"]);
    dir.git(&["add", "-A"]);
    assert_eq!(dir.json(&["staged"])["summary"]["suppressed"]["total"], 0);
    dir.write("moved.py", file(&known));
    dir.write("copy.py", file(&known));
    dir.commit("moved and copied");
    let report = dir.json(&["history", "--range", "HEAD~1..HEAD"]);
    assert_eq!(findings(&report).len(), 0);
    assert_eq!(report["summary"]["suppressed"]["new"], 0, "{report}");
    assert_eq!(report["summary"]["suppressed"]["total"], 1);
}

#[test]
fn a_copy_from_a_file_that_the_change_does_not_touch_is_told() {
    let (dir, _) = attacked();
    dir.write("copy.py", file(&password(1)));
    dir.git(&["add", "-A"]);
    is_told(&dir, &["staged"]);
}
