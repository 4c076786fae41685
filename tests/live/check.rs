//! `keysweep live check`: joined by the list first, sent only when asked, and never for long.

use serde_json::{Value, json};

use super::Desk;
use super::loopback::{Answer, Asked, Loopback};
use crate::common::expand;

/// A token in the form of GitLab's.
fn token(seed: u64) -> String {
    expand("glpat-{alnum:20}", seed)
}

fn entry(server: &Loopback) -> String {
    super::hub(server).replace("jupyterhub", "gitlab")
}

/// A GitLab that knows one living token by trying, and lists nothing.
fn gitlab(status: u16) -> impl Fn(&Asked) -> Answer + Send + Sync + 'static {
    move |asked| match asked.path.ends_with("/self") {
        false => Answer::json(200, "[]"),
        true => match asked.headers.get("private-token") == Some(&token(1)) {
            true => Answer::json(200, json!({"id": 7})),
            false => Answer::json(status, json!({"message": "401 Unauthorized"})),
        },
    }
}

/// A desk with a repository of these tokens, and its report.
fn desk(server: &Loopback, seeds: std::ops::Range<u64>) -> Desk {
    let desk = Desk::new(&entry(server));
    for seed in seeds {
        let name = format!("app{seed:02}.py");
        desk.dir
            .write(&name, format!("token = \"{}\"\n", token(seed)));
    }
    let report = desk.dir.json(&["scan", "."]);
    assert!(!report.to_string().contains(&token(1)));
    std::fs::write(desk.dir.outside("report.json"), report.to_string()).expect("written");
    desk
}

fn check(desk: &Desk, more: &[&str]) -> (Vec<String>, String) {
    let report = desk.dir.outside("report.json");
    let mut words = vec!["check", report.to_str().expect("text"), "--format", "json"];
    words.extend(more);
    let run = desk.live(&words);
    let told = format!("{}{}", run.text(), run.errors());
    for seed in 0..40 {
        assert!(!told.contains(&token(seed)));
    }
    let read: Value = serde_json::from_str(&run.text()).expect("JSON");
    let checked = read["checked"].as_array().cloned().unwrap_or_default();
    let words: Vec<String> = checked
        .iter()
        .map(|one| one["verdict"].as_str().expect("text").to_owned())
        .collect();
    run.ends(i32::from(words.iter().any(|word| word == "live")));
    (words, told)
}

fn sent(server: &Loopback) -> usize {
    server
        .paths()
        .iter()
        .filter(|path| path.ends_with("/self"))
        .count()
}

#[test]
fn nothing_is_sent_unless_it_is_asked_for() {
    let server = Loopback::new(gitlab(401));
    let desk = desk(&server, 1..3);
    let (words, told) = check(&desk, &[]);
    assert_eq!(words, ["unknown", "unknown"], "{told}");
    assert!(told.contains("--try sends it to `hub`"), "{told}");
    assert_eq!(sent(&server), 0);
    let (mut words, told) = check(&desk, &["--try"]);
    words.sort();
    assert_eq!(words, ["dead", "live"], "{told}");
    assert_eq!(sent(&server), 2);
}

#[test]
fn a_server_that_refuses_ten_or_asks_for_peace_is_left_alone() {
    let refusing = Loopback::new(gitlab(401));
    let many = desk(&refusing, 2..16);
    let (words, told) = check(&many, &["--try"]);
    assert_eq!(
        words.iter().filter(|word| *word == "dead").count(),
        10,
        "{told}"
    );
    assert_eq!(sent(&refusing), 10);
    let asking = Loopback::new(gitlab(429));
    let few = desk(&asking, 2..6);
    let (words, told) = check(&few, &["--try"]);
    assert_eq!(words, ["unknown"; 4], "{told}");
    assert_eq!(sent(&asking), 1);
}

#[test]
fn what_a_list_has_is_told_without_sending_it() {
    let value = expand("{hex:40}", 5);
    let listed = value.clone();
    let server = Loopback::new(move |asked| match asked.path.contains("/admin/users") {
        true => Answer::json(200, json!([{"login": "ann"}])),
        false => Answer::json(
            200,
            json!([{
                "id": 3, "name": "deploy", "token_last_eight": &listed[32..], "scopes": ["all"],
                "created_at": "2026-11-01T10:00:00Z", "last_used_at": "2026-11-02T10:00:00Z",
            }]),
        ),
    });
    let entry =
        super::hub(&server).replace("kind = \"jupyterhub\"", "kind = \"gitea\"\nuser = \"boss\"");
    let desk = Desk::new(&entry);
    desk.dir.write("ci.env", format!("GITEA_TOKEN={value}\n"));
    let report = desk.dir.json(&["scan", "."]);
    assert_eq!(
        report["findings"].as_array().map(Vec::len),
        Some(1),
        "{report}"
    );
    std::fs::write(desk.dir.outside("report.json"), report.to_string()).expect("written");
    let asked = server.asked().len();
    let (words, told) = check(&desk, &["--try"]);
    assert_eq!(words, ["live"], "{told}");
    assert!(
        told.contains("`hub` lists it as active (`deploy`)"),
        "{told}"
    );
    // The users and their tokens, and of each whether there is another page.
    assert_eq!(server.asked().len(), asked + 4);
    // What changed since the report is not taken for what it was.
    desk.dir.write("ci.env", "GITEA_TOKEN=\n");
    let (words, told) = check(&desk, &["--try"]);
    assert_eq!(words, ["unknown"], "{told}");
    assert!(told.contains("does not stand any more"), "{told}");
}

#[test]
fn what_is_no_report_is_said() {
    let server = Loopback::new(gitlab(401));
    let desk = Desk::new(&entry(&server));
    desk.dir.write("x.json", "{\"a\": 1}");
    desk.live(&["check", "x.json"])
        .ends(2)
        .complains("`schema_version` is missing");
    desk.live(&["check", "none.json"])
        .ends(2)
        .complains("cannot be read");
    assert!(server.asked().is_empty());
}
