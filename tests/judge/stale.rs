//! What is wrong with the life of a credential, and by which policy, seen from the command line.

use serde_json::Value;

use crate::common::{Dir, expand, findings, formats, jwt, jwt_of, line};
use crate::facts::make;

/// The conditions of a finding by their ids.
fn ids(finding: &Value) -> Vec<&str> {
    let all = finding["conditions"].as_array().expect("a list");
    let id = |one: &Value| -> Option<String> { one["id"].as_str().map(str::to_owned) };
    assert!(all.iter().all(|one| id(one).is_some()));
    all.iter().filter_map(|one| one["id"].as_str()).collect()
}

/// What is found in a file.
fn at<'a>(report: &'a Value, path: &str) -> &'a Value {
    let mut all = findings(report).iter();
    all.find(|one| one["places"][0]["path"] == path)
        .unwrap_or_else(|| panic!("{path}: {report:#}"))
}

/// A repository in which each condition has its credential.
fn every() -> Dir {
    let dir = Dir::repo();
    let session = |iat: i64, exp: i64, seed| {
        let claims =
            format!(r#"{{"iss":"https://login.demo.test","sub":"svc","iat":{iat},"exp":{exp}}}"#);
        jwt_of(&claims, seed)
    };
    dir.write("old.env", line(1));
    dir.write("gone.env", line(2));
    dir.commit_by("Ann", "2024-01-10", "a day");
    dir.write(
        "ended.log",
        format!("Bearer {}\n", session(1_690_000_000, 1_693_641_600, 3)),
    );
    // 2026-12-10, issued in the same year.
    dir.write(
        "soon.log",
        format!("Bearer {}\n", session(1_778_000_000, 1_796_860_800, 4)),
    );
    dir.write(
        "long.log",
        format!("Bearer {}\n", session(1_778_000_000, 1_893_456_000, 5)),
    );
    let endless = r#"{"iss":"n8n","sub":"7d4f","aud":"public-api","iat":1778000000}"#;
    dir.write("endless.env", format!("N8N_KEY={}\n", jwt_of(endless, 6)));
    let wide = make::macaroon("pypi-", "pypi.org", "id", &[r#"[3,"u-1"]"#.to_owned()], 7);
    dir.write("wide.env", format!("TWINE_PASSWORD={wide}\n"));
    dir.write("deploy/prod/app.env", line(8));
    dir.write("deploy/staging/app.env", line(8));
    dir.write(
        "tests/pay.env",
        expand("STRIPE_KEY=sk_live_51{alnum:97}\n", 9),
    );
    dir.write(
        "deploy/production/pay.env",
        expand("STRIPE_KEY=sk_test_51{alnum:97}\n", 10),
    );
    dir.write("new.env", line(11));
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit_by("Ann", "2026-11-01", "a day");
    dir
}

#[test]
fn each_condition_is_told_of_the_credential_that_has_it() {
    let dir = every();
    let report = dir.json(&["history", "--all"]);
    for (path, want) in [
        ("old.env", &["stale/age"][..]),
        ("gone.env", &["stale/not-rotated"]),
        ("ended.log", &["stale/expired"]),
        ("soon.log", &["stale/expiring"]),
        ("long.log", &["stale/long-lived"]),
        ("endless.env", &["stale/never-expires"]),
        ("wide.env", &["stale/overscoped"]),
        ("deploy/prod/app.env", &["stale/reused"]),
        ("tests/pay.env", &["stale/wrong-environment"]),
        ("deploy/production/pay.env", &["stale/wrong-environment"]),
        ("new.env", &[]),
    ] {
        assert_eq!(ids(at(&report, path)), want, "{path}");
    }
    // Each is a sentence with an absolute date, names facts that the finding has, and does not fail.
    for finding in findings(&report) {
        for one in finding["conditions"].as_array().expect("a list") {
            let message = one["message"].as_str().expect("text");
            assert!(
                message.ends_with('.') && message.starts_with(['I', 'O']),
                "{message}"
            );
            let facts = finding["facts"].as_array().expect("a list");
            for field in one["facts"].as_array().expect("a list") {
                let told = facts.iter().any(|fact| fact["field"] == *field);
                assert!(told, "{field} of {message}");
            }
            assert_eq!(one["fails"], false);
        }
    }
    let of = |path: &str| at(&report, path)["conditions"][0].clone();
    let age = of("old.env");
    assert_eq!(age["at"], "2024-01-10T12:00:00Z");
    assert_eq!(
        age["message"],
        "Its value is the same since 2024-01-10, and after 365 days a new one was due, on 2025-01-09."
    );
    assert_eq!(age["facts"], serde_json::json!(["first-seen"]));
    assert_eq!(age["policy"], "default");
    assert_eq!(of("soon.log")["at"], "2026-12-10T00:00:00Z");
    assert_eq!(of("gone.env")["at"], "2026-11-01T12:00:00Z");
}

#[test]
fn the_most_urgent_comes_first_and_people_read_that_one() {
    let dir = Dir::repo();
    let claims =
        r#"{"iss":"jfac@01","sub":"u","scp":"applied-permissions/admin","iat":1700000000}"#;
    dir.write("app.env", format!("JFROG={}\n", jwt_of(claims, 1)));
    dir.commit_by("Ann", "2024-01-10", "a day");
    let report = dir.json(&["history"]);
    let want = ["stale/never-expires", "stale/overscoped", "stale/age"];
    assert_eq!(ids(at(&report, "app.env")), want);
    let run = dir.run(&["history", "--now", "2026-11-24"]);
    run.says("  stale   stale/never-expires: It says itself that it never ends; somebody has to end it. (and stale/overscoped, stale/age)");
    let run = dir.run(&["history", "--now", "2026-11-24", "-v"]);
    run.says(
        "stale/overscoped: It is an administrator's token of its JFrog platform. (from scope)",
    )
    .says("(from issued; limit: default)");
}

#[test]
fn a_condition_fails_where_it_is_named_and_no_change_fails_by_it() {
    let dir = every();
    let status = |args: &[&str]| {
        let all = [args, &["--now", "2026-11-24"]].concat();
        dir.run(&all).status
    };
    for id in [
        "stale/age",
        "stale/not-rotated",
        "stale/expiring",
        "stale/expiring:30",
        "stale/long-lived",
        "stale/never-expires",
        "stale/overscoped",
        "stale/reused",
        "stale/wrong-environment",
        "stale/*",
    ] {
        let on = ["--fail-on", id];
        assert_eq!(status(&[&["history"][..], &on].concat()), Some(1), "{id}");
        let range = ["history", "--range", "HEAD~1..HEAD"];
        let want = if id == "stale/*" { None } else { Some(0) };
        let ran = status(&[&range[..], &on].concat());
        assert!(want.is_none() || ran == want, "{id} in a range");
    }
    let range = [
        "history",
        "--range",
        "HEAD~1..HEAD",
        "--fail-on",
        "stale/overscoped",
    ];
    assert_eq!(status(&[&range[..], &["--stale"]].concat()), Some(1));
    let report = dir.json(&range);
    assert!(findings(&report).iter().all(|one| ids(one).is_empty()));
    // The same in what is staged, and in the hook over whole files.
    dir.write("more.env", line(30));
    dir.write("soon2.log", format!("Bearer {}\n", jwt(1_796_860_800, 31)));
    dir.git(&["add", "-A"]);
    let on = ["--fail-on", "stale/expiring:60"];
    assert_eq!(status(&[&["staged"][..], &on].concat()), Some(0));
    assert_eq!(status(&[&["staged", "--stale"][..], &on].concat()), Some(1));
    dir.git(&["commit", "-q", "-m", "more"]);
    assert_eq!(
        status(&[&["hook", "--all-files"][..], &on].concat()),
        Some(0)
    );
    assert_eq!(
        status(&[&["hook", "--all-files", "--stale"][..], &on].concat()),
        Some(1)
    );
    dir.run(&["scan", "--fail-on", "stale/age:90"])
        .ends(2)
        .complains("`stale/age` has no days: they belong to what ends");
    // Why it fails stands where a build log is read.
    for format in ["github", "markdown"] {
        let args = ["history", "--now", "2026-11-24", "--format", format];
        let silent = dir.run(&args);
        assert!(!silent.text().contains("stale/age"), "{format}");
        dir.run(&[&args[..], &["--fail-on", "stale/age"]].concat())
            .says("stale/age: Its value is the same since 2024-01-10");
    }
}

#[test]
fn every_format_tells_conditions() {
    let dir = every();
    for format in formats() {
        let run = dir.run(&[
            "history",
            "--now",
            "2026-11-24",
            "--format",
            format,
            "--fail-on",
            "stale/*",
        ]);
        let text = run.text();
        let tells = text.contains("It ends on 2026-12-10");
        assert!(tells, "{format}: {text}");
    }
    let sarif = dir
        .run(&["history", "--now", "2026-11-24", "--format", "sarif"])
        .json();
    let results = sarif["runs"][0]["results"].as_array().expect("a list");
    let conditions = results.iter().map(|one| &one["properties"]["conditions"]);
    let with: Vec<&Value> = conditions.filter(|one| one.is_array()).collect();
    assert!(!with.is_empty());
    for one in with {
        assert!(
            one[0]["tags"]
                .as_array()
                .is_some_and(|tags| !tags.is_empty()),
            "{one}"
        );
    }
}

/// What names a finding, in every report and format.
fn names(dir: &Dir, args: &[&str], now: &str) -> Vec<String> {
    let run = |format: &str| {
        let all = [args, &["--all", "--now", now, "--format", format]].concat();
        dir.run(&all).json()
    };
    let mut out = Vec::new();
    for finding in findings(&run("json")) {
        out.push(format!(
            "{} {} {}",
            finding["id"], finding["fingerprint"], finding["places"]
        ));
    }
    for result in run("sarif")["runs"][0]["results"]
        .as_array()
        .expect("a list")
    {
        out.push(result["partialFingerprints"].to_string());
    }
    out.sort();
    out
}

#[test]
fn ninety_days_change_statuses_and_conditions_and_no_fingerprint() {
    for (dir, args) in [
        (every(), &["history"][..]),
        (Dir::new(), &["history", "--demo"]),
    ] {
        let [now, then] = ["2026-11-24", "2027-02-22"];
        let before = names(&dir, args, now);
        assert!(!before.is_empty());
        assert_eq!(before, names(&dir, args, then));
        if args.len() == 1 {
            let state = |now: &str| {
                let report = dir
                    .run(&["history", "--now", now, "--format", "json"])
                    .json();
                let soon = at(&report, "soon.log");
                (soon["status"]["state"].clone(), ids(soon).concat())
            };
            assert_eq!(state(now), ("expiring".into(), "stale/expiring".to_owned()));
            assert_eq!(state(then), ("expired".into(), "stale/expired".to_owned()));
        }
    }
}

#[test]
fn where_a_history_is_cut_off_no_age_is_judged() {
    let dir = every();
    let from = format!("file://{}", dir.path().display());
    let shallow = dir.outside("shallow");
    let to = shallow.display().to_string();
    dir.git(&["clone", "-q", "--depth", "1", &from, &to]);
    let run = dir.run(&["history", &to, "--now", "2026-11-24", "--format", "json"]);
    let report = run.json();
    assert_eq!(ids(at(&report, "old.env")), [] as [&str; 0]);
    assert_eq!(ids(at(&report, "wide.env")), ["stale/overscoped"]);
    dir.run(&["history", &to, "--now", "2026-11-24"])
        .says("since when a value stands there is not known, so no age is judged");
}

#[test]
fn what_is_noise_has_no_condition() {
    let dir = Dir::repo();
    let long = r#"{"iss":"https://login.demo.test","sub":"svc","iat":1600000000,"exp":1893456000}"#;
    dir.write("tests/session.log", format!("Bearer {}\n", jwt_of(long, 1)));
    dir.write(
        "docs/guide.md",
        format!("Write `{}` there.\n", line(2).trim()),
    );
    dir.write("app.env", expand("DB_PASSWORD={alnum:14}\n", 3));
    dir.write(
        "web.js",
        expand("const key = \"pk_live_51{alnum:97}\";\n", 4),
    );
    dir.commit_by("Ann", "2020-01-10", "a day");
    let report = dir.json(&["history", "--all", "--min-confidence", "low"]);
    assert!(findings(&report).len() >= 4, "{report:#}");
    for finding in findings(&report) {
        assert_eq!(
            ids(finding),
            [] as [&str; 0],
            "{}",
            finding["places"][0]["path"]
        );
    }
}

#[test]
fn the_policy_is_read_from_the_configuration_and_a_profile() {
    let dir = Dir::repo();
    dir.write("a.env", line(1));
    dir.write("aws.env", expand("AWS_ACCESS_KEY_ID={check:aws-key-id:AKIA{base32:16}}\nAWS_SECRET_ACCESS_KEY={base64:40}\n", 2));
    dir.commit_by("Ann", "2026-07-01", "a day");
    let stale = |args: &[&str]| -> Vec<(String, String)> {
        let report = dir.json(&[&["history"], args].concat());
        let all = findings(&report).iter();
        let all = all.flat_map(|finding| {
            let conditions = finding["conditions"].as_array().expect("a list").iter();
            conditions.map(|one| {
                let place = &finding["places"][0]["path"];
                (
                    place.as_str().unwrap().to_owned(),
                    one["policy"].as_str().unwrap().to_owned(),
                )
            })
        });
        all.collect()
    };
    let pair = |path: &str, policy: &str| (path.to_owned(), policy.to_owned());
    assert_eq!(stale(&[]), []);
    let cis = pair(
        "aws.env",
        "profile cis: CIS AWS Foundations Benchmark, 1.14",
    );
    assert_eq!(stale(&["--policy-profile", "cis"]), [cis]);
    dir.write(
        "keysweep.toml",
        "[policy]\nprofile = \"cis\"\nmax-age = \"60d\"\n\n[[policy.for]]\nkind = \"aws-*\"\nmax-age = \"12w\"\n",
    );
    dir.commit_by("Ann", "2026-07-02", "a day");
    let mut both = stale(&[]);
    both.sort();
    assert_eq!(
        both,
        [
            pair("a.env", "keysweep.toml (HEAD):3"),
            pair("aws.env", "keysweep.toml (HEAD):5")
        ]
    );
    dir.run(&["config", "show"])
        .says("max-age = \"60d\"  # keysweep.toml:3")
        .says("for = [{ kind = \"aws-*\", max-age = \"12w\" }]  # keysweep.toml:5");
    dir.write("keysweep.toml", "[policy]\nwarn-before = \"2y\"\n");
    dir.write("s.log", format!("Bearer {}\n", jwt(1_830_000_000, 3)));
    let report = dir.json(&["scan"]);
    assert_eq!(ids(at(&report, "s.log"))[0], "stale/expiring");
}

#[test]
fn a_policy_that_cannot_be_kept_is_refused_with_file_and_line() {
    let dir = Dir::new();
    dir.write("a.env", line(1));
    for (text, want) in [
        (
            "max-age = \"0d\"",
            "keysweep.toml:2: `policy.max-age` cannot be kept: it is at least one day",
        ),
        (
            "max-age = \"90\"",
            "keysweep.toml:2: `policy.max-age` is a number of days, weeks or years",
        ),
        (
            "max-life = \"3 months\"",
            "keysweep.toml:2: `policy.max-life` is a number of days",
        ),
        (
            "warn-before = 30",
            "keysweep.toml:2: `policy.warn-before` is a number of days",
        ),
        (
            "profile = \"iso\"",
            "keysweep.toml:2: `policy.profile` is one of cis, pci, soc2, none",
        ),
        (
            "profile = \"pci\"",
            "keysweep.toml:2: the profile `pci` needs `max-age`",
        ),
        (
            "for = [{ kind = \"asw-*\", max-age = \"9d\" }]",
            "keysweep.toml:2: `policy.for`: this `kind` means no rule",
        ),
        (
            "for = [\n{ kind = \"aws-*\" },\n]",
            "keysweep.toml:3: `policy.for`: a row says max-age",
        ),
        (
            "for = [{ max-age = \"9d\" }]",
            "keysweep.toml:2: `policy.for`: a row chooses by kind",
        ),
        (
            "for = [{ kind = \"aws-*\", max-aeg = \"9d\" }]",
            "did you mean `max-age`?",
        ),
        (
            "for = [{ kind = \"a[\", max-age = \"9d\" }]",
            "`policy.for.kind` is a name, or a pattern",
        ),
        (
            "for = [{ severity = \"hihg\", max-age = \"9d\" }]",
            "`policy.for.severity` is one of",
        ),
        (
            "for = [1]",
            "keysweep.toml:2: `policy.for`: each row is a table",
        ),
        ("maxage = \"90d\"", "did you mean `max-age`?"),
    ] {
        dir.write("keysweep.toml", format!("[policy]\n{text}\n"));
        dir.run(&["scan"]).ends(2).complains(want);
    }
    dir.write("keysweep.toml", "");
    dir.run(&["scan", "--policy-profile", "pci"])
        .ends(2)
        .complains("needs `max-age`");
    dir.run(&["scan", "--policy-profile", "iso"])
        .ends(2)
        .complains("the profiles are cis, pci, soc2, none");
}
