//! The table of credentials: what each is, its state and life, whose it is, where it stands and what to do next.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;

use super::{AT_ONCE, life};
use crate::finding::{ConditionId, Field};
use crate::report::escape::{html, uri};
use crate::report::state::State;
use crate::report::words::{self, count};
use crate::report::{Finding, Place, Report};

/// Places written for each credential; the others are counted.
const PLACES_MAX: usize = 6;

/// The head of the table of credentials.
const HEAD: &str = "<thead role=\"rowgroup\"><tr role=\"row\">\
     <th role=\"columnheader\" scope=\"col\">Credential</th><th role=\"columnheader\" scope=\"col\">State</th><th role=\"columnheader\" scope=\"col\">Life</th>\
     <th role=\"columnheader\" scope=\"col\">Whose, and what it may do</th><th role=\"columnheader\" scope=\"col\">Where</th>\
     <th role=\"columnheader\" scope=\"col\">What to do next</th></tr></thead>\n<tbody role=\"rowgroup\">";

/// The repositories of an audit of several, in the order of their names.
fn repositories(report: &Report) -> BTreeSet<&str> {
    let places = report.findings.iter().flat_map(|row| &row.places);
    places
        .filter_map(|place| Some(place.repository.as_ref()?.as_str()))
        .collect()
}

/// What filters the table, and how the table begins.
fn controls(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<div class=\"controls\"><div><label for=\"find\">Find</label>\
         <input id=\"find\" type=\"search\" autocomplete=\"off\"></div>\
         <div><label for=\"state\">State</label><select id=\"state\"><option value=\"\">all</option>"
    )?;
    for state in State::ALL {
        writeln!(
            out,
            "<option value=\"{}\">{}</option>",
            state.name(),
            state.words().0
        )?;
    }
    writeln!(out, "</select></div>")?;
    let repositories = repositories(report);
    if !repositories.is_empty() {
        writeln!(
            out,
            "<div><label for=\"repository\">Repository</label><select id=\"repository\"><option value=\"\">all</option>"
        )?;
        for name in repositories {
            let name = html(name);
            writeln!(out, "<option value=\"{name}\">{name}</option>")?;
        }
        writeln!(out, "</select></div>")?;
    }
    writeln!(
        out,
        "<p id=\"said\" role=\"status\"></p></div>\n\
         <div class=\"wide\" role=\"region\" aria-label=\"Credentials\" tabindex=\"0\"><table role=\"table\">\n\
         <caption>Each credential once: what opens most first, the dead last.</caption>\n{}",
        HEAD.replacen("<tbody", "<tbody id=\"rows\"", 1)
    )
}

/// The table of credentials, which a script filters.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    controls(report, out)?;
    let scale = life::Scale::of(report);
    let mut rows: Vec<&Finding> = report.findings.iter().collect();
    // What is dead is no hurry, and what opens most comes first: a removed token that nobody revoked
    // before a password that stands there. Of equally urgent ones the order of the report stays.
    rows.sort_by_key(|row| {
        let state = State::of(row);
        (state == State::Dead, Reverse(row.severity), state)
    });
    let (first, rest) = rows.split_at(rows.len().min(AT_ONCE));
    for row in first {
        writeln!(out, "{}", line(row, &scale))?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if rest.is_empty() {
        return Ok(());
    }
    let all = count(rows.len() as u64, "credential", "credentials");
    writeln!(
        out,
        "<p class=\"blocked small\">If no more than {AT_ONCE} credentials stand here, what shows this page keeps its script from \
         running: open the file in a browser, which shows all {all}.</p>\n\
         <noscript data-into=\"rows\"><div class=\"wide\" role=\"region\" aria-label=\"The other credentials\" tabindex=\"0\">\
         <table role=\"table\">\n<caption>The other credentials.</caption>\n"
    )?;
    writeln!(out, "{HEAD}")?;
    for row in rest {
        writeln!(out, "{}", line(row, &scale))?;
    }
    writeln!(out, "</tbody></table></div></noscript>")
}

/// One credential.
fn line(row: &Finding, scale: &life::Scale) -> String {
    let state = State::of(row);
    let (word, class, _) = state.words();
    let key = row
        .key
        .as_ref()
        .map(|key| format!(" in <code>{}</code>", html(key.as_str())));
    let ends = words::status(&row.status)
        .map(|status| format!("<span class=\"small\">{}</span>", html(&status)))
        .unwrap_or_default();
    let slot = words::slot(row)
        .map(|slot| format!("<span class=\"small\">{}</span>", html(&slot)))
        .unwrap_or_default();
    let wrong: String = row
        .conditions
        .iter()
        .map(|it| format!("<span class=\"small\">{}</span>", html(&it.message)))
        .collect();
    format!(
        "<tr role=\"row\" data-state=\"{}\"><th role=\"rowheader\" scope=\"row\">{}<span class=\"small\"><code>{}</code>{}</span>\
         <span class=\"small\">{}, {}, {} confidence, id {}</span></th>\
         <td role=\"cell\"><span class=\"state {class}\">{word}</span>{ends}{slot}{wrong}</td><td role=\"cell\">{}</td>\
         <td role=\"cell\">{}</td><td role=\"cell\">{}</td><td role=\"cell\">{}</td></tr>",
        state.name(),
        html(&row.name),
        html(&row.shown),
        key.unwrap_or_default(),
        html(&row.reported),
        row.severity.name(),
        row.confidence.name(),
        html(&row.id),
        scale.drawn(row),
        whose(row),
        places(row),
        next(row, state),
    )
}

/// Who owns it, who brought it, and what it opens, as far as it is known.
fn whose(row: &Finding) -> String {
    let mut out = String::new();
    let mut say = |class: &str, what: &str, text: &str| {
        out.push_str(&format!(
            "<div>{what} <span class=\"{class}\">{}</span></div>",
            html(text)
        ));
    };
    for fact in &row.facts {
        let what = match fact.field {
            Field::Kind => "is",
            Field::Id => "id",
            Field::Environment => "environment",
            Field::Owner => "owner",
            Field::Backup => "backup",
            Field::Purpose => "used for",
            Field::Account => "account",
            Field::Issuer => "issued by",
            Field::Scope => "may",
            Field::Audience => "for",
            Field::UsedIn => "used in",
            _ => continue,
        };
        let wide = fact.field == Field::UsedIn
            || fact.field == Field::Scope && row.has(ConditionId::Overscoped);
        say(
            if wide { "wide-scope" } else { "" },
            what,
            fact.value.as_str(),
        );
    }
    for part in &row.parts {
        say("", "with", &format!("{} {}", part.name, part.shown));
    }
    if let Some(timeline) = &row.timeline {
        say("", "brought by", timeline.first.author.as_str());
    }
    if out.is_empty() {
        out.push_str("<span class=\"small\">not known</span>");
    }
    out
}

fn places(row: &Finding) -> String {
    let mut out = String::new();
    for place in row.places.iter().take(PLACES_MAX) {
        let gone = match place.at_head {
            _ if place.is_uncommitted() => " <span class=\"small\">not committed</span>",
            Some(false) => " <span class=\"small\">not at HEAD</span>",
            _ => "",
        };
        let repository = place.repository.as_ref().map(|name| {
            // For the filter, which must not find the name in another text.
            format!(" data-repository=\"{}\"", html(name.as_str()))
        });
        out.push_str(&format!(
            "<div{}>{}{gone}</div>",
            repository.unwrap_or_default(),
            linked(place)
        ));
    }
    let more = row.places.len().saturating_sub(PLACES_MAX) as u64;
    if more > 0 {
        let what = count(more, "more place", "more places");
        out.push_str(&format!("<div class=\"small\">and {what}</div>"));
    }
    out
}

/// The position, which leads to the page of the repository's host where that is known.
fn linked(place: &Place) -> String {
    let at = format!("<code>{}</code>", html(&words::position(place)));
    match place
        .link
        .as_ref()
        .filter(|page| page.starts_with("https://"))
    {
        Some(page) => {
            let page = html(&uri(page, false));
            format!("<a href=\"{page}\" rel=\"noreferrer noopener\">{at}</a>")
        }
        None => at,
    }
}

/// What to do, with the page of the provider and the command that accepts it.
fn next(row: &Finding, state: State) -> String {
    let todo = match (state, &row.rotate) {
        (State::Dead, _) => "Nothing is open; take it out of the files.".to_owned(),
        (_, Some(rotate)) => rotate.clone(),
        (State::Elsewhere | State::Removed | State::Replaced, None) => {
            "Make sure that nothing accepts it any more.".to_owned()
        }
        (_, None) => "Replace it, and keep the new value outside of the files.".to_owned(),
    };
    let mut out = format!("<div>{}</div>", html(&todo));
    if let Some(console) = row.console.as_ref().filter(|at| at.starts_with("https://")) {
        // A page of a rule file, which may be the user's own: a link, but never a script's.
        let at = html(&uri(console, false));
        out.push_str(&format!(
            "<div><a href=\"{at}\" rel=\"noreferrer noopener\">{}</a></div>",
            html(console)
        ));
    }
    if row.suppressed.is_none() {
        // What HEAD does not hold is looked for in the history only when that is asked for.
        let here = row
            .timeline
            .as_ref()
            .is_none_or(|timeline| timeline.at_head);
        let history = if here { "" } else { " --history" };
        let command = format!("keysweep allow {}{history}", row.id);
        out.push_str(&format!(
            "<div class=\"small\">to accept it: <code>{}</code></div>",
            html(&command)
        ));
    }
    out
}
