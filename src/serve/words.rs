//! Findings in words for programs that pass them on to a model.

use crate::finding::Weight;
use crate::report::{Finding, Report, advice, terminal};

/// Findings that are written out; the rest is counted.
const MOST: usize = 20;

/// Two lines a finding: place, what it is, its rule and what may be shown of it; and the next step.
pub fn sentence(finding: &Finding) -> String {
    let (mut at, mut step) = (String::new(), "take the value out of the text");
    if let Some(place) = finding.first_place() {
        let region = place.region;
        let path = place.path.as_str();
        at = format!("{path}:{}:{}: ", region.start_line, region.start_column);
        step = advice(path);
    }
    let (name, shown) = (&finding.name, &finding.shown);
    let what = format!(
        "{at}{}: {name} (rule {}), shown as {shown}",
        finding.severity.name(),
        finding.rule
    );
    format!("{}\n  next: {step}", terminal(&what))
}

/// Why what is about to be done would stop a commit, and what to do instead; `None` where it would not.
pub fn stops(reports: &[Report]) -> Option<String> {
    let all = reports.iter().flat_map(|report| &report.findings);
    let failing: Vec<&Finding> = all.filter(|finding| finding.fails).collect();
    let noticed = reports.iter().flat_map(|report| &report.notices);
    let noticed: Vec<String> = noticed
        .filter(|notice| notice.fails)
        .map(|notice| terminal(notice.message.as_str()))
        .collect();
    let unread: Vec<String> = reports.iter().flat_map(not_read).collect();
    if failing.is_empty() && noticed.is_empty() && unread.is_empty() {
        return None;
    }
    let mut lines = vec![match failing.len() {
        0 => "keysweep blocked this:".to_owned(),
        1 => "keysweep blocked this: it holds a credential that would stop a commit.".to_owned(),
        n => format!("keysweep blocked this: it holds {n} credentials that would stop a commit."),
    }];
    lines.extend(failing.iter().take(MOST).map(|finding| sentence(finding)));
    if failing.len() > MOST {
        lines.push(format!("and {} more", failing.len() - MOST));
    }
    lines.extend(noticed);
    lines.extend(unread);
    if !failing.is_empty() {
        lines.push(
            "Write a reference to an environment variable or a secret store in place of each value, and ask the \
             user to put the value there. If one is no secret, only the user can allow it: ask them."
                .to_owned(),
        );
    }
    Some(lines.join("\n"))
}

/// What could not be read, a line each.
pub fn not_read(report: &Report) -> Vec<String> {
    // Limits of scope are told by name and stop nobody, as with a commit.
    let skipped = report.skipped.iter();
    skipped
        .filter(|skipped| skipped.weight == Weight::Failed)
        .map(|skipped| {
            let what = format!(
                "not read: {}: {} {}",
                skipped.what.as_str(),
                skipped.reason.phrase(),
                skipped.detail.as_str()
            );
            terminal(what.trim_end())
        })
        .collect()
}
