//! What a name, and the way it is used, say of the literal beside it: that it is the name under which something is
//! kept, the code of an error, what a function looks for, the beginning of a longer text.

use super::bytes::is_uuid;
use super::code::is_identifier;
use super::key::{self, Says};
use super::refusal::Refusal;
use super::site::{Row, Site};
use super::words;
use crate::detect::assign::Op;

/// The first row that is true decides.
pub(super) const NAMED: &[Row] = &[
    (
        Refusal::KeptUnder,
        is_kept_under,
        r#"PREFERENCE_PASSCODE_D1 = "PrefMaple1""#,
    ),
    (
        Refusal::ErrorCode,
        is_error_code,
        r#"PASSWORD_NOT_FOUND_IN_MAPLE("MAPLEHOUSE-02", "no password")"#,
    ),
    (
        Refusal::Asks,
        |s| s.a.op == Op::Call && looks_up(s.a.key),
        "length = password_rules.get('maple')",
    ),
    (
        Refusal::TypeName,
        |s| {
            matches!(s.name.says, Says::Auth | Says::Credential | Says::Key)
                && is_type_of_a_module(s.value)
        },
        "AUTH_BACKEND_OAUTH2 = 'maple.backends.oauth2.OAuth2Maple'",
    ),
    (
        Refusal::Prose,
        |s| s.a.op == Op::Pair && s.before_key().ends_with(b" ") && is_words(s.value),
        r#"element(t, "Reset your password", "maple-revoke")"#,
    ),
    (
        Refusal::Prose,
        |s| s.a.op == Op::Pair && is_behind_a_call(s) && is_plain(s.value),
        r#"label(t("setting.smtp-password"), "maple")"#,
    ),
    (
        Refusal::Column,
        |s| s.a.op == Op::Pair && is_plain(s.value) && lists_columns(s.before_key()),
        r#"table.Cols("password", "maple")"#,
    ),
    (
        Refusal::Expression,
        |s| s.a.quote == Some(b'`') && is_tag_of_a_member(s.value),
        "Maple_PasswordCredentials `protobuf:\"bytes,1,opt,name=maple\"`",
    ),
    (
        Refusal::PublicName,
        |s| is_uuid(s.value) && is_keeper(s.a.key),
        r#"LastPass = "{uuid}""#,
    ),
    (
        Refusal::Beginning,
        |s| !matches!(s.name.says, Says::Password) && is_beginning(s.value),
        r#"String ROLE_AUTH = "maple::auth:";"#,
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_turned_twice(s),
        "pwdValid.value = !!maple.pwdValid",
    ),
    (
        Refusal::WordUnderOption,
        is_choice_of_an_action,
        "update_password: always",
    ),
];

/// `PREFERENCE_PASSCODE = "PrefPinCode"`: a constant whose first word says where something is kept holds the name
/// that it has there.
fn is_kept_under(site: &Site<'_>) -> bool {
    let first = || key::split(site.a.key).into_iter().next();
    let joined = |b: &u8| matches!(b, b'.' | b'-' | b':' | b'/');
    site.name.constant
        && site.a.quote.is_some()
        && matches!(site.a.op, Op::Equals | Op::Colon)
        && site.value.len() <= 64
        && site.value.split(joined).all(is_identifier)
        && first().is_some_and(|word| words::KEPT_UNDER.contains(&word))
}

/// `PASSWORD_NOT_FOUND("E-02", …)`: a member of a list of errors is given its code.
fn is_error_code(site: &Site<'_>) -> bool {
    let fails = |word: &String| words::FAILS.contains(word);
    site.a.op == Op::Call
        && site.name.constant
        && !site.name.last
        && key::split(site.a.key).iter().any(fails)
}

/// `password_rules.get('length')`, `tokens.contains("x")`: a member that looks something up is given its name.
fn looks_up(function: &[u8]) -> bool {
    let Some(dot) = function.iter().rposition(|b| *b == b'.') else {
        return false;
    };
    // What a constructor is given may well be the secret itself.
    let first = key::split(&function[dot + 1..]).into_iter().next();
    first.is_some_and(|word| word != "new" && words::FETCHES.contains(&word))
}

/// `authentication.backends.oauth2.OAuth2Backend`: a type with the modules in which it stands.
fn is_type_of_a_module(value: &[u8]) -> bool {
    let mut parts = value.rsplit(|b| *b == b'.');
    let last = parts.next().unwrap_or_default();
    last.first().is_some_and(u8::is_ascii_uppercase)
        && last.iter().any(u8::is_ascii_lowercase)
        && is_identifier(last)
        && parts.clone().count() >= 2
        && parts.all(|part| is_identifier(part) && !part.iter().any(u8::is_ascii_uppercase))
}

/// A word in small letters.
fn is_plain(value: &[u8]) -> bool {
    value.iter().all(|b| b.is_ascii_lowercase() || *b == b'_')
}

/// `t("password"), "maple"`: a call ends between the name and the value.
fn is_behind_a_call(site: &Site<'_>) -> bool {
    let between = site.a.key_at + site.a.key.len()..site.a.value.start;
    site.bytes
        .get(between)
        .is_some_and(|operator| operator.contains(&b')'))
}

/// `Cols("name", `: a call of a function that is given the names of columns or members.
fn lists_columns(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(120)..];
    let Some(open) = memchr::memrchr(b'(', near) else {
        return false;
    };
    let listed = |b: &u8| b.is_ascii_alphanumeric() || b"_\"', -[".contains(b);
    let name = near[..open].iter().rev();
    let len = name.take_while(|b| b.is_ascii_alphanumeric()).count();
    let name = near[open - len..open].to_ascii_lowercase();
    let name = std::str::from_utf8(&name).unwrap_or_default();
    near[open + 1..].iter().all(listed) && words::COLUMN_TAKERS.contains(name)
}

/// `protobuf:"…"`: what Go writes behind the type of a member for programs that look at it.
fn is_tag_of_a_member(value: &[u8]) -> bool {
    let name = value.iter().take_while(|b| b.is_ascii_lowercase()).count();
    name > 1 && value[name..].starts_with(b":\"")
}

/// `LastPass`, `OnePassword`: what a program that keeps passwords is called. By a UUID it is known to websites.
fn is_keeper(key: &[u8]) -> bool {
    let parts = key::split(key);
    parts.len() <= 2 && words::KEEPERS.contains(&parts.concat())
}

/// Words that a hyphen or an underscore joins.
fn is_words(value: &[u8]) -> bool {
    let operator = |b: &u8| matches!(b, b'-' | b'_');
    value.iter().any(operator) && value.iter().all(|b| b.is_ascii_alphabetic() || operator(b))
}

/// `role::auth:`: words, and an operator to what follows them.
fn is_beginning(value: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b':' | b'_' | b'-' | b'.' | b'/');
    value.len() <= 64 && value.ends_with(b":") && value.iter().all(part)
}

/// `!!proxy.valid`: JavaScript makes a boolean of something.
fn is_turned_twice(site: &Site<'_>) -> bool {
    let name = site.value.strip_prefix(b"!!");
    site.before().ends_with(b" ")
        && name.is_some_and(|name| name.split(|b| *b == b'.').all(is_identifier))
}

/// `update_password: always`, `params['update_password'] = 'on_create'`: whether something is to be done.
fn is_choice_of_an_action(site: &Site<'_>) -> bool {
    let chosen = || std::str::from_utf8(site.value).unwrap_or_default();
    site.name.action && site.name.says == Says::Password && words::CHOICES.contains(chosen())
}

#[cfg(test)]
mod tests {
    use crate::detect::assign::read_from_word;
    use crate::detect::generic::judge;

    /// Neighbours of what the rows refuse.
    #[test]
    fn what_people_choose_under_such_names_stays() {
        for text in [
            "NEW_PASSWORD=letmeinplease",
            "reset_password: \"mapletreehouse\"",
            "common.passwords.admin=maple7XQz9",
            "COOKIE_SECRET = \"mapletreehouse7XQ\"",
            "insert into x values (\"admin_password\", \"maple7XQz9\")",
        ] {
            let lower = text.to_lowercase();
            let word = ["password", "secret"]
                .into_iter()
                .find_map(|word| Some(lower.find(word)?..lower.find(word)? + word.len()));
            let a = read_from_word(text.as_bytes(), word.expect("a word"));
            let judged = judge(&a.expect("an assignment"), text.as_bytes());
            assert!(judged.is_ok(), "{text}: {judged:?}");
        }
    }
}
