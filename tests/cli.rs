//! The command line as people use it: verbs, exit status, outputs, rules, news and expiry.

use std::fs;

use crate::common::{Dir, NOW, expand, findings, formats, jwt, line, places, token};

#[test]
fn exit_status() {
    let dir = Dir::new();
    dir.write("clean.txt", "nothing here\n");
    dir.run(&["scan"]).ends(0).says("clean");
    dir.write("a.env", line(1));
    for format in formats() {
        dir.run(&["scan", "--format", format]).ends(1);
    }
    dir.run(&["scan", "clean.txt"]).ends(0);
    dir.run(&["scan", "--no-such-option"]).ends(2);
    dir.run(&["no-such-verb"]).ends(2);
    dir.run(&[]).ends(2);
    dir.run(&["--help"]).ends(0).says("history");
    dir.run(&["--version"])
        .ends(0)
        .says(env!("CARGO_PKG_VERSION"));
}

#[test]
fn limits_of_scope_fail_only_when_strict() {
    let dir = Dir::new();
    dir.write("big.txt", "x ".repeat(2_000));
    dir.write("small.txt", "nothing\n");
    let args = ["scan", "--max-file-size", "1K"];
    dir.run(&args).ends(0).says("big.txt");
    let strict = dir.run(&["scan", "--max-file-size", "1K", "--strict"]);
    strict
        .ends(2)
        .says("nothing else fails; limits of scope fail (--strict): 1 file over the size limit");
    assert!(!strict.text().contains("clean"), "{}", strict.text());
    dir.write("a.env", line(1));
    dir.run(&["scan", "--max-file-size", "1K", "--strict"])
        .ends(1);
}

#[test]
fn ignored_files_are_told_and_scanned_when_asked() {
    let dir = Dir::repo();
    dir.write(".gitignore", "*.log\n.env\n*.tfvars\n");
    dir.write("a.log", "nothing\n");
    dir.write("deep/prod.tfvars", "nothing\n");
    dir.write(".env", line(1));
    dir.run(&["scan"])
        .ends(0)
        .says("\n3 ignored files not scanned, among them .env, deep/prod.tfvars: --ignored\n");
    // Ignored is a scope, no gap.
    dir.run(&["scan", "--strict"]).ends(0);
    let report = dir.json(&["scan"]);
    assert_eq!(report["summary"]["ignored"]["files"], 3);
    assert_eq!(
        report["summary"]["ignored"]["credential_stores"],
        serde_json::json!([".env", "deep/prod.tfvars"])
    );
    let sarif = dir.run(&["scan", "--format", "sarif"]).json();
    let notes = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
    assert!(notes.to_string().contains("among them .env"), "{notes}");
    for flag in ["--ignored", "--no-ignore"] {
        let run = dir.run(&["scan", flag]);
        run.ends(1).says(".env:1:14");
        assert!(!run.text().contains("ignored file"), "{}", run.text());
    }
    // With nothing else in the tree, they are all there is to say.
    std::fs::remove_file(dir.path().join(".gitignore")).expect("there");
    dir.write(".git/info/exclude", "*\n");
    dir.run(&["scan"])
        .ends(0)
        .says("3 ignored files not scanned, among them .env")
        .says("nothing to scan");
}

#[test]
fn what_fails() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    let status = |args: &[&str]| {
        let mut all = vec!["scan", "a.env"];
        all.extend(args);
        dir.run(&all).status
    };
    assert_eq!(status(&["--fail-on", "none"]), Some(0));
    assert_eq!(status(&["--fail-on", "high"]), Some(1));
    assert_eq!(status(&["--fail-on", "critical"]), Some(0));
    assert_eq!(status(&["--fail-on", "github-*"]), Some(1));
    assert_eq!(status(&["--fail-on", "gitlab-*"]), Some(0));
    assert_eq!(
        status(&["--fail-on", "critical", "--fail-on", "github-pat"]),
        Some(1)
    );
    assert_eq!(status(&["--fail-on", "stale/expiring:x"]), Some(2));
    // A word that can never mean anything would let everything pass.
    dir.run(&["scan", "a.env", "--fail-on", "hgih"])
        .ends(2)
        .complains("did you mean `high`?");
    dir.run(&[
        "scan",
        "a.env",
        "--fail-on",
        "none",
        "--fail-on",
        "github-pad",
    ])
    .ends(2)
    .complains("did you mean `github-pat`?");
    for known in ["stale/*", "info/*", "generic/generic-password-weak", "*:7"] {
        assert_eq!(status(&["--fail-on", known]), Some(0), "{known}");
    }
}

#[test]
fn what_ends_soon_fails_when_asked() {
    let dir = Dir::new();
    dir.write("a.txt", format!("Bearer {}\n", jwt(1_700_000_000, 1)));
    let run = |on: &str, now: &str| dir.run(&["scan", "--fail-on", on, "--now", now]).status;
    assert_eq!(run("stale/expiring:7", "2023-11-10"), Some(1));
    assert_eq!(run("stale/expiring:7", "2023-11-01"), Some(0));
    assert_eq!(run("stale/expiring", "2023-11-01"), Some(1));
    assert_eq!(run("stale/expiring:7", "2023-12-01"), Some(0));
    assert_eq!(run("stale/expired", "2023-12-01"), Some(1));
}

#[test]
fn what_is_listed() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    dir.write(
        "b.env",
        format!("SMTP_PASSWORD={}\n", expand("{alnum:6}-Maple", 2)),
    );
    let count = |args: &[&str]| {
        let mut all = vec!["scan"];
        all.extend(args);
        let report = dir.json(&all);
        let hidden = report["summary"]["hidden"]["total"]
            .as_u64()
            .expect("a count");
        (findings(&report).len() as u64, hidden)
    };
    let (low, none) = count(&["--min-confidence", "low"]);
    assert_eq!(none, 0);
    let (high, hidden) = count(&["--min-confidence", "high"]);
    assert_eq!(high, 1);
    assert_eq!(high + hidden, low, "what lies below is counted");
    let (critical, hidden) = count(&["--min-confidence", "low", "--min-severity", "critical"]);
    assert_eq!((critical, hidden), (0, low));
    dir.run(&["scan", "--min-confidence", "certain"]).ends(2);
}

#[test]
fn several_outputs_from_one_scan() {
    let dir = Dir::new();
    dir.write("tree/a.env", line(1));
    let args = [
        "scan",
        "tree",
        "--now",
        crate::common::NOW,
        "--format",
        "jsonl",
        "--output",
        "sarif=out.sarif",
        "--output",
        "json=out.json",
        "--output",
        "human=out.txt",
        "--output",
        "github=out.log",
    ];
    dir.run(&args).ends(1);
    for (format, file) in [
        ("sarif", "out.sarif"),
        ("json", "out.json"),
        ("human", "out.txt"),
        ("github", "out.log"),
    ] {
        let alone = dir.run(&[
            "scan",
            "tree",
            "--now",
            crate::common::NOW,
            "--format",
            format,
        ]);
        let written = fs::read(dir.path().join(file)).expect("it was written");
        assert_eq!(String::from_utf8_lossy(&written), alone.text(), "{format}");
    }
    let left: Vec<_> = fs::read_dir(dir.path())
        .expect("readable")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("plain names")
        })
        .filter(|name| name.ends_with(".tmp"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
    // A second run replaces what stands there.
    dir.run(&args).ends(1);
}

#[test]
fn outputs_that_are_refused() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    dir.run(&["scan", "--output", "json=x", "--output", "sarif=x"])
        .ends(2)
        .complains("two outputs");
    assert!(!dir.path().join("x").exists());
    dir.run(&["scan", "--output", "json=x", "--output", "sarif=./x"])
        .ends(2);
    dir.run(&["scan", "--output", "json=none/x"])
        .ends(2)
        .complains("none");
    dir.run(&["scan", "--output", "json="]).ends(2);
    dir.run(&["scan", "--output", "x"])
        .ends(2)
        .complains("FORMAT=FILE");
    dir.run(&["scan", "--format", "xsarif"])
        .ends(2)
        .complains("a similar value exists: 'sarif'");
    dir.run(&["scan", "--output", "jsn=x"])
        .ends(2)
        .complains("did you mean `json`?");
    #[cfg(unix)]
    {
        dir.write("precious", "kept");
        std::os::unix::fs::symlink(dir.path().join("precious"), dir.path().join("link"))
            .expect("links work here");
        dir.run(&["scan", "--output", "json=link"])
            .ends(2)
            .complains("symbolic link");
        assert_eq!(
            fs::read(dir.path().join("precious")).expect("there"),
            b"kept"
        );
    }
}

#[test]
fn standard_input() {
    let dir = Dir::new();
    let run = dir.feed(
        &["scan", "-", "--stdin-name", "app.env", "--format", "json"],
        line(1).as_bytes(),
    );
    run.ends(1);
    assert_eq!(places(&run.json()), ["github-pat app.env:1:14"]);
    let run = dir.feed(&["scan", "-", "--format", "json"], line(1).as_bytes());
    assert_eq!(places(&run.json()), ["github-pat stdin:1:14"]);
    dir.feed(&["scan", "-"], b"nothing\n").ends(0);
}

#[test]
fn rules_and_their_pages() {
    let dir = Dir::new();
    let list = dir.run(&["rules"]);
    list.ends(0).says("github-pat").says(" rules\n");
    dir.run(&["rules", "github-pat"])
        .ends(0)
        .says("# GitHub")
        .says("## Rotate");
    let run = dir.run(&["rules", "github-pt"]);
    run.ends(2).complains("did you mean `github-pat`?");
    assert!(run.out.is_empty());
}

const ACME: &str = r#"
[provider]
name = "Acme"

[[rule]]
id = "acme-key"
name = "Acme key"
severity = "critical"
pattern = 'acmekey_[0-9a-z]{24}'
match = ["K=acmekey_{lowernum:24}", "k: acmekey_{lowernum:24}"]
near = ["K=acmekey_{lowernum:23}", "K=acmekey_<key>"]
"#;

#[test]
fn rules_of_a_user() {
    let dir = Dir::new();
    dir.write("acme.toml", ACME);
    dir.write("tree/a.txt", expand("one acmekey_{lowernum:24} two\n", 1));
    let plain = dir.json(&["scan", "tree"]);
    assert!(
        places(&plain)
            .iter()
            .all(|place| !place.starts_with("acme-key"))
    );
    let report = dir.json(&["scan", "tree", "--rules", "acme.toml"]);
    assert_eq!(places(&report), ["acme-key a.txt:1:5"]);
    assert_eq!(findings(&report)[0]["severity"], "critical");
    dir.run(&["rules", "acme-key", "--rules", "acme.toml"])
        .ends(0)
        .says("Acme key");
    dir.run(&[
        "scan",
        "tree",
        "--rules",
        "acme.toml",
        "--rules",
        "acme.toml",
    ])
    .ends(2)
    .complains("acme-key");
}

const FILES: &str = r#"
[provider]
name = "Acme"

[[rule]]
id = "acme-ring-file"
name = "Acme key ring"
severity = "high"
path = ["ops/*.Ring"]
"#;

/// A file rule says the same of a tree and of its history, packed or not.
#[test]
fn file_rules_act_in_history_too() {
    let dir = Dir::repo();
    dir.write("rules.toml", FILES);
    dir.write("certs/site.P12", b"\x30\x82 store one");
    dir.write("certs/other.p12", b"no store at all");
    dir.write("old/app.jks", b"store two");
    dir.write("ops/a.ring", b"ring one");
    dir.write("lib/a.ring", b"another ring");
    dir.write("empty.jks", b"");
    dir.write("plain.txt", b"store three");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", dir.path().join("link.jks")).expect("links work here");
    dir.commit("one");
    let expected = [
        "acme-ring-file ops/a.ring:1:1",
        "private-key-java-keystore-file old/app.jks:1:1",
        "private-key-pkcs12-file certs/site.P12:1:1",
    ];
    let args = |verb| {
        let level = ["--min-severity", "info", "--min-confidence", "low"];
        [&[verb, "--rules", "rules.toml"][..], &level].concat()
    };
    assert_eq!(places(&dir.json(&args("scan"))), expected);
    assert_eq!(places(&dir.json(&args("history"))), expected);
    fs::remove_file(dir.path().join("old/app.jks")).expect("there");
    dir.commit("two");
    dir.git(&["repack", "-a", "-d", "-q"]);
    let report = dir.json(&args("history"));
    assert_eq!(places(&report), expected);
    let gone = findings(&report)
        .iter()
        .find(|finding| finding["rule"] == "private-key-java-keystore-file")
        .expect("it is among them");
    assert_eq!(gone["places"][0]["at_head"], false);
    assert_eq!(gone["places"][0]["introduced"]["subject"], "one");
    assert_eq!(gone["timeline"]["removed"]["subject"], "two");
}

#[test]
fn a_user_cannot_redefine_a_rule() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    dir.write("own.toml", ACME.replace("acme-key", "github-pat"));
    dir.run(&["scan", "a.env", "--rules", "own.toml"])
        .ends(2)
        .complains("github-pat");
}

#[test]
fn values_are_shown_only_when_asked_and_never_in_ci() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    let secret = token(1);
    for format in formats() {
        let run = dir.run(&["scan", "--format", format]);
        assert!(
            !crate::common::contains(&run.out, secret.as_bytes()),
            "{format}"
        );
    }
    dir.run(&["scan", "--show-secrets"]).ends(1).says(&secret);
    let mut command = dir.command(&["scan", "--show-secrets"]);
    command.env("CI", "true");
    let run = crate::common::Run::new(command);
    run.ends(2).complains("--show-secrets");
    assert!(run.out.is_empty());
}

#[test]
fn generated_texts() {
    let dir = Dir::new();
    let man = dir.run(&["generate", "man"]);
    man.ends(0).says(".TH keysweep");
    // The options of every verb stand on the page, and no page is named that does not exist.
    for part in [
        "KEYSWEEP HISTORY",
        "\\-\\-range",
        "KEYSWEEP BASELINE",
        "KEYSWEEP HOOK INSTALL",
    ] {
        man.says(part);
    }
    assert!(!man.text().contains("keysweep\\-scan(1)"), "{}", man.text());
    for shell in ["bash", "elvish", "fish", "power-shell", "zsh"] {
        dir.run(&["generate", shell]).ends(0).says("keysweep");
    }
    let schema = dir.run(&["generate", "schema"]);
    schema.ends(0);
    let committed = fs::read(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/report.schema.json"
    ));
    assert_eq!(schema.out, committed.expect("committed"));
    let schema = serde_json::from_slice(&schema.out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    dir.write("a.env", line(1));
    let report = dir.json(&["scan"]);
    let wrong: Vec<String> = validator
        .iter_errors(&report)
        .map(|e| e.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn staged_reports_news_only() {
    let dir = Dir::repo();
    dir.write("a.env", format!("# settings\n{}", line(1)));
    dir.commit("one");
    dir.run(&["staged"]).ends(0).says("nothing to scan");

    // A moved line is no news, within a file or to another.
    dir.write("a.env", format!("{}# settings\n", line(1)));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0);
    fs::remove_file(dir.path().join("a.env")).expect("there");
    dir.write("b.env", format!("{}# settings\n", line(1)));
    dir.git(&["add", "-A"]);
    dir.run(&["staged"]).ends(0);

    // A copy is, and so is a changed value.
    dir.write("a.env", line(1));
    dir.git(&["add", "-A"]);
    assert_eq!(findings(&dir.json(&["staged"])).len(), 1);
    dir.git(&["reset", "-q", "--hard"]);
    dir.write("a.env", format!("# settings\n{}", line(2)));
    dir.git(&["add", "-A"]);
    let report = dir.json(&["staged"]);
    assert_eq!(places(&report), ["github-pat a.env:2:14"]);
    dir.run(&["staged"]).ends(1);
}

#[test]
fn a_run_that_lists_something_is_never_called_clean() {
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.git(&["add", "-A"]);
    let outcome = |args: &[&str]| -> String {
        let report = dir.json(args);
        let word = report["summary"]["outcome"].as_str().expect("a word");
        let sarif = dir.run(&[args, &["--format", "sarif", "--now", NOW]].concat());
        assert_eq!(
            sarif.json()["runs"][0]["properties"]["outcome"],
            word,
            "every format says the same"
        );
        word.to_owned()
    };
    assert_eq!(outcome(&["staged"]), "clean");
    dir.run(&["staged"]).ends(0).says("clean");
    dir.write("a.env", line(1));
    dir.git(&["add", "-A"]);
    let args = ["staged", "--fail-on", "none"];
    assert_eq!(outcome(&args), "passes");
    let run = dir.run(&args);
    run.ends(0).says("nothing fails");
    assert!(!run.text().contains("clean"), "{}", run.text());
    assert_eq!(outcome(&["staged"]), "fails");
    dir.run(&["allow"])
        .ends(2)
        .complains("keysweep allow --last");
}

#[test]
fn staged_reads_the_index_from_anywhere() {
    let dir = Dir::repo();
    dir.write("sub/deep/a.env", line(1));
    dir.write("top.env", line(2));
    dir.git(&["add", "-A"]);
    dir.write("top.env", "clean\n");
    let whole = places(&dir.json(&["staged"]));
    assert_eq!(
        whole,
        ["github-pat sub/deep/a.env:1:14", "github-pat top.env:1:14"]
    );
    for (place, args) in [("sub/deep", &["staged"][..]), ("sub", &["staged", "deep"])] {
        let mut all = args.to_vec();
        all.extend(["--format", "json"]);
        let run = crate::common::Run::new(crate::common::command(&dir.path().join(place), &all));
        assert_eq!(places(&run.json()), whole, "from {place}");
    }
}

#[test]
fn an_expired_token_is_stale_but_not_when_it_is_new() {
    let dir = Dir::repo();
    dir.write(
        "session.txt",
        format!("Authorization: Bearer {}\n", jwt(1_700_000_000, 1)),
    );
    dir.git(&["add", "-A"]);
    let reported = |args: &[&str]| {
        let run = dir.run(args);
        let list: Vec<String> = findings(&run.json())
            .iter()
            .map(|f| f["reported"].as_str().expect("an id").to_owned())
            .collect();
        (list, run.status)
    };
    let after = ["--format", "json", "--now", "2026-11-24"];
    let before = ["--format", "json", "--now", "2023-01-01"];
    let (list, status) = reported(&[&["scan"], &after[..]].concat());
    assert_eq!((list.len(), status), (1, Some(0)));
    assert_eq!(list[0], "stale/expired");
    let (list, status) = reported(&[&["scan"], &before[..]].concat());
    assert_eq!((list.len(), status), (1, Some(1)));
    assert_ne!(list[0], "stale/expired");
    let (list, _) = reported(&[&["staged"], &after[..]].concat());
    assert_eq!(list.len(), 1);
    assert_ne!(list[0], "stale/expired");
    dir.commit("one");
    let (list, status) = reported(&[&["history"], &after[..]].concat());
    assert_eq!((list[0].as_str(), status), ("stale/expired", Some(0)));
}

#[test]
fn the_clock_of_reproducible_builds() {
    let dir = Dir::new();
    dir.write("a.txt", "nothing\n");
    let mut command = dir.command(&["scan", "--format", "json"]);
    command.env("SOURCE_DATE_EPOCH", "1700000000");
    let report = crate::common::Run::new(command).json();
    assert_eq!(report["run"]["now"], "2023-11-14T22:13:20Z");
    let mut command = dir.command(&["scan"]);
    command.env("SOURCE_DATE_EPOCH", "soon");
    crate::common::Run::new(command)
        .ends(2)
        .complains("SOURCE_DATE_EPOCH");
}

#[test]
fn history_of_the_demo() {
    let dir = Dir::new();
    let report = dir.json(&["history", "--demo"]);
    let find = |rule: &str| {
        findings(&report)
            .iter()
            .find(|finding| finding["rule"] == rule)
            .unwrap_or_else(|| panic!("{rule} among {:?}", places(&report)))
    };
    let github = find("github-pat");
    let timeline = &github["timeline"];
    let text = timeline.to_string();
    assert!(text.contains("2023-05-17"), "since: {text}");
    assert!(text.contains("2024-02-11"), "until: {text}");
    assert_eq!(github["places"][0]["at_head"], false);
    assert!(
        github["places"][0]["introduced"]
            .to_string()
            .contains("Grace")
    );
    let stripe = findings(&report)
        .iter()
        .find(|f| {
            f["rule"]
                .as_str()
                .is_some_and(|rule| rule.starts_with("stripe"))
        })
        .expect("the demo has one");
    assert_eq!(stripe["places"][0]["at_head"], true);
    assert!(
        findings(&report)
            .iter()
            .any(|f| f["reported"] == "stale/expired")
    );
    dir.run(&["history", "--demo"]).ends(1).says("Grace");
}

#[test]
fn an_id_names_the_value_not_the_place() {
    let dir = Dir::new();
    let text: String = (0..200).map(line).collect();
    dir.write("one/a.env", &text);
    dir.write("two/b.txt", format!("moved\n{text}"));
    let ids = |path: &str| {
        let report = dir.json(&["scan", path]);
        let ids: std::collections::BTreeSet<String> = findings(&report)
            .iter()
            .map(|f| f["fingerprint"].as_str().expect("an id").to_owned())
            .collect();
        ids
    };
    let one = ids("one");
    assert_eq!(one.len(), 200, "every value has an id of its own");
    assert_eq!(one, ids("two"));
}

#[test]
fn an_id_is_no_oracle_for_a_persons_password() {
    let dir = Dir::new();
    let id = |password: &str, seed: u64| {
        let header = format!("{{b64:bob:{password}}}");
        dir.write(
            "a.txt",
            format!("Authorization: Basic {}\n", expand(&header, seed)),
        );
        findings(&dir.json(&["scan", "--min-confidence", "low"]))[0]["fingerprint"].clone()
    };
    assert_eq!(
        id("Correct{alnum:4}Battery", 1),
        id("Correct{alnum:4}Battery", 2)
    );
}

#[test]
fn the_page_of_a_rule_shows_no_token_that_stands_in_its_file() {
    let dir = Dir::new();
    let secret = token(7);
    dir.write(
        "own.toml",
        format!(
            "[provider]\nname = \"Acme {secret}\"\ndocs = \"https://acme.example/{secret}\"\n\
             rotate = \"Not {secret}.\"\n\n[[rule]]\nid = \"acme-key\"\nname = \"Acme key {secret}\"\n\
             severity = \"high\"\npattern = '(?P<secret>acmek_[0-9a-f]{{24}})'\n\
             match = [\"k={secret}\", \"acmek_{{hex:24}}\"]\nnear = [\"acmek_{{hex:23}}\", \"acmek_x\"]\n"
        ),
    );
    for args in [
        &["rules", "acme-key", "--rules", "own.toml"][..],
        &["rules", "--rules", "own.toml"],
    ] {
        let run = dir.run(args);
        run.ends(0).says("acme-key").says("‹redacted›");
        assert!(!run.text().contains(&secret[4..20]), "{}", run.text());
    }
}

#[test]
fn sarif_says_what_addresses_outside_of_a_repository_are_relative_to() {
    let dir = Dir::new();
    dir.write("a b/c/x.env", line(1));
    let whole = dir.path().join("a b");
    let whole = whole.to_str().expect("UTF-8");
    let root = |args: &[&str]| {
        let mut all = vec!["scan", "--format", "sarif"];
        all.extend(args);
        let log: serde_json::Value =
            serde_json::from_slice(&dir.run(&all).ends(1).out).expect("JSON");
        let run = &log["runs"][0];
        let at = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(at["uriBaseId"], "%SRCROOT%");
        let base = run["originalUriBaseIds"]["%SRCROOT%"].clone();
        (
            at["uri"].clone(),
            base["uri"].clone(),
            base["uriBaseId"].clone(),
        )
    };
    let (at, uri, above) = root(&["a b"]);
    assert_eq!(
        (at, uri, above),
        ("c/x.env".into(), "a%20b/".into(), "PWD".into())
    );
    let (at, uri, _) = root(&["a b/c/x.env"]);
    assert_eq!((at, uri), ("x.env".into(), "a%20b/c/".into()));
    let (_, uri, above) = root(&[whole]);
    let expected = format!("file://{}/", whole.replace(' ', "%20"));
    assert_eq!((uri, above), (expected.into(), serde_json::Value::Null));
    // Where the program was started, and nothing else of this machine.
    let (at, uri, _) = root(&["."]);
    assert_eq!((at, uri), ("a%20b/c/x.env".into(), serde_json::Value::Null));
}
