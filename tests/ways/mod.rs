//! Ways to write a name and its value, each with each kind of value, scanned by the program as files
//! whose names fit. The values are drawn anew for each seed.
//!
//! `KEYSWEEP_WAYS=1 cargo test --test it ways:: -- --nocapture` prints a table of what is found: H, M or
//! L for the confidence, N for a provider's own rule and g for a generic one, `-` for nothing.

#![allow(clippy::print_stdout)]

pub mod forms;

use std::collections::BTreeMap;

use crate::common::{Dir, expand, findings};
use forms::{FORMS, Form, NOTHING};

/// What stands in the columns: what it is called, and a template of its value. The first two are a
/// provider's.
const COLUMNS: &[(&str, &str)] = &[
    ("datadog api key", "{hex:32}"),
    ("mistral api key", "{alnum:32}"),
    ("client secret", "{alnum:32}"),
    ("service token", "{alnum:24}"),
    ("db password", "Copper#{hex:2}Tree"),
];

/// Each cell is drawn so often: a single value may be the exception.
const SEEDS: u64 = 3;

/// Writes a name in the ways that names are written.
pub fn named(template: &str, name: &str, value: &str) -> String {
    let words: Vec<&str> = name.split(' ').collect();
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    };
    let camel = |words: &[&str]| words.iter().copied().map(capital).collect::<String>();
    let last = words[words.len() - 1];
    [
        ("§N", name.replace(' ', "_").to_uppercase()),
        ("§n", name.replace(' ', "_")),
        ("§c", words[0].to_owned() + &camel(&words[1..])),
        ("§C", camel(&words)),
        ("§l", name.to_owned()),
        ("§p", words[0].to_owned()),
        ("§k", last.to_owned()),
        ("§K", last.to_uppercase()),
        ("§d", name.replace(' ', "-")),
        ("§v", value.to_owned()),
    ]
    .iter()
    .fold(template.to_owned(), |text, (mark, with)| {
        text.replace(mark, with)
    })
}

/// What is found of a value: confidence, and which kind of rule says so.
type Cell = String;

/// Scans all forms in one run and gives for each form and column what each seed found.
fn scanned(forms: &[Form]) -> BTreeMap<(usize, usize), Vec<Cell>> {
    let dir = Dir::new();
    let mut values = BTreeMap::new();
    for (row, (_, file, template, _)) in forms.iter().enumerate() {
        for (column, (name, value)) in COLUMNS.iter().enumerate() {
            for seed in 0..SEEDS {
                let value = expand(value, seed * 7919 + (row * 5 + column) as u64);
                let path = format!("r{row}/c{column}/s{seed}/{file}");
                dir.write(&path, named(template, name, &value) + "\n");
                values.insert((row, column, seed), value);
            }
        }
    }
    let report = dir.json(&[
        "scan",
        ".",
        "--no-config",
        "--show-secrets",
        "--min-confidence",
        "low",
    ]);
    let mut cells: BTreeMap<_, _> = values
        .keys()
        .map(|(row, column, _)| ((*row, *column), vec!["-".to_owned(); SEEDS as usize]))
        .collect();
    for finding in findings(&report) {
        let rule = finding["reported"].as_str().expect("an id");
        let sure = finding["confidence"].as_str().expect("a level");
        let kind = if finding["class"] != "credential" {
            's'
        } else if rule.starts_with("generic-") {
            'g'
        } else {
            'N'
        };
        let value = finding["value"].as_str().expect("it is shown");
        for place in finding["places"].as_array().expect("places") {
            let path = place["path"].as_str().expect("a path");
            let number = |part: &str| part[1..].parse::<usize>().expect("a number");
            let mut parts = path.split('/');
            let mut next = || number(parts.next().expect("a part"));
            let (row, column, seed) = (next(), next(), next());
            let wanted = &values[&(row, column, seed as u64)];
            // A part of it, or more than it, is another value.
            let got = match value == wanted {
                true => format!("{}{kind}", sure[..1].to_uppercase()),
                false => "x".to_owned(),
            };
            let cell = &mut cells.get_mut(&(row, column)).expect("it was written")[seed];
            if cell == "-" || cell == "x" || cell.ends_with('s') {
                *cell = got;
            }
        }
    }
    cells
}

fn print(forms: &[Form], cells: &BTreeMap<(usize, usize), Vec<Cell>>) {
    for (row, (name, ..)) in forms.iter().enumerate() {
        let columns: Vec<String> = (0..COLUMNS.len())
            .map(|column| format!("{:9}", cells[&(row, column)].join(" ")))
            .collect();
        println!("{name:28} | {}", columns.join("| "));
    }
    for (column, (name, _)) in COLUMNS.iter().enumerate() {
        let shown = |cell: &Cell| cell.starts_with(['M', 'H']);
        let all = cells.iter().filter(|((_, at), _)| *at == column);
        let found =
            all.filter(|(_, cells)| cells.iter().filter(|c| shown(c)).count() * 2 > cells.len());
        println!("{name:28}   {} of {}", found.count(), forms.len());
    }
}

#[test]
fn every_way_of_writing_a_name_and_its_value_is_read() {
    let cells = scanned(FORMS);
    if std::env::var_os("KEYSWEEP_WAYS").is_some() {
        print(FORMS, &cells);
    }
    let mut missed = Vec::new();
    for (row, (name, _, template, wanted)) in FORMS.iter().enumerate() {
        for (column, want) in wanted.chars().enumerate() {
            let got = &cells[&(row, column)];
            let found = |cell: &&Cell| match want {
                'N' => cell.ends_with('N'),
                'g' => cell.ends_with('g') || cell.ends_with('N'),
                _ => true,
            };
            // One of three may fall to a check of randomness.
            if got.iter().filter(found).count() + 1 < got.len() {
                missed.push(format!(
                    "{name}, {}: {got:?}: {template}",
                    COLUMNS[column].0
                ));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn what_is_no_value_is_not_taken_for_one() {
    let cells = scanned(NOTHING);
    if std::env::var_os("KEYSWEEP_WAYS").is_some() {
        print(NOTHING, &cells);
    }
    let taken = |cell: &&Cell| cell.starts_with(['M', 'H']) && !cell.ends_with('s');
    let mut wrong = Vec::new();
    for (row, (name, _, template, _)) in NOTHING.iter().enumerate() {
        for (column, (what, _)) in COLUMNS.iter().enumerate() {
            let got = &cells[&(row, column)];
            if got.iter().any(|cell| taken(&cell) || cell == "x") {
                wrong.push(format!("{name}, {what}: {got:?}: {template}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
