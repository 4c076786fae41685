//! JSON schemas of what is written and read, from the types themselves: what all of them have in common.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// Where the project is hosted; empty while nobody has said so (`package.repository` in `Cargo.toml`).
pub const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// What identifies the schema that stands in `docs/` under the name `file`. As long as the project has no address,
/// the placeholder that its documents use stands for it.
pub fn id(file: &str) -> String {
    let home = match HOME {
        "" => "KEYSWEEP_ADDRESS",
        home => home,
    };
    format!("{home}/docs/{file}")
}

/// The schema of a type that is read from a file which people write, with what identifies it: what has a default
/// may be left out.
pub fn of_read<T: JsonSchema>(file: &str, more: fn(&mut Schema)) -> Schema {
    let settings = SchemaSettings::draft2020_12().for_deserialize();
    let mut schema = with::<T>(settings, more);
    schema.insert("$id".to_owned(), id(file).into());
    schema
}

/// The schema of a type that is written (draft 2020-12), without what the derived form says beside what we mean; `more` changes each
/// part of it further.
pub fn of<T: JsonSchema>(more: fn(&mut Schema)) -> Schema {
    with::<T>(SchemaSettings::draft2020_12().for_serialize(), more)
}

fn with<T: JsonSchema>(settings: SchemaSettings, more: fn(&mut Schema)) -> Schema {
    let tidy = move |schema: &mut Schema| {
        // Lines of comments are broken where the source is.
        if let Some(Value::String(text)) = schema.get_mut("description") {
            *text = text.replace('\n', " ");
        }
        // Sizes of integers in memory.
        if schema.get("type").is_some_and(is_integer) {
            schema.remove("format");
        }
        more(schema);
    };
    settings
        .with_transform(RecursiveTransform(tidy))
        .into_generator()
        .into_root_schema_for::<T>()
}

/// A schema as its file has it.
pub fn text(schema: &Schema) -> String {
    serde_json::to_string_pretty(schema).expect("a schema is plain JSON") + "\n"
}

/// Whether the type of a part is an integer, or may also be null.
pub fn is_integer(of: &Value) -> bool {
    of == "integer" || of == &serde_json::json!(["integer", "null"])
}
