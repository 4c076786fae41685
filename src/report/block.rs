//! One finding as people read it: where it is first, the masked line, since when, what is wrong with it and
//! how to end it.

use std::collections::BTreeSet;

use super::code;
use super::escape::{line_start, terminal};
use super::paint::{Paint, bold, dim, severity_style};
use super::words::{self, count};
use super::{Condition, Finding, Place, Style, suppressed};
use crate::finding::{Class, ConditionId, Confidence, Field, Status};
use crate::secret::REDACTED;

/// Places shown before the rest is counted.
const PLACES_SHOWN: usize = 3;

/// The advice that was printed already: it is the same for every password, and is said once.
#[derive(Default)]
pub(super) struct RotationSteps(BTreeSet<String>);

impl RotationSteps {
    /// How to rotate a finding and where, unless that was said of another one.
    pub(super) fn rotation(&mut self, row: &Finding) -> Option<String> {
        let text = advice(row.rotate.as_deref().map(short), row)?;
        self.0.insert(text.clone()).then_some(text)
    }
}

/// Longer advice is cut at the end of its first part where findings are listed; code points.
const LONG_ADVICE: usize = 120;

/// The first part of long advice; `show` has all of it.
fn short(advice: &str) -> &str {
    let long = advice.chars().nth(LONG_ADVICE).is_some();
    let ends = ["; ", ". "].map(|end| advice.find(end));
    let end = ends.into_iter().flatten().min();
    end.filter(|_| long).map_or(advice, |end| &advice[..end])
}

/// How to rotate it, and the page of the provider where that is done.
pub(super) fn rotation(row: &Finding) -> Option<String> {
    advice(row.rotate.as_deref(), row)
}

fn advice(rotate: Option<&str>, row: &Finding) -> Option<String> {
    let parts = [rotate, row.console.as_deref()].into_iter().flatten();
    let parts: Vec<String> = parts.map(terminal).collect();
    (!parts.is_empty()).then(|| parts.join("  "))
}

/// The first place, which is a link where terminals take one.
pub(super) fn at(row: &Finding, paint: &Paint) -> String {
    let place = row.first_place();
    let at = place.map(words::position).unwrap_or_default();
    let link = place.and_then(|place| place.link.as_deref());
    paint.link(link, &line_start(&at))
}

/// `deploy.sh:2:21: high: GitHub token  (github-pat, id 22c4cf81)`: what editors and terminals know as a place
/// stands first.
pub(super) fn head(row: &Finding, paint: &Paint) -> String {
    let mut about = vec![terminal(&row.reported)];
    if row.confidence != Confidence::High {
        about.push(format!("{} confidence", row.confidence.name()));
    }
    let kind = class(row);
    about.extend((!kind.is_empty()).then(|| kind.trim_start_matches(", ").to_owned()));
    if !row.fails {
        about.push("does not fail".to_owned());
    }
    about.push(format!("id {}", row.id));
    format!(
        "{}: {}: {}  {}",
        at(row, paint),
        paint.with(severity_style(row.severity), row.severity.name()),
        paint.with(bold(), &terminal(&row.name)),
        paint.with(dim(), &format!("({})", about.join(", ")))
    )
}

/// What is no credential says so.
pub(super) fn class(row: &Finding) -> &'static str {
    match row.class {
        Class::Sample => ", sample",
        Class::Protected => ", ciphertext or digest",
        Class::Credential => "",
    }
}

/// What is said beside the carets: the public beginning of the value, and the name where the line does not
/// show it.
pub(super) fn beside(row: &Finding) -> String {
    let line = row.first_place().map_or("", |place| place.line.as_str());
    let line = if code::is_text(line) { line } else { "" };
    let value = row.value.as_deref().unwrap_or(&row.shown);
    let key = row.key.as_ref().map(|key| key.as_str());
    let key = key.filter(|key| !line.contains(key));
    let value = (value != REDACTED || line.is_empty()).then(|| terminal(value));
    let key = key.map(|key| format!("in {}", terminal(key)));
    let parts: Vec<String> = value.into_iter().chain(key).collect();
    parts.join("  ")
}

/// The masked line with its carets, or what may be shown of the value where there is no line to read.
pub(super) fn line_of(row: &Finding, paint: &Paint) -> String {
    match row.first_place() {
        Some(place) if code::is_text(place.line.as_str()) => {
            code::line(place.line.as_str(), &place.mark, &beside(row), paint)
        }
        _ => paint.labelled("value", &beside(row)),
    }
}

/// The whole of it.
pub(super) fn block(
    row: &Finding,
    style: Style,
    paint: &Paint,
    steps: &mut RotationSteps,
) -> String {
    let mut out = head(row, paint) + "\n";
    out.push_str(&line_of(row, paint));
    let mut line = |label: &str, text: String| out.push_str(&paint.labelled(label, &text));
    places(row, style, &mut line);
    let parts = match style.verbose {
        true => row.parts.len(),
        false => PLACES_SHOWN,
    };
    for part in row.parts.iter().take(parts) {
        let (name, shown) = (terminal(&part.name), terminal(&part.shown));
        let at = terminal(&words::position(&part.place));
        line("with", format!("{shown}  {name}  {at}  id {}", part.id));
    }
    let more = row.parts.len().saturating_sub(parts) as u64;
    if more > 0 {
        line("with", count(more, "more part", "more parts"));
    }
    since(row, &mut line);
    life(row, &mut line);
    conditions(row, style.verbose, &mut line);
    if style.verbose {
        evidence(row, &mut line);
    }
    if let Some(rotation) = steps.rotation(row) {
        line("rotate", rotation);
    }
    out.push('\n');
    out
}

/// The commit that brought it, the one that removed it, and the subject of the first.
pub(super) fn since(row: &Finding, line: &mut impl FnMut(&str, String)) {
    let Some(timeline) = &row.timeline else {
        return;
    };
    let lifetime = words::lifetime(timeline);
    let lifetime = lifetime.trim_start_matches("since ");
    let subject = timeline.first.subject.as_str();
    let mut text = format!("{lifetime} · \"{subject}\"");
    // A patch that was applied later, or a rebase: ages are judged by the day that it came into the history.
    let came = row.facts_of(Field::FirstSeen).find_map(|fact| fact.time);
    let came = came.map(words::date);
    if let Some(day) = came.filter(|day| *day != words::date(timeline.first.date)) {
        text.push_str(&format!(" · committed {day}"));
    }
    line("since", terminal(&text));
}

/// What is wrong with its life; all of it with the facts it stands on where everything is wanted.
pub(super) fn conditions(row: &Finding, all: bool, line: &mut impl FnMut(&str, String)) {
    match all {
        true => row
            .conditions
            .iter()
            .for_each(|it| line("stale", traced(it))),
        false => words::condition(row)
            .into_iter()
            .for_each(|it| line("stale", it)),
    }
}

fn places(row: &Finding, style: Style, line: &mut impl FnMut(&str, String)) {
    let shown = match style.verbose {
        true => row.places.len(),
        false => PLACES_SHOWN,
    };
    if let Some(about) = row.first_place().and_then(|first| about(row, first)) {
        line("here", about);
    }
    for place in row.places.iter().take(shown).skip(1) {
        let about = about(row, place).map_or(String::new(), |about| format!("  ({about})"));
        line(
            "also",
            format!("{}{about}", terminal(&words::position(place))),
        );
    }
    let more = row.places.len().saturating_sub(shown);
    if more > 0 {
        line("and", count(more as u64, "more place", "more places"));
    }
}

/// What is worth saying about a place beside its position.
pub(super) fn about(row: &Finding, place: &Place) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(cause) = &place.suppressed {
        parts.push(format!(
            "allowed here {}",
            terminal(&suppressed::why(cause))
        ));
    }
    if let Some(reach) = &place.only_in {
        parts.push(match reach.as_str() {
            "unreachable" => "reached by no ref".to_owned(),
            reach => format!("only in {}", terminal(reach)),
        });
    }
    if place.at_head == Some(false) && row.timeline.is_some() && row.stands() {
        parts.push("not at HEAD".to_owned());
    }
    // Of a range, which has no timeline.
    if place.at_head == Some(false) && row.timeline.is_none() && !place.message {
        parts.push("removed again".to_owned());
    }
    if place.versions > 1 {
        parts.push(format!(
            "in {}",
            count(place.versions.into(), "version", "versions")
        ));
    }
    if place.times_introduced > 1 {
        parts.push(format!("introduced {} times", place.times_introduced));
    }
    // The first introduction of all is told in the timeline.
    let first = row.timeline.as_ref().map(|t| t.first.id.as_str());
    if let Some(commit) = place
        .introduced
        .as_ref()
        .filter(|c| Some(c.id.as_str()) != first)
    {
        parts.push(format!("from {}", terminal(&words::commit(commit))));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Its status, its slot, and what is known of it; facts that are equally sure share a line.
pub(super) fn life(row: &Finding, line: &mut impl FnMut(&str, String)) {
    // That it ended is also what is wrong with it.
    let ended = row.has(ConditionId::Expired) || row.has(ConditionId::Expiring);
    if let Some(status) = words::status(&row.status).filter(|_| !ended) {
        line("status", status);
    }
    if let Some(slot) = words::slot(row) {
        line("life", terminal(&slot));
    }
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for fact in &row.facts {
        // The end of validity is the status already, the line of the history says since when and
        // until when, and that of the slot what stood there before and after.
        let said = match fact.field {
            Field::Expires => row.status != Status::Unknown,
            Field::FirstSeen | Field::Removed => true,
            Field::Rotations | Field::Rotated | Field::RotatedBy => true,
            Field::Replaced | Field::ReplacedBy | Field::Revocation => true,
            _ => false,
        };
        if said {
            continue;
        }
        let value = match fact.time {
            Some(time) => words::date(time),
            None => terminal(fact.value.as_str()),
        };
        let source = format!("{}, from {}", fact.certainty.name(), fact.source.name());
        let text = format!("{} {value}", fact.field.name());
        match groups.iter_mut().find(|(of, _)| *of == source) {
            Some((_, texts)) => texts.push(text),
            None => groups.push((source, vec![text])),
        }
    }
    for (source, texts) in groups {
        line("facts", format!("{} ({source})", texts.join(", ")));
    }
}

/// A condition with the facts that it stands on, and who set the limit that it exceeds.
fn traced(it: &Condition) -> String {
    let facts: Vec<&str> = it.facts.iter().map(|field| field.name()).collect();
    let facts = match facts.is_empty() {
        true => "its places".to_owned(),
        false => facts.join(", "),
    };
    let policy = it
        .policy
        .as_ref()
        .map(|policy| format!("; limit: {}", terminal(policy.as_str())));
    let policy = policy.unwrap_or_default();
    format!("{}: {} (from {facts}{policy})", it.id.name(), it.message)
}

/// Why the program believes it.
pub(super) fn evidence(row: &Finding, line: &mut impl FnMut(&str, String)) {
    if !row.evidence.checks.is_empty() {
        let checks: Vec<String> = row
            .evidence
            .checks
            .iter()
            .map(|check| {
                let how = if check.passed { "passed" } else { "failed" };
                format!("{} {how}", check.name)
            })
            .collect();
        line("checks", checks.join(", "));
    }
    if !row.evidence.reasons.is_empty() {
        line("because", row.evidence.reasons.join(", "));
    }
    if !row.evidence.layers.is_empty() {
        line("inside", row.evidence.layers.join(" in "));
    }
    if !row.evidence.also.is_empty() {
        let also: Vec<String> = row.evidence.also.iter().map(|id| terminal(id)).collect();
        line("fits", also.join(", "));
    }
}
