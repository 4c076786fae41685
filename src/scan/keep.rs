//! What is kept of what a content showed, once its bytes are gone.

use std::collections::HashMap;

use super::collector::{Collector, locked};
use super::gap::Gap;
use crate::detect::{Candidate, Cut, Scanned, Watch};
use crate::finding::{Class, Evidence, Located, Origin, Partner, Reason, Sighting};
use crate::judge;
use crate::rule::Kind;
use crate::secret::Secret;
use crate::source::{self, Blob, Control};

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

impl Collector<'_> {
    /// What is a value by its own form. Names are full of words that context rules and generic ones
    /// take for keys, and of ids and digests that stand beside them.
    pub(super) fn tokens(&self, bytes: &[u8], watch: &Watch<'_>) -> Scanned {
        let mut scanned = self.scanner.scan_watched(bytes, watch);
        let rules = &self.scanner.rules().rules;
        let is_token = |candidate: &Candidate| matches!(rules[candidate.rule].kind, Kind::Token(_));
        scanned.candidates.retain(is_token);
        scanned
    }

    /// Keeps a whole file as a finding of each of `rules`.
    pub(super) fn keep_files(&self, blob: Blob<'_>, rules: Vec<usize>) {
        let files = rules
            .into_iter()
            .map(|rule| self.whole_file(rule, blob.bytes));
        self.keep(blob, files.collect());
    }

    /// Keeps what was found in a content. Says how much of it could not be placed because the
    /// scan is to end.
    pub(super) fn keep(&self, blob: Blob<'_>, mut candidates: Vec<Candidate>) -> usize {
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
    pub(super) fn ended(&self, origin: &Origin, unplaced: usize) {
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
    pub(super) fn left_out(&self, origin: &Origin, cuts: &[Cut]) {
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

    pub(super) fn gap(&self, gap: Gap) {
        locked(&self.gaps).push(gap);
    }

    /// A file that is a finding by its name and first bytes.
    pub(super) fn whole_file(&self, rule: usize, bytes: &[u8]) -> Candidate {
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
