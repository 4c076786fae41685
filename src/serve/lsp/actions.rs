//! What an editor can do about a finding: the repair of `keysweep fix`, and the comment that allows it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Buffer, Seen};
use crate::fix::{self, Edit, Subject};
use crate::serve::comment;

/// One repair.
pub(super) struct Action {
    pub title: String,
    pub preferred: bool,
    pub edits: Vec<Edit>,
}

/// The repairs of findings at their places in a buffer.
pub(super) fn of<'s>(
    wanted: &'s [&'s Seen],
    buffer: &'s Buffer,
) -> impl Iterator<Item = (&'s Seen, Action)> + 's {
    // The name of one depends on those of all others; they are made once.
    let names = names(wanted, buffer);
    wanted.iter().flat_map(move |seen| {
        let reference = names
            .get(&seen.finding.id)
            .and_then(|name| reference(seen, buffer, name));
        let both = [reference, allowance(seen, buffer)];
        both.into_iter().flatten().map(|action| (*seen, action))
    })
}

/// What the variables are called that the values of a buffer go to, by the ids of the findings. Where a rule knows
/// no name, the one before the first wanted place serves.
fn names(wanted: &[&Seen], buffer: &Buffer) -> BTreeMap<String, String> {
    let mut own: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for seen in wanted.iter().filter(|seen| seen.finding.key.is_none()) {
        let span = seen.start.offset..seen.end.offset;
        own.entry(&seen.finding.id)
            .or_insert_with(|| fix::name_at(&buffer.path, &buffer.text, &span));
    }
    let mut known = BTreeSet::new();
    let all = buffer.seen.iter().map(|seen| &seen.finding);
    let subjects = all
        .filter(|finding| known.insert(&finding.id))
        .map(|finding| {
            let key = finding.key.as_ref().map(|key| key.as_str());
            let own = own.get(finding.id.as_str()).copied().flatten();
            Subject {
                id: finding.id.clone(),
                key: key.or(own).unwrap_or_default().to_owned(),
                rule: finding.rule.clone(),
                path: buffer.path.clone(),
            }
        });
    let subjects: Vec<Subject> = subjects.collect();
    fix::names(&subjects)
}

/// The value becomes what its kind of file reads at run time.
fn reference(seen: &Seen, buffer: &Buffer, name: &str) -> Option<Action> {
    let span = seen.start.offset..seen.end.offset;
    // What was decoded stands otherwise in the text.
    if !seen.finding.evidence.layers.is_empty() {
        return None;
    }
    let repair = fix::repair(&buffer.path, &buffer.text, &span, name).ok()?;
    if repair.edits.is_empty() {
        return None;
    }
    Some(Action {
        title: format!("Read {name} from the environment instead (then rotate the old value)"),
        preferred: true,
        edits: repair.edits,
    })
}

/// A comment on the line above says that it is no secret.
fn allowance(seen: &Seen, buffer: &Buffer) -> Option<Action> {
    let comment = comment::allowing(&buffer.path, &seen.finding.rule)?;
    let text = &buffer.text;
    let start = text[..seen.start.offset].rfind('\n').map_or(0, |at| at + 1);
    let line = &text[start..];
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let end = if line
        .lines()
        .next()
        .is_some_and(|first| line[first.len()..].starts_with("\r\n"))
    {
        "\r\n"
    } else {
        "\n"
    };
    Some(Action {
        title: format!("Allow {} here: it is no secret", seen.finding.rule),
        preferred: false,
        edits: vec![Edit {
            span: (start, start),
            with: format!("{indent}{comment}{end}"),
        }],
    })
}
