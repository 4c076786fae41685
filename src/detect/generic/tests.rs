use super::*;
use crate::detect::assign::read_from_word;
use crate::finding::Confidence;

fn judged(text: &str, word: &str) -> Option<Judged> {
    let at = text
        .to_lowercase()
        .find(word)
        .expect("the word is in the text");
    let a = read_from_word(text.as_bytes(), at..at + word.len())?;
    judge(&a, text.as_bytes()).ok()
}

fn credential(text: &str, word: &str) -> bool {
    judged(text, word)
        .is_some_and(|j| j.class == Class::Credential && j.ground.usual() >= Confidence::Medium)
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
        "@@DB_PASSWORD@@",
        "__TOKEN__",
        "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
        "a7a7a7a7b3b3b3b3b3b3",
    ] {
        assert!(is_placeholder(value.as_bytes(), 0), "{value}");
    }
    assert!(!is_placeholder(random(32).as_bytes(), 0));
}

#[test]
fn a_sample_is_told_from_a_credential() {
    let got = judged("password: \"changeme\"", "pass").expect("is a sample");
    assert_eq!(got.class, Class::Sample);
}

#[test]
fn templates_and_patterns_are_no_values() {
    for (text, word) in [
        ("API_TOKEN=prefix_<your-token>\n", "token"),
        ("API_TOKEN={check:crc:{alnum:30}}\n", "token"),
        ("token = \"tok_{}\"", "token"),
        ("token = \"tok_{:08x}\"", "token"),
        ("password = \"%1$s9\"", "pass"),
        ("password = \"%.*s4-HMAC\"", "pass"),
        ("secret = \"sk_live_[0-9a-f]{40}\"", "secret"),
        ("password: '^[A-Za-z0-9]{8,20}$'", "pass"),
        ("secret = '(?:abc|def)9[^\\s]+'", "secret"),
    ] {
        assert!(
            judged(text, word).is_none(),
            "{text}: {:?}",
            judged(text, word)
        );
    }
    // What only looks a little like one stays a value.
    let odd = format!("{}[a-{}]{}", random(12), random(2), random(12));
    assert!(credential(&format!("secret = \"{odd}\""), "secret"));
}

#[test]
fn values_that_were_cut_short_are_samples() {
    let head = random(14);
    for value in [
        format!("{head}..."),
        "1000.xxx".to_owned(),
        format!("{head}…"),
        format!("{}...{}=", &head[..4], &head[4..7]),
    ] {
        assert!(is_placeholder(value.as_bytes(), 0), "{value}");
    }
}

#[test]
fn base64_of_a_placeholder_is_one() {
    use crate::base64::{Engine as _, STANDARD};
    let encode = |text: &str| STANDARD.encode(text);
    for text in ["changeme", "your-password-here", "{\"typ\":\"JWT\",\"alg"] {
        let line = format!("  password: {}\n", encode(text));
        let class = judged(&line, "pass").map(|j| j.class);
        assert_ne!(class, Some(Class::Credential), "{text}");
    }
    let human = encode(&format!("Maple{}!Tree", 2024));
    assert!(credential(&format!("  password: {human}\n"), "pass"));
}

#[test]
fn a_hash_is_no_usable_secret() {
    let salted = random(53);
    let digits: String = random(40)
        .bytes()
        .map(|b| format!("{:X}", b % 16))
        .collect();
    for hash in [
        format!("$2a$08${salted}"),
        format!("$6$rounds=5000${salted}"),
        format!("$argon2id$v=19$m=65536${salted}"),
        format!("*{digits}"),
        format!("md5{}", &digits.to_lowercase()[..32]),
    ] {
        let text = format!("password: \"{hash}\",");
        assert!(!credential(&text, "pass"), "{:?}", judged(&text, "pass"));
    }
}

#[test]
fn bytes_written_as_numbers_are_judged_by_their_bytes() {
    let list = |make: fn(usize, u8) -> u8| -> String {
        let bytes = random(20).into_bytes();
        let made: Vec<String> = bytes
            .iter()
            .enumerate()
            .map(|(at, b)| make(at, *b).to_string())
            .collect();
        made.join(", ")
    };
    let drawn = list(|at, b| b.wrapping_mul(89) ^ (at as u8).wrapping_mul(57));
    let text = format!("secretKey := []byte{{{drawn}}}");
    assert!(credential(&text, "secret"), "{:?}", judged(&text, "secret"));
    for dull in [list(|at, _| at as u8), list(|_, _| 0), list(|_, b| b % 4)] {
        let text = format!("secretKey := []byte{{{dull}}}");
        assert!(!credential(&text, "secret"), "{text}");
    }
}

#[test]
fn a_literal_in_pieces_is_a_literal() {
    let (a, b) = (random(30), random(20));
    let pieces = format!("$token = '{a}' .\n  '{b}';");
    let joined = format!("$token = '{a}' . $rest;");
    let score = |text: &str| judged(text, "token").map_or(0.0, |j| j.score);
    assert!(score(&pieces) > score(&joined));
    assert!(credential(&pieces, "token"));
}

#[test]
fn names_that_say_what_a_value_is_hold_no_secret() {
    let token = random(32);
    for (text, word) in [
        (
            format!(
                "<div data-password-visibility-target=\"icon{}\">",
                random(4)
            ),
            "pass",
        ),
        (
            format!("password_timestamp_key = \"pw_{}\"", random(6)),
            "pass",
        ),
        (
            format!("\"activation-hotkey\": \"Ctrl+{}\"", random(6)),
            "key",
        ),
        (format!("idempotency_token = \"{token}\""), "token"),
        (format!("\"nextPageToken\": \"{token}\""), "token"),
        (format!("page-token: {token}\n"), "token"),
        (format!("key_identifier = \"{}\"", random(10)), "key"),
        (format!("jwt_identifier = \"app-{}\"", random(6)), "jwt"),
        (
            "storage_key = \"uploads/2024/report42.pdf\"".to_owned(),
            "key",
        ),
        (format!("Some-Auth-0.1.tar.gz {token}"), "auth"),
        (format!("GIT_ASKPASS=\"{token}\""), "pass"),
        (format!("pinnedpubkey = \"{token}\""), "key"),
        (format!("Sec-WebSocket-Key: {token}=="), "key"),
        (format!("publicKeyToken='{token}'"), "token"),
        (format!("creation_token = \"{token}\""), "token"),
        (format!("private_key_id = \"{token}\""), "key"),
        ("files_key: 'files/a1b2c3d4/x.png'".to_owned(), "key"),
    ] {
        assert!(
            !credential(&text, word),
            "{text}: {:?}",
            judged(&text, word)
        );
    }
    // Their neighbours do.
    for name in [
        "page_access_token",
        "storage_key",
        "data-api-token",
        "password_key",
    ] {
        let text = format!("{name} = \"{token}\"");
        let word = if name.contains("token") {
            "token"
        } else {
            "key"
        };
        assert!(credential(&text, word), "{text}: {:?}", judged(&text, word));
    }
}

#[test]
fn a_forms_token_is_low_at_most() {
    let token = random(44);
    for text in [
        format!("<input name=\"authenticity_token\" value=\"{token}\">"),
        format!("csrf_token: '{token}'"),
        format!("<input name=\"csrfmiddlewaretoken\" value=\"{token}\">"),
    ] {
        assert!(
            !credential(&text, "token"),
            "{text}: {:?}",
            judged(&text, "token")
        );
    }
}

#[test]
fn code_is_no_value() {
    for (text, word) in [
        ("token := <-jwtChan", "token"),
        ("secret = TypedSecret[int](54321)", "secret"),
        ("token: <Your token goes in this place>", "token"),
        ("token = f\"oauth2:{_quote(x9)}\"", "token"),
        ("webhook_secret = 'CHAT_WEBHOOK_URL'", "secret"),
        ("secrets: VAL1,VAL2", "secret"),
        ("secrets = \"good-one,dangerous-one\"", "secret"),
        ("rpassword = \"7.4.0\"", "pass"),
        ("ticket: https://tickets.acme.test/browse/A-1", "ticket"),
        ("PASSWORD=\"`pwgen`\"", "pass"),
        ("url_password=deploy9:$DEPLOY_PASSWORD", "pass"),
    ] {
        assert!(
            judged(text, word).is_none(),
            "{text}: {:?}",
            judged(text, word)
        );
    }
}

#[test]
fn a_digest_named_as_one_is_low_at_most() {
    let digits: String = random(40)
        .bytes()
        .map(|b| format!("{:x}", b % 16))
        .collect();
    assert!(!credential(&format!("token_hash: {digits}"), "token"));
    assert!(credential(&format!("token_two: {digits}"), "token"));
    let sum = format!("{}=", random(43));
    assert!(!credential(&format!("keySHA256Header: \"{sum}\""), "key"));
    assert!(credential(&format!("apiKeyHeaders: \"{sum}\""), "key"));
}

#[test]
fn a_key_that_is_shared_beforehand_is_a_password() {
    for name in ["WIFI_PSK", "wifi_psk", "psk", "defaultPsk", "otaPSK"] {
        assert!(
            credential(&format!("{name} = \"Heron77{}\"", random(6)), "psk"),
            "{name}"
        );
    }
    // The way to sign in to a network of that kind.
    assert!(judged("key_mgmt = \"WPA-PSK\"", "key").is_none());
}

#[test]
fn the_name_of_a_secret_of_kubernetes_is_none() {
    assert!(!credential("TS_KUBE_SECRET: headscale", "secret"));
    assert!(credential(&format!("TS_SECRET: {}", random(24)), "secret"));
}
