//! What must have one of a provider's forms.

use super::*;
use crate::detect::Scanner;
use crate::detect::provider::DENIED;
use crate::example::expand;

/// Rule, confidence and reasons of the first finding in a text.
fn first(template: &str) -> Option<(String, Confidence, Vec<&'static str>)> {
    let scanner = Scanner::new(crate::builtin::set());
    let text = expand(template, 1).expect("a template");
    let found = scanner.scan(text.as_bytes()).into_iter().next()?;
    let id = scanner.rules().rules[found.rule].id.to_string();
    Some((id, found.confidence(), found.evidence.reasons))
}

#[test]
fn a_value_of_none_of_the_providers_forms_is_low_and_says_why() {
    for template in [
        "GITHUB_TOKEN = \"{lowernum:33}\"\n",
        "stripe_secret_key: \"{hex:40}\"\n",
        "const anthropicApiKey = '{alnum:22}';\n",
    ] {
        let (_, confidence, reasons) = first(template).expect("it is found");
        assert_eq!(confidence, Confidence::Low, "{template}");
        assert!(reasons.contains(&NO_FORM), "{template}: {reasons:?}");
    }
}

#[test]
fn what_starts_as_a_providers_tokens_do_and_is_none_is_low() {
    for (template, why) in [
        // The name speaks of the provider, and of a kind of secret that it has.
        ("STRIPE_WEBHOOK_SECRET=whsec_{alnum:31}\n", NO_FORM),
        ("OVH_CONSUMER_KEY={alnum:31}\n", NO_FORM),
        // The name speaks of nobody.
        ("REGISTRY_TOKEN=npm_{alnum:35}\n", NEARLY_FORM),
        ("database_password: \"pscale_pw_{alnum:31}\"\n", NEARLY_FORM),
    ] {
        let (id, confidence, reasons) = first(template).expect("it is found");
        assert_eq!(confidence, Confidence::Low, "{template}: {id} {reasons:?}");
        assert!(reasons.contains(&why), "{template}: {reasons:?}");
    }
}

#[test]
fn a_much_longer_value_may_be_of_a_form_that_is_not_told() {
    for template in [
        "GITHUB_TOKEN=gho_{alnum:90}\n",
        // Anybody writes such a word before a value.
        "inventory_token = \"test_{alnum:30}\"\n",
        // Other stores speak the protocol of S3.
        "AWS_SECRET_ACCESS_KEY={alnum:31}\n",
    ] {
        let (id, confidence, reasons) = first(template).expect("it is found");
        assert!(confidence > Confidence::Low, "{template}: {id} {reasons:?}");
    }
}

#[test]
fn what_a_user_thinks_up_has_no_form() {
    for template in [
        // A password of the user's own.
        "github_password = \"{alnum:14}#\"\n",
        // The user chooses the secret of a webhook.
        "github_webhook_secret = \"{alnum:31}\"\n",
        // No provider.
        "inventory_token = \"{alnum:33}\"\n",
    ] {
        let (_, confidence, reasons) = first(template).expect("it is found");
        assert!(confidence > Confidence::Low, "{template}: {reasons:?}");
    }
}

#[test]
fn a_token_in_the_middle_of_base64_is_low() {
    let inside = "<img src=\"data:image/png;base64,{base64:64}/AKIA{base32:16}/{base64:64}\">\n";
    let (_, confidence, reasons) = first(inside).expect("it is found");
    assert_eq!(confidence, Confidence::Low, "{reasons:?}");
    assert!(reasons.contains(&"in the middle of base64"), "{reasons:?}");
    let path = "https://files.acme.test/quarterly/reports/archive/AKIA{base32:16}/report/2024\n";
    let (_, confidence, reasons) = first(path).expect("it is found");
    assert!(confidence > Confidence::Low, "{reasons:?}");
}

#[test]
fn an_id_under_a_providers_name_is_low() {
    let (id, confidence, reasons) = first("heroku_project_id = \"{uuid}\"\n").expect("found");
    assert_eq!(confidence, Confidence::Low, "{id}");
    assert!(reasons.contains(&DENIED), "{reasons:?}");
    let (_, confidence, _) = first("heroku_api_key = \"{uuid}\"\n").expect("found");
    assert_eq!(confidence, Confidence::Medium);
}
