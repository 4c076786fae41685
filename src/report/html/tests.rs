//! The page is one file that loads nothing, says what is missing, and takes no text for markup.

use super::super::tests::{row, sample};
use super::*;
use crate::finding::Severity;

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
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
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
