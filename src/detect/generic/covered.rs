//! What stands in the place of a secret and does not tell it: ciphertext in the notation of the tool
//! that made it, and digests in a list of known findings. Each is told by its whole form, not by a
//! word: whoever writes a plain value in such a dress must also encode it. Nothing here looks at the
//! name of a file, and a value with a provider's own form never comes by here.

use crate::base64::{Engine as _, STRICT};
use crate::detect::assign::{Assignment, Op};

/// How far behind a value the rest of its form is looked for, in bytes.
const AHEAD: usize = 128;
/// How far before a name its siblings in a JSON object are looked for, in bytes.
const BEHIND: usize = 128;

/// A value, and what stands around it.
struct Seen<'a> {
    /// What stands between name and value, the value, and [`AHEAD`] bytes behind it.
    text: &'a [u8],
    /// Where the value starts in that.
    at: usize,
    value: &'a [u8],
    assignment: &'a Assignment<'a>,
    bytes: &'a [u8],
}

/// What covers a secret: the reason that is given, the test, and a template of a text in which it is
/// true.
type Row = (&'static str, fn(&Seen<'_>) -> bool, &'static str);

/// The first row that is true decides.
#[rustfmt::skip]
const COVERS: &[Row] = &[
    ("ciphertext of SOPS", sops, "password: ENC[AES256_GCM,data:{b64:{alnum:12}},iv:{b64:{alnum:32}},tag:{b64:{alnum:16}},type:str]"),
    ("ciphertext of hiera-eyaml", eyaml, "password: ENC[PKCS7,{base64:80}]"),
    ("ciphertext of Vault's transit engine", transit, "password: vault:v1:{b64:{alnum:42}}"),
    ("ciphertext of Ansible Vault", ansible, "password: \"$ANSIBLE_VAULT;1.1;AES256\\n{hex:80}\""),
    ("a message that OpenPGP encrypted", |s| message(s, b"-----BEGIN PGP MESSAGE-----"), "password: |{nl}  -----BEGIN PGP MESSAGE-----{nl}{nl}  {alnum:64}"),
    ("a file that age encrypted", |s| message(s, b"-----BEGIN AGE ENCRYPTED FILE-----"), "password: |{nl}  -----BEGIN AGE ENCRYPTED FILE-----{nl}  {alnum:64}"),
    ("ciphertext of Sealed Secrets", sealed, "password: AgAB{alnum:720}"),
    ("ciphertext of Rails", rails, "password: {b64:{alnum:24}}--{b64:{alnum:12}}--{b64:{alnum:16}}"),
    ("ciphertext of Jenkins", jenkins, "<password>{{AQAAABAAAAAQ{b64:{alnum:32}}}}</password>"),
    ("ciphertext of Maven's settings", maven, "<password>{{{b64:{alnum:32}}}}</password>"),
    ("the hash of a password, whose salt stands beside it", salted, "{{\"password\": \"{b64:{alnum:64}}\", \"salt\": \"{alnum:24}\"}}"),
    ("the digest of a known finding (detect-secrets)", known_finding, "{{\"type\": \"x\", \"hashed_secret\": \"{hex:40}\", \"line_number\": 4}}"),
];

/// Why an assigned value is no credential although its name says so; `None` for all else. Looks at
/// the name, what stands between name and value, the value, and [`AHEAD`] bytes behind it.
pub(in crate::detect) fn why(assignment: &Assignment<'_>, bytes: &[u8]) -> Option<&'static str> {
    let value = bytes.get(assignment.value.clone())?;
    let from = (assignment.key_at + assignment.key.len()).min(assignment.value.start);
    let end = assignment.value.end.saturating_add(AHEAD).min(bytes.len());
    let seen = Seen {
        text: &bytes[from..end],
        at: assignment.value.start - from,
        value,
        assignment,
        bytes,
    };
    let row = COVERS.iter().find(|(_, test, _)| test(&seen));
    row.map(|(why, ..)| *why)
}

/// Why what a rule matched is ciphertext, by its own form: a vector of SOPS, a text of Ansible Vault, a value of
/// hiera-eyaml or of Sealed Secrets.
pub(in crate::detect) fn by_form(whole: &[u8]) -> Option<&'static str> {
    let starts = |heads: &[&[u8]]| heads.iter().any(|head| whole.starts_with(head));
    if starts(&[b"$ANSIBLE_VAULT;"]) {
        Some("ciphertext of Ansible Vault")
    } else if starts(&[b",iv:"]) && memchr::memmem::find(whole, b",tag:").is_some() {
        Some("ciphertext of SOPS")
    } else if starts(&[b"ENC[PKCS7,", b"ENC[GPG,"]) {
        Some("ciphertext of hiera-eyaml")
    } else {
        // Tokens of this length are rare, and none begins so.
        (whole.len() >= 700 && is_sealed(whole)).then_some("ciphertext of Sealed Secrets")
    }
}

/// Where the last `head` starts that stands before the value, or begins with it.
fn head(seen: &Seen<'_>, head: &[u8]) -> Option<usize> {
    let end = (seen.at + head.len()).min(seen.text.len());
    memchr::memmem::rfind(&seen.text[..end], head)
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
    STRICT
        .decode(text)
        .is_ok_and(|decoded| decoded.len() == bytes)
}

/// `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]` (SOPS): an initialization vector of 32 bytes and a
/// tag of 16. What lies beyond the bytes that may be seen is not asked for.
fn sops(seen: &Seen<'_>) -> bool {
    const HEAD: &[u8] = b"ENC[AES256_GCM,data:";
    let Some(found) = head(seen, HEAD) else {
        return false;
    };
    let (data, mut rest) = base64(&seen.text[found + HEAD.len()..]);
    let mut fits = data.len() % 4 == 0 || rest.is_empty();
    for (name, bytes) in [(&b",iv:"[..], 32), (b",tag:", 16)] {
        if name.starts_with(rest) {
            break;
        }
        let Some(field) = rest.strip_prefix(name) else {
            return false;
        };
        let (field, after) = base64(field);
        fits &= encodes(field, bytes) || after.is_empty();
        rest = after;
    }
    fits && seen.at < seen.text.len() - rest.len()
}

/// `ENC[PKCS7,…]` and `ENC[GPG,…]` (hiera-eyaml).
fn eyaml(seen: &Seen<'_>) -> bool {
    [&b"ENC[PKCS7,"[..], b"ENC[GPG,"].iter().any(|start| {
        head(seen, start).is_some_and(|found| {
            let body = &seen.text[found + start.len()..];
            let cut = body
                .iter()
                .take_while(|b| is_base64(**b) || b.is_ascii_whitespace())
                .count();
            let inside = seen.at < found + start.len() + cut;
            inside && cut >= 40 && matches!(body.get(cut), None | Some(b']'))
        })
    })
}

/// `vault:v1:…` (HashiCorp Vault, transit engine): a nonce of 12 bytes and a tag of 16 at least.
fn transit(seen: &Seen<'_>) -> bool {
    const HEAD: &[u8] = b"vault:v";
    let Some(found) = head(seen, HEAD) else {
        return false;
    };
    let rest = &seen.text[found + HEAD.len()..];
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let Some(body) = rest[digits..].strip_prefix(b":") else {
        return false;
    };
    let start = found + HEAD.len() + digits + 1;
    let own = seen.at <= start && seen.at + seen.value.len() >= start;
    (1..=6).contains(&digits) && own && decoded_from(base64(body).0) >= 28
}

/// How many bytes a text in base64 stands for; 0 when it is none.
fn decoded_from(text: &[u8]) -> usize {
    STRICT.decode(text).map_or(0, |decoded| decoded.len())
}

/// `$ANSIBLE_VAULT;1.1;AES256` and lines of hexadecimal digits.
fn ansible(seen: &Seen<'_>) -> bool {
    const HEAD: &[u8] = b"$ANSIBLE_VAULT;1.";
    let Some(found) = head(seen, HEAD) else {
        return false;
    };
    let longest = seen
        .value
        .split(|b| !b.is_ascii_hexdigit())
        .map(<[u8]>::len)
        .max();
    let header = &seen.text[found + HEAD.len()..];
    let body = |b: &u8| b.is_ascii_hexdigit() || b.is_ascii_whitespace() || b"\\nr".contains(b);
    // A version of one digit, the cipher, perhaps a label; then nothing but digits up to the value.
    let line = header
        .iter()
        .position(|b| matches!(b, b'\n' | b'\\'))
        .map_or(seen.text.len(), |len| found + HEAD.len() + len);
    let own = line >= seen.at || seen.text[line..seen.at].iter().all(body);
    let named = header
        .get(1..)
        .is_some_and(|cipher| cipher.starts_with(b";AES256"));
    named && own && longest >= Some(16)
}

/// An armoured message below its first line, `start`.
fn message(seen: &Seen<'_>, start: &[u8]) -> bool {
    let Some(found) = head(seen, start) else {
        return false;
    };
    let body = found + start.len();
    // Its first full line; headers may stand before it.
    let longest = seen.text[body..]
        .split(|b| !is_base64(*b))
        .map(<[u8]>::len)
        .max();
    let before = &seen.text[body..seen.at.max(body)];
    let open = memchr::memmem::find(before, b"-----END").is_none();
    let own = seen.value.starts_with(b"-----BEGIN") || seen.value.len() >= 32;
    open && own && longest >= Some(32)
}

/// A value of Sealed Secrets: the length of an encrypted session key in two bytes, that key (RSA
/// of 2,048 or 4,096 bits), and what it encrypts.
fn sealed(seen: &Seen<'_>) -> bool {
    is_sealed(seen.value.trim_ascii())
}

fn is_sealed(value: &[u8]) -> bool {
    let lead = value.get(..4).map(|lead| STRICT.decode(lead));
    let key = match lead {
        Some(Ok(lead)) if lead.len() > 1 => usize::from(lead[0]) << 8 | usize::from(lead[1]),
        _ => return false,
    };
    let least = (2 + key + 16).div_ceil(3) * 4 - 2;
    matches!(key, 256 | 512) && value.len() >= least && value.iter().all(|b| is_base64(*b))
}

/// `data--iv--tag`, each in base64 (Rails' encrypted credentials, messages of ActiveSupport): an
/// initialization vector of 12 bytes and a tag of 16.
fn rails(seen: &Seen<'_>) -> bool {
    let value = seen.value.trim_ascii();
    let (data, rest) = value.split_at(value.len().saturating_sub(16 + 2 + 24));
    let Some(data) = data.strip_suffix(b"--") else {
        return false;
    };
    data.len() >= 4
        && decoded_from(data) > 0
        && encodes(&rest[..16], 12)
        && &rest[16..18] == b"--"
        && encodes(&rest[18..], 16)
}

/// `{…}` around base64 (Jenkins): a byte 1, the length of an initialization vector (16) and of the data in
/// four bytes each, and both.
fn jenkins(seen: &Seen<'_>) -> bool {
    let value = seen.value.trim_ascii();
    let inside = value
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    let decoded = inside.and_then(|text| STRICT.decode(text).ok());
    decoded.is_some_and(|bytes| {
        bytes.len() >= 9 + 32 && bytes.starts_with(&[1, 0, 0, 0, 16]) && bytes.len() % 16 == 9
    })
}

/// `{…}` around base64, in an element (Maven's settings): a salt, padding, and ciphertext.
fn maven(seen: &Seen<'_>) -> bool {
    let value = seen.value.trim_ascii();
    let inside = value
        .strip_prefix(b"{")
        .and_then(|rest| rest.strip_suffix(b"}"));
    seen.assignment.op == Op::Xml
        && inside.is_some_and(|text| decoded_from(text) >= 32 && text.len().is_multiple_of(4))
}

/// Whether the JSON object in which the assignment stands has a member of this name (in quotes), as far as
/// [`BEHIND`] and [`AHEAD`] go.
fn has_sibling(seen: &Seen<'_>, name: &[u8]) -> bool {
    let (a, bytes) = (seen.assignment, seen.bytes);
    let before = &bytes[a.key_at.saturating_sub(BEHIND)..a.key_at];
    let after = &bytes[a.value.end..(a.value.end + AHEAD).min(bytes.len())];
    let open = memchr::memrchr(b'{', before).map_or(before, |at| &before[at..]);
    let close = memchr::memchr(b'}', after).map_or(after, |at| &after[..at]);
    [open, close]
        .iter()
        .any(|side| memchr::memmem::find(side, name).is_some())
}

/// `"password": "…", "salt": "…"`: as many bytes as a digest has, in base64 or hexadecimal, and the salt that
/// it was made with. A password that is kept as it is needs none. Sixteen bytes are not enough: many
/// programs draw passwords of 32 digits.
fn salted(seen: &Seen<'_>) -> bool {
    const SIZES: [usize; 5] = [20, 28, 32, 48, 64];
    let value = seen.value;
    let hex = value.iter().all(u8::is_ascii_hexdigit) && SIZES.contains(&(value.len() / 2));
    let digest = hex && value.len().is_multiple_of(2) || SIZES.contains(&decoded_from(value));
    digest && super::key::read(seen.assignment.key).is_password() && has_sibling(seen, b"\"salt\"")
}

/// `"hashed_secret": "<SHA-1>"` in a JSON object that also says on which line: the list of known
/// findings that detect-secrets keeps (`.secrets.baseline`).
fn known_finding(seen: &Seen<'_>) -> bool {
    let value = seen.value;
    let digest = |b: &u8| b.is_ascii_digit() || (b'a'..=b'f').contains(b);
    let own = seen.assignment.key == b"hashed_secret";
    own && value.len() == 40
        && value.iter().all(digest)
        && has_sibling(seen, b"\"line_number\"")
        && (has_sibling(seen, b"\"type\"") || has_sibling(seen, b"\"filename\""))
}

#[cfg(test)]
#[path = "covered_tests.rs"]
mod tests;
