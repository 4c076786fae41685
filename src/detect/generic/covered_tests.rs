//! Every notation in several layouts; none is taken for a secret, and a plain value in the same
//! dress is one.

use crate::builtin;
use crate::detect::{Candidate, Scanner};
use crate::example::expand;
use crate::finding::Class;

fn scan(text: &str) -> Vec<Candidate> {
    thread_local! {
        static SCANNER: Scanner = Scanner::new(builtin::set());
    }
    SCANNER.with(|scanner| scanner.scan(text.as_bytes()))
}

/// Base64 of `lead` and so many bytes that look drawn by a machine, padded.
fn base64(lead: &[u8], bytes: usize, seed: u64) -> String {
    use crate::base64::{Engine as _, STANDARD};
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let body = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    });
    let all: Vec<u8> = lead.iter().copied().chain(body.take(bytes)).collect();
    STANDARD.encode(all)
}

fn lines(text: &str, width: usize) -> String {
    let parts: Vec<&str> = text
        .as_bytes()
        .chunks(width)
        .map(|part| std::str::from_utf8(part).expect("ASCII"))
        .collect();
    parts.join("\n")
}

fn hex(bytes: usize, seed: u64) -> String {
    let text = base64(&[], bytes * 2, seed);
    text.bytes()
        .take(bytes * 2)
        .map(|b| char::from(b"0123456789abcdef"[usize::from(b % 16)]))
        .collect()
}

/// One value of each notation.
fn ciphertexts(seed: u64) -> Vec<(&'static str, String)> {
    let random = |bytes| base64(&[], bytes, seed);
    let armour = |label: &str| {
        let body = lines(&random(240), 64);
        format!("-----BEGIN {label}-----\n\n{body}\n-----END {label}-----")
    };
    let sops = |bytes| {
        format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str]",
            random(bytes),
            random(32),
            random(16)
        )
    };
    vec![
        ("SOPS", sops(12)),
        ("SOPS", sops(24)),
        ("SOPS", sops(40)),
        ("SOPS", sops(900)),
        ("Sealed Secrets", base64(&[2, 0], 512 + 16 + 20, seed)),
        ("Sealed Secrets", base64(&[1, 0], 256 + 16 + 9, seed)),
        (
            "Ansible Vault",
            format!("$ANSIBLE_VAULT;1.1;AES256\n{}", lines(&hex(200, seed), 80)),
        ),
        (
            "Ansible Vault",
            format!(
                "$ANSIBLE_VAULT;1.2;AES256;prod\n{}",
                lines(&hex(120, seed), 80)
            ),
        ),
        ("OpenPGP", armour("PGP MESSAGE")),
        ("age", armour("AGE ENCRYPTED FILE")),
        (
            "Rails",
            format!("{}--{}--{}", random(60), random(12), random(16)),
        ),
        ("Vault", format!("vault:v1:{}", random(44))),
        ("eyaml", format!("ENC[PKCS7,{}]", random(256))),
    ]
}

/// The value under a name, as files hold it.
fn layouts(name: &str, value: &str) -> Vec<String> {
    let escaped = value.replace('\n', "\\n");
    let block: String = value.lines().map(|line| format!("    {line}\n")).collect();
    let mut all = vec![
        format!("{{\"{name}\": \"{escaped}\"}}\n"),
        format!("{name} = \"{escaped}\"\n"),
        format!("{name}=\"{escaped}\"\nother: 1\n"),
        format!("  {name}: |\n{block}other: 1\n"),
        format!("{name}: !vault |\n{block}"),
        format!("{name}: >-\n{block}"),
    ];
    if !value.contains('\n') {
        all.extend([
            format!("{name}: {value}\n"),
            format!("{name}={value}\n"),
            format!("export {name}='{value}'\n"),
            format!("- name: {name}\n  value: {value}\n"),
            format!("<{name}>{value}</{name}>\n"),
        ]);
    }
    all
}

const NAMES: [&str; 5] = [
    "password",
    "DB_PASSWORD",
    "api_token",
    "client_secret",
    "stripe_secret_key",
];

#[test]
fn ciphertext_is_no_credential_in_any_layout() {
    let mut protected = std::collections::BTreeSet::new();
    let mut wrong = Vec::new();
    for seed in 1..4 {
        for (tool, value) in ciphertexts(seed) {
            for name in NAMES {
                for text in layouts(name, &value) {
                    for found in scan(&text) {
                        match found.class {
                            Class::Protected => {
                                assert!(found.evidence.reasons[0].contains(tool), "{tool}");
                                protected.insert(tool);
                            }
                            Class::Sample => {}
                            Class::Credential => {
                                wrong.push(format!("{tool}: {} in {text}", found.rule));
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    // What is judged so stays visible, so the test can tell it from what nobody looks at.
    for tool in ["SOPS", "Sealed Secrets", "Rails", "Vault", "OpenPGP"] {
        assert!(protected.contains(tool), "{tool} of {protected:?}");
    }
}

#[test]
fn a_plain_value_beside_ciphertext_is_found() {
    let plain = expand("{alnum:24}", 3).expect("a valid template");
    for (tool, value) in ciphertexts(9) {
        for text in layouts("password", &value) {
            for text in [
                format!("{text}token_unencrypted: \"{plain}\"\n"),
                format!("admin_password: \"{plain}\"\n{text}"),
            ] {
                let found = scan(&text);
                assert!(
                    found
                        .iter()
                        .any(|c| c.class == Class::Credential && c.value == plain.as_bytes()),
                    "{tool}: {text}"
                );
            }
        }
    }
}

#[test]
fn a_plain_value_in_the_dress_of_ciphertext_is_found() {
    let plain = expand("{alnum:23}", 3).expect("a valid template");
    let (iv, tag) = (base64(&[], 32, 1), base64(&[], 16, 1));
    for text in [
        format!("password: ENC[AES256_GCM,data:{plain},iv:{iv},tag:{tag},type:str]"),
        format!("password: \"ENC[AES256_GCM,data:{plain}]\""),
        format!("password: ENC[AES256_GCM,data:{plain},iv:,tag:,type:str]"),
        format!(
            "password: \"{plain}--{}--{}\"",
            base64(&[], 9, 1),
            base64(&[], 9, 2)
        ),
        format!("password: vault:v1:{plain}"),
        format!("password: ENC[AES256_GCM,data:,iv:{iv},tag:{tag},type:str] token: \"{plain}\""),
        format!("# ENC[AES256_GCM,data:AAAA\npassword: \"{plain}\""),
        format!("# $ANSIBLE_VAULT;1.1;AES256\npassword: \"{plain}\""),
        format!("# -----BEGIN PGP MESSAGE-----\npassword: \"{plain}\""),
    ] {
        let found = scan(&text);
        assert!(
            found.iter().any(|c| c.class == Class::Credential),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn ciphertext_hides_no_token_with_its_providers_form() {
    let token = expand("{check:crc32-base62:ghp_{alnum:30}}", 4).expect("a valid template");
    let (iv, tag) = (base64(&[], 32, 1), base64(&[], 16, 1));
    for text in [
        format!("password: ENC[AES256_GCM,data:{token},iv:{iv},tag:{tag},type:str]"),
        format!("password: |\n  -----BEGIN PGP MESSAGE-----\n\n  {token}\n"),
        format!("{{\"type\": \"x\", \"hashed_secret\": \"{token}\", \"line_number\": 1}}"),
        format!("sops:\n  mac: {}\npassword: {token}\n", ciphertexts(1)[0].1),
    ] {
        let found = scan(&text);
        let seen = |c: &Candidate| c.value == token.as_bytes() && c.class == Class::Credential;
        assert!(found.iter().any(seen), "{text}: {found:?}");
    }
}

#[test]
fn digests_in_a_list_of_known_findings_are_no_leak() {
    let digest = hex(20, 5);
    let known = |before: &str, after: &str| {
        format!(
            "{{\n  \"type\": \"Secret Keyword\",\n{before}  \"hashed_secret\": \"{digest}\"{after}\n}}"
        )
    };
    for text in [
        known("", ",\n  \"is_verified\": false,\n  \"line_number\": 4"),
        known("  \"filename\": \"a.py\",\n  \"line_number\": 7,\n", ""),
        known("", ",\"line_number\":4").replace('\n', ""),
    ] {
        let found = scan(&text);
        assert!(
            found.iter().all(|c| c.class != Class::Credential),
            "{found:?}"
        );
        assert!(found.iter().any(|c| c.class == Class::Protected), "{text}");
    }
    // The same digits under another name, or where no such list is, are judged as before.
    for text in [
        format!("{{\"client_secret\": \"{digest}\", \"type\": \"x\", \"line_number\": 4}}"),
        format!("{{\"hashed_secret\": \"{digest}\"}}\n{{\"type\": 1, \"line_number\": 4}}"),
    ] {
        let found = scan(&text);
        assert!(found.iter().any(|c| c.class == Class::Credential), "{text}");
    }
}

#[test]
fn every_cover_is_told_by_its_own_row() {
    use crate::detect::assign::read_from_word;
    for (want, _, template) in super::COVERS {
        let text = expand(template, 3).expect("a valid template") + "\n";
        let word = ["password", "hashed_secret"]
            .into_iter()
            .find_map(|word| Some(text.find(word)?..text.find(word)? + word.len()));
        let a = read_from_word(text.as_bytes(), word.expect("a name")).expect("an assignment");
        assert_eq!(super::why(&a, text.as_bytes()), Some(*want), "{text}");
    }
}
