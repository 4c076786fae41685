//! Inheritance: a version of some content is judged by what changed since another version of it.
//!
//! Every anchor of the older version is remembered as a [`AnchorSpan`]. In the newer version a anchored is
//! there again when its bytes were copied in one piece, and its verdict is the same when the whole
//! window that the verdict looked at was. Only what was inserted, and what lies across a seam, is
//! searched for new anchors; only verdicts whose window changed are asked again. What is found is
//! what [`Scanner::scan`] finds, which stays the oracle.

use std::ops::Range;

use super::anchor::Anchor;
use super::decode;
use super::known::{AnchorSpan, Base, Copied, Held, Known, What};
use super::look::{Look, Nest, Scanned};
use super::reach::Reach;
use super::runs;
use super::scanner::Scanner;
use super::watch::{Cut, Watch};

/// An occurrence of a literal is found by at most so many bytes from its start.
const LITERAL_MAX: usize = 12;
/// Content with more anchors than this is not remembered: up to fifty versions of it may wait for
/// their differences at once.
const SPOTS_MAX: usize = 1 << 18;

/// What is to be done about a anchored of the newer version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// The verdict stands: nothing.
    Quiet,
    /// The verdict stands: this one of the older version's held ones.
    Kept(usize),
    /// Ask again.
    Ask,
}

impl Scanner {
    /// As [`Scanner::scan`], with what is known of another version of the content, and with what
    /// is then known of this one: nothing for content that nothing can be inherited from, or whose
    /// scan was ended.
    pub fn scan_version(
        &self,
        bytes: &[u8],
        base: Option<&Base<'_>>,
        watch: &Watch<'_>,
    ) -> Scanned {
        if !self.is_anchored() || u32::try_from(bytes.len()).is_err() {
            return self.scan_watched(bytes, watch);
        }
        if let Some(base) = base {
            let zones = zones(bytes.len(), &base.copies);
            let new: usize = zones.iter().map(Range::len).sum();
            let wide = zones
                .iter()
                .any(|zone| memchr::memchr(0, &bytes[zone.clone()]).is_some());
            // Mostly new: searching it whole is cheaper. Zero bytes: stretches of UTF-16 depend on
            // where the first one stands.
            if new <= bytes.len() / 2 && !wide {
                return self.changed(bytes, base, &zones, watch);
            }
        }
        if memchr::memchr(0, bytes).is_some() {
            return self.scan_watched(bytes, watch);
        }
        let mut pass = Pass::new(self, bytes, watch);
        self.watched_anchors(bytes, 0..bytes.len(), watch, |anchor| pass.ask(&anchor));
        pass.finish()
    }

    fn changed(
        &self,
        bytes: &[u8],
        base: &Base<'_>,
        zones: &[Range<usize>],
        watch: &Watch<'_>,
    ) -> Scanned {
        let mut todo = Vec::with_capacity(base.known.spans.len());
        for copy in &base.copies {
            self.inherit(base.known, copy, bytes.len(), &mut todo);
        }
        self.search(bytes, zones, watch, &mut todo);
        todo.sort_by_key(|(anchored, fate)| (anchored.at, anchored.what, *fate));
        todo.dedup_by_key(|(anchored, _)| (anchored.at, anchored.what));
        let mut pass = Pass::new(self, bytes, watch);
        for (anchored, fate) in todo {
            match fate {
                Fate::Ask => pass.ask(&anchored.anchor()),
                Fate::Quiet => pass.remember(AnchorSpan {
                    held: false,
                    ..anchored
                }),
                Fate::Kept(index) => pass.keep(anchored, &base.known.held[index]),
            }
        }
        pass.finish()
    }

    /// The spans that one copied stretch brings along.
    fn inherit(
        &self,
        known: &Known,
        copy: &Copied,
        child: usize,
        todo: &mut Vec<(AnchorSpan, Fate)>,
    ) {
        let spans = &known.spans;
        let first = spans.partition_point(|anchored| (anchored.at as usize) < copy.src);
        let stop = copy.src + copy.len;
        let mut held = None;
        for anchored in spans[first..].iter().take_while(|s| (s.at as usize) < stop) {
            let mut reach = self.usual(anchored.what);
            let mut fate = Fate::Quiet;
            if anchored.held {
                let place = (anchored.at, anchored.what);
                let from = held.unwrap_or(0);
                let index = from + known.held[from..].partition_point(|h| (h.at, h.what) < place);
                held = Some(index);
                fate = Fate::Kept(index);
                reach = known.held[index].reach;
            }
            if !copy.holds(anchored, known.len, child) {
                continue;
            }
            if !copy.covers(anchored, reach, known.len, child) {
                fate = Fate::Ask;
            }
            todo.push((anchored.moved(copy), fate));
        }
    }

    /// The anchors that touch what is new, or a seam.
    fn search(
        &self,
        bytes: &[u8],
        zones: &[Range<usize>],
        watch: &Watch<'_>,
        todo: &mut Vec<(AnchorSpan, Fate)>,
    ) {
        let mut add =
            |anchor| todo.extend(self.anchored(&anchor).map(|anchored| (anchored, Fate::Ask)));
        // What was searched already. Anchors are found by where they start, so that what starts
        // before these places is known.
        let (mut literals, mut runs, mut stretches) = (0, 0, 0);
        for zone in zones {
            let start = zone.start.saturating_sub(LITERAL_MAX - 1).max(literals);
            literals = zone.end.max(start);
            self.literals_in(bytes, start..literals, watch, &mut add);
            // A run or stretch may also start on the first byte behind the zone.
            let end = (zone.end + 1).min(bytes.len());
            if runs < end {
                let start = back_while(bytes, zone.start, runs, runs::is_token);
                let done = runs::find(bytes, start..end, |run| add(Anchor::Run(run)));
                runs = done.max(end);
            }
            if stretches < end {
                let part = |byte| !decode::ends_stretch(byte);
                let start = back_while(bytes, zone.start, stretches, part);
                let done =
                    decode::escaped(bytes, start..end, |stretch| add(Anchor::Escaped(stretch)));
                stretches = done.max(end);
            }
        }
    }

    /// How far a verdict looks that finds nothing.
    fn usual(&self, what: What) -> Reach {
        match what {
            What::Literal(literal) => self.target(usize::from(literal)).reach,
            What::Run => Reach::ASSIGNMENT,
            What::Escaped => Reach::STRETCH,
        }
    }

    fn anchored(&self, anchor: &Anchor) -> Option<AnchorSpan> {
        let (range, what) = match anchor {
            // Three bytes are looked up with the one that follows them.
            Anchor::Literal(at, literal) => (
                *at..at + self.text(*literal).len().max(4),
                What::Literal(*literal as u16),
            ),
            Anchor::Run(run) => (run.clone(), What::Run),
            Anchor::Escaped(stretch) => (stretch.clone(), What::Escaped),
            Anchor::Wide(_) => return None,
        };
        Some(AnchorSpan {
            at: range.start as u32,
            what,
            end: range.end as u32,
            held: false,
        })
    }
}

/// The stretches between copies, and the seams where two copies meet (empty ones).
fn zones(len: usize, copies: &[Copied]) -> Vec<Range<usize>> {
    let mut zones = Vec::with_capacity(copies.len() + 1);
    let mut at = 0;
    for copy in copies {
        zones.push(at..copy.dst.max(at));
        at = copy.dst + copy.len;
    }
    zones.push(at..len.max(at));
    zones
}

/// The start of the stretch of bytes that fit, which ends before `at`; not before `floor`.
fn back_while(bytes: &[u8], at: usize, floor: usize, fits: impl Fn(u8) -> bool) -> usize {
    if at <= floor {
        return floor;
    }
    bytes[floor..at]
        .iter()
        .rposition(|byte| !fits(*byte))
        .map_or(floor, |i| floor + i + 1)
}

/// One version being judged.
struct Pass<'a> {
    scanner: &'a Scanner,
    bytes: &'a [u8],
    look: Look<'a>,
    known: Known,
    /// Too many anchors to be remembered.
    over: bool,
}

impl<'a> Pass<'a> {
    fn new(scanner: &'a Scanner, bytes: &'a [u8], watch: &'a Watch<'a>) -> Self {
        Pass {
            scanner,
            bytes,
            look: Look {
                each: true,
                ..Look::new(watch)
            },
            known: Known {
                len: bytes.len(),
                ..Known::default()
            },
            over: false,
        }
    }

    fn ask(&mut self, anchor: &Anchor) {
        let (first, cut) = (self.look.found.len(), self.look.cuts.len());
        let reach = self
            .scanner
            .judge_anchor(self.bytes, anchor, Nest::default(), &mut self.look);
        let Some(mut anchored) = self.scanner.anchored(anchor) else {
            self.over = true;
            return;
        };
        let (found, cuts) = (&self.look.found[first..], &self.look.cuts[cut..]);
        let quiet = found.is_empty() && cuts.is_empty();
        if !quiet || reach != self.scanner.usual(anchored.what) {
            anchored.held = true;
            self.known.held.push(Held {
                at: anchored.at,
                what: anchored.what,
                reach,
                found: found.into(),
                cuts: cuts.into(),
                moved: 0,
            });
        }
        self.remember(anchored);
    }

    fn keep(&mut self, anchored: AnchorSpan, held: &Held) {
        let moved = held.moved + anchored.at as isize - held.at as isize;
        let by = |place: usize| place.checked_add_signed(moved).unwrap_or(place);
        let moved_by = |span: &Range<usize>| by(span.start)..by(span.end);
        for candidate in held.found.iter() {
            let mut candidate = candidate.clone();
            candidate.span = moved_by(&candidate.span);
            self.look.found.push(candidate);
        }
        let cuts = held.cuts.iter().map(|cut| Cut {
            span: moved_by(&cut.span),
            ..cut.clone()
        });
        self.look.cuts.extend(cuts);
        self.known.held.push(Held {
            at: anchored.at,
            moved,
            ..held.clone()
        });
        self.remember(anchored);
    }

    fn remember(&mut self, anchored: AnchorSpan) {
        if self.known.spans.len() < SPOTS_MAX {
            self.known.spans.push(anchored);
        } else {
            self.over = true;
        }
    }

    fn finish(mut self) -> Scanned {
        let mut scanned = self.scanner.scanned(self.bytes, self.look);
        if self.over || scanned.stopped {
            return scanned;
        }
        self.known.spans.sort_unstable();
        self.known.held.sort_by_key(|held| (held.at, held.what));
        scanned.known = Some(self.known);
        scanned
    }
}
