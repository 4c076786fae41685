//! Fits the weights of the generic rules: `cargo bench --bench fit -- CORPUS`.
//!
//! Reads labelled lines with the product's own scanner, writes what its features say of them to
//! `tools/fit/observations.txt`, fits weights to that, and writes `src/detect/generic/weights.txt`.
//! Prints what weights find that were fitted without the part they are tried on. The weights before
//! are kept unless that is as good as what they find, in recall and in precision. With `--try` nothing
//! is written; with `--check` it ends with status 1 when what would be written is not what stands there.
//! `tools/fit/README.md` has the recipe.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[allow(dead_code, reason = "the bench `accuracy` needs the rest")]
mod labelled;
mod observe;
mod probe;
#[allow(dead_code, reason = "the tests need the rest")]
mod regression;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keysweep::detect::Scanner;
use keysweep::detect::generic::{self, Feature};
use keysweep::finding::{Class, Confidence};
use labelled::Row;
use observe::{folds, observe};
use regression::{FOLDS, Observation, STRENGTH, Weights};
use sha2::{Digest, Sha256};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(corpus) = args.iter().find(|arg| !arg.starts_with("--")) else {
        // `cargo bench` without arguments has nothing to fit.
        eprintln!("usage: cargo bench --bench fit -- CORPUS [--try|--check]");
        return;
    };
    let text = std::fs::read_to_string(corpus).expect("the corpus can be read");
    let rows = labelled::rows(&text);
    let folds = folds(&rows);
    let observations = observe(&rows, &folds);
    println!(
        "{} observations, {} of them different",
        observations.iter().map(|one| one.count).sum::<u32>(),
        observations.len(),
    );
    let names: Vec<String> = Feature::ALL.iter().map(|f| f.id().to_owned()).collect();
    let before = before(&names);
    let (old, held_out) = compared(&rows, &folds, &observations, &before);
    let (weights, outcome) = match held_out.is_as_good_as(&old) {
        true => {
            let fitted = regression::fit(&observations, &before, STRENGTH, |_| true);
            (fitted.rounded(), "fitted")
        }
        false => (before, "kept"),
    };
    let outcome = format!(
        "{outcome}: held out, the fit finds {}; the weights before find {}",
        held_out.text(),
        old.text()
    );
    println!("{outcome}");
    let asked = |option: &str| args.iter().any(|arg| arg == option);
    if asked("--try") {
        return;
    }
    let corpus = format!("# corpus {}\n", hex(text.as_bytes()));
    let recorded = regression::write_observations(&corpus, &names, &observations);
    let head = format!(
        "# What each feature adds to the log-odds that a value is a credential; a positive weight speaks\n\
         # for one, and `Bias` is what there is without any. `features.rs` describes the features.\n\
         # Written by `cargo bench --bench fit`; a test holds it to the observations.\n{corpus}\
         # features {}\n# outcome {outcome}\n",
        probe::hash()
    );
    let weighed = regression::write_weights(&head, &names, &weights);
    let files = [
        ("tools/fit/observations.txt", recorded),
        ("src/detect/generic/weights.txt", weighed),
    ];
    let mut stale = false;
    for (path, text) in files {
        if !asked("--check") {
            std::fs::write(place(path), text).expect("it can be written");
            println!("{path} is written");
        } else if std::fs::read_to_string(place(path)).expect("it can be read") != text {
            println!("{path} is not what the corpus gives: run this without --check");
            stale = true;
        }
    }
    if stale {
        std::process::exit(1);
    }
}

fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn hex(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// The weights that the fit starts from, in the order of the features; a feature that is new since
/// then starts at nothing.
fn before(names: &[String]) -> Weights {
    let (known, weights) = regression::read_weights(include_str!("before.txt"));
    let known: BTreeMap<String, f64> = known.into_iter().zip(weights.of).collect();
    Weights {
        bias: weights.bias,
        of: names
            .iter()
            .map(|name| known.get(name).copied().unwrap_or(0.0))
            .collect(),
    }
}

/// What is found of the rows of some parts.
#[derive(Default)]
struct Found {
    /// Credentials, and how many of them are found.
    credentials: (u32, u32),
    /// Everything else, and how much of it is called a credential.
    others: (u32, u32),
}

impl Found {
    /// Scans the rows of a part with these weights, as the product does, down to what is listed
    /// without a path.
    fn add(&mut self, rows: &[Row], part: impl Fn(&Row) -> bool, weights: &Weights) {
        let scanner = Scanner::new(keysweep::builtin::set()).weighing_by(product(weights));
        for row in rows.iter().filter(|row| row.is_ours() && part(row)) {
            let found = scanner.scan(row.text.as_bytes());
            let listed = found.iter().any(|candidate| {
                candidate.class == Class::Credential
                    && candidate.confidence() >= Confidence::Medium
                    && row.is_at(&candidate.span)
            });
            let count = match row.label == "T" {
                true => &mut self.credentials,
                false => &mut self.others,
            };
            count.0 += 1;
            count.1 += u32::from(listed);
        }
    }

    fn join(&mut self, other: &Found) {
        for (mine, more) in [
            (&mut self.credentials, other.credentials),
            (&mut self.others, other.others),
        ] {
            *mine = (mine.0 + more.0, mine.1 + more.1);
        }
    }

    fn recall(&self) -> f64 {
        f64::from(self.credentials.1) / f64::from(self.credentials.0)
    }

    fn precision(&self) -> f64 {
        let found = self.credentials.1;
        f64::from(found) / f64::from(found + self.others.1)
    }

    fn is_as_good_as(&self, other: &Found) -> bool {
        self.recall() >= other.recall() && self.precision() >= other.precision()
    }

    fn text(&self) -> String {
        let ((all, found), (others, wrong)) = (self.credentials, self.others);
        format!(
            "{found} of {all} credentials (recall {:.4}) and {wrong} of {others} others (precision {:.4})",
            self.recall(),
            self.precision()
        )
    }
}

fn product(weights: &Weights) -> generic::Weights {
    let weights = weights.rounded();
    let of: Vec<f32> = weights.of.iter().map(|weight| *weight as f32).collect();
    generic::Weights::new(weights.bias as f32, &of)
}

/// What the weights before find, and what weights find on the part that they were fitted without. Prints
/// both for each part, and the sum for other strengths of the weights before.
fn compared(
    rows: &[Row],
    folds: &BTreeMap<&str, usize>,
    observations: &[Observation],
    before: &Weights,
) -> (Found, Found) {
    let fitted_without = |fold: usize, strength| {
        let weights = regression::fit(observations, before, strength, |one| one.fold != fold);
        let mut part = Found::default();
        part.add(rows, |row| folds[row.repo.as_str()] == fold, &weights);
        part
    };
    let (mut old, mut held_out) = (Found::default(), Found::default());
    for fold in 0..FOLDS {
        let mut part = Found::default();
        part.add(rows, |row| folds[row.repo.as_str()] == fold, before);
        let fitted = fitted_without(fold, STRENGTH);
        println!("part {fold}, the weights before: {}", part.text());
        println!("part {fold}, fitted without it: {}", fitted.text());
        old.join(&part);
        held_out.join(&fitted);
    }
    for strength in [0.5, 1.0, 2.0, 8.0, 32.0] {
        let mut all = Found::default();
        for fold in 0..FOLDS {
            all.join(&fitted_without(fold, strength));
        }
        println!("held out, strength {strength}: {}", all.text());
    }
    (old, held_out)
}
