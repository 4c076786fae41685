//! Findings that meet their rows: by the token itself, by hash, id, and the characters that a list shows.

use std::fs;

use serde_json::Value;

use super::golden::{TAKEN, files};
use super::made::{Values, folder, recorded};
use crate::common::{Dir, findings, formats};

/// Writes the lists of a kind, filled, into a directory beside what is scanned; the names of the files.
fn lists(dir: &Dir, kind: &str) -> Vec<String> {
    let values = Values::of(kind);
    let write = |file: String| {
        let text = fs::read_to_string(folder(kind).join(&file)).expect("it was recorded");
        let to = dir.outside(&file);
        fs::write(&to, values.fill(&text)).expect("writable");
        to.display().to_string()
    };
    files(kind).into_iter().map(write).collect()
}

/// A snapshot of a list.
fn snapshot(dir: &Dir, kind: &str, file: &str, more: &[&str]) -> String {
    let to = dir
        .outside(&format!("{kind}.snapshot.json"))
        .display()
        .to_string();
    let mut args = vec![
        "tokens", "import", kind, file, "--server", "srv.test", "--taken", TAKEN, "-o", &to,
    ];
    args.extend(more);
    dir.run(&args).ends(0);
    to
}

fn fact<'a>(finding: &'a Value, field: &str) -> Option<&'a str> {
    let facts = finding["facts"].as_array()?.iter();
    let mut of_list = facts.filter(|fact| fact["source"] == "list" && fact["field"] == field);
    of_list.next()?["value"].as_str()
}

/// How a value of each kind stands in a file, and what its row says of its state: as the kind's list joins it.
const CASES: &[(&str, &str, &str, &str)] = &[
    (
        "redis",
        "ci-new",
        "REDIS_URL=redis://ci-runner:{}@cache:6379/0\n",
        "active on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "redis",
        "old-worker",
        "redis_password = \"{}\"\n",
        "disabled on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "mariadb",
        "ci-old",
        "DATABASE_URL=mysql://ci:{}@db/shop\n",
        "active on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "rabbitmq",
        "ops",
        "AMQP_URL=amqp://ops:{}@mq:5672/\n",
        "active on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "postgresql",
        "shop_app",
        "DATABASE_URL=postgres://shop_app:{}@db/shop\n",
        "active on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "postgresql",
        "ci_runner",
        "db_password = \"{}\"\n",
        "active on 2026-11-26, as srv.test lists it (joined by its hash)",
    ),
    (
        "unleash",
        "shop-backend",
        "UNLEASH_API_TOKEN={}\n",
        "active on 2026-11-26, as srv.test lists it (joined by the token itself)",
    ),
    (
        "unleash",
        "nightly",
        "UNLEASH_API_TOKEN={}\n",
        "expired on 2026-11-26, as srv.test lists it (joined by the token itself)",
    ),
    (
        "miniflux",
        "backup",
        "MINIFLUX_API_TOKEN={}\n",
        "active on 2026-11-26, as srv.test lists it (joined by the token itself)",
    ),
    (
        "keycloak",
        "shop-api",
        "client_secret = \"{}\"\n",
        "active on 2026-11-26, as srv.test lists it (joined by the token itself)",
    ),
    (
        "verdaccio",
        "ann-ci",
        "//registry.test/:_authToken={}\n",
        "active on 2026-11-26, as srv.test lists it (joined by the characters that the list shows)",
    ),
    (
        "devpi",
        "ann:wkGsBqz3",
        "DEVPI_TOKEN={}\n",
        "active on 2026-11-26, as srv.test lists it (joined by its id)",
    ),
    (
        "aws",
        "build-1",
        "AWS_ACCESS_KEY_ID={}\n",
        "disabled on 2026-11-26, as srv.test lists it (joined by its id)",
    ),
];

#[test]
fn findings_meet_the_rows_that_they_are() {
    for (kind, name, line, state) in CASES {
        let dir = Dir::repo();
        let value = Values::of(kind).value(name);
        dir.write("app.env", line.replace("{}", &value));
        let all = lists(&dir, kind);
        let list = match *kind {
            "aws" => all
                .iter()
                .find(|file| file.ends_with("list-access-keys.json")),
            "miniflux" => all
                .iter()
                .find(|file| file.ends_with("api-keys-admin.json")),
            "verdaccio" => all.iter().find(|file| file.ends_with("tokens-ann.json")),
            _ => all.first(),
        };
        let snapshot = snapshot(&dir, kind, list.expect("a file"), &["--hashes"]);
        let report = dir.json(&["scan", "--with", &snapshot]);
        let joined: Vec<&Value> = findings(&report)
            .iter()
            .filter(|finding| fact(finding, "state").is_some())
            .collect();
        assert_eq!(joined.len(), 1, "{kind} {name}: {report:#}");
        assert_eq!(fact(joined[0], "state"), Some(*state), "{kind} {name}");
        // The list as the server gave it joins as well; its day is not known.
        let raw = format!("{kind}={}", list.expect("a file"));
        let report = dir.json(&["scan", "--with", &raw]);
        let states = findings(&report).iter().filter_map(|it| fact(it, "state"));
        let states: Vec<&str> = states.collect();
        assert_eq!(states.len(), 1, "{kind} {name}");
        assert!(states[0].contains("on an unknown day"), "{states:?}");
    }
}

#[test]
fn other_values_meet_no_row() {
    for (kind, name, line, _) in CASES {
        let dir = Dir::repo();
        let list = lists(&dir, kind).remove(0);
        let other = Values::of(kind).stranger(name);
        dir.write("app.env", line.replace("{}", &other));
        let report = dir.json(&["scan", "--with", &format!("{kind}={list}")]);
        for finding in findings(&report) {
            assert_eq!(fact(finding, "state"), None, "{kind}: {finding:#}");
        }
    }
}

#[test]
fn owners_scopes_and_dates_of_the_list_are_facts_of_the_finding() {
    let dir = Dir::repo();
    let value = Values::of("postgresql").value("shop_app");
    dir.write(
        "app.env",
        format!("DATABASE_URL=postgres://shop_app:{value}@db/shop\n"),
    );
    let list = lists(&dir, "postgresql").remove(0);
    let snapshot = snapshot(&dir, "postgresql", &list, &["--hashes"]);
    let report = dir.json(&["scan", "--with", &snapshot]);
    let finding = &findings(&report)[0];
    assert_eq!(
        fact(finding, "owner"),
        Some("owner: team-shop@example.org, purpose: web shop")
    );
    assert_eq!(fact(finding, "expires"), Some("2027-06-30T10:00:00Z"));
    assert_eq!(finding["status"]["state"], "live");
    // Without the hashes of the list nothing is joined.
    let without = self::snapshot(&dir, "postgresql", &list, &[]);
    let report = dir.json(&["scan", "--with", &without]);
    assert_eq!(fact(&findings(&report)[0], "state"), None);
}

#[test]
fn what_several_rows_fit_is_joined_to_none_and_says_so() {
    let dir = Dir::repo();
    let value = Values::of("redis").value("ops");
    let hash = Values::of("redis").fill("{{sha256:ops}}");
    let list = dir.outside("acl.txt");
    let text = format!("user one on #{hash} ~* +@all\nuser two on #{hash} ~* +@all\n");
    fs::write(&list, text).expect("writable");
    dir.write("app.env", format!("redis_password = \"{value}\"\n"));
    let report = dir.json(&["scan", "--with", &format!("redis={}", list.display())]);
    let finding = &findings(&report)[0];
    let state = fact(finding, "state").expect("it is said");
    assert!(state.starts_with("not joined: several tokens"), "{state}");
    assert_eq!(fact(finding, "owner"), None);
}

/// Two tokens whose last eight characters are the same, and one list that shows them.
#[test]
fn a_few_characters_that_two_findings_share_join_none() {
    let dir = Dir::repo();
    let tokens = [1, 2].map(|seed| crate::common::expand("{hex:32}", seed) + "0123abcd");
    let row = r#"[{"id":8,"name":"deploy","owner":"boss","scopes":["all"],"token_last_eight":"0123abcd","created_at":"2026-01-02T03:04:05Z","last_used_at":"2026-01-03T03:04:05Z"}]"#;
    let list = dir.outside("gitea.json");
    fs::write(&list, row).expect("writable");
    let with = format!("gitea={}", list.display());
    dir.write("one.env", format!("GITEA_TOKEN={}\n", tokens[0]));
    let report = dir.json(&["scan", "--with", &with]);
    let one = fact(&findings(&report)[0], "state")
        .expect("it is joined")
        .to_owned();
    assert!(
        one.starts_with("active on an unknown day, as gitea"),
        "{one}"
    );
    assert_eq!(
        fact(&findings(&report)[0], "last-used"),
        Some("2026-01-03T03:04:05Z")
    );
    dir.write("two.env", format!("GITEA_TOKEN={}\n", tokens[1]));
    let report = dir.json(&["scan", "--with", &with]);
    for finding in findings(&report) {
        let state = fact(finding, "state").expect("it is said");
        assert!(state.starts_with("not joined"), "{state}");
    }
}

#[test]
fn no_secret_of_any_list_is_in_any_output() {
    for kind in recorded() {
        let values = Values::of(&kind);
        // Ids of AWS are public; and a word that is a password of everybody.
        let secret = |name: &&str| kind != "aws" && values.value(name) != "guest";
        let secrets: Vec<String> = values
            .names()
            .filter(secret)
            .map(|name| values.value(name))
            .collect();
        let dir = Dir::repo();
        let mut with = Vec::new();
        for (number, list) in lists(&dir, &kind).iter().enumerate() {
            let to = dir.outside(&format!("{number}.json")).display().to_string();
            let run = dir.run(&["tokens", "import", &kind, list, "-o", &to]);
            run.ends(0);
            let text = fs::read(&to).expect("a snapshot");
            for secret in &secrets {
                let clean = |text: &[u8]| !crate::common::contains(text, secret.as_bytes());
                assert!(
                    clean(&text) && clean(&run.out) && clean(&run.err),
                    "{kind}: {list}"
                );
            }
            with.extend([
                "--with".to_owned(),
                format!("{kind}={list}"),
                "--with".to_owned(),
                to,
            ]);
        }
        // Half of the values stand in files, too.
        let planted: Vec<String> = secrets
            .iter()
            .step_by(2)
            .map(|it| format!("token = \"{it}\"\n"))
            .collect();
        dir.write("app.conf", planted.concat());
        for format in formats() {
            let mut args = vec!["scan", "--format", format, "--all", "--verbose"];
            args.extend(with.iter().map(String::as_str));
            let run = dir.run(&args);
            for secret in &secrets {
                let clean = |text: &[u8]| !crate::common::contains(text, secret.as_bytes());
                assert!(clean(&run.out) && clean(&run.err), "{kind} in {format}");
            }
        }
    }
}
