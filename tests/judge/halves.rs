//! Values that are one credential together are told as one.

use serde_json::Value;

use crate::common::{Dir, expand, findings};

/// An AWS key, `apart` lines between its halves.
fn pair(apart: usize) -> String {
    let id = expand("AWS_ACCESS_KEY_ID=AKIAZ{base32:15}\n", 7);
    let secret = expand("AWS_SECRET_ACCESS_KEY={base64:40}\n", 9);
    format!("{id}{}{secret}", "\n".repeat(apart))
}

fn found<'a>(report: &'a Value, rule: &str) -> &'a Value {
    let found = findings(report).iter().find(|f| f["rule"] == rule);
    found.unwrap_or_else(|| panic!("{rule} is found: {report}"))
}

#[test]
fn the_id_of_a_key_is_told_with_its_secret() {
    let dir = Dir::new();
    dir.write("prod.env", pair(0));
    let report = dir.json(&["scan"]);
    let id = found(&report, "aws-access-key-id");
    let secret = found(&report, "aws-secret-access-key");
    assert_eq!(id["part_of"], secret["fingerprint"]);
    assert_eq!(secret["part_of"], Value::Null);
    assert_eq!(secret["parts"][0]["id"], id["id"]);
    assert_eq!(
        (&id["fails"], &secret["fails"]),
        (&false.into(), &true.into())
    );
    assert_eq!(report["summary"]["failing"], 1);
    let run = dir.run(&["scan"]);
    run.ends(1)
        .says("1 result: 1 critical; 1 fails")
        .says("  with    AKIA…  AWS access key ID  prod.env:1:19");
    // Who asks for the id by its rule gets it.
    let run = dir.run(&["scan", "--fail-on", "aws-access-key-id"]);
    run.ends(1).says("2 results").says("1 fails");
    // SARIF has one result, too.
    let sarif: Value =
        serde_json::from_str(&dir.run(&["scan", "--format", "sarif"]).text()).expect("JSON");
    assert_eq!(
        sarif["runs"][0]["results"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn an_id_alone_or_far_from_the_secret_is_a_result_of_its_own() {
    let dir = Dir::new();
    for (text, results) in [
        (pair(30), 2),
        (pair(0).lines().next().expect("a line").to_owned(), 1),
    ] {
        dir.write("prod.env", text);
        let report = dir.json(&["scan"]);
        assert_eq!(found(&report, "aws-access-key-id")["part_of"], Value::Null);
        assert_eq!(report["summary"]["failing"], results);
    }
}

#[test]
fn an_id_beside_a_secret_that_is_not_told_is_told_itself() {
    let dir = Dir::new();
    // The secret of another provider is no half of it.
    let id = pair(0).lines().next().expect("a line").to_owned();
    let other = id + &expand("\nDB_PASSWORD={alnum:7}#{alnum:3}\n", 4);
    dir.write("prod.env", other);
    assert_eq!(
        found(&dir.json(&["scan"]), "aws-access-key-id")["part_of"],
        Value::Null
    );
    // Where the secret is below what is listed, the id is not told with it.
    dir.write("prod.env", pair(0));
    let report = dir.json(&["scan", "--min-severity", "critical"]);
    assert_eq!(
        found(&report, "aws-secret-access-key")["parts"],
        serde_json::json!([])
    );
}

#[test]
fn what_is_allowed_is_allowed_with_its_other_half() {
    let dir = Dir::repo();
    dir.write("prod.env", pair(0));
    dir.commit("a key");
    let report = dir.json(&["scan"]);
    let secret = found(&report, "aws-secret-access-key")["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    dir.run(&["allow", &secret, "--reason", "x"]).ends(0);
    dir.run(&["scan"]).ends(0);
}
