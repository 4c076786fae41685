//! What a member of a record says: texts, moments, and the part of a token that is shown.

use serde_json::Value;

use super::point::Record;
use super::{Handle, Moment};
use crate::detect::checks;
use crate::rule::{ListFrom, Part};

/// Fewer characters than these tell a token from others only by chance.
const MIN_HANDLE: usize = 4;

/// Whether a text says that there is something.
pub(super) fn is_said(text: &str) -> bool {
    const NOTHING: [&str; 5] = ["N/A", "not_supported", "no_information", "null", "false"];
    !NOTHING.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// The values of a source as they stand there; of texts those that it asks for.
pub(super) fn values(record: &Record<'_>, from: &ListFrom) -> Vec<Value> {
    if from.at.is_empty() {
        return Vec::new();
    }
    let found = record.find(&from.at).into_iter();
    if from.find.is_empty() {
        return found.cloned().collect();
    }
    let texts = found.filter_map(|value| value.as_str()?.strip_prefix(from.find.as_ref()));
    texts.map(|text| Value::String(text.to_owned())).collect()
}

/// The texts of a source, with what belongs around them.
pub(super) fn texts(record: &Record<'_>, from: &ListFrom) -> Vec<String> {
    let mut found = match from.at.is_empty() {
        true => Vec::new(),
        false => record.texts(&from.at),
    };
    if !from.find.is_empty() {
        let fits = found
            .iter()
            .filter_map(|text| text.strip_prefix(from.find.as_ref()));
        found = fits.map(str::to_owned).collect();
    }
    if found.is_empty() && !from.absent.is_empty() {
        return vec![from.absent.to_string()];
    }
    let and = match from.and.is_empty() {
        true => None,
        false => record.texts(&from.and).into_iter().next(),
    };
    let dressed = |text: String| {
        if let Some((_, means)) = from.words.iter().find(|(word, _)| *word == text) {
            return means.to_string();
        }
        let and = and.as_ref().map_or(String::new(), |and| format!("@{and}"));
        format!("{}{text}{and}{}", from.before, from.behind)
    };
    let dressed = found.into_iter().map(dressed);
    dressed.filter(|text| !text.is_empty()).collect()
}

/// What a description calls a moment.
pub(super) fn meaning(word: &str) -> Moment {
    match word {
        "never" => Moment::Never,
        _ => Moment::Unknown,
    }
}

/// So many days after `moment` as a number in the record says, of which 0 is never.
pub(super) fn later(moment: Moment, record: &Record<'_>, pointer: &str) -> Moment {
    let days = record.texts(pointer).into_iter().next();
    let days = days.and_then(|text| text.parse::<i64>().ok());
    match (days, moment) {
        (Some(0), _) => Moment::Never,
        (Some(days @ 1..=100_000), Moment::At(at)) => {
            let life = jiff::SignedDuration::from_hours(24 * days);
            at.checked_add(life).map_or(Moment::Unknown, Moment::At)
        }
        _ => Moment::Unknown,
    }
}

/// The part of a token that a server shows, where it is long enough to tell it from others.
pub(super) fn handle(record: &Record<'_>, from: &[ListFrom]) -> Option<Handle> {
    let one = from.first()?;
    let shown = record.texts(&one.at).into_iter().next()?;
    let whole = || format!("{}{shown}{}", one.before, one.behind);
    let long = |text: &str| text.chars().count() >= MIN_HANDLE;
    let handle = match one.part {
        Part::Start => Handle::Start(whole()),
        Part::End => Handle::End(whole()),
        Part::Both => {
            let gap = |c: char| matches!(c, '.' | '…' | '*');
            let first = shown.find(gap)?;
            let last = shown.rfind(gap)?;
            let end = shown.get(last..)?.trim_start_matches(gap);
            Handle::Both(shown.get(..first)?.to_owned(), end.to_owned())
        }
    };
    let enough = match &handle {
        Handle::Start(text) | Handle::End(text) => long(&shown) && long(text),
        Handle::Both(start, end) => long(start) && long(end),
    };
    enough.then_some(handle)
}

/// Whether a machine drew a token: a part of it without a sign in it is long and looks random.
pub(super) fn is_drawn(secret: &str) -> bool {
    let sign = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '=' | '/' | '+'));
    let mut parts = secret.split(sign).filter(|part| part.len() >= 16);
    parts.any(|part| checks::looks_random(part.as_bytes()))
}
