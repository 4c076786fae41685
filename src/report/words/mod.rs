//! The phrases that several formats share. Dates are absolute and in UTC, so that the same
//! finding reads the same tomorrow. Nothing here escapes: each format does that itself.

mod gap;
mod numbers;

pub use gap::{Gap, gaps};
pub use numbers::{count, digits, size};

use super::{Against, Change, Commit, Finding, History, Place, Report, Timeline, What};
pub use crate::finding::date;
use crate::finding::{Certainty, Status};
use crate::finding::{Class, ConditionId, Field, Severity};

/// The machine word for a status.
pub fn status_name(status: &Status) -> &'static str {
    match status {
        Status::Expired { .. } => "expired",
        Status::Expiring { .. } => "expiring",
        Status::LiveUntil { .. } => "live",
        Status::PastLife { .. } => "past-life",
        Status::Revoked { .. } => "revoked",
        Status::NeverExpires => "never-expires",
        Status::Unknown => "unknown",
    }
}

/// The status for people; nothing when nothing is known.
pub fn status(status: &Status) -> Option<String> {
    match status {
        Status::Expired { since, certainty } => {
            Some(format!("expired {} ({})", date(*since), certainty.name()))
        }
        Status::Expiring { at } => Some(format!("expires soon, {}", date(*at))),
        Status::LiveUntil { at } => Some(format!("live until {}", date(*at))),
        Status::PastLife { since, certainty } => {
            let likely = match certainty {
                Certainty::Certain => "",
                _ => "likely ",
            };
            Some(format!(
                "{likely}past its kind's life since {}",
                date(*since)
            ))
        }
        Status::Revoked { taken, certainty } => {
            let on = taken.map_or("on an unknown day".to_owned(), |at| {
                format!("on {}", date(at))
            });
            let certainty = certainty.name();
            Some(format!("not accepted by its server {on} ({certainty})"))
        }
        Status::NeverExpires => Some("never expires".to_owned()),
        Status::Unknown => None,
    }
}

/// Why there was nothing to scan.
pub fn nothing(report: &Report) -> String {
    let why = report.summary.reason.as_deref().unwrap_or_default();
    format!("nothing to scan: {why}")
}

/// What a page or a calendar is about: `.` says nothing to whoever gets it by mail.
pub fn about(report: &Report) -> &str {
    match report.run.target.as_str() {
        "." => "this repository",
        target => target,
    }
}

/// The first ten hexadecimal digits of a commit.
pub fn short(id: &str) -> &str {
    id.get(..10).unwrap_or(id)
}

/// `2023-04-05 by Jane in 0123456789`; git takes commits by nobody too.
pub fn commit(row: &Commit) -> String {
    let by = match row.author.as_str().trim() {
        "" => String::new(),
        author => format!(" by {author}"),
    };
    format!("{}{by} in {}", date(row.date), short(&row.id))
}

/// `since … · still at HEAD` or `since … · removed …`.
pub fn lifetime(timeline: &Timeline) -> String {
    let since = if timeline.complete {
        "since"
    } else {
        "since at least"
    };
    let until = match (&timeline.removed, timeline.at_head) {
        (_, true) => "still at HEAD".to_owned(),
        (Some(removed), false) => format!("removed {}", commit(removed)),
        (None, false) => "not at HEAD".to_owned(),
    };
    format!("{since} {} · {until}", commit(&timeline.first))
}

/// `Since the report of 2026-08-27: 2 new, 1 rotated, 14 unchanged.`
pub fn against(against: &Against) -> String {
    let of = |what: What| {
        let changes = against.changes.iter();
        changes.filter(|change| change.what == what).count()
    };
    let counts = What::ALL.into_iter().map(|what| (of(what), what.name()));
    let counts = counts.filter(|(n, _)| *n > 0);
    let mut counts: Vec<String> = counts
        .map(|(n, what)| format!("{} {what}", digits(n as u64)))
        .collect();
    counts.push(format!("{} unchanged", digits(against.unchanged as u64)));
    format!(
        "Since the report of {}: {}.",
        date(against.since),
        counts.join(", ")
    )
}

/// `rotated 2026-09-01 by Bob Dev: GitHub token in config/app.yml:3 (github-pat, id 1234abcd)`
pub fn change(change: &Change) -> String {
    let at = change.at.map(|at| format!(" {}", date(at)));
    let by = change.by.as_ref().map(|by| format!(" by {}", by.as_str()));
    format!(
        "{}{}{}: {} in {} ({}, id {})",
        change.what.name(),
        at.unwrap_or_default(),
        by.unwrap_or_default(),
        change.name,
        change.place.as_str(),
        change.reported,
        change.id
    )
}

/// `changed twice; this value since 2026-06-01 by Bob Dev`, `replaced on 2026-06-01 by Bob Dev`, or that
/// nothing replaced it; nothing without a history.
pub fn slot(row: &Finding) -> Option<String> {
    let fact_of = |field| row.facts_of(field).next();
    let when = |field| fact_of(field).and_then(|fact| fact.time).map(date);
    let by =
        |field| fact_of(field).map_or(String::new(), |fact| format!(" by {}", fact.value.as_str()));
    let mut parts = Vec::new();
    if let Some(fact) = fact_of(Field::Rotations) {
        parts.push(match fact.value.as_str() {
            "1" => "changed once".to_owned(),
            "2" => "changed twice".to_owned(),
            n => format!("changed {n} times"),
        });
    }
    if let Some(at) = when(Field::Replaced) {
        parts.push(format!("replaced on {at}{}", by(Field::ReplacedBy)));
    } else if let Some(at) = when(Field::Rotated) {
        parts.push(format!("this value since {at}{}", by(Field::RotatedBy)));
    }
    if !row.has(ConditionId::NotRotated) {
        parts.extend(fact_of(Field::Revocation).map(|fact| fact.value.as_str().to_owned()));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `stale/age: Its value … (and stale/reused)`: the most urgent condition, and the ids of the others.
pub fn condition(row: &Finding) -> Option<String> {
    let first = row.condition()?;
    let others: Vec<&str> = row.conditions[1..].iter().map(|it| it.id.name()).collect();
    let others = match others.is_empty() {
        true => String::new(),
        false => format!(" (and {})", others.join(", ")),
    };
    Some(format!("{}: {}{others}", first.id.name(), first.message))
}

/// The conditions that a result fails by, for formats that say why it does.
pub fn failing_conditions(row: &Finding) -> impl Iterator<Item = String> {
    let failing = row.conditions.iter().filter(|it| it.fails);
    failing.map(|it| format!("{}: {}", it.id.name(), it.message))
}

/// `path:12:7`, `archive.zip!path:12:7`, `path:1:7, in the name of a path`, and for people `message of
/// 0123456789:3:1`: the path of a message is ours, and in no tree of the repository.
pub fn position(place: &Place) -> String {
    let commit = place.path.as_str().strip_prefix(".git-history/");
    let commit = commit.and_then(|rest| rest.strip_suffix("/message"));
    match commit.filter(|_| place.message) {
        Some(commit) => within(&format!("message of {}", short(commit)), place),
        None => raw_position(place),
    }
}

/// The same with the path that the JSON report has, for programs.
pub fn raw_position(place: &Place) -> String {
    within(place.path.as_str(), place)
}

fn within(path: &str, place: &Place) -> String {
    let (mark, member) = match &place.member {
        Some(member) => ("!", member.as_str()),
        None => ("", ""),
    };
    let name = match &place.name {
        Some(name) => format!(", {}", name.as_str()),
        None => String::new(),
    };
    format!(
        "{path}{mark}{member}:{}:{}{name}",
        place.region.start_line, place.region.start_column
    )
}

/// What stands behind a result that speaks for others too.
pub fn alike(others: usize) -> Option<String> {
    let what = count(others as u64, "more result", "more results");
    (others > 0).then(|| format!("and {what} of this rule in this file"))
}

/// `37 in tests, examples and documentation`: results that a view leaves out, if it does.
pub fn folded(report: &Report) -> Option<String> {
    let (all, shown) = (report.summary.folded, report.findings.iter());
    let left_out = all.saturating_sub(shown.filter(|row| row.folded).count()) as u64;
    let what = count(left_out, "result", "results");
    (left_out > 0).then(|| format!("{what} in tests, examples, documentation or code of others"))
}

/// How bad a result is for machines that know three levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For information.
    Note,
    /// To be looked at.
    Warning,
    /// To be acted on.
    Error,
}

impl Level {
    /// The word of SARIF.
    pub fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// The level of a severity.
pub fn level(severity: Severity) -> Level {
    match severity {
        Severity::Critical | Severity::High => Level::Error,
        Severity::Medium => Level::Warning,
        Severity::Low | Severity::Info => Level::Note,
    }
}

/// The level of a result: what is no credential, what no commit holds, and `info/…`, are notes.
pub fn row_level(row: &Finding) -> Level {
    if row.is_local() || row.class != Class::Credential || row.reported.starts_with("info/") {
        return Level::Note;
    }
    level(row.severity)
}

/// `none fails`, `1 fails`, `2 fail`.
pub fn fail(n: usize) -> String {
    match n {
        0 => "none fails".to_owned(),
        1 => "1 fails".to_owned(),
        n => format!("{} fail", digits(n as u64)),
    }
}

/// Results that stand in pull-request refs only, which a host keeps and nobody can rewrite.
pub fn only_in_pulls(row: &Finding) -> bool {
    !row.places.is_empty()
        && row.places.iter().all(|place| {
            place.only_in.as_ref().is_some_and(|reach| {
                let reach = reach.as_str();
                reach.starts_with("refs/pull") || reach.starts_with("refs/merge-requests")
            })
        })
}

/// `14 ignored files not scanned, among them .env, prod.tfvars: --ignored`; nothing when there are
/// none. At most [`STORES_NAMED`] credential stores are named, the others counted.
pub fn ignored(report: &Report) -> Option<String> {
    let ignored = &report.summary.ignored;
    if ignored.files == 0 {
        return None;
    }
    let files = count(ignored.files, "ignored file", "ignored files");
    let stores = &ignored.credential_stores;
    let mut named: Vec<&str> = stores
        .iter()
        .take(STORES_NAMED)
        .map(|path| path.as_str())
        .collect();
    let rest = stores.len() - named.len();
    let more = format!("{} more like them", digits(rest as u64));
    if rest > 0 {
        named.push(&more);
    }
    let among = match named.is_empty() {
        true => String::new(),
        false => format!(", among them {}", named.join(", ")),
    };
    Some(format!("{files} not scanned{among}: --ignored"))
}

/// How many ignored credential stores the summary names.
const STORES_NAMED: usize = 5;

/// What the parts of a report count: files, or versions of files.
pub fn items(report: &Report) -> String {
    let (one, many) = match report.run.mode {
        super::Mode::Tree => ("file", "files"),
        super::Mode::Staged => ("staged file", "staged files"),
        super::Mode::History | super::Mode::Range => ("blob or message", "blobs and messages"),
        super::Mode::Audit => ("file or version", "files and versions"),
    };
    count(report.summary.read.items, one, many)
}

/// `12 branches, 3 tags`, or what stands for none.
pub fn refs(history: &History) -> String {
    let groups: Vec<String> = history
        .refs
        .iter()
        .map(|of| match of.count {
            1 => format!("1 {}", singular(&of.group)),
            n => format!("{} {}", digits(n), of.group),
        })
        .collect();
    match groups.is_empty() {
        true => "no refs".to_owned(),
        false => groups.join(", "),
    }
}

/// `3 values in objects that nothing reaches: --unreachable lists them`; nothing without any.
pub fn unreached(history: &History) -> Option<String> {
    let values = history.unreached as u64;
    let (values, them) = match values {
        0 => return None,
        1 => ("1 value".to_owned(), "it"),
        _ => (count(values, "value", "values"), "them"),
    };
    Some(format!(
        "{values} in objects that nothing reaches: --unreachable lists {them}"
    ))
}

/// `branches` to `branch`, `tags` to `tag`.
fn singular(plural: &str) -> &str {
    let cut = if plural.ends_with("hes") { 2 } else { 1 };
    match plural.ends_with('s') {
        true => &plural[..plural.len() - cut],
        false => plural,
    }
}

/// What no clone holds.
pub const NOT_IN_A_CLONE: &str =
    "forks, force-pushed commits, release assets, LFS content, submodules";

#[cfg(test)]
mod tests {
    use super::super::RefGroup;
    use super::*;

    #[test]
    fn groups_of_refs_are_counted_in_words() {
        let history = History {
            refs: [("branches", 1), ("pull requests", 1), ("tags", 1_000)]
                .map(|(group, count)| RefGroup {
                    group: group.into(),
                    count,
                })
                .to_vec(),
            ..History::default()
        };
        assert_eq!(refs(&history), "1 branch, 1 pull request, 1,000 tags");
    }

    #[test]
    fn dates_are_absolute() {
        let time = jiff::Timestamp::from_second(1_704_153_600).expect("in range");
        assert_eq!(date(time), "2024-01-02");
    }
}
