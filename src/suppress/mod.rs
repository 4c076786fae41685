//! Suppression: comments beside a value, the ignore file and the baseline. What they hide is kept
//! with its reason and counted; nothing is dropped here.
//!
//! May use `rule`, `finding` and `secret`; never a source: the texts are handed in.

mod baseline;
mod broken;
mod configured;
mod entry;
mod ignore_file;
mod inline;
mod patterns;
mod standing;
#[cfg(test)]
mod tests;

pub use baseline::{BASELINE, Baseline};
pub use broken::Broken;
pub use configured::{Configured, DisabledRule};
pub use entry::{Entry, EntryId, PathGlob, Salt, Subject};
pub use ignore_file::{IGNORE_FILE, IgnoreFile};

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::finding::{Finding, Place};
use crate::rule::RuleSet;
use crate::secret::{Fingerprint, Secret};

/// What hides a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Means {
    /// A comment beside the value.
    Inline,
    /// A line of the ignore file.
    IgnoreFile,
    /// An entry of the baseline.
    Baseline,
    /// The configuration.
    Configuration,
}

/// Why a place is hidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// By what.
    pub means: Means,
    /// Where that stands: the name of a file, or the words of a comment.
    pub source: Cow<'static, str>,
    /// The line there, from 1. For a comment the line in the scanned file.
    pub line: u32,
    /// The reason that stands there; may be empty. Scanned text.
    pub reason: Vec<u8>,
    /// The last day on which it hides.
    pub until: Option<Date>,
    /// The change that is looked at brought it.
    pub new: bool,
}

/// What hides on one side of a change: the ignore file, the baseline and the configuration.
#[derive(Debug, Default)]
pub struct Texts {
    /// `.keysweepignore`.
    pub ignore: IgnoreFile,
    /// `.keysweep-baseline`.
    pub baseline: Baseline,
    /// What `keysweep.toml` hides.
    pub configured: Configured,
}

impl Texts {
    /// Reads the two files; a missing one hides nothing. The names stand in errors.
    ///
    /// # Errors
    /// One of them is broken: file, line, and what to do.
    pub fn parse(
        ignore: Option<(&str, &[u8])>,
        baseline: Option<(&str, &[u8])>,
        rules: &RuleSet,
    ) -> Result<Self, Broken> {
        Ok(Texts {
            ignore: match ignore {
                Some((name, text)) => IgnoreFile::parse(name, text, rules)?,
                None => IgnoreFile::default(),
            },
            baseline: match baseline {
                Some((name, text)) => Baseline::parse(name, text)?,
                None => Baseline::default(),
            },
            configured: Configured::default(),
        })
    }

    /// Whether nothing is hidden by them.
    pub fn is_empty(&self) -> bool {
        self.ignore.is_empty() && self.baseline.entries.is_empty() && self.configured.is_empty()
    }
}

/// Everything that may hide findings in a run.
#[derive(Debug, Default)]
pub struct Suppressions {
    /// What holds now: of the working tree, the index, or the end of a range.
    pub current: Texts,
    /// What held before the change, when there is one: what it does not hide is *new*.
    pub trusted: Option<Texts>,
    /// Also hide what only the trusted side hides (ranges: policy comes from the base).
    pub trusted_hides: bool,
    /// Hide nothing, but by a configuration: the caller hands in none that is not the user's.
    pub untrusted: bool,
    /// New suppressions fail.
    pub fail_on_new: bool,
    /// How much of what the baseline speaks of is looked at.
    pub scope: Scope,
}

/// An entry that hides nothing, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Idle {
    /// The line in the baseline, from 1.
    pub line: u32,
    /// Its rule and id.
    pub what: String,
    /// All that it says, as the baseline writes it: what names it in another reading of the file.
    pub text: String,
}

/// What [`Suppressions::apply`] found.
#[derive(Debug, Default)]
pub struct Applied {
    /// For each finding and each of its places, why it is hidden.
    pub causes: Vec<Vec<Option<Cause>>>,
    /// Entries whose date is past, and which would hide something else.
    pub expired: Vec<Idle>,
    /// Entries that fit no finding.
    pub unused: Vec<Idle>,
    /// Entries by their number in the baseline that fit a finding, past or not.
    pub used: BTreeSet<usize>,
}

/// What is scanned, as far as suppression needs to know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// A whole tree: entries of the history may fit nothing.
    Tree,
    /// A whole history: every entry fits something or is unused.
    History,
    /// A part: what fits nothing here may fit elsewhere.
    #[default]
    Part,
    /// A change: comments beside what it brings are new.
    Change,
}

impl Suppressions {
    /// Says of every place what hides it. `before` are the guessable values that stood in what a
    /// change starts from; `today` is in UTC.
    pub fn apply(
        &self,
        rules: &RuleSet,
        findings: &[Finding],
        before: &BTreeSet<Secret>,
        today: Date,
        scope: Scope,
    ) -> Applied {
        let mut out = Applied::default();
        if self.untrusted {
            out.causes = findings
                .iter()
                .map(|finding| self.by_user(rules, finding))
                .collect();
            return out;
        }
        let mut expired = BTreeSet::new();
        for finding in findings {
            let rule = rules.rules[finding.rule].id.as_ref();
            // The tag of a guessable value can be met by who chooses another value. An entry speaks
            // for what a change brings only when that stood there before; else it is as if the change
            // had brought the entry.
            let doubtful =
                scope == Scope::Change && !is_strong(finding) && !before.contains(&finding.secret);
            let now = self.current.baseline.of(finding, rule);
            let then = match &self.trusted {
                Some(texts) => texts.baseline.of(finding, rule),
                None => Vec::new(),
            };
            let covers = |n: usize, place: &Place| {
                let path = String::from_utf8_lossy(&place.path.0);
                self.current.baseline.entries[n].covers(&path)
            };
            let fits = |n: &usize| finding.places.iter().any(|place| covers(*n, place));
            out.used.extend(now.iter().copied().filter(fits));
            let mut causes = Vec::with_capacity(finding.places.len());
            for place in &finding.places {
                if let Some(mut cause) = inline::cause(finding, rule, place) {
                    // What the change brings is new, and so is what excuses it.
                    cause.new = scope == Scope::Change;
                    causes.push(Some(cause));
                    continue;
                }
                let cause = self.current.cause(finding, rule, place, &now, today);
                let trusted = self
                    .trusted
                    .as_ref()
                    .and_then(|texts| texts.cause(finding, rule, place, &then, today));
                let of_entry = |cause: &Cause| doubtful && cause.means == Means::Baseline;
                causes.push(match (cause, trusted) {
                    (Some(cause), trusted) => Some(Cause {
                        new: self.trusted.is_some()
                            && trusted.is_none_or(|trusted| of_entry(&trusted)),
                        ..cause
                    }),
                    (None, trusted) => trusted.filter(|_| self.trusted_hides).map(|cause| Cause {
                        new: of_entry(&cause),
                        ..cause
                    }),
                });
            }
            let open = || {
                finding
                    .places
                    .iter()
                    .zip(&causes)
                    .filter(|(_, c)| c.is_none())
            };
            let past = |n: &usize| {
                self.current.baseline.entries[*n].expired(today)
                    && open().any(|(place, _)| covers(*n, place))
            };
            expired.extend(now.iter().copied().filter(past));
            out.causes.push(causes);
        }
        let idle = |n: usize| Idle {
            line: self.current.baseline.entries[n].line,
            what: self.current.baseline.entries[n].name(),
            text: self.current.baseline.entries[n].text(),
        };
        out.expired = expired.iter().map(|n| idle(*n)).collect();
        out.unused = (0..self.current.baseline.entries.len())
            .filter(|n| !out.used.contains(n))
            .filter(|n| match scope {
                Scope::Tree => !self.current.baseline.entries[*n].history,
                Scope::History => true,
                Scope::Part | Scope::Change => false,
            })
            .map(idle)
            .collect();
        out
    }
}

/// Whether nobody can guess the value of a finding, so that its fingerprint is its value's.
fn is_strong(finding: &Finding) -> bool {
    finding.fingerprint == Fingerprint::of_strong(finding.secret.expose())
}

impl Suppressions {
    /// What the user's own configuration hides.
    fn by_user(&self, rules: &RuleSet, finding: &Finding) -> Vec<Option<Cause>> {
        let rule = rules.rules[finding.rule].id.as_ref();
        let cause = |place: &Place| {
            let path = String::from_utf8_lossy(&place.path.0);
            self.current.configured.cause(&path, rule)
        };
        finding.places.iter().map(cause).collect()
    }
}

impl Texts {
    /// What hides a place by a file; `entries` are those of the baseline that fit the finding.
    fn cause(
        &self,
        finding: &Finding,
        rule: &str,
        place: &Place,
        entries: &[usize],
        today: Date,
    ) -> Option<Cause> {
        let path = String::from_utf8_lossy(&place.path.0);
        let entry = entries
            .iter()
            .map(|n| &self.baseline.entries[*n])
            .find(|entry| !entry.expired(today) && entry.covers(&path));
        if let Some(entry) = entry {
            return Some(Cause {
                means: Means::Baseline,
                source: Cow::Borrowed(BASELINE),
                line: entry.line,
                reason: entry.reason.clone().into_bytes(),
                until: entry.until,
                new: false,
            });
        }
        if let Some(cause) = self.configured.cause(&path, rule) {
            return Some(cause);
        }
        let line = self.ignore.hides(&path, rule, &finding.evidence.also)?;
        Some(Cause {
            means: Means::IgnoreFile,
            source: Cow::Borrowed(IGNORE_FILE),
            line: line.number,
            reason: line.reason.clone().into_bytes(),
            until: None,
            new: false,
        })
    }
}
