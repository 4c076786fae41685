//! Baselines of detect-secrets.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::importer::{Foreign, Importer};
use super::taken::{Accepted, Taken};

/// Files of detect-secrets.
pub struct DetectSecrets;

impl Importer for DetectSecrets {
    fn name(&self) -> &'static str {
        "detect-secrets"
    }

    fn files(&self) -> Result<&'static [&'static str], &'static str> {
        Ok(&[".secrets.baseline"])
    }

    fn take(&self, file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
        baseline(file, taken)
    }
}

/// A baseline of detect-secrets: values by their SHA-1, some with the word of whoever audited them.
fn baseline(file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
    let all: Value =
        serde_json::from_str(file.text).with_context(|| format!("{} is no JSON", file.name))?;
    let Some(results) = all.get("results").and_then(Value::as_object) else {
        bail!(
            "{} has no `results`, as a baseline of detect-secrets has",
            file.name
        );
    };
    for (path, rows) in results {
        for row in rows.as_array().into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            let line = row.get("line_number").and_then(Value::as_u64);
            let line = line.and_then(|line| u32::try_from(line).ok());
            if row.get("is_secret").and_then(Value::as_bool) == Some(true) {
                taken.changed(format!(
                    "{path}:{}: marked as a real secret, so it is not accepted; rotate it",
                    line.unwrap_or(0)
                ));
                continue;
            }
            taken.accepted.push(Accepted {
                file: path.clone(),
                line,
                commit: None,
                sha1: text("hashed_secret").map(str::to_ascii_lowercase),
            });
        }
    }
    let filters = all.get("filters_used").and_then(Value::as_array);
    for filter in filters.into_iter().flatten() {
        let path = filter
            .get("path")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let patterns = filter.get("pattern");
        let one = patterns.and_then(Value::as_str).into_iter();
        let many = patterns
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        if path.ends_with("should_exclude_file") {
            one.chain(many).for_each(|pattern| taken.exclude(pattern));
        } else if path.contains("should_exclude_") {
            one.chain(many).for_each(|pattern| {
                taken.impossible(format!("excluded lines or values `{pattern}`: accept what it hid with `keysweep allow ID`"));
            });
        }
    }
    Ok(())
}
