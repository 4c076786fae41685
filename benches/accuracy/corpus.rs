//! Labelled lines of repositories: what the program lists of them, and what it would list with weights
//! that have not seen the repository.

use std::collections::BTreeMap;
use std::path::Path;

use keysweep::detect::generic::Refusal;
use keysweep::detect::{Scanner, generic};
use keysweep::finding::{Class, Confidence};
use keysweep::report::ReportOptions;
use keysweep::source::{Control, IgnoredFiles, TreeOptions};
use keysweep::thresholds::{Checkpoint, Thresholds};
use keysweep::{Input, Plan};

use crate::calibrate::Sightings;
use crate::labelled::Row;
use crate::made::case::{Case, Part, Rows, Seen, Sum};
use crate::observe::{folds, observe};
use crate::product::{Listed, Listing, Program, listing};
use crate::regression::{self, FOLDS, Observation, Weights};

/// Sums over the labelled rows of one kind, by label.
#[derive(Default)]
pub struct Labelled {
    /// Credentials.
    pub good: Rows,
    /// Placeholders and examples.
    pub samples: Rows,
    /// What is neither.
    pub others: Rows,
}

impl Labelled {
    fn add(&mut self, row: &str, label: &str, seen: &Seen) {
        match label {
            "T" => self.good.add(row, seen),
            "X" => self.samples.add(row, seen),
            _ => self.others.add(row, seen),
        }
    }

    /// Credentials and everything else of one row.
    pub fn of(&self, row: &str) -> (Sum, Sum) {
        let find = |rows: &Rows| {
            let mut found = rows.iter().filter(|(name, _)| *name == row);
            found.next().map(|(_, sum)| *sum).unwrap_or_default()
        };
        let mut wrong = find(&self.samples);
        wrong.join(&find(&self.others));
        (find(&self.good), wrong)
    }
}

/// What was seen of all rows.
#[derive(Default)]
pub struct Outcome {
    /// Under `generic`, `elsewhere`, `kind …` and `file …`.
    pub rows: Labelled,
    /// Places that are listed on lines without a label.
    pub unlabelled: usize,
    /// Ids of credentials that are not listed, and of other rows that are.
    pub missed: Vec<String>,
    pub wrong: Vec<String>,
    /// Rows of generic kinds in which a credential is seen, from low on, and whether it is one.
    pub seen: Vec<(bool, Seen)>,
    /// What each row's confidence stands on.
    pub sightings: Sightings,
}

/// Writes the rows of each repository to a folder of its own.
pub fn written<'a>(dir: &Path, rows: &'a [Row]) -> BTreeMap<&'a str, Vec<&'a Row>> {
    let mut repos: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        repos.entry(&row.repo).or_default().push(row);
        let path = dir.join(&row.repo).join(row.path());
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
        std::fs::write(path, &row.text).expect("writable");
    }
    repos
}

/// What the program lists of each repository.
pub fn seen(program: &Program, dir: &Path, repos: &BTreeMap<&str, Vec<&Row>>) -> Outcome {
    let mut outcome = Outcome::default();
    for (repo, rows) in repos {
        let dir = dir.join(repo);
        let listed = program.listed(&dir, &[]);
        let from_low = program.listed(&dir, &["--min-confidence", "low"]);
        outcome.add(rows, &listed, &from_low);
    }
    outcome
}

/// What is listed of each repository by weights that were fitted without it, and to nothing else than
/// the corpus: the weights that are compiled in have seen all of it.
pub fn seen_held_out(
    dir: &Path,
    rows: &[Row],
    repos: &BTreeMap<&str, Vec<&Row>>,
    made: &[Observation],
) -> Outcome {
    let folds = folds(rows);
    let mut observations = observe(rows, &folds);
    observations.extend_from_slice(made);
    let nothing = Weights {
        bias: 0.0,
        of: vec![0.0; generic::Feature::ALL.len()],
    };
    let mut outcome = Outcome::default();
    for fold in 0..FOLDS {
        let weights = regression::fit(&observations, &nothing, 1.0, |one| one.fold != fold);
        for (repo, rows) in repos.iter().filter(|(repo, _)| folds[**repo] == fold) {
            let list = |from| listed_by(&weights, &dir.join(repo), from);
            outcome.add(rows, &list(Confidence::Medium), &list(Confidence::Low));
        }
    }
    outcome
}

/// What the features say of generated cases: of the value of those that have one, of everything that is
/// asked about in the others. They are in no part, so that every fit has them.
pub fn made(cases: &[Case]) -> Vec<Observation> {
    let scanner = Scanner::new(keysweep::builtin::set());
    let mut counts: BTreeMap<(bool, u128), u32> = BTreeMap::new();
    for (number, case) in cases.iter().enumerate() {
        let (every, count) = match case.part {
            Part::Families => (11, 1),
            Part::Ways => (23, 1),
            Part::WaysOfTokens => (7, 1),
            Part::Alphabets => (5, 1),
            Part::Benign => (1, 2),
            Part::Near | Part::Rules | Part::Places => continue,
        };
        if number % every != 0 {
            continue;
        }
        for asked in scanner.asked(case.text.as_bytes()) {
            let decides = match &asked.judged {
                Ok(judged) => judged.class == Class::Credential,
                Err(refusal) => *refusal == Refusal::Unlikely,
            };
            let shares = |value: &std::ops::Range<usize>| {
                value.start < asked.span.end && asked.span.start < value.end
            };
            if decides && case.value.as_ref().is_none_or(shares) {
                let features = asked.features.iter();
                let set = features.fold(0, |set, feature| set | 1u128 << *feature as u32);
                *counts.entry((case.value.is_some(), set)).or_default() += count;
            }
        }
    }
    let all = counts.into_iter();
    all.map(|((credential, features), count)| Observation {
        fold: FOLDS,
        credential,
        features,
        count,
    })
    .collect()
}

/// The program's own line, from the tree to the report, with other weights.
fn listed_by(weights: &Weights, dir: &Path, from: Confidence) -> Listing {
    let of: Vec<f32> = weights.of.iter().map(|weight| *weight as f32).collect();
    let weights = generic::Weights::new(weights.bias as f32, &of);
    let mut thresholds = Thresholds::new(Checkpoint::Report);
    thresholds.min_confidence = from;
    let plan = Plan {
        scanner: Scanner::new(keysweep::builtin::set()).weighing_by(weights),
        archives: None,
        suppressions: Default::default(),
        register: None,
        references: false,
        ends: false,
        lists: Default::default(),
        now: jiff::Timestamp::now(),
        policy: keysweep::life::Policy::default(),
        report: ReportOptions::new(thresholds),
    };
    let input = Input::Tree(TreeOptions {
        paths: vec![dir.to_owned()],
        ignored: IgnoredFiles::Counted,
        exclude: Vec::new(),
        threads: 0,
        max_file_size: 1 << 28,
        recurse_submodules: false,
        git_config: false,
    });
    let report = keysweep::run(input, &plan, &Control::default()).expect("it can be read");
    listing(&serde_json::to_vec(&report).expect("reports are JSON")).expect("it was just written")
}

impl Outcome {
    fn add(&mut self, rows: &[&Row], listed: &Listing, from_low: &Listing) {
        for row in rows {
            let lines = row.lines();
            let here = |all: &Listing| -> Vec<Listed> {
                let listed = all.get(&row.path()).into_iter().flatten();
                let listed =
                    listed.filter(|one| one.lines.start < lines.end && lines.start < one.lines.end);
                listed.cloned().collect()
            };
            let seen = Seen::of(&here(listed), &here(from_low));
            self.count(row, &seen);
            self.sightings.row(row, &seen);
            if row.is_ours() && seen.level > 0 {
                self.seen.push((row.label == "T", seen));
            }
            let outside = listed.get(&row.path()).into_iter().flatten();
            let outside = outside.filter(|one| one.credential);
            let outside =
                outside.filter(|one| one.lines.end <= lines.start || lines.end <= one.lines.start);
            self.unlabelled += outside.count();
        }
    }

    fn count(&mut self, row: &Row, seen: &Seen) {
        let ours = row.is_ours();
        let path = row.path();
        let ext = path.rsplit('.').next().unwrap_or_default();
        let mut groups = vec![if ours { "generic" } else { "elsewhere" }.to_owned()];
        if ours {
            groups.push(format!("kind {}", row.kinds[0]));
            groups.push(format!("file {ext}"));
            groups.push(
                if path.starts_with("src/") {
                    "place other"
                } else {
                    "place test or example"
                }
                .to_owned(),
            );
        }
        for group in groups {
            self.rows.add(&group, &row.label, seen);
        }
        match (row.label.as_str(), seen.shown) {
            ("T", false) if ours => self.missed.push(row.id.clone()),
            ("X" | "F", true) if ours => self.wrong.push(row.id.clone()),
            _ => {}
        }
    }
}
