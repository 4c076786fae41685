//! Any bytes as a repository's index: no panic, and an index that has entries is refused, visited or
//! told of; never nothing at all.

#![no_main]

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use gix::hash::{Kind, hasher};
use keysweep::source::{self, Blob, Control, IndexedOptions, Inherit, StagedOptions, Visit};
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/history/pack.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod pack;

/// A work tree with one blob in its store, made once: that takes longer than what is tested.
static WORK: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for name in [".git/objects/pack", ".git/refs/heads"] {
        std::fs::create_dir_all(dir.path().join(name)).expect("it is new");
    }
    std::fs::write(dir.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("it is new");
    dir
});

#[derive(Default)]
struct Count(AtomicUsize);

impl Visit for Count {
    type State = ();

    fn blob(&self, _: Blob<'_>, _: Option<Inherit<'_, ()>>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// The bytes with the header and the checksum that make a parser look at the rest.
fn index(bytes: &[u8]) -> Vec<u8> {
    let Some((mode, rest)) = bytes.split_first() else {
        return Vec::new();
    };
    if mode & 1 == 0 {
        return rest.to_vec();
    }
    let mut out = b"DIRC\0\0\0".to_vec();
    out.push(2 + (mode >> 1) % 3);
    out.extend_from_slice(&[0, 0, 0, (mode >> 3) % 8]);
    out.extend_from_slice(rest);
    let mut hash = hasher(Kind::Sha1);
    hash.update(&out);
    let sum = hash.try_finalize().expect("no collision is known");
    out.extend_from_slice(sum.as_bytes());
    out
}

fuzz_target!(|bytes: &[u8]| {
    let index = index(bytes);
    let dir = WORK.path();
    std::fs::write(dir.join(".git/index"), &index).expect("writable");
    let whole = IndexedOptions {
        dir: dir.to_owned(),
        allow_alternates: Vec::new(),
        paths: Vec::new(),
        threads: 1,
        max_file_size: 1 << 20,
    };
    let staged = StagedOptions {
        dir: dir.to_owned(),
        allow_alternates: Vec::new(),
        threads: 1,
        max_file_size: 1 << 20,
    };
    for run in 0..2 {
        let seen = Count::default();
        let control = Control::default();
        let visited = match run {
            0 => source::scan_indexed(&whole, &seen, &control),
            _ => source::scan_staged(&staged, &seen, &control),
        };
        let Ok(visited) = visited else { continue };
        let many = seen.0.load(Ordering::Relaxed);
        assert!(
            many > 0 || !visited.skipped.is_empty() || visited.nothing.is_some(),
            "an index of {} bytes says nothing",
            index.len()
        );
    }
});
