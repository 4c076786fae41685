//! JSON and JSON lines: the report's own values (`docs/json.md`, `docs/report.schema.json`), which
//! [`read`] reads back.

mod lines;
mod read;
mod schema;

use std::io;

pub use read::{Unreadable, read};
pub use schema::schema;

use super::escape::json_pretty;
use super::{Format, Report, Style};

/// One JSON document.
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn about(&self) -> &'static str {
        "one JSON document"
    }

    fn folds(&self) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        json_pretty(report, out)
    }
}

/// One JSON object a line.
pub struct JsonLines;

impl Format for JsonLines {
    fn name(&self) -> &'static str {
        "jsonl"
    }

    fn about(&self) -> &'static str {
        "one JSON object a line"
    }

    fn folds(&self) -> bool {
        false
    }

    fn write(&self, report: &Report, _: Style, out: &mut dyn io::Write) -> io::Result<()> {
        lines::write(report, out)
    }
}
