//! PEM blocks: the labels pair up, and the body is what the label says.

use std::borrow::Cow;

use super::Verdict;
use super::structure::base64_any;

/// Checks the block in `whole`, or in `value` when `whole` has none. The block may stand in a
/// string of some language: `\n` written out, quotes, line continuations, indentation.
pub(super) fn check(whole: &[u8], value: &[u8]) -> Verdict {
    let Some((label, rest)) = begin(whole).or_else(|| begin(value)) else {
        return Verdict::Unknown;
    };
    let Some(end) = memchr::memmem::find(rest, b"-----END ") else {
        return Verdict::Unknown; // the match was cut short
    };
    let (body, tail) = rest.split_at(end);
    let closing = tail.get(9..).unwrap_or_default();
    if !closing.starts_with(label) || closing.get(label.len()..label.len() + 4) != Some(b"----") {
        return Verdict::Failed;
    }
    let (encrypted, text) = match clean(body) {
        Ok(clean) => clean,
        Err(verdict) => return verdict,
    };
    // The armor's checksum is optional and not to be enforced (RFC 9580).
    let main = text.split(|&b| b == b'=').next().unwrap_or_default();
    let Some(bytes) = base64_any(main) else {
        return Verdict::Failed;
    };
    match label {
        b"PGP PRIVATE KEY BLOCK" => Verdict::of(matches!(
            bytes.first(),
            Some(0x94..=0x97 | 0x9c..=0x9f | 0xc5 | 0xc7)
        )),
        b"OPENSSH PRIVATE KEY" => Verdict::of(bytes.starts_with(b"openssh-key-v1\0")),
        b"SSH2 ENCRYPTED PRIVATE KEY" => Verdict::of(bytes.starts_with(&[0x3f, 0x6f, 0xf9, 0xeb])),
        _ if encrypted => Verdict::of(bytes.len() >= 16), // encrypted: no structure to see
        _ => Verdict::of(sequence(&bytes)),
    }
}

/// The bytes of the first block, when it is closed and nothing but base64 stands in it.
pub(crate) fn pem_body(whole: &[u8]) -> Option<Vec<u8>> {
    let (_, rest) = begin(whole)?;
    let (body, _) = rest.split_at(memchr::memmem::find(rest, b"-----END ")?);
    let (_, text) = clean(body).ok()?;
    base64_any(text.split(|&b| b == b'=').next()?)
}

/// A block without its headers: what reads a key passes over them, so that they say nothing of it, neither that it is a
/// placeholder nor that it is not random. Every other value as it is.
pub(crate) fn without_headers(value: &[u8]) -> Cow<'_, [u8]> {
    let blocks = [&b"-----BEGIN "[..], b"PuTTY-User-Key-File-"];
    if !blocks.iter().any(|block| value.starts_with(block)) {
        return Cow::Borrowed(value);
    }
    let plain = unescape(value);
    let lines = plain.split(|b| matches!(b, b'\n' | b'\r'));
    let body: Vec<&[u8]> = lines.filter(|line| !line.contains(&b':')).collect();
    Cow::Owned(body.join(&b'\n'))
}

/// The label of the first block, and what follows its line.
fn begin(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memmem::find(bytes, b"-----BEGIN ")?;
    let rest = bytes.get(at + 11..)?;
    let end = memchr::memmem::find(rest, b"----")?;
    let after = rest.get(end..)?;
    let dashes = after.iter().take_while(|&&b| b == b'-').count();
    Some((rest.get(..end)?, after.get(dashes..)?))
}

/// Whether there are headers that say the body is encrypted, and the base64 of the body. When
/// something stands in it that base64 has not: `Failed` for what placeholders are made of,
/// `Unknown` for a carrier that is not understood.
fn clean(body: &[u8]) -> Result<(bool, Vec<u8>), Verdict> {
    let plain = unescape(body);
    let lines = || {
        let lines = plain.split(|&b| b == b'\n' || b == b'\r');
        let lines = lines.map(<[u8]>::trim_ascii);
        // What is left of a line may be the `+` that joins strings.
        lines.filter(|line| line.iter().any(u8::is_ascii_alphanumeric))
    };
    // A patch or a comment marks every line.
    let marks: [&[u8]; 9] = [b"+", b"-", b"//", b"*", b"#", b">", b"|", b"%", b";"];
    let marked = |mark: &&[u8]| lines().count() > 1 && lines().all(|line| line.starts_with(mark));
    let mark = marks.into_iter().find(marked).unwrap_or_default();
    let mut encrypted = false;
    let mut text = Vec::with_capacity(plain.len());
    for line in lines() {
        let line = line.strip_prefix(mark).unwrap_or(line);
        let line = line
            .split(|b| matches!(b, b'"' | b'\'' | b'`'))
            .max_by_key(|part| part.len())
            .unwrap_or_default();
        if line.contains(&b':') {
            encrypted |= line
                .windows(9)
                .any(|w| w == b"Proc-Type" || w == b"ENCRYPTED");
            continue;
        }
        for &byte in line {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'=' => text.push(byte),
                b' ' | b'\t' | b',' | b';' | b'#' | b'|' | b'>' => {}
                b'.' | b'*' | b'<' | b'{' | b'[' | b'$' | b'(' => return Err(Verdict::Failed),
                _ => return Err(Verdict::Unknown),
            }
        }
    }
    Ok((encrypted, text))
}

/// Line ends that a string or a markup language writes out, as line ends.
fn unescape(body: &[u8]) -> Vec<u8> {
    let entities: [&[u8]; 7] = [
        b"&#10;", b"&#13;", b"&#xA;", b"&#xD;", b"&#xa;", b"&#xd;", b"<br>",
    ];
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            // However often it is escaped; `\/` is JSON's slash.
            b'\\' => {
                while let Some(more) = rest.strip_prefix(b"\\") {
                    rest = more;
                }
                if let Some((b'n' | b'r', more)) = rest.split_first() {
                    rest = more;
                    plain.push(b'\n');
                }
            }
            b'&' | b'<' => {
                let here = body.get(body.len() - after.len() - 1..).unwrap_or_default();
                let tail = entities
                    .iter()
                    .find_map(|entity| here.strip_prefix(*entity));
                plain.push(if tail.is_some() { b'\n' } else { byte });
                rest = tail.unwrap_or(after);
            }
            _ => plain.push(byte),
        }
    }
    plain
}

/// A DER SEQUENCE that is as long as it says (line breaks at the end may add a few bytes).
fn sequence(bytes: &[u8]) -> bool {
    let [0x30, first, rest @ ..] = bytes else {
        return false;
    };
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (Some(digits), true) = (rest.get(..count), (1..=4).contains(&count)) else {
            return false;
        };
        let length = digits.iter().fold(0usize, |n, &d| n << 8 | usize::from(d));
        (length, rest.get(count..).unwrap_or_default())
    };
    length >= 8 && (length..=length.saturating_add(16)).contains(&rest.len())
}
