//! Comments of code, told by the line alone.

use super::bytes::upwards;
use super::example::indent;
use crate::detect::assign::{Assignment, Op};

/// How far before a name the start of its line is looked for, in bytes.
const REACH: usize = 256;
/// What is judged anew when a file changes reaches as far.
const _: () = assert!(REACH <= super::JUDGED);
/// What comments begin with at the start of a line.
const STARTS: &[&[u8]] = &[
    b"//", b"/*", b"* ", b"# ", b"#\t", b"-- ", b"<!--", b">>> ", b"; ",
];
/// What they begin with behind something else.
const INSIDE: &[&[u8]] = &[b" // ", b" # ", b" /* ", b"\t// ", b"\t# "];

/// Words of a text before what it shows: right before a name, or at the end of a line above it.
const SHOWS: &[&[u8]] = &[b"example", b"examples", b"e.g", b"for instance", b"such as"];
/// The same in writing that puts no sign between them.
const SHOWS_AT_ONCE: &[&str] = &["例如", "比如", "示例", "例えば", "예를 들어"];

/// Hosts that nobody has (RFC 2606).
const NOBODYS_HOSTS: &[&[u8]] = &[b"example.com", b"example.org", b"example.net"];

/// Whether it is told that the value is an example: a word for one stands right before its name, the comment that it
/// stands in names a host for examples, or it is a member of an answer that a comment over several lines shows.
pub(super) fn is_shown(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let end = a.key_at.min(bytes.len());
    let near = &bytes[end.saturating_sub(REACH)..end];
    let parts = |b: &&u8| b.is_ascii_whitespace() || b":.,[\"'`(".contains(b);
    let parted = near.iter().rev().take_while(parts).count();
    let before = &near[..near.len() - parted];
    let before = before[before.len().saturating_sub(LONGEST)..].to_ascii_lowercase();
    let at_once = |word: &&str| before.ends_with(word.as_bytes());
    !near[near.len() - parted..].contains(&b'\n')
        && (parted > 1 && ends_in_a_word_that_shows(&before) || SHOWS_AT_ONCE.iter().any(at_once))
        || is_shown_below(near)
        || is_beside_a_host_of_nobody(near, a, bytes)
        || is_at_a_host_of_nobody(bytes, end)
        || a.op == Op::Colon && near.ends_with(b"\"") && is_in_a_block(near)
}

/// So many bytes hold a word of [`SHOWS`] or [`SHOWS_AT_ONCE`] and what stands before it.
const LONGEST: usize = 16;

/// Whether a text in small letters ends in a word that shows something, and not in the middle of a name.
fn ends_in_a_word_that_shows(text: &[u8]) -> bool {
    SHOWS.iter().any(|word| {
        let before = text.strip_suffix(*word).map(<[u8]>::last);
        before.is_some_and(|last| !last.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_'))
    })
}

/// What a line says behind the marks of a comment; none when it is no comment.
fn comment(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_start();
    let marks = line.iter().take_while(|b| b"#/;*".contains(b)).count();
    (marks > 0).then(|| &line[marks..])
}

/// The lines of the comment that a text ends in, the last first and each behind its marks; that of the name alone is
/// not whole. The first line of a text that is cut off says nothing: it may begin before the text.
fn lines_above(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let cut = text.len() >= REACH;
    let start = memchr::memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    upwards(&text[if cut { start } else { 0 }..]).map_while(comment)
}

/// Whether the text ends inside a comment of several lines, one of which, above the last, ends in a word that shows
/// something: `## Example:`, and below it the lines of a setting.
fn is_shown_below(text: &[u8]) -> bool {
    lines_above(text).skip(1).any(|said| {
        let words = said.trim_ascii().to_ascii_lowercase();
        let end = words.iter().rposition(|b| !b":.".contains(b));
        ends_in_a_word_that_shows(&words[..end.map_or(0, |end| end + 1)])
    })
}

/// Whether the comment of several lines that the text ends in, or its lines below the value, name a host that nobody
/// has: what it sets is shown, and would open nothing.
fn is_beside_a_host_of_nobody(text: &[u8], a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let below = bytes.get(a.value.end..).unwrap_or_default();
    let below = below[..below.len().min(REACH)].split(|b| *b == b'\n');
    let mut above = lines_above(text).peekable();
    above.peek().is_some()
        && (above.skip(1).any(names_a_host_of_nobody)
            || below.skip(1).map_while(comment).any(names_a_host_of_nobody))
}

fn names_a_host_of_nobody(text: &[u8]) -> bool {
    NOBODYS_HOSTS.iter().any(|host| {
        let at = memchr::memmem::find(text, host);
        let before = at.and_then(|at| text[..at].last());
        at.is_some() && !before.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-')
    })
}

/// Whether byte `at` stands in an address, behind a host that nobody has: `https://sso.example.com/in?token=`.
pub(in crate::detect) fn is_at_a_host_of_nobody(bytes: &[u8], at: usize) -> bool {
    let near = &bytes[at.saturating_sub(REACH)..at];
    let start = near
        .iter()
        .rposition(|b| b.is_ascii_whitespace() || b"\"'`<>(),".contains(b));
    let word = &near[start.map_or(0, |start| start + 1)..];
    let address = memchr::memmem::find(word, b"://").map(|scheme| &word[scheme + 3..]);
    address.is_some_and(|rest| {
        let host = rest.split(|b| matches!(b, b'/' | b'?' | b'#')).next();
        host.is_some_and(|host| host.len() < rest.len() && names_a_host_of_nobody(host))
    })
}

/// Whether the value is a part of data that a comment of several lines shows: the comment has a bracket at the start
/// of a line, and nothing that the data is assigned to. Code that was put out of use assigns them.
pub(super) fn is_in_data(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let end = a.key_at.min(bytes.len());
    let near = &bytes[end.saturating_sub(REACH)..end];
    let lines = lines_above(near).filter(|line| !line.trim_ascii().is_empty());
    let lines: Vec<&[u8]> = lines.collect();
    let least = lines.iter().map(|line| indent(line)).min();
    let mut outer = lines.iter().filter(|line| Some(indent(line)) == least);
    lines.len() > 1
        && outer.any(|line| {
            let line = line.trim_ascii_start();
            [&b"{"[..], b"[", b"%{"]
                .iter()
                .any(|open| line.starts_with(open))
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
            ("# counterexample: TOKEN: \"q8ZrKd93Lw0xTm\"", false),
            (
                "x\n#  id: a\n#  TOKEN: q8ZrKd93Lw0xTm\n#  url: https://sso.example.com/realms\ny: 1",
                true,
            ),
            ("x\n# at example.org\n# TOKEN: q8ZrKd93Lw0xTm\n", true),
            (
                "go('https://sso.example.com/in?token=q8ZrKd93Lw0xTm')",
                true,
            ),
            (
                "go('https://sso.acme.com/example.com?token=q8ZrKd93Lw0xTm')",
                false,
            ),
            ("go('https://example.com', 'token=q8ZrKd93Lw0xTm')", false),
            ("x\n# at myexample.org\n# TOKEN: q8ZrKd93Lw0xTm\n", false),
            ("x\n# at example.org\n\n# TOKEN: q8ZrKd93Lw0xTm\n", false),
            (
                "x\n# TOKEN: q8ZrKd93Lw0xTm\nurl: https://sso.example.com",
                false,
            ),
            (
                "x\nTOKEN: q8ZrKd93Lw0xTm\n# url: https://sso.example.com",
                false,
            ),
        ] {
            let at = text.to_lowercase().rfind("token").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 5).expect("an assignment");
            assert_eq!(is_shown(&a, text.as_bytes()), shown, "{text}");
        }
    }

    #[test]
    fn data_in_a_comment_is_told_from_code_out_of_use() {
        for (text, data) in [
            (
                "x\n  # Gives:\n  # [\n  #   %{\n  #     \"token\" => \"q8ZrKd93Lw0xTm\"",
                true,
            ),
            (
                "x\n// {\"id\":\"1\",\n//   {\"href\":\"/x?token=q8ZrKd93Lw0xTm\"",
                true,
            ),
            (
                "x\n# Gives:\n#\n# {\n#   \"a\": {\n#     \"token\": \"q8ZrKd93Lw0xTm\"",
                true,
            ),
            ("x\n// const c = {\n//   token: 'q8ZrKd93Lw0xTm'", false),
            (
                "x\n// call([\n// token, {\n//   token: 'q8ZrKd93Lw0xTm'",
                false,
            ),
            ("x\n{\n  token: 'q8ZrKd93Lw0xTm'", false),
            ("x\n[\n  # token: 'q8ZrKd93Lw0xTm'", false),
        ] {
            let at = text.rfind("token").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 5).expect("an assignment");
            assert_eq!(is_in_data(&a, text.as_bytes()), data, "{text}");
        }
    }
}
