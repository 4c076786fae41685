//! The reports of several repositories as one. What was masked stays masked: a value that nobody can guess
//! is known again by its fingerprint.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::build::{notices, percent_encoded, rank};
use super::{
    Base, Configuration, Fact, Finding, History, Listed, Notice, Outcome, Place, RefGroup, Report,
    RuleInfo, Skipped, Suppression, Timeline,
};
use crate::finding::{Certainty, Field, Reason, Source, Status, SuppressedBy};
use crate::secret::{Fingerprint, Shown};

/// Joins `parts`, each with the name of its repository as the user wrote it, which stands in front of its
/// paths. `unread` are those that have no report, and why. Never called without a part.
pub fn merge(
    parts: Vec<(Shown, Report)>,
    unread: Vec<(Shown, Reason, String)>,
    strict: bool,
) -> Report {
    let names = parts.iter().map(|(name, _)| name);
    let names: Vec<&str> = names
        .chain(unread.iter().map(|(name, ..)| name))
        .map(Shown::as_str)
        .collect();
    let target = Shown::ours(names.join(", "));
    let outcomes = parts.iter().map(|(_, report)| report.summary.outcome);
    let outcome = joined_outcome(outcomes);
    let told = notices_of_lists(parts.iter().map(|(_, report)| report));
    let mut taken = HashMap::new();
    let mut parts = parts.into_iter().map(|(name, mut report)| {
        rename(&mut report, &mut taken);
        under(&name, report)
    });
    let mut out = parts
        .next()
        .expect("there is a report of one repository at least");
    for part in parts {
        add(&mut out, part);
    }
    out.run.target = target;
    // Each place keeps its own page.
    out.run.web = None;
    out.summary.outcome = outcome;
    out.base = Base::Here;
    out.skipped
        .extend(unread.into_iter().map(|(name, reason, why)| Skipped {
            reason,
            weight: reason.weight(),
            what: name,
            detail: Shown::ours(why),
        }));
    join(&mut out.findings, &mut out.suppressed);
    out.notices.retain(|notice| notice.file.is_some());
    out.notices.extend(told);
    out.notices
        .sort_by(|a, b| notices::rank(a).cmp(&notices::rank(b)));
    out.settled(strict)
}

/// The tokens of lists: every run was given the same lists, and a token has the findings of all of them.
fn tokens(all: &mut Vec<Listed>, more: Vec<Listed>) {
    if all.len() != more.len() {
        all.extend(more);
        return;
    }
    for (mine, theirs) in all.iter_mut().zip(more) {
        mine.findings.extend(theirs.findings);
        mine.findings.sort();
        mine.findings.dedup();
    }
}

/// What is told of lists, which every repository was held against: once, and that a token is in no register
/// only where none has it.
fn notices_of_lists<'a>(reports: impl Iterator<Item = &'a Report> + Clone) -> Vec<Notice> {
    let registers = reports
        .clone()
        .filter(|report| report.run.register.is_some())
        .count();
    let mut told: Vec<(&Notice, usize)> = Vec::new();
    let mut at: HashMap<(&str, &Shown, &Shown), usize> = HashMap::new();
    for notice in reports
        .flat_map(|report| &report.notices)
        .filter(|it| it.file.is_none())
    {
        let key = (notice.reported.as_str(), &notice.subject, &notice.message);
        let n = *at.entry(key).or_insert(told.len());
        match told.get_mut(n) {
            Some((_, times)) => *times += 1,
            None => told.push((notice, 1)),
        }
    }
    let unregistered = |notice: &Notice| notice.reported == "live/unregistered";
    let told = told.into_iter();
    told.filter(|(notice, times)| !unregistered(notice) || *times == registers)
        .map(|(notice, _)| notice.clone())
        .collect()
}

/// That somebody stopped one of them, or that none had anything to look at, is said of all; the rest
/// follows from what is listed.
fn joined_outcome(mut all: impl Iterator<Item = Outcome> + Clone) -> Outcome {
    if all.clone().any(|outcome| outcome == Outcome::Interrupted) {
        return Outcome::Interrupted;
    }
    match all.all(|outcome| outcome == Outcome::Nothing) {
        true => Outcome::Nothing,
        false => Outcome::Clean,
    }
}

/// Gives a credential that somebody could guess another fingerprint where a report before has one of the same
/// name: two passwords of one name and path in two repositories have nothing in common. `taken` counts who has
/// which. What else the report says by its fingerprints follows.
fn rename(report: &mut Report, taken: &mut HashMap<Fingerprint, u64>) {
    let mut renamed: HashMap<Fingerprint, Fingerprint> = HashMap::new();
    let all = report.findings.iter().chain(&report.suppressed);
    for finding in all.filter(|finding| finding.guessable) {
        let times = taken.entry(finding.fingerprint).or_default();
        *times += 1;
        if *times > 1 {
            let new = finding.fingerprint.again(*times);
            renamed.insert(finding.fingerprint, new);
        }
    }
    if renamed.is_empty() {
        return;
    }
    let new = |old: &Fingerprint| renamed.get(old).copied().unwrap_or(*old);
    let short: HashMap<String, String> = renamed
        .iter()
        .map(|(old, new)| (old.short(), new.short()))
        .collect();
    for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
        if finding.guessable {
            finding.fingerprint = new(&finding.fingerprint);
            finding.id = finding.fingerprint.short();
        }
        finding.part_of = finding.part_of.as_ref().map(new);
        for part in &mut finding.parts {
            if let Some(id) = short.get(&part.id) {
                part.id.clone_from(id);
            }
        }
    }
    for token in &mut report.listed {
        token.findings.iter_mut().for_each(|it| *it = new(it));
    }
}

/// The report with its paths below the repository's name.
fn under(name: &Shown, mut report: Report) -> Report {
    let prefix = Prefix::of(name);
    for finding in report.findings.iter_mut().chain(&mut report.suppressed) {
        for place in &mut finding.places {
            prefix.place(place);
        }
        for part in &mut finding.parts {
            prefix.place(&mut part.place);
        }
        if let Some(cause) = &mut finding.suppressed {
            prefix.cause(cause);
        }
    }
    for notice in &mut report.notices {
        if let Some(file) = &mut notice.file {
            prefix.text(file);
        }
        if let Some(uri) = &mut notice.uri {
            *uri = format!("{}{uri}", prefix.uri);
        }
    }
    for skipped in &mut report.skipped {
        prefix.text(&mut skipped.what);
    }
    // Two registers may have an entry of one name; a value and a row of a list are the same everywhere.
    for end in &mut report.ends {
        if end.id.starts_with("register-") {
            let of = Fingerprint::of_strong(name.as_str().as_bytes());
            end.id = format!("{}-{}", end.id, of.short());
        }
    }
    for path in &mut report.summary.ignored.credential_stores {
        prefix.text(path);
    }
    let suppressed = &mut report.summary.suppressed;
    for idle in suppressed
        .expired_entries
        .iter_mut()
        .chain(&mut suppressed.unused_entries)
    {
        prefix.text(&mut idle.entry);
    }
    if let Some(register) = &mut report.run.register {
        prefix.text(register);
    }
    if let Some(configuration) = &mut report.run.configuration {
        prefix.text(&mut configuration.file);
    }
    report
}

/// What stands in front of the paths of one repository.
struct Prefix {
    name: Shown,
    text: String,
    uri: String,
}

impl Prefix {
    fn of(name: &Shown) -> Self {
        let (text, uri) = match name.as_str().trim_end_matches('/') {
            "." => (String::new(), String::new()),
            name => (format!("{name}/"), percent_encoded(name.as_bytes()) + "/"),
        };
        Prefix {
            name: name.clone(),
            text,
            uri,
        }
    }

    fn text(&self, text: &mut Shown) {
        *text = Shown::ours(format!("{}{}", self.text, text.as_str()));
    }

    fn place(&self, place: &mut Place) {
        place.repository = Some(self.name.clone());
        self.text(&mut place.path);
        place.uri = format!("{}{}", self.uri, place.uri);
        if let Some(cause) = &mut place.suppressed {
            self.cause(cause);
        }
    }

    /// A comment stands in the file itself; everything else that hides is a file of the repository.
    fn cause(&self, cause: &mut Suppression) {
        if cause.by != SuppressedBy::Inline {
            cause.source = format!("{}{}", self.text, cause.source);
        }
    }
}

/// Adds one report's lists and counts to another's.
fn add(all: &mut Report, of: Report) {
    all.findings.extend(of.findings);
    all.suppressed.extend(of.suppressed);
    all.skipped.extend(of.skipped);
    all.notices.extend(of.notices);
    all.ends.extend(of.ends);
    all.ends.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    all.ends.dedup_by(|a, b| a.id == b.id);
    tokens(&mut all.listed, of.listed);
    let rules: BTreeMap<String, RuleInfo> = std::mem::take(&mut all.rules)
        .into_iter()
        .chain(of.rules)
        .map(|rule| (rule.id.clone(), rule))
        .collect();
    all.rules = rules.into_values().collect();
    let (sum, more) = (&mut all.summary, of.summary);
    sum.reason = sum.reason.take().or(more.reason);
    sum.hidden.total += more.hidden.total;
    sum.hidden.samples += more.hidden.samples;
    sum.hidden.uncertain += more.hidden.uncertain;
    sum.hidden.by_severity.join(more.hidden.by_severity);
    sum.read.items += more.read.items;
    sum.read.bytes += more.read.bytes;
    sum.ignored.files += more.ignored.files;
    sum.ignored
        .credential_stores
        .extend(more.ignored.credential_stores);
    sum.suppressed
        .expired_entries
        .extend(more.suppressed.expired_entries);
    sum.suppressed
        .unused_entries
        .extend(more.suppressed.unused_entries);
    let run = &mut all.run;
    run.history = match (run.history.take(), of.run.history) {
        (Some(one), Some(other)) => Some(both(one, other)),
        (one, other) => one.or(other),
    };
    run.register = match (run.register.take(), of.run.register) {
        (Some(one), Some(other)) => {
            Some(Shown::ours(format!("{}, {}", one.as_str(), other.as_str())))
        }
        (one, other) => one.or(other),
    };
    run.configuration = match (run.configuration.take(), of.run.configuration) {
        (Some(one), Some(other)) => Some(Configuration {
            file: Shown::ours(format!("{}, {}", one.file.as_str(), other.file.as_str())),
            hidden: one.hidden + other.hidden,
            spared: one.spared + other.spared,
        }),
        (one, other) => one.or(other),
    };
}

/// What two histories hold together. They have no common HEAD and no common address.
fn both(one: History, other: History) -> History {
    let mut refs = one.refs;
    for group in other.refs {
        match refs.iter_mut().find(|of| of.group == group.group) {
            Some(of) => of.count += group.count,
            None => refs.push(RefGroup { ..group }),
        }
    }
    History {
        commits: one.commits + other.commits,
        refs,
        shallow: one.shallow || other.shallow,
        partial: one.partial || other.partial,
        head: None,
        remote: None,
        unreached: one.unreached + other.unreached,
        not_in_a_clone: one.not_in_a_clone,
    }
}

/// Makes one result of those that are of one value, and puts the lists in order again.
fn join(findings: &mut Vec<Finding>, suppressed: &mut Vec<Finding>) {
    let mut out: Vec<Finding> = Vec::new();
    let mut at: HashMap<Fingerprint, usize> = HashMap::new();
    // What counts comes first: to be hidden in one repository hides nothing in another.
    for finding in findings.drain(..).chain(suppressed.drain(..)) {
        match at.get(&finding.fingerprint) {
            Some(known) => absorb(&mut out[*known], finding),
            None => {
                at.insert(finding.fingerprint, out.len());
                out.push(finding);
            }
        }
    }
    for mut finding in out {
        tell_repositories(&mut finding);
        match finding.suppressed {
            None => findings.push(finding),
            Some(_) => suppressed.push(finding),
        }
    }
    findings.sort_by(|a, b| rank(a).cmp(&rank(b)));
    let old = |finding: &Finding| !finding.newly_suppressed();
    suppressed.sort_by(|a, b| (old(a), rank(a)).cmp(&(old(b), rank(b))));
}

/// Adds what another repository knows of the same value.
fn absorb(all: &mut Finding, of: Finding) {
    if of.suppressed.is_none() {
        all.suppressed = None;
    }
    all.fails |= of.fails;
    all.folded &= of.folded;
    all.severity = all.severity.max(of.severity);
    all.confidence = all.confidence.max(of.confidence);
    all.probability = match (all.probability, of.probability) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    if knows(&of.status) > knows(&all.status) {
        all.status = of.status;
        all.reported = of.reported;
    }
    all.timeline = match (all.timeline.take(), of.timeline) {
        (Some(one), Some(other)) => Some(whole(one, other)),
        (one, other) => one.or(other),
    };
    all.places.extend(of.places);
    all.places.sort_by_key(|place| place.suppressed.is_some());
    all.parts.extend(of.parts);
    for fact in of.facts {
        if !all.facts.contains(&fact) {
            all.facts.push(fact);
        }
    }
    all.facts.sort_by_key(|fact| fact.field);
    for condition in of.conditions {
        if all.conditions.iter().all(|known| known.id != condition.id) {
            all.conditions.push(condition);
        }
    }
    // The most urgent comes first, as in every finding.
    all.conditions.sort_by_key(|condition| condition.id);
}

/// Says of a credential that stands in several repositories which they are.
fn tell_repositories(finding: &mut Finding) {
    let names = finding
        .places
        .iter()
        .filter_map(|place| place.repository.as_ref());
    let names: BTreeSet<&str> = names.map(Shown::as_str).collect();
    if names.len() < 2 {
        return;
    }
    let names: Vec<&str> = names.into_iter().collect();
    finding.facts.push(Fact {
        field: Field::UsedIn,
        value: Shown::ours(names.join(", ")),
        time: None,
        source: Source::Paths,
        certainty: Certainty::Certain,
    });
    finding.facts.sort_by_key(|fact| fact.field);
}

/// How much a status says: of two of one value, that counts which says more.
fn knows(status: &Status) -> u8 {
    match status {
        _ if status.is_certainly_expired() => 5,
        Status::Expired { .. } => 4,
        Status::Expiring { .. } => 3,
        Status::LiveUntil { .. } | Status::NeverExpires => 2,
        Status::PastLife { .. } | Status::Revoked { .. } => 1,
        Status::Unknown => 0,
    }
}

/// The time that a value stood in one of two histories or in both.
fn whole(one: Timeline, other: Timeline) -> Timeline {
    let at_head = one.at_head || other.at_head;
    let removed = match (one.removed, other.removed) {
        _ if at_head => None,
        (Some(one), Some(other)) if other.date > one.date => Some(other),
        (one, other) => one.or(other),
    };
    Timeline {
        first: match other.first.date < one.first.date {
            true => other.first,
            false => one.first,
        },
        removed,
        at_head,
        complete: one.complete && other.complete,
    }
}
