//! What the surroundings of a value tell, and their near misses.

use crate::detect::assign::{read_from_run, read_from_word};
use crate::detect::generic::judge;

/// Whether `text` is told to be nothing, read from `word`.
fn open(text: &str, word: &str) -> bool {
    let at = text.to_lowercase().find(word).expect("the word is there");
    read_from_word(text.as_bytes(), at..at + word.len())
        .is_none_or(|a| judge(&a, text.as_bytes()).is_err())
}

fn made(template: &str) -> String {
    crate::example::expand(template, 7).expect("a valid template")
}

#[test]
fn surroundings_tell_what_is_no_secret_and_their_near_misses_do_not() {
    for (nothing, something, word) in [
        // What a test said of itself.
        (
            "--- PASS: TestAccWidget_basic2 (3.1s)",
            "PASS: TestAccWidget_basic2",
            "pass",
        ),
        // A digest whose algorithm stands before it.
        (
            "\"secret\": \"sha256:{hex:64}\"",
            "\"secret\": \"{hex:64}\"",
            "secret",
        ),
        // The subject of a commit.
        (
            "set_userpass: widened from protocol",
            "set_userpass: widened",
            "pass",
        ),
        // The next flag.
        (
            "cc --some-token -Wformat=2 x.c",
            "cc --some-token Wf9rmat2Qz x.c",
            "token",
        ),
        // A name in a program.
        ("self.password = smtppass", "db.password = smtppass", "pass"),
        // A row of a table.
        ("my_token   {uuid}", "my_token = {uuid}", "token"),
        ("my_token   {uuid}", "ENV MY_TOKEN {uuid}", "token"),
        // A map of a program.
        (
            "x = {{\"API_KEY\": encryptionKey2, // it",
            "x = {{\"API_KEY\": encryption7Key2Zq, // it",
            "key",
        ),
        // A description.
        (
            "a perl that is identified by 'ABCde42'.",
            "create user perl identified by 'ABCde42'.",
            "identified by",
        ),
        // A call in C.
        (
            "msg.session_key = swap32(conn2a->session_key);",
            "msg.session_key = swap32conn2a9Zk7",
            "session_key",
        ),
        // What a function asks with.
        (
            "checkpasswd(\"maplehost\")",
            "setpasswd(\"maplehost\")",
            "passwd",
        ),
        // A moment.
        (
            "refresh_token = 1700000000",
            "refresh_token = 7100000000",
            "token",
        ),
        // OpenPGP's number of a key.
        (
            "gpg: using RSA key 0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D",
            "rsa_key = 0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D",
            "key",
        ),
        // A public nkey, also with a wrong checksum.
        (
            "nkey: \"UA{base32:54}\"",
            "somekey: \"UA{base32:54}\"",
            "key",
        ),
    ] {
        let (nothing, something) = (made(nothing), made(something));
        assert!(open(&nothing, word), "{nothing}");
        assert!(!open(&something, word), "{something}");
    }
}

#[test]
fn an_escape_is_not_cut() {
    let value = "x12callsFinishedWithDropJ";
    let refused = |operator: &str| {
        let text = format!("\"\\v2\\x1f.lb.v1.ClientStatsPerTokenR{operator}{value}\\x04\"");
        let at = text.find(value).expect("it is there");
        let a = read_from_run(text.as_bytes(), at..at + value.len()).expect("an assignment");
        judge(&a, text.as_bytes()).is_err()
    };
    assert!(refused("\\"));
    assert!(!refused(" = "));
}

#[test]
fn a_place_in_a_store_is_no_value_and_what_is_none_stays() {
    let scanner = crate::detect::Scanner::new(crate::builtin::set());
    let found = |text: &str| scanner.spans(text.as_bytes());
    for place in [
        "github-secret:corp/app#TOKEN",
        "github-secret:OWNER/REPO#NAME",
        "github-secret:app#TOKEN",
        "k8s-secret:prod/app#token",
        "gitea-secret:git/boss/app#OTHER_TOKEN",
        "gitlab-variable:lab/team/app#DEPLOY_KEY",
    ] {
        // Not even a sample: what is found anywhere is hidden in messages.
        for text in [
            format!("{place}\n"),
            format!("{place}: it is not there\n"),
            format!("password = \"{place}\"\n"),
            format!("write it like {place}, and again\n"),
        ] {
            assert!(found(&text).is_empty(), "{text}");
        }
    }
    let value = made("{alnum:24}");
    for text in [
        format!("github-secret: {value}\n"),
        format!("github-secret:{value}\n"),
        format!("password = \"github-secret:corp/{value}\"\n"),
        format!("password = \"other-secret:corp/app#{value}\"\n"),
        format!("github-secret: corp/app#{value}\n"),
    ] {
        assert!(!found(&text).is_empty(), "{text}");
    }
}

#[test]
fn a_network_is_an_address_and_bits_of_it() {
    let refused = |value: &str| {
        let text = format!("api_secret = \"{value}\"\n");
        let at = text.find("api_secret").expect("it is there");
        let a = read_from_word(text.as_bytes(), at..at + 10);
        let judged = judge(&a.expect("an assignment"), text.as_bytes());
        judged.err() == Some(crate::detect::generic::Refusal::Host)
    };
    assert!(refused("10.20.0.0/16") && refused("2001:db8::/32") && refused("::/0"));
    assert!(!refused("10.20.0.999/16") && !refused("a:b:cafe/16") && !refused("10.20.0.0/99"));
}
