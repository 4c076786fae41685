//! Markdown.

use super::*;

/// What is left of a line when its code spans are taken out.
pub(super) fn outside_spans(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let run = rest[at..].chars().take_while(|c| *c == '`').count();
        let after = &rest[at + run..];
        let fence = "`".repeat(run);
        // The span ends at a run of exactly as many backticks.
        let mut from = 0;
        let end = loop {
            let at = after[from..].find(&fence).expect("the span is closed") + from;
            let len = after[at..].chars().take_while(|c| *c == '`').count();
            if len == run {
                break at + run;
            }
            from = at + len;
        };
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

#[test]
fn scanned_text_stands_in_code_spans_only() {
    let text = text("markdown", &sample(), Style::default());
    let (list, block) = text.split_once("```text\n").expect("the summary is fenced");
    assert!(list.contains("link"), "hostile text is there: {list}");
    for line in list.lines() {
        let plain = outside_spans(line);
        for mark in ["](", "http", "</td>", "::error"] {
            assert!(!plain.contains(mark), "{mark} in {line}");
        }
        // A bar stands between cells and nowhere else, inside of spans neither.
        let cells = match line.starts_with('|') {
            true => line.matches('|').count(),
            false => 5 * usize::from(plain.contains('|')) + 5,
        };
        assert_eq!(cells, 5, "{line}");
    }
    let fences = block.lines().filter(|l| l.trim_start().starts_with("```"));
    assert_eq!(fences.count(), 1, "only the end of the block: {block}");
    assert!(text.ends_with(
        "1 result fails; incomplete: not everything that was asked for was read\n```\n\n</details>\n"
    ));
    let folds = ["<details>\n<summary>", "</summary>\n\n", "\n</details>\n"];
    assert_eq!(
        folds.map(|mark| text.matches(mark).count()),
        [2; 3],
        "{text}"
    );
}

#[test]
fn totals_come_first_and_then_a_table_with_links() {
    let mut report = sample();
    for row in &mut report.findings {
        row.places[0].link = Some(format!("https://host.test/{}#L1", row.id));
    }
    let text = text("markdown", &report, Style::default());
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words} in {text}"))
    };
    let first = &report.findings[0];
    let row = format!(
        "| [` src/f1.py:1:7 `](<https://host.test/{}#L1>), ",
        first.id
    );
    let order = [
        "\n**4 results: ",
        "\n| severity | result | place | id |\n|---|---|---|---|\n",
        &row,
        "\n<details>\n<summary>Places, life and rotation of each</summary>\n",
        "\n  - rotate: ",
        "\n<summary>What was read</summary>\n",
    ];
    let order = order.map(at);
    assert!(order.is_sorted(), "{order:?} in {text}");
    let table = &text[order[1]..order[3]];
    let rows = table.lines().filter(|line| line.starts_with("| ")).count();
    assert_eq!(rows, report.findings.len() + 1, "{table}");
}

#[test]
fn it_says_what_and_where() {
    let text = text("markdown", &sample(), Style::default());
    assert!(text.starts_with("## keysweep: 1 result fails"), "{text}");
    assert!(
        text.contains("\n- **high** Example token ` exk_… ` in `` API_KEY"),
        "{text}"
    );
    assert!(text.contains("\n  - ` src/f1.py:1:7 `\n"), "{text}");
    assert!(text.contains("\n  - 3 more places\n"), "{text}");
    assert!(
        text.contains("rotate: Delete it and create a new one."),
        "{text}"
    );
}

#[test]
fn it_stays_under_what_a_host_takes() {
    let mut report = sample();
    let long = "/long".repeat(2_000);
    report.findings = (0..300)
        .map(|n| {
            let mut row = row(&n.to_string(), Severity::High);
            let path = format!("{long}/{n}");
            row.places = (0..10).map(|line| place(&path, line)).collect();
            row
        })
        .collect();
    let text = text("markdown", &report, Style::default());
    assert!(text.len() < 1_000 << 10, "{}", text.len());
    assert!(
        text.contains("\nand 100 more results, in the JSON report\n"),
        "{}",
        text.len()
    );
}

#[test]
fn a_list_that_is_too_long_names_every_rule_and_file() {
    let text = text("markdown", &super::cut::flood(), Style::default());
    assert!(
        text.contains("` b/one.env:1:7 `") && text.contains("` c/other.env:1:7 `"),
        "{text}"
    );
    assert!(text.contains("\n  - and 299 more results of this rule in this file\n"));
    assert!(!text.contains("in the JSON report"), "{text}");
}
