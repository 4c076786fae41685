//! Private keys that everybody has: test vectors of standards and keys that projects ship with
//! their tests. They are kept as fingerprints of the key's bytes, so that no key stands here.
//!
//! A fingerprint is that of the decoded body: base64 without whatever carries it (line ends,
//! escapes, quotes), and for PKCS#8 the key inside the wrapper. So an RSA key has one fingerprint
//! in `PRIVATE KEY` and `RSA PRIVATE KEY`. An elliptic key may have two, because the wrapper takes
//! over a field of it.

use crate::base64::{Engine, STANDARD};
use crate::secret::Fingerprint;

/// Fingerprint and source. Each was computed from the file or section that it names.
const KNOWN: &[(&str, &str)] = &[
    // hashicorp/vagrant keys/vagrant.key.rsa, keys/vagrant.key.ed25519
    ("14511b2bafc0588a8627", "insecure key of Vagrant"),
    ("cad723bfbd702ab09d4a", "insecure key of Vagrant"),
    (
        "50a5a3c3c0e526a01d42",
        "test vector of RFC 8032, section 7.1",
    ),
    ("bd8e94309e1d4dcf38e5", "sample of RFC 8410, section 10.3"),
    (
        "8e25bbf864d852c36917",
        "test key of RFC 9421, appendix B.1.3",
    ),
    (
        "14366e1d7835a1c734a7",
        "test key of RFC 9421, appendix B.1.4",
    ),
    ("b809b5c46627b1c9beb2", "test key of RFC 9500, section 2.3"),
    // golang/go src/crypto/tls/testdata/example-key.pem, src/net/http/internal/testcert
    ("515394ec20dfed5d13f8", "example key of Go's crypto/tls"),
    ("a60a03cec2932ac27c8f", "test key of Go's httptest"),
    // golang/crypto ssh/testdata/keys.go: rsa, ecdsa, ed25519
    ("94f19c1098aaeb974623", "test key of Go's x/crypto/ssh"),
    ("9a47cbf891ef87b3152d", "test key of Go's x/crypto/ssh"),
    ("0832ae66017f095a8257", "test key of Go's x/crypto/ssh"),
    // grpc/grpc-go testdata/server1.key, which all gRPC implementations share
    ("bcbade3b9562f625c12c", "test key of gRPC"),
];

/// Where a private key comes from, if it is one that everybody has.
pub(super) fn known(value: &[u8]) -> Option<&'static str> {
    find(value, KNOWN)
}

/// The same with any list of fingerprints.
fn find<'a>(value: &[u8], list: &[(&str, &'a str)]) -> Option<&'a str> {
    let print = print(value)?.to_string();
    list.iter()
        .find(|(have, _)| *have == print)
        .map(|(_, source)| *source)
}

/// The fingerprint of the key in a PEM block; none for other values and encrypted keys.
fn print(value: &[u8]) -> Option<Fingerprint> {
    let der = STANDARD.decode(body(value)?).ok()?;
    Some(Fingerprint::of_strong(inside(&der).unwrap_or(&der)))
}

/// The base64 between the lines of a PEM block, without what carries it.
fn body(value: &[u8]) -> Option<Vec<u8>> {
    let at = memchr::memmem::find(value, b"-----BEGIN ")?;
    let rest = value.get(at + 11..)?;
    let rest = rest.get(memchr::memmem::find(rest, b"-----")? + 5..)?;
    let end = memchr::memmem::find(rest, b"-----END").unwrap_or(rest.len());
    let plain = unescape(rest.get(..end)?);
    let mut text = Vec::with_capacity(plain.len());
    for line in plain.split(|&b| b == b'\n') {
        // Around the quotes of concatenated strings stands what joins them, a `+` perhaps.
        let part = line
            .split(|b| matches!(b, b'"' | b'\'' | b'`'))
            .filter(|part| part.iter().any(u8::is_ascii_alphanumeric))
            .max_by_key(|part| part.trim_ascii().len())
            .unwrap_or_default();
        if part.contains(&b':') {
            return None; // a header: the key is encrypted, and nobody's sample
        }
        let letter = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
        text.extend(part.iter().filter(letter));
    }
    Some(text)
}

/// Line ends that a string writes out, as line ends; other backslashes are dropped.
fn unescape(mut rest: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(rest.len());
    while let Some((&byte, more)) = rest.split_first() {
        rest = more;
        match (byte, more) {
            (b'\\', [b'n' | b'r', more @ ..]) => {
                plain.push(b'\n');
                rest = more;
            }
            (b'\\', _) => {}
            (b'\r', _) => plain.push(b'\n'),
            _ => plain.push(byte),
        }
    }
    plain
}

/// The key inside PKCS#8: `SEQUENCE { INTEGER, SEQUENCE { … }, OCTET STRING, … }` (RFC 5958).
fn inside(der: &[u8]) -> Option<&[u8]> {
    let (info, _) = element(der, 0x30)?;
    let (_, rest) = element(info, 0x02)?;
    let (_, rest) = element(rest, 0x30)?;
    let (key, _) = element(rest, 0x04)?;
    Some(key)
}

/// The content of a DER element with this tag, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[have, first], rest) = der.split_first_chunk::<2>()?;
    if have != tag {
        return None;
    }
    if first < 0x80 {
        return rest.split_at_checked(usize::from(first));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return None;
    }
    let (digits, rest) = rest.split_at_checked(count)?;
    let length = digits.iter().fold(0usize, |n, &d| n << 8 | usize::from(d));
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::expand;

    fn block(label: &str, seed: u64) -> String {
        expand(&format!("{{pem:{label}}}"), seed).expect("a template")
    }

    #[test]
    fn a_listed_key_is_recognised_in_any_carrier() {
        for label in ["RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"] {
            let key = block(label, 7);
            let print = print(key.as_bytes()).expect("a key").to_string();
            let list = [(print.as_str(), "test key of the test")];
            let carriers = [
                key.clone(),
                key.replace('\n', "\\n"),
                key.replace('\n', "\\r\\n"),
                key.replace('\n', "\n    "),
                format!("\"{}\"", key.replace('\n', "\\n\" +\n  \"")),
                key.replace('/', "\\/"),
            ];
            for carrier in carriers {
                let found = find(carrier.as_bytes(), &list);
                assert_eq!(found, Some("test key of the test"), "{carrier}");
            }
            assert_eq!(find(block(label, 8).as_bytes(), &list), None);
            assert_eq!(known(key.as_bytes()), None);
        }
    }

    #[test]
    fn the_wrapper_of_pkcs8_does_not_change_the_key() {
        let key = block("RSA PRIVATE KEY", 7);
        let der = STANDARD
            .decode(body(key.as_bytes()).expect("a body"))
            .expect("base64");
        let wrap = |tag: u8, content: &[u8]| {
            let length = u16::try_from(content.len()).expect("short").to_be_bytes();
            [&[tag, 0x82], &length[..], content].concat()
        };
        let algorithm = [0x30, 0x02, 0x05, 0x00];
        let wrapped = wrap(
            0x30,
            &[&[2, 1, 0][..], &algorithm, &wrap(0x04, &der)].concat(),
        );
        let pkcs8 = [
            "-----BEGIN PRIVATE",
            " KEY-----\n",
            &STANDARD.encode(wrapped),
            "\n-----END PRIVATE KEY-----",
        ]
        .concat();
        assert_eq!(print(pkcs8.as_bytes()), print(key.as_bytes()));
    }

    #[test]
    fn what_is_no_plain_key_has_no_fingerprint() {
        let encrypted = expand("{pem-encrypted:RSA PRIVATE KEY}", 7).expect("a template");
        assert_eq!(print(encrypted.as_bytes()), None);
        assert_eq!(print(b"a password"), None);
        assert_eq!(print(b"-----BEGIN "), None);
        for broken in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x85\0\0\0\0\0",
            b"\x30\x84\xff\xff\xff\xff",
        ] {
            assert_eq!(inside(broken), None);
        }
    }

    #[test]
    fn the_list_is_well_formed() {
        let mut prints: Vec<&str> = KNOWN.iter().map(|(print, _)| *print).collect();
        prints.sort_unstable();
        prints.dedup();
        assert_eq!(prints.len(), KNOWN.len(), "twice in the list");
        for (print, source) in KNOWN {
            assert_eq!(print.len(), 20, "{source}");
            assert!(
                print
                    .bytes()
                    .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            );
            assert!(
                ["insecure ", "test ", "sample ", "example "]
                    .iter()
                    .any(|w| source.starts_with(w))
            );
        }
    }
}
