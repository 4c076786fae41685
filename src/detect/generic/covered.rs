//! What stands in the place of a secret and does not tell it: ciphertext in the notation of the tool
//! that made it, and digests in a list of known findings. Each is told by its whole form, not by a
//! word: whoever writes a plain value in such a dress must also encode it. Nothing here looks at the
//! name of a file, and a value with a provider's own form never comes by here.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::detect::assign::Assignment;

/// How far behind a value the rest of its form is looked for, in bytes.
const AHEAD: usize = 128;
/// How far before a name its siblings in a JSON object are looked for, in bytes.
const BEHIND: usize = 128;

/// Why an assigned value is no credential although its name says so; `None` for all else. Looks at
/// the name, what stands between name and value, the value, and [`AHEAD`] bytes behind it.
pub(in crate::detect) fn why(assignment: &Assignment<'_>, bytes: &[u8]) -> Option<&'static str> {
    let value = bytes.get(assignment.value.clone())?;
    let from = (assignment.key_at + assignment.key.len()).min(assignment.value.start);
    let end = assignment.value.end.saturating_add(AHEAD).min(bytes.len());
    let seen = &bytes[from..end];
    let at = assignment.value.start - from;
    sops(seen, at)
        .or_else(|| eyaml(seen, at))
        .or_else(|| transit(seen, at, value))
        .or_else(|| ansible(seen, at, value))
        .or_else(|| message(seen, at, value))
        .or_else(|| sealed(value))
        .or_else(|| rails(value))
        .or_else(|| known_finding(assignment, bytes, value))
}

/// Where the last `head` starts that stands before the value at `at`, or begins with it.
fn head(seen: &[u8], at: usize, head: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(&seen[..(at + head.len()).min(seen.len())], head)
}

fn is_base64(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

/// The base64 at the start of `text`, and what follows it.
fn base64(text: &[u8]) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|b| is_base64(**b)).count();
    text.split_at(len)
}

/// Base64 of exactly so many bytes.
fn encodes(text: &[u8], bytes: usize) -> bool {
    BASE64_STANDARD
        .decode(text)
        .is_ok_and(|decoded| decoded.len() == bytes)
}

/// `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]` (SOPS): an initialization vector of 32 bytes and a
/// tag of 16. What lies beyond the bytes that may be seen is not asked for.
fn sops(seen: &[u8], at: usize) -> Option<&'static str> {
    const HEAD: &[u8] = b"ENC[AES256_GCM,data:";
    let (data, mut rest) = base64(&seen[head(seen, at, HEAD)? + HEAD.len()..]);
    let mut fits = data.len() % 4 == 0 || rest.is_empty();
    for (name, bytes) in [(&b",iv:"[..], 32), (b",tag:", 16)] {
        if name.starts_with(rest) {
            break;
        }
        let (field, after) = base64(rest.strip_prefix(name)?);
        fits &= encodes(field, bytes) || after.is_empty();
        rest = after;
    }
    let inside = at < seen.len() - rest.len();
    (fits && inside).then_some("ciphertext of SOPS")
}

/// `ENC[PKCS7,…]` and `ENC[GPG,…]` (hiera-eyaml).
fn eyaml(seen: &[u8], at: usize) -> Option<&'static str> {
    for start in [&b"ENC[PKCS7,"[..], b"ENC[GPG,"] {
        if let Some(found) = head(seen, at, start) {
            let body = &seen[found + start.len()..];
            let cut = body
                .iter()
                .take_while(|b| is_base64(**b) || b.is_ascii_whitespace())
                .count();
            let inside = at < found + start.len() + cut;
            if inside && cut >= 40 && matches!(body.get(cut), None | Some(b']')) {
                return Some("ciphertext of hiera-eyaml");
            }
        }
    }
    None
}

/// `vault:v1:…` (HashiCorp Vault, transit engine): a nonce of 12 bytes and a tag of 16 at least.
fn transit(seen: &[u8], at: usize, value: &[u8]) -> Option<&'static str> {
    const HEAD: &[u8] = b"vault:v";
    let found = head(seen, at, HEAD)?;
    let rest = &seen[found + HEAD.len()..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (body, _) = base64(rest.get(digits..)?.strip_prefix(b":")?);
    let start = found + HEAD.len() + digits + 1;
    let own = at <= start && at + value.len() >= start;
    ((1..=6).contains(&digits) && own && decoded_from(body) >= 28)
        .then_some("ciphertext of Vault's transit engine")
}

/// How many bytes a text in base64 stands for; 0 when it is none.
fn decoded_from(text: &[u8]) -> usize {
    BASE64_STANDARD
        .decode(text)
        .map_or(0, |decoded| decoded.len())
}

/// `$ANSIBLE_VAULT;1.1;AES256` and lines of hexadecimal digits.
fn ansible(seen: &[u8], at: usize, value: &[u8]) -> Option<&'static str> {
    const HEAD: &[u8] = b"$ANSIBLE_VAULT;1.";
    let found = head(seen, at, HEAD)?;
    let longest = value
        .split(|b| !b.is_ascii_hexdigit())
        .map(<[u8]>::len)
        .max();
    let header = &seen[found + HEAD.len()..];
    let body = |b: &u8| b.is_ascii_hexdigit() || b.is_ascii_whitespace() || b"\\nr".contains(b);
    // A version of one digit, the cipher, perhaps a label; then nothing but digits up to the value.
    let line = header
        .iter()
        .position(|b| matches!(b, b'\n' | b'\\'))
        .map_or(seen.len(), |len| found + HEAD.len() + len);
    let own = line >= at || seen[line..at].iter().all(body);
    let named = header
        .get(1..)
        .is_some_and(|cipher| cipher.starts_with(b";AES256"));
    (named && own && longest >= Some(16)).then_some("ciphertext of Ansible Vault")
}

/// An armoured message: `-----BEGIN PGP MESSAGE-----`, `-----BEGIN AGE ENCRYPTED FILE-----`.
fn message(seen: &[u8], at: usize, value: &[u8]) -> Option<&'static str> {
    for (start, why) in [
        (
            &b"-----BEGIN PGP MESSAGE-----"[..],
            "a message that OpenPGP encrypted",
        ),
        (
            b"-----BEGIN AGE ENCRYPTED FILE-----",
            "a file that age encrypted",
        ),
    ] {
        let Some(found) = head(seen, at, start) else {
            continue;
        };
        // Its first full line; headers may stand before it.
        let longest = seen[found + start.len()..]
            .split(|b| !is_base64(*b))
            .map(<[u8]>::len)
            .max();
        let open = memchr::memmem::find(
            &seen[found + start.len()..at.max(found + start.len())],
            b"-----END",
        )
        .is_none();
        let own = value.starts_with(b"-----BEGIN") || value.len() >= 32;
        if open && own && longest >= Some(32) {
            return Some(why);
        }
    }
    None
}

/// A value of Sealed Secrets: the length of an encrypted session key in two bytes, that key (RSA
/// of 2,048 or 4,096 bits), and what it encrypts.
fn sealed(value: &[u8]) -> Option<&'static str> {
    let value = value.trim_ascii();
    let lead = BASE64_STANDARD.decode(value.get(..4)?).ok()?;
    let key = usize::from(*lead.first()?) << 8 | usize::from(*lead.get(1)?);
    let least = (2 + key + 16).div_ceil(3) * 4 - 2;
    (matches!(key, 256 | 512) && value.len() >= least && value.iter().all(|b| is_base64(*b)))
        .then_some("ciphertext of Sealed Secrets")
}

/// `data--iv--tag`, each in base64 (Rails' encrypted credentials, messages of ActiveSupport): an
/// initialization vector of 12 bytes and a tag of 16.
fn rails(value: &[u8]) -> Option<&'static str> {
    let value = value.trim_ascii();
    let at = value.len().checked_sub(16 + 2 + 24)?;
    let (data, rest) = value.split_at(at);
    let data = data.strip_suffix(b"--")?;
    let fits = data.len() >= 4
        && decoded_from(data) > 0
        && encodes(&rest[..16], 12)
        && &rest[16..18] == b"--"
        && encodes(&rest[18..], 16);
    fits.then_some("ciphertext of Rails")
}

/// `"hashed_secret": "<SHA-1>"` in a JSON object that also says on which line: the list of known
/// findings that detect-secrets keeps (`.secrets.baseline`).
fn known_finding(a: &Assignment<'_>, bytes: &[u8], value: &[u8]) -> Option<&'static str> {
    let digest = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    if a.key != b"hashed_secret" || value.len() != 40 || !value.iter().all(digest) {
        return None;
    }
    let low = a.key_at.saturating_sub(BEHIND);
    let before = &bytes[low..a.key_at];
    let after = &bytes[a.value.end..(a.value.end + AHEAD).min(bytes.len())];
    let open = memchr::memrchr(b'{', before).map_or(before, |at| &before[at..]);
    let close = memchr::memchr(b'}', after).map_or(after, |at| &after[..at]);
    let sibling = |name: &[u8]| {
        [open, close]
            .iter()
            .any(|side| memchr::memmem::find(side, name).is_some())
    };
    (sibling(b"\"line_number\"") && (sibling(b"\"type\"") || sibling(b"\"filename\"")))
        .then_some("the digest of a known finding (detect-secrets)")
}

#[cfg(test)]
#[path = "covered_tests.rs"]
mod tests;
