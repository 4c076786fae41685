//! Stages behind the scan end soon once the run is to end: counted by how much of what was found comes
//! out of them, and by how often they ask.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::*;
use crate::detect::Scanner;
use crate::finding::{Credential, Mode, Origin, Place, RepoPath, Sighting};
use crate::judge::Placed;
use crate::scan::{Collector, Scanned, Source};
use crate::secret::Secret;
use crate::source::{Blob, Visit, Visited};
use crate::suppress::Suppressions;
use crate::thresholds::{Checkpoint, Thresholds};

/// More than any stage finishes once the run is to end.
const MANY: usize = 25_000;
/// What a stage finishes at most, whatever it has done before.
const FINISHED: usize = 10_000;

/// So many sightings of values of their own, in one file that holds the first.
fn sightings(scanner: &Scanner) -> Vec<Sighting> {
    let collector = Collector::new(scanner);
    let origin = Origin::File(RepoPath::from("settings.py"));
    let line = example::expand("db_password = \"{alnum:14}\"\n", 1).expect("a template");
    let bytes = line.as_bytes();
    let blob = Blob {
        bytes,
        origin: &origin,
    };
    collector.blob(blob, None);
    let seen = collector.into_sightings();
    let one = seen.first().expect("it is found");
    let each = |n: usize| {
        let value = Secret::new(format!("{n:06}{line}").as_bytes());
        let mut other = one.clone();
        other.located.region.start_line = n as u32 + 1;
        other.whole = value.clone();
        other.secret = value;
        other
    };
    (0..MANY).map(each).collect()
}

fn placed(scanner: &Scanner) -> Vec<Placed> {
    let each = |sighting: Sighting| Placed {
        place: Place::new(RepoPath::from("settings.py"), &sighting),
        sighting,
    };
    sightings(scanner).into_iter().map(each).collect()
}

fn plan() -> Plan {
    Plan {
        scanner: Scanner::new(builtin::set()),
        archives: None,
        suppressions: Suppressions::default(),
        register: None,
        references: false,
        ends: false,
        lists: Arc::from([]),
        now: jiff::Timestamp::UNIX_EPOCH,
        policy: life::Policy::default(),
        report: report::ReportOptions::new(Thresholds::new(Checkpoint::Report)),
    }
}

/// Runs a stage which says how much came out of it, with ends before it begins, on the way and never.
fn ends_soon(stage: impl Fn(&Until<'_>) -> usize) {
    for end in [0, 1, 5_000, usize::MAX] {
        let asked = Cell::new(0usize);
        let over = || {
            asked.set(asked.get() + 1);
            asked.get() > end
        };
        let until = Until::new(&over);
        let done = stage(&until);
        assert_eq!(done + until.left(), MANY, "ended after {end}");
        // It is asked once before a stage begins, and not for what is finished in any case.
        let most = end.saturating_add(FINISHED).min(MANY);
        assert!(done <= most, "{done} are done, ended after {end}");
        assert!(done >= FINISHED, "{done} are done, ended after {end}");
    }
}

fn judged(plan: &Plan) -> Vec<Credential> {
    let rules = plan.scanner.rules();
    let all = placed(&plan.scanner);
    judge::credentials(rules, all, &BTreeMap::new(), &Until::default())
}

#[test]
fn judging_ends_soon() {
    let plan = plan();
    ends_soon(|until| {
        let all = placed(&plan.scanner);
        judge::credentials(plan.scanner.rules(), all, &BTreeMap::new(), until).len()
    });
}

#[test]
fn telling_lives_ends_soon() {
    let plan = plan();
    let credentials = judged(&plan);
    ends_soon(|until| {
        let asked = life::Asked {
            policy: &plan.policy,
            register: None,
            lists: &[],
            conditions: true,
            now: plan.now,
            until,
        };
        let mut all = credentials.clone();
        life::tell(plan.scanner.rules(), &mut all, &asked);
        all.len()
    });
}

#[test]
fn saying_what_hides_ends_soon() {
    let plan = plan();
    let credentials = judged(&plan);
    ends_soon(|until| {
        let looked = Looked {
            before: &BTreeSet::new(),
            today: plan.today(),
            whole: true,
            until,
        };
        let mut all = credentials.clone();
        plan.suppressions
            .mark(plan.scanner.rules(), &mut all, &looked);
        all.len()
    });
}

/// Where a baseline has to hash each value slowly, far fewer are finished.
#[test]
fn asking_a_baseline_about_passwords_ends_soon() {
    let mut plan = plan();
    let credentials = judged(&plan);
    let rule = plan.scanner.rules().rules[credentials[0].best.rule]
        .id
        .to_string();
    let known = suppress::Subject::of(&credentials[0], &rule, false, b"settings.py");
    let mut baseline = suppress::Baseline::new(suppress::Salt([7; 16]));
    let entry = known.entry(&suppress::Salt([7; 16]));
    baseline.set(entry).expect("it takes one");
    plan.suppressions.current.baseline = baseline;
    let until = Until::new(&|| true);
    let looked = Looked {
        before: &BTreeSet::new(),
        today: plan.today(),
        whole: true,
        until: &until,
    };
    let mut all = credentials;
    let idle = plan
        .suppressions
        .mark(plan.scanner.rules(), &mut all, &looked);
    assert_eq!(all.len() + until.left(), MANY);
    assert!(all.len() <= FINISHED / 100, "{} are done", all.len());
    assert!(idle.unused.is_empty(), "not all was compared");
}

/// The whole line behind a scan that found very much: what it cannot come to is counted, and nobody takes
/// the report for a whole one.
#[test]
fn a_run_that_is_stopped_behind_the_scan_says_what_it_left() {
    let plan = plan();
    for (name, stop) in [
        ("nobody", None),
        ("a signal", Some(false)),
        ("the clock", Some(true)),
    ] {
        let control = Control::default();
        match stop {
            None => {}
            Some(false) => control.interrupt(),
            Some(true) => control.time_out(),
        }
        let source = Source::Files(Visited {
            skipped: Vec::new(),
            root: Default::default(),
            nothing: None,
            ignored: Default::default(),
        });
        let scanned = Scanned {
            sightings: sightings(&plan.scanner),
            references: Vec::new(),
            source,
        };
        let question = Question {
            mode: Mode::Tree,
            conditions: true,
        };
        let report = behind(scanned, question, &plan, true, &control).report;
        let told = report.findings.len() + report.summary.hidden.total;
        let gap = report
            .skipped
            .iter()
            .find(|gap| gap.what.as_str() == "what was found");
        match stop {
            None => {
                assert_eq!(told, MANY, "{name}");
                assert!(gap.is_none() && report.summary.complete, "{name}");
            }
            Some(_) => {
                assert_eq!(told, FINISHED, "{name}");
                let detail = gap.expect("it is said").detail.as_str().to_owned();
                assert!(detail.starts_with("15000 "), "{name}: {detail}");
                assert!(!report.summary.complete, "{name}");
                assert_eq!(report.exit_status(), 2, "{name}");
            }
        }
    }
}
