//! Digests of what was seen, that tell a change and nothing else.
//!
//! A plan is read by many, and a store may hold a password that somebody thought up: with a plain digest, or one with
//! a salt that stands beside it, guesses could be tried. So the key of a seal is made of the plan's nonce *and* of the
//! secret by which keysweep asks the server. Who may apply a plan has it, and who only reads the plan has not. The key
//! is made slowly, because that secret may be a password too.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::secret::Secret;

/// Rounds of PBKDF2: a tenth of a second, once a server and run.
const ROUNDS: u32 = 100_000;

/// Makes digests for one plan and one server.
pub struct Seal {
    key: Option<[u8; 32]>,
}

impl Seal {
    /// For a plan's nonce and the operator's secret. A server that is asked without one has no seals.
    pub fn new(nonce: &str, operator: Option<&Secret>) -> Self {
        let key = operator.map(|secret| {
            let mut key = [0; 32];
            pbkdf2::pbkdf2_hmac::<Sha256>(secret.expose(), nonce.as_bytes(), ROUNDS, &mut key);
            key
        });
        Seal { key }
    }

    /// The digest of a value in a place; none where there is no key.
    pub fn of(&self, place: &str, value: &Secret) -> Option<String> {
        let key = self.key?;
        Some(digest(&[&key, place.as_bytes(), value.expose()]))
    }
}

/// A digest of texts that are no secrets: 128 bits in hexadecimal digits.
pub fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"keysweep/plan/v1");
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    hex(&digest[..16])
}

/// A number that no other plan has, in hexadecimal digits. Nobody has to be unable to guess it.
pub fn fresh() -> String {
    (0..2_usize)
        .map(|n| {
            // The standard library seeds each of these from the system's randomness.
            let mut hasher = RandomState::new().build_hasher();
            hasher.write_usize(n);
            format!("{:016x}", hasher.finish())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_of_the_plan_the_server_the_place_and_the_value() {
        let secret = |text: &str| Secret::new(text.as_bytes());
        let of = |nonce: &str, operator: &str, place: &str, value: &str| {
            Seal::new(nonce, Some(&secret(operator))).of(place, &secret(value))
        };
        let one = of("n", "o", "p", "v").expect("a seal");
        assert_eq!(one.len(), 32);
        assert_eq!(of("n", "o", "p", "v").as_ref(), Some(&one));
        for other in [
            of("m", "o", "p", "v"),
            of("n", "x", "p", "v"),
            of("n", "o", "q", "v"),
            of("n", "o", "p", "w"),
        ] {
            assert_ne!(other.as_ref(), Some(&one));
        }
        assert_eq!(Seal::new("n", None).of("p", &secret("v")), None);
        assert_ne!(fresh(), fresh());
    }
}
