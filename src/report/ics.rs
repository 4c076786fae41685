//! The ends of credentials as a calendar (iCalendar, RFC 5545): an entry on the day on which one ends, with
//! reminders a month and a week before. What is dead already, or has no known end, has none.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::escape::terminal;
use super::{Finding, Format, Report, Style, words};
use crate::finding::Status;

/// Longer lines are folded, in bytes (section 3.1).
const LINE_MAX: usize = 75;

/// A calendar.
pub struct Calendar;

impl Format for Calendar {
    fn name(&self) -> &'static str {
        "ics"
    }

    fn about(&self) -> &'static str {
        "a calendar of the days on which credentials end"
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let version = &report.run.version;
        line(out, "BEGIN:VCALENDAR")?;
        line(out, "VERSION:2.0")?;
        line(out, &format!("PRODID:-//keysweep//keysweep {version}//EN"))?;
        for row in &report.findings {
            if let Status::Expiring { at } | Status::LiveUntil { at } = row.status {
                event(row, at, report.run.now, out)?;
            }
        }
        line(out, "END:VCALENDAR")
    }
}

fn event(
    row: &Finding,
    ends: Timestamp,
    now: Timestamp,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let day = ends.to_zoned(TimeZone::UTC).strftime("%Y%m%d");
    let stamp = now.to_zoned(TimeZone::UTC).strftime("%Y%m%dT%H%M%SZ");
    let key = row.key.as_ref().map(|key| format!(" in {}", key.as_str()));
    let title = format!("{} ends{}", row.name, key.unwrap_or_default());
    let place = row.first_place().map(words::position).unwrap_or_default();
    let next = row.rotate.as_deref().unwrap_or("Replace it before.");
    line(out, "BEGIN:VEVENT")?;
    // The same credential and end give the same entry: a calendar that is read again is not doubled.
    line(out, &format!("UID:{}-{day}@keysweep", row.fingerprint))?;
    line(out, &format!("DTSTAMP:{stamp}"))?;
    line(out, &format!("DTSTART;VALUE=DATE:{day}"))?;
    line(out, &format!("SUMMARY:{}", escaped(&title)))?;
    line(
        out,
        &format!(
            "DESCRIPTION:{}",
            escaped(&format!("{next} It stands at {place}; id {}.", row.id))
        ),
    )?;
    for before in ["P30D", "P7D"] {
        line(out, "BEGIN:VALARM")?;
        line(out, "ACTION:DISPLAY")?;
        line(out, &format!("DESCRIPTION:{}", escaped(&title)))?;
        line(out, &format!("TRIGGER:-{before}"))?;
        line(out, "END:VALARM")?;
    }
    line(out, "END:VEVENT")
}

/// Text of a property (section 3.3.11).
fn escaped(text: &str) -> String {
    terminal(text)
        .replace('\\', "\\\\")
        .replace(';', "\\;")
        .replace(',', "\\,")
}

/// A line, folded between characters where it is too long.
fn line(out: &mut dyn io::Write, text: &str) -> io::Result<()> {
    let mut length = 0;
    for c in text.chars() {
        if length + c.len_utf8() > LINE_MAX {
            // The blank that a folded line begins with counts.
            write!(out, "\r\n ")?;
            length = 1;
        }
        write!(out, "{c}")?;
        length += c.len_utf8();
    }
    write!(out, "\r\n")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{row, sample};
    use super::*;
    use crate::finding::Severity;

    fn calendar(status: Status) -> String {
        let mut finding = row("one", Severity::High);
        finding.status = status;
        let report = Report {
            findings: vec![finding],
            ..sample()
        };
        let mut out = Vec::new();
        super::super::write(&Calendar, &report, Style::default(), &mut out).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn an_end_ahead_is_a_day_in_the_calendar() {
        let at = "2027-01-15T08:00:00Z".parse().expect("a moment");
        let text = calendar(Status::LiveUntil { at });
        assert!(
            text.contains("\r\nDTSTART;VALUE=DATE:20270115\r\n"),
            "{text}"
        );
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 1);
        assert_eq!(text.matches("TRIGGER:-P").count(), 2);
        assert!(text.lines().all(|line| line.len() <= LINE_MAX), "{text}");
        assert!(!calendar(Status::Unknown).contains("VEVENT"));
    }
}
