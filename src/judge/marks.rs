//! Conditions on paths, ready to match: the `where` of every rule, and the files that are a finding by
//! their name or first bytes.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::finding::RepoPath;
use crate::rule::{Kind, RuleSet};

/// The `where` conditions of all rules, ready to match.
pub(super) struct Wheres(Vec<Option<(GlobSet, Vec<String>)>>);

impl Wheres {
    pub(super) fn new(rules: &RuleSet) -> Self {
        Wheres(
            rules
                .rules
                .iter()
                .map(|rule| {
                    let place = &rule.place;
                    if place.path.is_empty() && place.ext.is_empty() {
                        return None;
                    }
                    let exts = place.ext.iter().map(|e| e.to_string()).collect();
                    Some((globs(&place.path), exts))
                })
                .collect(),
        )
    }

    /// Whether a finding of `rule` may stand at a path, which is asked for where a rule means some.
    pub(super) fn allow(&self, rule: usize, path: impl FnOnce() -> RepoPath) -> bool {
        self.0[rule].as_ref().is_none_or(|(globs, exts)| {
            let path = path();
            let text = String::from_utf8_lossy(&path.0);
            (globs.is_empty() || globs.is_match(text.as_ref()))
                && (exts.is_empty() || exts.contains(&path.extension()))
        })
    }
}

/// Globs that match a whole path, or a file name when they hold no `/`. What is not a glob
/// matches nothing; the loader's test refuses such rules.
fn globs(list: &[crate::rule::Text]) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for glob in list {
        let glob = if glob.contains('/') {
            glob.to_string()
        } else {
            format!("**/{glob}")
        };
        if let Ok(glob) = GlobBuilder::new(&glob).case_insensitive(true).build() {
            set.add(glob);
        }
    }
    set.build().unwrap_or_default()
}

/// Files that are a finding by their name or first bytes.
pub struct FileMarks {
    marks: Vec<Mark>,
    /// The last components of all globs, in lower case: a fast first question.
    names: GlobSet,
    /// By glob of `names`: the position in `marks`.
    of_name: Vec<usize>,
    /// By rule: the position in `marks`.
    of_rule: BTreeMap<usize, usize>,
}

struct Mark {
    rule: usize,
    paths: GlobSet,
    magic: Vec<u8>,
}

impl FileMarks {
    /// The file rules of a set.
    pub fn new(rules: &RuleSet) -> Self {
        let (mut marks, mut of_name) = (Vec::new(), Vec::new());
        let mut of_rule = BTreeMap::new();
        let mut names = GlobSetBuilder::new();
        for (index, rule) in rules.rules.iter().enumerate().filter(|(_, rule)| rule.on) {
            let Kind::File(mark) = &rule.kind else {
                continue;
            };
            for glob in mark.path.iter() {
                names.add(last_component(glob));
                of_name.push(marks.len());
            }
            of_rule.insert(index, marks.len());
            marks.push(Mark {
                rule: index,
                paths: globs(&mark.path),
                magic: mark.magic.to_vec(),
            });
        }
        FileMarks {
            marks,
            names: names.build().unwrap_or_default(),
            of_name,
            of_rule,
        }
    }

    /// Whether a file of this name (a last path component) may fit a rule.
    pub fn wants(&self, name: &[u8]) -> bool {
        self.names.is_match(lower(name).as_ref())
    }

    /// The file rules that may fit a file of this name and content, as far as can be said without
    /// its path; [`FileMarks::fits`] says the rest.
    pub fn of_name(&self, name: &[u8], bytes: &[u8]) -> Vec<usize> {
        let mut found: Vec<usize> = self
            .names
            .matches(lower(name).as_ref())
            .into_iter()
            .filter_map(|glob| self.marks.get(*self.of_name.get(glob)?))
            .filter(|mark| !bytes.is_empty() && bytes.starts_with(&mark.magic))
            .map(|mark| mark.rule)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether `rule` is a file rule.
    pub fn has(&self, rule: usize) -> bool {
        self.marks.iter().any(|mark| mark.rule == rule)
    }

    /// Whether a finding of `rule` may stand at `path`: always, unless it is a file rule for other
    /// paths.
    pub fn fits(&self, rule: usize, path: &RepoPath) -> bool {
        let text = String::from_utf8_lossy(&path.0);
        let mark = self.of_rule.get(&rule).map(|at| &self.marks[*at]);
        mark.is_none_or(|mark| mark.paths.is_match(text.as_ref()))
    }

    /// The file rules that fit a path and its content.
    pub fn of(&self, path: &RepoPath, bytes: &[u8]) -> Vec<usize> {
        let mut fitting = self.of_name(path.file_name(), bytes);
        fitting.retain(|rule| self.fits(*rule, path));
        fitting
    }
}

fn lower(name: &[u8]) -> std::borrow::Cow<'_, str> {
    let text = String::from_utf8_lossy(name);
    match text
        .bytes()
        .any(|b| b.is_ascii_uppercase() || !b.is_ascii())
    {
        true => text.to_lowercase().into(),
        false => text,
    }
}

/// The last component of a glob in lower case, or what fits everything when it has none of its
/// own.
fn last_component(glob: &str) -> globset::Glob {
    let last = glob.rsplit('/').next().unwrap_or(glob).to_lowercase();
    let any = || globset::Glob::new("*");
    globset::Glob::new(&last)
        .or_else(|_| any())
        .expect("`*` is a glob")
}
