//! From a source's pieces of content to places: paths for files, and for history the commits that
//! brought each value.

mod before;
mod history;
mod range;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;

use crate::collect::{Collector, Gap};
use crate::finding::{Origin, Place, RepoPath, Sighting, Skipped, Timeline};
use crate::judge::{FileMarks, Placed};
use crate::news::{Weigh, news};
use crate::report::{HistoryInfo, IgnoredRows, Mode, RangeRow};
use crate::secret::{Masker, Secret};
use crate::source::{self, Control, History, Ignored, Info, Range, RangeInfo};
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
    /// Values of a history that only objects hold which nothing reaches, and that are not listed.
    pub(crate) unreached: Vec<Placed>,
    /// Guessable values that stood in what a change starts from; empty for what is no change.
    pub(crate) before: BTreeSet<Secret>,
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
        Seen::Range(range) => range::settle(range, &gaps),
    }
    Ok(seen)
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
    /// Gives every sighting its places; `weigh` says how much it counts at one.
    pub(crate) fn place(
        self,
        sightings: Vec<Sighting>,
        marks: &FileMarks,
        weigh: Weigh<'_>,
        control: &Control,
    ) -> Traced {
        match self {
            Seen::Tree(visited) => of_files(Mode::Tree, visited, sightings),
            Seen::Staged(visited) => Traced {
                before: before::of_index(&sightings),
                ..of_files(Mode::Staged, visited, news(sightings, weigh))
            },
            Seen::History(history, unreachable) => {
                history::trace(*history, unreachable, sightings, marks, weigh, control)
            }
            Seen::Range(range) => range::trace(*range, sightings, marks, weigh),
        }
    }
}

fn of_files(mode: Mode, visited: Visited, sightings: Vec<Sighting>) -> Traced {
    let placed = sightings
        .into_iter()
        .map(|sighting| Placed {
            place: Place::new(path_of(&sighting.origin), &sighting),
            sighting,
        })
        .collect();
    Traced {
        mode,
        before: BTreeSet::new(),
        placed,
        unreached: Vec::new(),
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
        Origin::Name(name) => name.path(),
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
pub(crate) fn history_info(masker: &Masker<'_>, facts: Info, unreached: usize) -> HistoryInfo {
    HistoryInfo {
        commits: facts.commits,
        refs: facts.refs,
        shallow: facts.shallow,
        partial: facts.partial,
        head: facts.head.map(|id| id.to_string()),
        remote: facts
            .remote
            .map(|remote| masker.show(&without_user(&remote))),
        unreached,
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
