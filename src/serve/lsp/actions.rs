//! What an editor can do about a finding: the repair of `keysweep fix`, and the comment that allows it.

use super::{Buffer, Seen};
use crate::fix::{self, Edit, Subject};
use crate::serve::comment;

/// One repair.
pub(super) struct Action {
    pub title: String,
    pub preferred: bool,
    pub edits: Vec<Edit>,
}

/// The repairs of a finding at its place in a buffer.
pub(super) fn of(seen: &Seen, buffer: &Buffer) -> Vec<Action> {
    [reference(seen, buffer), allowance(seen, buffer)]
        .into_iter()
        .flatten()
        .collect()
}

/// The value becomes what its kind of file reads at run time.
fn reference(seen: &Seen, buffer: &Buffer) -> Option<Action> {
    let span = seen.start.offset..seen.end.offset;
    // What was decoded stands otherwise in the text.
    if !seen.finding.evidence.layers.is_empty() {
        return None;
    }
    let own = fix::name_at(&buffer.path, &buffer.text, &span);
    let subjects = buffer.seen.iter().map(|other| {
        let key = other.finding.key.as_ref().map(|key| key.as_str());
        let own = own.filter(|_| other.finding.id == seen.finding.id);
        Subject {
            id: other.finding.id.clone(),
            key: key.or(own).unwrap_or_default().to_owned(),
            rule: other.finding.rule.clone(),
            path: buffer.path.clone(),
        }
    });
    let subjects: Vec<Subject> = subjects.collect();
    let name = fix::names(&subjects).remove(&seen.finding.id)?;
    let repair = fix::repair(&buffer.path, &buffer.text, &span, &name).ok()?;
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
