//! What a run trusts: which side its ignore file and baseline are read from.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::args::Trust;
use super::output;
use keysweep::Input;
use keysweep::rule::RuleSet;
use keysweep::source::{self, PolicyFrom, RangeOptions};
use keysweep::suppress::{BASELINE, IGNORE_FILE, Scope, Suppressions, Texts};

/// What hides findings of a run: for a tree the files at its top, for what is staged those of the
/// index (new where HEAD's do not say the same), for a history those of HEAD, for a range those of the
/// commit that it starts from (new where only its end says so).
///
/// # Errors
/// A file that is broken, with its line, or a side that does not exist.
pub fn of_input(input: &Input, trust: &Trust, rules: &RuleSet) -> Result<Suppressions> {
    let base = Suppressions {
        untrusted: trust.untrusted,
        fail_on_new: trust.fail_on_new_suppressions,
        ..Suppressions::default()
    };
    let sides = match input {
        Input::Stream(..) => return Ok(base),
        Input::Tree(options) => {
            let root = source::tree_root(&options.paths)?;
            let whole = options.exclude.is_empty() && options.paths.iter().any(|p| is(p, &root));
            let scope = if whole { Scope::Tree } else { Scope::Part };
            Sides::one(PolicyFrom::WorkTree(root.clone()), root, scope)
        }
        Input::Indexed(options) => {
            let dir = options.dir.clone();
            let scope = match options.paths.is_empty() {
                true => Scope::Tree,
                false => Scope::Part,
            };
            Sides::one(PolicyFrom::Index(dir.clone()), dir, scope)
        }
        Input::Staged(options) => Sides {
            trusted: Some(PolicyFrom::Head(options.dir.clone())),
            ..Sides::one(
                PolicyFrom::Index(options.dir.clone()),
                options.dir.clone(),
                Scope::Change,
            )
        },
        Input::History(options) => Sides::one(
            PolicyFrom::Head(options.path.clone()),
            options.path.clone(),
            Scope::History,
        ),
        Input::Range(options) => of_range(options)?,
    };
    if trust.untrusted {
        return Ok(Suppressions {
            scope: sides.scope,
            ..base
        });
    }
    let named = match trust.policy_from.as_deref() {
        None => None,
        Some("base") if sides.base => None,
        Some("base") => bail!(
            "--policy-from base needs a range with a commit to start from; name a branch, a tag, a commit or `head` instead"
        ),
        Some("head") => Some(match input {
            Input::Range(_) => sides.current.clone(),
            _ => PolicyFrom::Head(sides.dir),
        }),
        Some(name) => {
            let id = source::commit_of(&sides.dir, name).context("--policy-from")?;
            Some(PolicyFrom::Commit(sides.dir, id))
        }
    };
    let by_name = named.is_some();
    let found = change(sides.current, named.or(sides.trusted), by_name, rules)?;
    Ok(Suppressions {
        scope: sides.scope,
        trusted_hides: by_name || sides.base,
        untrusted: base.untrusted,
        fail_on_new: base.fail_on_new,
        ..found
    })
}

/// Where the policy of a run stands.
struct Sides {
    /// As what is scanned has it.
    current: PolicyFrom,
    /// As it was before the change.
    trusted: Option<PolicyFrom>,
    /// The trusted side is the commit that a range starts from: it hides by itself.
    base: bool,
    /// A directory of the repository.
    dir: PathBuf,
    scope: Scope,
}

impl Sides {
    /// No change, so nothing that is older than it.
    fn one(current: PolicyFrom, dir: PathBuf, scope: Scope) -> Self {
        Sides {
            current,
            trusted: None,
            base: false,
            dir,
            scope,
        }
    }
}

/// A range is judged by the policy of the commit that it starts from; what its end says beyond
/// that is new. Where there is no such commit (the first push of all, `--since`) there is no
/// trusted side, and its end says what is hidden.
fn of_range(options: &RangeOptions) -> Result<Sides> {
    let info = source::range_ends(options)?;
    let dir = options.path.clone();
    let at = |id| PolicyFrom::Commit(dir.clone(), id);
    let current = match info.to {
        Some(id) => at(id),
        None => PolicyFrom::Head(dir.clone()),
    };
    Ok(Sides {
        trusted: info.base.map(at),
        base: info.base.is_some(),
        ..Sides::one(current, dir.clone(), Scope::Change)
    })
}

/// What hides findings of a change that ends at `current`: what `trusted` does not say is new.
///
/// # Errors
/// As [`of_input`]; of the trusted side only when the user named it.
fn change(
    current: PolicyFrom,
    trusted: Option<PolicyFrom>,
    named: bool,
    rules: &RuleSet,
) -> Result<Suppressions> {
    let current = read(&current, rules)?;
    let trusted = match trusted {
        Some(from) if named => Some(read(&from, rules)?),
        // What is broken there must not keep anybody from bringing its repair; it hides nothing.
        Some(from) => Some(read(&from, rules).unwrap_or_else(|error| {
            output::note(&format!(
                "the policy before this change is not used: {error:#}"
            ));
            Texts::default()
        })),
        None => None,
    };
    Ok(Suppressions {
        current,
        trusted,
        ..Suppressions::default()
    })
}

/// The ignore file and the baseline of one side.
pub fn read(from: &PolicyFrom, rules: &RuleSet) -> Result<Texts> {
    let files = source::read_policy(from, &[IGNORE_FILE, BASELINE])?;
    let text = |n: usize| {
        let file = files.get(n)?.as_ref()?;
        Some((file.name.as_str(), file.bytes.as_slice()))
    };
    Ok(Texts::parse(text(0), text(1), rules)?)
}

/// Whether a path that the user named is `root`.
fn is(path: &Path, root: &Path) -> bool {
    std::fs::canonicalize(path).is_ok_and(|full| full == root)
}
