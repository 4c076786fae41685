//! What holds in every format.

use super::*;

#[test]
fn ignored_files_are_counted_and_stores_named() {
    let mut report = sample();
    let human = text("human", &report, Style::default());
    assert!(human.contains("\n1,014 ignored files not scanned, among them a/.env, b/.env, "));
    assert!(
        human.contains(", y, 1 more like them: --ignored\n"),
        "{human}"
    );
    assert!(text("github", &report, Style::default()).contains("1,014 ignored files"));
    report.summary.ignored.credential_stores.clear();
    report.summary.ignored.files = 1;
    let human = text("human", &report, Style::default());
    assert!(
        human.contains("\n1 ignored file not scanned: --ignored\n"),
        "{human}"
    );
    report.summary.ignored.files = 0;
    assert!(!text("human", &report, Style::default()).contains("--ignored"));
}

#[test]
fn hostile_text_stays_text_in_every_format() {
    let loud = Style {
        width: Some(80),
        terminal: true,
        color: false,
        all_rules: true,
        verbose: true,
        quiet: false,
        suppressed: true,
        all: true,
    };
    for report in reports() {
        for format in FORMATS.iter().map(|one| one.name()).chain(["hook"]) {
            for style in [
                Style::default(),
                loud,
                Style {
                    quiet: true,
                    ..loud
                },
            ] {
                let text = text(format, &report, style);
                let raw: Vec<char> = text
                    .chars()
                    .filter(|c| *c != '\n' && escape::hidden(*c))
                    .collect();
                assert!(raw.is_empty(), "{format}: {raw:?}");
                assert!(!text.contains("##["), "{format}");
                for line in text.lines() {
                    let command = line.trim_start().starts_with("::");
                    assert_eq!(command, format == "github", "{format}: {line}");
                }
            }
        }
        let color = Style {
            color: true,
            ..loud
        };
        let text = text("human", &report, color);
        assert!(!text.contains("\u{1b}[31m\\u"), "no colour of theirs");
    }
}

#[test]
fn formats_are_known_by_their_names() {
    for one in FORMATS {
        let found = format(one.name()).map(|found| found.name());
        assert_eq!(found, Some(one.name()));
    }
    assert!(format("xml").is_none());
    assert!(format("hook").is_none(), "that is for hooks alone");
}
