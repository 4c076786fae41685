//! From a source's pieces of content to places: paths for files, and for history the commits that
//! brought each value.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::collect::Collector;
use crate::finding::{Origin, Place, RepoPath, Sighting, Skipped, Timeline};
use crate::judge::{FileMarks, Placed};
use crate::news::news;
use crate::report::{HistoryInfo, IgnoredRows, Mode};
use crate::secret::{Masker, Secret};
use crate::source::{self, Attributed, Carrier, Control, History, Ignored, Info};
use crate::{Input, source::Visited};

/// A visited source, which can still say where its content stands.
pub(crate) enum Seen {
    Tree(Visited),
    Staged(Visited),
    History(Box<History>, bool),
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
}

/// Shows the whole source to the collector.
pub(crate) fn visit(input: Input, collector: &Collector<'_>, control: &Control) -> Result<Seen> {
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
    }
}

fn path_of(origin: &Origin) -> RepoPath {
    match origin {
        Origin::File(path) | Origin::Before(path) | Origin::Link(path) => path.clone(),
        Origin::Stdin(name) => RepoPath::from(name.as_str()),
        Origin::Blob(id) | Origin::Message(id) => RepoPath::from(id.to_string().as_str()),
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
    // Values are numbered in their order, so that the result does not depend on threads.
    let mut numbers: BTreeMap<Secret, u32> = BTreeMap::new();
    for sighting in &sightings {
        numbers.entry(sighting.secret.clone()).or_insert(0);
    }
    for (number, entry) in numbers.values_mut().enumerate() {
        *entry = number as u32;
    }
    let carriers: Vec<Carrier> = sightings
        .iter()
        .map(|sighting| Carrier {
            origin: sighting.origin.clone(),
            credential: numbers[&sighting.secret],
        })
        .collect();
    let attribution = history.attribute(&carriers, control);
    let mut by_content: BTreeMap<(u32, Origin), Sighting> = BTreeMap::new();
    for sighting in sightings {
        let key = (numbers[&sighting.secret], sighting.origin.clone());
        by_content.entry(key).or_insert(sighting);
    }
    let placed = attribution
        .places
        .into_iter()
        .filter(|place| unreachable || place.reach.as_deref() != Some("unreachable"))
        .filter_map(|place| {
            let Attributed {
                credential,
                origin,
                path,
                introduced,
                at_head,
                versions,
                reach,
            } = place;
            let sighting = by_content.get(&(credential, origin.clone()))?.clone();
            // A file rule was asked about a name; now there is a path, unless no commit has one.
            if !path.0.starts_with(b".git-history/") && !marks.fits(sighting.rule, &path) {
                return None;
            }
            Some(Placed {
                place: Place {
                    path,
                    origin,
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
    let timelines = numbers
        .into_iter()
        .filter_map(|(value, number)| {
            let timeline = attribution.timelines.get(number as usize)?.clone()?;
            Some((value, timeline))
        })
        .collect();
    let mut skipped = history.skipped;
    skipped.extend(attribution.skipped);
    Traced {
        mode: Mode::History,
        placed,
        timelines,
        skipped,
        ignored: Ignored::default(),
        nothing: history.info.nothing,
        history: Some(history.info),
    }
}

/// What the report says of ignored files.
pub(crate) fn ignored_rows(masker: &Masker<'_>, ignored: &Ignored) -> IgnoredRows {
    IgnoredRows {
        files: ignored.files,
        credential_stores: ignored
            .credential_stores
            .iter()
            .map(|path| masker.show(&path.0))
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
