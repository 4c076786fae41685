//! `keysweep.toml` as people meet it: where it is found, what each key does, whose word it is, and
//! what is said when it is wrong.

mod common;
mod config {
    pub mod found;
    pub mod gaps;
    pub mod keys;
    pub mod manual;
    pub mod rules;
    pub mod sides;
    pub mod wrong;
}
