//! Columns: the first line of a table names them, and each row below has a value for each. Tables of CSV and TSV,
//! and rows that SQL gives to named columns (`INSERT INTO t (name, password) VALUES (…)`, `COPY … FROM stdin`).

use std::ops::Range;

use super::list::gap;
use super::{Assignment, Op, key};

/// Rows are read so far behind the name of their column, in bytes.
const LONGEST: usize = 8192;
/// And at most so many of them.
const ROWS: usize = 200;
/// The names of the columns begin at most so many bytes before the word, and end so many behind it: no more than
/// reading any other assignment may look at.
const NAMES_LEFT: usize = 400;
const NAMES_RIGHT: usize = 800;
/// At most so many columns.
const COLUMNS: usize = 64;
/// The longest name of a column, in bytes.
const NAME: usize = 48;
/// The longest row, in bytes: what looks like the start of many rows must not be read to the end for each.
const ROW: usize = 1024;
/// The longest literal in a row, in bytes.
const LITERAL: usize = 512;

/// Beside a column with one of these names, a column of passwords holds what people log in with.
const LOGINS: &[&[u8]] = &[
    b"user",
    b"username",
    b"user_name",
    b"login",
    b"email",
    b"e-mail",
    b"url",
    b"account",
];

/// Bytes that part the cells of a table.
const PARTS: &[u8] = b",;\t|";

/// The values of the column that the word at `word` names, and the place up to which was looked. `None` where the word is
/// in no list of the names of columns; no value where no row follows such a list.
pub fn column(bytes: &[u8], word: Range<usize>) -> Option<(Vec<Assignment<'_>>, usize)> {
    let name = key::around(bytes, word);
    let names = Names {
        bytes,
        floor: name.start.saturating_sub(NAMES_LEFT),
        ceil: bytes.len().min(name.end + NAMES_RIGHT),
        name: name.clone(),
    };
    let end = bytes.len().min(name.end + LONGEST);
    let ((cells, at), op) = match names.of_statement() {
        Some((list, Source::Values(at))) => (values(bytes, at, end, &list), Op::SqlBy),
        Some((list, Source::Copied(at))) => (lines(bytes, at, end, b'\t', &list), Op::Label),
        None => {
            let (list, part, below) = names.of_table()?;
            let op = if list.beside_a_login {
                Op::NameValue
            } else {
                Op::Label
            };
            (lines(bytes, below, end, part, &list), op)
        }
    };
    // No row behind the last was looked at further than the longest goes.
    let looked = end.min(at + ROW);
    let assigned = cells.into_iter().map(|(value, quote)| Assignment {
        key: &bytes[name.clone()],
        key_at: name.start,
        value,
        quote,
        op,
        fallback: false,
        wrapped: false,
    });
    Some((assigned.collect(), looked))
}

/// Where the name of a column stands, and how far its neighbours are looked for.
struct Names<'a> {
    bytes: &'a [u8],
    floor: usize,
    ceil: usize,
    name: Range<usize>,
}

/// The columns of a table.
struct List {
    count: usize,
    /// Which of them is asked for, from 0.
    wanted: usize,
    beside_a_login: bool,
}

/// What gives a statement's columns their values: the place behind it.
enum Source {
    Values(usize),
    Copied(usize),
}

impl Names<'_> {
    /// `(name, password) VALUES`, `(name, password) FROM stdin;`.
    fn of_statement(&self) -> Option<(List, Source)> {
        let before = self.bytes[self.floor..self.name.start].trim_ascii_end();
        let before = before
            .strip_suffix(b"\"")
            .or(before.strip_suffix(b"`"))
            .unwrap_or(before);
        if !matches!(before.trim_ascii_end().last(), Some(b',' | b'(')) {
            return None;
        }
        let inside = |b: &u8| {
            b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"_`\"[],\\".contains(b)
        };
        let open = before
            .iter()
            .rposition(|b| !inside(b))
            .filter(|at| before[*at] == b'(')?;
        let open = self.floor + open;
        let rest = &self.bytes[self.name.end..self.ceil];
        let close = rest
            .iter()
            .position(|b| !inside(b))
            .filter(|at| rest[*at] == b')')?;
        let close = self.name.end + close;
        let list = self.list(open + 1..close, b',')?;
        let behind = &self.bytes[close + 1..self.ceil];
        let source = if let Some(at) = said(behind, &[b"values"]) {
            Source::Values(close + 1 + at)
        } else {
            let at = said(behind, &[b"from", b"stdin"])?;
            let line = at + behind[at..].iter().position(|b| *b == b'\n')?;
            if !matches!(behind[at..line].trim_ascii(), b"" | b";") {
                return None;
            }
            Source::Copied(close + 1 + line + 1)
        };
        Some((list, source))
    }

    /// The first line of a content, which names the columns of all lines below; what parts them, and where the line below
    /// starts.
    fn of_table(&self) -> Option<(List, u8, usize)> {
        if self.floor > 0 {
            return None;
        }
        let mark = if self.bytes.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        };
        let quoted = |b: Option<&u8>| b == Some(&b'"');
        let behind = self.name.end + usize::from(quoted(self.bytes.get(self.name.end)));
        let before = self.name.start.max(mark);
        let before = before - usize::from(before > mark && quoted(self.bytes.get(before - 1)));
        let part = [self.bytes.get(behind), self.bytes[mark..before].last()];
        let part = *part.into_iter().flatten().find(|b| PARTS.contains(b))?;
        let line = memchr::memchr(b'\n', &self.bytes[..self.ceil])?;
        if line < self.name.end {
            return None;
        }
        let list = self.list(mark..line, part)?;
        Some((list, part, line + 1))
    }

    /// The names that stand at `range`, one of which is this one: nothing but names.
    fn list(&self, range: Range<usize>, part: u8) -> Option<List> {
        let mut at = range.start;
        let mut list = List {
            count: 0,
            wanted: 0,
            beside_a_login: false,
        };
        let mut found = false;
        for cell in self.bytes[range].split(|b| *b == part) {
            if (at..=at + cell.len()).contains(&self.name.start) {
                (list.wanted, found) = (list.count, true);
            }
            at += cell.len() + 1;
            let quote =
                |b: &u8| matches!(b, b'"' | b'`' | b'[' | b']' | b'\\') || b.is_ascii_whitespace();
            let start = cell.iter().position(|b| !quote(b))?;
            let name = &cell[start..=cell.iter().rposition(|b| !quote(b))?];
            let fits = |b: &u8| b.is_ascii_alphanumeric() || b"_-. ".contains(b);
            if name.len() > NAME || !name[0].is_ascii_alphabetic() || !name.iter().all(fits) {
                return None;
            }
            list.beside_a_login |= LOGINS.iter().any(|login| name.eq_ignore_ascii_case(login));
            list.count += 1;
        }
        (found && (2..=COLUMNS).contains(&list.count)).then_some(list)
    }
}

/// Where `text` goes on behind these words, which blanks part.
fn said(text: &[u8], words: &[&[u8]]) -> Option<usize> {
    let mut at = 0;
    for word in words {
        at += text[at..]
            .iter()
            .take_while(|b| b.is_ascii_whitespace())
            .count();
        let here = text.get(at..at + word.len())?;
        if !here.eq_ignore_ascii_case(word) {
            return None;
        }
        at += word.len();
    }
    Some(at)
}

/// A value, and the quote around it.
type Cell = (Range<usize>, Option<u8>);

/// The cells of a column in the lines from `at` on, up to the first that has not as many as there are columns, and where
/// that one starts.
fn lines(bytes: &[u8], mut at: usize, end: usize, part: u8, list: &List) -> (Vec<Cell>, usize) {
    let mut all = Vec::new();
    for _ in 0..ROWS {
        // A row that the end of the window cuts off is none.
        let stop = end.min(at + ROW);
        let line = match memchr::memchr(b'\n', &bytes[at.min(stop)..stop]) {
            Some(len) => at..at + len,
            None if stop == bytes.len() && at < stop => at..stop,
            None => break,
        };
        let row = &bytes[line.clone()];
        if opens_rows(row) {
            break;
        }
        let Some(cells) = cells(row, part).filter(|all| all.len() == list.count) else {
            break;
        };
        let (cell, quote) = &cells[list.wanted];
        if is_value(&row[cell.clone()]) {
            all.push((line.start + cell.start..line.start + cell.end, *quote));
        }
        at = line.end + 1;
    }
    (all, at)
}

/// What begins with a bracket (JSON, XML) holds names and values of its own.
fn is_value(cell: &[u8]) -> bool {
    cell.first().is_some_and(|b| !b"{[<".contains(b))
}

/// `COPY … FROM stdin;`: a line that is the next statement, and no row of this one. It has rows of its own, so that each
/// row would be one of as many columns as there are such lines.
fn opens_rows(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let line = line.strip_suffix(b";").unwrap_or(line).trim_ascii_end();
    let tail = &line[line.len().saturating_sub(5)..];
    tail.eq_ignore_ascii_case(b"stdin")
}

/// The cells of one line, without their quotes and the blanks around them. `None` where a quote stays open. The
/// crate `csv` does not say where in the bytes a cell stands, which a finding has to.
fn cells(line: &[u8], part: u8) -> Option<Vec<Cell>> {
    let mut all = Vec::new();
    let mut at = 0;
    loop {
        let rest = &line[at..];
        if rest.first() == Some(&b'"') {
            // Two quotes inside stand for one.
            let mut close = at + 1;
            loop {
                close += memchr::memchr(b'"', &line[close..])?;
                if line.get(close + 1) != Some(&b'"') {
                    break;
                }
                close += 2;
            }
            all.push((at + 1..close, Some(b'"')));
            at = close + 1;
            if line.get(at).is_some_and(|b| *b != part && *b != b'\r') {
                return None;
            }
        } else {
            let len = memchr::memchr(part, rest).unwrap_or(rest.len());
            let text = rest[..len].trim_ascii();
            let start = at + (rest[..len].len() - rest[..len].trim_ascii_start().len());
            all.push((start..start + text.len(), None));
            at += len;
        }
        if line.get(at) != Some(&part) {
            return Some(all);
        }
        if all.len() > COLUMNS {
            return None;
        }
        at += 1;
    }
}

/// The literals of a column in the rows `(…), (…)` from `at` on, and where these end.
fn values(bytes: &[u8], mut at: usize, end: usize, list: &List) -> (Vec<Cell>, usize) {
    let mut all = Vec::new();
    for _ in 0..ROWS {
        at = gap(bytes, at, end);
        let Some((count, cell, behind)) = row(bytes, at, end.min(at + ROW), list.wanted) else {
            break;
        };
        if count != list.count {
            break;
        }
        all.extend(cell.filter(|(value, _)| is_value(&bytes[value.clone()])));
        at = gap(bytes, behind, end);
        if at >= end || bytes[at] != b',' {
            break;
        }
        at += 1;
    }
    (all, at)
}

/// The row that a bracket opens at `at`: how many members it has, the wanted one where it is a literal and nothing else,
/// and where the row ends.
fn row(bytes: &[u8], at: usize, end: usize, wanted: usize) -> Option<(usize, Option<Cell>, usize)> {
    if at >= end || bytes[at] != b'(' {
        return None;
    }
    let mut found = None;
    let (mut count, mut depth, mut at) = (1, 1, at + 1);
    // Whether the member so far is a literal alone: where it stands, and whether anything else does.
    let (mut literal, mut other): (Option<Range<usize>>, bool) = (None, false);
    while at < end {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                let close = closed(bytes, at + 1, end.min(at + LITERAL), quote)?;
                other |= literal.is_some() || depth > 1 || quote == b'"';
                literal = Some(at + 1..close);
                at = close;
            }
            b'(' => depth += 1,
            b')' => depth -= 1,
            b if depth == 1 && b == b',' || b.is_ascii_whitespace() => {}
            // `N'…'`, `E'…'`, `_binary '…'` are literals all the same.
            b if literal.is_none() && (b.is_ascii_alphanumeric() || b == b'_') => {}
            _ => other = true,
        }
        if depth == 0 || depth == 1 && bytes[at] == b',' {
            if count == wanted + 1 && !other {
                found = literal.take().map(|value| (value, Some(b'\'')));
            }
            if depth == 0 {
                return Some((count, found, at + 1));
            }
            (literal, other) = (None, false);
            count += 1;
            if count > COLUMNS {
                return None;
            }
        }
        at += 1;
    }
    None
}

/// The quote that closes a literal: two of them stand for one, and so does one behind a backslash.
fn closed(bytes: &[u8], mut at: usize, end: usize, quote: u8) -> Option<usize> {
    while at < end {
        match bytes[at] {
            b'\\' => at += 1,
            b if b == quote && bytes.get(at + 1) == Some(&quote) => at += 1,
            b if b == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of the column that is called like this, and how they are joined to it.
    fn read(text: &str, name: &str) -> (Vec<String>, Option<Op>) {
        let at = text.find(name).expect("it is there");
        let (all, looked) = column(text.as_bytes(), at..at + name.len()).unwrap_or_default();
        assert!(looked <= text.len() && all.iter().all(|one| one.value.end <= looked));
        assert!(
            all.iter()
                .all(|one| one.key.ends_with(name.as_bytes()) && one.key_at <= at)
        );
        let values = all.iter().map(|one| text[one.value.clone()].to_owned());
        (values.collect(), all.first().map(|one| one.op))
    }

    #[test]
    fn columns_of_tables_are_read() {
        for (text, op) in [
            (
                "id,username,password,note\n1,ann,maple 7,x\n2,bob,\"oak,\"\"9\",\n",
                Op::NameValue,
            ),
            (
                "\u{feff}user;password\r\nann;maple 7\r\nbob;\"oak,\"\"9\"\r\n",
                Op::NameValue,
            ),
            (
                "\"Name\",\"password\"\n\"ann\",\"maple 7\"\nbob, \"oak\n",
                Op::Label,
            ),
            (
                "password\tservice\nmaple 7\tx\n\ty\noak,\"\"9\tz",
                Op::Label,
            ),
        ] {
            let (found, joined) = read(text, "password");
            assert_eq!(found[0], "maple 7", "{text}");
            assert_eq!(joined, Some(op), "{text}");
            assert!(found[1..].iter().all(|one| one.contains("oak")), "{text}");
        }
    }

    #[test]
    fn columns_of_statements_are_read() {
        for text in [
            "INSERT INTO t (id, name, password) VALUES (1, 'ann', 'maple''7'), (2, lower('b, c'), N'oak');",
            "insert into `t` (`id`,\n `password`, `x`)\nvalues\n (NULL, 'maple''7', ')'),\n(2,'oak', now()) ;",
            "INSERT INTO \"t\" (\"password\", \"x\") VALUES ('maple''7', -1),('oak', 2) ON CONFLICT DO NOTHING",
        ] {
            let want = vec!["maple''7".to_owned(), "oak".to_owned()];
            assert_eq!(read(text, "password"), (want, Some(Op::SqlBy)), "{text}");
        }
        let text = "COPY public.t (id, password) FROM stdin;\n1\tmaple\n2\toak\n\\.\nx\ty\n";
        let want = vec!["maple".to_owned(), "oak".to_owned()];
        assert_eq!(read(text, "password"), (want, Some(Op::Label)));
    }

    #[test]
    fn other_texts_are_no_tables() {
        for text in [
            "user, password, and email are asked for\nthen comes more, and more, and more and more, as texts do\n",
            "first line\nuser,password\nann,maple\n",
            "f(user, password) values\n",
            "INSERT INTO t (id, password) VALUES (?, ?)",
            "INSERT INTO t (id, password) VALUES (1, concat('a', 'b'))",
            "INSERT INTO t (id, password) VALUES (1, 'maple', 'oak')",
            "INSERT INTO t (id, password) VALUES (1, 'maple",
            "INSERT INTO t (id, password) VALUES (1, '{\"key\": \"maple\"}')",
            "password\nmaple\n",
            "user,password\nann,\"maple\n",
            "COPY t (id, password) FROM stdin;\n1\tCOPY t (id, password) FROM stdin;\n",
        ] {
            assert_eq!(read(text, "password").0, Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn reading_ends() {
        let many = format!("user,password\n{}", "ann,maple\n".repeat(10_000));
        assert_eq!(read(&many, "password").0.len(), ROWS);
        let wide = format!("user,password\nann,{}\n", "x".repeat(LONGEST));
        assert_eq!(read(&wide, "password").0.len(), 0);
    }
}
