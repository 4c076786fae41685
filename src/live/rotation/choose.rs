//! A value that we draw, for servers that take what they are given: the stores have it before the server has it, so
//! that a run which is cut off leaves no value that nobody knows.

use jiff::Timestamp;

use super::journal::Event;
use super::run::{Deployed, MAX_ATTEMPTS, Run};
use crate::live::{drawn, find};
use crate::secret::Secret;

impl Run<'_, '_> {
    /// Draws a value, puts it into every store, and gives it to the server.
    pub(super) fn deploy_chosen(&mut self) -> Result<Deployed, String> {
        let old = self.state.head.change.old.clone();
        self.may_go_on()?;
        let attempt = self.state.attempts.len() + 1;
        if attempt > MAX_ATTEMPTS {
            return Err(format!(
                "{MAX_ATTEMPTS} tries failed; change the value by hand"
            ));
        }
        let listed = self.issuer.list().map_err(|fault| fault.to_string())?;
        let token = find::marked(&listed, &old.mark).cloned();
        let token =
            token.ok_or_else(|| format!("the server does not list {} any more", old.called()))?;
        let value = drawn()?;
        self.log(Event::Create {
            attempt,
            name: old.name.clone(),
            before: Vec::new(),
        })?;
        if let Some(why) = self.store_all(&value)? {
            return self.put_back(why);
        }
        match self.issuer.replace_by(&token, &value) {
            Ok(_) => self.log(Event::Made { id: None })?,
            Err(fault) if !fault.may_have_happened() => {
                let why = format!("the value was not changed: {fault}");
                self.log(Event::NotMade { why: why.clone() })?;
                return self.put_back(why);
            }
            // The check tells whether it was.
            Err(fault) => self.log(Event::Unsure {
                why: fault.to_string(),
            })?,
        }
        if let Some(why) = self.not_accepted(&token, &value)? {
            return Err(format!(
                "{why}. The stores hold the new value; `keysweep live resume {}` changes it again",
                self.journal.id
            ));
        }
        self.log(Event::Found { token: old.clone() })?;
        self.log(Event::Accepted)?;
        self.world.say(&format!(
            "{} has the new value, and it is accepted",
            old.called()
        ));
        self.log(Event::Deployed {
            until: Timestamp::now(),
        })?;
        self.new = Some(value);
        Ok(Deployed::Yes)
    }

    /// Writes the old value back into the stores: the server has it still.
    fn put_back(&mut self, why: String) -> Result<Deployed, String> {
        let begun = self
            .state
            .attempts
            .iter()
            .flat_map(|attempt| attempt.begun.clone());
        let mut begun: Vec<usize> = begun.collect();
        begun.sort_unstable();
        begun.dedup();
        let old: Option<Secret> = self.old.clone();
        for n in begun {
            let name = self.stores[n].0.clone();
            let written = match &old {
                Some(old) => self.stores[n]
                    .1
                    .write(old)
                    .map_err(|unwritten| unwritten.why),
                None => Err("its old value is not known any more".to_owned()),
            };
            if let Err(cannot) = written {
                return Err(format!(
                    "{why}. The store {name} holds the new value, which the server does not have: {cannot}. \
                     `keysweep live resume {}` tries again",
                    self.journal.id
                ));
            }
            self.log(Event::PutBack { n })?;
        }
        Ok(Deployed::Undone(format!(
            "{why}. The stores hold the old value again"
        )))
    }
}
