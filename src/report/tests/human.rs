//! The report for people.

use super::*;

#[test]
fn people_read_what_it_is_where_since_when_and_until_when() {
    let style = Style {
        terminal: true,
        ..Style::default()
    };
    let text = text("human", &sample(), style);
    for part in [
        "src/f1.py:1:7: high: Example token  (example-token, id ",
        "  | token = \"‹redacted›\"",
        "  |          ^^^^^^^^^^ exk_…  in API_KEY\\u{a}::error::x",
        "and     3 more places",
        "since   2020-09-13 by Jane",
        "still at HEAD",
        "status  live until 2030-03-17",
        "facts   scope repo:write",
        "rotate  Delete it and create a new one.  https://example.com/tokens",
        "since   at least 2022-04-15 by Jane",
        "removed 2023-03-28 by Jane",
        "only in refs/stash",
        "status  expired 2024-01-02 (certain)",
        "src/app.py:12:7: info: Example token, sample  ‹redacted›  id ",
        "4 results: 1 high, 1 medium, 2 info; 1 fails; 1 sample among them",
        "12 below medium not shown (8 low, 4 info, 3 samples and 2 of low confidence among them): --min-confidence low",
        "1 certainly expired, 1 still at HEAD",
        "read 1,234 blobs and messages of 100 commits in 2 branches, 3 tags, 4.7 MiB, with 150 rules",
        "not scanned: 5 files over the size limit: big0.bin, big1.bin, big2.bin and 2 more",
        "NOT READ: 1 missing git object: 0123",
    ] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(!text.contains("clean"));
    assert!(
        text.ends_with("1 result fails; incomplete: not everything that was asked for was read\n")
    );
    let heading = text.find("only in pull-request refs").expect("the heading");
    assert!(heading > text.find("info: ").expect("the sample"));
    assert!(!text.contains("a clone cannot hold"), "{text}");
    let verbose = Style {
        verbose: true,
        ..style
    };
    let text = self::text("human", &sample(), verbose);
    assert!(
        text.contains("a clone cannot hold: forks, force-pushed commits"),
        "{text}"
    );
    // The same advice stands once.
    let piped = self::text("human", &sample(), Style::default());
    assert_eq!(piped.matches("Delete it and create a new one.").count(), 1);
    assert!(
        piped.contains("  | token = \"‹redacted›\""),
        "masked lines in pipes too"
    );
}

#[test]
fn lines_fold_to_the_width_of_the_terminal() {
    let style = Style {
        width: Some(60),
        ..Style::default()
    };
    let text = text("human", &sample(), style);
    for line in text.lines().filter(|line| line.starts_with("  ")) {
        let long = line
            .split_whitespace()
            .any(|word| word.chars().count() > 40);
        assert!(line.chars().count() <= 60 || long, "{line}");
    }
}

#[test]
fn the_last_line_says_how_it_ended() {
    let last = |report: &Report| {
        let text = text("human", report, Style::default());
        text.lines().last().unwrap_or_default().to_owned()
    };
    let mut report = empty(Mode::Tree, Outcome::Clean);
    assert_eq!(last(&report), "clean");
    report.skipped = (0..3).map(|_| skipped(Reason::TooLarge, "x")).collect();
    assert_eq!(
        last(&report),
        "clean within limits (3 files over the size limit)"
    );
    report.skipped.push(skipped(Reason::Io, "y"));
    assert!(!last(&report).contains("clean"));
    report.summary.outcome = Outcome::Incomplete;
    assert!(last(&report).starts_with("incomplete"));
    report.summary.outcome = Outcome::Nothing;
    report.summary.reason = Some("nothing is staged".into());
    assert_eq!(last(&report), "nothing to scan: nothing is staged");
    report.summary.outcome = Outcome::Interrupted;
    assert!(last(&report).starts_with("interrupted"));
    report.skipped.push(skipped(Reason::TimedOut, ""));
    assert_eq!(
        last(&report),
        "time limit reached: the results are not complete"
    );
}

#[test]
fn what_was_not_traced_is_not_said_to_stand_at_head() {
    let mut report = sample();
    report.findings.clear();
    for n in 0..20 {
        let mut row = row(&format!("seed {n}"), Severity::High);
        row.timeline = if n < 3 { live().timeline } else { None };
        report.findings.push(row);
    }
    report.summary.outcome = Outcome::Interrupted;
    report.skipped = vec![skipped(Reason::Interrupted, "")];
    let text = text("human", &report, Style::default());
    assert!(
        text.contains(
            "\n3 still at HEAD, 0 certainly dead, 0 only in pull-request refs, 17 not traced\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "\nnot everything was read: the last lines say what is missing\nlook first at:\n"
        ),
        "{text}"
    );
}

#[test]
fn gaps_are_told_even_when_there_was_nothing_to_scan_or_little_is_asked() {
    let mut report = nothing(Mode::History, "the range is empty");
    report.skipped = vec![skipped(Reason::ShallowHistory, "")];
    for quiet in [false, true] {
        let style = Style {
            quiet,
            ..Style::default()
        };
        let text = text("human", &report, style);
        assert!(text.contains("NOT READ: shallow clone"), "{text}");
        assert!(text.ends_with("nothing to scan: the range is empty\n"));
    }
}

#[test]
fn ten_thousand_rows_are_all_shown() {
    let mut report = empty(Mode::Tree, Outcome::Fails);
    report.findings = (0..10_000)
        .map(|n| row(&n.to_string(), Severity::High))
        .collect();
    let text = text(
        "human",
        &report,
        Style {
            verbose: true,
            ..Style::default()
        },
    );
    assert_eq!(
        text.matches("\nsrc/app.py:12:7: high: ").count() + 1,
        10_000
    );
    assert!(text.contains("10,000 results: 10,000 high; 10,000 fail\n"));
}

#[test]
fn a_long_list_answers_first_and_is_grouped() {
    let mut report = sample();
    for n in 0..40 {
        let mut row = row(&format!("seed {n}"), Severity::High);
        row.reported = format!("rule-{}", n % 2);
        row.fails = true;
        row.timeline = live().timeline;
        report.findings.push(row);
    }
    let text = text("human", &report, Style::default());
    // What the change itself hides is told before anything else.
    let (hidden, first): (Vec<&str>, Vec<&str>) = text
        .lines()
        .take(5)
        .partition(|line| line.starts_with("suppressed (new here)"));
    assert_eq!(hidden.len(), 1);
    let first = &first[1..];
    assert!(
        first[0].starts_with("43 credentials found (")
            && first[0].ends_with(", 41 of them to act on"),
        "{}",
        first[0]
    );
    assert!(first[0].contains(" high"), "{}", first[0]);
    assert!(first[1].contains(" still at HEAD, 1 certainly dead, 1 only in pull-request refs"));
    // One screen holds the answer, with a line for each of those to look at first.
    let screen: Vec<&str> = text.lines().take(25).collect();
    let start = screen
        .iter()
        .position(|l| *l == "look first at:")
        .expect("on the screen");
    let lines: Vec<&str> = screen[start + 1..]
        .iter()
        .copied()
        .take_while(|l| !l.is_empty())
        .collect();
    assert!((8..=13).contains(&lines.len()), "{lines:#?}");
    let (code, places): (Vec<&str>, Vec<&str>) =
        lines.into_iter().partition(|line| line.starts_with("  | "));
    assert!(!code.is_empty() && places.len() >= 5, "{places:#?}");
    for line in &places[..places.len() - 1] {
        assert!(!line.starts_with(' ') && line.contains("  id "), "{line}");
        assert!(!line.contains(": info: "), "{line}");
    }
    for part in ["(rule-0), high, 18 still at HEAD", " more in this file"] {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
    assert!(text.contains("more: documented samples, keys that are public by design"));
    let verbose = Style {
        verbose: true,
        ..Style::default()
    };
    let all = self::text("human", &report, verbose);
    for row in &report.findings {
        assert!(all.contains(&row.id));
    }
    assert!(!all.contains("look first at"));
}

#[test]
fn many_of_one_id_in_one_file_are_one_line_and_those_at_head_come_first() {
    let mut report = sample();
    report.findings.clear();
    for n in 0..40 {
        let mut row = row("one and the same", Severity::High);
        row.fails = true;
        row.timeline = live().timeline;
        row.places[0].region.start_line = 100 + n;
        report.findings.push(row);
    }
    let mut elsewhere = report.findings[0].clone();
    elsewhere.places[0].path = Shown::ours("src/other.py");
    report.findings.push(elsewhere);
    let mut gone = row("another", Severity::High);
    gone.fails = true;
    gone.timeline = stale().timeline;
    gone.places[0].at_head = Some(false);
    report.findings.insert(0, gone);
    let text = text("human", &report, Style::default());
    let lines: Vec<&str> = text.lines().filter(|l| l.starts_with("  src/")).collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(
        lines[0].contains(" and 37 more in this file "),
        "{}",
        lines[0]
    );
    assert!(lines[0].ends_with(&report.findings[1].id) && lines[0].contains("at HEAD"));
    assert!(lines[1].starts_with("  src/other.py:100"), "{}", lines[1]);
    assert!(lines[2].contains("removed"), "{}", lines[2]);
}

#[test]
fn a_commit_by_nobody_says_so_by_saying_nothing() {
    let mut report = sample();
    let timeline = report.findings[0].timeline.as_mut().expect("a timeline");
    timeline.first.author = Shown::ours("");
    let text = text("human", &report, Style::default());
    assert!(!text.contains(" by  in "), "{text}");
}

#[test]
fn of_many_new_suppressions_the_first_are_named() {
    let mut report = sample();
    let new = report.suppressed[0].clone();
    report.suppressed = vec![new; 27];
    let text = text("human", &report, Style::default());
    assert_eq!(text.matches("suppressed (new here): ").count(), 20);
    assert!(text.contains("\nand 7 more suppressions; --show-suppressed lists them\n"));
    let all = Style {
        suppressed: true,
        ..Style::default()
    };
    let text = self::text("human", &report, all);
    assert_eq!(text.matches("suppressed (new here): ").count(), 27);
}
