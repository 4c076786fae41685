//! Ends tokens, proves that they are dead, and tells the register.

use std::time::Instant;

use jiff::Timestamp;

use super::journal::{Event, Proof};
use super::plan::{Listed, What};
use super::run::{GRACE, Run};
use crate::live::find;
use crate::live::token::{Held, PARTLY, Token, Verdict};
use crate::register::{At, End, Print, State as Became, Turn, Version};
use crate::secret::{Fingerprint, Secret};

impl Run<'_, '_> {
    /// Ends the old token, and those of earlier tries that a store had.
    pub(super) fn end_old(&mut self) -> Result<Proof, String> {
        let change = self.state.head.change.clone();
        let old = &change.old;
        if change.what.is_in_place() {
            return self.prove_replaced(old);
        }
        let last = self.state.attempts.len().saturating_sub(1);
        let earlier = self
            .state
            .attempts
            .iter()
            .take(last)
            .filter_map(|it| it.token.clone());
        let all: Vec<Listed> = earlier.chain([old.clone()]).collect();
        let mut proof = Proof::List;
        for token in all {
            proof = match self.state.proof(&token.mark) {
                Some(proof) => proof,
                None => self.end_listed(&token)?,
            };
        }
        Ok(proof)
    }

    fn end_listed(&mut self, token: &Listed) -> Result<Proof, String> {
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        let is_old = token.mark == self.state.head.change.old.mark;
        let value = self.old.clone().filter(|_| is_old);
        let found = find::marked(&listed, &token.mark).cloned();
        if found.is_none() && find::has(&listed, &token.mark) {
            return Err(format!(
                "the server lists more than one {}; none was ended",
                token.called()
            ));
        }
        let proof = self.end(&token.mark, found.as_ref(), value.as_ref())?;
        self.world
            .say(&format!("{} {}", token.called(), proof.words()));
        Ok(proof)
    }

    /// Ends a token (one that is gone already has only to be proved dead), and waits until both the list and a check
    /// say that it is dead. What the server answers to the request itself is no proof: several say yes to anything.
    pub(super) fn end(
        &mut self,
        mark: &str,
        token: Option<&Token>,
        value: Option<&Secret>,
    ) -> Result<Proof, String> {
        let value = value
            .cloned()
            .or_else(|| token.and_then(|token| token.value.clone()));
        let called = token.map_or("the token".to_owned(), |token| {
            Listed::of(&token.row).called()
        });
        let mut fault = None;
        if let Some(token) = token.filter(|token| !find::is_over(&token.row)) {
            self.log(Event::End {
                mark: mark.to_owned(),
            })?;
            fault = self.issuer.revoke(token).err();
        }
        let value = value.filter(|_| self.issuer.can().check);
        let held = token.map_or_else(Held::default, |token| Held::of(&token.row));
        let until = Instant::now() + self.issuer.about().settles() + GRACE;
        let mut gone = false;
        loop {
            gone = gone || self.is_gone(mark)?;
            let why = match (gone, &value) {
                (false, _) => match &fault {
                    Some(fault) => format!("{called} is not ended: {fault}"),
                    None => format!(
                        "the server said that it ended {called}, and still lists it: it is NOT proved dead"
                    ),
                },
                (true, None) => return self.proved(mark, Proof::List),
                (true, Some(value)) => match self.issuer.check(value, &held) {
                    Ok(Verdict::Dead) => return self.proved(mark, Proof::ListAndCheck),
                    Ok(Verdict::Live) => format!(
                        "{called} is gone from the list, and its value is still accepted: it is NOT proved dead"
                    ),
                    Ok(Verdict::Unknown(why)) => format!(
                        "{called} is gone from the list, and whether its value is accepted cannot be told: {why}"
                    ),
                    Err(fault) => format!(
                        "{called} is gone from the list, and its value could not be tried: {fault}"
                    ),
                },
            };
            // What was refused is not asked for again, and waiting does not help it.
            let refused = fault
                .as_ref()
                .is_some_and(|fault| !fault.may_have_happened());
            if refused && !gone || Instant::now() > until {
                return Err(format!(
                    "{why}. `keysweep live resume {}` looks again",
                    self.journal.id
                ));
            }
            self.pause()?;
        }
    }

    /// Whether a complete list does not have a token any more, or says that it is over.
    fn is_gone(&mut self, mark: &str) -> Result<bool, String> {
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        if let Some(note) = listed.list.notes.iter().find(|note| note.contains(PARTLY)) {
            return Err(format!("what is not in the list is not proved: {note}"));
        }
        let mut of_mark = listed
            .tokens
            .iter()
            .filter(|token| find::mark(&token.row) == mark);
        Ok(of_mark.all(|token| find::is_over(&token.row)))
    }

    fn proved(&mut self, mark: &str, proof: Proof) -> Result<Proof, String> {
        self.log(Event::Dead {
            mark: mark.to_owned(),
            proof,
        })?;
        Ok(proof)
    }

    /// Some servers keep the value that was replaced for a while, as a row of its own: it is ended.
    fn end_kept(&mut self, old: &Listed) -> Result<(), String> {
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        let below = format!("{}/", old.id);
        let value = self.old.clone();
        let is_kept = |token: &&Token| {
            let known = value
                .as_ref()
                .is_some_and(|old| find::is_value_of(&token.row, old) == Some(true));
            find::mark(&token.row) != old.mark
                && token.row.id.starts_with(&below)
                && (known || value.is_none())
        };
        let kept = listed.tokens.iter().find(is_kept).cloned();
        if let Some(token) = kept.filter(|_| self.issuer.can().revoke) {
            self.end(&find::mark(&token.row), Some(&token), None)?;
        }
        Ok(())
    }

    /// A value that was changed in its place: the old one is not accepted.
    fn prove_replaced(&mut self, old: &Listed) -> Result<Proof, String> {
        self.end_kept(old)?;
        let known = self.old.clone().filter(|_| self.issuer.can().check);
        let proof = match known {
            None => Proof::Answer,
            Some(value) => {
                let until = Instant::now() + self.issuer.about().settles() + GRACE;
                loop {
                    match self.issuer.check(&value, &old.held()) {
                        Ok(Verdict::Dead) => break Proof::Check,
                        Err(fault) => {
                            return Err(format!("the old value could not be tried: {fault}"));
                        }
                        Ok(verdict) if Instant::now() > until => {
                            let says = match verdict {
                                Verdict::Unknown(why) => why,
                                _ => "it is still accepted".into(),
                            };
                            return Err(format!(
                                "that the old value is dead is NOT proved: {says}"
                            ));
                        }
                        Ok(_) => self.pause()?,
                    }
                }
            }
        };
        self.world
            .say(&format!("{} {}", old.called(), proof.words()));
        self.proved(&old.mark, proof)
    }

    /// Writes the versions into the register. Nothing is called revoked there before it is proved dead, also what was
    /// changed in its place.
    pub(super) fn tell_register(&mut self, ended: bool) -> Result<(), String> {
        let head = self.state.head.clone();
        let change = &head.change;
        let state = match ended {
            true => Became::Revoked,
            false => Became::Overlap,
        };
        let fingerprint = match change.what == What::Revoke || self.state.registered.deployed {
            true => Print::Same,
            false => {
                let value = self.new.clone().or_else(|| self.shown());
                value.map_or(Print::Unknown, |value| {
                    Print::Is(Fingerprint::of_strong(value.expose()))
                })
            }
        };
        let turn = Turn {
            new: self.new_version().filter(|_| change.what != What::Revoke),
            old: version(&change.old, state),
            fingerprint,
        };
        self.world.register(&change.entry, &turn).map_err(|why| {
            format!(
                "the register {} cannot be written: {why}. Mend it, then run `keysweep live resume {}`",
                head.register.display(),
                self.journal.id
            )
        })?;
        self.log(Event::Registered { ended })
    }

    /// What the register says of the new value.
    fn new_version(&self) -> Option<Version> {
        let head = &self.state.head;
        let change = &head.change;
        let token = self.state.attempts.last()?.token.as_ref()?;
        let mut new = version(token, Became::Deployed);
        // What has the id of the old one was made when its value changed.
        if change.what.is_in_place() || new.created.is_none() {
            let until = self.state.deployed.unwrap_or_else(Timestamp::now);
            let deployed = until.as_second().saturating_sub(change.overlap);
            new.created = Some(at(Timestamp::from_second(deployed).unwrap_or(until)));
        }
        let never = change
            .successor
            .as_ref()
            .is_some_and(|next| next.ends.is_none());
        if new.expires.is_none() && never {
            new.expires = Some(at(End::Never));
        }
        new.by = Some(at(head.by.clone()));
        Some(new)
    }
}

/// What the register says of a token; the line of what is not read means nothing.
fn version(token: &Listed, state: Became) -> Version {
    Version {
        server_id: Some(token.id.clone()).filter(|id| !id.is_empty()).map(at),
        created: token.created.map(at),
        expires: token.expires.map(|end| at(End::At(end))),
        state,
        ..Version::default()
    }
}

fn at<T>(value: T) -> At<T> {
    At { value, line: 0 }
}
