//! Notices as a report shows them.

use std::cmp::Reverse;

use super::View;
use super::run::percent_encoded;
use crate::finding;
use crate::report::{Hidden, Notice};

impl View<'_> {
    /// Masks notices and says which fail: failing ones first, then the worst. Those below the severity
    /// that is shown are counted.
    pub(super) fn notices(&self, all: Vec<finding::Notice>, hidden: &mut Hidden) -> Vec<Notice> {
        let thresholds = &self.options.thresholds;
        let mut out: Vec<Notice> = Vec::new();
        for notice in all {
            let days = notice.at.map(|at| self.days_until(at));
            let fails = thresholds.notice_fails(&notice, days);
            match fails || notice.severity >= thresholds.min_severity {
                true => out.push(self.notice(notice, fails)),
                false => {
                    hidden.total += 1;
                    hidden.by_severity.add(notice.severity);
                }
            }
        }
        out.sort_by(|a, b| rank(a).cmp(&rank(b)));
        out.dedup();
        out
    }

    fn notice(&self, notice: finding::Notice, fails: bool) -> Notice {
        let masker = self.masker;
        let place = notice.place.as_ref();
        let file = place.map(|place| place.file.0.as_slice());
        Notice {
            reported: notice.reported.to_owned(),
            severity: notice.severity,
            subject: masker.show(&notice.subject),
            message: masker.show(notice.message.as_bytes()),
            file: file.map(|file| masker.show_path(file)),
            uri: file.map(|file| percent_encoded(&masker.masked_path(file))),
            line: place.map(|place| place.line),
            at: notice.at,
            fails,
        }
    }
}

/// The order of a report: by failing, severity, place, id.
pub(in crate::report) fn rank(notice: &Notice) -> impl Ord + '_ {
    (
        !notice.fails,
        Reverse(notice.severity),
        notice.file.as_ref().map(|file| file.as_str()),
        notice.line,
        &notice.reported,
        notice.subject.as_str(),
        notice.message.as_str(),
    )
}
