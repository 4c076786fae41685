//! The page is one file that loads nothing, says what is missing, and takes no text for markup.

use super::super::tests::{row, sample};
use super::*;
use crate::finding::Severity;
use crate::lists::State;
use crate::report::{Finding, Listed};

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    super::super::write(&Html, report, Style::default(), &mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}

/// A report of these findings and of nothing else but inputs that were not read.
fn report(findings: Vec<Finding>) -> Report {
    Report {
        findings,
        suppressed: Vec::new(),
        ..sample()
    }
}

#[test]
fn hostile_text_stays_text() {
    let page = page(&report(vec![row("one", Severity::High)]));
    let (_, body) = page.split_once("</style>").expect("a style");
    let (body, _) = body
        .rsplit_once("<script>")
        .expect("the script stands last");
    for tag in ["<script", "<img", "onerror=", "javascript:", "<b>x"] {
        assert!(!body.to_lowercase().contains(tag), "{tag}: {body}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    assert!(
        !body
            .chars()
            .any(|c| c != '\n' && super::super::escape::hidden(c))
    );
}

#[test]
fn the_page_loads_nothing_and_its_policy_knows_its_own_parts() {
    let page = page(&report(vec![row("one", Severity::High)]));
    for loads in [
        "src=", "@import", "url(", "<link", "<iframe", "fetch(", "XMLHttp",
    ] {
        assert!(!page.contains(loads), "{loads}");
    }
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    let between = |from: &str, to: &str| {
        let (_, rest) = page.split_once(from).expect("it begins");
        rest.split_once(to).expect("it ends").0.to_owned()
    };
    assert!(page.contains(&hash(&between("<style>", "</style>"))));
    assert!(page.contains(&hash(&between("<script>", "</script>"))));
    // No style stands in an attribute: the policy forbids it.
    assert!(!page.contains(" style=\""));
}

#[test]
fn the_answer_counts_and_never_hides_a_gap() {
    let empty = page(&report(Vec::new()));
    assert!(empty.contains("No credential is listed."));
    let two = page(&report(vec![
        row("one", Severity::High),
        row("two", Severity::Low),
    ]));
    assert!(
        two.contains("2 credentials: 2 stand in the files and may be alive."),
        "{two}"
    );
    assert_eq!(
        two.matches("<tr role=\"row\" data-state=\"alive\">")
            .count(),
        2
    );
    // The fixture has inputs that were not read.
    assert!(two.contains("This is not everything"), "{two}");
}

#[test]
fn long_lists_are_folded_behind_what_needs_action() {
    let one = super::super::tests::listed();
    let idle = Listed {
        state: State::Active,
        never_expires: true,
        expires: None,
        findings: Vec::new(),
        last_used: Some(sample().run.now),
        never_used: false,
        ..one.clone()
    };
    let named = |text: &str, row: &Listed| Listed {
        name: crate::secret::Shown::ours(text.to_owned()),
        ..row.clone()
    };
    let many = |n: usize| {
        let mut all: Vec<Listed> = (0..n).map(|n| named(&format!("idle {n}"), &idle)).collect();
        let urgent = Listed {
            expires: Some(sample().run.now),
            never_expires: false,
            ..idle.clone()
        };
        all.push(named("urgent", &urgent));
        let over = Listed {
            state: State::Revoked,
            ..urgent.clone()
        };
        all.push(named("over", &over));
        page(&Report {
            listed: all,
            ..report(Vec::new())
        })
    };
    let short = many(10);
    assert!(!short.contains("more tokens</summary>"), "{short}");
    let long = many(5000);
    let (open, folded) = long
        .split_once("<details><summary>5,001 more tokens</summary>")
        .expect("it is folded");
    assert!(open.contains(">urgent<") && !open.contains(">idle 7<"));
    // What opens nothing comes last.
    let at = |text: &str| folded.find(text).expect("it is there");
    assert!(at(">idle 7<") < at(">over<"));
}

#[test]
fn a_long_table_is_whole_and_its_end_is_read_later() {
    let many = |n: usize| {
        page(&report(
            (0..n).map(|_| row("one", Severity::High)).collect(),
        ))
    };
    let rows = |text: &str| text.matches("<tr role=\"row\" data-state=").count();
    let short = many(AT_ONCE);
    assert_eq!(rows(&short), AT_ONCE);
    assert!(!short.contains("<noscript"));
    let long = many(AT_ONCE + 7);
    let (open, rest) = long
        .split_once("<noscript data-into=\"rows\">")
        .expect("the end is put off");
    let (rest, _) = rest.split_once("</noscript>").expect("it ends");
    assert_eq!((rows(open), rows(rest)), (AT_ONCE, 7));
    // Without scripts it is a table of its own, with its head.
    assert!(rest.contains("What to do next</th>"));
    // The script takes rows apart at the ends of lines.
    assert_eq!(rest.matches("</td></tr>\n").count(), 7);
}
