//! Values that refer to a secret instead of holding it: templates, variables, gaps to fill, patterns,
//! encrypted forms, paths into secret managers.
//!
//! A reference is a whole value, or a closed field of one with a plausible name in it. Two signs of a
//! template somewhere in a value are no reference: random passwords hold them by chance.

use crate::detect::assign::slot;

use super::bytes::has;
use super::words;

/// A form of a reference: its test, and a value that has it.
type Form = (fn(&[u8]) -> bool, &'static str);

/// A field that something fills in: what opens and closes it, what its inside must be, and a value
/// that has one.
type Field = (
    &'static str,
    &'static str,
    fn(&[u8]) -> Option<Inside>,
    &'static str,
);

/// What stands in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// A name of three letters or more: chance does not write that between two marks.
    Named,
    /// A letter or two, a number, a format, or nothing: a field where the rest of the value reads as
    /// text.
    Vague,
}

/// Fields that stand anywhere in a value; the first that fits at a place decides. Longer marks stand
/// before those that they begin with.
const FIELDS: &[Field] = &[
    ("${", "}", inside, "https-${HOST}"),
    ("{{", "}}", inside, "Bearer {{ token }}"),
    ("<%", "%>", inside, "a<%= name %>b"),
    ("#{", "}", inside, "a#{name}b"),
    ("$(", ")", inside, "a$(name)b"),
    ("%(", ")s", inside, "a%(name)s"),
    ("%(", ")d", inside, "a%(name)d"),
    ("@{", "}", inside, "a@{name}b"),
    ("[[", "]]", inside, "a[[name]]b"),
    ("%{", "}", inside, "a%{name}b"),
    ("%", "%", random_number, "a%RANDOM%b"),
    ("{", "}", format, "tok_{name!r}"),
];

/// Forms that stand anywhere in a value.
const WITHIN: &[Form] = &[
    (has_fields, "a{}b"),
    (|v| has(v, b"$RANDOM"), "a$RANDOMb"),
    (has_slot, "a<your-token>b"),
    (has_variable, "deploy:$DEPLOY_NAME"),
    (is_regex, "[a-f0-9]+"),
];

/// Forms of a whole value.
const WHOLE: &[Form] = &[
    (is_variable, "$deploy_name"),
    (is_capital_variable, "$DEPLOY2"),
    (|v| is_between(v, b'%', b'%', 3), "%NAME%"),
    (|v| is_between(v, b'{', b'}', 2), "{9}"),
    (|v| is_between(v, b'[', b']', 4), "[PROTECTED]"),
    (|v| is_between(v, b'(', b')', 4), "(hidden)"),
    (|v| v.starts_with(b"<") && v.ends_with(b">"), "<1>"),
    (is_cut_gap, "<Your"),
    (is_cut_field, "${name"),
    (|v| is_between(v, b'@', b'@', 3), "@name@"),
    (|v| is_between(v, b'`', b'`', 3), "`name`"),
    (
        |v| v.len() > 3 && v.starts_with(b"^") && v.ends_with(b"$"),
        "^.{8,32}$",
    ),
    (is_in_double_marks, "__TOKEN__"),
    (|v| words::KEPT_ELSEWHERE.starts(v), "vault:kv/db"),
    (is_in_store, "github-secret:corp/app#TOKEN"),
];

/// Stores of secrets on servers, as entries of the register name them.
pub(super) const STORES: [&[u8]; 4] = [
    b"github-secret",
    b"gitlab-variable",
    b"gitea-secret",
    b"k8s-secret",
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

/// `github-secret:corp/app#TOKEN`: where a token is kept on a server, as the register says it and messages repeat it.
fn is_in_store(value: &[u8]) -> bool {
    let behind = |store: &&[u8]| value.strip_prefix(*store)?.strip_prefix(b":");
    STORES.iter().find_map(behind).is_some_and(is_place)
}

/// `corp/app#TOKEN`: short names with slashes between them, and a last one behind `#`. A sentence may go on behind it.
pub(super) fn is_place(value: &[u8]) -> bool {
    let value = match value {
        [place @ .., b':' | b',' | b';'] => place,
        place => place,
    };
    let is_name = |part: &[u8]| {
        let fits = |b: &u8| b.is_ascii_alphanumeric() || b"._-".contains(b);
        (1..=64).contains(&part.len()) && part.iter().all(fits)
    };
    let Some(mark) = memchr::memchr(b'#', value) else {
        return false;
    };
    let path = value[..mark].split(|b| *b == b'/');
    path.chain([&value[mark + 1..]]).all(is_name)
}

/// The furthest that the end of a field is looked for, in bytes.
const LONGEST_FIELD: usize = 96;

/// A field with a name in it, or fields without one among text.
fn has_fields(value: &[u8]) -> bool {
    let (mut at, mut vague) = (0, false);
    let mut rest = Vec::new();
    while at < value.len() {
        let field = MARK[usize::from(value[at])]
            .then(|| field(&value[at..]))
            .flatten();
        match field {
            Some((_, Inside::Named)) => return true,
            Some((len, Inside::Vague)) => {
                vague = true;
                rest.push(b' ');
                at += len;
            }
            None => {
                rest.push(value[at]);
                at += 1;
            }
        }
    }
    vague && is_text(&rest)
}

/// The field at the start of `text`: its length in bytes, and what stands in it.
fn field(text: &[u8]) -> Option<(usize, Inside)> {
    let near = &text[..text.len().min(LONGEST_FIELD)];
    let closed = FIELDS.iter().find_map(|(open, close, test, _)| {
        let rest = near.strip_prefix(open.as_bytes())?;
        let end = memchr::memmem::find(rest, close.as_bytes())?;
        Some((open.len() + end + close.len(), test(&rest[..end])?))
    });
    closed.or_else(|| Some((verb(text)?, Inside::Vague)))
}

/// The inside of a field whose marks are two bytes long.
fn inside(text: &[u8]) -> Option<Inside> {
    let mark = |b: &u8| !b.is_ascii_alphanumeric() && *b != b'_';
    let before = text.iter().take_while(|b| mark(b)).count();
    // A sign or two may stand before the name: `.Values`, `!name`, `- name`.
    if before > 4 {
        return None;
    }
    let name = &text[before..];
    let len = name.iter().take_while(|b| !mark(b)).count();
    let name = &name[..len];
    let digits = name.iter().filter(|b| b.is_ascii_digit()).count();
    if digits == len {
        // Nothing but marks is no expression.
        return (text.is_empty() || len > 0 && len <= 2).then_some(Inside::Vague);
    }
    let starts = !name[0].is_ascii_digit();
    let letters = name.iter().take_while(|b| !b.is_ascii_digit()).count();
    match starts && digits <= 3 {
        true if len >= 3 && in_words(&name[..letters]) => Some(Inside::Named),
        true => Some(Inside::Vague),
        false => None,
    }
}

/// The inside of a field of a format string: `name`, `name:32`, `name!r`, `quote(name)`, `0`, `:08x`.
fn format(text: &[u8]) -> Option<Inside> {
    let plain = |b: &u8| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'_' | b'.' | b':' | b'-' | b'!' | b' ' | b'(' | b')' | b'[' | b']' | b'{' | b','
            )
    };
    if !text.iter().all(plain) {
        return None;
    }
    let name = text
        .iter()
        .take_while(|b| b.is_ascii_alphabetic() || **b == b'_')
        .count();
    match (name, text.get(name)) {
        (0, None | Some(b':')) => Some(Inside::Vague),
        (0, Some(_)) => {
            (text.len() <= 2 && text.iter().all(u8::is_ascii_digit)).then_some(Inside::Vague)
        }
        (4.., _) if in_words(&text[..name]) => Some(Inside::Named),
        _ => Some(Inside::Vague),
    }
}

/// Letters in the case of words: `name`, `NAME`, `userName`.
fn in_words(name: &[u8]) -> bool {
    let upper = name.iter().filter(|b| b.is_ascii_uppercase()).count();
    let lower = name.iter().filter(|b| b.is_ascii_lowercase()).count();
    let alone = |pair: &[u8]| pair[0].is_ascii_uppercase() && !pair[1].is_ascii_lowercase();
    upper == 0 || lower == 0 || upper * 3 <= lower && !name.windows(2).any(alone)
}

/// `%RANDOM%`, the number that a shell of Windows draws.
fn random_number(text: &[u8]) -> Option<Inside> {
    (text == b"RANDOM").then_some(Inside::Named)
}

/// Text around fields: words and numbers with the signs that join them.
fn is_text(text: &[u8]) -> bool {
    let operator = |b: &u8| {
        matches!(
            b,
            b' ' | b'_'
                | b'-'
                | b'.'
                | b'/'
                | b':'
                | b'='
                | b'@'
                | b','
                | b'&'
                | b'?'
                | b'+'
                | b';'
        )
    };
    text.split(operator).all(|part| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let digits = &part[letters..];
        digits.iter().all(u8::is_ascii_digit) && (digits.len() <= 2 || letters == 0)
    })
}

/// A field that the reader of values cut, at a blank or a quote: `${name`, `prefix-$(cat`, `{{`.
fn is_cut_field(value: &[u8]) -> bool {
    let open = FIELDS
        .iter()
        .map(|(open, ..)| open.as_bytes())
        .filter(|open| open.len() > 1);
    open.into_iter().any(|open| {
        let Some(at) = memchr::memmem::rfind(value, open) else {
            return false;
        };
        let rest = &value[at + open.len()..];
        let name = rest
            .iter()
            .take_while(|b| b.is_ascii_alphabetic() || **b == b'_')
            .count();
        let expression = |b: &u8| {
            b.is_ascii_alphanumeric()
                || matches!(
                    b,
                    b'_' | b'.' | b':' | b'(' | b'[' | b'-' | b' ' | b'"' | b'\'' | b'$' | b'|'
                )
        };
        at == 0 && (rest.is_empty() || rest[0] == b' ')
            || at == 0
                && name >= 4
                && in_words(&rest[..name])
                && rest.get(name).is_none_or(expression)
            || name >= 3 && in_words(&rest[..name]) && rest.iter().all(expression)
    })
}

/// The name of a variable, a member or an element, with their operators.
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
            && (name == rest.len() && capitals
                || at == 0 && plain && name >= 3 && in_words(word) && rest.get(name) == Some(&b'/'))
    })
}

/// `<your-token>` anywhere in the value.
fn has_slot(value: &[u8]) -> bool {
    memchr::memchr_iter(b'<', value).any(|at| {
        let slot = slot(&value[at..]).map(|len| &value[at + 1..at + len - 1]);
        // Chance writes no words.
        slot.is_some_and(|name| {
            name.split(|b| !b.is_ascii_alphanumeric()).all(|word| {
                let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
                in_words(&word[..letters]) && word[letters..].iter().all(u8::is_ascii_digit)
            })
        })
    })
}

/// The length of the verb of a format string at the start of `text`: `%s`, `%.*s`, `%v`, `%1$s`,
/// `%02X`. A letter behind it is part of a word (`100%sure`), and `%d` is also how addresses write
/// bytes.
fn verb(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"%")?;
    let (skipped, rest) = match rest {
        [n, b'$', rest @ ..] if n.is_ascii_digit() => (3, rest),
        [b'0', n, rest @ ..] if n.is_ascii_digit() => (3, rest),
        [b'.', b'*', rest @ ..] => (3, rest),
        _ => (1, rest),
    };
    let ends = rest.get(1).is_none_or(|b| !b.is_ascii_alphabetic());
    let is_verb = match rest.first()? {
        b's' | b'v' | b'q' | b'@' => ends,
        b'd' => rest.get(1).is_none_or(|b| !b.is_ascii_alphanumeric()),
        b'x' | b'X' | b'i' | b'u' => skipped > 1 && ends,
        _ => false,
    };
    is_verb.then_some(skipped + 1)
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
    let fields = FIELDS.iter().map(|(.., value)| *value);
    WITHIN
        .iter()
        .chain(WHOLE)
        .map(|(_, value)| *value)
        .chain(fields)
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

    #[test]
    fn every_field_is_told_by_its_own_row() {
        for (row, (open, close, _, value)) in FIELDS.iter().enumerate() {
            let at = value.find(open).expect("its mark stands in it");
            let found = FIELDS.iter().position(|(other, end, test, _)| {
                let rest = value[at..].strip_prefix(other);
                let inside = rest.and_then(|rest| Some(&rest[..rest.find(end)?]));
                inside.is_some_and(|inside| test(inside.as_bytes()).is_some())
            });
            assert_eq!(found, Some(row), "{open} {close}");
            assert!(is_reference(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_is_mostly_a_reference_is_one_and_marks_by_chance_are_none() {
        for reference in [
            "prefix-${VAR}",
            "Bearer {{token}}",
            "postgres://user:${PW}@h",
            "${VAR:-other}",
            "${{ secrets.TOKEN }}",
            "{{ lookup('env',",
            "tok_%s",
            "%s:%s@%s",
            "prefix-$(cat",
            "%02X:%02X",
            "Basic {}",
        ] {
            assert!(is_reference(reference.as_bytes()), "{reference}");
        }
        for value in [
            "k9{{tr}x${Wm]pal>",
            "p#{q}9z",
            "Zu${e]nob(dy",
            "100%sure",
            "q7[[Zr}}2%(x",
            "Kd9{}7x!Lq2m",
            "r$(8]pZ{0q!w",
        ] {
            assert!(!is_reference(value.as_bytes()), "{value}");
        }
    }
}
