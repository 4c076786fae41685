//! Parameters beside a value in the query of an address.

use crate::detect::assign::{Assignment, Op};

/// How far before a name and behind a value the query is looked at, in bytes.
const REACH: usize = 120;
/// Parameters that say when a link ends, small.
const ENDS: &[&[u8]] = &[
    b"e",
    b"expire",
    b"expires",
    b"expiry",
    b"deadline",
    b"exp",
    b"x-amz-expires",
];

/// Whether a value is the signature of a link that says when it ends: `?e=1576142006&token=…`. Whoever has the
/// address has it until then, and it opens nothing else.
pub(super) fn ends_by_itself(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let start = a.key_at.min(a.value.start);
    // Behind the entity of `&` the name is read as any other.
    let parameter = a.op == Op::Equals && bytes[..start].ends_with(b"&amp;");
    if a.op != Op::Url && !parameter {
        return false;
    }
    let part =
        |b: &u8| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b'(' | b')');
    let before = &bytes[start.saturating_sub(REACH)..start];
    let len = before.iter().rev().take_while(|b| part(b)).count();
    let after = &bytes[a.value.end..bytes.len().min(a.value.end + REACH)];
    let behind = after.iter().take_while(|b| part(b)).count();
    let operator = |b: &u8| matches!(b, b'?' | b'&' | b';');
    [&before[before.len() - len..], &after[..behind]]
        .iter()
        .flat_map(|side| side.split(operator))
        .any(is_end)
}

/// `expires=1576142006`: seconds since 1970, or so many from now.
fn is_end(parameter: &[u8]) -> bool {
    let Some(equals) = memchr::memchr(b'=', parameter) else {
        return false;
    };
    let (name, number) = (&parameter[..equals], &parameter[equals + 1..]);
    let counted = !number.is_empty() && number.iter().all(u8::is_ascii_digit);
    let moment = matches!(number.len(), 10 | 13) && number[0] == b'1';
    counted && (moment || name.len() > 3) && ENDS.iter().any(|end| name.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assign::read_from_word;

    #[test]
    fn a_link_that_ends_is_told_from_one_that_does_not() {
        for (text, ends) in [
            (
                "http://cdn.acme.test/a?e=1576142006&token=q8ZrKd93Lw0xTm",
                true,
            ),
            (
                "http://cdn.acme.test/a?token=q8ZrKd93Lw0xTm&expires=1576142006",
                true,
            ),
            (
                "http://cdn.acme.test/a?e=1576142006&amp;token=q8ZrKd93Lw0xTm",
                true,
            ),
            ("http://cdn.acme.test/a?e=12&token=q8ZrKd93Lw0xTm", false),
            ("http://cdn.acme.test/a?token=q8ZrKd93Lw0xTm", false),
            ("e=1576142006 token=q8ZrKd93Lw0xTm", false),
        ] {
            let at = text.find("token").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 5).expect("an assignment");
            assert_eq!(ends_by_itself(&a, text.as_bytes()), ends, "{text}");
        }
    }
}
