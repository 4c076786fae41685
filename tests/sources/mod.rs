//! Working trees, standard input and the index, against real repositories made with git.

mod absent;
mod local;
mod staged;
mod stopped;
mod support;
mod tree;
