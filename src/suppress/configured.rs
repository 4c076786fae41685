//! What the configuration hides: findings of rules that it switches off, and, where a source does not
//! leave them out by itself, paths that it excludes.

use std::borrow::Cow;

use globset::{Glob, GlobMatcher};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::broken::Broken;
use super::ignore_file::{matched, unknown_rule};
use super::{Cause, Means};
use crate::rule::RuleSet;

/// The part of a configuration that hides.
#[derive(Debug, Default)]
pub struct Configured {
    file: String,
    exclude: Vec<(Gitignore, u32)>,
    disable: Vec<(GlobMatcher, u32, String)>,
}

/// A rule or a glob over rules, its line from 1, and the reason.
pub type DisabledRule<'a> = (&'a str, u32, &'a str);

impl Configured {
    /// From the lists of the file called `file`; each entry with its line, from 1.
    ///
    /// # Errors
    /// A path that is no pattern, a rule that does not exist, a glob that fits none.
    pub fn new<'a>(
        file: &str,
        exclude: impl Iterator<Item = (&'a str, u32)>,
        disable: impl Iterator<Item = DisabledRule<'a>>,
        rules: &RuleSet,
    ) -> Result<Self, Broken> {
        let broken = |line, message| Broken {
            file: file.to_owned(),
            line,
            message,
        };
        let mut out = Configured {
            file: file.to_owned(),
            ..Configured::default()
        };
        for (pattern, line) in exclude {
            let mut builder = GitignoreBuilder::new("");
            let glob = builder
                .add_line(None, pattern)
                .and_then(|builder| builder.build())
                .map_err(|_| {
                    let message = "`scan.exclude`: the path is no pattern as in a .gitignore";
                    broken(line, message.to_owned())
                })?;
            out.exclude.push((glob, line));
        }
        for (id, line, reason) in disable {
            let glob = Glob::new(id)
                .map_err(|_| {
                    broken(
                        line,
                        "`rules.disable`: this is no id and no glob over ids".to_owned(),
                    )
                })?
                .compile_matcher();
            if !rules
                .rules
                .iter()
                .any(|rule| glob.is_match(rule.id.as_ref()))
            {
                let message = format!("`rules.disable`: {}", unknown_rule(id, rules));
                return Err(broken(line, message));
            }
            out.disable.push((glob, line, reason.to_owned()));
        }
        Ok(out)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.exclude.is_empty() && self.disable.is_empty()
    }

    /// What hides a result of `rule` at `path`.
    pub(super) fn cause(&self, path: &str, rule: &str) -> Option<Cause> {
        let off = self.disable.iter().find(|(glob, ..)| glob.is_match(rule));
        let (line, reason) = match off {
            Some((_, line, reason)) => (*line, reason.as_str()),
            None => {
                // The last pattern that says something decides, as in a .gitignore.
                let said = |(glob, line): &(Gitignore, u32)| Some((matched(glob, path)?, *line));
                let (hides, line) = self.exclude.iter().rev().find_map(said)?;
                hides.then_some((line, ""))?
            }
        };
        Some(Cause {
            means: Means::Configuration,
            source: Cow::Owned(self.file.clone()),
            line,
            reason: reason.as_bytes().to_vec(),
            until: None,
            new: false,
        })
    }
}
