//! A small deterministic generator and the alphabets.

/// SplitMix64: good enough for examples, useless for secrets, which is as it should be.
pub struct Random(u64);

impl Random {
    /// With a seed; the same seed gives the same numbers.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// The next of 2⁶⁴ numbers.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn byte(&mut self) -> u8 {
        self.number().to_be_bytes()[0]
    }

    pub(super) fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.byte()).collect()
    }

    /// `length` characters of `letters`. From eight characters on, an alphabet with digits and
    /// letters gives both, and the text passes for random: a few draws in a thousand would not.
    pub(super) fn text(&mut self, letters: &[u8], length: usize) -> String {
        let mixed =
            letters.iter().any(u8::is_ascii_digit) && letters.iter().any(u8::is_ascii_alphabetic);
        let mut text = Vec::new();
        for _ in 0..200 {
            text = (0..length).map(|_| self.pick(letters)).collect();
            let both =
                text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
            // Symbols at the ends would let a carrier's word boundaries decide.
            let ends = [text.first(), text.last()];
            let framed = ends.iter().flatten().all(|b| b.is_ascii_alphanumeric());
            let long_enough = length < 8 || crate::detect::checks::looks_random(&text);
            if length < 8 || (!mixed || both && framed) && long_enough {
                break;
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    }

    fn pick(&mut self, letters: &[u8]) -> u8 {
        let at = usize::try_from(self.number() >> 33).unwrap_or_default() % letters.len().max(1);
        letters.get(at).copied().unwrap_or(b'0')
    }
}

const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The alphabet of a placeholder's name; `None` where there is no such placeholder.
pub fn letters(name: &str) -> Option<Vec<u8>> {
    Some(match name {
        "alnum" => [DIGITS, UPPER, LOWER].concat(),
        "hex" => b"0123456789abcdef".to_vec(),
        "HEX" => b"0123456789ABCDEF".to_vec(),
        "digit" => DIGITS.to_vec(),
        "lower" => LOWER.to_vec(),
        "upper" => UPPER.to_vec(),
        "lowernum" => [DIGITS, LOWER].concat(),
        "uppernum" => [DIGITS, UPPER].concat(),
        "base32" => [UPPER, b"234567"].concat(),
        "base64" => [DIGITS, UPPER, LOWER, b"+/"].concat(),
        "base64url" => [DIGITS, UPPER, LOWER, b"-_"].concat(),
        "word" => [DIGITS, UPPER, LOWER, b"_"].concat(),
        _ => return None,
    })
}
