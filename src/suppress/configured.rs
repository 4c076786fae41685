//! What the configuration hides: findings of rules that it switches off, and, where a source does not
//! leave them out by itself, paths that it excludes.

use std::borrow::Cow;
use std::collections::HashMap;

use globset::Glob;
use ignore::gitignore::GitignoreBuilder;

use super::ignore_file::unknown_rule;
use super::patterns::Patterns;
use crate::file_error::FileError;
use crate::finding::{SuppressedBy, Suppression};
use crate::rule::RuleSet;

/// The part of a configuration that hides.
#[derive(Debug, Default)]
pub struct Configured {
    file: String,
    exclude: Patterns,
    /// The lines of the patterns.
    lines: Vec<u32>,
    /// By the id of a rule that is switched off: the number of the first entry that says so.
    off: HashMap<String, usize>,
    /// The lines and reasons of the entries.
    disable: Vec<(u32, String)>,
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
    ) -> Result<Self, FileError> {
        let broken = |line, message: String| FileError::new(file, line, message);
        let mut out = Configured {
            file: file.to_owned(),
            ..Configured::default()
        };
        let mut patterns = Vec::new();
        for (pattern, line) in exclude {
            let mut builder = GitignoreBuilder::new("");
            builder
                .add_line(None, pattern)
                .and_then(|builder| builder.build())
                .map_err(|_| {
                    let message = "`scan.exclude`: the path is no pattern as in a .gitignore";
                    broken(line, message.to_owned())
                })?;
            patterns.push(pattern);
            out.lines.push(line);
        }
        out.exclude = Patterns::new(patterns.into_iter());
        for (id, line, reason) in disable {
            let glob = Glob::new(id)
                .map_err(|_| {
                    broken(
                        line,
                        "`rules.disable`: this is no id and no glob over ids".to_owned(),
                    )
                })?
                .compile_matcher();
            let number = out.disable.len();
            let mut fits = false;
            for rule in rules.rules.iter() {
                if glob.is_match(rule.id.as_ref()) {
                    fits = true;
                    out.off.entry(rule.id.to_string()).or_insert(number);
                }
            }
            if !fits {
                let message = format!("`rules.disable`: {}", unknown_rule(id, rules));
                return Err(broken(line, message));
            }
            out.disable.push((line, reason.to_owned()));
        }
        Ok(out)
    }

    /// Whether nothing is hidden.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.disable.is_empty()
    }

    /// What hides a result of `rule` at `path`.
    pub(super) fn suppression(&self, path: &str, rule: &str) -> Option<Suppression> {
        let off = self
            .off
            .get(rule)
            .and_then(|number| self.disable.get(*number));
        let (line, reason) = match off {
            Some((line, reason)) => (*line, reason.as_str()),
            None => {
                // The last pattern that says something decides, as in a .gitignore.
                let (number, hides) = self.exclude.last(path)?;
                let line = self.lines.get(number).copied()?;
                hides.then_some((line, ""))?
            }
        };
        Some(Suppression {
            by: SuppressedBy::Configuration,
            source: Cow::Owned(self.file.clone()),
            line,
            reason: reason.as_bytes().to_vec(),
            until: None,
            new: false,
        })
    }
}
