//! From a source's pieces of content to places: paths for files, and for history the commits that
//! brought each value.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::collect::{Collector, Gap};
use crate::finding::{Introduction, Oid, Origin, Place, RepoPath, Sighting, Skipped, Timeline};
use crate::judge::{FileMarks, Placed};
use crate::news::{self, news};
use crate::report::{HistoryInfo, IgnoredRows, Mode, RangeRow};
use crate::secret::{Masker, Secret};
use crate::source::{
    self, Attributed, Carrier, Change, Control, File, History, Ignored, Info, Range, RangeInfo,
    Step,
};
use crate::{Input, source::Visited};

/// A visited source, which can still say where its content stands.
pub(crate) enum Seen {
    Tree(Visited),
    Staged(Visited),
    History(Box<History>, bool),
    Range(Box<Range>),
}

/// Sightings with their places, and what there is to say of the source.
pub(crate) struct Traced {
    pub(crate) mode: Mode,
    pub(crate) placed: Vec<Placed>,
    pub(crate) timelines: BTreeMap<Secret, Timeline>,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) ignored: Ignored,
    pub(crate) nothing: Option<&'static str>,
    pub(crate) history: Option<Info>,
    pub(crate) range: Option<RangeInfo>,
}

/// Shows the whole source to the collector. What the collector could not look at is told with
/// what the source could not read.
pub(crate) fn visit(input: Input, collector: &Collector<'_>, control: &Control) -> Result<Seen> {
    let mut seen = show(input, collector, control)?;
    let gaps = collector.gaps();
    match &mut seen {
        Seen::Tree(visited) | Seen::Staged(visited) => {
            visited.skipped.extend(gaps.iter().map(Gap::skipped));
            visited.skipped.sort();
        }
        Seen::History(history, _) => history.skipped.extend(gaps.iter().map(Gap::skipped)),
        Seen::Range(range) => settle_range(range, &gaps),
    }
    Ok(seen)
}

/// Names what was not looked at by a path of the range, and leaves out comparisons with a version
/// that was not looked at to its end: what it holds must not look new.
fn settle_range(range: &mut Range, gaps: &[Gap]) {
    let changes = range.steps.iter().flat_map(|step| &step.against).flatten();
    let mut paths: BTreeMap<Oid, &RepoPath> = BTreeMap::new();
    for change in changes {
        if let Some(after) = change.after {
            paths.entry(after.oid).or_insert(&change.path);
        }
    }
    let mut unknown = BTreeSet::new();
    for gap in gaps {
        let mut skipped = gap.skipped();
        if let Origin::Blob(oid) = gap.origin.outer() {
            if gap.is_stop() {
                unknown.insert(*oid);
            }
            if let Some(path) = paths.get(oid) {
                let inside = skipped.what.split_off(oid.to_string().len());
                skipped.what = [path.0.as_slice(), &inside].concat();
            }
        }
        range.skipped.push(skipped);
    }
    if !unknown.is_empty() {
        let known = |change: &Change| {
            change
                .before
                .is_none_or(|file| !unknown.contains(&file.oid))
        };
        let whole = |step: &Step| step.against.iter().flatten().all(known);
        range.steps.retain(whole);
    }
}

fn show(input: Input, collector: &Collector<'_>, control: &Control) -> Result<Seen> {
    Ok(match input {
        Input::Tree(options) => Seen::Tree(source::scan_tree(&options, collector, control)?),
        Input::Stream(name, reader, max) => {
            Seen::Tree(source::scan_reader(&name, reader, max, collector, control)?)
        }
        Input::Staged(options) => Seen::Staged(source::scan_staged(&options, collector, control)?),
        Input::Indexed(options) => Seen::Tree(source::scan_indexed(&options, collector, control)?),
        Input::History(options) => {
            let unreachable = options.unreachable;
            let history = source::open_and_scan(&options, collector, control)?;
            Seen::History(Box::new(history), unreachable)
        }
        Input::Range(options) => {
            let range = source::scan_range(&options, collector, control)?;
            Seen::Range(Box::new(range))
        }
    })
}

impl Seen {
    /// Gives every sighting its places.
    pub(crate) fn place(
        self,
        sightings: Vec<Sighting>,
        marks: &FileMarks,
        control: &Control,
    ) -> Traced {
        match self {
            Seen::Tree(visited) => of_files(Mode::Tree, visited, sightings),
            Seen::Staged(visited) => of_files(Mode::Staged, visited, news(sightings)),
            Seen::History(history, unreachable) => {
                of_history(*history, unreachable, sightings, marks, control)
            }
            Seen::Range(range) => of_range(*range, sightings, marks),
        }
    }
}

fn of_files(mode: Mode, visited: Visited, sightings: Vec<Sighting>) -> Traced {
    let placed = sightings
        .into_iter()
        .map(|sighting| Placed {
            place: Place {
                path: path_of(&sighting.origin),
                origin: sighting.origin.clone(),
                located: sighting.located.clone(),
                introduced: None,
                at_head: None,
                versions: 1,
                reach: None,
            },
            sighting,
        })
        .collect();
    Traced {
        mode,
        placed,
        timelines: BTreeMap::new(),
        skipped: visited.skipped,
        ignored: visited.ignored,
        nothing: visited.nothing,
        history: None,
        range: None,
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
    }
}

/// Only content that holds something is traced to commits and paths.
fn of_history(
    history: History,
    unreachable: bool,
    sightings: Vec<Sighting>,
    marks: &FileMarks,
    control: &Control,
) -> Traced {
    let numbers = numbers(&sightings);
    let carriers: Vec<Carrier> = sightings
        .iter()
        .map(|sighting| Carrier {
            // Git knows the archive, not its members.
            origin: sighting.origin.outer().clone(),
            credential: numbers[&valued(sighting)],
        })
        .collect();
    let attribution = history.attribute(&carriers, control);
    let skipped = history.gaps(&attribution);
    let mut by_content: BTreeMap<(u32, Origin), Vec<Sighting>> = BTreeMap::new();
    for sighting in sightings {
        let key = (numbers[&valued(&sighting)], sighting.origin.outer().clone());
        let same = by_content.entry(key).or_default();
        // The first of the content, and of each member of an archive; twice in one content, the
        // one that no comment allows stands for both.
        match same.iter_mut().find(|have| have.origin == sighting.origin) {
            None => same.push(sighting),
            Some(have) => {
                if sighting.located.allow.is_empty() && !have.located.allow.is_empty() {
                    *have = sighting;
                }
            }
        }
    }
    let placed = attribution
        .places
        .into_iter()
        .filter(|place| unreachable || place.reach.as_deref() != Some("unreachable"))
        .flat_map(|place| {
            let key = (place.credential, place.origin.clone());
            let sightings = by_content.get(&key).map(Vec::as_slice).unwrap_or_default();
            sightings
                .iter()
                .map(move |sighting| (place.clone(), sighting.clone()))
        })
        .filter_map(|(place, sighting)| {
            let Attributed {
                path,
                introduced,
                at_head,
                versions,
                reach,
                ..
            } = place;
            // A file rule was asked about a name; now there is a path, unless no commit has one.
            // A member's name was known when it was asked.
            let named =
                sighting.origin.inside().is_empty() && !path.0.starts_with(b".git-history/");
            if named && !marks.fits(sighting.rule, &path) {
                return None;
            }
            Some(Placed {
                place: Place {
                    path,
                    origin: sighting.origin.clone(),
                    located: sighting.located.clone(),
                    introduced,
                    at_head: attribution.whole.then_some(at_head),
                    versions,
                    reach,
                },
                sighting,
            })
        })
        .collect();
    let mut timelines = BTreeMap::new();
    // A rule of what is scanned comes second in each pair.
    for ((secret, _), number) in numbers {
        if let Some(Some(timeline)) = attribution.timelines.get(number as usize) {
            timelines.entry(secret).or_insert_with(|| timeline.clone());
        }
    }
    Traced {
        mode: Mode::History,
        placed,
        timelines,
        skipped,
        ignored: Ignored::default(),
        nothing: history.info.nothing,
        history: Some(history.info),
        range: None,
    }
}

/// What gathers for one value at one path.
struct Spot {
    /// The first commit that brought it there, and its version.
    commit: Oid,
    file: File,
    times: u32,
    versions: BTreeSet<Oid>,
}

/// Values that commits of the range brought, with the commits that did.
fn of_range(range: Range, sightings: Vec<Sighting>, marks: &FileMarks) -> Traced {
    let numbers = numbers(&sightings);
    let mut by_blob: BTreeMap<Oid, Vec<&Sighting>> = BTreeMap::new();
    for sighting in &sightings {
        if let Origin::Blob(oid) = sighting.origin.outer() {
            let all = by_blob.entry(*oid).or_default();
            // A whole file may be seen under several names.
            let same = |s: &&Sighting| {
                s.rule == sighting.rule
                    && s.origin == sighting.origin
                    && s.located.region == sighting.located.region
                    && s.secret == sighting.secret
            };
            if !all.iter().any(same) {
                all.push(sighting);
            }
        }
    }
    let at = |file: File, path: &RepoPath| -> Vec<&Sighting> {
        let all = by_blob.get(&file.oid).into_iter().flatten().copied();
        // A member's name was known when a file rule was asked about it. A link is no file, even
        // where its target's text is the content of one.
        let named = |s: &&Sighting| match s.origin.inside().is_empty() {
            true if file.link => !marks.has(s.rule),
            true => marks.fits(s.rule, path),
            false => true,
        };
        all.filter(named).collect()
    };
    let holds = |file: File, path: &RepoPath| -> Vec<(u32, i64)> {
        let all = at(file, path).into_iter();
        all.map(|s| (numbers[&valued(s)], 1)).collect()
    };
    let mut spots: BTreeMap<(u32, RepoPath), Spot> = BTreeMap::new();
    for step in &range.steps {
        let against: Vec<Vec<news::Versions<'_, File>>> = step
            .against
            .iter()
            .map(|changes| {
                let versions = changes.iter().map(|change| news::Versions {
                    path: &change.path,
                    before: change.before,
                    after: change.after,
                });
                versions.collect()
            })
            .collect();
        for ((value, path), file) in news::introduced(&against, holds) {
            let spot = spots.entry((value, path.clone())).or_insert_with(|| Spot {
                commit: step.commit,
                file,
                times: 0,
                versions: BTreeSet::new(),
            });
            spot.times += 1;
        }
        // Later versions of the file that still hold it.
        for change in step.against.iter().flatten() {
            let Some(after) = change.after else { continue };
            for (value, _) in holds(after, &change.path) {
                if let Some(spot) = spots.get_mut(&(value, change.path.clone())) {
                    spot.versions.insert(after.oid);
                }
            }
        }
    }
    let mut placed = Vec::new();
    for ((value, path), spot) in spots {
        let of_value = |file: File| -> Option<&Sighting> {
            let all = at(file, &path).into_iter();
            let all = all.filter(|s| numbers[&valued(s)] == value);
            // One that no comment allows, and of those the surest.
            all.max_by_key(|s| {
                let bare = s.located.allow.is_empty();
                (bare, s.confidence, Reverse(s.located.region))
            })
        };
        let ends = range.at_end(&path);
        let now = ends.copied().find(|file| of_value(*file).is_some());
        let Some(sighting) = of_value(now.unwrap_or(spot.file)) else {
            continue;
        };
        placed.push(Placed {
            place: Place {
                path,
                origin: sighting.origin.clone(),
                located: sighting.located.clone(),
                introduced: Some(Introduction {
                    commit: range.commit(spot.commit),
                    times: spot.times,
                }),
                at_head: Some(now.is_some()),
                versions: spot.versions.len().max(1) as u32,
                reach: range.reach(&spot.commit),
            },
            sighting: sighting.clone(),
        });
    }
    for sighting in &sightings {
        let Origin::Message(oid) = &sighting.origin else {
            continue;
        };
        let commit = range.message_of(oid);
        placed.push(Placed {
            place: Place {
                path: RepoPath(format!(".git-history/{oid}/message").into_bytes()),
                origin: sighting.origin.clone(),
                located: sighting.located.clone(),
                introduced: commit.map(|commit| Introduction {
                    commit: range.commit(commit),
                    times: 1,
                }),
                at_head: Some(commit == Some(*oid) && range.of_end(oid)),
                versions: 1,
                reach: commit.and_then(|commit| range.reach(&commit)),
            },
            sighting: sighting.clone(),
        });
    }
    Traced {
        mode: Mode::Range,
        placed,
        timelines: BTreeMap::new(),
        skipped: range.skipped,
        ignored: Ignored::default(),
        nothing: range.info.nothing,
        history: None,
        range: Some(range.info),
    }
}

/// A value, and whether only a rule of what is scanned sees it. Both are traced by themselves, so
/// that such a rule cannot stand in another's place.
type Value = (Secret, bool);

fn valued(sighting: &Sighting) -> Value {
    (sighting.secret.clone(), sighting.theirs)
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

/// What the report says of the range.
pub(crate) fn range_row(masker: &Masker<'_>, info: RangeInfo) -> RangeRow {
    RangeRow {
        asked: masker.show(info.asked.as_bytes()),
        from: info.from.map(|oid| oid.to_string()),
        to: info.to.map(|oid| oid.to_string()),
        base: info.base.map(|oid| oid.to_string()),
        commits: info.commits,
    }
}

/// What the report says of ignored files.
pub(crate) fn ignored_rows(masker: &Masker<'_>, ignored: &Ignored) -> IgnoredRows {
    IgnoredRows {
        files: ignored.files,
        credential_stores: ignored
            .credential_stores
            .iter()
            .map(|path| masker.show_path(&path.0))
            .collect(),
    }
}

/// What the report says of the history.
pub(crate) fn history_info(masker: &Masker<'_>, facts: Info) -> HistoryInfo {
    HistoryInfo {
        commits: facts.commits,
        refs: facts.refs,
        shallow: facts.shallow,
        partial: facts.partial,
        head: facts.head.map(|id| id.to_string()),
        remote: facts
            .remote
            .map(|remote| masker.show(&without_user(&remote))),
    }
}

/// User information is removed from every URL.
fn without_user(url: &[u8]) -> Vec<u8> {
    let Some(scheme) = memchr::memmem::find(url, b"://") else {
        return url.to_vec();
    };
    let rest = &url[scheme + 3..];
    let host_end = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
    match rest[..host_end].iter().rposition(|b| *b == b'@') {
        Some(at) => [&url[..scheme + 3], &rest[at + 1..]].concat(),
        None => url.to_vec(),
    }
}
