//! JSON and JSON lines against the committed schema.

use super::*;

#[test]
fn json_and_its_lines_keep_to_their_schema() {
    let document = schema(include_str!("../../../docs/report.schema.json"));
    let mut lines: Value =
        serde_json::from_str(include_str!("../../../docs/report.schema.json")).expect("JSON");
    let root = lines.as_object_mut().expect("an object");
    for key in ["type", "required", "properties", "additionalProperties"] {
        root.remove(key);
    }
    root.insert("$ref".to_owned(), "#/$defs/line".into());
    let lines = schema(&lines.to_string());
    for report in reports() {
        holds(&document, &value("json", &report));
        let text = text("jsonl", &report, Style::default());
        for line in text.lines() {
            holds(&lines, &serde_json::from_str(line).expect("valid JSON"));
        }
        assert!(
            text.lines()
                .last()
                .expect("lines")
                .contains(r#""type":"summary""#)
        );
    }
}

#[test]
fn json_says_everything() {
    let json = value("json", &sample());
    assert_eq!(json["summary"]["hidden"]["total"], 12);
    assert_eq!(json["summary"]["exit"]["status"], 1);
    assert_eq!(json["summary"]["complete"], false);
    assert_eq!(json["summary"]["at_head"], 1);
    assert_eq!(json["skipped"].as_array().map(Vec::len), Some(7));
    assert_eq!(json["summary"]["skipped"]["accepted"], 1);
    assert_eq!(json["run"]["configuration"]["spared"], 1);
    assert_eq!(
        json["findings"][0]["places"].as_array().map(Vec::len),
        Some(6)
    );
    assert_eq!(json["summary"]["ignored"]["files"], 1_014);
    assert_eq!(json["summary"]["ignored"]["credential_stores"][0], "a/.env");
    assert!(json["findings"][0].get("value").is_none());
    assert_eq!(
        json["findings"][0]["key"].as_str(),
        Some(hostile("API_KEY").as_str())
    );
}
