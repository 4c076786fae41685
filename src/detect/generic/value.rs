//! The form of a value: what it is made of, and how random that is.

use super::shape::{self, Shape};

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

impl Form {
    /// A word, or several words that are joined: nothing that a machine drew.
    pub(super) fn is_words(&self) -> bool {
        matches!(
            self.shape,
            Shape::Word | Shape::Camel | Shape::Constant | Shape::Joined | Shape::Dotted
        ) && self.digits == 0
            && !self.random
    }

    /// A number as limits and counts are.
    pub(super) fn is_small_number(&self) -> bool {
        self.shape == Shape::Number && self.len < 6
    }
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

/// Shapes in which random text may come.
const MAY_BE_RANDOM: &[Shape] = &[
    Shape::Mixed,
    Shape::HexDigest,
    Shape::Symbols,
    Shape::Joined,
    Shape::Word,
    Shape::Camel,
    Shape::Constant,
    Shape::Dotted,
];

/// How often a letter stands beside a digit.
fn changes(value: &[u8]) -> usize {
    // No branches: a long value is looked at many bytes at a time.
    let change = |a: u8, b: u8| {
        (a.is_ascii_alphabetic() & b.is_ascii_digit())
            | (a.is_ascii_digit() & b.is_ascii_alphabetic())
    };
    value
        .iter()
        .zip(value.iter().skip(1))
        .map(|(a, b)| usize::from(change(*a, *b)))
        .sum()
}

/// Reads a value; whether it stands in quotes decides what may be code.
pub(super) fn read(value: &[u8], quoted: bool) -> Form {
    let len = value.len();
    let (digits, upper, lower) = count(value);
    let counts = shape::View {
        value,
        digits,
        upper,
        lower,
        symbols: len - digits - upper - lower,
        blank: value.iter().any(u8::is_ascii_whitespace),
        quoted,
    };
    let shape = shape::of(&counts);
    let entropy = entropy(value);
    let wordlike = crate::detect::pairs::wordlike(value);
    let as_random = || {
        let hex = value.iter().all(u8::is_ascii_hexdigit);
        entropy >= floor(len, hex, upper == 0 || lower == 0)
    };
    let random = MAY_BE_RANDOM.contains(&shape)
        && len >= 12
        && !counts.blank
        && as_random()
        && (digits > 0 || wordlike < -3.2)
        || shape == Shape::Bytes;
    Form {
        shape,
        len,
        digits,
        upper,
        lower,
        symbols: counts.symbols,
        random,
        bits: entropy * len as f32,
        changes: changes(value),
        wordlike,
    }
}

/// As long as a digest, in hexadecimal or padded base64.
pub(super) fn is_digest_sized(value: &[u8], form: &Form) -> bool {
    form.shape == Shape::HexDigest
        || matches!(value.len(), 24 | 28 | 44 | 88) && value.ends_with(b"=")
}
