//! Fingerprints: what stays the same for a credential when its file is renamed or its line moves.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// 80 bits that name a credential without letting a reader test guesses.
///
/// * A strong secret (64 bits of randomness or more) is named by a truncated SHA-256 of its
///   value with a domain tag: nobody can guess the value, so the hash tells nothing.
/// * A weak one (a human password) is named by rule, key name and path, and where that means several
///   by its number among them: a hash of the value would be a guessing oracle. (The baseline adds a
///   slow salted tag to notice changed values.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 10]);

impl Fingerprint {
    /// The fingerprint of a value nobody can guess.
    pub fn of_strong(value: &[u8]) -> Self {
        Self::of_parts(b"keysweep/credential/v1/strong", &[value])
    }

    /// The fingerprint of a guessable value: its value takes no part.
    pub fn of_weak(rule: &str, key: &[u8], path: &[u8]) -> Self {
        Self::of_parts(
            b"keysweep/credential/v1/weak",
            &[rule.as_bytes(), key, path],
        )
    }

    /// The fingerprint of one of several guessable values that rule, key name and path do not tell
    /// apart; `more` does, and must be nothing that a value could be guessed from.
    pub fn of_weak_among(rule: &str, key: &[u8], path: &[u8], more: &[&[u8]]) -> Self {
        let mut parts = vec![rule.as_bytes(), key, path];
        parts.extend(more);
        Self::of_parts(b"keysweep/credential/v1/weak", &parts)
    }

    /// The fingerprint of the finding with the number `n` (from 2) among those of a report that
    /// would have this one.
    pub fn again(&self, n: u64) -> Self {
        Self::of_parts(
            b"keysweep/credential/v1/again",
            &[&self.0, &n.to_le_bytes()],
        )
    }

    /// Each part is hashed with its length before it, so that parts cannot run into each other.
    fn of_parts(domain: &[u8], parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        hash.update(domain);
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        let mut out = [0; 10];
        out.copy_from_slice(&digest[..10]);
        Fingerprint(out)
    }

    /// The short id that people type: the first 8 hexadecimal digits.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in self.0 {
            for half in [byte >> 4, byte & 15] {
                text.push(char::from(DIGITS[usize::from(half)]));
            }
        }
        f.write_str(&text)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl FromStr for Fingerprint {
    type Err = &'static str;

    /// Reads the 20 hexadecimal digits, in lower case, that [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digit = |byte: &u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let digits: Option<Vec<u8>> = text.as_bytes().iter().map(digit).collect();
        let digits = digits.filter(|digits| digits.len() == 20);
        let digits = digits.ok_or("a fingerprint has 20 hexadecimal digits in lower case")?;
        let mut out = [0; 10];
        for (byte, pair) in out.iter_mut().zip(digits.chunks(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Fingerprint(out))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back_as_it_was_written() {
        let one = Fingerprint::of_strong(b"x");
        assert_eq!(one.to_string().parse(), Ok(one));
        for wrong in [
            "",
            "0",
            &one.to_string().to_uppercase(),
            &one.to_string()[1..],
            "é",
        ] {
            assert!(wrong.parse::<Fingerprint>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(
            Fingerprint::of_weak("a", b"bc", b"d"),
            Fingerprint::of_weak("a", b"b", b"cd")
        );
    }

    #[test]
    fn strong_and_weak_live_in_different_domains() {
        assert_ne!(
            Fingerprint::of_strong(b"x"),
            Fingerprint::of_weak("x", b"", b"")
        );
        assert_eq!(Fingerprint::of_strong(b"x").short().len(), 8);
    }
}
