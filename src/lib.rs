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
pub mod finding;
pub mod fix;
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

use finding::{Class, Until};
use secret::Masker;
use source::Control;
use suppress::{Known, Looked};

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
    let (mode, conditions) = (input.mode(), plan.tells_conditions(&input));
    let scanned = scan::scan(input, plan, control)?;
    Ok(behind(scanned, (mode, conditions), plan, named, control))
}

/// What comes behind the scan, which saw all that a run of the mode asks about, with conditions where they
/// are told.
fn behind(
    mut scanned: scan::Scanned,
    (mode, conditions): (finding::Mode, bool),
    plan: &Plan,
    named: bool,
    control: &Control,
) -> Examined {
    let (rules, today) = (plan.scanner.rules(), plan.today());
    // Every stage ends soon once the run is to end, and says what it left.
    let over = || control.stopped();
    let until = Until::new(&over);
    let references = std::mem::take(&mut scanned.references);
    let mut places = place::place(scanned, rules, &plan.suppressions, today, control);
    let judged = judge::credentials(rules, places.found, &places.timelines, until);
    // Judged as the others are, to be counted: how many of them would be listed.
    let counted = judge::credentials(rules, places.unreached, &places.timelines, until);
    places.about.left += judged.left + counted.left;
    let (mut credentials, mut unreached) = (judged.credentials, counted.credentials);
    let before = &places.before;
    let whole = places.about.is_whole(control);
    let looked = Looked {
        before,
        today,
        whole,
        until,
    };
    let (idle, left) = plan.suppressions.mark(rules, &mut credentials, &looked);
    plan.suppressions.mark(rules, &mut unreached, &looked);
    places.about.left += left;
    let mut asked = life::Asked {
        policy: &plan.policy,
        register: plan.register.as_ref(),
        lists: &plan.lists,
        conditions,
        now: plan.now,
        until,
    };
    let (joined, left) = life::tell(rules, &mut credentials, &asked);
    // Of what nothing reaches only the number is told.
    asked.lists = &[];
    life::tell(rules, &mut unreached, &asked);
    places.about.left += left;
    // A list that was not compared with is no part of what was to be read.
    let whole = places.about.is_whole(control);
    places.about.skipped.extend(joined.gaps.iter().cloned());
    let notices = inventory::notices(
        plan,
        &credentials,
        &joined,
        &references,
        whole,
        mode.is_change(),
    );
    let ends = match plan.ends {
        true => inventory::ahead(plan, &credentials, &joined),
        false => Vec::new(),
    };

    let finder = |text: &[u8]| plan.scanner.spans(text);
    // A sample is no secret, and often a plain word that reports are full of.
    let secret = credentials.iter().map(|credential| &credential.best);
    let secret = secret.filter(|best| best.class != Class::Sample);
    let masker = Masker::new(
        secret.map(|best| &best.secret),
        &finder,
        plan.report.secrets,
    );
    let known = credentials.iter().filter(|_| named);
    let known = known
        .map(|credential| Known::of(rules, &masker, credential))
        .collect();
    let unused = idle.unused.iter().map(|entry| entry.text.clone()).collect();
    let view = report::build::View::new(rules, &masker, mode, conditions, plan);
    let tokens = view.listed_tokens(&joined, &credentials);
    let mut report = view.report(credentials, unreached, notices, idle, places.about, control);
    report.listed = tokens;
    report.ends = view.ends(ends);
    Examined {
        report,
        matches: joined.matches,
        known,
        unused,
        references,
    }
}

#[cfg(test)]
#[path = "lib/stops_tests.rs"]
mod stops_tests;
