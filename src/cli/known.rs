//! What `baseline` and `allow` share: looking for findings in order to name them, and rewriting
//! the baseline.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};

use super::args::{Limits, Looking, Trust};
use super::policy::{self, Asked, Loaded, Sides};
use super::{now, output, shape, signals};
use keysweep::config::MAX_FILE_SIZE;
use keysweep::detect::Scanner;
use keysweep::policy::Policy;
use keysweep::present::Wishes;
use keysweep::report::{Mode, Report, terminal};
use keysweep::source::{Control, HistoryOptions, PolicyFrom, StagedOptions, TreeOptions, home};
use keysweep::suppress::{BASELINE, Baseline, Salt, Scope};
use keysweep::{Input, Known, Plan};

/// Where to look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// The working tree.
    Tree,
    /// The index.
    Staged,
    /// The whole history.
    History,
}

/// A repository, or a directory, with its baseline.
pub struct House {
    /// Its top.
    pub root: PathBuf,
    /// By which rules and configuration it is looked at.
    looking: Looking,
    /// The moment that dates are judged for.
    pub now: jiff::Timestamp,
    /// The baseline as it is; `None` when there is none.
    pub before: Option<String>,
    /// The baseline to be.
    pub baseline: Baseline,
    /// Its salt.
    pub salt: Salt,
}

impl House {
    /// Reads the baseline at the top of what `path` lies in.
    ///
    /// # Errors
    /// No such path, or a broken baseline.
    pub fn open(path: &Path, looking: Looking) -> Result<Self> {
        let root = home(&[path.to_owned()])?.root;
        let from = PolicyFrom::WorkTree(root.clone());
        let file = keysweep::source::read_policy(&from, &[BASELINE])?.remove(0);
        let fresh = fresh_salt();
        let (before, mut baseline) = match file {
            Some(file) => {
                let baseline = Baseline::parse(&file.name, &file.bytes)?;
                (
                    Some(String::from_utf8_lossy(&file.bytes).into_owned()),
                    baseline,
                )
            }
            None => (None, Baseline::new(fresh)),
        };
        Ok(House {
            salt: baseline.salt(fresh),
            root,
            now: now(looking.now)?,
            looking,
            before,
            baseline,
        })
    }

    /// Looks for findings. What hides them is that of the working tree, whatever is looked at,
    /// because that is what is going to be written. With `all` also what is not listed.
    ///
    /// # Errors
    /// What makes a scan pointless: no repository, a broken ignore file.
    pub fn look(&self, at: Look, all: bool) -> Result<(Report, Vec<Known>)> {
        let (mode, mut input, scope) = match at {
            Look::Tree => (
                Mode::Tree,
                Input::Tree(TreeOptions {
                    paths: vec![self.root.clone()],
                    no_ignore: false,
                    exclude: Vec::new(),
                    threads: 0,
                    max_file_size: MAX_FILE_SIZE,
                    recurse_submodules: false,
                }),
                Scope::Tree,
            ),
            Look::Staged => (
                Mode::Staged,
                Input::Staged(StagedOptions {
                    dir: self.root.clone(),
                    allow_alternates: self.looking.alternates.allowed.clone(),
                    threads: 0,
                    max_file_size: MAX_FILE_SIZE,
                }),
                Scope::Change,
            ),
            Look::History => (
                Mode::History,
                Input::History(HistoryOptions {
                    path: self.root.clone(),
                    allow_alternates: self.looking.alternates.allowed.clone(),
                    ..HistoryOptions::default()
                }),
                Scope::History,
            ),
        };
        let from = PolicyFrom::WorkTree(self.root.clone());
        let asked = Asked {
            rules: &self.looking.rules,
            config: &self.looking.config,
            trust: &Trust::default(),
        };
        let Loaded {
            config,
            rules,
            suppressions,
            ..
        } = policy::load(Sides::one(from, self.root.clone(), scope), &asked)?;
        let limits = Limits::default();
        shape(&mut input, &limits, &config);
        let mut thresholds = Policy::new(mode);
        thresholds.min_confidence = config.min_confidence.unwrap_or(thresholds.min_confidence);
        thresholds.min_severity = config.min_severity.unwrap_or(thresholds.min_severity);
        if all {
            thresholds.min_confidence = keysweep::finding::Confidence::Low;
            thresholds.min_severity = keysweep::finding::Severity::Info;
        }
        let plan = Plan {
            input,
            target: self.root.display().to_string(),
            scanner: Scanner::new(rules),
            policy: thresholds,
            archives: limits.archives(&config),
            now: self.now,
            wishes: Wishes::default(),
            all_rules: false,
            suppressions,
            accepted_gaps: config.accept.clone(),
            strict: false,
            configuration: config.is_some().then_some(config.file),
        };
        let control = Arc::new(Control::default());
        signals::watch(&control)?;
        keysweep::examine(plan, Some(self.salt), &control)
    }

    /// Writes the baseline if it changed. Returns the lines that went and those that came.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn save(&self) -> Result<Change> {
        let path = self.root.join(BASELINE);
        let after = self.baseline.text();
        let lines = |text: &str| -> BTreeSet<String> { text.lines().map(str::to_owned).collect() };
        let old = lines(self.before.as_deref().unwrap_or_default());
        let new = lines(&after);
        if self.before.as_deref() != Some(&after) {
            output::write_plain(&path, after.as_bytes())
                .with_context(|| format!("{} cannot be written", path.display()))?;
        }
        Ok(Change {
            gone: old.difference(&new).cloned().collect(),
            came: new.difference(&old).cloned().collect(),
        })
    }

    /// Today in UTC.
    pub fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

/// Lines of a file that changed.
pub struct Change {
    /// Lines that went.
    pub gone: Vec<String>,
    /// Lines that came.
    pub came: Vec<String>,
}

impl Change {
    /// The lines as a difference is shown, ready to be printed.
    pub fn shown(&self) -> String {
        let gone = self.gone.iter().map(|line| ("-", line));
        let came = self.came.iter().map(|line| ("+", line));
        gone.chain(came)
            .map(|(sign, line)| format!("{sign} {}\n", terminal(line)))
            .collect()
    }
}

/// A salt nobody could have known before.
fn fresh_salt() -> Salt {
    let mut out = [0; 16];
    for (n, half) in out.chunks_mut(8).enumerate() {
        // The standard library seeds each of these from the system's randomness.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_usize(n);
        half.copy_from_slice(&hasher.finish().to_le_bytes());
    }
    Salt(out)
}
