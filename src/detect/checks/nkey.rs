//! NATS nkeys: base32 of one or two bytes that say what it is, 32 bytes of key and a CRC-16.
//!
//! A seed has two such bytes (`S` and the letter of its key pair) and 58 characters, a public key
//! one and 56, a private key one, 64 bytes of key and 108. Source: the README and `strkey.go` of
//! nats-io/nkeys.

use super::Verdict;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Characters of a seed, of a public key and of a private key.
const SEED: usize = 58;
const PUBLIC: usize = 56;
const PRIVATE: usize = 108;
/// The same without the checksum's characters, for templates.
const SEED_STEM: usize = 55;
const PUBLIC_STEM: usize = 53;
const PRIVATE_STEM: usize = 104;

/// CRC-16/XMODEM: polynomial 0x1021, nothing reflected, starting from zero.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0u16, |crc, &byte| {
        (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
            let shifted = crc << 1;
            if crc & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    })
}

/// The whole bytes that base32 text without padding holds, and the bits left over.
fn decode(text: &[u8]) -> Option<(Vec<u8>, u32)> {
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0u32, 0u32);
    for letter in text {
        let digit = BASE32.iter().position(|known| known == letter)?;
        held = held << 5 | u32::try_from(digit).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push((held >> bits & 0xff) as u8);
            held &= (1 << bits) - 1;
        }
    }
    Some((out, held))
}

fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0u32, 0u32);
    let mut put = |digit: u32| {
        let at = usize::try_from(digit & 31).unwrap_or_default();
        out.push(char::from(BASE32.get(at).copied().unwrap_or(b'A')));
    };
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            put(held >> bits);
            held &= (1 << bits) - 1;
        }
    }
    if bits > 0 {
        put(held << (5 - bits));
    }
    out
}

/// The last two bytes are the CRC of the others, the low one first.
pub(super) fn check(value: &[u8]) -> Verdict {
    let known = match value.len() {
        SEED => value.starts_with(b"S"),
        PUBLIC => value
            .first()
            .is_some_and(|first| b"ACMNOUVX".contains(first)),
        PRIVATE => value.starts_with(b"P"),
        _ => false,
    };
    // Bits left over are zero when a key was written by a machine.
    let Some((bytes, 0)) = decode(value).filter(|_| known) else {
        return Verdict::Unknown;
    };
    match bytes.split_last_chunk::<2>() {
        Some((body, sum)) => Verdict::of(crc16(body).to_le_bytes() == *sum),
        None => Verdict::Unknown,
    }
}

/// Takes the first 55 characters of a seed, 53 of a public key or 104 of a private one. The last of them may change: it
/// also holds bits of the checksum.
pub(super) fn complete(stem: &str) -> Option<String> {
    let mut body = match stem.len() {
        SEED_STEM | PUBLIC_STEM | PRIVATE_STEM => decode(stem.as_bytes())?.0,
        _ => return None,
    };
    body.extend(crc16(&body).to_le_bytes());
    Some(encode(&body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_is_the_xmodem_one() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn base32_goes_both_ways() {
        let bytes: Vec<u8> = (0..35u8).map(|n| n.wrapping_mul(89)).collect();
        assert_eq!(decode(encode(&bytes).as_bytes()), Some((bytes, 0)));
        assert_eq!(encode(b"foobar"), "MZXW6YTBOI");
        assert_eq!(decode(b"MZXW6YTB0I"), None);
    }

    #[test]
    fn seeds_and_public_keys_pass_and_altered_ones_fail() {
        for stem in [
            format!("SUA{}", "K7QX".repeat(13)),
            format!("U{}", "K7QX".repeat(13)),
            format!("P{}QX7", "K7QX".repeat(25)),
        ] {
            let key = complete(&stem).expect("a stem of the right length");
            assert_eq!(check(key.as_bytes()), Verdict::Passed);
            let mut other = key.into_bytes();
            other[20] = if other[20] == b'A' { b'B' } else { b'A' };
            assert_eq!(check(&other), Verdict::Failed);
            assert_eq!(check(&other[1..]), Verdict::Unknown);
        }
        assert_eq!(complete("SUA"), None);
    }
}
