//! The key file of a Google Cloud service account: whose it is, of which project, and the id of the key.

use serde_json::Value;

use super::{Certainty, Fact, Facts, Field, steps};

pub(super) fn facts(whole: &[u8]) -> Vec<Fact> {
    steps::took(whole.len());
    let mut facts = Facts::new(Certainty::Stated);
    let Ok(Value::Object(file)) = serde_json::from_slice(whole) else {
        return facts.list;
    };
    let text = |name: &str| file.get(name).and_then(Value::as_str).unwrap_or_default();
    facts.text(Field::Owner, text("client_email"));
    facts.text(Field::Account, text("project_id"));
    let id = text("private_key_id").as_bytes();
    if id.len() == 40 && id.iter().all(u8::is_ascii_hexdigit) {
        facts.id(Field::Id, id);
    }
    facts.list
}
