//! keysweep finds hardcoded and stale credentials and says which of them still matter.
//!
//! `line` is the whole program in one function. Data flows one way: a source lends bytes and `scan`
//! proposes what it sees in them, `place` says where that stands and since when, `judge` makes
//! credentials of it, `life` says whether they still matter, `suppress` what hides them, `inventory` what the
//! register and the lists of servers say of them, and `report` masks and counts them.

mod base64;
#[path = "rule/builtin.rs"]
pub mod builtin;
pub mod config;
pub mod detect;
pub mod example;
mod file_error;
pub mod finding;
pub mod fix;
pub mod hex;
mod inventory;
pub mod judge;
pub mod life;
pub mod lists;
#[cfg(feature = "live")]
pub mod live;
mod place;
mod plan;
pub mod reference;
pub mod register;
pub mod report;
pub mod rule;
pub mod scan;
mod schema;
pub mod secret;
pub mod serve;
pub mod source;
mod steps;
pub mod suppress;
pub mod thresholds;

use finding::Until;
use plan::Question;
use report::build::{Results, View};
use scan::Scanned;
use source::Control;
use suppress::{Known, Looked};

pub use file_error::FileError;
pub use plan::{AuditOptions, Input, Plan};

/// What a run found.
pub struct Examined {
    /// What it reports.
    pub report: report::Report,
    /// How baselines name each credential, listed or not.
    pub known: Vec<Known>,
    /// Which rows of the lists each of them is, in their order.
    pub matches: Vec<Vec<lists::Match>>,
    /// The entries of the baseline that fit no credential, as the baseline writes them.
    pub unused: Vec<String>,
    /// Where credentials are read by name, when the plan asks for that; not masked.
    pub references: Vec<reference::Reference>,
}

/// Scans and reports.
///
/// # Errors
/// Only what makes the whole run pointless: no such path, no repository, one that cannot be read.
/// What fails on the way is in the report.
pub fn run(input: Input, plan: &Plan, control: &Control) -> anyhow::Result<report::Report> {
    line(input, plan, false, control).map(|examined| examined.report)
}

/// Scans and reports; also says how baselines name each credential.
///
/// # Errors
/// As [`run`].
pub fn examine(input: Input, plan: &Plan, control: &Control) -> anyhow::Result<Examined> {
    line(input, plan, true, control)
}

/// The whole program; credentials are named when they are to be `named`.
fn line(input: Input, plan: &Plan, named: bool, control: &Control) -> anyhow::Result<Examined> {
    let question = plan.question(&input);
    let scanned = scan::scan(input, plan, control)?;
    Ok(behind(scanned, question, plan, named, control))
}

/// What comes behind the scan.
fn behind(
    mut scanned: Scanned,
    question: Question,
    plan: &Plan,
    named: bool,
    control: &Control,
) -> Examined {
    let rules = plan.scanner.rules();
    // Every stage ends soon once the run is to end, and counts there what it left.
    let over = || control.stopped();
    let until = &Until::new(&over);
    let references = std::mem::take(&mut scanned.references);
    let places = place::place(scanned, plan, until, control);
    let (timelines, before, mut about) = (places.timelines, places.before, places.about);

    let credentials = |placed, lists| {
        let mut all = judge::credentials(rules, placed, &timelines, until);
        let looked = Looked {
            before: &before,
            today: plan.today(),
            whole: about.is_whole(until),
            until,
        };
        let idle = plan.suppressions.mark(rules, &mut all, &looked);
        let asked = life::Asked {
            policy: &plan.policy,
            register: plan.register.as_ref(),
            lists,
            conditions: question.conditions,
            now: plan.now,
            until,
        };
        let joined = life::tell(rules, &mut all, &asked);
        (all, idle, joined)
    };
    let (found, idle, joined) = credentials(places.found, &plan.lists);
    // Of what nothing reaches only the number is told.
    let (unreached, ..) = credentials(places.unreached, &[]);

    // A list that was not compared with is no part of what was to be read.
    let whole = about.is_whole(until);
    about.skipped.extend(joined.gaps.iter().cloned());
    let notices = inventory::notices(plan, &found, &joined, &references, whole, question.mode);
    let ends = inventory::ahead(plan, &found, &joined);

    let finder = |text: &[u8]| plan.scanner.spans(text);
    let masker = report::build::masker(&found, &finder, plan);
    let known = found.iter().filter(|_| named);
    let known = known.map(|it| Known::of(rules, &masker, it)).collect();
    let unused = idle.unused.iter().map(|it| it.text.clone()).collect();
    let results = Results {
        credentials: found,
        unreached,
        joined: &joined,
        idle,
        notices,
        ends,
    };
    let view = View::new(&masker, question, plan);
    Examined {
        report: view.report(results, about, until, control),
        matches: joined.matches,
        known,
        unused,
        references,
    }
}

#[cfg(test)]
#[path = "lib/stops_tests.rs"]
mod stops_tests;
