//! Suppression: comments beside a value, the ignore file and the baseline. What they hide is kept
//! with its reason and counted; nothing is dropped here.
//!
//! May use `rule`, `finding` and `secret`; never a source: the texts are handed in.

mod baseline;
mod configured;
mod entry;
mod hides;
mod ignore_file;
mod inline;
mod known;
mod lines;
mod patterns;
#[cfg(test)]
mod tests;

pub use baseline::{BASELINE, Baseline};
pub use configured::{Configured, DisabledRule};
pub use entry::{Entry, EntryId, PathGlob, Salt, Subject};
pub use ignore_file::{IGNORE_FILE, IgnoreFile};
pub use known::Known;

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::file_error::FileError;
use crate::finding::{Credential, Place, SuppressedBy, Suppression, Until};
use crate::rule::RuleSet;
use crate::secret::Secret;

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
    ) -> Result<Self, FileError> {
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

/// Entries of the baseline that hide nothing.
#[derive(Debug, Default)]
pub struct IdleEntries {
    /// Entries whose date is past, and which would hide something else.
    pub expired: Vec<Idle>,
    /// Entries that fit no credential.
    pub unused: Vec<Idle>,
}

/// What a run looked at, as far as entries of a baseline need to know.
pub struct Looked<'a> {
    /// Guessable values that stood in what a change starts from.
    pub before: &'a BTreeSet<Secret>,
    /// Today in UTC.
    pub today: Date,
    /// All that was asked for was read. What was not may hold what an entry means.
    pub whole: bool,
    /// Until the run is to end; what is left then is dropped.
    pub until: &'a Until<'a>,
}

/// Steps that a question to a baseline takes which has to hash a guessable value slowly, beside the one of
/// any other credential.
const SLOW: usize = 100;

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
    /// Says of every place what hides it, and which entries of the baseline hide nothing.
    pub fn mark(
        &self,
        rules: &RuleSet,
        credentials: &mut Vec<Credential>,
        looked: &Looked<'_>,
    ) -> IdleEntries {
        let mut used = BTreeSet::new();
        let mut expired = BTreeSet::new();
        let (mut marked, mut steps) = (0, 0);
        for credential in credentials.iter_mut() {
            if !looked.until.goes_on(steps) {
                break;
            }
            marked += 1;
            steps += 1 + self.steps(rules, credential);
            let rule = rules.rules[credential.best.rule].id.as_ref();
            if self.untrusted {
                self.mark_by_user(rule, credential);
                continue;
            }
            let sides = Sides {
                now: self.current.baseline.of(credential, rule),
                then: match &self.trusted {
                    Some(texts) => texts.baseline.of(credential, rule),
                    None => Vec::new(),
                },
                doubtful: self.scope == Scope::Change
                    && !credential.is_strong()
                    && !looked.before.contains(&credential.best.secret),
            };
            let each: Vec<Option<Suppression>> = credential
                .places
                .iter()
                .map(|place| self.of_place(credential, rule, place, &sides, looked.today))
                .collect();
            for (place, suppressed) in credential.places.iter_mut().zip(each) {
                place.suppressed = suppressed;
            }
            let entries = &self.current.baseline.entries;
            for n in sides.now {
                let covered = |place: &&Place| entries[n].covers(&path_text(place));
                let covered: Vec<&Place> = credential.places.iter().filter(covered).collect();
                if !covered.is_empty() {
                    used.insert(n);
                }
                let open = covered.iter().any(|place| place.suppressed.is_none());
                if open && entries[n].expired(looked.today) {
                    expired.insert(n);
                }
            }
        }
        let whole = looked.whole && marked == credentials.len();
        looked.until.keep(credentials, marked);
        match self.untrusted {
            true => IdleEntries::default(),
            false => self.idle(&expired, &used, whole),
        }
    }

    /// How many steps it takes to say what hides a credential, beside the first.
    pub fn steps(&self, rules: &RuleSet, credential: &Credential) -> usize {
        let rule = rules.rules[credential.best.rule].id.as_ref();
        let trusted = self.trusted.iter().map(|texts| &texts.baseline);
        let baselines = std::iter::once(&self.current.baseline).chain(trusted);
        let slow =
            baselines.filter(|baseline| !self.untrusted && baseline.is_slow(credential, rule));
        SLOW * slow.count()
    }

    /// What hides one place of a credential.
    fn of_place(
        &self,
        credential: &Credential,
        rule: &str,
        place: &Place,
        sides: &Sides,
        today: Date,
    ) -> Option<Suppression> {
        if let Some(mut comment) = inline::suppression(credential, rule, place) {
            // What the change brings is new, and so is what excuses it.
            comment.new = self.scope == Scope::Change;
            return Some(comment);
        }
        let current = self
            .current
            .of_place(credential, rule, place, &sides.now, today);
        let trusted = self.trusted.as_ref();
        let trusted =
            trusted.and_then(|texts| texts.of_place(credential, rule, place, &sides.then, today));
        let of_entry = |it: &Suppression| sides.doubtful && it.by == SuppressedBy::Baseline;
        match (current, trusted) {
            (Some(current), trusted) => Some(Suppression {
                new: self.trusted.is_some() && trusted.is_none_or(|trusted| of_entry(&trusted)),
                ..current
            }),
            (None, trusted) => trusted
                .filter(|_| self.trusted_hides)
                .map(|it| Suppression {
                    new: of_entry(&it),
                    ..it
                }),
        }
    }

    fn idle(&self, expired: &BTreeSet<usize>, used: &BTreeSet<usize>, whole: bool) -> IdleEntries {
        let entries = &self.current.baseline.entries;
        let idle = |n: usize| Idle {
            line: entries[n].line,
            what: entries[n].name(),
            text: entries[n].text(),
        };
        let means_what_was_read = |n: &usize| match self.scope {
            Scope::Tree => whole && !entries[*n].history,
            Scope::History => whole,
            Scope::Part | Scope::Change => false,
        };
        let unused = (0..entries.len()).filter(|n| !used.contains(n));
        IdleEntries {
            expired: expired.iter().map(|n| idle(*n)).collect(),
            unused: unused.filter(means_what_was_read).map(idle).collect(),
        }
    }

    /// Marks what the user's own configuration hides.
    fn mark_by_user(&self, rule: &str, credential: &mut Credential) {
        for place in &mut credential.places {
            place.suppressed = self.by_user(rule, place);
        }
    }

    fn by_user(&self, rule: &str, place: &Place) -> Option<Suppression> {
        self.current.configured.suppression(&path_text(place), rule)
    }
}

/// What both sides of a change say of one credential.
struct Sides {
    /// The entries of the current baseline that mean it.
    now: Vec<usize>,
    /// Those of the trusted baseline.
    then: Vec<usize>,
    /// The tag of a guessable value can be met by who chooses another value. An entry speaks for what
    /// a change brings only when that stood there before; else it is as if the change had brought the
    /// entry.
    doubtful: bool,
}

fn path_text(place: &Place) -> Cow<'_, str> {
    String::from_utf8_lossy(&place.path.0)
}

impl Texts {
    /// What hides a place by a file; `entries` are those of the baseline that mean the credential.
    fn of_place(
        &self,
        credential: &Credential,
        rule: &str,
        place: &Place,
        entries: &[usize],
        today: Date,
    ) -> Option<Suppression> {
        let path = path_text(place);
        let entry = entries
            .iter()
            .map(|n| &self.baseline.entries[*n])
            .find(|entry| !entry.expired(today) && entry.covers(&path));
        if let Some(entry) = entry {
            return Some(Suppression {
                by: SuppressedBy::Baseline,
                source: Cow::Borrowed(BASELINE),
                line: entry.line,
                reason: entry.reason.clone().into_bytes(),
                until: entry.until,
                new: false,
            });
        }
        if let Some(configured) = self.configured.suppression(&path, rule) {
            return Some(configured);
        }
        let line = self
            .ignore
            .hides(&path, rule, &credential.best.evidence.also)?;
        Some(Suppression {
            by: SuppressedBy::IgnoreFile,
            source: Cow::Borrowed(IGNORE_FILE),
            line: line.number,
            reason: line.reason.clone().into_bytes(),
            until: None,
            new: false,
        })
    }
}
