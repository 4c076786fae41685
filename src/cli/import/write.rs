//! What was taken over, written in our files; and the report of it.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};

use super::super::atomic::{self, Mode};
use super::super::known::Project;
use super::super::{lines, output};
use super::taken::Taken;
use keysweep::config;
use keysweep::report::{count, terminal};
use keysweep::source::{Side, read_side};
use keysweep::suppress::{Entry, IGNORE_FILE, Known};

/// Lines of each part of the report.
const TOLD: usize = 40;
/// Where imported rules go.
const RULES: &str = "keysweep-rules.toml";

/// How much came to our files that was not there.
#[derive(Default, PartialEq, Eq)]
pub struct Written {
    rules: usize,
    disabled: usize,
    ignored: usize,
    known: usize,
}

/// Writes our files. What is there is added to, or told, and never replaced: importing the same again changes
/// nothing.
///
/// # Errors
/// A file that cannot be read or written.
pub fn all(project: &Project, taken: &mut Taken, found: &[Known]) -> Result<Written> {
    let root = &project.root;
    let ignored: Vec<&str> = taken.ignored.iter().map(String::as_str).collect();
    let mut written = Written {
        ignored: lines::add(root, IGNORE_FILE, &ignored)?,
        ..Written::default()
    };
    if !taken.rules.is_empty() {
        let head = "# Rules that `keysweep import` made. `keysweep rules check FILE` runs the examples you add.\n\n";
        let text = format!("{head}{}", taken.rules.join("\n"));
        match new_or_same(root, RULES, &text)? {
            New::Written => written.rules = taken.rules.len(),
            New::Same => {}
            New::Other => taken.impossible(format!(
                "{RULES} is there with other rules and stays as it is; move it away, and import again"
            )),
        }
    }
    if let Some(wanted) = settings(taken) {
        let text = format!("# keysweep.toml\n{wanted}");
        match new_or_same(root, config::FILE, &text)? {
            New::Written => written.disabled = taken.disable.len(),
            New::Other if !says(root, taken) => taken.impossible(format!(
                "{} is there and stays as it is; add to it: {}",
                config::FILE,
                wanted.replace('\n', " ")
            )),
            New::Same | New::Other => {}
        }
    }
    if !found.is_empty() {
        let change = project.change(|baseline, salt| {
            for one in found {
                if baseline.of_subject(&one.subject).is_empty() {
                    let reason = "imported".to_owned();
                    let entry = Entry {
                        reason,
                        ..one.subject.entry(salt)
                    };
                    baseline.set(entry).map_err(Error::msg)?;
                }
            }
            Ok(())
        })?;
        written.known = change.added();
    }
    Ok(written)
}

/// What became of a file that was to be made.
enum New {
    Written,
    /// One with the same content is there.
    Same,
    /// Another one is there.
    Other,
}

/// Writes a file where there is none.
fn new_or_same(root: &Path, name: &str, text: &str) -> Result<New> {
    match atomic::write_new(&root.join(name), Mode::Usual, text) {
        Ok(()) => Ok(New::Written),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let there = read_side(&Side::WorkTree(root.to_owned()), &[name])?.remove(0);
            let same = there.is_some_and(|file| file.bytes == text.as_bytes());
            Ok(if same { New::Same } else { New::Other })
        }
        Err(error) => Err(error).with_context(|| format!("{name} cannot be written")),
    }
}

/// Whether keysweep.toml says already what belongs into it.
fn says(root: &Path, taken: &Taken) -> bool {
    let from = Side::WorkTree(root.to_owned());
    let file = read_side(&from, &[config::FILE])
        .ok()
        .and_then(|mut all| all.remove(0));
    let text = file.and_then(|file| String::from_utf8(file.bytes).ok());
    let Some(table) = text.and_then(|text| text.parse::<toml::Table>().ok()) else {
        return false;
    };
    let has = |key: &str, value: &str| {
        let list = table.get("rules").and_then(|rules| rules.get(key));
        let list = list.and_then(toml::Value::as_array);
        list.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(value)))
    };
    let rules = taken.rules.is_empty() || has("files", RULES);
    rules && taken.disable.iter().all(|id| has("disable", id))
}

/// What belongs into keysweep.toml; nothing when nothing does.
fn settings(taken: &Taken) -> Option<String> {
    if taken.rules.is_empty() && taken.disable.is_empty() {
        return None;
    }
    let mut out = "[rules]\n".to_owned();
    if !taken.rules.is_empty() {
        out.push_str(&format!("files = [\"{RULES}\"]\n"));
    }
    if !taken.disable.is_empty() {
        let all = taken.disable.iter().cloned().map(toml::Value::String);
        out.push_str(&format!(
            "disable = {}\n",
            toml::Value::Array(all.collect())
        ));
    }
    Some(out)
}

/// Says what was kept, changed and impossible, and how much was written; without `written` how much would be.
///
/// # Errors
/// Those of standard output.
pub fn report(
    files: &[PathBuf],
    taken: &Taken,
    accepted: usize,
    written: Option<&Written>,
) -> Result<()> {
    let mut out = std::io::stdout().lock();
    for path in files {
        writeln!(out, "read {}", terminal(&path.display().to_string()))?;
    }
    let parts = [
        ("kept", &taken.kept),
        ("changed", &taken.changed),
        ("impossible", &taken.impossible),
    ];
    for (head, lines) in parts {
        if lines.is_empty() {
            continue;
        }
        writeln!(out, "\n{head}: {}", lines.len())?;
        for line in lines.iter().take(TOLD) {
            writeln!(out, "  {}", terminal(&output::masked(line)))?;
        }
        if lines.len() > TOLD {
            writeln!(out, "  and {} more", lines.len() - TOLD)?;
        }
    }
    let would = Written {
        rules: taken.rules.len(),
        disabled: taken.disable.len(),
        ignored: taken.ignored.len(),
        known: accepted,
    };
    let (word, it) = match written {
        None => ("nothing was written; without --dry-run would be", &would),
        Some(written) if *written == Written::default() => {
            writeln!(
                out,
                "\nnothing changes: what can be written is there already"
            )?;
            return Ok(());
        }
        Some(written) => ("written", written),
    };
    let n = |n: usize, one: &str, many: &str| count(n as u64, one, many);
    writeln!(
        out,
        "\n{word}: {}, {}, {}, {}",
        n(it.rules, "rule", "rules"),
        n(it.disabled, "disabled rule", "disabled rules"),
        n(it.ignored, "ignored path", "ignored paths"),
        n(it.known, "known finding", "known findings")
    )?;
    Ok(())
}
