//! Features of an assignment and the probability they add up to.

use super::key::{Name, Says};
use super::value::{Form, Shape};
pub(super) use super::weights::Feature;
use super::weights::{BIAS, PAIRS};
use crate::detect::assign::{Assignment, Op, QUOTES};

/// The features of an assignment.
pub(super) fn features(a: &Assignment<'_>, bytes: &[u8], name: &Name, form: &Form) -> Vec<Feature> {
    use Feature::*;
    let mut out = Vec::with_capacity(24);
    let mut add = |when: bool, f: Feature| {
        if when {
            out.push(f);
        }
    };
    let password = name.says == Says::Password;
    let telling = matches!(name.says, Says::Secret | Says::AccessKey | Says::Token);
    let weak = !password && !telling;
    add(
        true,
        match name.says {
            Says::Password => KeyPassword,
            Says::Secret => KeySecret,
            Says::Token => KeyToken,
            Says::AccessKey => KeyAccess,
            Says::Credential => KeyCredential,
            Says::Auth => KeyAuth,
            Says::Key | Says::Nothing => KeyPlain,
        },
    );
    add(name.denied, KeyDenied);
    add(name.denied && name.last, KeyDeniedAny);
    add(name.denied && form.random, DeniedRandom);
    add(!name.last, KeyNotLast);
    add(name.constant, KeyConstant);
    add(name.dotted, KeyDotted);
    add(name.action, KeyAction);
    let quoted = a.quote.is_some() || form.shape == Shape::Bytes;
    let (code, line_end) = surroundings(a, bytes);
    add(!quoted && code == Place::Env, BareEnv);
    add(!quoted && code == Place::Yaml, BareYaml);
    add(!quoted && code == Place::Inline, BareInline);
    add(!quoted && code == Place::Shell, BareShell);
    let text = !quoted && code == Place::Text;
    add(text, InText);
    add(text && line_end == End::Semicolon, TextSemicolon);
    let bare = !quoted && !text;
    add(bare && line_end == End::Semicolon, BareSemicolon);
    add(bare && line_end == End::Comma, BareComma);
    add(bare && line_end == End::More, BareMore);
    add(bare && line_end == End::Bracket, BareBracket);
    let value = &bytes[a.value.clone()];
    add(
        bare && value
            .iter()
            .any(|b| matches!(b, b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'|')),
        BareExpression,
    );
    add(quoted && line_end == End::More, QuotedMore);
    add(quoted && line_end == End::Glued, QuotedGlued);
    add(quoted && password, PasswordQuoted);
    add(quoted && weak, WeakQuoted);
    add(
        true,
        match a.op {
            Op::Equals => OpEquals,
            Op::Colon => OpColon,
            Op::Arrow => OpArrow,
            Op::Compare => OpCompare,
            Op::Call => OpCall,
            Op::Pair => OpPair,
            Op::Flag => OpFlag,
            Op::Xml => OpXml,
            Op::NameValue => OpNameValue,
            Op::Header => OpHeader,
            Op::Url => OpUrl,
            Op::SqlBy => OpSql,
            Op::Blank => OpBlank,
        },
    );
    add(a.op == Op::Pair && in_list(a, bytes), PairList);
    add(name.verb, KeyVerb);
    add(name.verb && a.op == Op::Call, VerbCall);
    add(
        bare && form.shape == Shape::Number && line_end != End::Line,
        NumberInCode,
    );
    add(
        a.op == Op::Flag
            && !quoted
            && form.digits == 0
            && form.shape == Shape::Word
            && bytes.get(a.value.start.wrapping_sub(1)) != Some(&b'='),
        FlagWord,
    );
    add(a.fallback, Fallback);
    add(a.wrapped, Wrapped);
    add(
        true,
        match form.shape {
            Shape::Language => ShapeLanguage,
            Shape::Template => ShapeTemplate,
            Shape::Url => ShapeUrl,
            Shape::Path => ShapePath,
            Shape::Call => ShapeCall,
            Shape::Operator => ShapeOperator,
            Shape::Uuid => ShapeUuid,
            Shape::Number => ShapeNumber,
            Shape::Bytes => ShapeBytes,
            Shape::Hash => ShapeHash,
            Shape::HexDigest => ShapeHex,
            Shape::Phrase => ShapePhrase,
            Shape::Foreign => ShapeForeign,
            Shape::Dotted => ShapeDotted,
            Shape::Word => ShapeWord,
            Shape::Constant => ShapeConstant,
            Shape::Camel => ShapeCamel,
            Shape::Joined => ShapeJoined,
            Shape::Email => ShapeEmail,
            Shape::Mixed => ShapeMixed,
            Shape::Symbols => ShapeSymbols,
        },
    );
    let name_like = matches!(
        form.shape,
        Shape::Word | Shape::Constant | Shape::Camel | Shape::Joined | Shape::Dotted
    );
    add(name_like && !quoted, BareName);
    add(name_like && weak, WeakName);
    add(name_like && telling, TellingName);
    add(name_like && quoted && password, PasswordName);
    add(form.shape == Shape::Mixed && password, PasswordMixed);
    add(form.shape == Shape::Mixed && weak, WeakMixed);
    add(form.shape == Shape::Number && weak, WeakNumber);
    add(form.random && telling, TellingRandom);
    add(form.random && weak, WeakRandom);
    add(form.random && password, PasswordRandom);
    add(
        true,
        match form.len {
            0..=4 => Len4,
            5..=7 => Len7,
            8..=11 => Len11,
            12..=19 => Len19,
            20..=31 => Len31,
            32..=64 => Len64,
            _ => LenMore,
        },
    );
    add(form.len < 12 && telling, TellingShort);
    add(form.len < 12 && weak, WeakShort);
    add(form.digits > 0, Digit);
    add(
        form.digits > 0 && form.upper > 0 && form.lower > 0,
        ThreeClasses,
    );
    add(form.changes >= 4, ManyChanges);
    add(form.symbols > 0 && form.shape == Shape::Mixed, MixedSymbol);
    // Letter pairs as identifiers have them. Weaker under password names, where words are what
    // people choose.
    if !password {
        add(form.wordlike > -2.6, Wordlike);
        add(form.wordlike < -3.2, Unwordlike);
        add(form.wordlike < -3.8, VeryUnwordlike);
    }
    out
}

/// The kind of line a bare value stands on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `NAME=value` from the start of the line.
    Env,
    /// `name: value` from the start of the line.
    Yaml,
    /// `NAME=value` as a word of a command line.
    Shell,
    /// Inside a quoted text, as in connection strings.
    Text,
    /// In the middle of a line.
    Inline,
    Other,
}

/// What follows a value on its line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Line,
    Semicolon,
    Comma,
    Bracket,
    More,
    /// A literal joined to something else (`"…" + x`, `"…".format`).
    Glued,
}

fn surroundings(a: &Assignment<'_>, bytes: &[u8]) -> (Place, End) {
    let floor = a.key_at.saturating_sub(120);
    let key_at = a.key_at.min(bytes.len());
    let line = bytes[floor..key_at]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(floor, |p| floor + p + 1);
    let head = bytes[line..key_at].trim_ascii();
    let plain = head.is_empty()
        || head == b"#"
        || head == b"export"
        || head == b"-"
        || head == b"set"
        || head == b"ENV"
        || head == b"ARG"
        || head == b"$"
        || head == b"//"
        || head == b"*";
    let glue_before = bytes
        .get(a.value.start.wrapping_sub(1))
        .copied()
        .unwrap_or(0);
    let place = match a.op {
        Op::Equals if plain && glue_before == b'=' => Place::Env,
        Op::Colon if plain => Place::Yaml,
        Op::NameValue => Place::Yaml,
        _ if open_quote(&bytes[line..key_at]) => Place::Text,
        Op::Equals | Op::Flag if glue_before == b'=' && shell_word(head) => Place::Shell,
        Op::Flag => Place::Shell,
        _ if !head.is_empty() => Place::Inline,
        _ => Place::Other,
    };
    let mut at = a.value.end;
    if a.quote.is_some() {
        // Past the closing quote and what escapes it.
        while at < bytes.len()
            && at < a.value.end + 6
            && matches!(bytes[at], b'"' | b'\'' | b'`' | b'\\')
        {
            at += 1;
        }
        let entity = QUOTES
            .iter()
            .find(|(entity, _)| bytes[at.min(bytes.len())..].starts_with(entity));
        at += entity.map_or(0, |(entity, _)| entity.len());
    }
    let near = &bytes[at.min(bytes.len())..bytes.len().min(at + 64)];
    let rest = &bytes[at.min(bytes.len())..bytes.len().min(at + 64)];
    let rest = &rest[..rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len())];
    let tail = rest.trim_ascii();
    let end = match tail.first() {
        None | Some(b'#') => End::Line,
        Some(b'/') if tail.starts_with(b"//") => End::Line,
        Some(b';') => End::Semicolon,
        Some(b',') => End::Comma,
        Some(b')' | b'}' | b']' | b'(' | b'[' | b'{') => End::Bracket,
        Some(b'+' | b'.') if a.quote.is_some() && next_literal(near) => End::Line,
        Some(b'+' | b'.' | b'%') if a.quote.is_some() => End::Glued,
        Some(_) => End::More,
    };
    (place, end)
}

/// `+` or `.` and another literal: one value in pieces, however many lines they take.
fn next_literal(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.get(1..)
        .map(<[u8]>::trim_ascii_start)
        .and_then(<[u8]>::first)
        .is_some_and(|b| matches!(b, b'"' | b'\''))
}

/// A name and the literal after it are two of a list of literals.
fn in_list(a: &Assignment<'_>, bytes: &[u8]) -> bool {
    let before = bytes[..a.key_at.min(bytes.len())]
        .iter()
        .rev()
        .take(40)
        .find(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    let after = bytes[a.value.end..]
        .iter()
        .take(40)
        .find(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'`' | b'\\'));
    matches!(before, Some(b',' | b'[' | b'{' | b'|'))
        || matches!(after, Some(b',' | b']' | b'|' | b'=' | b':'))
}

/// A double quote is open at the end of `head`.
fn open_quote(head: &[u8]) -> bool {
    head.iter().filter(|&&b| b == b'"').count() % 2 == 1
        || head.iter().filter(|&&b| b == b'\'').count() % 2 == 1
}

/// The last word of `head` introduces an environment variable.
fn shell_word(head: &[u8]) -> bool {
    let last = head
        .rsplit(|b| b.is_ascii_whitespace())
        .next()
        .unwrap_or(head);
    matches!(
        last,
        b"-e"
            | b"--env"
            | b"export"
            | b"env"
            | b"&&"
            | b";"
            | b"set"
            | b"--build-arg"
            | b"SET"
            | b"`"
    ) || memchr::memchr(b'=', last).is_some() && head.iter().all(|&b| b != b'(' && b != b',')
}

/// The logistic function of the weights' sum.
pub(super) fn probability(found: &[Feature]) -> f32 {
    let sum: f32 = BIAS + found.iter().map(|f| f.weight()).sum::<f32>();
    1.0 / (1.0 + (-sum).exp())
}

/// The features' names, the weightiest first.
pub(super) fn reasons(found: &[Feature]) -> Vec<&'static str> {
    let mut sorted = found.to_vec();
    sorted.sort_by(|a, b| b.weight().abs().total_cmp(&a.weight().abs()));
    sorted.iter().take(6).map(|f| f.name()).collect()
}

/// From so many bytes on a value's pairs are added up in whole numbers.
const LONG: usize = 128;

/// [`class`] of every byte.
const CLASS: [usize; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = class(byte as u8);
        byte += 1;
    }
    table
};

/// The class of a byte in the table of pairs: 26 letters, digits, everything else.
const fn class(b: u8) -> usize {
    match b {
        b'a'..=b'z' => (b - b'a') as usize,
        b'A'..=b'Z' => (b - b'A') as usize,
        b'0'..=b'9' => 26,
        _ => 27,
    }
}

/// The mean log-likelihood (natural logarithm) of the value's pairs of bytes.
pub(super) fn wordlike(value: &[u8]) -> f32 {
    if value.len() < 2 {
        return -2.5;
    }
    if value.len() >= LONG {
        // Whole numbers do not wait for each other.
        let sum: u32 = value
            .iter()
            .zip(&value[1..])
            .map(|(a, b)| u32::from(PAIRS[CLASS[usize::from(*a)] * 28 + CLASS[usize::from(*b)]]))
            .sum();
        return -(sum as f32) / 25.0 / (value.len() - 1) as f32;
    }
    let sum: f32 = value
        .windows(2)
        .map(|w| -f32::from(PAIRS[class(w[0]) * 28 + class(w[1])]) / 25.0)
        .sum();
    sum / (value.len() - 1) as f32
}
