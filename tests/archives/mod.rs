//! Archives: every format, nesting, every limit, hostile ones, in trees, in the index and in
//! history. They are built here; nothing is a file of its own.

mod cases;
mod formats;
mod growth;
mod hostile;
mod kept;
mod limits;
pub mod make;
mod places;
