//! Directories of clean sources: what is listed by default outside of tests and documentation.

use std::path::Path;

use crate::options::Options;
use crate::table::Page;

/// Folders and stems of names that hold tests, examples or documentation.
const ASIDE: &[&str] = &[
    "test", "tests", "testing", "spec", "specs", "testdata", "fixture", "fixtures", "example",
    "examples", "sample", "samples", "mock", "mocks", "doc", "docs", "demo", "e2e", "website",
];

/// Whether a place is of tests, examples or documentation: by what the program says of it, or by its
/// path where it says nothing.
fn is_aside(path: &str, kind: &str) -> bool {
    match kind {
        "" => has_word_of_tests(path),
        kind => kind != "source",
    }
}

fn has_word_of_tests(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut words = lower.split(['/', '.', '_', '-']);
    words.any(|word| ASIDE.contains(&word)) || lower.ends_with(".md") || lower.ends_with(".txt")
}

pub fn page(page: &mut Page, options: &Options) {
    if options.clean.is_empty() || !options.wants("clean sources") {
        return;
    }
    page.paragraph("\n## Clean sources: places listed for a million lines outside of tests and documentation\n");
    page.paragraph("| directory | lines | by default | of them high | from `low` on | in tests and documentation by default |\n|---|---|---|---|---|---|");
    for dir in &options.clean {
        let lines = lines(dir).max(1);
        let default = options.program.listed(dir, &[]);
        let low = options.program.listed(dir, &["--min-confidence", "low"]);
        let count = |all: &crate::product::Listing, aside: bool, level: u8| {
            let places = all
                .iter()
                .flat_map(|(path, listed)| listed.iter().map(move |one| (path, one)));
            places
                .filter(|(path, one)| is_aside(path, &one.ground.1) == aside)
                .filter(|(_, one)| one.level >= level)
                .count()
        };
        if options.wrong {
            for (path, listed) in &default {
                for one in listed.iter().filter(|one| !is_aside(path, &one.ground.1)) {
                    println!("wrong {}/{path}:{}", dir.display(), one.lines.start);
                }
            }
        }
        let rate = |places: usize| format!("{:.1}", places as f64 * 1e6 / lines as f64);
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        let cells = [
            rate(count(&default, false, 0)),
            rate(count(&default, false, 3)),
            rate(count(&low, false, 0)),
            rate(count(&default, true, 0)),
        ];
        page.paragraph(&format!("| {name} | {lines} | {} |", cells.join(" | ")));
    }
}

/// The lines of all files below a directory.
fn lines(dir: &Path) -> usize {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => lines(&entry.path()),
            Ok(kind) if kind.is_file() => {
                let bytes = std::fs::read(entry.path()).unwrap_or_default();
                bytes.iter().filter(|byte| **byte == b'\n').count()
            }
            _ => 0,
        })
        .sum()
}
