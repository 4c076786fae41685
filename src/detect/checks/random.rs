//! Whether a value looks as if a machine had drawn it.

/// Bits per character, by how often each byte occurs in the value itself (Shannon). It is at most
/// log2 of the length, so compare it with [`looks_random`] and not with a fixed number.
pub fn randomness(value: &[u8]) -> f64 {
    let mut counts = [0u32; 256];
    for &byte in value {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = value.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum()
}

#[derive(Clone, Copy, PartialEq)]
enum Alphabet {
    Decimal,
    Hex,
    Base32,
    Base36,
    Base64,
}

/// The smallest alphabet that has all characters of the value.
fn alphabet(value: &[u8]) -> Alphabet {
    let lower = value.iter().any(u8::is_ascii_lowercase);
    let upper = value.iter().any(u8::is_ascii_uppercase);
    let all = |fits: fn(&u8) -> bool| value.iter().all(fits);
    if all(u8::is_ascii_digit) {
        Alphabet::Decimal
    } else if lower && upper || !all(u8::is_ascii_alphanumeric) {
        Alphabet::Base64
    } else if all(u8::is_ascii_hexdigit) {
        Alphabet::Hex
    } else if all(|b| !matches!(b, b'0' | b'1' | b'8' | b'9')) {
        Alphabet::Base32
    } else {
        Alphabet::Base36
    }
}

/// The floor in bits per character that all but some in a thousand random strings reach. Fitted
/// to random strings of each length; the maximum is log2 of the length, so no fixed number works.
fn floor(alphabet: Alphabet, length: usize) -> f64 {
    let n = length as f64;
    let log = n.log2();
    match alphabet {
        Alphabet::Base64 => match length {
            0..=17 => 0.915 * log - 0.047,
            18..=34 => 0.767 * log + 0.568,
            35..=64 => 0.944 * log - 0.009 * n - 0.04,
            65..=255 => 0.621 * log - 0.003 * n + 1.54,
            _ => 5.74,
        },
        Alphabet::Base36 => match length {
            0..=25 => 0.7316 * log + 0.4741,
            _ => 3.9,
        },
        Alphabet::Base32 => match length {
            0..=16 => 0.8057 * log + 0.1344,
            17..=32 => 0.6635 * log + 0.7114,
            _ => 3.9,
        },
        // The mean falls short of log2 k by (k-1)/(2 n ln 2); what is left is the spread.
        Alphabet::Hex => limited(4.0, 15.0, n),
        Alphabet::Decimal => limited(3.32, 9.0, n),
    }
}

fn limited(top: f64, free: f64, n: f64) -> f64 {
    let mean = top - free / (2.0 * n * std::f64::consts::LN_2);
    let spread = (2.0 * free).sqrt() / (2.0 * n * std::f64::consts::LN_2);
    // Short strings spread in steps; a share of log2 n bounds what may be asked of them.
    (mean - 3.5 * spread).min(0.62 * n.log2() + 0.5).max(1.5)
}

/// Whether the value reaches the floor of the alphabet it uses. Nothing shorter than eight bytes
/// does. The dashes of a UUID do not count.
pub fn looks_random(value: &[u8]) -> bool {
    let bare: Vec<u8>;
    let mut value = value;
    if value.contains(&b'-') && value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        bare = value.iter().copied().filter(|&b| b != b'-').collect();
        value = &bare;
    }
    value.len() >= 8 && randomness(value) >= floor(alphabet(value), value.len())
}

/// The check `random`: the value or what makes up most of it looks random. A rule's value may
/// have a fixed prefix, or a public id before a separator, which say nothing about the rest.
pub(super) fn check(value: &[u8]) -> bool {
    let separator = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b':' | b'~' | b'/' | b'=');
    let most = |piece: &[u8]| piece.len() * 2 >= value.len() && looks_random(piece);
    let after = value
        .iter()
        .enumerate()
        .filter(|(_, b)| separator(b))
        .take(4);
    looks_random(value)
        || after
            .map(|(at, _)| at + 1)
            .any(|at| value.get(at..).is_some_and(most))
        || value.split(separator).any(most)
        || value.len() >= 20 && [4, 8].iter().any(|&at| value.get(at..).is_some_and(most))
}
