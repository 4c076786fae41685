//! The schema of the report, from the types that are written.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

use super::super::{Report, SchemaVersion};
use super::lines::Holds;

/// `docs/report.schema.json`: the document by its root, a line of JSON lines by `#/$defs/line`.
pub fn schema() -> String {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(tidy))
        .into_generator()
        .into_root_schema_for::<Report>();
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        definitions.insert("line".to_owned(), line());
    }
    let text = serde_json::to_string_pretty(&schema).expect("a schema is plain JSON");
    text + "\n"
}

/// What all objects have in common, and what the derived form says beside what we mean.
fn tidy(schema: &mut Schema) {
    // No member that is not described.
    if schema.get("properties").is_some() {
        schema.insert("additionalProperties".to_owned(), json!(false));
    }
    // Sizes of integers in memory.
    if schema.get("type").is_some_and(is_integer) {
        schema.remove("format");
        schema.remove("maximum");
    }
    // Lines of comments are broken where the source is.
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
}

fn is_integer(of: &Value) -> bool {
    of == "integer" || of == &json!(["integer", "null"])
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
