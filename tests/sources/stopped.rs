//! A run that is stopped says so once, whatever its source.

use keysweep::detect::Scanner;
use keysweep::finding::Reason;
use keysweep::report::{Outcome, ReportOptions};
use keysweep::source::{Control, HistoryOptions, StagedOptions};
use keysweep::thresholds::Thresholds;
use keysweep::{Input, Plan};

use super::support::{Repo, options};

#[test]
fn an_interruption_is_told_once() {
    let repo = Repo::new();
    repo.write("a.txt", "text\n");
    repo.commit("first");
    repo.write("b.txt", "text\n");
    repo.git(&["add", "-A"]);
    let inputs = || {
        [
            Input::Tree(options(&[&repo.dir])),
            Input::Stream("stdin".into(), Box::new(&b"text"[..]), 100),
            Input::Staged(StagedOptions {
                dir: repo.dir.clone(),
                allow_alternates: Vec::new(),
                threads: 1,
                max_file_size: 1 << 20,
            }),
            Input::History(HistoryOptions {
                path: repo.dir.clone(),
                threads: 1,
                ..HistoryOptions::default()
            }),
        ]
    };
    for (reason, stop) in [
        (Reason::Interrupted, Control::interrupt as fn(&Control)),
        (Reason::TimedOut, Control::time_out),
    ] {
        for (number, input) in inputs().into_iter().enumerate() {
            let control = Control::default();
            stop(&control);
            let plan = Plan {
                scanner: Scanner::new(keysweep::builtin::set()),
                archives: None,
                suppressions: Default::default(),
                register: None,
                references: false,
                ends: false,
                lists: Default::default(),
                now: jiff::Timestamp::UNIX_EPOCH,
                policy: keysweep::life::Policy::default(),
                report: ReportOptions::new(Thresholds::new(input.checkpoint())),
            };
            let report = keysweep::run(input, &plan, &control).expect("there is something to read");
            assert_eq!(
                report.summary.outcome,
                Outcome::Interrupted,
                "input {number}"
            );
            let told: Vec<Reason> = report.skipped.iter().map(|row| row.reason).collect();
            assert_eq!(told, [reason], "input {number}: {:?}", report.skipped);
        }
    }
}
