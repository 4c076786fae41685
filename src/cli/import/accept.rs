//! Which findings are meant by what another scanner accepted.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use anyhow::Result;
use sha1::{Digest as _, Sha1};

use super::taken::{Accepted, Taken};
use crate::cli::known::{Look, Project};
use keysweep::Examined;
use keysweep::hex::hex;
use keysweep::report::{Finding, Report};
use keysweep::suppress::Known;

/// The findings that are meant, looked for in the files, and in the history where a commit is named; and the
/// reports of where it was looked.
pub fn accept(project: &Project, taken: &mut Taken) -> Result<(Vec<Known>, Vec<Report>)> {
    let mut looked = Vec::new();
    let mut found: BTreeMap<String, Known> = BTreeMap::new();
    let mut left = std::mem::take(&mut taken.accepted);
    let git = keysweep::source::git_dir(&project.root).is_some();
    for look in [Look::Tree, Look::History] {
        if left.is_empty() || (look == Look::History && !git) {
            break;
        }
        let Examined { report, known, .. } = project.look(look, true)?;
        let mut index = Index::of(&report, &known);
        left.retain(|wanted| {
            let meant = index.meant(wanted);
            if let Some(one) = meant {
                taken.kept.push(format!("{wanted}: accepted"));
                found.insert(one.fingerprint.to_string(), one.clone());
            }
            meant.is_none()
        });
        looked.push(report);
    }
    for wanted in left {
        taken.impossible(format!(
            "{wanted}: nothing is found there now, so there is nothing to accept"
        ));
    }
    Ok((found.into_values().collect(), looked))
}

/// Stands for a commit that is not known.
const UNKNOWN: &str = "";

/// A line of a file; or the whole file, where no line is named.
type Where<'r> = (&'r str, Option<u32>);

/// What was found, by what another scanner can say of it.
struct Index<'r> {
    by_sha1: HashMap<String, &'r Known>,
    by_fingerprint: HashMap<String, &'r Known>,
    /// For each commit that brought something to a place the first finding, as its
    /// number and fingerprint.
    by_place: HashMap<Where<'r>, BTreeMap<&'r str, (usize, String)>>,
    /// What was asked already. A list may name one place over and over, with so short a part of a commit's id
    /// that each question looks at many commits.
    asked: HashMap<Accepted, Option<&'r Known>>,
}

impl<'r> Index<'r> {
    fn of(report: &'r Report, known: &'r [Known]) -> Self {
        let mut index = Index {
            by_sha1: HashMap::new(),
            by_fingerprint: HashMap::new(),
            by_place: HashMap::new(),
            asked: HashMap::new(),
        };
        for one in known {
            let digest = sha1(one.subject.secret.expose());
            index.by_sha1.entry(digest).or_insert(one);
            let fingerprint = one.fingerprint.to_string();
            index.by_fingerprint.entry(fingerprint).or_insert(one);
        }
        let all = report.findings.iter().chain(&report.suppressed);
        for (number, finding) in all.enumerate() {
            index.add(number, finding);
        }
        index
    }

    fn add(&mut self, number: usize, finding: &'r Finding) {
        for place in &finding.places {
            let commit = place.introduced.as_ref();
            let commit = commit.map_or(UNKNOWN, |commit| commit.id.as_str());
            let lines = place.region.start_line..=place.region.end_line;
            for line in lines.map(Some).chain([None]) {
                let at = self.by_place.entry((place.path.as_str(), line));
                at.or_default()
                    .entry(commit)
                    .or_insert_with(|| (number, finding.fingerprint.to_string()));
            }
        }
    }

    fn meant(&mut self, wanted: &Accepted) -> Option<&'r Known> {
        if let Some(known) = self.asked.get(wanted) {
            return *known;
        }
        let known = match &wanted.sha1 {
            Some(digest) => self.by_sha1.get(digest),
            None => self
                .found_at(wanted)
                .and_then(|it| self.by_fingerprint.get(&it)),
        };
        let known = known.copied();
        self.asked.insert(wanted.clone(), known);
        known
    }

    /// The fingerprint of the first finding at a place. One whose commit is not known is meant by every commit.
    fn found_at(&self, wanted: &Accepted) -> Option<String> {
        let file = wanted.file.trim_start_matches("./");
        let commits = self.by_place.get(&(file, wanted.line))?;
        let commit = wanted.commit.as_deref().unwrap_or_default();
        let brought = commits
            .range::<str, _>((Bound::Included(commit), Bound::Unbounded))
            .take_while(|(id, _)| id.starts_with(commit));
        let first = brought.map(|(_, found)| found).chain(commits.get(UNKNOWN));
        first.min().map(|(_, fingerprint)| fingerprint.clone())
    }
}

fn sha1(value: &[u8]) -> String {
    hex(&Sha1::digest(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place of a finding with this number, and the commit that brought it.
    fn index<'r>(rows: &[(usize, &'r str)]) -> Index<'r> {
        let mut by_place: HashMap<Where<'r>, BTreeMap<_, _>> = HashMap::new();
        for (number, commit) in rows {
            let at = by_place.entry(("a", Some(1))).or_default();
            at.insert(*commit, (*number, number.to_string()));
        }
        Index {
            by_sha1: HashMap::new(),
            by_fingerprint: HashMap::new(),
            by_place,
            asked: HashMap::new(),
        }
    }

    #[test]
    fn the_first_finding_of_the_commit_is_meant() {
        let index = index(&[(3, "ab1"), (2, "ab2"), (1, "ac1"), (4, UNKNOWN)]);
        let at = |commit: Option<&str>, line| {
            index.found_at(&Accepted {
                file: "./a".to_owned(),
                line,
                commit: commit.map(str::to_owned),
                sha1: None,
            })
        };
        assert_eq!(at(Some("ab"), Some(1)), Some("2".to_owned()));
        assert_eq!(at(Some("ab1"), Some(1)), Some("3".to_owned()));
        assert_eq!(at(None, Some(1)), Some("1".to_owned()));
        // Nobody knows which commit brought the last one.
        assert_eq!(at(Some("f"), Some(1)), Some("4".to_owned()));
        assert_eq!(at(None, Some(2)), None);
    }
}
