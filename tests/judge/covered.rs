//! Ciphertext and known digests through every verb: never a result that fails, never without a word,
//! and no cover for what stands beside it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use crate::common::{Dir, expand, findings, line, token};

/// Base64 of so many bytes that look drawn by a machine.
fn base64(bytes: usize, seed: u64) -> String {
    let text = expand(&format!("{{alnum:{bytes}}}"), seed);
    BASE64_STANDARD.encode(text)
}

/// A file as `sops encrypt` leaves it, with one value that it was told to leave plain.
fn sops(plain: &str) -> String {
    let enc = |bytes, seed| {
        format!(
            "ENC[AES256_GCM,data:{},iv:{},tag:{},type:str]",
            base64(bytes, seed),
            base64(32, seed + 1),
            base64(16, seed + 2)
        )
    };
    format!(
        "database:\n    password: {}\n    api_token: {}\n    token_unencrypted: {plain}\nsops:\n    mac: {}\n    unencrypted_suffix: _unencrypted\n    version: 3.8.1\n",
        enc(24, 1),
        enc(40, 4),
        enc(64, 7)
    )
}

/// A list of known findings as detect-secrets writes it.
fn list() -> String {
    format!(
        "{{\n  \"version\": \"1.4.0\",\n  \"results\": {{\n    \"a.py\": [\n      {{\n        \"type\": \"Secret Keyword\",\n        \"filename\": \"a.py\",\n        \"hashed_secret\": \"{}\",\n        \"is_verified\": false,\n        \"line_number\": 4\n      }}\n    ]\n  }}\n}}\n",
        expand("{hex:40}", 11)
    )
}

const ALL: [&str; 4] = ["--min-severity", "info", "--min-confidence", "low"];

/// `class path` of every result, sorted.
fn classes(report: &Value) -> Vec<String> {
    let mut all: Vec<String> = findings(report)
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding["class"].as_str().expect("text"),
                finding["places"][0]["path"].as_str().expect("text")
            )
        })
        .collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn every_verb_shows_ciphertext_at_info_level_and_what_stands_beside_it_as_a_credential() {
    let dir = Dir::repo();
    dir.write("readme", "nothing\n");
    dir.commit("empty");
    dir.write("secrets.enc.yaml", sops(&token(3)));
    dir.write(".secrets.baseline", list());
    dir.git(&["add", "-A"]);
    let wanted = [
        "credential secrets.enc.yaml",
        "protected .secrets.baseline",
        "protected secrets.enc.yaml",
    ];
    let with = |verb: &[&str]| {
        let args: Vec<&str> = verb.iter().chain(&ALL).copied().collect();
        dir.json(&args)
    };
    for verb in [&["scan", "."][..], &["scan", "--index"], &["staged"]] {
        assert_eq!(classes(&with(verb)), wanted, "{verb:?}");
    }
    dir.commit("secrets");
    for verb in [&["history"][..], &["history", "--range", "HEAD~1..HEAD"]] {
        assert_eq!(classes(&with(verb)), wanted, "{verb:?}");
    }
    // By default one credential is listed; the others are counted below it.
    let report = dir.json(&["scan", "."]);
    assert_eq!(classes(&report), ["credential secrets.enc.yaml"]);
    let hidden = &report["summary"]["hidden"];
    assert!(hidden.to_string().contains("\"info\":"), "{hidden}");
}

#[test]
fn ciphertext_fails_nothing_whatever_is_asked() {
    let dir = Dir::new();
    dir.write("secrets.enc.yaml", sops("\"\""));
    dir.write(".secrets.baseline", list());
    for fail_on in ["info", "low", "generic-*", "generic-secret", "info/*"] {
        let run = dir.run(&["scan", ".", "--fail-on", fail_on]);
        run.ends(0);
    }
    let report = dir.json(&[&["scan", "."][..], &ALL].concat());
    assert!(!findings(&report).is_empty());
    for finding in findings(&report) {
        assert_eq!(finding["severity"], "info");
        let why = finding["evidence"]["reasons"][0].as_str().expect("text");
        assert!(
            why.contains("ciphertext of SOPS") || why.contains("digest of a known finding"),
            "{why}"
        );
    }
}

/// Whoever dresses a token as ciphertext hides nothing.
#[test]
fn a_token_in_the_dress_of_ciphertext_fails() {
    let token = token(5);
    let iv = base64(32, 1);
    let tag = base64(16, 2);
    for (name, text) in [
        ("secrets.enc.yaml", sops(&token)),
        (
            "secrets.enc.json",
            format!(
                "{{\"password\": \"ENC[AES256_GCM,data:{token},iv:{iv},tag:{tag},type:str]\", \"sops\": {{}}}}"
            ),
        ),
        (
            ".secrets.baseline",
            format!("{{\"type\": \"x\", \"hashed_secret\": \"{token}\", \"line_number\": 4}}"),
        ),
        (
            "sealed.yaml",
            format!("kind: SealedSecret\nspec:\n  encryptedData:\n    password: {token}\n"),
        ),
        (
            "vault.yml",
            format!("$ANSIBLE_VAULT;1.1;AES256\n{}", line(5)),
        ),
        (
            "message.asc",
            format!("-----BEGIN PGP MESSAGE-----\n\n{token}\n-----END PGP MESSAGE-----\n"),
        ),
    ] {
        let dir = Dir::new();
        dir.write(name, text);
        dir.run(&["scan", "."]).ends(1);
    }
}

/// Neither a name that says secret nor a file of a known name is needed: the form is enough.
#[test]
fn ciphertext_under_any_name_is_told_by_its_age() {
    let dir = Dir::repo();
    let bytes = |length: usize, seed| crate::facts::make::bytes(length, seed);
    let sealed = BASE64_STANDARD.encode([&[2, 0][..], &bytes(512 + 40, 1)].concat());
    dir.write(
        "deploy/app.yaml",
        format!("kind: SealedSecret\nspec:\n  encryptedData:\n    host: {sealed}\n"),
    );
    let body = BASE64_STANDARD.encode(bytes(300, 2));
    let lines: Vec<&str> = (0..body.len())
        .step_by(60)
        .map(|at| &body[at..(at + 60).min(body.len())])
        .collect();
    dir.write(
        "hiera/node.yaml",
        format!("ntp::server: >\n  ENC[PKCS7,{}]\n", lines.join("\n  ")),
    );
    dir.commit("encrypted");
    let report = dir.json(&["history"]);
    assert_eq!(findings(&report).len(), 0, "{report:#}");
    let notices = report["notices"].as_array().expect("a list").iter();
    let told: Vec<&str> = notices.filter_map(|one| one["message"].as_str()).collect();
    for tool in ["Sealed Secrets", "hiera-eyaml"] {
        let start = format!("What {tool} encrypts in this file is the same since 2023-11-14");
        assert!(
            told.iter().any(|one| one.starts_with(&start)),
            "{tool}: {told:?}"
        );
    }
    // A token beside them is found all the same.
    dir.write(
        "hiera/node.yaml",
        format!("ntp::server: ENC[PKCS7,{body}]\n{}", line(1)),
    );
    dir.run(&["scan", "."]).ends(1);
}
