//! Archives: every format, nesting, every limit, hostile ones, in trees, in the index and in
//! history. They are built here; nothing is a file of its own.

mod common;
mod archives {
    pub mod cases;
    pub mod formats;
    pub mod growth;
    pub mod hostile;
    pub mod kept;
    pub mod limits;
    pub mod make;
    pub mod places;
}
