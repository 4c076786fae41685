//! Runs the program over files as a user does, and reads what its report lists.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::made::case::{Case, Seen};

/// The members of the report that are counted; reports of other versions have them too.
#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    class: String,
    confidence: String,
    probability: Option<f64>,
    #[serde(default)]
    evidence: Evidence,
    places: Vec<Place>,
}

#[derive(Deserialize, Default)]
struct Evidence {
    #[serde(default)]
    ground: String,
}

#[derive(Deserialize)]
struct Place {
    path: String,
    #[serde(default)]
    kind: String,
    region: Option<Region>,
}

/// Lines and columns from 1, columns in code points, the end exclusive.
#[derive(Deserialize)]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// A place that is listed.
#[derive(Clone)]
pub struct Listed {
    pub credential: bool,
    /// 1 low, 2 medium, 3 high.
    pub level: u8,
    /// From 0 to 1, where the program tells it.
    pub probability: Option<f64>,
    /// What it stands on and the kind of its place.
    pub ground: (String, String),
    pub lines: Range<usize>,
    from: (usize, usize),
    to: (usize, usize),
}

/// What is listed, by path.
pub type Listing = HashMap<String, Vec<Listed>>;

/// What a report in JSON lists.
pub fn listing(json: &[u8]) -> serde_json::Result<Listing> {
    let report: Report = serde_json::from_slice(json)?;
    let mut all = Listing::new();
    for finding in report.findings {
        let level = match finding.confidence.as_str() {
            "high" => 3,
            "medium" => 2,
            _ => 1,
        };
        for place in finding.places {
            // A finding about the file as a whole has no region: it stands everywhere.
            let region = place.region.unwrap_or(Region {
                start_line: 0,
                start_column: 0,
                end_line: usize::MAX - 1,
                end_column: 0,
            });
            all.entry(place.path).or_default().push(Listed {
                credential: finding.class == "credential",
                level,
                probability: finding.probability,
                ground: (finding.evidence.ground.clone(), place.kind),
                lines: region.start_line..region.end_line + 1,
                from: (region.start_line, region.start_column),
                to: (region.end_line, region.end_column),
            });
        }
    }
    Ok(all)
}

impl Seen {
    /// What the default lists at a place, and what is listed there from low confidence on.
    pub fn of(listed: &[Listed], from_low: &[Listed]) -> Self {
        let credentials = from_low.iter().filter(|one| one.credential);
        let key = |one: &&Listed| {
            let probability = one.probability.unwrap_or(0.0);
            (one.level, (probability * 1e6) as u32)
        };
        let surest = credentials.max_by_key(key);
        Seen {
            shown: listed.iter().any(|one| one.credential),
            noted: !listed.is_empty(),
            level: surest.map_or(0, |one| one.level),
            probability: surest.and_then(|one| one.probability),
            ground: surest.map(|one| one.ground.clone()),
        }
    }
}

pub struct Program(pub PathBuf);

impl Program {
    /// What it lists of a directory, by path, with these options added to those of a plain scan.
    pub fn listed(&self, dir: &Path, options: &[&str]) -> Listing {
        let run = Command::new(&self.0)
            .current_dir(dir)
            .args(["scan", ".", "--no-config", "--format", "json"])
            .args(options)
            .output()
            .expect("the program starts");
        listing(&run.stdout).unwrap_or_else(|error| {
            panic!(
                "no report: {error}: {}",
                String::from_utf8_lossy(&run.stderr)
            )
        })
    }

    /// Writes the cases below a folder, run by run, and says what is seen of each.
    pub fn seen(&self, dir: &Path, cases: &[Case]) -> Vec<Seen> {
        let mut runs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, case) in cases.iter().enumerate() {
            let path = dir.join(case.file());
            std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("writable");
            std::fs::write(path, &case.text).expect("writable");
            runs.entry(&case.run).or_default().push(at);
        }
        let mut seen = vec![Seen::default(); cases.len()];
        for (run, members) in runs {
            let dir = dir.join(run);
            let listed = self.listed(&dir, &[]);
            let from_low = self.listed(&dir, &["--min-confidence", "low"]);
            for at in members {
                let case = &cases[at];
                let here = |all: &'_ Listing| -> Vec<Listed> {
                    let listed = all.get(&case.path).into_iter().flatten();
                    listed.filter(|one| one.is_at(case)).cloned().collect()
                };
                seen[at] = Seen::of(&here(&listed), &here(&from_low));
            }
        }
        seen
    }
}

impl Listed {
    /// Whether it is about the value of a case. Where there is none, everything in the file is.
    fn is_at(&self, case: &Case) -> bool {
        let Some(value) = &case.value else {
            return true;
        };
        let position = |at: usize| {
            let before = &case.text[..at];
            let line = before.rfind('\n').map_or(0, |at| at + 1);
            let lines = before.bytes().filter(|byte| *byte == b'\n').count();
            (lines + 1, before[line..].chars().count() + 1)
        };
        self.from < position(value.end) && position(value.start) < self.to
    }
}
