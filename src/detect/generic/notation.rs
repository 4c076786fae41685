//! Notations of things that are no secret, whatever their name says: durations, addresses of hosts,
//! names of algorithms, object identifiers, names in a directory, files of pictures. Rows of
//! [`super::open`].

use super::bytes::all;
use super::refusal::{Refusal, Row};
use super::words;

/// The first row that is true of a value decides.
pub(super) const NOTATIONS: &[Row] = &[
    (Refusal::Duration, is_duration, "15.minutes"),
    (Refusal::Duration, is_rate, "1000/min"),
    (Refusal::Duration, is_rate, "10/15m/user"),
    (
        Refusal::RegistryPath,
        is_registry_path,
        r"SOFTWARE\\Maple\\Service",
    ),
    (Refusal::Constant, is_typed_number, "512u32"),
    (Refusal::Constant, is_css_escape, r"\f21b"),
    (
        Refusal::TypeName,
        is_path_of_a_type,
        "acme.auth.hashers.MapleOakHasher",
    ),
    (Refusal::Host, is_host, "127.0.0.1:8080"),
    (Refusal::Account, is_account, "0x{hex:40}"),
    (Refusal::ObjectId, is_object_id, "1.2.840.113549.1.9.7"),
    (
        Refusal::ObjectId,
        |v| v.starts_with(b"urn:"),
        "urn:ietf:wg:oauth:2.0:oob",
    ),
    (
        Refusal::DirectoryName,
        is_directory_name,
        "cn=default,ou=policies,dc=acme,dc=test",
    ),
    (Refusal::Algorithm, is_algorithm, "PBKDF2WithHmacSHA1"),
    (Refusal::Algorithm, is_list_of_ciphers, "!DSS:!RC4:kEDH"),
    (Refusal::Encoding, is_encoding, "UTF-8"),
    (
        Refusal::PublicPem,
        is_public_der,
        "MCowBQYDK2VwAyEA{base64:43}",
    ),
    (
        Refusal::Validation,
        is_validation,
        "required|min:8|confirmed",
    ),
    (Refusal::Mask, is_mask, "$encrypted$"),
    (
        Refusal::ObjectId,
        is_json_pointer,
        "#/components/schemas/maplePassword",
    ),
    (Refusal::PageText, is_page, "<!DOCTYPE html><html>maple"),
    (Refusal::Resource, is_resource, "?attr/colorMaple"),
    (Refusal::Grammar, is_grammar, "keyword.operator.$0"),
    (Refusal::MediaFile, is_media_file, "maple/v4/3c/7a/leaf.png"),
];

/// What fields of forms are checked by, in the notation of frameworks for the web.
const CHECKED_BY: &[&[u8]] = &[
    b"required",
    b"nullable",
    b"sometimes",
    b"confirmed",
    b"hashed",
    b"encrypted",
    b"required_with",
    b"required_if",
    b"required_without",
    b"required_unless",
    b"not_array",
];

/// Checks that say how long something is, with a number; one of them tells by itself (`min:8`).
const LIMITS: &[&[u8]] = &[
    b"min",
    b"max",
    b"size",
    b"between",
    b"digits",
    b"digits_between",
];

/// `required|min:8|confirmed`, `min:8`: names of checks with arguments, one of which no other notation has.
fn is_validation(value: &[u8]) -> bool {
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"_:,.".contains(b);
    // The last one may be put to it by the program.
    let value = value.strip_suffix(b"|").unwrap_or(value);
    let mut parts = value.split(|b| *b == b'|');
    let head = |part: &[u8]| part.split(|b| *b == b':').next().unwrap_or(part).to_vec();
    if let Some(at) = memchr::memchr(b':', value)
        && LIMITS.contains(&&value[..at])
        && all(&value[at + 1..], |b| b.is_ascii_digit() || *b == b',')
    {
        return true;
    }
    value.split(|b| *b == b'|').all(|one| all(one, part))
        && parts.any(|one| CHECKED_BY.contains(&head(one).as_slice()))
}

/// `$encrypted$`, `maple***leaf`, `**masked**`.
fn is_mask(value: &[u8]) -> bool {
    let inner = value
        .strip_prefix(b"$")
        .and_then(|rest| rest.strip_suffix(b"$"));
    inner.is_some_and(|word| all(word, u8::is_ascii_lowercase))
        || memchr::memmem::find(value, b"***").is_some()
        || value
            .strip_prefix(b"**")
            .and_then(|rest| rest.strip_suffix(b"**"))
            .is_some_and(|word| all(word, u8::is_ascii_lowercase))
}

/// `#/components/schemas/login`: the place in the same document that is meant (RFC 6901), in words.
fn is_json_pointer(value: &[u8]) -> bool {
    let word = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        digits <= 2
            && all(part, |b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
            })
    };
    let parts = value
        .strip_prefix(b"#/")
        .map(|rest| rest.split(|b| *b == b'/'));
    parts.is_some_and(|mut parts| value[2..].contains(&b'/') && parts.all(word))
}

/// A whole page.
fn is_page(value: &[u8]) -> bool {
    let head = value.trim_ascii_start();
    let head = head[..head.len().min(9)].to_ascii_lowercase();
    head.starts_with(b"<!doctype") || head.starts_with(b"<html>")
}

/// `@string/maple`, `?attr/colorMaple`: what an application for a telephone calls its texts and colours.
fn is_resource(value: &[u8]) -> bool {
    let kinds: [&[u8]; 9] = [
        b"?attr/",
        b"?android:",
        b"@android:",
        b"@string/",
        b"@color/",
        b"@drawable/",
        b"@dimen/",
        b"@style/",
        b"@id/",
    ];
    kinds.iter().any(|kind| value.starts_with(kind))
}

/// `keyword.operator.$0`, `string.$S2.escape`: words of small letters with dots between them, of which one
/// holds a field.
fn is_grammar(value: &[u8]) -> bool {
    let word = |part: &[u8]| {
        let (word, field) = match memchr::memchr(b'$', part) {
            Some(at) => part.split_at(at),
            None => (part, &b""[..]),
        };
        let field = field.get(1..).unwrap_or_default();
        word.iter().all(|b| b.is_ascii_lowercase() || *b == b'-')
            && field.len() <= 8
            && field.iter().all(u8::is_ascii_alphanumeric)
    };
    value.contains(&b'$') && value.contains(&b'.') && value.split(|b| *b == b'.').all(word)
}

/// `24h`, `15.minutes`, `1h30m`, `7 days`, `PT15M`: at most three numbers, each with a unit.
fn is_duration(value: &[u8]) -> bool {
    let text = value.to_ascii_lowercase();
    let mut rest = text.strip_prefix(b"pt").unwrap_or(&text);
    for _ in 0..3 {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if !(1..=6).contains(&digits) {
            return false;
        }
        rest = &rest[digits..];
        rest = match rest {
            [b'.' | b' ' | b'_' | b'-', rest @ ..] => rest,
            rest => rest,
        };
        let letters = rest.iter().take_while(|b| b.is_ascii_lowercase()).count();
        let unit = std::str::from_utf8(&rest[..letters]).unwrap_or_default();
        if !words::UNITS_OF_TIME.contains(unit) {
            return false;
        }
        rest = &rest[letters..];
        if rest.is_empty() {
            return true;
        }
    }
    false
}

/// `1000/min`, `5/15m`, `10/hour/user`: so many in a time, perhaps for each of something.
fn is_rate(value: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|b| b.is_ascii_digit()).count();
    let many = digits(value);
    let mut parts = value[many..].split(|b| *b == b'/');
    if !(1..=9).contains(&many) || parts.next() != Some(b"") {
        return false;
    }
    let unit = parts.next().unwrap_or_default();
    let unit = std::str::from_utf8(&unit[digits(unit).min(4)..]).unwrap_or_default();
    let each = parts.next();
    words::UNITS_OF_TIME.contains(unit)
        && each.is_none_or(|each| each.len() >= 2 && all(each, u8::is_ascii_lowercase))
        && parts.next().is_none()
}

/// `SOFTWARE\\Maple\\Service`: three words or more, with backslashes between them.
fn is_registry_path(value: &[u8]) -> bool {
    let parts = value.split(|b| *b == b'\\').filter(|part| !part.is_empty());
    let mut words = 0;
    let plain = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        digits <= 2
            && part.len() >= 3
            && all(part, |b| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b' ' | b'.')
            })
    };
    value.contains(&b'\\')
        && parts.into_iter().all(|part| {
            words += 1;
            plain(part)
        })
        && words >= 3
}

/// `512u32`, `1_000i64`, `0xffUL`: a number of a program with its type.
fn is_typed_number(value: &[u8]) -> bool {
    const TYPES: &[&[u8]] = &[
        b"u8", b"u16", b"u32", b"u64", b"usize", b"i8", b"i16", b"i32", b"i64", b"isize", b"f32",
        b"f64", b"UL", b"ULL", b"LL", b"L",
    ];
    TYPES
        .iter()
        .filter_map(|end| value.strip_suffix(*end))
        .any(|number| {
            let number = number.strip_prefix(b"-").unwrap_or(number);
            let hex = number.strip_prefix(b"0x");
            hex.is_some_and(|hex| {
                hex.len() <= 16 && all(hex, |b| b.is_ascii_hexdigit() || *b == b'_')
            }) || number.len() <= 20 && all(number, |b| b.is_ascii_digit() || *b == b'_')
        })
}

/// `\f21b`, `\U1F9D2`: a character, of a style sheet or a table of them.
fn is_css_escape(value: &[u8]) -> bool {
    let rest = value.strip_prefix(b"\\");
    let digits = rest.map(|rest| {
        let long = rest.strip_prefix(b"U").or(rest.strip_prefix(b"u"));
        long.unwrap_or(rest)
    });
    digits.is_some_and(|digits| digits.len() <= 8 && all(digits, u8::is_ascii_hexdigit))
}

/// `django.auth.hashers.MapleHasher`: words of small letters with dots between them, and a type.
fn is_path_of_a_type(value: &[u8]) -> bool {
    let mut parts = value.rsplit(|b| *b == b'.');
    let name = |part: &[u8]| all(part, |b| b.is_ascii_lowercase() || *b == b'_');
    let is_type = |part: &[u8]| {
        part.first().is_some_and(u8::is_ascii_uppercase)
            && part.iter().any(u8::is_ascii_lowercase)
            && part.iter().filter(|b| b.is_ascii_digit()).count() <= 3
            && all(part, |b| b.is_ascii_alphanumeric() || *b == b'_')
    };
    parts.next().is_some_and(is_type)
        && value.iter().filter(|b| **b == b'.').count() >= 2
        && parts.all(name)
}

/// `127.0.0.1`, `10.0.0.1:8080`, `localhost:6379`, `db.acme.test:5432`: a host, as a service is given
/// one. A name alone may be anything, so it needs its port.
fn is_host(value: &[u8]) -> bool {
    let (host, port) = match value.iter().rposition(|b| *b == b':') {
        Some(at) => (&value[..at], Some(&value[at + 1..])),
        None => (value, None),
    };
    if port.is_some_and(|port| port.len() > 5 || !all(port, u8::is_ascii_digit)) {
        return false;
    }
    let numbers = || {
        let mut count = 0;
        host.split(|b| *b == b'.').all(|part| {
            count += 1;
            part.len() <= 3 && all(part, u8::is_ascii_digit)
        }) && count == 4
    };
    let named = || {
        let parts = host.split(|b| *b == b'.');
        let (mut count, mut letters) = (0, false);
        let plain = parts.into_iter().all(|part| {
            count += 1;
            letters = part.iter().all(u8::is_ascii_lowercase);
            part.len() <= 40
                && all(part, |b| {
                    b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-'
                })
        });
        plain && letters && count >= 2
    };
    host == b"localhost" || numbers() || port.is_some() && named()
}

/// `0x` and 40 digits: the address of an account or contract of Ethereum. Its private key has 64.
fn is_account(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"0x");
    digits.is_some_and(|digits| digits.len() == 40 && all(digits, u8::is_ascii_hexdigit))
}

/// `1.2.840.113549.1.9.7`: five numbers or more.
fn is_object_id(value: &[u8]) -> bool {
    let mut numbers = 0;
    value.split(|b| *b == b'.').all(|part| {
        numbers += 1;
        part.len() <= 10 && all(part, u8::is_ascii_digit)
    }) && numbers >= 5
}

/// `cn=default,ou=policies,dc=acme`: the name of something in a directory (RFC 4514).
fn is_directory_name(value: &[u8]) -> bool {
    let mut parts = 0;
    value.split(|b| *b == b',').all(|part| {
        parts += 1;
        let part = part.trim_ascii().to_ascii_lowercase();
        let kinds = [
            &b"cn="[..],
            b"ou=",
            b"dc=",
            b"uid=",
            b"o=",
            b"c=",
            b"l=",
            b"st=",
        ];
        kinds.iter().any(|kind| part.starts_with(kind))
    }) && parts >= 2
}

/// `PBKDF2WithHmacSHA1`, `AES/CBC/PKCS5Padding`, `scram-sha-256`: made of words for algorithms and
/// numbers.
fn is_algorithm(value: &[u8]) -> bool {
    if value.len() > 48 {
        return false;
    }
    let mut rest: &[u8] = &value.to_ascii_lowercase();
    let mut named = 0;
    while !rest.is_empty() {
        let word = words::ALGORITHMS.longest_start_of(rest);
        let skipped = match word {
            Some(word) => word.len(),
            None if matches!(rest[0], b'0'..=b'9' | b'-' | b'_' | b'/' | b'.') => 1,
            None => return false,
        };
        named += word.map_or(0, str::len);
        rest = &rest[skipped..];
    }
    named * 2 >= value.len() && named >= 3 || is_signature(value)
}

/// `!DSS:!RC4:!LOW@STRENGTH`: which ciphers OpenSSL may use and which it may not (openssl-ciphers(1)). It tells by what
/// it forbids.
fn is_list_of_ciphers(value: &[u8]) -> bool {
    let name = |part: &[u8]| {
        let part = part.split(|b| *b == b'@').next().unwrap_or(part);
        let part = part.strip_prefix(b"!").unwrap_or(part);
        part.len() >= 2 && all(part, |b| b.is_ascii_alphanumeric() || b"+-_".contains(b))
    };
    let parts = || value.split(|b| *b == b':');
    value.contains(&b':') && parts().any(|part| part.starts_with(b"!")) && parts().all(name)
}

/// `ES512`: how a token is signed (RFC 7518, section 3.1).
fn is_signature(value: &[u8]) -> bool {
    let kinds = [&b"HS"[..], b"RS", b"ES", b"PS"];
    let size = kinds.iter().find_map(|kind| value.strip_prefix(*kind));
    size.is_some_and(|size| [&b"256"[..], b"384", b"512"].contains(&size))
}

/// `UTF-8`: how letters are written as bytes.
fn is_encoding(value: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[
        b"ascii",
        b"us-ascii",
        b"utf-8",
        b"utf8",
        b"utf-16",
        b"utf-16le",
        b"utf-16be",
        b"utf-32",
        b"iso-8859-1",
        b"latin1",
        b"latin-1",
        b"windows-1252",
    ];
    NAMES.iter().any(|name| value.eq_ignore_ascii_case(name))
}

/// A public key or a certificate in base64 without its frame (RFC 5280): a sequence that begins with
/// the algorithm and a string of bits, or with a sequence that begins with the version 3.
fn is_public_der(value: &[u8]) -> bool {
    use crate::base64::{Engine as _, STRICT};
    const ENOUGH: usize = 64;
    if value.len() < 40 || !value.starts_with(b"M") {
        return false;
    }
    let head = value
        .get(..ENOUGH.min(value.len() / 4 * 4))
        .unwrap_or_default();
    let Ok(bytes) = STRICT.decode(head) else {
        return false;
    };
    let inside = |bytes: &'_ [u8]| -> Option<(usize, usize)> {
        let (&[tag, len], rest) = bytes.split_first_chunk::<2>()?;
        let more = if len & 0x80 == 0 {
            0
        } else {
            usize::from(len & 0x7f)
        };
        let len = match more {
            0 => usize::from(len),
            1 => usize::from(*rest.first()?),
            2 => usize::from(*rest.first()?) << 8 | usize::from(*rest.get(1)?),
            _ => return None,
        };
        (tag == 0x30).then_some((2 + more, len))
    };
    let found = inside(&bytes).and_then(|(outer, _)| {
        let bytes = &bytes[outer..];
        let (head, len) = inside(bytes)?;
        let certificate = bytes.get(head..)?.starts_with(&[0xa0, 3, 2, 1, 2]);
        let bits = bytes.get(head + len) == Some(&3) && bytes.get(head) == Some(&6);
        Some(certificate || bits)
    });
    found == Some(true)
}

/// `maple/v4/3c/leaf.png`, `leaf.svg`: the file of a picture, a sound, a page.
fn is_media_file(value: &[u8]) -> bool {
    let plain = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'/' | b'.' | b'_' | b'-' | b'@' | b'%' | b'~')
    };
    words::MEDIA_ENDS.end_of(value).is_some() && all(value, plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(value: &str) -> Option<Refusal> {
        let row = NOTATIONS.iter().find(|(_, test, _)| test(value.as_bytes()));
        row.map(|(refusal, ..)| *refusal)
    }

    #[test]
    fn notations_are_told_from_what_looks_like_them() {
        for (refusal, values) in [
            (
                Refusal::Duration,
                &["24h", "30d", "1h30m", "7 days", "PT15M", "3600s"][..],
            ),
            (
                Refusal::Host,
                &["127.0.0.1", "localhost:6379", "db.acme.test:5432"],
            ),
            (Refusal::ObjectId, &["1.3.6.1.5.5.7.3.1"]),
            (Refusal::DirectoryName, &["uid=maple,ou=people,dc=acme"]),
            (
                Refusal::Algorithm,
                &[
                    "AES/CBC/PKCS5Padding",
                    "scram-sha-256",
                    "HmacSHA256",
                    "aes-256-gcm",
                    "bcrypt",
                ],
            ),
            (Refusal::MediaFile, &["Purple/v4/3c/7a/x.png", "logo.svg"]),
        ] {
            for value in values {
                assert_eq!(refused(value), Some(refusal), "{value}");
            }
        }
        for value in [
            "24hours7Zq",
            "2024summer",
            "1234567",
            "olivia.2015",
            "maple.leaf",
            "Maple:5432",
            "sha256maple",
            "aesthetic",
            "1.2.3",
            "q8Zr,Kd93",
            "tequila",
        ] {
            assert_eq!(refused(value), None, "{value}");
        }
    }
}
