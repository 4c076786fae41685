//! A proposed register as text: what is known stands in it, what is not stands in comments to be filled in.

use jiff::Timestamp;
use toml_edit::{Array, Value};

use super::{At, End, Entry};
use crate::finding::date;

/// A proposed entry. Its lines mean nothing.
#[derive(Clone, Debug, Default)]
pub struct Proposed {
    /// What is known.
    pub entry: Entry,
    /// The owner is who committed the value first, which is a guess that somebody has to confirm.
    pub owner_committed: bool,
    /// Where it stands, `path:line`; shown in a comment.
    pub found: Option<String>,
    /// The day of the first commit that holds the value: it was made on it or before.
    pub first_seen: Option<Timestamp>,
}

/// The head of a new register.
const HEAD: &str = "\
# The register of this repository: its tokens, and no value of any of them.
# Fill in what stands in comments, and take out what is no token of yours.
# `keysweep tokens check` says what is to be done.

[policy]
require = [\"owner\", \"purpose\", \"scope\", \"expires\"]
";

/// The text of a register of these entries, written down on the day of `now`; without a head where they are
/// to be added to one.
pub fn proposal(entries: &[Proposed], now: Timestamp, head: bool) -> String {
    let mut out = if head { HEAD.to_owned() } else { String::new() };
    for proposed in entries {
        if !out.is_empty() {
            out.push('\n');
        }
        one(proposed, now, &mut out);
    }
    out
}

fn one(proposed: &Proposed, now: Timestamp, out: &mut String) {
    let entry = &proposed.entry;
    let text = |text: &str| Value::from(text).to_string();
    let said = |at: &Option<At<String>>| at.as_ref().map(|at| text(&at.value));
    let list = |all: &[At<String>]| {
        let list: Array = all.iter().map(|at| at.value.as_str()).collect();
        (!all.is_empty()).then(|| list.to_string())
    };
    if let Some(found) = &proposed.found {
        out.push_str(&format!("# found in {found}\n"));
    }
    out.push_str("[[token]]\n");
    let mut line = |key: &str, value: Option<String>, blank: &str| match value {
        Some(value) => out.push_str(&format!("{key} = {value}\n")),
        None if blank.is_empty() => {}
        None => out.push_str(&format!("# {key} = {blank}\n")),
    };
    line("id", Some(text(&entry.id)), "");
    line("server", said(&entry.server), "");
    let blank = if entry.server.is_some() { "" } else { "\"\"" };
    line("kind", said(&entry.kind), blank);
    line("name", said(&entry.name), "");
    let owner = said(&entry.owner).map(|owner| match proposed.owner_committed {
        true => format!("{owner}   # committed it first"),
        false => owner,
    });
    line("owner", owner, "\"\"");
    line("purpose", said(&entry.purpose), "\"\"");
    line("scope", list(&entry.scope), "[]");
    line("added", Some(date(now)), "");
    let before = proposed
        .first_seen
        .map(|at| format!("{}   # or before", date(at)));
    let created = entry.created.map(|at| date(at.value));
    line("created", created, &before.unwrap_or_default());
    let end = entry.expires.map(|end| match end.value {
        End::At(at) => date(at),
        End::Never => text("never"),
    });
    line("expires", end, "2027-01-01");
    line("rotated", entry.rotated.map(|at| date(at.value)), "");
    line("refs", list(&entry.refs), "");
    let print = entry.fingerprint.map(|at| text(&at.value.to_string()));
    line("fingerprint", print, "");
}
