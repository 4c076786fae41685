//! Headers of a key: whoever loads it passes over them, so that nothing written there hides it.

use crate::common::{Dir, expand, findings};

/// What a header may say.
const SAID: &[&str] = &[
    "me@host",
    "<your key>",
    "${KEY}",
    "{{ .Values.key }}",
    "...",
    "REDACTED",
    "EXAMPLE",
    "****************",
];

/// A key with a header behind its first line.
fn with_header(key: &str, header: &str) -> String {
    let (first, rest) = key.split_once('\n').expect("it has lines");
    format!("{first}\n{header}\n\n{rest}")
}

#[track_caller]
fn is_a_key(text: &str, rule: &str, said: &str) {
    let dir = Dir::repo();
    dir.write("deploy/server.key", text);
    let report = dir.json(&["scan"]);
    let all = findings(&report);
    assert_eq!(all.len(), 1, "{rule}, {said}");
    assert_eq!(all[0]["rule"], rule, "{said}");
    assert_eq!(all[0]["class"], "credential", "{rule}, {said}");
    assert_eq!(
        all[0]["fails"],
        rule != "private-key-encrypted-legacy",
        "{rule}, {said}"
    );
}

#[test]
fn what_a_header_says_hides_no_key() {
    let long = [&"-".repeat(80)[..], &"x".repeat(300)];
    for said in SAID.iter().chain(&long) {
        for (rule, label) in [
            ("private-key-pem", "EC PRIVATE KEY"),
            ("private-key-openssh", "OPENSSH PRIVATE KEY"),
            ("private-key-pgp", "PGP PRIVATE KEY BLOCK"),
        ] {
            let key = expand(&format!("{{pem:{label}}}\n"), 3);
            is_a_key(&with_header(&key, &format!("Comment: {said}")), rule, said);
        }
        let putty = format!(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: {said}\nPublic-Lines: 2\n"
        );
        let rest =
            "{base64:64}\n{base64:16}\nPrivate-Lines: 1\n{base64:48}\nPrivate-MAC: {hex:64}\n";
        is_a_key(&(putty + &expand(rest, 4)), "private-key-putty", said);
    }
}

#[test]
fn a_key_that_is_none_is_none_with_headers_too() {
    let dir = Dir::repo();
    for body in ["<your key>", "MIIE...", "${KEY}"] {
        let text = format!(
            "-----BEGIN EC PRIVATE KEY-----\nComment: mine\n\n{body}\n-----END EC PRIVATE KEY-----\n"
        );
        dir.write("deploy/server.key", text);
        assert!(findings(&dir.json(&["scan"])).is_empty(), "{body}");
    }
}
