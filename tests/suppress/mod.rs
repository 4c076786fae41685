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
