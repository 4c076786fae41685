//! What the judgement makes of values, seen from the command line.

mod covered;
mod halves;
mod headers;
mod identity;
mod life;
mod places;
mod shown;
mod stale;
mod wired;
