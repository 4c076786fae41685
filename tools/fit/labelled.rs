//! Labelled lines of code: a file of JSON objects, one a line. `tools/fit/README.md` describes them.

use std::ops::Range;

use serde::Deserialize;

/// One labelled stretch of lines.
#[derive(Deserialize)]
pub struct Row {
    pub id: String,
    /// An opaque id of the repository; what is split is split by it.
    pub repo: String,
    file: String,
    /// Words of the path, with slashes between them; `_` for none.
    scope: String,
    ext: String,
    /// The number of the first line of `text`.
    first: usize,
    /// The labelled lines.
    pub line: usize,
    pub end: usize,
    /// The value's columns in characters, from 0; -1 for the whole line.
    start: i64,
    stop: i64,
    /// `T` a credential, `X` a placeholder or example, `F` neither.
    pub label: String,
    pub kinds: Vec<String>,
    pub text: String,
}

/// Kinds that are no secrets for us, or that rules of their own find.
const ELSEWHERE: &[&str] = &[
    "UUID",
    "Nonce",
    "Salt",
    "AWS S3 Bucket",
    "PEM Private Key",
    "JSON Web Token",
    "URL Credentials",
    "Basic Authorization",
];

/// The rows of a file of labelled lines.
///
/// A whole line labelled `F` that holds a value which another row labels `T` or `X` is left out.
pub fn rows(text: &str) -> Vec<Row> {
    let rows: Vec<Row> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("one row a line"))
        .collect();
    let place = |row: &Row, line| (row.repo.clone(), row.file.clone(), line);
    let good: std::collections::BTreeSet<_> = rows
        .iter()
        .filter(|row| row.label != "F")
        .flat_map(|row| (row.line..=row.end).map(move |line| place(row, line)))
        .collect();
    let shared =
        |row: &Row| row.start < 0 && row.label == "F" && good.contains(&place(row, row.line));
    rows.into_iter().filter(|row| !shared(row)).collect()
}

impl Row {
    /// The generic rules are to find it.
    pub fn is_ours(&self) -> bool {
        !self.kinds.iter().any(|k| ELSEWHERE.contains(&k.as_str()))
    }

    /// A path like the one that it was found under.
    pub fn path(&self) -> String {
        let folder = match self.scope.as_str() {
            "_" => "src",
            scope => scope,
        };
        format!("{folder}/{}-{}{}", self.file, self.id, self.ext)
    }

    /// The lines of its own text that the label speaks of, from 1.
    pub fn lines(&self) -> Range<usize> {
        self.line - self.first + 1..self.end - self.first + 2
    }

    /// The bytes that the label speaks of: the value, or the whole lines.
    pub fn labelled(&self) -> Range<usize> {
        let ends = self.text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let starts: Vec<usize> = [0].into_iter().chain(ends.map(|(i, _)| i + 1)).collect();
        let at = |line: usize| {
            let start = starts.get(line - self.first);
            start.copied().unwrap_or(self.text.len())
        };
        let column = |line: usize, column: i64| {
            let from = at(line);
            let chars = usize::try_from(column).unwrap_or(0);
            let found = self.text[from..].char_indices().nth(chars);
            found.map_or(self.text.len(), |(i, _)| from + i)
        };
        if self.start < 0 {
            at(self.line)..at(self.end + 1)
        } else if self.line == self.end && self.stop > self.start {
            column(self.line, self.start)..column(self.line, self.stop)
        } else {
            column(self.line, self.start)..at(self.end + 1)
        }
    }

    /// Whether a stretch of its text is what the label speaks of.
    pub fn is_at(&self, span: &Range<usize>) -> bool {
        let labelled = self.labelled();
        span.start < labelled.end && labelled.start < span.end
    }
}
