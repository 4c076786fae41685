//! How far the program can be believed: the share of true credentials at each confidence, at each
//! probability, and for each kind of evidence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

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

/// The steps in which probabilities are drawn.
const STEPS: usize = 20;

/// Everything that is believed, with what it weighs: generated cases, and labelled lines.
#[derive(Default)]
pub struct Balance {
    cases: BTreeMap<Part, usize>,
    made: Vec<(Part, bool, Seen)>,
    labelled: Vec<(bool, Seen)>,
}

/// The weights of credentials and of what is none.
#[derive(Clone, Copy, Default)]
struct Scale([f64; 2]);

impl Scale {
    fn add(&mut self, good: bool, weight: f64) {
        self.0[usize::from(!good)] += weight;
    }

    fn share(&self) -> Option<f64> {
        let all = self.0[0] + self.0[1];
        (all > 0.0).then(|| self.0[0] / all)
    }

    fn text(&self) -> String {
        self.share()
            .map_or("–".to_owned(), |share| format!("{share:.3}"))
    }
}

impl Balance {
    pub fn case(&mut self, case: &Case, seen: &Seen) {
        *self.cases.entry(case.part).or_default() += 1;
        if seen.level > 0 {
            let good = case.value.is_some();
            self.made.push((case.part, good, seen.clone()));
        }
    }

    pub fn corpus(&mut self, beliefs: &[(bool, Seen)]) {
        self.labelled.extend_from_slice(beliefs);
    }

    /// Whether it is a credential, what it weighs, and the belief, of the generated cases.
    fn made(&self) -> impl Iterator<Item = (bool, f64, &Seen)> {
        self.made.iter().map(|(part, good, belief)| {
            let weight = weight(*part) / self.cases[part] as f64;
            (*good, weight, belief)
        })
    }

    fn labelled(&self) -> impl Iterator<Item = (bool, f64, &Seen)> {
        self.labelled
            .iter()
            .map(|(good, belief)| (*good, 1.0, belief))
    }

    pub fn page(&self, page: &mut Page) {
        page.paragraph("\n## What a confidence is worth\n");
        page.paragraph(include_str!("worth.md").trim_end());
        page.paragraph(
            "\n| confidence | generated | at least this | labelled | at least this | labelled, counted |\n|---|---|---|---|---|---|",
        );
        for (level, name) in [(1, "low"), (2, "medium"), (3, "high")] {
            let mut scales = [Scale::default(); 4];
            let sides = self.made().map(|one| (0, one));
            for (side, (good, weight, belief)) in sides.chain(self.labelled().map(|one| (2, one))) {
                if belief.level == level {
                    scales[side].add(good, weight);
                }
                if belief.level >= level {
                    scales[side + 1].add(good, weight);
                }
            }
            let shares = scales.map(|scale| scale.text()).join(" | ");
            let [good, wrong] = scales[2].0;
            page.paragraph(&format!(
                "| {name} | {shares} | {good} of {} |",
                good + wrong
            ));
        }
        self.grounds(page);
    }

    /// A row for each kind of evidence, where the program tells it.
    fn grounds(&self, page: &mut Page) {
        let mut grounds: BTreeMap<&str, [Scale; 2]> = BTreeMap::new();
        let sides = self.made().map(|one| (0, one));
        for (side, (good, weight, belief)) in sides.chain(self.labelled().map(|one| (1, one))) {
            let ground = belief.ground.as_ref().map_or("", |(ground, _)| ground);
            grounds.entry(ground).or_default()[side].add(good, weight);
        }
        if grounds.keys().all(|ground| ground.is_empty()) {
            return;
        }
        page.paragraph("\n| what it stands on | generated | credentials, others (weighted) | labelled | credentials, others |\n|---|---|---|---|---|");
        for (ground, [made, labelled]) in grounds {
            let ([a, b], [c, d]) = (made.0, labelled.0);
            page.paragraph(&format!(
                "| {ground} | {} | {a:.1}, {b:.1} | {} | {c}, {d} |",
                made.text(),
                labelled.text()
            ));
        }
    }

    /// The share of credentials over the probability that the program gives, as a picture: one line for
    /// the generated cases and one for the labelled lines; the diagonal is what it should be.
    pub fn picture(&self) -> String {
        let mut out = String::from(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-50 -20 480 460\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect x=\"-50\" y=\"-20\" width=\"480\" height=\"460\" fill=\"white\"/>\n\
             <path d=\"M0 0V400H400M0 400L400 0\" stroke=\"#999\" fill=\"none\"/>\n",
        );
        for tenth in (0..=10).step_by(2) {
            let (at, share) = (tenth * 40, f64::from(tenth) / 10.0);
            let _ = writeln!(
                out,
                "<text x=\"{at}\" y=\"416\" text-anchor=\"middle\">{share}</text>"
            );
            let _ = writeln!(
                out,
                "<text x=\"-8\" y=\"{}\" text-anchor=\"end\">{share}</text>",
                404 - at
            );
        }
        out.push_str("<text x=\"200\" y=\"434\" text-anchor=\"middle\">probability that the program gives</text>\n");
        out.push_str("<text transform=\"translate(-36 200) rotate(-90)\" text-anchor=\"middle\">share that are credentials</text>\n");
        let made: Vec<_> = self.made().collect();
        let labelled: Vec<_> = self.labelled().collect();
        for (name, colour, all, y) in [
            ("generated cases", "#06c", made, 20),
            ("labelled lines", "#c40", labelled, 38),
        ] {
            let mut steps = [Scale::default(); STEPS];
            for (good, weight, belief) in all {
                if let Some(probability) = belief.probability {
                    let step = (probability * STEPS as f64) as usize;
                    steps[step.min(STEPS - 1)].add(good, weight);
                }
            }
            for (step, scale) in steps.iter().enumerate() {
                let Some(share) = scale.share() else {
                    continue;
                };
                let x = (step as f64 + 0.5) * 400.0 / STEPS as f64;
                // The area of a dot is what it weighs.
                let radius = ((scale.0[0] + scale.0[1]).sqrt() / 4.0).clamp(2.0, 12.0);
                let _ = writeln!(
                    out,
                    "<circle cx=\"{x:.0}\" cy=\"{:.0}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\"0.6\"/>",
                    400.0 - 400.0 * share
                );
            }
            let _ = writeln!(
                out,
                "<circle cx=\"16\" cy=\"{}\" r=\"5\" fill=\"{colour}\"/><text x=\"28\" y=\"{y}\">{name}</text>",
                y - 4
            );
        }
        out + "</svg>\n"
    }
}
