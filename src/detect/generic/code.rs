//! What is code, or the text of a page, where a value was thought to stand: a part of an expression, the
//! other side of a literal, the result of a call, the name of a kind of file.

use super::key::Says;
use super::refusal::Refusal;
use super::site::{Row, Site};
use crate::detect::assign::Op;

/// The first row that is true decides.
pub(super) const CODE: &[Row] = &[
    (
        Refusal::Expression,
        |s| s.is_bare() && is_operand(s),
        "token := v1Prefix + base64.Encode(maple)",
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_chained(s),
        "confirmPassword: yup\n  .string()",
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_variable(s),
        "String secret = base32String;",
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_format(s.value),
        r#"print("Using the password: %s%n%nThis is for maple")"#,
    ),
    (
        Refusal::NextFlag,
        |s| is_flag_to_fill(s.value),
        "'password' => '--password='.$given",
    ),
    (
        Refusal::Choice,
        |s| s.is_bare() && is_short_choice(s),
        "x={{tokens:i?n:a,numArgs:0}}",
    ),
    (
        Refusal::Result,
        is_compared_result,
        r#"return strengthOf(password) == "maple";"#,
    ),
    (
        Refusal::Verb,
        |s| s.name.verb && s.before_key().ends_with(b"="),
        "overlay=eof_action=pass:repeatlast7",
    ),
    (
        Refusal::TypeName,
        declares,
        "public class SetPasswordV1 : ISetPasswordV1",
    ),
    (
        Refusal::Prose,
        |s| s.is_bare() && is_explained(s),
        r#""about": "'masterPassword' = standard SSO, 'none' = nothing","#,
    ),
    (
        Refusal::Asks,
        is_word_of_a_rule,
        "Setting::passwordRulesSaving('store')",
    ),
    (
        Refusal::Scope,
        is_scope,
        r#"security(("Bearer" = ["webhooks.get", "*.get"]))"#,
    ),
    (
        Refusal::MediaType,
        is_media_type,
        r#""application/x-keepass2": ["kdbx"]"#,
    ),
    (
        Refusal::PageText,
        is_text_of_a_page,
        r##"<a href="#" id="genPassword">Generate</a>"##,
    ),
    (
        Refusal::CacheKey,
        |s| s.name.says == Says::Key && is_label_of_a_build(s.value),
        "key: maple-{hex:40}-linux",
    ),
];

/// Letters, digits and underscores as names of programs have them: no digit first, and at most two.
pub(super) fn is_identifier(text: &[u8]) -> bool {
    let digits = text.iter().filter(|b| b.is_ascii_digit()).count();
    digits <= 2
        && text
            .first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
        && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// A blank stands before the value, as no shell and no file of settings without quotes has it.
fn is_parted(site: &Site<'_>) -> bool {
    site.before().ends_with(b" ")
}

/// `prefix + more`, `given ?? "x"`, `null!`: a name of a program before an operator.
fn is_operand(site: &Site<'_>) -> bool {
    const NOTHING: &[&[u8]] = &[b"null!", b"default!", b"undefined!"];
    const OPERATORS: &[&[u8]] = &[b" + ", b" ?? "];
    let next = OPERATORS
        .iter()
        .find_map(|sign| site.after().strip_prefix(*sign));
    let goes_on = next
        .and_then(<[u8]>::first)
        .is_some_and(|b| b.is_ascii_alphabetic() || matches!(b, b'"' | b'\'' | b'_' | b'$' | b'('));
    is_parted(site) && (NOTHING.contains(&site.value) || goes_on && is_identifier(site.value))
}

/// `yup` before a line that goes on with `.string()`.
fn is_chained(site: &Site<'_>) -> bool {
    let after = site.after();
    let next = after.get(..60.min(after.len())).unwrap_or_default();
    let member = next.trim_ascii_start().strip_prefix(b".");
    matches!(next.first(), Some(b'\n' | b'\r'))
        && member.is_some_and(|member| member.first().is_some_and(u8::is_ascii_lowercase))
        && is_identifier(site.value)
}

/// `%s%nThis`: fields of a format, and what follows them.
fn is_format(value: &[u8]) -> bool {
    let fields = [&b"%s%"[..], b"%d%", b"%v%", b"%q%", b"%.*s"];
    fields.iter().any(|field| value.starts_with(field))
}

/// `--password=`: a flag whose value the program puts to it.
fn is_flag_to_fill(value: &[u8]) -> bool {
    let name = value
        .strip_prefix(b"--")
        .and_then(|rest| rest.strip_suffix(b"="));
    name.is_some_and(|name| {
        name.len() >= 2 && name.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
    })
}

/// `base32String` before a semicolon, behind a blank: a variable, with capitals inside.
fn is_variable(site: &Site<'_>) -> bool {
    let capitals = site.value.windows(2);
    let mut capitals = capitals.filter(|w| !w[0].is_ascii_uppercase() && w[1].is_ascii_uppercase());
    matches!(site.a.op, Op::Equals)
        && site.after().starts_with(b";")
        && is_parted(site)
        && site.value.first().is_some_and(u8::is_ascii_lowercase)
        && capitals.next().is_some()
        && is_identifier(site.value)
}

/// `i?n:a` before what ends an expression: a condition and its two answers, without blanks.
fn is_short_choice(site: &Site<'_>) -> bool {
    let mut parts = site.value.splitn(2, |b| *b == b'?');
    let (Some(asked), Some(answers)) = (parts.next(), parts.next()) else {
        return false;
    };
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_$.:,!".contains(b);
    is_identifier(asked)
        && memchr::memchr(b':', answers).is_some_and(|at| at > 0 && at + 1 < answers.len())
        && answers.iter().all(part)
        && matches!(site.after().first(), Some(b'}' | b')' | b',' | b';'))
}

/// `strengthOf(password) == "weak"`: the name is what a function is given, and its result is compared. A
/// function of one word converts it: `string(pass)`.
fn is_compared_result(site: &Site<'_>) -> bool {
    let from = site.a.key_at + site.a.key.len();
    let between = site.bytes.get(from..site.a.value.start);
    let closes = between.is_some_and(|between| memchr::memchr(b')', between).is_some());
    let function = || {
        let before = site.before_key().strip_suffix(b"(").unwrap_or_default();
        let part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
        let len = before.iter().rev().take_while(part).count();
        super::key::split(&before[before.len() - len..])
    };
    site.a.op == Op::Compare && closes && function().len() >= 2
}

/// `class SetPassword : ISetPassword`: a type is declared, and what it is made of follows.
fn declares(site: &Site<'_>) -> bool {
    const WORDS: &[&[u8]] = &[b"class ", b"interface ", b"trait ", b"struct ", b"enum "];
    let before = site.before_key();
    let name = site.value.first().is_some_and(u8::is_ascii_alphabetic);
    site.is_bare() && name && WORDS.iter().any(|word| before.ends_with(word))
}

/// `'masterPassword' = standard SSO`: a text says what a word means. No notation has a name in quotes and
/// a bare value behind an equals sign.
fn is_explained(site: &Site<'_>) -> bool {
    let end = site.a.key_at + site.a.key.len();
    let quoted = site.before_key().ends_with(b"'") && site.bytes.get(end) == Some(&b'\'');
    let more = site.after().strip_prefix(b" ");
    quoted
        && site.a.op == Op::Equals
        && site.value.iter().all(u8::is_ascii_lowercase)
        && more.is_some_and(|more| more.first().is_some_and(u8::is_ascii_alphabetic))
}

/// `passwordRulesSaving('store')`: the function goes on after the word for a secret, and what it is given
/// is a word.
fn is_word_of_a_rule(site: &Site<'_>) -> bool {
    let last = |b: &u8| matches!(b, b'.' | b':' | b'>');
    let function = site.a.key.rsplit(last).next().unwrap_or(site.a.key);
    let name = super::key::read(function);
    site.a.op == Op::Call
        && name.says == Says::Password
        && !name.last
        && super::key::split(function).len() >= 3
        && site.value.iter().all(u8::is_ascii_lowercase)
}

/// `Bearer` before `webhooks.get`: what a bearer may do (RFC 6749, section 3.3).
fn is_scope(site: &Site<'_>) -> bool {
    let part =
        |part: &[u8]| part == b"*" || !part.is_empty() && part.iter().all(u8::is_ascii_lowercase);
    let operator = |b: &u8| matches!(b, b'.' | b':');
    site.a.key.eq_ignore_ascii_case(b"bearer")
        && site.value.iter().any(operator)
        && site.value.split(operator).all(part)
}

/// `application/x-keepass2`: a kind of file (RFC 6838).
fn is_media_type(site: &Site<'_>) -> bool {
    const KINDS: &[&[u8]] = &[
        b"application/",
        b"audio/",
        b"image/",
        b"model/",
        b"text/",
        b"video/",
    ];
    let quoted = |before: &[u8]| matches!(before.last(), Some(b'"' | b'\''));
    let before = site.before_key();
    KINDS.iter().any(|kind| {
        before.strip_suffix(*kind).is_some_and(quoted)
            || site.a.key.starts_with(kind) && quoted(before)
    })
}

/// `<a id="genPassword">Generate</a>`: what a page shows in an element whose id speaks of a secret.
fn is_text_of_a_page(site: &Site<'_>) -> bool {
    const ELEMENTS: &[&[u8]] = &[
        b"a", b"b", b"button", b"div", b"dt", b"em", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6",
        b"i", b"label", b"legend", b"li", b"option", b"p", b"small", b"span", b"strong", b"td",
        b"th",
    ];
    let before = site.before_key();
    let near = &before[before.len().saturating_sub(120)..];
    let element = memchr::memrchr(b'<', near).map(|at| &near[at + 1..]);
    let Some(element) = element.filter(|_| site.before().ends_with(b">")) else {
        return false;
    };
    let name = element.iter().take_while(|b| b.is_ascii_alphanumeric());
    let (name, rest) = element.split_at(name.count());
    ELEMENTS.contains(&name.to_ascii_lowercase().as_slice()) && rest.starts_with(b" ")
}

/// `maple-<digest>-linux`: words, and the digest of what was built from.
fn is_label_of_a_build(value: &[u8]) -> bool {
    let word = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        part.len() >= 2 && digits <= 2 && part.iter().all(u8::is_ascii_alphanumeric)
    };
    let digest =
        |part: &[u8]| matches!(part.len(), 32 | 40 | 64) && part.iter().all(u8::is_ascii_hexdigit);
    let parts = || value.split(|b| *b == b'-');
    parts().any(digest) && parts().any(word) && parts().all(|part| word(part) || digest(part))
}

#[cfg(test)]
mod tests {
    use crate::detect::assign::read_from_word;
    use crate::detect::generic::{Refusal, judge};

    #[test]
    fn code_is_told_from_values() {
        for (text, word, refusal) in [
            (
                "token := v1Prefix + maple.Encode(x)",
                "token",
                Some(Refusal::Expression),
            ),
            ("token = q8ZrKd93Lw0xTm", "token", None),
            (
                "confirmPassword: yup\n  .string()",
                "password",
                Some(Refusal::Expression),
            ),
            ("confirmPassword: yup77q\nother: x", "password", None),
            (
                "String secret = base32String;",
                "secret",
                Some(Refusal::Expression),
            ),
            ("secret=base32String7Kq;", "secret", None),
            (
                "if isWeak(password) == \"maple\"",
                "password",
                Some(Refusal::Result),
            ),
            ("if password == \"maple7oak\"", "password", None),
            (
                "\"application/x-keepass2\":[\"kdbx\"]",
                "pass",
                Some(Refusal::MediaType),
            ),
            (
                "<p name=\"password\">q8ZrKd93</p>",
                "password",
                Some(Refusal::PageText),
            ),
            (
                "<property name=\"password\">q8ZrKd93</property>",
                "password",
                None,
            ),
        ] {
            let at = text.to_lowercase().find(word).expect("the word is there");
            let a = read_from_word(text.as_bytes(), at..at + word.len());
            let judged = a.map(|a| judge(&a, text.as_bytes()).err());
            assert_eq!(judged.flatten(), refusal, "{text}");
        }
    }
}
