//! Reports: one file a format, all made from one [`Report`] value, which is what the JSON formats
//! write and [`read`] reads back.
//!
//! A report holds no secret and no
//! raw text of the repository: everything foreign is a [`Shown`](crate::secret::Shown), which only
//! the masker makes, in [`build`]. (With `--show-secrets` the user asked for more, and
//! [`Finding::value`] is set.) Each format escapes what it prints in its own way, because masked text
//! may still hold control characters.

mod advice;
mod against;
mod block;
pub(crate) mod build;
mod code;
mod compare;
mod csv;
mod cut;
mod escape;
mod github;
mod gitlab;
mod hook;
mod html;
mod human;
mod ics;
mod json;
mod junit;
mod link;
mod listed;
mod markdown;
mod merge;
mod model;
mod notices;
mod options;
mod overview;
mod page;
mod paint;
mod sarif;
mod state;
mod summary;
mod suppressed;
mod template;
#[cfg(test)]
mod tests;
mod words;

use std::borrow::Cow;
use std::io;

pub use advice::advice;
pub use against::against;
pub use build::EXPIRED;
pub use compare::{Comparison, compare};
pub use escape::{json_pretty, terminal};
pub use hook::{Hook, PreReceive};
pub use human::Human;
pub use json::{Unreadable, read, schema};
pub use link::{Web, link_files};
pub use merge::merge;
pub use model::*;
pub use options::{People, ReportOptions};
pub use page::{Look, page};
pub use summary::verdict;
pub use template::Template;
pub use words::count;

/// How a report is written. A new format is a file beside this one and a line in [`FORMATS`].
pub trait Format: Sync {
    /// What users write behind `--format`.
    fn name(&self) -> &'static str;

    /// What it is for, in few words.
    fn about(&self) -> &'static str;

    /// Whether it leaves out, unless all is asked for, what stands in tests, examples and documentation
    /// alone. A person has no use for it, and a host would open an alert for each.
    fn folds(&self) -> bool {
        true
    }

    /// Whether it holds the pages of places and commits at the host of the repository, which take time to find
    /// out.
    fn links(&self, _: Style) -> bool {
        true
    }

    /// Writes the report. No format changes the exit status.
    ///
    /// # Errors
    /// Those of the writer.
    fn write(&self, report: &Report, style: Style, out: &mut dyn io::Write) -> io::Result<()>;
}

/// The formats that users can ask for, the usual one first. ([`Hook`] is what a git hook says.)
pub static FORMATS: &[&dyn Format] = &[
    &Human,
    &json::Json,
    &json::JsonLines,
    &sarif::Sarif,
    &github::Github,
    &markdown::Markdown,
    &html::Html,
    &csv::Csv,
    &junit::Junit,
    &gitlab::Gitlab,
    &gitlab::CodeQuality,
];

/// The calendar of what ends. It is no report: it has neither findings without an end nor most of what else a run
/// says, so that it is asked for by name where ends are what one wants to know.
pub static CALENDAR: &dyn Format = &ics::Calendar;

/// The format with a name.
pub fn format(name: &str) -> Option<&'static dyn Format> {
    FORMATS.iter().copied().find(|format| format.name() == name)
}

/// What a format may do beside its plain form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colours and source lines: standard output is a terminal.
    pub terminal: bool,
    /// Colours.
    pub color: bool,
    /// Columns that lines are folded to; `None` where nobody folds: files and pipes.
    pub width: Option<usize>,
    /// `--sarif-all-rules`.
    pub all_rules: bool,
    /// `-v`.
    pub verbose: bool,
    /// `-q`.
    pub quiet: bool,
    /// `--show-suppressed`.
    pub suppressed: bool,
    /// `--all`: also what stands in tests, examples and documentation alone.
    pub all: bool,
}

impl Style {
    /// Whether text for people may be links. They are for terminals alone: a file would keep their escapes.
    fn links(self) -> bool {
        self.terminal && self.color
    }
}

/// Writes `report` in `format`, in large pieces.
///
/// # Errors
/// Those of the writer.
pub fn write(
    format: &dyn Format,
    report: &Report,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    let report = match format.folds() && !style.all {
        true => report.unfolded(),
        false => Cow::Borrowed(report),
    };
    format.write(&report, style, &mut out)?;
    io::Write::flush(&mut out)
}
