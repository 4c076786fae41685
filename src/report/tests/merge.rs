//! Reports of several repositories as one.

use super::*;

/// A report of a repository with or without a register, which tells these things of a list.
fn part(register: bool, told: &[(&str, &str)]) -> Report {
    let mut report = empty(Mode::Audit, Outcome::Clean);
    report.run.register = register.then(|| shown("tokens.toml"));
    report.notices = told
        .iter()
        .map(|(id, subject)| Notice {
            reported: (*id).to_owned(),
            severity: Severity::Low,
            subject: shown(subject),
            message: shown(&format!("About {subject}.")),
            file: None,
            uri: None,
            line: None,
            at: None,
            fails: false,
        })
        .collect();
    report
}

fn merged(parts: Vec<Report>) -> Report {
    let names = ["a", "b", "c"].map(shown);
    merge(names.into_iter().zip(parts).collect(), Vec::new(), false)
}

#[test]
fn what_a_list_tells_is_told_once_and_one_register_is_enough() {
    let (unused, unregistered) = ("live/unused", "live/unregistered");
    let report = merged(vec![
        part(
            true,
            &[
                (unused, "bot"),
                (unregistered, "bot"),
                (unregistered, "lost"),
            ],
        ),
        part(true, &[(unused, "bot"), (unregistered, "lost")]),
        // Without a register nothing is missing in it.
        part(false, &[(unused, "bot")]),
    ]);
    let told: Vec<(&str, &str)> = report
        .notices
        .iter()
        .map(|notice| (notice.reported.as_str(), notice.subject.as_str()))
        .collect();
    assert_eq!(told, [(unregistered, "lost"), (unused, "bot")]);
    assert_eq!(report.summary.notices, 2);
    let register = report.run.register.expect("two have one");
    assert_eq!(register.as_str(), "a/tokens.toml, b/tokens.toml");
}

#[test]
fn one_credential_of_two_repositories_is_as_bad_as_the_worse_one() {
    let mut one = part(false, &[]);
    one.findings = vec![row("one", Severity::Low)];
    let mut other = part(false, &[]);
    other.findings = vec![row("one", Severity::High)];
    other.findings[0].fails = true;
    assert_eq!(one.findings[0].fingerprint, other.findings[0].fingerprint);
    let places = one.findings[0].places.len() + other.findings[0].places.len();
    let report = merged(vec![one, other]);
    assert_eq!(report.findings.len(), 1);
    let both = &report.findings[0];
    assert_eq!((both.severity, both.fails), (Severity::High, true));
    assert_eq!(both.places.len(), places);
    assert_eq!(report.exit_status(), 1);
}

#[test]
fn passwords_of_one_name_stay_apart_with_all_that_speaks_of_them() {
    let password = || {
        let mut report = part(false, &[]);
        let (mut whole, mut half) = (row("one", Severity::High), row("two", Severity::Low));
        whole.guessable = true;
        half.part_of = Some(whole.fingerprint);
        whole.parts.extend(half.as_part());
        report.findings = vec![whole, half];
        report
    };
    let alone = merged(vec![password()]);
    let report = merged(vec![password(), password()]);
    let (apart, one): (Vec<&Finding>, Vec<&Finding>) =
        report.findings.iter().partition(|it| it.guessable);
    assert_eq!((apart.len(), one.len()), (2, 1));
    assert_ne!(apart[0].fingerprint, apart[1].fingerprint);
    for finding in &apart {
        assert_eq!(finding.id, finding.fingerprint.short());
    }
    // The first keeps its own, so that `keysweep allow` knows it.
    assert_eq!(apart[0].fingerprint, alone.findings[0].fingerprint);
    assert_eq!(one[0].part_of, Some(apart[0].fingerprint));
}

#[test]
fn that_one_was_stopped_is_said_of_all() {
    let stopped = empty(Mode::Audit, Outcome::Interrupted);
    let nothing = nothing(Mode::Audit, "no commits yet");
    let report = merged(vec![part(false, &[]), stopped, nothing.clone()]);
    assert_eq!(report.summary.outcome, Outcome::Interrupted);
    assert_eq!(report.exit_status(), 2);
    let report = merged(vec![nothing.clone(), nothing]);
    assert_eq!(report.summary.outcome, Outcome::Nothing);
}
