use super::*;
use crate::detect::assign::read_from_word;

fn judged(text: &str, word: &str) -> Option<Judged> {
    let at = text
        .to_lowercase()
        .find(word)
        .expect("the word is in the text");
    let a = read_from_word(text.as_bytes(), at..at + word.len())?;
    judge(&a, text.as_bytes())
}

fn credential(text: &str, word: &str) -> bool {
    judged(text, word)
        .is_some_and(|j| j.class == Class::Credential && j.confidence >= Confidence::Medium)
}

/// Random-looking text that is nobody's: built from a generator at run time.
fn random(len: usize) -> String {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"[(state % 62) as usize]
                as char
        })
        .collect()
}

#[test]
fn literals_under_telling_names_are_credentials() {
    let human = format!("Summer{}!", 2024);
    let token = random(40);
    for text in [
        format!("DB_PASSWORD={human}\n"),
        format!("password = \"{human}\""),
        format!("  password: {human}\n"),
        format!("conn = \"Server=db;Password={human};\""),
    ] {
        assert!(
            credential(&text, "pass"),
            "{text}: {:?}",
            judged(&text, "pass")
        );
    }
    assert!(credential(
        &format!("client_secret = \"{token}\""),
        "secret"
    ));
    assert!(credential(&format!("API_TOKEN={token}\n"), "token"));
    assert!(credential(&format!("apiKey: '{token}',"), "key"));
}

#[test]
fn references_and_descriptions_are_nothing() {
    for (text, word) in [
        ("password = os.environ[\"DB_PASSWORD\"]", "pass"),
        ("password = get_password()", "pass"),
        ("password: ${DB_PASSWORD}\n", "pass"),
        ("password: string;", "pass"),
        ("token_type = \"bearer\"", "token"),
        ("secretName: \"my-app-credentials\"", "secret"),
        ("password_file = \"/run/secrets/db\"", "pass"),
        ("keyboard: 'qwerty-layout'", "key"),
        ("Password: user.Password,", "pass"),
        ("password: 'Please enter your password'", "pass"),
    ] {
        assert!(!credential(text, word), "{text}: {:?}", judged(text, word));
    }
}

#[test]
fn placeholders_are_known() {
    let sample = ["AKIA", "IOSFODNN7", "EXAMPLE"].concat();
    for value in [
        sample.as_str(),
        "xxxxxxxx",
        "********",
        "<your-token>",
        "${TOKEN}",
        "changeme",
        "{{ token }}",
        "aaaaaaaaaaaa",
        "1234567890",
        "your-api-key",
    ] {
        assert!(is_placeholder(value.as_bytes()), "{value}");
    }
    assert!(!is_placeholder(random(32).as_bytes()));
}

#[test]
fn a_sample_is_told_from_a_credential() {
    let got = judged("password: \"changeme\"", "pass").expect("is a sample");
    assert_eq!(got.class, Class::Sample);
}
