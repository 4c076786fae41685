//! Reports: one file a format, all made from one [`Report`] value.
//!
//! May use `finding`, `policy` and `rule`. A report holds no secret and no raw text of the
//! repository: everything foreign is a [`Shown`], which only the masker makes. (With
//! `--show-secrets` the user asked for more, and `Row::value` is set.) Each format escapes
//! what it prints in its own way, because masked text may still hold control characters.

mod cut;
mod escape;
mod fix;
mod github;
mod hook;
mod human;
mod json;
mod markdown;
mod model;
mod options;
mod overview;
mod sarif;
mod sarif_plan;
mod sarif_words;
mod summary;
mod suppressed;
#[cfg(test)]
mod tests;
mod words;

use std::io;

pub use escape::terminal;
pub use model::*;
pub use options::ReportOptions;

/// What a format may do beside its plain form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// Colours and source lines: standard output is a terminal.
    pub terminal: bool,
    /// Colours.
    pub color: bool,
    /// `--sarif-all-rules`.
    pub all_rules: bool,
    /// `-v`.
    pub verbose: bool,
    /// `-q`.
    pub quiet: bool,
    /// `--show-suppressed`.
    pub suppressed: bool,
}

/// The formats, by name.
pub const FORMATS: &[&str] = &["human", "json", "jsonl", "sarif", "github", "markdown"];

/// Writes `report` in `format` (one of [`FORMATS`], or `hook`: what a git hook says).
///
/// # Errors
/// Those of the writer; an unknown format is [`io::ErrorKind::InvalidInput`].
pub fn write(
    format: &str,
    report: &Report,
    style: Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    match format {
        "human" => human::write(report, style, &mut out)?,
        "json" => json::write(report, &mut out)?,
        "jsonl" => json::write_lines(report, &mut out)?,
        "sarif" => sarif::write(report, style, &mut out)?,
        "github" => github::write(report, &mut out)?,
        "markdown" => markdown::write(report, &mut out)?,
        "hook" => hook::write(report, &mut out)?,
        other => {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("unknown format `{other}`"),
            ));
        }
    }
    io::Write::flush(&mut out)
}
