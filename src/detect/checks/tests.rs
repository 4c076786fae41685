//! Values are built by the algorithms, anchored at the CRC's published check value and the
//! vectors of Marvin32.

use proptest::prelude::*;

use super::*;
use crate::example::expand;
use crate::rule::Check;

/// All names of checks, as rule files write them.
fn names() -> impl Iterator<Item = &'static str> {
    Check::ALL.iter().map(|check| check.name())
}

fn run(name: &str, whole: &[u8], value: &[u8]) -> Verdict {
    super::run(Check::named(name).expect("a check"), whole, value)
}

fn complete(name: &str, stem: &str) -> Option<String> {
    super::complete(Check::named(name).expect("a check"), stem)
}

fn made(template: &str) -> String {
    expand(template, 7).expect("a valid template")
}

/// One template for each check with check characters.
fn templates() -> Vec<(&'static str, String)> {
    [
        ("crc32-base62", "{check:crc32-base62:ghp_{alnum:30}}"),
        ("crc32-base62", "{check:crc32-base62:npm_{alnum:30}}"),
        ("crc32-hex", "{check:crc32-hex:ATATT3x{base64url:170}=}"),
        ("crc32-hex-body", "{check:crc32-hex-body:cfut_{alnum:40}}"),
        ("crc32-hex-body", "{check:crc32-hex-body:zpka_{hex:32}}"),
        ("crc32-le-hex", "{check:crc32-le-hex:glsa_{alnum:32}}"),
        (
            "crc32-base62-all",
            "{check:crc32-base62-all:syt_{b64:deploy}_{lower:20}}",
        ),
        ("crc32-le-base64", "{check:crc32-le-base64:cflt{base64:54}}"),
        (
            "gitlab-routable",
            "{check:gitlab-routable:glpat-{base64url:27}}",
        ),
        (
            "azure-identifiable",
            "{check:azure-identifiable:{base64:76}ACDb}",
        ),
        (
            "azure-identifiable",
            "{check:azure-identifiable:{alnum:33}+ASb}=",
        ),
        (
            "azure-identifiable",
            "{check:azure-identifiable:{alnum:42}AzSe}",
        ),
        (
            "azure-cask",
            "{check:azure-cask:{base64:52}JQQJ99BKAAAA{base64:12}AZDO}",
        ),
        ("aws-key-id", "{check:aws-key-id:AKIA{base32:16}}"),
        ("nkey", "{check:nkey:SUA{base32:52}}"),
        ("nkey", "{check:nkey:U{base32:52}}"),
        (
            "pypi-macaroon",
            "{check:pypi-macaroon:pypi.org {uuid} {hex:64}}",
        ),
    ]
    .into_iter()
    .map(|(name, template)| (name, made(template)))
    .collect()
}

#[test]
fn crc_is_the_ieee_one() {
    assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
}

#[test]
fn marvin_gives_the_published_vectors() {
    let seed = 0x004f_b61a_001b_dbcc;
    let vectors: [(&[u8], u64); 4] = [
        (&[], 0x30ed_35c1_00cd_3c7d),
        (&[0xaf], 0x48e7_3fc7_7d75_ddc1),
        (&[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8),
        (&[0x37, 0xf4, 0x95], 0xf0b0_7c78_9b8c_f7e8),
    ];
    for (data, expected) in vectors {
        let (low, high) = azure::marvin32(data, seed);
        assert_eq!(u64::from(high) << 32 | u64::from(low), expected);
    }
}

#[test]
fn completed_values_pass() {
    for (name, value) in templates() {
        let value = value.as_bytes();
        assert_eq!(run(name, value, value), Verdict::Passed, "{name}");
    }
}

#[test]
fn every_named_check_passes_on_something() {
    let mut passing = templates();
    passing.extend([
        ("jwt", made(r#"{jwt:{"alg":"HS256"}.{"sub":"1"}}"#)),
        ("pem", made("{pem:EC PRIVATE KEY}")),
        ("random", made("{alnum:32}")),
        (
            "gcp-key-file",
            made(r#"{{"type":"service_account","private_key":"","client_email":"a@b"}}"#),
        ),
        (
            "sentry-org-token",
            made(r#"sntrys_{b64:{{"iat":1.5,"url":"u","org":"o"}}}_{base64:43}"#),
        ),
    ]);
    for name in names() {
        let passes = |(n, v): &(&str, String)| {
            *n == name && run(name, v.as_bytes(), v.as_bytes()) == Verdict::Passed
        };
        assert!(passing.iter().any(passes), "{name}");
    }
}

#[test]
fn one_flipped_character_does_not_pass() {
    for (name, value) in templates() {
        if matches!(name, "aws-key-id" | "pypi-macaroon") {
            continue; // structures, not checksums
        }
        for at in 8..value.len() {
            let mut bytes = value.clone().into_bytes();
            if !bytes[at].is_ascii_alphanumeric() {
                continue;
            }
            bytes[at] = if bytes[at] == b'7' { b'3' } else { b'7' };
            // The loose last bits of base64 carry nothing.
            if name.starts_with("azure") && at + 1 == value.trim_end_matches('=').len() {
                continue;
            }
            assert_ne!(run(name, &bytes, &bytes), Verdict::Passed, "{name} at {at}");
        }
    }
}

#[test]
fn other_forms_are_unknown() {
    for name in names().filter(|name| !matches!(*name, "random" | "jwt")) {
        assert_eq!(run(name, b"no", b"no"), Verdict::Unknown, "{name}");
    }
    let pat = made("github_pat_{alnum:22}_{alnum:59}");
    assert_eq!(
        run("crc32-base62", pat.as_bytes(), pat.as_bytes()),
        Verdict::Unknown
    );
}

#[test]
fn azure_keys_without_a_known_seed_are_unknown() {
    let key = made("{check:azure-identifiable:{alnum:76}+ASt}==");
    assert_eq!(key.len(), 88);
    let key = key.as_bytes();
    assert_eq!(run("azure-identifiable", key, key), Verdict::Unknown);
}

#[test]
fn jwt_needs_two_objects() {
    let good = made(r#"{jwt:{"alg":"HS256"}.{"sub":"1"}}"#);
    assert_eq!(run("jwt", b"", good.as_bytes()), Verdict::Passed);
    let bad = made(r#"{jwt:{"typ":"JWT"}.{"sub":"1"}}"#);
    assert_eq!(run("jwt", b"", bad.as_bytes()), Verdict::Failed);
}

#[test]
fn impossible_accounts_fail_and_old_ids_are_unknown() {
    let impossible = format!("AK{}", "IAP777777777777777");
    assert_eq!(impossible.len(), 20);
    assert_eq!(
        run("aws-key-id", b"", impossible.as_bytes()),
        Verdict::Failed
    );
    let old = made("AKIAI{base32:15}");
    assert_eq!(run("aws-key-id", b"", old.as_bytes()), Verdict::Unknown);
}

#[test]
fn keys_pass_in_the_carriers_they_stand_in() {
    for label in [
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "PRIVATE KEY",
        "OPENSSH PRIVATE KEY",
        "PGP PRIVATE KEY BLOCK",
    ] {
        for kind in ["pem", "pem-encrypted"] {
            let block = made(&format!("{{{kind}:{label}}}"));
            let carriers = [
                block.clone(),
                block.replace('\n', "\\n"),
                block.replace('\n', "\r\n    "),
                block.replace('\n', "\\n\" +\n  \""),
                block.replace('\n', "\n+"),
                block.replace('\n', "\n# "),
                block.replace('\n', "&#10;"),
            ];
            for text in carriers {
                assert_eq!(
                    run("pem", text.as_bytes(), b""),
                    Verdict::Passed,
                    "{kind} {label}"
                );
            }
        }
    }
}

#[test]
fn broken_keys_fail() {
    let block = made("{pem:RSA PRIVATE KEY}");
    let other = block.replace("END RSA", "END EC");
    assert_eq!(run("pem", other.as_bytes(), b""), Verdict::Failed);
    let dots = format!(
        "-----BEGIN {0}-----\n...\n-----END {0}-----",
        "RSA PRIVATE KEY"
    );
    assert_eq!(run("pem", dots.as_bytes(), b""), Verdict::Failed);
    let strange = block.replace('\n', "~");
    assert_eq!(run("pem", strange.as_bytes(), b""), Verdict::Unknown);
    let cut = &block.as_bytes()[..200];
    assert_eq!(run("pem", cut, b""), Verdict::Unknown);
}

#[test]
fn sentry_and_google_files_are_read() {
    let token = made(
        r#"sntrys_{b64:{{"iat":1700000000.5,"url":"https://sentry.io","region_url":"https://us.sentry.io","org":"acme"}}}_{base64:43}"#,
    );
    assert_eq!(
        run("sentry-org-token", b"", token.as_bytes()),
        Verdict::Passed
    );
    let file = br#"{"type": "service_account", "private_key": "x", "client_email": "a@b"}"#;
    assert_eq!(run("gcp-key-file", file, b"x"), Verdict::Passed);
    let named = |id: &str| {
        let head = String::from_utf8_lossy(&file[..file.len() - 1]);
        let whole = format!("{head}, \"private_key_id\": \"{id}\"}}");
        let escaped = whole.replace('"', "\\\"");
        let verdict = run("gcp-key-file", whole.as_bytes(), b"x");
        assert_eq!(
            run("gcp-key-file", escaped.as_bytes(), b"x"),
            verdict,
            "{id}"
        );
        verdict
    };
    assert_eq!(named(&made("{hex:40}")), Verdict::Passed);
    assert_eq!(named(&made("{hex:41}")), Verdict::Failed);
    assert_eq!(named("key-id"), Verdict::Failed);
    assert_eq!(
        run("gcp-key-file", br#"{"type": "user"}"#, b"x"),
        Verdict::Failed
    );
}

#[test]
fn random_is_told_from_words() {
    for template in [
        "{alnum:20}",
        "{hex:32}",
        "{hex:40}",
        "{base32:32}",
        "{lowernum:24}",
        "{uuid}",
        "{base64:88}",
    ] {
        for seed in 0..50 {
            let value = expand(template, seed).expect("valid");
            assert!(looks_random(value.as_bytes()), "{template}");
        }
    }
    for text in [
        "passwordpassword",
        "aaaaaaaaaaaaaaaaaaaa",
        "00000000000000000000000000000000",
        "short",
    ] {
        assert!(!looks_random(text.as_bytes()), "{text}");
    }
}

#[test]
fn prefixes_do_not_spoil_randomness() {
    for template in [
        "key-{hex:32}",
        "{digit:18}-{alnum:40}",
        "API-{uppernum:26}",
        "polar_at_{base64url:30}",
        "EAAA{base64url:60}",
    ] {
        for seed in 0..50 {
            let value = expand(template, seed).expect("valid");
            let verdict = run("random", b"", value.as_bytes());
            assert_eq!(verdict, Verdict::Passed, "{template}");
        }
    }
    for text in [
        "my-database-password",
        "your_api_key_goes_here",
        "key-00000000000000000000",
    ] {
        assert_eq!(
            run("random", b"", text.as_bytes()),
            Verdict::Failed,
            "{text}"
        );
    }
}

proptest! {
    #[test]
    fn no_check_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in names() {
            run(name, &bytes, &bytes);
        }
    }

    #[test]
    fn no_check_panics_on_text(text in "(ghp_|pypi-|sntrys_|cflt|eyJ|-----BEGIN |glsa_)?[A-Za-z0-9+/=_.\\\\\"-]{0,120}(.01.0r)?[a-z0-9]{0,9}") {
        for name in names() {
            run(name, text.as_bytes(), text.as_bytes());
            complete(name, &text);
        }
    }
}
