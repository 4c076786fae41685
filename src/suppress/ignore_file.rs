//! `.keysweepignore`: paths in the manner of `.gitignore`, for all rules or for some.
//!
//! ```text
//! # a comment
//! tests/fixtures/                                  # everything below
//! docs/**/*.md [generic-password, jwt]             # two rules only
//! !docs/internal.md                                # but not here
//! ```
//! The last line that fits a path and a rule decides.

use std::collections::HashSet;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::lines::lines;
use super::patterns::Patterns;
use crate::file_error::FileError;
use crate::rule::{RuleSet, closest};

/// The file's name, at the top of what is scanned.
pub const IGNORE_FILE: &str = ".keysweepignore";

/// More lines than this are a mistake or an attack.
const MAX_LINES: usize = 10_000;
/// Those that name rules are asked one by one about every finding.
const MAX_WITH_RULES: usize = 1_000;

/// What one line may hold, in bytes.
const MAX_LINE: usize = 4_096;

/// The lines of an ignore file.
#[derive(Debug, Default)]
pub struct IgnoreFile {
    lines: Vec<Line>,
    /// The patterns of the lines that name no rule.
    plain: Patterns,
    /// Which lines those are.
    plain_lines: Vec<usize>,
    /// The lines that name rules, with their patterns.
    with_rules: Vec<(usize, Gitignore)>,
}

/// One line.
#[derive(Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u32,
    /// Why, in the words of whoever wrote it; may be empty.
    pub reason: String,
    rules: Vec<String>,
}

impl IgnoreFile {
    /// Reads the text of the file called `name`.
    ///
    /// # Errors
    /// A path that is no pattern, a rule that does not exist, marks of a merge; with the line.
    pub fn parse(name: &str, text: &[u8], rules: &RuleSet) -> Result<Self, FileError> {
        let known: HashSet<&str> = rules.rules.iter().map(|rule| rule.id.as_ref()).collect();
        let mut out = IgnoreFile::default();
        let mut plain = Vec::new();
        for (number, text) in lines(name, text)? {
            let broken = |message: String| FileError::new(name, number, message);
            if text.len() > MAX_LINE {
                return Err(broken(format!(
                    "the line is longer than {MAX_LINE} bytes; split it"
                )));
            }
            let Some((pattern, mut ids, reason)) = parts(text).map_err(broken)? else {
                continue;
            };
            if out.lines.len() == MAX_LINES {
                return Err(broken(format!(
                    "more than {MAX_LINES} patterns; join them with `*`, or leave directories out \
                     with `--exclude`"
                )));
            }
            if !ids.is_empty() && out.with_rules.len() == MAX_WITH_RULES {
                return Err(broken(format!(
                    "more than {MAX_WITH_RULES} patterns with rules behind them; join them with \
                     `*`, or switch the rules off in `keysweep.toml`"
                )));
            }
            for id in &ids {
                if !known.contains(id.as_str()) {
                    return Err(broken(unknown_rule(id, rules)));
                }
            }
            ids.sort_unstable();
            ids.dedup();
            let mut builder = GitignoreBuilder::new("");
            let glob = builder
                .add_line(None, pattern)
                .and_then(|builder| builder.build());
            let glob = glob.map_err(|_| {
                broken(
                    "the path is no pattern as in a .gitignore; `\\` takes a special character \
                     literally"
                        .to_owned(),
                )
            })?;
            match ids.is_empty() {
                true => {
                    plain.push(pattern);
                    out.plain_lines.push(out.lines.len());
                }
                false => out.with_rules.push((out.lines.len(), glob)),
            }
            out.lines.push(Line {
                number,
                reason: reason.to_owned(),
                rules: ids,
            });
        }
        out.plain = Patterns::new(plain.into_iter());
        Ok(out)
    }

    /// Whether there are no patterns.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The line that hides results of `rule` (or of those that fit `also`) at `path`.
    pub fn hides(&self, path: &str, rule: &str, also: &[String]) -> Option<&Line> {
        let plain = self
            .plain
            .last(path)
            .and_then(|(number, hides)| Some((*self.plain_lines.get(number)?, hides)));
        let named = |id: &str, line: &Line| {
            let search = |have: &String| have.as_str().cmp(id);
            line.rules.binary_search_by(search).is_ok()
        };
        let last = self.with_rules.iter().rev().find_map(|(number, glob)| {
            let line = self.lines.get(*number)?;
            let meant = named(rule, line) || also.iter().any(|id| named(id, line));
            let hides = meant.then(|| matched(glob, path)).flatten()?;
            Some((*number, hides))
        });
        let (number, hides) = plain.max(last)?;
        self.lines.get(number).filter(|_| hides)
    }
}

/// Whether a pattern takes a path in (`true`), out (`false`, with `!`), or says nothing.
pub(super) fn matched(glob: &Gitignore, path: &str) -> Option<bool> {
    // The matcher panics on absolute paths; standard input may be called by one.
    let path = path.trim_start_matches('/');
    let found = glob.matched_path_or_any_parents(path, false);
    match (found.is_ignore(), found.is_whitelist()) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Pattern, rules, reason.
type Parts<'a> = (&'a str, Vec<String>, &'a str);

/// The parts of a line; `None` for comments and empty lines.
fn parts(line: &str) -> Result<Option<Parts<'_>>, String> {
    if line.starts_with('#') || line.trim().is_empty() {
        return Ok(None);
    }
    let (rest, reason) = match comment(line) {
        Some(at) => (
            &line[..at],
            line[at..].trim_start().trim_start_matches('#').trim(),
        ),
        None => (line, ""),
    };
    // Only blanks that git knows: others are wider than the one byte below.
    let rest = match rest.trim_end_matches([' ', '\t']) {
        // An escaped blank at the end belongs to the path.
        cut if cut.ends_with('\\') && cut.len() < rest.len() => &rest[..=cut.len()],
        cut => cut,
    };
    // ` [rule, rule]` at the end; `[a-z]` within a word is a class of characters.
    let split = rest
        .strip_suffix(']')
        .and_then(|inner| Some((inner, inner.rfind('[')?)))
        .filter(|(inner, at)| inner[..*at].ends_with([' ', '\t']));
    let Some((inner, at)) = split else {
        return match rest.trim() {
            "" => Err("the path is missing".to_owned()),
            _ => Ok(Some((rest, Vec::new(), reason))),
        };
    };
    let pattern = inner[..at].trim_end();
    if pattern.is_empty() {
        return Err("the path is missing; `*` means every path".to_owned());
    }
    let ids: Vec<String> = inner[at + 1..]
        .split(',')
        .map(|id| id.trim().to_owned())
        .collect();
    match ids.iter().any(String::is_empty) {
        true => Err("a rule's id is missing between `[` and `]`".to_owned()),
        false => Ok(Some((pattern, ids, reason))),
    }
}

/// Where a comment after a path begins: a `#` after a blank that is not escaped.
fn comment(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    (1..bytes.len()).find(|at| {
        bytes[*at] == b'#'
            && matches!(bytes[at - 1], b' ' | b'\t')
            && (*at < 2 || bytes[at - 2] != b'\\')
    })
}

/// What is said of a rule that does not exist. The id is not quoted: it may be anything.
pub(super) fn unknown_rule(id: &str, rules: &RuleSet) -> String {
    let known = rules.rules.iter().map(|rule| rule.id.as_ref());
    let near = (id.len() <= 64).then(|| closest(id, known)).flatten();
    match near {
        Some(near) => format!(
            "there is no such rule; did you mean `{near}`? (`keysweep rules` lists them all)"
        ),
        None => "there is no such rule; `keysweep rules` lists them all".to_owned(),
    }
}
