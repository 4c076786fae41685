//! Working trees, standard input and the index, against real repositories made with git.

mod sources {
    pub mod staged;
    pub mod stopped;
    pub mod support;
    pub mod tree;
}
