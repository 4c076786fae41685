//! SARIF against the standard's schema and the limits of a host.

use super::*;

#[test]
fn sarif_keeps_to_the_official_schema() {
    let schema = validator(include_str!("../../../fixtures/sarif-2.1.0.json"));
    for report in reports() {
        holds(&schema, &value("sarif", &report));
    }
}

#[test]
fn sarif_has_what_a_host_needs() {
    let log = value("sarif", &sample());
    assert_eq!(
        log["$schema"],
        "https://json.schemastore.org/sarif-2.1.0.json"
    );
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "keysweep/history/");
    assert_eq!(
        run["versionControlProvenance"][0]["repositoryUri"],
        "ssh://git.example.com/team/re%20po.git"
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .map(Vec::len),
        Some(15)
    );
    assert_eq!(run["properties"]["ignoredFiles"], 1_014);
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: Vec<_> = rules
        .iter()
        .map(|r| r["id"].as_str().expect("id"))
        .collect();
    assert_eq!(
        ids,
        ["example-token", "info/example-token", "stale/expired"]
    );
    assert_eq!(rules[0]["properties"]["security-severity"], "8.0");
    assert_eq!(rules[0]["properties"]["tags"][0], "security");
    assert_ne!(rules[1]["properties"]["tags"][0], "security");
    let results = run["results"].as_array().expect("results");
    // Five files at HEAD, one credential in a pull request, one gone, one sample.
    assert_eq!(results.len(), 8);
    let same: Vec<_> = results[..5]
        .iter()
        .map(|r| &r["partialFingerprints"]["keysweepCredential/v1"])
        .collect();
    assert!(same.iter().all(|f| *f == same[0]));
    for result in results {
        let index = result["ruleIndex"].as_u64().expect("index") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            .as_str()
            .expect("uri");
        assert!(uri.is_ascii() && !uri.contains([' ', '\n', ',']), "{uri}");
    }
    let stale = results
        .iter()
        .find(|r| r["ruleId"] == "stale/expired")
        .expect("the stale one");
    let message = stale["message"]["text"].as_str().expect("text");
    assert!(
        message.contains("expired 2024-01-02 (certain)"),
        "{message}"
    );
    assert!(message.contains("bbbbbbbbbb"), "{message}");
    assert!(message.contains(r"\[link\](http://x)"), "{message}");
    assert!(!message.chars().any(escape::hidden));
    let life = &stale["properties"]["lifecycle"];
    assert_eq!(life["status"], "expired");
    assert_eq!(life["expires"], "2024-01-02T00:00:00Z");
    assert_eq!(life["firstSeen"]["commit"], "b".repeat(40));
    assert_eq!(life["presentInHead"], false);
    assert!(life["firstSeen"].get("email").is_none());
}

#[test]
fn repeated_line_hashes_are_numbered_from_the_top() {
    let mut report = sample();
    report.findings = vec![
        Finding {
            places: vec![place("a.txt", 9)],
            ..row("1", Severity::Critical)
        },
        Finding {
            places: vec![place("a.txt", 2)],
            ..row("2", Severity::Low)
        },
        Finding {
            places: vec![place("b.txt", 2)],
            ..row("3", Severity::Low)
        },
    ];
    let log = value("sarif", &report);
    let hashes: Vec<_> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|r| r["partialFingerprints"]["primaryLocationLineHash"].clone())
        .collect();
    assert_eq!(hashes, ["abcdef:2", "abcdef:1", "abcdef:1"]);
}

#[test]
fn the_limits_of_a_host_cut_the_least_severe() {
    let mut report = sample();
    report.findings = (0..30_000)
        .map(|n| {
            let severity = if n % 2 == 0 {
                Severity::Low
            } else {
                Severity::Critical
            };
            Finding {
                places: vec![place(&format!("f{n}"), 1)],
                ..row(&n.to_string(), severity)
            }
        })
        .collect();
    report.findings[0].places = (0..2_000)
        .map(|n| Place {
            at_head: Some(false),
            ..place(&format!("g{n}"), 1)
        })
        .collect();
    report.findings[0].severity = Severity::Critical;
    let text = text("sarif", &report, Style::default());
    let log: Value = serde_json::from_str(&text).expect("valid JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert!(results.len() <= 25_000);
    let kept = |level: &str| results.iter().filter(|r| r["level"] == level).count();
    assert_eq!(kept("error"), 15_001, "every severe result is kept");
    let left_out = run["properties"]["resultsLeftOut"]
        .as_u64()
        .expect("a count") as usize;
    assert_eq!(results.len() + left_out, 30_000);
    assert!(text.contains("less severe results were left out"));
    let many = results
        .iter()
        .find(|r| r.get("relatedLocations").is_some())
        .expect("the one with many places");
    assert_eq!(many["relatedLocations"].as_array().map(Vec::len), Some(100));
    assert_eq!(many["properties"]["relatedLocationsLeftOut"], 1_899);
}

#[test]
fn many_of_one_rule_in_one_file_are_one_result() {
    let mut report = cut::flood();
    report.run.mode = Mode::Tree;
    let schema = validator(include_str!("../../../fixtures/sarif-2.1.0.json"));
    let log = value("sarif", &report);
    holds(&schema, &log);
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 3);
    assert_eq!(results[0]["properties"]["folded"], 299);
    let text = results[0]["message"]["text"].as_str().expect("text");
    assert!(
        text.contains("and 299 more results of this rule in this file."),
        "{text}"
    );
    assert!(!text.contains("other place"), "{text}");
    let related = results[0]["relatedLocations"].as_array().expect("places");
    assert_eq!(related.len(), 100);
    assert_eq!(results[0]["properties"]["relatedLocationsLeftOut"], 199);
    assert_eq!(run["properties"]["resultsLeftOut"], 0);
    // The line's number among equal lines is that of the whole file.
    let hash = |n: usize| &results[n]["partialFingerprints"]["primaryLocationLineHash"];
    assert_eq!((hash(0), hash(1)), (&"abcdef:1".into(), &"abcdef:1".into()));
}

#[test]
fn addresses_have_a_base_that_can_be_resolved() {
    let schema = validator(include_str!("../../../fixtures/sarif-2.1.0.json"));
    for (base, uri, above) in [
        (Base::Root, None, None),
        (Base::Here, None, None),
        (
            Base::Below("a%20b/c/".to_owned()),
            Some("a%20b/c/"),
            Some("PWD"),
        ),
        (
            Base::Named("file:///srv/a%20b/".to_owned()),
            Some("file:///srv/a%20b/"),
            None,
        ),
        (Base::Elsewhere(shown("../x")), None, None),
    ] {
        let mut report = sample();
        report.base = base;
        let log = value("sarif", &report);
        holds(&schema, &log);
        let bases = &log["runs"][0]["originalUriBaseIds"];
        let root = &bases["%SRCROOT%"];
        assert_eq!(root["uri"].as_str(), uri);
        assert_eq!(root["uriBaseId"].as_str(), above);
        assert!(root["description"]["text"].is_string());
        // Each chain ends in an absolute address, or in a description that says where it is.
        if let Some(above) = above {
            assert!(bases[above]["description"]["text"].is_string());
            assert!(bases[above].get("uriBaseId").is_none());
        }
        let from = &log["runs"][0]["versionControlProvenance"][0]["mappedTo"];
        assert_eq!(from["uriBaseId"], "%SRCROOT%");
    }
}
