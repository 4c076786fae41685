//! One credential: a value with its places, its life and what hides it.

use super::{Condition, Life, Place, PlaceKind, Severity, Sighting, Suppression, Timeline};
use crate::secret::Fingerprint;

/// One credential with all its places. The judgement makes it, and each later stage of a run adds what
/// it knows: `life` the facts and the status, `suppress` what hides its places.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The sighting that says best what it is. Its class and confidence are those of the credential.
    pub best: Sighting,
    /// What stays the same when files are renamed and lines move; no other credential of the run has it.
    pub fingerprint: Fingerprint,
    /// What it opens.
    pub severity: Severity,
    /// How probable it is that it is a credential, from 0 to 1, by what was measured of such evidence in
    /// such a place; `None` for what is none.
    pub probability: Option<f32>,
    /// Every place, sorted; never empty.
    pub places: Vec<Place>,
    /// Since when and until when it stood in the history, when a history was read.
    pub timeline: Option<Timeline>,
    /// The credential whose other half it is: the id of a key belongs to its secret. Never one that is
    /// itself a part.
    pub part_of: Option<Fingerprint>,
    /// What is known of its life.
    pub life: Life,
    /// What is wrong with its life, the most urgent first.
    pub conditions: Vec<Condition>,
}

impl Credential {
    /// A value of which only what was seen of it and where is known yet.
    pub fn new(best: Sighting, fingerprint: Fingerprint, places: Vec<Place>) -> Self {
        Credential {
            best,
            fingerprint,
            severity: Severity::Info,
            probability: None,
            places,
            timeline: None,
            part_of: None,
            life: Life::default(),
            conditions: Vec::new(),
        }
    }

    /// Whether nobody can guess the value, so that its fingerprint is its value's.
    pub fn is_strong(&self) -> bool {
        self.fingerprint == Fingerprint::of_strong(self.best.secret.expose())
    }

    /// The fingerprint that all guessable values share which a rule finds under one name in one
    /// file; of a value that nobody can guess, its own.
    pub fn family(&self, rule: &str) -> Fingerprint {
        if self.is_strong() {
            return self.fingerprint;
        }
        let key = self.best.key.as_deref().unwrap_or_default();
        Fingerprint::of_weak(rule, key, &self.places[0].whole_path().0)
    }

    /// Whether HEAD still holds it, as far as a history says; true where none was read.
    pub fn at_head(&self) -> bool {
        self.timeline
            .as_ref()
            .is_none_or(|timeline| timeline.at_head)
    }

    /// Whether a file still holds it: at HEAD, or in the working tree alone.
    pub fn stands(&self) -> bool {
        self.at_head() || self.places.iter().any(Place::is_uncommitted)
    }

    /// Whether it stands only in what no commit holds: this machine's own configuration.
    pub fn is_local(&self) -> bool {
        self.places.iter().all(Place::is_local)
    }

    /// The kind of the place where it matters most; suppressed places count only where all are, and so do those where
    /// it is only shown: that a test or a page makes us sure of the value says nothing of an example in a comment.
    pub fn kind(&self) -> PlaceKind {
        let kinds = |places: &[&Place]| {
            let set = places.iter().filter(|place| !place.only_shown);
            let set = set.map(|place| place.kind).min();
            set.or(places.iter().map(|place| place.kind).min())
        };
        let all: Vec<&Place> = self.places.iter().collect();
        let open: Vec<&Place> = all
            .iter()
            .copied()
            .filter(|p| p.suppressed.is_none())
            .collect();
        kinds(&open).or(kinds(&all)).unwrap_or_default()
    }

    /// Why it is suppressed: nothing as long as one place is not. Of several reasons that which the
    /// change under scan brought comes first, because somebody has to see it.
    pub fn suppression(&self) -> Option<&Suppression> {
        let each: Option<Vec<&Suppression>> = self
            .places
            .iter()
            .map(|place| place.suppressed.as_ref())
            .collect();
        let each = each?;
        let new = each.iter().find(|suppression| suppression.new);
        new.or(each.first()).copied()
    }
}
