//! The human report of a long list: what it amounts to, what to look at first, and the rest a line
//! each, grouped by rule. A person who audits an old repository reads one screen before scrolling.

use std::collections::BTreeMap;

use super::words::{self, count, digits};
use super::{Finding, Mode, Report, Style};
use crate::finding::{Class, Severity};

/// Lists up to this long are printed in full.
const LONG: usize = 15;
/// Credentials shown in full before the groups.
const FIRST: usize = 6;
/// Of one rule among them.
const OF_ONE_RULE: usize = 2;
/// Of one rule in one file that get a line each; more are one line.
const OF_ONE_FILE: usize = 3;
/// Lines of one group.
const OF_ONE_GROUP: usize = 12;

/// A long list, arranged.
pub(super) struct Overview<'a> {
    /// The answer in few lines.
    pub(super) head: Vec<String>,
    /// What to look at first: a line each, then in full.
    pub(super) first: Vec<&'a Finding>,
    /// The rest, worst rule first.
    pub(super) groups: Vec<Group<'a>>,
}

/// Results of one rule.
pub(super) struct Group<'a> {
    /// What they are and how many.
    pub(super) heading: String,
    /// Those that get a line.
    pub(super) shown: Vec<Line<'a>>,
    /// How many do not.
    pub(super) more: usize,
}

/// One line of a group: a result, and those of its file that have its rule and its id, or its rule
/// alone where they are many.
pub(super) struct Line<'a> {
    /// The first of them.
    pub(super) row: &'a Finding,
    /// How many more results of the same file it stands for.
    pub(super) alike: usize,
    /// Places of all of them, without the first.
    pub(super) places: usize,
}

/// `None` for a list that is short enough to be read, for what a hook says, and when everything or
/// nothing is wanted.
pub(super) fn of(report: &Report, style: Style) -> Option<Overview<'_>> {
    let long = report
        .findings
        .iter()
        .filter(|row| row.class == Class::Credential)
        .count()
        > LONG;
    if !long || style.verbose || style.quiet || report.run.mode == Mode::Staged {
        return None;
    }
    // Worst first already; among equals what still stands at HEAD, and pull-request refs last.
    let mut rows: Vec<&Finding> = report.findings.iter().collect();
    rows.sort_by_key(|row| {
        (
            !row.fails,
            words::only_in_pulls(row),
            std::cmp::Reverse(row.severity),
            !row.stands(),
            std::cmp::Reverse(row.confidence),
        )
    });
    let mut taken: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for row in rows {
        let of_rule = taken.entry(&row.reported).or_default();
        // What can do no harm is never what to look at first.
        let harmless = common(row) == Common::Harmless;
        if first.len() < FIRST && *of_rule < OF_ONE_RULE && !harmless {
            *of_rule += 1;
            first.push(row);
        } else {
            rest.push(row);
        }
    }
    Some(Overview {
        head: head(report),
        first,
        groups: groups(rest),
    })
}

fn is_at_head(row: &Finding) -> bool {
    row.timeline
        .as_ref()
        .is_some_and(|timeline| timeline.at_head)
}

fn head(report: &Report) -> Vec<String> {
    let rows = || {
        report
            .findings
            .iter()
            .filter(|r| r.class == Class::Credential)
    };
    let number = |n: usize| digits(n as u64);
    let by: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .map(|severity| (severity, rows().filter(|r| r.severity == *severity).count()))
        .filter(|(_, n)| *n > 0)
        .map(|(severity, n)| format!("{} {}", number(n), severity.name()))
        .collect();
    let mut lines = vec![format!(
        "{} found ({}), {} of them to act on",
        count(rows().count() as u64, "credential", "credentials"),
        by.join(", "),
        number(rows().filter(|r| r.fails).count()),
    )];
    if report.run.history.is_some() {
        let mut line = format!(
            "{} still at HEAD, {} certainly dead, {} only in pull-request refs",
            number(rows().filter(|r| is_at_head(r)).count()),
            number(rows().filter(|r| r.certainly_expired()).count()),
            number(rows().filter(|r| words::only_in_pulls(r)).count()),
        );
        // A run that was stopped has not traced them; to call them standing would be a guess.
        let lost = rows().filter(|r| r.timeline.is_none()).count();
        if lost > 0 {
            line.push_str(&format!(", {} not traced", number(lost)));
        }
        lines.push(line);
    }
    if report.failed_to_read() {
        lines.push("not everything was read: the last lines say what is missing".to_owned());
    }
    lines.push("look first at:".to_owned());
    lines
}

/// What a group has in common, in the order of the groups: what only pull-request refs keep stands
/// behind the rest, samples and public keys at the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Common<'a> {
    Rule(&'a str),
    InPulls(&'a str),
    Harmless,
}

fn common(row: &Finding) -> Common<'_> {
    if row.class != Class::Credential || row.severity == Severity::Info {
        Common::Harmless
    } else if words::only_in_pulls(row) {
        Common::InPulls(&row.reported)
    } else {
        Common::Rule(&row.reported)
    }
}

fn groups(rest: Vec<&Finding>) -> Vec<Group<'_>> {
    // Rows come worst first, and so do the groups.
    let mut order: Vec<Common<'_>> = Vec::new();
    let mut by: BTreeMap<Common<'_>, Vec<&Finding>> = BTreeMap::new();
    for row in rest {
        let rows = by.entry(common(row)).or_default();
        if rows.is_empty() {
            order.push(common(row));
        }
        rows.push(row);
    }
    order.sort_by_key(|common| match common {
        Common::Rule(_) => 0,
        Common::InPulls(_) => 1,
        Common::Harmless => 2,
    });
    order
        .into_iter()
        .filter_map(|common| {
            let rows = by.remove(&common)?;
            let heading = heading(common, &rows)?;
            let mut lines = lines(&rows);
            // One line more says as much as "and 1 more".
            let kept = match lines.len() {
                n if n <= OF_ONE_GROUP + 1 => n,
                _ => OF_ONE_GROUP,
            };
            let more = lines[kept..].iter().map(|line| line.alike + 1).sum();
            lines.truncate(kept);
            Some(Group {
                heading,
                shown: lines,
                more,
            })
        })
        .collect()
}

fn lines<'a>(rows: &[&'a Finding]) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    let file = |row: &'a Finding| {
        let place = row.first_place();
        let file = place.map(|place| (&place.path, &place.member));
        (&row.reported, file, row.stands())
    };
    let mut of_file: BTreeMap<_, usize> = BTreeMap::new();
    for row in rows {
        *of_file.entry(file(row)).or_default() += 1;
    }
    let mut by = BTreeMap::new();
    for row in rows {
        let places = row.places.len();
        // A list of keys in one file deserves one line, however many there are.
        let own = (of_file[&file(row)] <= OF_ONE_FILE).then_some(&row.id);
        let number = *by.entry((own, file(row))).or_insert(lines.len());
        match lines.get_mut(number) {
            Some(line) => {
                line.alike += 1;
                line.places += places;
            }
            None => lines.push(Line {
                row,
                alike: 0,
                places: places.saturating_sub(1),
            }),
        }
    }
    lines
}

/// `57 more: Private key in PEM form (private-key-pem), high, 12 still at HEAD`.
fn heading(common: Common<'_>, rows: &[&Finding]) -> Option<String> {
    let row = rows.first()?;
    let number = digits(rows.len() as u64);
    if common == Common::Harmless {
        return Some(format!(
            "{number} more: documented samples, keys that are public by design, ciphertext, and dead ones, info"
        ));
    }
    let mut out = format!(
        "{number} more: {} ({}), {}",
        row.name,
        row.reported,
        row.severity.name()
    );
    if let Common::InPulls(_) = common {
        out.push_str(", only in pull-request refs");
    } else if row.timeline.is_some() {
        let standing = rows.iter().filter(|row| is_at_head(row)).count();
        out.push_str(&format!(", {} still at HEAD", digits(standing as u64)));
    }
    Some(out)
}

/// `since 2010-05-27, removed 2015-03-21` or `since 2010-05-27, at HEAD`.
pub(super) fn life(row: &Finding) -> String {
    let Some(timeline) = &row.timeline else {
        return String::new();
    };
    let since = words::date(timeline.first.date);
    match (&timeline.removed, timeline.at_head) {
        (_, true) => format!("since {since}, at HEAD"),
        (Some(removed), _) => format!("since {since}, removed {}", words::date(removed.date)),
        (None, _) => format!("since {since}"),
    }
}
