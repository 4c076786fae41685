//! What was not read, by its reason.

use super::{count, digits};
use crate::finding::{Reason, Weight};
use crate::report::{Report, Skipped};

/// One reason with what was not read for it.
pub struct Gap<'a> {
    /// Why.
    pub reason: Reason,
    /// How much it weighs.
    pub weight: Weight,
    /// What, in the report's order.
    pub rows: Vec<&'a Skipped>,
}

impl Gap<'_> {
    /// `3 files over the size limit`, `1 missing git object`, `2 × missing git object`.
    pub fn phrase(&self) -> String {
        use Reason::*;
        let n = self.rows.len() as u64;
        let phrase = self.reason.phrase();
        match self.reason {
            PermissionDenied | Io | Changed | TooLarge | Excluded | Ignored => {
                format!("{} {phrase}", count(n, "file", "files"))
            }
            Interrupted | TimedOut | ShallowHistory | PartialClone | NotInWorkTree if n == 1 => {
                phrase.to_owned()
            }
            _ if n == 1 => format!("1 {phrase}"),
            _ => format!("{} × {phrase}", digits(n)),
        }
    }

    /// All of it on one line.
    pub fn line(&self) -> String {
        let names = self.names();
        let colon = if names.is_empty() { "" } else { ": " };
        format!("not read: {}{colon}{names}", self.phrase())
    }

    /// The first three names, each followed by what went wrong, and how many more there are.
    pub fn names(&self) -> String {
        let mut names: Vec<String> = Vec::new();
        for row in self.rows.iter().take(3) {
            let name = match (row.what.as_str(), row.detail.as_str()) {
                ("", detail) => detail.to_owned(),
                (what, "") => what.to_owned(),
                (what, detail) => format!("{what} ({detail})"),
            };
            names.extend((!name.is_empty()).then_some(name));
        }
        let mut out = names.join(", ");
        if self.rows.len() > 3 {
            out.push_str(&format!(" and {} more", digits(self.rows.len() as u64 - 3)));
        }
        out
    }
}

/// What was not read, by weight and reason: failures first.
pub fn gaps(report: &Report) -> Vec<Gap<'_>> {
    let mut out: Vec<Gap<'_>> = Vec::new();
    for row in &report.skipped {
        match out
            .iter_mut()
            .find(|g| g.reason == row.reason && g.weight == row.weight)
        {
            Some(gap) => gap.rows.push(row),
            None => out.push(Gap {
                reason: row.reason,
                weight: row.weight,
                rows: vec![row],
            }),
        }
    }
    out.sort_by_key(|g| (g.weight, g.reason));
    out
}
