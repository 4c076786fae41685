//! From pieces of content to places: paths for files, and in a history the commits that brought each
//! value. Of a change only what it adds is kept.

mod added;
mod before;
mod history;
mod range;
mod same;
mod together;
mod visibility;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Origin, Place, RepoPath, Sighting, Skipped, Timeline, Until, Weight};
use crate::judge::{FileMarks, Placed};
use crate::plan::Plan;
use crate::scan::{Scanned, Source};
use crate::secret::Secret;
use crate::source::{Control, Ignored, Info, RangeInfo, Visited};
use visibility::{Visibilities, Visibility};

/// Sightings with their places, and what there is to say of the source.
pub struct Places {
    /// What is to be judged.
    pub found: Vec<Placed>,
    /// Values of a history that only objects hold which nothing reaches, and that are not listed.
    pub unreached: Vec<Placed>,
    /// Guessable values that stood in what a change starts from; empty for what is no change.
    pub before: BTreeSet<Secret>,
    /// Since when and until when each value stood in a history.
    pub timelines: BTreeMap<Secret, Timeline>,
    /// What there is to say of the source itself.
    pub about: About,
}

/// What there is to say of a source besides what was found in it.
#[derive(Default)]
pub struct About {
    /// What was not read.
    pub skipped: Vec<Skipped>,
    /// What the repository's ignore rules left out.
    pub ignored: Ignored,
    /// Why there was nothing to scan.
    pub nothing: Option<&'static str>,
    /// The history that was there.
    pub history: Option<Info>,
    /// The range that was looked at.
    pub range: Option<RangeInfo>,
}

impl About {
    /// Whether everything that was asked for was read: nothing failed and nothing stopped the run.
    pub fn is_whole(&self, until: &Until<'_>) -> bool {
        let failed = |skipped: &Skipped| skipped.reason.weight() == Weight::Failed;
        !until.is_over() && until.left() == 0 && !self.skipped.iter().any(failed)
    }
}

/// What decides about places: file rules, and how visible a value is at a path.
struct Placing<'a> {
    marks: FileMarks,
    visibilities: Visibilities<'a>,
    until: &'a Until<'a>,
    /// How often it was asked how visible something is.
    asked: Cell<usize>,
    /// Not everything was answered, because the run is to end.
    broken: Cell<bool>,
}

impl Placing<'_> {
    /// How visible a sighting is at a path; `None` where its rule means other paths, and once the run is
    /// to end: then [`Placing::broken`] says so, and what a change adds is not known.
    fn visibility(&self, sighting: &Sighting, path: &RepoPath) -> Option<Visibility> {
        if self.broken.get() || !self.until.goes_on(self.asked.get()) {
            self.broken.set(true);
            return None;
        }
        let (visibility, steps) = self.visibilities.of(sighting, path);
        self.asked.set(self.asked.get() + steps);
        visibility
    }

    /// What a change adds, unless it was not compared to its end: what stood there before must not look
    /// new.
    fn compared<T>(&self, mut found: Vec<T>) -> Vec<T> {
        if self.broken.get() {
            self.until.keep(&mut found, 0);
        }
        found
    }
}

/// Gives every sighting its places. What hides a value today decides whether a change adds it.
pub fn place(scanned: Scanned, plan: &Plan, until: &Until<'_>, control: &Control) -> Places {
    let rules = plan.scanner.rules();
    let placing = Placing {
        marks: FileMarks::new(rules),
        visibilities: Visibilities::new(rules, &plan.suppressions, plan.today()),
        until,
        asked: Cell::new(0),
        broken: Cell::new(false),
    };
    let sightings = scanned.sightings;
    match scanned.source {
        Source::Files(visited) => of_files(visited, sightings),
        Source::Index(visited) => {
            let before = before::of_index(&sightings);
            let added = added::added(sightings, &placing);
            Places {
                before,
                ..of_files(visited, placing.compared(added))
            }
        }
        Source::History {
            history,
            unreachable,
        } => history::places(*history, unreachable, sightings, &placing, control),
        Source::Range(range) => range::places(*range, sightings, &placing),
        Source::Together(parts) => {
            let parts = parts.into_iter();
            together::join(parts.map(|part| place(part, plan, until, control)))
        }
    }
}

fn of_files(visited: Visited, sightings: Vec<Sighting>) -> Places {
    let found = sightings.into_iter().map(|sighting| Placed {
        place: Place::new(path_of(&sighting.origin), &sighting),
        sighting,
    });
    Places {
        found: found.collect(),
        unreached: Vec::new(),
        before: BTreeSet::new(),
        timelines: BTreeMap::new(),
        about: About {
            skipped: visited.skipped,
            ignored: visited.ignored,
            nothing: visited.nothing,
            ..About::default()
        },
    }
}

fn path_of(origin: &Origin) -> RepoPath {
    match origin {
        Origin::File(path)
        | Origin::Link(path)
        | Origin::Before(path)
        | Origin::BeforeLink(path) => path.clone(),
        Origin::Stdin(name) => RepoPath::from(name.as_str()),
        Origin::Blob(id) | Origin::Message(id) => RepoPath::from(id.to_string().as_str()),
        Origin::Member(member) => path_of(&member.outer),
        Origin::Name(name) => name.path(),
    }
}

/// A value, and whether only a rule of what is scanned sees it. Both are traced by themselves, so
/// that such a rule cannot stand in another's place.
type Value = (Secret, bool);

fn valued(sighting: &Sighting) -> Value {
    (sighting.secret.clone(), sighting.of_repository)
}

/// Values are numbered in their order, so that the result does not depend on threads.
fn numbers(sightings: &[Sighting]) -> BTreeMap<Value, u32> {
    let mut numbers: BTreeMap<Value, u32> = BTreeMap::new();
    for sighting in sightings {
        numbers.entry(valued(sighting)).or_insert(0);
    }
    for (number, entry) in numbers.values_mut().enumerate() {
        *entry = number as u32;
    }
    numbers
}
