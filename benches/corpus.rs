//! Measures generic detection on labelled lines of code: `cargo bench --bench corpus -- FILE`.
//!
//! FILE holds one JSON object a line: `text` (a few lines), `first` (number of its first line),
//! `line` and `end` (labelled lines), `start` and `stop` (the value's columns, 0-based, -1 for the
//! whole line), `label` (T credential, X placeholder, F neither), `kinds`, `repo`. FILE may also be
//! a directory of clean sources, in which everything flagged counts as wrong. With `--dump` it
//! prints the features of every candidate instead, for fitting weights; never a value.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use keysweep::detect::assign::{self, Assignment, WORDS};
use keysweep::detect::generic;
use keysweep::finding::{Class, Confidence};
use serde::Deserialize;

/// One labelled stretch of lines.
#[derive(Deserialize)]
struct Row {
    id: String,
    repo: String,
    file: String,
    ext: String,
    first: usize,
    line: usize,
    end: usize,
    start: i64,
    stop: i64,
    label: String,
    kinds: Vec<String>,
    text: String,
}

/// Kinds that are no secrets, or that rules of their own find.
const ELSEWHERE: &[&str] = &[
    "UUID",
    "Nonce",
    "Salt",
    "AWS S3 Bucket",
    "PEM Private Key",
    "JSON Web Token",
    "URL Credentials",
    "Basic Authorization",
];

impl Row {
    fn ours(&self) -> bool {
        !self.kinds.iter().any(|k| ELSEWHERE.contains(&k.as_str()))
    }

    /// The bytes that the label speaks of: the value, or the whole lines.
    fn labelled(&self) -> Range<usize> {
        let mut starts = vec![0];
        starts.extend(
            self.text
                .bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i + 1),
        );
        let at = |line: usize| {
            starts
                .get(line - self.first)
                .copied()
                .unwrap_or(self.text.len())
        };
        let column = |line: usize, column: i64| {
            let from = at(line);
            let chars = usize::try_from(column).unwrap_or(0);
            self.text[from..]
                .char_indices()
                .nth(chars)
                .map_or(self.text.len(), |(i, _)| from + i)
        };
        if self.start < 0 {
            at(self.line)..at(self.end + 1)
        } else if self.line == self.end && self.stop > self.start {
            column(self.line, self.start)..column(self.line, self.stop)
        } else {
            column(self.line, self.start)..at(self.end + 1)
        }
    }
}

/// Every assignment that a scanner would read in `bytes`.
fn assignments(bytes: &[u8]) -> Vec<Assignment<'_>> {
    let lower = bytes.to_ascii_lowercase();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    let mut add = |a: Option<Assignment<'static>>| {
        if let Some(a) = a
            && seen.insert((a.value.start, a.value.end))
        {
            out.push(a);
        }
    };
    // The bytes outlive the list; a leak is the plainest way to say so in a measuring command.
    let bytes: &'static [u8] = Box::leak(bytes.to_vec().into_boxed_slice());
    for word in WORDS {
        for at in memchr::memmem::find_iter(&lower, word.as_bytes()) {
            add(assign::read_from_word(bytes, at..at + word.len()));
        }
    }
    let token = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'+' | b'/' | b'=');
    let mut at = 0;
    while at < bytes.len() {
        let len = bytes[at..].iter().take_while(|&&b| token(b)).count();
        let run = at..at + len;
        if len >= 16 && bytes[run.clone()].iter().any(u8::is_ascii_digit) {
            // Back over a joint that belongs to the token alphabet.
            let skip = bytes[run.clone()]
                .iter()
                .rposition(|&b| b == b'=')
                .filter(|&p| len - p > 12)
                .map_or(0, |p| p + 1);
            add(assign::read_from_run(bytes, run.start + skip..run.end));
        }
        at += len.max(1);
    }
    out
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[derive(Default, Clone, Copy)]
struct Tally {
    all: usize,
    flagged: usize,
    sample: usize,
}

/// Counts what is flagged in a directory of clean sources, per million lines.
fn tree(path: &str, dump: bool, wrong: bool) {
    let (mut lines, mut medium, mut low, mut samples) = (0usize, 0usize, 0usize, 0usize);
    for entry in ignore::WalkBuilder::new(path)
        .hidden(false)
        .ignore(false)
        .build()
        .flatten()
    {
        let name = entry.path().to_string_lossy().into_owned();
        let Ok(bytes) = std::fs::read(entry.path()) else {
            continue;
        };
        if bytes.len() > 2_000_000 || bytes.contains(&0) {
            continue;
        }
        lines += memchr::memchr_iter(b'\n', &bytes).count();
        for a in assignments(&bytes) {
            let judged = generic::judge(&a, &bytes);
            if dump && !name.contains("test") {
                let names: Vec<&str> = generic::features(&a, &bytes).iter().map(|f| f.0).collect();
                let placeholder = matches!(&judged, Some(j) if j.class == Class::Sample)
                    || generic::is_placeholder(&bytes[a.value.clone()]);
                if !names.is_empty() {
                    let line = serde_json::json!({"id": name, "repo": "clean", "label": "F", "kinds": ["clean"],
                        "ours": true, "placeholder": placeholder, "features": names});
                    println!("{line}");
                }
            }
            match judged {
                Some(j) if j.class == Class::Sample => samples += 1,
                Some(j) if j.confidence >= Confidence::Medium => {
                    medium += 1;
                    if wrong {
                        let line = memchr::memchr_iter(b'\n', &bytes[..a.value.start]).count() + 1;
                        println!("wrong {name}:{line} {:.2} {:?}", j.score, j.reasons);
                    }
                }
                Some(_) => low += 1,
                None => {}
            }
        }
    }
    if !dump {
        println!("{lines} lines: {medium} flagged, {low} low, {samples} samples");
    }
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let Some(path) = args.iter().find(|a| !a.starts_with("--")) else {
        // Run without a file (`cargo bench`): nothing to measure.
        eprintln!("usage: cargo bench --bench corpus -- FILE [--dump|--missed|--wrong]");
        return;
    };
    let flag = |name: &str| args.iter().any(|a| a == name);
    if std::path::Path::new(path).is_dir() {
        tree(path, flag("--dump"), flag("--wrong"));
        return;
    }
    let text = std::fs::read_to_string(path).expect("the file can be read");
    let rows: Vec<Row> = text
        .lines()
        .map(|l| serde_json::from_str(l).expect("one row a line"))
        .collect();
    let mut good: BTreeMap<(String, String, usize), Vec<(i64, i64)>> = BTreeMap::new();
    for row in rows.iter().filter(|r| r.label != "F") {
        for line in row.line..=row.end {
            good.entry((row.repo.clone(), row.file.clone(), line))
                .or_default()
                .push((row.start, row.stop));
        }
    }
    let mut tally: BTreeMap<(String, String), Tally> = BTreeMap::new();
    for row in &rows {
        let bytes = row.text.as_bytes();
        let labelled = row.labelled();
        // A whole line labelled F may hold a value that another row labels T or X.
        let shared = row.start < 0
            && row.label == "F"
            && good.contains_key(&(row.repo.clone(), row.file.clone(), row.line));
        if shared {
            continue;
        }
        let (mut flagged, mut sample) = (false, false);
        for a in assignments(bytes) {
            if !overlap(&a.value, &labelled) {
                continue;
            }
            let judged = generic::judge(&a, bytes);
            if flag("--dump") {
                let names: Vec<&str> = generic::features(&a, bytes).iter().map(|f| f.0).collect();
                let placeholder = matches!(&judged, Some(j) if j.class == Class::Sample)
                    || generic::is_placeholder(&bytes[a.value.clone()]);
                if !names.is_empty() {
                    let line = serde_json::json!({"id": row.id, "repo": row.repo, "label": row.label,
                        "kinds": row.kinds, "ours": row.ours(), "placeholder": placeholder, "features": names});
                    println!("{line}");
                }
            }
            if let Some(j) = judged {
                match j.class {
                    Class::Credential if j.confidence >= Confidence::Medium => {
                        flagged = true;
                        if flag("--wrong") && row.label == "F" {
                            println!("wrong {} {:.2} {:?}", row.id, j.score, j.reasons);
                        }
                    }
                    Class::Credential | Class::Protected => {}
                    Class::Sample => sample = true,
                }
            }
        }
        if flag("--missed") && row.label == "T" && row.ours() && !flagged {
            println!("missed {} sample={sample}", row.id);
        }
        let ours = if row.ours() { "generic" } else { "elsewhere" };
        for group in [
            ours.to_owned(),
            format!("{ours} {}", row.kinds[0]),
            format!("repo {}", row.repo),
            format!("ext {}", row.ext),
        ] {
            let t = tally.entry((group, row.label.clone())).or_default();
            t.all += 1;
            t.flagged += usize::from(flagged);
            t.sample += usize::from(sample && !flagged);
        }
    }
    if flag("--dump") {
        return;
    }
    let verbose = flag("--groups");
    let groups: BTreeSet<&String> = tally.keys().map(|k| &k.0).collect();
    for group in groups {
        if !verbose && (group.starts_with("repo") || group.starts_with("ext")) {
            continue;
        }
        let get = |label: &str| {
            tally
                .get(&(group.clone(), label.to_owned()))
                .copied()
                .unwrap_or_default()
        };
        let (t, x, f) = (get("T"), get("X"), get("F"));
        println!(
            "{group}: T {}/{} found ({} as samples); X {}/{} flagged ({} as samples); F {}/{} flagged",
            t.flagged, t.all, t.sample, x.flagged, x.all, x.sample, f.flagged, f.all
        );
    }
}
