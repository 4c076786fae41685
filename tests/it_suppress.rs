//! Suppression as people meet it: comments, the ignore file, the baseline, whose word counts, and
//! what is said of it all.

mod common;
mod suppress {
    pub mod baseline;
    pub mod broken;
    pub mod formats;
    pub mod grind;
    pub mod ids;
    pub mod ignore_file;
    pub mod inline;
    pub mod merges;
    pub mod ranges;
    pub mod robust;
    pub mod together;
    pub mod trust;
}
