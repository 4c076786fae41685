//! The schema of the report, from the types that are written.

use schemars::Schema;
use serde_json::{Value, json};

use super::super::{Report, SchemaVersion};
use super::lines::Holds;
use crate::schema;

/// `docs/report.schema.json`: the document by its root, a line of JSON lines by `#/$defs/line`.
pub fn schema() -> String {
    let mut schema = schema::of::<Report>(tidy);
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        definitions.insert("line".to_owned(), line());
    }
    schema::text(&schema)
}

/// What all objects of a report have in common, and what the derived form says beside what we mean.
fn tidy(schema: &mut Schema) {
    // No member that is not described.
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    // Sizes of integers in memory.
    if schema.get("type").is_some_and(schema::is_integer) {
        schema.remove("maximum");
    }
}

/// A line: its type says which member it has.
fn line() -> Value {
    let of = |(name, definition): (&str, &str)| {
        json!({
            "description": format!("A line of type `{name}`."),
            "type": "object",
            "additionalProperties": false,
            "required": ["schema_version", "type", name],
            "properties": {
                "schema_version": { "const": SchemaVersion::NUMBER },
                "type": { "const": name },
                name: { "$ref": format!("#/$defs/{definition}") },
            },
        })
    };
    json!({
        "description": "One line of JSON lines.",
        "oneOf": Holds::ALL.map(of),
    })
}
