//! What the formats for people say of notices.

use super::words::{self, count, digits};
use super::{BySeverity, Notice, Report, Style};

/// Notices that people get a line of each, unless they ask for all.
const SHOWN: usize = 100;

/// How many of the notices are listed in a style. Those that fail come first.
pub fn shown(report: &Report, style: Style) -> usize {
    match style.verbose {
        true => report.notices.len(),
        false => report.notices.len().min(SHOWN),
    }
}

/// `register/expired`, and that it does not fail.
pub fn about(notice: &Notice) -> String {
    match notice.fails {
        true => notice.reported.clone(),
        false => format!("{}, does not fail", notice.reported),
    }
}

/// `2 notices: 1 high, 1 low; 1 fails`; nothing without any.
pub fn counts(report: &Report) -> Option<String> {
    if report.notices.is_empty() {
        return None;
    }
    let mut by = BySeverity::default();
    for notice in &report.notices {
        by.add(notice.severity);
    }
    let by: Vec<String> = by
        .present()
        .map(|(severity, n)| format!("{} {}", digits(n as u64), severity.name()))
        .collect();
    Some(format!(
        "{}: {}; {}",
        count(report.notices.len() as u64, "notice", "notices"),
        by.join(", "),
        words::fail(report.notices.iter().filter(|notice| notice.fails).count())
    ))
}
