//! What is known of a credential's life, from whatever source, seen from the command line.

use serde_json::Value;

use crate::common::{Dir, expand, findings, jwt, line, noon};

/// The values of a fact of a finding.
fn facts<'a>(finding: &'a Value, field: &str) -> Vec<&'a str> {
    let all = finding["facts"].as_array().expect("a list");
    let of_field = all.iter().filter(|fact| fact["field"] == field);
    of_field
        .map(|fact| fact["value"].as_str().expect("text"))
        .collect()
}

#[test]
fn the_record_of_git_is_a_source_of_facts() {
    let dir = Dir::repo();
    for seed in 1..=3 {
        dir.write("app.env", line(seed));
        dir.commit(&format!("value {seed}"));
    }
    dir.write("other.env", line(9).replace("GITHUB_TOKEN", "OTHER_TOKEN"));
    dir.commit("another setting");
    let report = dir.json(&["history"]);
    assert_eq!(findings(&report).len(), 4);
    let mut rotated = 0;
    for finding in findings(&report) {
        let first = finding["timeline"]["first"]["date"]
            .as_str()
            .expect("a date");
        assert_eq!(facts(finding, "first-seen"), [first]);
        let removed = finding["timeline"]["removed"]["date"].as_str();
        assert_eq!(
            facts(finding, "removed"),
            removed.into_iter().collect::<Vec<_>>()
        );
        match finding["places"][0]["path"] == "app.env" {
            // Its setting had three values one after the other.
            true => {
                assert_eq!(facts(finding, "rotations"), ["2"]);
                rotated += 1;
            }
            false => assert!(facts(finding, "rotations").is_empty()),
        }
    }
    assert_eq!(rotated, 3);
    // A tree knows nothing of it.
    let tree = dir.json(&["scan"]);
    for finding in findings(&tree) {
        assert!(facts(finding, "first-seen").is_empty(), "{finding}");
    }
}

#[test]
fn a_slot_tells_who_rotated_what_and_what_was_only_removed() {
    let dir = Dir::repo();
    dir.write("app.env", line(1));
    dir.write("gone.env", line(7));
    dir.commit_by("Ann Admin", "2024-01-10", "a day");
    dir.write("app.env", line(2));
    dir.commit_by("Bob Dev", "2024-09-01", "a day");
    // The file is renamed, and rotated after that.
    dir.git(&["mv", "app.env", "prod.env"]);
    dir.commit_by("Eve Ops", "2025-02-01", "a day");
    dir.write("prod.env", line(3));
    dir.git(&["rm", "-q", "gone.env"]);
    dir.commit_by("Bob Dev", "2026-06-01", "a day");
    let report = dir.json(&["history"]);
    let of = |seed: u64| {
        let value = line(seed);
        let name = |finding: &&Value| {
            let strong = keysweep::secret::Fingerprint::of_strong(
                value.trim().rsplit('=').next().expect("a value").as_bytes(),
            );
            finding["fingerprint"] == strong.to_string()
        };
        findings(&report).iter().find(name).expect("it is found")
    };
    let all = |seed, field| facts(of(seed), field);
    assert_eq!(all(3, "rotations"), ["2"]);
    assert_eq!(all(3, "rotated"), ["2026-06-01T12:00:00Z"]);
    assert_eq!(all(3, "rotated-by"), ["Bob Dev"]);
    assert_eq!(all(1, "replaced-by"), ["Bob Dev"]);
    assert_eq!(all(2, "replaced"), ["2026-06-01T12:00:00Z"]);
    assert_eq!(all(2, "revocation"), [] as [&str; 0]);
    assert_eq!(
        all(7, "revocation"),
        ["removed and not replaced: nothing says that it was revoked"]
    );
    let run = dir.run(&["history"]);
    run.says("  life    changed twice; this value since 2026-06-01 by Bob Dev")
        .says("  stale   stale/not-rotated: It was taken out of the files on 2026-06-01, and");
}

#[test]
fn a_value_that_two_environments_share_says_so() {
    let dir = Dir::new();
    std::fs::create_dir(dir.path().join("deploy")).expect("new");
    dir.write("deploy/prod.env", line(1));
    dir.write("deploy/staging.env", line(1));
    dir.write("deploy/other.env", line(2));
    let report = dir.json(&["scan"]);
    let told: Vec<_> = findings(&report)
        .iter()
        .map(|f| facts(f, "used-in"))
        .collect();
    assert_eq!(told.concat(), ["production, staging"]);
}

#[test]
fn several_decoders_may_speak_about_one_credential() {
    let dir = Dir::new();
    let rule = |facts: &str| {
        format!(
            "[[rule]]\nid = \"acme-session\"\nname = \"Session of Acme\"\nseverity = \"high\"\n\
             pattern = 'acme_(?P<secret>eyJ[A-Za-z0-9_.-]{{20,600}})\\?Expires=[0-9]{{10}}&Signature=x&AWSAccessKeyId=y'\n\
             checks = [\"jwt\"]\nfacts = {facts}\n"
        )
    };
    let token = jwt(1_900_000_000, 3);
    dir.write(
        "a.txt",
        format!("acme_{token}?Expires=1800000000&Signature=x&AWSAccessKeyId=y\n"),
    );
    let ends = |list: &str| -> Vec<String> {
        dir.write("rules.toml", rule(list));
        let report = dir.json(&["scan", "a.txt", "--rules", "rules.toml"]);
        let all = findings(&report);
        let acme = all.iter().find(|finding| finding["rule"] == "acme-session");
        let finding = acme.unwrap_or_else(|| panic!("{report}"));
        facts(finding, "expires")
            .iter()
            .map(|end| (*end).to_owned())
            .collect()
    };
    let (of_token, of_address) = ("2030-03-17T17:46:40Z", "2027-01-15T08:00:00Z");
    assert_eq!(ends("\"jwt\""), [of_token]);
    assert_eq!(ends("[\"presigned\"]"), [of_address]);
    let both = ends("[\"jwt\", \"presigned\"]");
    assert!(
        both.len() == 2 && both.contains(&of_token.to_owned()),
        "{both:?}"
    );
}

/// A commit by one of two authors at a day.
fn commit_on(dir: &Dir, day: &str, author: &str, message: &str) {
    dir.git(&["add", "-A"]);
    let args = ["commit", "-q", "--allow-empty", "-m", message];
    dir.git_by("Ann", author, &noon(day), &args);
}

#[test]
fn what_is_past_its_kinds_life_is_lowered_only_when_that_is_certain() {
    let dir = Dir::repo();
    let make = |prefix: &str, seed| {
        expand(
            &format!("{{check:crc32-base62:{prefix}{{alnum:30}}}}"),
            seed,
        )
    };
    // Removed by another author long ago; removed by its own author; still there; impossibly old; new.
    let [witnessed, alone, there, old] = [1, 2, 3, 4].map(|seed| make("ghs_", seed));
    dir.write("old.env", format!("GH_TOKEN={old}\n"));
    commit_on(&dir, "2012-01-01", "ann@example.org", "root");
    dir.write("a.env", format!("GH_TOKEN={witnessed}\n"));
    dir.write("b.env", format!("GH_TOKEN={alone}\n"));
    dir.write("c.env", format!("GH_TOKEN={there}\n"));
    commit_on(&dir, "2024-01-01", "ann@example.org", "tokens");
    dir.write("a.env", "");
    commit_on(&dir, "2024-02-01", "bob@example.org", "out");
    dir.write("b.env", "");
    commit_on(&dir, "2024-03-01", "ann@example.org", "out too");
    let report = dir.json(&["history"]);
    let of = |path: &str| {
        let all = findings(&report).iter();
        let here = |one: &&Value| one["places"][0]["path"] == path;
        all.clone()
            .find(here)
            .unwrap_or_else(|| panic!("{path}: {report}"))
    };
    let status = |path: &str| {
        let status = &of(path)["status"];
        (status["state"].clone(), status["certainty"].clone())
    };
    assert_eq!(status("a.env"), ("past-life".into(), "certain".into()));
    assert_eq!(of("a.env")["reported"], "stale/expired");
    for path in ["b.env", "c.env"] {
        assert_eq!(
            status(path),
            ("past-life".into(), "inferred".into()),
            "{path}"
        );
        assert_eq!(
            of(path)["reported"],
            "github-app-installation-token",
            "{path}"
        );
        assert_eq!(facts(of(path), "longest-life"), ["1h"], "{path}");
    }
    assert_eq!(status("old.env").0, "unknown");
    assert_eq!(facts(of("old.env"), "form-since"), ["2021-04-05T00:00:00Z"]);
    // What a change adds is never lowered.
    for finding in findings(&dir.json(&["history", "--range", "HEAD~2..HEAD"])) {
        assert_ne!(finding["reported"], "stale/expired");
    }
}
