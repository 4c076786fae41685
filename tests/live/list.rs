//! `keysweep live list`: pages, owners, snapshots; and servers that do not behave.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};

use super::loopback::{Answer, Asked, Loopback};
use super::{Desk, hub, secret};

fn token(user: &str, id: &str) -> Value {
    json!({
        "user": user, "id": id, "note": format!("note {id}"), "scopes": ["read:users"],
        "created": "2026-11-01T10:00:00Z", "last_activity": null, "expires_at": null,
    })
}

/// A hub with 120 users in pages of 50; each has one token, and ann has two.
fn well(asked: &Asked) -> Answer {
    let expected = format!("token {}", secret());
    if asked.headers.get("authorization") != Some(&expected) {
        return Answer::json(403, json!({"status": 403, "message": "Forbidden"}));
    }
    if let Some(query) = asked.path.strip_prefix("/hub/api/users?offset=") {
        let from: usize = query
            .split('&')
            .next()
            .expect("a number")
            .parse()
            .expect("a number");
        let users: Vec<Value> = (from..120.min(from + 50))
            .map(|n| json!({"name": name(n)}))
            .collect();
        return Answer::json(200, Value::from(users));
    }
    let user = asked.path.strip_prefix("/hub/api/users/").expect("a user");
    let user = user.strip_suffix("/tokens").expect("tokens");
    let user = user.replace("%2F", "/").replace("%40", "@");
    let mut tokens = vec![token(&user, &format!("a{user}"))];
    if user == name(0) {
        tokens.push(token(&user, "second"));
    }
    Answer::json(200, json!({ "api_tokens": tokens }))
}

/// Names that a path must not take for a part of itself.
fn name(n: usize) -> String {
    match n {
        0 => "ann".to_owned(),
        1 => "team/ann@example.org".to_owned(),
        n => format!("user{n}"),
    }
}

#[test]
fn a_list_of_many_pages_becomes_a_snapshot_that_audit_takes() {
    let server = Loopback::new(well);
    let desk = Desk::new(&hub(&server));
    let run = desk.live(&["list", "-o", "out"]);
    run.ends(0).complains("hub: 121 tokens of hub (121 active)");
    assert_eq!(server.asked().len(), 3 + 120);
    let snapshot = desk.dir.path().join("out/hub.json");
    let text = fs::read_to_string(&snapshot).expect("written");
    let read: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(read["complete"], true);
    assert_eq!(read["rows"].as_array().map(Vec::len), Some(121));
    assert_eq!(read["rows"][2]["owner"], "team/ann@example.org");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&snapshot).expect("there").permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }
    let report = desk.dir.json(&["audit", ".", "--with", "out/hub.json"]);
    assert_eq!(report["listed"].as_array().map(Vec::len), Some(121));
    // The secret of the operator went to the server, and nowhere else.
    for text in [text, run.errors(), run.text(), report.to_string()] {
        assert!(!text.contains(&secret()));
    }
}

/// Runs `live list` against a server whose every answer is this one.
fn against(answer: impl Fn() -> Answer + Send + Sync + 'static) -> (Desk, Loopback, String) {
    let server = Loopback::new(move |_| answer());
    let desk = Desk::new(&hub(&server));
    let run = desk.live(&["list", "-o", "out"]);
    run.ends(2);
    assert!(!desk.dir.path().join("out/hub.json").exists());
    (desk, server, run.errors())
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Loopback::new(|_| Answer::json(200, "[]"));
    let to = elsewhere.address();
    let (_desk, server, errors) = against(move || Answer::redirect(&to));
    assert!(
        errors.contains("a redirect, which is not followed"),
        "{errors}"
    );
    assert_eq!(server.asked().len(), 1);
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn odd_answers_are_said_in_our_words() {
    type Made = fn() -> Answer;
    let cases: &[(Made, &str)] = &[
        (
            || Answer::html(200, "<html>log in</html>"),
            "a page of HTML",
        ),
        (
            || Answer::json(200, "<!DOCTYPE html><p>hunter2"),
            "a page of HTML",
        ),
        (|| Answer::json(200, "{"), "it is no JSON"),
        (
            || Answer::json(200, "{\"users\":[]}"),
            "nothing stands at `/name`",
        ),
        (|| Answer::json(200, "7"), "no list stands where it should"),
        (|| Answer::json(401, "{}"), "the secret is not accepted"),
        (
            || Answer::json(403, "{\"echo\":\"hunter2hunter2\"}"),
            "the secret may not do that",
        ),
        (
            || Answer::json(500, "hunter2hunter2"),
            "the server has an error",
        ),
        (|| Answer::json(429, "{}"), "429, too many requests"),
        (
            || Answer::json(200, "x".repeat((1 << 20) + 1)),
            "more than 1 MiB",
        ),
        (Answer::hang_up, "may have happened"),
    ];
    for (made, says) in cases {
        let (_desk, server, errors) = against(made);
        assert!(errors.contains(says), "{says}: {errors}");
        assert!(!errors.contains("hunter2"), "{errors}");
        // Nothing is tried a second time.
        assert!(server.asked().len() <= 2, "{says}: {:?}", server.paths());
    }
}

#[test]
fn an_answer_that_drips_is_given_up_within_ten_seconds() {
    let (_desk, _server, errors) = against(|| Answer {
        slow: Some(Duration::from_millis(200)),
        ..Answer::json(200, format!("[{}]", " ".repeat(10_000)))
    });
    assert!(
        errors.contains("no whole answer within 10 seconds"),
        "{errors}"
    );
}

#[test]
fn a_server_that_knows_no_pages_is_asked_twice_and_counted_once() {
    let users: Vec<Value> = (0..60).map(|n| json!({"name": name(n)})).collect();
    let users = Value::from(users).to_string();
    let server = Loopback::new(move |asked| match asked.path.contains("offset=") {
        true => Answer::json(200, &users),
        false => well(asked),
    });
    let desk = Desk::new(&hub(&server));
    desk.live(&["list", "-o", "out"])
        .ends(0)
        .complains("hub: 61 tokens");
    assert_eq!(server.asked().len(), 2 + 60);
}

#[test]
fn nothing_listens_is_said_and_the_other_server_is_asked_all_the_same() {
    let server = Loopback::new(well);
    let other = hub(&server).replace("server.hub", "server.dark");
    let port = server.address();
    let port = port.rsplit(':').next().expect("a port");
    let dark = other.replace(port, "1");
    let desk = Desk::new(&format!("{dark}{}", hub(&server)));
    let run = desk.live(&["list", "-o", "out"]);
    run.ends(2)
        .complains("dark: http://127.0.0.1:1: nothing listens there")
        .complains("hub: 121 tokens");
    assert!(desk.dir.path().join("out/hub.json").exists());
    // Only one by its name.
    desk.live(&["list", "hub", "-o", "out"]).ends(0);
}

#[test]
fn a_value_in_a_name_stops_the_snapshot() {
    let leaked = crate::common::token(9);
    let server = Loopback::new(move |asked| match asked.path.contains("offset=") {
        true => Answer::json(200, json!([{"name": "ann"}])),
        false => {
            let mut one = token("ann", "a1");
            one["note"] = Value::from(leaked.as_str());
            Answer::json(200, json!({"api_tokens": [one]}))
        }
    });
    let desk = Desk::new(&hub(&server));
    let run = desk.live(&["list", "-o", "out"]);
    run.ends(2);
    assert!(!run.errors().contains(&crate::common::token(9)));
    assert!(!desk.dir.path().join("out/hub.json").exists());
}
