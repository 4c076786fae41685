//! Logistic regression over sets of features, drawn towards the weights that were before.
//!
//! The weights minimise `-log P(labels | weights) + strength / 2 * |weights - before|²`. What was
//! before speaks for features that few observations have; the more observations there are, the less
//! it says. Newton's method from the weights before: nothing is drawn by chance, and the same
//! observations give the same weights.

use std::fmt::Write as _;

/// How strongly the weights before hold: as much as so many observations of a feature that are
/// undecided four times over.
pub const STRENGTH: f64 = 4.0;

/// Parts that observations are split into, by repository.
pub const FOLDS: usize = 5;

/// Equal observations: the same features in the same part with the same label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Observation {
    /// The part that its repository is in.
    pub fold: usize,
    /// It is a credential.
    pub credential: bool,
    /// The features, as bits in the order of the file's first line.
    pub features: u128,
    /// How many there are.
    pub count: u32,
}

/// A bias and the weight of each feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// What there is without any feature.
    pub bias: f64,
    /// One for each feature.
    pub of: Vec<f64>,
}

impl Weights {
    /// Every number rounded to two digits behind its dot.
    pub fn rounded(&self) -> Weights {
        let round = |weight: f64| (weight * 100.0).round() / 100.0;
        Weights {
            bias: round(self.bias),
            of: self.of.iter().map(|weight| round(*weight)).collect(),
        }
    }

    fn log_odds(&self, features: u128) -> f64 {
        self.bias + set(features).map(|n| self.of[n]).sum::<f64>()
    }
}

/// The numbers of the features in a set.
fn set(features: u128) -> impl Iterator<Item = usize> {
    (0..128).filter(move |n| features >> n & 1 == 1)
}

/// Fits weights to the observations that `wanted` lets through.
pub fn fit(
    observations: &[Observation],
    before: &Weights,
    strength: f64,
    wanted: impl Fn(&Observation) -> bool,
) -> Weights {
    let size = before.of.len() + 1;
    let mut weights = before.clone();
    for _ in 0..50 {
        // The gradient and the matrix of second derivatives; the bias comes last.
        let mut gradient: Vec<f64> = (0..size)
            .map(|n| match n == size - 1 {
                true => strength * (weights.bias - before.bias),
                false => strength * (weights.of[n] - before.of[n]),
            })
            .collect();
        let mut second = vec![0.0; size * size];
        for n in 0..size {
            second[n * size + n] = strength;
        }
        for one in observations.iter().filter(|one| wanted(one)) {
            let guess = 1.0 / (1.0 + (-weights.log_odds(one.features)).exp());
            let count = f64::from(one.count);
            let error = count * (guess - f64::from(u8::from(one.credential)));
            let sure = count * guess * (1.0 - guess);
            let on: Vec<usize> = set(one.features).chain([size - 1]).collect();
            for &row in &on {
                gradient[row] += error;
                for &column in &on {
                    second[row * size + column] += sure;
                }
            }
        }
        let step = solve(second, gradient, size);
        for (weight, step) in weights.of.iter_mut().zip(&step) {
            *weight -= step;
        }
        weights.bias -= step[size - 1];
        if step.iter().all(|step| step.abs() < 1e-9) {
            break;
        }
    }
    weights
}

/// Solves `matrix * x = right` for a symmetric positive definite matrix (Cholesky).
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>, size: usize) -> Vec<f64> {
    for row in 0..size {
        for column in 0..=row {
            let sum: f64 = (0..column)
                .map(|n| matrix[row * size + n] * matrix[column * size + n])
                .sum();
            let rest = matrix[row * size + column] - sum;
            matrix[row * size + column] = match row == column {
                true => rest.sqrt(),
                false => rest / matrix[column * size + column],
            };
        }
    }
    for row in 0..size {
        let sum: f64 = (0..row).map(|n| matrix[row * size + n] * right[n]).sum();
        right[row] = (right[row] - sum) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let sum: f64 = (row + 1..size)
            .map(|n| matrix[n * size + row] * right[n])
            .sum();
        right[row] = (right[row] - sum) / matrix[row * size + row];
    }
    right
}

/// Reads weights: lines of a name and a number, `Bias` first. Says the names too.
pub fn read_weights(text: &str) -> (Vec<String>, Weights) {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let mut all = lines.map(|line| {
        let (name, number) = line.split_once(' ').expect("a name and a number");
        (name.to_owned(), number.parse().expect("a number"))
    });
    let (first, bias) = all.next().expect("a bias");
    assert_eq!(first, "Bias");
    let (names, of) = all.unzip();
    (names, Weights { bias, of })
}

/// Writes weights as [`read_weights`] reads them, below `head`.
pub fn write_weights(head: &str, names: &[String], weights: &Weights) -> String {
    let mut out = format!("{head}\nBias {:.2}\n", weights.bias);
    for (name, weight) in names.iter().zip(&weights.of) {
        // No weight is written as -0.00.
        writeln!(out, "{name} {:.2}", weight + 0.0).expect("text takes everything");
    }
    out
}

/// Reads observations: the names of the features on the first line, then one a line.
pub fn read_observations(text: &str) -> (Vec<String>, Vec<Observation>) {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let names = lines.next().expect("the features");
    let observations = lines.map(|line| {
        let mut fields = line.split(' ');
        let mut field = || fields.next().expect("four fields");
        Observation {
            fold: field().parse().expect("a part"),
            credential: field() == "credential",
            features: u128::from_str_radix(field(), 16).expect("a set of features"),
            count: field().parse().expect("a count"),
        }
    });
    let names = names.split(' ').map(str::to_owned).collect();
    (names, observations.collect())
}

/// Writes observations as [`read_observations`] reads them, below `head`.
pub fn write_observations(head: &str, names: &[String], observations: &[Observation]) -> String {
    let mut out = format!("{head}{}\n", names.join(" "));
    for one in observations {
        let label = if one.credential {
            "credential"
        } else {
            "other"
        };
        writeln!(out, "{} {label} {:x} {}", one.fold, one.features, one.count)
            .expect("text takes everything");
    }
    out
}
