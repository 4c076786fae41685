//! What stands beside a value, or what name and value are to each other, and says that it is no
//! secret: the line of a test's result, a digest whose algorithm stands before it, prose, code.

use super::bytes::is_uuid;
use super::code::CODE;
use super::expression::EXPRESSIONS;
use super::key::{Name, Says};
use super::named::NAMED;
use super::operator::OPERATOR;
use super::own_name::OWN_NAME;
use super::public::PUBLIC;
use super::reference;
use super::refusal::Refusal;
use super::site::{Row, Site};
use super::words;
use crate::detect::assign::Op;

/// The first row that is true decides.
const BESIDE: &[Row] = &[
    (
        Refusal::CutEscape,
        |s| s.is_bare() && starts_in_an_escape(s),
        r"\v2\x1f.lb.v1.ClientStatsPerTokenR\x12callsFinishedWithDropJ\x04",
    ),
    (
        Refusal::TestResult,
        is_verdict,
        "--- PASS: TestAccWidget_basic2 (3.1s)",
    ),
    (
        Refusal::NamedDigest,
        |s| is_named_digest(s.value, s.before()),
        r#""secret": "sha256:{hex:64}""#,
    ),
    (
        Refusal::Prose,
        |s| s.is_bare() && s.a.op == Op::Colon && is_prose(s.value, s.after()),
        "set_userpass: widened from protocol",
    ),
    (
        Refusal::Prose,
        |s| s.is_bare() && s.is_after_blanks() && is_in_a_sentence(s.value, s.after()),
        "The --password parameter is passed on.",
    ),
    (
        Refusal::NextFlag,
        |s| s.is_bare() && s.is_after_blanks() && is_flag(s.value),
        "cc --some-token -Wformat=2 x.c",
    ),
    (
        Refusal::OwnMember,
        |s| s.is_bare() && is_own_member(s.a.key) && is_name(s.value),
        "self.password = smtppass",
    ),
    (
        Refusal::Member,
        |s| s.is_bare() && is_member(s),
        "pass = config.smtpPassword;",
    ),
    (
        Refusal::Member,
        |s| s.is_bare() && is_member(s),
        "token: &foundation::Handle,",
    ),
    (
        Refusal::Choice,
        |s| s.is_bare() && chooses(s.after()),
        "let pass = moreAsked ? 0 : 1;",
    ),
    (
        Refusal::Choice,
        is_choice,
        r#"kind = isCode ? "passcode" : "recovery""#,
    ),
    (
        Refusal::WorkingDirectory,
        is_working_directory,
        "OLDPWD=/home/maple",
    ),
    (
        Refusal::Checksum,
        |s| s.before_key().ends_with(b"checksum/"),
        "checksum/secrets: {hex:64}",
    ),
    (
        Refusal::Code,
        |s| s.name.says == Says::Token && is_code(s.value),
        r#"token = "48151623""#,
    ),
    (
        Refusal::TableRow,
        |s| s.a.op == Op::Blank && is_row(s.a.key, s.name) && is_uuid(s.value),
        "my_token   {uuid}",
    ),
    (
        Refusal::MapVariable,
        |s| s.is_bare() && is_variable_in_a_map(s),
        r#"x = {{"API_KEY": encryptionKey2, // it"#,
    ),
    (
        Refusal::Description,
        |s| s.a.op == Op::SqlBy && is_description(&s.bytes[..s.a.key_at]),
        "a perl that is identified by 'ABCde42'.",
    ),
    (
        Refusal::Description,
        |s| s.a.op == Op::SqlBy && is_in_prose(s),
        "Replies to the request identified by 'mapleId7' alone.",
    ),
    (
        Refusal::CutCall,
        |s| s.is_bare() && is_cut_call(s.value, s.after()),
        "msg.session_key = swap32(conn2a->session_key);",
    ),
    (
        Refusal::Asks,
        |s| s.a.op == Op::Call && asks(s.a.key),
        r#"checkpasswd("maplehost")"#,
    ),
    (
        Refusal::Moment,
        |s| !(s.name.says == Says::Password && s.name.last) && is_time(s.value),
        "refresh_token = 1700000000",
    ),
    (
        Refusal::MountOption,
        |s| s.a.op == Op::Flag && s.a.key.ends_with(b"-secret") && s.value.starts_with(b"id="),
        "docker buildx build --secret id=MAPLE_NPM_FILE7 .",
    ),
    (
        Refusal::Reference,
        |s| s.before().ends_with(b":") && is_in_store(s.a.key, s.value),
        "github-secret:maple/app#TOKEN",
    ),
];

/// The rows of every table, in the order in which they are asked.
fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [OPERATOR, CODE, EXPRESSIONS, NAMED, OWN_NAME, BESIDE, PUBLIC];
    tables.into_iter().flatten()
}

/// Why the surroundings say that the value is no secret.
pub(super) fn refusal(site: &Site<'_>) -> Option<Refusal> {
    rows()
        .find(|(_, test, _)| test(site))
        .map(|(refusal, ..)| *refusal)
}

/// Templates of texts of which a row is true.
pub(super) fn examples() -> impl Iterator<Item = (Refusal, &'static str)> {
    rows().map(|(refusal, _, text)| (*refusal, *text))
}

/// `\x12calls`: the rest of an escape in a string that holds bytes.
fn starts_in_an_escape(site: &Site<'_>) -> bool {
    let before = site.before().iter().rev();
    let slashes = before.take_while(|b| **b == b'\\').count();
    slashes % 2 == 1 && site.value.first().is_some_and(u8::is_ascii_alphanumeric)
}

/// `--- PASS: TestLogin`: what Go says of a test.
fn is_verdict(site: &Site<'_>) -> bool {
    let before = &site.bytes[..site.a.key_at];
    site.a.key.eq_ignore_ascii_case(b"pass") && before.trim_ascii_end().ends_with(b"---")
}

/// `github-secret:corp/app#TOKEN`, of which the name of the store was taken for that of a secret.
fn is_in_store(store: &[u8], value: &[u8]) -> bool {
    reference::STORES.contains(&store) && reference::is_place(value)
}

/// The algorithm was taken for a part of the name: `"secret": "sha256:<hex>"`.
fn is_named_digest(value: &[u8], before: &[u8]) -> bool {
    let Some((b':' | b'-' | b'=', before)) = before.split_last() else {
        return false;
    };
    let hex = |len: usize| value.len() == len && value.iter().all(u8::is_ascii_hexdigit);
    before.ends_with(b"sha256") && hex(64)
        || before.ends_with(b"sha512") && hex(128)
        || before.ends_with(b"sha1") && hex(40)
        || before.ends_with(b"md5") && hex(32)
}

/// A word of a sentence after the name of a flag: `--password parameter is passed`.
fn is_in_a_sentence(value: &[u8], after: &[u8]) -> bool {
    let word = |part: &[u8]| {
        let part = part.trim_ascii_end();
        std::str::from_utf8(part).is_ok_and(|part| words::PROSE.contains(part))
    };
    let next = after.strip_prefix(b" ").unwrap_or_default();
    let next = next
        .split(|b| !b.is_ascii_lowercase())
        .next()
        .unwrap_or_default();
    all_lower(value) && (word(next) || word(value))
}

fn all_lower(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_lowercase)
}

/// `config.smtpPassword`, `token.rule`, `x.V2Token`: names of a program with dots between them, of
/// which the first is that of an object, or one of them speaks of a secret as the name does.
fn is_member(site: &Site<'_>) -> bool {
    let reference = site
        .value
        .strip_prefix(b"&")
        .or_else(|| site.value.strip_prefix(b"*"));
    let value = reference.unwrap_or(site.value);
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.');
    let path = memchr::memmem::find(value, b"::").is_some() || reference.is_some();
    if path && value.iter().all(plain) && value.iter().filter(|b| b.is_ascii_digit()).count() <= 2 {
        return true;
    }
    // `client?.password`, `client!.password`
    let sure = |name: &'_ [u8]| {
        name.strip_suffix(b"?")
            .or(name.strip_suffix(b"!"))
            .map(<[u8]>::len)
    };
    let parts = || value.split(|b| *b == b'.');
    let names = || parts().map(|name| &name[..sure(name).unwrap_or(name.len())]);
    let name = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        part.first()
            .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'$'))
            && part
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$'))
            && digits <= 2
    };
    let camel = |part: &[u8]| {
        part.windows(2)
            .any(|w| w[0].is_ascii_lowercase() && w[1].is_ascii_uppercase())
    };
    let object = |part: &[u8]| {
        let text = part.to_ascii_lowercase();
        words::OBJECTS.contains(std::str::from_utf8(&text).unwrap_or_default())
    };
    value.contains(&b'.')
        && names().all(name)
        && names().next().is_some_and(|first| {
            object(first) || first.len() == 1 || site.a.key.eq_ignore_ascii_case(first)
        })
        || value.contains(&b'.') && names().all(name) && names().any(|n| camel(n) || speaks(n))
}

/// The name speaks of a secret.
fn speaks(name: &[u8]) -> bool {
    super::key::read(name).says != Says::Nothing
}

/// `more ? 0 : 1` behind a name: a condition and its two answers.
fn chooses(after: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', after).unwrap_or(after.len()).min(120);
    let rest = after[..end].trim_ascii_start();
    rest.strip_prefix(b"? ")
        .is_some_and(|rest| memchr::memmem::find(rest, b" : ").is_some())
}

/// `condition ? "passcode" : "recovery"`: the name is the first answer.
fn is_choice(site: &Site<'_>) -> bool {
    let before = site.before_key();
    let quoted = before
        .strip_suffix(b"\"")
        .or_else(|| before.strip_suffix(b"'"));
    site.a.op == Op::Colon && quoted.is_some_and(|head| head.trim_ascii_end().ends_with(b"?"))
}

/// `OLDPWD`, and `PWD` with a path, a command or a template: the directory that a shell is in.
fn is_working_directory(site: &Site<'_>) -> bool {
    let key = site.a.key;
    let place = |b: &u8| matches!(b, b'/' | b'~' | b'`' | b'$' | b'%');
    let first = site.value.first().copied().unwrap_or(0);
    key == b"OLDPWD"
        || key.eq_ignore_ascii_case(b"pwd")
            && (place(&first)
                || site.a.quote == Some(b'`')
                || first == b'.'
                || site.before_key().ends_with(b"${"))
}

/// Four to eight digits: what a telephone or a text message tells, good for a minute.
fn is_code(value: &[u8]) -> bool {
    (4..=8).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

/// A word and two more after it on its line: `pass: returns the set`.
fn is_prose(value: &[u8], after: &[u8]) -> bool {
    let end = after
        .iter()
        .take(120)
        .position(|b| *b == b'\n')
        .unwrap_or(after.len().min(120));
    let word = |part: &[u8]| {
        part.len() >= 2
            && part
                .iter()
                .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b',' | b'.'))
    };
    let mut rest = after[..end].split(|b| b.is_ascii_whitespace());
    value.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
        // What is glued to the value belongs to it.
        && rest.next().is_some_and(<[u8]>::is_empty)
        && rest.next().is_some_and(word)
        && rest.next().is_some_and(word)
}

/// `-Wformat=2` after another flag.
fn is_flag(value: &[u8]) -> bool {
    let name = value
        .iter()
        .skip_while(|b| **b == b'-')
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
        .count();
    let rest = &value[value.iter().take_while(|b| **b == b'-').count().min(2)..];
    value.starts_with(b"-") && name >= 3 && (name >= rest.len() || rest.get(name) == Some(&b'='))
}

/// `self.token = answer` stands in a program, where a bare word is a name.
fn is_own_member(key: &[u8]) -> bool {
    [&b"self."[..], b"this.", b"this->", b"self->"]
        .iter()
        .any(|own| key.starts_with(own))
}

fn is_name(value: &[u8]) -> bool {
    value
        .iter()
        .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
}

/// A row of a table gives a thing its number; a secret that is a UUID has a sign of assignment, or
/// stands behind `ENV NAME` or `Bearer`.
fn is_row(key: &[u8], name: &Name) -> bool {
    !name.constant && !key.eq_ignore_ascii_case(b"bearer")
}

/// `"api_key": apiKey2,` in a map of a program: names of JSON are quoted, and so are its values.
fn is_variable_in_a_map(site: &Site<'_>) -> bool {
    let (a, value) = (site.a, site.value);
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let quoted = a
        .key_at
        .checked_sub(1)
        .and_then(|at| site.bytes.get(at))
        .is_some_and(|b| matches!(b, b'"' | b'\''));
    quoted
        && a.op == Op::Colon
        && digits <= 2
        && is_name(&value[..value.len() - digits])
        && site.after().starts_with(b",")
}

/// `which is identified by '…'`: not the clause of a statement.
fn is_description(before: &[u8]) -> bool {
    let last = before
        .trim_ascii_end()
        .rsplit(|b| b.is_ascii_whitespace())
        .next()
        .unwrap_or_default();
    [&b"is"[..], b"are", b"was", b"be", b"been"].contains(&last)
}

/// `the request identified by 'requestId'`: words in small letters before it, none of which begins a statement.
fn is_in_prose(site: &Site<'_>) -> bool {
    const REACH: usize = 200;
    const STATES: &[&[u8]] = &[b"alter", b"create", b"grant", b"replace", b"set", b"user"];
    let at = site.a.key_at;
    let before = &site.bytes[at.saturating_sub(REACH)..at];
    let statement = before.rsplit(|b| *b == b';').next().unwrap_or(before);
    let mut words = statement.split(|b| !b.is_ascii_alphabetic());
    let states = |word: &[u8]| STATES.iter().any(|one| word.eq_ignore_ascii_case(one));
    let line = statement.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let prose = line.split(u8::is_ascii_whitespace);
    let prose = prose.filter(|word| !word.is_empty() && word.iter().all(u8::is_ascii_lowercase));
    site.bytes[at..].starts_with(b"identified") && prose.count() >= 2 && !words.any(states)
}

/// `swap32(conn-` before `>session_key)`: a call that the reader of values cut in its arrow.
fn is_cut_call(value: &[u8], after: &[u8]) -> bool {
    let call = value.strip_suffix(b"-").filter(|_| after.starts_with(b">"));
    call.or(after.starts_with(b"->").then_some(value))
        .is_some_and(|call| {
            call.contains(&b'(')
                && call
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || b"_(.&*$".contains(b))
        })
}

/// `checkpasswd("host", …)`, `getpass("Password: ")`: what it is asked with.
fn asks(function: &[u8]) -> bool {
    let tail = function
        .rsplit(|b| *b == b'.')
        .next()
        .unwrap_or(function)
        .to_ascii_lowercase();
    // The first word of a name of several says what it does.
    let parts = super::key::split(function);
    let first = parts.first().filter(|_| parts.len() > 1);
    words::ASKS.starts(&tail) || first.is_some_and(|first| words::FETCHES.contains(first))
}

/// A moment in seconds or milliseconds since 1970, from 2001 on.
fn is_time(value: &[u8]) -> bool {
    matches!(value.len(), 10 | 13) && value[0] == b'1' && value.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
#[path = "beside_tests.rs"]
mod tests;
