//! The spots of a content at which something may be found.

use std::ops::Range;

use super::decode::Layer;

/// A spot at which something may be found.
pub enum Anchor {
    /// An occurrence of a literal: its first byte, and which.
    Literal(usize, usize),
    /// A run of token characters.
    Run(Range<usize>),
    /// A stretch between blanks or quotes that holds escapes.
    Escaped(Range<usize>),
    /// A stretch of UTF-16.
    Wide(Layer),
}
