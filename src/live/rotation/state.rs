//! How far a rotation is, by its journal.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::journal::{Event, Head, Line, Proof};
use super::plan::Listed;
use super::time;

/// How far a rotation is.
#[derive(Clone, Debug)]
pub struct State {
    /// What it is about.
    pub head: Head,
    /// The tokens that were asked for, one after the other. The last may hold what the stores hold.
    pub attempts: Vec<Attempt>,
    /// Every store holds the value of the last attempt; the old token lives on until then.
    pub deployed: Option<Timestamp>,
    /// What the register was told.
    pub registered: Registered,
    /// The marks of tokens that were asked to end.
    pub asked_to_end: BTreeSet<String>,
    /// The marks of tokens that are proved dead, with the proof.
    pub dead: Vec<(String, Proof)>,
    /// Why the last run stopped.
    pub stopped: Option<String>,
    /// It is over; why it was undone, where it was.
    pub over: Option<Option<String>>,
    /// When it began and when the last line was written.
    pub times: (Timestamp, Timestamp),
}

/// What the register was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// The new version.
    pub deployed: bool,
    /// That the old one was ended.
    pub ended: bool,
}

/// A token that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// What it is called.
    pub name: String,
    /// The marks of the tokens that were there before.
    pub before: Vec<String>,
    /// The server said that it made none.
    pub not_made: bool,
    /// What the server called it, where its answer said so.
    pub id: Option<String>,
    /// It, as the list has it.
    pub token: Option<Listed>,
    /// The stores that may hold it.
    pub begun: BTreeSet<usize>,
    /// The stores that hold it.
    pub stored: BTreeSet<usize>,
}

impl State {
    /// The state of a rotation that begins.
    pub fn begun(head: Head) -> State {
        let line = Line {
            at: Timestamp::now(),
            event: Event::Begun(Box::new(head)),
        };
        State::of(&[line]).expect("it begins with what it is about")
    }

    /// The state after these lines; `None` where the first does not say what it is about.
    pub fn of(lines: &[Line]) -> Option<State> {
        let (first, rest) = lines.split_first()?;
        let Event::Begun(head) = &first.event else {
            return None;
        };
        let mut state = State {
            head: (**head).clone(),
            attempts: Vec::new(),
            deployed: None,
            registered: Registered::default(),
            asked_to_end: BTreeSet::new(),
            dead: Vec::new(),
            stopped: None,
            over: None,
            times: (first.at, first.at),
        };
        for line in rest {
            state.times.1 = line.at;
            state.take(&line.event);
        }
        Some(state)
    }

    /// Takes a step.
    pub fn take(&mut self, event: &Event) {
        if !matches!(event, Event::Stopped { .. }) {
            self.stopped = None;
        }
        let last = self.attempts.last_mut();
        match event {
            Event::Begun(_) | Event::Accepted | Event::Unsure { .. } => {}
            Event::Create { name, before, .. } => self.attempts.push(Attempt {
                name: name.clone(),
                before: before.clone(),
                ..Attempt::default()
            }),
            Event::Made { id } => {
                if let Some(last) = last {
                    last.id = id.clone();
                }
            }
            Event::NotMade { .. } => {
                if let Some(last) = last {
                    last.not_made = true;
                }
            }
            Event::Found { token } => {
                if let Some(last) = last {
                    last.token = Some(token.clone());
                }
            }
            Event::Store { n } => {
                if let Some(last) = last {
                    last.begun.insert(*n);
                }
            }
            Event::Stored { n, .. } => {
                if let Some(last) = last {
                    last.stored.insert(*n);
                }
            }
            Event::NotStored { n, may_hold, .. } => {
                if let (Some(last), false) = (last, *may_hold) {
                    last.begun.remove(n);
                }
            }
            Event::PutBack { n } => {
                for attempt in &mut self.attempts {
                    attempt.begun.remove(n);
                    attempt.stored.remove(n);
                }
            }
            Event::Deployed { until } => self.deployed = Some(*until),
            Event::Registered { ended } => {
                self.registered.deployed = true;
                self.registered.ended |= *ended;
            }
            Event::End { mark } => {
                self.asked_to_end.insert(mark.clone());
            }
            Event::Dead { mark, proof } => self.dead.push((mark.clone(), *proof)),
            Event::Stopped { why } => self.stopped = Some(why.clone()),
            Event::Finished => self.over = Some(None),
            Event::Undone { why } => self.over = Some(Some(why.clone())),
        }
    }

    /// Whether a store may hold a value of this rotation.
    pub fn is_stored(&self) -> bool {
        self.attempts
            .iter()
            .any(|attempt| !attempt.begun.is_empty())
    }

    /// The proof that a token is dead.
    pub fn proof(&self, mark: &str) -> Option<Proof> {
        self.dead
            .iter()
            .find(|(dead, _)| dead == mark)
            .map(|(_, proof)| *proof)
    }

    /// What it is doing, in a sentence.
    pub fn says(&self) -> String {
        let change = &self.head.change;
        match (&self.over, &self.stopped, self.deployed) {
            (Some(None), ..) => {
                let proof = self.proof(&change.old.mark);
                let proof = proof.map_or("is ended", |proof| proof.words());
                format!("done: {} {proof}", change.old.called())
            }
            (Some(Some(why)), ..) => format!("undone: {why}"),
            (None, Some(why), _) => format!("stopped: {why}"),
            (None, None, Some(until)) if Timestamp::now() < until => format!(
                "both tokens live until {}; `keysweep live resume` goes on after that",
                time::moment(until)
            ),
            (None, None, Some(_)) if change.what.is_in_place() => {
                "the stores hold the new value, and that the old one is dead is to be proved: `keysweep live resume`".into()
            }
            (None, None, Some(_)) => {
                "the stores hold the new token, and the old one is to be ended: `keysweep live resume`".into()
            }
            (None, None, None) => "was cut off: `keysweep live resume` finishes or undoes it".into(),
        }
    }
}
