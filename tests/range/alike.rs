//! The same bytes are judged alike whatever verb reads them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Dice;
use crate::common::{Dir, expand, findings};

/// By value: rule, severity and confidence.
type Judged = BTreeMap<String, (String, String, String)>;

fn judged(report: &Value) -> Judged {
    let text = |finding: &Value, key: &str| finding[key].as_str().expect("text").to_owned();
    findings(report)
        .iter()
        .map(|finding| {
            let of = ["reported", "severity", "confidence"].map(|key| text(finding, key));
            let [rule, severity, confidence] = of;
            (text(finding, "value"), (rule, severity, confidence))
        })
        .collect()
}

/// A content that says one value several times, in lines that different rules claim.
fn content(dice: &mut Dice, seed: u64) -> String {
    const VALUES: [&str; 6] = [
        "{hex:64}",
        "{hex:40}",
        "{hex:32}",
        "{alnum:40}",
        "{uuid}",
        "{check:crc32-base62:ghp_{alnum:30}}",
    ];
    const LINES: [&str; 14] = [
        "token = \"%\"\n",
        "api_key: %\n",
        "SENTRY_AUTH_TOKEN=%\n",
        "sentry token %\n",
        "password = '%'\n",
        "DATADOG_API_KEY=%\n",
        "heroku_api_key = \"%\"\n",
        "secret: '%' # keysweep:allow\n",
        "# keysweep:allow generic-token\ntoken = \"%\"\n",
        "https://user:%@db.demo.test/x\n",
        "Authorization: Bearer %\n",
        "example_token = \"%\"\n",
        "<add key=\"Token\" value=\"%\"/>\n",
        "%\n",
    ];
    let value = expand(VALUES[dice.roll(6) as usize], seed);
    let mut text = String::new();
    for _ in 0..=dice.roll(4) {
        let line = LINES[dice.roll(LINES.len() as u64) as usize];
        text += &line.replace('%', &value);
        text += &"nothing to see on this line\n".repeat(dice.roll(3) as usize);
    }
    text
}

#[test]
fn every_verb_judges_the_same_content_alike() {
    let mut dice = Dice(7);
    let dir = Dir::repo();
    dir.write("readme.md", "nothing\n");
    dir.commit("start");
    for seed in 0..120 {
        let name = ["src/f%.py", "tests/f%.py", "f%.env", "docs/f%.md"][dice.roll(4) as usize];
        let name = name.replace('%', &seed.to_string());
        dir.write(&name, content(&mut dice, seed));
    }
    let read = |args: &[&str]| {
        let more = [
            "--show-secrets",
            "--min-confidence",
            "low",
            "--min-severity",
            "info",
        ];
        judged(&dir.json(&[args, &more].concat()))
    };
    let of_scan = read(&["scan"]);
    assert!(of_scan.len() > 60, "{}", of_scan.len());
    let same = |other: Judged, verb: &str| {
        for (value, judged) in &of_scan {
            assert_eq!(Some(judged), other.get(value), "{verb} of {value}");
        }
        assert_eq!(other.len(), of_scan.len(), "{verb}");
    };
    dir.git(&["add", "-A", "-f"]);
    same(read(&["scan", "--index"]), "scan --index");
    same(read(&["staged"]), "staged");
    dir.commit("all");
    same(read(&["history"]), "history");
    same(read(&["history", "--full"]), "history --full");
    same(
        read(&["history", "--range", "HEAD^..HEAD"]),
        "history --range",
    );
}
