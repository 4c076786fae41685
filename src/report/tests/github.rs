//! Annotations.

use super::*;

#[test]
fn annotations_point_at_files_and_escape_them() {
    let text = text("github", &sample(), Style::default());
    let lines: Vec<&str> = text.lines().collect();
    // What the change itself allows comes first.
    assert!(
        lines[0].starts_with("::warning file=src/app.py,line=12,col=7,endColumn=47,title=keysweep%3A suppressed (new here)::"),
        "{}", lines[0]
    );
    assert!(
        lines[1].starts_with("::error file=src/f1.py,line=1,col=7,endColumn=47,title=Example token (example-token)::src/f1.py:1:7: high: Example token (example-token) exk_…"),
        "{}", lines[1]
    );
    // Gone from HEAD: an annotation without a line.
    let gone = lines
        .iter()
        .find(|l| l.contains("stale/expired"))
        .expect("the stale one");
    assert!(gone.starts_with("::notice title="), "{gone}");
    assert!(gone.contains("%250A"), "{gone}");
    assert!(text.contains("::notice title=keysweep%3A suppressed::suppressed: 1 known, 1 of them critical; 1 allowed by comments"));
    assert!(text.contains("::warning title=keysweep%3A not read::1 missing git object: 0123"));
}

/// The commands of a kind, in order: a host shows the first ten.
fn commands(text: &str, kind: &str) -> Vec<String> {
    let begin = format!("::{kind} ");
    text.lines()
        .filter(|line| line.starts_with(&begin))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_file_full_of_one_rule_hides_no_other() {
    let text = text("github", &cut::flood(), Style::default());
    let errors = commands(&text, "error");
    assert_eq!(errors.len(), 3, "{text}");
    assert!(errors[0].contains("file=a/full.env,line=1,"), "{text}");
    assert!(
        errors[0].ends_with(" · and 299 more results of this rule in this file"),
        "{text}"
    );
    assert!(errors[1].contains("file=c/other.env,"), "{text}");
    assert!(errors[2].contains("file=b/one.env,"), "{text}");
}

#[test]
fn the_tenth_annotation_says_how_many_are_not_shown() {
    let mut report = sample();
    report.suppressed.clear();
    report.findings = (0..1_500)
        .map(|n| Finding {
            places: vec![place(&format!("f{n}"), 1)],
            ..row(&n.to_string(), Severity::High)
        })
        .collect();
    let ten = |report: &Report| Report {
        findings: report.findings[..10].to_vec(),
        ..report.clone()
    };
    let text = text("github", &report, Style::default());
    let errors = commands(&text, "error");
    assert_eq!(
        errors[9],
        "::error title=keysweep::1,500 results fail, and 1,491 of them are not shown as \
         annotations; all are in the JSON report"
    );
    assert_eq!(errors.len(), 1_002, "the log is bounded");
    assert_eq!(
        errors[1_001],
        "::error title=keysweep::and 500 more results, in the JSON report"
    );
    let few = super::text("github", &ten(&report), Style::default());
    assert_eq!(commands(&few, "error").len(), 10);
    assert!(!few.contains("not shown as annotations"), "{few}");
}

#[test]
fn new_suppressions_do_not_take_the_place_of_what_fails() {
    let mut report = sample();
    report.suppressed = (0..40)
        .map(|n| {
            let mut row = allowed(&n.to_string(), true);
            row.fails = true;
            row.places[0].uri = format!("n{n}");
            row
        })
        .collect();
    let text = text("github", &report, Style::default());
    let errors = commands(&text, "error");
    assert!(
        errors[5].ends_with("::35 more new suppressions, in the JSON report"),
        "{text}"
    );
    assert!(errors[6].contains("file=src/f1.py"), "{text}");
    // What the run says of itself stands before what does not fail.
    let gap = text
        .find("::warning title=keysweep%3A not read")
        .expect("a gap");
    let rest = text.find("::notice title=Example token").expect("a sample");
    assert!(gap < rest, "{text}");
}
