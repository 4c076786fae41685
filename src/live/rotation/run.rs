//! Does a change, step by step, or goes on where one stopped. The same code runs for both: what is to be done next
//! follows from the state that the journal tells. A value lives in the memory of one run alone; so a run that was cut
//! off before every store had it left a token that nobody knows, which the next one ends after it has made another.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::journal::{Event, Journal, Proof};
use super::plan::{self, Successor, What};
use super::state::State;
use crate::live::driver::About;
use crate::live::find;
use crate::live::issuer::Issuer;
use crate::live::store::{Content, Named, takes_id};
use crate::live::token::{Held, Listed, Token, Verdict};
use crate::register::Turn;
use crate::secret::Secret;

/// Between two questions to a server that has not come to it yet.
const PAUSE: Duration = Duration::from_secs(1);
/// How long is waited at least for what a server said it did.
pub(super) const GRACE: Duration = Duration::from_secs(3);
/// Tries to make a token, over all runs of one rotation.
pub(super) const MAX_ATTEMPTS: usize = 20;

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
pub(super) enum Deployed {
    Yes,
    Undone(String),
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
            if self.state.deployed.is_none() {
                let deployed = match change.what {
                    What::Choose => self.deploy_chosen()?,
                    _ => self.deploy()?,
                };
                if let Deployed::Undone(why) = deployed {
                    let logged = self.log(Event::Undone { why: why.clone() });
                    logged.map_err(|cannot| format!("{why}; {cannot}"))?;
                    return Ok(Outcome::Undone(why));
                }
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
        if self.state.attempts.is_empty() {
            // Between the look at everything and the yes of somebody may lie hours.
            if let Some(why) = otherwise(&listed, self.issuer.about(), &change, &successor) {
                return Ok(Deployed::Undone(why));
            }
        } else if self.all_stored() {
            self.log(Event::Deployed {
                until: self.overlap_from_now(),
            })?;
            return Ok(Deployed::Yes);
        } else {
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
        let listed = plan::Listed::of(&token.row);
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
        self.log(Event::Deployed {
            until: self.overlap_from_now(),
        })?;
        self.new = Some(value);
        Ok(Deployed::Yes)
    }

    /// Whether the run before was cut off right behind the last store.
    fn all_stored(&self) -> bool {
        let last = self.state.attempts.last();
        last.is_some_and(|last| last.token.is_some() && last.stored.len() == self.stores.len())
    }

    fn overlap_from_now(&self) -> Timestamp {
        let overlap = self.state.head.change.overlap;
        let seconds = Timestamp::now().as_second().saturating_add(overlap);
        Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
    }

    /// Why the server does not accept the new value, if it does not.
    pub(super) fn not_accepted(
        &mut self,
        token: &Token,
        value: &Secret,
    ) -> Result<Option<String>, String> {
        if !self.issuer.can().check {
            return Ok(None);
        }
        let until = Instant::now() + GRACE;
        loop {
            let verdict = self.issuer.check(value, &Held::of(&token.row));
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
    pub(super) fn store_all(&mut self, value: &Secret) -> Result<Option<String>, String> {
        let last = self.state.attempts.last();
        let id = last.and_then(|last| last.token.as_ref());
        let id = id.map(|token| Secret::new(token.id.as_bytes()));
        for n in 0..self.stores.len() {
            if self.world.stops() {
                return Ok(Some("you stopped it".into()));
            }
            let name = self.stores[n].0.clone();
            let value = match &id {
                Some(id) if takes_id(&name) => id,
                _ => value,
            };
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
            let said = format!("the store {name} {why}");
            // A disk that is full for the store is full for the journal too: both are said.
            self.log(Event::NotStored { n, why, may_hold })
                .map_err(|cannot| format!("{said}; {cannot}"))?;
            return Ok(Some(said));
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
        let (name, store) = &mut self.stores[n];
        let old = match takes_id(name) {
            true => Some(Secret::new(self.state.head.change.old.id.as_bytes())),
            false => self.old.clone(),
        };
        match (store.read(), old) {
            (Ok(Content::Value(now)), Some(old)) if !written && now != old => {
                Some("was changed by somebody else meanwhile".into())
            }
            (Err(why), _) => Some(why),
            _ => None,
        }
    }

    /// Why the stores were not all written, and what holds what now.
    fn half_written(&self, why: &str) -> String {
        let others = match self.state.head.change.what.is_in_place() {
            // What was changed in its place has one value.
            true => "the old value, which the others may hold, is dead",
            false if self.stores.iter().any(|(name, _)| takes_id(name)) => {
                "both tokens are alive, each with its own id"
            }
            false => "both tokens are alive",
        };
        format!(
            "{why}. {}; {others}. Mend it, then run `keysweep live resume {}`",
            self.stored(),
            self.journal.id
        )
    }

    /// How many stores hold the new value, in words.
    fn stored(&self) -> String {
        let last = self.state.attempts.last();
        format!(
            "{} of {} stores hold the new value",
            last.map_or(0, |last| last.stored.len()),
            self.stores.len()
        )
    }

    /// The new value, where an earlier run made it: what the stores show that were written, if it is accepted.
    pub(super) fn shown(&mut self) -> Option<Secret> {
        let last = self.state.attempts.last()?.clone();
        let token = last.token?;
        let value = last.stored.iter().find_map(|n| {
            let (name, store) = self.stores.get_mut(*n)?;
            match store.read() {
                Ok(Content::Value(value)) if !takes_id(name) => Some(value),
                _ => None,
            }
        })?;
        let lives = !self.issuer.can().check
            || matches!(self.issuer.check(&value, &token.held()), Ok(Verdict::Live));
        // Somebody may have put the old one back meanwhile.
        (lives && self.old.as_ref() != Some(&value)).then_some(value)
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
        self.journal.write(&event).map_err(|why| {
            format!(
                "{why}; {} as far as it was written down. Make room, then run `keysweep live resume {}`, which looks at what is there and finishes or undoes it",
                self.stored(),
                self.journal.id
            )
        })?;
        self.state.take(&event);
        Ok(())
    }
}

/// What changed on the server since the change was worked out.
fn otherwise(
    listed: &Listed,
    about: &About,
    change: &plan::Change,
    successor: &Successor,
) -> Option<String> {
    let old = &change.old;
    let now = find::marked(listed, &old.mark).map(|token| plan::Listed::of(&token.row));
    if now.as_ref() != Some(old) {
        return Some(format!(
            "the server says otherwise of {} than before",
            old.called()
        ));
    }
    let named = |token: &&Token| {
        token.row.owner == old.owner && about.is_named(&token.row, &successor.name)
    };
    let mut tokens = listed.tokens.iter();
    let other = tokens.find(named).filter(|_| change.what == What::Rotate)?;
    let other = plan::Listed::of(&other.row);
    Some(format!("there is {} already", other.called()))
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
