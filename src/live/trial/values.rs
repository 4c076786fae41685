//! What the server says of the values of a trial: the new one is accepted, one that never was is not, and neither is
//! one that was replaced or ended.

use std::time::Instant;

use super::{Outcome, PAUSE, Trial, only};
use crate::live::find;
use crate::live::token::{Held, Listed, Token, Verdict};
use crate::secret::Secret;

impl Trial<'_> {
    /// A living value, and one that never was.
    pub(super) fn try_values(&mut self, value: &Secret, held: &Held) {
        if !self.issuer.can().check {
            return self.say("check", Outcome::Left, "the driver cannot try a value");
        }
        self.expect("the new value", value, held, Verdict::Live);
        self.expect(
            "a value that never was",
            &never_was(value),
            held,
            Verdict::Dead,
        );
    }

    pub(super) fn verdict(&mut self, value: &Secret, held: &Held) -> Option<Verdict> {
        let verdict = self.issuer.check(value, held);
        self.done("check", verdict)
    }

    pub(super) fn expect(&mut self, what: &str, value: &Secret, held: &Held, expected: Verdict) {
        let Some(verdict) = self.verdict(value, held) else {
            return;
        };
        match verdict == expected {
            true => self.say(
                "check",
                Outcome::Well,
                format!("{what} is {}", word(&verdict)),
            ),
            false => {
                let text = format!(
                    "{what} should be {} and is {}",
                    word(&expected),
                    word(&verdict)
                );
                self.say("check", Outcome::Wrong, text);
            }
        }
    }

    /// Gives a token another value. The token as it is then, and its value.
    pub(super) fn replaced(&mut self, token: Token, old: Secret, held: &Held) -> (Token, Secret) {
        let made = self.issuer.replace(&token);
        let Some(made) = self.done("replace", made) else {
            return (token, old);
        };
        self.say("replace", Outcome::Well, "it has another value");
        let after = self.list();
        if self.issuer.can().check {
            self.expect("the new value", &made.value, held, Verdict::Live);
            self.after_replacing(&old, held, after.as_ref());
        }
        let id = made.id.clone().unwrap_or_else(|| token.row.id.clone());
        let again = after.as_ref().and_then(|listed| {
            only(listed.tokens.iter(), |one| {
                one.row.id == id && one.row.owner == token.row.owner
            })
        });
        (again.cloned().unwrap_or(token), made.value)
    }

    /// The value before: dead at once, or a row of its own that can be ended.
    pub(super) fn after_replacing(&mut self, old: &Secret, held: &Held, after: Option<&Listed>) {
        match self.verdict(old, held) {
            None => {}
            Some(Verdict::Live) => {
                let text = "the old value is accepted still";
                self.say("replace", Outcome::Well, text);
                let row = after.and_then(|listed| {
                    only(listed.tokens.iter(), |token| {
                        token.row.equal.is_some()
                            && find::is_value_of(&token.row, old) == Some(true)
                    })
                });
                if let Some(row) = row.cloned() {
                    self.ended(&row, old);
                }
            }
            Some(Verdict::Dead) => {
                self.say("replace", Outcome::Well, "the old value ended at once")
            }
            Some(Verdict::Unknown(why)) => {
                self.say("check", Outcome::Wrong, format!("the old value: {why}"))
            }
        }
    }

    /// A server that only replaces: twice, because the first value is not known.
    pub(super) fn in_place(&mut self, token: &Token) {
        let made = self.issuer.replace(token);
        let Some(made) = self.done("replace", made) else {
            return;
        };
        let text = format!("`{}` has another value; it is not kept", token.row.called());
        self.say("replace", Outcome::Well, text);
        let held = Held::of(&token.row);
        self.try_values(&made.value, &held);
        self.replaced(token.clone(), made.value, &held);
    }

    /// Ends a token, and proves it.
    pub(super) fn ended(&mut self, token: &Token, value: &Secret) {
        if !self.issuer.can().revoke {
            return self.say("revoke", Outcome::Left, "the driver cannot end a token");
        }
        let revoked = self.issuer.revoke(token);
        if self.done("revoke", revoked).is_none() {
            let text = format!("`{}` is left on the server", token.row.called());
            return self.say("revoke", Outcome::Wrong, text);
        }
        self.say("revoke", Outcome::Well, "the server says that it ended");
        if self.issuer.can().check {
            self.proved_dead(value, &Held::of(&token.row));
        }
        let Some(after) = self.list() else {
            return;
        };
        let mark = find::mark(&token.row);
        let left = after.tokens.iter().find(|one| find::mark(&one.row) == mark);
        match left {
            None => self.say("prove", Outcome::Well, "it is gone from the list"),
            Some(one) if find::is_over(&one.row) => {
                let text = format!("the list has it as {}", one.row.state.name());
                self.say("prove", Outcome::Well, text);
            }
            Some(_) => self.say("prove", Outcome::Wrong, "it is in the list still"),
        }
    }

    pub(super) fn proved_dead(&mut self, value: &Secret, held: &Held) {
        let settles = self.issuer.about().settles();
        let begun = Instant::now();
        loop {
            let Some(verdict) = self.verdict(value, held) else {
                return;
            };
            let took = begun.elapsed();
            match verdict {
                Verdict::Dead if took < PAUSE => {
                    return self.say("prove", Outcome::Well, "it is dead at once");
                }
                Verdict::Dead => {
                    let text = format!("it is dead after {} seconds", took.as_secs());
                    return self.say("prove", Outcome::Well, text);
                }
                _ if took < settles => std::thread::sleep(PAUSE),
                other => {
                    let text = format!("it should be dead and is {}", word(&other));
                    return self.say("prove", Outcome::Wrong, text);
                }
            }
        }
    }
}

/// A value of the same form with other letters at its end.
fn never_was(value: &Secret) -> Secret {
    let mut bytes = value.expose().to_vec();
    let from = bytes.len() / 2;
    for byte in &mut bytes[from..] {
        *byte = match *byte {
            b'9' => b'0',
            b'z' => b'a',
            b'Z' => b'A',
            b if b.is_ascii_alphanumeric() => b + 1,
            b => b,
        };
    }
    Secret::new(&bytes)
}

fn word(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Live => "live".to_owned(),
        Verdict::Dead => "dead".to_owned(),
        Verdict::Unknown(why) => format!("unknown: {why}"),
    }
}
