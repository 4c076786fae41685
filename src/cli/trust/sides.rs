//! The sides that a run can be judged by: what is scanned, and what was there before a change.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::cli::args::Trust;
use keysweep::Input;
use keysweep::source::{
    self, Control, HistoryOptions, RangeOptions, Repository, Selection, Side, TreeOptions,
};
use keysweep::suppress::Scope;

/// Where the policy of a run stands.
pub struct Sides {
    /// As what is scanned has it.
    pub(super) current: Side,
    /// As it was before the change.
    pub(super) trusted: Option<Side>,
    /// The trusted side is the commit that a range starts from: it hides by itself.
    pub(super) base: bool,
    /// The repository.
    repository: Repository,
    /// Where the configuration is looked for first, when not at the top.
    pub(super) start: Option<PathBuf>,
    /// The ignore file and the baseline speak of what is scanned.
    pub(super) lists: bool,
    /// `--policy-from head` means the end of the range.
    range: bool,
    pub(super) scope: Scope,
}

impl Sides {
    /// No change, so nothing that is older than it.
    pub fn one(current: Side, repository: impl Into<Repository>, scope: Scope) -> Self {
        Sides {
            current,
            trusted: None,
            base: false,
            repository: repository.into(),
            start: None,
            lists: true,
            range: false,
            scope,
        }
    }

    /// Where the policy for an input stands.
    ///
    /// # Errors
    /// No such path, no such range.
    pub fn of(input: &Input, control: &Control) -> Result<Self> {
        Ok(match input {
            Input::Stream(..) => {
                // A stream comes from nowhere; what is configured where the user stands holds.
                let here = PathBuf::from(".");
                let home = source::home(std::slice::from_ref(&here)).ok();
                let (root, start) = match home {
                    Some(home) => (home.root, Some(home.start)),
                    None => (here, None),
                };
                Sides {
                    start,
                    lists: false,
                    ..Sides::one(Side::WorkTree(root.clone()), root, Scope::Part)
                }
            }
            Input::Tree(options) => Sides::of_tree(options)?,
            Input::Texts(options, _) => Sides::of_texts(&options.dir)?,
            Input::Indexed(options, _) => {
                let from = Repository::new(&options.dir, &options.allow_alternates);
                let scope = match options.paths.is_empty() {
                    true => Scope::Tree,
                    false => Scope::Part,
                };
                Sides::one(Side::Index(from.clone()), from, scope)
            }
            Input::Staged(options) => {
                let from = Repository::new(&options.dir, &options.allow_alternates);
                Sides {
                    trusted: Some(Side::Head(from.clone())),
                    ..Sides::one(Side::Index(from.clone()), from, Scope::Change)
                }
            }
            Input::History(options) => Sides::of_history(options),
            Input::Range(options, _) => Self::of_range(options, control)?,
            // What is committed is the word of the repository; without a history the files are.
            Input::Audit(options) => match (&options.history, &options.tree) {
                (Some(history), _) => Sides::of_history(history),
                (None, Some(tree)) => Sides::of_tree(tree)?,
                (None, None) => bail!("there is neither a working tree nor a history to audit"),
            },
        })
    }

    fn of_tree(options: &TreeOptions) -> Result<Self> {
        let home = source::home(&options.paths)?;
        let root = home.root;
        let whole = options.exclude.is_empty() && options.paths.iter().any(|p| is(p, &root));
        let scope = if whole { Scope::Tree } else { Scope::Part };
        Ok(Sides {
            start: Some(home.start),
            ..Sides::one(Side::WorkTree(root.clone()), root, scope)
        })
    }

    /// Texts are judged by what their repository says now, in the files.
    fn of_texts(dir: &Path) -> Result<Self> {
        let home = source::home(&[dir.to_owned()])?;
        let root = home.root;
        let from = Side::WorkTree(root.clone());
        Ok(Sides {
            start: Some(home.start),
            ..Sides::one(from, root, Scope::Part)
        })
    }

    fn of_history(options: &HistoryOptions) -> Self {
        let from = Repository::new(&options.path, &options.allow_alternates);
        Sides::one(Side::Head(from.clone()), from, Scope::History)
    }

    /// A range is judged by the policy of its first side (A of `A..B` and `A...B`; where a push
    /// leaves what is there): what its end says beyond that is new. Where there is no such commit
    /// (the first push of all, `--since`) there is no trusted side, and its end says what is hidden.
    ///
    /// A push that this repository receives is judged by what stands in its HEAD, the default branch, and by
    /// nothing that is pushed. The tip that a branch had before would not do: who may push to any branch
    /// would bring a policy of their own first, and the value with the next push. The files of the push
    /// itself are not read at all, so that an entry pushed together with its value hides nothing.
    fn of_range(options: &RangeOptions, control: &Control) -> Result<Self> {
        if options.is_received() {
            let from = Repository::new(&options.path, &options.allow_alternates);
            return Ok(Sides {
                trusted: Some(Side::Head(from.clone())),
                base: true,
                range: true,
                ..Sides::one(Side::Head(from.clone()), from, Scope::Change)
            });
        }
        let info = source::range_ends(options, control)?;
        let from = Repository::new(&options.path, &options.allow_alternates);
        let at = |id| Side::Commit(from.clone(), id);
        let current = match info.to {
            Some(id) => at(id),
            None => Side::Head(from.clone()),
        };
        // Whoever makes a branch chooses the merge base, and with it an old commit, or one of their
        // own that a merge brought once. The side that the range is held against is not theirs.
        let base = match options.what {
            Selection::Revisions(_) => info.from,
            _ => info.base,
        };
        Ok(Sides {
            trusted: base.map(at),
            base: base.is_some(),
            range: true,
            ..Sides::one(current, from.clone(), Scope::Change)
        })
    }

    /// The side that the user names, if any.
    pub(super) fn named(&self, trust: &Trust) -> Result<Option<Side>> {
        Ok(match trust.policy_from.as_deref() {
            None => None,
            Some("base") if self.base => None,
            Some("base") => bail!(
                "--policy-from base needs a range with a commit to start from; name a branch, a tag, a commit or `head` instead"
            ),
            Some("head") if self.range => Some(self.current.clone()),
            Some("head") => Some(Side::Head(self.repository.clone())),
            Some(name) => {
                let id = source::commit_of(&self.repository, name).context("--policy-from")?;
                Some(Side::Commit(self.repository.clone(), id))
            }
        })
    }
}

/// Whether a path that the user named is `root`.
fn is(path: &Path, root: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|full| full == root)
}
