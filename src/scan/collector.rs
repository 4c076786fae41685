//! The visitor that a source shows its content to: looks at every lent blob and keeps what people need once its
//! bytes are gone.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::detect::{Base, Candidate, Copied, Cut, Known, Scanned, Scanner, Watch};
use crate::finding::{
    Class, Confidence, Evidence, Located, Member, Oid, Origin, Partner, Reason, RepoPath, Sighting,
    Skipped,
};
use crate::judge::{self, FileMarks};
use crate::reference::{self, Reference};
use crate::rule::Kind;
use crate::secret::Secret;
use crate::source::{self, ArchiveLimits, Blob, Control, Inherit, Version, Visit};

/// A file that is a finding by itself is named by its first bytes.
const FILE_VALUE_MAX: usize = 4096;

/// Bytes of a file that is a finding by itself which decoders of facts may read.
const FILE_READ_MAX: usize = 64 * 1024;
/// Once a scan is to end, so many of the values that a content showed are still placed: a
/// hundredth of a second.
const PLACED_AFTER_STOP: usize = 2_000;
/// So many stretches of one content that were left out are named; the others are counted.
const CUTS_NAMED: usize = 3;
/// So many places of one value that is no credential are kept of one content.
const SAMPLES_KEPT: usize = 200;
/// What those that are kept say then.
const REPEATED: &str = "no further places of it in this content are listed";

/// Where credentials are read by name.
#[derive(Clone, Default)]
struct References {
    /// In what a change starts from.
    before: Vec<Reference>,
    /// In what is looked at.
    after: Vec<Reference>,
}

/// A visitor that collects sightings from several threads.
pub struct Collector<'a> {
    scanner: &'a Scanner,
    files: FileMarks,
    archives: Option<ArchiveLimits>,
    control: Option<&'a Control>,
    /// Where credentials are read by name; `None` where nobody asks for that.
    references: Option<Mutex<References>>,
    found: Mutex<Vec<Sighting>>,
    gaps: Mutex<Vec<Gap>>,
}

/// Content that was not looked at to its end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The content.
    pub origin: Origin,
    /// Why.
    pub reason: Reason,
    /// What exactly, in our own words.
    pub detail: String,
}

impl Gap {
    /// The gap in the words of the report. Content of a history is named by its id.
    pub fn skipped(&self) -> Skipped {
        Skipped::new(self.reason, self.origin.called(), self.detail.clone())
    }

    /// The scan was ended inside the content: what stands in its rest is not known.
    pub fn is_stop(&self) -> bool {
        matches!(self.reason, Reason::Interrupted | Reason::TimedOut)
    }
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

    /// What is a value by its own form. Names are full of words that context rules and generic ones
    /// take for keys, and of ids and digests that stand beside them.
    fn tokens(&self, bytes: &[u8], watch: &Watch<'_>) -> Scanned {
        let mut scanned = self.scanner.scan_watched(bytes, watch);
        let rules = &self.scanner.rules().rules;
        let is_token = |candidate: &Candidate| matches!(rules[candidate.rule].kind, Kind::Token(_));
        scanned.candidates.retain(is_token);
        scanned
    }

    /// Keeps a whole file as a finding of each of `rules`.
    fn keep_files(&self, blob: Blob<'_>, rules: Vec<usize>) {
        let files = rules
            .into_iter()
            .map(|rule| self.whole_file(rule, blob.bytes));
        self.keep(blob, files.collect());
    }

    /// Keeps what was found in a content. Says how much of it could not be placed because the
    /// scan is to end.
    fn keep(&self, blob: Blob<'_>, mut candidates: Vec<Candidate>) -> usize {
        if candidates.is_empty() {
            return 0;
        }
        repeated_once(&mut candidates);
        let spans: Vec<_> = candidates.iter().map(|c| c.span.clone()).collect();
        let over = || self.control.is_some_and(Control::stopped);
        let located = source::locate_until(blob.bytes, &spans, &over, PLACED_AFTER_STOP);
        let placed = located.len();
        let each = candidates.iter_mut();
        judge::mark_tests(
            blob.bytes,
            each.map(|one| (one.span.start, &mut one.evidence)),
        );
        let sightings: Vec<Sighting> = candidates
            .drain(..placed)
            .zip(located)
            .map(|(candidate, located)| self.sighting(blob.origin, candidate, located))
            .collect();
        locked(&self.found).extend(sightings);
        candidates.len()
    }

    /// Notes that the scan was ended inside a content.
    fn ended(&self, origin: &Origin, unplaced: usize) {
        let timed_out = self.control.is_some_and(Control::timed_out);
        let detail = match unplaced {
            0 => "not looked at to its end; what was found until then is reported".to_owned(),
            n => format!("not looked at to its end; {n} places found in it are not listed"),
        };
        self.gap(Gap {
            origin: origin.clone(),
            reason: match timed_out {
                true => Reason::TimedOut,
                false => Reason::Interrupted,
            },
            detail,
        });
    }

    /// Notes stretches of a content that no decoder looked at whole: a few are named.
    fn left_out(&self, origin: &Origin, cuts: &[Cut]) {
        let limit = |detail| Gap {
            origin: origin.clone(),
            reason: Reason::EncodedLimit,
            detail,
        };
        for cut in cuts.iter().take(CUTS_NAMED) {
            let (start, end) = (cut.span.start, cut.span.end);
            self.gap(limit(format!("bytes {start} to {end}: {}", cut.why)));
        }
        if let Some(more) = cuts.len().checked_sub(CUTS_NAMED).filter(|more| *more > 0) {
            self.gap(limit(format!("and {more} more stretches of it")));
        }
    }

    fn gap(&self, gap: Gap) {
        locked(&self.gaps).push(gap);
    }

    /// A file that is a finding by its name and first bytes.
    fn whole_file(&self, rule: usize, bytes: &[u8]) -> Candidate {
        let value = bytes[..bytes.len().min(FILE_VALUE_MAX)].to_vec();
        // What identifies the file is its start; what is known of it may stand further behind.
        let read = match self.scanner.rules().rules[rule].facts.is_empty() {
            true => Vec::new(),
            false => {
                let read = &bytes[..bytes.len().min(FILE_READ_MAX)];
                vec![("file".to_owned(), read.to_vec())]
            }
        };
        Candidate {
            rule,
            span: 0..0,
            within: 0..value.len(),
            whole: value.clone(),
            value,
            partners: read,
            key: None,
            evidence: Evidence {
                reasons: vec!["the file's name and first bytes"],
                ..Evidence::default()
            },
            class: Class::Credential,
            strong: false,
        }
    }

    fn sighting(&self, origin: &Origin, candidate: Candidate, located: Located) -> Sighting {
        Sighting {
            origin: origin.clone(),
            rule: candidate.rule,
            of_repository: self.scanner.rules().rules[candidate.rule].is_of_repository(),
            secret: Secret::new(&candidate.value),
            whole: Secret::new(&candidate.whole),
            within: candidate.within,
            partners: candidate
                .partners
                .into_iter()
                .map(|(kind, value)| Partner {
                    kind,
                    value: Secret::new(&value),
                })
                .collect(),
            key: candidate.key,
            located,
            class: candidate.class,
            confidence: candidate.evidence.ground.usual(),
            evidence: candidate.evidence,
            strong: candidate.strong,
            number: 0,
        }
    }
}

/// Leaves out what repeats one sample, placeholder or ciphertext without end: nobody reads all its places, and each
/// costs a thousand times the bytes that it takes to write. A credential keeps every place, because a comment or a
/// path may hide one and not the next.
fn repeated_once(candidates: &mut Vec<Candidate>) {
    if candidates.len() <= SAMPLES_KEPT {
        return;
    }
    let mut places: HashMap<(usize, &[u8]), Vec<usize>> = HashMap::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if candidate.class != Class::Credential {
            let value = (candidate.rule, candidate.value.as_slice());
            places.entry(value).or_default().push(at);
        }
    }
    let mut left_out = vec![false; candidates.len()];
    let repeated = places.into_values().filter(|all| all.len() > SAMPLES_KEPT);
    let repeated: Vec<Vec<usize>> = repeated.collect();
    for all in repeated {
        let (kept, rest) = all.split_at(SAMPLES_KEPT);
        // Which of its places is shown first is not known yet.
        for at in kept {
            candidates[*at].evidence.reasons.push(REPEATED);
        }
        rest.iter().for_each(|at| left_out[*at] = true);
    }
    let mut left_out = left_out.into_iter();
    candidates.retain(|_| left_out.next() != Some(true));
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
