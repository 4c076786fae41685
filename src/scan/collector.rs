//! The visitor that a source shows its content to: looks at every lent blob and keeps what people need once its
//! bytes are gone.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::gap::Gap;
use crate::detect::{Base, Candidate, Copied, Known, Scanned, Scanner, Watch};
use crate::finding::{Class, Confidence, Member, Oid, Origin, Reason, RepoPath, Sighting};
use crate::judge::{self, FileMarks};
use crate::reference::{self, Reference};
use crate::secret::Secret;
use crate::source::{self, ArchiveLimits, Blob, Control, Inherit, Version, Visit};

/// Where credentials are read by name.
#[derive(Clone, Default)]
pub(super) struct References {
    /// In what a change starts from.
    before: Vec<Reference>,
    /// In what is looked at.
    after: Vec<Reference>,
}

/// A visitor that collects sightings from several threads.
pub struct Collector<'a> {
    pub(super) scanner: &'a Scanner,
    pub(super) files: FileMarks,
    pub(super) archives: Option<ArchiveLimits>,
    pub(super) control: Option<&'a Control>,
    /// Where credentials are read by name; `None` where nobody asks for that.
    pub(super) references: Option<Mutex<References>>,
    pub(super) found: Mutex<Vec<Sighting>>,
    pub(super) gaps: Mutex<Vec<Gap>>,
}

impl<'a> Collector<'a> {
    /// A collector that scans with `scanner`.
    pub fn new(scanner: &'a Scanner) -> Self {
        Collector {
            scanner,
            files: FileMarks::new(scanner.rules()),
            archives: None,
            control: None,
            references: None,
            found: Mutex::default(),
            gaps: Mutex::default(),
        }
    }

    /// Ends inside a content when `control` says so.
    pub fn with_control(mut self, control: &'a Control) -> Self {
        self.control = Some(control);
        self
    }

    /// Also looks into archives, within `limits`; `None` leaves them closed.
    pub fn with_archives(mut self, limits: Option<ArchiveLimits>) -> Self {
        self.archives = limits;
        self
    }

    /// Also gathers references, when they are `wanted`.
    pub fn with_references(mut self, wanted: bool) -> Self {
        self.references = wanted.then(Mutex::default);
        self
    }

    /// The references in the files that were shown, sorted; of a change those that it adds: what was read under
    /// the same name before, in whatever file, is no news.
    pub fn references(&self) -> Vec<Reference> {
        let all = self.references.as_ref().map(|all| locked(all).clone());
        let References { before, after } = all.unwrap_or_default();
        let before = reference::settled(before);
        let known: HashSet<(reference::Kind, &str)> = before
            .iter()
            .map(|one| (one.kind, one.name.as_str()))
            .collect();
        let mut after = reference::settled(after);
        after.retain(|one| !known.contains(&(one.kind, one.name.as_str())));
        after
    }

    /// What was not looked at so far, in an order that does not depend on threads. What a change
    /// starts from is left out: it is never reported.
    pub fn gaps(&self) -> Vec<Gap> {
        let mut gaps = locked(&self.gaps).clone();
        let before = |gap: &Gap| {
            matches!(
                gap.origin.outer(),
                Origin::Before(_) | Origin::BeforeLink(_)
            )
        };
        gaps.retain(|gap| !before(gap));
        gaps.sort();
        gaps
    }

    /// Everything seen, in an order that does not depend on threads. A value that a member of an
    /// archive holds is not told again of the archive's own bytes, where members that are not
    /// compressed stand as they are.
    pub fn into_sightings(self) -> Vec<Sighting> {
        let mut all = self
            .found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        all.sort_by(|a, b| {
            (&a.origin, a.located.region, a.rule).cmp(&(&b.origin, b.located.region, b.rule))
        });
        number(&mut all);
        // What only their own rules see inside must not speak for what others see outside.
        let inside: BTreeSet<(Origin, Secret)> = all
            .iter()
            .filter(|sighting| !sighting.of_repository)
            .flat_map(|sighting| {
                let secret = &sighting.secret;
                around(&sighting.origin).map(|origin| (origin, secret.clone()))
            })
            .collect();
        if !inside.is_empty() {
            all.retain(|one| !inside.contains(&(one.origin.clone(), one.secret.clone())));
        }
        all
    }
}

/// Numbers guessable values that only their places tell apart. It is done here, where all of a
/// content is known, so that what is news in it has the same number as in the whole.
fn number(all: &mut [Sighting]) {
    /// Values in the order of their first places, and where they are seen.
    #[derive(Default)]
    struct Named<'a> {
        values: BTreeMap<&'a Secret, u32>,
        seen: Vec<usize>,
    }
    let mut names: BTreeMap<(&Origin, usize, Option<&[u8]>), Named<'_>> = BTreeMap::new();
    for (n, one) in all.iter().enumerate().filter(|(_, one)| !one.strong) {
        let name = (&one.origin, one.rule, one.key.as_deref());
        let named = names.entry(name).or_default();
        let next = named.values.len() as u32 + 1;
        named.values.entry(&one.secret).or_insert(next);
        named.seen.push(n);
    }
    let mut numbers = vec![0; all.len()];
    for named in names.into_values().filter(|named| named.values.len() > 1) {
        for n in named.seen {
            numbers[n] = named.values[&all[n].secret];
        }
    }
    for (one, number) in all.iter_mut().zip(numbers) {
        one.number = number;
    }
}

/// The archives that a member stands in, outermost first; none for what is no member.
fn around(origin: &Origin) -> impl Iterator<Item = Origin> {
    let (outer, inside) = (origin.outer(), origin.inside());
    (0..inside.len()).map(move |depth| match depth {
        0 => outer.clone(),
        depth => Origin::Member(Box::new(Member {
            outer: outer.clone(),
            path: inside[..depth].to_vec(),
        })),
    })
}

/// What the collector keeps of one piece of content.
pub struct Seen {
    /// What versions that are stored as a difference to it need not look at again.
    known: Option<Known>,
    /// It holds a credential that it does not copy from what it is stored as a difference to.
    found: bool,
}

/// Whether a candidate may be listed and is not wholly inside one copied stretch.
fn is_new(candidate: &Candidate, copies: &[source::Copy]) -> bool {
    let span = &candidate.span;
    let at = copies.partition_point(|copy| copy.dst <= span.start);
    let copied = at
        .checked_sub(1)
        .is_some_and(|at| span.end <= copies[at].dst + copies[at].len);
    candidate.class == Class::Credential && candidate.confidence() >= Confidence::Medium && !copied
}

impl Visit for Collector<'_> {
    type State = Seen;

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Seen>>) -> Seen {
        match blob.origin {
            Origin::File(path) => self.refer(path, blob, Version::After),
            Origin::Before(path) => self.refer(path, blob, Version::Before),
            _ => {}
        }
        let stop = || self.control.is_some_and(Control::stopped);
        let watch = Watch::new(&stop);
        let scanned = match blob.origin {
            // Only versions in a history have others that are stored as a difference to them.
            Origin::Blob(_) => self.scanner.scan_version(
                blob.bytes,
                parent.as_ref().and_then(base).as_ref(),
                &watch,
            ),
            Origin::Name(name) if !name.is_text() => self.tokens(blob.bytes, &watch),
            _ => self.scanner.scan_watched(blob.bytes, &watch),
        };
        let Scanned {
            mut candidates,
            known,
            stopped,
            cuts,
        } = scanned;
        let path = match blob.origin {
            Origin::File(path) | Origin::Before(path) => Some(path),
            Origin::Member(member) => member.path.last(),
            _ => None,
        };
        if let Some(path) = path {
            // In front: they stand at the first byte, and the others are sorted.
            let files = self.files.of(path, blob.bytes).into_iter();
            candidates.splice(0..0, files.map(|rule| self.whole_file(rule, blob.bytes)));
        }
        let copies = parent.as_ref().map_or(&[][..], |parent| parent.copies);
        let found = candidates.iter().any(|c| is_new(c, copies));
        self.left_out(blob.origin, &cuts);
        let unplaced = self.keep(blob, candidates);
        if stopped || unplaced > 0 {
            self.ended(blob.origin, unplaced);
        }
        Seen { known, found }
    }

    fn holds(&self, seen: &Seen) -> bool {
        seen.found
    }

    fn in_names(&self, names: &[u8]) -> Vec<std::ops::Range<usize>> {
        let stop = || self.control.is_some_and(Control::stopped);
        let found = self.tokens(names, &Watch::new(&stop)).candidates;
        found.into_iter().map(|candidate| candidate.span).collect()
    }

    fn archives(&self) -> Option<&ArchiveLimits> {
        self.archives.as_ref()
    }

    fn wants_name(&self, name: &[u8]) -> bool {
        self.files.wants(name)
    }

    fn named(&self, blob: Blob<'_>, name: &[u8]) {
        self.keep_files(blob, self.files.of_name(name, blob.bytes));
    }

    fn wants_path(&self, path: &[u8]) -> bool {
        self.references.is_some() && reference::looks_at(&RepoPath(path.to_vec()))
    }

    fn version(&self, path: &RepoPath, bytes: &[u8], side: Version) {
        let origin = Origin::File(path.clone());
        let blob = Blob {
            bytes,
            origin: &origin,
        };
        self.refer(path, blob, side);
    }

    fn holders(&self) -> Option<BTreeSet<Oid>> {
        let found = locked(&self.found);
        // What was not looked at to its end may hold something, and is named by its path.
        let gaps = locked(&self.gaps);
        let origins = found.iter().map(|sighting| &sighting.origin);
        let blobs = origins
            .chain(gaps.iter().map(|gap| &gap.origin))
            .filter_map(|origin| match origin.outer() {
                Origin::Blob(oid) => Some(*oid),
                _ => None,
            });
        Some(blobs.collect())
    }
}

impl Collector<'_> {
    /// Gathers what a file reads by name.
    fn refer(&self, path: &RepoPath, blob: Blob<'_>, side: Version) {
        let Some(references) = &self.references else {
            return;
        };
        let found = reference::of(path, judge::place_kind(path), blob.bytes);
        let mut all = locked(references);
        match side {
            Version::Before => all.before.extend(found),
            Version::After => all.after.extend(found),
        }
        drop(all);
        if reference::looks_at(path) && blob.bytes.len() > reference::MAX_BYTES {
            self.gap(Gap {
                origin: blob.origin.clone(),
                reason: Reason::TooLarge,
                detail: "scanned, but not for what it reads by name".to_owned(),
            });
        }
    }
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A delta base in the words of the scanner.
fn base<'a>(parent: &Inherit<'a, Seen>) -> Option<Base<'a>> {
    let copies = parent.copies.iter().map(|copy| Copied {
        src: copy.src,
        dst: copy.dst,
        len: copy.len,
    });
    Some(Base {
        known: parent.state.known.as_ref()?,
        copies: copies.collect(),
    })
}
