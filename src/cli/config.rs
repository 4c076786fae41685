//! Which configuration holds: the file that the user names, or the one that comes with what is
//! scanned. And `keysweep config show`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::args::ConfigArgs;
use super::rule_files;
use super::rule_files::{Named, Packs, Place};
use keysweep::config::{self, At, Config, FILE, Whose};
use keysweep::detect::Scanner;
use keysweep::report::terminal;
use keysweep::rule::{Pack, RuleSet};
use keysweep::secret::Masker;
use keysweep::source::{self, Side, SideFile};

#[derive(Args)]
#[command(after_help = "\
Examples:
  keysweep config show                   Every setting, and where its value comes from
  keysweep config show --config ci.toml  The same with another file")]
pub struct ConfigVerb {
    #[command(subcommand)]
    pub verb: ConfigWhat,
}

#[derive(Subcommand)]
pub enum ConfigWhat {
    /// Every value with its origin: a line of the file, or the default.
    Show {
        /// What would be scanned. [default: .]
        path: Option<PathBuf>,
        #[command(flatten)]
        config: ConfigArgs,
    },
}

/// Longer ones are refused by the reader; reading stops there.
const MAX: u64 = 2 << 20;

/// A configuration with the place that its own paths are relative to.
#[derive(Default)]
pub struct Found {
    /// What it says; paths that it excludes are relative to the scanned root.
    pub config: Config,
    /// The bytes of the file; empty when there is none.
    bytes: Vec<u8>,
    /// Where it stands; `None` when there is none.
    place: Option<Place>,
}

impl Found {
    /// The file that the user names, if any.
    ///
    /// # Errors
    /// It cannot be read, or is broken.
    pub fn of_user(args: &ConfigArgs) -> Result<Option<Self>> {
        let Some(path) = &args.config else {
            return Ok(None);
        };
        let name = path.display().to_string();
        let cannot = || format!("the configuration {name} cannot be read");
        let file = std::fs::File::open(path).with_context(cannot)?;
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::Read::take(file, MAX), &mut bytes)
            .with_context(cannot)?;
        let dir = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Some(Found {
            config: Config::parse(&name, &bytes, Whose::User)?,
            bytes,
            place: Some(Place::Disk(dir)),
        }))
    }

    /// The file of a side; `below` is the directory on that side that it was found in.
    ///
    /// # Errors
    /// It is broken.
    pub fn of_side(from: &Side, below: &str, file: Option<SideFile>) -> Result<Self> {
        let Some(file) = file else {
            return Ok(Found::default());
        };
        let mut config = Config::parse(&file.name, &file.bytes, Whose::Repository)?;
        for At { value, .. } in &mut config.exclude {
            *value = beneath(below, value);
        }
        Ok(Found {
            config,
            bytes: file.bytes,
            place: Some(Place::Side(from.clone(), below.to_owned())),
        })
    }

    /// The file that stands in `start` or above it up to `root`.
    ///
    /// # Errors
    /// It is broken, or cannot be read.
    pub fn upward(start: &Path, root: &Path) -> Result<Self> {
        let file = source::find_upward(start, root, FILE)?;
        let below = file
            .as_ref()
            .and_then(|file| file.name.strip_suffix(FILE))
            .unwrap_or_default()
            .to_owned();
        Self::of_side(&Side::WorkTree(root.to_owned()), &below, file)
    }

    /// The file that holds for a tree.
    ///
    /// # Errors
    /// It is broken, or there is no such path.
    pub fn of_tree(args: &ConfigArgs, path: &Path) -> Result<Self> {
        if let Some(found) = Self::of_user(args)? {
            return Ok(found);
        }
        if args.no_config {
            return Ok(Found::default());
        }
        let home = source::home(&[path.to_owned()])?;
        Self::upward(&home.start, &home.root)
    }

    /// Whether it came with what is scanned.
    pub fn is_from_input(&self) -> bool {
        matches!(self.place, Some(Place::Side(..)))
    }

    /// Whether both are the same file, byte for byte.
    pub fn same(&self, other: &Found) -> bool {
        self.bytes == other.bytes
    }

    /// Adds the rules of its rule files and packs.
    ///
    /// # Errors
    /// One of them is not there, cannot be read, or is refused.
    pub fn add_rules(&self, rules: &mut RuleSet) -> Result<()> {
        let Some(place) = &self.place else {
            return Ok(());
        };
        let files = self.config.rule_files.iter().map(|at| {
            let pack = Pack {
                path: at.value.clone(),
                sha256: None,
            };
            ("files", at.line, pack)
        });
        let packs = self.config.extends.iter();
        let packs = packs.map(|at| ("extends", at.line, at.value.clone()));
        let mut out = Packs::new(rules);
        for (key, line, pack) in files.chain(packs) {
            out.add(&Named {
                place,
                pack: &pack,
                said: &format!("{}:{line}: `rules.{key}`", self.config.file),
                // The user named this file, or it came with what is scanned.
                reaches: matches!(place, Place::Disk(_)),
                pinned: false,
                links: key == "files",
            })?;
        }
        Ok(())
    }
}

/// A pattern of a `.gitignore` in the directory `below`, as one at the top.
fn beneath(below: &str, pattern: &str) -> String {
    if below.is_empty() {
        return pattern.to_owned();
    }
    let (not, pattern) = match pattern.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", pattern),
    };
    // What stands in the directory's own name is meant literally.
    let mut dir = String::new();
    for c in below.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            dir.push('\\');
        }
        dir.push(c);
    }
    let anchored = pattern.trim_end_matches('/').contains('/');
    match anchored {
        true => format!("{not}/{dir}{}", pattern.trim_start_matches('/')),
        false => format!("{not}/{dir}**/{pattern}"),
    }
}

/// Runs the verb.
///
/// # Errors
/// The configuration is broken, or there is no such path.
pub fn run(args: ConfigVerb) -> Result<ExitCode> {
    let ConfigWhat::Show { path, config } = args.verb;
    let found = Found::of_tree(&config, path.as_deref().unwrap_or(Path::new(".")))?;
    // Whoever asks for the configuration wants to know whether its rule files are read, too.
    let mut rules = rule_files::builtin_and(&[])?;
    found.add_rules(&mut rules)?;
    let scanner = Scanner::new(rules);
    let finder = |text: &[u8]| scanner.spans(text);
    let masker = Masker::new(&[], &finder, false);
    let mut out = std::io::stdout().lock();
    for line in config::show(&found.config).lines() {
        writeln!(out, "{}", terminal(masker.show(line.as_bytes()).as_str()))?;
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::beneath;

    #[test]
    fn patterns_of_a_lower_directory_stay_below_it() {
        for (below, pattern, want) in [
            ("", "*.lock", "*.lock"),
            ("", "/a/b", "/a/b"),
            ("sub/", "*.lock", "/sub/**/*.lock"),
            ("sub/", "vendor/", "/sub/**/vendor/"),
            ("sub/", "/a", "/sub/a"),
            ("sub/", "a/b", "/sub/a/b"),
            ("s[x]/", "!a/b", "!/s\\[x\\]/a/b"),
        ] {
            assert_eq!(beneath(below, pattern), want);
        }
    }
}
