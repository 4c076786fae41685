//! Whose word counts: the configuration, the ignore file and the baseline that a run goes by.

mod sides;

pub use sides::Sides;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::cli::args::{ConfigArgs, Trust};
use crate::cli::config::Found;
use crate::cli::{fail_on, output, rule_files};
use keysweep::config::{Config, FILE};
use keysweep::register::{self, Register};
use keysweep::rule::RuleSet;
use keysweep::source::{self, Side, SideFile};
use keysweep::suppress::{BASELINE, Configured, IGNORE_FILE, Scope, Suppressions, Texts};

/// What the user says about it.
pub struct Asked<'a> {
    /// Rule files.
    pub rules: &'a [PathBuf],
    /// Which configuration file.
    pub config: &'a ConfigArgs,
    /// Whose word counts.
    pub trust: &'a Trust,
}

/// What a run goes by.
pub struct Loaded {
    /// The configuration that holds.
    pub config: Config,
    /// It came with what is scanned.
    pub from_input: bool,
    /// The rules: those that are compiled in, the configuration's and the user's.
    pub rules: RuleSet,
    /// What hides findings.
    pub suppressions: Suppressions,
}

/// What holds for an input: for a tree the files at its top (the configuration may stand lower),
/// for what is staged those of the index (new where HEAD's do not say the same), for a history
/// those of HEAD, for a range those of the commit that it starts from (new where only its end says
/// so).
///
/// # Errors
/// A file that is broken, with its line, or a side that does not exist.
pub fn load(sides: Sides, asked: &Asked<'_>) -> Result<Loaded> {
    let of_user = Found::of_user(asked.config)?;
    if asked.trust.untrusted {
        return untrusted(of_user, asked, sides.scope);
    }
    let fixed = of_user.is_some() || asked.config.no_config;
    let named = sides.named(asked.trust)?;
    // Whether the word of the trusted side counts alone.
    let decides = named.is_some() || sides.base;
    let mut before = Before {
        is_named: named.is_some(),
        is_broken: false,
    };
    let current = Files::read(&sides.current, sides.start.as_deref(), sides.lists, fixed)?;
    let trusted = named.or(sides.trusted);
    let trusted = trusted.map(|from| before.or_none(Files::read(&from, None, sides.lists, fixed)));
    let trusted = trusted.transpose()?;

    // The configuration that holds is that of the side whose word counts.
    let from_trusted = trusted.as_ref().filter(|_| decides);
    if from_trusted.is_some_and(|trusted| !trusted.found.same(&current.found)) {
        output::note(OTHER);
    }
    let found = of_user.as_ref();
    let found = found.unwrap_or(&from_trusted.unwrap_or(&current).found);
    let is_of_before = from_trusted.is_some() && of_user.is_none();
    let rules = match rules(found, asked) {
        Err(error) if is_of_before => {
            before.forgive(error)?;
            rule_files::builtin_and(asked.rules)?
        }
        read => read?,
    };
    let texts = |side: &Files| {
        let holds = std::ptr::eq(&side.found, found);
        side.texts(of_user.as_ref(), &rules, holds)
    };
    let suppressions = Suppressions {
        current: texts(&current)?,
        trusted: trusted
            .as_ref()
            .map(|side| before.or_none(texts(side)))
            .transpose()?,
        trusted_hides: decides,
        scope: sides.scope,
        ..Suppressions::default()
    };

    let mut config = found.config.clone();
    only_known(&mut config, &rules, |error| match is_of_before {
        true => before.forgive(error),
        false => Err(error),
    })?;
    Ok(Loaded {
        config,
        from_input: found.is_from_input(),
        rules,
        suppressions,
    })
}

/// Drops what a configuration says of rules that are not known, where that can be `forgiven`.
fn only_known(
    config: &mut Config,
    rules: &RuleSet,
    mut forgiven: impl FnMut(anyhow::Error) -> Result<()>,
) -> Result<()> {
    if let Err(error) = fail_on::known_to(config, rules) {
        forgiven(error)?;
        config.fail_on.clear();
    }
    if let Err(error) = kinds_known_to(config, rules) {
        forgiven(error)?;
        config.policy.rows.clear();
    }
    Ok(())
}

/// What is said where a change brings another configuration.
const OTHER: &str =
    "keysweep.toml is not the same before this change; the one before it holds here";

/// What holds where no file of what is scanned counts.
fn untrusted(of_user: Option<Found>, asked: &Asked<'_>, scope: Scope) -> Result<Loaded> {
    let found = of_user.unwrap_or_default();
    let rules = rules(&found, asked)?;
    let current = Texts {
        configured: configured(&found.config, &rules)?,
        ..Texts::default()
    };
    Ok(Loaded {
        from_input: false,
        suppressions: Suppressions {
            current,
            untrusted: true,
            scope,
            ..Suppressions::default()
        },
        rules,
        config: found.config,
    })
}

/// What was wrong with the policy before a change.
struct Before {
    /// The user named that side, and is told what is wrong with it.
    is_named: bool,
    /// Something was, and that was said.
    is_broken: bool,
}

impl Before {
    /// What is broken before a change must not keep anybody from bringing its repair.
    fn forgive(&mut self, error: anyhow::Error) -> Result<()> {
        if self.is_named {
            return Err(error);
        }
        if !std::mem::replace(&mut self.is_broken, true) {
            output::note(&format!(
                "the policy before this change is not used: {error:#}"
            ));
        }
        Ok(())
    }

    /// What was read of that side. Where it was broken that is nothing, which hides nothing.
    fn or_none<T: Default>(&mut self, read: Result<T>) -> Result<T> {
        match read {
            Err(error) => self.forgive(error).map(|()| T::default()),
            read => read,
        }
    }
}

/// The register as it is after a change, where there is one; none where what is scanned has no word.
///
/// # Errors
/// It is broken, with its line.
pub fn register(sides: &Sides, asked: &Asked<'_>) -> Result<Option<Register>> {
    if asked.trust.untrusted {
        return Ok(None);
    }
    let file = source::read_side(&sides.current, &[register::FILE])?.remove(0);
    let register = file.map(|file| Register::parse(&file.name, &file.bytes));
    Ok(register.transpose()?)
}

/// The built-in rules, the configuration's and the user's.
fn rules(found: &Found, asked: &Asked<'_>) -> Result<RuleSet> {
    let mut rules = rule_files::builtin_and(&[])?;
    found.add_rules(&mut rules)?;
    rule_files::from_disk(&mut rules, asked.rules)?;
    Ok(rules)
}

/// Whether every row of the policy can mean some rule: one that means none is a typo, and would let
/// everything grow old.
fn kinds_known_to(config: &Config, rules: &RuleSet) -> Result<()> {
    for at in &config.policy.rows {
        let Some(kind) = &at.value.kind else { continue };
        let ids = || rules.rules.iter().map(|rule| rule.id.as_ref());
        if ids().any(|id| kind.means(id)) {
            continue;
        }
        let near = (kind.text().len() <= 64).then(|| keysweep::rule::closest(kind.text(), ids()));
        let hint = near
            .flatten()
            .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        bail!(
            "{}:{}: `policy.for`: this `kind` means no rule{hint} (`keysweep rules` lists them)",
            config.file,
            at.line
        );
    }
    Ok(())
}

/// The part of a configuration that hides.
fn configured(config: &Config, rules: &RuleSet) -> Result<Configured> {
    let exclude = config.exclude.iter();
    let disable = config.disable.iter();
    Ok(Configured::new(
        &config.file,
        exclude.map(|at| (at.value.as_str(), at.line)),
        disable.map(|at| (at.value.rule.as_str(), at.line, at.value.reason.as_str())),
        rules,
    )?)
}

/// The files of one side.
#[derive(Default)]
struct Files {
    ignore: Option<SideFile>,
    baseline: Option<SideFile>,
    found: Found,
}

impl Files {
    /// Reads the lists (with `lists`) and, unless it is fixed, the configuration: in `start` or
    /// above it, else at the top.
    fn read(from: &Side, start: Option<&Path>, lists: bool, fixed: bool) -> Result<Self> {
        let upward = match from {
            Side::WorkTree(root) => start.map(|start| (start, root)),
            _ => None,
        };
        // A file that does not count is not read: it may be one that cannot be.
        let wanted = |name| match name {
            FILE => !fixed && upward.is_none(),
            _ => lists,
        };
        let names = [IGNORE_FILE, BASELINE, FILE].into_iter();
        let names: Vec<&str> = names.filter(|name| wanted(name)).collect();
        let mut files = source::read_side(from, &names)?;
        let mut take = |name| {
            let at = names.iter().position(|n| *n == name)?;
            files[at].take()
        };
        Ok(Files {
            ignore: take(IGNORE_FILE),
            baseline: take(BASELINE),
            found: match upward {
                _ if fixed => Found::default(),
                Some((start, root)) => Found::upward(start, root)?,
                None => Found::of_side(from, "", take(FILE))?,
            },
        })
    }

    /// What it hides. Where the user names the configuration, that hides on every side, so that
    /// it never counts as new. `holds`: its configuration is the one that holds, so that `rules`
    /// has its rules.
    fn texts(&self, of_user: Option<&Found>, rules: &RuleSet, holds: bool) -> Result<Texts> {
        fn text(file: &Option<SideFile>) -> Option<(&str, &[u8])> {
            let file = file.as_ref()?;
            Some((file.name.as_str(), file.bytes.as_slice()))
        }
        let found = of_user.unwrap_or(&self.found);
        // A side may name rules that only it brings.
        let mut wider = None;
        if of_user.is_none() && !holds && self.found.config.has_rules() {
            let mut own = rule_files::builtin_and(&[])?;
            self.found.add_rules(&mut own)?;
            let mut all = rules.clone();
            let more = own.rules.iter().filter(|rule| all.find(&rule.id).is_none());
            let more = more.cloned().collect();
            all.extend(more)?;
            wider = Some(all);
        }
        let rules = wider.as_ref().unwrap_or(rules);
        let mut texts = Texts::parse(text(&self.ignore), text(&self.baseline), rules)?;
        texts.configured = configured(&found.config, rules)?;
        Ok(texts)
    }
}
