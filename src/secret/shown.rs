//! Text that may be shown.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Text from the repository that went through a [`Masker`](super::Masker): the only kind a report
/// prints. It may still hold control characters; each format escapes them in its own way. Copies
/// share it: a line is kept with each of its values, and told to every report.
///
/// It is read back from reports only, where it was masked before it was written.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Shown(pub(super) Arc<str>);

impl Shown {
    /// Text of our own (a rule's name, a fixed phrase), which holds nothing of the repository.
    pub fn ours(text: impl Into<String>) -> Self {
        Shown(text.into().into())
    }

    /// The masked text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Shown::ours)
    }
}

/// In a schema it is any string: what it means is said where it stands.
impl JsonSchema for Shown {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Shown".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        String::json_schema(generator)
    }
}
