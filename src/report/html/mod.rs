//! The inventory as one page: which credentials there are, whether they still matter, whose they are and
//! what to do next. It opens from a mail attachment: no network, nothing that is loaded, and without its
//! script it says the same.
//!
//! Text of a repository stands in text nodes and quoted attributes only, escaped by one function. The
//! page's own policy (CSP) allows the one style and the one script that are written here, by their hash.

mod life;
mod tokens;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io;

use sha2::{Digest as _, Sha256};

use super::escape::{html, uri};
use super::state::{self, State};
use super::words::{self, count, digits};
use super::{Finding, Format, Notice, Outcome, Report, Style, notices, summary};
use crate::base64::{Engine as _, STANDARD};
use crate::finding::{ConditionId, Field, Weight};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Notices that stand open; the rest is folded. Those that fail come first.
const NOTICES_OPEN: usize = 20;

/// Rows of a table that a browser reads at once. Those behind them stand in a `noscript`: where scripts run that is one
/// text, from which the script takes them when the page is open, and where they do not run it is a table.
const AT_ONCE: usize = 200;

/// Places written for each credential; the others are counted.
const PLACES_MAX: usize = 6;

/// The head of the table of credentials.
const HEAD: &str = "<thead role=\"rowgroup\"><tr role=\"row\">\
     <th role=\"columnheader\" scope=\"col\">Credential</th><th role=\"columnheader\" scope=\"col\">State</th><th role=\"columnheader\" scope=\"col\">Life</th>\
     <th role=\"columnheader\" scope=\"col\">Whose, and what it may do</th><th role=\"columnheader\" scope=\"col\">Where</th>\
     <th role=\"columnheader\" scope=\"col\">What to do next</th></tr></thead>\n<tbody role=\"rowgroup\">";

/// A page.
pub struct Html;

impl Format for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "the inventory as a page that needs no network"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        head(report, out)?;
        answer(report, out)?;
        noticed(report, out)?;
        changes(report, out)?;
        table(report, out)?;
        tokens::write(report, out)?;
        foot(report, out)
    }
}

/// What a browser is told to allow: the style and the script with these bytes.
fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn head(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let target = html(words::about(report));
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Credentials in {target}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<header>\n\
         <h1>Credentials in {target}</h1>\n<p class=\"about\">{}, looked at on {} by keysweep {} with {}.</p>\n</header>\n<main>\n",
        policy(),
        html(&read(report)),
        words::date(report.run.now),
        html(&report.run.version),
        count(report.run.rule_set.count as u64, "rule", "rules"),
    )
}

/// `1,204 blobs and messages in 33 commits`; without a history `12 files`.
fn read(report: &Report) -> String {
    let items = words::items(report);
    match &report.run.history {
        Some(history) => format!("{items} in {}", count(history.commits, "commit", "commits")),
        None => items,
    }
}

/// Why the page does not hold everything.
fn missing(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Interrupted => "This is not everything: the run was stopped before its end.",
        _ => "This is not everything: some of what was asked for could not be read.",
    }
}

/// The answer in a sentence, what could not be read, and the counts.
fn answer(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let all = report.findings.len() as u64;
    let sentence = state::sentence(report);
    writeln!(out, "<p class=\"answer\">{}</p>", html(&sentence))?;
    let gaps = summary::gaps(report, Weight::Failed);
    let whole = !matches!(
        report.summary.outcome,
        Outcome::Incomplete | Outcome::Interrupted
    );
    if !gaps.is_empty() || !whole {
        writeln!(
            out,
            "<div class=\"missing\"><p><strong>{}</strong></p>",
            html(missing(report.summary.outcome))
        )?;
        for gap in &gaps {
            writeln!(out, "<p>{}</p>", html(gap))?;
        }
        writeln!(out, "</div>")?;
    }
    if all > 0 {
        writeln!(out, "<ul class=\"counts\">")?;
        for (state, n) in state::counted(report) {
            let (word, class, _) = state.words();
            writeln!(out, "<li><b class=\"{class}\">{}</b>{word}</li>", digits(n))?;
        }
        writeln!(out, "</ul>")?;
    }
    Ok(())
}

/// Notices, before the table: what the register or a list says is to be done by a day.
fn noticed(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(counts) = notices::counts(report) else {
        return Ok(());
    };
    writeln!(
        out,
        "<section class=\"notices\" aria-labelledby=\"notices\"><h2 id=\"notices\">{}</h2>\n<ul>",
        html(&counts)
    )?;
    let (shown, folded) = report
        .notices
        .split_at(report.notices.len().min(NOTICES_OPEN));
    for notice in shown {
        noticed_one(notice, out)?;
    }
    if !folded.is_empty() {
        let more = count(folded.len() as u64, "more notice", "more notices");
        writeln!(out, "</ul><details><summary>{more}</summary><ul>")?;
        for notice in folded {
            noticed_one(notice, out)?;
        }
        return writeln!(out, "</ul></details></section>");
    }
    writeln!(out, "</ul></section>")
}

fn noticed_one(notice: &Notice, out: &mut dyn io::Write) -> io::Result<()> {
    let at = notice.position();
    let at = at.map(|at| format!(" <code>{}</code>", html(&at)));
    writeln!(
        out,
        "<li>{}{} <span class=\"small\">{}, {}</span></li>",
        html(notice.message.as_str()),
        at.unwrap_or_default(),
        notice.severity.name(),
        html(&notices::about(notice))
    )
}

/// What changed since an earlier report.
fn changes(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(against) = &report.summary.against else {
        return Ok(());
    };
    writeln!(
        out,
        "<section class=\"changes\"><h2>What changed</h2>\n<p>{}</p>",
        html(&words::against(against))
    )?;
    for note in &against.notes {
        writeln!(out, "<p class=\"small\">{}</p>", html(note))?;
    }
    if !against.changes.is_empty() {
        writeln!(out, "<ul>")?;
        for change in &against.changes {
            writeln!(out, "<li>{}</li>", html(&words::change(change)))?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</section>")
}

/// The repositories of an audit of several, in the order of their names.
fn repositories(report: &Report) -> BTreeSet<&str> {
    let places = report.findings.iter().flat_map(|row| &row.places);
    places
        .filter_map(|place| Some(place.repository.as_ref()?.as_str()))
        .collect()
}

fn table(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
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
    )?;
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
fn linked(place: &super::Place) -> String {
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

fn foot(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "</main>\n<footer>")?;
    let limits = summary::limits(report);
    for line in summary::lines(report).iter().chain(&limits) {
        writeln!(out, "<div>{}</div>", html(line))?;
    }
    write!(
        out,
        "</footer>\n<script>{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests;
