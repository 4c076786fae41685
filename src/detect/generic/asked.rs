//! What the generic rules were asked about, for whoever wants to know why something is no finding.

use std::ops::Range;

use super::{Feature, Judged, Refusal};

/// A name and its value that the generic rules were asked about, and what they said.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The name, as far as there is one.
    pub key: Vec<u8>,
    /// Where the value stands, in bytes of the content (of what was decoded: the encoded stretch).
    pub span: Range<usize>,
    /// The value.
    pub value: Vec<u8>,
    /// What it amounts to, or why it is nothing.
    pub judged: Result<Judged, Refusal>,
    /// What was weighed; empty when something was known before.
    pub features: Vec<Feature>,
}
