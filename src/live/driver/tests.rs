use super::*;

#[test]
fn every_driver_is_sound_and_has_its_kind_of_list() {
    let mut any = 0;
    for kind in kinds() {
        let driver = builtin(kind).unwrap_or_else(|why| panic!("{why}"));
        assert_eq!(driver.server.kind, kind, "the name of the file is the kind");
        let list = driver
            .list_kind()
            .unwrap_or_else(|why| panic!("{kind}: {why}"));
        assert!(!list.reads.is_empty(), "{kind}");
        assert!(
            driver.list.is_some() || driver.server.code.is_some(),
            "{kind}: it has no list"
        );
        let checked = &driver.server.checked;
        let said = checked.starts_with(|c: char| c.is_ascii_digit())
            || checked.starts_with("from the documentation on 20");
        assert!(
            said,
            "{kind}: `checked` is a version or a day of the documentation: {checked}"
        );
        any += 1;
    }
    assert!(any >= 14, "{any}");
}

/// A driver with one list, and what another table makes of it.
fn with(table: &str) -> Result<Driver, String> {
    load(&format!(
        "[server]\nkind = 'gitea'\nname = 'x'\ndocs = 'https://x.example'\nchecked = '1'\n[list]\nget = '/all'\n{table}"
    ))
}

#[test]
fn what_cannot_be_meant_is_refused() {
    assert!(with("").is_ok());
    let bad = [
        ("pages = { by = 'page', size = 50 }", "has no `{page}`"),
        ("pages = { by = 'page' }", "needs `size`"),
        ("pages = { by = 'cursor' }", "need `next`"),
        ("value = 'secret'", "no JSON pointer"),
        ("keep = { a = { at = '/a', fin = 'x' } }", "unknown field"),
        ("keep = { a = 7 }", "is a text, or a table"),
        (
            "[check]\nget = '/x'\nlive = [{ status = 200 }]\ndead = []",
            "true of any page",
        ),
        (
            "[check]\nget = '/x/{secret?}/y'\nlive = [{ status = 401 }]\ndead = []",
            "has to be there",
        ),
        (
            "[create]\npost = '/x'\nvalue = '{name}'",
            "no answer gives `{name}`",
        ),
        ("[create]\npost = '/x'\nvalue = 'hunter2'", "is no secret"),
        ("[create]\npost = '/x'", "no answer gives `{value}`"),
        (
            "[create]\npost = '/x/{old.a}'\nkeep = { value = '/v' }",
            "`{old.a}` is not known",
        ),
        (
            "[replace]\npost = '/x/{scope}'\nkeep = { value = '/v' }",
            "`{scope}` is not known",
        ),
        (
            "[revoke]\ndelete = '//elsewhere.example/'",
            "no path of the server",
        ),
        (
            "[revoke]\ndelete = 'https://elsewhere.example/'",
            "begins with a slash",
        ),
        ("[revoke]\ndelete = '/x'\nget = '/y'", "two requests"),
    ];
    for (table, says) in bad {
        let why = with(table).expect_err(table);
        assert!(why.contains(says), "{table}: {why}");
    }
    let otherwise = "[create]\npost = '/x/{old.a}'\nkeep = { value = '/v' }\notherwise = { 'old.a' = '{owner}' }";
    assert!(with(otherwise).is_ok());
    assert!(with(&otherwise.replace("{owner}", "{old.b}")).is_err());
    assert!(with("[replace]\nput = '/x'\njson = { p = '{new}' }\nvalue = '{new}'").is_ok());
}

/// What real servers answer, and what it says of a token. `{}` is an answer in JSON without a word.
#[test]
fn the_odd_answers_of_servers_are_known() {
    use super::super::Verdict;
    use super::super::answer::Answer;
    let scope = r#"{"message":"token does not have at least one of required scope(s), required=[read:user]"}"#;
    let (live, dead, unknown) = (Some(true), Some(false), None);
    let cases = [
        ("gitea", 403, scope, live),
        ("gitea", 403, r#"{"message":"Must be signed in"}"#, unknown),
        ("gitea", 401, r#"{"message":"user does not exist"}"#, dead),
        (
            "jupyterhub",
            403,
            r#"{"status": 403, "message": null}"#,
            dead,
        ),
        ("jupyterhub", 401, "{}", unknown),
        ("sonarqube", 200, r#"{"valid":false}"#, dead),
        ("sonarqube", 200, r#"{"valid":true}"#, live),
        ("sonarqube", 200, "{}", unknown),
        (
            "zabbix",
            200,
            r#"{"error":{"code":-32602,"data":"Not authorized."}}"#,
            dead,
        ),
        (
            "zabbix",
            200,
            r#"{"error":{"code":-32602,"data":"Invalid parameter."}}"#,
            unknown,
        ),
        ("zabbix", 200, r#"{"result":[]}"#, live),
        ("verdaccio", 200, "{}", dead),
        ("verdaccio", 403, r#"{"error":"unauthorized access"}"#, dead),
        (
            "devpi",
            200,
            r#"{"result":{"authstatus":["noauth","",[]]}}"#,
            dead,
        ),
        (
            "devpi",
            200,
            r#"{"result":{"authstatus":["ok","ann",[]]}}"#,
            live,
        ),
        ("headscale", 500, "Unauthorized", dead),
        ("headscale", 500, "internal error", unknown),
        ("netbox", 403, r#"{"detail":"Invalid v2 token"}"#, dead),
        ("netbox", 403, r#"{"detail":"Token expired"}"#, dead),
        // It lives, and callers elsewhere may use it.
        (
            "netbox",
            403,
            r#"{"detail":"Source IP 192.0.2.1 is not permitted to authenticate using this token."}"#,
            unknown,
        ),
        ("netbox", 403, r#"{"detail":"Token disabled"}"#, unknown),
        ("vault", 403, r#"{"errors":["permission denied"]}"#, dead),
        ("keycloak", 200, r#"{"active":false}"#, live),
        ("keycloak", 401, r#"{"error":"invalid_request"}"#, dead),
        (
            "rabbitmq",
            401,
            r#"{"error":"not_authorized","reason":"Not management user"}"#,
            unknown,
        ),
        (
            "rabbitmq",
            401,
            r#"{"error":"not_authorized","reason":"Login failed"}"#,
            dead,
        ),
        ("gitlab", 403, r#"{"error":"insufficient_scope"}"#, live),
        (
            "grafana",
            403,
            r#"{"message":"Permissions needed: orgs:read"}"#,
            live,
        ),
    ];
    let said = |kind: &str, status, content: &str, body: &str| {
        let check = builtin(kind).expect("a driver").check.expect("a check");
        let answer = Answer::new(status, content, body.as_bytes().to_vec());
        match check.verdict(&answer) {
            Verdict::Live => Some(true),
            Verdict::Dead => Some(false),
            Verdict::Unknown(_) => None,
        }
    };
    for (kind, status, body, expected) in cases {
        assert_eq!(
            said(kind, status, "application/json", body),
            expected,
            "{kind}: {status} {body}"
        );
    }
    let tried = kinds().filter(|kind| builtin(kind).is_ok_and(|driver| driver.check.is_some()));
    for kind in tried {
        for status in [200, 201, 302, 401, 403, 404, 429, 500, 502, 503] {
            let page = "<!DOCTYPE html><p>Unauthorized noauth \"result\" required scope";
            assert_eq!(
                said(kind, status, "text/html", page),
                None,
                "{kind}: a page of a proxy, {status}"
            );
            assert_eq!(
                said(kind, status, "text/plain", page),
                None,
                "{kind}: a page of a proxy, {status}"
            );
        }
        assert_ne!(
            said(kind, 200, "application/json", "{}"),
            Some(true),
            "{kind}: an empty answer"
        );
    }
}
