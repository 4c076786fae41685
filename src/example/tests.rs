use proptest::prelude::*;

use super::expand;

#[test]
fn expansion_is_deterministic() {
    let template = "A={alnum:36} {uuid} {pem:OPENSSH PRIVATE KEY}";
    assert_eq!(expand(template, 3), expand(template, 3));
    assert_ne!(expand(template, 3), expand(template, 4));
}

#[test]
fn braces_nesting_and_encodings() {
    assert_eq!(expand("{{x}}", 0).as_deref(), Ok("{x}"));
    assert_eq!(expand("{b64:{{x}}a}", 0).as_deref(), Ok("e3h9YQ=="));
    assert_eq!(expand("{b64url:{b64:?}}", 0).as_deref(), Ok("UHc9PQ"));
    assert_eq!(expand("{percent:a/b}{nl}", 0).as_deref(), Ok("a%2Fb\n"));
    let value = expand("{{\"k\":\"{hex:8}\"}}", 0).expect("valid");
    assert_eq!(value.len(), 16);
}

#[test]
fn a_jwt_takes_json_and_templates_of_json() {
    let plain = expand(r#"{jwt:{"alg":"HS256"}.{"sub":{"a":1}}}"#, 0);
    let template = expand(r#"{jwt:{{"alg":"HS256"}}.{{"sub":{{"a":1}}}}}"#, 0);
    assert!(plain.is_ok());
    assert_eq!(plain, template);
}

#[test]
fn errors_name_the_place() {
    for (template, place) in [
        ("abc{alnum", "at 3:"),
        ("ab}", "at 2:"),
        ("a{none:3}", "at 2:"),
        ("a{hex:x}", "at 6:"),
        ("{b64:{none}}", "at 6:"),
        ("{check:crc32-base62:ghp_x}", "at 7:"),
        ("{jwt:x}", "at 5:"),
    ] {
        let error = expand(template, 0).expect_err("invalid");
        assert!(error.starts_with(place), "{template}: {error}");
    }
}

proptest! {
    #[test]
    fn no_template_panics(text in "[{}a-z0-9:.é-]{0,60}", seed in any::<u64>()) {
        let _ = expand(&text, seed);
    }
}
