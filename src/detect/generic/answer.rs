//! What a server answers when it issues tokens (RFC 6749, section 5.1), in JSON.

use crate::detect::assign::{Assignment, Op};

/// How far before a name and behind a value other members are looked for, in bytes.
const REACH: usize = 256;
/// What is judged anew when a file changes reaches as far.
const _: () = assert!(REACH <= super::JUDGED);
/// Members that stand beside a token and say nothing secret.
const BESIDE: &[&[u8]] = &[
    b"\"expires_in\"",
    b"\"token_type\"",
    b"\"refresh_expires_in\"",
    b"\"expires_at\"",
];

/// Whether a value is a member of such an answer: its name is in quotes, and another member says how long a token
/// lives or what kind it is.
pub(super) fn is_member(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let end = a.key_at.min(bytes.len());
    let before = &bytes[end.saturating_sub(REACH)..end];
    let after = bytes.get(a.value.end..).unwrap_or_default();
    let after = &after[..after.len().min(REACH)];
    a.op == Op::Colon
        && before.ends_with(b"\"")
        && BESIDE.iter().any(|name| {
            memchr::memmem::find(before, name).is_some()
                || memchr::memmem::find(after, name).is_some()
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assign::read_from_word;

    #[test]
    fn an_answer_is_told_from_other_maps() {
        for (text, answer) in [
            (
                "{\"expires_in\": 60, \"access_token\": \"q8ZrKd93Lw0xTm\"}",
                true,
            ),
            (
                "{\"access_token\": \"q8ZrKd93Lw0xTm\", \"token_type\": \"x\"}",
                true,
            ),
            (
                "{\"access_token\": \"q8ZrKd93Lw0xTm\", \"name\": \"x\"}",
                false,
            ),
            ("expires_in = 60; access_token = \"q8ZrKd93Lw0xTm\"", false),
        ] {
            let at = text.find("access_token").expect("it is there") + 7;
            let a = read_from_word(text.as_bytes(), at..at + 5).expect("an assignment");
            assert_eq!(is_member(&a, text.as_bytes()), answer, "{text}");
        }
    }
}
