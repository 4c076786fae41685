//! Paths and names of settings as a source of facts: in which environments one value is used. What is the
//! same in two of them opens both when one of them leaks.

use std::collections::BTreeSet;

use super::{FactSource, Known};
use crate::finding::{Certainty, Class, Credential, Fact, Field, Source, Value};
use crate::rule::Rule;

/// The paths of a credential and the name of its setting.
pub(super) struct Paths;

/// An environment, and what paths and names call it. Words that mean other things as often (`live`,
/// `local`, `stage`) are none.
const ENVIRONMENTS: &[(&str, &[&str])] = &[
    ("production", &["prod", "production", "prd"]),
    (
        "staging",
        &["staging", "stg", "preprod", "preproduction", "uat"],
    ),
    ("development", &["dev", "development", "devel"]),
    ("test", &["test", "tests", "testing", "qa", "sandbox"]),
];

impl FactSource for Paths {
    fn tell(&self, _: &Rule, credential: &Credential, _: &Known<'_>) -> Vec<Fact> {
        if credential.best.class != Class::Credential {
            return Vec::new();
        }
        let key = credential.best.key.as_deref().unwrap_or_default();
        let paths = credential
            .places
            .iter()
            .map(|place| place.path.0.as_slice());
        let used: BTreeSet<usize> = paths.chain([key]).filter_map(environment).collect();
        if used.len() < 2 {
            return Vec::new();
        }
        let names: Vec<&str> = used.into_iter().map(|at| ENVIRONMENTS[at].0).collect();
        vec![Fact {
            field: Field::UsedIn,
            value: Value::Text(names.join(", ").into_bytes()),
            source: Source::Paths,
            certainty: Certainty::Inferred,
        }]
    }
}

/// The environment that a path or a name speaks of, by its place in [`ENVIRONMENTS`]; the last word that
/// does counts, because it stands nearest to the value.
fn environment(text: &[u8]) -> Option<usize> {
    let mut words = text.rsplit(|b| !b.is_ascii_alphanumeric());
    words.find_map(|word| {
        let is = |name: &&str| word.eq_ignore_ascii_case(name.as_bytes());
        ENVIRONMENTS
            .iter()
            .position(|(_, names)| names.iter().any(is))
    })
}

/// Whether a path or a name speaks of production.
pub(super) fn is_production(text: &[u8]) -> bool {
    environment(text) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_names_speak_of_environments() {
        for (text, want) in [
            ("deploy/prod/app.env", Some("production")),
            ("config/settings.staging.yml", Some("staging")),
            ("tests/prod.env", Some("production")),
            ("STRIPE_KEY_DEV", Some("development")),
            ("src/product/main.rs", None),
            ("live/stage.txt", None),
        ] {
            let told = environment(text.as_bytes()).map(|at| ENVIRONMENTS[at].0);
            assert_eq!(told, want, "{text}");
        }
    }
}
