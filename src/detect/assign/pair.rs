//! Values that hold a user and a password: `NEO4J_AUTH=neo4j/v`, `BASIC_AUTH=ann:v`.

use std::ops::Range;

/// Where the password of a user and a password stands that are the value of a name; `None` when the value
/// is none of both.
pub(super) fn password(name: &[u8], bytes: &[u8], value: &Range<usize>) -> Option<Range<usize>> {
    const NAMES: &[&[u8]] = &[
        b"_auth",
        b"userpass",
        b"user_pass",
        b"userpwd",
        b"_creds",
        b"basicauth",
    ];
    let lower = name.to_ascii_lowercase();
    if !NAMES.iter().any(|end| lower.ends_with(end)) {
        return None;
    }
    let text = &bytes[value.clone()];
    let operator = if lower.ends_with(b"neo4j_auth") {
        b'/'
    } else {
        b':'
    };
    let at = memchr::memchr(operator, text)?;
    let (user, password) = (&text[..at], &text[at + 1..]);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@');
    let is_user =
        (2..=40).contains(&user.len()) && user.iter().all(plain) && user[0].is_ascii_alphabetic();
    // The rest of an address, a port, or words that colons join.
    let other = password.starts_with(b"//")
        || password.starts_with(b":")
        || password.ends_with(b":")
        || password.iter().all(u8::is_ascii_digit);
    (is_user && password.len() >= 4 && !other && !password.contains(&b' '))
        .then_some(value.start + at + 1..value.end)
}

#[cfg(test)]
mod tests {
    #[test]
    fn users_and_passwords_are_told_from_other_values() {
        for (name, text, want) in [
            ("NEO4J_AUTH", "neo4j/maple7", Some("maple7")),
            ("BASIC_AUTH", "ann:maple7", Some("maple7")),
            ("CURLOPT_USERPWD", "ann:maple7", Some("maple7")),
            ("NEO4J_AUTH", "none", None),
            ("OAUTH_AUTH", "https://acme.test/auth", None),
            ("REMOTE_AUTH", "localhost:8080", None),
            ("ROLE_AUTH", "role::auth:", None),
            ("password", "ann:maple7", None),
        ] {
            let all = 0..text.len();
            let got = super::password(name.as_bytes(), text.as_bytes(), &all);
            assert_eq!(got.map(|range| &text[range]), want, "{name}={text}");
        }
    }
}
