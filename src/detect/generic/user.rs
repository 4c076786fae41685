//! The name of the user beside a password, on its line or on those next to it.

use super::bytes::has;
use crate::detect::assign::{Assignment, Op};

/// How far before a name and behind a value a user's name is looked for, in bytes.
const REACH: usize = 120;
/// Longer names are not those of users.
const LONGEST: usize = 40;
/// What the names of users are called, small. Longer ones stand first.
const CALLED: &[&[u8]] = &[
    b"username",
    b"user_name",
    b"user id",
    b"userid",
    b"login",
    b"user",
    b"usr",
    b"uid",
];

/// Whether a user is named beside a password.
pub(super) fn stands_beside(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    sides(a, bytes)
        .iter()
        .any(|side| names(side).next().is_some())
}

/// Whether a password is the name of the user beside it.
pub(super) fn is_the_password(a: &Assignment<'_>, bytes: &[u8], value: &[u8]) -> bool {
    value.len() <= LONGEST
        && sides(a, bytes)
            .iter()
            // Asked of every password: few stand beside themselves at all.
            .any(|side| has(side, value) && names(side).any(|name| name == value))
}

/// What the ids of access keys are called, small and without what parts their words.
const KEY_IDS: &[&[u8]] = &[b"accesskeyid", b"accesskey"];

/// Whether a secret is the id of the access key beside it: a server that is tried out is given one word for both.
pub(super) fn is_the_key_id(a: &Assignment<'_>, bytes: &[u8], value: &[u8]) -> bool {
    let called = |key: &[u8]| {
        let letters = key.iter().filter(|b| b.is_ascii_alphabetic());
        letters.map(u8::to_ascii_lowercase).collect::<Vec<_>>()
    };
    let id = |line: &[u8]| {
        let Some(operator) = line.iter().position(|b| matches!(b, b'=' | b':')) else {
            return false;
        };
        let named = called(&line[..operator]);
        let given = line[operator + 1..].trim_ascii();
        let given = given.strip_suffix(b",").unwrap_or(given);
        let quote = |b: &u8| matches!(b, b'"' | b'\'');
        let given = match given {
            [open, given @ .., close] if quote(open) && open == close => given,
            given => given,
        };
        given == value && KEY_IDS.iter().any(|id| named.ends_with(id))
    };
    value.len() <= LONGEST
        && called(a.key).windows(6).any(|part| part == b"secret")
        && sides(a, bytes)
            .iter()
            .any(|side| has(side, value) && side.split(|b| *b == b'\n').any(id))
}

/// `CREATE USER x … 'x'`, `{user: x, password: x}`, `auth("x", "x")`: on the line before it the password
/// stands as the user's name.
pub(super) fn is_repeated(a: &Assignment<'_>, bytes: &[u8], value: &[u8]) -> bool {
    let start = a.value.start;
    let head = &bytes[start.saturating_sub(100)..start];
    let head = head.rsplit(|b| *b == b'\n').next().unwrap_or(head);
    let same = |word: &[u8]| word.eq_ignore_ascii_case(value);
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@');
    let mut words = head.split(|b| !part(b)).filter(|word| !word.is_empty());
    if a.op == Op::Call {
        return words.next_back().is_some_and(same);
    }
    let names = |word: &[u8]| {
        let word = word.to_ascii_lowercase();
        [&b"user"[..], b"username", b"role", b"login"]
            .iter()
            .any(|one| word.ends_with(one))
    };
    let filled = |word: &&[u8]| [&b"IF"[..], b"NOT", b"EXISTS"].contains(word);
    words.any(names) && words.filter(|word| !filled(word)).take(3).any(same)
}

/// What stands before the name, and what stands behind the value: at most two lines of each.
fn sides<'a>(a: &Assignment<'_>, bytes: &'a [u8]) -> [&'a [u8]; 2] {
    let start = a.key_at.min(a.value.start).min(bytes.len());
    let before = &bytes[start.saturating_sub(REACH)..start];
    let after = &bytes[a.value.end..bytes.len().min(a.value.end + REACH)];
    let line_ends = |text: &[u8]| -> Vec<usize> { memchr::memchr_iter(b'\n', text).collect() };
    let (up, down) = (line_ends(before), line_ends(after));
    let from = up.len().checked_sub(3).map_or(0, |nth| up[nth] + 1);
    let to = down.get(2).copied().unwrap_or(after.len());
    [&before[from..], &after[..to]]
}

/// The names of users that a text assigns: `user=maple`, `"username": "maple"`, `CREATE USER maple`.
fn names(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let starts = (0..text.len()).filter(|at| {
        let fresh =
            *at == 0 || !text[at - 1].is_ascii_lowercase() || !text[*at].is_ascii_lowercase();
        fresh && matches!(text[*at], b'u' | b'U' | b'l' | b'L')
    });
    starts.filter_map(|at| {
        let rest = &text[at..];
        let called = CALLED.iter().find(|called| {
            let head = rest.get(..called.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(called))
        })?;
        name(&rest[called.len()..])
    })
}

/// The name that is given after the word for it.
fn name(rest: &[u8]) -> Option<&[u8]> {
    let operator = |b: &u8| matches!(b, b'=' | b':' | b'"' | b'\'' | b' ' | b'>' | b'`' | b'\t');
    let operators = rest.iter().take(6).take_while(|b| operator(b)).count();
    if operators == 0 {
        return None;
    }
    let rest = &rest[operators..];
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'\\');
    let len = rest
        .iter()
        .take(LONGEST + 1)
        .take_while(|b| part(b))
        .count();
    // `$user`, `{user}` and words of a sentence are none.
    let end = &rest[len..];
    let stops =
        !matches!(end.first(), Some(b'(' | b'[' | b'{' | b'$' | b'<')) || end.starts_with(b"</");
    ((2..=LONGEST).contains(&len) && stops && rest[0].is_ascii_alphanumeric()).then(|| &rest[..len])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::assign::read_from_word;

    #[test]
    fn users_are_told_beside_their_passwords() {
        for (text, beside, same) in [
            ("user=gorm password=gorm", true, true),
            ("CREATE USER d1 IDENTIFIED WITH password 'd1'", true, true),
            (
                "\"username\": \"maple\",\n\"password\": \"oaktree\"",
                true,
                false,
            ),
            (
                "<user>maple</user>\n<password>oaktree</password>",
                true,
                false,
            ),
            ("password: oaktree\nusername: maple", true, false),
            ("Server=db;User Id=guild;password=guild;", true, true),
            ("password: oaktree\nname: maple", false, false),
            ("user = getUser()\npassword: oaktree", false, false),
        ] {
            let at = text.find("password").expect("it is there");
            let a = read_from_word(text.as_bytes(), at..at + 8).expect("an assignment");
            let value = &text.as_bytes()[a.value.clone()];
            assert_eq!(stands_beside(&a, text.as_bytes()), beside, "{text}");
            assert_eq!(is_the_password(&a, text.as_bytes(), value), same, "{text}");
        }
    }
}
