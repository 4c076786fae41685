//! Places of a text, as the protocol counts them: lines from 0, and characters of a line from 0 in units of
//! UTF-16, or in bytes where both sides agree.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// In what units the characters of a line are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Units of UTF-16, which every client knows.
    #[default]
    Utf16,
    /// Bytes of UTF-8.
    Utf8,
}

impl Encoding {
    /// What the client of an `initialize` understands.
    pub fn agreed(params: &Value) -> Encoding {
        let known = params["capabilities"]["general"]["positionEncodings"].as_array();
        match known.is_some_and(|known| known.iter().any(|one| one == "utf-8")) {
            true => Encoding::Utf8,
            false => Encoding::Utf16,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Utf16 => "utf-16",
            Encoding::Utf8 => "utf-8",
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Encoding::Utf16 => c.len_utf16(),
            Encoding::Utf8 => c.len_utf8(),
        }
    }
}

/// A line and a character of it, as a client wrote them.
pub(super) type Position = (usize, usize);

/// A place of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    /// Bytes before it.
    pub offset: usize,
    line: usize,
    character: usize,
}

impl Point {
    pub fn position(self) -> Position {
        (self.line, self.character)
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        json!({"line": self.line, "character": self.character}).serialize(to)
    }
}

/// The lines of a text.
pub(super) struct Index<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Index<'t> {
    pub fn new(text: &'t str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = std::iter::once(0).chain(ends.map(|at| at + 1)).collect();
        Index { text, starts }
    }

    /// The points at lines and columns (from 1, columns in code points), in the order in which they are given.
    /// Every line is walked once, however many points stand on it.
    pub fn points(&self, wanted: &[(u32, u32)], encoding: Encoding) -> Vec<Point> {
        let mut order: Vec<usize> = (0..wanted.len()).collect();
        order.sort_by_key(|n| wanted[*n]);
        let mut out = vec![Point::default(); wanted.len()];
        let mut at: Option<(Point, u32)> = None;
        for n in order {
            let (line, column) = wanted[n];
            let line = (line.max(1) as usize - 1).min(self.starts.len() - 1);
            let (mut point, mut reached) = match at {
                Some((point, reached)) if point.line == line && reached <= column.max(1) => {
                    (point, reached)
                }
                _ => (
                    Point {
                        offset: self.starts[line],
                        line,
                        character: 0,
                    },
                    1,
                ),
            };
            for c in self.text[point.offset..].chars() {
                if reached >= column || c == '\n' {
                    break;
                }
                point.offset += c.len_utf8();
                point.character += encoding.width(c);
                reached += 1;
            }
            out[n] = point;
            at = Some((point, reached));
        }
        out
    }
}

/// A position of a message; what is none is the beginning.
pub(super) fn position(value: &Value) -> Position {
    let number = |name: &str| value[name].as_u64().and_then(|n| usize::try_from(n).ok());
    (
        number("line").unwrap_or_default(),
        number("character").unwrap_or_default(),
    )
}

/// Bytes before a position. What lies behind the end of a line is its end, as the protocol wants it.
pub(super) fn offset_of(text: &str, (line, character): Position, encoding: Encoding) -> usize {
    let start = match line {
        0 => 0,
        line => match memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 1) {
            Some(at) => at + 1,
            None => return text.len(),
        },
    };
    let mut units = 0;
    let mut offset = start;
    for c in text[start..].chars() {
        units += encoding.width(c);
        if c == '\n' || units > character {
            break;
        }
        offset += c.len_utf8();
    }
    offset
}

/// The position at an offset in bytes.
pub(super) fn position_of(text: &str, offset: usize, encoding: Encoding) -> Value {
    let before = &text[..offset.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before.as_bytes()).count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let character: usize = before[start..].chars().map(|c| encoding.width(c)).sum();
    json!({"line": line, "character": character})
}

/// The path of a `file:` URI (RFC 8089), and of any other its last part, for what is saved nowhere.
pub(super) fn file_of(uri: &str) -> String {
    let decoded = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let Some(rest) = uri.strip_prefix("file://") else {
        return decoded(uri.rsplit(['/', ':']).next().unwrap_or(uri));
    };
    // A host may stand before the path; it is this machine.
    let path = decoded(&rest[rest.find('/').unwrap_or(0)..]);
    let drive = path.as_bytes();
    match drive.len() > 2 && drive[1].is_ascii_alphabetic() && drive[2] == b':' {
        true => path[1..].to_owned(),
        false => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_both_sides_agreed() {
        let text = "a😀é = x\r\nsecond\n";
        let find = |encoding| {
            let points = Index::new(text).points(&[(2, 1), (1, 7), (1, 2), (2, 99)], encoding);
            let places: Vec<_> = points
                .iter()
                .map(|point| (point.offset, point.position()))
                .collect();
            places
        };
        assert_eq!(
            find(Encoding::Utf16),
            [(13, (1, 0)), (10, (0, 7)), (1, (0, 1)), (19, (1, 6))]
        );
        assert_eq!(find(Encoding::Utf8)[1], (10, (0, 10)));
        for encoding in [Encoding::Utf16, Encoding::Utf8] {
            for (offset, _) in text.char_indices() {
                let position = position(&position_of(text, offset, encoding));
                assert_eq!(offset_of(text, position, encoding), offset, "{offset}");
            }
        }
        // Inside of a character, behind a line, behind the text.
        assert_eq!(offset_of(text, (0, 2), Encoding::Utf16), 1);
        assert_eq!(offset_of(text, (1, 400), Encoding::Utf16), 19);
        assert_eq!(offset_of(text, (70, 0), Encoding::Utf16), text.len());
    }

    #[test]
    fn paths_come_out_of_uris() {
        assert_eq!(file_of("file:///home/a%20b/c.py"), "/home/a b/c.py");
        assert_eq!(file_of("file:///c:/x.py"), "c:/x.py");
        assert_eq!(file_of("file:///c%3A/x.py"), "c:/x.py");
        assert_eq!(file_of("untitled:Untitled-1"), "Untitled-1");
        assert_eq!(file_of("file://"), "");
    }
}
