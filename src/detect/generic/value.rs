//! The form of a value.

use super::value_words::LANGUAGE;

/// The shape that describes a value best; the first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Language,
    Template,
    Url,
    Path,
    Call,
    Operator,
    Uuid,
    Number,
    /// The bytes of something random, written out as numbers.
    Bytes,
    /// A password hash in its usual notation.
    Hash,
    HexDigest,
    Phrase,
    Foreign,
    Dotted,
    Word,
    Constant,
    Camel,
    Joined,
    Email,
    Mixed,
    Symbols,
}

/// A value, read.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub shape: Shape,
    pub len: usize,
    pub digits: usize,
    pub upper: usize,
    pub lower: usize,
    pub symbols: usize,
    /// Entropy at or above the floor of random text of its alphabet and length.
    pub random: bool,
    /// Entropy times length, in bits.
    pub bits: f32,
    /// Changes between letters and digits.
    pub changes: usize,
    /// Mean log-likelihood of its letter pairs as words and identifiers have them.
    pub wordlike: f32,
}

/// From so many bytes on a searcher is worth its preparation.
const LONG: usize = 64;

/// Shannon entropy in bits per byte.
fn entropy(value: &[u8]) -> f32 {
    let mut counts = [0u32; 256];
    if value.len() < LONG {
        for &b in value {
            counts[b as usize] += 1;
        }
    } else {
        // Two tables, so that a byte that repeats does not wait for itself.
        let mut odd = [0u32; 256];
        let (pairs, rest) = value.as_chunks::<2>();
        for &[a, b] in pairs {
            counts[usize::from(a)] += 1;
            odd[usize::from(b)] += 1;
        }
        for &b in rest {
            counts[usize::from(b)] += 1;
        }
        for (count, odd) in counts.iter_mut().zip(odd) {
            *count += odd;
        }
    }
    let n = value.len() as f32;
    counts
        .iter()
        .filter(|&&c| c > 0)
        .map(|&c| c as f32 / n)
        .map(|p| -p * p.log2())
        .sum()
}

/// The entropy that nearly all random strings of this alphabet and length reach. Fitted to random
/// strings: a fixed threshold would be wrong, since a string of n characters has at most log2 n.
fn floor(len: usize, hex: bool, one_case: bool) -> f32 {
    let n = len as f32;
    let log = n.log2();
    if hex {
        return if len < 32 { 0.62 * log + 0.4 } else { 3.2 };
    }
    if one_case {
        return if len <= 25 {
            0.7316 * log + 0.4741
        } else {
            3.9
        };
    }
    match len {
        0..=17 => 0.915 * log - 0.047,
        18..=34 => 0.767 * log + 0.568,
        35..=64 => 0.944 * log - 0.009 * n - 0.04,
        _ => 0.621 * log - 0.003 * n.min(255.0) + 1.54,
    }
}

/// How many digits, capitals and small letters a value has, in one look at it.
fn count(value: &[u8]) -> (usize, usize, usize) {
    /// What a byte adds to three counts of 21 bits.
    const ADDS: [u64; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            table[byte] = match byte as u8 {
                b'0'..=b'9' => 1,
                b'A'..=b'Z' => 1 << 21,
                b'a'..=b'z' => 1 << 42,
                _ => 0,
            };
            byte += 1;
        }
        table
    };
    const PART: usize = 1 << 20;
    let (mut digits, mut upper, mut lower) = (0, 0, 0);
    for part in value.chunks(PART) {
        let sum: u64 = part.iter().map(|b| ADDS[usize::from(*b)]).sum();
        digits += (sum & (PART as u64 * 2 - 1)) as usize;
        upper += ((sum >> 21) & (PART as u64 * 2 - 1)) as usize;
        lower += (sum >> 42) as usize;
    }
    (digits, upper, lower)
}

/// Reads a value.
pub(super) fn read(value: &[u8]) -> Form {
    let len = value.len();
    let (digits, upper, lower) = count(value);
    let symbols = len - digits - upper - lower;
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let h = entropy(value);
    // No branches: a long value is looked at many bytes at a time.
    let change = |a: u8, b: u8| {
        (a.is_ascii_alphabetic() & b.is_ascii_digit())
            | (a.is_ascii_digit() & b.is_ascii_alphabetic())
    };
    let changes = value
        .iter()
        .zip(value.iter().skip(1))
        .map(|(a, b)| usize::from(change(*a, *b)))
        .sum();
    let wordlike = super::score::wordlike(value);
    let blank = value.iter().any(u8::is_ascii_whitespace);
    let shape = shape(value, digits, upper, lower, symbols);
    let random = matches!(
        shape,
        Shape::Mixed
            | Shape::HexDigest
            | Shape::Symbols
            | Shape::Joined
            | Shape::Word
            | Shape::Camel
            | Shape::Constant
            | Shape::Dotted
    ) && len >= 12
        && !blank
        && h >= floor(len, hex, upper == 0 || lower == 0)
        && (digits > 0 || wordlike < -3.2)
        || shape == Shape::Bytes;
    Form {
        shape,
        len,
        digits,
        upper,
        lower,
        symbols,
        random,
        bits: h * len as f32,
        changes,
        wordlike,
    }
}

/// As long as a digest, in hexadecimal or padded base64.
pub(super) fn is_digest_sized(value: &[u8], form: &Form) -> bool {
    form.shape == Shape::HexDigest
        || matches!(value.len(), 24 | 28 | 44 | 88) && value.ends_with(b"=")
}

/// Whether `part` stands in `value`.
pub(super) fn has(value: &[u8], part: &[u8]) -> bool {
    if value.len() >= LONG {
        return memchr::memmem::find(value, part).is_some();
    }
    // Most values are short: preparing a searcher would cost more than the search.
    part.first().is_none_or(|first| {
        memchr::memchr_iter(*first, value).any(|at| value[at..].starts_with(part))
    })
}

/// Bytes as a machine draws them: most are different, some are high, and they do not count up.
fn drawn(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in bytes {
        seen[usize::from(byte)] = true;
    }
    let different = seen.iter().filter(|s| **s).count();
    let steps = bytes
        .windows(2)
        .filter(|w| w[1].wrapping_sub(w[0]) <= 1)
        .count();
    different * 5 >= bytes.len() * 4 && steps * 4 <= bytes.len() && bytes.iter().any(|b| *b > 127)
}

/// A hash as databases write it: MySQL's `*` and 40 digits, PostgreSQL's `md5` and 32.
fn database_hash(value: &[u8]) -> bool {
    let hex = |part: &[u8], len| part.len() == len && part.iter().all(u8::is_ascii_hexdigit);
    value.strip_prefix(b"*").is_some_and(|rest| hex(rest, 40))
        || value.strip_prefix(b"md5").is_some_and(|rest| hex(rest, 32))
}

/// `Secret[int](54321)`, `Box<str>(x)`: a call with type arguments before the bracket.
fn generic_call(value: &[u8], callee: usize) -> bool {
    let name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':');
    let head = &value[..callee];
    let open = head
        .iter()
        .position(|b| matches!(b, b'[' | b'<'))
        .unwrap_or(0);
    open > 0
        && value.ends_with(b")")
        && matches!(head.last(), Some(b']' | b'>'))
        && head[0].is_ascii_alphabetic()
        && head[..open].iter().all(name)
        && head[open + 1..head.len() - 1]
            .iter()
            .all(|b| name(b) || matches!(b, b',' | b'[' | b']' | b'<' | b'>' | b'&' | b'*'))
}

/// `<-results`: what Go receives from a channel.
fn receives(value: &[u8]) -> bool {
    value.strip_prefix(b"<-").is_some_and(|name| {
        name.first()
            .is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_')
            && name
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'(' | b')'))
    })
}

fn shape(value: &[u8], digits: usize, upper: usize, lower: usize, symbols: usize) -> Shape {
    let len = value.len();
    let first = value[0];
    let letters = upper + lower;
    if len <= 12
        && LANGUAGE
            .iter()
            .any(|w| value.eq_ignore_ascii_case(w.as_bytes()))
    {
        return Shape::Language;
    }
    if digits * 4 > len
        && let Some(bytes) = crate::detect::assign::parse_bytes(value)
    {
        return if drawn(&bytes) {
            Shape::Bytes
        } else {
            Shape::Operator
        };
    }
    if has(value, b"://") {
        return Shape::Url;
    }
    if value.starts_with(b"/")
        && len > 1
        && value[1].is_ascii_alphabetic()
        && digits * 4 < len
        && !has(value, b"=")
        && !has(value, b"+")
        || value.starts_with(b"./")
        || value.starts_with(b"../")
        || value.starts_with(b"~/")
        || (len > 3 && value[1] == b':' && value[2] == b'\\')
    {
        return Shape::Path;
    }
    if super::placeholder::reference(value) {
        return Shape::Template;
    }
    let blank = value.iter().any(|b| b.is_ascii_whitespace());
    let callee = memchr::memchr(b'(', value).unwrap_or(0);
    if !blank
        && (has(value, b")") || value.ends_with(b"("))
        && callee > 0
        && (first.is_ascii_alphabetic() || first == b'_')
        && value[..callee]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'-'))
        || generic_call(value, callee)
        || receives(value)
        || value.ends_with(b"(")
        || value.ends_with(b"[")
        || value.ends_with(b"{")
    {
        return Shape::Call;
    }
    let bracket = memchr::memchr(b'[', value).unwrap_or(0);
    if bracket > 0
        && value.ends_with(b"]")
        && value[..bracket]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'))
    {
        return Shape::Call;
    }
    if first == b'&'
        && len > 1
        && value[1..]
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || *b == b'_')
    {
        return Shape::Operator;
    }
    if has(value, b"->")
        || has(value, b"::")
        || has(value, b"=>")
        || matches!(first, b'[' | b'{' | b'(')
        || has(value, b"=\"")
        || first == b'/' && (has(value, b"(?") || has(value, b"\\d"))
    {
        return Shape::Operator;
    }
    if [
        &b"$2a$"[..],
        b"$2b$",
        b"$2y$",
        b"$1$",
        b"$5$",
        b"$6$",
        b"$2x$",
        b"$7$",
        b"$y$",
        b"$S$",
        b"$H$",
        b"$scrypt",
        b"$pbkdf2",
        b"scrypt:",
        b"sha512$",
        b"bcrypt$",
        b"argon2$",
        b"$argon2",
        b"pbkdf2",
        b"{SSHA",
        b"{bcrypt",
        b"$P$",
        b"$apr1$",
        b"sha1$",
        b"md5$",
        b"sha256$",
        b"SCRAM-SHA",
    ]
    .iter()
    .any(|p| value.starts_with(p))
        || database_hash(value)
    {
        return Shape::Hash;
    }
    let colour =
        first == b'#' && matches!(len, 4 | 7 | 9) && value[1..].iter().all(u8::is_ascii_hexdigit);
    if value.starts_with(b"0x") && len <= 10 || colour {
        return Shape::Number;
    }
    if len == 36
        && value.iter().enumerate().all(|(i, b)| {
            if matches!(i, 8 | 13 | 18 | 23) {
                *b == b'-'
            } else {
                b.is_ascii_hexdigit()
            }
        })
    {
        return Shape::Uuid;
    }
    if letters == 0
        && digits > 0
        && value.iter().all(|b| {
            b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':' | b',' | b'/' | b'+' | b' ' | b'_')
        })
    {
        return Shape::Number;
    }
    if matches!(len, 32 | 40 | 64 | 128) && value.iter().all(u8::is_ascii_hexdigit) {
        return Shape::HexDigest;
    }
    if !value.is_ascii() {
        return Shape::Foreign;
    }
    if blank {
        return Shape::Phrase;
    }
    if letters == 0 {
        return Shape::Symbols;
    }
    if has(value, b"@")
        && has(value, b".")
        && value.iter().filter(|&&b| b == b'@').count() == 1
        && symbols <= 4
        && first.is_ascii_alphanumeric()
        && value.ends_with(b"com") | value.ends_with(b"org") | value.ends_with(b"net")
    {
        return Shape::Email;
    }
    if symbols == 0 && digits == 0 {
        if upper == 0 {
            return Shape::Word;
        }
        if lower == 0 {
            return Shape::Constant;
        }
        // Capitals start words of two or more letters.
        let capitals = upper * 3 <= len + 2;
        if capitals {
            return Shape::Camel;
        }
        return Shape::Mixed;
    }
    let dots = value.iter().filter(|&&b| b == b'.').count();
    let joins = value
        .iter()
        .filter(|b| matches!(b, b'_' | b'-' | b'.' | b'/' | b':'))
        .count();
    if joins == symbols
        && joins > 0
        && first.is_ascii_alphabetic() | (first == b'_') | (first == b'-') | (first == b'.')
    {
        let parts = value.split(|b| matches!(b, b'_' | b'-' | b'.' | b'/' | b':'));
        let mut wordy = 0;
        let mut other = 0;
        for part in parts.filter(|p| !p.is_empty()) {
            let d = part.iter().filter(|b| b.is_ascii_digit()).count();
            if d == 0 || (d <= 2 && part.len() <= 12) || (d == part.len() && d <= 4) {
                wordy += 1
            } else {
                other += 1
            }
        }
        if other == 0 || wordy >= 4 * other {
            if dots > 0 && digits <= 2 {
                return Shape::Dotted;
            }
            if lower == 0 {
                return Shape::Constant;
            }
            return Shape::Joined;
        }
    }
    Shape::Mixed
}
