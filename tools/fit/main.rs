//! Fits the weights of the generic rules: `cargo bench --bench fit -- CORPUS`.
//!
//! Reads labelled lines with the product's own scanner, writes what its features say of them to
//! `tools/fit/observations.txt`, fits weights to that, and writes `src/detect/generic/weights.txt`.
//! Prints what weights find that were fitted without the part they are tried on. Without CORPUS the
//! observations are taken as they are. With `--try` nothing is written.
//! `tools/fit/README.md` has the recipe.

#![allow(clippy::print_stdout, clippy::print_stderr)]

#[allow(dead_code, reason = "the bench `corpus` needs the rest")]
mod labelled;
mod observe;
mod probe;
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
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let only_try = args.iter().any(|arg| arg == "--try");
    let corpus = args.iter().find(|arg| !arg.starts_with("--"));
    if corpus.is_none() && !args.iter().any(|arg| arg == "--recorded") {
        // `cargo bench` without arguments has nothing to fit.
        eprintln!("usage: cargo bench --bench fit -- CORPUS [--try], or --recorded");
        return;
    }
    let names: Vec<String> = Feature::ALL.iter().map(|f| f.id().to_owned()).collect();
    let before = before(&names);
    let (head, observations) = match corpus {
        Some(path) => {
            let text = std::fs::read_to_string(path).expect("the corpus can be read");
            let rows = labelled::rows(&text);
            let folds = folds(&rows);
            let observations = observe(&rows, &folds);
            report(&rows, &folds, &observations, &before);
            (format!("# corpus {}\n", hex(text.as_bytes())), observations)
        }
        None => {
            let text = read("tools/fit/observations.txt");
            let (known, observations) = regression::read_observations(&text);
            assert_eq!(known, names, "the features are others now: give the corpus");
            let head = text.lines().next().expect("the corpus").to_owned();
            (head + "\n", observations)
        }
    };
    let fitted = regression::fit(&observations, &before, STRENGTH, |_| true).rounded();
    println!(
        "{} observations, {} of them different; weights moved by {:.2} at most",
        observations.iter().map(|one| one.count).sum::<u32>(),
        observations.len(),
        before
            .of
            .iter()
            .zip(&fitted.of)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max)
    );
    if only_try {
        return;
    }
    let text = regression::write_observations(&head, &names, &observations);
    write("tools/fit/observations.txt", &text);
    let head = format!(
        "# What each feature adds to the log-odds that a value is a credential; a positive weight speaks\n\
         # for one, and `Bias` is what there is without any. `features.rs` describes the features.\n\
         # Written by `cargo bench --bench fit`; a test holds it to the observations.\n{head}\
         # features {}\n",
        probe::hash()
    );
    let text = regression::write_weights(&head, &names, &fitted);
    write("src/detect/generic/weights.txt", &text);
}

fn place(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(place(path)).expect("it is in the repository")
}

fn write(path: &str, text: &str) {
    std::fs::write(place(path), text).expect("it can be written");
    println!("{path} is written");
}

fn hex(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|b| format!("{b:02x}")).collect()
}

/// The weights that the fit starts from, in the order of the features; a feature that is new since
/// then starts at nothing.
fn before(names: &[String]) -> Weights {
    let (known, weights) = regression::read_weights(&read("tools/fit/before.txt"));
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
                    && candidate.confidence >= Confidence::Medium
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

    fn print(&self, what: &str) {
        let (all, found) = self.credentials;
        let (others, wrong) = self.others;
        println!(
            "{what}: {found} of {all} credentials found (recall {:.4}), {wrong} of {others} others called one (precision {:.4})",
            f64::from(found) / f64::from(all),
            f64::from(found) / f64::from(found + wrong)
        );
    }
}

fn product(weights: &Weights) -> generic::Weights {
    let weights = weights.rounded();
    let of: Vec<f32> = weights.of.iter().map(|weight| *weight as f32).collect();
    generic::Weights::new(weights.bias as f32, &of)
}

/// Prints what the weights before find, and what weights find on the part that they were fitted
/// without, for several strengths of the weights before.
fn report(
    rows: &[Row],
    folds: &BTreeMap<&str, usize>,
    observations: &[Observation],
    before: &Weights,
) {
    let mut found = Found::default();
    found.add(rows, |_| true, before);
    found.print("the weights before");
    for strength in [0.3, 1.0, 2.0, STRENGTH, 8.0, 16.0, 64.0] {
        let mut all = Found::default();
        for fold in 0..FOLDS {
            let weights = regression::fit(observations, before, strength, |one| one.fold != fold);
            let mut part = Found::default();
            let is_part = |row: &Row| folds[row.repo.as_str()] == fold;
            part.add(rows, is_part, &weights);
            if strength == STRENGTH {
                part.print(&format!("  part {fold}, fitted without it"));
                let mut old = Found::default();
                old.add(rows, is_part, before);
                old.print(&format!("  part {fold}, the weights before"));
            }
            all.add(rows, is_part, &weights);
        }
        all.print(&format!("held out, strength {strength}"));
    }
    let nothing = Weights {
        bias: 0.0,
        of: vec![0.0; before.of.len()],
    };
    let mut all = Found::default();
    for fold in 0..FOLDS {
        let weights = regression::fit(observations, &nothing, 1.0, |one| one.fold != fold);
        all.add(rows, |row| folds[row.repo.as_str()] == fold, &weights);
    }
    all.print("held out, from nothing, strength 1");
}
