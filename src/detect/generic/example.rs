//! Values that stand below a word for an example: a member of `example` in the description of an interface, or
//! what a text shows whose name says that it describes something.

use super::bytes::upwards;
use super::key;

/// How far before a value names are looked for, in bytes.
pub(in crate::detect) const REACH: usize = 2048;
/// Words of a name whose value shows something, whatever it holds.
const SHOWS: &[&str] = &["example", "examples", "sample", "samples"];
/// Last words of a name whose value is a text for people: what it writes in JSON is shown.
const TELLS: &[&str] = &[
    "description",
    "descriptions",
    "documentation",
    "note",
    "notes",
];

/// The reason given for such a value.
pub(in crate::detect) const WHY: &str = "an example: a name around it says so";

/// The reason given for a value in a text that a program does nothing with.
pub(in crate::detect) const NOT_SET: &str = "in a program, in a text that describes a part of it";

/// What stands around a value and says that nothing is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::detect) enum Around {
    /// A member called `example` holds it, as descriptions of interfaces have one: it documents something.
    Member,
    /// Another name says that it is an example.
    Name,
    /// It stands in the text that describes a function or class of Python.
    Text,
}

/// What the lines around byte `at` say of what stands there: a name in its line, in a line above it that is indented
/// less than all lines between, or before the text of several lines that it stands in. A name for an example says it,
/// and, where the value stands in quotes inside of a text, one that calls the text a description. Of each line that is
/// looked at, `looked` is told the bytes.
pub(in crate::detect) fn around(
    bytes: &[u8],
    at: usize,
    mut looked: impl FnMut(usize),
) -> Option<Around> {
    let low = at.saturating_sub(REACH);
    let window = &bytes[low..at];
    let mut lines = upwards(window).peekable();
    let own = lines
        .next()
        .filter(|_| lines.peek().is_some() || low == 0)?;
    looked(own.len());
    let line = open(own);
    let mut tells = line.text.is_some() && line.quotes;
    if let Some(said) = line.names.iter().find_map(|name| says(name, tells)) {
        return Some(said);
    }
    let mut least = indent(own);
    // The text of several lines that the value may stand in begins with the first mark for one above it.
    // Where there is none at all, lines need not be searched for it one by one: most files have none, and this is done
    // for every value.
    let mut in_text = line.text != Some(b'`') && has_mark(window);
    while let Some(line) = lines.next() {
        let cut = lines.peek().is_none() && low > 0;
        if cut || least == 0 && !in_text {
            break;
        }
        looked(line.len() + 1);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let marked = in_text && has_mark(line);
        let own_indent = indent(line);
        if !marked && (own_indent == line.len() || own_indent >= least) {
            continue;
        }
        let open = open(line);
        if marked {
            in_text = false;
            tells |= memchr::memchr2(b'"', b'\'', own).is_some();
            if describes(line)
                && lines
                    .peek()
                    .is_some_and(|above| above.trim_ascii_end().ends_with(b":"))
            {
                return Some(Around::Text);
            }
            if open.text.is_none() {
                continue;
            }
        }
        least = least.min(own_indent);
        if let Some(said) = open.names.iter().find_map(|name| says(name, tells)) {
            return Some(said);
        }
    }
    None
}

/// What a text of several lines begins and ends with.
const MARKS: &[&[u8]] = &[b"`", b"\"\"\"", b"'''"];

fn has_mark(text: &[u8]) -> bool {
    MARKS
        .iter()
        .any(|mark| memchr::memmem::find(text, mark).is_some())
}

/// The first line of a text that is given to nothing: Python takes it for the description of what stands above.
fn describes(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let line = line.strip_prefix(b"r").unwrap_or(line);
    MARKS[1..].iter().any(|mark| {
        let rest = line.strip_prefix(*mark);
        rest.is_some_and(|rest| memchr::memmem::find(rest, mark).is_none())
    })
}

/// What a name says of its value, where that is an example; with `texts` also where it describes something.
fn says(name: &[u8], texts: bool) -> Option<Around> {
    // With a capital it is the first word of a sentence, or its heading.
    if SHOWS.iter().any(|word| name == word.as_bytes()) {
        return Some(Around::Member);
    }
    let words = key::split(name);
    let last = words.last().map(String::as_str).unwrap_or_default();
    let shows = words.iter().any(|word| SHOWS.contains(&word.as_str()));
    (shows || texts && TELLS.contains(&last)).then_some(Around::Name)
}

pub(super) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// What is open at the end of a line.
struct Open<'a> {
    /// The names of brackets, and the one whose value goes on.
    names: Vec<&'a [u8]>,
    /// The quote of the text that the line ends in.
    text: Option<u8>,
    /// A quote stands in that text: what goes on is JSON or a program.
    quotes: bool,
}

fn open(line: &[u8]) -> Open<'_> {
    let mut levels: Vec<&[u8]> = Vec::new();
    let mut name: &[u8] = b"";
    let mut text: Option<u8> = None;
    let mut quotes = false;
    let mut skip = false;
    for (at, &b) in line.iter().enumerate() {
        if std::mem::take(&mut skip) {
            quotes |= matches!(b, b'"' | b'\'');
            continue;
        }
        if let Some(quote) = text {
            match b {
                b'\\' => skip = true,
                b if b == quote => text = None,
                b'"' | b'\'' => quotes = true,
                _ => {}
            }
            continue;
        }
        // An apostrophe inside a word opens nothing.
        let inside = at > 0 && line[at - 1].is_ascii_alphanumeric();
        match b {
            b'"' | b'`' => (text, quotes) = (Some(b), false),
            b'\'' if !inside => (text, quotes) = (Some(b), false),
            b'=' | b':' => {
                let before = name_before(&line[..at]);
                // `=>`, `==` and `::` have a name before their first sign alone.
                if !before.is_empty() {
                    name = before;
                }
            }
            b'(' | b'[' | b'{' => {
                let called = name_before(&line[..at]);
                levels.push(match name.is_empty() {
                    true => called,
                    false => name,
                });
                name = b"";
            }
            b')' | b']' | b'}' => name = levels.pop().unwrap_or_default(),
            b',' | b';' => name = b"",
            _ => {}
        }
    }
    let mut names = levels;
    names.push(name);
    Open {
        names,
        text,
        quotes,
    }
}

/// The name at the end of a text, in quotes or not.
fn name_before(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|b| !(b.is_ascii_whitespace() || matches!(b, b'"' | b'\'')))
        .map_or(0, |at| at + 1);
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@');
    let start = text[..end].iter().rposition(|b| !part(b));
    &text[start.map_or(0, |at| at + 1)..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_example_holds_is_told_from_what_stands_beside_one() {
        for (text, below) in [
            ("example: %{tenant: %{jwt_secret: \"@", true),
            ("  example: %{\n    tenant: %{\n      jwt_secret: \"@", true),
            ("  example:\n    \"Bearer @", true),
            ("\"examples\": [\n  {\n    \"password\": \"@", true),
            (
                "String DEVICE_EXAMPLE = START + \"{\\n\" +\n    \"  \\\"secret\\\": \\\"@",
                true,
            ),
            (
                "@Operation(summary = \"x\",\n    description = \"Send: \" +\n      \"  \\\"key\\\": \\\"@",
                true,
            ),
            ("notes = '{\"password\": \"@", true),
            // A text without quotes in it may tell somebody the password.
            ("notes = \"the password=@", false),
            ("description: the password=@", false),
            ("{ example: 1, password: \"@", false),
            ("  example: %{\n    a: 1\n  },\n  password: \"@", false),
            ("  example:\n    a: 1\n  login:\n    password: \"@", false),
            ("EXAMPLE=1 PASSWORD=@", false),
            ("summary = \"x\",\n    \"  \\\"key\\\": \\\"@", false),
            ("counterexample: {password: \"@", false),
            // Texts of several lines.
            ("const checkExample = `check\ncheck --password @", true),
            (
                "const checkExample = `check`\n\nconst other = `check\ncheck --password @",
                false,
            ),
            (
                "const checkExample = `check\ncheck`\n\npassword := \"@",
                false,
            ),
            ("  DESCRIPTION = \"\"\"Send\n{\n  \"password\": \"@", true),
            ("  BODY = \"\"\"Send\n{\n  \"password\": \"@", false),
        ] {
            let at = text.rfind('@').expect("it is there");
            let around = around(text.as_bytes(), at, |_| {});
            let named = matches!(around, Some(Around::Name | Around::Member));
            assert_eq!(named, below, "{text}");
        }
    }

    #[test]
    fn what_describes_a_function_is_told_from_what_follows_it() {
        let python = "def a():\n    \"\"\"Gives\n      {\"password\": \"1\"}\n    \"\"\"\n    password = \"2\"\n";
        let at = |what: &str| python.find(what).expect("it is there");
        assert_eq!(
            around(python.as_bytes(), at("1"), |_| {}),
            Some(Around::Text)
        );
        assert_eq!(around(python.as_bytes(), at("2"), |_| {}), None);
        let given = "x = dict(\n    a=\"\"\"Gives\n      {\"password\": \"1\"}\n";
        assert_eq!(around(given.as_bytes(), given.len() - 3, |_| {}), None);
    }

    #[test]
    fn a_line_that_is_cut_off_says_nothing() {
        let below = |blanks: usize| {
            let text = format!("example: {{\n{}\n  a: \"", " ".repeat(blanks));
            around(text.as_bytes(), text.len(), |_| {}).is_some()
        };
        assert!(below(100));
        assert!(!below(REACH));
    }
}
