//! Whether a value looks as if a machine had drawn it.
//!
//! Two sums are taken over a value. Each has a distribution over text that is drawn letter by letter
//! from an alphabet, and its mean, variance and third moment are known in closed form, so that one
//! formula says for every alphabet and length which sums hardly any drawn text has:
//!
//! - how many pairs of its bytes are equal, which is many in repeated text;
//! - how likely one byte follows another in words and identifiers, which is high in both.
//!
//! Each refuses about one drawn text in a thousand. What is drawn is decided by the smallest
//! alphabet that has all characters of a value: a text of a larger alphabet that happens to use no
//! more than these is drawn from them as well.

use std::sync::OnceLock;

use crate::detect::pairs::pair_cost;

/// Nothing shorter looks drawn, in bytes.
const SHORTEST: usize = 8;
/// So many standard deviations from the mean, of a normal distribution, lies what one drawn text in
/// a thousand reaches.
const RARE: f64 = 3.1;

/// Bits per character, by how often each byte occurs in the value itself (Shannon). It is at most
/// log2 of the length, so no fixed number tells what is random; ask [`looks_random`].
pub fn randomness(value: &[u8]) -> f64 {
    let total = value.len() as f64;
    counts(value)
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = f64::from(count) / total;
            -share * share.log2()
        })
        .sum()
}

fn counts(value: &[u8]) -> [u32; 256] {
    let mut counts = [0u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    counts
}

/// How many pairs of its bytes are equal.
fn equal_pairs(value: &[u8]) -> u64 {
    let mut counts = [0u32; 256];
    let mut pairs = 0;
    for &byte in value {
        let count = &mut counts[usize::from(byte)];
        pairs += u64::from(*count);
        *count += 1;
    }
    pairs
}

/// The alphabets that values are drawn from, smallest first where one holds another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Alphabet {
    Decimal,
    Hex,
    Lower,
    Upper,
    LowerBase32,
    Base32,
    LowerBase36,
    Base36,
    Letters,
    Base58,
    Base62,
    Base64,
    Base64Url,
    Printable,
}

impl Alphabet {
    /// How many there are.
    const COUNT: usize = Self::Printable as usize + 1;

    /// The smallest that has all characters of the value.
    fn of(value: &[u8]) -> Self {
        let any = |fits: fn(&u8) -> bool| value.iter().any(fits);
        let (lower, upper) = (any(u8::is_ascii_lowercase), any(u8::is_ascii_uppercase));
        let digits = any(u8::is_ascii_digit);
        if any(|b| !b.is_ascii_alphanumeric()) {
            if any(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'+' | b'/' | b'-' | b'_')) {
                Alphabet::Printable
            } else if any(|b| matches!(b, b'+' | b'/')) {
                Alphabet::Base64
            } else {
                Alphabet::Base64Url
            }
        } else if lower && upper {
            match digits {
                false => Alphabet::Letters,
                true if any(|b| matches!(b, b'0' | b'O' | b'I' | b'l')) => Alphabet::Base62,
                true => Alphabet::Base58,
            }
        } else if !lower && !upper {
            Alphabet::Decimal
        } else if value.iter().all(u8::is_ascii_hexdigit) {
            Alphabet::Hex
        } else {
            let base32 = !any(|b| matches!(b, b'0' | b'1' | b'8' | b'9'));
            match (upper, digits, base32) {
                (false, false, _) => Alphabet::Lower,
                (true, false, _) => Alphabet::Upper,
                (false, true, true) => Alphabet::LowerBase32,
                (true, true, true) => Alphabet::Base32,
                (false, true, false) => Alphabet::LowerBase36,
                (true, true, false) => Alphabet::Base36,
            }
        }
    }

    fn has(self, b: u8) -> bool {
        match self {
            Alphabet::Decimal => b.is_ascii_digit(),
            Alphabet::Hex => b.is_ascii_digit() || matches!(b, b'a'..=b'f'),
            Alphabet::Lower => b.is_ascii_lowercase(),
            Alphabet::Upper => b.is_ascii_uppercase(),
            Alphabet::LowerBase32 => b.is_ascii_lowercase() || matches!(b, b'2'..=b'7'),
            Alphabet::Base32 => b.is_ascii_uppercase() || matches!(b, b'2'..=b'7'),
            Alphabet::LowerBase36 => b.is_ascii_lowercase() || b.is_ascii_digit(),
            Alphabet::Base36 => b.is_ascii_uppercase() || b.is_ascii_digit(),
            Alphabet::Letters => b.is_ascii_alphabetic(),
            Alphabet::Base58 => {
                b.is_ascii_alphanumeric() && !matches!(b, b'0' | b'O' | b'I' | b'l')
            }
            Alphabet::Base62 => b.is_ascii_alphanumeric(),
            Alphabet::Base64 => b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/'),
            Alphabet::Base64Url => b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'),
            Alphabet::Printable => b.is_ascii_graphic(),
        }
    }

    /// What is known of drawn text of this alphabet. It is worked out once, at the first question.
    fn drawn(self) -> &'static Drawn {
        static DRAWN: [OnceLock<Drawn>; Alphabet::COUNT] =
            [const { OnceLock::new() }; Alphabet::COUNT];
        DRAWN[self as usize].get_or_init(|| Drawn::new(self))
    }
}

/// The first three central moments of a sum.
#[derive(Clone, Copy, Debug)]
struct Moments {
    mean: f64,
    variance: f64,
    third: f64,
}

impl Moments {
    /// The value `z` standard deviations of a normal distribution from the mean, carried over to the
    /// skewed distribution with these moments (Pearson's type III, by the cube of Wilson and
    /// Hilferty).
    fn quantile(&self, z: f64) -> f64 {
        let deviation = self.variance.max(0.0).sqrt();
        let k = self.third / (self.variance * deviation) / 6.0;
        if !k.is_finite() || k.abs() < 1e-6 {
            return self.mean + z * deviation;
        }
        let cube = (1.0 + k * (z - k)).max(0.0).powi(3);
        self.mean + deviation * (cube - 1.0) / (3.0 * k)
    }
}

/// What is known of text that is drawn from an alphabet.
struct Drawn {
    /// How many characters the alphabet has.
    size: f64,
    /// The cost of one pair of neighbours.
    pair: Moments,
    /// How much of the variance two pairs share that have a byte in common.
    shared: f64,
    /// The same of the third moment, for two pairs side by side and for three.
    third: (f64, f64),
}

impl Drawn {
    fn new(alphabet: Alphabet) -> Self {
        let letters: Vec<u8> = (0..=255).filter(|b| alphabet.has(*b)).collect();
        let size = letters.len() as f64;
        let mean_of = |f: &dyn Fn(u8) -> f64| letters.iter().map(|b| f(*b)).sum::<f64>() / size;
        let mean = mean_of(&|a| mean_of(&|b| f64::from(cost(a, b))));
        let off = |a: u8, b: u8| f64::from(cost(a, b)) - mean;
        // What is left of a pair's cost when only its first byte is known, or only its second.
        let (mut first, mut second) = ([0.0; 256], [0.0; 256]);
        for &letter in &letters {
            first[usize::from(letter)] = mean_of(&|b| off(letter, b));
            second[usize::from(letter)] = mean_of(&|a| off(a, letter));
        }
        let over_pairs = |f: &dyn Fn(u8, u8) -> f64| mean_of(&|a| mean_of(&|b| f(a, b)));
        let at = |table: &[f64; 256], b: u8| table[usize::from(b)];
        Drawn {
            size,
            pair: Moments {
                mean,
                variance: over_pairs(&|a, b| off(a, b).powi(2)),
                third: over_pairs(&|a, b| off(a, b).powi(3)),
            },
            shared: mean_of(&|b| at(&second, b) * at(&first, b)),
            third: (
                over_pairs(&|a, b| off(a, b).powi(2) * (at(&first, b) + at(&second, a))),
                over_pairs(&|a, b| at(&second, a) * off(a, b) * at(&first, b)),
            ),
        }
    }

    /// So many pairs of equal bytes, of all pairs, has a text of `n` bytes.
    fn equal(&self, n: f64) -> Moments {
        let p = 1.0 / self.size;
        let pairs = n * (n - 1.0) / 2.0;
        let triples = pairs * (n - 2.0) / 3.0;
        let variance = pairs * p * (1.0 - p);
        Moments {
            mean: pairs * p,
            variance,
            third: variance * (1.0 - 2.0 * p) + 6.0 * triples * p * p * (1.0 - p),
        }
    }

    /// So much cost all pairs of neighbours of a text of `n` bytes.
    fn cost(&self, n: f64) -> Moments {
        let pairs = n - 1.0;
        let (two, three) = self.third;
        Moments {
            mean: pairs * self.pair.mean,
            variance: pairs * self.pair.variance + 2.0 * (pairs - 1.0) * self.shared,
            third: pairs * self.pair.third
                + 3.0 * (pairs - 1.0) * two
                + 6.0 * (pairs - 2.0) * three,
        }
    }
}

/// How unlikely `b` follows `a` in words and identifiers: minus 25 times the natural logarithm. The
/// table of pairs knows neither case nor which digit or sign it is.
fn cost(a: u8, b: u8) -> u32 {
    /// One of ten digits; one of the few signs that join words, or of all others.
    const DIGIT: u32 = 58;
    const OPERATOR: u32 = 35;
    const SIGN: u32 = 100;
    let pair = pair_cost(a, b);
    let more = match b {
        b'0'..=b'9' => DIGIT,
        b'_' | b'-' | b'.' | b'/' => OPERATOR,
        // The case of a letter: words change it where the next one begins, and seldom else.
        b'a'..=b'z' if a.is_ascii_lowercase() => 2,
        b'A'..=b'Z' if a.is_ascii_lowercase() => 63,
        b'a'..=b'z' if a.is_ascii_uppercase() => 12,
        b'A'..=b'Z' if a.is_ascii_uppercase() => 18,
        b'a'..=b'z' | b'A'..=b'Z' => 17,
        _ => SIGN,
    };
    pair + more
}

/// Whether the value looks drawn from the alphabet it uses. Nothing shorter than eight bytes
/// does. The dashes of a UUID and the padding of base64 do not count.
pub fn looks_random(value: &[u8]) -> bool {
    let bare: Vec<u8>;
    let mut value = value.trim_ascii_end();
    while let Some(rest) = value.strip_suffix(b"=") {
        value = rest;
    }
    if value.contains(&b'-') && value.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-') {
        bare = value.iter().copied().filter(|&b| b != b'-').collect();
        value = &bare;
    }
    if value.len() < SHORTEST || repeats(value) {
        return false;
    }
    let (alphabet, n) = (Alphabet::of(value), value.len() as f64);
    let drawn = alphabet.drawn();
    let equal = equal_pairs(value) as f64;
    if equal > drawn.equal(n).quantile(RARE).ceil() {
        return false;
    }
    // Hexadecimal digits make no words, but for the few that people think up.
    if matches!(alphabet, Alphabet::Decimal | Alphabet::Hex) {
        return true;
    }
    let pairs = value.iter().zip(&value[1..]);
    let sum: u64 = pairs.map(|(a, b)| u64::from(cost(*a, *b))).sum();
    sum as f64 >= drawn.cost(n).quantile(-RARE)
}

/// Whether a value is one short piece again and again, or goes up or down by one throughout: both
/// spread over an alphabet as evenly as drawn text.
fn repeats(value: &[u8]) -> bool {
    const PERIODS: std::ops::RangeInclusive<usize> = 1..=32;
    let again = |len: usize| {
        len * 2 <= value.len()
            // Asked of many values: the first byte tells most of them.
            && value[len] == value[0]
            && value[len..] == value[..value.len() - len]
    };
    let steps = value.iter().zip(&value[1..]);
    let steps = steps.filter(|(a, b)| a.abs_diff(**b) == 1).count();
    PERIODS.into_iter().any(again) || steps * 3 >= value.len() * 2
}

/// The check `random`: the value or a good part of it looks random. A rule's value may have a fixed
/// prefix, a public id before a separator, or hexadecimal digits with letters around them, which say
/// nothing about the rest.
pub(super) fn check(value: &[u8]) -> bool {
    // A shorter part without a digit is a word as often as not; one of this length is drawn text of
    // its own, however much stands beside it.
    const WORD: usize = 12;
    const LONG: usize = 16;
    let separator = |b: &u8| matches!(b, b'_' | b'-' | b'.' | b':' | b'~' | b'/' | b'=');
    let hex = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    let most = |piece: &[u8]| {
        let telling = piece.len() >= WORD || piece.iter().any(u8::is_ascii_digit);
        let long = piece.len() * 2 >= value.len() || piece.len() >= LONG;
        long && telling && looks_random(piece)
    };
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
        || value
            .split(|b| !hex(b))
            .any(|part| part.len() >= LONG && most(part))
        || value.len() >= 20 && [4, 8].iter().any(|&at| value.get(at..).is_some_and(most))
}

#[cfg(test)]
#[path = "random_tests.rs"]
mod tests;
