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

#[test]
fn pages_are_found_out_for_the_formats_that_hold_them() {
    const PAGE: &str = "https://host.test/page";
    let mut report = sample();
    let rows = report.findings.iter_mut().chain(&mut report.suppressed);
    for place in rows.flat_map(|row| &mut row.places) {
        place.link = Some(PAGE.to_owned());
    }
    let terminal = Style {
        terminal: true,
        color: true,
        ..Style::default()
    };
    let all = FORMATS
        .iter()
        .copied()
        .chain([CALENDAR, &Hook as &dyn Format]);
    for format in all {
        for style in [Style::default(), terminal] {
            let mut out = Vec::new();
            write(format, &report, style, &mut out).expect("a vector takes all");
            let holds = String::from_utf8_lossy(&out).contains(PAGE);
            assert_eq!(format.links(style), holds, "{} {style:?}", format.name());
        }
    }
}

#[test]
fn a_line_of_an_archives_member_is_told_as_no_line_of_the_archive() {
    let mut report = sample();
    let mut member = place("lib/app.zip", 4711);
    member.member = Some(Shown::ours("a/b.env"));
    let mut named = place("odd.txt", 4712);
    named.name = Some(Shown::ours("the name of a path"));
    for place in [member, named] {
        report.findings.truncate(1);
        report.findings[0].places = vec![place.clone()];
        report.findings[0].fails = true;
        report.suppressed.clear();
        let of = |format: &str| text(format, &report, Style::default());
        for (format, shape) in [
            ("gitlab", "\"start_line\": "),
            ("codequality", "\"begin\": "),
            ("junit", " line=\""),
            ("github", ",line="),
            ("sarif", "\"startLine\": "),
        ] {
            let text = of(format).replace("\":", "\": ").replace("  ", " ");
            let lines: Vec<&str> = text.split(shape).skip(1).collect();
            assert!(!lines.is_empty(), "{format}: {text}");
            for line in lines {
                assert!(line.starts_with('1'), "{format}: {shape}{}", &line[..20]);
                assert!(!line.starts_with("1 "), "{format}");
            }
        }
    }
}

#[test]
fn what_gitlab_shows_as_markdown_holds_none_of_a_repository() {
    let mut report = sample();
    let row = &mut report.findings[0];
    row.name = hostile("<b>name</b>");
    row.rotate = Some(hostile("rotate"));
    for format in ["gitlab", "codequality"] {
        let json: Value =
            serde_json::from_str(&text(format, &report, Style::default())).expect("JSON");
        let rows = match &json["vulnerabilities"] {
            Value::Null => &json,
            rows => rows,
        };
        let rows = rows.as_array().expect("a list");
        assert!(rows.len() > 2, "{format}");
        for row in rows {
            for member in ["description", "solution"] {
                let Some(said) = row[member].as_str() else {
                    continue;
                };
                // Behind a backslash nothing means anything; Code Quality knows code spans and no more.
                let plain = ["\\\\", "\\`", "\\<", "\\["]
                    .iter()
                    .fold(said.to_owned(), |said, escaped| said.replace(escaped, ""));
                let plain = super::markdown::outside_spans(&plain);
                let marks: &[char] = match format {
                    "gitlab" => &['<', '[', '\n'],
                    _ => &['`', '\n'],
                };
                assert!(!plain.contains(marks), "{format} {member}: {said}");
            }
        }
    }
}
