//! The page of one finding, which `keysweep show` prints: all there is to say of it, for whoever has to decide
//! what becomes of it.

use super::block::{self, rotation};
use super::code;
use super::escape::{line_start, terminal};
use super::paint::{Paint, bold, severity_style};
use super::words::{self, count};
use super::{Finding, RuleInfo, Style, advice};
use crate::finding::{Class, Excerpt};

/// Places listed.
const PLACES: usize = 20;

/// What was found out about the place of a finding that is looked at.
#[derive(Default)]
pub struct Look {
    /// The masked lines around it; `None` when its content cannot be read again.
    pub excerpt: Option<Excerpt>,
    /// A command that prints the content, when no file of the working tree holds it.
    pub command: Option<String>,
    /// The value itself, which the user asked for at a terminal.
    pub value: Option<String>,
    /// It is only found where the history is looked at.
    pub history: bool,
}

/// Writes the page.
pub fn page(row: &Finding, rule: Option<&RuleInfo>, look: &Look, style: Style) -> String {
    let paint = Paint::new(style);
    let mut out = format!(
        "{}: {}  id {}\n",
        paint.with(severity_style(row.severity), row.severity.name()),
        paint.with(bold(), &terminal(&row.name)),
        row.id
    );
    if let Some(place) = row.first_place() {
        let at = line_start(&words::position(place));
        out.push_str(&format!("\n{}\n", paint.link(place.link.as_deref(), &at)));
        out.push_str(&match &look.excerpt {
            Some(excerpt) => code::excerpt(excerpt, &block::beside(row), &paint),
            None => block::line_of(row, &paint),
        });
    }
    out.push('\n');
    let mut line = |label: &str, text: String| out.push_str(&paint.labelled(label, &text));
    if let Some(value) = &look.value {
        line("value", terminal(value));
    }
    why(row, rule, &mut line);
    if let Some(cause) = &row.suppressed {
        line("allowed", terminal(&super::suppressed::why(cause)));
    }
    block::since(row, &mut line);
    block::life(row, &mut line);
    block::conditions(row, true, &mut line);
    for part in &row.parts {
        let at = terminal(&words::position(&part.place));
        line(
            "with",
            format!("{}  {at}  id {}", terminal(&part.name), part.id),
        );
    }
    places(row, &mut line);
    if let Some(command) = &look.command {
        line("look", command.clone());
    }
    if let Some(link) = row.first_place().and_then(|place| place.link.as_ref()) {
        line("page", terminal(link));
    }
    to_do(row, look, &mut line);
    out
}

/// What matched, how sure that is, and why.
fn why(row: &Finding, rule: Option<&RuleInfo>, line: &mut impl FnMut(&str, String)) {
    let sure = match row.probability {
        Some(probability) => format!(
            "{} confidence, probability {probability:.2}",
            row.confidence.name()
        ),
        None => format!("{} confidence", row.confidence.name()),
    };
    let fails = match (row.fails, row.class) {
        (true, _) => "fails",
        (false, Class::Credential) => "does not fail",
        (false, _) => block::class(row).trim_start_matches(", "),
    };
    line(
        "rule",
        format!("{} ({sure}, {fails})", terminal(&row.reported)),
    );
    let provider = rule.map(|rule| rule.provider.as_str()).unwrap_or_default();
    if !provider.is_empty() && provider != "generic" {
        line("of", terminal(provider));
    }
    block::evidence(row, line);
    if let Some(docs) = rule.and_then(|rule| rule.docs.as_ref()) {
        line("docs", terminal(docs));
    }
}

fn places(row: &Finding, line: &mut impl FnMut(&str, String)) {
    // That all of it is allowed stands above.
    let first = row
        .first_place()
        .filter(|it| it.suppressed.is_none() || row.suppressed.is_none());
    if let Some(about) = first.and_then(|it| block::about(row, it)) {
        line("here", about);
    }
    for place in row.places.iter().take(PLACES).skip(1) {
        let about = block::about(row, place).map_or(String::new(), |it| format!("  ({it})"));
        line(
            "also",
            format!("{}{about}", terminal(&words::position(place))),
        );
    }
    let more = row.places.len().saturating_sub(PLACES) as u64;
    if more > 0 {
        line("and", count(more, "more place", "more places"));
    }
}

/// What to do about it: in the file, where it was issued, and when it is no secret.
fn to_do(row: &Finding, look: &Look, line: &mut impl FnMut(&str, String)) {
    if let Some(place) = row.first_place().filter(|_| !look.history) {
        line(
            "fix",
            format!("{} (keysweep fix {})", advice(place.path.as_str()), row.id),
        );
    }
    let make = || "make a new one where it was issued, and end this one there".to_owned();
    line("rotate", rotation(row).unwrap_or_else(make));
    let history = if look.history { " --history" } else { "" };
    if row.suppressed.is_none() {
        line(
            "allow",
            format!("if it is no secret: keysweep allow {}{history}", row.id),
        );
    }
}
