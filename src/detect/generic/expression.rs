//! Expressions of programming languages where a value was thought to stand: what stands between two literals,
//! a negation, a function of a module, a choice over several lines, what a call of a page or a table is about.

use super::code::is_identifier;
use super::refusal::Refusal;
use super::site::{Row, Site};
use crate::detect::assign::Op;

/// The first row that is true decides.
pub(super) const EXPRESSIONS: &[Row] = &[
    (
        Refusal::Expression,
        |s| !s.is_bare() && is_outside_its_quotes(s.value),
        r#"throw new Error("Unknown Token: "+String(maple7))}}if("x")"#,
    ),
    (
        Refusal::Expression,
        |s| closes_and_opens(s.value),
        r#"x={{"show-password":!0,style:{{width:"100%"}}}}"#,
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_negation(s),
        "shouldPass = !hasMaple",
    ),
    (
        Refusal::Expression,
        |s| s.is_bare() && is_function_of_a_module(s.value),
        "session_token: :maple.strong_rand_bytes(32),",
    ),
    (
        Refusal::TypeName,
        |s| s.is_bare() && s.a.op == Op::Colon && is_optional_type(s),
        "val password: String?,",
    ),
    (
        Refusal::Member,
        |s| s.is_bare() && is_member_of_a_variable(s),
        "$token = $maple2fa->generate();",
    ),
    (
        Refusal::Choice,
        |s| s.is_bare() && chooses_below(s),
        "cryptoKey = isMapleEncoded\n  ? one(maple)\n  : two(maple)",
    ),
    (
        Refusal::StyleClass,
        |s| s.a.op == Op::Call && is_about_styles(s.a.key),
        "passwordBox.classList.add('maple')",
    ),
    (
        Refusal::Expression,
        is_behind_its_literal,
        r#"given.split("token=")[1].split("&")"#,
    ),
    (
        Refusal::Column,
        |s| s.a.key.eq_ignore_ascii_case(b"key") && is_index(s.value, s.after()),
        "  KEY `IDX_B3E5E5DCDB01246B` (`id`),",
    ),
    (
        Refusal::Column,
        |s| s.a.op == Op::Pair && s.a.quote == Some(b'`') && is_typed(s.after()),
        "`a` varchar(9) COMMENT 'password', `maplespace` varchar(9) NULL",
    ),
];

/// `split("token=")[1].split("&")`: the quote that the value was thought to begin with ends the literal in
/// which the name stands, and code goes on behind it.
fn is_behind_its_literal(site: &Site<'_>) -> bool {
    let Some(quote) = site.a.quote.filter(|quote| matches!(quote, b'"' | b'\'')) else {
        return false;
    };
    let goes_on = |b: &u8| matches!(b, b')' | b']' | b',' | b';' | b'.' | b'+');
    let before = site.before_key();
    let near = &before[before.len().saturating_sub(100)..];
    let line = near.rsplit(|b| *b == b'\n').next().unwrap_or(near);
    // A name in quotes of its own was closed before.
    let operator = site
        .bytes
        .get(site.a.key_at + site.a.key.len()..site.a.value.start);
    let closed =
        operator.is_none_or(|operator| operator.iter().filter(|b| **b == quote).count() != 1);
    let inside = !closed && line.iter().filter(|b| **b == quote).count() % 2 == 1;
    inside && line.len() < 100 && site.value.first().is_some_and(goes_on)
}

/// `` `IDX_7` (`id`) ``: the name of an index, and what it is made of.
fn is_index(value: &[u8], after: &[u8]) -> bool {
    let (named, rest) = match value {
        [b'`', .., b'`'] => (true, after),
        _ => (
            after.starts_with(b"`"),
            after.strip_prefix(b"`").unwrap_or_default(),
        ),
    };
    named && rest.trim_ascii_start().starts_with(b"(`")
}

/// `+String(x)`, `.concat(x)`, `'.$key.'`: what stands between two literals, of which the first was
/// taken for a name.
fn is_outside_its_quotes(value: &[u8]) -> bool {
    let text = value.trim_ascii_start();
    if let [b'\'' | b'"', rest @ ..] = text {
        let inside = match rest {
            [inside @ .., b'\'' | b'"'] => inside,
            // The quote behind it ended the value.
            _ => rest,
        };
        let operator = |b: Option<&u8>| matches!(b, Some(b'.' | b'+'));
        return inside.len() > 2
            && operator(inside.trim_ascii_start().first())
            && operator(inside.trim_ascii_end().last());
    }
    joins_a_call(text)
}

/// `+String(`, `.$request->input(`: an operator, the name of a function and the bracket before its arguments.
fn joins_a_call(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"+").or_else(|| text.strip_prefix(b".")) else {
        return false;
    };
    let rest = rest.trim_ascii_start();
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'.');
    let arrow =
        |at: usize| rest[at..].starts_with(b"->") || at > 0 && rest[at - 1..].starts_with(b"->");
    let name = (0..rest.len())
        .take_while(|at| part(&rest[*at]) || arrow(*at))
        .count();
    name >= 3 && !rest[0].is_ascii_digit() && rest.get(name) == Some(&b'(')
}

/// `),d?h("code",…`, `n),type:`, `!0,style:{width:`: code that closes what was opened before the first literal,
/// or begins with a boolean, and goes on up to the next one.
fn closes_and_opens(text: &[u8]) -> bool {
    let opens = matches!(text.last(), Some(b'(' | b':' | b'?' | b'[' | b'{'));
    let name = text
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'$' | b'!'));
    let (name, rest) = text.split_at(name.count());
    let closed = rest.starts_with(b"),") && name.len() <= 2;
    let boolean = matches!(name, b"!0" | b"!1") && rest.starts_with(b",");
    let code = |b: &u8| b.is_ascii_alphanumeric() || b"_$.,:;?!(){}[]=>&|+-*/ ".contains(b);
    opens && (closed || boolean) && text.iter().all(code)
}

/// `!hasMaple`: a boolean turned round. The name is of several words, or the line ends behind it.
fn is_negation(site: &Site<'_>) -> bool {
    let name = site.value.strip_prefix(b"!");
    let spaced = site.before().ends_with(b"= ");
    let mixed = |name: &[u8]| {
        name.iter().any(u8::is_ascii_lowercase) && name.iter().skip(1).any(u8::is_ascii_uppercase)
    };
    name.is_some_and(|name| {
        spaced
            && name.first().is_some_and(u8::is_ascii_lowercase)
            && mixed(name)
            && is_identifier(name)
    })
}

/// `:crypto.strong_rand_bytes(32)`, `&Bcrypt.hash_pwd_salt/1`: a function of a module, as Elixir calls and names
/// it.
fn is_function_of_a_module(value: &[u8]) -> bool {
    let Some(rest) = value
        .strip_prefix(b":")
        .or_else(|| value.strip_prefix(b"&"))
    else {
        return false;
    };
    let end = rest
        .iter()
        .position(|b| matches!(b, b'(' | b'/'))
        .unwrap_or(rest.len());
    let (path, tail) = rest.split_at(end);
    let called = tail.starts_with(b"(");
    let counted = tail.len() == 2 && tail[1].is_ascii_digit();
    let mut names = path.split(|b| *b == b'.');
    (called || counted) && path.contains(&b'.') && names.all(is_identifier)
}

/// `String?`: a type whose value may be missing, as Kotlin and Swift write it. Whoever chooses such a password ends
/// the line behind it.
fn is_optional_type(site: &Site<'_>) -> bool {
    const TYPES: &[&[u8]] = &[
        b"String",
        b"CharArray",
        b"Boolean",
        b"Bool",
        b"Int",
        b"Data",
    ];
    let name = site.value.strip_suffix(b"?");
    let goes_on = matches!(site.after(), [b',' | b')', ..] | [b' ', b'=', ..]);
    name.is_some_and(|name| {
        let named = name.first().is_some_and(u8::is_ascii_uppercase) && is_identifier(name);
        TYPES.contains(&name) || goes_on && named
    })
}

/// `$mandates[0]->id`: PHP asks a variable for something; the reader cut it in its arrow.
fn is_member_of_a_variable(site: &Site<'_>) -> bool {
    let cut = site
        .value
        .strip_suffix(b"-")
        .filter(|_| site.after().starts_with(b">"));
    let name = cut.and_then(|value| value.strip_prefix(b"$"));
    name.is_some_and(|name| {
        let end = name.iter().position(|b| *b == b'[').unwrap_or(name.len());
        let (name, index) = name.split_at(end);
        let at = index
            .strip_prefix(b"[")
            .and_then(|rest| rest.strip_suffix(b"]"));
        is_identifier(name)
            && (index.is_empty() || at.is_some_and(|at| at.iter().all(u8::is_ascii_alphanumeric)))
    })
}

/// A name, and below it the two answers of a choice, a line each.
fn chooses_below(site: &Site<'_>) -> bool {
    let after = site.after();
    let near = &after[..after.len().min(240)];
    let Some(rest) = near.trim_ascii_start().strip_prefix(b"? ") else {
        return false;
    };
    let mut below = rest.split(|b| *b == b'\n').skip(1).take(4);
    matches!(near.first(), Some(b'\n' | b'\r'))
        && is_identifier(site.value)
        && below.any(|line| line.trim_ascii_start().starts_with(b": "))
}

/// `passwordBox.classList.add`: the styles of an element of a page.
fn is_about_styles(function: &[u8]) -> bool {
    let mut parts = function.rsplit(|b| *b == b'.');
    let does = parts.next().unwrap_or_default();
    let list = parts.next().unwrap_or_default();
    list == b"classList"
        && [&b"add"[..], b"remove", b"toggle", b"contains", b"replace"].contains(&does)
}

/// The type of a column follows: `varchar(9)`.
fn is_typed(after: &[u8]) -> bool {
    let rest = after.strip_prefix(b"` ").unwrap_or_default();
    rest.trim_ascii_start()
        .first()
        .is_some_and(u8::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use crate::detect::assign::read_from_word;
    use crate::detect::generic::{Refusal, judge};

    #[test]
    fn expressions_are_told_from_values() {
        for (text, refusal) in [
            ("{password:t(e).x=n),type:\"password\",x:1", None),
            ("h(\"password\",n),type:\"text\")", None),
            (
                "x(\"Password:\"),d?h(\"code\",null)",
                Some(Refusal::Expression),
            ),
            (
                "x(\"password\":!0,style:{width:\"100%\"})",
                Some(Refusal::Expression),
            ),
            (
                "'DB_PASSWORD=\"'.config('maple').\"\\n\"",
                Some(Refusal::Expression),
            ),
            ("password = \"),q8ZrKd93Lw0x\"", None),
            ("shouldPass = !hasDescriptor", Some(Refusal::Expression)),
            ("pass = !q8ZrKd93Lw", None),
            ("password = &Maple.hash_salt/1", Some(Refusal::Expression)),
            ("password = &Maple7q8/Zr93", None),
            (
                "passwordKey = isEncoded\n  ? a\n  : b",
                Some(Refusal::Choice),
            ),
            (
                "password_box.classList.remove('shake')",
                Some(Refusal::StyleClass),
            ),
            ("password.add('q8ZrKd93')", None),
        ] {
            let at = text.to_lowercase().find("pass").expect("the word is there");
            let word = if text[at..].to_lowercase().starts_with("password") {
                8
            } else {
                4
            };
            let a = read_from_word(text.as_bytes(), at..at + word);
            let judged = a.and_then(|a| judge(&a, text.as_bytes()).err());
            match refusal {
                Some(_) => assert_eq!(judged, refusal, "{text}"),
                None => assert!(
                    !matches!(
                        judged,
                        Some(Refusal::Expression | Refusal::StyleClass | Refusal::TypeName)
                    ),
                    "{text}: {judged:?}"
                ),
            }
        }
    }
}
