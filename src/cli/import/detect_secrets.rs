//! Baselines of detect-secrets.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Accepted, Taken};

/// A baseline of detect-secrets: values by their SHA-1, some with the word of whoever audited them.
pub fn baseline(name: &str, text: &str, taken: &mut Taken) -> Result<()> {
    let all: Value = serde_json::from_str(text).with_context(|| format!("{name} is no JSON"))?;
    let Some(results) = all.get("results").and_then(Value::as_object) else {
        bail!("{name} has no `results`, as a baseline of detect-secrets has");
    };
    for (file, rows) in results {
        for row in rows.as_array().into_iter().flatten() {
            let text = |key: &str| row.get(key).and_then(Value::as_str);
            let line = row.get("line_number").and_then(Value::as_u64);
            let line = line.and_then(|line| u32::try_from(line).ok());
            if row.get("is_secret").and_then(Value::as_bool) == Some(true) {
                taken.changed(format!(
                    "{file}:{}: marked as a real secret, so it is not accepted; rotate it",
                    line.unwrap_or(0)
                ));
                continue;
            }
            taken.accepted.push(Accepted {
                file: file.clone(),
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
