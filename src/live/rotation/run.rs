//! Does a change, step by step, or goes on where one stopped. The same code runs for both: what is to be done next
//! follows from the state that the journal tells. A value lives in the memory of one run alone; so a run that was cut
//! off before every store had it left a token that nobody knows, which the next one ends after it has made another.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::find;
use super::journal::{Event, Journal, Proof};
use super::plan::{self, Successor, What};
use super::state::State;
use crate::live::issuer::{Held, Issuer, Listed, Made, Token, Verdict, Want};
use crate::live::store::{Content, Named};
use crate::register::Turn;
use crate::secret::Secret;

/// Between two questions to a server that has not come to it yet.
const PAUSE: Duration = Duration::from_secs(1);
/// How long is waited at least for what a server said it did.
pub(super) const GRACE: Duration = Duration::from_secs(3);
/// Tries to make a token, over all runs of one rotation.
const MAX_ATTEMPTS: usize = 20;

/// What a rotation needs from around it.
pub trait World {
    /// Tells the user what was done.
    fn say(&self, line: &str);
    /// Whether the user asked to stop.
    fn stops(&self) -> bool;
    /// Writes into the register what a rotation did to an entry.
    ///
    /// # Errors
    /// It cannot be written.
    fn register(&self, entry: &str, turn: &Turn) -> Result<(), String>;
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything is done.
    Done(Proof),
    /// Both tokens live until then; `live resume` goes on.
    Waits(Timestamp),
    /// Everything is as it was: why.
    Undone(String),
    /// It goes on with `live resume`: why it stopped, and what holds what.
    Stopped(String),
}

/// A change that is being done.
pub struct Run<'a, 's> {
    /// The server.
    pub issuer: &'a mut dyn Issuer,
    /// The stores, by their names.
    pub stores: &'a mut [Named<'s>],
    /// What was done.
    pub journal: Journal,
    /// How far it is, by the journal.
    pub state: State,
    /// What is around it.
    pub world: &'a dyn World,
    /// The old value, where it is known.
    pub old: Option<Secret>,
    /// The new value, once this run made one.
    pub new: Option<Secret>,
    /// The overlap is over although its time is not.
    pub no_wait: bool,
}

/// How a try to bring a new value into the stores ended.
enum Deployed {
    Yes,
    Undone(String),
}

/// A token that was made, and how it is found in the list.
struct Fresh {
    made: Made,
    before: Vec<String>,
    name: String,
}

impl Run<'_, '_> {
    /// Goes as far as it can.
    pub fn go(&mut self) -> Outcome {
        match self.steps() {
            Ok(outcome) => outcome,
            Err(why) => {
                // Where not even that can be written the lines before it say enough.
                let _ = self.log(Event::Stopped { why: why.clone() });
                Outcome::Stopped(why)
            }
        }
    }

    fn steps(&mut self) -> Result<Outcome, String> {
        let change = self.state.head.change.clone();
        if change.what != What::Revoke {
            if self.state.deployed.is_none()
                && let Deployed::Undone(why) = self.deploy()?
            {
                self.log(Event::Undone { why: why.clone() })?;
                return Ok(Outcome::Undone(why));
            }
            if !self.state.registered.deployed {
                self.tell_register(false)?;
            }
            let until = self.state.deployed.unwrap_or_else(Timestamp::now);
            if change.what == What::Rotate && Timestamp::now() < until && !self.no_wait {
                return Ok(Outcome::Waits(until));
            }
        }
        self.may_go_on()?;
        let proof = self.end_old()?;
        if !self.state.registered.ended {
            self.tell_register(true)?;
        }
        self.log(Event::Finished)?;
        Ok(Outcome::Done(proof))
    }

    /// Makes a token and puts it into every store.
    fn deploy(&mut self) -> Result<Deployed, String> {
        let change = self.state.head.change.clone();
        let successor = change.successor.clone();
        let successor = successor.ok_or("the journal says nothing of a successor")?;
        self.may_go_on()?;
        let mut listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        if !self.state.attempts.is_empty() {
            self.end_orphans(&listed, &successor)?;
            if !self.state.is_stored() && change.what == What::Rotate {
                let why =
                    "no store had a new value, and what had been made is ended; make a new plan";
                return Ok(Deployed::Undone(why.into()));
            }
            listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        }
        let fresh = match self.make(&listed, &successor)? {
            Ok(fresh) => fresh,
            Err(why) if self.state.is_stored() => return Err(why),
            Err(why) => return Ok(Deployed::Undone(why)),
        };
        let value = fresh.made.value.clone();
        let token = self.found(&fresh, &successor)?;
        let listed = find::listed(&token.row);
        self.log(Event::Found {
            token: listed.clone(),
        })?;
        if let Some(why) = too_much(&change, &listed) {
            return self.give_up(&token, &value, why);
        }
        if let Some(why) = self.not_accepted(&token, &value)? {
            return self.give_up(&token, &value, why);
        }
        self.log(Event::Accepted)?;
        self.world.say(&format!(
            "made {}; it may do no more than the old one, and is accepted",
            listed.called()
        ));
        if let Some(why) = self.store_all(&value)? {
            return match self.state.is_stored() {
                true => Err(self.half_written(&why)),
                false => self.give_up(&token, &value, why),
            };
        }
        let seconds = Timestamp::now().as_second().saturating_add(change.overlap);
        let until = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        self.log(Event::Deployed { until })?;
        self.new = Some(value);
        Ok(Deployed::Yes)
    }

    /// Asks for a token, or for another value of the old one. The inner error is that nothing was made.
    fn make(
        &mut self,
        listed: &Listed,
        successor: &Successor,
    ) -> Result<Result<Fresh, String>, String> {
        let change = self.state.head.change.clone();
        let (what, old) = (change.what, change.old);
        let attempt = self.state.attempts.len() + 1;
        if attempt > MAX_ATTEMPTS {
            return Err(format!(
                "{MAX_ATTEMPTS} tries to make a token failed; end what they left by hand"
            ));
        }
        let like = find::marked(listed, &old.mark).cloned();
        let before = listed
            .tokens
            .iter()
            .filter(|token| token.row.owner == old.owner);
        let before: Vec<String> = before.map(|token| find::mark(&token.row)).collect();
        let name = match attempt {
            1 => successor.name.clone(),
            _ => format!("{}-{attempt}", successor.name),
        };
        self.log(Event::Create {
            attempt,
            name: name.clone(),
            before: before.clone(),
        })?;
        let asked = match (what, &like) {
            (What::Replace, Some(token)) => self.issuer.replace(token),
            (What::Replace, None) => {
                return Err(format!(
                    "the server does not list {} any more",
                    old.called()
                ));
            }
            _ => self.issuer.create(&Want {
                name: name.clone(),
                owner: old.owner.clone(),
                scope: successor.scope.clone(),
                ends: successor.ends,
                like,
            }),
        };
        let fault = match asked {
            Ok(made) => {
                self.log(Event::Made {
                    id: made.id.clone(),
                })?;
                return Ok(Ok(Fresh { made, before, name }));
            }
            Err(fault) => fault,
        };
        let why = fault.to_string();
        if !fault.may_have_happened() {
            self.log(Event::NotMade { why: why.clone() })?;
            return Ok(Err(format!("nothing was made: {why}")));
        }
        // Never asked for again: the list tells.
        self.log(Event::Unsure { why: why.clone() })?;
        if what == What::Replace {
            return Err(format!(
                "{why}. Whether the value was changed is not known; `live resume` changes it again and writes the stores"
            ));
        }
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        match find::new(&listed, &old.owner, &before, &name, None, successor.ends)? {
            Some(token) => {
                let token = token.clone();
                self.end(&find::mark(&token.row), Some(&token), None)?;
                Ok(Err(format!(
                    "{why}. It had been made, nobody knows its value, and it is ended again"
                )))
            }
            None => Err(format!(
                "{why}. The list does not have it yet; `live resume` looks again, and ends it if it is there"
            )),
        }
    }

    /// The token that was made, in the list.
    fn found(&mut self, fresh: &Fresh, successor: &Successor) -> Result<Token, String> {
        let old = self.state.head.change.old.clone();
        let until = Instant::now() + GRACE;
        loop {
            let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
            let found = match self.state.head.change.what {
                What::Replace => find::marked(&listed, &old.mark),
                _ => {
                    let known = (fresh.made.id.as_deref(), &fresh.made.value);
                    find::new(
                        &listed,
                        &old.owner,
                        &fresh.before,
                        &fresh.name,
                        Some(known),
                        successor.ends,
                    )?
                }
            };
            match found {
                Some(token) => return Ok(token.clone()),
                None if Instant::now() > until => {
                    return Err(format!(
                        "the server said that it made {}, and does not list it; nothing was ended",
                        fresh.name
                    ));
                }
                None => self.pause()?,
            }
        }
    }

    /// Ends the tokens of earlier tries, whose values nobody knows. What a store holds is left until the stores have
    /// the next value, where there is room for it.
    fn end_orphans(&mut self, listed: &Listed, successor: &Successor) -> Result<(), String> {
        let change = self.state.head.change.clone();
        if change.what == What::Replace {
            return Ok(());
        }
        let owner = &change.old.owner;
        let count = listed
            .tokens
            .iter()
            .filter(|token| token.row.owner == *owner)
            .count();
        let room = self.issuer.about().most.is_none_or(|most| count < most);
        for attempt in self.state.attempts.clone() {
            let token = match (&attempt.token, attempt.not_made) {
                (_, true) => None,
                (Some(token), _) => find::marked(listed, &token.mark),
                (None, _) => {
                    let known = attempt.id.as_deref();
                    find::orphan(
                        listed,
                        owner,
                        &attempt.before,
                        &attempt.name,
                        known,
                        successor.ends,
                    )?
                }
            };
            let Some(token) = token.cloned() else {
                continue;
            };
            let mark = find::mark(&token.row);
            if self.state.proof(&mark).is_some() || !attempt.begun.is_empty() && room {
                continue;
            }
            self.world.say(&format!(
                "{} was left by a run that was cut off, and is ended",
                find::listed(&token.row).called()
            ));
            self.end(&mark, Some(&token), None)?;
        }
        Ok(())
    }

    /// Why the server does not accept the new value, if it does not.
    fn not_accepted(&mut self, token: &Token, value: &Secret) -> Result<Option<String>, String> {
        if !self.issuer.can().check {
            return Ok(None);
        }
        let until = Instant::now() + GRACE;
        loop {
            let verdict = self
                .issuer
                .check(value, &held(&token.row.owner, &token.row.name));
            let why = match verdict {
                Ok(Verdict::Live) => return Ok(None),
                Ok(Verdict::Dead) => "the server does not accept the token that it made".to_owned(),
                Ok(Verdict::Unknown(why)) => {
                    format!("whether the new token is accepted cannot be told: {why}")
                }
                Err(fault) => format!("whether the new token is accepted cannot be told: {fault}"),
            };
            if Instant::now() > until {
                return Ok(Some(why));
            }
            self.pause()?;
        }
    }

    /// Ends the new token, which no store has.
    fn give_up(&mut self, token: &Token, value: &Secret, why: String) -> Result<Deployed, String> {
        if self.state.head.change.what == What::Replace {
            return Err(format!(
                "{why}. The old value is dead, and no store has the new one; `live resume` changes it again"
            ));
        }
        self.end(&find::mark(&token.row), Some(token), Some(value))?;
        let why = format!("{why}. The new token is ended again, and the old one is as it was");
        match self.state.is_stored() {
            true => Err(why),
            false => Ok(Deployed::Undone(why)),
        }
    }

    /// Writes every store; why it stopped, if it did.
    fn store_all(&mut self, value: &Secret) -> Result<Option<String>, String> {
        for n in 0..self.stores.len() {
            if self.world.stops() {
                return Ok(Some("you stopped it".into()));
            }
            let name = self.stores[n].0.clone();
            if let Some(why) = self.changed_meanwhile(n) {
                return Ok(Some(format!("the store {name} {why}")));
            }
            self.log(Event::Store { n })?;
            let store = &mut self.stores[n].1;
            let written = store.write(value).map(|()| store.read());
            let (why, may_hold) = match written {
                Ok(Ok(Content::Value(now))) if now == *value => {
                    self.log(Event::Stored { n, read_back: true })?;
                    self.world.say(&format!("wrote {name}, and read it back"));
                    continue;
                }
                Ok(Ok(Content::Hidden)) => {
                    self.log(Event::Stored {
                        n,
                        read_back: false,
                    })?;
                    self.world
                        .say(&format!("wrote {name}, which shows no values"));
                    continue;
                }
                Ok(Ok(_)) => (
                    "holds something else than what was written to it".to_owned(),
                    true,
                ),
                Ok(Err(why)) => (format!("was written, and cannot be read back: {why}"), true),
                Err(unwritten) => (unwritten.why, unwritten.may_hold),
            };
            self.log(Event::NotStored {
                n,
                why: why.clone(),
                may_hold,
            })?;
            return Ok(Some(format!("the store {name} {why}")));
        }
        Ok(None)
    }

    /// Whether somebody changed a store since the run looked into it.
    fn changed_meanwhile(&mut self, n: usize) -> Option<String> {
        // A store that an earlier run wrote holds what nobody knows.
        let written = self
            .state
            .attempts
            .iter()
            .any(|attempt| attempt.begun.contains(&n));
        match (self.stores[n].1.read(), &self.old) {
            (Ok(Content::Value(now)), Some(old)) if !written && now != *old => {
                Some("was changed by somebody else meanwhile".into())
            }
            (Err(why), _) => Some(why),
            _ => None,
        }
    }

    fn half_written(&self, why: &str) -> String {
        let hold = self
            .state
            .attempts
            .last()
            .map_or(0, |last| last.stored.len());
        let all = self.stores.len();
        format!(
            "{why}. {hold} of {all} stores hold the new token and the others what they held; both tokens are              alive. Mend it, then run `keysweep live resume {}`",
            self.journal.id
        )
    }

    /// Stops between two steps where the user asked for it.
    pub(super) fn may_go_on(&self) -> Result<(), String> {
        match self.world.stops() {
            true => Err(format!(
                "you stopped it; `keysweep live resume {}` goes on",
                self.journal.id
            )),
            false => Ok(()),
        }
    }

    pub(super) fn pause(&self) -> Result<(), String> {
        self.may_go_on()?;
        std::thread::sleep(PAUSE);
        Ok(())
    }

    pub(super) fn log(&mut self, event: Event) -> Result<(), String> {
        self.journal.write(&event)?;
        self.state.take(&event);
        Ok(())
    }
}

pub(super) fn held(owner: &str, name: &str) -> Held {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Held {
        owner: some(owner),
        name: some(name),
    }
}

/// What the new token may do that the old one may not.
fn too_much(change: &plan::Change, new: &plan::Listed) -> Option<String> {
    let old = &change.old;
    let more: Vec<&str> = new
        .scope
        .iter()
        .filter(|one| !old.scope.contains(one))
        .map(String::as_str)
        .collect();
    match change.what == What::Rotate && !more.is_empty() {
        true => Some(format!(
            "the server granted {} more than {} may: {}",
            new.called(),
            old.called(),
            more.join(", ")
        )),
        false => None,
    }
}
