//! Keys and stores that the real programs make. Where a program is not installed the test says so and asks nothing.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::facts_of;
use crate::common::{Dir, findings};

/// Runs a program in a folder with nothing of this machine's configuration; none where it is not installed.
fn run(dir: &Path, program: &str, args: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(args).current_dir(dir).env("HOME", dir);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => {
            // Not by a macro: the test's own capture would swallow it.
            let _ = writeln!(
                std::io::stderr(),
                "LEFT OUT: {program} does not run here ({error})"
            );
            return None;
        }
    };
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {args:?}: {shown}");
    Some(output.stdout)
}

fn only(dir: &Dir, rule: &str) -> Value {
    let report = dir.json(&["scan", "--min-confidence", "low"]);
    let all = findings(&report);
    let of_rule: Vec<&Value> = all.iter().filter(|one| one["rule"] == rule).collect();
    assert_eq!(of_rule.len(), 1, "{report}");
    of_rule[0].clone()
}

fn has(finding: &Value, field: &str, value: &str) {
    let facts = facts_of(finding);
    let there = facts.iter().any(|(f, v)| f == field && v == value);
    assert!(there, "{field} {value}: {facts:?}");
}

#[test]
fn a_key_of_gnupg_tells_its_dates_user_and_revocation() {
    let home = Dir::new();
    let path = home.path();
    let text = path.to_str().expect("text").to_owned();
    let gpg = |args: &[&str]| {
        let quiet = [
            "--homedir",
            &text,
            "--batch",
            "--quiet",
            "--yes",
            "--passphrase",
            "",
        ];
        let fixed = [
            "--pinentry-mode",
            "loopback",
            "--faked-system-time",
            "20250101T000000",
        ];
        run(&path, "gpg", &[&quiet[..], &fixed, args].concat())
    };
    let user = "Ann <ann@demo.test>";
    if gpg(&["--quick-generate-key", user, "ed25519", "sign", "2y"]).is_none() {
        return;
    }
    let list = gpg(&["--list-keys", "--with-colons"]).expect("it runs");
    let list = String::from_utf8(list).expect("text");
    let of = |mark: &str, at: usize| {
        let line = list
            .lines()
            .find(|line| line.starts_with(mark))
            .expect("there");
        line.split(':').nth(at).expect("there").to_owned()
    };
    let second = |text: &str| {
        let at: i64 = text.parse().expect("seconds");
        jiff::Timestamp::from_second(at)
            .expect("a moment")
            .to_string()
    };
    let print = of("fpr:", 9);
    let scan = |armor: Vec<u8>| {
        let dir = Dir::new();
        dir.write("ann.asc", armor);
        only(&dir, "private-key-pgp")
    };
    let export = || gpg(&["--armor", "--export-secret-keys"]).expect("it runs");
    let finding = scan(export());
    has(&finding, "kind", "OpenPGP key, not protected");
    has(&finding, "owner", user);
    has(&finding, "id", &print);
    has(&finding, "issued", &second(&of("pub:", 5)));
    has(&finding, "expires", &second(&of("pub:", 6)));
    // GnuPG writes a revocation beside each key, with a colon in front so that nobody uses it by mistake.
    let file = format!("openpgp-revocs.d/{print}.rev");
    let kept = std::fs::read_to_string(path.join(&file)).expect("GnuPG wrote it");
    home.write("revoke.asc", kept.replace(":-----BEGIN", "-----BEGIN"));
    gpg(&["--import", "revoke.asc"]);
    let finding = scan(export());
    has(
        &finding,
        "revocation",
        "revoked on 2025-01-01: no reason given",
    );
    let _ = run(&path, "gpgconf", &["--homedir", &text, "--kill", "all"]);
}

#[test]
fn stores_of_keytool_tell_their_dates_alias_and_subject() {
    for (form, ext, rule, kind) in [
        (
            "JKS",
            "jks",
            "private-key-java-keystore-file",
            "JKS, private keys protected by a password",
        ),
        (
            "PKCS12",
            "p12",
            "private-key-pkcs12-file",
            "PKCS#12, private keys protected by a password, certificates encrypted",
        ),
    ] {
        let dir = Dir::new();
        let file = format!("server.{ext}");
        let made = run(
            &dir.path(),
            "keytool",
            &[
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=www.demo.test, O=Demo",
                "-startdate",
                "2026/01/01 00:00:00",
                "-validity",
                "365",
                "-storetype",
                form,
                "-keystore",
                &file,
                "-storepass",
                "aA1-bB2-cC3",
                "-keypass",
                "aA1-bB2-cC3",
            ],
        );
        if made.is_none() {
            return;
        }
        let finding = only(&dir, rule);
        has(&finding, "kind", kind);
        has(&finding, "id", "server");
        let issued = facts_of(&finding)
            .into_iter()
            .find(|(field, _)| field == "issued");
        let issued: jiff::Timestamp = issued.expect("a date").1.parse().expect("a moment");
        let age = jiff::Timestamp::now().duration_since(issued);
        assert!(age.as_secs().abs() < 600, "{issued}");
        if form == "JKS" {
            has(&finding, "owner", "www.demo.test");
            has(&finding, "account", "Demo");
        }
    }
}

#[test]
fn a_store_of_openssl_tells_the_end_of_its_certificate() {
    let dir = Dir::new();
    let path = dir.path();
    let request = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "365",
        "-subj",
        "/CN=www.demo.test/O=Demo",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
    ];
    if run(&path, "openssl", &request).is_none() {
        return;
    }
    let end = run(
        &path,
        "openssl",
        &[
            "x509", "-in", "cert.pem", "-noout", "-enddate", "-dateopt", "iso_8601",
        ],
    );
    let end = String::from_utf8(end.expect("it runs")).expect("text");
    let end = end
        .trim()
        .strip_prefix("notAfter=")
        .expect("a date")
        .replace(' ', "T");
    let export = [
        "pkcs12",
        "-export",
        "-in",
        "cert.pem",
        "-inkey",
        "key.pem",
        "-name",
        "web",
        "-certpbe",
        "NONE",
        "-passout",
        "pass:aA1-bB2-cC3",
        "-out",
        "web.p12",
    ];
    run(&path, "openssl", &export);
    let finding = only(&dir, "private-key-pkcs12-file");
    has(
        &finding,
        "kind",
        "PKCS#12, private keys protected by a password",
    );
    has(&finding, "id", "web");
    has(&finding, "owner", "www.demo.test");
    has(&finding, "expires", &end);
}
