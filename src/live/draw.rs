//! Values that we draw, for servers that take what they are given: databases and brokers.

use crate::secret::Secret;

/// Characters of a value: letters and digits, so that no file and no command line needs to quote it. 62 of them.
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of a value, which are 238 bits.
const LENGTH: usize = 40;

/// A value that nobody can guess, from the system's source of random bytes.
///
/// # Errors
/// The system gives none.
pub fn drawn() -> Result<Secret, String> {
    let mut value = Vec::with_capacity(LENGTH);
    while value.len() < LENGTH {
        let mut bytes = [0_u8; 64];
        getrandom::fill(&mut bytes)
            .map_err(|error| format!("the system gives no random bytes: {error}"))?;
        // The first 248 of 256 values, so that each letter is as likely as the others.
        let letters = bytes.iter().filter(|byte| **byte < 248);
        value.extend(letters.map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()]));
    }
    value.truncate(LENGTH);
    Ok(Secret::new(&value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_values_differ_and_need_no_quotes() {
        let (one, two) = (drawn().expect("drawn"), drawn().expect("drawn"));
        assert_ne!(one.expose(), two.expose());
        assert_eq!(one.expose().len(), LENGTH);
        assert!(one.expose().iter().all(u8::is_ascii_alphanumeric));
    }
}
