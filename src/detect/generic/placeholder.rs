//! Values that stand in for a secret: fillers, masks, weak samples, and references to a secret
//! that is kept elsewhere.

use crate::detect::assign::slot;

use super::value::has;
use super::value_words::{FILLERS, WEAK};

/// From so many bytes on a value is looked at once before it is looked at closely.
const LONG: usize = 64;

/// The reason given for a reference.
pub(super) const REFERENCE: &str = "a reference, not a value";

/// A template, an environment variable, an encrypted form, a path into a secret manager.
pub(super) fn reference(value: &[u8]) -> bool {
    let first = value.first().copied().unwrap_or(0);
    // One look at most values says that none of the marks below stands in them.
    let marked = value.iter().any(|b| MARK[usize::from(*b)]);
    let wrapped = marked && is_wrapped(value);
    let named = |v: &[u8]| {
        !v.is_empty()
            && v.iter().all(|b| {
                b.is_ascii_alphanumeric()
                    || matches!(b, b'_' | b'.' | b':' | b'-' | b'>' | b'[' | b']' | b'\'')
            })
    };
    let variable = first == b'$'
        && value.len() > 2
        && named(&value[1..])
        && (value[1].is_ascii_alphabetic() || value[1] == b'_')
        && !value[1..].iter().any(u8::is_ascii_digit)
        || first == b'$'
            && value.len() > 2
            && value[1..]
                .iter()
                .all(|b| b.is_ascii_uppercase() || matches!(b, b'_' | b'0'..=b'9'))
        || first == b'%'
            && value.len() > 2
            && value.ends_with(b"%")
            && named(&value[1..value.len() - 1])
        || first == b'{' && value.ends_with(b"}") && named(&value[1..value.len() - 1])
        || first == b'<' && value.ends_with(b">")
        // `<Your`: a gap to fill, cut at its first blank.
        || first == b'<'
            && value.len() > 3
            && value[1..].iter().all(|b| b.is_ascii_alphabetic() || *b == b'-')
        || matches!(first, b'@' | b'`')
            && value.len() > 2
            && value.last() == Some(&first)
            && named(&value[1..value.len() - 1])
        || value.len() > 4
            && [&b"__"[..], b"@@", b"##", b"%%"]
                .iter()
                .any(|mark| value.starts_with(mark) && value.ends_with(mark));
    let elsewhere = [
        &b"ENC["[..],
        b"ENC(",
        b"{cipher}",
        b"$ANSIBLE_VAULT",
        b"!vault",
        b"!Ref",
        b"!Sub",
        b"!env",
        b"vault:",
        b"op://",
        b"secretsmanager:",
        b"arn:aws:",
        b"ssm:",
        b"env:",
        b"$env:",
        b"!secret",
        b"file://",
        b"keyring:",
    ]
    .iter()
    .any(|p| value.starts_with(p));
    wrapped || variable || elsewhere
}

/// The marks of templates and patterns, anywhere in the value.
fn is_wrapped(value: &[u8]) -> bool {
    has(value, b"${")
        || has(value, b"{{")
        || has(value, b"<%")
        || has(value, b"#{")
        || has(value, b"$(")
        || has(value, b"%(")
        || has(value, b"$RANDOM")
        || has(value, b"%RANDOM%")
        || has(value, b"{0}")
        || has(value, b"@{")
        || has(value, b"[[")
        || has(value, b"{}")
        || has(value, b"{:")
        || value.len() < 24 && has_verb(value)
        || has_slot(value)
        || has_variable(value)
        || has_field(value)
        || is_regex(value)
}

/// The first bytes of all that [`is_wrapped`] looks for.
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

/// The readable text that a value holds in base64, when it is nothing else.
fn encoded(value: &[u8]) -> Option<Vec<u8>> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    if value.len() < 8 {
        return None;
    }
    // What was cut short may end in the middle of a byte.
    let whole = value.len() / 4 * 4;
    let text = STANDARD.decode(value.get(..whole)?).ok()?;
    text.iter()
        .all(|b| matches!(b, b' '..=b'~' | b'\n' | b'\r'))
        .then(|| text.trim_ascii().to_vec())
}

/// The longest run of one repeated character, and of characters that follow each other; in a long
/// value without enough of such pairs for a run of more than `limit`, one of each.
fn runs(value: &[u8], limit: usize) -> (usize, usize) {
    if value.len() >= LONG {
        let pairs = || value.iter().zip(&value[1..]);
        let next = |a: u8, b: u8| b == a.wrapping_add(1) || a == b'9' && b == b'0';
        let same: usize = pairs().map(|(a, b)| usize::from(a == b)).sum();
        let step: usize = pairs().map(|(a, b)| usize::from(next(*a, *b))).sum();
        if same < limit && step < limit {
            return (1, 1);
        }
    }
    let (mut same, mut step, mut best_same, mut best_step) = (1, 1, 1, 1);
    for pair in value.windows(2) {
        same = if pair[0] == pair[1] { same + 1 } else { 1 };
        step = if pair[1] == pair[0].wrapping_add(1) && pair[1].is_ascii_alphanumeric()
            || pair == b"90"
        {
            step + 1
        } else {
            1
        };
        best_same = best_same.max(same);
        best_step = best_step.max(step);
    }
    (best_same, best_step)
}

/// `a0a1a2a3a4a5a6a7`: hexadecimal of bytes that repeat or follow each other.
fn counts_up(value: &[u8]) -> bool {
    let digit = |b: u8| char::from(b).to_digit(16);
    if value.len() < 16 || !value.len().is_multiple_of(2) {
        return false;
    }
    let bytes: Option<Vec<u32>> = value
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? * 16 + digit(pair[1])?))
        .collect();
    bytes.is_some_and(|bytes| {
        let steps = bytes
            .windows(2)
            .filter(|w| w[1] == w[0] || w[1] == w[0] + 1);
        steps.count() * 3 >= (bytes.len() - 1) * 2
    })
}

/// Why a value stands in for a secret, given the name it is assigned to (may be empty).
pub(super) fn why(value: &[u8], key: &[u8]) -> Option<&'static str> {
    if value.is_empty() {
        return Some("an empty value");
    }
    if reference(value) {
        return Some(REFERENCE);
    }
    let lower = value.to_ascii_lowercase();
    let text = lower.as_slice();
    if WEAK.iter().any(|w| text == w.as_bytes()) {
        return Some("a weak sample value");
    }
    if first_is_mask(text) {
        return Some("a mask, not a value");
    }
    let cut = text.len() < 32 && has(text, b"...") && text.iter().all(|b| b.is_ascii_graphic());
    if cut || text.ends_with(b"...") || text.ends_with("…".as_bytes()) || text.ends_with(b".xxx")
    {
        return Some("cut short with dots");
    }
    // Base64 hides nothing. Only under a name: a provider's value is not read as text.
    if !key.is_empty()
        && let Some(text) = encoded(value)
    {
        if text.starts_with(b"{\"") && !text.contains(&b'}') {
            return Some("the head of a token");
        }
        if let Some(why) = why(&text, b"") {
            return Some(why);
        }
    }
    // A filler word decides as far as the rest of the value is short: random text may contain
    // any of them by chance.
    for filler in FILLERS {
        if value.len() <= 8 * filler.len() + 8 && has(text, filler.as_bytes()) {
            return Some("a filler word");
        }
    }
    // Length-aware: four, or the bit length of the length.
    let limit = 4.max(usize::BITS as usize - value.len().leading_zeros() as usize);
    let (same, step) = runs(text, limit);
    if same > limit || same * 2 >= value.len() && value.len() >= 4 {
        return Some("repeated characters");
    }
    if step > limit || step * 3 >= value.len() * 2 && value.len() >= 4 {
        return Some("consecutive characters");
    }
    if counts_up(value) {
        return Some("bytes that count up");
    }
    let squeeze = |v: &[u8]| -> Vec<u8> {
        v.iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(u8::to_ascii_lowercase)
            .collect()
    };
    let b = squeeze(key);
    let mut letters = value.iter().filter(|b| b.is_ascii_alphanumeric());
    if letters.nth(22.max(b.len() + 16)).is_some() {
        // Longer than anything that is asked below.
        return None;
    }
    let a = squeeze(value);
    if a.len() >= 4
        && (a == b || b.ends_with(&a) || (b.len() >= 4 && a.len() <= b.len() + 16 && has(&a, &b)))
    {
        return Some("the value repeats the name");
    }
    if [
        "password",
        "passwd",
        "secret",
        "token",
        "apikey",
        "accesskey",
        "privatekey",
    ]
    .iter()
    .any(|w| a.len() <= w.len() + 12 && has(&a, w.as_bytes()))
    {
        return Some("the value is made of the words for it");
    }
    None
}

fn first_is_mask(text: &[u8]) -> bool {
    let masks = text
        .iter()
        .filter(|b| matches!(b, b'*' | b'x' | b'.' | b'#' | b'-' | b'?' | b'_'))
        .count();
    text.len() >= 3 && masks == text.len() || masks * 3 >= text.len() * 2 && text.len() >= 5
}

/// True when a value is evidently a placeholder, a reference or a sample.
pub fn is_placeholder(value: &[u8]) -> bool {
    why(value, b"").is_some()
}
