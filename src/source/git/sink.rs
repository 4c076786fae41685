//! A decoded object on its way, and who takes it.

use super::fault::{Fault, Kind};
use crate::finding::Oid;
use crate::source::Inherit;

/// A decoded object on its way to a [`Sink`].
pub(in crate::source) struct Object<'a> {
    /// Which pack of the store, or how many packs there are for a loose object.
    pub pack: usize,
    pub oid: Oid,
    pub kind: Kind,
    pub bytes: &'a [u8],
}

/// Takes decoded objects, from several threads.
pub(in crate::source) trait Sink: Sync {
    /// What an object hands to its delta children.
    type State: Send + Sync;
    /// Whether objects of this kind are to be decoded.
    fn wants(&self, kind: Kind) -> bool;
    /// Takes one object. `None` hands nothing down.
    fn object(
        &self,
        object: Object<'_>,
        parent: Option<Inherit<'_, Self::State>>,
    ) -> Option<Self::State>;
    /// An object that could not be decoded; its kind is unknown when its delta tree has no root.
    fn failed(&self, oid: Oid, kind: Option<Kind>, fault: Fault);
    /// A loose object of any kind, before it is given to [`Sink::object`] if it is wanted.
    fn loose(&self, _oid: Oid, _kind: Kind, _bytes: &[u8]) {}
    /// Whether to end soon.
    fn stopped(&self) -> bool;
}
