//! What joins a name and its value.

use std::ops::Range;

use super::place::{Operator, blanks};
use super::{Op, elsewhere, label};

/// A name, and what follows it.
struct Here<'a> {
    bytes: &'a [u8],
    name: &'a Range<usize>,
    /// Nothing behind it is looked at.
    end: usize,
    /// What stands behind the name, what closes it, and blanks.
    rest: &'a [u8],
    /// The name is in quotes.
    quoted: bool,
    /// Blanks stand behind it.
    spaced: bool,
}

impl Here<'_> {
    /// The name is a parameter of an address.
    fn in_address(&self) -> bool {
        matches!(before(self.bytes, self.name.start), b'?' | b'&')
    }

    fn is_flag(&self) -> bool {
        self.bytes[self.name.start] == b'-'
    }

    /// A call's bracket is tight, or a literal follows it.
    fn is_call(&self) -> bool {
        !self.spaced || is_quote(self.rest.get(1))
    }

    /// A literal follows a password's name.
    fn is_password(&self) -> bool {
        let name = &self.bytes[self.name.clone()];
        self.spaced && !self.quoted && is_quote(self.rest.first()) && is_password(name)
    }
}

/// A way of joining a name and its value: the signs between them, where the value starts when it
/// is this way (given the place behind the signs), what the operator is called, `None` where the name is
/// given nothing, and an example.
type Way = (
    &'static str,
    fn(&Here<'_>, usize) -> Option<usize>,
    Option<Op>,
    &'static str,
);

/// The signs alone make it this way.
fn always(_: &Here<'_>, at: usize) -> Option<usize> {
    Some(at)
}

/// An attribute that gives the value of what another attribute names.
fn attribute(here: &Here<'_>, at: usize) -> Option<usize> {
    (here.spaced && here.quoted).then_some(at)
}

/// The name is that of a pair, whose value follows.
fn paired(here: &Here<'_>, at: usize) -> Option<usize> {
    elsewhere::value_below(here.bytes, here.name, at, here.end)
}

/// Erlang's tuple of a name and a value, a literal.
fn in_tuple(here: &Here<'_>, at: usize) -> Option<usize> {
    let tuple = !here.quoted && before(here.bytes, here.name.start) == b'{';
    (tuple && quote_at(here, at)).then_some(at)
}

/// A literal behind a mere blank.
fn labelled(here: &Here<'_>, at: usize) -> Option<usize> {
    (here.spaced && !here.quoted && !here.is_flag()).then_some(at - 1)
}

/// The name is a tag's, and attributes follow it.
fn in_tag(here: &Here<'_>, at: usize) -> Option<usize> {
    let tag = here.spaced && before(here.bytes, here.name.start) == b'<';
    tag.then(|| elsewhere::tag_end(here.bytes, at, here.end))
        .flatten()
}

/// A literal begins at `at` or behind blanks, perhaps with a letter before its quote.
fn quote_at(here: &Here<'_>, at: usize) -> bool {
    let at = blanks(here.bytes, at, here.end);
    let rest = &here.bytes[at..here.end];
    is_quote(rest.first()) || matches!(rest, [b'N' | b'@' | b'r', b'"' | b'\'', ..])
}

/// `'--token', …, default='maple'`: the default of an option of a program, behind its other arguments.
fn option_default(here: &Here<'_>, at: usize) -> Option<usize> {
    if !here.quoted || !here.is_flag() {
        return None;
    }
    elsewhere::default_argument(here.bytes, at, here.end)
}

/// `strcpy(token, "maple")`: what a program of C copies into a field.
fn copied(here: &Here<'_>, at: usize) -> Option<usize> {
    const LONGEST: usize = 48;
    let before = &here.bytes[here.name.start.saturating_sub(LONGEST)..here.name.start];
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_.->&*[]() ".contains(b);
    let call = before.len() - before.iter().rev().take_while(|b| part(b)).count();
    let call = memchr::memmem::rfind(&before[call..], b"cpy(").is_some();
    (call && !here.quoted && quote_at(here, at)).then_some(at)
}

/// Types of text that stand between a name and its equals sign, in small letters.
const TYPES: &[&[u8]] = &[
    b"string",
    b"str",
    b"text",
    b"[]byte",
    b"char",
    b"varchar",
    b"nvarchar",
    b"nchar",
    b"varchar2",
    b"object",
    b"variant",
    b"securestring",
    b"*string",
];

/// `var name string = 'v'`, `Dim name As String = "v"`, `DECLARE @name varchar(64) = 'v'`: a type between
/// a name and its equals sign, and a literal behind that.
fn typed(here: &Here<'_>, at: usize) -> Option<usize> {
    let first = *here.bytes.get(at)?;
    if !here.spaced || here.quoted || !(first.is_ascii_alphabetic() || matches!(first, b'[' | b'*'))
    {
        return None;
    }
    let as_type = here.rest.len() > 3 && here.rest[..3].eq_ignore_ascii_case(b"as ");
    let at = at + if as_type { 3 } else { 0 };
    let rest = here.bytes.get(at..here.end)?;
    let part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'[' | b']' | b'*' | b'.');
    let len = rest.iter().take(24).take_while(part).count();
    let word = rest[..len].to_ascii_lowercase();
    if !TYPES.contains(&word.as_slice()) {
        return None;
    }
    let mut next = at + len;
    if here.bytes.get(next) == Some(&b'(') {
        let size = here.bytes[next..here.end].iter().take(8);
        next += size.take_while(|b| **b != b')').count() + 1;
    }
    let next = blanks(here.bytes, next, here.end);
    let signs = here.bytes.get(next..here.end)?;
    let sign = match signs {
        [b':', b'=', ..] => 2,
        [b'=', b'=' | b'~' | b'>', ..] => return None,
        [b'=', ..] => 1,
        _ => return None,
    };
    quote_at(here, next + sign).then_some(next + sign)
}

/// The first way that fits is taken. Ways without signs stand last.
#[rustfmt::skip]
const WAYS: &[Way] = &[
    ("===", always, Some(Op::Compare), "token === 'maple'"),
    ("==", always, Some(Op::Compare), "token == 'maple'"),
    ("=>", always, Some(Op::Arrow), "token => 'maple'"),
    ("=~", always, None, "token =~ maple"),
    ("=\\\"", |_, at| Some(at - 2), Some(Op::Equals), r#"?token=\"maple\""#),
    ("=\"", |_, at| Some(at - 1), Some(Op::Equals), r#"?token="maple""#),
    ("=", |h, at| h.in_address().then_some(at), Some(Op::Url), "?token=maple"),
    ("=", |h, at| h.is_flag().then_some(at), Some(Op::Flag), "--token=maple"),
    ("=", always, Some(Op::Equals), "token = maple"),
    ("!==", always, Some(Op::Compare), "token !== 'maple'"),
    ("!=", always, Some(Op::Compare), "token != 'maple'"),
    ("->", always, Some(Op::Arrow), "token -> 'maple'"),
    ("+=", always, Some(Op::Equals), "token += 'maple'"),
    ("||=", always, Some(Op::Equals), "token ||= 'maple'"),
    ("??=", always, Some(Op::Equals), "token ??= 'maple'"),
    ("?=", always, Some(Op::Equals), "token ?= maple"),
    (".=", always, Some(Op::Equals), "token .= 'maple'"),
    ("<-", |h, at| quote_at(h, at).then_some(at), Some(Op::Equals), "token <- 'maple'"),
    ("?:", always, Some(Op::Equals), "token ?: 'maple'"),
    (":=", always, Some(Op::Equals), "token := 'maple'"),
    (":::=", always, Some(Op::Equals), "token :::= 'maple'"),
    ("::=", always, Some(Op::Equals), "token ::= maple"),
    ("::", always, None, "token::maple"),
    (":-", |h, at| (before(h.bytes, h.name.start) == b'{').then_some(at), Some(Op::Equals), "${token:-maple}"),
    (":", |h, at| annotated(h.bytes, at, h.end), Some(Op::Equals), "token: String = 'maple'"),
    (":", always, Some(Op::Colon), "token: maple"),
    ("：", always, Some(Op::Colon), "token：maple"),
    (",", paired, Some(Op::NameValue), "{name: 'token', value: 'maple'}"),
    ("\n", paired, Some(Op::NameValue), "- name: token\n  value: maple"),
    ("\r", paired, Some(Op::NameValue), "- name: token\r\n  value: maple"),
    (",", option_default, Some(Op::NameValue), "option('--token', help='x', default='maple')"),
    (",", |h, at| h.quoted.then_some(at), Some(Op::Pair), "'token', 'maple'"),
    (",", copied, Some(Op::Equals), "strcpy(token, \"maple\")"),
    (",", in_tuple, Some(Op::Arrow), "{token, \"maple\"}"),
    ("{", |h, at| elsewhere::default_in_block(h.bytes, h.name, at, h.end), Some(Op::NameValue), "variable \"token\" {\n  default = \"maple\"\n}"),
    ("(", |h, at| h.is_call().then_some(at), Some(Op::Call), "token('maple')"),
    (">", |h, at| xml(h.bytes, h.name.start).then_some(at), Some(Op::Xml), "<token>maple</token>"),
    (">", |h, at| elsewhere::text_of_named(h.bytes, h.name, at, h.end), Some(Op::NameValue), "<add name=\"token\">maple</add>"),
    (">", |h, at| h.quoted.then_some(at), None, "'token'>maple"),
    ("</", |h, at| elsewhere::sibling(h.bytes, at - 2, h.end), Some(Op::NameValue), "<key>token</key> <string>maple</string>"),
    ("", in_tag, Some(Op::Xml), "<token kind=\"x\">maple</token>"),
    ("", |h, at| (h.spaced && h.is_flag()).then_some(at), Some(Op::Flag), "--token maple"),
    ("", |h, at| h.is_password().then_some(at), Some(Op::SqlBy), "PASSWORD 'maple'"),
    ("value=", attribute, Some(Op::NameValue), "name='token' value='maple'"),
    ("Value=", attribute, Some(Op::NameValue), "Name='token' Value='maple'"),
    ("connectionString=", attribute, Some(Op::NameValue), "name='token' connectionString='maple'"),
    ("content=", attribute, Some(Op::NameValue), "name='token' content='maple'"),
    ("default=", attribute, Some(Op::NameValue), "name='token' default='maple'"),
    ("", attribute, None, "'token' maple"),
    ("", typed, Some(Op::Equals), "var token string = 'maple'"),
    ("", |h, at| (h.spaced && by_blank(h.bytes, h.name)).then_some(at), Some(Op::Blank), "ENV token maple"),
    ("'", labelled, Some(Op::Label), "token 'maple'"),
    ("\"", labelled, Some(Op::Label), "token \"maple\""),
    ("`", labelled, Some(Op::Label), "token `maple`"),
    ("- ", |h, at| (h.spaced && !h.is_flag()).then_some(at - 1), Some(Op::Label), "token - maple"),
    ("is ", |h, at| h.spaced.then(|| label::said(h.bytes, at, h.end)).flatten(), Some(Op::Label), "the token is maple"),
    ("is: ", |h, at| h.spaced.then_some(at), Some(Op::Label), "the token is: maple"),
    ("|", |h, at| label::in_cell(h.bytes, h.name).then_some(at), Some(Op::Label), "| token | maple |"),
];

/// Reads the operator that follows the name, or `None` when the name is given nothing.
pub(super) fn after(bytes: &[u8], name: &Range<usize>, end: usize) -> Option<Operator> {
    let (_, op, at) = way(bytes, name, end)?;
    Some(Operator { op: op?, at })
}

/// The way that joins the name to what follows it, as a row of [`WAYS`], and where the value starts.
fn way(bytes: &[u8], name: &Range<usize>, end: usize) -> Option<(usize, Option<Op>, usize)> {
    let (tight, quoted) = closed(bytes, name, end);
    let at = blanks(bytes, tight, end);
    let here = Here {
        bytes,
        name,
        end,
        rest: &bytes[at..end],
        quoted,
        spaced: at > tight,
    };
    let mut rows = ROWS[usize::from(*here.rest.first()?)];
    // The rows of this byte, in their order.
    while rows != 0 {
        let row = rows.trailing_zeros() as usize;
        rows &= rows - 1;
        let (signs, start, op, _) = &WAYS[row];
        if begins(here.rest, signs.as_bytes())
            && let Some(at) = start(&here, at + signs.len())
        {
            return Some((row, *op, at));
        }
    }
    None
}

/// By the first byte of what follows a name, as bits: the rows of [`WAYS`] whose signs begin with it or
/// that have none. The operator is asked for at every name before every value, and most bytes join nothing.
static ROWS: [u64; 256] = {
    assert!(WAYS.len() <= 64, "a row is a bit");
    let mut rows = [0; 256];
    let mut row = 0;
    while row < WAYS.len() {
        let signs = WAYS[row].0.as_bytes();
        let mut byte = 0;
        while byte < 256 {
            if signs.is_empty() || signs[0] as usize == byte {
                rows[byte] |= 1 << row;
            }
            byte += 1;
        }
        row += 1;
    }
    rows
};

/// Whether a text begins with a short word. A loop is faster here than the call of a comparison.
fn begins(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && word.iter().zip(text).all(|(a, b)| a == b)
}

/// Past what closes a name: quotes, brackets, the size of an array; and whether a quote did.
fn closed(bytes: &[u8], name: &Range<usize>, end: usize) -> (usize, bool) {
    let mut at = name.end;
    let mut quoted = false;
    // A quote of a text inside three others has seven backslashes before it.
    for _ in 0..8 {
        if at >= end {
            break;
        }
        at += match bytes[at] {
            b'"' | b'\'' | b'`' => {
                quoted = true;
                1
            }
            b'\\' | b']' | b'?' | b'*' | b'}' => 1,
            b')' if quoted || before(bytes, name.start) == b'(' => 1,
            b'&' => match super::markup::entity(&bytes[at..end]) {
                Some((entity, _)) => {
                    quoted = true;
                    entity.len()
                }
                None => break,
            },
            // The size of an array.
            b'[' => match size(&bytes[at..end]) {
                Some(len) => len,
                None => break,
            },
            _ => break,
        };
    }
    (at, quoted)
}

/// Names whose value may follow in quotes after a mere blank. `pass` is a verb too.
fn is_password(name: &[u8]) -> bool {
    ["password", "passwd", "pwd", "passphrase"]
        .iter()
        .any(|w| name.eq_ignore_ascii_case(w.as_bytes()))
}

fn is_quote(b: Option<&u8>) -> bool {
    matches!(b, Some(b'"' | b'\'' | b'`'))
}

fn before(bytes: &[u8], at: usize) -> u8 {
    if at == 0 { b'\n' } else { bytes[at - 1] }
}

/// `name: Type = value`: where the value starts.
fn annotated(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let start = blanks(bytes, at, end);
    let stop = end.min(start + 48);
    let mut i = start;
    let mut sized = false;
    while i < stop
        && (bytes[i].is_ascii_alphanumeric()
            || bytes[i] == b';' && sized
            || matches!(
                bytes[i],
                b'_' | b'.' | b'[' | b']' | b'<' | b'>' | b'&' | b'\'' | b'|' | b'?' | b' ' | b':'
            ))
    {
        // `[u8; 16]`: only there does a semicolon belong to the type.
        sized = bytes[i] == b'[' || sized && !matches!(bytes[i], b']' | b';');
        i += 1;
    }
    let typed = i > start
        && (bytes[start].is_ascii_alphabetic() || matches!(bytes[start], b'&' | b'['))
        && bytes[i - 1] == b' '
        && i + 1 < end
        && bytes[i] == b'='
        && !matches!(bytes[i + 1], b'=' | b'>');
    typed.then_some(i + 1)
}

/// The name is an opening tag's: `<name>` or `<ns:name>`, or the end of its attributes.
fn xml(bytes: &[u8], at: usize) -> bool {
    let floor = at.saturating_sub(40);
    let mut i = at;
    while i > floor
        && (bytes[i - 1].is_ascii_alphanumeric() || matches!(bytes[i - 1], b':' | b'_' | b'-'))
    {
        i -= 1;
    }
    if i == 0 || bytes[i - 1] != b'<' {
        return false;
    }
    // `(?P<name>…)` is a group, and `user:<name>@host` a gap to fill.
    let before = i.checked_sub(2).map_or(b'\n', |at| bytes[at]);
    let group = bytes[..i - 1].ends_with(b"(?P") || bytes[..i - 1].ends_with(b"(?");
    !group && !matches!(before, b':' | b'/' | b'=' | b'@')
}

/// The length of `[]` or `[16]`, as C has it between name and equals sign.
fn size(rest: &[u8]) -> Option<usize> {
    let inside = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let len = rest.iter().skip(1).take(24).take_while(inside).count();
    let tail = rest.get(len + 1..)?.strip_prefix(b"]")?;
    tail.trim_ascii_start().starts_with(b"=").then_some(len + 2)
}

/// Names that are given their value after mere blanks: Dockerfile `ENV`, netrc, redis, csh.
fn by_blank(bytes: &[u8], name: &Range<usize>) -> bool {
    let key = &bytes[name.clone()];
    if key == b"PASSWORD" && {
        let at = name.start.saturating_sub(6);
        bytes[at..name.start].eq_ignore_ascii_case(b"LOGIN ")
            || bytes[at..name.start].eq_ignore_ascii_case(b" WITH ")
    } {
        return true;
    }
    if key.eq_ignore_ascii_case(b"requirepass") || key.eq_ignore_ascii_case(b"masterauth") {
        return true;
    }
    let floor = name.start.saturating_sub(100);
    let line = bytes[floor..name.start]
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(floor, |p| floor + p + 1);
    let head = bytes[line..name.start].trim_ascii();
    // What stands before a name that is given its value behind a blank.
    const HEADS: &[&[u8]] = &[
        b"env",
        b"arg",
        b"setenv",
        b"setx",
        b"#define",
        b"# define",
        b"option",
        b"(setq",
        b"(def",
        b"(define",
        b"(defvar",
        b"(defconst",
        b"(defparameter",
    ];
    // A setting of Gradle's, a keyword of Clojure's.
    let first = head.is_empty() || head.ends_with(b":");
    HEADS.iter().any(|known| head.eq_ignore_ascii_case(known))
        || first && ends_in_password(key) && literal_behind(bytes, name.end)
        || (key == b"password" && (head.starts_with(b"machine ") || head.starts_with(b"login ")))
}

fn ends_in_password(key: &[u8]) -> bool {
    let end = &key[key.len() - key.len().min(8)..];
    end.eq_ignore_ascii_case(b"password")
}

/// Blanks and a literal stand at `at`.
fn literal_behind(bytes: &[u8], at: usize) -> bool {
    let next = blanks(bytes, at, bytes.len());
    next > at && is_quote(bytes.get(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_is_read_in_its_example() {
        for (row, (_, _, op, text)) in WAYS.iter().enumerate() {
            let bytes = text.as_bytes();
            let word = match text.to_lowercase().find("token") {
                Some(at) => at..at + 5,
                None => 0..8,
            };
            let name = crate::detect::assign::key::around(bytes, word);
            let (found, ..) = way(bytes, &name, bytes.len()).expect("a way");
            assert_eq!(found, row, "{text}");
            let operator = after(bytes, &name, bytes.len());
            assert_eq!(operator.as_ref().map(|operator| operator.op), *op, "{text}");
            let behind = |operator: &Operator| text[operator.at..].contains("maple");
            assert!(operator.as_ref().is_none_or(behind), "{text}");
        }
    }
}
