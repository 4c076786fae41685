//! What is taken over from the files of another scanner, and what is said of it.

use super::paths;
use crate::cli::output::masked;

/// What is to be accepted: a finding at a line, or one whose value has a digest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Accepted {
    pub file: String,
    pub line: Option<u32>,
    pub commit: Option<String>,
    /// SHA-1 of the value, hexadecimal.
    pub sha1: Option<String>,
}

impl std::fmt::Display for Accepted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match self.commit.as_deref().and_then(|id| id.get(..10)) {
            Some(id) => write!(f, " in {id}"),
            None => Ok(()),
        }
    }
}

/// What was read of all files.
#[derive(Default)]
pub struct Taken {
    /// Rules in our form, each a table.
    pub rules: Vec<String>,
    /// Rules that are switched off.
    pub disable: Vec<String>,
    /// Lines of the ignore file.
    pub ignored: Vec<String>,
    pub accepted: Vec<Accepted>,
    pub kept: Vec<String>,
    pub changed: Vec<String>,
    pub impossible: Vec<String>,
}

impl Taken {
    pub fn kept(&mut self, what: String) {
        self.kept.push(what);
    }

    pub fn changed(&mut self, what: String) {
        self.changed.push(what);
    }

    pub fn impossible(&mut self, what: String) {
        self.impossible.push(what);
    }

    /// A path that is not looked at, for some rules or for all.
    pub fn ignore(&mut self, glob: &str, rules: &[String]) {
        // A line of text is one line of the file, and nothing that is said of it makes it another.
        if glob.chars().any(char::is_control) || masked(glob) != glob {
            return self.impossible(format!(
                "path `{glob}`: it holds a control character or a credential"
            ));
        }
        // At the start of a line these mean something else.
        let glob = match glob.starts_with(['#', '!']) {
            true => &format!("\\{glob}"),
            false => glob,
        };
        let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
        self.ignored.push(match rules.is_empty() {
            true => glob.to_owned(),
            false => format!("{glob} [{}]", rules.join(", ")),
        });
    }

    /// A path that is not looked at, by an expression.
    pub fn exclude(&mut self, expression: &str) {
        let Some(globs) = paths::globs(expression) else {
            return self.impossible(format!(
                "excluded path `{expression}`: an expression that no pattern says"
            ));
        };
        for line in &globs.lines {
            self.ignore(line, &[]);
        }
        let said = format!("excluded path `{expression}`: {}", globs.lines.join(", "));
        match globs.exact {
            true => self.kept(said),
            false => self.changed(format!("{said} (hides less)")),
        }
    }
}
