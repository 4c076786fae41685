//! What a change does, in sentences.

use super::plan::{Change, Holds, Successor, What};
use super::time::span;
use crate::finding::date;
use crate::live::driver::About;
use crate::live::store::takes_id;

/// The making of a new token.
fn making(change: &Change, successor: &Successor) -> String {
    let (server, old) = (&change.server, change.old.called());

    let scope = match successor.scope.as_slice() {
        [] => "with the scope that the server gives".to_owned(),
        scope => format!("with the scope {}", scope.join(", ")),
    };
    let ends = match successor.ends {
        Some(end) => format!("ending on {}", date(end)),
        None => "without an end".to_owned(),
    };
    format!(
        "Make the token {} on {server}, {scope}, {ends}; end it again and stop if it is granted more \
                 than {old} may, or is not accepted.",
        successor.name
    )
}

/// What is done, step by step.
pub fn steps(change: &Change, about: &About) -> Vec<String> {
    let (server, old) = (&change.server, change.old.called());
    let mut steps = Vec::new();
    match (change.what, &change.successor) {
        (What::Rotate, Some(successor)) => steps.push(making(change, successor)),
        (What::Replace, _) => steps.push(format!(
            "Give {old} on {server} another value. The old value is dead from that moment, and the stores \
             hold it until they are written."
        )),
        _ => {}
    }
    for place in &change.stores {
        let back = match place.holds {
            Holds::Hidden => "it shows no values, so nothing is read back",
            Holds::Value | Holds::Nothing => "read it back and compare",
        };
        let what = match takes_id(&place.store) {
            true => "id",
            false => "value",
        };
        steps.push(format!("Write the new {what} to {}; {back}.", place.store));
    }
    if change.what == What::Choose {
        steps.insert(0, "Draw a new value.".into());
        steps.push(format!(
            "Give {old} on {server} that value; the old one is dead from that moment."
        ));
    }
    if change.overlap > 0 && change.what == What::Rotate {
        steps.push(format!(
            "Leave both alive for {}; `keysweep live resume` goes on after that.",
            span(change.overlap)
        ));
    }
    if !change.what.is_in_place() {
        steps.push(format!("End {old} on {server}."));
    }
    let settles = match about.settles().as_secs() {
        0 => String::new(),
        seconds => format!(
            ", which takes up to {} on this kind of server",
            span(seconds as i64)
        ),
    };
    steps.push(match change.what {
        What::Replace | What::Choose => {
            format!("Prove it: the old value is not accepted any more{settles}.")
        }
        _ => format!(
            "Prove it: it is gone from the list, and its value is not accepted any more{settles}."
        ),
    });
    steps.push(format!(
        "Write that down in the entry {} of the register.",
        change.entry
    ));
    steps
}
