//! How single values stand in a report: moments, hashes, the version.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The version of the schema, raised by a change that breaks readers.
const VERSION: u32 = 1;

/// The version that this program writes, and the only one that it reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SchemaVersion;

impl SchemaVersion {
    /// Its number.
    pub const NUMBER: u32 = VERSION;
}

impl Serialize for SchemaVersion {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(VERSION)
    }
}

impl<'de> Deserialize<'de> for SchemaVersion {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            VERSION => Ok(SchemaVersion),
            other => Err(de::Error::custom(format!("version {other} is not read"))),
        }
    }
}

impl JsonSchema for SchemaVersion {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "schema_version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": VERSION })
    }
}

/// A moment in UTC, RFC 3339.
// Only for the schema: moments are jiff's, which writes and reads them in this form.
#[derive(JsonSchema)]
#[schemars(rename = "time")]
pub struct Time(
    #[schemars(regex(pattern = r"^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$"))]
    #[allow(dead_code)]
    String,
);

/// A day, as `2027-06-30`.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Day(
    #[schemars(regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))]
    #[allow(dead_code)]
    String,
);

/// A number in hexadecimal.
pub mod hex {
    use super::*;

    /// Writes it without leading zeros.
    pub fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{number:x}"))
    }

    /// Reads at most sixteen digits.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        let text = String::deserialize(from)?;
        let wrong = |_| de::Error::custom("no hexadecimal number of at most 16 digits");
        u64::from_str_radix(&text, 16).map_err(wrong)
    }
}
