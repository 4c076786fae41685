//! Comments of code, told by the line alone.

use crate::detect::assign::{Assignment, Op};

/// How far before a name the start of its line is looked for, in bytes.
const REACH: usize = 200;
/// What comments begin with at the start of a line.
const STARTS: &[&[u8]] = &[
    b"//", b"/*", b"* ", b"# ", b"#\t", b"-- ", b"<!--", b">>> ", b"; ",
];
/// What they begin with behind something else.
const INSIDE: &[&[u8]] = &[b" // ", b" # ", b" /* ", b"\t// ", b"\t# "];

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
}
