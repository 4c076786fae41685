//! What the fuzz targets once found worth keeping, run again: every file below `fuzz/corpus` goes
//! through the function that its target calls.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::thread;

#[path = "../fuzz/src/lib.rs"]
mod targets;

use targets::{Check, TARGETS};

/// Files that a target may keep in the repository, and bytes that each may have. What does not fit
/// is for the fuzzer's own folder (`fuzz/README.md`).
const MOST_FILES: usize = 50;
const MOST_BYTES: usize = 4096;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// What lines of hexadecimal digits stand for.
fn decoded(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let digits: Vec<u32> = text.iter().filter_map(digit).collect();
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// Runs the files of one target, in order of their names so that each run is the same, and says
/// which of them fail.
fn replay(name: &str, check: Check) -> Vec<String> {
    let folder = fuzz().join("corpus").join(name);
    let entries = fs::read_dir(&folder).expect("every target has a corpus");
    let files: BTreeSet<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    let mut wrong = Vec::new();
    if files.is_empty() || files.len() > MOST_FILES {
        wrong.push(format!("{name} keeps {} files", files.len()));
    }
    for file in files {
        let mut bytes = fs::read(&file).expect("readable");
        if bytes.len() > MOST_BYTES {
            wrong.push(format!("{} has {} bytes", file.display(), bytes.len()));
        }
        if file.extension().is_some_and(|ext| ext == "hex") {
            bytes = decoded(&bytes);
        }
        if catch_unwind(|| check(&bytes)).is_err() {
            wrong.push(format!("{} does not hold", file.display()));
        }
    }
    wrong
}

#[test]
fn every_kept_input_of_every_fuzz_target_holds() {
    let wrong: Vec<String> = thread::scope(|scope| {
        let started = TARGETS.map(|(name, check)| scope.spawn(move || replay(name, check)));
        let ended = started.into_iter().map(|thread| thread.join());
        ended
            .flat_map(|wrong| wrong.expect("it catches panics"))
            .collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `fuzz/run` and the nightly workflow take the list of targets from the manifest.
#[test]
fn every_fuzz_target_is_run_every_night_and_kept() {
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("readable");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let programs = manifest["bin"].as_array().expect("programs").iter();
    let programs: BTreeSet<&str> = programs.filter_map(|bin| bin["name"].as_str()).collect();
    assert_eq!(programs, TARGETS.iter().map(|(name, _)| *name).collect());
    for name in programs {
        let program = fuzz().join("fuzz_targets").join(format!("{name}.rs"));
        let text = fs::read_to_string(program).expect("readable");
        assert!(text.contains(&format!("::{name}::check(")), "{name}");
    }
}
