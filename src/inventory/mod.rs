//! What there is to say of what is no value in the files: entries of the register, tokens that servers
//! list, references. Every sentence has absolute dates only, so that it stays the same from day to day.

mod register;

use crate::finding::{Credential, Notice};
use crate::plan::Plan;

/// The notices of a run.
pub(crate) fn notices(plan: &Plan, _credentials: &[Credential]) -> Vec<Notice> {
    let register = plan.register.iter();
    register
        .flat_map(|register| register::told(register, plan.now))
        .collect()
}
