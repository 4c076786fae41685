//! What a git hook says.

use super::*;

fn staged(rows: Vec<Finding>) -> Report {
    Report {
        findings: rows,
        ..empty(Mode::Staged, Outcome::Fails)
    }
}

#[test]
fn at_most_six_lines_each_and_how_to_skip_once() {
    let rows = vec![
        row("one", Severity::High),
        live(),
        row("three", Severity::Medium),
    ];
    let text = text("hook", &staged(rows), Style::default());
    let starts = text
        .lines()
        .filter(|line| !line.starts_with("  "))
        .collect::<Vec<_>>();
    assert_eq!(starts.len(), 4, "three and the end: {text}");
    assert!(text.lines().count() <= 3 * 6 + 1, "{text}");
    assert_eq!(text.matches("--no-verify").count(), 1, "{text}");
    assert!(
        text.ends_with(
            "3 credentials stop this commit. To skip: git commit --no-verify, or SKIP=keysweep\n"
        ),
        "{text}"
    );
}

#[test]
fn it_says_what_where_and_what_to_do() {
    let row = row("one", Severity::High);
    let id = row.id.clone();
    let text = text("hook", &staged(vec![row]), Style::default());
    for words in [
        "src/app.py:12:7: high: Example token in commit aaaaaaaaaa\n",
        "\n  |          ^^^^^^^^^^ exk_…  in API_KEY",
        "\n  fix     read it at run time from the environment",
        "\n  rotate  if it was ever pushed: Delete it and create a new one.  https://example.com/tokens\n",
        &format!("\n  allow   if it is no secret: keysweep allow {id}\n"),
        "\n1 credential stops this commit.",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn nothing_to_say_is_nothing_said() {
    for mut report in [
        empty(Mode::Staged, Outcome::Clean),
        nothing(Mode::Staged, "nothing staged but deletions"),
    ] {
        report.summary.ignored = Ignored::default();
        assert_eq!(text("hook", &report, Style::default()), "");
    }
    let mut weak = row("weak", Severity::Medium);
    weak.fails = false;
    let mut report = staged(vec![weak]);
    report.summary.outcome = Outcome::Clean;
    let text = text("hook", &report, Style::default());
    assert!(
        text.starts_with("does not stop you: src/app.py:12:7: medium: "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn what_was_not_read_is_said() {
    let mut report = empty(Mode::Staged, Outcome::Incomplete);
    report.skipped = vec![skipped(Reason::MissingObject, "a.txt")];
    let text = text("hook", &report, Style::default());
    assert!(
        text.starts_with("NOT READ: 1 missing git object: a.txt\n"),
        "{text}"
    );
    assert!(text.contains("not known to be clean"), "{text}");
}
