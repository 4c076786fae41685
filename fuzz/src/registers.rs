//! Any bytes as a register and as files that read credentials by name: the register is read or refused with
//! a line that exists, a change of an entry is read back, and the work over references is bounded.

use keysweep::finding::{PlaceKind, RepoPath};
use keysweep::reference;
use keysweep::register::{Names, Register, edited};

/// A path for each of the extractors.
const PATHS: [&str; 8] = [
    ".github/workflows/a.yml",
    ".gitlab-ci.yml",
    "compose.yml",
    "deploy.yaml",
    "main.tf",
    "main.py",
    ".env.example",
    "run.sh",
];

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let lines = bytes.split(|b| *b == b'\n').count() as u32;
    match Register::parse("fuzz.toml", bytes) {
        Ok(register) => {
            let _ = Names::of(&register);
            for entry in &register.entries {
                assert!((1..=lines).contains(&entry.line));
                changed(bytes, &register, &entry.id);
            }
        }
        Err(error) => assert!((1..=lines + 1).contains(&error.line), "{error}"),
    }
    for path in PATHS {
        let path = RepoPath(path.as_bytes().to_vec());
        let (found, steps) = reference::counted(&path, PlaceKind::Source, bytes);
        assert!(found.iter().all(|one| (1..=lines).contains(&one.line)));
        assert!(steps <= 1_000 * (bytes.len() as u64 + 1_000), "{steps}");
    }
}

/// Another owner of an entry is read back, and no other entry changes.
fn changed(bytes: &[u8], before: &Register, id: &str) {
    let change = [("owner".to_owned(), "somebody else".to_owned())];
    let Ok(text) = edited("fuzz.toml", bytes, id, &change) else {
        return;
    };
    let after = Register::parse("fuzz.toml", &text).expect("a change leaves a register");
    assert_eq!(before.entries.len(), after.entries.len());
    for (old, new) in before.entries.iter().zip(&after.entries) {
        assert_eq!(old.id, new.id);
        let owner = |entry: &keysweep::register::Entry| {
            entry.owner.as_ref().map(|owner| owner.value.clone())
        };
        match new.id == id {
            true => assert_eq!(owner(new).as_deref(), Some("somebody else")),
            false => assert_eq!(owner(old), owner(new)),
        }
    }
}
