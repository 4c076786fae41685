//! Working trees, standard input and the index, against real repositories made with git.

mod common;
mod sources {
    pub mod absent;
    pub mod staged;
    pub mod stopped;
    pub mod support;
    pub mod tree;
}
