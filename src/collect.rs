//! Joins a source to the scanner: looks at every lent blob and keeps what people need once its
//! bytes are gone.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use crate::detect::{Base, Candidate, Copied, Known, Scanner};
use crate::finding::{
    Class, Confidence, Evidence, Located, Member, Oid, Origin, Partner, Sighting,
};
use crate::judge::FileMarks;
use crate::secret::Secret;
use crate::source::{self, ArchiveLimits, Blob, Inherit, Visit};

/// A file that is a finding by itself is named by its first bytes.
const FILE_VALUE_MAX: usize = 4096;

/// A visitor that collects sightings from several threads.
pub struct Collector<'a> {
    scanner: &'a Scanner,
    files: FileMarks,
    archives: Option<ArchiveLimits>,
    found: Mutex<Vec<Sighting>>,
}

impl<'a> Collector<'a> {
    /// A collector that scans with `scanner`.
    pub fn new(scanner: &'a Scanner) -> Self {
        Collector {
            scanner,
            files: FileMarks::new(scanner.rules()),
            archives: None,
            found: Mutex::default(),
        }
    }

    /// Also looks into archives, within `limits`; `None` leaves them closed.
    pub fn with_archives(mut self, limits: Option<ArchiveLimits>) -> Self {
        self.archives = limits;
        self
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
        // What only their own rules see inside must not speak for what others see outside.
        let inside: BTreeSet<(Origin, Secret)> = all
            .iter()
            .filter(|sighting| !sighting.theirs)
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

impl Visit for Collector<'_> {
    type State = Option<Known>;

    fn blob(&self, blob: Blob<'_>, parent: Option<Inherit<'_, Option<Known>>>) -> Option<Known> {
        let (mut candidates, known) = match blob.origin {
            // Only versions in a history have others that are stored as a difference to them.
            Origin::Blob(_) => self
                .scanner
                .scan_version(blob.bytes, parent.as_ref().and_then(base).as_ref()),
            _ => (self.scanner.scan(blob.bytes), None),
        };
        let path = match blob.origin {
            Origin::File(path) | Origin::Before(path) => Some(path),
            Origin::Member(member) => member.path.last(),
            _ => None,
        };
        if let Some(path) = path {
            for rule in self.files.of(path, blob.bytes) {
                candidates.push(whole_file(rule, blob.bytes));
            }
        }
        if candidates.is_empty() {
            return known;
        }
        let spans: Vec<_> = candidates.iter().map(|c| c.span.clone()).collect();
        let located = source::locate(blob.bytes, &spans);
        let sightings = candidates
            .into_iter()
            .zip(located)
            .map(|(candidate, located)| self.sighting(blob.origin, candidate, located));
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(sightings);
        known
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

    fn holders(&self) -> Option<BTreeSet<Oid>> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let blobs = found
            .iter()
            .filter_map(|sighting| match sighting.origin.outer() {
                Origin::Blob(oid) => Some(*oid),
                _ => None,
            });
        Some(blobs.collect())
    }
}

impl Collector<'_> {
    /// Keeps a whole file as a finding of each of `rules`.
    fn keep_files(&self, blob: Blob<'_>, rules: Vec<usize>) {
        let start = 0..0;
        let located = source::locate(blob.bytes, std::slice::from_ref(&start));
        let Some(located) = located.first() else {
            return;
        };
        let found = rules.into_iter().map(|rule| {
            let file = whole_file(rule, blob.bytes);
            self.sighting(blob.origin, file, located.clone())
        });
        self.found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(found);
    }

    fn sighting(&self, origin: &Origin, candidate: Candidate, located: Located) -> Sighting {
        Sighting {
            origin: origin.clone(),
            rule: candidate.rule,
            theirs: self.scanner.rules().rules[candidate.rule].theirs,
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
            evidence: candidate.evidence,
            class: candidate.class,
            confidence: candidate.confidence,
            strong: candidate.strong,
        }
    }
}

/// A delta base in the words of the scanner.
fn base<'a>(parent: &Inherit<'a, Option<Known>>) -> Option<Base<'a>> {
    let copies = parent.copies.iter().map(|copy| Copied {
        src: copy.src,
        dst: copy.dst,
        len: copy.len,
    });
    Some(Base {
        known: parent.state.as_ref()?,
        copies: copies.collect(),
    })
}

fn whole_file(rule: usize, bytes: &[u8]) -> Candidate {
    let value = bytes[..bytes.len().min(FILE_VALUE_MAX)].to_vec();
    Candidate {
        rule,
        span: 0..0,
        within: 0..value.len(),
        whole: value.clone(),
        value,
        partners: Vec::new(),
        key: None,
        evidence: Evidence {
            reasons: vec!["the file's name and first bytes"],
            ..Evidence::default()
        },
        class: Class::Credential,
        confidence: Confidence::Medium,
        strong: false,
    }
}
