//! Files of Gitleaks, and of Betterleaks, which reads the same: the configuration, the ignore file, and a
//! report that serves as a baseline.

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;
use toml::Table;

use super::importer::{Foreign, Importer};
use super::paths::globs;
use super::taken::{Accepted, Taken};
use crate::cli::output::masked;
use keysweep::rule::{RuleSet, load_file};

/// Files of Gitleaks.
pub struct Gitleaks;

/// Files of Betterleaks.
pub struct Betterleaks;

impl Importer for Gitleaks {
    fn name(&self) -> &'static str {
        "gitleaks"
    }

    fn files(&self) -> Result<&'static [&'static str], &'static str> {
        Ok(&[".gitleaks.toml", "gitleaks.toml", ".gitleaksignore"])
    }

    fn take(&self, file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
        match file.extension() {
            Some("toml") => config(file, taken),
            Some("json") => report(file, taken),
            _ => {
                ignore(file.text, taken);
                Ok(())
            }
        }
    }
}

impl Importer for Betterleaks {
    fn name(&self) -> &'static str {
        "betterleaks"
    }

    fn files(&self) -> Result<&'static [&'static str], &'static str> {
        Ok(&[
            ".betterleaks.toml",
            "betterleaks.toml",
            ".betterleaksignore",
            ".gitleaks.toml",
            ".gitleaksignore",
        ])
    }

    fn take(&self, file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
        Gitleaks.take(file, taken)
    }
}

/// Reads a configuration.
///
/// # Errors
/// It is no TOML.
fn config(file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
    let (text, builtin) = (file.text, file.builtin);
    // The error of the reader would show the line, and with it what stands there.
    let table: Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count()) + 1;
        anyhow!("{}:{line} is no TOML", file.name)
    })?;
    for (key, value) in &table {
        match key.as_str() {
            "title" | "description" | "minVersion" => {}
            "extend" => extend(value, builtin, taken),
            "rules" => {
                for rule in value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(toml::Value::as_table)
                {
                    self::rule(rule, builtin, taken);
                }
            }
            "allowlist" | "allowlists" => allowlists(value, "", taken),
            other => taken.impossible(format!("`{other}` has no counterpart")),
        }
    }
    if !table.contains_key("extend") {
        taken.changed(
            "this file replaced the rules of its tool; the built-in rules run here all the same"
                .to_owned(),
        );
    }
    Ok(())
}

fn extend(value: &toml::Value, builtin: &RuleSet, taken: &mut Taken) {
    let Some(table) = value.as_table() else {
        return;
    };
    for (key, value) in table {
        match key.as_str() {
            "useDefault" => {
                taken.kept("`extend.useDefault`: the built-in rules run here".to_owned())
            }
            "disabledRules" => {
                for id in value
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(toml::Value::as_str)
                {
                    match builtin.find(id) {
                        Some(_) => {
                            taken.disable.push(id.to_owned());
                            taken.kept(format!("disabled rule `{id}`"));
                        }
                        None => taken.impossible(format!(
                            "disabled rule `{id}`: no rule here has that name; `keysweep rules WORD` finds the one that is meant"
                        )),
                    }
                }
            }
            other => taken.impossible(format!("`extend.{other}`: import that file as well")),
        }
    }
}

fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    table.get(key)?.as_str()
}

/// One rule: its pattern becomes ours when it can be read, else it is told.
fn rule(of: &Table, builtin: &RuleSet, taken: &mut Taken) {
    let Some(id) = text(of, "id") else {
        return taken.impossible("a rule without an id".to_owned());
    };
    for key in ["allowlist", "allowlists"] {
        if let Some(lists) = of.get(key) {
            allowlists(lists, id, taken);
        }
    }
    if of.contains_key("required") {
        taken.impossible(format!("rule `{id}`: `required` has no counterpart"));
    }
    if builtin.find(id).is_some() {
        return taken.kept(format!("rule `{id}`: the built-in one of that name"));
    }
    let Some(regex) = text(of, "regex") else {
        return match text(of, "path").and_then(globs) {
            Some(globs) => write_rule(
                id,
                of,
                &format!("path = {}", list(&globs.lines)),
                builtin,
                taken,
            ),
            None => taken.impossible(format!(
                "rule `{id}`: a path as an expression that no pattern says"
            )),
        };
    };
    let group = of.get("secretGroup").and_then(toml::Value::as_integer);
    let pattern = secret_group(regex, usize::try_from(group.unwrap_or(0)).unwrap_or(0));
    let mut lines = format!("pattern = {}", toml::Value::String(pattern.clone()));
    if of.contains_key("entropy") {
        lines.push_str("\nchecks = [\"random\"]");
    }
    match text(of, "path").map(globs) {
        None => {}
        Some(Some(globs)) => lines.push_str(&format!("\nwhere.path = {}", list(&globs.lines))),
        Some(None) => {
            return taken.impossible(format!(
                "rule `{id}`: its path is an expression that no pattern says"
            ));
        }
    }
    write_rule(id, of, &lines, builtin, taken);
}

fn list(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| toml::Value::String(line.clone()));
    toml::Value::Array(lines.collect()).to_string()
}

/// The id that a rule gets here: small letters, digits and `-`.
fn plain_id(id: &str) -> String {
    let one = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    id.to_ascii_lowercase().chars().map(one).collect()
}

/// Writes a rule when our own reader takes it.
fn write_rule(id: &str, of: &Table, lines: &str, builtin: &RuleSet, taken: &mut Taken) {
    let plain = plain_id(id);
    let name = text(of, "description")
        .unwrap_or(id)
        .lines()
        .next()
        .unwrap_or(id);
    if [id, name, lines].iter().any(|text| masked(text) != **text) {
        return taken.impossible(format!(
            "rule `{id}`: it holds a credential, which is copied nowhere"
        ));
    }
    let draft = |lines: &str| {
        format!(
            "[[rule]]\nid = \"{plain}\"\nname = {}\nseverity = \"medium\"\n{lines}\n",
            toml::Value::String(name.to_owned())
        )
    };
    let fits = |draft: &str| {
        let rules = load_file("import", draft).map_err(|error| error.message)?;
        builtin.clone().extend(rules).map_err(|error| error.message)
    };
    let first = draft(lines);
    // A brace that is no repetition is text where the pattern comes from.
    let second = draft(
        &lines
            .replace("{{", "\\\\{\\\\{")
            .replace("}}", "\\\\}\\\\}"),
    );
    match (fits(&first), fits(&second)) {
        (Ok(()), _) => taken.rules.push(first),
        (Err(_), Ok(())) => taken.rules.push(second),
        (Err(why), Err(_)) => return taken.impossible(format!("rule `{id}`: {why}")),
    }
    let mut notes = vec!["severity medium, which the file does not say"];
    if of.contains_key("entropy") {
        notes.push("its entropy is the check `random`");
    }
    if plain != id {
        notes.push("its id in small letters");
    }
    taken.changed(format!("rule `{id}`: {}", notes.join("; ")));
}

/// The pattern with its secret as the group that we call so: the one that is named by number, else the first.
fn secret_group(pattern: &str, wanted: usize) -> String {
    let wanted = wanted.max(1);
    let bytes = pattern.as_bytes();
    let (mut seen, mut at, mut class) = (0, 0, false);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            b'(' if !class => {
                let rest = &pattern[at + 1..];
                let named = rest.starts_with("?P<") || rest.starts_with("?<");
                if !rest.starts_with('?') || named {
                    seen += 1;
                    if seen == wanted && !named {
                        return format!("{}(?P<secret>{rest}", &pattern[..at]);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    pattern.to_owned()
}

/// Lists of what is allowed: of all rules, or of the one called `rule`.
fn allowlists(value: &toml::Value, rule: &str, taken: &mut Taken) {
    let one = value.as_table().into_iter();
    let many = value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(toml::Value::as_table);
    for of in one.chain(many) {
        allowlist(of, rule, taken);
    }
}

fn allowlist(of: &Table, rule: &str, taken: &mut Taken) {
    let all = |key: &str| -> Vec<String> {
        let values = of
            .get(key)
            .and_then(toml::Value::as_array)
            .into_iter()
            .flatten();
        values
            .filter_map(|it| it.as_str().map(str::to_owned))
            .collect()
    };
    let mut rules = all("targetRules");
    rules.extend((!rule.is_empty()).then(|| rule.to_owned()));
    let rules: Vec<String> = rules.iter().map(|id| plain_id(id)).collect();
    let whose = match rules.is_empty() {
        true => String::new(),
        false => format!(" of {}", rules.join(", ")),
    };
    let and = text(of, "condition").is_some_and(|it| it.eq_ignore_ascii_case("and"));
    if and
        && ["paths", "regexes", "commits", "stopwords"]
            .iter()
            .filter(|key| of.contains_key(**key))
            .count()
            > 1
    {
        return taken.impossible(format!("allowlist{whose}: conditions that hold together"));
    }
    for path in all("paths") {
        match globs(&path) {
            None => taken.impossible(format!(
                "allowed path{whose} `{path}`: an expression that no pattern says"
            )),
            Some(globs) => {
                for line in &globs.lines {
                    taken.ignore(line, &rules);
                }
                let said = format!("allowed path{whose} `{path}`: {}", globs.lines.join(", "));
                match globs.exact {
                    true => taken.kept(said),
                    false => taken.changed(format!("{said} (hides less)")),
                }
            }
        }
    }
    for (key, what) in [("regexes", "expression"), ("stopwords", "word")] {
        for value in all(key) {
            taken.impossible(format!(
                "allowed {what}{whose} `{value}`: accept what it hid with `keysweep allow ID`, or a comment"
            ));
        }
    }
    for commit in all("commits") {
        taken.impossible(format!(
            "allowed commit{whose} {commit}: findings are accepted one by one here"
        ));
    }
}

/// Reads an ignore file: `[commit:]file:rule:line`.
fn ignore(text: &str, taken: &mut Taken) {
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut parts: Vec<&str> = line.split(':').collect();
        let number = parts.pop().and_then(|number| number.parse().ok());
        let (Some(number), true) = (number, parts.len() >= 2) else {
            taken.impossible(format!("`{line}` is no [commit:]file:rule:line"));
            continue;
        };
        parts.pop();
        let is_commit = |text: &str| text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let commit = match parts.as_slice() {
            [first, _, ..] if is_commit(first) => Some(parts.remove(0).to_owned()),
            _ => None,
        };
        taken.accepted.push(Accepted {
            file: parts.join(":"),
            line: Some(number),
            commit,
            ..Accepted::default()
        });
    }
}

/// Reads a report that serves as a baseline.
///
/// # Errors
/// It is no JSON of that form.
fn report(file: &Foreign<'_>, taken: &mut Taken) -> Result<()> {
    // As any value first: the error of a reader that wants a list repeats what it got.
    let all: Value =
        serde_json::from_str(file.text).with_context(|| format!("{} is no JSON", file.name))?;
    let Some(all) = all.as_array() else {
        bail!("{} is no JSON report: it is a list of findings", file.name);
    };
    for one in all {
        let text = |key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default();
        let line = one.get("StartLine").and_then(Value::as_u64);
        taken.accepted.push(Accepted {
            file: text("File").to_owned(),
            line: line.and_then(|line| u32::try_from(line).ok()),
            commit: Some(text("Commit").to_owned()).filter(|commit| !commit.is_empty()),
            ..Accepted::default()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_the_group_that_is_meant() {
        for (pattern, group, ours) in [
            ("abc[(]x", 0, "abc[(]x"),
            (r"key\(=(a+)(b)", 0, r"key\(=(?P<secret>a+)(b)"),
            ("(?:x)(a)(b)", 2, "(?:x)(a)(?P<secret>b)"),
            ("(?i)plain", 0, "(?i)plain"),
        ] {
            assert_eq!(secret_group(pattern, group), ours);
        }
    }
}
