//! The JSON schema of the file, and the manual's table of its keys.

use serde_json::{Map, Value, json};

use super::KEYS;
use super::keys::Shape;
use crate::finding::Severity;

/// The JSON schema (draft 2020-12), as committed in `docs/config.schema.json`.
pub fn schema() -> String {
    let mut sections = Map::new();
    for key in KEYS {
        let section = sections.entry(key.section).or_insert_with(|| {
            json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {},
            })
        });
        let mut of = shape(key.shape);
        of["description"] = json!(key.about);
        // Defaults are written as TOML; JSON has the same literals.
        if let Ok(default) = serde_json::from_str::<Value>(key.default) {
            of["default"] = default;
        }
        section["properties"][key.name] = of;
    }
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": crate::schema::id("config.schema.json"),
        "title": "keysweep.toml",
        "description": "What a repository says about how keysweep scans it.",
        "type": "object",
        "additionalProperties": false,
        "properties": sections,
    });
    let mut out = serde_json::to_string_pretty(&whole).unwrap_or_default();
    out.push('\n');
    out
}

fn shape(shape: Shape) -> Value {
    let texts = json!({"type": "string", "minLength": 1});
    match shape {
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Texts => json!({"type": "array", "items": texts}),
        Shape::Words(names) => {
            json!({"type": "array", "items": {"type": "string", "enum": names()}})
        }
        Shape::Word(names) => json!({"type": "string", "enum": names()}),
        Shape::Size(most) => json!({"anyOf": [
            {"type": "integer", "minimum": 0, "maximum": most()},
            {"type": "string", "pattern": "^[0-9]+[kKmMgG]?([iI]?[bB])?$"},
        ]}),
        Shape::Days => days(),
        Shape::Rows => json!({"type": "array", "items": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
                "kind": texts,
                "owner": texts,
                "severity": {"type": "string", "enum": Severity::ALL.map(Severity::name)},
                "max-age": days(),
                "max-life": days(),
                "warn-before": days(),
                "max-unused": days(),
            },
        }}),
        Shape::Count(most) => json!({"type": "integer", "minimum": 0, "maximum": most()}),
    }
}

fn days() -> Value {
    json!({"type": "string", "pattern": "^[0-9]+[dwy]$"})
}

/// A file with every key, its meaning and its default, all commented: what `keysweep init` writes.
pub fn template() -> String {
    let mut out = String::from(
        "# keysweep.toml: what this repository decides. Every line shows its default.\n",
    );
    let mut section = "";
    for key in KEYS {
        if key.section != section {
            section = key.section;
            out.push_str(&format!("\n[{section}]\n"));
        }
        let mut line = String::from("#");
        for word in key.about.split_whitespace() {
            if line.len() + word.len() > 100 {
                out.push_str(&line);
                out.push('\n');
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(word);
        }
        // Without the line the default may be more than one value can say.
        let note = match key.note {
            "" => String::new(),
            note => format!("  # without this line: {note}"),
        };
        out.push_str(&format!("{line}\n# {} = {}{note}\n", key.name, key.default));
    }
    out
}

/// The keys as a Markdown table, as it stands in the manual.
pub fn table() -> String {
    let mut out = String::from("| key | default | |\n|---|---|---|\n");
    for key in KEYS {
        let note = match key.note {
            "" => String::new(),
            note => format!("; {note}"),
        };
        out.push_str(&format!(
            "| `{}.{}` | `{}`{note} | {} |\n",
            key.section, key.name, key.default, key.about
        ));
    }
    out
}
