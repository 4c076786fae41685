//! Suppression as people meet it: comments, the ignore file, the baseline, whose word counts, and
//! what is said of it all.

mod baseline;
mod broken;
mod formats;
mod grind;
mod ids;
mod ignore_file;
mod inline;
mod merges;
mod ranges;
mod robust;
mod together;
mod trust;

use crate::common::expand;

/// A password that somebody could guess: without a fingerprint of its own.
fn password(seed: u64) -> String {
    expand("{alnum:7}#{alnum:3}", seed)
}

/// A line that assigns such a password.
fn password_line(seed: u64) -> String {
    format!("db_password = \"{}\"\n", password(seed))
}
