//! How far a confidence can be believed: the share of true credentials at each level.

use crate::corpus::Labelled;
use crate::made::case::{Case, Part, Seen};
use crate::table::Page;

/// How much the cases of a part weigh together. The proportions are those of labelled material that was
/// collected elsewhere, about four credentials to one that is none; there is no true mixture.
const WEIGHTS: &[(Part, f64)] = &[
    (Part::Families, 800.0),
    (Part::Ways, 400.0),
    (Part::WaysOfTokens, 400.0),
    (Part::Rules, 3000.0),
    (Part::Alphabets, 400.0),
    (Part::Near, 800.0),
    (Part::Benign, 1000.0),
];

/// How much the cases of a part weigh together; nothing where they are not of any mixture.
pub fn weight(part: Part) -> f64 {
    let known = WEIGHTS.iter().find(|(one, _)| *one == part);
    known.map_or(0.0, |(_, weight)| *weight)
}

/// Counts of one part, by level: cases, and of confidence low, medium, high.
#[derive(Default)]
pub struct Balance {
    parts: Vec<(Part, bool, f64, [f64; 4])>,
    /// True and false ones of the labelled lines, by level.
    corpus: [[f64; 4]; 2],
}

impl Balance {
    pub fn case(&mut self, case: &Case, seen: &Seen) {
        let Some((_, weight)) = WEIGHTS.iter().find(|(part, _)| *part == case.part) else {
            return;
        };
        let known = self.parts.iter().position(|(part, ..)| *part == case.part);
        let at = known.unwrap_or_else(|| {
            self.parts
                .push((case.part, case.value.is_some(), *weight, [0.0; 4]));
            self.parts.len() - 1
        });
        self.parts[at].3[usize::from(seen.level)] += 1.0;
    }

    pub fn corpus(&mut self, rows: &Labelled) {
        for (counts, rows) in [(0, &rows.good), (1, &rows.samples), (1, &rows.others)] {
            for (_, sum) in rows.iter().filter(|(row, _)| *row == "generic") {
                for level in 0..3 {
                    let above = if level == 2 { 0 } else { sum.from[level + 1] };
                    self.corpus[counts][level + 1] += (sum.from[level] - above) as f64;
                }
            }
        }
    }

    pub fn page(&self, page: &mut Page) {
        page.paragraph("\n## What a confidence is worth\n");
        page.paragraph(include_str!("worth.md").trim_end());
        page.paragraph("\n| confidence | generated: share that are credentials | labelled lines: share that are credentials | labelled, counted |\n|---|---|---|---|");
        for (level, name) in [(1, "low"), (2, "medium"), (3, "high")] {
            let of = |wanted: bool| -> f64 {
                let parts = self.parts.iter().filter(|(_, good, ..)| *good == wanted);
                parts
                    .map(|(_, _, weight, counts)| {
                        weight * counts[level] / counts.iter().sum::<f64>()
                    })
                    .sum::<f64>()
                    .abs()
            };
            let share = |good: f64, wrong: f64| match good + wrong {
                0.0 => "–".to_owned(),
                all => format!("{:.3}", good / all),
            };
            let [good, wrong] = self.corpus.map(|counts| counts[level]);
            page.paragraph(&format!(
                "| {name} | {} | {} | {good} of {} |",
                share(of(true), of(false)),
                share(good, wrong),
                good + wrong
            ));
        }
    }
}
