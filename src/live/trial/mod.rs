//! Tries a driver on a server from one end to the other: a token is made, found in the list, tried, replaced, ended,
//! and proved dead. Each step is told, with what the driver or the server does otherwise than it says.

mod values;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::fault::Fault;
use super::find::{self, Sought};
use super::issuer::Issuer;
use super::token::{Held, Listed, Made, Token, Want};
use crate::lists::{Moment, Row};
use crate::secret::Secret;

/// How long the token of a trial lives at most, if the trial is killed: two days, because some servers count days.
const LIFE: SignedDuration = SignedDuration::from_hours(48);
/// Between two questions whether a token is dead by now.
const PAUSE: Duration = Duration::from_secs(3);

/// What is made for the trial.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// Whose it is.
    pub owner: String,
    /// What it may do.
    pub scope: Vec<String>,
    /// The id or the name of a token that it is made like. Where a server only replaces values, its value is replaced.
    pub like: Option<String>,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As the driver says.
    Well,
    /// The server does otherwise than it was asked; rotation knows how to live with that.
    Odd,
    /// The driver is wrong, or the server cannot be used.
    Wrong,
    /// It was not tried.
    Left,
}

impl Outcome {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Well => "ok",
            Outcome::Odd => "odd",
            Outcome::Wrong => "WRONG",
            Outcome::Left => "left",
        }
    }
}

/// What is told of a step.
#[derive(Clone, Debug)]
pub struct Said {
    /// Which step.
    pub step: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// A sentence without a value.
    pub text: String,
}

/// Runs the trial. What it made it ends again, also where something is wrong in between. Whether nothing was wrong.
pub fn trial(issuer: &mut dyn Issuer, wish: &Wish, say: &mut dyn FnMut(&Said)) -> bool {
    let mut trial = Trial {
        issuer,
        wish,
        say,
        wrong: false,
    };
    trial.run();
    !trial.wrong
}

struct Trial<'t> {
    issuer: &'t mut dyn Issuer,
    wish: &'t Wish,
    say: &'t mut dyn FnMut(&Said),
    wrong: bool,
}

impl Trial<'_> {
    fn say(&mut self, step: &'static str, outcome: Outcome, text: impl Into<String>) {
        self.wrong |= outcome == Outcome::Wrong;
        (self.say)(&Said {
            step,
            outcome,
            text: text.into(),
        });
    }

    /// What was done, or nothing where that failed and was told.
    fn done<T>(&mut self, step: &'static str, done: Result<T, Fault>) -> Option<T> {
        match done {
            Ok(done) => Some(done),
            Err(fault) => {
                self.say(step, Outcome::Wrong, fault.to_string());
                None
            }
        }
    }

    fn list(&mut self) -> Option<Listed> {
        let listed = self.issuer.list();
        self.done("list", listed)
    }

    fn run(&mut self) {
        let can = self.issuer.can();
        if !can.list {
            return self.say(
                "list",
                Outcome::Left,
                "the driver has no list, so that nothing can be found or proved",
            );
        }
        let Some(before) = self.list() else {
            return;
        };
        self.tell_list(&before);
        let like = match &self.wish.like {
            None => None,
            Some(name) => match only(before.tokens.iter(), |token| {
                token.row.id == *name || token.row.name == *name
            }) {
                Some(token) => Some(token.clone()),
                None => {
                    let text =
                        format!("no token, or more than one, has the id or the name `{name}`");
                    return self.say("list", Outcome::Wrong, text);
                }
            },
        };
        match (can.create, can.replace, like) {
            (true, _, like) => self.beside(&before, like),
            (false, true, Some(token)) => self.in_place(&token),
            (false, true, None) => self.say(
                "replace",
                Outcome::Left,
                "the server only replaces values: name a token for that with --like; its value is replaced",
            ),
            (false, false, _) => self.say("create", Outcome::Left, "the driver makes no tokens"),
        }
    }

    fn tell_list(&mut self, listed: &Listed) {
        let complete = match listed.list.complete {
            true => "it has every token",
            false => "it may not have every token",
        };
        let secrets = match listed.list.dropped.secrets {
            0 => "",
            _ => ", and holds the tokens themselves",
        };
        let text = format!("{} tokens; {complete}{secrets}", listed.tokens.len());
        self.say("list", Outcome::Well, text);
        for note in listed.list.notes.clone() {
            self.say("list", Outcome::Odd, note);
        }
    }

    /// A token that is made beside the others.
    fn beside(&mut self, before: &Listed, like: Option<Token>) {
        let now = Timestamp::now();
        let about = self.issuer.about();
        let ends = (!about.never_expires).then(|| now + LIFE);
        let model = like.as_ref().map(|token| &token.row);
        let or = |wish: &str, row: fn(&Row) -> String| match wish.is_empty() {
            true => model.map(row).unwrap_or_default(),
            false => wish.to_owned(),
        };
        let want = Want {
            name: format!("keysweep-test-{}", now.as_second()),
            owner: or(&self.wish.owner, |row| row.owner.clone()),
            scope: match self.wish.scope.is_empty() {
                true => model.map(|row| row.scope.clone()).unwrap_or_default(),
                false => self.wish.scope.clone(),
            },
            ends,
            like,
        };
        let before: Vec<String> = before.tokens.iter().map(|t| find::mark(&t.row)).collect();
        let made = self.issuer.create(&want);
        let lost = made.as_ref().is_err_and(Fault::may_have_happened);
        let Some(made) = self.done("create", made) else {
            if lost {
                self.end_orphan(&before, &want);
            }
            return;
        };
        let id = match &made.id {
            Some(_) => "the answer names its id",
            None => "the answer does not name its id",
        };
        self.say(
            "create",
            Outcome::Well,
            format!("`{}` was made; {id}", want.name),
        );
        let Some(token) = self.found(&before, &made, &want) else {
            return;
        };
        self.compare(&token.row, &want, now, &made.value);
        let held = Held::of(&token.row);
        self.try_values(&made.value, &held);
        let (token, value) = match self.issuer.can().replace {
            true => self.replaced(token, made.value, &held),
            false => (token, made.value),
        };
        self.ended(&token, &value);
    }

    /// The row of a new token, as a rotation looks for it.
    fn found(&mut self, before: &[String], made: &Made, want: &Want) -> Option<Token> {
        let after = self.list()?;
        let sought = Sought {
            owner: None,
            before,
            name: &want.name,
            id: made.id.as_deref(),
            value: Some(&made.value),
            // That it ends otherwise than it was asked to is told of it.
            ends: None,
        };
        let why = match sought.within(&after, self.issuer.about()) {
            Ok(Some(token)) => return Some(token.clone()),
            Ok(None) => "the list does not have it".to_owned(),
            Err(why) => why,
        };
        let text = format!(
            "the new token cannot be found: {why}. End `{}` by hand",
            want.name
        );
        self.say("list", Outcome::Wrong, text);
        None
    }

    /// Ends what may have been made although no answer came.
    fn end_orphan(&mut self, before: &[String], want: &Want) {
        let Some(after) = self.list() else {
            return;
        };
        let sought = Sought {
            owner: None,
            before,
            name: &want.name,
            id: None,
            value: None,
            ends: want.ends,
        };
        match sought.within(&after, self.issuer.about()) {
            Ok(Some(orphan)) => {
                let revoked = self.issuer.revoke(orphan);
                if self.done("revoke", revoked).is_some() {
                    let text = "what was made all the same was ended";
                    self.say("revoke", Outcome::Well, text);
                }
            }
            Ok(None) => {}
            Err(why) => self.say("revoke", Outcome::Wrong, why),
        }
    }

    /// What the list says of a new token, and what of it is otherwise than it was asked for.
    fn compare(&mut self, row: &Row, want: &Want, now: Timestamp, value: &Secret) {
        let mut told = Vec::new();
        told.extend((!row.owner.is_empty()).then_some("owner"));
        told.extend((!row.made_by.is_empty()).then_some("who made it"));
        told.extend((!row.scope.is_empty()).then_some("scope"));
        told.extend((row.created != Moment::Unknown).then_some("creation"));
        told.extend((row.expires != Moment::Unknown).then_some("end"));
        told.extend((row.last_used != Moment::Unknown).then_some("last use"));
        told.extend(by(row, value));
        self.say(
            "list",
            Outcome::Well,
            format!("it is in the list, with {}", told.join(", ")),
        );
        let day = SignedDuration::from_hours(25);
        if let Some(created) = row.created.at()
            && created.duration_since(now).abs() > day
        {
            let text = format!("it was made just now, and the list says {created}");
            self.say("list", Outcome::Wrong, text);
        }
        match (want.ends, row.expires) {
            (Some(asked), Moment::At(end)) if end.duration_since(asked).abs() > day => {
                self.say(
                    "list",
                    Outcome::Odd,
                    format!("asked to end at {asked}, it ends at {end}"),
                );
            }
            (Some(_), Moment::Never) => {
                self.say("list", Outcome::Odd, "asked for an end, it has none");
            }
            _ => {}
        }
        if !row.owner.is_empty() && !want.owner.is_empty() && row.owner != want.owner {
            let text = format!(
                "asked for the owner `{}`, it is `{}`",
                want.owner, row.owner
            );
            self.say("list", Outcome::Odd, text);
        }
        let sorted = |scope: &[String]| {
            let mut scope = scope.to_vec();
            scope.sort();
            scope
        };
        if !want.scope.is_empty() && sorted(&want.scope) != sorted(&row.scope) {
            let (asked, has) = (want.scope.join(" "), row.scope.join(" "));
            self.say(
                "list",
                Outcome::Odd,
                format!("asked for the scope `{asked}`, it has `{has}`"),
            );
        }
    }
}

/// The one that fits; nothing where there is none, or a second.
fn only<'t>(
    tokens: impl Iterator<Item = &'t Token>,
    fits: impl Fn(&Token) -> bool,
) -> Option<&'t Token> {
    let mut fitting = tokens.filter(|token| fits(token));
    let found = fitting.next()?;
    fitting.next().is_none().then_some(found)
}

/// How a found value would meet its row.
fn by(row: &Row, value: &Secret) -> Option<&'static str> {
    let how = match (&row.equal, row.hashes.is_empty()) {
        (Some(_), _) => "the token itself",
        (None, false) => "a hash that fits it",
        (None, true) => "characters of it",
    };
    (find::is_value_of(row, value) == Some(true)).then_some(how)
}
