//! The JSON schema of a rule file, from the type that it is read into. Not part of what the build script
//! compiles: it needs none.

use super::load::File;
use crate::schema;

/// `docs/rules.schema.json`. It says which keys and names there are; that the keys of exactly one kind belong
/// together, and that patterns are patterns, is the reader's to say.
pub fn schema() -> String {
    let mut schema = schema::of_read::<File>("rules.schema.json", |_| {});
    schema.insert("title".to_owned(), "A rule file of keysweep".into());
    schema::text(&schema)
}
