//! What there is to say of what is no value in the files: entries of the register, tokens that servers
//! list, references. Every sentence has absolute dates only, so that it stays the same from day to day.

mod encrypted;
mod ends;
mod entries;
mod found;
mod listed;
mod references;

pub(crate) use ends::ahead;

use crate::finding::{Credential, Mode, Notice, RepoPath};
use crate::lists::Joined;
use crate::plan::Plan;
use crate::reference::Reference;
use crate::register::{Entry, Register};

/// The notices of a run. Where it did not read the `whole` of what was asked for, nothing is called unused. Of a
/// change only what it adds is told: nobody's commit is stopped because a day passed.
pub(crate) fn notices(
    plan: &Plan,
    credentials: &[Credential],
    joined: &Joined,
    references: &[Reference],
    whole: bool,
    mode: Mode,
) -> Vec<Notice> {
    if mode.is_change() {
        let mut out = listed::notices(plan, None, joined, credentials);
        if let Some(register) = plan.register.as_ref().filter(|_| plan.references) {
            out.extend(references::added(register, references));
        }
        return out;
    }
    let mut out = encrypted::notices(plan, credentials);
    out.extend(listed::notices(
        plan,
        plan.register.as_ref(),
        joined,
        credentials,
    ));
    if let Some(register) = &plan.register {
        out.extend(entries::notices(register, plan));
        out.extend(found::notices(register, plan, credentials));
        if plan.references {
            out.extend(references::notices(
                register,
                credentials,
                references,
                whole,
            ));
        }
    }
    out
}

/// A notice about an entry, to be mended at a line of the register.
fn of_entry(
    register: &Register,
    id: &'static str,
    entry: &Entry,
    line: u32,
    message: String,
) -> Notice {
    let file = RepoPath(register.file.clone().into_bytes());
    Notice::new(id, entry.id.as_bytes(), message).at_line(file, line)
}
