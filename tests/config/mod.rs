//! `keysweep.toml` as people meet it: where it is found, what each key does, whose word it is, and
//! what is said when it is wrong.

mod found;
mod gaps;
mod keys;
mod manual;
mod packs;
mod rules;
mod sides;
mod wrong;
