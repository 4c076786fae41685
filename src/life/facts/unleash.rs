//! Unleash: `<project>:<environment>.<hash>`, where `*` stands for all of them. Source: Unleash's documentation of
//! API tokens.

use super::{Certainty, Fact, Facts, Field, steps};

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    let dot = token.iter().rposition(|&b| b == b'.').unwrap_or(0);
    let (name, hash) = token.split_at(dot);
    let Some(colon) = name.iter().position(|&b| b == b':') else {
        return facts.list;
    };
    let (project, environment) = (&name[..colon], &name[colon + 1..]);
    let hash = hash.get(1..).unwrap_or_default();
    if hash.len() < 32 || !hash.iter().all(u8::is_ascii_hexdigit) {
        return facts.list;
    }
    let all = |name: &[u8], what: &str| match name {
        b"*" => format!("every {what}").into_bytes(),
        b"[]" => format!("several {what}s").into_bytes(),
        name => [what.as_bytes(), b" ", name].concat(),
    };
    facts.text(Field::Environment, environment);
    let scope = [all(project, "project"), all(environment, "environment")];
    facts.text(Field::Scope, scope.join(&b", "[..]));
    facts.list
}
