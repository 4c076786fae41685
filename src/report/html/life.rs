//! The line of a credential's life: when it came, when it was changed and removed, when it ends, and today.

use jiff::Timestamp;

use crate::finding::Field;
use crate::report::escape::html;
use crate::report::{Finding, Report, words};

/// The width of the picture, in units of its own.
const WIDTH: f64 = 240.0;

/// The time that all lines of a page share.
pub(super) struct Scale {
    from: i64,
    until: i64,
    now: Timestamp,
}

/// The moments of one credential.
struct Life {
    from: Option<Timestamp>,
    removed: Option<Timestamp>,
    ends: Option<Timestamp>,
    rotated: Option<Timestamp>,
}

impl Life {
    fn of(row: &Finding) -> Life {
        let fact = |field| row.facts_of(field).find_map(|fact| fact.time);
        let here = row.stands();
        Life {
            from: fact(Field::Issued).or_else(|| fact(Field::FirstSeen)),
            removed: fact(Field::Removed).filter(|_| !here),
            ends: row.status.end(),
            rotated: fact(Field::Rotated),
        }
    }
}

impl Scale {
    /// From the first moment of any credential to a month from now. What ends later is drawn to the edge.
    pub(super) fn of(report: &Report) -> Scale {
        let now = report.run.now;
        let from = report
            .findings
            .iter()
            .filter_map(|row| Life::of(row).from)
            .min();
        let month = 30 * 86_400;
        // Dates of commits can be any: more than forty years are not drawn.
        let oldest = now.as_second() - 40 * 365 * 86_400;
        let from = from.map_or(now.as_second() - month, Timestamp::as_second);
        Scale {
            from: from.clamp(oldest, now.as_second() - month),
            until: now.as_second() + month,
            now,
        }
    }

    /// Where a moment stands in the picture.
    fn at(&self, moment: Timestamp) -> f64 {
        let whole = (self.until - self.from).max(1) as f64;
        let share = (moment.as_second() - self.from) as f64 / whole;
        (share.clamp(0.0, 1.0) * WIDTH * 10.0).round() / 10.0
    }

    /// The line as a picture with its words; words alone where nothing is known.
    pub(super) fn drawn(&self, row: &Finding) -> String {
        let life = Life::of(row);
        let Some(from) = life.from else {
            return "<span class=\"small\">not known without a history</span>".to_owned();
        };
        let mut said = vec![format!("since {}", words::date(from))];
        let mut say = |what: &str, at: Option<Timestamp>| {
            said.extend(at.map(|at| format!("{what} {}", words::date(at))));
        };
        say("in its place since", life.rotated);
        say("removed", life.removed);
        say("ends", life.ends);
        let stop = life.removed.or(life.ends).unwrap_or(self.now).min(self.now);
        let (start, stop) = (self.at(from), self.at(stop));
        let today = self.at(self.now);
        let (width, rest) = ((stop - start).max(2.0), (today - stop).max(0.0));
        let change = life.rotated.map_or(String::new(), |at| {
            format!(
                "<rect class=\"change\" x=\"{}\" y=\"3\" width=\"3\" height=\"14\"/>",
                self.at(at)
            )
        });
        let said = html(&said.join(", "));
        format!(
            "<svg viewBox=\"0 0 {WIDTH} 20\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{said}\">\
             <line class=\"axis\" x1=\"0\" y1=\"10\" x2=\"{WIDTH}\" y2=\"10\" stroke-width=\"0.5\"/>\
             <rect class=\"stood\" x=\"{start}\" y=\"6\" width=\"{width}\" height=\"8\"/>\
             <rect class=\"left\" x=\"{stop}\" y=\"9\" width=\"{rest}\" height=\"2\"/>{change}\
             <line class=\"today\" x1=\"{today}\" y1=\"0\" x2=\"{today}\" y2=\"20\" stroke-width=\"1.5\"/></svg>\
             <span class=\"small\">{said}</span>"
        )
    }
}
