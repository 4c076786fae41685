//! Slack's tokens: the numbers in front of the secret part are the workspace and the bot or user; of an app's
//! token the id of the app stands there.

use super::{Certainty, Fact, Facts, Field, steps};

pub(super) fn facts(token: &[u8]) -> Vec<Fact> {
    steps::took(token.len());
    let mut facts = Facts::new(Certainty::Stated);
    let parts: Vec<&[u8]> = token.split(|&b| b == b'-').take(6).collect();
    let number =
        |part: &[u8]| (9..=14).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    match *parts.as_slice() {
        [b"xoxb", team, bot, _] if number(team) && number(bot) => {
            facts.text(Field::Account, [b"workspace ", team].concat());
            facts.text(Field::Id, [b"bot ", bot].concat());
            facts.text(Field::Scope, "bot");
        }
        [b"xoxp" | b"xoxc", team, user, _, _] if number(team) && number(user) => {
            facts.text(Field::Account, [b"workspace ", team].concat());
            facts.text(Field::Owner, [b"user ", user].concat());
            facts.text(Field::Scope, "user");
        }
        [b"xapp", _, app, _, _] if app.starts_with(b"A") && app.len() >= 9 => {
            facts.text(Field::Id, [b"app ", app].concat());
            facts.text(Field::Scope, "app");
        }
        _ => {}
    }
    facts.list
}
