//! Measures what users get: `cargo bench --bench accuracy -- [CORPUS]`.
//!
//! Everything is written to files with paths like real ones, the program scans them as a user does, and
//! what its report lists by default is counted: generated passwords and tokens, what looks like them,
//! and, when it is named, a file of labelled lines (`tools/fit/README.md` describes it). The page of the
//! last run is `docs/accuracy.md`; `docs/benchmarks.md` says how to make it.
//!
//! - `--clean DIR` also counts what is listed in a directory of clean sources, outside of tests; repeatable.
//! - `--program PATH` measures another build of the program.
//! - `--only WORD` leaves out the parts whose name does not hold the word.
//! - `--missed`, `--wrong` print the files of cases and the ids of rows; never a value.
//! - `--keep DIR` writes the cases there and leaves them.
//! - `--calibrate` writes what was seen to `tools/fit/calibration-counts.txt`, and from it
//!   `src/judge/calibration.txt`; no page.
//! - `--page FILE`, `--figures FILE` write the page, and its figures for a later `--before FILE`;
//!   `--picture FILE` draws how far probabilities can be believed.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod calibrate;
#[path = "../../tools/fit/calibration.rs"]
mod calibration;
mod clean;
mod corpus;
#[allow(dead_code, reason = "the bench `fit` needs the rest")]
#[path = "../../tools/fit/labelled.rs"]
mod labelled;
mod made;
#[path = "../../tools/fit/observe.rs"]
mod observe;
mod options;
mod product;
#[allow(dead_code, reason = "the bench `fit` and the tests need the rest")]
#[path = "../../tools/fit/regression.rs"]
mod regression;
mod reliability;
mod table;

use std::collections::BTreeMap;
use std::path::Path;

use keysweep::detect::Scanner;
use made::case::{Case, Part, Rows, Seen};
use options::Options;
use table::Page;

/// The parts of the page: name, whether something is to be found in it, and what its rows are.
const PARTS: &[(Part, &str, bool, &str)] = &[
    (Part::Families, "passwords by file", true, "file"),
    (
        Part::Ways,
        "passwords by way of writing",
        true,
        "way of writing",
    ),
    (Part::Places, "passwords in tests and prose", true, "place"),
    (
        Part::WaysOfTokens,
        "tokens by way of writing",
        true,
        "way of writing",
    ),
    (Part::Rules, "tokens of rules", true, "rule"),
    (Part::Alphabets, "random values", true, "alphabet"),
    (Part::Near, "near misses", false, "class"),
    (Part::Benign, "look-alikes", false, "class"),
];

fn main() {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(2);
        }
    };
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let dir = options.keep.as_deref().unwrap_or(scratch.path());
    let before = options
        .before
        .as_deref()
        .map(|path| std::fs::read_to_string(path).expect("it can be read"));
    let mut page = Page::new(table::before(
        before.as_deref().unwrap_or(include_str!("before.tsv")),
    ));
    let mut balance = reliability::Balance::default();

    let scanner = Scanner::new(keysweep::builtin::set());
    let wanted = |part: Part| {
        PARTS
            .iter()
            .any(|(one, name, ..)| *one == part && options.wants(name))
    };
    let cases: Vec<Case> = made::all(&scanner)
        .into_iter()
        .filter(|case| wanted(case.part))
        .collect();
    let seen = options.program.seen(&dir.join("made"), &cases);
    let labelled = options
        .corpus
        .as_deref()
        .filter(|_| options.wants("labelled lines"));
    let outcome = labelled.map(|path| measured_corpus(path, &options, dir, &cases));

    page.paragraph(include_str!("head.md"));
    totals(&mut page, &cases, &seen);
    if let Some(outcome) = &outcome {
        corpus_page(&mut page, outcome);
        balance.corpus(&outcome[outcome.len() - 1].1.seen);
    }
    for (case, seen) in cases.iter().zip(&seen) {
        balance.case(case, seen);
        if options.missed && case.value.is_some() && !seen.shown {
            println!("missed {}", case.file());
        }
        if options.wrong && case.value.is_none() && seen.noted {
            println!("wrong {}", case.file());
        }
    }
    if options.calibrate {
        let mut sightings = calibrate::Sightings::default();
        if let Some(mut outcome) = outcome {
            sightings = std::mem::take(&mut outcome[0].1.sightings);
        }
        let mut counts: BTreeMap<Part, usize> = BTreeMap::new();
        for case in &cases {
            *counts.entry(case.part).or_default() += 1;
        }
        for (case, seen) in cases.iter().zip(&seen) {
            let many = counts[&case.part];
            sightings.case(case, seen, many);
        }
        write_calibration(&sightings.counts);
        return;
    }
    balance.page(&mut page);
    clean::page(&mut page, &options);
    details(&mut page, &cases, &seen);
    print!("{}", page.text);
    let picture = balance.picture();
    for (path, text) in [
        (&options.page, &page.text),
        (&options.figures, &page.figures),
        (&options.picture, &picture),
    ] {
        if let Some(path) = path {
            std::fs::write(path, text).expect("it can be written");
        }
    }
}

/// Writes the counts, and the table that follows from them as it will be read back.
fn write_calibration(counts: &calibration::Counts) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let counts = calibration::write_counts(counts);
    let before = include_str!("../../tools/fit/calibration-before.txt");
    let field = include_str!("../../tools/fit/field-counts.txt");
    let read = calibration::read_counts;
    let table = calibration::table(before, &read(&counts), &read(field));
    for (path, text) in [
        ("tools/fit/calibration-counts.txt", counts),
        ("src/judge/calibration.txt", table),
    ] {
        std::fs::write(root.join(path), text).expect("it can be written");
    }
}

/// A line for each part.
fn totals(page: &mut Page, cases: &[Case], seen: &[Seen]) {
    let mut rows = Rows::default();
    for (part, name, ..) in PARTS {
        for (_, seen) in of(cases, seen, *part) {
            rows.add(name, seen);
        }
    }
    page.paragraph("\n## All in all");
    page.part("total", "part", &rows);
}

fn of<'a>(
    cases: &'a [Case],
    seen: &'a [Seen],
    part: Part,
) -> impl Iterator<Item = (&'a Case, &'a Seen)> {
    let both = cases.iter().zip(seen);
    both.filter(move |(case, _)| case.part == part)
}

/// The rows of every part; of the rules only the weakest.
fn details(page: &mut Page, cases: &[Case], seen: &[Seen]) {
    for (part, name, found, what) in PARTS {
        let (mut rows, mut also) = (Rows::default(), Rows::default());
        for (case, seen) in of(cases, seen, *part) {
            rows.add(&case.row, seen);
            if let Some(row) = &case.also {
                also.add(row, seen);
            }
        }
        if rows.total().cases == 0 {
            continue;
        }
        let title = if *found { "found" } else { "listed" };
        page.paragraph(&format!(
            "\n## {}{}: how many are {title}",
            name[..1].to_uppercase(),
            &name[1..]
        ));
        if *part == Part::Rules {
            let mut all: Vec<_> = rows.iter().map(|(row, sum)| (row, *sum)).collect();
            all.sort_by_key(|(row, sum)| (sum.shown * 1000 / sum.cases, *row));
            all.truncate(10);
            page.paragraph(&format!(
                "\nThe ten weakest of {} rules:",
                rows.iter().count()
            ));
            page.rows(name, what, &all);
        } else {
            page.part(name, what, &rows);
        }
        if also.total().cases > 0 {
            page.part(&format!("{name}, also"), "", &also);
        }
    }
}

type Outcomes = Vec<(&'static str, corpus::Outcome)>;

fn measured_corpus(path: &Path, options: &Options, dir: &Path, cases: &[Case]) -> Outcomes {
    let text = std::fs::read_to_string(path).expect("the corpus can be read");
    let rows = labelled::rows(&text);
    let dir = dir.join("labelled");
    let repos: BTreeMap<_, _> = corpus::written(&dir, &rows);
    let seen = corpus::seen(&options.program, &dir, &repos);
    for (wanted, what, ids) in [
        (options.missed, "missed", &seen.missed),
        (options.wrong, "wrong", &seen.wrong),
    ] {
        for id in ids.iter().filter(|_| wanted) {
            println!("{what} {id}");
        }
    }
    let mut outcomes = vec![("", seen)];
    if options.is_own() {
        let held_out = |made: &[_]| corpus::seen_held_out(&dir, &rows, &repos, made);
        outcomes.push((", held out", held_out(&[])));
        outcomes.push((
            ", held out, generated cases too",
            held_out(&corpus::made(cases)),
        ));
    }
    outcomes
}

fn corpus_page(page: &mut Page, outcomes: &Outcomes) {
    let all: Vec<(&str, &corpus::Outcome)> = outcomes
        .iter()
        .map(|(how, outcome)| (*how, outcome))
        .collect();
    page.paragraph("\n## Labelled lines of repositories\n");
    page.paragraph(include_str!("labelled.md").trim_end());
    page.labelled("labelled", &all, &["generic".to_owned()]);
    let rows = &all[all.len() - 1].1.rows;
    let last = &all[all.len() - 1..];
    for (beginning, least) in [("place ", 0), ("kind ", 20), ("file ", 15)] {
        page.labelled("labelled", last, &table::groups(rows, beginning, least));
    }
    let unlabelled = all[0].1.unlabelled;
    page.paragraph(&format!(
        "\n{unlabelled} more places are listed by default on lines that have no label."
    ));
}
