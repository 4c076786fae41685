//! The inventory as one page: which credentials there are, whether they still matter, whose they are and
//! what to do next. It opens from a mail attachment: no network, nothing that is loaded, and without its
//! script it says the same.
//!
//! Text of a repository stands in text nodes and quoted attributes only, escaped by one function. The
//! page's own policy (CSP) allows the one style and the one script that are written here, by their hash.

mod life;
mod table;
mod tokens;

use std::io;

use sha2::{Digest as _, Sha256};

use super::escape::html;
use super::state;
use super::words::{self, count, digits};
use super::{Format, Notice, Outcome, Report, Style, notices, summary};
use crate::base64::{Engine as _, STANDARD};
use crate::finding::Weight;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Notices that stand open; the rest is folded. Those that fail come first.
const NOTICES_OPEN: usize = 20;

/// Rows of a table that a browser reads at once. Those behind them stand in a `noscript`: where scripts run that is one
/// text, from which the script takes them when the page is open, and where they do not run it is a table.
const AT_ONCE: usize = 200;

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
        table::write(report, out)?;
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
