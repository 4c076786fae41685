//! What the formats for people say of tokens that servers list.

use std::collections::BTreeMap;

use super::words::{self, count, digits};
use super::{Listed, Report};

/// A line a list: `git.example.org (gitea, taken 2026-11-26): 42 tokens, 40 active, 3 of them found here`.
pub fn counts(report: &Report) -> Vec<String> {
    let mut lists: BTreeMap<(&str, &str, Option<jiff::Timestamp>), Vec<&Listed>> = BTreeMap::new();
    for row in &report.listed {
        let list = (row.list.as_str(), row.kind.as_ref(), row.taken);
        lists.entry(list).or_default().push(row);
    }
    let line =
        |((list, kind, taken), rows): ((&str, &str, Option<jiff::Timestamp>), Vec<&Listed>)| {
            let of = |is: fn(&Listed) -> bool| rows.iter().filter(|row| is(row)).count() as u64;
            let taken = match taken {
                Some(taken) => format!("taken {}", words::date(taken)),
                None => "of an unknown day".to_owned(),
            };
            format!(
                "list {list} ({kind}, {taken}): {}, {} active, {} of them found here",
                count(rows.len() as u64, "token", "tokens"),
                digits(of(|row| row.state == crate::lists::State::Active)),
                digits(of(|row| !row.findings.is_empty())),
            )
        };
    lists.into_iter().map(line).collect()
}

/// When it ends, for a table.
pub fn ends(row: &Listed) -> String {
    match (row.expires, row.never_expires) {
        (Some(at), _) => words::date(at),
        (None, true) => "never".to_owned(),
        (None, false) => String::new(),
    }
}

/// When it was used last, for a table.
pub fn used(row: &Listed) -> String {
    match (row.last_used, row.never_used) {
        (Some(at), _) => words::date(at),
        (None, true) => "never".to_owned(),
        (None, false) => String::new(),
    }
}

/// What it may do, for a table.
pub fn scope(row: &Listed) -> String {
    let scope: Vec<&str> = row.scope.iter().map(|text| text.as_str()).collect();
    scope.join(", ")
}
