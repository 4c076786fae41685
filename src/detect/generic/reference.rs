//! Values that refer to a secret instead of holding it: templates, variables, gaps to fill, patterns,
//! encrypted forms, paths into secret managers.

use crate::detect::assign::slot;

use super::value::has;
use super::words;

/// A form of a reference: its test, and a value that has it.
type Form = (fn(&[u8]) -> bool, &'static str);

/// Marks that stand anywhere in a value.
const WITHIN: &[Form] = &[
    (|v| has(v, b"${"), "https-${HOST}"),
    (|v| has(v, b"{{"), "a{{b"),
    (|v| has(v, b"<%"), "a<%=b%>"),
    (|v| has(v, b"#{"), "a#{b"),
    (|v| has(v, b"$("), "a$(b)"),
    (|v| has(v, b"%("), "a%(b)s"),
    (|v| has(v, b"$RANDOM"), "a$RANDOMb"),
    (|v| has(v, b"%RANDOM%"), "a%RANDOM%b"),
    (|v| has(v, b"{0}"), "a{0}b"),
    (|v| has(v, b"@{"), "a@{b"),
    (|v| has(v, b"[["), "a[[b"),
    (|v| has(v, b"{}"), "a{}b"),
    (|v| has(v, b"{:"), "a{:08x}"),
    (|v| v.len() < 24 && has_verb(v), "a%sb"),
    (has_slot, "a<your-token>b"),
    (has_variable, "deploy:$DEPLOY_NAME"),
    (has_field, "a{name!r}b"),
    (is_regex, "[a-f0-9]+"),
];

/// Forms of a whole value.
const WHOLE: &[Form] = &[
    (is_variable, "$deploy_name"),
    (is_capital_variable, "$DEPLOY2"),
    (|v| is_between(v, b'%', b'%', 3), "%NAME%"),
    (|v| is_between(v, b'{', b'}', 2), "{9}"),
    (|v| v.starts_with(b"<") && v.ends_with(b">"), "<1>"),
    (is_cut_gap, "<Your"),
    (|v| is_between(v, b'@', b'@', 3), "@name@"),
    (|v| is_between(v, b'`', b'`', 3), "`name`"),
    (is_in_double_marks, "__TOKEN__"),
    (|v| words::KEPT_ELSEWHERE.starts(v), "vault:kv/db"),
];

/// The bytes of which one stands in every value that a row of [`WITHIN`] is true of.
const MARK: [bool; 256] = {
    let mut table = [false; 256];
    let marks = b"${<#%@[(";
    let mut n = 0;
    while n < marks.len() {
        table[marks[n] as usize] = true;
        n += 1;
    }
    table
};

/// A template, an environment variable, an encrypted form, a path into a secret manager.
pub(super) fn is_reference(value: &[u8]) -> bool {
    let is = |forms: &[Form]| forms.iter().any(|(test, _)| test(value));
    // One look at most values says that none of the marks stands in them.
    value.iter().any(|b| MARK[usize::from(*b)]) && is(WITHIN) || is(WHOLE)
}

/// The name of a variable, a member or an element, with their joints.
fn is_name(text: &[u8]) -> bool {
    !text.is_empty()
        && text.iter().all(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'_' | b'.' | b':' | b'-' | b'>' | b'[' | b']' | b'\'')
        })
}

/// `$name`, without a digit: random text may start with a dollar sign.
fn is_variable(value: &[u8]) -> bool {
    value.len() > 2
        && value.strip_prefix(b"$").is_some_and(|name| {
            is_name(name)
                && (name[0].is_ascii_alphabetic() || name[0] == b'_')
                && !name.iter().any(u8::is_ascii_digit)
        })
}

/// `$NAME2`: in capitals a digit is no sign of random text.
fn is_capital_variable(value: &[u8]) -> bool {
    let capital = |b: &u8| b.is_ascii_uppercase() || matches!(b, b'_' | b'0'..=b'9');
    value.len() > 2
        && value
            .strip_prefix(b"$")
            .is_some_and(|name| name.iter().all(capital))
}

/// A name between two marks, `least` bytes with them.
fn is_between(value: &[u8], open: u8, close: u8, least: usize) -> bool {
    value.len() >= least
        && value.first() == Some(&open)
        && value.last() == Some(&close)
        && is_name(&value[1..value.len() - 1])
}

/// `<Your`: a gap to fill, cut at its first blank.
fn is_cut_gap(value: &[u8]) -> bool {
    value.len() > 3
        && value
            .strip_prefix(b"<")
            .is_some_and(|gap| gap.iter().all(|b| b.is_ascii_alphabetic() || *b == b'-'))
}

/// `__TOKEN__`, `@@token@@`: what a build fills in.
fn is_in_double_marks(value: &[u8]) -> bool {
    value.len() > 4
        && [&b"__"[..], b"@@", b"##", b"%%"]
            .iter()
            .any(|mark| value.starts_with(mark) && value.ends_with(mark))
}

/// `{name}`, `{name:32}`, `{name!r}`, `{quote(name)}`: a field of a format string, anywhere in the
/// value.
fn has_field(value: &[u8]) -> bool {
    const LONGEST: usize = 48;
    memchr::memchr_iter(b'{', value).any(|open| {
        let inside = &value[open + 1..value.len().min(open + 1 + LONGEST)];
        memchr::memchr(b'}', inside).is_some_and(|close| {
            inside
                .first()
                .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
                && inside[..close].iter().all(|b| {
                    b.is_ascii_alphanumeric()
                        || matches!(
                            b,
                            b'_' | b'.' | b':' | b'-' | b'!' | b' ' | b'(' | b')' | b'[' | b']'
                        )
                })
        })
    })
}

/// `deploy:$DEPLOY_PASSWORD`, `$base_dir/…`: a variable of a shell in front of the value, or in
/// capitals up to its end.
fn has_variable(value: &[u8]) -> bool {
    memchr::memchr_iter(b'$', value).any(|at| {
        let rest = &value[at + 1..];
        let name = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let word = &rest[..name];
        let starts = word.first().is_some_and(|b| b.is_ascii_alphabetic());
        let capitals = word.len() >= 5
            && word.iter().filter(|b| b.is_ascii_digit()).count() <= 2
            && !word.iter().any(u8::is_ascii_lowercase);
        let plain = !word.iter().any(u8::is_ascii_digit);
        starts
            && (name == rest.len() && capitals || at == 0 && plain && rest.get(name) == Some(&b'/'))
    })
}

/// `<your-token>` anywhere in the value.
fn has_slot(value: &[u8]) -> bool {
    memchr::memchr_iter(b'<', value).any(|at| slot(&value[at..]).is_some())
}

/// `%s`, `%.*s`, `%v`, `%q`, `%1$s`: a verb of a format string. `%d` is also how addresses write bytes.
fn has_verb(value: &[u8]) -> bool {
    memchr::memchr_iter(b'%', value).any(|at| {
        let rest = &value[at + 1..];
        let rest = match rest {
            [n, b'$', rest @ ..] if n.is_ascii_digit() => rest,
            _ => rest,
        };
        matches!(
            rest,
            [b's' | b'v' | b'q' | b'@', ..] | [b'.', b'*', b's', ..]
        ) || matches!(rest, [b'd', next, ..] if !next.is_ascii_hexdigit())
            || rest == b"d"
    })
}

/// The source of a pattern: a class of characters with a range and a quantifier, or a group with
/// a mark. Chance does not write that.
fn is_regex(value: &[u8]) -> bool {
    if ["(?:", "(?i", "(?P<", "(?=", "(?!", "(?<"]
        .iter()
        .any(|g| has(value, g.as_bytes()))
    {
        return true;
    }
    let mut opens = memchr::memchr_iter(b'[', value).peekable();
    while let Some(open) = opens.next() {
        let inside = &value[open + 1..];
        let Some(close) = memchr::memchr(b']', inside) else {
            return false;
        };
        let close = open + 1 + close;
        let quantified = match &value[close + 1..] {
            [b'{', n, ..] => n.is_ascii_digit(),
            [b'+' | b'*' | b'?', ..] => true,
            _ => false,
        };
        // Brackets that open before this one closes hold no more than the first of them does.
        let class = &value[open + 1..close];
        let mut denies = class.first() == Some(&b'^');
        while let Some(next) = opens.next_if(|next| *next < close) {
            denies |= value[next + 1] == b'^';
        }
        let is_class = || has_range(class) || has(class, b"\\w") || has(class, b"\\d");
        if quantified && (denies || is_class()) {
            return true;
        }
    }
    false
}

/// `a-z`, `0-9`, `A-F` in a class of characters.
fn has_range(class: &[u8]) -> bool {
    class.windows(3).any(|w| {
        w[1] == b'-'
            && w[0] < w[2]
            && (w[0].is_ascii_digit() && w[2].is_ascii_digit()
                || w[0].is_ascii_lowercase() && w[2].is_ascii_lowercase()
                || w[0].is_ascii_uppercase() && w[2].is_ascii_uppercase())
    })
}

/// Values that are references.
pub(super) fn examples() -> impl Iterator<Item = &'static str> {
    WITHIN.iter().chain(WHOLE).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_told_by_its_own_row() {
        for forms in [WITHIN, WHOLE] {
            for (row, (_, value)) in forms.iter().enumerate() {
                let first = forms.iter().position(|(test, _)| test(value.as_bytes()));
                assert_eq!(first, Some(row), "{value}");
                assert!(is_reference(value.as_bytes()), "{value}");
            }
        }
    }
}
