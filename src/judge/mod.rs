//! Judgement: what a window of bytes cannot know. The path, the kind of file and the other places
//! of the same value settle class, confidence and severity.
//!
//! May use `finding` and `rule`; never a source or a report.

mod alone;
mod calibration;
mod halves;
mod ids;
mod kin;
mod marks;
mod place;
mod samples;
mod test_keys;
mod tests_inside;

pub use alone::Alone;
pub use marks::FileMarks;
pub use tests_inside::mark_tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::finding::{
    Aside, Class, Confidence, Credential, Evidence, Exposure, Ground, Place, PlaceKind, RepoPath,
    Severity, Sighting, Timeline, Until,
};
use crate::rule::{Rule, RuleSet};
use crate::secret::Secret;
use marks::Wheres;

/// What a path says of evidence.
pub struct Weighed {
    /// What kind of place it names.
    pub kind: PlaceKind,
    /// What the confidence stands on there.
    pub ground: Ground,
    /// How probable a credential is, from 0 to 1.
    pub probability: f32,
    /// Which confidence that is.
    pub confidence: Confidence,
    /// Why the ground is another there than the window alone tells.
    pub reason: Option<&'static str>,
}

/// What is asked of a path: it says the same of all that stands there.
#[derive(Clone, Copy)]
struct PathKind {
    kind: PlaceKind,
    /// A program in whose language values stand in quotes, and no test of one.
    program: bool,
    /// A program of Rust, which may have its tests inside.
    rust: bool,
}

impl PathKind {
    /// What the place of a finding says. The name of a branch or tag says where work goes, not what stands in
    /// it: a value in `test/…` was published like any other.
    fn of_place(place: &Place) -> Self {
        match place.is_reference() {
            true => PathKind {
                kind: PlaceKind::Source,
                program: false,
                rust: false,
            },
            false => PathKind::of(&place.whole_path()),
        }
    }

    fn of(path: &RepoPath) -> Self {
        let kind = place::kind(path);
        let program = kind == PlaceKind::Source && place::is_program(path);
        let rust = program && path.extension() == "rs";
        PathKind {
            kind,
            program,
            rust,
        }
    }
}

/// Weighs evidence where it stands.
pub fn weighed(evidence: &Evidence, path: &RepoPath) -> Weighed {
    at(evidence, PathKind::of(path))
}

fn at(evidence: &Evidence, path: PathKind) -> Weighed {
    let in_tests = path.rust && evidence.asides.contains(&Aside::InTests);
    let mut kind = match in_tests {
        true => PlaceKind::Test,
        false => path.kind,
    };
    // What was decoded is another text than the program around it.
    let scored =
        matches!(evidence.ground, Ground::Score(_) | Ground::Drawn) && evidence.layers.is_empty();
    // What a test or a page of documentation shows matters less, whatever it is.
    let program = path.program && !in_tests && scored;
    let mut ground = evidence.ground;
    let mut reason = None;
    for aside in &evidence.asides {
        match *aside {
            Aside::Shown(why) => (kind, reason) = (kind.max(PlaceKind::Example), Some(why)),
            Aside::ShownInProgram(why) if program => {
                (kind, reason) = (kind.max(PlaceKind::Example), Some(why));
            }
            Aside::NotSet(why) if program => (ground, reason) = (Ground::Commented, Some(why)),
            Aside::InTests | Aside::ShownInProgram(_) | Aside::NotSet(_) => {}
        }
    }
    let probability = calibration::probability(ground, kind);
    Weighed {
        kind,
        ground,
        probability,
        confidence: calibration::confidence(probability),
        reason,
    }
}

/// What of its evidence decides how a value is weighed at a path: where this is equal, [`weighed`] says the same.
pub type Asked = (Ground, Vec<Aside>, bool);

/// See [`Asked`].
pub fn asked(evidence: &Evidence) -> Asked {
    (
        evidence.ground,
        evidence.asides.clone(),
        evidence.layers.is_empty(),
    )
}

/// What kind of place a path names.
pub fn place_kind(path: &RepoPath) -> PlaceKind {
    place::kind(path)
}

/// Sightings with the places that the source found for them.
pub struct Placed {
    /// What was seen.
    pub sighting: Sighting,
    /// Where it stands.
    pub place: Place,
}

/// Judges sightings and joins them to credentials ([`kin`] says what is one), `until` the run is to end.
/// `timelines` are by value. The result is sorted by value, so that it does not depend on the order
/// of the sightings.
pub fn credentials(
    rules: &RuleSet,
    mut all: Vec<Placed>,
    timelines: &BTreeMap<Secret, Timeline>,
    until: &Until<'_>,
) -> Vec<Credential> {
    let wheres = Wheres::new(rules);
    until.cut(&mut all);
    all.retain(|one| wheres.allow(one.sighting.rule, || one.place.whole_path()));
    let mut kinds: HashMap<(RepoPath, bool), PathKind> = HashMap::new();
    let mut out = Vec::new();
    let mut done = 0;
    for mut group in by_value(all) {
        if !until.goes_on(done) {
            until.leave(group.len());
            continue;
        }
        done += group.len();
        let secret = group[0].sighting.secret.clone();
        let published = samples::known(secret.expose());
        for placed in &mut group {
            let key = (placed.place.whole_path(), placed.place.is_reference());
            let path_kind = *kinds
                .entry(key)
                .or_insert_with(|| PathKind::of_place(&placed.place));
            settle_place(published, path_kind, placed);
        }
        let whole = timelines.get(&secret);
        let groups = kin::groups(rules, group);
        let only = groups.len() == 1;
        for mut group in groups {
            let timeline = whole.map(|whole| match only {
                true => whole.clone(),
                false => timeline_of(&mut group, whole),
            });
            out.push(join(rules, group, timeline));
        }
    }
    ids::make_unique(&mut out);
    halves::join(rules, &mut out);
    out
}

/// Sightings of one value each, in the order of the values; those of one value keep theirs. Most values are
/// seen once, and a sighting with its place is large: it is moved once, and nothing is kept free around it.
fn by_value(all: Vec<Placed>) -> impl Iterator<Item = Vec<Placed>> {
    let value = |n: &usize| &all[*n].sighting.secret;
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by(|a, b| value(a).cmp(value(b)));
    let same = order.chunk_by(|a, b| value(a) == value(b));
    let sizes: Vec<usize> = same.map(<[usize]>::len).collect();
    let mut order = order.into_iter();
    let mut all: Vec<Option<Placed>> = all.into_iter().map(Some).collect();
    sizes.into_iter().map(move |size| {
        let mut group = Vec::with_capacity(size);
        let of_group = order.by_ref().take(size);
        group.extend(of_group.filter_map(|n| all[n].take()));
        group
    })
}

/// The timeline of some of a value's places, from those places and the timeline of all. Which commit
/// removed the last of them is not known: the source follows values, not places.
fn timeline_of(group: &mut [Placed], whole: &Timeline) -> Timeline {
    group.sort_by(|a, b| order(&a.place).cmp(&order(&b.place)));
    let introduced = group.iter().filter_map(|p| p.place.introduced.as_ref());
    let first = introduced
        .map(|introduction| &introduction.commit)
        .min_by_key(|commit| commit.stood());
    let at_head = match group.iter().any(|p| p.place.at_head.is_some()) {
        true => group.iter().any(|p| p.place.at_head == Some(true)),
        false => whole.at_head,
    };
    Timeline {
        first: first.unwrap_or(&whole.first).clone(),
        removed: None,
        at_head,
        complete: whole.complete,
    }
}

/// What kind of place it is, how sure its evidence and that make of one sighting, and that its value is
/// `published`.
fn settle_place(published: Option<&'static str>, path_kind: PathKind, placed: &mut Placed) {
    let weighed = at(&placed.sighting.evidence, path_kind);
    let kind = weighed.kind;
    placed.place.kind = kind;
    let sighting = &mut placed.sighting;
    if let Some(source) = published {
        sighting.class = Class::Sample;
        sighting.evidence.reasons.insert(0, source);
        return;
    }
    sighting.confidence = weighed.confidence;
    sighting.evidence.ground = weighed.ground;
    placed.place.only_shown = weighed.ground == Ground::Commented;
    if let Some(reason) = weighed.reason {
        sighting.evidence.reasons.insert(0, reason);
    }
    if !sighting.evidence.ground.is_by_words() {
        return;
    }
    match kind {
        PlaceKind::Generated => {
            let why = "in a lock file, source map or translation";
            sighting.evidence.reasons.push(why);
        }
        PlaceKind::Vendored => sighting.evidence.reasons.push("in code of others"),
        // Whether a value is a credential hardly depends on these; whether it matters does.
        PlaceKind::Configuration
        | PlaceKind::Source
        | PlaceKind::Example
        | PlaceKind::Test
        | PlaceKind::Documentation => {}
    }
}

/// The places of sightings, each once: several rules may see the same.
fn places_of(group: &[Placed]) -> Vec<Place> {
    let mut places: Vec<Place> = group.iter().map(|p| p.place.clone()).collect();
    places.sort_by(|a, b| order(a).cmp(&order(b)));
    places.dedup_by(|a, b| {
        let same = a.path == b.path && a.origin == b.origin && a.located.region == b.located.region;
        if same {
            b.only_shown &= a.only_shown;
        }
        same
    });
    places
}

/// How severe a credential of a rule is.
fn severity(rule: &Rule, class: Class, places: &[Place]) -> Severity {
    let published = || match rule.exposure {
        Exposure::Secret => false,
        Exposure::Publishable => true,
        Exposure::Depends => places.iter().all(|p| place::is_shipped(&p.whole_path())),
    };
    match class {
        Class::Sample | Class::Protected => Severity::Info,
        Class::Credential if published() => Severity::Info,
        Class::Credential => rule.severity,
    }
}

/// One credential from all its sightings.
fn join(rules: &RuleSet, mut group: Vec<Placed>, timeline: Option<Timeline>) -> Credential {
    group.sort_by(|a, b| rank(rules, a).cmp(&rank(rules, b)));
    let places = places_of(&group);
    let Placed {
        sighting: mut best,
        place: mut shown,
    } = group.remove(0);
    if let Some(named) = better_named(rules, &best, &group) {
        let strong = best.strong;
        let taken = group.remove(named);
        let left = std::mem::replace(&mut best, taken.sighting);
        // What could be guessed before can be guessed still.
        best.strong &= strong;
        let place = std::mem::replace(&mut shown, taken.place);
        group.insert(
            0,
            Placed {
                sighting: left,
                place,
            },
        );
    }
    let rule = &rules.rules[best.rule];
    let fingerprint = ids::of(&rule.id, &best, &places[0]);
    let evidence = &mut best.evidence;
    let others: BTreeSet<usize> = group.iter().map(|other| other.sighting.rule).collect();
    let others = others.into_iter().filter(|rule| *rule != best.rule);
    evidence
        .also
        .extend(others.map(|rule| rules.rules[rule].id.to_string()));
    evidence.also.sort();
    evidence.also.dedup();
    let severity = severity(rule, best.class, &places);
    // A sample and a placeholder are listed on request only, and so is ciphertext, of which some files
    // hold nothing else.
    let probability = match best.class {
        Class::Protected | Class::Sample => {
            best.confidence = Confidence::Low;
            None
        }
        Class::Credential => Some(calibration::probability(best.evidence.ground, shown.kind)),
    };
    Credential {
        severity,
        probability,
        timeline,
        ..Credential::new(best, fingerprint, places)
    }
}

/// The sighting of a rule of what is scanned that names a value better than a generic rule or one
/// that sees a sample, and makes it nowhere less.
fn better_named(rules: &RuleSet, best: &Sighting, group: &[Placed]) -> Option<usize> {
    let rule = &rules.rules[best.rule];
    let sample = best.class != Class::Credential;
    if best.of_repository || !(sample || rule.generic().is_some()) {
        return None;
    }
    group.iter().position(|placed| {
        let sighting = &placed.sighting;
        let own = &rules.rules[sighting.rule];
        sighting.of_repository
            && sighting.class == Class::Credential
            && own.exposure == Exposure::Secret
            // Facts can call it dead.
            && own.facts.is_empty()
            && (sample
                || own.severity >= rule.severity && sighting.confidence >= best.confidence)
    })
}

/// Best first: rules of what is scanned last, then credential before sample, surer, a provider's
/// rule before a generic one, worse, then a fixed order.
fn rank<'a>(rules: &'a RuleSet, placed: &'a Placed) -> impl Ord + 'a {
    #[cfg(test)]
    growth::step();
    let sighting = &placed.sighting;
    let rule = &rules.rules[sighting.rule];
    (
        sighting.of_repository,
        sighting.class != Class::Credential,
        std::cmp::Reverse(sighting.confidence),
        rule.generic().is_some(),
        std::cmp::Reverse(rule.severity),
        &rule.id,
        order(&placed.place),
    )
}

/// Places that still hold the value first, then by path and line.
fn order(place: &Place) -> impl Ord + '_ {
    #[cfg(test)]
    growth::step();
    (
        place.at_head == Some(false),
        place.reach.is_some(),
        &place.path,
        place.located.region,
        &place.origin,
    )
}

#[cfg(test)]
mod growth;
