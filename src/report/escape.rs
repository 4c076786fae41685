//! One escape function a format. Scanned text is data: it may not move the cursor, reorder a
//! line, start a command of a build log, or become a link.

use std::fmt::Write as _;
use std::io;

use percent_encoding::percent_encode_byte;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

/// Whether a character is not seen, or changes how others are seen: control characters, line and
/// paragraph separators, direction marks, zero-width characters, invisible fillers and tags.
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// What build logs take for a command anywhere on a line, when `[` follows: of Actions, Azure Pipelines and
/// TeamCity.
const COMMANDS: [&str; 3] = ["##", "##vso", "##teamcity"];

/// For people: hidden characters as `\u{1b}`, all on one line, and commands of build logs broken up.
pub fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hidden(c) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else if c == '[' && COMMANDS.iter().any(|word| out.ends_with(word)) {
            out.push_str("\\u{5b}");
        } else {
            out.push(c);
        }
    }
    out
}

/// The same for text that begins a line, where build logs take commands (`::error::`, `##vso[…]`): what is no
/// letter, digit or the beginning of a path gets `./` before it, as a path may have.
pub fn line_start(text: &str) -> String {
    let text = terminal(text);
    match text.chars().next() {
        Some(c) if c.is_alphanumeric() || matches!(c, '.' | '/' | '_') => text,
        _ => format!("./{text}"),
    }
}

/// The message of an Actions command: what people see, with `%`, CR and LF encoded.
pub fn actions_message(text: &str) -> String {
    terminal(text).replace('%', "%25")
}

/// The value of a property of an Actions command.
pub fn actions_property(text: &str) -> String {
    actions_message(text)
        .replace(':', "%3A")
        .replace(',', "%2C")
}

/// The plain text of a SARIF message, where `[text](target)` is a link and `\` escapes. Hidden
/// characters are named instead of escaped, because viewers differ in what they do with `\`.
pub fn sarif_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '[' | ']' => {
                out.push('\\');
                out.push(c);
            }
            c if hidden(c) => {
                let _ = write!(out, "(U+{:04X})", c as u32);
            }
            other => out.push(other),
        }
    }
    out
}

/// A Markdown code span: in it nothing is a link, a mention or HTML. Blank when there is no text.
pub fn code_span(text: &str) -> String {
    let text = terminal(text);
    if text.trim().is_empty() {
        return String::new();
    }
    // A span ends at as many backticks as it began with: one more than any run inside.
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    // Blanks at both ends are stripped by the reader, so that text may begin with a backtick.
    format!("{fence} {} {fence}", text.trim())
}

/// Plain text for Markdown, every mark that could mean something escaped. For words of ours and
/// of rule files; text of a repository belongs in a [`code_span`].
pub fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        if "\\`*_{}[]()<>#+!|~$&@".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Text of a page, or the value of a quoted attribute.
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// Text of an XML document, or the value of a quoted attribute. What XML 1.0 may not hold at all is named.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in html(text).chars() {
        match c {
            '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{{{:x}}}", c as u32);
            }
            c => out.push(c),
        }
    }
    out
}

/// A URI or URI reference made safe to print: what may not stand in one is percent-encoded, and
/// with `relative` a colon in the first segment too, which would read as a scheme.
pub fn uri(text: &str, relative: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut first_segment = relative;
    for (at, byte) in text.bytes().enumerate() {
        first_segment &= byte != b'/';
        let percent = byte == b'%'
            && text
                .as_bytes()
                .get(at + 1..at + 3)
                .is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?#".contains(&byte);
        if (plain && !(first_segment && byte == b':')) || percent {
            out.push(char::from(byte));
        } else {
            out.push_str(percent_encode_byte(byte));
        }
    }
    out
}

/// Serialises `value` as JSON in which hidden characters stand as `\u` escapes.
///
/// # Errors
/// Those of the writer.
pub fn json_pretty(value: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut ser = serde_json::Serializer::with_formatter(&mut *out, Safe(PrettyFormatter::new()));
    value.serialize(&mut ser)?;
    out.write_all(b"\n")
}

/// The same on one line, which it ends.
///
/// # Errors
/// Those of the writer.
pub fn json_line(value: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut ser = serde_json::Serializer::with_formatter(&mut *out, Safe(CompactFormatter));
    value.serialize(&mut ser)?;
    out.write_all(b"\n")
}

/// A JSON formatter that escapes what [`hidden`] names (serde_json escapes below U+0020 only),
/// and the `[` of `##[`.
struct Safe<F>(F);

macro_rules! forward {
    ($($name:ident $(, $first:ident)?;)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, out: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$name(out $(, $first)?)
        })*
    };
}

impl<F: Formatter> Formatter for Safe<F> {
    forward! {
        begin_array;
        end_array;
        begin_array_value, first;
        end_array_value;
        begin_object;
        end_object;
        begin_object_key, first;
        end_object_key;
        begin_object_value;
        end_object_value;
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly every text is plain, and every character of a report comes by here.
        let seen = |all: bool, byte: u8| all & (b' '..=b'~').contains(&byte) & (byte != b'[');
        if fragment.bytes().fold(true, seen) {
            return out.write_all(fragment.as_bytes());
        }
        let mut plain = 0;
        for (at, c) in fragment.char_indices() {
            let command = c == '[' && fragment[..at].ends_with("##");
            if !command && !hidden(c) {
                continue;
            }
            out.write_all(&fragment.as_bytes()[plain..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            plain = at + c.len_utf8();
        }
        out.write_all(&fragment.as_bytes()[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_shown_as_escapes() {
        assert_eq!(
            terminal("a\u{1b}[31m\u{202e}b\n##[error]"),
            "a\\u{1b}[31m\\u{202e}b\\u{a}##\\u{5b}error]"
        );
    }

    #[test]
    fn documents_are_indented_as_serde_does_it() {
        let mut deep = serde_json::json!(null);
        for n in 0..40 {
            deep = serde_json::json!({ "n": n, "empty": [{}, []], "deep": [deep, "a [b] c"] });
            let mut out = Vec::new();
            json_pretty(&deep, &mut out).expect("memory takes it");
            let plain = serde_json::to_string_pretty(&deep).expect("it is JSON");
            assert_eq!(String::from_utf8_lossy(&out), plain + "\n");
        }
    }

    #[test]
    fn no_line_begins_with_a_command() {
        for (text, shown) in [
            ("src/a.py:1:2", "src/a.py:1:2"),
            (".env:1:2", ".env:1:2"),
            ("::error::x", "./::error::x"),
            (" ::error::x", "./ ::error::x"),
            ("##vso[task]", "./##vso\\u{5b}task]"),
        ] {
            assert_eq!(line_start(text), shown);
        }
    }

    #[test]
    fn a_command_keeps_its_shape() {
        assert_eq!(actions_property("a:b,c%0A\r"), "a%3Ab%2Cc%250A\\u{d}");
        assert_eq!(actions_message("a:b,c%\n"), "a:b,c%25\\u{a}");
    }

    #[test]
    fn no_link_is_left_in_a_sarif_message() {
        assert_eq!(sarif_text("[x](y)\u{1b}"), "\\[x\\](y)(U+001B)");
    }

    #[test]
    fn nothing_of_markdown_is_left() {
        assert_eq!(code_span("a"), "` a `");
        assert_eq!(code_span("a `b`` c"), "``` a `b`` c ```");
        assert_eq!(code_span("`"), "`` ` ``");
        assert_eq!(code_span(" \n"), "` \\u{a} `");
        assert_eq!(code_span(" "), "");
        assert_eq!(
            markdown_text("[x](y) <b> @me"),
            "\\[x\\]\\(y\\) \\<b\\> \\@me"
        );
    }

    #[test]
    fn uris_hold_what_uris_may_hold() {
        assert_eq!(
            uri("a:b/c:d%20e%zz\u{202e}", true),
            "a%3Ab/c:d%20e%25zz%E2%80%AE"
        );
        assert_eq!(uri("https://host/x y", false), "https://host/x%20y");
    }

    #[test]
    fn json_escapes_more_than_it_must() {
        let mut out = Vec::new();
        let text = "\u{7f}\u{9b}\u{202e}\u{e0001}##[x";
        json_line(&text, &mut out).expect("a vector takes all");
        let line = String::from_utf8(out).expect("JSON is UTF-8");
        assert_eq!(line, "\"\\u007f\\u009b\\u202e\\udb40\\udc01##\\u005bx\"\n");
        assert_eq!(serde_json::from_str::<String>(&line).expect("valid"), text);
    }

    proptest::proptest! {
        #[test]
        fn nothing_hidden_and_nothing_of_a_command_is_left(text in "\\PC*|[\\s\\S]*") {
            for shown in [terminal(&text), sarif_text(&text), actions_property(&text)] {
                proptest::prop_assert!(!shown.chars().any(hidden));
            }
            let property = actions_property(&text);
            proptest::prop_assert!(!property.contains([':', ',', '\n']));
        }

        #[test]
        fn uris_are_ascii_without_a_scheme_and_stable(text in "[\\s\\S]*") {
            let once = uri(&text, true);
            let plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}[]".contains(&b);
            proptest::prop_assert!(once.bytes().all(plain));
            let first = once.split('/').next().unwrap_or_default();
            proptest::prop_assert!(!first.contains(':'));
            proptest::prop_assert_eq!(uri(&once, true), once);
        }

        #[test]
        fn json_reads_back_what_was_written(text in "[\\s\\S]*") {
            let mut out = Vec::new();
            json_line(&text, &mut out).expect("a vector takes all");
            let back: String = serde_json::from_slice(&out).expect("valid JSON");
            proptest::prop_assert_eq!(back, text);
        }
    }
}
