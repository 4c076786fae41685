//! Any bytes as a repository's index: no panic, and an index that has entries is refused, visited or
//! told of; never nothing at all.

use std::path::Path;

use gix::ObjectId;
use gix::hash::{Kind, hasher};
use keysweep::source::{self, Control, IndexedOptions, StagedOptions};

use super::keep::Keep;
use super::pack::Bare;

thread_local! {
    /// A work tree whose store holds one blob, and the blob's id; made once, which takes longer than
    /// what is tested.
    static WORK: (tempfile::TempDir, ObjectId) = {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let bare = Bare::new();
        let blob = bare.loose(b"content\n");
        std::fs::rename(bare.path(), dir.path().join(".git")).expect("both are on one disk");
        (dir, blob)
    };
}

/// The bytes, with the blob's id for `@`, and with the header and the checksum that make a parser
/// look at the rest. The first byte says whether, and which version and number of entries.
fn index(bytes: &[u8], blob: ObjectId) -> Vec<u8> {
    let Some((mode, rest)) = bytes.split_first() else {
        return Vec::new();
    };
    if mode & 1 == 0 {
        return rest.to_vec();
    }
    let mut out = b"DIRC\0\0\0".to_vec();
    out.push(2 + (mode >> 1) % 3);
    out.extend_from_slice(&[0, 0, 0, (mode >> 3) % 8]);
    for byte in rest {
        match byte {
            b'@' => out.extend_from_slice(blob.as_bytes()),
            other => out.push(*other),
        }
    }
    let mut hash = hasher(Kind::Sha1);
    hash.update(&out);
    let sum = hash.try_finalize().expect("no collision is known");
    out.extend_from_slice(sum.as_bytes());
    out
}

/// Runs one input.
pub fn check(bytes: &[u8]) {
    WORK.with(|(dir, blob)| check_in(dir.path(), &index(bytes, *blob)));
}

fn check_in(dir: &Path, index: &[u8]) {
    std::fs::write(dir.join(".git/index"), index).expect("writable");
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
        let seen = Keep::default();
        let control = Control::default();
        let visited = match run {
            0 => source::scan_indexed(&whole, &seen, &control),
            _ => source::scan_staged(&staged, &seen, &control),
        };
        let Ok(visited) = visited else { continue };
        let some = !seen.into_origins().is_empty();
        assert!(
            some || !visited.skipped.is_empty() || visited.nothing.is_some(),
            "an index of {} bytes says nothing",
            index.len()
        );
    }
}
