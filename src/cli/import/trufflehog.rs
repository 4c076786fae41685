//! Reports and excluded paths of TruffleHog.

use anyhow::{Context, Result};
use serde_json::Value;

use super::importer::{Foreign, Importer};
use super::taken::{Accepted, Taken};

/// Files of TruffleHog.
pub struct Trufflehog;

impl Importer for Trufflehog {
    fn name(&self) -> &'static str {
        "trufflehog"
    }

    fn files(&self) -> Result<&'static [&'static str], &'static str> {
        Ok(&[".trufflehog-exclude", "trufflehog-exclude.txt"])
    }

    fn take(&self, file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
        match file.extension() {
            Some("json") => report(file, taken),
            _ => {
                excluded(file.text, taken);
                Ok(())
            }
        }
    }
}

/// A file of TruffleHog: an expression of paths a line.
fn excluded(text: &str, taken: &mut Taken) {
    for line in text.lines().map(str::trim) {
        if !line.is_empty() && !line.starts_with('#') {
            taken.exclude(line);
        }
    }
}

/// A report of TruffleHog: an object a line, with the place in `SourceMetadata.Data`.
fn report(file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
    for (n, line) in file
        .text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let row: Value = serde_json::from_str(line)
            .with_context(|| format!("{}:{}: no JSON object", file.name, n + 1))?;
        let data = row
            .pointer("/SourceMetadata/Data")
            .and_then(Value::as_object);
        let place = data.into_iter().flatten().map(|(_, place)| place).next();
        let text = |key: &str| {
            place
                .and_then(|place| place.get(key))
                .and_then(Value::as_str)
        };
        let line = place
            .and_then(|place| place.get("line"))
            .and_then(Value::as_u64);
        taken.accepted.push(Accepted {
            file: text("file").unwrap_or_default().to_owned(),
            line: line.and_then(|line| u32::try_from(line).ok()),
            commit: text("commit").map(str::to_owned),
            sha1: None,
        });
    }
    Ok(())
}
