//! One file of a generated or labelled case, and what the program says of it.

use std::collections::BTreeMap;
use std::ops::Range;

/// What a case is about: the parts of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Families,
    Places,
    Ways,
    WaysOfTokens,
    Rules,
    Alphabets,
    Near,
    Benign,
}

/// A file that is written and scanned.
#[derive(Debug, PartialEq)]
pub struct Case {
    pub part: Part,
    /// The row of the table that it counts for.
    pub row: String,
    /// A second table that it counts for, as the carrier of a token.
    pub also: Option<String>,
    /// Cases are scanned together that have the same run: no value stands in one twice.
    pub run: String,
    /// Where the file is written, below the folder of the run; two cases never share a folder.
    pub path: String,
    pub text: String,
    /// Where the credential stands, in bytes; none when there is none.
    pub value: Option<Range<usize>>,
}

impl Case {
    /// A name for people: where `--keep` leaves the file.
    pub fn file(&self) -> String {
        format!("{}/{}", self.run, self.path)
    }
}

/// What is listed of one case, by what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// A credential is listed by default.
    pub shown: bool,
    /// Anything is listed by default: a sample, a digest, a note.
    pub noted: bool,
    /// The confidence of the surest credential: 1 low, 2 medium, 3 high; 0 where none is seen even
    /// when everything from low on is asked for.
    pub level: u8,
    /// Of the surest, where the program tells it.
    pub probability: Option<f64>,
    /// What the surest stands on and the kind of its place, as the report names them.
    pub ground: Option<(String, String)>,
}

/// Sums of a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    pub cases: usize,
    pub shown: usize,
    pub noted: usize,
    /// Of confidence low, medium, high or better.
    pub from: [usize; 3],
}

impl Sum {
    pub fn add(&mut self, seen: &Seen) {
        self.cases += 1;
        self.shown += usize::from(seen.shown);
        self.noted += usize::from(seen.noted);
        for (level, from) in (1..).zip(&mut self.from) {
            *from += usize::from(seen.level >= level);
        }
    }

    pub fn join(&mut self, more: &Sum) {
        self.cases += more.cases;
        self.shown += more.shown;
        self.noted += more.noted;
        for (mine, more) in self.from.iter_mut().zip(more.from) {
            *mine += more;
        }
    }
}

/// Rows in the order in which they first came.
#[derive(Default)]
pub struct Rows {
    order: Vec<String>,
    sums: BTreeMap<String, Sum>,
}

impl Rows {
    pub fn add(&mut self, row: &str, seen: &Seen) {
        if !self.sums.contains_key(row) {
            self.order.push(row.to_owned());
        }
        self.sums.entry(row.to_owned()).or_default().add(seen);
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Sum)> {
        self.order.iter().map(|row| (row.as_str(), &self.sums[row]))
    }

    pub fn total(&self) -> Sum {
        let mut total = Sum::default();
        for sum in self.sums.values() {
            total.join(sum);
        }
        total
    }
}
