//! Names: from a word to the whole identifier around it, and from a value back to its name.

use std::ops::Range;

use super::LEFT;

/// Bytes that a name is made of; dots and dashes join its parts.
pub(super) fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$') || b >= 0x80
}

/// The whole name around a word. A name written in another script than ASCII stays the word.
pub(super) fn around(bytes: &[u8], word: Range<usize>) -> Range<usize> {
    let floor = word.start.saturating_sub(LEFT);
    let ceil = bytes.len().min(word.end + 64);
    let ascii = |b: u8| is_name(b) && b < 0x80;
    let mut start = word.start;
    while start > floor && ascii(bytes[start - 1]) {
        start -= 1;
    }
    let mut end = word.end;
    while end < ceil && is_name(bytes[end]) && (ascii(bytes[end]) || end - word.end < 12) {
        if bytes[end] >= 0xE3 && bytes[end..].starts_with("：".as_bytes()) {
            break;
        }
        end += 1;
    }
    trim(bytes, start, end)
}

/// The last name that ends before `at` and starts at `line` or later.
pub(super) fn before(bytes: &[u8], line: usize, at: usize) -> Option<Range<usize>> {
    let mut end = at;
    loop {
        while end > line && !bytes[end - 1].is_ascii_alphanumeric() && bytes[end - 1] != b'_' {
            end -= 1;
        }
        if end <= line {
            return None;
        }
        let mut start = end;
        while start > line && is_name(bytes[start - 1]) {
            start -= 1;
        }
        let name = trim(bytes, start, end);
        if name.start < name.end {
            return Some(name);
        }
        end = start;
    }
}

/// Drops the joining characters that a name cannot start or end with; leading dashes of a flag
/// stay, they say that it is one.
fn trim(bytes: &[u8], mut start: usize, mut end: usize) -> Range<usize> {
    while start < end && bytes[start] == b'.' {
        start += 1;
    }
    while end > start && matches!(bytes[end - 1], b'.' | b'-') {
        end -= 1;
    }
    start..end
}

/// Names that only say "here comes the value of the name given elsewhere".
pub(super) fn is_value_word(name: &[u8]) -> bool {
    ["value", "defaultValue", "default"]
        .iter()
        .any(|w| name.eq_ignore_ascii_case(w.as_bytes()))
}
