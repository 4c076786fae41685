//! Measures what the program reports of labelled lines of code: `cargo bench --bench corpus -- FILE`.
//!
//! FILE is described in `tools/fit/README.md`. Every row is written to a file of its own, under a path
//! like the one that it was found under, and every repository is scanned by the program as a user
//! scans it. What the default lists is counted, and what `--min-confidence low` lists, which shows what
//! paths and scores take away. With `--groups` also by kind, ending of the name and repository.
//!
//! FILE may also be a directory of clean sources, in which everything listed counts as wrong.
//! `--missed` and `--wrong` print the ids of rows, or places; never a value.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[allow(dead_code, reason = "the bench `fit` needs the rest")]
#[path = "../tools/fit/labelled.rs"]
mod labelled;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use labelled::Row;
use serde_json::Value;

/// What the program lists from a confidence on in `dir`: path, first and last line.
fn listed(dir: &Path, confidence: &str) -> BTreeSet<(String, u64, u64)> {
    let run = Command::new(env!("CARGO_BIN_EXE_keysweep"))
        .current_dir(dir)
        .args(["scan", ".", "--no-config", "--format", "json"])
        .args(["--min-confidence", confidence])
        .output()
        .expect("the program starts");
    let report: Value = serde_json::from_slice(&run.stdout).expect("a report");
    let mut all = BTreeSet::new();
    let findings = report["findings"].as_array().expect("a list");
    for finding in findings.iter().filter(|one| one["class"] == "credential") {
        for place in finding["places"].as_array().expect("a list") {
            let number = |name| place["region"][name].as_u64().expect("a number");
            let path = place["path"].as_str().expect("a path").to_owned();
            all.insert((path, number("start_line"), number("end_line")));
        }
    }
    all
}

/// Counts what is listed in a directory of clean sources.
fn clean(dir: &Path, wrong: bool) {
    for confidence in ["medium", "low"] {
        let all = listed(dir, confidence);
        println!(
            "{} places listed from {confidence} confidence on",
            all.len()
        );
        if wrong && confidence == "medium" {
            for (path, line, _) in all {
                println!("wrong {path}:{line}");
            }
        }
    }
}

#[derive(Default, Clone, Copy)]
struct Tally {
    all: usize,
    medium: usize,
    low: usize,
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let flag = |name: &str| args.iter().any(|arg| arg == name);
    let Some(path) = args.iter().find(|arg| !arg.starts_with("--")) else {
        // Run without a file (`cargo bench`): nothing to measure.
        eprintln!("usage: cargo bench --bench corpus -- FILE [--groups|--missed|--wrong]");
        return;
    };
    if Path::new(path).is_dir() {
        clean(Path::new(path), flag("--wrong"));
        return;
    }
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let rows = labelled::rows(&text);
    let mut repos: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        repos.entry(&row.repo).or_default().push(row);
    }
    let mut tally = BTreeMap::new();
    for rows in repos.values() {
        measure(rows, &mut tally, flag("--missed"), flag("--wrong"));
    }
    print(&tally, flag("--groups"));
}

/// Scans the rows of one repository, and counts what is listed of them.
fn measure<'a>(
    rows: &[&'a Row],
    tally: &mut BTreeMap<(String, &'a str), Tally>,
    print_missed: bool,
    print_wrong: bool,
) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for row in rows {
        let path = dir.path().join(row.path());
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
        std::fs::write(path, &row.text).expect("writable");
    }
    let medium = listed(dir.path(), "medium");
    let low = listed(dir.path(), "low");
    for row in rows {
        let lines = row.lines();
        let is_in = |all: &BTreeSet<(String, u64, u64)>| {
            all.iter().any(|(path, first, last)| {
                let shared = (*first as usize) < lines.end && lines.start <= *last as usize;
                *path == row.path() && shared
            })
        };
        let (medium, low) = (is_in(&medium), is_in(&low));
        if print_missed && row.label == "T" && row.is_ours() && !medium {
            println!("missed {} low={low}", row.id);
        }
        if print_wrong && row.label != "T" && medium {
            println!("wrong {}", row.id);
        }
        let ours = if row.is_ours() {
            "generic"
        } else {
            "elsewhere"
        };
        let path = row.path();
        for group in [
            ours.to_owned(),
            format!("{ours} {}", row.kinds[0]),
            format!("repo {}", row.repo),
            format!("ext {}", path.rsplit('.').next().unwrap_or_default()),
        ] {
            let tally = tally.entry((group, row.label.as_str())).or_default();
            tally.all += 1;
            tally.medium += usize::from(medium);
            tally.low += usize::from(low);
        }
    }
}

fn print(tally: &BTreeMap<(String, &str), Tally>, groups: bool) {
    let names: BTreeSet<&String> = tally.keys().map(|(group, _)| group).collect();
    for name in names {
        let total = matches!(name.as_str(), "generic" | "elsewhere");
        if !groups && !total {
            continue;
        }
        let of = |label| {
            let key = (name.clone(), label);
            tally.get(&key).copied().unwrap_or_default()
        };
        let (t, x, f) = (of("T"), of("X"), of("F"));
        println!(
            "{name}: of {} credentials {} listed ({} from low on); of {} placeholders {} ({}); of {} others {} ({})",
            t.all, t.medium, t.low, x.all, x.medium, x.low, f.all, f.medium, f.low
        );
    }
}
