//! Many patterns of a `.gitignore` asked at once: which is the last that says something of a path.
//!
//! Asking them one by one costs patterns times findings, and both are the scanned repository's to
//! choose.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::steps;

/// A list of patterns.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    parts: Vec<Part>,
    /// Answers by path: a file with many findings is asked about many times.
    known: Mutex<HashMap<String, Option<(usize, bool)>>>,
}

/// As many as can be joined to one automaton.
#[derive(Debug)]
struct Part {
    all: Gitignore,
    /// By the text of a pattern: its last number.
    number: HashMap<String, usize>,
}

impl Patterns {
    /// From patterns of which each is known to be one, in their order.
    pub(super) fn new<'a>(patterns: impl Iterator<Item = &'a str>) -> Self {
        let all: Vec<(usize, &str)> = patterns.enumerate().collect();
        let mut out = Patterns::default();
        out.add(&all);
        out
    }

    fn add(&mut self, patterns: &[(usize, &str)]) {
        if patterns.is_empty() {
            return;
        }
        let mut builder = GitignoreBuilder::new("");
        let mut wrong = false;
        for (_, pattern) in patterns {
            wrong |= builder.add_line(None, pattern).is_err();
        }
        match builder.build() {
            Ok(all) if !wrong => self.parts.push(Part {
                all,
                number: patterns
                    .iter()
                    .map(|(number, pattern)| (text(pattern).to_owned(), *number))
                    .collect(),
            }),
            // Together they are larger than an automaton may be.
            _ if patterns.len() > 1 => {
                let (first, second) = patterns.split_at(patterns.len() / 2);
                self.add(first);
                self.add(second);
            }
            _ => {}
        }
    }

    /// The last pattern that fits a path or a directory above it, and whether it takes the path
    /// in (`!` takes it out).
    pub(super) fn last(&self, path: &str) -> Option<(usize, bool)> {
        if self.parts.is_empty() {
            return None;
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = known.get(path) {
            return *answer;
        }
        let answer = self.ask(path);
        known.insert(path.to_owned(), answer);
        answer
    }

    fn ask(&self, path: &str) -> Option<(usize, bool)> {
        // The matcher panics on absolute paths; standard input may be called by one.
        let mut level = Path::new(path.trim_start_matches('/'));
        let mut is_dir = false;
        let mut best: Option<(usize, bool)> = None;
        loop {
            for part in &self.parts {
                steps::took(1);
                let found = part.all.matched(level, is_dir);
                if let Some(glob) = found.inner()
                    && let Some(number) = part.number.get(text(glob.original()))
                {
                    best = best.max(Some((*number, found.is_ignore())));
                }
            }
            match level.parent() {
                Some(above) => level = above,
                None => return best,
            }
            is_dir = true;
        }
    }
}

/// A pattern as the matcher keeps it: without blanks at its end that nothing escapes.
fn text(pattern: &str) -> &str {
    match pattern.ends_with("\\ ") {
        true => pattern,
        false => pattern.trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer of patterns that are asked one by one.
    fn one_by_one(patterns: &[&str], path: &str) -> Option<(usize, bool)> {
        let asked = patterns.iter().enumerate().rev();
        let mut said = asked.filter_map(|(number, pattern)| {
            let mut builder = GitignoreBuilder::new("");
            builder.add_line(None, pattern).expect("a pattern");
            let glob = builder.build().expect("a pattern");
            let found = glob.matched_path_or_any_parents(path, false);
            (!found.is_none()).then_some((number, found.is_ignore()))
        });
        said.next()
    }

    #[test]
    fn the_steps_of_a_question_do_not_grow_with_the_patterns() {
        let steps = |patterns: usize, paths: usize| {
            let globs: Vec<String> = (0..patterns)
                .map(|n| format!("**/a{n}*/b*/**/c*.e?v"))
                .collect();
            let patterns = Patterns::new(globs.iter().map(String::as_str));
            steps::of(|| {
                for n in 0..1_000 {
                    assert_eq!(patterns.last(&format!("d/a.{}", n % paths)), None);
                }
            })
        };
        let one = steps(100, 1);
        assert!(one > 0);
        assert_eq!(steps(100, 500), 500 * one);
        // They are joined to a few automata, which differ in size and not in number of questions.
        let many = steps(10_000, 1);
        assert!(many <= 20 * one, "{one}, then {many}");
    }

    #[test]
    fn many_patterns_say_what_each_would() {
        let patterns = [
            "*.lock",
            "a/",
            "!a/keep",
            "/b/*.txt",
            "a/keep",
            "!*.md",
            "c/**/d",
            "a/",
            "**/x[yz]",
            "!/b/one.txt",
            "\\#odd",
            "end\\ ",
            "*.lock",
            "!b/",
        ];
        let paths = [
            "x.lock",
            "a/keep",
            "a/other/y.md",
            "b/one.txt",
            "b/two.txt",
            "c/d",
            "c/1/2/d/e",
            "q/xy",
            "#odd",
            "end ",
            "none",
            "a",
            "b/c/d.md",
            "z/a/b",
        ];
        for most in 0..=patterns.len() {
            let some = &patterns[..most];
            let joined = Patterns::new(some.iter().copied());
            for path in paths {
                // The second time the answer is known.
                for _ in 0..2 {
                    assert_eq!(joined.last(path), one_by_one(some, path), "{path} {some:?}");
                }
            }
        }
        assert_eq!(Patterns::new(["a"].into_iter()).last("/a"), Some((0, true)));
    }
}
