//! Arrays of bytes written out as numbers: `[]byte{0x12, …}`, `new byte[] { 18, … }`, `[18, …]`.

use std::ops::Range;

/// Fewest and most members worth reading: a key of 128 bits, one of 512.
const MEMBERS: Range<usize> = 16..65;

/// Bytes of what may stand before the numbers.
const PART: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric()
            || b.is_ascii_whitespace()
            || matches!(
                b,
                b'_' | b'.' | b'[' | b']' | b'<' | b'>' | b'&' | b'{' | b'(' | b':'
            );
        byte += 1;
    }
    table
};

/// Where the numbers stand, from the first to the last, when an array of bytes starts at `at`.
/// It must be closed before `end`.
pub(super) fn read(bytes: &[u8], at: usize, end: usize) -> Option<Range<usize>> {
    let text = bytes.get(at..end)?;
    // What makes the array: types, calls and brackets, of which the last opens it.
    let part = |b: &&u8| PART[usize::from(**b)];
    let head_len = text.iter().take(48).take_while(part).count();
    let head = &text[..head_len];
    // A bracket may also be a cast's, or the call's around the array.
    let open = head
        .iter()
        .rposition(|b| matches!(b, b'{' | b'['))
        .or_else(|| head.iter().rposition(|b| *b == b'('))?;
    let members = text.get(open + 1..)?;
    let (found, count, close) = numbers(members)?;
    let closed = matches!(members.get(close), Some(b'}' | b']' | b')'));
    let from = at + open + 1;
    (closed && MEMBERS.contains(&count)).then_some(from + found.start..from + found.end)
}

/// The stretch of the numbers that `text` starts with, how many they are, and what follows them.
fn numbers(text: &[u8]) -> Option<(Range<usize>, usize, usize)> {
    let mut at = 0;
    let mut stretch: Option<Range<usize>> = None;
    let mut count = 0;
    loop {
        at = skip(text, at);
        let len = member(text.get(at..)?);
        if len == 0 {
            break;
        }
        let start = stretch.as_ref().map_or(at, |s| s.start);
        stretch = Some(start..at + len);
        count += 1;
        at = skip(text, at + len);
        if text.get(at) != Some(&b',') {
            break;
        }
        at += 1;
    }
    Some((stretch?, count, at))
}

/// Past blanks, line ends and casts such as `(byte)`.
fn skip(text: &[u8], mut at: usize) -> usize {
    loop {
        let rest = text.get(at..).unwrap_or_default();
        if rest.starts_with(b"(byte)") || rest.starts_with(b"(char)") {
            at += 6;
        } else if rest.first().is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        } else {
            return at;
        }
    }
}

/// The length of the number from -128 to 255 that `text` starts with, 0 for none.
fn member(text: &[u8]) -> usize {
    let sign = usize::from(text.first() == Some(&b'-'));
    let rest = text.get(sign..).unwrap_or_default();
    let hex = rest.starts_with(b"0x") || rest.starts_with(b"0X");
    let digits = rest.get(if hex { 2 } else { 0 }..).unwrap_or_default();
    let fits = |b: &&u8| b.is_ascii_digit() || hex && b.is_ascii_hexdigit();
    let len = digits.iter().take_while(fits).count();
    if !(1..=3).contains(&len) || hex && len > 2 {
        return 0;
    }
    let value = std::str::from_utf8(&digits[..len])
        .ok()
        .and_then(|d| u16::from_str_radix(d, if hex { 16 } else { 10 }).ok());
    let suffix = if digits[len..].starts_with(b"u8") {
        2
    } else {
        0
    };
    match value {
        Some(value) if value <= 255 && (sign == 0 || value <= 128) => {
            sign + if hex { 2 } else { 0 } + len + suffix
        }
        _ => 0,
    }
}

/// The bytes that a list of numbers stands for; none when `text` is something else.
pub(in crate::detect) fn parse(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() < 2 * MEMBERS.start || !text.contains(&b',') {
        return None;
    }
    let (stretch, _, _) = numbers(text)?;
    if stretch != (0..text.len()) {
        return None;
    }
    text.split(|&b| b == b',')
        .map(|part| {
            let part = &part[skip(part, 0)..];
            let part = std::str::from_utf8(part).ok()?.trim();
            let part = part.strip_suffix("u8").unwrap_or(part);
            let number = match part.get(..2) {
                Some("0x" | "0X") => i16::from_str_radix(part.get(2..)?, 16),
                _ => part.parse(),
            };
            Some(number.ok()?.to_le_bytes()[0])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<&str> {
        read(text.as_bytes(), 0, text.len()).map(|range| &text[range])
    }

    fn members(write: impl Fn(u8) -> String) -> String {
        let list: Vec<String> = (0..16u8).map(|n| write(n.wrapping_mul(83))).collect();
        list.join(", ")
    }

    #[test]
    fn arrays_of_the_languages_are_read() {
        let hex = members(|n| format!("0x{n:02X}"));
        let decimal = members(|n| n.to_string());
        let java = members(|n| format!("(byte) 0x{n:x}"));
        for (text, want) in [
            (format!("[]byte{{{decimal}}}"), decimal.as_str()),
            (format!("{{ {hex} }};"), &hex),
            (format!("new byte[] {{\n{hex}}}"), &hex),
            (format!("bytes([{decimal}])"), &decimal),
            (format!("[{decimal},]"), &decimal),
        ] {
            assert_eq!(found(&text), Some(want));
            assert_eq!(parse(want.as_bytes()).map(|b| b.len()), Some(16));
        }
        let text = format!("{{{java}}}");
        let stretch = found(&text).expect("is an array");
        assert_eq!(parse(stretch.as_bytes()).map(|b| b[1]), Some(83));
    }

    #[test]
    fn other_lists_are_not() {
        let decimal = members(|n| n.to_string());
        for text in [
            format!("[{decimal}"),
            "[1, 2, 3]".to_owned(),
            format!("[{}]", members(|n| format!("{}", u16::from(n) + 300))),
            format!("[{}]", members(|n| format!("\"{n}\""))),
            format!("f({decimal}, x)"),
            format!("[{decimal}, {decimal}, {decimal}, {decimal}, {decimal}]"),
        ] {
            assert_eq!(found(&text), None, "{text}");
        }
        assert_eq!(parse(b"0123456789, 0123456789 and more than that"), None);
    }
}
