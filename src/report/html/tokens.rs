//! Tokens that servers list: the other half of the inventory, of which no line of the files tells. What somebody has to
//! act on stands first and open; the rest, which may be thousands, is folded.

use std::io;

use jiff::{SignedDuration, Timestamp};

use crate::lists::State;
use crate::report::escape::html;
use crate::report::words::{self, count};
use crate::report::{Listed, Report, listed};

/// Rows that stand open, however many there is something to do about.
const OPEN: usize = 200;
/// An end that is no further away is near: as the policy is where nothing else is said.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// A token that was not used for longer before its list was taken is not used.
const UNUSED: SignedDuration = SignedDuration::from_hours(90 * 24);

const HEADS: [&str; 9] = [
    "Token",
    "Server",
    "State",
    "Owner, made by",
    "Scope",
    "Created",
    "Ends",
    "Last used",
    "Found as",
];

/// What there is to do about a token, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    /// Its server accepts it, and it stands in the files.
    Leaked,
    /// It ends within [`SOON`].
    EndsSoon,
    /// Nobody used it for long.
    Unused,
    /// Its server accepts it for ever.
    Endless,
    /// Its server accepts it.
    Accepted,
    /// All else: it opens nothing.
    Over,
}

impl Urgency {
    fn of(row: &Listed, now: Timestamp) -> Urgency {
        let long = |at: Option<Timestamp>| {
            let since = row.taken.unwrap_or(now);
            at.is_some_and(|at| since.duration_since(at) > UNUSED)
        };
        let near = |at: Timestamp| at.duration_since(now) <= SOON;
        match row.state {
            State::Revoked | State::Disabled | State::Expired => Urgency::Over,
            _ if !row.findings.is_empty() => Urgency::Leaked,
            _ if row.expires.is_some_and(near) => Urgency::EndsSoon,
            _ if long(row.last_used) || row.never_used && long(row.created) => Urgency::Unused,
            _ if row.never_expires => Urgency::Endless,
            _ => Urgency::Accepted,
        }
    }
}

pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.listed.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<section aria-labelledby=\"tokens\"><h2 id=\"tokens\">Tokens that servers list</h2>"
    )?;
    for line in listed::counts(report) {
        writeln!(out, "<p>{}</p>", html(&line))?;
    }
    let now = report.run.now;
    let mut rows: Vec<(Urgency, &Listed)> = report
        .listed
        .iter()
        .map(|row| (Urgency::of(row, now), row))
        .collect();
    // Of equally urgent ones the order of the lists stays.
    rows.sort_by_key(|(urgency, _)| *urgency);
    let urgent = rows.partition_point(|(urgency, _)| *urgency <= Urgency::Unused);
    // A short list needs no fold.
    let open = match rows.len() <= OPEN {
        true => rows.len(),
        false => urgent.min(OPEN),
    };
    let (first, rest) = rows.split_at(open);
    if !first.is_empty() {
        let caption = "What stands in the files, ends soon or is not used comes first.";
        table(first, caption, out)?;
    }
    if !rest.is_empty() {
        let more = match first.is_empty() {
            true => count(rest.len() as u64, "token", "tokens"),
            false => count(rest.len() as u64, "more token", "more tokens"),
        };
        // Rows that nobody looks at cost a browser nothing as text.
        let (from, to) = match rest.len() > super::AT_ONCE {
            true => ("<noscript>", "</noscript>"),
            false => ("", ""),
        };
        writeln!(out, "<details><summary>{more}</summary>{from}")?;
        table(rest, "The other tokens of the lists.", out)?;
        writeln!(out, "{to}</details>")?;
    }
    writeln!(out, "</section>")
}

fn table(rows: &[(Urgency, &Listed)], caption: &str, out: &mut dyn io::Write) -> io::Result<()> {
    write!(
        out,
        "<div class=\"wide listed\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\"><table role=\"table\">\n\
         <caption>{caption}</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">"
    )?;
    for head in HEADS {
        write!(out, "<th role=\"columnheader\" scope=\"col\">{head}</th>")?;
    }
    writeln!(out, "</tr></thead>\n<tbody role=\"rowgroup\">")?;
    for (_, row) in rows {
        line(row, out)?;
    }
    writeln!(out, "</tbody></table></div>")
}

fn line(row: &Listed, out: &mut dyn io::Write) -> io::Result<()> {
    let found: Vec<String> = row.findings.iter().map(|it| it.short()).collect();
    let made_by = match row.made_by.as_str() {
        "" => String::new(),
        made_by => format!("<span class=\"small\">made by {}</span>", html(made_by)),
    };
    write!(
        out,
        "<tr role=\"row\"><th role=\"rowheader\" scope=\"row\">{}<span class=\"small\">{}</span></th>",
        html(row.called()),
        html(row.id.as_str())
    )?;
    let cells = [
        html(row.list.as_str()),
        row.state.name().to_owned(),
        format!("{}{made_by}", html(row.owner.as_str())),
        html(&listed::scope(row)),
        row.created.map(words::date).unwrap_or_default(),
        listed::ends(row),
        listed::used(row),
        found.join(", "),
    ];
    for cell in cells {
        write!(out, "<td role=\"cell\">{cell}</td>")?;
    }
    writeln!(out, "</tr>")
}
