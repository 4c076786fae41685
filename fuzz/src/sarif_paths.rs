//! Any text as the name of a file with a finding: the SARIF is JSON, and its address holds only
//! what a URI reference may hold.

use keysweep::detect::Scanner;
use keysweep::report::{self, ReportOptions, Style};
use keysweep::rule::{self, RuleSet};
use keysweep::source::Control;
use keysweep::thresholds::{Checkpoint, Thresholds};
use keysweep::{Input, Plan};

const RULE: &str = r#"
[[rule]]
id = "fuzz-key"
name = "Key of the fuzz target"
severity = "high"
pattern = 'fuzzkey_[0-9a-f]{8}'
"#;

/// Runs one input.
pub fn check(bytes: &[u8]) {
    let Ok(name) = std::str::from_utf8(bytes) else {
        return;
    };
    let mut rules = RuleSet::new(&[], "fuzz");
    rules
        .extend(rule::load_file("fuzz.toml", RULE).expect("the rule loads"))
        .expect("the set is empty");
    let content = format!("key = {}_8f3c61e4\n", "fuzzkey");
    let input = Input::Stream(
        name.to_owned(),
        Box::new(std::io::Cursor::new(content.into_bytes())),
        1 << 20,
    );
    let plan = Plan {
        scanner: Scanner::new(rules),
        archives: None,
        suppressions: Default::default(),
        register: None,
        references: false,
        ends: false,
        lists: Default::default(),
        now: jiff::Timestamp::UNIX_EPOCH,
        policy: keysweep::life::Policy::default(),
        report: ReportOptions {
            target: name.to_owned(),
            ..ReportOptions::new(Thresholds::new(Checkpoint::Report))
        },
    };
    let report =
        keysweep::run(input, &plan, &Control::default()).expect("a stream in memory is read");
    assert_eq!(report.findings.len(), 1);
    let style = Style {
        width: None,
        terminal: false,
        color: false,
        all_rules: false,
        verbose: true,
        quiet: false,
        suppressed: true,
        all: true,
    };
    for format in report::FORMATS.iter().copied() {
        let mut out = Vec::new();
        report::write(format, &report, style, &mut out).expect("memory takes it");
        if format.name() == "sarif" {
            let sarif: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
            let place = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
            let uri = sarif
                .pointer(place)
                .and_then(|uri| uri.as_str())
                .expect("an address");
            assert!(
                uri.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)),
                "{uri}"
            );
        }
    }
}
