//! What a JSON report says, as lines that tests can compare.

use serde_json::Value;

/// The findings of a JSON report.
pub fn findings(report: &Value) -> &Vec<Value> {
    report["findings"].as_array().expect("a list of findings")
}

/// `RULE PATH:LINE:COLUMN` of every place of every finding, sorted.
pub fn places(report: &Value) -> Vec<String> {
    let mut out: Vec<String> = findings(report)
        .iter()
        .flat_map(|finding| {
            let rule = finding["reported"].as_str().expect("an id");
            finding["places"]
                .as_array()
                .expect("places")
                .iter()
                .map(move |place| {
                    let region = &place["region"];
                    format!(
                        "{rule} {}:{}:{}",
                        place["path"].as_str().expect("a path"),
                        region["start_line"],
                        region["start_column"]
                    )
                })
        })
        .collect();
    out.sort();
    out
}

/// `PATH!MEMBER:LINE:COLUMN` of every place of every finding, sorted.
pub fn members(report: &Value) -> Vec<String> {
    let mut out: Vec<String> = findings(report)
        .iter()
        .flat_map(|finding| finding["places"].as_array().expect("places"))
        .map(|place| {
            let member = match place["member"].as_str() {
                Some(member) => format!("!{member}"),
                None => String::new(),
            };
            let path = place["path"].as_str().expect("a path");
            let region = &place["region"];
            format!(
                "{path}{member}:{}:{}",
                region["start_line"], region["start_column"]
            )
        })
        .collect();
    out.sort();
    out
}

/// `REASON WHAT (DETAIL)` of everything that was not read, sorted.
pub fn skipped(report: &Value) -> Vec<String> {
    let rows = report["skipped"].as_array().expect("a list");
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();
    let mut out: Vec<String> = rows
        .iter()
        .map(|row| {
            let (reason, what) = (text(row, "reason"), text(row, "what"));
            format!("{reason} {what} ({})", text(row, "detail"))
        })
        .collect();
    out.sort();
    out
}
