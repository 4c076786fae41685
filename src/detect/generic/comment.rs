//! Comments of code, told by the line alone.

use crate::detect::assign::{Assignment, Op};
use crate::detect::verdict;

/// How far before a name the start of its line is looked for, in bytes.
const REACH: usize = 256;
/// What is judged anew when a file changes reaches as far.
const _: () = assert!(REACH <= verdict::JUDGED);
/// What comments begin with at the start of a line.
const STARTS: &[&[u8]] = &[
    b"//", b"/*", b"* ", b"# ", b"#\t", b"-- ", b"<!--", b">>> ", b"; ",
];
/// What they begin with behind something else.
const INSIDE: &[&[u8]] = &[b" // ", b" # ", b" /* ", b"\t// ", b"\t# "];

/// Words of a text before what it shows, without what parts them from it.
const SHOWS: &[&[u8]] = &[
    b"e.g",
    b"for example",
    b" example",
    b"\"example",
    b"\"examples",
    b"for instance",
    b"such as",
];
/// Words at the end of a line, of what the lines below it show.
const SHOWS_BELOW: &[&[u8]] = &[b"example", b"examples", b"e.g", b"for instance", b"such as"];
/// The same in writing that puts no sign between them.
const SHOWS_AT_ONCE: &[&str] = &["例如", "比如", "示例", "例えば", "예를 들어"];

/// Whether it is told that the value is an example: a word for one stands right before its name, or it is a member
/// of an answer that a comment over several lines shows.
pub(super) fn is_shown(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let end = a.key_at.min(bytes.len());
    let near = &bytes[end.saturating_sub(REACH)..end];
    let parts = |b: &&u8| b.is_ascii_whitespace() || b":.,[\"'`(".contains(b);
    let parted = near.iter().rev().take_while(parts).count();
    let before = &near[..near.len() - parted];
    let before = before[before.len().saturating_sub(16)..].to_ascii_lowercase();
    let at_once = |word: &&str| before.ends_with(word.as_bytes());
    !near[near.len() - parted..].contains(&b'\n')
        && (parted > 1 && SHOWS.iter().any(|word| before.ends_with(word))
            || SHOWS_AT_ONCE.iter().any(at_once))
        || is_shown_below(near)
        || a.op == Op::Colon && near.ends_with(b"\"") && is_in_a_block(near)
}

/// Whether the text ends inside a comment of several lines, one of which, above the last, ends in a word that shows
/// something: `## Example:`, and below it the lines of a setting.
fn is_shown_below(text: &[u8]) -> bool {
    let comment = |line: &[u8]| -> Option<Vec<u8>> {
        let line = line.trim_ascii_start();
        let marks = line.iter().take_while(|b| b"#/;*".contains(b)).count();
        (marks > 0).then(|| line[marks..].trim_ascii().to_ascii_lowercase())
    };
    let mut lines = text.rsplit(|b| *b == b'\n');
    if lines.next().and_then(comment).is_none() {
        return false;
    }
    // The first line may be cut off at its beginning, where nothing tells whether it is a comment.
    let above: Vec<&[u8]> = lines.collect();
    let whole = above.len().saturating_sub(1);
    let said = above[..whole].iter().map_while(|line| comment(line));
    said.into_iter().any(|said| {
        let words = said.trim_ascii_end();
        let end = words.iter().rposition(|b| !b":.".contains(b));
        let words = &words[..end.map_or(0, |end| end + 1)];
        SHOWS_BELOW.iter().any(|word| {
            let before = words.strip_suffix(*word);
            before.is_some_and(|before| !before.last().is_some_and(u8::is_ascii_alphanumeric))
        })
    })
}

/// Whether a comment over several lines began before the end of a text, and a text in JSON in it.
fn is_in_a_block(text: &[u8]) -> bool {
    let open = memchr::memmem::rfind(text, b"/*").map(|at| &text[at..]);
    open.is_some_and(|inside| {
        memchr::memmem::find(inside, b"*/").is_none()
            && memchr::memchr(b'\n', inside).is_some()
            && inside.contains(&b'{')
    })
}

/// Whether an assignment stands in the middle of a comment: not as a setting that was put out of
/// use, whose name is the first word, but as a line of code or of a text that shows how.
pub(super) fn is_example(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let end = a.key_at.min(bytes.len());
    let near = &bytes[end.saturating_sub(REACH)..end];
    let line = memchr::memrchr(b'\n', near).map_or(near, |at| &near[at + 1..]);
    let head = line.trim_ascii_start();
    let Some(mark) = STARTS.iter().find(|mark| head.starts_with(mark)) else {
        return INSIDE
            .iter()
            .any(|mark| memchr::memmem::find(head, mark).is_some());
    };
    // A setting is no call.
    if a.op == Op::Call {
        return true;
    }
    let first =
        |b: &u8| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'*' | b'#' | b'"' | b'\'');
    head[mark.len()..].iter().any(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assign::read_from_word;

    #[test]
    fn an_example_in_a_comment_is_told_from_a_setting_out_of_use() {
        for (text, example) in [
            ("#   User.new(password: 'xyzzyx')", true),
            (" * user.setPassword(\"maple\")", true),
            (" * then user.setPassword(\"maple\")", true),
            ("x = 1 // new User({password: 'maple'})", true),
            ("# password: maple", false),
            ("//  password = \"maple\"", false),
            ("password = \"maple\"", false),
            ("url = 'http://x?a' password = \"maple\"", false),
        ] {
            let at = text.to_lowercase().find("password").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 8).expect("an assignment");
            assert_eq!(is_example(&a, text.as_bytes()), example, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_told_from_what_is_set() {
        let block = "/*\n{\n  \"code\": 0,\n  \"access_token\": \"q8ZrKd93Lw0xTm\"\n}\n*/";
        for (text, shown) in [
            (block, true),
            ("x\n## Example:\n## TOKEN: \"q8ZrKd93Lw0xTm\"", true),
            (
                "x\n# e.g:\n#   users:\n#     TOKEN: \"q8ZrKd93Lw0xTm\"",
                true,
            ),
            ("x\n# An example.\nTOKEN: \"q8ZrKd93Lw0xTm\"", false),
            ("x\n# An example\nx: 1\n# TOKEN: \"q8ZrKd93Lw0xTm\"", false),
            ("x\n# counterexample:\n# TOKEN: \"q8ZrKd93Lw0xTm\"", false),
            (
                "x\n# Example value of the chart\n# TOKEN: \"q8ZrKd93Lw0xTm\"",
                false,
            ),
            (&block[3..], false),
            ("/* x */ { \"access_token\": \"q8ZrKd93Lw0xTm\"", false),
            ("# e.g. TOKEN: \"q8ZrKd93Lw0xTm\"", true),
            (r#"{"examples": ["token=q8ZrKd93Lw0xTm"]}"#, true),
            ("# 例如 TOKEN=\"q8ZrKd93Lw0xTm\"", true),
            ("# TOKEN: \"q8ZrKd93Lw0xTm\"", false),
            ("# Example: to set TOKEN: \"q8ZrKd93Lw0xTm\"", false),
            ("# Example: TOKEN: \"q8ZrKd93Lw0xTm\"", true),
            ("# example_TOKEN: \"q8ZrKd93Lw0xTm\"", false),
        ] {
            let at = text.to_lowercase().rfind("token").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 5).expect("an assignment");
            assert_eq!(is_shown(&a, text.as_bytes()), shown, "{text}");
        }
    }
}
