//! Discord's bot tokens: the first part is the id of the bot in base64. The middle part was a date once and is
//! none today, so it tells nothing.

use super::{Certainty, Fact, Facts, Field, steps};
use crate::base64::{Engine, STANDARD, URL};

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    let first = token.split(|&b| b == b'.').next().unwrap_or_default();
    let id = STANDARD.decode(first).or_else(|_| URL.decode(first));
    let id = id.unwrap_or_default();
    if (17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit) {
        facts.text(Field::Id, id);
    }
    facts.list
}
