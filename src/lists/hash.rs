//! What servers compare passwords with: read, and asked whether a password fits. Nothing is broken here: it is the
//! question that the server asks itself.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::base64::{Engine, STANDARD};
use crate::hex::{self, hex};
use crate::rule::HashKind;

/// More iterations than this are a way to keep a reader busy; PostgreSQL's default is 4096.
const MAX_ITERATIONS: u32 = 1_000_000;

/// A hash as a server keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hash {
    /// SHA-256 of the password: Redis.
    Sha256([u8; 32]),
    /// SHA-1 of the SHA-1 of the password: MariaDB and MySQL.
    MysqlNative([u8; 20]),
    /// Salt, and SHA-256 of salt and password: RabbitMQ.
    RabbitmqSha256([u8; 4], [u8; 32]),
    /// The stored key of SCRAM-SHA-256 (RFC 7677), without the server's key, which would let others play the server.
    ScramSha256 {
        /// How often PBKDF2 goes around.
        iterations: u32,
        /// Its salt.
        salt: Vec<u8>,
        /// SHA-256 of the client's key.
        stored: [u8; 32],
    },
}

impl Hash {
    /// Reads a hash as a server writes it; `None` for another form.
    pub fn parse(kind: HashKind, text: &str) -> Option<Hash> {
        match kind {
            HashKind::Sha256 => Some(Hash::Sha256(hex::bytes(text)?)),
            HashKind::MysqlNative => Some(Hash::MysqlNative(hex::bytes(text.strip_prefix('*')?)?)),
            HashKind::RabbitmqSha256 => {
                let bytes = STANDARD.decode(text).ok()?;
                let (salt, hash) = bytes.split_at_checked(4)?;
                Some(Hash::RabbitmqSha256(
                    salt.try_into().ok()?,
                    hash.try_into().ok()?,
                ))
            }
            HashKind::ScramSha256 => {
                let rest = text.strip_prefix("SCRAM-SHA-256$")?;
                let (iterations, rest) = rest.split_once(':')?;
                let (salt, keys) = rest.split_once('$')?;
                let stored = keys.split(':').next()?;
                Some(Hash::ScramSha256 {
                    iterations: iterations
                        .parse()
                        .ok()
                        .filter(|n| (1..=MAX_ITERATIONS).contains(n))?,
                    salt: STANDARD.decode(salt).ok()?,
                    stored: STANDARD.decode(stored).ok()?.try_into().ok()?,
                })
            }
        }
    }

    /// Its kind.
    pub fn kind(&self) -> HashKind {
        match self {
            Hash::Sha256(_) => HashKind::Sha256,
            Hash::MysqlNative(_) => HashKind::MysqlNative,
            Hash::RabbitmqSha256(..) => HashKind::RabbitmqSha256,
            Hash::ScramSha256 { .. } => HashKind::ScramSha256,
        }
    }

    /// As [`Hash::parse`] reads it.
    pub fn text(&self) -> String {
        match self {
            Hash::Sha256(hash) => hex(hash),
            Hash::MysqlNative(hash) => format!("*{}", hex(hash)),
            Hash::RabbitmqSha256(salt, hash) => STANDARD.encode([&salt[..], hash].concat()),
            Hash::ScramSha256 {
                iterations,
                salt,
                stored,
            } => format!(
                "SCRAM-SHA-256${iterations}:{}${}",
                STANDARD.encode(salt),
                STANDARD.encode(stored)
            ),
        }
    }

    /// The hash of a password in a kind that has no salt, so that it can be looked up.
    pub(super) fn unsalted(kind: HashKind, password: &[u8]) -> Option<Hash> {
        match kind {
            HashKind::Sha256 => Some(Hash::Sha256(Sha256::digest(password).into())),
            HashKind::MysqlNative => {
                let inner = Sha1::digest(password);
                Some(Hash::MysqlNative(Sha1::digest(inner).into()))
            }
            HashKind::RabbitmqSha256 | HashKind::ScramSha256 => None,
        }
    }

    /// How much work it is to ask whether a password fits, in rounds of a hash.
    pub(super) fn cost(&self) -> u64 {
        match self {
            Hash::ScramSha256 { iterations, .. } => u64::from(*iterations),
            _ => 1,
        }
    }

    /// Whether a password fits.
    pub fn fits(&self, password: &[u8]) -> bool {
        match self {
            Hash::Sha256(_) | Hash::MysqlNative(_) => {
                Hash::unsalted(self.kind(), password).as_ref() == Some(self)
            }
            Hash::RabbitmqSha256(salt, hash) => {
                let own = Sha256::new().chain_update(salt).chain_update(password);
                own.finalize()[..] == hash[..]
            }
            Hash::ScramSha256 {
                iterations,
                salt,
                stored,
            } => scram_stored(password, salt, *iterations) == *stored,
        }
    }
}

/// `H(HMAC(PBKDF2(password, salt, iterations), "Client Key"))` (RFC 5802, section 3). PostgreSQL prepares passwords by
/// SASLprep, which leaves those in ASCII as they are.
fn scram_stored(password: &[u8], salt: &[u8], iterations: u32) -> [u8; 32] {
    let mut salted = [0u8; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, iterations, &mut salted);
    let mut mac = Hmac::<Sha256>::new_from_slice(&salted).expect("HMAC takes a key of any length");
    mac.update(b"Client Key");
    Sha256::digest(mac.finalize().into_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_servers_fit_their_passwords_and_no_others() {
        // Documented: PASSWORD('mariadb') of MariaDB's manual; RFC 7677's example for SCRAM has the password `pencil`,
        // from whose salt and count the stored key follows.
        let maria = "*54958E764CE10E50764C2EECBB71D01F08549980";
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").expect("base64");
        let stored = STANDARD.encode(scram_stored(b"pencil", &salt, 4096));
        // The proof of RFC 7677 was made with the client's key whose hash this is.
        assert_eq!(stored, "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=");
        let scram = format!("SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==${stored}:AAAA");
        let salt = [1, 2, 3, 4];
        let rabbit = Sha256::new()
            .chain_update(salt)
            .chain_update(b"pencil")
            .finalize();
        let rabbit = STANDARD.encode([&salt[..], &rabbit[..]].concat());
        let redis = hex(&Sha256::digest(b"pencil"));
        for (kind, text, password) in [
            (HashKind::MysqlNative, maria.to_owned(), &b"mariadb"[..]),
            (HashKind::ScramSha256, scram, b"pencil"),
            (HashKind::RabbitmqSha256, rabbit, b"pencil"),
            (HashKind::Sha256, redis, b"pencil"),
        ] {
            let hash = Hash::parse(kind, &text).unwrap_or_else(|| panic!("{text}"));
            assert!(hash.fits(password), "{text}");
            assert!(!hash.fits(b"pencil2"), "{text}");
            assert_eq!(Hash::parse(kind, &hash.text()), Some(hash), "{text}");
        }
    }

    #[test]
    fn other_forms_are_no_hashes() {
        for (kind, text) in [
            (HashKind::Sha256, "abc"),
            (HashKind::Sha256, "ä"),
            (HashKind::MysqlNative, "invalid"),
            (HashKind::MysqlNative, ""),
            (HashKind::RabbitmqSha256, ""),
            (HashKind::RabbitmqSha256, "AAAA"),
            (HashKind::ScramSha256, "md5d41d8cd98f00b204e9800998ecf8427e"),
            (
                HashKind::ScramSha256,
                "SCRAM-SHA-256$99999999:AAAA$AAAA:AAAA",
            ),
            (HashKind::ScramSha256, "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"),
        ] {
            assert_eq!(Hash::parse(kind, text), None, "{text}");
        }
    }
}
