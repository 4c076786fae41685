//! Templates of the user.

use super::*;

fn rendered(source: &str, target: &str) -> String {
    let template = Template::new(source.to_owned(), target).expect("a template");
    let mut out = Vec::new();
    write(&template, &sample(), Style::default(), &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_template_sees_what_the_json_report_holds() {
    let source = "{{ verdict }}\n{% for it in findings %}\n{{ it.id }} {{ it.severity }} {{ it.places[0].path }}\n{% endfor %}\n{{ summary.findings }} of {{ run.mode }}\n";
    let text = rendered(source, "out.txt.j2");
    let report = sample();
    let report = report.unfolded();
    assert!(text.starts_with("1 result fails; incomplete"), "{text}");
    for row in &report.findings {
        assert!(text.contains(&format!("\n{} {} ", row.id, row.severity.name())));
    }
    assert_eq!(text.lines().count(), report.findings.len() + 2, "{text}");
    assert!(text.ends_with(&format!("\n{} of history\n", report.findings.len())));
}

#[test]
fn text_is_escaped_as_the_ending_of_the_target_says() {
    let source = "{% for it in findings %}{{ it.key }}{% endfor %}";
    let html = rendered(source, "a/page.HTML");
    assert!(
        html.contains("&lt;/td&gt;") && !html.contains("</td>"),
        "{html}"
    );
    let markdown = rendered(source, "page.md.j2");
    assert!(markdown.contains("\\[link\\]\\(http"), "{markdown}");
    let json = rendered(
        "[{% for it in findings %}{{ it.key }},{% endfor %}0]",
        "x.json",
    );
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json[0], hostile("API_KEY").as_str());
    for target in ["page.html", "page.md", "x.json", "x.txt", "x", "x.csv"] {
        let text = rendered(source, target);
        assert!(!text.chars().any(escape::hidden), "{target}: {text:?}");
    }
    let code = rendered(
        "{% for it in findings %}{{ it.key | code }}{% endfor %}",
        "page.md",
    );
    assert!(
        !super::markdown::outside_spans(&code).contains("link"),
        "{code}"
    );
    // Only what the user marks as safe goes out as it is.
    assert!(rendered("{{ '<b>' | safe }}", "a.html").contains("<b>"));
}

#[test]
fn a_wrong_template_is_told_with_its_line_and_never_an_empty_report() {
    let wrong = Template::new("a\n{% for %}\n".to_owned(), "x");
    let why = wrong.err().expect("it is none");
    assert!(why.starts_with("line 2: "), "{why}");
    let template = Template::new("\n{{ findigns }}\n".to_owned(), "x").expect("well formed");
    let error = write(&template, &sample(), Style::default(), &mut Vec::new());
    let error = error.expect_err("no such name").to_string();
    assert!(error.starts_with("the template: line 2: "), "{error}");
    for source in [
        "{% include 'x' %}",
        "{% extends '/etc/passwd' %}",
        "{% import 'x' as y %}",
    ] {
        let template = Template::new(source.to_owned(), "x");
        assert!(
            template.is_err(),
            "{source}: no template reads another file"
        );
    }
}
