//! What the fuzz targets hand their input to, one module each. `fuzz_targets/` has a program for each,
//! which the fuzzer drives; the test `corpus` of the main package runs the same functions over the
//! files of `corpus/`, so that what was once found stays found. Everything goes through what the
//! library shows to everybody.

pub mod archives;
pub mod decoders;
pub mod indexes;
pub mod objects;
pub mod pack_entries;
pub mod payloads;
pub mod policy;
pub mod references;
pub mod registers;
pub mod rule_loader;
pub mod sarif_paths;
pub mod scan;
pub mod templates;

mod keep;
#[path = "../../tests/history/pack.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
#[allow(clippy::duplicate_mod, reason = "the tests have it too")]
mod pack;

/// Runs one input; panics when what it promises does not hold.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its program and of its folder below `corpus/`.
pub const TARGETS: [(&str, Check); 13] = [
    ("archives", archives::check),
    ("decoders", decoders::check),
    ("indexes", indexes::check),
    ("objects", objects::check),
    ("pack_entries", pack_entries::check),
    ("payloads", payloads::check),
    ("policy", policy::check),
    ("references", references::check),
    ("registers", registers::check),
    ("rule_loader", rule_loader::check),
    ("sarif_paths", sarif_paths::check),
    ("scan", scan::check),
    ("templates", templates::check),
];
