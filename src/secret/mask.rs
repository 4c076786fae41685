//! What may be shown of text that came from a repository.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::needles::Needles;
use super::{Secret, Shown};

/// Stands for a value of which nothing may be shown, not even its length.
pub const REDACTED: &str = "‹redacted›";

/// Finds the byte ranges of secrets in a short text; ranges are sorted and do not overlap.
pub type Finder<'a> = dyn Fn(&[u8]) -> Vec<Range<usize>> + Sync + 'a;

/// Turns bytes from the repository into [`Shown`] text: every secret that the scan found and
/// every one the finder sees in the text itself (a token in a file name) becomes [`REDACTED`].
pub struct Masker<'a> {
    known: Option<Needles>,
    finder: &'a Finder<'a>,
    /// `--show-secrets`: the user asked for the values.
    open: bool,
    /// What short texts and paths became: one path, name or author stands beside very many findings.
    texts: Done,
    paths: Done,
}

/// Texts that were masked already.
type Done = Mutex<HashMap<Box<[u8]>, Shown>>;

/// So many texts, and bytes of each, are kept once they are masked.
const KEPT: usize = 4_096;
const KEPT_BYTES: usize = 512;

impl<'a> Masker<'a> {
    /// A masker for the secrets `known` from the scan. `open` lets everything through.
    pub fn new<'s>(
        known: impl IntoIterator<Item = &'s Secret>,
        finder: &'a Finder<'a>,
        open: bool,
    ) -> Self {
        // A value of one to three bytes occurs everywhere; masking it would hide whole reports
        // and tell the value by where the marks stand.
        let known = known.into_iter().map(Secret::expose).filter(|_| !open);
        let known = Needles::new(known);
        Masker {
            known,
            finder,
            open,
            texts: Done::default(),
            paths: Done::default(),
        }
    }

    /// Masks `text` and makes it valid UTF-8 (invalid bytes become U+FFFD).
    pub fn show(&self, text: &[u8]) -> Shown {
        once(&self.texts, text, || self.masked(text))
    }

    /// As [`show`](Self::show) for the name of a file. A plain short word in it stays even when it
    /// is somebody's password: without it nobody finds the file, and the mark would tell the word.
    pub fn show_path(&self, path: &[u8]) -> Shown {
        once(&self.paths, path, || self.masked_path(path))
    }

    /// As [`show_path`](Self::show_path), with the other bytes as they are.
    pub fn masked_path(&self, path: &[u8]) -> Vec<u8> {
        self.masked_but(path, |span| is_plain_word(&path[span.clone()]))
    }

    /// Masks `text` and leaves its other bytes as they are, for what is encoded afterwards.
    pub fn masked(&self, text: &[u8]) -> Vec<u8> {
        self.masked_but(text, |span| is_part_of_a_word(text, span))
    }

    fn masked_but(&self, text: &[u8], harmless: impl Fn(&Range<usize>) -> bool) -> Vec<u8> {
        if self.open {
            return text.to_vec();
        }
        let mut spans = (self.finder)(text);
        if let Some(known) = &self.known {
            spans.extend(known.find(text).into_iter().filter(|span| !harmless(span)));
        }
        replace(text, spans)
    }
}

/// What was made of a text before, or what `mask` makes of it.
fn once(done: &Done, text: &[u8], mask: impl FnOnce() -> Vec<u8>) -> Shown {
    let locked = || done.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(shown) = locked().get(text) {
        return shown.clone();
    }
    let shown = Shown(String::from_utf8_lossy(&mask()).into());
    let mut done = locked();
    if done.len() < KEPT && text.len() <= KEPT_BYTES {
        done.insert(text.into(), shown.clone());
    }
    shown
}

/// Letters only, and few of them.
fn is_plain_word(value: &[u8]) -> bool {
    value.len() <= 16 && value.iter().all(u8::is_ascii_alphabetic)
}

/// A password that is a plain short word stands in many other words (`host` in `localhost`).
/// There it is no secret, and a mark in its place would be what gives it away. The parts of a name
/// are joined as well (`maple_password`).
fn is_part_of_a_word(text: &[u8], span: &Range<usize>) -> bool {
    let letter = |at: usize| {
        let joins = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-');
        text.get(at).is_some_and(joins)
    };
    is_plain_word(&text[span.clone()])
        && (span.start > 0 && letter(span.start - 1) || letter(span.end))
}

/// Replaces `spans` (in any order, overlaps merged) of `text` by [`REDACTED`].
fn replace(text: &[u8], spans: Vec<Range<usize>>) -> Vec<u8> {
    replace_marked(text, spans, None).0
}

/// As [`replace`]; also where what stands for the byte `marked` of `text` begins in the result, in bytes.
fn replace_marked(
    text: &[u8],
    mut spans: Vec<Range<usize>>,
    marked: Option<usize>,
) -> (Vec<u8>, Option<usize>) {
    spans.sort_by_key(|s| (s.start, s.end));
    let mut out = Vec::with_capacity(text.len());
    let (mut done, mut mask, mut mark) = (0, 0, None);
    for span in spans {
        if span.start >= done {
            out.extend_from_slice(&text[done..span.start]);
            mask = out.len();
            out.extend_from_slice(REDACTED.as_bytes());
        }
        if marked.is_some_and(|at| span.contains(&at)) {
            mark = Some(mask);
        }
        done = done.max(span.end);
    }
    out.extend_from_slice(&text[done..]);
    (out, mark)
}

/// Masks a source line for a person at a terminal: `spans` (byte ranges of found secrets in
/// `line`), every quoted or assigned value, the user information of every URL and every run of eight or
/// more token characters are replaced, detected or not, because a line that holds one secret often
/// holds another.
pub fn mask_line(line: &[u8], spans: &[Range<usize>]) -> Shown {
    mask_line_marked(line, spans, None).0
}

/// As [`mask_line`]; also which code points of the result (from 0) stand for the value that holds the
/// byte `marked` of `line`: none when no value does.
pub fn mask_line_marked(
    line: &[u8],
    spans: &[Range<usize>],
    marked: Option<usize>,
) -> (Shown, Range<usize>) {
    let mut all: Vec<Range<usize>> = spans.to_vec();
    all.extend(quoted(line));
    all.extend(assigned(line));
    all.extend(user_information(line));
    all.extend(token_runs(line));
    let (out, mark) = replace_marked(line, all, marked);
    let mark = mark.map_or(0..0, |at| {
        let start = String::from_utf8_lossy(&out[..at]).chars().count();
        start..start + REDACTED.chars().count()
    });
    (Shown(String::from_utf8_lossy(&out).into()), mark)
}

/// The insides of `"…"`, `'…'` and `` `…` ``; an unclosed quote reaches to the end of the line.
fn quoted(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < line.len() {
        let quote = line[i];
        if !matches!(quote, b'"' | b'\'' | b'`') {
            i += 1;
            continue;
        }
        let start = i + 1;
        let mut end = start;
        while end < line.len() && line[end] != quote {
            end += if line[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(line.len());
        // A quoted word before `:` or `=` is a key; people need to read it.
        let is_key = line[(end + 1).min(line.len())..]
            .iter()
            .find(|b| !b.is_ascii_whitespace())
            .is_some_and(|b| matches!(b, b':' | b'='));
        if !is_key && end > start {
            out.push(start..end);
        }
        i = end + 1;
    }
    out
}

/// What follows `=` or `: ` to the end of the line or the next blank.
fn assigned(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    // The value behind the last sign: several signs may lead to one, and what begins in a value
    // ends with it, so that no byte is looked at for each sign before it.
    let mut value = 0..0;
    for (i, &byte) in line.iter().enumerate() {
        let assigns =
            byte == b'=' || (byte == b':' && line.get(i + 1).is_some_and(u8::is_ascii_whitespace));
        if !assigns || i < value.start {
            continue;
        }
        let rest = &line[i + 1..];
        let skip = rest
            .iter()
            .take_while(|b| b.is_ascii_whitespace() || **b == b'=')
            .count();
        let start = i + 1 + skip;
        let end = match value.contains(&start) {
            true => value.end,
            false => {
                let word = line[start..]
                    .iter()
                    .take_while(|b| !b.is_ascii_whitespace());
                start + word.count()
            }
        };
        value = start..end;
        let hidden = out
            .last()
            .is_some_and(|before: &Range<usize>| start < before.end);
        if !hidden
            && start < end
            && !matches!(line[start], b'"' | b'\'' | b'`' | b'{' | b'[' | b'(')
        {
            out.push(value.clone());
        }
    }
    out
}

/// What stands between `://` and the `@` before a host (RFC 3986, section 3.2.1), whatever its
/// length. A password with a slash in it is not encoded as the standard asks, and is one all the same.
fn user_information(line: &[u8]) -> Vec<Range<usize>> {
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`<>".contains(b);
    let last_at = |from: usize, to: usize| {
        let part = &line[from..to];
        part.iter().rposition(|b| *b == b'@').map(|at| from + at)
    };
    let mut out: Vec<Range<usize>> = Vec::new();
    // The end of the word that was looked at last and its last `@`: a word is looked at once, however
    // many marks it holds, and what a mark's host could be ends before the next mark.
    let mut word = (0, None);
    for mark in memchr::memmem::find_iter(line, "://") {
        let start = mark + 3;
        if out.last().is_some_and(|before| start < before.end) {
            continue;
        }
        if start > word.0 {
            let rest = &line[start..];
            let end = start + rest.iter().position(ends).unwrap_or(rest.len());
            word = (end, last_at(start, end));
        }
        let rest = &line[start..word.0];
        let host = rest.iter().position(|b| b"/?#".contains(b));
        let host = &rest[..host.unwrap_or(rest.len())];
        let at = match last_at(start, start + host.len()) {
            None if host.contains(&b':') => word.1,
            at => at,
        };
        out.extend(at.filter(|at| *at > start).map(|at| start..at));
    }
    out
}

/// Runs of eight or more token characters that hold a digit (words and names stay readable).
fn token_runs(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = 0;
    for i in 0..=line.len() {
        let inside = line
            .get(i)
            .is_some_and(|b| b.is_ascii_alphanumeric() || b"+/_-.~%".contains(b) || *b >= 0x80);
        if !inside {
            if i - start >= 8 && line[start..i].iter().any(u8::is_ascii_digit) {
                // `=` ends a run, because it stands between a key and its value; as padding it
                // belongs to the run, because it tells the length.
                let padding = line[i..].iter().take_while(|b| **b == b'=').count();
                let pads = line
                    .get(i + padding)
                    .is_none_or(|b| !b.is_ascii_alphanumeric());
                out.push(start..if pads { i + padding } else { i });
            }
            start = i + 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_readable_beside_its_value() {
        for (line, shown) in [
            ("API_TOKEN=abc123def456", "API_TOKEN=‹redacted›"),
            ("export X='a1' Y=b2", "export X='‹redacted›' Y=‹redacted›"),
            ("x abcdefgh12345678==", "x ‹redacted›"),
        ] {
            assert_eq!(mask_line(line.as_bytes(), &[]).as_str(), shown);
        }
    }

    #[test]
    fn the_mark_of_a_value_is_found_in_the_masked_line() {
        for (line, span, shown) in [
            ("ä = x1; k=\"hunter2\"", 14..15, "ä = ‹redacted› k=\"^\""),
            ("a=b token=abcdefgh1234", 10..22, "a=‹redacted› token=^"),
            ("plain words", 0..0, "plain words"),
        ] {
            let at = (!span.is_empty()).then_some(span.start);
            let (out, mark) = mask_line_marked(line.as_bytes(), &[], at);
            let chars: Vec<char> = out.as_str().chars().collect();
            let before: String = chars[..mark.start].iter().collect();
            let after: String = chars[mark.end..].iter().collect();
            let caret = if mark.is_empty() { "" } else { "^" };
            assert_eq!(format!("{before}{caret}{after}"), shown);
        }
    }

    #[test]
    fn a_masker_hides_known_and_seen_secrets() {
        let known = Secret::new(b"hunter2hunter2");
        let finder = |text: &[u8]| {
            memchr::memmem::find_iter(text, "TOK")
                .map(|i| i..i + 3)
                .collect()
        };
        let masker = Masker::new([&known], &finder, false);
        assert_eq!(
            masker.show(b"a hunter2hunter2 b TOK").as_str(),
            format!("a {REDACTED} b {REDACTED}")
        );
    }

    #[test]
    fn a_path_keeps_plain_words_and_nothing_else() {
        let known = [Secret::new(b"maple"), Secret::new(b"Zk9qT2mXw8rB")];
        let masker = Masker::new(&known, &|_| Vec::new(), false);
        assert_eq!(
            masker.show_path(b"keys/maple.ppk").as_str(),
            "keys/maple.ppk"
        );
        assert_eq!(
            masker.show_path(b"keys/Zk9qT2mXw8rB.ppk").as_str(),
            format!("keys/{REDACTED}.ppk")
        );
        assert_eq!(
            masker.show(b"now it is maple").as_str(),
            format!("now it is {REDACTED}")
        );
    }

    #[test]
    fn a_password_that_is_a_word_marks_no_other_word() {
        let known = Secret::new(b"host");
        let masker = Masker::new([&known], &|_| Vec::new(), false);
        assert_eq!(
            masker.show(b"localhost, hosts: host_1").as_str(),
            "localhost, hosts: host_1"
        );
    }

    #[test]
    fn overlapping_spans_are_hidden_once() {
        assert_eq!(
            replace(b"abcdef", vec![1..4, 2..5]),
            format!("a{REDACTED}f").into_bytes()
        );
    }

    #[test]
    fn a_line_keeps_its_shape_but_no_value() {
        let shown = mask_line(b"  \"password\": \"hunter2\", other = abc123", &[]);
        assert_eq!(
            shown.as_str(),
            format!("  \"password\": \"{REDACTED}\", other = {REDACTED}")
        );
    }

    #[test]
    fn a_line_shows_no_user_information_of_an_url() {
        for (line, shown) in [
            ("get(ftp://bob:abc@h/x)", "get(ftp://‹redacted›@h/x)"),
            ("a://u:p@h b://v:q@i", "a://‹redacted›@h b://‹redacted›@i"),
            ("(redis://:pw@h)", "(redis://‹redacted›@h)"),
            ("(amqp://u:a/b@h)", "(amqp://‹redacted›@h)"),
            ("(amqp://u:a@b@h)", "(amqp://‹redacted›@h)"),
            ("https://host/@name and a@b", "https://host/@name and a@b"),
            ("(ssh://git@h/r)", "(ssh://‹redacted›@h/r)"),
            ("(x://@h)", "(x://@h)"),
        ] {
            assert_eq!(mask_line(line.as_bytes(), &[]).as_str(), shown);
        }
    }

    #[test]
    fn a_line_hides_runs_it_does_not_know() {
        let shown = mask_line(b"call(x1y2z3w4v5u6) and words", &[]);
        assert_eq!(shown.as_str(), format!("call({REDACTED}) and words"));
    }
}
