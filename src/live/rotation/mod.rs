//! Rotation in two phases, with proof: a plan that people read, and a run that does it and journals each step.

mod choose;
mod desk;
mod draft;
mod finish;
mod journal;
mod make;
mod plan;
mod run;
mod seal;
mod state;
mod steps;
mod time;

pub use desk::{Desk, NotPlanned, Ready, Wanted};
pub use journal::{Journal, Journals, Kept, Lock, Proof};
pub use plan::{Change, MAX as MAX_PLAN, PLAN_VERSION, Plan, What, schema};
pub use run::{Outcome, World};
pub use seal::fresh;
pub use state::State;
pub use time::{moment, span};
