//! Notices stand in every format, fail a run, and are bounded where a host bounds them.

use super::*;

/// A notice of which everything foreign is hostile.
fn notice(n: usize, fails: bool) -> Notice {
    Notice {
        reported: "register/expired".to_owned(),
        severity: Severity::High,
        subject: shown(&hostile(&format!("bot-{n}"))),
        message: shown(&format!(
            "{} ended on 2026-02-28.",
            hostile(&format!("bot-{n}"))
        )),
        file: Some(shown(&hostile("tokens.toml"))),
        uri: Some("tokens.toml".to_owned()),
        line: Some(1 + n as u32),
        at: Some(time(1_772_236_800)),
        fails,
    }
}

/// The sample with three notices, one of them without a file.
pub fn noticed() -> Report {
    let mut report = sample();
    let mut placeless = notice(2, false);
    (placeless.file, placeless.uri, placeless.line) = (None, None, None);
    report.notices = vec![notice(0, true), notice(1, false), placeless];
    report.settled(false)
}

/// A report with nothing but notices.
fn only(notices: Vec<Notice>) -> Report {
    Report {
        notices,
        ..empty(Mode::Tree, Outcome::Clean)
    }
    .settled(false)
}

#[test]
fn a_notice_decides_how_a_run_ends() {
    for (fails, outcome, status) in [(true, Outcome::Fails, 1), (false, Outcome::Passes, 0)] {
        let report = only(vec![notice(0, fails)]);
        assert_eq!(report.summary.outcome, outcome);
        assert_eq!(report.exit_status(), status);
        assert_eq!(report.summary.failing, usize::from(fails));
        assert_eq!(report.summary.notices, 1);
        // Also where there was nothing to scan.
        let mut nothing = nothing(Mode::Tree, "no files");
        nothing.notices = report.notices.clone();
        assert_eq!(nothing.settled(false).exit_status(), status);
    }
}

#[test]
fn every_format_tells_every_notice() {
    let report = noticed();
    let loud = Style {
        verbose: true,
        ..Style::default()
    };
    for format in FORMATS.iter().map(|one| one.name()).chain(["hook"]) {
        for style in [Style::default(), loud] {
            let text = text(format, &report, style);
            for n in 0..3 {
                let name = format!("bot-{n}");
                assert!(text.contains(&name), "{format}: {name} in {text}");
            }
        }
    }
}

#[test]
fn many_notices_are_counted_where_they_are_not_listed() {
    let report = only((0..20_000).map(|n| notice(n, n < 10)).collect());
    for (format, words) in [
        ("human", "and 19,900 more notices; `-v` lists all"),
        ("github", "::error title=keysweep::and 7 more notices, in"),
        ("markdown", "- and 19,950 more notices, in the JSON report"),
        ("sarif", "15000 less severe results were left out"),
    ] {
        let text = text(format, &report, Style::default());
        assert!(text.contains(words), "{format}: {words}");
    }
    let errors = text("github", &report, Style::default());
    assert_eq!(errors.matches("::error ").count(), 4);
}

#[test]
fn compared_reports_tell_the_notices_that_differ() {
    let old = only(vec![notice(0, true), notice(1, false)]);
    let mut new = old.clone();
    new.notices[0].line = Some(99);
    assert_eq!(compare(&old, &new).exit_status(), 0);
    new.notices.push(notice(7, true));
    new.notices.remove(1);
    let compared = compare(&old, &new);
    assert_eq!(compared.exit_status(), 1);
    let mut out = Vec::new();
    compared.write_human(&mut out).expect("memory");
    let text = String::from_utf8(out).expect("UTF-8");
    assert!(text.contains("new: high: bot-7"), "{text}");
    assert!(text.contains("gone: high: bot-1"), "{text}");
}
