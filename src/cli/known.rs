//! What `baseline` and `allow` share: looking for findings in order to name them, and rewriting
//! the baseline.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;

use super::args::{Limits, Looking, Trust};
use super::config::Found;
use super::scan::{now, shape};
use super::trust::{self, Asked, Loaded, Sides};
use super::{atomic, links, progress, rule_files, signals};
use keysweep::config::MAX_FILE_SIZE;
use keysweep::detect::Scanner;
use keysweep::lists::List;
use keysweep::report::{ReportOptions, terminal};
use keysweep::source::{
    Control, HistoryOptions, IgnoredFiles, Side, SideFile, StagedOptions, TreeOptions, home,
};
use keysweep::suppress::{BASELINE, Baseline, Salt, Scope};
use keysweep::thresholds::Thresholds;
use keysweep::{Examined, Input, Plan};

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

/// A repository, or a directory, whose baseline may be changed.
pub struct Project {
    /// Its top.
    pub root: PathBuf,
    /// By which rules and configuration it is looked at.
    looking: Looking,
    /// The moment that dates are judged for.
    pub now: jiff::Timestamp,
    /// Whether places that read credentials by name are gathered too.
    pub references: bool,
    /// What servers say of the tokens that they issued.
    pub lists: Arc<[List]>,
    /// Whether pages of the repository's host are told.
    pub links: bool,
}

impl Project {
    /// The one that `path` lies in.
    ///
    /// # Errors
    /// No such path, or a broken baseline.
    pub fn open(path: &Path, looking: Looking) -> Result<Self> {
        let project = Project {
            root: home(&[path.to_owned()])?.root,
            now: now(looking.now)?,
            references: false,
            lists: Arc::default(),
            links: false,
            looking,
        };
        // A baseline that cannot be changed is said before anything is looked at.
        project.baseline()?;
        Ok(project)
    }

    /// What finds credentials here: the rules that a look has.
    ///
    /// # Errors
    /// Broken rules or configuration.
    pub fn scanner(&self) -> Result<Scanner> {
        let mut rules = rule_files::builtin_and(&self.looking.rules)?;
        Found::of_tree(&self.looking.config, &self.root)?.add_rules(&mut rules)?;
        Ok(Scanner::new(rules))
    }

    /// The baseline as it is now; `None` when there is none. Others may change it at any time:
    /// what is found out from it here holds until it is read again, and numbers of its entries
    /// mean nothing in another reading.
    ///
    /// # Errors
    /// It is broken.
    pub fn baseline(&self) -> Result<Option<Baseline>> {
        match self.read()? {
            Some(file) => Ok(Some(Baseline::parse(&file.name, &file.bytes)?)),
            None => Ok(None),
        }
    }

    fn read(&self) -> Result<Option<SideFile>> {
        let from = Side::WorkTree(self.root.clone());
        Ok(keysweep::source::read_side(&from, &[BASELINE])?.remove(0))
    }

    /// What is looked at, and what its answers hold for.
    fn input(&self, at: Look) -> (Input, Scope) {
        match at {
            Look::Tree => (
                Input::Tree(TreeOptions {
                    paths: vec![self.root.clone()],
                    ignored: IgnoredFiles::Counted,
                    exclude: Vec::new(),
                    threads: 0,
                    max_file_size: MAX_FILE_SIZE,
                    recurse_submodules: false,
                    // The baseline is committed, and what it says of one machine is nobody else's.
                    git_config: false,
                }),
                Scope::Tree,
            ),
            Look::Staged => (
                Input::Staged(StagedOptions {
                    dir: self.root.clone(),
                    allow_alternates: self.looking.alternates.allowed.clone(),
                    threads: 0,
                    max_file_size: MAX_FILE_SIZE,
                }),
                Scope::Change,
            ),
            Look::History => (
                Input::History(HistoryOptions {
                    path: self.root.clone(),
                    allow_alternates: self.looking.alternates.allowed.clone(),
                    ..HistoryOptions::default()
                }),
                Scope::History,
            ),
        }
    }

    /// Looks for findings. What hides them is that of the working tree, whatever is looked at,
    /// because that is what is going to be written. With `all` also what is not listed.
    ///
    /// # Errors
    /// What makes a scan pointless: no repository, a broken ignore file.
    pub fn look(&self, at: Look, all: bool) -> Result<Examined> {
        let (mut input, scope) = self.input(at);
        let from = Side::WorkTree(self.root.clone());
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
        } = trust::load(Sides::one(from, self.root.clone(), scope), &asked)?;
        let limits = Limits::default();
        shape(&mut input, &limits, &config);
        let mut thresholds = Thresholds::new(input.checkpoint());
        thresholds.min_confidence = config.min_confidence.unwrap_or(thresholds.min_confidence);
        thresholds.min_severity = config.min_severity.unwrap_or(thresholds.min_severity);
        if all {
            thresholds.min_confidence = keysweep::finding::Confidence::Low;
            thresholds.min_severity = keysweep::finding::Severity::Info;
        }
        let plan = Plan {
            scanner: Scanner::new(rules),
            archives: limits.archives(&config),
            suppressions,
            register: None,
            references: self.references,
            ends: false,
            lists: Arc::clone(&self.lists),
            now: self.now,
            policy: config.policy(None).map_err(|why| anyhow::anyhow!(why))?,
            report: ReportOptions {
                target: self.root.display().to_string(),
                links: self.links,
                remote: match self.links {
                    true => links::remote(&input),
                    false => None,
                },
                accepted_gaps: config.accept.clone(),
                configuration: config.is_some().then_some(config.file),
                ..ReportOptions::new(thresholds)
            },
        };
        let control = Arc::new(Control::default());
        signals::watch(&control)?;
        let bar = progress::start(&control, false);
        let examined = keysweep::examine(input, &plan, &control);
        drop(bar);
        examined
    }

    /// Changes the baseline: `make` is given it as it is at that moment, and the salt of its
    /// entries. No other keysweep writes meanwhile; where another program did, `make` is asked
    /// again, with what is there then. Says which lines went and which came.
    ///
    /// # Errors
    /// It is broken or cannot be written, and what `make` says.
    pub fn change(&self, make: impl Fn(&mut Baseline, &Salt) -> Result<()>) -> Result<Change> {
        let path = self.root.join(BASELINE);
        let git_dir = keysweep::source::git_dir(&self.root);
        let read = || Ok(self.read()?.map(|file| file.bytes));
        let fresh = fresh_salt();
        atomic::change(&path, git_dir.as_deref(), read, |before| {
            let mut baseline = match before {
                Some(bytes) => Baseline::parse(BASELINE, bytes)?,
                None => Baseline::new(fresh),
            };
            let salt = baseline.salt(fresh);
            make(&mut baseline, &salt)?;
            let after = baseline.text();
            let change = Change::between(before, &after);
            let same = before.is_some_and(|bytes| bytes == after.as_bytes());
            Ok(((!same).then(|| after.into_bytes()), change))
        })
    }

    /// Today in UTC.
    pub fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

/// What became of a baseline.
pub struct Change {
    /// There was one before.
    pub existed: bool,
    /// Lines that went.
    pub gone: Vec<String>,
    /// Lines that came.
    pub came: Vec<String>,
    /// How many entries there are now, equal ones counted once.
    pub entries: usize,
}

impl Change {
    /// What differs between two texts.
    pub fn between(before: Option<&[u8]>, after: &str) -> Self {
        let text = String::from_utf8_lossy(before.unwrap_or_default());
        let old: BTreeSet<&str> = text.lines().collect();
        let new: BTreeSet<&str> = after.lines().collect();
        let only = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| -> Vec<String> {
            a.difference(b).map(|line| (*line).to_owned()).collect()
        };
        Change {
            existed: before.is_some(),
            gone: only(&old, &new),
            came: only(&new, &old),
            entries: entries(new.iter().copied()),
        }
    }

    /// How many entries came.
    pub fn added(&self) -> usize {
        entries(self.came.iter().map(String::as_str))
    }

    /// How many entries went.
    pub fn removed(&self) -> usize {
        entries(self.gone.iter().map(String::as_str))
    }

    /// The lines as a difference is shown, ready to be printed.
    pub fn shown(&self) -> String {
        let gone = self.gone.iter().map(|line| ("-", line));
        let came = self.came.iter().map(|line| ("+", line));
        gone.chain(came)
            .map(|(sign, line)| format!("{sign} {}\n", terminal(line)))
            .collect()
    }
}

/// How many of the lines are entries.
fn entries<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let other = |line: &&str| line.is_empty() || line.starts_with('#') || line.starts_with("salt=");
    lines.filter(|line| !other(line)).count()
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
