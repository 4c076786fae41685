//! What a rule file may say, and what its errors name.

use super::*;

fn error(text: &str) -> String {
    load_file("my.toml", text)
        .expect_err("must be refused")
        .to_string()
}

#[test]
fn an_unknown_key_is_an_error_with_file_line_and_suggestion() {
    let message = error(
        "[[rule]]\nid = \"a-b\"\nname = \"x\"\nseverity = \"high\"\npatern = 'abcd[0-9]{20}'\n",
    );
    assert!(message.starts_with("my.toml:5: "), "{message}");
    assert!(message.contains("did you mean `pattern`?"), "{message}");
}

#[test]
fn an_unknown_check_is_an_error_with_line_and_suggestion() {
    let message = error(
        "[[rule]]\nid = \"a-b\"\nname = \"x\"\nseverity = \"high\"\npattern = 'abcd[0-9]{20}'\nchecks = [\"crc32-base26\"]\n",
    );
    assert_eq!(
        message,
        "my.toml:6: there is no check `crc32-base26`; did you mean `crc32-base62`?"
    );
}

#[test]
fn a_rule_is_of_one_kind() {
    let message = error("\n[[rule]]\nid = \"a-b\"\nname = \"x\"\nseverity = \"high\"\n");
    assert!(
        message.starts_with("my.toml:2: a rule is one of three kinds"),
        "{message}"
    );
}

#[test]
fn more_is_asked_of_a_built_in_rule() {
    let head = "[provider]\nname = \"Acme\"\n";
    let with = |lines: &str| {
        let rule = "[[rule]]\nid = \"acme-key\"\nname = \"x\"\nseverity = \"critical\"\n";
        let text = format!("{head}{rule}value = '[0-9a-f]{{32}}'\n{lines}");
        let error = load_builtin("acme.toml", &text).expect_err("refused");
        error.to_string()
    };
    let words = "words = [\"acme\"]\nmatch = [\"acme_key={hex:32}\"]\n";
    for (lines, message) in [
        (
            words.to_owned(),
            "acme.toml:4: a built-in rule says where its form is from",
        ),
        (
            format!("{words}source = \"documented\"\n"),
            "acme.toml:4: a documented form needs `docs`",
        ),
        (
            format!("{words}source = \"unverified\"\n"),
            "acme.toml:4: a form that nobody has verified cannot be critical",
        ),
        (
            format!("{words}source = \"observd\"\n"),
            "acme.toml:10: there is no source `observd`; did you mean `observed`?",
        ),
        (
            "words = [\"acme\"]\nsource = \"observed\"\n".to_owned(),
            "acme.toml:4: a built-in rule needs an example",
        ),
        (
            "words = [\"acme\", \"storage\"]\nmatch = [\"x\"]\nsource = \"observed\"\n".to_owned(),
            "acme.toml:8: the word `storage` does not name the provider",
        ),
    ] {
        assert!(with(&lines).starts_with(message), "{}", with(&lines));
    }
}

#[test]
fn the_head_is_inherited() {
    let rules = load_file(
        "x.toml",
        "[provider]\nname = \"Acme\"\ndocs = \"https://acme.test\"\n[[rule]]\nid = \"acme-key\"\nname = \"Acme key\"\nseverity = \"high\"\npattern = 'acme_[0-9a-f]{32}'\n",
    )
    .expect("loads");
    assert_eq!(rules[0].provider, "Acme");
    assert_eq!(rules[0].docs, "https://acme.test");
}
