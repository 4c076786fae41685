//! A calendar (RFC 5545) with an event for everything that ends after the moment of the run: credentials, entries of
//! the register, tokens that servers list. An event is found again by its UID, which is the same in every run, so
//! that a calendar which is fetched every day moves an event instead of adding one.
//!
//! What could not be read has an event of its own, because a calendar that is silent about it would promise that
//! nothing else ends.

use std::io;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::escape::terminal;
use super::{End, Format, Report, Style, summary, words};
use crate::finding::Weight;
use crate::secret::Fingerprint;

/// The longest line, in octets without its end (section 3.1).
const WIDTH: usize = 75;
/// Days before an end on which everybody is told once more.
const URGENT: i64 = 7;

/// A calendar of what ends.
pub struct Calendar;

impl Format for Calendar {
    fn name(&self) -> &'static str {
        "ics"
    }

    fn about(&self) -> &'static str {
        "a calendar of what ends (audit, tokens check)"
    }

    fn links(&self, _: Style) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        let mut out = Lines(out);
        out.plain("BEGIN:VCALENDAR")?;
        out.plain("VERSION:2.0")?;
        out.plain("PRODID:-//keysweep//keysweep//EN")?;
        out.plain("CALSCALE:GREGORIAN")?;
        let target = words::about(report);
        out.text("X-WR-CALNAME", &format!("Ends of credentials in {target}"))?;
        let gaps = summary::gaps(report, Weight::Accepted);
        for end in &report.ends {
            event(report, end, &mut out)?;
        }
        if !gaps.is_empty() || !report.summary.complete {
            incomplete(report, &gaps, &mut out)?;
        } else if report.ends.is_empty() {
            nothing(&mut out)?;
        }
        out.plain("END:VCALENDAR")
    }
}

/// Lines of a calendar.
struct Lines<'a>(&'a mut dyn io::Write);

impl Lines<'_> {
    /// A line without any text of others. Longer ones go on in the next line, behind a blank; no character is cut in
    /// two.
    fn plain(&mut self, line: &str) -> io::Result<()> {
        let mut rest = line;
        let mut room = WIDTH;
        while rest.len() > room {
            let mut at = room;
            while !rest.is_char_boundary(at) {
                at -= 1;
            }
            let (head, tail) = rest.split_at(at);
            write!(self.0, "{head}\r\n ")?;
            rest = tail;
            // The blank counts.
            room = WIDTH - 1;
        }
        write!(self.0, "{rest}\r\n")
    }

    /// A property whose value is text (section 3.3.11).
    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        let lines: Vec<String> = text.split('\n').map(escaped).collect();
        self.plain(&format!("{name}:{}", lines.join("\\n")))
    }
}

/// Text without characters that nobody sees, and without those that mean something in a calendar.
fn escaped(line: &str) -> String {
    let mut out = String::new();
    for c in terminal(line).chars() {
        if matches!(c, '\\' | ';' | ',') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

fn event(report: &Report, end: &End, out: &mut Lines<'_>) -> io::Result<()> {
    begin(report, &end.id, end.at, out)?;
    out.text("SUMMARY", end.what.as_str())?;
    let mut about = vec![format!("It ends at {} (UTC).", end.at)];
    about.extend(
        end.about
            .iter()
            .map(|line| line.as_str().replace('\n', " ")),
    );
    out.text("DESCRIPTION", &about.join("\n"))?;
    let mut days = vec![end.warn];
    days.extend((end.warn > URGENT).then_some(URGENT));
    for days in days {
        out.plain("BEGIN:VALARM")?;
        out.plain("ACTION:DISPLAY")?;
        out.text("DESCRIPTION", end.what.as_str())?;
        out.plain(&format!("TRIGGER:-P{days}D"))?;
        out.plain("END:VALARM")?;
    }
    out.plain("END:VEVENT")
}

/// The start of an event on the day of a moment. It takes nobody's time.
fn begin(report: &Report, id: &str, at: Timestamp, out: &mut Lines<'_>) -> io::Result<()> {
    let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC);
    out.plain("BEGIN:VEVENT")?;
    out.plain(&format!("UID:{id}@keysweep"))?;
    out.plain(&format!(
        "DTSTAMP:{}",
        utc(report.run.now).strftime("%Y%m%dT%H%M%SZ")
    ))?;
    out.plain(&format!(
        "DTSTART;VALUE=DATE:{}",
        utc(at).strftime("%Y%m%d")
    ))?;
    out.plain("TRANSP:TRANSPARENT")
}

/// On the day of the run: what was not read may have ends, too.
fn incomplete(report: &Report, gaps: &[String], out: &mut Lines<'_>) -> io::Result<()> {
    let of = Fingerprint::of_strong(report.run.target.as_str().as_bytes());
    begin(report, &format!("incomplete-{of}"), report.run.now, out)?;
    out.text("SUMMARY", "This calendar of credentials is not complete")?;
    let mut about = vec![summary::verdict(report)];
    about.extend(gaps.iter().cloned());
    out.text("DESCRIPTION", &about.join("\n"))?;
    out.plain("END:VEVENT")
}

/// A calendar has one component at least (section 3.6): a time zone is one that no calendar shows.
fn nothing(out: &mut Lines<'_>) -> io::Result<()> {
    for line in [
        "BEGIN:VTIMEZONE",
        "TZID:UTC",
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0000",
        "END:STANDARD",
        "END:VTIMEZONE",
    ] {
        out.plain(line)?;
    }
    Ok(())
}
