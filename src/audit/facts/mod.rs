//! Facts from bytes, one decoder a kind.

use super::Fact;
use crate::finding::Finding;

/// Decodes what a finding's bytes tell with the decoder that its rule names (one of
/// [`crate::rule::FACTS`]; empty for none).
pub fn decode(_name: &str, _finding: &Finding) -> Vec<Fact> {
    Vec::new()
}
