//! What is encoded at an anchor: its layers are scanned as content is, and what they hold is mapped
//! back to the encoded stretch.

use std::ops::Range;

use super::candidate::{self, Candidate};
use super::decode::{self, Layer, Marked};
use super::look::{Look, Nest};
use super::partner;
use super::reach::Reach;
use super::scanner::Scanner;
use super::verdict;
use super::watch::{Cut, Watch};
use crate::rule::Kind;

/// Encodings inside encodings are followed to this depth.
const DEPTH: usize = 3;

/// What is compressed may take so many steps for each encoded byte: many times what text takes, and
/// too few for what is made to be slow, which compresses well.
const STEPS: u64 = 256;

impl Scanner {
    /// What is encoded in a run, or in the stretch that it starts; how far that looked.
    pub(super) fn encoded(
        &self,
        bytes: &[u8],
        run: &Range<usize>,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        let mut reach = Reach::default();
        if nest.depth >= DEPTH {
            return reach;
        }
        let looked = decode::base64(bytes, run, |layer| {
            let more = Reach {
                left: run.start.saturating_sub(layer.source.start),
                right: layer.source.end.saturating_sub(run.end),
            };
            let inner = self.inner(bytes, &layer, nest, look);
            if inner != Reach::default() {
                reach = reach.or(inner.and(more));
            }
        });
        look.watch.step(looked - run.end);
        reach.right = reach.right.max(looked - run.end);
        if let Some(at) = decode::beside(bytes, run) {
            reach = reach.or(self.quoted(bytes, run.clone(), at, nest, look));
        }
        reach
    }

    /// What the mark at `at` says is encoded; how far that looked.
    pub(super) fn marked(
        &self,
        bytes: &[u8],
        marks: Marked,
        at: usize,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        if marks == Marked::Quoted {
            return self.quoted(bytes, at..at + 1, at, nest, look);
        }
        if nest.depth >= DEPTH {
            return Reach::default();
        }
        let mut found = Reach::default();
        let looked = decode::string(bytes, at, |layer| {
            // Names and their values are read in the string itself.
            let outside = std::mem::replace(&mut look.formed, true);
            found = found.or(self.inner(bytes, &layer, nest, look));
            look.formed = outside;
        });
        Reach::MARK.or(Reach {
            left: found.left,
            right: found.right + looked - at,
        })
    }

    /// Quoted-printable at one of its marks; how far that looked from `anchor`.
    pub(super) fn quoted(
        &self,
        bytes: &[u8],
        anchor: Range<usize>,
        at: usize,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        if nest.depth >= DEPTH {
            return Reach::default();
        }
        let mut found = Reach::default();
        let looked = decode::quoted(bytes, at, |layer, soft| {
            // Padded base64 at the end of a line looks like a soft line break. So only what has a
            // provider's form counts then, and only what the break divides.
            let first = look.found.len();
            let outside = look.formed;
            look.formed |= soft;
            found = found.or(self.inner(bytes, &layer, nest, look));
            look.formed = outside;
            if soft {
                let inside = look.found.split_off(first);
                let divided = |c: &Candidate| c.span.len() > c.value.len();
                look.found.extend(inside.into_iter().filter(divided));
            }
        });
        // The stretch starts before its mark.
        Reach::MARK.or(found.and(Reach::MARK)).or(Reach {
            left: 0,
            right: (found.right + looked).saturating_sub(anchor.end),
        })
    }

    /// Scans a decoded layer and maps what it holds back to the encoded stretch. What it looked at
    /// outside of the stretch.
    pub(super) fn inner(
        &self,
        bytes: &[u8],
        layer: &Layer,
        nest: Nest,
        look: &mut Look<'_>,
    ) -> Reach {
        if nest.depth >= DEPTH || look.watch.stopped() {
            return Reach::default();
        }
        look.watch.step(layer.bytes.len());
        let within = nest.inside(layer, bytes.len());
        let mut inside = look.inside(look.watch);
        self.layer(&layer.bytes, within, &mut inside);
        self.inflated(layer, within, &mut inside);
        look.also_asked(inside.asked.take(), |span| layer.back(span));
        let cuts = inside.cuts.into_iter();
        look.cuts.extend(cuts.map(|cut| Cut {
            span: layer.back(&cut.span),
            ..cut
        }));
        let mut found = inside.found;
        // What was compressed is whole in the one layer that has its start.
        let whole = |c: &Candidate| {
            let first = c.evidence.layers.first();
            first.is_some_and(|name| decode::COMPRESSED.contains(name))
        };
        found.retain(|c| layer.own.contains(&c.span.start) || whole(c));
        if found.is_empty() {
            return Reach::default();
        }
        candidate::in_order(&mut found);
        partner::join(self.rules(), &layer.bytes, &mut found);
        for candidate in &mut found {
            candidate.span = layer.back(&candidate.span);
            candidate.evidence.layers.insert(0, layer.name);
            partner::outside(self.rules(), bytes, candidate);
            let by_words = !matches!(self.rules().rules[candidate.rule].kind, Kind::Token(_));
            if by_words {
                let at = candidate.span.start;
                verdict::shown(bytes, at, std::slice::from_mut(candidate), look.watch);
            }
        }
        look.found.append(&mut found);
        Reach::PARTNER
    }

    /// What is compressed in a decoded layer.
    fn inflated(&self, layer: &Layer, nest: Nest, look: &mut Look<'_>) {
        let Some(name) = decode::compressed(&layer.bytes) else {
            return;
        };
        let why = if !nest.inflated {
            let deeper = nest.inflating();
            let outer = look.watch;
            let stop = || {
                outer.ask();
                outer.stopped()
            };
            let watch = Watch::within(&stop, STEPS * layer.source.len() as u64);
            let mut inside = look.inside(&watch);
            let end = decode::inflate(&layer.bytes, name, layer.source.len(), |inner| {
                self.inner(&layer.bytes, &inner, deeper, &mut inside);
            });
            look.also_asked(inside.asked.take(), Range::clone);
            look.found.append(&mut inside.found);
            look.cuts.append(&mut inside.cuts);
            outer.step(watch.steps() as usize);
            let end = match watch.stopped() {
                true => decode::End::Limit,
                false => end,
            };
            match end {
                decode::End::Limit => "compressed and encoded, the rest is not read",
                decode::End::Short if nest.open => {
                    "compressed, and encoded in more than 4 MiB, the rest is not read"
                }
                decode::End::Over | decode::End::Short => return,
            }
        } else if name == "gzip" {
            "compressed inside what is compressed, not read"
        } else {
            // Zlib has no mark that random bytes cannot have.
            return;
        };
        let span = 0..layer.bytes.len();
        look.cuts.push(Cut { span, why });
    }
}
