//! Values that are known to be no secret, whatever their name says: versions, digests of content,
//! public keys, the rest of an address, lists of words, names of variables, key files, constants of
//! programs. Each is told by its own form alone; what is merely unlikely belongs to the score.

use super::bytes::all;
use super::notation::NOTATIONS;
use super::programs::PROGRAMS;
use super::refusal::{Refusal, Row};
use super::version::is_version;
use super::words;
use crate::detect::checks;
use crate::rule::Check;

/// The first row that is true of a value decides.
const OPEN: &[Row] = &[
    (Refusal::Version, is_version, "v2.0.0-rc.1"),
    (Refusal::Digest, is_digest, "sha256:{hex:64}"),
    (
        Refusal::AddressRest,
        is_address_rest,
        "//tickets.acme.test/browse/A-1",
    ),
    (Refusal::AddressRest, is_upstream, "//maple_upstream"),
    (
        Refusal::PlainAddress,
        is_plain_address,
        "https://tickets.acme.test/browse/A-1",
    ),
    (Refusal::VariableName, is_variable_name, "CHAT_WEBHOOK_URL"),
    (
        Refusal::VariableName,
        is_path_of_a_setting,
        "globalSettings__identity__certificatePassword",
    ),
    (
        Refusal::VariableName,
        is_name_of_a_setting,
        "org-acme-auth-smtp-password",
    ),
    (Refusal::WordList, is_word_list, "good-one,dangerous-one"),
    (
        Refusal::PublicNkey,
        is_public_nkey,
        "{check:nkey:U{base32:52}}",
    ),
    (
        Refusal::PublicSshKey,
        is_public_ssh_key,
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
    ),
    (
        Refusal::PublicPem,
        is_public_pem,
        "-----BEGIN PUBLIC KEY-----",
    ),
    (Refusal::KeyFile, is_key_file, "certs/client.key"),
    (Refusal::Constant, is_constant, "0xC0000156"),
    (Refusal::ListElement, is_member_of_list, "*keys[0].Value"),
    (Refusal::MountOption, is_mount, "id=ssh.config,src="),
];

/// Every row, in order.
fn rows() -> impl Iterator<Item = &'static Row> {
    OPEN.iter().chain(NOTATIONS).chain(PROGRAMS)
}

/// Why the form of a value says that it is no secret.
pub(super) fn refusal(value: &[u8]) -> Option<Refusal> {
    let row = rows().find(|(_, test, _)| test(value));
    row.map(|(refusal, ..)| *refusal)
}

/// Templates of values of which a row is true.
pub(super) fn examples() -> impl Iterator<Item = (Refusal, &'static str)> {
    rows().map(|(refusal, _, value)| (*refusal, *value))
}

/// `--mount=type=secret,id=maple,src=…`: what a build of an image is given.
fn is_mount(value: &[u8]) -> bool {
    value.starts_with(b"id=") && memchr::memmem::find(value, b",src=").is_some()
}

/// `sha256:<hex>`, `sha512-<base64>` as lock files have it, `sha256//<base64>` as curl pins keys,
/// `name@sha256:<hex>`, `h1:<base64>`.
fn is_digest(value: &[u8]) -> bool {
    // The longest is `sha512-` and 128 digits, of which the last name counts.
    const LONGEST: usize = 140;
    // Asked of every value: the name of the algorithm stands first, or behind the name of an image.
    let named = [&b"sha"[..], b"md5", b"h1:"]
        .iter()
        .any(|name| value.starts_with(name));
    if !named && !value.contains(&b'@') {
        return false;
    }
    let tail = &value[value.len().saturating_sub(LONGEST)..];
    let named = |text: &[u8]| {
        memchr::memmem::find(text, b"sha").is_some() || memchr::memmem::find(text, b"md5").is_some()
    };
    if tail.len() < value.len() && !named(tail) {
        return false;
    }
    let at = memchr::memmem::rfind(value, b"sha")
        .or_else(|| memchr::memmem::rfind(value, b"md5"))
        .or_else(|| value.starts_with(b"h1:").then_some(0));
    let Some(at) = at.filter(|at| *at == 0 || value[at - 1] == b'@') else {
        return false;
    };
    let named = &value[at..];
    let Some(operator) = named.iter().position(|b| matches!(b, b':' | b'-' | b'/')) else {
        return false;
    };
    let (name, sum) = (&named[..operator], &named[operator + 1..]);
    let sum = sum
        .strip_prefix(b"/")
        .filter(|_| named[operator] == b'/')
        .unwrap_or(sum);
    let bytes = match name {
        b"md5" => 16,
        b"sha1" => 20,
        b"sha224" => 28,
        b"sha256" | b"h1" => 32,
        b"sha384" => 48,
        b"sha512" => 64,
        _ => return false,
    };
    let hex = sum.len() == 2 * bytes && sum.iter().all(u8::is_ascii_hexdigit);
    // An image's digest is often cut to its first digits.
    let short = named[operator] == b':'
        && (7..2 * bytes).contains(&sum.len())
        && all(sum, |b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
    let base64 = || {
        use crate::base64::{Engine as _, STRICT};
        STRICT.decode(sum).is_ok_and(|sum| sum.len() == bytes)
    };
    hex || short || base64()
}

/// `//host/path`: an address whose scheme was taken for a name.
fn is_address_rest(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"//") else {
        return false;
    };
    let end = rest
        .iter()
        .position(|b| matches!(b, b'/' | b'?' | b'#'))
        .unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let plain = all(host, |b| {
        b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b':')
    });
    plain && host.len() >= 3 && (host.contains(&b'.') || host.contains(&b':') || !path.is_empty())
}

/// `https://host/path`, `http://maple_upstream` with nothing in it that could let anyone in: no user, no
/// parameters, no long or random part.
fn is_plain_address(value: &[u8]) -> bool {
    let rest = value
        .strip_prefix(b"https:")
        .or_else(|| value.strip_prefix(b"http:"));
    rest.is_some_and(|rest| {
        (is_address_rest(rest) || is_upstream(rest))
            && !rest.iter().any(|b| matches!(b, b'?' | b'@' | b'#' | b'='))
            && rest
                .split(|b| *b == b'/')
                .skip(3)
                .all(|part| part.len() <= 40 && (part.len() < 16 || !checks::looks_random(part)))
    })
}

/// `//maple_upstream`: a host of one word, as a proxy calls the servers behind it.
fn is_upstream(rest: &[u8]) -> bool {
    let host = rest.strip_prefix(b"//").unwrap_or_default();
    let plain = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_-".contains(b);
    let named = |part: &[u8]| part.iter().filter(|b| b.is_ascii_digit()).count() <= 2;
    host.len() >= 3 && all(host, plain) && host.split(|b| b"_-".contains(b)).all(named)
}

/// `CHAT_WEBHOOK_URL`: capitals in words, without a digit.
fn is_variable_name(value: &[u8]) -> bool {
    let mut words = 0;
    value.split(|b| *b == b'_').all(|word| {
        words += 1;
        word.len() >= 2 && word.iter().all(u8::is_ascii_uppercase)
    }) && words >= 2
}

/// `settings__identity__password`: a setting as programs for .NET call it in their environment.
fn is_path_of_a_setting(value: &[u8]) -> bool {
    let parts = value.split(|b| *b == b'_').filter(|part| !part.is_empty());
    let mut parts = parts.peekable();
    parts.peek().is_some()
        && memchr::memmem::find(value, b"__").is_some_and(|at| at > 0 && at + 2 < value.len())
        && parts.all(|part| part.len() >= 2 && part.iter().all(u8::is_ascii_alphabetic))
}

/// `org-acme-auth-smtp-password`, `userStoreLoginPassword`: what a program calls a setting or a field. People
/// put fewer words, or `my` and the like before them.
fn is_name_of_a_setting(value: &[u8]) -> bool {
    const CHOSEN: &[&str] = &[
        "a", "change", "default", "insecure", "my", "new", "not", "our", "secret", "secure",
        "some", "strong", "super", "test", "the", "this", "top", "unsafe", "very", "weak", "your",
    ];
    let operator = |b: &u8| matches!(b, b'-' | b'.' | b'_');
    let plain = |b: &u8| b.is_ascii_alphanumeric() || operator(b);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    if value.len() > 120 || digits > 2 || !value.iter().all(plain) {
        return false;
    }
    let least = if value.iter().any(operator) { 4 } else { 3 };
    let small = value.first().is_some_and(u8::is_ascii_lowercase);
    let words = super::key::split(value);
    let last = words
        .last()
        .is_some_and(|word| words::SAYS_PASSWORD.fits(word));
    small
        && last
        && words.len() >= least
        && words.iter().filter(|word| word.len() < 2).count() == 0
        && !words.iter().any(|word| CHOSEN.contains(&word.as_str()))
}

/// `VAL1,VAL2`: words with at most two digits each.
fn is_word_list(value: &[u8]) -> bool {
    let word = |part: &[u8]| {
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        part.len() >= 2
            && part[0].is_ascii_alphabetic()
            && digits <= 2
            && part[..part.len() - digits]
                .iter()
                .all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-'))
            && one_case(part)
    };
    value.contains(&b',') && value.split(|b| *b == b',').all(word)
}

/// Capitals throughout, or none but the first.
fn one_case(part: &[u8]) -> bool {
    !part.iter().any(u8::is_ascii_lowercase) || !part.iter().skip(1).any(u8::is_ascii_uppercase)
}

fn is_public_nkey(value: &[u8]) -> bool {
    value.len() == 56 && checks::run(Check::Nkey, value, value) == checks::Verdict::Passed
}

/// `ssh-ed25519 AAAA…`: the half that servers are given.
fn is_public_ssh_key(value: &[u8]) -> bool {
    let value = value.trim_ascii_start();
    let kind = value.iter().position(|b| *b == b' ').unwrap_or(0);
    let named = [&b"ssh-"[..], b"ecdsa-sha2-", b"sk-ssh-", b"sk-ecdsa-"]
        .iter()
        .any(|start| value[..kind].starts_with(start));
    named && value[kind..].trim_ascii_start().starts_with(b"AAAA")
}

/// A public key or a certificate in PEM form.
fn is_public_pem(value: &[u8]) -> bool {
    let head = value.trim_ascii_start();
    head.strip_prefix(b"-----BEGIN ").is_some_and(|rest| {
        let label = &rest[..rest.len().min(40)];
        let label = &label[..memchr::memchr(b'-', label).unwrap_or(label.len())];
        label.ends_with(b"PUBLIC KEY")
            || label.ends_with(b"PUBLIC KEY BLOCK")
            || label.ends_with(b"CERTIFICATE")
    })
}

/// `certs/ca_key.pem`: where a key is kept.
fn is_key_file(value: &[u8]) -> bool {
    words::KEY_FILES.end_of(value).is_some_and(|end| {
        let stem = &value[..value.len() - end.len()];
        let last = stem.rsplit(|b| *b == b'/').next().unwrap_or(stem);
        all(stem, |b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'/' | b'_' | b'.' | b'-' | b'$' | b'{' | b'}' | b'~')
        }) && !checks::looks_random(last)
    })
}

/// `0xC0000156`: a number of at most 32 bits.
fn is_constant(value: &[u8]) -> bool {
    let digits = value
        .strip_prefix(b"0x")
        .or_else(|| value.strip_prefix(b"0X"));
    // `0x02U`: C writes the type behind it.
    let number = digits.map(|digits| {
        let kind = digits
            .iter()
            .rev()
            .take_while(|b| matches!(b, b'u' | b'U' | b'l' | b'L'));
        &digits[..digits.len() - kind.count()]
    });
    number.is_some_and(|digits| digits.len() <= 8 && all(digits, u8::is_ascii_hexdigit))
}

/// `keys[0].Value`, `*list[2].PreSharedKey`: an element of a list, in code.
fn is_member_of_list(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"*").unwrap_or(value);
    let Some(open) = memchr::memchr(b'[', value) else {
        return false;
    };
    let Some(close) = memchr::memchr(b']', value) else {
        return false;
    };
    // Letters only: chance puts digits among them.
    let member = |part: &[u8]| {
        all(part, |b| {
            b.is_ascii_alphabetic() || matches!(b, b'_' | b'.')
        })
    };
    close > open + 1
        && value[..open].first().is_some_and(u8::is_ascii_alphabetic)
        && member(&value[..open])
        && value[open + 1..close].iter().all(u8::is_ascii_digit)
        && value[close + 1..]
            .strip_prefix(b".")
            .map(|rest| rest.strip_suffix(b"()").unwrap_or(rest))
            .is_some_and(|rest| rest.first().is_some_and(u8::is_ascii_alphabetic) && member(rest))
}

/// `uploads/2024/report.pdf`, `user/settings`: where something is kept, for names that only say
/// `key`. Random base64 with a slash has no such words.
pub(super) fn is_path_like(value: &[u8]) -> bool {
    let mut parts = 0;
    let mut words = 0;
    for part in value.split(|b| *b == b'/').filter(|part| !part.is_empty()) {
        let plain = all(part, |b| {
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'*')
        });
        if !plain {
            return false;
        }
        let digits = part.iter().filter(|b| b.is_ascii_digit()).count();
        if parts == 0 && (digits > 0 || part.len() < 2 || !one_case(part)) {
            return false;
        }
        parts += 1;
        words += usize::from(digits == part.len() || digits <= 4 && one_case(part));
    }
    parts >= 2 && words * 2 >= parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_open(value: &[u8]) -> bool {
        refusal(value).is_some()
    }

    #[test]
    fn every_row_tells_its_example() {
        for (want, _, template) in rows() {
            let value = crate::example::expand(template, 3).expect("a valid template");
            assert_eq!(refusal(value.as_bytes()), Some(*want), "{value}");
        }
    }

    #[test]
    fn digests_are_no_secrets() {
        use crate::base64::{Engine as _, STANDARD};
        let hex = "0a1b2c3d".repeat(8);
        let sum = STANDARD.encode([7u8; 64]);
        for digest in [
            format!("sha256:{hex}"),
            format!("team/app@sha256:{hex}"),
            format!("sha256:{}", &hex[..12]),
            format!("sha512-{sum}"),
            format!("md5:{}", &hex[..32]),
        ] {
            assert!(is_open(digest.as_bytes()), "{digest}");
        }
        for other in [
            format!("sha256~{hex}"),
            format!("shadow:{hex}"),
            format!("sha512-{}", &sum[..40]),
            hex.clone(),
        ] {
            assert!(!is_open(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_rest_of_an_address_is_no_secret() {
        assert!(is_open(b"//tickets.acme.test/browse/A-1"));
        assert!(is_open(b"//localhost:8080"));
        assert!(is_open(b"//maple2_upstream"));
        assert!(!is_open(b"//Zk9qT2m/Xw8rB4"));
        assert!(!is_open(b"//zk9qt2mxw8rb4lp7"));
        assert!(!is_open(b"//"));
        assert!(is_open(b"https://tickets.acme.test/browse/A-1"));
        assert!(is_open(b"http://maple2_upstream"));
        for other in [
            "https://acme.test/hook/Zk9qT2mXw8rB4Lp7",
            "http://zk9qt2mxw8rb4lp7",
            "http://ann:maple7@maple_upstream",
            "https://a.test/x?k=Zk9q",
        ] {
            assert!(!is_open(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn names_and_lists_of_words_are_no_secrets() {
        for open in ["CHAT_WEBHOOK_URL", "VAL1,VAL2", "good-one,dangerous-one"] {
            assert!(is_open(open.as_bytes()), "{open}");
        }
        for other in [
            "CHAT",
            "not-secure-database-password",
            "CHAT_W3BHOOK_URL",
            "A_B",
            "VAL1",
            "kQ7,xZ9w2",
            "Maple,Tree!",
        ] {
            assert!(!is_open(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn files_constants_and_elements_are_no_secrets() {
        let hex = "0a1b2c3d".repeat(8);
        for open in [
            "$base_dir/ca_key.pem",
            "certs/client.key",
            "0xC0000156",
            "0xa2",
            "*keys[0].Value",
            "config.Tunnel[12].PreSharedKey",
            "columns[0].strip()",
            "0x02U",
            "0xffUL",
            "id=ssh.config,src=",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI",
            "ssh-rsa AAAAB3NzaC1yc2E",
            "keyring.Tunnels[0].PreSharedKey",
            "\n-----BEGIN PUBLIC KEY-----\nMIIB",
            "-----BEGIN CERTIFICATE-----",
        ] {
            assert!(is_open(open.as_bytes()), "{open}");
        }
        for other in [
            "Zk9qT2mXw8rB4Lp7.key",
            "0xC0000156F",
            "maple[0]",
            "a[b].c",
            "x[0].Zk9qT2mXw8rB4Lp7Qs3",
            "id=maple",
            "ssh-rsa maple tree",
            "-----BEGIN OF THE MAPLE-----",
            "x[0].Zk9qT2m",
            &hex,
        ] {
            assert!(!is_open(other.as_bytes()), "{other}");
        }
        let pin = {
            use crate::base64::{Engine as _, STANDARD};
            STANDARD.encode([9u8; 32])
        };
        assert!(is_open(format!("sha256//{pin}").as_bytes()));
        assert!(!is_open(format!("sha256//{}", &pin[..40]).as_bytes()));
    }

    #[test]
    fn public_nkeys_are_told_from_seeds() {
        let made = |template| crate::example::expand(template, 5).expect("a valid template");
        assert!(is_open(made("{check:nkey:U{base32:52}}").as_bytes()));
        assert!(!is_open(made("{check:nkey:SUA{base32:52}}").as_bytes()));
    }

    #[test]
    fn paths_are_told_from_base64() {
        for path in [
            "uploads/2024/report.pdf",
            "user/settings",
            "files/a1b2c3d4/x.png",
        ] {
            assert!(is_path_like(path.as_bytes()), "{path}");
        }
        for other in [
            "Zk9qT2m/Xw8rB4",
            "q8Zr/Kd93/Lw0x",
            "nothing",
            "a+b/c=",
            "abc/d+e",
        ] {
            assert!(!is_path_like(other.as_bytes()), "{other}");
        }
    }
}
