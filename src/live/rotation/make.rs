//! Makes a token, finds it in the list, and ends those that earlier runs left.

use std::time::Instant;

use super::journal::Event;
use super::plan::{self, Successor, What};
use super::run::{GRACE, MAX_ATTEMPTS, Run};
use crate::live::find::{self, Sought};
use crate::live::token::{Listed, Made, Token, Want};

/// A token that was made, and how it is found in the list.
pub(super) struct Fresh {
    pub(super) made: Made,
    before: Vec<String>,
    name: String,
}

impl Run<'_, '_> {
    /// Asks for a token, or for another value of the old one. The inner error is that nothing was made.
    pub(super) fn make(
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
        self.unsure(why, successor, &before, &name).map(Err)
    }

    /// What is left of a request without an answer. It is never sent again: the list tells.
    fn unsure(
        &mut self,
        why: String,
        successor: &Successor,
        before: &[String],
        name: &str,
    ) -> Result<String, String> {
        let change = self.state.head.change.clone();
        let (what, old) = (change.what, change.old);
        self.log(Event::Unsure { why: why.clone() })?;
        if what == What::Replace {
            return Err(format!(
                "{why}. Whether the value was changed is not known; `live resume` changes it again and writes the stores"
            ));
        }
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        let sought = Sought {
            owner: Some(&old.owner),
            before,
            name,
            id: None,
            value: None,
            ends: successor.ends,
        };
        match sought.within(&listed, self.issuer.about())? {
            Some(token) => {
                let token = token.clone();
                self.end(&find::mark(&token.row), Some(&token), None)?;
                Ok(format!(
                    "{why}. It had been made, nobody knows its value, and it is ended again"
                ))
            }
            None => Err(format!(
                "{why}. The list does not have it yet; `live resume` looks again, and ends it if it is there"
            )),
        }
    }

    /// The token that was made, in the list.
    pub(super) fn found(&mut self, fresh: &Fresh, successor: &Successor) -> Result<Token, String> {
        let old = self.state.head.change.old.clone();
        let until = Instant::now() + GRACE;
        loop {
            let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
            let found = match self.state.head.change.what {
                What::Replace => find::marked(&listed, &old.mark),
                _ => {
                    let sought = Sought {
                        owner: Some(&old.owner),
                        before: &fresh.before,
                        name: &fresh.name,
                        id: fresh.made.id.as_deref(),
                        value: Some(&fresh.made.value),
                        ends: successor.ends,
                    };
                    sought.within(&listed, self.issuer.about())?
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
    pub(super) fn end_orphans(
        &mut self,
        listed: &Listed,
        successor: &Successor,
    ) -> Result<(), String> {
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
                    let sought = Sought {
                        owner: Some(owner),
                        before: &attempt.before,
                        name: &attempt.name,
                        id: attempt.id.as_deref(),
                        value: None,
                        ends: successor.ends,
                    };
                    sought.within(listed, self.issuer.about())?
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
                plan::Listed::of(&token.row).called()
            ));
            self.end(&mark, Some(&token), None)?;
        }
        Ok(())
    }
}
