//! What a list says is dead: rows that are revoked, disabled or expired, and tokens that a complete list lacks.

use std::fs;

use serde_json::Value;

use crate::common::{Dir, NOW, expand, findings};

/// The one finding of a run, its status, the id it is reported under, and what is said of its state.
fn outcome(report: &Value) -> (String, String, String, String) {
    let all = findings(report);
    assert_eq!(all.len(), 1, "{report:#}");
    let one = &all[0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let facts = one["facts"].as_array().expect("facts");
    let state = facts.iter().find(|fact| fact["field"] == "state");
    (
        text(&one["status"]["state"]),
        text(&one["status"]["certainty"]),
        text(&one["reported"]),
        state.map(|fact| text(&fact["value"])).unwrap_or_default(),
    )
}

fn token(seed: u64) -> String {
    expand("*:development.{hex:56}", seed)
}

/// A snapshot of what an Unleash lists.
fn unleash(dir: &Dir, tokens: &[(&str, &str, &str)], more: &[&str]) -> String {
    let rows: Vec<String> = tokens
        .iter()
        .map(|(secret, name, end)| {
            format!(
                r#"{{"secret":"{secret}","tokenName":"{name}","type":"client","projects":["*"],"environment":"development","expiresAt":{end},"createdAt":"2023-01-01T00:00:00Z","seenAt":null}}"#
            )
        })
        .collect();
    let list = format!(r#"{{"tokens":[{}]}}"#, rows.join(","));
    snapshot(dir, "unleash", &list, more)
}

fn snapshot(dir: &Dir, kind: &str, list: &str, more: &[&str]) -> String {
    let (file, to) = (dir.outside("list.json"), dir.outside("list.snapshot.json"));
    fs::write(&file, list).expect("writable");
    let (file, to) = (file.display().to_string(), to.display().to_string());
    let mut args = vec![
        "tokens",
        "import",
        kind,
        &file,
        "--server",
        "srv.test",
        "--taken",
        "2026-11-20",
        "-o",
        &to,
    ];
    args.extend(more);
    dir.run(&args).ends(0);
    to
}

#[test]
fn a_row_that_is_over_lowers_its_finding_and_leaves_a_trace() {
    let id = expand("{check:aws-key-id:AKIA{base32:16}}", 3);
    for (status, state, reported, code) in [
        ("Inactive", "disabled", "stale/expired", 0),
        ("Active", "active", "aws-access-key-id", 1),
    ] {
        let dir = Dir::repo();
        dir.write("app.env", format!("AWS_ACCESS_KEY_ID={id}\n"));
        let list = format!(
            r#"{{"AccessKeyMetadata":[{{"UserName":"build","AccessKeyId":"{id}","Status":"{status}","CreateDate":"2023-01-01T00:00:00Z"}}]}}"#
        );
        let list = snapshot(&dir, "aws", &list, &[]);
        let args = ["scan", "--with", &list, "--fail-on", "low", "--now", NOW];
        let report = dir.json(&["scan", "--with", &list]);
        let got = outcome(&report);
        let trace = format!("{state} on 2026-11-20, as srv.test lists it (joined by its id)");
        assert_eq!((got.2.as_str(), got.3), (reported, trace), "{report:#}");
        let dead = state != "active";
        assert_eq!(got.0 == "revoked" && got.1 == "certain", dead);
        // What is dead fails nothing by default.
        let run = dir.run(&args[..3]);
        run.ends(code);
        let said = report["findings"][0]["conditions"][0]["message"].as_str();
        let said = said.unwrap_or_default();
        let why = "Its server does not accept it, as its list of 2026-11-20 says";
        assert_eq!(said.starts_with(why), dead, "{said}");
        // What a change adds is judged as ever.
        dir.write("b.txt", "nothing\n");
        dir.git(&["rm", "-q", "--cached", "--ignore-unmatch", "app.env"]);
        dir.git(&["add", "b.txt"]);
        dir.git(&["commit", "-q", "-m", "before"]);
        dir.commit("The key");
        let report = dir.json(&["history", "--range", "HEAD~1..HEAD", "--with", &list]);
        assert_eq!(outcome(&report).2, "aws-access-key-id");
    }
}

#[test]
fn what_the_whole_list_of_the_only_server_lacks_is_dead() {
    let dir = Dir::repo();
    dir.write("app.env", format!("UNLEASH_API_TOKEN={}\n", token(1)));
    dir.commit("A token");
    let other = token(2);
    let listed = [(other.as_str(), "web", "null")];
    let list = unleash(&dir, &listed, &["--sole"]);
    let report = dir.json(&["history", "--with", &list]);
    assert_eq!(
        outcome(&report),
        (
            "revoked".to_owned(),
            "certain".to_owned(),
            "stale/expired".to_owned(),
            "not listed on 2026-11-20 by srv.test, whose list is complete".to_owned()
        )
    );
    dir.run(&["history", "--with", &list, "--now", NOW]).ends(0);
    // Of a tree it is not known since when the token is there: it may be newer than the list.
    let report = dir.json(&["scan", "--with", &list]);
    let (status, certainty, reported, state) = outcome(&report);
    assert_eq!(
        (status.as_str(), certainty.as_str()),
        ("revoked", "inferred")
    );
    assert_eq!(reported, "unleash-api-token");
    assert!(
        state.ends_with("; it may be newer than the list"),
        "{state}"
    );
    // Another server may have issued it, unless the user says that there is none.
    let list = unleash(&dir, &listed, &[]);
    assert_eq!(
        outcome(&dir.json(&["history", "--with", &list])).0,
        "unknown"
    );
    // A row whose token nobody knows may be this one.
    let known = [(other.as_str(), "web", "null"), ("short", "odd", "null")];
    let list = unleash(&dir, &known, &["--sole"]);
    assert_eq!(
        outcome(&dir.json(&["history", "--with", &list])).0,
        "unknown"
    );
    // It is in the list.
    let own = token(1);
    let list = unleash(&dir, &[(own.as_str(), "web", "null")], &["--sole"]);
    assert_eq!(
        outcome(&dir.json(&["history", "--with", &list])).0,
        "never-expires"
    );
}

#[test]
fn keys_of_another_account_are_left_alone() {
    // Two keys of one account: what stands behind its first fourteen characters may be anything.
    let own = expand("{check:aws-key-id:AKIA{base32:16}}", 3);
    let foreign = expand("{check:aws-key-id:AKIA{base32:16}}", 4);
    let sister = format!("{}{}", &own[..14], &foreign[14..]);
    let list = format!(
        r#"{{"AccessKeyMetadata":[{{"UserName":"build","AccessKeyId":"{own}","Status":"Active","CreateDate":"2023-01-01T00:00:00Z"}}]}}"#
    );
    for (id, dead) in [(&sister, true), (&foreign, false)] {
        let dir = Dir::repo();
        dir.write("app.env", format!("AWS_ACCESS_KEY_ID={id}\n"));
        dir.commit("A key");
        let list = snapshot(&dir, "aws", &list, &["--sole"]);
        let report = dir.json(&["history", "--with", &list]);
        assert_eq!(outcome(&report).0 == "revoked", dead, "{report:#}");
    }
}

#[test]
fn a_list_that_can_prove_nothing_is_refused_as_the_only_one() {
    let dir = Dir::repo();
    fs::write(dir.outside("hub.json"), r#"{"api_tokens":[]}"#).expect("writable");
    let hub = dir.outside("hub.json").display().to_string();
    let run = dir.run(&[
        "tokens",
        "import",
        "jupyterhub",
        &hub,
        "--sole",
        "--taken",
        "2026-11-20",
    ]);
    run.ends(2);
    assert!(
        run.errors().contains("shows too little of each token"),
        "{}",
        run.errors()
    );
    let tokens = r#"{"tokens":[]}"#;
    fs::write(dir.outside("u.json"), tokens).expect("writable");
    let unleash = dir.outside("u.json").display().to_string();
    let run = dir.run(&["tokens", "import", "unleash", &unleash, "--sole"]);
    run.ends(2);
    assert!(
        run.errors().contains("the day when it was taken"),
        "{}",
        run.errors()
    );
}

#[test]
fn a_token_that_nobody_uses_is_told_by_the_policy() {
    let dir = Dir::repo();
    let id = expand("{check:aws-key-id:AKIA{base32:16}}", 3);
    dir.write("app.env", format!("AWS_ACCESS_KEY_ID={id}\n"));
    dir.commit("A key");
    // Sixty days before the list was taken.
    let list = format!(
        r#"{{"AccessKeyMetadata":[{{"UserName":"build","AccessKeyId":"{id}","Status":"Active","CreateDate":"2023-01-01T00:00:00Z","AccessKeyLastUsed":{{"LastUsedDate":"2026-09-21T00:00:00Z"}}}}]}}"#
    );
    let list = snapshot(&dir, "aws", &list, &[]);
    let outcome = |more: &[&str]| {
        let args = [&["history", "--with", &list], more].concat();
        let report = dir.json(&args);
        let conditions = findings(&report)[0]["conditions"]
            .as_array()
            .expect("a list");
        let unused = conditions.iter().find(|one| one["id"] == "stale/unused");
        let notices = report["notices"].as_array().expect("a list").iter();
        let live = notices
            .filter(|one| one["reported"] == "live/unused")
            .count();
        (
            unused.map(|one| format!("{} ({})", one["message"], one["policy"])),
            live,
        )
    };
    assert_eq!(outcome(&[]), (None, 0), "90 days are the default");
    let (unused, live) = outcome(&["--policy-profile", "cis"]);
    assert_eq!(live, 1);
    assert_eq!(
        unused.as_deref(),
        Some(
            "\"It was used last on 2026-09-21, as the list of its server says; unused for 45 days it is to be disabled, on 2026-11-05.\" (\"profile cis: CIS AWS Foundations Benchmark, 1.12\")"
        )
    );
    dir.write("keysweep.toml", "[policy]\nmax-unused = \"30d\"\n");
    dir.commit("The policy of a history is that of HEAD");
    let (unused, live) = outcome(&[]);
    let unused = unused.expect("by the file");
    assert!(unused.contains("keysweep.toml (HEAD):2"), "{unused}");
    assert_eq!(live, 1);
    dir.run(&[
        "history",
        "--with",
        &list,
        "--now",
        NOW,
        "--fail-on",
        "stale/unused",
    ])
    .ends(1);
}

#[test]
fn a_list_says_nothing_of_the_time_after_it_was_taken() {
    let dir = Dir::repo();
    let id = expand("{check:aws-key-id:AKIA{base32:16}}", 3);
    dir.write("app.env", format!("AWS_ACCESS_KEY_ID={id}\n"));
    dir.commit("A key");
    let list = |used: &str, taken: &str, name: &str| {
        let list = format!(
            r#"{{"AccessKeyMetadata":[{{"UserName":"build","AccessKeyId":"{id}","Status":"Active","CreateDate":"2023-01-01T00:00:00Z","AccessKeyLastUsed":{{"LastUsedDate":"{used}T00:00:00Z"}}}}]}}"#
        );
        let (file, to) = (dir.outside("list.json"), dir.outside(name));
        fs::write(&file, list).expect("writable");
        let (file, to) = (file.display().to_string(), to.display().to_string());
        let import = [
            "tokens", "import", "aws", &file, "--taken", taken, "-o", &to,
        ];
        dir.run(&import).ends(0);
        to
    };
    let unused = |lists: &[&str], now: &str| {
        let mut args = vec!["history", "--format", "json", "--now", now];
        args.extend(lists.iter().flat_map(|list| ["--with", *list]));
        let report = dir.run(&args).json();
        let conditions = findings(&report)[0]["conditions"].clone();
        let mut all = conditions.as_array().expect("a list").iter();
        all.any(|one| one["id"] == "stale/unused")
    };
    // Used two days before the list was taken, which is half a year ago.
    let fresh = list("2026-11-18", "2026-11-20", "fresh.json");
    assert!(!unused(&[&fresh], "2027-06-01"));
    let idle = list("2026-01-02", "2026-11-20", "idle.json");
    assert!(unused(&[&idle], "2027-06-01"));
    // By an old list it was idle, and then somebody used it: the newest list counts, whichever comes first.
    let old = list("2025-01-02", "2025-11-20", "old.json");
    assert!(unused(&[&old], "2026-11-24"));
    assert!(!unused(&[&old, &fresh], "2026-11-24"));
    assert!(!unused(&[&fresh, &old], "2026-11-24"));
}

/// A token of a service account as older versions of Kubernetes issued it, of another account with each seed.
fn of_service_account(seed: u64) -> String {
    let claims = format!(
        r#"{{"iss":"kubernetes/serviceaccount","kubernetes.io/serviceaccount/namespace":"prod","sub":"account{seed}"}}"#
    );
    expand(
        &format!(r#"{{jwt:{{"alg":"RS256","kid":""}}.{claims}}}"#),
        seed,
    )
}

#[test]
fn a_secret_of_kubernetes_is_the_token_in_base64() {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    let own = of_service_account(1);
    let item = |uid: &str, token: &str| {
        format!(
            r#"{{"metadata":{{"uid":"{uid}","name":"deploy-token","namespace":"prod","creationTimestamp":"2023-01-01T00:00:00Z","annotations":{{"kubernetes.io/service-account.name":"deploy"}}}},"data":{{"token":"{token}"}}}}"#
        )
    };
    let list = |items: &[String], more: &[&str]| {
        let list = format!(r#"{{"kind":"List","items":[{}]}}"#, items.join(","));
        let dir = Dir::repo();
        dir.write("deploy.env", format!("KUBE_TOKEN={own}\n"));
        dir.commit("A token");
        let list = snapshot(&dir, "kubernetes", &list, more);
        outcome(&dir.json(&["history", "--with", &list]))
    };
    let (status, _, _, state) = list(&[item("a", &BASE64_STANDARD.encode(&own))], &[]);
    assert_eq!(status, "never-expires");
    assert!(state.ends_with("(joined by the token itself)"), "{state}");
    // The only cluster has another token, and not this one.
    let other = BASE64_STANDARD.encode(of_service_account(2));
    assert_eq!(list(&[item("b", &other)], &["--sole"]).0, "revoked");
    assert_ne!(list(&[item("b", &other)], &[]).0, "revoked");
    // What is no base64 may be any token.
    assert_ne!(list(&[item("b", "not base64")], &["--sole"]).0, "revoked");
}
