//! The page of results: `docs/accuracy.md`, and the figures that a later one is compared with.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::corpus::{Labelled, Outcome};
use crate::made::case::{Rows, Sum};

/// Counts of an earlier run, by part and row: cases, listed, noted.
pub type Before = BTreeMap<String, (usize, usize, usize)>;

/// The figures of an earlier page.
pub fn before(text: &str) -> Before {
    let line = |line: &str| {
        let mut cells = line.split('\t');
        let key = cells.next()?.to_owned();
        let mut number = || cells.next()?.parse().ok();
        Some((key, (number()?, number()?, number()?)))
    };
    text.lines().filter_map(line).collect()
}

/// A page as it grows, and its figures.
pub struct Page {
    pub text: String,
    pub figures: String,
    before: Before,
}

fn percent(of: usize, all: usize) -> String {
    match all {
        0 => "–".to_owned(),
        _ => format!("{:.1}", of as f64 * 100.0 / all as f64),
    }
}

fn share(of: usize, all: usize) -> f64 {
    of as f64 / all.max(1) as f64
}

impl Page {
    pub fn new(before: Before) -> Page {
        Page {
            text: String::new(),
            figures: String::new(),
            before,
        }
    }

    pub fn paragraph(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A table with a row for each sum.
    pub fn rows(&mut self, part: &str, what: &str, rows: &[(&str, Sum)]) {
        self.paragraph(&format!(
            "\n| {what} | cases | before | listed by default | with notes | at `high` | from `low` on |\n|---|---|---|---|---|---|---|"
        ));
        for (row, sum) in rows {
            let key = format!("{part}/{row}");
            let row = row.replace('|', "\\|");
            let before = self.before.get(&key);
            let before = before.map_or("–".to_owned(), |(cases, shown, _)| {
                percent(*shown, *cases)
            });
            let of = |count| percent(count, sum.cases);
            let cells = [
                of(sum.shown),
                of(sum.noted),
                of(sum.from[2]),
                of(sum.from[0]),
            ];
            self.paragraph(&format!(
                "| {row} | {} | {before} | {} |",
                sum.cases,
                cells.join(" | ")
            ));
            let _ = writeln!(
                self.figures,
                "{key}\t{}\t{}\t{}",
                sum.cases, sum.shown, sum.noted
            );
        }
    }

    /// All rows of a part and their total.
    pub fn part(&mut self, part: &str, what: &str, rows: &Rows) {
        let all: Vec<(&str, Sum)> = rows.iter().map(|(row, sum)| (row, *sum)).collect();
        self.rows(part, what, &all);
    }

    /// Recall, precision and their harmonic mean for groups of labelled rows.
    pub fn labelled(&mut self, part: &str, outcomes: &[(&str, &Outcome)], groups: &[String]) {
        self.paragraph("\n| | credentials | others | before: recall, precision, F1 | recall | precision | F1 | at `high` | from `low` on |\n|---|---|---|---|---|---|---|---|---|");
        for (how, outcome) in outcomes {
            for group in groups {
                let (good, wrong) = outcome.rows.of(group);
                let row = format!("{group}{how}");
                let (hit, missed) = (format!("{part}/{row}+"), format!("{part}/{row}-"));
                let before = match (self.before.get(&hit), self.before.get(&missed)) {
                    (Some(good), Some(wrong)) => {
                        rates((good.0, good.1), (wrong.0, wrong.1)).join(", ")
                    }
                    _ => "–".to_owned(),
                };
                let at = |level: Option<usize>| {
                    let count = |sum: &Sum| level.map_or(sum.shown, |level| sum.from[level]);
                    rates((good.cases, count(&good)), (wrong.cases, count(&wrong)))
                };
                self.paragraph(&format!(
                    "| {row} | {} | {} | {before} | {} | {} | {} |",
                    good.cases,
                    wrong.cases,
                    at(None).join(" | "),
                    at(Some(2)).join(", "),
                    at(Some(0)).join(", ")
                ));
                let _ = writeln!(
                    self.figures,
                    "{hit}\t{}\t{}\t{}",
                    good.cases, good.shown, good.noted
                );
                let _ = writeln!(
                    self.figures,
                    "{missed}\t{}\t{}\t{}",
                    wrong.cases, wrong.shown, wrong.noted
                );
            }
        }
    }
}

/// Recall, precision and F1 of (cases, listed) of credentials and of others.
fn rates(good: (usize, usize), wrong: (usize, usize)) -> [String; 3] {
    let recall = share(good.1, good.0);
    let precision = share(good.1, good.1 + wrong.1);
    let f1 = 2.0 * recall * precision / (recall + precision).max(f64::MIN_POSITIVE);
    [recall, precision, f1].map(|rate| format!("{rate:.3}"))
}

/// The groups of labelled rows with this beginning that have enough rows to speak of, largest first.
pub fn groups(rows: &Labelled, beginning: &str, least: usize) -> Vec<String> {
    let mut all: Vec<(usize, String)> = rows
        .good
        .iter()
        .filter(|(row, sum)| row.starts_with(beginning) && sum.cases >= least)
        .map(|(row, sum)| (sum.cases, row.to_owned()))
        .collect();
    all.sort_by_key(|(cases, row)| (std::cmp::Reverse(*cases), row.clone()));
    all.into_iter().map(|(_, row)| row).collect()
}
