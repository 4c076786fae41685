//! A look at a content or a layer of one: what is remembered while its anchors are judged, and what
//! comes of it.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::assign;
use super::candidate::Candidate;
use super::chain::Run;
use super::decode::Layer;
use super::generic::Asked;
use super::known::Known;
use super::watch::{Cut, Watch};

/// What a scan of one content gives.
#[derive(Debug, Default)]
pub struct Scanned {
    /// What was found, sorted by place, overlaps settled.
    pub candidates: Vec<Candidate>,
    /// What is known for versions that are stored as a difference to this one; `None` where
    /// nothing can be handed down.
    pub known: Option<Known>,
    /// The scan was ended: what stands in the rest of the content is not known.
    pub stopped: bool,
    /// What was left out, in order.
    pub cuts: Vec<Cut>,
}

/// One layer of content while its anchors are judged.
pub(super) struct Look<'a> {
    pub(super) watch: &'a Watch<'a>,
    pub(super) memo: Memo,
    /// The run that each rule whose pattern is a chain looked at last.
    pub(super) runs: HashMap<usize, Run>,
    /// Every anchor has to say all that it finds. Otherwise the first says what several lead to.
    pub(super) each: bool,
    pub(super) found: Vec<Candidate>,
    pub(super) cuts: Vec<Cut>,
    /// What the generic rules were asked about; `None` when nobody wants to know.
    pub(super) asked: Option<Vec<Asked>>,
    /// Only what has a provider's form is looked for: what generic rules say would be left out.
    pub(super) formed: bool,
}

impl<'a> Look<'a> {
    pub(super) fn new(watch: &'a Watch<'a>) -> Self {
        Look {
            watch,
            memo: Memo::new(),
            runs: HashMap::new(),
            each: false,
            found: Vec::new(),
            cuts: Vec::new(),
            asked: None,
            formed: false,
        }
    }

    /// A look at a layer inside this one.
    pub(super) fn inside<'b>(&self, watch: &'b Watch<'b>) -> Look<'b> {
        Look {
            formed: self.formed,
            asked: self.asked.as_ref().map(|_| Vec::new()),
            ..Look::new(watch)
        }
    }

    /// Takes over what was asked about in a layer, with the places that its spans come from.
    pub(super) fn also_asked(
        &mut self,
        inside: Option<Vec<Asked>>,
        place: impl Fn(&Range<usize>) -> Range<usize>,
    ) {
        if let Some(asked) = &mut self.asked {
            asked.extend(inside.into_iter().flatten().map(|one| Asked {
                span: place(&one.span),
                ..one
            }));
        }
    }
}

/// What identifies an assignment in its content.
#[derive(PartialEq, Eq)]
pub(super) struct Read {
    value: Range<usize>,
    key: Range<usize>,
    quote: Option<u8>,
    op: assign::Op,
    fallback: bool,
    wrapped: bool,
}

impl Read {
    pub(super) fn of(assignment: &assign::Assignment<'_>) -> Self {
        Read {
            value: assignment.value.clone(),
            key: assignment.key_at..assignment.key_at + assignment.key.len(),
            quote: assignment.quote,
            op: assignment.op,
            fallback: assignment.fallback,
            wrapped: assignment.wrapped,
        }
    }
}

impl Hash for Read {
    /// Where name and value start tells almost all apart, and every value is asked for.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.value.start);
        state.write_usize(self.key.start);
    }
}

/// What assignments amounted to: several words of one name, and the run of its value, all lead to
/// the same one.
pub(super) type Memo = HashMap<Read, Vec<Candidate>>;

/// How a layer lies in the content.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nest {
    /// Layers around it.
    pub(super) depth: usize,
    /// It comes out of something compressed.
    pub(super) inflated: bool,
    /// What it was decoded from goes on behind it.
    pub(super) open: bool,
}

impl Nest {
    /// A layer of bytes that are `length` long and lie so.
    pub(super) fn inside(self, layer: &Layer, length: usize) -> Self {
        Nest {
            depth: self.depth + 1,
            open: layer.open || self.open && layer.source.end == length,
            ..self
        }
    }

    /// What is compressed in it: that is not counted as a layer, but followed only once, because
    /// it multiplies.
    pub(super) fn inflating(self) -> Self {
        Nest {
            depth: self.depth - 1,
            inflated: true,
            ..self
        }
    }
}
