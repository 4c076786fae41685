//! Lists as tables: a head with the names of the columns, and a line a record. Commas, semicolons or tabs separate.

use std::io::{BufRead, Read};

use serde_json::{Map, Value};

use super::fields::{Mapper, table_key};
use super::syntax::{Input, Syntax};
use super::{Unreadable, unread};
use crate::rule::ListFormat;

/// What separates cells.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Bytes of the head of a table of another kind that are read for a guess.
const HEAD: u64 = 4 << 20;

/// Lines of cells.
pub(super) struct Table;

impl Syntax for Table {
    fn format(&self) -> ListFormat {
        ListFormat::Csv
    }

    fn called(&self) -> &'static str {
        "no JSON, and is taken for a table"
    }

    /// The name of a column may be anything.
    fn begins(&self, _: &[u8]) -> bool {
        true
    }

    fn read(&self, input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
        lines(input, mapper)
    }

    /// The names of the columns, as a record without values.
    fn first(&self, input: &mut Input<'_>) -> Option<Value> {
        let mut head = String::new();
        Read::take(input, HEAD).read_line(&mut head).ok()?;
        let names = head.trim().split(SEPARATORS.map(char::from));
        let names = names.map(|name| (name.trim().trim_matches('"').to_owned(), Value::Null));
        Some(Value::Object(names.collect()))
    }
}

/// Reads every line.
fn lines(input: &mut Input<'_>, mapper: &mut Mapper) -> Result<(), Unreadable> {
    let delimiter = delimiter(input)?;
    let counted = Quotes {
        inner: input,
        odd: false,
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        // What `mariadb --batch` prints has no quotes, and JSON in its columns.
        .quoting(delimiter != b'\t')
        .from_reader(counted);
    let head = reader.headers().map_err(|error| said(&error))?.clone();
    let names: Vec<String> = head.iter().map(table_key).collect();
    for (at, name) in names.iter().enumerate() {
        if !name.is_empty() && names[..at].contains(name) {
            return Err(Unreadable {
                line: 1,
                message: format!("two columns are called `{name}`"),
            });
        }
    }
    let mut line = csv::StringRecord::new();
    let around = Map::new();
    while reader
        .read_record(&mut line)
        .map_err(|error| said(&error))?
    {
        let cells = names.iter().zip(line.iter());
        let cells = cells.map(|(name, cell)| (name.clone(), Value::String(cell.trim().to_owned())));
        let value = Value::Object(cells.collect());
        let number = line.position().map_or(0, csv::Position::line);
        mapper
            .record(ListFormat::Csv, &value, &around)
            .map_err(|message| Unreadable {
                line: number,
                message,
            })?;
    }
    let end = reader.position().line();
    match reader.into_inner().odd && delimiter != b'\t' {
        true => Err(Unreadable {
            line: end,
            message: "it ends inside quotes: it was cut off, and is not taken for a whole list"
                .to_owned(),
        }),
        false => Ok(()),
    }
}

/// What separates the columns, by the head.
fn delimiter(input: &mut Input<'_>) -> Result<u8, Unreadable> {
    let start = input.fill_buf().map_err(unread)?;
    let end = start
        .iter()
        .position(|b| *b == b'\n')
        .unwrap_or(start.len());
    let head = &start[..end];
    let count = |sign: u8| head.iter().filter(|b| **b == sign).count();
    let most = SEPARATORS
        .into_iter()
        .max_by_key(|sign| (count(*sign), *sign == b','));
    Ok(most.filter(|sign| count(*sign) > 0).unwrap_or(b','))
}

/// What the reader of tables says, as a sentence with its line.
fn said(error: &csv::Error) -> Unreadable {
    let line = error.position().map_or(0, csv::Position::line);
    let message = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("it has {len} columns, and the head has {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "it is no UTF-8".to_owned(),
        _ => format!("it is no table: {error}"),
    };
    Unreadable { line, message }
}

/// Knows whether the quotes that went through are closed.
struct Quotes<'r, R> {
    inner: &'r mut R,
    odd: bool,
}

impl<R: Read> Read for Quotes<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let quotes = buffer[..n].iter().filter(|b| **b == b'"').count();
        self.odd ^= quotes % 2 == 1;
        Ok(n)
    }
}
