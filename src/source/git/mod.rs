//! Git: where a repository's parts are, its references, objects, packs, trees and people. The
//! rooms above read repositories through this one only.
//!
//! Nothing of a repository is executed, fetched or followed outside of it.

pub(super) mod bounds;
pub(super) mod delta;
pub(super) mod fault;
mod forest;
pub(super) mod format;
pub(super) mod graph;
mod index;
pub(super) mod location;
mod loose;
mod object_dirs;
pub(super) mod odb;
pub(super) mod open;
mod pack;
mod packed;
pub(super) mod parse;
pub(super) mod paths;
pub(super) mod people;
pub(super) mod refs;
pub(super) mod resolve;
pub(super) mod sink;
pub(super) mod store;
pub(super) mod tree;
